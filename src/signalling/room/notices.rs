//! What the room tells programs outside of: LiveKit's webhook events, before they are put into their words.

use super::{
    Ending, Output, Room,
    participant::Participant,
    proto::{self, RoomEndReason},
    tracks::Track,
};
use crate::{
    clock::Timestamp,
    ids::{PeerId, TrackId},
};

/// Something that happened in a room, with the room as it stood after it.
#[derive(Clone, Debug)]
pub struct Notice {
    pub at: Timestamp,
    pub room: proto::Room,
    pub what: Happening,
}

#[derive(Clone, Debug)]
pub enum Happening {
    RoomStarted,
    RoomFinished(RoomEndReason),
    /// Its media connection is up.
    ParticipantJoined(Box<proto::ParticipantInfo>),
    /// With the reason; it had joined before.
    ParticipantLeft(Box<proto::ParticipantInfo>),
    /// It went before its media connection was ever up.
    ConnectionAborted(Box<proto::ParticipantInfo>),
    /// Others know of the track from now on. The participant is named and not described.
    TrackPublished {
        participant: Box<proto::ParticipantInfo>,
        track: Box<proto::TrackInfo>,
    },
    TrackUnpublished {
        participant: Box<proto::ParticipantInfo>,
        track: Box<proto::TrackInfo>,
    },
}

impl Room {
    /// The room is over, and says so as the last thing that it says.
    pub fn end(&mut self, wall: Timestamp) {
        self.wall = wall;
        self.note(|room| {
            Happening::RoomFinished(match room.ending {
                Some(Ending::ServerStops) => RoomEndReason::RoomEndServerShutdown,
                Some(Ending::Deleted) => RoomEndReason::RoomEndApiDelete,
                None => RoomEndReason::RoomEndIdleTimeout,
            })
        });
    }

    /// Tells something, where anybody is to be told.
    pub(super) fn note(&mut self, what: impl FnOnce(&Room) -> Happening) {
        if self.options.notices {
            let notice = Notice { at: self.wall, room: self.info(), what: what(self) };
            self.outputs.push_back(Output::Notice(Box::new(notice)));
        }
    }

    /// A participant's media are up: it has joined, and so have the tracks that it had published before.
    pub(super) fn note_joined(&mut self, peer: PeerId) {
        let Some(participant) = self.participants.get(&peer) else { return };
        let info = Box::new(self.describe(participant));
        self.note(|_| Happening::ParticipantJoined(info));
        let published = self.tracks.values().filter(|track| track.owner == peer && track.is_shown());
        let published: Vec<TrackId> = published.map(|track| track.id).collect();
        for track in published {
            self.note_published(track);
        }
    }

    /// Others know of a track from now on. One of somebody who has not joined yet is told with the joining.
    pub(super) fn note_published(&mut self, track: TrackId) {
        let Some(track) = self.tracks.get(&track) else { return };
        let Some(owner) = self.participants.get(&track.owner).filter(|owner| owner.is_connected()) else { return };
        let (participant, track) = (Box::new(owner.named()), Box::new(track.info()));
        self.note(|_| Happening::TrackPublished { participant, track });
    }

    /// Tells what [`Happening::unpublished`] found worth telling.
    pub(super) fn note_any(&mut self, what: Option<Happening>) {
        if let Some(what) = what {
            self.note(|_| what);
        }
    }
}

impl Happening {
    /// The end of a track; none when nobody was told of its beginning.
    pub(super) fn unpublished(owner: &Participant, track: &Track) -> Option<Happening> {
        let told = owner.is_connected() && track.is_shown();
        told.then(|| Happening::TrackUnpublished {
            participant: Box::new(owner.named()),
            track: Box::new(track.info()),
        })
    }
}
