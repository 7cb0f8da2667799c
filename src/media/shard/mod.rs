//! A shard: all the peers of one worker and everything known of them. Pure: datagrams, commands and the time go in;
//! datagrams (in the egress slab) and events come out.
//!
//! The way of a packet: [`Shard::datagram`] tells protocols apart and finds the peer (`routes`), opens the packet and
//! puts it into its stream's ring (`ingest`); [`Shard::forward`] then walks the tracks that got something, subscriber
//! by subscriber, and seals renumbered copies straight into the egress slab (`fanout`). Reports and repairs live in
//! `feedback`, commands in `control`.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use slotmap::{SlotMap, new_key_type};

use super::{
    Command, Event, SILENCE, allocate,
    egress::Egress,
    stream::Stream,
    timers::Timers,
    transport::{TransportEvent, dtls::DtlsIdentity},
};
use crate::ids::{PeerId, SubscriptionId, TrackId};

mod control;
mod downlink;
mod fanout;
mod feedback;
mod ingest;
mod microphones;
mod peer;
mod quality;
mod routes;
mod subscription;
mod track;

#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod sound_tests;
#[cfg(test)]
mod tests;

use peer::Peer;
use routes::Routes;
use subscription::Subscription;
use track::Track;

new_key_type! {
    struct PeerKey;
    struct TrackKey;
    struct StreamKey;
    struct SubscriptionKey;
}

/// Messages and news that control has not taken yet; beyond this, clients' data stays unread in their associations.
const MAX_EVENTS: usize = 1_024;
/// Room of the egress slab, in datagrams.
const EGRESS: usize = 1_024;

/// What a shard waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Timer {
    /// DTLS and SCTP of a peer.
    Transport(PeerKey),
    /// Is the peer still heard?
    Consent(PeerKey),
    /// Transport-wide feedback to a peer that sends.
    Feedback(PeerKey),
    /// Receiver reports to a peer that sends.
    Report(PeerKey),
    /// Requests for missing packets of a stream.
    Missing(StreamKey),
    /// A key frame is wanted but was asked for a moment ago.
    KeyFrame(StreamKey),
    /// Have layers of the track come or gone?
    Layers(TrackKey),
    /// What does the line to the peer carry now?
    Allocate(PeerKey),
    /// The next packet of a probe of the line to the peer.
    Probe(PeerKey),
    /// How is the line to the peer and from it?
    Quality(PeerKey),
    /// Who speaks?
    Voices,
}

/// What a shard holds now, and its totals since the start: for metrics, and for tests that nothing grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub peers: usize,
    pub tracks: usize,
    pub streams: usize,
    pub subscriptions: usize,
    /// Addresses and ICE user names that lead to peers.
    pub routes: usize,
    pub timers: usize,
    pub counters: Counters,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub packets_received: u64,
    pub packets_forwarded: u64,
    pub packets_repaired: u64,
    /// Padding sent to find out what lines carry.
    pub packets_probing: u64,
    pub key_frame_requests: u64,
    /// Datagrams that belong to nobody, or fail authentication.
    pub refused: u64,
    /// Datagrams that found no room on the way out.
    pub dropped: u64,
    /// Messages on lossy channels that their clients were too slow for.
    pub messages_dropped: u64,
}

pub struct Shard {
    epoch: Instant,
    identity: Arc<DtlsIdentity>,
    peers: SlotMap<PeerKey, Peer>,
    tracks: SlotMap<TrackKey, Track>,
    streams: SlotMap<StreamKey, Stream<TrackKey>>,
    subscriptions: SlotMap<SubscriptionKey, Subscription>,
    /// Opened by control, but without a transport so far.
    opened: HashSet<PeerId>,
    peer_keys: HashMap<PeerId, PeerKey>,
    track_keys: HashMap<TrackId, TrackKey>,
    subscription_keys: HashMap<SubscriptionId, SubscriptionKey>,
    routes: Routes,
    timers: Timers<Timer>,
    /// Tracks with packets to forward, and how far [`Shard::forward`] has come.
    fresh: Vec<TrackKey>,
    progress: fanout::Progress,
    egress: Egress,
    events: VecDeque<Event>,
    /// Peers whose messages wait for room among the events.
    unread: VecDeque<PeerKey>,
    counters: Counters,
    /// For composing RTCP.
    scratch: Vec<u8>,
    /// For [`Shard::allocate`].
    wishes: Vec<allocate::Wish>,
    /// Microphones that were heard, or speak.
    voices: Vec<TrackKey>,
}

impl Shard {
    pub fn new(identity: Arc<DtlsIdentity>, now: Instant) -> Self {
        Self {
            epoch: now,
            identity,
            peers: SlotMap::with_key(),
            tracks: SlotMap::with_key(),
            streams: SlotMap::with_key(),
            subscriptions: SlotMap::with_key(),
            opened: HashSet::new(),
            peer_keys: HashMap::new(),
            track_keys: HashMap::new(),
            subscription_keys: HashMap::new(),
            routes: Routes::default(),
            timers: Timers::default(),
            fresh: Vec::new(),
            progress: fanout::Progress::default(),
            egress: Egress::new(EGRESS),
            events: VecDeque::new(),
            unread: VecDeque::new(),
            counters: Counters::default(),
            scratch: Vec::new(),
            wishes: Vec::new(),
            voices: Vec::new(),
        }
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            peers: self.peers.len(),
            tracks: self.tracks.len(),
            streams: self.streams.len(),
            subscriptions: self.subscriptions.len(),
            routes: self.routes.len(),
            timers: self.timers.len(),
            counters: Counters {
                messages_dropped: self.counters.messages_dropped
                    + self.peers.values().map(|peer| peer.transport.lossy_dropped()).sum::<u64>(),
                ..self.counters
            },
        }
    }

    /// Whether an address is a peer's.
    pub fn knows(&self, address: SocketAddr) -> bool {
        self.routes.by_address(address).is_some()
    }

    /// What is to be sent; the caller empties it.
    pub fn egress(&mut self) -> &mut Egress {
        &mut self.egress
    }

    /// Counts datagrams that the socket did not take.
    pub fn count_dropped(&mut self, datagrams: usize) {
        self.counters.dropped += datagrams as u64;
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Puts back an event that could not be delivered yet.
    pub fn return_event(&mut self, event: Event) {
        self.events.push_front(event);
    }

    pub fn next_deadline(&mut self) -> Option<Instant> {
        self.timers.next_deadline()
    }

    /// Whether clients' data waits for room among the events; [`Shard::handle_timeout`] reads on.
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Does what is due, and reads on where clients' data had to wait. True when the egress slab is full and there is
    /// more: empty it and call again.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        while self.egress.room() > 0 {
            match self.timers.pop_due(now) {
                None => {
                    self.read_on(now);
                    return false;
                }
                Some(Timer::Transport(key)) => {
                    if let Some(peer) = self.peers.get_mut(key) {
                        peer.transport.handle_timeout(now);
                        self.drive(key, now);
                    }
                }
                Some(Timer::Consent(key)) => self.check_consent(key, now),
                Some(Timer::Feedback(key)) => self.send_transport_feedback(key, now),
                Some(Timer::Report(key)) => self.send_receiver_report(key, now),
                Some(Timer::Missing(key)) => self.ask_for_missing(key, now),
                Some(Timer::KeyFrame(key)) => self.request_key_frame(key, now),
                Some(Timer::Layers(key)) => self.review_layers(key, now),
                Some(Timer::Allocate(key)) => self.review_line(key, now),
                Some(Timer::Probe(key)) => self.send_probe(key, now),
                Some(Timer::Quality(key)) => self.judge_line(key, now),
                Some(Timer::Voices) => self.look_at_voices(now),
            }
        }
        true
    }

    fn read_on(&mut self, now: Instant) {
        for _ in 0..self.unread.len() {
            if self.events.len() >= MAX_EVENTS {
                break;
            }
            if let Some(key) = self.unread.pop_front() {
                self.drive(key, now);
            }
        }
    }

    pub fn command(&mut self, command: Command, now: Instant) {
        match command {
            Command::OpenPeer { peer } => {
                self.opened.insert(peer);
            }
            Command::ClosePeer { peer } => {
                self.opened.remove(&peer);
                if let Some(key) = self.peer_keys.get(&peer).copied() {
                    self.close_peer(key, now);
                }
            }
            Command::SetTransport { peer, settings } => self.set_transport(peer, &settings, now),
            Command::Publish { peer, track } => self.publish(peer, track),
            Command::Unpublish { track } => self.unpublish(track),
            Command::SetMuted { track, muted } => self.set_muted(track, muted, now),
            Command::SetGated { track, gated } => self.set_gated(track, gated, now),
            Command::Subscribe { peer, forward } => self.subscribe(peer, forward, now),
            Command::Unsubscribe { subscription } => self.unsubscribe(subscription),
            Command::Prefer { subscription, preference } => self.prefer(subscription, preference, now),
            Command::SendData { peers, channel, payload } => self.send_data(&peers, channel, &payload, now),
            Command::Crash => panic!("a drill: control asked this worker to die"),
        }
    }

    /// Carries a peer's transport on: what it wants to send goes out, what it has to tell comes in.
    fn drive(&mut self, key: PeerKey, now: Instant) {
        let mut failure = None;
        let Some(peer) = self.peers.get_mut(key) else { return };
        while let Some(event) = peer.transport.poll_event() {
            match event {
                TransportEvent::Connected => self.events.push_back(Event::Connected { peer: peer.id }),
                TransportEvent::Failed(reason) => failure = Some(reason),
            }
        }
        loop {
            if self.events.len() >= MAX_EVENTS {
                if !self.unread.contains(&key) {
                    self.unread.push_back(key);
                }
                break;
            }
            let Some((channel, payload)) = peer.transport.poll_data() else { break };
            self.events.push_back(Event::Data { peer: peer.id, channel, payload });
        }
        let mut next = peer.transport.next_deadline();
        if let Some(to) = peer.transport.remote() {
            loop {
                if self.egress.room() == 0 {
                    next = Some(now); // goes on after the slab is emptied
                    break;
                }
                match peer.transport.poll_transmit(now) {
                    Some(datagram) => self.egress.push(to, &datagram),
                    None => break,
                };
                next = peer.transport.next_deadline();
            }
        }
        match next {
            Some(at) => self.timers.set(Timer::Transport(key), at),
            None => self.timers.clear(Timer::Transport(key)),
        }
        if let Some(failure) = failure {
            self.events.push_back(Event::Failed { peer: peer.id, failure });
            self.close_peer(key, now);
        }
    }

    /// Tells control of a peer that fell silent; that it is heard again is told when it is.
    fn check_consent(&mut self, key: PeerKey, now: Instant) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        let last_heard = peer.last_heard();
        let quiet = now.saturating_duration_since(last_heard);
        if peer.transport.is_connected() && !peer.silent && quiet >= SILENCE {
            peer.silent = true;
            self.events.push_back(Event::Silent { peer: peer.id, last_heard });
        }
        let wait = if quiet < SILENCE { SILENCE - quiet } else { Duration::from_secs(1) };
        self.timers.set(Timer::Consent(key), now + wait);
    }
}
