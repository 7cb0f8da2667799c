//! A room on a stage for the tests: guests with a small model of a browser, a clock that is moved by hand, and a
//! witness that checks after every step what must always hold.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt::Write as _,
    time::{Duration, Instant},
};

use super::{
    Ask, Happening, Input, Options, Output, Refused, Reply, Room,
    proto::{self, signal_request::Message as Request, signal_response::Message as Response},
};
use crate::{
    clock::Timestamp,
    ids::{ParticipantSid, PeerId, SessionId, SubscriptionId, TrackId},
    media::{Channel, Command, Event, Fingerprint, LocalEndpoint, MediaKind},
    meeting::{Fact, Place, Seat},
    signalling::token::{Claims, Grants, Permission},
};

pub const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub struct Stage {
    pub room: Room,
    pub now: Instant,
    pub wall: Timestamp,
    /// What the worker was told and nobody has looked at.
    pub commands: Vec<Command>,
    pub records: Vec<(Timestamp, Fact)>,
    pub refreshed: Vec<Claims>,
    /// What programs outside were told and nobody has looked at.
    pub notices: Vec<Happening>,
    /// The order of records and updates: `record LineUp`, `send Update`.
    pub order: Vec<String>,
    mail: HashMap<SessionId, Vec<Response>>,
    witness: Witness,
    last_session: u64,
}

/// Somebody with a WebSocket.
#[derive(Clone, Debug)]
pub struct Guest {
    pub session: SessionId,
    pub peer: PeerId,
    pub sid: String,
    pub identity: String,
    pub browser: Browser,
}

pub fn endpoint() -> LocalEndpoint {
    LocalEndpoint { fingerprint: Fingerprint([7; 32]), candidates: vec!["127.0.0.1:7882".parse().unwrap()], tcp: false }
}

pub fn claims(identity: &str) -> Claims {
    Claims {
        api_key: "devkey".into(),
        identity: Some(identity.parse().unwrap()),
        name: identity.to_uppercase(),
        metadata: String::new(),
        attributes: Default::default(),
        device: None,
        grants: Grants {
            room_join: true,
            participant: Permission { can_update_metadata: true, ..Default::default() },
            ..Default::default()
        },
        expires_at: START.plus_millis(6 * 3_600_000),
    }
}

/// What one guest brings along.
pub struct Entry {
    pub claims: Claims,
    pub seat: Option<Seat>,
    pub request: proto::JoinRequest,
}

impl Entry {
    pub fn of(identity: &str) -> Self {
        let settings = proto::ConnectionSettings { auto_subscribe: true, ..Default::default() };
        let request = proto::JoinRequest { connection_settings: Some(settings), ..Default::default() };
        Self { claims: claims(identity), seat: None, request }
    }

    pub fn seated(point: &str) -> Self {
        let seat = Seat { meeting: "hop".parse().unwrap(), place: Place::Point(point.parse().unwrap()) };
        Self { seat: Some(seat), ..Self::of(&format!("point:{point}")) }
    }

    pub fn manual(mut self) -> Self {
        self.request.connection_settings = Some(proto::ConnectionSettings::default());
        self
    }
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let now = Instant::now();
        let mut options = Options::new(7, "phòng".parse().unwrap());
        options.notices = true;
        change(&mut options);
        Self {
            room: Room::new(options, Some(endpoint()), now, START),
            now,
            wall: START,
            commands: Vec::new(),
            records: Vec::new(),
            refreshed: Vec::new(),
            notices: Vec::new(),
            order: Vec::new(),
            mail: HashMap::new(),
            witness: Witness::default(),
            last_session: 0,
        }
    }

    pub fn input(&mut self, input: Input) {
        self.room.handle(self.now, self.wall, input);
        self.perform();
    }

    pub fn serve(&mut self, ask: Ask) -> Result<Reply, Refused> {
        let answer = self.room.serve(self.now, self.wall, ask);
        self.perform();
        answer
    }

    pub fn perform(&mut self) {
        while let Some(output) = self.room.poll_output() {
            self.witness.see(&output);
            match output {
                Output::Send { sessions, message } => {
                    self.order.push(format!("send {}", name_of(&message)));
                    for session in sessions {
                        self.mail.entry(session).or_default().push((*message).clone());
                    }
                }
                Output::CloseSession { .. } => self.order.push("close".into()),
                Output::RefreshToken { claims, .. } => self.refreshed.push(*claims),
                Output::Media(command) => self.commands.push(command),
                Output::Notice(notice) => self.notices.push(notice.what),
                Output::Record { at, fact } => {
                    self.order.push(match &fact {
                        Fact::LineUp { .. } => "record LineUp".into(),
                        Fact::LineDown { reason, .. } => format!("record LineDown {reason:?}"),
                        other => format!("record {other:?}"),
                    });
                    self.records.push((at, fact));
                }
            }
        }
        let deadline = self.room.next_deadline();
        assert!(self.room.ending.is_some() || deadline.is_some(), "a room always has something to wait for");
    }

    /// Lets time pass, with a tick at every deadline on the way.
    pub fn pass(&mut self, seconds: f64) {
        let end = self.now + Duration::from_secs_f64(seconds);
        while let Some(deadline) = self.room.next_deadline().filter(|deadline| *deadline <= end) {
            self.move_clock(deadline.max(self.now));
            if self.room.is_finished(self.now) {
                break;
            }
            self.input(Input::Tick);
            assert!(self.room.next_deadline() != Some(deadline), "a deadline that does not move");
        }
        self.move_clock(end);
    }

    fn move_clock(&mut self, to: Instant) {
        let step = to.saturating_duration_since(self.now);
        self.now += step;
        self.wall = self.wall.plus_millis(step.as_millis() as i64);
    }

    pub fn session(&mut self) -> SessionId {
        self.last_session += 1;
        SessionId(self.last_session)
    }

    /// Joins without a session description.
    pub fn enter(&mut self, entry: Entry) -> Guest {
        let session = self.session();
        let identity = entry.claims.identity.clone().unwrap().to_string();
        self.input(Input::Join {
            session,
            claims: Box::new(entry.claims),
            seat: entry.seat,
            request: Box::new(entry.request),
        });
        let peer = self.room.sessions.get(&session).copied().unwrap_or(PeerId(0));
        let sid = self.room.participants.get(&peer).map(|p| p.sid.to_string()).unwrap_or_default();
        Guest { session, peer, sid, identity, browser: Browser::default() }
    }

    /// Joins with an offer and gets its media connected.
    pub fn join(&mut self, identity: &str) -> Guest {
        self.arrive(Entry::of(identity))
    }

    pub fn arrive(&mut self, mut entry: Entry) -> Guest {
        let mut browser = Browser::new();
        entry.request.publisher_offer = Some(browser.offer());
        let mut guest = self.enter(entry);
        guest.browser = browser;
        self.input(Input::Media(Event::Connected { peer: guest.peer }));
        guest
    }

    pub fn ask(&mut self, guest: &Guest, message: Request) {
        self.input(Input::Request { session: guest.session, message: Box::new(message) });
    }

    pub fn resume(&mut self, guest: &mut Guest) -> SessionId {
        let mut entry = Entry::of(&guest.identity);
        entry.request.reconnect = true;
        entry.request.participant_sid = guest.sid.clone();
        guest.session = self.enter(entry).session;
        guest.session
    }

    /// Announces a track and offers its section; returns its sid. No media flows yet.
    pub fn add(&mut self, guest: &mut Guest, cid: &str, source: proto::TrackSource) -> String {
        let request = add_track(cid, source);
        let kind = if request.r#type == 0 { MediaKind::Audio } else { MediaKind::Video };
        self.ask(guest, Request::AddTrack(request));
        let sid = self
            .mail(guest)
            .into_iter()
            .find_map(|message| match message {
                Response::TrackPublished(published) if published.cid == cid => published.track.map(|track| track.sid),
                _ => None,
            })
            .expect("the track is published");
        guest.browser.send(kind, cid);
        let offer = guest.browser.offer();
        self.ask(guest, Request::Offer(offer));
        sid
    }

    /// As [`Stage::add`], and the media flows.
    pub fn publish(&mut self, guest: &mut Guest, cid: &str, source: proto::TrackSource) -> String {
        let sid = self.add(guest, cid, source);
        let track = self.track(&sid);
        self.input(Input::Media(Event::Flowing { peer: guest.peer, track }));
        sid
    }

    /// Re-offers, with the sections that were asked for.
    pub fn renegotiate(&mut self, guest: &mut Guest) {
        for message in self.mail(guest) {
            if let Response::MediaSectionsRequirement(wanted) = message {
                guest.browser.receive(wanted.num_audios, wanted.num_videos);
            }
        }
        let offer = guest.browser.offer();
        self.ask(guest, Request::Offer(offer));
    }

    pub fn track(&self, sid: &str) -> TrackId {
        self.room.tracks.values().find(|track| track.sid.as_str() == sid).expect("the track exists").id
    }

    /// What a guest was told since last asked.
    pub fn mail(&mut self, guest: &Guest) -> Vec<Response> {
        self.mail.remove(&guest.session).unwrap_or_default()
    }

    /// The names of the messages a guest was told.
    pub fn heard(&mut self, guest: &Guest) -> Vec<&'static str> {
        self.mail(guest).iter().map(name_of).collect()
    }

    /// The latest news of a participant that a guest was told.
    pub fn news(&mut self, guest: &Guest, about: &str) -> Option<proto::ParticipantInfo> {
        let updates = self.mail(guest).into_iter().filter_map(|message| match message {
            Response::Update(update) => Some(update.participants),
            _ => None,
        });
        updates.flatten().rfind(|info| info.identity == about)
    }

    pub fn is_closed(&self, guest: &Guest) -> bool {
        self.witness.closed.contains(&guest.session)
    }

    pub fn is_present(&self, guest: &Guest) -> bool {
        self.room.participants.contains_key(&guest.peer)
    }

    /// Nothing is open, up or forwarded any more.
    pub fn assert_quiet(&self) {
        let witness = &self.witness;
        assert!(witness.peers.is_empty() && witness.tracks.is_empty() && witness.subscriptions.is_empty());
        assert!(witness.lines.values().all(|line| *line == Line::Over));
        assert!(witness.known.is_empty());
    }

    /// What is forwarded to a guest right now.
    pub fn receives(&self, guest: &Guest) -> BTreeSet<TrackId> {
        let own = self.witness.subscriptions.values().filter(|(peer, _)| *peer == guest.peer);
        own.map(|(_, track)| *track).collect()
    }

    pub fn data(&mut self, guest: &Guest, packet: &proto::DataPacket) {
        let payload = prost::Message::encode_to_vec(packet).into();
        self.input(Input::Media(Event::Data { peer: guest.peer, channel: Channel::Reliable, payload }));
    }

    /// The data packets sent since last asked, each with its recipients.
    pub fn sent_data(&mut self) -> Vec<(Vec<PeerId>, Channel, proto::DataPacket)> {
        let commands = std::mem::take(&mut self.commands);
        let sent = commands.into_iter().filter_map(|command| match command {
            Command::SendData { peers, channel, payload } => {
                Some((peers, channel, prost::Message::decode(payload).unwrap()))
            }
            _ => None,
        });
        sent.collect()
    }
}

pub fn add_track(cid: &str, source: proto::TrackSource) -> proto::AddTrackRequest {
    let audio = matches!(source, proto::TrackSource::Microphone | proto::TrackSource::ScreenShareAudio);
    let layers = [(0, 320, 180), (1, 640, 360), (2, 1280, 720)].map(|(quality, width, height)| proto::VideoLayer {
        quality,
        width,
        height,
        ..Default::default()
    });
    proto::AddTrackRequest {
        cid: cid.into(),
        r#type: i32::from(!audio),
        source: source.into(),
        layers: if audio { Vec::new() } else { layers.into() },
        ..Default::default()
    }
}

pub fn name_of(message: &Response) -> &'static str {
    match message {
        Response::Join(_) => "join",
        Response::Answer(_) => "answer",
        Response::Update(_) => "update",
        Response::TrackPublished(_) => "trackPublished",
        Response::TrackUnpublished(_) => "trackUnpublished",
        Response::TrackSubscribed(_) => "trackSubscribed",
        Response::Leave(_) => "leave",
        Response::RoomUpdate(_) => "roomUpdate",
        Response::Pong(_) => "pong",
        Response::PongResp(_) => "pongResp",
        Response::Reconnect(_) => "reconnect",
        Response::RequestResponse(_) => "requestResponse",
        Response::MediaSectionsRequirement(_) => "mediaSectionsRequirement",
        Response::SubscriptionPermissionUpdate(_) => "subscriptionPermissionUpdate",
        _ => "other",
    }
}

/// The sections of a client's peer connection.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    sections: Vec<Section>,
    offers: u32,
    pub ufrag: String,
}

#[derive(Clone, Debug)]
enum Section {
    Receive(MediaKind),
    Send(MediaKind, String),
    Inactive(MediaKind),
    Data,
}

impl Browser {
    /// As livekit-client begins: three sections of each kind to receive, and the data channels.
    pub fn new() -> Self {
        let mut browser = Self { sections: vec![Section::Data], offers: 0, ufrag: "abcd".into() };
        browser.receive(3, 3);
        browser
    }

    pub fn receive(&mut self, audios: u32, videos: u32) {
        self.sections.extend((0..audios).map(|_| Section::Receive(MediaKind::Audio)));
        self.sections.extend((0..videos).map(|_| Section::Receive(MediaKind::Video)));
    }

    pub fn send(&mut self, kind: MediaKind, cid: &str) {
        self.sections.push(Section::Send(kind, cid.into()));
    }

    pub fn stop(&mut self, cid: &str) {
        for section in &mut self.sections {
            if let Section::Send(kind, name) = section
                && name == cid
            {
                *section = Section::Inactive(*kind);
            }
        }
    }

    /// Stops the track that was begun last.
    pub fn stop_last(&mut self) {
        let sending = self.sections.iter_mut().rev().find(|section| matches!(section, Section::Send(..)));
        if let Some(section) = sending
            && let Section::Send(kind, _) = section
        {
            *section = Section::Inactive(*kind);
        }
    }

    pub fn offer(&mut self) -> proto::SessionDescription {
        self.offers += 1;
        let mids: Vec<String> = (0..self.sections.len()).map(|mid| mid.to_string()).collect();
        let mut sdp = format!(
            "v=0\r\no=- 1 {} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\n",
            self.offers,
            mids.join(" ")
        );
        let print = ["AB"; 32].join(":");
        for (section, mid) in self.sections.iter().zip(&mids) {
            let transport = format!(
                "c=IN IP4 0.0.0.0\r\na=ice-ufrag:{}\r\na=ice-pwd:0123456789012345678901\r\n\
                 a=fingerprint:sha-256 {print}\r\na=setup:actpass\r\na=mid:{mid}\r\n",
                self.ufrag
            );
            let kind = match section {
                Section::Receive(kind) | Section::Send(kind, _) | Section::Inactive(kind) => *kind,
                Section::Data => {
                    let media = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
                    write!(sdp, "{media}{transport}a=sctp-port:5000\r\na=max-message-size:262144\r\n").unwrap();
                    continue;
                }
            };
            let (media, codec) = match kind {
                MediaKind::Audio => ("audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2\r\n"),
                MediaKind::Video => (
                    "video 9 UDP/TLS/RTP/SAVPF 96 97",
                    "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n",
                ),
            };
            let direction = match section {
                Section::Send(_, cid) => format!("a=sendonly\r\na=msid:- {cid}\r\na=ssrc:{mid}1 cname:x\r\n"),
                Section::Inactive(_) => "a=inactive\r\n".into(),
                _ => "a=recvonly\r\n".into(),
            };
            write!(sdp, "m={media}\r\n{transport}a=rtcp-mux\r\n{codec}{direction}").unwrap();
        }
        proto::SessionDescription { r#type: "offer".into(), sdp, id: self.offers, ..Default::default() }
    }
}

/// Sees every output and fails the test at the first that must not be.
#[derive(Default)]
struct Witness {
    peers: HashSet<PeerId>,
    transports: HashSet<PeerId>,
    tracks: HashMap<TrackId, PeerId>,
    subscriptions: HashMap<SubscriptionId, (PeerId, TrackId)>,
    closed: HashSet<SessionId>,
    lines: HashMap<ParticipantSid, Line>,
    /// Participants and tracks that programs outside know to be there.
    known: HashSet<String>,
}

#[derive(Debug, PartialEq)]
enum Line {
    Up,
    Over,
}

impl Witness {
    fn see(&mut self, output: &Output) {
        match output {
            Output::Send { sessions, message } => {
                for session in sessions {
                    assert!(!self.closed.contains(session), "{} to a closed session", name_of(message));
                }
            }
            Output::CloseSession { session } => assert!(self.closed.insert(*session), "closed twice"),
            Output::RefreshToken { session, .. } => assert!(!self.closed.contains(session)),
            Output::Record { fact: Fact::LineUp { connection, .. }, .. } => {
                assert_eq!(self.lines.insert(connection.clone(), Line::Up), None, "a line goes up once");
            }
            Output::Record { fact: Fact::LineDown { connection, .. }, .. } => {
                assert_eq!(
                    self.lines.insert(connection.clone(), Line::Over),
                    Some(Line::Up),
                    "only what is up goes down"
                );
            }
            Output::Record { fact, .. } => panic!("a room does not record {fact:?}"),
            Output::Media(command) => self.see_command(command),
            Output::Notice(notice) => self.see_notice(&notice.what),
        }
    }

    /// Programs outside hear of each participant and track once when it comes and once when it goes.
    fn see_notice(&mut self, what: &Happening) {
        match what {
            Happening::ParticipantJoined(participant) => assert!(self.known.insert(participant.sid.clone())),
            Happening::ParticipantLeft(participant) => assert!(self.known.remove(&participant.sid)),
            Happening::ConnectionAborted(participant) => assert!(!self.known.contains(&participant.sid)),
            Happening::TrackPublished { participant, track } => {
                assert!(self.known.contains(&participant.sid), "a track of somebody who has not joined");
                assert!(self.known.insert(track.sid.clone()));
            }
            Happening::TrackUnpublished { track, .. } => assert!(self.known.remove(&track.sid)),
            Happening::RoomStarted => {}
            Happening::RoomFinished(_) => {
                assert!(self.known.is_empty(), "{:?} stay in a room that is over", self.known)
            }
        }
    }

    fn see_command(&mut self, command: &Command) {
        match command {
            Command::OpenPeer { peer } => assert!(self.peers.insert(*peer), "opened twice"),
            Command::ClosePeer { peer } => {
                assert!(self.peers.remove(peer), "closed without being open");
                self.tracks.retain(|_, owner| owner != peer);
                self.subscriptions.retain(|_, (subscriber, _)| subscriber != peer);
            }
            Command::SetTransport { peer, .. } => {
                assert!(self.peers.contains(peer));
                self.transports.insert(*peer);
            }
            Command::Publish { peer, track } => {
                assert!(self.transports.contains(peer));
                self.tracks.insert(track.track, *peer);
            }
            Command::Unpublish { track } => {
                assert!(self.tracks.remove(track).is_some(), "unpublished without being published");
                assert!(self.subscriptions.values().all(|(_, subscribed)| subscribed != track), "still subscribed");
            }
            Command::SetMuted { track, .. } | Command::SetGated { track, .. } => {
                assert!(self.tracks.contains_key(track));
            }
            Command::Subscribe { peer, forward } => {
                assert!(self.transports.contains(peer) && self.peers.contains(peer), "subscriber without a connection");
                let owner = self.tracks.get(&forward.track).expect("a published track");
                assert_ne!(owner, peer, "nobody is sent its own track");
                self.subscriptions.insert(forward.subscription, (*peer, forward.track));
            }
            Command::Unsubscribe { subscription } => {
                assert!(self.subscriptions.remove(subscription).is_some(), "unsubscribed without being subscribed");
            }
            Command::Prefer { subscription, .. } => assert!(self.subscriptions.contains_key(subscription)),
            Command::SendData { peers, .. } => assert!(peers.iter().all(|peer| self.peers.contains(peer))),
            Command::Crash => {}
        }
    }
}
