//! Which lines are up: the connections of every place, as the ledger tells of them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Place;
use crate::{clock::Timestamp, ids::ParticipantSid};

/// The lines that are up. A place may have several: a room with a companion device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    up: BTreeMap<Place, BTreeMap<ParticipantSid, Line>>,
    /// Every place that had a line at any time, and when its last one went down; none while it is up for the first time.
    seen: BTreeMap<Place, Option<Timestamp>>,
}

/// One device of a place that is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub since: Timestamp,
    pub device: String,
}

/// How a place's line is while it is up, as the media plane measures it. No part of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineQuality {
    pub grade: LineGrade,
    /// What is wrong with it, by the leg to look at: the uplink is what the place sends, the downlink what it gets.
    pub trouble: Option<LineTrouble>,
    /// Since when that is so.
    pub since: Timestamp,
    /// Before any repair; none while too little passes to tell.
    pub uplink_lost_percent: Option<u8>,
    pub downlink_lost_percent: Option<u8>,
    pub round_trip_ms: Option<u32>,
    /// Videos that its downlink does not carry for now.
    pub videos_resting: u32,
}

/// The worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineGrade {
    Lost,
    Poor,
    Good,
    Excellent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineTrouble {
    /// Nothing is heard of the place.
    Silent,
    UplinkLoss,
    DownlinkLoss,
    /// Not all videos that it wants fit.
    DownlinkTooSlow,
    /// The round trip is long.
    Delay,
}

impl Lines {
    pub fn is_up(&self, place: &Place) -> bool {
        self.up.contains_key(place)
    }

    /// Whether the place has or had a line in this meeting.
    pub fn was_up(&self, place: &Place) -> bool {
        self.seen.contains_key(place)
    }

    /// When the last line of a place went down; none while one is up, and when it never had one.
    pub fn down_since(&self, place: &Place) -> Option<Timestamp> {
        self.seen.get(place).copied().flatten().filter(|_| !self.is_up(place))
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

    /// Every connection that is up.
    #[cfg(test)]
    pub fn connections(&self) -> impl Iterator<Item = (Place, ParticipantSid)> {
        self.up.iter().flat_map(|(place, lines)| lines.keys().map(|connection| (place.clone(), connection.clone())))
    }

    pub(super) fn rise(&mut self, place: Place, connection: ParticipantSid, line: Line) {
        self.seen.entry(place.clone()).or_default();
        self.up.entry(place).or_default().entry(connection).or_insert(line);
    }

    pub(super) fn fall(&mut self, place: &Place, connection: &ParticipantSid, at: Timestamp) {
        if let Some(lines) = self.up.get_mut(place) {
            lines.remove(connection);
            if lines.is_empty() {
                self.up.remove(place);
                self.seen.insert(place.clone(), Some(at));
            }
        }
    }

    /// All of them are down.
    pub(super) fn clear(&mut self, at: Timestamp) {
        for place in std::mem::take(&mut self.up).into_keys() {
            self.seen.insert(place, Some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_down_since_its_last_device_went() {
        let (place, at) = (Place::Hub, Timestamp::from_millis);
        let connection = |name: &str| ParticipantSid::try_from(format!("PA_{name}")).unwrap();
        let line = |since| Line { since: at(since), device: String::new() };
        let mut lines = Lines::default();
        assert_eq!(lines.down_since(&place), None);
        lines.rise(place.clone(), connection("a"), line(1));
        lines.rise(place.clone(), connection("b"), line(2));
        lines.fall(&place, &connection("a"), at(3));
        assert_eq!(lines.down_since(&place), None);
        lines.fall(&place, &connection("b"), at(4));
        assert_eq!(lines.down_since(&place), Some(at(4)));
        lines.rise(place.clone(), connection("a"), line(5));
        assert_eq!(lines.down_since(&place), None);
        lines.clear(at(6));
        assert_eq!(lines.down_since(&place), Some(at(6)));
    }
}
