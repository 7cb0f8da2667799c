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

/// The LiveKit server whose protocol this is: the SDKs decide by it what they may use (remote calls from 1.8.0 on).
pub const SERVER_VERSION: &str = "1.9.0";
