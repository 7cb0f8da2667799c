//! One client's connection as the shard keeps it.

use std::{collections::HashMap, time::Instant};

use super::{StreamKey, SubscriptionKey, TrackKey};
use crate::{
    ids::PeerId,
    media::{
        ExtensionIds, LineQuality,
        congestion::Downlink,
        rtp::{PLAIN_HEADER, TRANSPORT_NUMBER},
        transport::{Transport, srtp::RTP_OVERHEAD},
        transport_cc::Arrivals,
    },
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
    /// In the order in which they began.
    pub subscriptions: Vec<SubscriptionKey>,
    pub tracks: Vec<TrackKey>,
    /// The line down to it; none while it is sent nothing, or where it does not take transport-wide numbers.
    pub downlink: Option<Box<Downlink>>,
    /// Its line carries redundant sound.
    pub has_room: bool,
    /// Nothing is raised before: the line fell a moment ago.
    pub raise_at: Instant,
    pub arrivals: Arrivals,
    pub opened_at: Instant,
    /// Control was told that nothing is heard of the peer.
    pub silent: bool,
    /// As its reports tell, smoothed; in microseconds.
    pub round_trip_us: Option<u64>,
    /// What control was told of its line.
    pub quality: LineQuality,
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
            subscriptions: Vec::new(),
            tracks: Vec::new(),
            downlink: None,
            has_room: true,
            raise_at: now,
            arrivals: Arrivals::new(epoch),
            opened_at: now,
            silent: false,
            round_trip_us: None,
            quality: LineQuality::default(),
        }
    }

    /// Draws the transport-wide number for a packet of this payload that leaves now, with the extension that carries it.
    pub fn number(&mut self, now: Instant, payload: usize) -> Option<(u8, u16)> {
        let id = self.extensions.transport_cc?;
        let len = PLAIN_HEADER + TRANSPORT_NUMBER + payload + RTP_OVERHEAD;
        Some((id, self.downlink.as_mut()?.sent(now, len)))
    }

    pub fn last_heard(&self) -> Instant {
        self.transport.last_heard().unwrap_or(self.opened_at)
    }
}
