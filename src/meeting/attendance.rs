//! Attendance: what the lines of each point add up to, as a fold over the events of a meeting.
//!
//! It says when a point was *connected*, never who was in the room.

use std::collections::HashMap;

use super::{DownReason, Event, EventBody, Meeting};
use crate::{
    clock::Timestamp,
    ids::{ParticipantSid, PointId},
};

/// The connections of every invited point up to one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// One entry for each point of the meeting, in its order, also for those that never came.
    pub points: Vec<PointAttendance>,
}

/// When one point was connected. A reconnect is the same attendance: all of a point's lines add up here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointAttendance {
    pub point: PointId,
    /// While at least one device of the point was connected: in order, apart from one another by more than nothing.
    /// The last one of a point that is connected ends at the instant the attendance was drawn up for.
    pub stays: Vec<Span>,
    /// How many times a device connected.
    pub connections: usize,
    /// Whether a device is connected still.
    pub connected: bool,
}

/// From one instant to another; `start <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Span {
    pub fn millis(self) -> u64 {
        self.end.millis_since(self.start)
    }
}

impl PointAttendance {
    pub fn first_joined(&self) -> Option<Timestamp> {
        self.stays.first().map(|stay| stay.start)
    }

    /// When the last stay ended; `None` while connected and for a point that never came.
    pub fn last_left(&self) -> Option<Timestamp> {
        self.stays.last().filter(|_| !self.connected).map(|stay| stay.end)
    }

    pub fn connected_ms(&self) -> u64 {
        self.stays.iter().map(|stay| stay.millis()).sum()
    }

    /// The interruptions: between one stay and the next. Before the first and after the last there is none.
    pub fn gaps(&self) -> impl Iterator<Item = Span> {
        self.stays.windows(2).filter_map(|pair| match pair {
            [before, after] => Some(Span { start: before.end, end: after.start }),
            _ => None,
        })
    }
}

impl Attendance {
    /// Adds up the events of a meeting, in the ledger's order. Lines still open count up to `now`; events of points
    /// that are not of the meeting are left out.
    pub fn fold<'a>(meeting: &Meeting, events: impl IntoIterator<Item = &'a Event>, now: Timestamp) -> Attendance {
        let mut closed: HashMap<PointId, Vec<Span>> = HashMap::new();
        let mut lines = OpenLines::default();
        let mut now = now;
        for event in events {
            // A clock that was set back must not end a line before what is known to have happened on it.
            now = now.max(event.at);
            lines.apply(event, |point, span| closed.entry(point).or_default().push(span));
        }
        let mut open: HashMap<PointId, Vec<Span>> = HashMap::new();
        for ((point, _), start) in lines.0 {
            open.entry(point).or_default().push(Span { start, end: now });
        }
        let points = meeting.points.iter().map(|point| {
            let open = open.remove(&point.id).unwrap_or_default();
            let connected = !open.is_empty();
            let mut lines = closed.remove(&point.id).unwrap_or_default();
            lines.extend(open);
            PointAttendance { point: point.id.clone(), connections: lines.len(), stays: union(lines), connected }
        });
        Attendance { points: points.collect() }
    }

    pub fn point(&self, id: &PointId) -> Option<&PointAttendance> {
        self.points.iter().find(|point| point.point == *id)
    }
}

/// Whether events, in the ledger's order, leave a line open.
pub fn leave_a_line_open<'a>(events: impl IntoIterator<Item = &'a Event>) -> bool {
    let mut lines = OpenLines::default();
    for event in events {
        lines.apply(event, |_, _| {});
    }
    !lines.0.is_empty()
}

/// The lines that are up, each since when. A connection's name belongs to its point: another point's line of the
/// same name is another line.
#[derive(Default)]
struct OpenLines(HashMap<(PointId, ParticipantSid), Timestamp>);

impl OpenLines {
    /// Takes in one event and tells the lines it closes. What fits no line (the end of a line that is not up, a line
    /// that is up already) changes nothing.
    fn apply(&mut self, event: &Event, mut closes: impl FnMut(PointId, Span)) {
        // A line never ends before it began, and never after the event that tells of its end.
        let span = |start: Timestamp, end: Timestamp| Span { start, end: end.min(event.at).max(start) };
        match &event.body {
            EventBody::LineUp { point, connection, .. } => {
                self.0.entry((point.clone(), connection.clone())).or_insert(event.at);
            }
            EventBody::LineDown { point, connection, reason, last_heard } => {
                if let Some(start) = self.0.remove(&(point.clone(), connection.clone())) {
                    // Only silence is noticed late; every other end happens as it is written down.
                    let end = if *reason == DownReason::Lost { *last_heard } else { event.at };
                    closes(point.clone(), span(start, end));
                }
            }
            EventBody::Recovered { last_known } => {
                for ((point, _), start) in self.0.drain() {
                    closes(point, span(start, *last_known));
                }
            }
        }
    }
}

/// The spans with everything that overlaps or touches joined, in order.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}
