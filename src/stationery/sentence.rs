//! Sentences with named places to be filled: `Hội nghị khai mạc lúc {time}`. A place that a sentence has no use for is an error
//! of the file, not a hole on the paper.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, de};

/// What a sentence may name, and how it is said.
pub trait Slots {
    const NAMES: &'static [&'static str];

    /// Empty for a name that is not one of [`Self::NAMES`].
    fn get(&self, name: &str) -> &str;
}

/// Declares what a sentence may name, as a struct of texts.
macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident { $($slot:ident),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default)]
            pub struct $name {
                $(pub $slot: String,)*
            }

            impl $crate::stationery::Slots for $name {
                const NAMES: &'static [&'static str] = &[$(stringify!($slot)),*];

                fn get(&self, name: &str) -> &str {
                    match name {
                        $(stringify!($slot) => &self.$slot,)*
                        _ => "",
                    }
                }
            }
        )*
    };
}
pub(super) use slots;

slots! {
    /// Nothing to be filled.
    Fixed {}
}

/// A sentence as the office wrote it.
pub struct Sentence<S> {
    pieces: Vec<Piece>,
    of: PhantomData<fn(&S)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// One of the names.
    Slot(String),
}

/// A text without places.
pub type Words = Sentence<Fixed>;

/// The longest that a sentence may be, in bytes.
const MAX_BYTES: usize = 2_000;

impl<S: Slots> Sentence<S> {
    pub fn fill(&self, with: &S) -> String {
        let say = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot(name) => with.get(name).to_owned(),
        };
        self.pieces.iter().map(say).collect()
    }

    fn read(text: &str) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("a text of {} bytes, expected at most {MAX_BYTES}", text.len()));
        }
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            // Doubled, it is the character itself.
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                plain.push_str(from.get(..1).unwrap_or_default());
                rest = after;
                continue;
            }
            let (name, after) = from
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or("a brace without its other half; write {{ or }} for the character itself")?;
            if !S::NAMES.contains(&name) {
                return Err(unknown::<S>(name));
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Slot(name.to_owned()));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Sentence { pieces, of: PhantomData })
    }
}

fn unknown<S: Slots>(name: &str) -> String {
    let known = S::NAMES.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
    match known.as_str() {
        "" => format!("{{{name}}}, but this text has no places to be filled"),
        known => format!("{{{name}}} is not known here, expected {known}"),
    }
}

impl Words {
    pub fn text(&self) -> String {
        self.fill(&Fixed {})
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

impl<S> Clone for Sentence<S> {
    fn clone(&self) -> Self {
        Sentence { pieces: self.pieces.clone(), of: PhantomData }
    }
}

impl<S> PartialEq for Sentence<S> {
    fn eq(&self, other: &Self) -> bool {
        self.pieces == other.pieces
    }
}

impl<S> Eq for Sentence<S> {}

impl<S> fmt::Debug for Sentence<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.fmt(f)
    }
}

impl<'de, S: Slots> Deserialize<'de> for Sentence<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Visitor(PhantomData))
    }
}

struct Visitor<S>(PhantomData<fn(&S)>);

impl<S: Slots> de::Visitor<'_> for Visitor<S> {
    type Value = Sentence<S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text in quotes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Sentence<S>, E> {
        Sentence::read(text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    slots! {
        Opening { time, place }
    }

    fn fill(text: &str) -> Result<String, String> {
        let with = Opening { time: "8 giờ".to_owned(), place: "{time}".to_owned() };
        Sentence::<Opening>::read(text).map(|sentence| sentence.fill(&with))
    }

    #[test]
    fn a_sentence_is_filled_once() {
        assert_eq!(fill("Lúc {time}, tại {place}."), Ok("Lúc 8 giờ, tại {time}.".to_owned()));
        assert_eq!(fill("{{{time}}} {{}}"), Ok("{8 giờ} {}".to_owned()));
        assert_eq!(fill(""), Ok(String::new()));
    }

    #[test]
    fn a_place_that_is_not_known_is_an_error_that_names_those_that_are() {
        assert_eq!(fill("{tiem}"), Err("{tiem} is not known here, expected {time}, {place}".to_owned()));
        assert_eq!(
            Words::read("{time}").map(|words| words.text()),
            Err("{time}, but this text has no places to be filled".to_owned())
        );
        for broken in ["{time", "time}", "{", "}"] {
            assert!(fill(broken).unwrap_err().contains("brace"), "{broken}");
        }
        assert!(fill(&"x".repeat(2_001)).is_err());
    }
}
