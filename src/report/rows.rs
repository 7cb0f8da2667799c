//! The rows of a report. Instants are [`Moment`]s of the meeting's zone; durations are whole milliseconds in fields that
//! end in `_ms`; people, rooms and units are named by their ids.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Interval, Moment};
use crate::{
    ids::{AgendaItemId, DelegateId, MeetingId, NodeId, PointId, ProxyId, RequestId, TurnId, VoteId},
    ledger::chain::Hash,
    meeting::{
        Actor, AgendaKind, Document, FloorEnd, Measured, Officers, Person, Place, PlanRef, Presence, Quorum, Speaker,
        Voter, Voters,
    },
};

/// What the plan in force says of the meeting as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReportedMeeting)]
#[serde(rename_all = "camelCase")]
pub struct MeetingFacts {
    pub id: MeetingId,
    /// The number of the invitation letter; may be empty.
    pub number: String,
    pub title: String,
    /// IANA name.
    pub zone: String,
    /// As planned.
    pub starts_at: Moment,
    /// The point from which the conference is led.
    pub hub: PointId,
    pub officers: Officers,
    /// The version of the plan that all of this is by: the last one the ledger names, in a draft the newest.
    pub plan: PlanRef,
    /// Who is first confirmed present more than this many minutes after the opening is late.
    pub late_after_minutes: u32,
    /// The meeting's rule for the quorum.
    pub quorum: Option<Quorum>,
    /// The server that wrote the ledger.
    pub node: NodeId,
}

/// When something was done, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Act {
    pub at: Moment,
    pub by: Actor,
}

/// The course of the meeting as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Life {
    /// Publications, withdrawals and changes of the plan, in order.
    pub plan_steps: Vec<PlanStep>,
    pub line_check: Option<Act>,
    pub opened: Option<Act>,
    pub pauses: Vec<Pause>,
    pub closed: Option<Act>,
    /// From the opening to the close, or until `as_of`; pauses count.
    pub open_ms: Option<u64>,
    /// How much of that was paused.
    pub paused_ms: u64,
    /// When nobody new was let in.
    pub locks: Vec<Lock>,
    /// When the server was down or lost sight of its lines: every line ended with it.
    pub outages: Vec<Outage>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanStep {
    #[serde(flatten)]
    pub act: Act,
    #[serde(flatten)]
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Change {
    Published { plan: PlanRef },
    Changed { plan: PlanRef },
    Withdrawn { reason: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    #[serde(flatten)]
    pub act: Act,
    /// May be empty.
    pub reason: String,
    /// None when the pause lasted to the close, or still lasts.
    pub resumed: Option<Act>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    #[serde(flatten)]
    pub act: Act,
    /// None when it lasted to the close, or still lasts.
    pub unlocked: Option<Act>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outage {
    /// The last instant at which the server was known to be alive.
    pub last_known: Moment,
    pub recovered: Moment,
}

/// Another seat presides from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChairChange {
    #[serde(flatten)]
    pub act: Act,
    pub from: Place,
    pub to: Place,
    /// False when it was taken over because the line of who presided was down.
    pub handed_over: bool,
}

/// Heads by the roll call. Those expected are each counted once in `present` … `unconfirmed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    pub expected: u32,
    /// In person, and there at the end.
    pub present: u32,
    /// By a proxy whom the chair approved.
    pub proxy: u32,
    /// Came, and left before the close.
    pub left: u32,
    pub excused: u32,
    /// Without an excuse.
    pub absent: u32,
    /// The roll call says nothing of them.
    pub unconfirmed: u32,
    /// Came without being expected; there at the end or left.
    pub added: u32,
    /// Of all these, who came late.
    pub late: u32,
}

impl Totals {
    /// How many of those expected came, in person or by proxy, and however long they stayed.
    pub fn attended(&self) -> u32 {
        self.present + self.proxy + self.left
    }
}

/// What the roll call adds up to for one unit: the delegates that are of it, wherever they sat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitRow {
    pub unit: PointId,
    pub parent: Option<PointId>,
    /// How many units stand above it.
    pub depth: u32,
    pub level: String,
    pub name: String,
    /// Of the unit itself; all zero for one that only has others with delegates below it.
    pub own: Totals,
    /// Of the unit and of all below it.
    pub with_below: Totals,
}

/// Whether the plan in force has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Listing {
    /// It has.
    Planned,
    /// Came without being expected: added to the list in the meeting.
    Added,
    /// An earlier version of the plan had it, and something happened with it.
    Dropped,
}

/// A room connected to the conference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PointRow {
    pub point: PointId,
    pub parent: Option<PointId>,
    /// How many points stand above it.
    pub depth: u32,
    pub level: String,
    pub name: String,
    pub room: String,
    pub listing: Listing,
    /// When its line was connected. It says nothing of who was there.
    pub line: LineFacts,
    /// The last word on its line check.
    pub line_test: Option<LineTest>,
    /// The roll call of those who are expected in this room: of people, not of the line.
    pub roll: Totals,
}

/// What the lines of a point add up to: all its devices together, an overlap counted once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineFacts {
    /// While at least one device was connected: in order, apart from one another. The last one of a point that is
    /// connected ends at `as_of`.
    pub stays: Vec<Interval>,
    /// Between one stay and the next.
    pub gaps: Vec<Interval>,
    /// The stays together.
    pub connected_ms: u64,
    /// How much of them lies between the opening and the close, or `as_of`; pauses count. None before the opening.
    pub while_open_ms: Option<u64>,
    /// Whether a device is connected at `as_of`.
    pub connected: bool,
    /// How many times a device connected.
    pub connections: u32,
    /// The kinds of devices, in the order in which they first came.
    pub devices: Vec<String>,
}

impl LineFacts {
    pub fn first_joined(&self) -> Option<Moment> {
        self.stays.first().map(|stay| stay.from)
    }

    /// When the last stay ended; none while connected, and for a point that never came.
    pub fn last_left(&self) -> Option<Moment> {
        self.stays.last().filter(|_| !self.connected).map(|stay| stay.to)
    }

    pub fn gaps_ms(&self) -> u64 {
        self.gaps.iter().map(|gap| gap.millis()).sum()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineTest {
    #[serde(flatten)]
    pub act: Act,
    pub picture: bool,
    pub sound: bool,
    /// May be empty.
    pub note: String,
    /// What the point's device measured; none when it measured nothing.
    pub measured: Option<Measured>,
}

/// Somebody who is expected, or came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DelegateRow {
    pub delegate: DelegateId,
    pub name: String,
    pub title: String,
    /// The unit that they are of.
    pub unit: PointId,
    /// The point in whose room they are expected.
    pub point: PointId,
    pub listing: Listing,
    pub status: Status,
    /// The word that stands; none before the roll is called.
    pub confirmed: Option<Confirmation>,
    /// When somebody was first confirmed to sit there.
    pub first_here: Option<Moment>,
    /// For who came late: how long after the opening.
    pub late_ms: Option<u64>,
    /// For who left early and did not come back: how long before the close. None while the meeting is not closed.
    pub left_early_ms: Option<u64>,
    /// When the delegate said so on their own phone. It is no presence.
    pub checked_in: Option<Moment>,
    /// Everything that the roll call said of them, in order, as it stands after all corrections.
    pub marks: Vec<Confirmation>,
}

/// What the roll call says of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Status {
    Unconfirmed,
    Present,
    /// Was here, and left.
    Left,
    Absent,
    Excused {
        reason: String,
    },
    /// `substitute` is here in the delegate's place; who asked for it and who approved it stands in the row of `proxy`.
    Proxy {
        proxy: ProxyId,
        substitute: Person,
        /// By the chair.
        approved: Option<Act>,
    },
}

impl Status {
    /// Whether somebody came, however long they stayed.
    pub fn attended(&self) -> bool {
        matches!(self, Status::Present | Status::Left | Status::Proxy { .. })
    }
}

/// What was said of a delegate at one time, by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Confirmation {
    /// When the roll was called, which a correction does not change; and who said what stands.
    #[serde(flatten)]
    pub act: Act,
    /// The record that stands: the roll call, or its last correction.
    pub seq: u64,
    pub presence: Presence,
    /// The reason of the last correction.
    pub corrected: Option<String>,
}

/// A request to let somebody come in a delegate's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProxyRow {
    pub proxy: ProxyId,
    pub delegate: DelegateId,
    pub substitute: Person,
    /// May be empty.
    pub reason: String,
    pub asked: Act,
    pub outcome: ProxyOutcome,
    /// Whether the substitute was confirmed present: the roll call says so as it stands.
    pub came: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ProxyOutcome {
    Pending,
    Approved {
        #[serde(flatten)]
        act: Act,
    },
    Refused {
        #[serde(flatten)]
        act: Act,
        /// May be empty.
        reason: String,
    },
}

/// An item of the agenda, as planned and as it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgendaRow {
    pub item: AgendaItemId,
    #[serde(rename = "type")]
    pub kind: AgendaKind,
    pub title: String,
    pub presenter: String,
    pub point: Option<PointId>,
    pub documents: Vec<Document>,
    pub listing: Listing,
    /// As planned, by the minutes of the items before it; none behind an open-ended one.
    pub planned_start: Option<Moment>,
    /// Planned; 0 is open-ended.
    pub planned_minutes: u32,
    /// When it was dealt with: several times, when it was taken up again. The last one ends at `as_of` while under way.
    pub periods: Vec<Period>,
    pub under_way: bool,
}

/// A time at which an item was dealt with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    #[serde(flatten)]
    pub interval: Interval,
    pub started_by: Actor,
    /// None while under way.
    pub finished_by: Option<Actor>,
}

impl AgendaRow {
    pub fn started(&self) -> Option<Moment> {
        self.periods.first().map(|period| period.interval.from)
    }

    /// None while it is under way.
    pub fn finished(&self) -> Option<Moment> {
        self.periods.last().filter(|_| !self.under_way).map(|period| period.interval.to)
    }

    /// How long it was dealt with in all.
    pub fn taken_ms(&self) -> u64 {
        self.periods.iter().map(|period| period.interval.millis()).sum()
    }
}

/// Somebody had the floor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TurnRow {
    pub turn: TurnId,
    pub place: Place,
    pub speaker: Speaker,
    /// May be empty.
    pub subject: String,
    /// When it was asked for; none when it was given unasked.
    pub requested: Option<Moment>,
    pub granted: Act,
    /// The time box with its extensions; 0 for none.
    pub box_seconds: u32,
    /// None while under way.
    pub end: Option<TurnEnd>,
    /// How long it was, or is at `as_of`.
    pub taken_ms: u64,
}

impl TurnRow {
    /// By how much it was longer than its time box; none without one.
    pub fn over_ms(&self) -> Option<u64> {
        let box_ms = u64::from(self.box_seconds) * 1000;
        (box_ms > 0).then(|| self.taken_ms.saturating_sub(box_ms))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TurnEnd {
    pub at: Moment,
    pub how: FloorEnd,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpeakingRow {
    pub place: Place,
    pub turns: u32,
    /// Turns that are over.
    pub taken_ms: u64,
}

/// A request for the floor that was never granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestRow {
    pub request: RequestId,
    pub place: Place,
    pub speaker: Speaker,
    /// May be empty.
    pub subject: String,
    pub asked: Moment,
    pub outcome: RequestOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum RequestOutcome {
    /// It waits still.
    Waiting,
    /// Taken back by who asked.
    Withdrawn { at: Moment },
    /// Passed over by the chair.
    Skipped {
        #[serde(flatten)]
        act: Act,
        /// May be empty.
        reason: String,
    },
    /// Who asked was put out of the meeting.
    Removed { at: Moment },
    /// The meeting was closed before its turn came.
    MeetingClosed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VoteRow {
    pub vote: VoteId,
    pub question: String,
    pub secret: bool,
    pub by: Voters,
    pub needs_quorum: bool,
    pub opened: Act,
    pub options: Vec<OptionRow>,
    pub outcome: VoteOutcome,
    /// How many have voted.
    pub voted: u32,
    /// Who has voted, and in an open vote for what.
    pub ballots: Vec<BallotRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OptionRow {
    pub option: String,
    /// How many chose it; none before the vote is closed, and when it was cancelled.
    pub votes: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum VoteOutcome {
    UnderWay,
    Closed {
        #[serde(flatten)]
        act: Act,
        /// Who had a vote by the list.
        eligible: u32,
        /// How many of them were present at the close, or had voted.
        present: u32,
        /// Whether there was a quorum; none where the meeting asks for none.
        quorum: Option<bool>,
    },
    Cancelled {
        #[serde(flatten)]
        act: Act,
        /// May be empty.
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BallotRow {
    pub voter: Voter,
    /// Counts the options from 0; none in a secret vote.
    pub choice: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnouncementRow {
    #[serde(flatten)]
    pub act: Act,
    pub text: String,
}

/// A correction of the roll call. What it corrects stays in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionRow {
    /// The record of the correction, and when and by whom it was made.
    pub seq: u64,
    #[serde(flatten)]
    pub act: Act,
    pub delegate: DelegateId,
    /// The record that it corrects.
    pub corrects: u64,
    /// What that one said; none when the ledger does not say it.
    pub old: Option<Presence>,
    pub new: Presence,
    pub reason: String,
    pub after_close: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovalRow {
    #[serde(flatten)]
    pub act: Act,
    pub place: Place,
    /// May be empty.
    pub reason: String,
    pub readmitted: Option<Act>,
}

/// Where the ledger stands on one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeadRow {
    pub node: NodeId,
    /// The number of the last record, its instant and its hash.
    pub seq: u64,
    pub at: Moment,
    pub hash: Hash,
    /// The last record that a signed checkpoint covers; 0 before the first.
    pub signed_through: u64,
}
