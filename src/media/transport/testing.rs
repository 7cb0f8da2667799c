//! The client's side, for tests: connectivity checks, and a whole peer made of the same protocol crates.

use std::{
    collections::{HashMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use rtc_crypto::{
    RTCCryptoProvider,
    providers::{RingCrypto, RingProvider},
};
use rtc_datachannel::message::{
    Message as Dcep,
    message_channel_open::{CHANNEL_PRIORITY_NORMAL, ChannelType, DataChannelOpen},
};
use rtc_dtls::{
    config::{ConfigBuilder, ExtendedMasterSecretType},
    crypto::Certificate,
    endpoint::{Endpoint as DtlsEndpoint, EndpointEvent},
};
use rtc_sctp::{
    Association, AssociationHandle, ClientConfig, DatagramEvent, Endpoint as SctpEndpoint, EndpointConfig, Event,
    Payload, PayloadProtocolIdentifier as Protocol, ReliabilityType, StreamEvent, StreamId, TimerConfig,
    TransportConfig,
};
use rtc_shared::{
    TransportProtocol,
    marshal::{Marshal, Unmarshal},
};
use rtc_stun::{
    attributes::{ATTR_USE_CANDIDATE, ATTR_USERNAME},
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, Message, Setter, TransactionId},
};

pub use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;

use super::{
    dtls::fingerprint,
    srtp::{Keys, Profile, SrtpReceiver, SrtpSender},
};
use crate::media::{Fingerprint, IceCredentials};

pub fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), port))
}

pub fn credentials(ufrag: &str) -> IceCredentials {
    IceCredentials { ufrag: ufrag.to_owned(), pwd: format!("password-of-{ufrag}-012345") }
}

/// A connectivity check to the peer with these credentials.
pub fn binding_request(credentials: &IceCredentials, nominate: bool) -> Vec<u8> {
    let mut request = Message::new();
    request.build(&[Box::new(TransactionId([7; 12])), Box::new(BINDING_REQUEST)]).unwrap();
    request.add(ATTR_USERNAME, format!("{}:far", credentials.ufrag).as_bytes());
    if nominate {
        request.add(ATTR_USE_CANDIDATE, &[]);
    }
    MessageIntegrity::new_short_term_integrity_with_provider(credentials.pwd.clone(), &RingCrypto)
        .add_to(&mut request)
        .unwrap();
    FINGERPRINT.add_to(&mut request).unwrap();
    request.raw
}

/// Makes a changed SCTP packet valid again.
pub fn correct_checksum(packet: &mut [u8]) {
    packet[8..12].fill(0);
    let checksum = crc32c(packet).to_le_bytes();
    packet[8..12].copy_from_slice(&checksum);
}

/// SCTP's checksum (RFC 9260 appendix A).
fn crc32c(bytes: &[u8]) -> u32 {
    let shift = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), shift))
}

/// Chrome's order of preference.
pub const BOTH_PROFILES: [SrtpProtectionProfile; 2] =
    [SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80, SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm];

/// Streams of the client's channels.
pub const RELIABLE: StreamId = 0;
pub const LOSSY: StreamId = 2;
pub const OTHER: StreamId = 4;

const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 5000);

/// A client that connects, opens its channels and keeps what it gets.
pub struct Client {
    /// Where its datagrams come from.
    pub address: SocketAddr,
    pub srtp: Option<(SrtpSender, SrtpReceiver)>,
    pub profile: Option<Profile>,
    /// By stream, in the order of arrival.
    pub messages: HashMap<StreamId, Vec<Bytes>>,
    pub closed: bool,
    certificate: Certificate,
    dtls: DtlsEndpoint,
    sctp: SctpEndpoint,
    association: Option<(AssociationHandle, Association)>,
    channels_are_open: bool,
    /// Newest last.
    sctp_packets: Vec<Vec<u8>>,
    transmits: VecDeque<Vec<u8>>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            srtp: None,
            profile: None,
            messages: HashMap::new(),
            closed: false,
            certificate: Certificate::generate_self_signed(vec!["client".to_owned()], &RingCrypto).unwrap(),
            dtls: DtlsEndpoint::new(address, TransportProtocol::UDP, None),
            sctp: SctpEndpoint::new(address, TransportProtocol::UDP, Arc::new(EndpointConfig::new()), None),
            association: None,
            channels_are_open: false,
            sctp_packets: Vec::new(),
            transmits: VecDeque::new(),
        }
    }

    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.certificate.certificate[0])
    }

    /// Starts the handshake; `mtu` decides how many datagrams the hello takes.
    pub fn connect(&mut self, now: Instant, profiles: &[SrtpProtectionProfile], mtu: usize) {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(RingProvider::new());
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider)
            .with_certificates(vec![self.certificate.clone()])
            .with_srtp_protection_profiles(profiles.to_vec())
            .with_insecure_skip_verify(true)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_flight_interval(Duration::from_millis(250))
            .with_mtu(mtu)
            .build(true, Some(PEER))
            .unwrap();
        self.dtls.connect(now, PEER, Arc::new(config), None).unwrap();
    }

    pub fn handle(&mut self, now: Instant, datagram: &[u8]) {
        if !datagram.first().is_some_and(|byte| (20..64).contains(byte)) {
            return;
        }
        let Ok(events) = self.dtls.read(now, PEER, None, datagram.into()) else {
            self.closed = true;
            return;
        };
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => self.connected(now),
                EndpointEvent::ApplicationData(packet) => {
                    let Some((_, DatagramEvent::AssociationEvent(event))) =
                        self.sctp.handle(now, PEER, None, packet.freeze())
                    else {
                        continue;
                    };
                    self.association().handle_event(event);
                    self.take_events(now);
                }
                EndpointEvent::PeerClosed => self.closed = true,
                _ => {}
            }
        }
    }

    fn connected(&mut self, now: Instant) {
        let state = self.dtls.get_connection_state(PEER).unwrap();
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => Profile::AeadAes128Gcm,
            _ => Profile::Aes128CmSha1_80,
        };
        let material = state.export_keying_material("EXTRACTOR-dtls_srtp", &[], profile.keying_material_len()).unwrap();
        let (ours, theirs) = Keys::split(profile, material.as_ref()).unwrap();
        self.profile = Some(profile);
        self.srtp = Some((SrtpSender::new(&ours), SrtpReceiver::new(&theirs)));
        // Browsers do not give up a data channel after some repetitions either.
        let timers = TimerConfig { max_t3_rtx_retrans: usize::MAX, ..TimerConfig::default() };
        let config = ClientConfig::new(TransportConfig::default().with_timer_config(timers));
        self.association = Some(self.sctp.connect(now, config, PEER).unwrap());
    }

    pub fn association(&mut self) -> &mut Association {
        &mut self.association.as_mut().expect("the handshake is done").1
    }

    fn take_events(&mut self, now: Instant) {
        while let Some(event) = self.association().poll() {
            match event {
                Event::Connected => {
                    for (id, label, lossy) in
                        [(RELIABLE, "_reliable", false), (LOSSY, "_lossy", true), (OTHER, "_data_track", false)]
                    {
                        self.open(now, id, label, lossy);
                    }
                    self.channels_are_open = true;
                }
                Event::Stream(StreamEvent::Readable { id }) => {
                    let mut read = Vec::new();
                    let mut stream = self.association().stream(id).unwrap();
                    while let Ok(Some(message)) = stream.read_sctp() {
                        let payload = message.to_payload(1 << 20).unwrap().freeze();
                        match message.ppi {
                            Protocol::Dcep => {
                                assert!(matches!(Dcep::unmarshal(&mut &payload[..]), Ok(Dcep::DataChannelAck(_))));
                            }
                            _ => read.push(payload),
                        }
                    }
                    self.messages.entry(id).or_default().extend(read);
                }
                Event::AssociationLost { .. } => self.channels_are_open = false,
                _ => {}
            }
        }
    }

    fn open(&mut self, now: Instant, id: StreamId, label: &str, lossy: bool) {
        let channel_type = if lossy { ChannelType::PartialReliableRexmitUnordered } else { ChannelType::Reliable };
        let open = Dcep::DataChannelOpen(DataChannelOpen {
            channel_type,
            priority: CHANNEL_PRIORITY_NORMAL,
            reliability_parameter: 0,
            label: label.as_bytes().to_vec(),
            protocol: Vec::new(),
        });
        let mut stream = self.association().open_stream(id, Protocol::Binary).unwrap();
        let reliability = if lossy { ReliabilityType::Rexmit } else { ReliabilityType::Reliable };
        stream.set_reliability_params(lossy, reliability, 0).unwrap();
        stream.write_chunk_with_ppi(now, &open.marshal().unwrap().freeze(), Protocol::Dcep).unwrap();
    }

    /// Whether the association is up and the opening of the channels is under way.
    pub fn has_channels(&self) -> bool {
        self.channels_are_open
    }

    pub fn send(&mut self, now: Instant, id: StreamId, payload: &[u8]) {
        self.association().stream(id).unwrap().write_with_ppi(now, payload, Protocol::Binary).unwrap();
    }

    /// Sends an SCTP packet with these chunks, whatever is in them.
    pub fn send_chunks(&mut self, now: Instant, chunks: &[u8]) {
        let mut packet = self.sctp_packets.last().expect("an association")[..8].to_vec();
        packet.extend([0; 4]);
        packet.extend(chunks);
        correct_checksum(&mut packet);
        self.dtls.write(now, PEER, &packet).unwrap();
    }

    /// The first TSN of the packet sent last, which carries data.
    pub fn last_tsn(&self) -> u32 {
        let packet = self.sctp_packets.last().expect("an association");
        assert_eq!(packet[12], 0, "a DATA chunk");
        u32::from_be_bytes(packet[16..20].try_into().unwrap())
    }

    /// The chunks of each SCTP packet sent so far.
    pub fn sent_chunks(&self) -> Vec<Vec<u8>> {
        self.sctp_packets.iter().map(|packet| packet[12..].to_vec()).collect()
    }

    pub fn close(&mut self, now: Instant) {
        self.dtls.close(now).unwrap();
    }

    pub fn poll_transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        if let Some((_, association)) = &mut self.association {
            while let Some(transmit) = association.poll_transmit(now) {
                if let Payload::RawEncode(packets) = transmit.message {
                    for packet in packets {
                        self.sctp_packets.push(packet.to_vec());
                        // The connection may be closed by now.
                        let _ = self.dtls.write(now, PEER, &packet);
                    }
                }
            }
        }
        while let Some(transmit) = self.dtls.poll_transmit() {
            self.transmits.push_back(transmit.message.to_vec());
        }
        self.transmits.pop_front()
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        let sctp = self.association.as_ref().and_then(|(_, association)| association.poll_timeout());
        self.dtls.poll_timeout(&PEER).into_iter().chain(sctp).min()
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if self.dtls.handle_timeout(PEER, now).is_err() {
            self.closed = true;
        }
        if let Some((_, association)) = &mut self.association {
            association.handle_timeout(now);
            self.take_events(now);
        }
    }
}
