//! What the server API asks of a room: LiveKit's `RoomService`, as far as one room answers it.
//!
//! A meeting's room answers what is read and refuses what is changed: there the chair and the rules decide, and the
//! hub takes to the meeting what its rules know.

use std::{collections::HashSet, time::Instant};

use bytes::Bytes;
use prost::Message as _;
use thiserror::Error;

use super::{
    Emptiness, Ending, Room,
    data::MAX_PACKET_BYTES,
    participant::Participant,
    presence::gone,
    proto::{self, DisconnectReason, data_packet, leave_request::Action, signal_response},
    requests::{Profile, TooLong},
};
use crate::{
    clock::Timestamp,
    ids::{PeerId, TrackId},
    media::{Channel, Command},
    meeting::DownReason,
    signalling::token::{MAX_METADATA_BYTES, Permission},
};

/// The nonce of a data packet, when there is one: a UUID.
const NONCE_BYTES: usize = 16;

#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Whoever asks wants the room to be there: if it is empty, it waits anew.
    Hold,
    Describe,
    Participants,
    Participant {
        identity: String,
    },
    Remove {
        identity: String,
    },
    Mute {
        identity: String,
        track_sid: String,
        muted: bool,
    },
    UpdateParticipant(Box<proto::UpdateParticipantRequest>),
    UpdateSubscriptions(proto::UpdateSubscriptionsRequest),
    SendData(proto::SendDataRequest),
    SetMetadata(String),
    /// Everybody is put out and the room is over.
    Delete,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Done,
    Room(Box<proto::Room>),
    Participants(Vec<proto::ParticipantInfo>),
    Participant(Box<proto::ParticipantInfo>),
    Track(Box<proto::TrackInfo>),
}

/// Why a room does not do what it is asked; nothing is changed. The texts go to the program that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("the participant does not exist")]
    NoParticipant,
    #[error("the track does not exist")]
    NoTrack,
    #[error("a track is unmuted by its owner only")]
    Unmute,
    #[error("{what} is longer than {max} bytes")]
    TooLong { what: &'static str, max: usize },
    #[error("{0}")]
    Malformed(&'static str),
    #[error("{0}")]
    OfMeeting(&'static str),
}

impl Ask {
    /// Why a meeting's room does not do it, and what would; none for what only reads.
    pub fn refused_in_meeting(&self) -> Option<Refused> {
        let words = match self {
            Ask::Describe | Ask::Participants | Ask::Participant { .. } => return None,
            Ask::Hold => "a meeting's room opens by itself when the first of its seats comes",
            Ask::Remove { .. } => "who is in a meeting is for its chair: the meeting's command `remove`",
            Ask::Mute { .. } => "who is heard in a meeting is for its chair: the meeting's command `mute`",
            Ask::UpdateParticipant(_) => {
                "what a seat of a meeting is called and may do comes of its plan and its stage"
            }
            Ask::UpdateSubscriptions(_) => "what a seat of a meeting receives is for itself to choose",
            Ask::SendData(_) => "in a meeting, a message without a sender is the server's: the command `announce`",
            Ask::SetMetadata(_) => "the metadata of a meeting's room are the server's",
            Ask::Delete => "a meeting's room ends with its meeting: the command `close`",
        };
        Some(Refused::OfMeeting(words))
    }
}

impl Room {
    /// Answers the server API; [`Room::poll_output`] then has what follows from it.
    ///
    /// # Errors
    /// Why not, in words for the program that asks.
    pub fn serve(&mut self, now: Instant, wall: Timestamp, ask: Ask) -> Result<Reply, Refused> {
        self.now = now;
        self.wall = wall;
        if let (Some(_), Some(refused)) = (&self.policy, ask.refused_in_meeting()) {
            return Err(refused);
        }
        let reply = match ask {
            Ask::Hold => self.hold(),
            Ask::Describe => Reply::Room(Box::new(self.info())),
            Ask::Participants => Reply::Participants(self.participants()),
            Ask::Participant { identity } => self.participant(self.named(&identity)?)?,
            Ask::Remove { identity } => {
                let farewell = (Action::Disconnect, DisconnectReason::ParticipantRemoved);
                self.depart(self.named(&identity)?, DownReason::Removed, Some(farewell));
                Reply::Done
            }
            Ask::Mute { identity, track_sid, muted } => self.mute_published(&identity, &track_sid, muted)?,
            Ask::UpdateParticipant(request) => self.update_participant(*request)?,
            Ask::UpdateSubscriptions(request) => {
                let peer = self.named(&request.identity)?;
                let proto::UpdateSubscriptionsRequest { track_sids, subscribe, participant_tracks, .. } = request;
                let update = proto::UpdateSubscription { track_sids, subscribe, participant_tracks };
                self.update_subscription(peer, &update);
                Reply::Done
            }
            Ask::SendData(request) => self.send_data(request)?,
            Ask::SetMetadata(metadata) => self.set_metadata(metadata)?,
            Ask::Delete => {
                self.ending = Some(Ending::Deleted);
                // A plain room keeps no record: the reason is only for those who are put out.
                self.dismiss(DownReason::MeetingClosed, Action::Disconnect, DisconnectReason::RoomDeleted);
                Reply::Done
            }
        };
        self.ask_for_sections();
        Ok(reply)
    }

    fn hold(&mut self) -> Reply {
        if let Emptiness::NeverJoined { since } | Emptiness::Left { since } = &mut self.emptiness {
            *since = self.now;
        }
        Reply::Room(Box::new(self.info()))
    }

    fn named(&self, identity: &str) -> Result<PeerId, Refused> {
        let found = self.participants.values().find(|participant| participant.identity.as_str() == identity);
        found.map(|participant| participant.peer).ok_or(Refused::NoParticipant)
    }

    fn participant(&self, peer: PeerId) -> Result<Reply, Refused> {
        let participant = self.participants.get(&peer).ok_or(Refused::NoParticipant)?;
        Ok(Reply::Participant(Box::new(self.describe(participant))))
    }

    fn mute_published(&mut self, identity: &str, sid: &str, muted: bool) -> Result<Reply, Refused> {
        let owner = self.named(identity)?;
        let known = self.tracks.values().find(|track| track.owner == owner && track.sid.as_str() == sid);
        let id = known.map(|track| track.id).ok_or(Refused::NoTrack)?;
        if !muted {
            // Nobody's microphone is opened from afar.
            return Err(Refused::Unmute);
        }
        if self.mute_track(id) {
            self.announce(owner, false);
        }
        let track = self.tracks.get(&id).ok_or(Refused::NoTrack)?;
        Ok(Reply::Track(Box::new(track.info())))
    }

    fn update_participant(&mut self, request: proto::UpdateParticipantRequest) -> Result<Reply, Refused> {
        let peer = self.named(&request.identity)?;
        let proto::UpdateParticipantRequest { name, metadata, attributes, permission, .. } = request;
        let participant = self.participants.get_mut(&peer).ok_or(Refused::NoParticipant)?;
        let profile = Profile::changed(participant, name, metadata, attributes)?;
        profile.put_on(participant);
        let was_hidden = participant.permission.hidden;
        if let Some(permission) = &permission {
            participant.permission = Permission::from_proto(permission);
        }
        // Its token says the same, so that it still holds after a new start.
        let claims = &mut participant.token.claims;
        claims.describe(&participant.name, &participant.metadata, &participant.attributes);
        claims.grants.participant.clone_from(&participant.permission);
        let (session, now_hidden) = (participant.session(), participant.permission.hidden);

        if permission.is_some() {
            self.end_what_may_not_be_published(peer);
            self.reconcile_subscriber(peer);
        }
        self.announce(peer, true);
        if now_hidden && !was_hidden {
            self.vanish(peer);
        }
        if let Some(session) = session {
            self.renew_token(peer, session);
        }
        self.participant(peer)
    }

    fn end_what_may_not_be_published(&mut self, peer: PeerId) {
        let Some(owner) = self.participants.get(&peer) else { return };
        let refused = |track: &&super::Track| track.owner == peer && !owner.permission.may_publish(track.source());
        let refused: Vec<TrackId> = self.tracks.values().filter(refused).map(|track| track.id).collect();
        for track in refused {
            self.unpublish(track);
        }
    }

    /// The others no longer see a participant that stays.
    fn vanish(&mut self, peer: PeerId) {
        let Some(info) = self.participants.get(&peer).map(gone) else { return };
        let others = self.participants.values().filter(|other| other.peer != peer);
        let sessions = others.filter_map(Participant::session).collect();
        self.send_update(sessions, vec![info]);
    }

    #[expect(deprecated, reason = "older SDKs name recipients by sid")]
    fn send_data(&mut self, request: proto::SendDataRequest) -> Result<Reply, Refused> {
        let channel = match data_packet::Kind::try_from(request.kind) {
            Ok(data_packet::Kind::Reliable) => Channel::Reliable,
            Ok(data_packet::Kind::Lossy) => Channel::Lossy,
            Err(_) => return Err(Refused::Malformed("the kind of a message is RELIABLE or LOSSY")),
        };
        if !matches!(request.nonce.len(), 0 | NONCE_BYTES) {
            return Err(Refused::Malformed("a nonce has 16 bytes"));
        }
        let proto::SendDataRequest { data, kind, destination_sids, destination_identities, topic, nonce, .. } = request;
        let names: HashSet<&String> = destination_identities.iter().chain(&destination_sids).collect();
        let reached = |participant: &&Participant| {
            let own = [participant.identity.to_string(), participant.sid.to_string()];
            participant.is_connected() && (names.is_empty() || own.iter().any(|name| names.contains(name)))
        };
        let peers: Vec<PeerId> = self.participants.values().filter(reached).map(|one| one.peer).collect();
        let user = proto::UserPacket {
            payload: data,
            topic,
            nonce,
            destination_sids,
            destination_identities: destination_identities.clone(),
            ..Default::default()
        };
        let value = Some(data_packet::Value::User(user));
        let packet = proto::DataPacket { kind, destination_identities, value, ..Default::default() };
        if packet.encoded_len() > MAX_PACKET_BYTES {
            return Err(Refused::TooLong { what: "the message", max: MAX_PACKET_BYTES });
        }
        if !peers.is_empty() {
            self.command(Command::SendData { peers, channel, payload: Bytes::from(packet.encode_to_vec()) });
        }
        Ok(Reply::Done)
    }

    fn set_metadata(&mut self, metadata: String) -> Result<Reply, Refused> {
        if metadata.len() > MAX_METADATA_BYTES {
            return Err(Refused::TooLong { what: "the metadata", max: MAX_METADATA_BYTES });
        }
        // As everywhere in the server API, an empty text leaves the old one.
        if !metadata.is_empty() && metadata != self.options.metadata {
            self.options.metadata = metadata;
            let sessions = self.participants.values().filter_map(Participant::session).collect();
            let update = proto::RoomUpdate { room: Some(self.info()) };
            self.send_to(sessions, signal_response::Message::RoomUpdate(update));
        }
        Ok(Reply::Room(Box::new(self.info())))
    }
}

impl From<TooLong> for Refused {
    fn from(TooLong { what, max }: TooLong) -> Refused {
        Refused::TooLong { what, max }
    }
}
