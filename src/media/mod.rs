//! The media plane: workers that hold the clients' connections and forward their tracks.
//!
//! Control sends a worker [`Command`]s and hears [`Event`]s; packets never leave the worker's thread. What a
//! session description means is settled on the control side ([`sdp`]) and arrives here as plain numbers.

use std::{net::SocketAddr, time::Instant};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::ids::{PeerId, SubscriptionId, TrackId};

mod allocate;
mod congestion;
mod egress;
mod missing;
mod packet_ring;
mod red;
mod rewrite;
mod rtcp;
mod rtp;
pub mod sdp;
mod shard;
mod socket;
mod speaker;
mod stream;
mod tcp;
mod timers;
mod transport;
mod transport_cc;
mod vp8;
pub mod worker;

pub use allocate::Rank;
pub use shard::{Counters, Snapshot};

/// What a track or a media section carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MediaKind {
    Audio,
    Video,
}

/// One of up to three simulcast layers, smallest first; a track without simulcast is all `Full`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    Quarter,
    Half,
    #[default]
    Full,
}

impl Layer {
    pub const ALL: [Layer; 3] = [Layer::Quarter, Layer::Half, Layer::Full];

    /// The layer of a restriction identifier (RFC 8851) as the LiveKit clients name them.
    pub fn from_rid(rid: &str) -> Option<Layer> {
        match rid {
            "q" => Some(Layer::Quarter),
            "h" => Some(Layer::Half),
            "f" => Some(Layer::Full),
            _ => None,
        }
    }
}

/// The two data channels of the protocol, both opened by the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// `_reliable`: ordered, retransmitted.
    Reliable,
    /// `_lossy`: unordered, never retransmitted.
    Lossy,
}

/// Short-term ICE credentials of our side (RFC 8445 section 5.3).
#[derive(Clone, PartialEq, Eq)]
pub struct IceCredentials {
    pub ufrag: String,
    pub pwd: String,
}

impl std::fmt::Debug for IceCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceCredentials").field("ufrag", &self.ufrag).finish_non_exhaustive()
    }
}

/// SHA-256 of a DTLS certificate (RFC 8122).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// Local identifiers of RTP header extensions (RFC 8285), 1 to 14 each, as the client's offer numbers them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtensionIds {
    pub mid: Option<u8>,
    pub rid: Option<u8>,
    pub repaired_rid: Option<u8>,
    pub transport_cc: Option<u8>,
    pub audio_level: Option<u8>,
}

/// The transport as one offer and our answer settle it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportSettings {
    /// Ours. When they differ from the last ones, ICE restarts: the old ones stay valid until the client nominates a pair under the new ones.
    pub local: IceCredentials,
    /// The client's certificate must hash to this; a change on a live connection is refused by the control side.
    pub remote_fingerprint: Fingerprint,
    pub extensions: ExtensionIds,
    /// Largest data-channel message the client takes, in bytes.
    pub max_message_size: u32,
}

/// Payload types of one codec as the client's offer numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadTypes {
    pub media: u8,
    /// RFC 4588 retransmission of `media`.
    pub rtx: Option<u8>,
    /// RFC 2198 redundancy of `media`.
    pub red: Option<u8>,
}

/// One stream that the client says it will send for a track. Simulcast layers are known by rid and learn their SSRC
/// from their first packets; a plain track may have its SSRCs in the description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoding {
    pub layer: Layer,
    pub rid: Option<String>,
    pub ssrc: Option<u32>,
    pub rtx_ssrc: Option<u32>,
}

/// A track that the client sends to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedTrack {
    pub track: TrackId,
    pub kind: MediaKind,
    pub mid: String,
    pub payload_types: PayloadTypes,
    pub encodings: Vec<Encoding>,
}

/// A track that we send to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForwardedTrack {
    pub subscription: SubscriptionId,
    pub track: TrackId,
    /// Unique among everything this peer is ever sent.
    pub ssrc: u32,
    pub rtx_ssrc: u32,
    pub payload_types: PayloadTypes,
}

/// What a client wants of a video that it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preference {
    /// The largest layer, or none while it is hidden.
    pub layer: Option<Layer>,
    pub rank: Rank,
    /// Its area on the screen; 0 where that is not known.
    pub pixels: u32,
}

impl Default for Preference {
    fn default() -> Self {
        Self { layer: Some(Layer::Full), rank: Rank::Thumbnail, pixels: 0 }
    }
}

/// What control asks of a worker. Commands about something unknown (already closed) are ignored.
#[derive(Clone, Debug)]
pub enum Command {
    /// A client is about to connect.
    OpenPeer {
        peer: PeerId,
    },
    /// Forget the client: DTLS is closed, its tracks and subscriptions go with it.
    ClosePeer {
        peer: PeerId,
    },
    /// First or renewed transport settings.
    SetTransport {
        peer: PeerId,
        settings: TransportSettings,
    },
    /// A new track, or new facts about a known one (a re-offer): streams already bound stay bound.
    Publish {
        peer: PeerId,
        track: PublishedTrack,
    },
    Unpublish {
        track: TrackId,
    },
    /// A muted track asks for no key frames and makes no complaint of silence.
    SetMuted {
        track: TrackId,
        muted: bool,
    },
    /// No packet of a gated track goes to anybody, whatever its publisher sends; a new track is not gated.
    SetGated {
        track: TrackId,
        gated: bool,
    },
    /// Forward a track to a client; it starts at the next key frame, which is asked for at once.
    Subscribe {
        peer: PeerId,
        forward: ForwardedTrack,
    },
    Unsubscribe {
        subscription: SubscriptionId,
    },
    /// What the client wants of a subscription, and how much it matters among the others.
    Prefer {
        subscription: SubscriptionId,
        preference: Preference,
    },
    /// One message to each of `peers`, over the named channel.
    SendData {
        peers: Vec<PeerId>,
        channel: Channel,
        payload: Bytes,
    },
    /// Ends the worker's thread by a panic: the drill that shows a worker's death is survived. Sent in development mode only.
    Crash,
}

/// Why a peer's connection ended without control asking for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerFailure {
    /// The certificate does not match the fingerprint in the session description.
    WrongCertificate,
    /// The DTLS handshake failed or took too long.
    Handshake,
    /// The client closed DTLS.
    Closed,
    /// Reliable data piled up beyond the limit; dropping some would break the channel's promise.
    DataOverflow,
}

/// What a worker tells control.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// ICE and DTLS are up; media and data flow.
    Connected { peer: PeerId },
    /// Nothing authentic has come from the peer for [`SILENCE`]; it may come back.
    Silent { peer: PeerId, last_heard: Instant },
    /// A silent peer is heard again.
    Heard { peer: PeerId },
    /// The connection is over; the peer is gone from the worker.
    Failed { peer: PeerId, failure: PeerFailure },
    /// The first media packet of a track has come.
    Flowing { peer: PeerId, track: TrackId },
    /// The line to the subscriber does not carry this video for now, or does again.
    Starved { peer: PeerId, track: TrackId, starved: bool },
    /// A microphone's voice: how loud, from 0 to 1, or that it has ended.
    Voice { peer: PeerId, track: TrackId, loudness: Option<f32> },
    /// How the lines to and from a peer are now; told when that has changed.
    Quality { peer: PeerId, quality: LineQuality },
    /// A message from the client, whole.
    Data { peer: PeerId, channel: Channel, payload: Bytes },
}

/// How a peer's line is, measured over the last seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineQuality {
    /// What the peer sends to us; none while that is too little to tell.
    pub up: Option<Leg>,
    /// What we send to the peer.
    pub down: Option<Leg>,
    /// To the peer and back, in milliseconds; in steps of ten.
    pub round_trip_ms: Option<u32>,
}

/// One direction of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leg {
    /// Packets lost on the way, in whole hundredths, before any repair.
    pub lost_percent: u8,
    /// Videos that the line does not carry for now.
    pub starved: u32,
}

/// After this long without an authentic packet a peer is [`Event::Silent`].
pub const SILENCE: std::time::Duration = std::time::Duration::from_secs(8);

/// What a session description must say about the worker that will hold the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalEndpoint {
    pub fingerprint: Fingerprint,
    /// Host candidates, the preferred one first.
    pub candidates: Vec<SocketAddr>,
    /// Whether they take TCP too.
    pub tcp: bool,
}
