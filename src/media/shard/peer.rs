//! One client's connection as the shard keeps it.

use std::{collections::HashMap, time::Instant};

use super::{StreamKey, SubscriptionKey, TrackKey};
use crate::{
    ids::PeerId,
    media::{ExtensionIds, transport::Transport, transport_cc::Arrivals},
};

/// Streams that one client may send, repairs included.
pub const MAX_INBOUND: usize = 256;

pub struct Peer {
    pub id: PeerId,
    pub transport: Transport,
    pub extensions: ExtensionIds,
    /// By SSRC: learnt once, kept through re-offers and restarts, because clients name a stream only at its start.
    pub inbound: HashMap<u32, Inbound>,
    /// Subscriptions by the SSRC that we send, media and repair alike.
    pub outbound: HashMap<u32, SubscriptionKey>,
    pub tracks: Vec<TrackKey>,
    pub arrivals: Arrivals,
    pub opened_at: Instant,
    /// Control was told that nothing is heard of the peer.
    pub silent: bool,
}

/// What a client sends under one SSRC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbound {
    Media(StreamKey),
    /// Retransmissions of a stream (RFC 4588).
    Repair(StreamKey),
}

impl Inbound {
    pub fn stream(self) -> StreamKey {
        match self {
            Self::Media(key) | Self::Repair(key) => key,
        }
    }
}

impl Peer {
    pub fn new(id: PeerId, transport: Transport, epoch: Instant, now: Instant) -> Self {
        Self {
            id,
            transport,
            extensions: ExtensionIds::default(),
            inbound: HashMap::new(),
            outbound: HashMap::new(),
            tracks: Vec::new(),
            arrivals: Arrivals::new(epoch),
            opened_at: now,
            silent: false,
        }
    }

    pub fn last_heard(&self) -> Instant {
        self.transport.last_heard().unwrap_or(self.opened_at)
    }
}
