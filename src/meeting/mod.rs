//! The meeting, pure: its plan, its seats, what is asked of it, what happened, and what follows from that.
//!
//! Nothing here reads a clock, a socket or a database; whatever depends on the time is told it.

mod agenda;
mod attendance;
mod ballot;
mod check;
mod command;
mod conference;
mod decide;
mod event;
mod floor;
mod lines;
mod messages;
#[cfg(test)]
pub(crate) mod oracle;
mod plan;
#[cfg(test)]
mod properties;
mod roll;
pub mod rules;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
pub(crate) mod schedule;
#[cfg(test)]
pub(crate) mod script;
mod seat;
mod tree;
#[cfg(test)]
pub(crate) mod tuyen_quang;
mod views;

pub use agenda::{Agenda, Course};
pub use attendance::{Attendance, PointAttendance, Span, leave_a_line_open};
pub use ballot::{Vote, VoteState, Votes};
pub use check::{
    MAX_AGENDA, MAX_DELEGATES, MAX_DOCUMENTS, MAX_LINK_BYTES, MAX_PHONE_BYTES, MAX_POINTS, MAX_TEXT_BYTES, PlanError,
};
pub use command::{Command, Refusal};
pub use conference::{Announcement, Conference, Decision, Fact, LineCheck, Phase, Stage};
pub use event::{Actor, DownReason, Event, EventBody, FloorEnd, Measured, Presence, Speaker, Voter, Voters};
pub use floor::{Floor, FloorRequest, Spoken, Turn};
pub use lines::{Line, LineGrade, LineQuality, LineTrouble, Lines};
pub use messages::Message;
pub use plan::{
    AgendaItem, AgendaKind, Delegate, Document, Electorate, Meeting, Microphones, Officers, Person, PlanRef, Point,
    Quorum, Rules, SecondDevice,
};
pub use roll::{Mark, Proxy, ProxyAnswer, Roll};
pub use seat::{NoPlace, Place, Seat};
pub use tree::TreeError;
#[cfg(test)]
pub(crate) use tree::tests::lam_binh as test_meeting;
pub use views::{
    AgendaEntry, Ballots, Counts, HostView, KeptOut, LineView, OwnPart, OwnView, ProxyView, PublicView, QuorumView,
    RollEntry, RollTotals, RollView, SpeakingTotal, VoteView,
};
