//! The codes of invites and of administrators: shown once, kept only as hashes.
//!
//! Characters of Crockford's base 32, five random bits each: no `I`, `L`, `O` or `U`, and what is heard or typed as one
//! of the first three is taken for the digit it looks like.

use rand::Rng;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters between two hyphens.
const GROUP: usize = 5;

/// Short enough to be read out over a telephone: 50 random bits. Wrong tries are counted.
pub(super) type InviteCode = Code<10>;
/// Opens everything, and is kept by a program or a password manager: 100 random bits.
pub(super) type AdministratorCode = Code<20>;

/// A code in its one true spelling: characters of the alphabet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Code<const LEN: usize>([u8; LEN]);

impl<const LEN: usize> Code<LEN> {
    pub(super) fn random() -> Self {
        let mut rng = rand::rng();
        Self(std::array::from_fn(|_| ALPHABET[rng.random_range(0..ALPHABET.len())]))
    }

    /// Reads a code as people write it: letter case, hyphens and spaces do not matter, `O` is 0, `I` and `L` are 1.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut code = [0; LEN];
        let mut len = 0;
        // Something between any two characters, and as much again; what is longer is not a code but abuse.
        for char in text.chars().take(4 * LEN) {
            if char.is_whitespace() || matches!(char, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}') {
                continue;
            }
            let char = match char.to_ascii_uppercase() {
                'O' => b'0',
                'I' | 'L' => b'1',
                other => u8::try_from(other).ok().filter(|byte| ALPHABET.contains(byte))?,
            };
            *code.get_mut(len)? = char;
            len += 1;
        }
        (len == LEN).then_some(Self(code))
    }

    /// As it is shown: `XXXXX-XXXXX`.
    pub(super) fn display(&self) -> String {
        let groups = self.0.chunks(GROUP).map(|group| group.iter().copied().map(char::from).collect());
        groups.collect::<Vec<String>>().join("-")
    }

    pub(super) fn sha256(&self) -> Vec<u8> {
        ring::digest::digest(&ring::digest::SHA256, &self.0).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        InviteCode::parse(text).map(|code| code.display())
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = Some("01234-ABCDE".to_owned());
        for text in ["01234-ABCDE", "01234abcde", " o1234 – aBcDe ", "0 L 2 3 4 A B C D E", "OI234ABCDE\n"] {
            assert_eq!(read(text), code, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in ["", "01234-ABCD", "01234-ABCDEF", "01234-ABCDU", "01234_ABCDE", "０1234ABCDE", "đ1234-ABCDE"] {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert_eq!(read(&"-".repeat(1 << 20)), None);
    }

    #[test]
    fn a_random_code_is_read_back() {
        for _ in 0..100 {
            let code = InviteCode::random();
            assert!(InviteCode::parse(&code.display().to_lowercase()) == Some(code));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic_and_what_is_read_is_stable(text in "\\PC{0,30}") {
            if let Some(shown) = read(&text) {
                prop_assert_eq!(read(&shown), Some(shown));
            }
        }
    }
}
