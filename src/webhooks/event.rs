//! A room's notice in LiveKit's words: the body that is posted, and what a receiver checks it by.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use ring::digest;

use crate::{
    ids::{EventId, RoomSid},
    signalling::{
        proto::{self, RoomEndReason},
        room::{Happening, Notice},
    },
};

/// One event, ready to be posted to every address as often as need be.
#[derive(Debug)]
pub(super) struct Posting {
    pub name: &'static str,
    pub id: EventId,
    /// Within it events keep their order.
    pub room: RoomSid,
    pub body: Bytes,
    /// SHA-256 of the body in base64, as it stands in the token that goes with it.
    pub digest: String,
}

impl Posting {
    /// # Errors
    /// When the event cannot be written as JSON.
    pub fn of(notice: Notice, room: RoomSid, id: EventId) -> Result<Posting, serde_json::Error> {
        let name = name(&notice.what);
        let body = serde_json::to_vec(&event(notice, name, &id))?;
        let digest = BASE64_STANDARD.encode(digest::digest(&digest::SHA256, &body));
        Ok(Posting { name, id, room, body: body.into(), digest })
    }
}

fn name(what: &Happening) -> &'static str {
    match what {
        Happening::RoomStarted => "room_started",
        Happening::RoomFinished(_) => "room_finished",
        Happening::ParticipantJoined(_) => "participant_joined",
        Happening::ParticipantLeft(_) => "participant_left",
        Happening::ConnectionAborted(_) => "participant_connection_aborted",
        Happening::TrackPublished { .. } => "track_published",
        Happening::TrackUnpublished { .. } => "track_unpublished",
    }
}

fn event(notice: Notice, name: &str, id: &EventId) -> proto::WebhookEvent {
    let mut event = proto::WebhookEvent {
        event: name.to_owned(),
        room: Some(notice.room),
        id: id.to_string(),
        created_at: notice.at.as_millis().div_euclid(1000),
        ..Default::default()
    };
    match notice.what {
        Happening::RoomStarted => {}
        Happening::RoomFinished(reason) => event.room_end_reason = RoomEndReason::into(reason),
        Happening::ParticipantJoined(participant)
        | Happening::ParticipantLeft(participant)
        | Happening::ConnectionAborted(participant) => event.participant = Some(*participant),
        Happening::TrackPublished { participant, track } | Happening::TrackUnpublished { participant, track } => {
            event.participant = Some(*participant);
            event.track = Some(*track);
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn a_departure_is_written_as_livekits_receivers_read_it() {
        let participant = proto::ParticipantInfo {
            identity: "point:071".into(),
            disconnect_reason: proto::DisconnectReason::ParticipantRemoved.into(),
            ..Default::default()
        };
        let notice = Notice {
            at: Timestamp::from_millis(1_800_000_000_999),
            room: proto::Room { name: "họp".into(), creation_time: 1_800_000_000, ..Default::default() },
            what: Happening::ParticipantLeft(Box::new(participant)),
        };
        let posting = Posting::of(notice, RoomSid::random(), "EV_1".parse().unwrap()).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&posting.body).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "event": "participant_left",
                "id": "EV_1",
                "createdAt": "1800000000",
                "room": { "name": "họp", "creationTime": "1800000000" },
                "participant": { "identity": "point:071", "disconnectReason": "PARTICIPANT_REMOVED" },
            })
        );
        assert_eq!(BASE64_STANDARD.decode(posting.digest).unwrap().len(), 32);
    }
}
