//! What a client asks for over its WebSocket, message by message.

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use super::{
    Room,
    participant::{Participant, Signal},
    presence::leave,
    proto::{
        self, DisconnectReason, leave_request::Action, request_response, signal_request::Message, signal_response,
        simulate_scenario::Scenario,
    },
};
use crate::{
    ids::{PeerId, SessionId},
    media::Command,
    meeting::DownReason,
    signalling::token::{MAX_METADATA_BYTES, MAX_NAME_BYTES},
};

impl Room {
    pub(super) fn request(&mut self, session: SessionId, message: Message) {
        let Some(peer) = self.sessions.get(&session).copied() else { return };
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        participant.signal = Signal::Open { session, last_heard: self.now };
        match message {
            Message::Offer(description) => self.offer(peer, &description),
            Message::AddTrack(request) => self.add_track(peer, request),
            Message::Mute(request) => self.mute(peer, &request),
            Message::Subscription(request) => self.update_subscription(peer, &request),
            Message::TrackSetting(request) => self.update_track_settings(peer, &request),
            Message::SubscriptionPermission(request) => self.restrict_audience(peer, request),
            Message::UpdateMetadata(request) => self.update_metadata(peer, request),
            Message::UpdateAudioTrack(request) => self.update_audio_track(peer, request),
            Message::UpdateVideoTrack(request) => self.update_video_track(peer, &request),
            Message::SyncState(state) => self.sync_state(peer, &state),
            Message::Ping(_) => self.send(peer, signal_response::Message::Pong(self.wall.as_millis())),
            Message::PingReq(ping) => {
                let pong = proto::Pong { last_ping_timestamp: ping.timestamp, timestamp: self.wall.as_millis() };
                self.send(peer, signal_response::Message::PongResp(pong));
            }
            Message::Leave(_) => self.depart(peer, DownReason::Left, None),
            Message::Simulate(request) => {
                if let Some(scenario) = request.scenario.filter(|_| self.options.dev) {
                    self.simulate(peer, &scenario);
                }
            }
            Message::PublishDataTrackRequest(request) => {
                let request = request_response::Request::PublishDataTrack(request);
                let text = "data tracks are not supported";
                self.respond(peer, 0, request_response::Reason::UnsupportedType, text, Some(request));
            }
            // Trickle: our side is ICE-lite with its candidates in the answer, the client's come to us by connectivity
            // checks. Answer: the server never offers on a single peer connection. The rest is for features not offered.
            _ => {}
        }
    }

    /// Tells a client how its request went; id 0 is that of requests without one.
    pub(super) fn respond(
        &mut self,
        peer: PeerId,
        request_id: u32,
        reason: request_response::Reason,
        text: &str,
        request: Option<request_response::Request>,
    ) {
        if reason != request_response::Reason::Ok
            && let Some(participant) = self.participants.get(&peer)
        {
            tracing::info!(participant = %participant.sid, reason = reason.as_str_name(), text, "request refused");
        }
        let response = proto::RequestResponse { request_id, reason: reason.into(), message: text.to_owned(), request };
        self.send(peer, signal_response::Message::RequestResponse(response));
    }

    fn update_metadata(&mut self, peer: PeerId, request: proto::UpdateParticipantMetadata) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        let id = request.request_id;
        if !participant.permission.can_update_metadata {
            let text = "no permission to update own metadata";
            return self.respond(peer, id, request_response::Reason::NotAllowed, text, None);
        }
        match Profile::changed(participant, request.name, request.metadata, request.attributes) {
            Ok(profile) => {
                profile.put_on(participant);
                self.respond(peer, id, request_response::Reason::Ok, "", None);
                // The client waits until it sees the change come back.
                self.announce(peer, true);
            }
            Err(too_long) => {
                let text = too_long.to_string();
                self.respond(peer, id, request_response::Reason::LimitExceeded, &text, None);
            }
        }
    }

    /// The client resumed and says where it stands.
    pub(super) fn sync_state(&mut self, peer: PeerId, state: &proto::SyncState) {
        self.sync_subscriptions(peer, state);
        self.resend_data(peer, &state.datachannel_receive_states);
    }

    /// Drills that a client asks for to exercise its own recovery; development mode only.
    fn simulate(&mut self, peer: PeerId, scenario: &Scenario) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        match scenario {
            Scenario::NodeFailure(true) => self.command(Command::Crash),
            Scenario::Migration(true) => {
                self.send(peer, leave(Action::Resume, DisconnectReason::Migration));
                self.close_signal(peer);
            }
            Scenario::ServerLeave(true) => {
                let farewell = (Action::Disconnect, DisconnectReason::ServerShutdown);
                self.depart(peer, DownReason::Removed, Some(farewell));
            }
            Scenario::LeaveRequestFullReconnect(true) => {
                let farewell = (Action::Reconnect, DisconnectReason::UnknownReason);
                self.depart(peer, DownReason::Removed, Some(farewell));
            }
            Scenario::DisconnectSignalOnResume(true) | Scenario::DisconnectSignalOnResumeNoMessages(true) => {
                participant.break_resume = true;
            }
            _ => {}
        }
    }
}

/// What a participant is called and shows of itself.
pub(super) struct Profile {
    name: String,
    metadata: String,
    attributes: BTreeMap<String, String>,
}

/// Part of a profile is over its limit.
#[derive(Debug, Error)]
#[error("{what} is longer than {max} bytes")]
pub(super) struct TooLong {
    pub what: &'static str,
    pub max: usize,
}

impl Profile {
    /// A participant's profile after an update: an empty name or metadata leaves the old one, an attribute set to the
    /// empty text goes.
    pub fn changed(
        participant: &Participant,
        name: String,
        metadata: String,
        attributes: HashMap<String, String>,
    ) -> Result<Profile, TooLong> {
        let mut all = participant.attributes.clone();
        for (key, value) in attributes {
            if value.is_empty() {
                all.remove(&key);
            } else {
                all.insert(key, value);
            }
        }
        let bytes: usize = all.iter().map(|(key, value)| key.len() + value.len()).sum();
        for (what, length, max) in [
            ("the name", name.len(), MAX_NAME_BYTES),
            ("the metadata", metadata.len(), MAX_METADATA_BYTES),
            ("the list of attributes", bytes, MAX_METADATA_BYTES),
        ] {
            if length > max {
                return Err(TooLong { what, max });
            }
        }
        let keep = |new: String, old: &String| if new.is_empty() { old.clone() } else { new };
        Ok(Profile {
            name: keep(name, &participant.name),
            metadata: keep(metadata, &participant.metadata),
            attributes: all,
        })
    }

    pub fn put_on(self, participant: &mut Participant) {
        participant.name = self.name;
        participant.metadata = self.metadata;
        participant.attributes = self.attributes;
    }
}
