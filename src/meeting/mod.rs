//! The meeting, pure: the tree of points, their seats, what happened, and attendance as a fold over what happened.
//!
//! Nothing here reads a clock, a socket or a database; whatever depends on the time is told it.

mod attendance;
mod event;
mod seat;
mod tree;

pub use attendance::{Attendance, PointAttendance, Span, leave_a_line_open};
pub use event::{DownReason, Event, EventBody};
pub use seat::{Seat, SeatRole};
#[cfg(test)]
pub(crate) use tree::tests::lam_binh as test_meeting;
pub use tree::{Meeting, Point, TreeError};
