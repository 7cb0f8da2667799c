//! One room as a pure state machine: who is in it, what they publish, who is sent what.
//!
//! It is told the time, requests and media events through [`Room::handle`] and answers with [`Output`]s, which the hub
//! performs in order: a record stands before the messages that tell of it. Rooms behave as LiveKit's do; of a
//! participant who holds a [`Seat`] of a meeting the room records when the line goes up and down.

mod data;
mod dynacast;
mod gate;
mod layers;
mod lines;
mod negotiate;
mod notices;
mod participant;
mod presence;
mod requests;
mod service;
mod subscriptions;
mod tracks;

#[cfg(test)]
mod gate_tests;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod service_tests;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::{Duration, Instant},
};

use self::{data::History, participant::Participant, tracks::Track};
pub use self::{
    gate::{Order, Policy, UNMUTE_TOPIC},
    notices::{Happening, Notice},
    presence::REFRESHED_TTL,
    service::{Ask, Refused, Reply},
};
use super::{
    proto::{self, signal_request, signal_response},
    token::Claims,
};
use crate::{
    clock::Timestamp,
    ids::{PeerId, RoomName, RoomSid, SessionId, SubscriptionId, TrackId},
    media::{Command, Event, LocalEndpoint},
    meeting::{Fact, Seat},
};

/// A participant whose signalling has been silent this long is away.
pub const SIGNAL_TIMEOUT: Duration = Duration::from_secs(15);
/// Away and with silent media, a participant is gone after this long.
pub const AWAY_TIMEOUT: Duration = Duration::from_secs(15);
/// Away with live media, a participant is gone after this long.
pub const AWAY_WITH_MEDIA_TIMEOUT: Duration = Duration::from_secs(30);
/// A request for media sections that brought none is repeated after this long.
const SECTIONS_RETRY: Duration = Duration::from_secs(5);

/// How large one room may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub participants: usize,
    /// Tracks that one participant may publish at a time.
    pub tracks_per_participant: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { participants: 500, tracks_per_participant: 12 }
    }
}

#[derive(Clone, Debug)]
pub struct Options {
    /// Unique among the rooms of the process: the upper half of every peer, track and subscription number in the room.
    pub number: u32,
    pub name: RoomName,
    /// Obey the client's requests for simulated failures.
    pub dev: bool,
    pub limits: Limits,
    /// A room that nobody has joined yet ends after this long.
    pub empty_timeout: Duration,
    /// A room that everybody has left ends after this long.
    pub departure_timeout: Duration,
    /// In a plain room, what everybody in it is shown at first.
    pub metadata: String,
    /// Made by the server API: a join that fails does not end it early.
    pub on_request: bool,
    /// Somebody outside is told what happens.
    pub notices: bool,
}

impl Options {
    pub fn new(number: u32, name: RoomName) -> Self {
        Self {
            number,
            name,
            dev: false,
            limits: Limits::default(),
            empty_timeout: Duration::from_secs(300),
            departure_timeout: Duration::from_secs(20),
            metadata: String::new(),
            on_request: false,
            notices: false,
        }
    }
}

/// The room that a peer belongs to, by [`Options::number`].
pub fn room_number(peer: PeerId) -> u32 {
    peer.room()
}

#[derive(Clone, Debug)]
pub enum Input {
    /// A WebSocket whose token was verified asks to join, or to resume. `seat` is the participant's place in the
    /// meeting that the room belongs to; whoever has none there is refused before.
    Join {
        session: SessionId,
        claims: Box<Claims>,
        seat: Option<Seat>,
        request: Box<proto::JoinRequest>,
    },
    Request {
        session: SessionId,
        message: Box<signal_request::Message>,
    },
    /// The WebSocket is gone, by whatever cause.
    SignalClosed {
        session: SessionId,
    },
    /// The meeting that the room belongs to moved on.
    Policy(Box<Policy>),
    /// The chair of that meeting asks for something.
    Order(Order),
    Media(Event),
    /// The worker died with every peer on it; nobody can join until the next one is ready.
    WorkerLost,
    WorkerReady(LocalEndpoint),
    /// A deadline may have passed.
    Tick,
    /// The server stops: everybody is told to come back later.
    Stop,
}

#[derive(Clone, Debug)]
pub enum Output {
    /// One message to each of these sessions.
    Send {
        sessions: Vec<SessionId>,
        message: Box<signal_response::Message>,
    },
    /// Close the WebSocket once what was sent before is written; nothing more is sent to it.
    CloseSession {
        session: SessionId,
    },
    /// Give the client a fresh token with the same claims.
    RefreshToken {
        session: SessionId,
        claims: Box<Claims>,
    },
    Media(Command),
    /// To be on disk before any later output is performed.
    Record {
        at: Timestamp,
        fact: Fact,
    },
    /// For programs outside.
    Notice(Box<Notice>),
}

pub struct Room {
    options: Options,
    sid: RoomSid,
    created_at: Timestamp,
    endpoint: Option<LocalEndpoint>,
    /// The two clocks as of the input that is being handled.
    now: Instant,
    wall: Timestamp,
    last_id: u32,
    participants: BTreeMap<PeerId, Participant>,
    sessions: HashMap<SessionId, PeerId>,
    tracks: BTreeMap<TrackId, Track>,
    history: History,
    /// None in a plain room.
    policy: Option<Policy>,
    /// Peers whose need for media sections may have changed.
    unsettled: BTreeSet<PeerId>,
    /// Tracks whose subscribers, or their wishes, have changed.
    demand_changed: BTreeSet<TrackId>,
    emptiness: Emptiness,
    /// Why nobody may come in any more.
    ending: Option<Ending>,
    /// [`Room::poll_lines`] has something new.
    lines_changed: bool,
    outputs: VecDeque<Output>,
}

/// Since when nobody is in the room.
enum Emptiness {
    NeverJoined { since: Instant },
    Occupied,
    Left { since: Instant },
}

/// What ends a room that is not over by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    ServerStops,
    Deleted,
}

impl Room {
    pub fn new(options: Options, endpoint: Option<LocalEndpoint>, now: Instant, wall: Timestamp) -> Self {
        let mut room = Self {
            options,
            sid: RoomSid::random(),
            created_at: wall,
            endpoint,
            now,
            wall,
            last_id: 0,
            participants: BTreeMap::new(),
            sessions: HashMap::new(),
            tracks: BTreeMap::new(),
            history: History::default(),
            policy: None,
            unsettled: BTreeSet::new(),
            demand_changed: BTreeSet::new(),
            emptiness: Emptiness::NeverJoined { since: now },
            ending: None,
            lines_changed: false,
            outputs: VecDeque::new(),
        };
        room.note(|_| Happening::RoomStarted);
        room
    }

    pub fn sid(&self) -> &RoomSid {
        &self.sid
    }

    /// Takes one input; [`Room::poll_output`] then has what follows from it.
    pub fn handle(&mut self, now: Instant, wall: Timestamp, input: Input) {
        self.now = now;
        self.wall = wall;
        match input {
            Input::Join { session, claims, seat, request } => self.join(session, *claims, seat, *request),
            Input::Request { session, message } => self.request(session, *message),
            Input::SignalClosed { session } => self.signal_closed(session),
            Input::Policy(policy) => self.set_policy(*policy),
            Input::Order(order) => self.obey(&order),
            Input::Media(event) => self.media(event),
            Input::WorkerLost => self.worker_lost(),
            Input::WorkerReady(endpoint) => self.endpoint = Some(endpoint),
            Input::Tick => self.tick(),
            Input::Stop => self.stop(),
        }
        self.ask_for_sections();
        self.settle_demand();
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When the next [`Input::Tick`] is due at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        let participants = self.participants.values().map(Participant::deadline);
        let tracks = self.tracks.values().filter_map(|track| track.publishing.deadline());
        participants.chain(tracks).min().or(self.finishes_at())
    }

    /// Whether the room has been empty for so long that it is over.
    pub fn is_finished(&self, now: Instant) -> bool {
        self.ending.is_some() || self.finishes_at().is_some_and(|at| at <= now)
    }

    fn finishes_at(&self) -> Option<Instant> {
        match self.emptiness {
            Emptiness::NeverJoined { since } => Some(since + self.options.empty_timeout),
            Emptiness::Occupied => None,
            Emptiness::Left { since } => Some(since + self.options.departure_timeout),
        }
    }

    /// The room as clients and the server API are told of it.
    pub fn info(&self) -> proto::Room {
        let shown = self.participants.values().filter(|participant| !participant.permission.hidden);
        let publishers =
            self.participants.keys().filter(|peer| self.tracks.values().any(|track| track.owner == **peer));
        proto::Room {
            sid: self.sid.to_string(),
            name: self.options.name.to_string(),
            empty_timeout: u32::try_from(self.options.empty_timeout.as_secs()).unwrap_or(u32::MAX),
            departure_timeout: u32::try_from(self.options.departure_timeout.as_secs()).unwrap_or(u32::MAX),
            max_participants: u32::try_from(self.options.limits.participants).unwrap_or(u32::MAX),
            creation_time: self.created_at.as_millis() / 1000,
            creation_time_ms: self.created_at.as_millis(),
            enabled_codecs: tracks::enabled_codecs(),
            metadata: self.policy.as_ref().map_or(&self.options.metadata, |policy| &policy.metadata).clone(),
            num_participants: shown.count() as u32,
            num_publishers: publishers.count() as u32,
            ..Default::default()
        }
    }

    /// Everybody in the room, hidden participants included, as the server API is told of them.
    pub fn participants(&self) -> Vec<proto::ParticipantInfo> {
        self.participants.values().map(|participant| self.describe(participant)).collect()
    }

    pub fn participant_count(&self) -> usize {
        self.participants.len()
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        u64::from(self.options.number) << 32 | u64::from(self.last_id)
    }

    fn next_subscription(&mut self) -> SubscriptionId {
        SubscriptionId(self.next_id())
    }

    fn command(&mut self, command: Command) {
        self.outputs.push_back(Output::Media(command));
    }

    /// Sends to a participant, when its signalling is there to take it.
    fn send(&mut self, peer: PeerId, message: signal_response::Message) {
        if let Some(session) = self.participants.get(&peer).and_then(Participant::session) {
            self.send_to(vec![session], message);
        }
    }

    fn send_to(&mut self, sessions: Vec<SessionId>, message: signal_response::Message) {
        if !sessions.is_empty() {
            self.outputs.push_back(Output::Send { sessions, message: Box::new(message) });
        }
    }

    /// Tells of a participant's new state: the others, and itself where it waits for the news.
    fn announce(&mut self, peer: PeerId, to_itself: bool) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        participant.version += 1;
        let Some(participant) = self.participants.get(&peer) else { return };
        let info = self.describe(participant);
        let hidden = participant.permission.hidden;
        let sessions = self
            .participants
            .iter()
            .filter(|(other, _)| if **other == peer { to_itself } else { !hidden })
            .filter_map(|(_, other)| other.session())
            .collect();
        self.send_update(sessions, vec![info]);
    }

    fn send_update(&mut self, sessions: Vec<SessionId>, participants: Vec<proto::ParticipantInfo>) {
        self.send_to(sessions, signal_response::Message::Update(proto::ParticipantUpdate { participants }));
    }

    /// A participant with its tracks.
    fn describe(&self, participant: &Participant) -> proto::ParticipantInfo {
        let shown = self.tracks.values().filter(|track| track.owner == participant.peer && track.is_shown());
        let tracks: Vec<_> = shown.map(Track::info).collect();
        proto::ParticipantInfo { is_publisher: !tracks.is_empty(), tracks, ..participant.info() }
    }
}
