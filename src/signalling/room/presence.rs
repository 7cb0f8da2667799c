//! Coming and going: join, resume, replacement by a newer connection, silence, departure.

use std::time::{Duration, Instant};

use super::{
    Emptiness, Ending, Happening, Output, Room, SIGNAL_TIMEOUT,
    gate::{Admission, companion_permission},
    lines::Judged,
    participant::{Audience, Line, Media, Participant, Sections, Signal, Token, device},
    proto::{self, DisconnectReason, leave_request::Action, signal_response},
    subscriptions::Subscriptions,
    tracks,
};
use crate::{
    clock::Timestamp,
    ids::{Identity, ParticipantSid, PeerId, SessionId, TrackId},
    media::{Command, Event, PeerFailure, sdp::Negotiation},
    meeting::{DownReason, Fact, Seat},
    signalling::{
        SERVER_VERSION,
        token::{Claims, MAX_METADATA_BYTES, MAX_NAME_BYTES},
    },
};

/// How often clients ping, in seconds, and after how long without an answer they take the connection for lost.
const PING_INTERVAL_S: i32 = 5;
const PING_TIMEOUT_S: i32 = 15;
/// The version of LiveKit's signalling protocol that we speak.
const PROTOCOL_VERSION: i32 = 16;
/// A token is renewed this long before it ends, or at half of its rest when that is shorter.
const REFRESH_BEFORE: Duration = Duration::from_secs(60);
/// How long a token lasts that renews another.
pub const REFRESHED_TTL: Duration = Duration::from_secs(600);
/// The end of a token that lasts longer is looked at again then.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);
/// `addTrack` requests read from a join request.
const MAX_JOIN_TRACKS: usize = 16;

impl Room {
    pub(super) fn join(&mut self, session: SessionId, claims: Claims, seat: Option<Seat>, request: proto::JoinRequest) {
        match self.ending {
            Some(Ending::ServerStops) => {
                return self.turn_away(session, Action::Reconnect, DisconnectReason::ServerShutdown);
            }
            // The next room of this name is another one.
            Some(Ending::Deleted) => {
                return self.turn_away(session, Action::Reconnect, DisconnectReason::RoomDeleted);
            }
            None => {}
        }
        let Some(identity) = claims.identity.clone() else {
            return self.turn_away(session, Action::Disconnect, DisconnectReason::JoinFailure);
        };
        if request.reconnect {
            return self.resume(session, &identity, claims, request);
        }
        let Some(endpoint) = self.endpoint.clone() else {
            return self.turn_away(session, Action::Reconnect, DisconnectReason::MediaFailure);
        };
        let place = seat.map(|seat| seat.place);
        let (identity, is_companion) = match self.admit(&claims, identity, place.as_ref()) {
            Admission::As(identity) => (identity, false),
            Admission::Companion(identity) => (identity, true),
            Admission::Replacing(older, identity) => {
                let farewell = (Action::Disconnect, DisconnectReason::DuplicateIdentity);
                self.depart(older, DownReason::Replaced, Some(farewell));
                (identity, false)
            }
            Admission::Refused(reason) => return self.turn_away(session, Action::Disconnect, reason),
        };
        if self.participants.len() >= self.options.limits.participants {
            tracing::warn!(limit = self.options.limits.participants, "the room is full");
            return self.turn_away(session, Action::Disconnect, DisconnectReason::JoinFailure);
        }

        let peer = PeerId(self.next_id());
        let mut participant = Participant {
            peer,
            sid: ParticipantSid::random(),
            identity,
            name: claims.name.clone(),
            metadata: claims.metadata.clone(),
            attributes: claims.attributes.clone(),
            permission: self.allowed(&claims.grants.participant, place.as_ref()),
            is_companion,
            joined_at: self.wall,
            version: 1,
            client: client_info(request.client_info),
            signal: Signal::Open { session, last_heard: self.now },
            media: Media::Connecting,
            judged: Judged::new(self.wall),
            line: place.clone().map_or(Line::Unrecorded, |place| Line::Down { place }),
            place,
            negotiation: Negotiation::new(endpoint),
            transport: None,
            sections: Sections::Unoffered,
            subscriptions: Subscriptions::new(
                request.connection_settings.is_none_or(|settings| settings.auto_subscribe),
            ),
            audience: Audience::Everyone,
            last_data_sequence: 0,
            token: Token { refresh_at: refresh_at(self.now, self.wall, claims.expires_at), claims },
            break_resume: false,
        };
        if is_companion {
            participant.permission = companion_permission(&participant);
        }
        if participant.permission.can_update_metadata {
            let given: usize = request.participant_attributes.iter().map(|(key, value)| key.len() + value.len()).sum();
            let held: usize = participant.attributes.iter().map(|(key, value)| key.len() + value.len()).sum();
            if !request.metadata.is_empty() && request.metadata.len() <= MAX_METADATA_BYTES {
                participant.metadata = request.metadata;
            }
            if given + held <= MAX_METADATA_BYTES {
                participant.attributes.extend(request.participant_attributes);
            }
        }
        tracing::info!(participant = %participant.sid, device = device(&participant.client), "joined");

        self.emptiness = Emptiness::Occupied;
        self.sessions.insert(session, peer);
        self.participants.insert(peer, participant);
        self.command(Command::OpenPeer { peer });
        let welcome = self.welcome(peer);
        self.send(peer, signal_response::Message::Join(welcome));
        self.tell_lines(peer);
        // Subscriptions first, so that the first answer already has them.
        self.reconcile_subscriber(peer);
        for track in request.add_track_requests.into_iter().take(MAX_JOIN_TRACKS) {
            self.add_track(peer, track);
        }
        if let Some(offer) = &request.publisher_offer {
            self.offer(peer, offer);
        }
        self.announce(peer, false);
    }

    fn welcome(&self, peer: PeerId) -> proto::JoinResponse {
        proto::JoinResponse {
            room: Some(self.info()),
            participant: self.participants.get(&peer).map(|participant| self.describe(participant)),
            other_participants: self.visible_to(peer).collect(),
            server_version: SERVER_VERSION.into(),
            ping_timeout: PING_TIMEOUT_S,
            ping_interval: PING_INTERVAL_S,
            server_info: Some(server_info()),
            enabled_publish_codecs: tracks::enabled_codecs(),
            fast_publish: true,
            ..Default::default()
        }
    }

    /// The others as `peer` is told of them.
    fn visible_to(&self, peer: PeerId) -> impl Iterator<Item = proto::ParticipantInfo> {
        let others = self.participants.values().filter(move |other| other.peer != peer && !other.permission.hidden);
        others.map(|other| self.describe(other))
    }

    /// The client comes back to its stay after its WebSocket broke.
    fn resume(&mut self, session: SessionId, identity: &Identity, claims: Claims, request: proto::JoinRequest) {
        let found = self.participants.values_mut().find(|participant| {
            participant.sid.as_str() == request.participant_sid
                && participant.token.claims.identity.as_ref() == Some(identity)
        });
        let Some(participant) = found else {
            return self.turn_away(session, Action::Reconnect, DisconnectReason::StateMismatch);
        };
        let peer = participant.peer;
        let older = participant.session();
        participant.signal = Signal::Open { session, last_heard: self.now };
        participant.token = Token { refresh_at: refresh_at(self.now, self.wall, claims.expires_at), claims };
        if matches!(participant.sections, Sections::Asked { .. }) {
            participant.sections = Sections::Offered;
        }
        let broken = std::mem::take(&mut participant.break_resume);
        let last_message_seq = participant.last_data_sequence;
        tracing::info!(participant = %participant.sid, "resumed");
        if let Some(older) = older {
            self.sessions.remove(&older);
            self.outputs.push_back(Output::CloseSession { session: older });
        }
        self.sessions.insert(session, peer);
        self.unsettled.insert(peer);

        let server_info = Some(server_info());
        let welcome = proto::ReconnectResponse { server_info, last_message_seq, ..Default::default() };
        self.send(peer, signal_response::Message::Reconnect(welcome));
        // Whoever is missing from this update is dropped by some SDKs.
        let itself = self.participants.get(&peer).map(|participant| self.describe(participant));
        let everybody = itself.into_iter().chain(self.visible_to(peer)).collect();
        self.send_update(vec![session], everybody);
        self.send(peer, signal_response::Message::RoomUpdate(proto::RoomUpdate { room: Some(self.info()) }));
        self.repeat_demand(peer);
        if let Some(state) = request.sync_state {
            self.sync_state(peer, &state);
        }
        if let Some(offer) = &request.publisher_offer {
            self.offer(peer, offer);
        }
        if broken {
            self.close_signal(peer);
        }
    }

    /// Refuses a session that is not in the room.
    fn turn_away(&mut self, session: SessionId, action: Action, reason: DisconnectReason) {
        tracing::info!(action = action.as_str_name(), reason = reason.as_str_name(), "turned away");
        self.send_to(vec![session], leave(action, reason));
        self.outputs.push_back(Output::CloseSession { session });
        if let (Emptiness::NeverJoined { .. }, false) = (&self.emptiness, self.options.on_request) {
            self.emptiness = Emptiness::Left { since: self.now };
        }
    }

    pub(super) fn signal_closed(&mut self, session: SessionId) {
        let Some(peer) = self.sessions.remove(&session) else { return };
        self.away(peer, self.now);
    }

    /// Closes the WebSocket from our side; the client may resume.
    pub(super) fn close_signal(&mut self, peer: PeerId) {
        let Some(session) = self.participants.get(&peer).and_then(Participant::session) else { return };
        self.sessions.remove(&session);
        self.outputs.push_back(Output::CloseSession { session });
        self.away(peer, self.now);
    }

    fn away(&mut self, peer: PeerId, since: Instant) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        tracing::debug!(participant = %participant.sid, "signalling is away");
        participant.signal = Signal::Away { since };
        self.give_up_if_gone(peer);
    }

    fn give_up_if_gone(&mut self, peer: PeerId) {
        let Some(participant) = self.participants.get(&peer) else { return };
        if let Signal::Away { since } = participant.signal
            && participant.gone_at(since) <= self.now
        {
            self.depart(peer, DownReason::Lost, None);
        }
    }

    pub(super) fn media(&mut self, event: Event) {
        match event {
            Event::Connected { peer } => self.connected(peer),
            // Of a connection that was up; until then there is nothing to be silent.
            Event::Silent { peer, last_heard } => {
                if let Some(participant) = self.participants.get_mut(&peer).filter(|one| one.is_connected()) {
                    participant.media = Media::Silent { last_heard };
                    self.judge_line(peer);
                    self.give_up_if_gone(peer);
                }
            }
            Event::Heard { peer } => {
                if let Some(participant) = self.participants.get_mut(&peer).filter(|one| one.is_connected()) {
                    participant.media = Media::Up;
                    self.judge_line(peer);
                }
            }
            Event::Failed { peer, failure } => {
                let reason = match failure {
                    PeerFailure::Closed => DownReason::Left,
                    PeerFailure::WrongCertificate | PeerFailure::Handshake | PeerFailure::DataOverflow => {
                        DownReason::Lost
                    }
                };
                if let Some(participant) = self.participants.get(&peer) {
                    tracing::info!(participant = %participant.sid, ?failure, "media connection failed");
                    self.depart(peer, reason, Some((Action::Reconnect, DisconnectReason::MediaFailure)));
                }
            }
            Event::Flowing { peer, track } => self.track_flows(peer, track),
            Event::Voice { peer, track, loudness } => self.voice(peer, track, loudness),
            Event::Quality { peer, quality } => self.line_measured(peer, quality),
            Event::Starved { peer, track, starved } => self.tell_stream_state(peer, track, starved),
            Event::Data { peer, channel, payload } => self.data(peer, channel, &payload),
        }
    }

    fn connected(&mut self, peer: PeerId) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        let first = !participant.is_connected();
        participant.media = Media::Up;
        self.lines_changed = true;
        if !first {
            return self.judge_line(peer);
        }
        if let Line::Down { place } = &participant.line {
            let place = place.clone();
            let connection = participant.sid.clone();
            let device = device(&participant.client);
            participant.line = Line::Up { place: place.clone() };
            let fact = Fact::LineUp { place, connection, device };
            self.outputs.push_back(Output::Record { at: self.wall, fact });
        }
        self.announce(peer, false);
        self.note_joined(peer);
    }

    /// Ends a stay: its record first, then its farewell when there is one to say, then what the others see of it.
    pub(super) fn depart(&mut self, peer: PeerId, reason: DownReason, farewell: Option<(Action, DisconnectReason)>) {
        self.line_down(peer, reason);
        if self.tracks.values().any(|track| track.owner == peer && track.loudness.is_some()) {
            self.tell_speaker(peer, None);
        }
        let Some(participant) = self.participants.remove(&peer) else { return };
        self.lines_changed = true;
        self.demand_changed.extend(participant.subscriptions.tracks());
        tracing::info!(participant = %participant.sid, ?reason, "departed");
        if let Some(session) = participant.session() {
            self.sessions.remove(&session);
            if let Some((action, reason)) = farewell {
                self.send_to(vec![session], leave(action, reason));
            }
            self.outputs.push_back(Output::CloseSession { session });
        }
        let own: Vec<TrackId> = self.tracks.values().filter(|t| t.owner == peer).map(|t| t.id).collect();
        for track in own {
            let ended = self.end_track(track).and_then(|track| Happening::unpublished(&participant, &track));
            self.note_any(ended);
        }
        self.command(Command::ClosePeer { peer });
        if self.participants.is_empty() {
            self.emptiness = Emptiness::Left { since: self.now };
        }
        let info = proto::ParticipantInfo { disconnect_reason: disconnect_reason(reason).into(), ..gone(&participant) };
        if !participant.permission.hidden && self.ending.is_none() {
            let sessions = self.participants.values().filter_map(Participant::session).collect();
            self.send_update(sessions, vec![info.clone()]);
        }
        self.note(|_| match participant.media {
            Media::Connecting => Happening::ConnectionAborted(Box::new(info)),
            Media::Up | Media::Silent { .. } => Happening::ParticipantLeft(Box::new(info)),
        });
    }

    fn line_down(&mut self, peer: PeerId, reason: DownReason) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        let Line::Up { place } = &participant.line else { return };
        let place = place.clone();
        let silent_for = self.now.saturating_duration_since(participant.last_heard(self.now));
        let silent_ms = i64::try_from(silent_for.as_millis()).unwrap_or(i64::MAX);
        let last_heard = self.wall.plus_millis(-silent_ms).max(participant.joined_at);
        participant.line = Line::Down { place: place.clone() };
        let fact = Fact::LineDown { place, connection: participant.sid.clone(), reason, last_heard };
        self.outputs.push_back(Output::Record { at: self.wall, fact });
    }

    pub(super) fn worker_lost(&mut self) {
        self.endpoint = None;
        self.dismiss(DownReason::MediaFailed, Action::Reconnect, DisconnectReason::MediaFailure);
    }

    pub(super) fn stop(&mut self) {
        self.ending = Some(Ending::ServerStops);
        self.dismiss(DownReason::ServerStopped, Action::Reconnect, DisconnectReason::ServerShutdown);
    }

    /// Sends everybody away; all records stand before anybody is told.
    pub(super) fn dismiss(&mut self, reason: DownReason, action: Action, told: DisconnectReason) {
        let everybody: Vec<PeerId> = self.participants.keys().copied().collect();
        for peer in &everybody {
            self.line_down(*peer, reason);
        }
        for peer in everybody {
            self.depart(peer, reason, Some((action, told)));
        }
    }

    pub(super) fn tick(&mut self) {
        let everybody: Vec<PeerId> = self.participants.keys().copied().collect();
        for peer in everybody {
            let Some(participant) = self.participants.get_mut(&peer) else { continue };
            if let Signal::Open { session, last_heard } = participant.signal {
                if last_heard + SIGNAL_TIMEOUT <= self.now {
                    self.sessions.remove(&session);
                    self.outputs.push_back(Output::CloseSession { session });
                    self.away(peer, last_heard);
                } else if participant.token.refresh_at <= self.now {
                    self.refresh_token(peer, session);
                }
            } else {
                self.give_up_if_gone(peer);
            }
        }
        self.retry_sections();
        self.call_off_layers();
        self.better_lines();
    }

    fn refresh_token(&mut self, peer: PeerId, session: SessionId) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        let rest = participant.token.claims.expires_at;
        if rest.millis_since(self.wall) > 2 * REFRESH_BEFORE.as_millis() as u64 {
            participant.token.refresh_at = refresh_at(self.now, self.wall, rest);
            return;
        }
        self.renew_token(peer, session);
    }

    /// Gives the client a token of the claims as they stand now.
    pub(super) fn renew_token(&mut self, peer: PeerId, session: SessionId) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        let expires_at = self.wall.plus_millis(i64::try_from(REFRESHED_TTL.as_millis()).unwrap_or(i64::MAX));
        participant.token.claims.expires_at = expires_at;
        participant.token.refresh_at = refresh_at(self.now, self.wall, expires_at);
        let claims = Box::new(participant.token.claims.clone());
        self.outputs.push_back(Output::RefreshToken { session, claims });
    }
}

pub(super) fn leave(action: Action, reason: DisconnectReason) -> signal_response::Message {
    signal_response::Message::Leave(proto::LeaveRequest {
        // What older SDKs read in place of the action.
        can_reconnect: action != Action::Disconnect,
        reason: reason.into(),
        action: action.into(),
        regions: None,
    })
}

fn server_info() -> proto::ServerInfo {
    proto::ServerInfo {
        edition: proto::server_info::Edition::Standard.into(),
        version: SERVER_VERSION.into(),
        protocol: PROTOCOL_VERSION,
        ..Default::default()
    }
}

/// A participant as others are told that it is no longer there.
pub(super) fn gone(participant: &Participant) -> proto::ParticipantInfo {
    proto::ParticipantInfo {
        state: proto::participant_info::State::Disconnected.into(),
        version: participant.version + 1,
        ..participant.info()
    }
}

/// What others are told of a departure.
fn disconnect_reason(reason: DownReason) -> DisconnectReason {
    match reason {
        DownReason::Left => DisconnectReason::ClientInitiated,
        DownReason::Lost => DisconnectReason::ConnectionTimeout,
        DownReason::Replaced => DisconnectReason::DuplicateIdentity,
        DownReason::Removed => DisconnectReason::ParticipantRemoved,
        DownReason::MediaFailed => DisconnectReason::MediaFailure,
        DownReason::MeetingClosed => DisconnectReason::RoomDeleted,
        DownReason::ServerStopped => DisconnectReason::ServerShutdown,
    }
}

/// The client's word about itself, of a size that can be kept and sent on.
fn client_info(info: Option<proto::ClientInfo>) -> proto::ClientInfo {
    let mut info = info.unwrap_or_default();
    info.capabilities.truncate(16);
    for text in [&mut info.browser, &mut info.browser_version, &mut info.os, &mut info.device_model, &mut info.version]
    {
        if text.len() > MAX_NAME_BYTES {
            text.clear();
        }
    }
    info
}

fn refresh_at(now: Instant, wall: Timestamp, expires_at: Timestamp) -> Instant {
    let rest = Duration::from_millis(expires_at.millis_since(wall)).min(LONGEST_WAIT);
    now + rest.saturating_sub(REFRESH_BEFORE).max(rest / 2)
}
