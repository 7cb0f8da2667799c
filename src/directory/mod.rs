//! The directory of the authority, pure: its units as a tree and their delegates, as they outlive every meeting.
//!
//! Units and delegates are known by their ids. What is taken out is retired and not deleted, since meetings name it.
//! Nothing here reads a clock, a file or a database: it is given rows and instants, and says what would change.

mod change;
mod export;
mod fault;
mod header;
mod import;
mod order;
mod query;
mod select;
mod sheet;
mod text;
mod tree;
mod workbook;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use change::{Change, ChangeCounts, ChangeKind, Edit, EditRefusal, FieldChange};
pub use export::{ExportError, csv, workbook};
pub use fault::{Fault, Faults, MAX_FAULTS, Notice, What};
pub use header::{Column, Kind};
pub use import::{Import, Proposal};
pub use query::{DelegateFilter, DelegateView, Found, LevelCount, UnitFilter, UnitView};
pub use select::{Selection, SelectionCounts, SelectionError, SelectionRequest};
pub use sheet::{MAX_FILE_BYTES, MAX_ROWS, Sheet};

use crate::{
    clock::Timestamp,
    ids::{DelegateId, PointId},
    meeting::Point,
};

/// The most units that a directory keeps, retired ones counted.
pub const MAX_UNITS: usize = 10_000;
/// The most delegates that a directory keeps, retired ones counted.
pub const MAX_DELEGATES: usize = 50_000;
/// The longest name of a level, a unit, a room, a person, a title; in bytes.
pub const MAX_TEXT_BYTES: usize = crate::meeting::MAX_TEXT_BYTES;

/// Somebody who may be expected at meetings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DirectoryDelegate)]
pub struct Delegate {
    pub id: DelegateId,
    pub name: String,
    #[serde(default)]
    pub title: String,
    pub unit: PointId,
    /// The point in whose room the delegate usually sits; none for the own unit's.
    #[serde(default)]
    pub point: Option<PointId>,
}

/// Something that is kept. Once retired it stays for the meetings that name it, and may come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<R> {
    pub row: R,
    pub retired_at: Option<Timestamp>,
}

impl<R> Entry<R> {
    pub fn is_live(&self) -> bool {
        self.retired_at.is_none()
    }
}

/// What is known by an id and compared field by field.
pub trait Row: Clone + PartialEq {
    type Id: Clone + Eq + Ord + std::hash::Hash + std::fmt::Display;

    const KIND: Kind;

    fn id(&self) -> &Self::Id;
    fn name(&self) -> &str;
    /// What it stands under and is ordered within: a unit's parent, a delegate's unit.
    fn within(&self) -> Option<&PointId>;
    /// A field as a file writes it.
    fn field(&self, column: Column) -> &str;
}

impl Row for Point {
    type Id = PointId;

    const KIND: Kind = Kind::Units;

    fn id(&self) -> &PointId {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn within(&self) -> Option<&PointId> {
        self.parent.as_ref()
    }

    fn field(&self, column: Column) -> &str {
        match column {
            Column::Id => self.id.as_str(),
            Column::Parent => self.parent.as_ref().map_or("", PointId::as_str),
            Column::Level => &self.level,
            Column::Name => &self.name,
            Column::Room => &self.room,
            Column::Title | Column::Unit | Column::Point => "",
        }
    }
}

impl Row for Delegate {
    type Id = DelegateId;

    const KIND: Kind = Kind::Delegates;

    fn id(&self) -> &DelegateId {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn within(&self) -> Option<&PointId> {
        Some(&self.unit)
    }

    fn field(&self, column: Column) -> &str {
        match column {
            Column::Id => self.id.as_str(),
            Column::Name => &self.name,
            Column::Title => &self.title,
            Column::Unit => self.unit.as_str(),
            Column::Point => self.point.as_ref().map_or("", PointId::as_str),
            Column::Parent | Column::Level | Column::Room => "",
        }
    }
}

/// The directory as it stands after a number of changes.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    revision: u32,
    /// Each with what is below it right behind it.
    units: Vec<Entry<Point>>,
    /// In the order of their units.
    delegates: Vec<Entry<Delegate>>,
    places: HashMap<PointId, Place>,
    delegate_at: HashMap<DelegateId, usize>,
    unit_words: Vec<String>,
    delegate_words: Vec<String>,
}

/// Where a unit stands in the list.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: usize,
    /// Where the list goes on behind the last unit below it.
    end: usize,
    /// How many units are above it.
    depth: usize,
}

impl Directory {
    /// Puts units and delegates in order: each under what it is within, neighbours as they come.
    pub fn new(revision: u32, units: Vec<Entry<Point>>, delegates: Vec<Entry<Delegate>>) -> Directory {
        let units = tree::in_tree_order(units);
        let places = tree::places(&units);
        let mut delegates = delegates;
        delegates.sort_by_key(|delegate| places.get(&delegate.row.unit).map_or(usize::MAX, |place| place.at));
        let delegate_at = delegates.iter().enumerate().map(|(at, delegate)| (delegate.row.id.clone(), at)).collect();
        let unit_words = units.iter().map(|unit| words(&[unit.row.id.as_str(), &unit.row.name])).collect();
        let delegate_words = delegates
            .iter()
            .map(|delegate| {
                let unit = places.get(&delegate.row.unit).and_then(|place| units.get(place.at));
                let unit = unit.map_or("", |unit| unit.row.name.as_str());
                words(&[delegate.row.id.as_str(), &delegate.row.name, &delegate.row.title, unit])
            })
            .collect();
        Directory { revision, units, delegates, places, delegate_at, unit_words, delegate_words }
    }

    /// How many changes it has seen.
    pub fn revision(&self) -> u32 {
        self.revision
    }

    /// Every unit, retired ones too, each with what is below it right behind it.
    pub fn units(&self) -> &[Entry<Point>] {
        &self.units
    }

    /// Every delegate, retired ones too, in the order of their units.
    pub fn delegates(&self) -> &[Entry<Delegate>] {
        &self.delegates
    }

    pub fn unit(&self, id: &PointId) -> Option<&Entry<Point>> {
        self.places.get(id).and_then(|place| self.units.get(place.at))
    }

    pub fn delegate(&self, id: &DelegateId) -> Option<&Entry<Delegate>> {
        self.delegate_at.get(id).and_then(|at| self.delegates.get(*at))
    }

    fn live_unit(&self, id: &PointId) -> Option<&Point> {
        self.unit(id).filter(|unit| unit.is_live()).map(|unit| &unit.row)
    }

    /// A unit with all that is below it, and those retired.
    fn subtree(&self, id: &PointId) -> &[Entry<Point>] {
        self.places.get(id).and_then(|place| self.units.get(place.at..place.end)).unwrap_or_default()
    }

    /// The units above a unit, its parent first.
    fn above<'a>(&'a self, unit: &'a Point) -> impl Iterator<Item = &'a Point> {
        let parent = |unit: &&'a Point| unit.parent.as_ref().and_then(|id| self.unit(id)).map(|unit| &unit.row);
        std::iter::successors(parent(&unit), move |unit| parent(unit))
    }
}

fn words(texts: &[&str]) -> String {
    text::fold(&texts.join(" "))
}

#[cfg(test)]
mod testing;
