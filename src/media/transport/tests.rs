//! A whole client against a whole transport, over a link that loses what it is told to, on a clock of its own.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{
    data::SendError,
    dtls::{DtlsIdentity, HANDSHAKE_TIMEOUT},
    srtp::{Profile, RTP_OVERHEAD, SrtpError},
    testing::{
        BOTH_PROFILES, Client, LOSSY, OTHER, RELIABLE, SrtpProtectionProfile, address, binding_request, credentials,
    },
    *,
};
use crate::media::{ExtensionIds, Fingerprint, IceCredentials};

static IDENTITY: LazyLock<Arc<DtlsIdentity>> = LazyLock::new(|| Arc::new(DtlsIdentity::generate().unwrap()));

const LATENCY: Duration = Duration::from_millis(10);
const ONE_DATAGRAM: usize = 1200;
/// Cuts a hello in two, and everything else of the client's handshake in pieces.
const SMALL_DATAGRAMS: usize = 100;

fn settings(local: IceCredentials, remote_fingerprint: Fingerprint) -> TransportSettings {
    TransportSettings { local, remote_fingerprint, extensions: ExtensionIds::default(), max_message_size: 262_144 }
}

/// A datagram under way.
struct Flying {
    arrives: Instant,
    from: SocketAddr,
    bytes: Vec<u8>,
}

struct World {
    now: Instant,
    client: Client,
    server: Transport,
    to_server: VecDeque<Flying>,
    to_client: VecDeque<Flying>,
    /// Chance of a datagram to be lost, each way.
    loss: f64,
    rng: StdRng,
    events: Vec<TransportEvent>,
    received: Vec<(Channel, Bytes)>,
    /// The server's application takes what comes.
    reads: bool,
}

impl World {
    fn new() -> Self {
        let client = Client::new(address(1));
        let server = Transport::new(&settings(credentials("near"), client.fingerprint()), &IDENTITY);
        Self {
            now: Instant::now(),
            client,
            server,
            to_server: VecDeque::new(),
            to_client: VecDeque::new(),
            loss: 0.0,
            rng: StdRng::seed_from_u64(45),
            events: Vec::new(),
            received: Vec::new(),
            reads: true,
        }
    }

    /// A world whose client is connected and has its channels.
    fn connected(profiles: &[SrtpProtectionProfile]) -> Self {
        let mut world = World::new();
        world.check("near", true).expect("an answer");
        world.client.connect(world.now, profiles, ONE_DATAGRAM);
        world.run_until(|world| world.channels_are_open());
        assert_eq!(world.events, [TransportEvent::Connected]);
        world
    }

    fn channels_are_open(&mut self) -> bool {
        let probe = Bytes::from(vec![0; 1 << 20]);
        self.client.has_channels()
            && [Channel::Reliable, Channel::Lossy]
                .iter()
                .all(|channel| self.server.send_data(self.now, *channel, &probe) == Err(SendError::TooLarge))
    }

    fn check(&mut self, ufrag: &str, nominate: bool) -> Option<StunAnswer> {
        let request = binding_request(&credentials(ufrag), nominate);
        self.server.handle_stun(self.now, self.client.address, &request)
    }

    /// Hands out what each side has to send.
    fn exchange(&mut self) {
        let arrives = self.now + LATENCY;
        while let Some(bytes) = self.client.poll_transmit(self.now) {
            if !self.rng.random_bool(self.loss) {
                self.to_server.push_back(Flying { arrives, from: self.client.address, bytes });
            }
        }
        while let Some(bytes) = self.server.poll_transmit(self.now) {
            let to = self.server.remote().expect("nothing is sent before there is an address");
            if to == self.client.address && !self.rng.random_bool(self.loss) {
                self.to_client.push_back(Flying { arrives, from: to, bytes: bytes.to_vec() });
            }
        }
        while let Some(event) = self.server.poll_event() {
            self.events.push(event);
        }
        if self.reads {
            while let Some(message) = self.server.poll_data() {
                self.received.push(message);
            }
        }
    }

    /// Goes on to the next thing that happens; false when nothing ever will.
    fn step(&mut self) -> bool {
        self.exchange();
        let arrivals = self.to_server.front().into_iter().chain(self.to_client.front()).map(|flying| flying.arrives);
        let deadlines = self.client.next_deadline().into_iter().chain(self.server.next_deadline());
        let Some(next) = arrivals.chain(deadlines).min() else { return false };
        self.now = self.now.max(next);
        while let Some(flying) = self.to_server.pop_front_if(|flying| flying.arrives <= self.now) {
            self.server.handle_dtls(self.now, flying.from, &flying.bytes);
        }
        while let Some(flying) = self.to_client.pop_front_if(|flying| flying.arrives <= self.now) {
            self.client.handle(self.now, &flying.bytes);
        }
        self.client.handle_timeout(self.now);
        self.server.handle_timeout(self.now);
        true
    }

    /// Lets time pass until `done`, ten minutes at most.
    fn run_until(&mut self, mut done: impl FnMut(&mut World) -> bool) {
        let limit = self.now + Duration::from_secs(600);
        while !done(self) {
            assert!(self.step() && self.now < limit, "waiting in vain; events: {:?}", self.events);
        }
    }

    fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.now < end && self.step() {}
    }

    /// One RTP and one RTCP packet each way, the client's first.
    fn media_flows(&mut self, sequence: u16) {
        let plain = rtp(11, sequence);
        let (now, remote) = (self.now, self.client.address);
        let (client_sender, client_receiver) = self.client.srtp.as_mut().expect("connected");
        let mut buf = plain.clone();
        buf.resize(plain.len() + RTP_OVERHEAD, 0);
        let len = client_sender.seal_rtp(&mut buf, 12, plain.len(), 0).unwrap();
        let opened = self.server.open_rtp(now, remote, &mut buf[..len], 12).unwrap();
        assert_eq!((opened.len, opened.index), (plain.len(), sequence.into()));
        assert_eq!(buf[..plain.len()], plain);
        let mut rtcp = super::tests::rtcp(11);
        client_sender.seal_rtcp(&mut rtcp).unwrap();
        assert_eq!(self.server.open_rtcp(now, remote, &mut rtcp), Ok(28));

        let mut buf = plain.clone();
        buf.resize(plain.len() + RTP_OVERHEAD, 0);
        let mut rtcp = super::tests::rtcp(11);
        let (sender, to) = self.server.sealer().expect("connected");
        assert_eq!(to, remote);
        let len = sender.seal_rtp(&mut buf, 12, plain.len(), 0).unwrap();
        sender.seal_rtcp(&mut rtcp).unwrap();
        assert_eq!(client_receiver.open_rtp(&mut buf[..len], 12).unwrap().len, plain.len());
        assert_eq!(client_receiver.open_rtcp(&mut rtcp), Ok(28));
    }
}

fn rtp(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 111];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(ssrc.to_be_bytes());
    packet.extend([9; 100]);
    packet
}

fn rtcp(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 201, 0, 6];
    packet.extend(ssrc.to_be_bytes());
    packet.extend([1; 20]);
    packet
}

#[test]
fn a_client_connects_talks_moves_and_leaves() {
    let cases = [
        (&BOTH_PROFILES[..], Profile::AeadAes128Gcm),
        (&[SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80][..], Profile::Aes128CmSha1_80),
    ];
    for (profiles, agreed) in cases {
        let mut world = World::new();
        assert!(world.check("near", false).unwrap().added);
        world.client.connect(world.now, profiles, SMALL_DATAGRAMS);
        world.run_until(World::channels_are_open);
        assert_eq!(world.events, [TransportEvent::Connected]);
        assert_eq!(world.client.profile, Some(agreed));
        world.media_flows(100);

        let long: Vec<u8> = (0..64 * 1024).map(|i| (i % 251) as u8).collect();
        world.client.send(world.now, RELIABLE, &long);
        world.client.send(world.now, LOSSY, b"here");
        world.client.send(world.now, OTHER, b"to nobody");
        world.server.send_data(world.now, Channel::Reliable, &Bytes::from(long.clone())).unwrap();
        world.server.send_data(world.now, Channel::Lossy, &Bytes::new()).unwrap();
        world.run_until(|world| world.received.len() == 2 && world.client.messages.contains_key(&RELIABLE));
        world.run_for(Duration::from_secs(2));
        assert!(world.received.contains(&(Channel::Reliable, Bytes::from(long.clone()))));
        assert!(world.received.contains(&(Channel::Lossy, Bytes::from_static(b"here"))));
        assert_eq!(world.client.messages[&RELIABLE], [long]);
        assert_eq!(world.client.messages[&LOSSY].len(), 1);

        // The client moves to another network: ICE restarts, all else goes on.
        let fingerprint = world.client.fingerprint();
        world.server.restart(&settings(credentials("newer"), fingerprint));
        world.client.address = address(2);
        assert!(world.check("newer", false).unwrap().added);
        assert_eq!(world.server.remote(), Some(address(1)));
        assert_eq!(world.check("newer", true).unwrap().retired, Some("near".to_owned()));
        assert_eq!(world.check("near", true), None);
        assert_eq!(world.server.remote(), Some(address(1)), "until a packet comes the new way");
        world.media_flows(101);
        world.client.send(world.now, RELIABLE, b"moved");
        world.run_until(|world| world.received.len() == 3);
        assert_eq!(world.events, [TransportEvent::Connected]);

        world.server.close(world.now);
        world.run_until(|world| world.client.closed);
        assert!(!world.client.has_channels() && !world.server.is_connected());
        assert_eq!(world.server.next_deadline(), None);
    }
}

#[test]
fn a_client_connects_though_a_fifth_of_the_datagrams_is_lost() {
    for seed in 0..40 {
        let mut world = World::new();
        world.rng = StdRng::seed_from_u64(seed);
        world.loss = 0.2;
        world.check("near", true).unwrap();
        world.client.connect(world.now, &BOTH_PROFILES, if seed % 2 == 0 { ONE_DATAGRAM } else { 400 });
        world.run_until(World::channels_are_open);
        let payload = Bytes::from(vec![7; 64 * 1024]);
        world.client.send(world.now, RELIABLE, &payload);
        world.server.send_data(world.now, Channel::Reliable, &payload).unwrap();
        world.run_until(|world| {
            !world.received.is_empty() && world.client.messages.get(&RELIABLE).is_some_and(|got| !got.is_empty())
        });
        world.media_flows(1);
        assert_eq!(world.received, [(Channel::Reliable, payload)]);
        assert_eq!(world.events, [TransportEvent::Connected]);
    }
}

#[test]
fn data_flows_soon_after_an_outage() {
    let mut world = World::connected(&BOTH_PROFILES);
    let payload = Bytes::from_static(b"while you were away");
    world.server.send_data(world.now, Channel::Reliable, &payload).unwrap();
    world.loss = 1.0;
    world.run_for(Duration::from_secs(40));
    world.loss = 0.0;
    let back = world.now;
    world.run_until(|world| world.client.messages.get(&RELIABLE).is_some_and(|got| got.contains(&payload)));
    assert!(world.now <= back + Duration::from_millis(1100), "{:?}", world.now - back);
}

#[test]
fn a_client_that_closes_is_gone() {
    let mut world = World::connected(&BOTH_PROFILES);
    world.client.close(world.now);
    world.run_until(|world| world.events.len() == 2);
    assert_eq!(world.events[1], TransportEvent::Failed(PeerFailure::Closed));
    assert!(world.server.sealer().is_none());
    assert_eq!(
        world.server.open_rtp(world.now, world.client.address, &mut rtp(1, 1), 12),
        Err(SrtpError::NotConnected)
    );
}

#[test]
fn the_wrong_certificate_is_refused_and_nothing_is_delivered() {
    let mut world = World::new();
    let somebody_else = Client::new(address(9)).fingerprint();
    world.server = Transport::new(&settings(credentials("near"), somebody_else), &IDENTITY);
    world.check("near", true).unwrap();
    world.client.connect(world.now, &BOTH_PROFILES, ONE_DATAGRAM);
    world.run_until(|world| !world.events.is_empty());
    world.run_for(Duration::from_secs(5));
    assert_eq!(world.events, [TransportEvent::Failed(PeerFailure::WrongCertificate)]);
    assert!(!world.server.is_connected() && world.server.sealer().is_none() && world.received.is_empty());
}

#[test]
fn a_client_without_a_known_srtp_profile_is_refused() {
    let mut world = World::new();
    world.check("near", true).unwrap();
    world.client.connect(world.now, &[SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm], ONE_DATAGRAM);
    world.run_until(|world| !world.events.is_empty());
    assert_eq!(world.events, [TransportEvent::Failed(PeerFailure::Handshake)]);
}

#[test]
fn a_handshake_that_stalls_ends_in_time() {
    let mut world = World::new();
    world.check("near", true).unwrap();
    assert_eq!(world.server.next_deadline(), None, "nothing has begun");
    let started = world.now;
    world.client.connect(world.now, &BOTH_PROFILES, ONE_DATAGRAM);
    let hello = world.client.poll_transmit(world.now).unwrap();
    world.server.handle_dtls(world.now, world.client.address, &hello);
    while world.server.poll_event().is_none() {
        let mut sent = 0;
        while world.server.poll_transmit(world.now).is_some() {
            sent += 1;
        }
        assert!(sent < 10);
        world.now = world.server.next_deadline().expect("a deadline until the end");
        world.server.handle_timeout(world.now);
    }
    assert!(world.now <= started + HANDSHAKE_TIMEOUT);
    assert_eq!(world.server.next_deadline(), None);
}

#[test]
fn a_stranger_makes_no_state() {
    let mut world = World::new();
    world.client.connect(world.now, &BOTH_PROFILES, ONE_DATAGRAM);
    let hello = world.client.poll_transmit(world.now).unwrap();
    // Before any check nobody is known; afterwards only the checked address is.
    world.server.handle_dtls(world.now, world.client.address, &hello);
    world.check("near", true).unwrap();
    for _ in 0..1000 {
        world.server.handle_dtls(world.now, address(666), &hello);
    }
    assert_eq!(world.server.next_deadline(), None);
    assert_eq!(world.server.poll_transmit(world.now), None);
}

#[test]
fn junk_and_forgeries_do_not_disturb_a_connection() {
    let mut world = World::connected(&BOTH_PROFILES);
    world.media_flows(1);
    let from = world.client.address;
    let mut rng = StdRng::seed_from_u64(7);
    for first in 0..=255_u8 {
        for len in [1, 13, 14, 40, 300, 1400] {
            let mut junk: Vec<u8> = (0..len).map(|_| rng.random()).collect();
            junk[0] = first;
            assert_eq!(world.server.handle_stun(world.now, from, &junk), None);
            world.server.handle_dtls(world.now, from, &junk);
            assert!(world.server.open_rtp(world.now, world.client.address, &mut junk.clone(), 12).is_err());
            assert!(world.server.open_rtcp(world.now, world.client.address, &mut junk).is_err());
        }
    }
    let last_heard = world.server.last_heard();
    for (kind, body) in [(20, &[1][..]), (21, &[2, 40]), (21, &[1, 0]), (22, &[1; 40]), (23, &[0; 40])] {
        for epoch in [0, 1] {
            for sequence in 0..100_u8 {
                let mut forged = vec![kind, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 1, sequence, 0, body.len() as u8];
                forged.extend(body);
                world.server.handle_dtls(world.now, from, &forged);
            }
        }
    }
    assert_eq!(world.server.last_heard(), last_heard, "nothing of it was authentic");
    world.now += Duration::from_secs(1);
    world.media_flows(2);
    world.client.send(world.now, RELIABLE, b"still here");
    world.run_until(|world| !world.received.is_empty());
    assert!(world.server.last_heard() > last_heard);
    assert_eq!(world.events, [TransportEvent::Connected]);
}

#[test]
fn another_handshake_on_a_live_connection_is_ignored() {
    let mut world = World::connected(&BOTH_PROFILES);
    let mut intruder = Client::new(world.client.address);
    intruder.connect(world.now, &BOTH_PROFILES, ONE_DATAGRAM);
    for _ in 0..100 {
        while let Some(datagram) = intruder.poll_transmit(world.now) {
            world.server.handle_dtls(world.now, intruder.address, &datagram);
        }
        world.now += Duration::from_millis(250);
        intruder.handle_timeout(world.now);
    }
    world.client.send(world.now, RELIABLE, b"still here");
    world.run_until(|world| !world.received.is_empty());
    world.media_flows(1);
    assert_eq!(world.events, [TransportEvent::Connected]);
}

#[test]
fn unread_messages_hold_the_client_back_and_none_is_lost() {
    let mut world = World::connected(&BOTH_PROFILES);
    world.reads = false;
    let payload = vec![5; 32 * 1024];
    for _ in 0..100 {
        world.client.send(world.now, RELIABLE, &payload);
    }
    world.run_for(Duration::from_secs(20));
    let waiting = world.client.association().stream(RELIABLE).unwrap().buffered_amount().unwrap();
    assert!(waiting > 2_000_000, "the client keeps what we do not read: {waiting}");
    world.reads = true;
    world.run_until(|world| world.received.len() == 100);
}

#[test]
fn a_client_that_does_not_read_overflows_the_reliable_channel_and_loses_lossy_messages() {
    let mut world = World::connected(&BOTH_PROFILES);
    let payload = Bytes::from(vec![5; 100 * 1024]);
    let mut sent = 0;
    while world.server.send_data(world.now, Channel::Reliable, &payload).is_ok() {
        sent += 1;
        assert!(sent < 100);
    }
    assert_eq!(world.server.send_data(world.now, Channel::Reliable, &payload), Err(SendError::Overflow));
    for _ in 0..10 {
        assert_eq!(world.server.send_data(world.now, Channel::Lossy, &payload), Ok(()));
    }
    assert_eq!(world.server.lossy_dropped(), 5);
}

/// A DATA chunk that begins a message and never ends it.
fn endless(tsn: u32, payload: &[u8]) -> Vec<u8> {
    let mut chunk = vec![0, 2];
    chunk.extend((payload.len() as u16 + 16).to_be_bytes());
    chunk.extend(tsn.to_be_bytes());
    chunk.extend(RELIABLE.to_be_bytes());
    chunk.extend([0x70, 0, 0, 0, 0, 53]);
    chunk.extend(payload);
    chunk
}

#[test]
fn a_malicious_leap_of_sequence_numbers_costs_nothing() {
    let mut world = World::connected(&BOTH_PROFILES);
    world.client.send(world.now, RELIABLE, b"before");
    world.exchange();
    let forward_tsn = [&[192, 0, 0, 8][..], &world.client.last_tsn().wrapping_add(1 << 30).to_be_bytes()].concat();
    world.run_until(|world| !world.received.is_empty());
    world.client.send_chunks(world.now, &forward_tsn);
    world.client.send(world.now, RELIABLE, b"after");
    world.run_until(|world| world.received.len() == 2);
}

#[test]
fn messages_that_can_never_be_read_are_taken_up_to_a_limit() {
    let mut world = World::connected(&BOTH_PROFILES);
    world.client.send(world.now, RELIABLE, b"before");
    world.exchange();
    let first = world.client.last_tsn().wrapping_add(1);
    world.run_until(|world| !world.received.is_empty());

    let mut acknowledged = 0;
    for i in 0..5000 {
        world.client.send_chunks(world.now, &endless(first.wrapping_add(i), &[1; 1024]));
        while let Some(bytes) = world.client.poll_transmit(world.now) {
            world.server.handle_dtls(world.now, world.client.address, &bytes);
        }
        while world.server.poll_transmit(world.now).is_some() {
            acknowledged += 1;
        }
        world.now += Duration::from_millis(1);
    }
    // 512 chunks fill the receive buffer, as many again are taken to fill gaps; every other one is acknowledged.
    assert!((256..=1100).contains(&acknowledged), "{acknowledged}");
}

/// The certificate may be right and the client malicious: whatever its SCTP packets hold, the server's thread survives.
#[test]
fn mangled_sctp_packets_do_no_harm_beyond_their_association() {
    let mut rng = StdRng::seed_from_u64(11);
    for _ in 0..20 {
        let mut world = World::connected(&BOTH_PROFILES);
        world.client.send(world.now, RELIABLE, &[3; 3000]);
        world.server.send_data(world.now, Channel::Reliable, &Bytes::from(vec![4; 3000])).unwrap();
        world.run_until(|world| !world.received.is_empty() && world.client.messages.contains_key(&RELIABLE));
        let corpus = world.client.sent_chunks();
        for _ in 0..200 {
            let mut chunks = corpus[rng.random_range(0..corpus.len())].clone();
            for _ in 0..rng.random_range(0..4) {
                // Mostly in the headers, where it matters.
                let reach = if rng.random_bool(0.7) { chunks.len().min(24) } else { chunks.len() };
                chunks[rng.random_range(0..reach)] = *[0, 1, 0xff, rng.random()].get(rng.random_range(0..4)).unwrap();
            }
            if rng.random_bool(0.2) {
                chunks[0] = [1, 2, 3, 4, 6, 7, 9, 10, 11, 14, 130, 192][rng.random_range(0..12)];
            }
            if rng.random_bool(0.1) {
                chunks.truncate(rng.random_range(0..chunks.len()).max(1));
            }
            world.client.send_chunks(world.now, &chunks);
            while let Some(bytes) = world.client.poll_transmit(world.now) {
                world.server.handle_dtls(world.now, world.client.address, &bytes);
            }
            while world.server.poll_transmit(world.now).is_some() {}
            world.now += Duration::from_millis(50);
            world.server.handle_timeout(world.now);
            while world.server.poll_data().is_some() {}
        }
        world.media_flows(1);
        assert_eq!(world.events, [TransportEvent::Connected]);
    }
}

#[test]
fn junk_before_the_handshake_does_not_prevent_it() {
    let mut world = World::new();
    world.check("near", true).unwrap();
    let mut rng = StdRng::seed_from_u64(8);
    for first in 0..=255_u8 {
        for len in [1, 13, 14, 26, 300] {
            let mut junk: Vec<u8> = (0..len).map(|_| rng.random()).collect();
            junk[0] = first;
            world.server.handle_dtls(world.now, world.client.address, &junk);
        }
    }
    assert_eq!(world.server.next_deadline(), None);
    world.client.connect(world.now, &BOTH_PROFILES, SMALL_DATAGRAMS);
    world.run_until(|world| world.channels_are_open());
}

#[test]
fn mangled_handshakes_do_no_harm() {
    let mut rng = StdRng::seed_from_u64(12);
    for _ in 0..100 {
        let mut world = World::new();
        world.check("near", true).unwrap();
        world.client.connect(world.now, &BOTH_PROFILES, if rng.random_bool(0.5) { ONE_DATAGRAM } else { 400 });
        for _ in 0..8 {
            world.exchange();
            for flying in std::mem::take(&mut world.to_server) {
                let mut bytes = flying.bytes;
                if rng.random_bool(0.5) {
                    for _ in 0..rng.random_range(1..4) {
                        let at = rng.random_range(13..bytes.len());
                        bytes[at] = *[0, 1, 0xff, rng.random()].get(rng.random_range(0..4)).unwrap();
                    }
                }
                world.server.handle_dtls(world.now, flying.from, &bytes);
            }
            world.exchange();
            for flying in std::mem::take(&mut world.to_client) {
                world.client.handle(world.now, &flying.bytes);
            }
            world.now += Duration::from_millis(300);
            world.client.handle_timeout(world.now);
            world.server.handle_timeout(world.now);
        }
        assert!(world.events.len() <= 2);
    }
}
