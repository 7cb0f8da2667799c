//! A table as it is told, whatever it is written as: columns of one kind each, and cells that are still numbers, instants
//! and durations.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::{Word, Wording, tables};
use crate::{language::Language, report::Moment};

/// The tables, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TableName {
    Summary,
    Units,
    Points,
    Rooms,
    Interruptions,
    Delegates,
    Proxies,
    Agenda,
    Floor,
    Requests,
    Votes,
    Ballots,
    Course,
    Corrections,
    Ledger,
}

/// A text that names no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("there is no such table")]
pub struct NoTable;

impl TableName {
    pub const ALL: &[TableName] = &[
        TableName::Summary,
        TableName::Units,
        TableName::Points,
        TableName::Rooms,
        TableName::Interruptions,
        TableName::Delegates,
        TableName::Proxies,
        TableName::Agenda,
        TableName::Floor,
        TableName::Requests,
        TableName::Votes,
        TableName::Ballots,
        TableName::Course,
        TableName::Corrections,
        TableName::Ledger,
    ];

    /// As it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            TableName::Summary => "summary",
            TableName::Units => "units",
            TableName::Points => "points",
            TableName::Rooms => "rooms",
            TableName::Interruptions => "interruptions",
            TableName::Delegates => "delegates",
            TableName::Proxies => "proxies",
            TableName::Agenda => "agenda",
            TableName::Floor => "floor",
            TableName::Requests => "requests",
            TableName::Votes => "votes",
            TableName::Ballots => "ballots",
            TableName::Course => "course",
            TableName::Corrections => "corrections",
            TableName::Ledger => "ledger",
        }
    }

    pub fn title(self, language: Language) -> &'static str {
        let word = match self {
            TableName::Summary => Word::Summary,
            TableName::Units => Word::Units,
            TableName::Points => Word::Points,
            TableName::Rooms => Word::Rooms,
            TableName::Interruptions => Word::Interruptions,
            TableName::Delegates => Word::Delegates,
            TableName::Proxies => Word::Proxies,
            TableName::Agenda => Word::Agenda,
            TableName::Floor => Word::Floor,
            TableName::Requests => Word::Requests,
            TableName::Votes => Word::Votes,
            TableName::Ballots => Word::Ballots,
            TableName::Course => Word::Course,
            TableName::Corrections => Word::Corrections,
            TableName::Ledger => Word::Ledger,
        };
        word.text(language)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TableName {
    type Err = NoTable;

    fn from_str(text: &str) -> Result<TableName, NoTable> {
        TableName::ALL.iter().copied().find(|table| table.name() == text).ok_or(NoTable)
    }
}

/// A table. Every row has a cell for every column.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<'a> {
    pub name: TableName,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell<'a>>>,
    /// What the rows add up to, in tables that are added up; for people, not for programs.
    pub total: Option<Vec<Cell<'a>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub heading: &'static str,
    /// Whether its cells are instants, so that the heading names the zone where there is room for it.
    pub is_of_instants: bool,
    /// The widest that it may get on paper, in letters; longer texts are broken into lines.
    pub widest: u8,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    /// The name of something in a tree, and how many stand above it.
    Below {
        text: Cow<'a, str>,
        depth: u32,
    },
    /// A text that only looks like a number.
    Code(Cow<'a, str>),
    Count(u64),
    Moment(Moment),
    /// In milliseconds.
    Duration(u64),
    /// 0 to 1.
    Share(f64),
}

impl Table<'_> {
    pub(super) fn of<'a>(wording: &Wording<'a>, name: TableName) -> Table<'a> {
        match name {
            TableName::Summary => tables::course::summary(wording),
            TableName::Units => tables::roll::units(wording),
            TableName::Points => tables::lines::points(wording),
            TableName::Rooms => tables::lines::rooms(wording),
            TableName::Interruptions => tables::lines::interruptions(wording),
            TableName::Delegates => tables::roll::delegates(wording),
            TableName::Proxies => tables::roll::proxies(wording),
            TableName::Agenda => tables::course::agenda(wording),
            TableName::Floor => tables::floor::turns(wording),
            TableName::Requests => tables::floor::requests(wording),
            TableName::Votes => tables::votes::votes(wording),
            TableName::Ballots => tables::votes::ballots(wording),
            TableName::Course => tables::course::course(wording),
            TableName::Corrections => tables::roll::corrections(wording),
            TableName::Ledger => tables::course::ledger(wording),
        }
    }
}

impl<'a> Cell<'a> {
    /// A text, or nothing where it is empty.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    pub fn code(code: &'a str) -> Cell<'a> {
        Cell::Code(code.into())
    }

    pub fn count(count: impl Into<u64>) -> Cell<'a> {
        Cell::Count(count.into())
    }

    pub fn moment(moment: Option<Moment>) -> Cell<'a> {
        moment.map_or(Cell::Empty, Cell::Moment)
    }

    pub fn duration(ms: Option<u64>) -> Cell<'a> {
        ms.map_or(Cell::Empty, Cell::Duration)
    }

    pub fn share(share: Option<f64>) -> Cell<'a> {
        share.map_or(Cell::Empty, Cell::Share)
    }
}
