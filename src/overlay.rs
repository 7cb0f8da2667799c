//! A TOML file of the user's laid over one that is built into the program.
//!
//! The built-in file is the only list of keys and defaults. What the user's file says wrong is reported with the file,
//! line, column and key, and what is expected there.

use std::{
    fmt, io,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use thiserror::Error;
use toml::de::{DeTable, DeValue};

/// Reads a file over `defaults`; see [`read`].
///
/// # Errors
/// The file cannot be read, or does not fit.
pub fn load<T: DeserializeOwned>(defaults: &str, path: &Path) -> Result<T, FileError> {
    read(defaults, path, &text_of(path)?)
}

/// A file of the user's as it stands.
///
/// # Errors
/// The file cannot be read.
pub fn text_of(path: &Path) -> Result<String, FileError> {
    std::fs::read_to_string(path).map_err(|source| FileError::Unreadable { path: path.to_owned(), source })
}

/// Reads `text` over `defaults`, which must be TOML that fits; `path` only names the user's file in errors.
///
/// # Errors
/// When the text is no TOML, has a key that the defaults have not, or a value that does not fit.
pub fn read<T: DeserializeOwned>(defaults: &str, path: &Path, text: &str) -> Result<T, FileError> {
    let fault = |at: Range<usize>, key: String, problem: String| Fault {
        path: path.to_owned(),
        place: Place::of(text, at.start),
        key,
        problem,
    };
    let defaults = DeTable::parse(defaults).expect("a test reads what is built in");
    let user =
        DeTable::parse(text).map_err(|e| fault(e.span().unwrap_or_default(), String::new(), e.message().to_owned()))?;
    let asked = user.get_ref().clone();

    let mut merged = defaults;
    lay_over(merged.get_mut(), user.into_inner(), "").map_err(|Misfit { at, key, problem }| fault(at, key, problem))?;
    T::deserialize(toml::Deserializer::from(merged)).map_err(|error| {
        let at = error.span().unwrap_or_default();
        fault(at.clone(), key_at(&asked, at.start), error.message().to_owned()).into()
    })
}

/// Something in the user's table that the settings have no place for.
struct Misfit {
    at: Range<usize>,
    key: String,
    problem: String,
}

/// Puts the user's values in the place of the defaults, table by table. An empty default table takes any key.
fn lay_over<'a>(defaults: &mut DeTable<'a>, user: DeTable<'a>, parent: &str) -> Result<(), Misfit> {
    let free = defaults.is_empty() && !parent.is_empty();
    for (key, value) in user {
        let path = dotted(parent, key.get_ref());
        let misfit = |at, problem| Misfit { at, key: path.clone(), problem };
        let known = defaults.get_mut(key.get_ref().as_ref()).map(toml::Spanned::get_mut);
        match (known, value.get_ref()) {
            (Some(DeValue::Table(below)), DeValue::Table(_)) => {
                let DeValue::Table(table) = value.into_inner() else { unreachable!("matched just above") };
                lay_over(below, table, &path)?;
            }
            (Some(DeValue::Table(_)), other) => {
                let problem = format!("invalid type: {}, expected a table `[{path}]`", other.type_str());
                return Err(misfit(value.span(), problem));
            }
            (Some(_), _) => {
                // Taken out first: a replaced entry would keep the default's key and with it the wrong place.
                defaults.remove(key.get_ref().as_ref());
                defaults.insert(key, value);
            }
            (None, _) if free => {
                defaults.insert(key, value);
            }
            (None, _) => return Err(misfit(key.span(), unknown_key(key.get_ref(), defaults))),
        }
    }
    Ok(())
}

/// The most keys that are listed beside the nearest one.
const MAX_TOLD: usize = 16;

fn unknown_key(key: &str, known: &DeTable<'_>) -> String {
    let names: Vec<&str> = known.keys().map(|known| known.get_ref().as_ref()).collect();
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let nearest = names
        .iter()
        .map(|name| (strsim::jaro_winkler(key, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((_, name)) if names.len() > MAX_TOLD => format!("unknown key, did you mean `{name}`?"),
        Some((_, name)) => format!("unknown key, did you mean `{name}`? Expected one of {list}"),
        None => format!("unknown key, expected one of {list}"),
    }
}

fn dotted(parent: &str, key: &str) -> String {
    if parent.is_empty() { key.to_owned() } else { format!("{parent}.{key}") }
}

/// The dotted key whose name or value is at `offset`; empty when there is none.
fn key_at(table: &DeTable<'_>, offset: usize) -> String {
    for (key, value) in table {
        if let DeValue::Table(below) = value.get_ref() {
            let inner = key_at(below, offset);
            if !inner.is_empty() {
                return dotted(key.get_ref(), &inner);
            }
        }
        if key.span().contains(&offset) || value.span().contains(&offset) {
            return key.get_ref().to_string();
        }
    }
    String::new()
}

/// Where the value of a dotted key stands.
fn span_of(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let value = table.get(first)?;
    match (value.get_ref(), rest) {
        (DeValue::Table(below), Some(rest)) => span_of(below, rest),
        _ => Some(value.span()),
    }
}

/// Why a file cannot be used. One line for people, with what to change.
#[derive(Debug, Error)]
pub enum FileError {
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Fault(Box<Fault>),
}

impl From<Fault> for FileError {
    fn from(fault: Fault) -> Self {
        FileError::Fault(Box::new(fault))
    }
}

/// One wrong place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Fault {
    pub path: PathBuf,
    pub place: Place,
    /// Dotted, such as `media.port`; empty when the text is no TOML at all.
    pub key: String,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl Fault {
    /// What is wrong with a value that is only wrong beside another.
    pub fn at_key(path: &Path, text: &str, key: &str, problem: &str) -> Fault {
        let start = DeTable::parse(text).ok().and_then(|table| span_of(table.get_ref(), key)).unwrap_or_default().start;
        Fault { path: path.to_owned(), place: Place::of(text, start), key: key.to_owned(), problem: problem.to_owned() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { path, place: Place { line, column }, key, problem } = self;
        write!(f, "{}, line {line}, column {column}: ", path.display())?;
        if !key.is_empty() {
            write!(f, "{key}: ")?;
        }
        f.write_str(problem)
    }
}

/// Where in a text, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    /// In characters.
    pub column: usize,
}

impl Place {
    fn of(text: &str, offset: usize) -> Place {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        Place { line, column: before.get(line_start..).unwrap_or_default().chars().count() + 1 }
    }
}
