//! Session descriptions: what an offer says, what we answer, and what that means for the media plane.
//!
//! The client offers, we answer (RFC 3264, 8829), and all sections share one transport (RFC 9143). `lines` reads the
//! text, `offer` its meaning, `codec` is the table of what we speak; `inbound` and `outbound` remember which section
//! carries what, and `answer` writes it down. Nothing here reads a clock or a socket.

use std::collections::HashMap;

use thiserror::Error;

use super::{ForwardedTrack, PublishedTrack, TransportSettings};
use crate::ids::TrackId;

mod answer;
mod codec;
#[cfg(test)]
mod fixture;
mod inbound;
mod lines;
mod negotiation;
mod offer;
mod outbound;
#[cfg(test)]
mod tests;

pub use lines::{MAX_OFFER_BYTES, MAX_SECTIONS};
pub use negotiation::Negotiation;

/// Why an offer is refused. Says what and where, never the client's own text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SdpError {
    /// The text is no session description, or one beyond our limits; lines count from 1.
    #[error("line {line}: {problem}")]
    Malformed { line: usize, problem: &'static str },
    /// Readable, but not something that we can answer.
    #[error("offer: {0}")]
    Unacceptable(&'static str),
    /// The DTLS certificate differs from the first offer's: only a new connection can have a new one.
    #[error("offer: the certificate's fingerprint changed")]
    FingerprintChanged,
}

/// What an offer settled.
#[derive(Clone, Debug)]
pub struct Negotiated {
    pub answer: String,
    /// Section → track sid of what we send on it, for `SessionDescription.mid_to_track_id`.
    pub mid_to_track_id: HashMap<String, String>,
    pub transport: TransportSettings,
    /// Tracks that the client sends: those newly matched to a section, and those whose facts changed.
    pub published: Vec<PublishedTrack>,
    /// Tracks whose section stopped sending.
    pub ended: Vec<TrackId>,
    /// Subscriptions that got a section, or whose payload types changed.
    pub forwarded: Vec<ForwardedTrack>,
}

/// How a client is to send a track of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoundOptions {
    /// Each frame once more in the next packet, where the client can.
    pub redundant: bool,
    /// Nothing while there is silence.
    pub pauses: bool,
}

impl Default for SoundOptions {
    fn default() -> Self {
        Self { redundant: true, pauses: true }
    }
}

/// How many more `recvonly` sections the client should offer, per kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SectionsWanted {
    pub audios: u32,
    pub videos: u32,
}
