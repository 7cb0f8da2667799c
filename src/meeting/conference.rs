//! A meeting under way as a pure state machine: commands become events or refusals, events become the state.
//!
//! [`Conference::decide`] only reads; [`Conference::apply`] is the one thing that changes the state, and it is the same
//! whether an event has just happened or is read back from the ledger.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Actor, DownReason, Event, EventBody, FloorEnd, Measured, Meeting, Microphones, Place, PlanRef,
    agenda::Agenda,
    ballot::{Vote, VoteState, Votes},
    floor::{Floor, FloorRequest, Turn},
    lines::{Line, Lines},
    messages::{Message, Messages},
    roll::{Mark, Proxy, ProxyAnswer, Roll},
};
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
    LineUp {
        place: Place,
        connection: ParticipantSid,
        device: String,
    },
    LineDown {
        place: Place,
        connection: ParticipantSid,
        reason: DownReason,
        last_heard: Timestamp,
    },
    /// The server starts on a meeting whose lines an unclean stop left up.
    Recovered {
        last_known: Timestamp,
    },
    PlanChanged(PlanRef),
    InviteIssued(Place),
    InviteRevoked(Place),
}

/// A meeting under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conference {
    pub(super) meeting: Arc<Meeting>,
    pub(super) plan: PlanRef,
    /// The version of the plan that the ledger last named.
    named: Option<u32>,
    pub(super) last_seq: u64,
    pub(super) last_at: Timestamp,
    pub(super) phase: Phase,
    pub(super) opened_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) lines: Lines,
    pub(super) checks: Vec<LineCheck>,
    /// Who presides, when it is not who the plan says.
    pub(super) presiding: Option<Place>,
    pub(super) spotlight: Option<Place>,
    pub(super) removed: BTreeSet<Place>,
    /// Nobody new comes in.
    pub(super) locked: bool,
    pub(super) announcement: Option<Announcement>,
    pub(super) messages: Messages,
    pub(super) agenda: Agenda,
    pub(super) floor: Floor,
    pub(super) roll: Roll,
    pub(super) votes: Votes,
}

/// The last word on a point's line check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineCheck {
    pub point: crate::ids::PointId,
    pub picture: bool,
    pub sound: bool,
    pub note: String,
    pub measured: Option<Measured>,
    pub at: Timestamp,
    pub by: Actor,
}

/// What the host last told everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Announcement {
    pub text: String,
    pub at: Timestamp,
}

impl Conference {
    /// A meeting in which nothing has happened yet.
    pub fn new(meeting: Arc<Meeting>, plan: PlanRef) -> Conference {
        Conference {
            meeting,
            plan,
            named: None,
            last_seq: 0,
            last_at: Timestamp::from_millis(i64::MIN),
            phase: Phase::Draft,
            opened_at: None,
            closed_at: None,
            lines: Lines::default(),
            checks: Vec::new(),
            presiding: None,
            spotlight: None,
            removed: BTreeSet::new(),
            locked: false,
            announcement: None,
            messages: Messages::default(),
            agenda: Agenda::default(),
            floor: Floor::default(),
            roll: Roll::default(),
            votes: Votes::default(),
        }
    }

    /// A meeting as its ledger left it. What lies in the boxes of secret votes is put in by [`Conference::fill_box`].
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

    pub fn plan(&self) -> &PlanRef {
        &self.plan
    }

    /// The plan changed: the newer one holds from here on. After the publication that is [`Fact::PlanChanged`] too, seen
    /// against the newer one.
    pub fn set_plan(&mut self, meeting: Arc<Meeting>, plan: PlanRef) {
        self.meeting = meeting;
        self.plan = plan;
    }

    /// Whether the ledger has yet to name the plan that holds: it was saved, and the server ended before it said so.
    pub fn owes_plan(&self) -> bool {
        self.phase != Phase::Draft && self.named != Some(self.plan.version)
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    pub fn opened_at(&self) -> Option<Timestamp> {
        self.opened_at
    }

    pub fn closed_at(&self) -> Option<Timestamp> {
        self.closed_at
    }

    /// The number of the last event; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The instant that an event which happens now is given: never before the last one.
    pub fn instant(&self, now: Timestamp) -> Timestamp {
        now.max(self.last_at)
    }

    /// The seat that presides.
    pub fn presiding(&self) -> Place {
        self.presiding.clone().unwrap_or_else(|| self.planned_chair())
    }

    /// The seat that presides unless another one was made to.
    fn planned_chair(&self) -> Place {
        if self.meeting.officers.chair.is_some() { Place::Chair } else { Place::Hub }
    }

    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    pub fn floor(&self) -> &Floor {
        &self.floor
    }

    pub fn roll(&self) -> &Roll {
        &self.roll
    }

    pub fn votes(&self) -> &Votes {
        &self.votes
    }

    pub fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    pub fn spotlight(&self) -> Option<&Place> {
        self.spotlight.as_ref()
    }

    pub fn removed(&self) -> &BTreeSet<Place> {
        &self.removed
    }

    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// Whether the lock keeps a seat out: it is no host's, and was never here before.
    pub fn locks_out(&self, place: &Place) -> bool {
        self.locked && !place.is_host() && !self.lines.was_up(place)
    }

    pub fn announcement(&self) -> Option<&Announcement> {
        self.announcement.as_ref()
    }

    /// The last word on each point that was checked.
    pub fn line_checks(&self) -> &[LineCheck] {
        &self.checks
    }

    /// What follows from a fact: the fact itself, and what it brings about. Nothing, when it tells nothing new.
    pub fn observe(&self, fact: &Fact) -> Vec<EventBody> {
        match fact.clone() {
            Fact::LineUp { place, connection, device } => {
                if self.lines.has(&place, &connection) {
                    return Vec::new();
                }
                vec![EventBody::LineUp { place, connection, device }]
            }
            Fact::LineDown { place, connection, reason, last_heard } => {
                if !self.lines.has(&place, &connection) {
                    return Vec::new();
                }
                let was_last = self.lines.count(&place) == 1;
                let holder = self.floor.holder.as_ref().filter(|turn| was_last && turn.place == place);
                let lost = holder.map(|turn| EventBody::FloorEnded { turn: turn.turn, how: FloorEnd::LineLost });
                let down = EventBody::LineDown { place, connection, reason, last_heard };
                // The floor first: whoever has it is connected, at every event.
                lost.into_iter().chain([down]).collect()
            }
            Fact::Recovered { last_known } => {
                if self.lines.up().next().is_none() {
                    return Vec::new();
                }
                vec![EventBody::Recovered { last_known }]
            }
            // A draft may change as it likes: what was published is what counts.
            Fact::PlanChanged(_) if self.phase == Phase::Draft => Vec::new(),
            Fact::PlanChanged(plan) if self.named == Some(plan.version) => Vec::new(),
            Fact::PlanChanged(plan) => {
                let mut bodies = self.unseated();
                bodies.push(EventBody::PlanChanged { plan });
                bodies
            }
            Fact::InviteIssued(place) => vec![EventBody::InviteIssued { place }],
            Fact::InviteRevoked(place) => vec![EventBody::InviteRevoked { place }],
        }
    }

    /// What ends because the plan no longer has the seat that it is about.
    fn unseated(&self) -> Vec<EventBody> {
        let gone = |place: &Place| !self.meeting.has(place);
        let holder = self.floor.holder.as_ref().filter(|turn| gone(&turn.place));
        let floor = holder.map(|turn| EventBody::FloorEnded { turn: turn.turn, how: FloorEnd::Removed });
        let waiting = self.floor.queue.iter().filter(|waiting| gone(&waiting.place));
        let skipped =
            waiting.map(|waiting| EventBody::FloorSkipped { request: waiting.request, reason: String::new() });
        let spotlight = self.spotlight.as_ref().filter(|place| gone(place)).map(|_| EventBody::Spotlit { place: None });
        let chair = self
            .presiding
            .as_ref()
            .filter(|place| gone(place))
            .map(|_| EventBody::PresidingChanged { to: self.planned_chair(), handed_over: false });
        floor.into_iter().chain(skipped).chain(spotlight).chain(chair).collect()
    }

    /// Takes in an event.
    pub fn apply(&mut self, event: &Event) {
        let at = event.at;
        self.last_seq = event.seq;
        self.last_at = at;
        match event.body.clone() {
            EventBody::Published { plan } => {
                self.phase = Phase::Published;
                self.named = Some(plan.version);
            }
            EventBody::Withdrawn { .. } => self.phase = Phase::Draft,
            EventBody::PlanChanged { plan } => self.named = Some(plan.version),
            EventBody::InviteIssued { .. } | EventBody::InviteRevoked { .. } => {}
            EventBody::LineCheckBegan => self.phase = Phase::LineCheck,
            EventBody::Opened => {
                self.phase = Phase::Open;
                self.opened_at = Some(at);
            }
            EventBody::Paused { .. } => self.phase = Phase::Paused,
            EventBody::Resumed => self.phase = Phase::Open,
            EventBody::Closed => {
                self.phase = Phase::Closed;
                self.closed_at = Some(at);
                self.floor.queue.clear();
            }

            EventBody::LineUp { place, connection, device } => {
                self.lines.rise(place, connection, Line { since: at, device });
            }
            EventBody::LineDown { place, connection, last_heard, .. } => {
                self.lines.fall(&place, &connection, last_heard.min(at));
            }
            EventBody::Recovered { last_known } => {
                self.lines.clear(last_known.min(at));
                if let Some((turn, since)) = self.floor.holder.as_ref().map(|holder| (holder.turn, holder.since)) {
                    self.floor.end(turn, FloorEnd::LineLost, last_known.min(at).max(since));
                }
            }
            EventBody::LineChecked { point, picture, sound, note, measured } => {
                self.checks.retain(|check| check.point != point);
                self.checks.push(LineCheck { point, picture, sound, note, measured, at, by: event.actor.clone() });
            }

            EventBody::PresidingChanged { to, .. } => self.presiding = Some(to),
            // What is done once and for all is done by who hears of the event.
            EventBody::MutedAll | EventBody::Muted { .. } | EventBody::UnmuteAsked { .. } => {}
            EventBody::Spotlit { place } => self.spotlight = place,
            EventBody::Removed { place, .. } => {
                self.floor.queue.retain(|waiting| waiting.place != place);
                self.spotlight.take_if(|spot| *spot == place);
                self.removed.insert(place);
            }
            EventBody::Readmitted { place } => {
                self.removed.remove(&place);
            }
            EventBody::Locked => self.locked = true,
            EventBody::Unlocked => self.locked = false,
            EventBody::Announced { text } => {
                self.messages.push(Message {
                    seq: event.seq,
                    at,
                    by: event.actor.clone(),
                    text: text.clone(),
                    announced: true,
                });
                self.announcement = Some(Announcement { text, at });
            }
            EventBody::Said { text } => {
                self.messages.push(Message { seq: event.seq, at, by: event.actor.clone(), text, announced: false });
            }
            EventBody::ItemStarted { item } => self.agenda.start(item, at),
            EventBody::ItemFinished { item } => self.agenda.finish(item, at),

            EventBody::FloorRequested { request, place, speaker, subject } => {
                self.floor.ask(FloorRequest { request, place, speaker, subject, since: at });
            }
            EventBody::FloorWithdrawn { request } | EventBody::FloorSkipped { request, .. } => {
                self.floor.drop_request(request);
            }
            EventBody::FloorMoved { request, before } => self.floor.put_before(request, before),
            EventBody::FloorGranted { turn, request, place, speaker, subject, seconds } => {
                self.floor.grant(Turn { turn, request, place, speaker, subject, since: at, seconds, until: None });
            }
            EventBody::FloorExtended { turn, seconds } => self.floor.extend(turn, seconds, at),
            EventBody::FloorEnded { turn, how } => self.floor.end(turn, how, at),

            EventBody::DelegateAdded { delegate } => self.roll.add(delegate),
            EventBody::CheckedIn { delegate } => self.roll.check_in(delegate, at),
            EventBody::RollCalled { delegate, presence } => {
                let mark = Mark { seq: event.seq, at, presence, by: event.actor.clone(), corrected: None };
                self.roll.call(delegate, mark);
            }
            EventBody::RollCorrected { corrects, delegate, presence, reason } => {
                self.roll.correct(&delegate, corrects, event.seq, presence, event.actor.clone(), reason);
            }
            EventBody::ProxyRequested { proxy, delegate, substitute, reason } => {
                self.roll.ask_proxy(proxy, Proxy { delegate, substitute, reason, answer: ProxyAnswer::Pending });
            }
            EventBody::ProxyApproved { proxy } => self.roll.answer_proxy(proxy, ProxyAnswer::Approved),
            EventBody::ProxyRefused { proxy, reason } => {
                self.roll.answer_proxy(proxy, ProxyAnswer::Refused { reason });
            }

            EventBody::VoteOpened { vote, question, options, secret, by, needs_quorum } => {
                self.votes.open(Vote::new(vote, question, options, secret, by, needs_quorum, at));
            }
            EventBody::BallotCast { vote, voter, choice } => self.votes.cast(vote, voter, choice),
            EventBody::VoteClosed { vote, tally, eligible, present, quorum } => {
                self.votes.end(vote, VoteState::Closed { at, tally, eligible, present, quorum });
            }
            EventBody::VoteCancelled { vote, reason } => self.votes.end(vote, VoteState::Cancelled { at, reason }),
        }
    }

    /// Puts a ballot of a secret vote into its box, together with the event that says who voted.
    pub fn drop_into_box(&mut self, vote: VoteId, choice: u8) {
        self.votes.drop_into_box(vote, choice);
    }

    /// Puts back what lay in the box of a secret vote under way, by option, after a replay.
    pub fn fill_box(&mut self, vote: VoteId, counts: &BTreeMap<u8, u32>) {
        self.votes.fill_box(vote, counts);
    }

    /// What the media plane must enforce as things stand.
    pub fn stage(&self) -> Stage {
        let heard = matches!(self.phase, Phase::Published | Phase::LineCheck | Phase::Open | Phase::Paused);
        let mut on_stage = BTreeSet::new();
        if heard {
            on_stage.extend([self.presiding(), Place::Hub]);
            on_stage.extend(self.floor.holder.iter().map(|turn| turn.place.clone()));
        }
        // A seat that the plan has no more is kept out like one that was removed.
        let gone = self.lines.up().map(|(place, _)| place).filter(|place| !self.meeting.has(place));
        Stage {
            shut: !heard,
            on_stage,
            all_speak: heard && self.meeting.rules.microphones == Microphones::Free,
            removed: self.removed.iter().chain(gone).cloned().collect(),
            spotlight: self.spotlight.clone(),
        }
    }
}

/// What the media plane enforces: the only way in which a meeting's state reaches it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Nobody may be connected: the meeting is a draft, withdrawn or closed.
    pub shut: bool,
    /// Places whose sound is heard and who may show their screen; everybody's when `all_speak`.
    pub on_stage: BTreeSet<Place>,
    pub all_speak: bool,
    /// Places that are kept out.
    pub removed: BTreeSet<Place>,
    pub spotlight: Option<Place>,
}

impl Stage {
    /// Whether the sound of a place goes out. Who watches is never heard.
    pub fn may_speak(&self, place: &Place) -> bool {
        !self.shut
            && !matches!(place, Place::Observer(_))
            && !self.removed.contains(place)
            && (self.all_speak || self.on_stage.contains(place))
    }
}
