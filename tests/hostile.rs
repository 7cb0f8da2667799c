//! Forged, repeated and junk traffic from strangers and from the clients' own addresses: the call goes on, nothing grows.

mod support;

use std::{fs, io::Write, net::SocketAddr, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE};
use diemcau::media::{MediaKind, Snapshot};
use flate2::{Compression, write::GzEncoder};
use futures_util::{SinkExt, StreamExt};
use livekit_protocol as proto;
use prost::Message as _;
use proto::{signal_request::Message as Request, signal_response::Message as Response};
use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use rtc_crypto::providers::RingCrypto;
use rtc_stun::{
    attributes::{ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType},
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, Message as Stun, Setter, TransactionId},
    textattrs::TextAttribute,
};
use support::{
    DEADLINE, Server,
    guest::Guest,
    relay::{MediaRelay, Path, RELAY},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::{interval, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error as WsError, Message},
};

/// Datagrams sent before the worker must have taken those before them.
const BURST: usize = 64;

/// A call of two through a relay, and a stranger.
struct Call {
    server: Server,
    relay: MediaRelay,
    alice: Guest,
    bob: Guest,
    attack: Attack,
    before: Snapshot,
}

/// Sends no faster than the worker takes, so that every loss is its own doing.
struct Attack {
    worker: SocketAddr,
    stranger: UdpSocket,
    /// Datagrams sent from the stranger's address: each of them is to be refused.
    strange: u64,
    random: StdRng,
}

impl Call {
    async fn start() -> Call {
        let server = Server::with_workers(1, vec![RELAY.into()]).await;
        let worker = server.hub.media_addresses()[0];
        let relay = MediaRelay::start(worker).await;
        let mut alice = server.guest("call", "alice").await;
        let mut bob = server.guest("call", "bob").await;
        alice.play(MediaKind::Audio).await;
        alice.play(MediaKind::Video).await;
        alice.count();
        bob.until("both tracks", |heard| heard.tracks.len() == 2).await;
        bob.goes_on("alice").await;
        let settled = |snapshot: &Snapshot| snapshot.peers == 2 && snapshot.tracks == 2 && snapshot.subscriptions == 2;
        let before = server.snapshot("the call", settled).await;
        let attack = Attack {
            worker,
            stranger: UdpSocket::bind("127.0.0.1:0").await.expect("a port"),
            strange: 0,
            random: StdRng::seed_from_u64(2),
        };
        Call { server, relay, alice, bob, attack, before }
    }

    /// Alice's way to the worker: she came first.
    fn alice_path(&self) -> Arc<Path> {
        self.relay.paths().swap_remove(0)
    }

    /// The call goes on, every datagram of the stranger was refused, and nothing is held that was not before.
    async fn is_unharmed(&mut self) {
        self.bob.goes_on("alice").await;
        assert!(!self.alice.heard().closed && !self.bob.heard().closed);
        let (_, dropped) = backlog(self.attack.worker);
        assert_eq!(dropped, 0, "the attack is paced so that the socket holds it");
        let refused = self.before.counters.refused + self.attack.strange;
        let after = self.server.snapshot("all refused", |after| after.counters.refused >= refused).await;
        let held = |s: &Snapshot| (s.peers, s.tracks, s.streams, s.subscriptions, s.routes);
        assert_eq!(held(&after), held(&self.before));
        // Of each peer: transport, consent, feedback, report; of each stream: missing packets, key frame.
        assert!(after.timers <= 4 * after.peers + 2 * after.streams + after.tracks, "{after:?}");
    }
}

impl Attack {
    /// Sends from the stranger's address.
    async fn by_stranger(&mut self, datagrams: &[Vec<u8>]) {
        for burst in datagrams.chunks(BURST) {
            for datagram in burst {
                self.stranger.send_to(datagram, self.worker).await.expect("sends");
            }
            self.strange += burst.len() as u64;
            taken(self.worker).await;
        }
    }

    /// Sends from a client's own address.
    async fn by(&self, path: &Path, datagrams: &[Vec<u8>]) {
        for burst in datagrams.chunks(BURST) {
            for datagram in burst {
                path.socket().send(datagram).await.expect("sends");
            }
            taken(self.worker).await;
        }
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.random.fill_bytes(&mut bytes);
        bytes
    }
}

/// Waits until the worker has emptied its socket.
async fn taken(worker: SocketAddr) {
    let mut looks = interval(Duration::from_millis(1));
    let emptied = async {
        while backlog(worker).0 > 0 {
            looks.tick().await;
        }
    };
    timeout(DEADLINE, emptied).await.expect("the worker reads");
}

/// Bytes that wait in a UDP socket of this machine, and how many datagrams it had no room for.
fn backlog(socket: SocketAddr) -> (u64, u64) {
    let table = fs::read_to_string("/proc/net/udp").expect("a Linux machine");
    let ours = format!("0100007F:{:04X}", socket.port());
    let line = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find(|line| line[1] == ours);
    let line = line.expect("the worker's socket");
    let (_, received) = line[4].split_once(':').expect("two queues");
    (u64::from_str_radix(received, 16).expect("bytes"), line[12].parse().expect("a count"))
}

fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, 192..=223, ..])
}

fn is_rtp(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, ..]) && !is_rtcp(datagram)
}

fn is_stun(datagram: &[u8]) -> bool {
    matches!(datagram, [0..=3, ..])
}

/// What becomes of a genuine SRTP or SRTCP packet in the hands of a forger.
fn forgeries(genuine: &[u8], random: &mut StdRng) -> Vec<Vec<u8>> {
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut forged = genuine.to_vec();
        change(&mut forged);
        forged
    };
    let ssrc_at = if is_rtcp(genuine) { 4 } else { 8 };
    let (unknown, place) = (random.random::<[u8; 4]>(), random.random_range(0..genuine.len()));
    let ahead = |forged: &mut Vec<u8>, by: u16| {
        let sequence = u16::from_be_bytes([forged[2], forged[3]]).wrapping_add(by);
        forged[2..4].copy_from_slice(&sequence.to_be_bytes());
    };
    let mut forgeries = vec![
        with(&|forged| forged[ssrc_at..ssrc_at + 4].copy_from_slice(&unknown)),
        with(&|forged| *forged.last_mut().expect("a tag") ^= 1),
        with(&|forged| forged[place] ^= 0x10),
        with(&|forged| forged.truncate(place)),
        with(&|forged| forged.extend([0; 16])),
        with(&|forged| forged[12..].fill(0)),
    ];
    if is_rtp(genuine) {
        forgeries.extend([1, 1_000, 0x7fff, 0x8000, 0xfffe].map(|by| with(&|forged| ahead(forged, by))));
        // Padding, extension and contributing sources that are not there.
        forgeries.push(with(&|forged| forged[0] = 0xbf));
    } else {
        // The SRTCP index far ahead, with and without the bit that says encrypted.
        for index in [0x7fff_ffff_u32, 0xffff_ffff] {
            let at = genuine.len().saturating_sub(4);
            forgeries.push(with(&|forged| forged[at..].copy_from_slice(&index.to_be_bytes())));
        }
    }
    forgeries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_media_is_refused_from_any_address() {
    let mut call = Call::start().await;
    let path = call.alice_path();
    let recorded = path.recorded();
    let genuine: Vec<_> = recorded.iter().filter(|datagram| is_rtp(datagram) || is_rtcp(datagram)).collect();
    assert!(genuine.iter().any(|datagram| is_rtcp(datagram)), "a report was recorded too");
    let random = &mut call.attack.random;
    let mut forged: Vec<_> = genuine.iter().flat_map(|packet| forgeries(packet, random)).collect();
    // A forged first byte may be another protocol's; those have tests of their own.
    forged.retain(|datagram| is_rtp(datagram) || is_rtcp(datagram));
    call.attack.by_stranger(&forged).await;
    // The genuine ones too mean nothing from elsewhere.
    let genuine: Vec<_> = genuine.into_iter().cloned().collect();
    call.attack.by_stranger(&genuine).await;
    call.is_unharmed().await;
    call.attack.by(&path, &forged).await;
    call.is_unharmed().await;
    let refused = call.before.counters.refused + call.attack.strange + forged.len() as u64;
    call.server.snapshot("the forgeries refused", |after| after.counters.refused >= refused).await;
}

/// A connectivity check with a correct fingerprint, made without the password.
fn check(username: &str, password: &str, extra: &[(AttrType, Vec<u8>)]) -> Vec<u8> {
    struct Raw(AttrType, Vec<u8>);
    impl Setter for Raw {
        fn add_to(&self, message: &mut Stun) -> rtc_shared::error::Result<()> {
            message.add(self.0, &self.1);
            Ok(())
        }
    }
    let mut setters: Vec<Box<dyn Setter>> = vec![
        Box::new(TransactionId::new()),
        Box::new(BINDING_REQUEST),
        Box::new(TextAttribute::new(ATTR_USERNAME, username.to_owned())),
    ];
    for (kind, value) in extra {
        setters.push(Box::new(Raw(*kind, value.clone())));
    }
    setters.push(Box::new(MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), &RingCrypto)));
    setters.push(Box::new(FINGERPRINT));
    let mut message = Stun::new();
    message.build(&setters).expect("a check");
    message.raw
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_connectivity_checks_open_nothing() {
    let mut call = Call::start().await;
    let path = call.alice_path();
    let recorded = path.recorded();
    let genuine = recorded.iter().find(|datagram| is_stun(datagram)).expect("checks were recorded");
    let mut read = Stun::new();
    read.unmarshal_binary(genuine).expect("a check");
    let username = String::from_utf8(read.get(ATTR_USERNAME).expect("a user name")).expect("text");
    let (ours, theirs) = username.split_once(':').expect("two fragments");

    let nominate = [(ATTR_USE_CANDIDATE, Vec::new())];
    let mut wrong = vec![
        check(&username, "a password that was guessed", &[]),
        check(&username, "", &nominate),
        check(&username, "guessed", &[(ATTR_ICE_CONTROLLED, vec![0xff; 8]), nominate[0].clone()]),
        check(&username, "guessed", &[(ATTR_ICE_CONTROLLING, vec![0xff; 8]), nominate[0].clone()]),
        check(&format!("{theirs}:{ours}"), "guessed", &nominate),
        check(&format!("{ours}x:{theirs}"), "guessed", &nominate),
        check("", "guessed", &nominate),
    ];
    // A genuine one that was changed, cut or lengthened on its way.
    wrong.extend((1..genuine.len()).map(|len| genuine[..len].to_vec()));
    wrong.extend((0..genuine.len()).map(|at| {
        let mut changed = genuine.clone();
        changed[at] ^= 1;
        changed
    }));
    let garbage = call.attack.bytes(1_500 - genuine.len());
    wrong.push([&genuine[..], &garbage].concat());
    let mut claims_more = [&genuine[..], &garbage].concat();
    claims_more[2..4].copy_from_slice(&(1_500u16 - 20).to_be_bytes());
    wrong.push(claims_more);
    wrong.retain(|datagram| is_stun(datagram));

    for _ in 0..5 {
        call.attack.by_stranger(&wrong).await;
        call.attack.by(&path, &wrong).await;
    }
    call.is_unharmed().await;
}

/// DTLS records of a stranger's making: junk of every type and version, and pieces of a genuine hello.
fn records(recorded: &[Vec<u8>], attack: &mut Attack) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    for kind in 20..=63u8 {
        for (version, epoch) in [([0xfe, 0xfd], 0u16), ([0xfe, 0xff], 1), ([0, 0], 0xffff)] {
            let junk = attack.bytes(100);
            let head = [&[kind][..], &version, &epoch.to_be_bytes(), &[0xff; 6], &100u16.to_be_bytes()].concat();
            records.push([&head[..], &junk].concat());
            records.push(head);
        }
    }
    // Plain alerts: fatal ones, and close_notify.
    for alert in [[2, 10], [2, 40], [1, 0], [2, 0]] {
        for sequence in [0u64, 1_000, (1 << 48) - 1] {
            records.push([&[21, 0xfe, 0xfd, 0, 0][..], &sequence.to_be_bytes()[2..], &[0, 2], &alert].concat());
        }
    }
    let hello = recorded.iter().find(|datagram| datagram.first() == Some(&22)).expect("a hello was recorded");
    for part in 1..hello.len().min(200) {
        records.push(hello[..part].to_vec());
    }
    for (at, value) in [(13, 0xff), (14, 0xff), (16, 0xff), (19, 0x7f), (22, 0x10), (24, 0xff)] {
        let mut changed = hello.clone();
        changed[at] = value;
        records.push(changed);
    }
    // Fragments that never become whole: a byte each of as many messages as there can be.
    for number in 0..500u16 {
        let head = [&[22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0][..], &number.to_be_bytes(), &[0, 13]].concat();
        let fragment = [&[1, 0, 0x40, 0][..], &number.to_be_bytes(), &[0, 0, 7, 0, 0, 1, 0xaa]].concat();
        records.push([head, fragment].concat());
    }
    records
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_handshakes_alerts_and_records_end_nothing() {
    let mut call = Call::start().await;
    let path = call.alice_path();
    let records = records(&path.recorded(), &mut call.attack);
    call.attack.by_stranger(&records).await;
    call.is_unharmed().await;
    for path in call.relay.paths() {
        call.attack.by(&path, &records).await;
    }
    call.is_unharmed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_datagrams_change_nothing() {
    let mut call = Call::start().await;
    let mut media = 0;
    for _ in 0..3 {
        for path in call.relay.paths() {
            let recorded = path.recorded();
            call.attack.by(&path, &recorded).await;
            media += recorded.iter().filter(|datagram| is_rtp(datagram) || is_rtcp(datagram)).count() as u64;
            // From another address all of it is a stranger's, but for the checks, which have a test of their own.
            let elsewhere: Vec<_> = recorded.into_iter().filter(|datagram| !is_stun(datagram)).collect();
            call.attack.by_stranger(&elsewhere).await;
        }
        call.is_unharmed().await;
        let refused = call.before.counters.refused + call.attack.strange + media;
        call.server.snapshot("the repetitions refused", |after| after.counters.refused >= refused).await;
    }
    assert!(media > 100, "{media} packets were repeated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_check_does_not_carry_a_call_away() {
    let mut call = Call::start().await;
    let recorded = call.relay.paths().into_iter().flat_map(|path| path.recorded());
    let checks: Vec<_> = recorded.filter(|datagram| is_stun(datagram)).collect();
    assert!(!checks.is_empty());
    for _ in 0..10 {
        // They are valid, and answered; but whoever sent them has nothing else to show.
        call.attack.by_stranger(&checks).await;
        call.bob.goes_on("alice").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_junk_with_every_first_byte_is_passed_over() {
    let mut call = Call::start().await;
    let path = call.alice_path();
    let mut junk = Vec::new();
    for round in 0..40 {
        for first in 0..=255 {
            let len = if round == 0 { 1 } else { call.attack.random.random_range(1..1_500) };
            let mut datagram = call.attack.bytes(len);
            datagram[0] = first;
            junk.push(datagram);
        }
    }
    // Twenty thousand, half of them from the address of a client.
    call.attack.by_stranger(&junk).await;
    call.attack.by(&path, &junk).await;
    call.is_unharmed().await;
}

/// A WebSocket in the hands of somebody who does not keep to the protocol.
struct Mallory {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Mallory {
    async fn join(server: &Server, identity: &str) -> Mallory {
        let url = format!("{}/rtc/v1?access_token={}", server.url, server.token("call", identity));
        let (socket, _) = timeout(DEADLINE, connect_async(url)).await.expect("in time").expect("joins");
        let mut mallory = Mallory { socket };
        assert!(matches!(mallory.hear().await, Some(Response::Join(_))));
        mallory
    }

    async fn hear(&mut self) -> Option<Response> {
        loop {
            match timeout(DEADLINE, self.socket.next()).await.expect("the server answers or closes") {
                Some(Ok(Message::Binary(bytes))) => {
                    return proto::SignalResponse::decode(bytes).expect("a response").message;
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// What the server no longer takes is no failure of the test.
    async fn send(&mut self, message: Message) {
        let _ = timeout(DEADLINE, self.socket.send(message)).await.expect("the server reads or closes");
    }

    async fn say(&mut self, message: Request) {
        let bytes = proto::SignalRequest { message: Some(message) }.encode_to_vec();
        self.send(Message::Binary(bytes.into())).await;
    }

    /// The session still answers.
    async fn is_heard(&mut self) {
        self.say(Request::PingReq(proto::Ping { timestamp: 7, rtt: 0 })).await;
        while !matches!(self.hear().await.expect("the session goes on"), Response::PongResp(_)) {}
    }

    async fn is_closed(&mut self) {
        while self.hear().await.is_some() {}
    }
}

/// The status with which an upgrade is refused.
async fn refusal(url: &str) -> u16 {
    match timeout(DEADLINE, connect_async(url)).await.expect("an answer, not a hang") {
        Err(WsError::Http(response)) => response.status().as_u16(),
        other => panic!("{:?}", other.map(|_| "joined")),
    }
}

/// Descriptions that cannot be answered.
fn unusable_offers() -> [Request; 3] {
    let texts = ["v=0\r\nm=audio".to_owned(), "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(5_000), "\0".repeat(100)];
    texts.map(|sdp| {
        let id = u32::MAX;
        Request::Offer(proto::SessionDescription { r#type: "offer".into(), sdp, id, ..Default::default() })
    })
}

/// Requests that are well-formed and make no sense.
fn nonsense() -> Vec<Request> {
    let many = |prefix: &str| (0..1_000).map(|number| format!("{prefix}{number}")).collect::<Vec<_>>();
    vec![
        Request::Answer(proto::SessionDescription { r#type: "answer".into(), sdp: "a=x".into(), ..Default::default() }),
        Request::Trickle(proto::TrickleRequest { candidate_init: "{".into(), ..Default::default() }),
        Request::AddTrack(proto::AddTrackRequest { cid: "x".repeat(100_000), r#type: 77, ..Default::default() }),
        Request::Mute(proto::MuteTrackRequest { sid: "TR_nobody".into(), muted: true }),
        Request::Subscription(proto::UpdateSubscription {
            track_sids: many("TR_"),
            subscribe: true,
            ..Default::default()
        }),
        Request::TrackSetting(proto::UpdateTrackSettings {
            track_sids: many("TR_"),
            width: u32::MAX,
            height: u32::MAX,
            fps: u32::MAX,
            ..Default::default()
        }),
        Request::SubscriptionPermission(proto::SubscriptionPermission {
            track_permissions: many("PA_")
                .into_iter()
                .map(|participant_sid| proto::TrackPermission { participant_sid, ..Default::default() })
                .collect(),
            ..Default::default()
        }),
        Request::SyncState(proto::SyncState::default()),
        Request::UpdateMetadata(proto::UpdateParticipantMetadata {
            name: "x".repeat(500_000),
            metadata: "y".repeat(500_000),
            ..Default::default()
        }),
        Request::Ping(i64::MIN),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn junk_on_the_signalling_side_harms_its_sender_alone() {
    let server = Server::start().await;
    let mut alice = server.guest("call", "alice").await;
    let mut bob = server.guest("call", "bob").await;
    alice.play(MediaKind::Audio).await;
    alice.count();
    bob.goes_on("alice").await;
    let before = server.snapshot("two", |snapshot| snapshot.peers == 2 && snapshot.subscriptions == 1).await;

    // Connections that say nothing, or break off in the middle; they stay open to the end.
    let address = server.url.strip_prefix("ws://").expect("no TLS");
    let mut half_open = Vec::new();
    for number in 0..100 {
        let mut stream = TcpStream::connect(address).await.expect("connects");
        let head = "GET /rtc/v1?access_token=x HTTP/1.1\r\nhost: here\r\nupgrade: websocket\r\n";
        stream.write_all(&head.as_bytes()[..number % head.len()]).await.expect("the server reads");
        half_open.push(stream);
    }

    // Upgrades that are refused, each with an answer.
    let good = server.token("call", "mallory");
    let joining = |request: &proto::WrappedJoinRequest| {
        let query = BASE64_URL_SAFE.encode(request.encode_to_vec());
        format!("{}/rtc/v1?access_token={good}&join_request={query}", server.url)
    };
    let mut zip = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..20 {
        zip.write_all(&[0; 1024 * 1024]).expect("into memory");
    }
    let bomb = zip.finish().expect("into memory");
    let gzip = proto::wrapped_join_request::Compression::Gzip.into();
    assert_eq!(refusal(&format!("{}/rtc/v1?access_token=forged", server.url)).await, 401);
    assert_eq!(refusal(&format!("{}/rtc/v1", server.url)).await, 401);
    let (head, _) = good.rsplit_once('.').expect("a signature");
    assert_eq!(refusal(&format!("{}/rtc/v1?access_token={head}.{}", server.url, "A".repeat(43))).await, 401);
    assert_eq!(refusal(&format!("{}/rtc/v1?access_token={good}&join_request=%21", server.url)).await, 400);
    for junk in [bomb.clone(), bomb[..100].to_vec(), vec![0xff; 100]] {
        let request = proto::WrappedJoinRequest { join_request: junk, compression: gzip };
        assert_eq!(refusal(&joining(&request)).await, 400);
    }
    let request = proto::WrappedJoinRequest { join_request: vec![0xff; 100], ..Default::default() };
    assert_eq!(refusal(&joining(&request)).await, 400);

    // A session that stays within the frame of the protocol, and only there.
    let mut mallory = Mallory::join(&server, "mallory").await;
    let mut random = StdRng::seed_from_u64(2);
    for len in [0, 1, 10, 1_000, 100_000] {
        let mut bytes = vec![0; len];
        random.fill_bytes(&mut bytes);
        mallory.send(Message::Binary(bytes.into())).await;
        mallory.send(Message::Text("{\"ping\":1}".repeat(len / 10 + 1).into())).await;
        mallory.send(Message::Ping(vec![1; len.min(125)].into())).await;
    }
    for request in nonsense() {
        mallory.say(request).await;
    }
    mallory.is_heard().await;

    // After leave there is nothing to say any more.
    mallory.say(Request::Leave(proto::LeaveRequest::default())).await;
    for request in nonsense() {
        mallory.say(request).await;
    }
    mallory.is_closed().await;

    // Who would only wait for an answer that cannot be given is told to go.
    for offer in unusable_offers() {
        let mut mallory = Mallory::join(&server, "mallory").await;
        mallory.say(offer).await;
        while !matches!(mallory.hear().await.expect("a farewell before the close"), Response::Leave(_)) {}
        mallory.is_closed().await;
    }
    // A message beyond all measure ends its session.
    let mut mallory = Mallory::join(&server, "mallory").await;
    mallory.send(Message::Binary(vec![0; 4 * 1024 * 1024].into())).await;
    mallory.is_closed().await;
    // So do frames that are none.
    let mut mallory = Mallory::join(&server, "mallory").await;
    if let MaybeTlsStream::Plain(stream) = mallory.socket.get_mut() {
        stream.write_all(&[0xff; 64]).await.expect("the server reads");
    }
    mallory.is_closed().await;
    // A newer session of the same name takes the place of the last one, which is away; then it leaves.
    let mut mallory = Mallory::join(&server, "mallory").await;
    mallory.say(Request::Leave(proto::LeaveRequest::default())).await;
    mallory.is_closed().await;

    bob.goes_on("alice").await;
    bob.until("her departure", |heard| heard.is_gone("mallory")).await;
    assert_eq!(server.hub.participant_count(), 2);
    assert_eq!(server.hub.room_count(), 1);
    let held = |s: &Snapshot| (s.peers, s.tracks, s.streams, s.subscriptions, s.routes);
    server.snapshot("what was held before", |after| held(after) == held(&before)).await;
    // The half-open connections cost nothing but themselves: whoever speaks at last is answered.
    let mut late = half_open.swap_remove(0);
    late.write_all(b"GET /rtc/v1/validate HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.expect("reads");
    let mut answer = String::new();
    timeout(DEADLINE, late.read_to_string(&mut answer)).await.expect("an answer").expect("text");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}
