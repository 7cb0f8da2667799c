//! What happened in a meeting, as the ledger keeps it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Delegate, NoPlace, Person, Place, PlanRef};
use crate::{
    clock::Timestamp,
    ids::{AgendaItemId, DelegateId, ParticipantSid, PointId, ProxyId, RequestId, TurnId, VoteId},
};

/// Something that happened in a meeting, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// 1, 2, 3 … within the meeting.
    pub seq: u64,
    /// Never goes back within a meeting.
    pub at: Timestamp,
    pub actor: Actor,
    pub body: EventBody,
}

/// Who did it. Its text is `system`, `admin:NAME` or a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Actor {
    /// The server itself: a line went up or down, a deadline passed.
    System,
    /// An administrator of the server, by the name of the key.
    Administrator(String),
    Seat(Place),
}

crate::ids::text_schema!(Actor, "hub");

const ADMIN: &str = "admin:";

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::System => f.write_str("system"),
            Actor::Administrator(name) => write!(f, "{ADMIN}{name}"),
            Actor::Seat(place) => place.fmt(f),
        }
    }
}

impl FromStr for Actor {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        Ok(match (text, text.strip_prefix(ADMIN)) {
            ("system", _) => Actor::System,
            (_, Some(name)) => Actor::Administrator(name.to_owned()),
            (place, None) => Actor::Seat(place.parse()?),
        })
    }
}

impl TryFrom<String> for Actor {
    type Error = NoPlace;

    fn try_from(text: String) -> Result<Self, NoPlace> {
        text.parse()
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> String {
        actor.to_string()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum EventBody {
    // --- the meeting's life ---
    Published {
        plan: PlanRef,
    },
    /// Taken back to draft.
    Withdrawn {
        reason: String,
    },
    /// The plan was changed after it was published.
    PlanChanged {
        plan: PlanRef,
    },
    InviteIssued {
        place: Place,
    },
    /// Every invite to the place is worthless now.
    InviteRevoked {
        place: Place,
    },
    LineCheckBegan,
    Opened,
    Paused {
        reason: String,
    },
    Resumed,
    Closed,

    // --- lines ---
    /// A device of a seat is connected: its signalling and its media.
    LineUp {
        place: Place,
        connection: ParticipantSid,
        device: String,
    },
    /// That connection is over. `last_heard` is the last instant at which something came from it.
    LineDown {
        place: Place,
        connection: ParticipantSid,
        reason: DownReason,
        #[schema(rename = "lastHeard")]
        last_heard: Timestamp,
    },
    /// The server came back after it ended without closing the open lines; they ended at `last_known`.
    Recovered {
        #[schema(rename = "lastKnown")]
        last_known: Timestamp,
    },
    /// What a point's line check showed, as the point or the technician says.
    LineChecked {
        point: PointId,
        picture: bool,
        sound: bool,
        note: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        measured: Option<Measured>,
    },

    // --- the chair ---
    /// Another seat presides: handed over, or taken over because the line of who presided is down.
    PresidingChanged {
        to: Place,
        #[schema(rename = "handedOver")]
        handed_over: bool,
    },
    /// Everybody but who presides is muted; those on stage may unmute again.
    MutedAll,
    Muted {
        place: Place,
    },
    UnmuteAsked {
        place: Place,
    },
    /// Shown large to all; none ends it.
    Spotlit {
        place: Option<Place>,
    },
    /// Put out and kept out until readmitted.
    Removed {
        place: Place,
        reason: String,
    },
    Readmitted {
        place: Place,
    },
    /// Nobody new comes in from now on.
    Locked,
    Unlocked,
    Announced {
        text: String,
    },
    /// Written to everybody, beside what is said aloud.
    Said {
        text: String,
    },
    ItemStarted {
        item: AgendaItemId,
    },
    ItemFinished {
        item: AgendaItemId,
    },

    // --- the floor ---
    FloorRequested {
        request: RequestId,
        place: Place,
        speaker: Speaker,
        subject: String,
    },
    /// Taken back by who asked.
    FloorWithdrawn {
        request: RequestId,
    },
    /// Passed over by the chair.
    FloorSkipped {
        request: RequestId,
        reason: String,
    },
    /// Put before another request by the chair, or behind all of them.
    FloorMoved {
        request: RequestId,
        before: Option<RequestId>,
    },
    /// `request` is none when it was given unasked. `seconds` is the time box, 0 for none.
    FloorGranted {
        turn: TurnId,
        request: Option<RequestId>,
        place: Place,
        speaker: Speaker,
        subject: String,
        seconds: u32,
    },
    /// More time: from the end of the time box on, or from now on when that is over already.
    FloorExtended {
        turn: TurnId,
        seconds: u32,
    },
    FloorEnded {
        turn: TurnId,
        how: FloorEnd,
    },

    // --- the roll call ---
    /// Somebody came who was not expected.
    DelegateAdded {
        delegate: Delegate,
    },
    /// A delegate said on their own phone that they are here; the clerk has yet to confirm it.
    CheckedIn {
        delegate: DelegateId,
    },
    RollCalled {
        delegate: DelegateId,
        presence: Presence,
    },
    /// Corrects the roll call that stands at `corrects`, the number of an earlier event.
    RollCorrected {
        corrects: u64,
        delegate: DelegateId,
        presence: Presence,
        reason: String,
    },
    ProxyRequested {
        proxy: ProxyId,
        delegate: DelegateId,
        substitute: Person,
        reason: String,
    },
    ProxyApproved {
        proxy: ProxyId,
    },
    ProxyRefused {
        proxy: ProxyId,
        reason: String,
    },

    // --- votes ---
    VoteOpened {
        vote: VoteId,
        question: String,
        options: Vec<String>,
        secret: bool,
        by: Voters,
        #[schema(rename = "needsQuorum")]
        needs_quorum: bool,
    },
    /// `choice` counts the options from 0; it is none in a secret vote, where only the fact of voting is kept.
    BallotCast {
        vote: VoteId,
        voter: Voter,
        choice: Option<u8>,
    },
    VoteClosed {
        vote: VoteId,
        tally: Vec<u32>,
        eligible: u32,
        present: u32,
        quorum: Option<bool>,
    },
    VoteCancelled {
        vote: VoteId,
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// The meeting was closed.
    MeetingClosed,
    /// The media worker that held it failed; it comes back by itself.
    MediaFailed,
    /// The server stopped in order.
    ServerStopped,
}

/// What a line check measured between a point and the server; what was not measured is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Measured {
    /// In milliseconds, 0 to 60,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trip_ms: Option<u32>,
    /// Packets lost on the way to the server, of a thousand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_up_per_mille: Option<u32>,
    /// Packets lost on the way to the point, of a thousand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_down_per_mille: Option<u32>,
    /// What went through to the server, in kbit/s, 0 to 10,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_kbps: Option<u32>,
    /// What went through to the point, in kbit/s, 0 to 10,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down_kbps: Option<u32>,
}

/// Who speaks for a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Speaker {
    /// None for somebody who is not on the list.
    #[serde(default)]
    pub delegate: Option<DelegateId>,
    #[serde(default)]
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FloorEnd {
    /// The speaker gave it back.
    Returned,
    TakenBack,
    /// The chair gave it to somebody else.
    PassedOn,
    /// The speaker's line went down; a request that was granted stands first in the queue again.
    LineLost,
    Removed,
    MeetingPaused,
    MeetingClosed,
}

/// What the roll call says of one delegate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Presence {
    Present,
    /// Was here and has left.
    Left,
    Absent,
    Excused {
        reason: String,
    },
    /// Somebody is here in the delegate's place, by a request that the chair approved.
    Proxy {
        proxy: ProxyId,
    },
}

/// Who has a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Voters {
    /// Each delegate who is present, in person or by an approved proxy.
    Delegates,
    /// Each point, once.
    Points,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Voter {
    Delegate(DelegateId),
    Point(PointId),
}

/// As the place of the same name: `delegate:ID` or `point:CODE`.
impl fmt::Display for Voter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Voter::Delegate(delegate) => Place::Delegate(delegate.clone()).fmt(f),
            Voter::Point(point) => Place::Point(point.clone()).fmt(f),
        }
    }
}
