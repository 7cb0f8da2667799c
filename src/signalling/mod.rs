//! The LiveKit signalling protocol: tokens, join requests, the room as a state machine, the WebSocket session.
//!
//! [`room`] is pure and owned by the hub's task for that room; [`session`] stands above the hub and moves messages
//! between a WebSocket and that task.

mod hmac;
pub mod join;
pub mod room;
pub mod session;
pub mod token;

pub use livekit_protocol as proto;

/// What clients are told this server is.
pub const SERVER_VERSION: &str = env!("CARGO_PKG_VERSION");
