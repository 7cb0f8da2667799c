//! The secure transport of one peer: ICE-lite, a DTLS server, SRTP and data channels, pure and told the time.
//!
//! After every call that takes a datagram, a timeout or something to send, drain [`Transport::poll_event`] and
//! [`Transport::poll_transmit`], then ask for [`Transport::next_deadline`]. [`Transport::poll_data`] is polled as far
//! as there is somewhere to put messages.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Instant};

use bytes::{Bytes, BytesMut};

pub use self::ice::StunAnswer;
use self::{
    data::{DataTransport, SendError},
    dtls::{DtlsEvent, DtlsIdentity, DtlsServer},
    ice::IceLite,
    srtp::{Opened, SrtpError, SrtpReceiver, SrtpSender},
};
use super::{Channel, PeerFailure, TransportSettings};

pub mod data;
pub mod dtls;
mod guard;
mod hello;
pub mod ice;
mod replay;
pub mod srtp;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
mod wire;

/// What befell the connection as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportEvent {
    /// The handshake is done and the certificate is the right one: media and data flow.
    Connected,
    /// The connection is over.
    Failed(PeerFailure),
}

/// SRTP both ways.
struct Media {
    sender: SrtpSender,
    receiver: SrtpReceiver,
}

/// One peer's transport.
pub struct Transport {
    ice: IceLite,
    dtls: DtlsServer,
    /// From the end of the handshake to the end of the connection.
    media: Option<Media>,
    data: DataTransport,
    /// When a record or packet last proved to be the peer's; checks are counted by [`IceLite`].
    last_authentic: Option<Instant>,
    events: VecDeque<TransportEvent>,
}

impl Transport {
    pub fn new(settings: &TransportSettings, identity: &Arc<DtlsIdentity>) -> Self {
        Self {
            ice: IceLite::new(settings.local.clone()),
            dtls: DtlsServer::new(identity.clone(), settings.remote_fingerprint),
            media: None,
            data: DataTransport::new(settings.max_message_size),
            last_authentic: None,
            events: VecDeque::new(),
        }
    }

    /// Takes renewed settings: new local credentials restart ICE. Fingerprint and message size stay those of the
    /// beginning.
    pub fn restart(&mut self, settings: &TransportSettings) {
        self.ice.restart(&settings.local);
    }

    /// The local user fragments that checks may name now: the current one, then the one before a restart that is not
    /// over.
    pub fn ufrags(&self) -> impl Iterator<Item = &str> {
        self.ice.ufrags()
    }

    /// The addresses that a valid check has come from, at most [`ice::MAX_ADDRESSES`].
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.ice.addresses()
    }

    /// Answers a connectivity check; a wrong one is not answered and changes nothing.
    pub fn handle_stun(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Option<StunAnswer> {
        let connected = self.is_connected();
        self.ice.handle(now, from, datagram, connected)
    }

    /// Takes a DTLS datagram; one from an address that is not validated changes nothing.
    pub fn handle_dtls(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        if self.ice.is_validated(from) {
            self.dtls.handle(now, datagram);
            if self.settle(now) {
                self.ice.authenticated(now, from);
            }
        }
    }

    /// Takes what DTLS has to tell; true when an authentic record was among it.
    fn settle(&mut self, now: Instant) -> bool {
        let before = self.last_authentic;
        while let Some(event) = self.dtls.poll_event() {
            match event {
                DtlsEvent::Connected(keys) => {
                    self.media =
                        Some(Media { sender: SrtpSender::new(&keys.local), receiver: SrtpReceiver::new(&keys.remote) });
                    self.last_authentic = Some(now);
                    self.events.push_back(TransportEvent::Connected);
                }
                DtlsEvent::Data(packet) => {
                    self.last_authentic = Some(now);
                    self.data.handle(now, packet);
                }
                DtlsEvent::Failed(failure) => {
                    self.media = None;
                    self.events.push_back(TransportEvent::Failed(failure));
                }
            }
        }
        self.last_authentic != before
    }

    /// Authenticates and decrypts an SRTP packet in place; `header_len` counts CSRCs and extensions.
    ///
    /// # Errors
    ///
    /// See [`SrtpReceiver::open_rtp`]; a refused packet changes nothing.
    pub fn open_rtp(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &mut [u8],
        header_len: usize,
    ) -> Result<Opened, SrtpError> {
        let media = self.media.as_mut().ok_or(SrtpError::NotConnected)?;
        let opened = media.receiver.open_rtp(packet, header_len)?;
        self.last_authentic = Some(now);
        self.ice.authenticated(now, from);
        Ok(opened)
    }

    /// Authenticates and decrypts an SRTCP packet in place; returns the length of the compound RTCP packet.
    ///
    /// # Errors
    ///
    /// See [`SrtpReceiver::open_rtcp`]; a refused packet changes nothing.
    pub fn open_rtcp(&mut self, now: Instant, from: SocketAddr, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let media = self.media.as_mut().ok_or(SrtpError::NotConnected)?;
        let len = media.receiver.open_rtcp(packet)?;
        self.last_authentic = Some(now);
        self.ice.authenticated(now, from);
        Ok(len)
    }

    /// While connected: what seals packets for the peer, and where they go.
    pub fn sealer(&mut self) -> Option<(&mut SrtpSender, SocketAddr)> {
        Some((&mut self.media.as_mut()?.sender, self.ice.selected()?))
    }

    /// Queues one message on a data channel.
    ///
    /// # Errors
    ///
    /// See [`DataTransport::send`]; at [`SendError::Overflow`] the peer is to be closed.
    pub fn send_data(&mut self, now: Instant, channel: Channel, payload: &Bytes) -> Result<(), SendError> {
        self.data.send(now, channel, payload)
    }

    pub fn poll_event(&mut self) -> Option<TransportEvent> {
        self.events.pop_front()
    }

    /// The next message from the client. What is not polled stays in the association's bounded buffer and slows the
    /// client down.
    pub fn poll_data(&mut self) -> Option<(Channel, Bytes)> {
        self.data.poll_message()
    }

    /// The next DTLS datagram for [`Self::remote`].
    pub fn poll_transmit(&mut self, now: Instant) -> Option<BytesMut> {
        while let Some(packet) = self.data.poll_transmit(now) {
            self.dtls.send(now, &packet);
        }
        self.dtls.poll_transmit()
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.dtls.next_deadline().into_iter().chain(self.data.next_deadline()).min()
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        self.dtls.handle_timeout(now);
        self.data.handle_timeout(now);
        self.settle(now);
    }

    /// Says goodbye; drain [`Self::poll_transmit`] once more afterwards.
    pub fn close(&mut self, now: Instant) {
        self.data.close(now);
        while let Some(packet) = self.data.poll_transmit(now) {
            self.dtls.send(now, &packet);
        }
        self.dtls.close(now);
        self.media = None;
    }

    /// Where to send to: the address of the first valid check, then the one that the client nominated and was heard from.
    pub fn remote(&self) -> Option<SocketAddr> {
        self.ice.selected()
    }

    /// When something authentic last came from the peer.
    pub fn last_heard(&self) -> Option<Instant> {
        self.ice.last_check().max(self.last_authentic)
    }

    pub fn is_connected(&self) -> bool {
        self.media.is_some()
    }

    /// Data messages dropped because the client did not take lossy ones fast enough.
    pub fn lossy_dropped(&self) -> u64 {
        self.data.lossy_dropped()
    }
}
