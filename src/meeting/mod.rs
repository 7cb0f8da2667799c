//! The meeting, pure: its plan, its seats, what is asked of it, what happened, and what follows from that.
//!
//! Nothing here reads a clock, a socket or a database; whatever depends on the time is told it.

mod attendance;
mod command;
mod conference;
mod event;
mod plan;
mod seat;
mod tree;

pub use attendance::{Attendance, PointAttendance, Span, leave_a_line_open};
pub use command::{Command, Refusal};
pub use conference::{Conference, Decision, Fact, Phase, Stage};
pub use event::{Actor, DownReason, Event, EventBody, FloorEnd, Presence, Speaker, Voter, Voters};
pub use plan::{
    AgendaItem, AgendaKind, Delegate, Document, Electorate, MAX_AGENDA, MAX_DELEGATES, MAX_POINTS, MAX_TEXT_BYTES,
    Meeting, Microphones, Officers, Person, PlanError, PlanRef, Point, Quorum, Rules, SecondDevice,
};
pub use seat::{NoPlace, Place, Seat};
pub use tree::TreeError;
#[cfg(test)]
pub(crate) use tree::tests::lam_binh as test_meeting;
