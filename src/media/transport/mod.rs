//! The secure transport of one peer: ICE-lite, a DTLS server, SRTP and data channels, pure and told the time.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use bytes::{Bytes, BytesMut};

use self::{
    data::SendError,
    dtls::DtlsIdentity,
    srtp::{Opened, SrtpError, SrtpSender},
};
use super::{Channel, PeerFailure, TransportSettings};

pub mod data;
pub mod dtls;
pub mod ice;
mod replay;
pub mod srtp;

/// What befell the connection as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportEvent {
    /// The handshake is done and the certificate is the right one: media and data flow.
    Connected,
    /// The connection is over.
    Failed(PeerFailure),
}

/// The answer to a valid STUN check, and what it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StunAnswer {
    /// Goes back to where the check came from.
    pub reply: Vec<u8>,
    /// The check came from an address that was not validated before.
    pub added: bool,
    /// An address that is no longer accepted, because newer ones took its place.
    pub evicted: Option<SocketAddr>,
    /// A user fragment that is no longer accepted, because the client nominated a pair under the newer one.
    pub retired: Option<String>,
}

/// One peer's transport.
pub struct Transport {}

impl Transport {
    pub fn new(_settings: &TransportSettings, _identity: &Arc<DtlsIdentity>) -> Self {
        unimplemented!()
    }

    /// Takes renewed settings; new local credentials restart ICE, the old ones stay valid until the client nominates under the new ones.
    pub fn restart(&mut self, _settings: &TransportSettings) {
        unimplemented!()
    }

    /// The local user fragments that checks may carry now.
    pub fn ufrags(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }

    /// The validated addresses.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        std::iter::empty()
    }

    /// Answers a connectivity check; a wrong one is not answered and changes nothing.
    pub fn handle_stun(&mut self, _now: Instant, _from: SocketAddr, _datagram: &[u8]) -> Option<StunAnswer> {
        unimplemented!()
    }

    /// Takes a DTLS datagram; one from an address that is not validated changes nothing.
    pub fn handle_dtls(&mut self, _now: Instant, _from: SocketAddr, _datagram: &[u8]) {
        unimplemented!()
    }

    /// Authenticates and decrypts an SRTP packet in place.
    pub fn open_rtp(&mut self, _now: Instant, _packet: &mut [u8], _header_len: usize) -> Result<Opened, SrtpError> {
        unimplemented!()
    }

    /// Authenticates and decrypts an SRTCP packet in place; returns the length of the RTCP packet.
    pub fn open_rtcp(&mut self, _now: Instant, _packet: &mut [u8]) -> Result<usize, SrtpError> {
        unimplemented!()
    }

    /// For the forwarder, once connected: what seals, and where to send.
    pub fn sealer(&mut self) -> Option<(&mut SrtpSender, SocketAddr)> {
        unimplemented!()
    }

    /// Queues one message on a data channel.
    pub fn send_data(&mut self, _now: Instant, _channel: Channel, _payload: &Bytes) -> Result<(), SendError> {
        unimplemented!()
    }

    pub fn poll_event(&mut self) -> Option<TransportEvent> {
        unimplemented!()
    }

    /// The next message from the client. What is not polled stays in the association's bounded buffer and slows the client down.
    pub fn poll_data(&mut self) -> Option<(Channel, Bytes)> {
        unimplemented!()
    }

    /// The next DTLS datagram for [`Self::remote`].
    pub fn poll_transmit(&mut self, _now: Instant) -> Option<BytesMut> {
        unimplemented!()
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        unimplemented!()
    }

    pub fn handle_timeout(&mut self, _now: Instant) {
        unimplemented!()
    }

    /// Says goodbye; drain [`Self::poll_transmit`] once more afterwards.
    pub fn close(&mut self, _now: Instant) {
        unimplemented!()
    }

    /// The selected remote address.
    pub fn remote(&self) -> Option<SocketAddr> {
        unimplemented!()
    }

    /// When something authentic last came from the peer.
    pub fn last_heard(&self) -> Option<Instant> {
        unimplemented!()
    }

    pub fn is_connected(&self) -> bool {
        unimplemented!()
    }
}
