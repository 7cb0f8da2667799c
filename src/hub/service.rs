//! LiveKit's server API as the hub performs it: rooms made, listed and ended, and what is asked of one of them.
//!
//! What would change a meeting's room goes to the meeting, as the command that its rules have for it, by the actor that
//! asks; where they have none it is refused.

use std::time::Duration;

use futures_util::future::join_all;
use thiserror::Error;
use tokio::sync::oneshot;

use super::{CommandError, Hub, Refusal, RoomHandle, room::ToRoom};
use crate::{
    ids::{MeetingId, RoomName},
    meeting::{self, Actor, Command, Place},
    signalling::{
        proto::{self, TrackType},
        room::{Ask, Refused, Reply},
        token::MAX_METADATA_BYTES,
    },
};

/// A room that somebody asks for; what is none or empty is as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomRequest {
    /// How long it stays when nobody comes.
    pub empty_timeout: Option<Duration>,
    /// How long it stays when everybody has left.
    pub departure_timeout: Option<Duration>,
    /// Not more than the server takes in any room.
    pub max_participants: Option<usize>,
    pub metadata: String,
}

/// Why the server API is not served. The texts go to the program that asks.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ServiceError {
    #[error("the requested room does not exist")]
    NoRoom,
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The meeting that the room belongs to refuses.
    #[error(transparent)]
    Meeting(#[from] CommandError),
    /// The room cannot be made.
    #[error(transparent)]
    Hub(#[from] Refusal),
}

impl Hub {
    /// Every running room.
    pub async fn rooms(&self) -> Vec<proto::Room> {
        let handles: Vec<_> = self.0.rooms().values().cloned().collect();
        let answers = handles.iter().map(|handle| ask(handle, Ask::Describe));
        let room = |answer| match answer {
            Ok(Reply::Room(room)) => Some(*room),
            _ => None,
        };
        join_all(answers).await.into_iter().filter_map(room).collect()
    }

    /// Everybody in a room; none when there is no such room.
    pub async fn participants(&self, room: &RoomName) -> Option<Vec<proto::ParticipantInfo>> {
        match self.ask(room, Ask::Participants).await {
            Ok(Reply::Participants(participants)) => Some(participants),
            _ => None,
        }
    }

    /// Makes a room. One that is there already stays as it is, and waits anew if it is empty.
    ///
    /// # Errors
    /// Why there is no such room; also for a meeting's, which is not for programs to make.
    pub async fn create_room(&self, name: RoomName, request: RoomRequest) -> Result<Reply, ServiceError> {
        if request.metadata.len() > MAX_METADATA_BYTES {
            return Err(Refused::TooLong { what: "the metadata", max: MAX_METADATA_BYTES }.into());
        }
        self.refuse_for_meeting(&name, &Ask::Hold).await?;
        loop {
            let mut options = self.options(name.clone());
            options.on_request = true;
            options.empty_timeout = request.empty_timeout.unwrap_or(options.empty_timeout);
            options.departure_timeout = request.departure_timeout.unwrap_or(options.departure_timeout);
            let most = options.limits.participants;
            options.limits.participants = request.max_participants.unwrap_or(most).min(most);
            options.metadata.clone_from(&request.metadata);
            let handle = self.find_or_open(&mut self.0.rooms(), options, false)?;
            match ask(&handle, Ask::Hold).await {
                // It was about to end, and has: the next one is made.
                Err(ServiceError::NoRoom) => {}
                answer => return answer,
            }
        }
    }

    /// Puts everybody out of a room and ends it; returns when it is over.
    ///
    /// # Errors
    /// There is no such room, or it is a meeting's.
    pub async fn delete_room(&self, name: &RoomName) -> Result<Reply, ServiceError> {
        self.refuse_for_meeting(name, &Ask::Delete).await?;
        let handle = self.0.rooms().get(name).cloned().ok_or(ServiceError::NoRoom)?;
        let reply = ask(&handle, Ask::Delete).await?;
        handle.inbox.closed().await;
        Ok(reply)
    }

    /// Asks something of a room. `actor` is who asks, where the room is a meeting's; none has no say there.
    ///
    /// # Errors
    /// There is no such room, or why it or its meeting refuses.
    pub async fn serve(&self, name: &RoomName, actor: Option<&Actor>, ask: Ask) -> Result<Reply, ServiceError> {
        if let Some(refused) = ask.refused_in_meeting()
            && let Some(meeting) = self.meeting_of(name).await?
        {
            return self.serve_in_meeting(name, &meeting, actor, ask, refused).await;
        }
        self.ask(name, ask).await
    }

    async fn serve_in_meeting(
        &self,
        name: &RoomName,
        id: &MeetingId,
        actor: Option<&Actor>,
        ask: Ask,
        refused: Refused,
    ) -> Result<Reply, ServiceError> {
        let place = |identity: &str| identity.parse::<Place>().map_err(|_| Refused::NoParticipant);
        let (command, reply) = match ask {
            Ask::Remove { identity } => {
                (Command::Remove { place: place(&identity)?, reason: String::new() }, Reply::Done)
            }
            Ask::Mute { identity, track_sid, muted: true } => {
                let mut track = self.track(name, identity.clone(), &track_sid).await?;
                if track.r#type() != TrackType::Audio {
                    return Err(Refused::OfMeeting("in a meeting, a picture is for its seat to show").into());
                }
                track.muted = true;
                (Command::Mute { place: place(&identity)? }, Reply::Track(Box::new(track)))
            }
            Ask::Mute { muted: false, .. } => return Err(Refused::Unmute.into()),
            _ => return Err(refused.into()),
        };
        let actor = actor.cloned().ok_or(CommandError::Refused(meeting::Refusal::NotPermitted))?;
        self.command(id, actor, command).await?;
        Ok(reply)
    }

    async fn track(&self, room: &RoomName, identity: String, sid: &str) -> Result<proto::TrackInfo, ServiceError> {
        let Reply::Participant(owner) = self.ask(room, Ask::Participant { identity }).await? else {
            return Err(Refused::NoParticipant.into());
        };
        owner.tracks.into_iter().find(|track| track.sid == sid).ok_or(Refused::NoTrack.into())
    }

    async fn refuse_for_meeting(&self, name: &RoomName, ask: &Ask) -> Result<(), ServiceError> {
        match (self.meeting_of(name).await?, ask.refused_in_meeting()) {
            (Some(_), Some(refused)) => Err(refused.into()),
            _ => Ok(()),
        }
    }

    /// The meeting that a room belongs to, whether it is running or not.
    async fn meeting_of(&self, name: &RoomName) -> Result<Option<MeetingId>, ServiceError> {
        let Ok(id) = MeetingId::try_from(name.to_string()) else { return Ok(None) };
        match self.0.records.meeting(&id).await {
            Ok(meeting) => Ok(meeting.map(|_| id)),
            Err(error) => {
                tracing::error!(%error, "cannot look up the meeting of a room");
                Err(Refusal::Records.into())
            }
        }
    }

    async fn ask(&self, room: &RoomName, request: Ask) -> Result<Reply, ServiceError> {
        let handle = self.0.rooms().get(room).cloned().ok_or(ServiceError::NoRoom)?;
        ask(&handle, request).await
    }
}

/// A room that ends before it answers does not exist.
async fn ask(handle: &RoomHandle, ask: Ask) -> Result<Reply, ServiceError> {
    let (answer, answered) = oneshot::channel();
    handle.inbox.send(ToRoom::Ask(ask, answer)).await.map_err(|_| ServiceError::NoRoom)?;
    Ok(answered.await.map_err(|_| ServiceError::NoRoom)??)
}
