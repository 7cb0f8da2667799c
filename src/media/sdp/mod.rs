//! Session descriptions: what an offer says, what we answer, and what that means for the media plane.

use std::collections::HashMap;

use thiserror::Error;

use super::{ForwardedTrack, LocalEndpoint, MediaKind, PublishedTrack, TransportSettings};
use crate::ids::{SubscriptionId, TrackId};

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

/// One client's side of the offer/answer exchange over its whole connection: which media section carries what.
pub struct Negotiation {}

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

/// How many more `recvonly` sections the client should offer, per kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SectionsWanted {
    pub audios: u32,
    pub videos: u32,
}

impl Negotiation {
    pub fn new(_endpoint: LocalEndpoint) -> Self {
        Self {}
    }

    /// `addTrack` announced a track; `cid` is the client's name for it. Its section usually comes with a later offer
    /// ([`Negotiated::published`]); when an earlier one already had it, the track is returned at once.
    #[must_use]
    pub fn announce(&mut self, _cid: String, _kind: MediaKind, _track: TrackId) -> Option<PublishedTrack> {
        unimplemented!()
    }

    /// The track is unpublished, matched to a section or not.
    pub fn withdraw(&mut self, _track: TrackId) {
        unimplemented!()
    }

    /// A subscription wants a section; `stream_id` and `track_id` make its msid.
    pub fn send(
        &mut self,
        _subscription: SubscriptionId,
        _track: TrackId,
        _kind: MediaKind,
        _stream_id: String,
        _track_id: String,
    ) {
        unimplemented!()
    }

    /// A subscription ended; its section is free for another of the same kind.
    pub fn stop_sending(&mut self, _subscription: SubscriptionId) {
        unimplemented!()
    }

    /// Sections to ask for with `MediaSectionsRequirement`, beyond the free ones that the last offer had.
    pub fn sections_wanted(&self) -> SectionsWanted {
        unimplemented!()
    }

    /// Whether a re-offer is needed for a subscription to get a section, or to drop one.
    pub fn offer_wanted(&self) -> bool {
        unimplemented!()
    }

    /// Handles an offer; a refused one changes nothing.
    pub fn offer(&mut self, _sdp: &str) -> Result<Negotiated, SdpError> {
        unimplemented!()
    }
}
