//! A meeting under way as a pure state machine: commands become events or refusals, events become the state.
//!
//! [`Conference::decide`] only reads; [`Conference::apply`] is the one thing that changes the state, and it is the same
//! whether an event has just happened or is read back from the ledger.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Command, Event, EventBody, Meeting, Place, PlanRef, Refusal};
use crate::{
    clock::Timestamp,
    ids::{ParticipantSid, VoteId},
};

/// Where a meeting stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    #[default]
    Draft,
    Published,
    LineCheck,
    Open,
    Paused,
    Closed,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Draft => "a draft",
            Phase::Published => "published",
            Phase::LineCheck => "in its line check",
            Phase::Open => "open",
            Phase::Paused => "paused",
            Phase::Closed => "closed",
        })
    }
}

/// What follows from a command that is not refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// In order; each by who asked.
    pub events: Vec<EventBody>,
    /// A ballot of a secret vote: the option counted from 0. It goes into the ballot box, apart from who voted, in
    /// the same transaction as the events.
    pub ballot: Option<(VoteId, u8)>,
}

/// What the server sees happen. It cannot be refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    LineUp { place: Place, connection: ParticipantSid, device: String },
    LineDown { place: Place, connection: ParticipantSid, reason: super::DownReason, last_heard: Timestamp },
    PlanChanged(PlanRef),
    InviteIssued(Place),
    InviteRevoked(Place),
}

/// A meeting under way.
#[derive(Clone, Debug)]
pub struct Conference {
    meeting: Arc<Meeting>,
    plan: PlanRef,
    last_seq: u64,
    last_at: Timestamp,
    phase: Phase,
}

impl Conference {
    /// A meeting in which nothing has happened yet.
    pub fn new(meeting: Arc<Meeting>, plan: PlanRef) -> Conference {
        Conference { meeting, plan, last_seq: 0, last_at: Timestamp::from_millis(i64::MIN), phase: Phase::Draft }
    }

    /// A meeting as its ledger left it.
    pub fn replay<'a>(meeting: Arc<Meeting>, plan: PlanRef, events: impl IntoIterator<Item = &'a Event>) -> Conference {
        let mut conference = Conference::new(meeting, plan);
        for event in events {
            conference.apply(event);
        }
        conference
    }

    pub fn meeting(&self) -> &Arc<Meeting> {
        &self.meeting
    }

    /// The plan changed: the newer one holds from here on. The fact that it did is [`Fact::PlanChanged`].
    pub fn set_plan(&mut self, meeting: Arc<Meeting>, plan: PlanRef) {
        self.meeting = meeting;
        self.plan = plan;
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The number of the last event; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The instant that an event which happens now is given: never before the last one.
    pub fn instant(&self, now: Timestamp) -> Timestamp {
        now.max(self.last_at)
    }

    /// What a command leads to; nothing is changed.
    pub fn decide(&self, _now: Timestamp, _actor: &Actor, command: &Command) -> Result<Decision, Refusal> {
        let _ = command;
        Err(Refusal::NotPermitted)
    }

    /// What follows from a fact, by [`Actor::System`] or, for the plan and invites, by who did it: the fact itself, and
    /// what it brings about. Empty for a fact that tells nothing new.
    pub fn observe(&self, fact: &Fact) -> Vec<EventBody> {
        match fact.clone() {
            Fact::LineUp { place, connection, device } => vec![EventBody::LineUp { place, connection, device }],
            Fact::LineDown { place, connection, reason, last_heard } => {
                vec![EventBody::LineDown { place, connection, reason, last_heard }]
            }
            Fact::PlanChanged(plan) => vec![EventBody::PlanChanged { plan }],
            Fact::InviteIssued(place) => vec![EventBody::InviteIssued { place }],
            Fact::InviteRevoked(place) => vec![EventBody::InviteRevoked { place }],
        }
    }

    /// Takes in an event.
    pub fn apply(&mut self, event: &Event) {
        self.last_seq = event.seq;
        self.last_at = event.at;
    }

    /// What the media plane must enforce as things stand.
    pub fn stage(&self) -> Stage {
        Stage::default()
    }
}

/// What the media plane enforces: the only way in which a meeting's state reaches it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Nobody may be connected: the meeting is a draft, withdrawn or closed.
    pub shut: bool,
    /// Places whose sound is heard and who may show their screen; everybody's when `all_speak`.
    pub on_stage: Vec<Place>,
    pub all_speak: bool,
    /// Places that are kept out.
    pub removed: Vec<Place>,
    pub spotlight: Option<Place>,
}
