//! The meeting, pure: tree of points, events, attendance as a fold over events.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    ids::{Identity, MeetingId, ParticipantSid, PointId},
};

/// A conference with its tree of points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub id: MeetingId,
    pub title: String,
    /// IANA name of the time zone of the papers, `Asia/Ho_Chi_Minh` by default.
    pub zone: String,
    pub starts_at: Timestamp,
    /// The point from which the conference is led.
    pub hub: PointId,
    /// Parents before children; the hub is one of them.
    pub points: Vec<Point>,
}

/// A room connected to the conference, with its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub id: PointId,
    pub parent: Option<PointId>,
    /// Name of the tier, as the directory has it: data, never code.
    pub level: String,
    pub name: String,
    pub room: String,
}

/// What an invite opens: one place in one meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub meeting: MeetingId,
    pub point: PointId,
    pub role: SeatRole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeatRole {
    /// Leads the conference from the hub.
    Host,
    Point,
}

impl Seat {
    /// The participant identity of this seat: `hub`, or `point:` and the point's code.
    pub fn identity(&self) -> Identity {
        unimplemented!()
    }
}

impl Meeting {
    pub fn point(&self, id: &PointId) -> Option<&Point> {
        self.points.iter().find(|point| point.id == *id)
    }

    /// The seat that an identity names in this meeting, if there is one.
    pub fn seat(&self, _identity: &Identity) -> Option<Seat> {
        unimplemented!()
    }
}

/// Something that happened in a meeting, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// 1, 2, 3 … within the meeting.
    pub seq: u64,
    /// Never goes back within a meeting.
    pub at: Timestamp,
    pub body: EventBody,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EventBody {
    /// A device of a point is connected: its signalling and its media.
    LineUp { point: PointId, connection: ParticipantSid, device: String },
    /// That connection is over. `last_heard` is the last instant at which something came from it.
    LineDown { point: PointId, connection: ParticipantSid, reason: DownReason, last_heard: Timestamp },
    /// The server came back after it ended without closing the open lines; they ended at `last_known`.
    Recovered { last_known: Timestamp },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DownReason {
    /// The client said that it leaves.
    Left,
    /// The client fell silent.
    Lost,
    /// A newer connection took the seat.
    Replaced,
    /// The host or the room API removed it.
    Removed,
    /// The media worker that held it failed; it comes back by itself.
    MediaFailed,
    /// The server stopped in order.
    ServerStopped,
}
