//! The DTLS server of one peer (RFC 6347, RFC 5764) around `rtc-dtls`: the client's certificate must be the one that
//! its session description promised, and nothing is delivered before it is.
//!
//! `rtc-dtls` trusts its peer with memory: it keeps whatever handshake fragments come. So what reaches it is limited
//! here, in number, size, form and time, and after the handshake to what a lost last flight takes.

use std::{
    collections::VecDeque,
    mem,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use ring::digest;
use rtc_crypto::{RTCCryptoProvider, providers::RingProvider};
use rtc_dtls::{
    config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig},
    crypto::Certificate,
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::{TransportProtocol, error::Error};
use thiserror::Error;

use super::{
    hello::HelloAssembly,
    srtp::{Keys, Profile},
    wire::Wire,
};
use crate::media::{Fingerprint, PeerFailure};

/// From the first hello to the end of the handshake.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// What one handshake may take; a genuine one takes under ten datagrams, and some more where the line loses them.
const MAX_HANDSHAKE_DATAGRAMS: u32 = 64;
const MAX_HANDSHAKE_BYTES: usize = 64 * 1024;
/// Datagrams with handshake records that are looked at after the handshake: the client's last flight, repeated.
const MAX_LATE_HANDSHAKE_DATAGRAMS: u32 = 32;
/// A client's longest message is its certificate.
const MAX_HANDSHAKE_MESSAGE_LEN: usize = 16 * 1024;
/// Shorter fragments, but for a message's last, only serve to make the reassembly work hard.
const MIN_FRAGMENT_LEN: usize = 64;
/// The wait before the first retransmission; it doubles with each.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(100);
/// Keeps handshake datagrams below the smallest path MTU in use.
const MTU: usize = 1100;
const SRTP_EXPORT_LABEL: &str = "EXTRACTOR-dtls_srtp";
/// `rtc-dtls` tells associations apart by address. There is one here, and it stays the same when the peer moves.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 5000));

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// The process's certificate could not be made.
#[derive(Debug, Error)]
#[error("cannot make a DTLS certificate")]
pub struct IdentityError(#[from] Error);

/// The certificate that all peers of the process see, ready for each SRTP profile.
pub struct DtlsIdentity {
    gcm: Arc<HandshakeConfig>,
    sha1_80: Arc<HandshakeConfig>,
    fingerprint: Fingerprint,
}

impl DtlsIdentity {
    /// Makes a key and a self-signed certificate.
    ///
    /// # Errors
    ///
    /// When the system has no randomness.
    pub fn generate() -> Result<Self, IdentityError> {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(RingProvider::new());
        let certificate = Certificate::generate_self_signed(vec!["diemcau".to_owned()], provider.crypto())?;
        let fingerprint = fingerprint(certificate.certificate.first().map(AsRef::as_ref).unwrap_or_default());
        let config = |profile| {
            ConfigBuilder::default()
                .with_crypto_provider(provider.clone())
                .with_certificates(vec![certificate.clone()])
                .with_srtp_protection_profiles(vec![profile])
                .with_client_auth(ClientAuthType::RequireAnyClientCert)
                // The certificate is held against the fingerprint of the session description, not against authorities.
                .with_insecure_skip_verify(true)
                .with_extended_master_secret(ExtendedMasterSecretType::Require)
                .with_mtu(MTU)
                .build(false, None)
                .map(Arc::new)
        };
        Ok(Self {
            gcm: config(SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm)?,
            sha1_80: config(SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80)?,
            fingerprint,
        })
    }

    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn config(&self, profile: Profile) -> Arc<HandshakeConfig> {
        match profile {
            Profile::AeadAes128Gcm => self.gcm.clone(),
            Profile::Aes128CmSha1_80 => self.sha1_80.clone(),
        }
    }
}

/// SHA-256 of a DER certificate.
pub fn fingerprint(certificate: &[u8]) -> Fingerprint {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, certificate).as_ref());
    Fingerprint(hash)
}

/// SRTP keys that a handshake agreed on.
#[derive(Clone, Debug)]
pub struct SrtpKeys {
    /// For what we send.
    pub local: Keys,
    /// For what the peer sends.
    pub remote: Keys,
}

#[derive(Clone, Debug)]
pub enum DtlsEvent {
    /// The peer is the right one.
    Connected(Box<SrtpKeys>),
    /// Decrypted application data; only after [`DtlsEvent::Connected`].
    Data(Bytes),
    /// The connection is over; nothing follows.
    Failed(PeerFailure),
}

enum Phase {
    /// Nothing fits to feed the endpoint yet.
    Hello(HelloAssembly),
    Handshaking(Handshake),
    Connected {
        endpoint: Endpoint,
        late_handshake_datagrams: u32,
    },
    Over,
}

struct Handshake {
    endpoint: Endpoint,
    profile: Profile,
    datagrams: u32,
    bytes: usize,
    /// What we sent last, to be repeated as it is: the peer drops what it has and takes what it missed. The endpoint's
    /// own timer does not do, since any repetition from the peer stops it for good.
    flight: Vec<BytesMut>,
    repeat_at: Option<Instant>,
    repetitions: u32,
}

/// One peer's DTLS, told the time.
pub struct DtlsServer {
    identity: Arc<DtlsIdentity>,
    expected: Fingerprint,
    phase: Phase,
    /// When the first piece of a hello came, until the handshake is done.
    handshake_ends: Option<Instant>,
    events: VecDeque<DtlsEvent>,
    transmits: VecDeque<BytesMut>,
}

impl DtlsServer {
    pub fn new(identity: Arc<DtlsIdentity>, expected: Fingerprint) -> Self {
        Self {
            identity,
            expected,
            phase: Phase::Hello(HelloAssembly::default()),
            handshake_ends: None,
            events: VecDeque::new(),
            transmits: VecDeque::new(),
        }
    }

    /// Takes a datagram of DTLS records. What is malformed or beyond the limits is passed over.
    pub fn handle(&mut self, now: Instant, datagram: &[u8]) {
        let Some(contents) = inspect(datagram) else { return };
        match &mut self.phase {
            Phase::Hello(assembly) => {
                let hello = assembly.push(datagram);
                if hello.is_none() && assembly.is_empty() {
                    return;
                }
                self.handshake_ends.get_or_insert(now + HANDSHAKE_TIMEOUT);
                let Some(hello) = hello else { return };
                let Some(profile) = hello.profile else {
                    return self.fail(now, PeerFailure::Handshake);
                };
                let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let config = self.identity.config(profile);
                let endpoint = Endpoint::new(local, TransportProtocol::UDP, Some(config));
                self.phase = Phase::Handshaking(Handshake {
                    endpoint,
                    profile,
                    datagrams: 0,
                    bytes: 0,
                    flight: Vec::new(),
                    repeat_at: None,
                    repetitions: 0,
                });
                for datagram in hello.datagrams {
                    self.handshake(now, &datagram);
                }
            }
            Phase::Handshaking(_) if contents.has_plain_data => {}
            Phase::Handshaking(_) => self.handshake(now, datagram),
            Phase::Connected { endpoint, late_handshake_datagrams } => {
                if contents.has_handshake {
                    *late_handshake_datagrams += 1;
                    if *late_handshake_datagrams > MAX_LATE_HANDSHAKE_DATAGRAMS {
                        return;
                    }
                }
                match endpoint.read(now, PEER, None, datagram.into()) {
                    Ok(events) => self.deliver(now, events),
                    // Only an authenticated alert comes to this; other errors are of records that are not authentic.
                    Err(Error::ErrAlertFatalOrClose) => self.fail(now, PeerFailure::Closed),
                    Err(_) => {}
                }
            }
            Phase::Over => {}
        }
        self.drain(now);
    }

    fn handshake(&mut self, now: Instant, datagram: &[u8]) {
        let Phase::Handshaking(handshake) = &mut self.phase else { return };
        handshake.datagrams += 1;
        handshake.bytes += datagram.len();
        if handshake.datagrams > MAX_HANDSHAKE_DATAGRAMS || handshake.bytes > MAX_HANDSHAKE_BYTES {
            return self.fail(now, PeerFailure::Handshake);
        }
        match handshake.endpoint.read(now, PEER, None, datagram.into()) {
            Ok(events) => self.deliver(now, events),
            Err(_) => self.fail(now, PeerFailure::Handshake),
        }
        self.drain(now);
    }

    fn deliver(&mut self, now: Instant, events: Vec<EndpointEvent>) {
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => self.complete(now),
                EndpointEvent::ApplicationData(data) => {
                    if matches!(self.phase, Phase::Connected { .. }) {
                        self.events.push_back(DtlsEvent::Data(data.freeze()));
                    }
                }
                EndpointEvent::PeerClosed => self.fail(now, PeerFailure::Closed),
                // A kind of a later version of the crate.
                _ => {}
            }
        }
    }

    /// The handshake's mathematics are done; is it the right client?
    fn complete(&mut self, now: Instant) {
        let Phase::Handshaking(handshake) = mem::replace(&mut self.phase, Phase::Over) else { return };
        let outcome = examine(&handshake, self.expected);
        self.phase = Phase::Connected { endpoint: handshake.endpoint, late_handshake_datagrams: 0 };
        match outcome {
            Ok(keys) => {
                self.handshake_ends = None;
                self.events.push_back(DtlsEvent::Connected(Box::new(keys)));
            }
            Err(failure) => self.fail(now, failure),
        }
    }

    /// Ends the connection, saying so to the peer as far as it can hear.
    fn fail(&mut self, now: Instant, failure: PeerFailure) {
        if !matches!(self.phase, Phase::Over) {
            self.close(now);
            self.events.push_back(DtlsEvent::Failed(failure));
        }
    }

    /// Moves what the endpoint wants sent to where it outlives the endpoint.
    fn drain(&mut self, now: Instant) {
        let endpoint = match &mut self.phase {
            Phase::Handshaking(Handshake { endpoint, .. }) | Phase::Connected { endpoint, .. } => endpoint,
            Phase::Hello(_) | Phase::Over => return,
        };
        let fresh = self.transmits.len();
        self.transmits.extend(std::iter::from_fn(|| endpoint.poll_transmit()).map(|transmit| transmit.message));
        if let Phase::Handshaking(handshake) = &mut self.phase
            && self.transmits.len() > fresh
        {
            handshake.flight = self.transmits.range(fresh..).cloned().collect();
            handshake.repeat_at = Some(now + FLIGHT_INTERVAL);
            handshake.repetitions = 0;
        }
    }

    /// Encrypts application data; without a connection it goes nowhere.
    pub fn send(&mut self, now: Instant, data: &[u8]) {
        if let Phase::Connected { endpoint, .. } = &mut self.phase {
            // The only error is of an association that is gone; that is reported as an event.
            let _ = endpoint.write(now, PEER, data);
            self.drain(now);
        }
    }

    /// Says goodbye (close_notify); [`Self::poll_transmit`] still hands it out.
    pub fn close(&mut self, now: Instant) {
        if let Phase::Handshaking(Handshake { endpoint, .. }) | Phase::Connected { endpoint, .. } = &mut self.phase {
            endpoint.stop(now, PEER);
        }
        self.drain(now);
        self.phase = Phase::Over;
        self.handshake_ends = None;
    }

    pub fn poll_event(&mut self) -> Option<DtlsEvent> {
        self.events.pop_front()
    }

    /// The next datagram to send to the peer.
    pub fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.transmits.pop_front()
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        let repetition = match &self.phase {
            Phase::Handshaking(handshake) => handshake.repeat_at,
            _ => None,
        };
        repetition.into_iter().chain(self.handshake_ends).min()
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if self.handshake_ends.is_some_and(|end| end <= now) {
            return self.fail(now, PeerFailure::Handshake);
        }
        if let Phase::Handshaking(handshake) = &mut self.phase
            && handshake.repeat_at.is_some_and(|at| at <= now)
        {
            handshake.repetitions += 1;
            handshake.repeat_at = Some(now + FLIGHT_INTERVAL * (1 << handshake.repetitions.min(10)));
            self.transmits.extend(handshake.flight.iter().cloned());
        }
    }
}

/// The keys of a finished handshake, if the client showed the expected certificate. `rtc-dtls` has verified that the
/// client holds the certificate's key.
fn examine(handshake: &Handshake, expected: Fingerprint) -> Result<SrtpKeys, PeerFailure> {
    let state = handshake.endpoint.get_connection_state(PEER).ok_or(PeerFailure::Handshake)?;
    let certificate = state.peer_certificates.first().ok_or(PeerFailure::WrongCertificate)?;
    if fingerprint(certificate) != expected {
        return Err(PeerFailure::WrongCertificate);
    }
    let agreed = match state.srtp_protection_profile() {
        SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => Profile::AeadAes128Gcm,
        SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => Profile::Aes128CmSha1_80,
        _ => return Err(PeerFailure::Handshake),
    };
    if agreed != handshake.profile {
        return Err(PeerFailure::Handshake);
    }
    let material = state
        .export_keying_material(SRTP_EXPORT_LABEL, &[], agreed.keying_material_len())
        .map_err(|_| PeerFailure::Handshake)?;
    let (remote, local) = Keys::split(agreed, material.as_ref()).ok_or(PeerFailure::Handshake)?;
    Ok(SrtpKeys { local, remote })
}

/// What a datagram's record headers say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Contents {
    has_handshake: bool,
    /// Application data without encryption, which only a forger sends.
    has_plain_data: bool,
}

/// None unless the datagram is a sequence of whole DTLS 1.0 to 1.2 records, the readable handshake fragments among them
/// such as a sane client makes.
fn inspect(datagram: &[u8]) -> Option<Contents> {
    let mut contents = Contents::default();
    let mut wire = Wire(datagram);
    while !wire.is_empty() {
        let kind = wire.u8()?;
        let version = wire.u8()?;
        wire.u8()?;
        let epoch = wire.u16()?;
        wire.take(6)?;
        let record = wire.vector16()?;
        if version != 0xfe || record.is_empty() {
            return None;
        }
        match kind {
            // `rtc-dtls` takes this one in any epoch, unauthenticated: a forged one would leave it waiting for an epoch
            // that never comes.
            CHANGE_CIPHER_SPEC if epoch != 0 => return None,
            CHANGE_CIPHER_SPEC | ALERT => {}
            HANDSHAKE => {
                contents.has_handshake = true;
                if epoch == 0 {
                    inspect_fragments(record)?;
                }
            }
            APPLICATION_DATA => contents.has_plain_data |= epoch == 0,
            _ => return None,
        }
    }
    Some(contents)
}

/// `rtc-dtls` looks for each fragment's successor by recursion over all fragments, and takes the lengths on trust.
fn inspect_fragments(record: &[u8]) -> Option<()> {
    let mut wire = Wire(record);
    while !wire.is_empty() {
        let _message_kind = wire.u8()?;
        let total = wire.u24()?;
        let _message_sequence = wire.u16()?;
        let offset = wire.u24()?;
        let len = wire.u24()?;
        wire.take(len)?;
        let end = offset + len;
        let is_sane = end <= total && total <= MAX_HANDSHAKE_MESSAGE_LEN && (end == total || len >= MIN_FRAGMENT_LEN);
        if !is_sane {
            return None;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_names_its_certificate() {
        let (one, other) = (DtlsIdentity::generate().unwrap(), DtlsIdentity::generate().unwrap());
        assert_ne!(one.fingerprint(), other.fingerprint());
    }

    /// A handshake record of epoch 0 around a fragment.
    fn fragment(total: u8, offset: u8, len: u8) -> Vec<u8> {
        let mut record = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12 + len];
        record.extend([11, 0, 0, total, 0, 2, 0, 0, offset, 0, 0, len]);
        record.extend(vec![0; len.into()]);
        record
    }

    #[test]
    fn only_sane_records_are_looked_at() {
        let handshake = Some(Contents { has_handshake: true, has_plain_data: false });
        assert_eq!(inspect(&fragment(100, 0, 100)), handshake);
        assert_eq!(inspect(&[fragment(100, 0, 64), fragment(100, 64, 36)].concat()), handshake);
        assert_eq!(inspect(&fragment(0, 0, 0)), handshake, "some messages are empty");
        assert_eq!(inspect(&[23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9]), Some(Contents::default()));

        assert_eq!(inspect(&fragment(100, 50, 64)), None, "beyond the message");
        assert_eq!(inspect(&fragment(100, 0, 20)), None, "crumbs");
        assert_eq!(inspect(&fragment(100, 0, 64)[..60]), None, "cut off");
        assert_eq!(inspect(&[24, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9]), None, "unknown kind");
        assert_eq!(inspect(&[20, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]), None, "change of an encrypted epoch");
        assert_eq!(inspect(&[22, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9]), None, "TLS");
    }
}
