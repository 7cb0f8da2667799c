//! What happened in a meeting, as the ledger keeps it.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    ids::{ParticipantSid, PointId},
};

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
