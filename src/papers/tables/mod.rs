//! The tables, each by what it tells of.

pub mod course;
pub mod floor;
pub mod lines;
pub mod roll;
pub mod votes;

use super::{Column, Word, Wording};

/// Columns by their words and how wide they may get; those of instants are marked.
fn columns(wording: &Wording<'_>, columns: &[(Word, u8, Of)]) -> Vec<Column> {
    let column = |(word, widest, of): &(Word, u8, Of)| Column {
        heading: wording.say(*word),
        is_of_instants: matches!(of, Of::Instants),
        widest: *widest,
    };
    columns.iter().map(column).collect()
}

#[derive(Clone, Copy)]
enum Of {
    Anything,
    Instants,
}
use Of::{Anything, Instants};
