//! What can be asked of a meeting that is under way, and why it is refused.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::{Measured, Person, Phase, Place, Presence, Speaker, Voter, Voters};
use crate::ids::{AgendaItemId, DelegateId, PointId, ProxyId, RequestId, VoteId};

/// What can be asked of a meeting. Who may ask it, and in which phase, stands in [`super::rules`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Command {
    Publish,
    Withdraw {
        #[serde(default)]
        reason: String,
    },
    BeginLineCheck,
    Open,
    Pause {
        #[serde(default)]
        reason: String,
    },
    Resume,
    Close,

    ReportLine {
        point: PointId,
        picture: bool,
        sound: bool,
        #[serde(default)]
        note: String,
        #[serde(default)]
        measured: Option<Measured>,
    },

    HandOver {
        to: Place,
    },
    /// The chair, the secretary or the hub presides because the line of who did is down.
    TakeOver,
    MuteAll,
    Mute {
        place: Place,
    },
    AskUnmute {
        place: Place,
    },
    Spotlight {
        place: Option<Place>,
    },
    Remove {
        place: Place,
        #[serde(default)]
        reason: String,
    },
    Readmit {
        place: Place,
    },
    /// From now on only those come in who are hosts or were here before.
    Lock,
    Unlock,
    Announce {
        text: String,
    },
    /// A word to everybody in the meeting, beside what is said aloud.
    Say {
        text: String,
    },
    StartItem {
        item: AgendaItemId,
    },
    FinishItem {
        item: AgendaItemId,
    },

    RequestFloor {
        speaker: Speaker,
        #[serde(default)]
        subject: String,
    },
    /// By who asked.
    WithdrawRequest {
        request: RequestId,
    },
    /// `seconds` is the time box, 0 to 14,400; 0 for none.
    GrantFloor {
        request: RequestId,
        #[serde(default)]
        seconds: u32,
    },
    /// Unasked.
    GiveFloor {
        place: Place,
        speaker: Speaker,
        #[serde(default)]
        subject: String,
        #[serde(default)]
        seconds: u32,
    },
    ExtendFloor {
        seconds: u32,
    },
    /// By the speaker.
    ReturnFloor,
    TakeFloorBack,
    SkipRequest {
        request: RequestId,
        #[serde(default)]
        reason: String,
    },
    /// Changes the order in which requests are to be heard: puts one before another, or, without `before`, behind all.
    MoveRequest {
        request: RequestId,
        #[serde(default)]
        before: Option<RequestId>,
    },

    /// By the delegate's own device, or by whoever holds the point's check-in link.
    CheckIn {
        delegate: DelegateId,
    },
    CallRoll {
        delegate: DelegateId,
        presence: Presence,
    },
    AddDelegate {
        name: String,
        #[serde(default)]
        title: String,
        unit: PointId,
        point: PointId,
    },
    CorrectRoll {
        corrects: u64,
        presence: Presence,
        reason: String,
    },
    RequestProxy {
        delegate: DelegateId,
        substitute: Person,
        #[serde(default)]
        reason: String,
    },
    ApproveProxy {
        proxy: ProxyId,
    },
    RefuseProxy {
        proxy: ProxyId,
        #[serde(default)]
        reason: String,
    },

    OpenVote {
        question: String,
        options: Vec<String>,
        #[serde(default)]
        secret: bool,
        by: Voters,
        #[serde(default)]
        #[schema(rename = "needsQuorum")]
        needs_quorum: bool,
    },
    CastBallot {
        vote: VoteId,
        voter: Voter,
        choice: u8,
    },
    CloseVote {
        vote: VoteId,
    },
    CancelVote {
        vote: VoteId,
        #[serde(default)]
        reason: String,
    },
}

impl Command {
    /// As it is written in JSON and in the table of rules.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Publish => "publish",
            Command::Withdraw { .. } => "withdraw",
            Command::BeginLineCheck => "begin-line-check",
            Command::Open => "open",
            Command::Pause { .. } => "pause",
            Command::Resume => "resume",
            Command::Close => "close",
            Command::ReportLine { .. } => "report-line",
            Command::HandOver { .. } => "hand-over",
            Command::TakeOver => "take-over",
            Command::MuteAll => "mute-all",
            Command::Mute { .. } => "mute",
            Command::AskUnmute { .. } => "ask-unmute",
            Command::Spotlight { .. } => "spotlight",
            Command::Remove { .. } => "remove",
            Command::Readmit { .. } => "readmit",
            Command::Lock => "lock",
            Command::Unlock => "unlock",
            Command::Announce { .. } => "announce",
            Command::Say { .. } => "say",
            Command::StartItem { .. } => "start-item",
            Command::FinishItem { .. } => "finish-item",
            Command::RequestFloor { .. } => "request-floor",
            Command::WithdrawRequest { .. } => "withdraw-request",
            Command::GrantFloor { .. } => "grant-floor",
            Command::GiveFloor { .. } => "give-floor",
            Command::ExtendFloor { .. } => "extend-floor",
            Command::ReturnFloor => "return-floor",
            Command::TakeFloorBack => "take-floor-back",
            Command::SkipRequest { .. } => "skip-request",
            Command::MoveRequest { .. } => "move-request",
            Command::CheckIn { .. } => "check-in",
            Command::CallRoll { .. } => "call-roll",
            Command::AddDelegate { .. } => "add-delegate",
            Command::CorrectRoll { .. } => "correct-roll",
            Command::RequestProxy { .. } => "request-proxy",
            Command::ApproveProxy { .. } => "approve-proxy",
            Command::RefuseProxy { .. } => "refuse-proxy",
            Command::OpenVote { .. } => "open-vote",
            Command::CastBallot { .. } => "cast-ballot",
            Command::CloseVote { .. } => "close-vote",
            Command::CancelVote { .. } => "cancel-vote",
        }
    }
}

/// Why a command is refused. A refusal changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Error, ToSchema)]
#[serde(tag = "refusal", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Refusal {
    #[error("this seat may not do that")]
    NotPermitted,
    #[error("only who presides may do that, and that is {presiding}")]
    NotPresiding { presiding: Place },
    #[error("that cannot be done while the meeting is {phase}")]
    WrongPhase { phase: Phase },
    #[error("there is no place {place} in this meeting")]
    UnknownPlace { place: Place },
    #[error("there is no delegate {delegate} in this meeting")]
    UnknownDelegate { delegate: DelegateId },
    #[error("the delegate {delegate} is of another point")]
    NotOfThisPoint { delegate: DelegateId },
    #[error("there is no agenda item {item}")]
    UnknownItem { item: AgendaItemId },
    #[error("the agenda item {item} is not under way")]
    ItemNotStarted { item: AgendaItemId },
    #[error("the agenda item {item} is under way or finished already")]
    ItemStarted { item: AgendaItemId },
    #[error("there is no such request for the floor waiting")]
    UnknownRequest { request: RequestId },
    #[error("this point has {max} requests for the floor waiting already")]
    TooManyRequests { max: usize },
    #[error("nobody has the floor")]
    NoFloor,
    #[error("{place} is not connected")]
    NotConnected { place: Place },
    #[error("{place} presides, and its line is up")]
    StillPresiding { place: Place },
    #[error("{place} was removed from the meeting")]
    IsRemoved { place: Place },
    #[error("{place} was not removed")]
    NotRemoved { place: Place },
    #[error("the event {seq} is no roll call that stands")]
    NothingToCorrect { seq: u64 },
    #[error("there is no proxy {proxy} that waits for a decision")]
    UnknownProxy { proxy: ProxyId },
    #[error("the chair has not approved the proxy {proxy}")]
    ProxyNotApproved { proxy: ProxyId },
    #[error("a proxy for the delegate {delegate} is pending or approved already")]
    ProxyExists { delegate: DelegateId },
    #[error("there is no vote {vote} under way")]
    UnknownVote { vote: VoteId },
    #[error("another vote, {vote}, is under way")]
    VoteUnderWay { vote: VoteId },
    #[error("there is no option {choice} in this vote")]
    UnknownOption { choice: u8 },
    #[error("this voter has no vote in this one")]
    NotEligible,
    #[error("this voter has voted already")]
    AlreadyVoted,
    #[error("there is no quorum: {present} of {expected} are present, and {needed} are needed")]
    NoQuorum { present: u32, needed: u32, expected: u32 },
    #[error("{field} is missing")]
    Empty { field: String },
    #[error("{field} is longer than {max} bytes")]
    TooLong { field: String, max: u32 },
    #[error("{field} has control characters in it")]
    Unprintable { field: String },
    #[error("{field} is out of its range: {expected}")]
    OutOfRange { field: String, expected: String },
    #[error("this meeting cannot hold more {what}")]
    TooMany { what: String },
    #[error("this seat has written much within a minute")]
    TooOften,
    /// It is so already: nothing is to be done.
    #[error("it is so already")]
    NoChange,
}
