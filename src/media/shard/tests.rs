//! A shard with whole clients around it, on a clock of its own: every datagram is really sealed and opened.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::media::{
    Channel, Encoding, ExtensionIds, ForwardedTrack, Layer, MediaKind, PayloadTypes, Preference, PublishedTrack,
    TransportSettings,
    congestion::{PACKET_OVERHEAD, link::Link},
    rtcp::{self, NtpTime},
    rtp::{Header, PLAIN_HEADER, is_rtcp, write_header},
    transport::testing::{self, BOTH_PROFILES, RELIABLE, address, binding_request, credentials},
    transport_cc::Arrivals,
};

static IDENTITY: LazyLock<Arc<DtlsIdentity>> =
    LazyLock::new(|| Arc::new(DtlsIdentity::generate().expect("a certificate")));

pub(super) const VIDEO: u8 = 96;
const RTX: u8 = 97;
const EXTENSIONS: ExtensionIds =
    ExtensionIds { mid: Some(1), rid: Some(2), repaired_rid: Some(3), transport_cc: Some(4), audio_level: Some(5) };
/// What the three layers of a camera are called, and the SSRCs that these tests give them.
pub(super) const LAYERS: [(&str, Layer, u32); 3] =
    [("q", Layer::Quarter, 0x10), ("h", Layer::Half, 0x20), ("f", Layer::Full, 0x30)];
const CAMERA: TrackId = TrackId(1);

/// An RTP packet as a client got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Received {
    pub at: Instant,
    pub ssrc: u32,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub payload: Vec<u8>,
}

pub(super) struct Peer {
    client: testing::Client,
    /// What lies between the shard and it; without one everything arrives at once.
    pub line: Option<Line>,
    received: Vec<Received>,
    /// Decrypted RTCP compounds.
    reports: Vec<Vec<u8>>,
    /// The next sequence number of each SSRC, and of all together.
    sequences: BTreeMap<u32, u16>,
    transport_sequence: u16,
}

/// The line down to a peer, and the peer's notes of what arrived by it.
pub(super) struct Line {
    pub link: Link,
    arriving: VecDeque<(Instant, Vec<u8>)>,
    arrivals: Arrivals,
}

impl Line {
    pub fn new(link: Link, epoch: Instant) -> Self {
        Self { link, arriving: VecDeque::new(), arrivals: Arrivals::new(epoch) }
    }
}

pub(super) struct World {
    pub now: Instant,
    pub shard: Shard,
    peers: BTreeMap<u64, Peer>,
}

/// Peers from here on tell what arrives of what they are sent.
pub(super) const NUMBERED: u64 = 100;

/// Beside those only the first peer, who publishes, has transport-wide numbers.
fn settings(name: &str, id: u64, client: &testing::Client) -> TransportSettings {
    TransportSettings {
        local: credentials(&format!("{name}{id}")),
        remote_fingerprint: client.fingerprint(),
        extensions: if id == 1 || id >= NUMBERED {
            EXTENSIONS
        } else {
            ExtensionIds { transport_cc: None, ..EXTENSIONS }
        },
        max_message_size: 65_536,
    }
}

/// A VP8 payload of one packet; `tag` tells whose it is.
fn frame(key: bool, tag: u8) -> Vec<u8> {
    vec![0x10, u8::from(!key), tag, tag]
}

impl World {
    pub fn new() -> Self {
        let now = Instant::now();
        Self { now, shard: Shard::new(Arc::clone(&IDENTITY), now), peers: BTreeMap::new() }
    }

    /// A peer that is connected, at an address of its own.
    pub fn join(&mut self, id: u64) {
        let client = testing::Client::new(address(id as u16));
        self.command(Command::OpenPeer { peer: PeerId(id) });
        self.command(Command::SetTransport { peer: PeerId(id), settings: settings("near", id, &client) });
        let peer = Peer {
            client,
            line: None,
            received: Vec::new(),
            reports: Vec::new(),
            sequences: BTreeMap::new(),
            transport_sequence: 0,
        };
        self.peers.insert(id, peer);
        self.check(id, &format!("near{id}"));
        let now = self.now;
        self.peer(id).client.connect(now, &BOTH_PROFILES, 1_200);
        self.settle();
        assert!(self.events().contains(&Event::Connected { peer: PeerId(id) }));
    }

    pub fn peer(&mut self, id: u64) -> &mut Peer {
        self.peers.get_mut(&id).expect("joined")
    }

    pub fn command(&mut self, command: Command) {
        self.shard.command(command, self.now);
        self.settle();
    }

    fn check(&mut self, id: u64, ufrag: &str) {
        let from = self.peer(id).client.address;
        self.shard.datagram(from, &mut binding_request(&credentials(ufrag), true), self.now);
        self.settle();
    }

    pub fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.shard.poll_event()).collect()
    }

    /// Passes datagrams to and fro until nobody has any more.
    fn settle(&mut self) {
        loop {
            while self.shard.forward(self.now) {
                self.deliver();
            }
            let mut busy = self.deliver();
            for peer in self.peers.values_mut() {
                while let Some(mut datagram) = peer.client.poll_transmit(self.now) {
                    self.shard.datagram(peer.client.address, &mut datagram, self.now);
                    busy = true;
                }
            }
            if !busy && self.shard.egress().is_empty() {
                return;
            }
        }
    }

    fn deliver(&mut self) -> bool {
        let out: Vec<(SocketAddr, Vec<u8>)> = self
            .shard
            .egress()
            .runs()
            .flat_map(|(run, bytes)| run.split(bytes).map(|datagram| (run.to, datagram.to_vec())))
            .collect();
        self.shard.egress().clear();
        for (to, datagram) in &out {
            if let Some(peer) = self.peers.values_mut().find(|peer| peer.client.address == *to) {
                peer.take(datagram.clone(), self.now);
            }
        }
        !out.is_empty()
    }

    /// A millisecond goes by: what is due happens, and what is on its way arrives.
    pub fn tick(&mut self) {
        self.now += Duration::from_millis(1);
        let now = self.now;
        while self.shard.handle_timeout(now) {
            self.deliver();
        }
        for peer in self.peers.values_mut() {
            peer.client.handle_timeout(now);
            while let Some(datagram) = peer.arrived(now) {
                peer.handle(datagram, now);
            }
        }
        self.settle();
    }

    /// A peer with a line tells what has arrived.
    pub fn tell_arrivals(&mut self, id: u64) {
        let mut feedback = Vec::new();
        let told =
            |peer: &mut Peer, out: &mut Vec<u8>| peer.line.as_mut().expect("a line").arrivals.write_feedback(out);
        while told(self.peer(id), &mut feedback) {
            let compound = std::mem::take(&mut feedback);
            self.report(id, |out| out.extend_from_slice(&compound));
        }
    }

    /// Lets time pass; what becomes due meanwhile is done at its time.
    pub fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        loop {
            let clients = self.peers.values().filter_map(|peer| peer.client.next_deadline());
            let next = clients.chain(self.shard.next_deadline()).min().filter(|next| *next <= end);
            self.now = next.map_or(end, |next| next.max(self.now));
            while self.shard.handle_timeout(self.now) {
                self.deliver();
            }
            for peer in self.peers.values_mut() {
                peer.client.handle_timeout(self.now);
            }
            self.settle();
            if next.is_none() {
                return;
            }
        }
    }

    /// Publishes a camera of three layers, whose SSRCs only its packets tell.
    pub fn publish_camera(&mut self, id: u64) {
        let encodings = LAYERS
            .map(|(rid, layer, _)| Encoding { layer, rid: Some(rid.into()), ssrc: None, rtx_ssrc: None })
            .to_vec();
        let track = PublishedTrack {
            track: CAMERA,
            kind: MediaKind::Video,
            mid: "5".into(),
            payload_types: PayloadTypes { media: VIDEO, rtx: Some(RTX), red: None },
            encodings,
        };
        self.command(Command::Publish { peer: PeerId(id), track });
    }

    /// Sends one picture on each of the layers, telling mid and rid as browsers do at the start.
    pub fn introduce_layers(&mut self, id: u64) {
        for (rid, _, ssrc) in LAYERS {
            self.send(id, ssrc, VIDEO, 0, &[(1, b"5"), (2, rid.as_bytes())], &frame(true, ssrc as u8));
        }
    }

    pub fn subscribe(&mut self, id: u64, subscription: u64) -> ForwardedTrack {
        let forward = ForwardedTrack {
            subscription: SubscriptionId(subscription),
            track: CAMERA,
            ssrc: 1_000 + subscription as u32,
            rtx_ssrc: 2_000 + subscription as u32,
            payload_types: PayloadTypes { media: 100, rtx: Some(101), red: None },
        };
        self.command(Command::Subscribe { peer: PeerId(id), forward });
        forward
    }

    fn prefer(&mut self, subscription: u64, layer: Option<Layer>) {
        let preference = Preference { layer, ..Preference::default() };
        self.command(Command::Prefer { subscription: SubscriptionId(subscription), preference });
    }

    /// Sends a packet with the next sequence number of its SSRC and the next transport-wide one; returns the datagram.
    pub fn send(
        &mut self,
        id: u64,
        ssrc: u32,
        payload_type: u8,
        timestamp: u32,
        named: &[(u8, &[u8])],
        payload: &[u8],
    ) -> Vec<u8> {
        let datagram = self.seal(id, ssrc, payload_type, timestamp, named, payload);
        self.arrive(id, datagram.clone());
        datagram
    }

    pub fn arrive(&mut self, id: u64, mut datagram: Vec<u8>) {
        let from = self.peer(id).client.address;
        self.shard.datagram(from, &mut datagram, self.now);
        self.settle();
    }

    /// A packet as [`World::send`] sends it, still to be sent.
    pub fn seal(
        &mut self,
        id: u64,
        ssrc: u32,
        payload_type: u8,
        timestamp: u32,
        named: &[(u8, &[u8])],
        payload: &[u8],
    ) -> Vec<u8> {
        let peer = self.peer(id);
        let next = peer.sequences.entry(ssrc).or_insert(500);
        let sequence = *next;
        *next += 1;
        peer.transport_sequence += 1;
        let mut extensions = Vec::new();
        let transport_sequence = peer.transport_sequence.to_be_bytes();
        for (element, value) in named.iter().chain([&(4u8, &transport_sequence[..])]) {
            extensions.push(element << 4 | (value.len() - 1) as u8);
            extensions.extend_from_slice(value);
        }
        extensions.resize(extensions.len().next_multiple_of(4), 0);
        let mut header = [0; PLAIN_HEADER];
        write_header(&mut header, payload_type, true, sequence, timestamp, ssrc);
        header[0] |= 0x10;
        let mut packet = header.to_vec();
        packet.extend_from_slice(&[0xbe, 0xde, 0, (extensions.len() / 4) as u8]);
        packet.extend_from_slice(&extensions);
        let header_len = packet.len();
        packet.extend_from_slice(payload);
        let len = packet.len();
        packet.resize(len + 32, 0);
        let sealer = &mut peer.client.srtp.as_mut().expect("connected").0;
        let sealed = sealer.seal_rtp(&mut packet, header_len, len, 0).expect("seals");
        packet.truncate(sealed);
        packet
    }

    fn report(&mut self, id: u64, write: impl FnOnce(&mut Vec<u8>)) {
        let mut compound = Vec::new();
        write(&mut compound);
        let peer = self.peer(id);
        peer.client.srtp.as_mut().expect("connected").0.seal_rtcp(&mut compound).expect("seals");
        let from = peer.client.address;
        self.shard.datagram(from, &mut compound, self.now);
        self.settle();
    }

    /// What a peer was asked for key frames of since the last look, by SSRC.
    pub fn key_frame_requests(&mut self, id: u64) -> Vec<u32> {
        let compounds = std::mem::take(&mut self.peer(id).reports);
        compounds
            .iter()
            .flat_map(|compound| rtcp::packets(compound))
            .filter_map(|packet| match packet {
                rtcp::Packet::KeyFrameRequest { media_ssrc } => Some(media_ssrc),
                _ => None,
            })
            .collect()
    }

    pub fn received(&mut self, id: u64) -> Vec<Received> {
        std::mem::take(&mut self.peer(id).received)
    }
}

impl Peer {
    /// Takes a datagram from the shard, at once or when its line has carried it.
    fn take(&mut self, datagram: Vec<u8>, now: Instant) {
        let Some(line) = &mut self.line else { return self.handle(datagram, now) };
        if let Some(at) = line.link.carry(datagram.len() + PACKET_OVERHEAD, now) {
            line.arriving.push_back((at, datagram));
        }
    }

    fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        let line = self.line.as_mut()?;
        line.arriving.front().filter(|(at, _)| *at <= now)?;
        let (at, datagram) = line.arriving.pop_front()?;
        if let Some(header) = Header::parse(&datagram).filter(|_| !is_rtcp(&datagram))
            && let Some((_, &[high, low])) = header.extensions(&datagram).find(|(id, _)| *id == 4)
        {
            line.arrivals.record(u16::from_be_bytes([high, low]), header.ssrc, at);
        }
        Some(datagram)
    }

    fn handle(&mut self, mut datagram: Vec<u8>, now: Instant) {
        if !(128..192).contains(&datagram[0]) {
            return self.client.handle(now, &datagram);
        }
        let (_, opener) = self.client.srtp.as_mut().expect("connected");
        if is_rtcp(&datagram) {
            let len = opener.open_rtcp(&mut datagram).expect("authentic");
            datagram.truncate(len);
            return self.reports.push(datagram);
        }
        let header = Header::parse(&datagram).expect("RTP");
        let len = opener.open_rtp(&mut datagram, header.len).expect("authentic and new").len;
        self.received.push(Received {
            at: now,
            ssrc: header.ssrc,
            payload_type: header.payload_type,
            sequence: header.sequence,
            timestamp: header.timestamp,
            payload: datagram[header.len..len].to_vec(),
        });
    }
}

/// A publisher (peer 1) with three layers that are known, and subscribers 2, 3 … that get them.
fn conference(subscribers: u64) -> World {
    let mut world = World::new();
    world.join(1);
    world.publish_camera(1);
    world.introduce_layers(1);
    for subscriber in 0..subscribers {
        world.join(2 + subscriber);
        world.subscribe(2 + subscriber, 1 + subscriber);
    }
    world.events();
    world.key_frame_requests(1);
    world
}

fn tags(received: &[Received]) -> Vec<u8> {
    received.iter().map(|packet| *packet.payload.last().expect("a payload")).collect()
}

#[test]
fn a_subscriber_starts_at_a_key_frame_which_is_asked_for() {
    let mut world = World::new();
    world.join(1);
    world.publish_camera(1);
    world.introduce_layers(1);
    assert_eq!(world.events().last(), Some(&Event::Flowing { peer: PeerId(1), track: CAMERA }));
    world.join(2);
    world.subscribe(2, 1);
    assert_eq!(world.key_frame_requests(1), [0x30]);
    world.send(1, 0x30, VIDEO, 90, &[], &frame(false, 0x30));
    assert!(world.received(2).is_empty(), "nothing before the key frame");
    world.send(1, 0x30, VIDEO, 180, &[], &frame(true, 0x30));
    world.send(1, 0x30, VIDEO, 270, &[], &frame(false, 0x30));
    world.send(1, 0x20, VIDEO, 270, &[], &frame(true, 0x20));
    let received = world.received(2);
    assert_eq!(tags(&received), [0x30, 0x30], "one layer only");
    assert!(received.iter().all(|packet| (packet.ssrc, packet.payload_type) == (1_001, 100)));
    assert_eq!(received[1].sequence, received[0].sequence + 1);
    assert_eq!(received[1].timestamp, received[0].timestamp + 90);
}

#[test]
fn switches_between_layers_leave_no_gap() {
    let mut world = conference(1);
    let mut received = Vec::new();
    let mut last_tag = 0x30;
    for (turn, wanted) in [Layer::Full, Layer::Quarter, Layer::Half, Layer::Full].into_iter().enumerate() {
        world.prefer(1, Some(wanted));
        let tag = LAYERS[wanted as usize].2;
        for picture in 0..10u32 {
            world.pass(Duration::from_millis(100));
            let at = (turn as u32 * 10 + picture) * 9_000;
            for (_, _, ssrc) in LAYERS {
                world.send(1, ssrc, VIDEO, at.wrapping_add(ssrc << 20), &[], &frame(picture == 5, ssrc as u8));
            }
        }
        assert!(world.key_frame_requests(1).contains(&tag));
        let got = world.received(2);
        // Going up, the old layer's copy of the picture that is a key frame has gone out already.
        let before = if turn == 0 { 0 } else { 5 + usize::from(tag > last_tag) };
        let expected = [vec![last_tag as u8; before], vec![tag as u8; 5]].concat();
        assert_eq!(tags(&got), expected, "the old layer until the new one's key frame");
        last_tag = tag;
        received.extend(got);
    }
    for pair in received.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        let step = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert!((1..=2 * 9_000).contains(&step), "time goes on evenly over a switch: {step}");
    }
}

#[test]
fn a_layer_that_falls_silent_is_left_for_a_living_one() {
    let mut world = conference(1);
    world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 0x30));
    for picture in 1..30u32 {
        world.pass(Duration::from_millis(100));
        world.send(1, 0x10, VIDEO, picture * 9_000, &[], &frame(false, 0x10));
    }
    assert!(world.key_frame_requests(1).contains(&0x10), "asked for once the large layer is missed");
    world.send(1, 0x10, VIDEO, 270_000, &[], &frame(true, 0x10));
    assert_eq!(tags(&world.received(2)), [0x30, 0x10]);
}

#[test]
fn a_hidden_track_is_not_sent_and_comes_back_at_a_key_frame() {
    let mut world = conference(1);
    world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 1));
    world.prefer(1, None);
    world.send(1, 0x30, VIDEO, 9_000, &[], &frame(false, 2));
    world.pass(Duration::from_secs(1));
    world.key_frame_requests(1);
    world.send(1, 0x30, VIDEO, 90_000, &[], &frame(false, 3));
    world.prefer(1, Some(Layer::Full));
    assert_eq!(world.key_frame_requests(1), [0x30]);
    world.send(1, 0x30, VIDEO, 99_000, &[], &frame(false, 4));
    world.send(1, 0x30, VIDEO, 108_000, &[], &frame(true, 5));
    let received = world.received(2);
    assert_eq!(tags(&received), [1, 5]);
    assert_eq!(received[1].sequence, received[0].sequence + 1);
}

#[test]
fn nothing_of_a_gated_track_goes_out_whatever_its_publisher_sends() {
    let mut world = conference(1);
    world.join(3);
    world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 1));
    world.command(Command::SetGated { track: CAMERA, gated: true });
    world.command(Command::SetMuted { track: CAMERA, muted: false });
    world.send(1, 0x30, VIDEO, 9_000, &[], &frame(false, 2));
    world.send(1, 0x30, VIDEO, 18_000, &[], &frame(true, 3));
    // One who subscribes meanwhile and one who asks for another layer get nothing either.
    world.subscribe(3, 77);
    world.prefer(1, Some(Layer::Half));
    world.pass(Duration::from_secs(1));
    for (_, _, ssrc) in LAYERS {
        world.send(1, ssrc, VIDEO, 90_000, &[], &frame(true, 4));
    }
    assert_eq!(tags(&world.received(2)), [1]);
    assert!(world.received(3).is_empty());

    world.prefer(1, Some(Layer::Full));
    world.command(Command::SetGated { track: CAMERA, gated: false });
    world.send(1, 0x30, VIDEO, 99_000, &[], &frame(true, 5));
    let received = world.received(2);
    assert_eq!(tags(&received).last(), Some(&5));
    assert_eq!(tags(&world.received(3)), [5]);
}

#[test]
fn streams_stay_bound_over_reoffers_and_an_ice_restart_from_another_address() {
    let mut world = conference(1);
    world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 1));
    for _ in 0..20 {
        world.publish_camera(1);
    }
    let restarted = settings("again", 1, &world.peers[&1].client);
    world.command(Command::SetTransport { peer: PeerId(1), settings: restarted });
    world.send(1, 0x30, VIDEO, 9_000, &[], &frame(false, 2));
    world.peer(1).client.address = address(777);
    world.check(1, "again1");
    world.send(1, 0x30, VIDEO, 18_000, &[], &frame(false, 3));
    assert_eq!(tags(&world.received(2)), [1, 2, 3]);
    assert_eq!(world.shard.snapshot().streams, 3);
}

#[test]
fn a_packet_lost_on_the_way_in_is_asked_for_and_forwarded_late() {
    let mut world = conference(1);
    world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 1));
    let lost = world.peers[&1].sequences[&0x30];
    world.seal(1, 0x30, VIDEO, 9_000, &[], &frame(false, 2));
    world.send(1, 0x30, VIDEO, 18_000, &[], &frame(false, 3));
    world.pass(Duration::from_millis(30));
    let asked: Vec<u16> = world.peers[&1]
        .reports
        .iter()
        .flat_map(|compound| rtcp::packets(compound))
        .filter_map(|packet| match packet {
            rtcp::Packet::Nack { media_ssrc: 0x30, lost } => Some(lost.sequences().collect::<Vec<_>>()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(asked, [lost]);
    let repair = [&lost.to_be_bytes()[..], &frame(false, 2)].concat();
    world.send(1, 0x31, RTX, 9_000, &[(1, b"5"), (3, b"f")], &repair);
    world.send(1, 0x31, RTX, 9_000, &[], &repair);
    let received = world.received(2);
    assert_eq!(tags(&received), [1, 3, 2], "once, though it was repaired twice");
    assert_eq!(received[2].sequence, received[0].sequence + 1);
    assert_eq!(received[2].timestamp, received[0].timestamp + 9_000);
}

#[test]
fn a_packet_lost_on_the_way_out_is_sent_again_on_the_repair_stream() {
    let mut world = conference(1);
    for picture in 0..5u32 {
        world.send(1, 0x30, VIDEO, picture * 9_000, &[], &frame(picture == 0, picture as u8));
    }
    let received = world.received(2);
    world.report(2, |out| rtcp::write_nack(out, 1_001, [received[1].sequence, received[3].sequence]));
    let repaired = world.received(2);
    assert_eq!(repaired.len(), 2);
    for (repair, original) in repaired.iter().zip([&received[1], &received[3]]) {
        assert_eq!((repair.ssrc, repair.payload_type), (2_001, 101));
        assert_eq!(repair.timestamp, original.timestamp);
        assert_eq!(repair.payload, [&original.sequence.to_be_bytes()[..], &original.payload].concat());
    }
    assert_eq!(repaired[1].sequence, repaired[0].sequence + 1);
    world.report(2, |out| rtcp::write_nack(out, 1_001, [received[0].sequence.wrapping_sub(5)]));
    assert!(world.received(2).is_empty(), "what was never sent cannot be sent again");
}

#[test]
fn padding_leaves_no_gap() {
    let mut world = conference(1);
    world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 1));
    world.send(1, 0x30, VIDEO, 0, &[], &[]);
    world.send(1, 0x30, VIDEO, 9_000, &[], &frame(false, 2));
    let received = world.received(2);
    assert_eq!(tags(&received), [1, 2]);
    assert_eq!(received[1].sequence, received[0].sequence + 1);
}

#[test]
fn key_frames_asked_for_by_many_cost_the_publisher_one_at_a_time() {
    let mut world = conference(5);
    world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 1));
    world.pass(Duration::from_secs(1));
    world.send(1, 0x30, VIDEO, 90_000, &[], &frame(false, 1));
    world.key_frame_requests(1);
    for subscriber in 0..5u64 {
        world.report(2 + subscriber, |out| rtcp::write_picture_loss(out, 1_001 + subscriber as u32));
    }
    assert_eq!(world.key_frame_requests(1), [0x30]);
    world.pass(Duration::from_millis(600));
    assert_eq!(world.key_frame_requests(1), [0x30], "those who asked in between get another");
}

#[test]
fn a_publishers_clock_reaches_subscribers_on_their_own_timeline() {
    let mut world = conference(1);
    let second: NtpTime = 1 << 32;
    world.report(1, |out| rtcp::write_sender_report(out, 0x30, 7 * second, 630_000, 0, 0));
    world.send(1, 0x30, VIDEO, 630_000, &[], &frame(true, 1));
    let first = world.received(2)[0].timestamp;
    let told = |world: &mut World| -> Vec<(NtpTime, u32)> {
        let compounds = std::mem::take(&mut world.peer(2).reports);
        let packets = compounds.iter().flat_map(|compound| rtcp::packets(compound));
        packets
            .filter_map(|packet| match packet {
                rtcp::Packet::SenderReport { ssrc: 1_001, ntp, rtp_timestamp, .. } => Some((ntp, rtp_timestamp)),
                _ => None,
            })
            .collect()
    };
    assert_eq!(told(&mut world), [(7 * second, first)], "at once after the switch");
    world.pass(Duration::from_secs(1));
    world.report(1, |out| rtcp::write_sender_report(out, 0x30, 8 * second, 720_000, 0, 0));
    assert_eq!(told(&mut world), [(8 * second, first.wrapping_add(90_000))]);
}

#[test]
fn a_publisher_is_told_what_arrived() {
    let mut world = conference(0);
    world.pass(Duration::from_secs(2));
    let kinds: HashSet<u8> = world.peers[&1].reports.iter().map(|compound| compound[1]).collect();
    assert!(kinds.contains(&201) && kinds.contains(&205), "receiver reports and transport feedback: {kinds:?}");
}

/// A microphone beside the camera, known by its SSRC.
fn microphone(world: &mut World) {
    let encodings = vec![Encoding { layer: Layer::Full, rid: None, ssrc: Some(0x40), rtx_ssrc: None }];
    let payload_types = PayloadTypes { media: 111, rtx: None, red: None };
    let track = PublishedTrack { track: TrackId(2), kind: MediaKind::Audio, mid: "6".into(), payload_types, encodings };
    world.command(Command::Publish { peer: PeerId(1), track });
}

/// Sound at this level for a second and a half; what is told of voices meanwhile.
fn speak(world: &mut World, level: u8) -> Vec<Option<f32>> {
    let mut told = Vec::new();
    for frame in 0..75u32 {
        world.send(1, 0x40, 111, frame * 960, &[(5, &[0x80 | level])], &[7; 80]);
        world.pass(Duration::from_millis(20));
        told.extend(world.events().into_iter().filter_map(|event| match event {
            Event::Voice { peer: PeerId(1), track: TrackId(2), loudness } => Some(loudness),
            _ => None,
        }));
    }
    told
}

#[test]
fn who_speaks_is_told_from_the_levels_and_a_muted_or_gated_voice_has_ended() {
    let mut world = conference(0);
    microphone(&mut world);
    assert_eq!(speak(&mut world, 100), []);
    assert!(matches!(speak(&mut world, 15)[..], [Some(_), ..]));
    assert_eq!(speak(&mut world, 127).last(), Some(&None));
    for (close, open) in [
        (Command::SetMuted { track: TrackId(2), muted: true }, Command::SetMuted { track: TrackId(2), muted: false }),
        (Command::SetGated { track: TrackId(2), gated: true }, Command::SetGated { track: TrackId(2), gated: false }),
    ] {
        speak(&mut world, 15);
        world.command(close);
        let ended = Event::Voice { peer: PeerId(1), track: TrackId(2), loudness: None };
        assert!(world.events().contains(&ended));
        assert_eq!(speak(&mut world, 15), [], "whoever is not heard does not speak");
        world.command(open);
    }
}

#[test]
fn what_a_publisher_loses_on_the_way_and_how_long_it_is_to_a_subscriber_is_told() {
    let mut world = conference(1);
    let second: NtpTime = 1 << 32;
    world.report(1, |out| rtcp::write_sender_report(out, 0x30, 7 * second, 630_000, 0, 0));
    world.send(1, 0x30, VIDEO, 630_000, &[], &frame(true, 1));
    // The subscriber got our report 120 ms after it left, and answers 200 ms later.
    let lsr = ((7 * second) >> 16) as u32;
    world.pass(Duration::from_millis(320));
    let delay_since = 65_536 / 5;
    let block = rtcp::ReportBlock { ssrc: 1_001, last_sender_report: lsr, delay_since, ..Default::default() };
    world.report(2, |out| rtcp::write_receiver_report(out, &[block]));
    for packet in 0..100u32 {
        let at = 640_000 + packet * 3_000;
        if packet % 10 == 9 {
            world.seal(1, 0x30, VIDEO, at, &[], &frame(false, 1)); // lost
        } else {
            world.send(1, 0x30, VIDEO, at, &[], &frame(false, 1));
        }
        world.pass(Duration::from_millis(20));
    }
    world.pass(Duration::from_secs(2));
    let told: Vec<_> = world
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Quality { peer, quality } => Some((peer.0, quality)),
            _ => None,
        })
        .collect();
    let lost: Vec<_> =
        told.iter().filter(|(peer, _)| *peer == 1).filter_map(|(_, q)| Some(q.up?.lost_percent)).collect();
    assert!(lost.iter().any(|percent| (8..=11).contains(percent)), "{told:?}");
    let round_trips: Vec<_> = told.iter().filter(|(peer, _)| *peer == 2).filter_map(|(_, q)| q.round_trip_ms).collect();
    assert_eq!(round_trips, [120]);
}

#[test]
fn forged_and_replayed_packets_from_a_clients_own_address_change_nothing() {
    let mut world = conference(1);
    let genuine = world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 1));
    world.received(2);
    let before = world.shard.snapshot();
    let from = world.peers[&1].client.address;
    let mut refused = 0;
    for ssrc in [0x30u32, 0x99] {
        for sequence in [0u16, 501, 502, 40_000, 65_535] {
            let mut forged = genuine.clone();
            forged[2..4].copy_from_slice(&sequence.to_be_bytes());
            forged[8..12].copy_from_slice(&ssrc.to_be_bytes());
            world.shard.datagram(from, &mut forged, world.now);
            refused += 1;
        }
    }
    for kind in 192..=223u8 {
        let mut forged = vec![0x5a; 60];
        forged[..4].copy_from_slice(&[0x80, kind, 0, 14]);
        world.shard.datagram(from, &mut forged, world.now);
        refused += 1;
    }
    for _ in 0..3 {
        world.shard.datagram(from, &mut genuine.clone(), world.now);
        refused += 1;
    }
    world.settle();
    let after = world.shard.snapshot();
    assert_eq!(after.counters.refused - before.counters.refused, refused);
    let uncounted = |snapshot: Snapshot| Snapshot { counters: Counters::default(), ..snapshot };
    assert_eq!(uncounted(after), uncounted(before));
    world.send(1, 0x30, VIDEO, 9_000, &[], &frame(false, 2));
    assert_eq!(tags(&world.received(2)), [2]);
}

#[test]
fn strangers_leave_no_trace() {
    let mut world = conference(1);
    let before = world.shard.snapshot();
    for first in 0..=255u8 {
        for len in [1, 2, 11, 12, 13, 20, 60, 1_400] {
            let mut junk = vec![first; len];
            world.shard.datagram(address(9_999), &mut junk, world.now);
        }
    }
    let mut wrong = binding_request(&credentials("near1"), true);
    let last = wrong.len() - 1;
    wrong[last] ^= 1;
    world.shard.datagram(address(9_999), &mut wrong, world.now);
    assert!(world.shard.egress().is_empty(), "nobody is answered");
    let after = world.shard.snapshot();
    assert_eq!(after.counters.refused - before.counters.refused, 256 * 8 + 1);
    assert_eq!((after.routes, after.timers, after.peers), (before.routes, before.timers, before.peers));
}

#[test]
fn a_silent_peer_is_told_of_and_so_is_its_return() {
    let mut world = conference(0);
    world.pass(SILENCE + Duration::from_secs(2));
    let events = world.events();
    assert!(matches!(events[..], [Event::Silent { peer: PeerId(1), .. }]), "{events:?}");
    world.check(1, "near1");
    assert_eq!(world.events(), [Event::Heard { peer: PeerId(1) }]);
}

#[test]
fn what_goes_takes_everything_of_it_along() {
    let mut world = conference(3);
    world.send(1, 0x30, VIDEO, 0, &[], &frame(true, 1));
    world.command(Command::ClosePeer { peer: PeerId(3) });
    world.command(Command::Unsubscribe { subscription: SubscriptionId(1) });
    let snapshot = world.shard.snapshot();
    assert_eq!((snapshot.peers, snapshot.subscriptions, snapshot.streams), (3, 1, 3));
    world.command(Command::ClosePeer { peer: PeerId(1) });
    let snapshot = world.shard.snapshot();
    assert_eq!((snapshot.peers, snapshot.tracks, snapshot.subscriptions, snapshot.streams), (2, 0, 0, 0));
    for peer in [2, 4] {
        world.command(Command::ClosePeer { peer: PeerId(peer) });
    }
    let snapshot = world.shard.snapshot();
    assert_eq!((snapshot.peers, snapshot.routes, snapshot.timers), (0, 0, 0));
}

#[test]
fn messages_reach_who_they_are_for() {
    let mut world = World::new();
    world.join(1);
    world.join(2);
    world.pass(Duration::from_secs(1));
    let now = world.now;
    world.peer(1).client.send(now, RELIABLE, b"xin ch\xc3\xa0o");
    world.settle();
    let data =
        Event::Data { peer: PeerId(1), channel: Channel::Reliable, payload: Bytes::from_static(b"xin ch\xc3\xa0o") };
    assert!(world.events().contains(&data));
    let payload = Bytes::from_static(b"answer");
    world.command(Command::SendData { peers: vec![PeerId(2), PeerId(9)], channel: Channel::Reliable, payload });
    world.pass(Duration::from_secs(1));
    assert_eq!(world.peers[&2].client.messages[&RELIABLE], [&b"answer"[..]]);
}

#[test]
fn settings_that_come_after_a_failure_do_not_bring_a_peer_back() {
    let mut world = World::new();
    world.join(1);
    let late = settings("near", 1, &world.peers[&1].client);
    world.command(Command::ClosePeer { peer: PeerId(1) });
    world.command(Command::SetTransport { peer: PeerId(1), settings: late });
    assert_eq!(world.shard.snapshot().peers, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever happens, no (SSRC, sequence number) is sealed twice towards a subscriber: a nonce would be used twice.
    /// (The clients' own replay windows would refuse it, which fails the test too.)
    #[test]
    fn no_number_is_ever_sealed_twice(steps in proptest::collection::vec((0u8..8, 0usize..3, any::<bool>()), 1..120)) {
        let mut world = conference(1);
        let mut seen = HashSet::new();
        let mut at = 0u32;
        for (step, layer, flag) in steps {
            let (_, wanted, ssrc) = LAYERS[layer];
            match step {
                0 => world.prefer(1, flag.then_some(wanted)),
                1 => { world.pass(Duration::from_millis(150)); }
                2 => { world.seal(1, ssrc, VIDEO, at, &[], &frame(flag, 1)); } // lost
                3 => {
                    let sequences: Vec<u16> = seen.iter().filter(|(ssrc, _)| *ssrc == 1_001).map(|(_, s)| *s).take(5).collect();
                    world.report(2, |out| rtcp::write_nack(out, 1_001, sequences));
                }
                4 => { world.send(1, ssrc, VIDEO, at, &[], &[]); }
                _ => { at += 9_000; world.send(1, ssrc, VIDEO, at, &[], &frame(flag, 2)); }
            }
            for packet in world.received(2) {
                prop_assert!(seen.insert((packet.ssrc, packet.sequence)), "{packet:?}");
            }
        }
    }
}
