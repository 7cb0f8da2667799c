//! Which lines are up: the connections of every place, as the ledger tells of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::Place;
use crate::{clock::Timestamp, ids::ParticipantSid};

/// The lines that are up. A place may have several: a room with a companion device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    up: BTreeMap<Place, BTreeMap<ParticipantSid, Line>>,
    /// Every place that had a line at any time.
    seen: BTreeSet<Place>,
}

/// One device of a place that is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub since: Timestamp,
    pub device: String,
}

impl Lines {
    pub fn is_up(&self, place: &Place) -> bool {
        self.up.contains_key(place)
    }

    /// Whether the place has or had a line in this meeting.
    pub fn was_up(&self, place: &Place) -> bool {
        self.seen.contains(place)
    }

    /// Whether this very connection is up.
    pub fn has(&self, place: &Place, connection: &ParticipantSid) -> bool {
        self.up.get(place).is_some_and(|lines| lines.contains_key(connection))
    }

    /// How many devices of a place are connected.
    pub fn count(&self, place: &Place) -> usize {
        self.up.get(place).map_or(0, BTreeMap::len)
    }

    /// Every place with a line up, with its devices.
    pub fn up(&self) -> impl Iterator<Item = (&Place, impl Iterator<Item = &Line>)> {
        self.up.iter().map(|(place, lines)| (place, lines.values()))
    }

    pub(super) fn rise(&mut self, place: Place, connection: ParticipantSid, line: Line) {
        self.seen.insert(place.clone());
        self.up.entry(place).or_default().entry(connection).or_insert(line);
    }

    pub(super) fn fall(&mut self, place: &Place, connection: &ParticipantSid) {
        if let Some(lines) = self.up.get_mut(place) {
            lines.remove(connection);
            if lines.is_empty() {
                self.up.remove(place);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.up.clear();
    }
}
