//! What a meeting means for its room: who may come in, who is heard, what everybody is shown.
//!
//! The meeting's state reaches the room as a [`Policy`]. It is enforced here and in the media plane, not in the page: a
//! track that may not be heard is gated, so that nothing of it leaves the server, whatever its owner says of it.

use super::{
    Room,
    participant::{Participant, Signal},
    proto::{self, DisconnectReason, leave_request::Action, signal_response},
};
use crate::{
    ids::{Identity, PeerId, TrackId},
    media::{Command, MediaKind},
    meeting::{DownReason, Place, SecondDevice, Stage},
    signalling::token::{Claims, Permission},
};

/// The most devices beside the first on one seat.
const MAX_COMPANIONS: usize = 4;

/// A meeting as its room sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The number of the event after which it holds; an older one changes nothing.
    pub seq: u64,
    pub stage: Stage,
    pub second_device: SecondDevice,
    /// What everybody in the room is shown, as JSON.
    pub metadata: String,
}

/// What the chair asks for once and for all; nothing of it stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    MuteAll { but: Place },
    Mute(Place),
    AskUnmute(Place),
}

/// On which topic a page is asked to let its user unmute.
pub const UNMUTE_TOPIC: &str = "diemcau.unmute";

/// Whom a newcomer sits down as.
pub(super) enum Admission {
    As(Identity),
    /// The older connection goes.
    Replacing(PeerId, Identity),
    /// Beside the others of the seat; it publishes nothing.
    Companion(Identity),
    Refused(DisconnectReason),
}

impl Room {
    /// Whether somebody with a seat may come in now, and beside whom.
    pub(super) fn admit(&self, claims: &Claims, identity: Identity, place: Option<&Place>) -> Admission {
        let policy = self.policy.as_ref();
        if let (Some(policy), Some(place)) = (policy, place) {
            if policy.stage.shut {
                return Admission::Refused(DisconnectReason::RoomDeleted);
            }
            if policy.stage.removed.contains(place) {
                return Admission::Refused(DisconnectReason::ParticipantRemoved);
            }
        }
        let Some(older) = self.participants.values().find(|participant| participant.identity == identity) else {
            return Admission::As(identity);
        };
        let same_device = claims.device.is_some() && claims.device == older.token.claims.device;
        let second_device = match (policy, place) {
            (Some(policy), Some(_)) if !same_device && !is_gone(older) => policy.second_device,
            _ => SecondDevice::Replace,
        };
        match second_device {
            SecondDevice::Replace => Admission::Replacing(older.peer, identity),
            SecondDevice::Refuse => Admission::Refused(DisconnectReason::DuplicateIdentity),
            SecondDevice::Companion => self.companion(&identity),
        }
    }

    fn companion(&self, identity: &Identity) -> Admission {
        let names = (2..2 + MAX_COMPANIONS).filter_map(|number| format!("{identity}~{number}").parse().ok());
        let free = |name: &Identity| self.participants.values().all(|participant| participant.identity != *name);
        names
            .into_iter()
            .find(free)
            .map_or(Admission::Refused(DisconnectReason::DuplicateIdentity), Admission::Companion)
    }

    /// What a participant may do as things stand: what its token grants, less what the stage keeps from it.
    pub(super) fn allowed(&self, granted: &Permission, place: Option<&Place>) -> Permission {
        let (Some(policy), Some(place)) = (&self.policy, place) else { return granted.clone() };
        let mut permission = granted.clone();
        if matches!(place, Place::Observer(_)) {
            permission.can_publish = false;
            permission.can_publish_data = false;
        } else if !policy.stage.may_speak(place) {
            // A microphone may be there, gated and muted, so that the floor needs no new connection.
            let allowed = [proto::TrackSource::Camera, proto::TrackSource::Microphone];
            permission.sources = allowed.into_iter().filter(|source| granted.may_publish(*source)).collect();
            permission.can_publish &= !permission.sources.is_empty();
        }
        permission
    }

    /// Whether nothing of a track may leave the server.
    pub(super) fn is_kept_back(&self, owner: PeerId, kind: MediaKind) -> bool {
        let Some(place) = self.participants.get(&owner).and_then(|participant| participant.place.as_ref()) else {
            return false;
        };
        kind == MediaKind::Audio && self.policy.as_ref().is_some_and(|policy| !policy.stage.may_speak(place))
    }

    /// The meeting moved on.
    pub(super) fn set_policy(&mut self, policy: Policy) {
        if self.policy.as_ref().is_some_and(|known| policy.seq < known.seq || policy == *known) {
            return;
        }
        let shows_more = self.policy.as_ref().is_none_or(|known| known.metadata != policy.metadata);
        let shut = policy.stage.shut;
        self.policy = Some(policy);
        if shut {
            return self.dismiss(DownReason::MeetingClosed, Action::Disconnect, DisconnectReason::RoomDeleted);
        }
        self.put_out();
        let everybody: Vec<PeerId> = self.participants.keys().copied().collect();
        for peer in everybody {
            self.apply_stage(peer);
        }
        self.rank_tracks();
        if shows_more {
            let sessions = self.participants.values().filter_map(Participant::session).collect();
            let update = proto::RoomUpdate { room: Some(self.info()) };
            self.send_to(sessions, signal_response::Message::RoomUpdate(update));
        }
    }

    /// Puts out whom the chair removed.
    fn put_out(&mut self) {
        let Some(policy) = &self.policy else { return };
        let is_removed = |participant: &&Participant| {
            participant.place.as_ref().is_some_and(|place| policy.stage.removed.contains(place))
        };
        let removed: Vec<PeerId> = self.participants.values().filter(is_removed).map(|one| one.peer).collect();
        for peer in removed {
            let farewell = (Action::Disconnect, DisconnectReason::ParticipantRemoved);
            self.depart(peer, DownReason::Removed, Some(farewell));
        }
    }

    /// Brings a participant's permission and the gates of its tracks to where the stage wants them.
    fn apply_stage(&mut self, peer: PeerId) {
        let Some(participant) = self.participants.get(&peer) else { return };
        if participant.place.is_none() {
            return;
        }
        let granted = if participant.is_companion { companion_permission(participant) } else { granted(participant) };
        let permission = self.allowed(&granted, participant.place.as_ref());
        let changed = permission != participant.permission;
        let owned: Vec<TrackId> =
            self.tracks.values().filter(|track| track.owner == peer).map(|track| track.id).collect();
        if let Some(participant) = self.participants.get_mut(&peer) {
            participant.permission = permission;
        }
        let mut told = changed;
        for track in owned {
            let allowed = self.tracks.get(&track).zip(self.participants.get(&peer));
            if allowed.is_some_and(|(track, owner)| !owner.permission.may_publish(track.source())) {
                self.unpublish(track);
                told = true;
            } else {
                told |= self.apply_gate(track);
            }
        }
        if told {
            self.announce(peer, true);
        }
    }

    /// Opens or closes a track's gate; true when others have to be told.
    pub(super) fn apply_gate(&mut self, id: TrackId) -> bool {
        let Some((owner, kind)) = self.tracks.get(&id).map(|track| (track.owner, track.kind)) else { return false };
        let gated = self.is_kept_back(owner, kind);
        let Some(track) = self.tracks.get_mut(&id).filter(|track| track.gated != gated) else { return false };
        track.gated = gated;
        if track.is_shown() {
            self.command(Command::SetGated { track: id, gated });
        }
        gated && self.mute_track(id)
    }

    /// Mutes a track from the server's side and tells its owner; true when it was not muted.
    pub(super) fn mute_track(&mut self, id: TrackId) -> bool {
        let Some(track) = self.tracks.get_mut(&id) else { return false };
        let changed = track.set_muted(true);
        let (owner, sid, shown) = (track.owner, track.sid.to_string(), track.is_shown());
        if changed && shown {
            self.command(Command::SetMuted { track: id, muted: true });
        }
        self.send(owner, signal_response::Message::Mute(proto::MuteTrackRequest { sid, muted: true }));
        changed
    }

    pub(super) fn obey(&mut self, order: &Order) {
        match order {
            Order::MuteAll { but } => self.mute_places(|place| place != but),
            Order::Mute(muted) => self.mute_places(|place| place == muted),
            Order::AskUnmute(asked) => {
                let at = |participant: &&Participant| participant.place.as_ref() == Some(asked);
                let peers: Vec<PeerId> = self.participants.values().filter(at).map(|one| one.peer).collect();
                self.say(peers, UNMUTE_TOPIC, Vec::new());
            }
        }
    }

    fn mute_places(&mut self, which: impl Fn(&Place) -> bool) {
        let chosen = |participant: &&Participant| participant.place.as_ref().is_some_and(&which);
        let peers: Vec<PeerId> = self.participants.values().filter(chosen).map(|one| one.peer).collect();
        for peer in peers {
            let voices = |track: &&super::Track| track.owner == peer && track.kind == MediaKind::Audio;
            let tracks: Vec<TrackId> = self.tracks.values().filter(voices).map(|track| track.id).collect();
            let mut changed = false;
            for track in tracks {
                changed |= self.mute_track(track);
            }
            if changed {
                self.announce(peer, false);
            }
        }
    }
}

/// Away, and with nothing coming from its media: its seat may be taken.
fn is_gone(participant: &Participant) -> bool {
    matches!(participant.signal, Signal::Away { .. }) && !participant.is_heard()
}

fn granted(participant: &Participant) -> Permission {
    participant.token.claims.grants.participant.clone()
}

/// A companion sees and hears; who speaks for the seat is its first device.
pub(super) fn companion_permission(participant: &Participant) -> Permission {
    Permission { can_publish: false, can_publish_data: false, ..granted(participant) }
}
