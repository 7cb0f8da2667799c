//! LiveKit's `RoomService`, for its server SDKs: `POST /twirp/livekit.RoomService/METHOD`.
//!
//! A call needs a token signed by an API key, with the grant that LiveKit asks for; those of people, whom a link or a
//! password let in, are not for this. What a program may not do in a
//! meeting's room stands in `signalling/WIRE.md`.

use std::time::Duration;

use axum::{
    body::{Bytes, to_bytes},
    extract::{Path, Request, State},
    http::{Method as Verb, StatusCode},
    response::Response,
};

use super::{
    MAX_BODY_BYTES, Services,
    access::{Caller, bearer},
    refusals,
    twirp::{Code, Format, TwirpError},
};
use crate::{
    clock,
    hub::{CommandError, Refusal, RoomRequest, ServiceError},
    ids::RoomName,
    signalling::{
        proto,
        room::{Ask, Refused, Reply},
        token::{Claims, TokenError},
    },
};

const SERVICE: &str = "livekit.RoomService";
/// LiveKit's other services, none of which is served.
const OTHER_SERVICES: [&str; 6] = [
    "livekit.AgentDispatchService",
    "livekit.Connector",
    "livekit.Egress",
    "livekit.Ingress",
    "livekit.PhoneNumberService",
    "livekit.SIP",
];

#[derive(Clone, Copy, Debug)]
enum Method {
    CreateRoom,
    ListRooms,
    DeleteRoom,
    ListParticipants,
    GetParticipant,
    RemoveParticipant,
    MutePublishedTrack,
    UpdateParticipant,
    UpdateSubscriptions,
    SendData,
    UpdateRoomMetadata,
}

impl Method {
    fn named(path: &str) -> Result<Method, TwirpError> {
        let (service, method) = path.split_once('/').unwrap_or((path, ""));
        if OTHER_SERVICES.contains(&service) {
            return Err(Code::Unimplemented.refuse(format!("{service} is not part of this server")));
        }
        Ok(match (service, method) {
            (SERVICE, "CreateRoom") => Method::CreateRoom,
            (SERVICE, "ListRooms") => Method::ListRooms,
            (SERVICE, "DeleteRoom") => Method::DeleteRoom,
            (SERVICE, "ListParticipants") => Method::ListParticipants,
            (SERVICE, "GetParticipant") => Method::GetParticipant,
            (SERVICE, "RemoveParticipant") => Method::RemoveParticipant,
            (SERVICE, "MutePublishedTrack") => Method::MutePublishedTrack,
            (SERVICE, "UpdateParticipant") => Method::UpdateParticipant,
            (SERVICE, "UpdateSubscriptions") => Method::UpdateSubscriptions,
            (SERVICE, "SendData") => Method::SendData,
            (SERVICE, "UpdateRoomMetadata") => Method::UpdateRoomMetadata,
            (SERVICE, "ForwardParticipant" | "MoveParticipant" | "PerformRpc") => {
                return Err(Code::Unimplemented.refuse(format!("{method} is not part of this server")));
            }
            _ => return Err(Code::BadRoute.refuse("there is no such method")),
        })
    }
}

/// Answers every call below `/twirp/`.
pub async fn call(
    State(services): State<Services>,
    Path(path): Path<String>,
    request: Request,
) -> Result<Response, TwirpError> {
    if request.method() != Verb::POST {
        return Err(Code::BadRoute.refuse("a method is called by POST"));
    }
    let method = Method::named(&path)?;
    let format = Format::of(request.headers())?;
    let claims = bearer(request.headers())
        .ok_or(TokenError::Missing)
        .and_then(|token| services.keys.verify(token, clock::now()))
        .map_err(|error| Code::Unauthenticated.refuse(error.to_string()))?;
    if *claims.api_key == *services.link_key {
        return Err(Code::PermissionDenied.refuse("the server API is for tokens that an API key has signed"));
    }
    let body = to_bytes(request.into_body(), MAX_BODY_BYTES)
        .await
        .map_err(|_| Code::InvalidArgument.refuse(format!("a request has at most {MAX_BODY_BYTES} bytes")))?;
    Call { services, claims, format, body }.perform(method).await
}

/// A call by somebody whose token is good.
struct Call {
    services: Services,
    claims: Claims,
    format: Format,
    body: Bytes,
}

impl Call {
    async fn perform(self, method: Method) -> Result<Response, TwirpError> {
        let (format, body) = (self.format, &*self.body);
        let grants = &self.claims.grants;
        let hub = &self.services.hub;
        let (room, ask) = match method {
            Method::CreateRoom => {
                grant(grants.room_create, "roomCreate")?;
                let (name, request) = room_request(format.read(body)?)?;
                return self.answer(hub.create_room(name, request).await?);
            }
            Method::ListRooms => {
                grant(grants.room_list, "roomList")?;
                let proto::ListRoomsRequest { names } = format.read(body)?;
                let mut rooms = hub.rooms().await;
                rooms.retain(|room| names.is_empty() || names.contains(&room.name));
                return format.write(&proto::ListRoomsResponse { rooms });
            }
            Method::DeleteRoom => {
                grant(grants.room_create, "roomCreate")?;
                let proto::DeleteRoomRequest { room } = format.read(body)?;
                let room = RoomName::try_from(room).map_err(|_| ServiceError::NoRoom)?;
                return self.answer(hub.delete_room(&room).await?);
            }
            Method::ListParticipants => {
                let proto::ListParticipantsRequest { room } = format.read(body)?;
                let room = self.administered(&room)?;
                // A room that is not running has nobody in it.
                let participants = hub.participants(&room).await.unwrap_or_default();
                return format.write(&proto::ListParticipantsResponse { participants });
            }
            Method::GetParticipant => {
                let proto::RoomParticipantIdentity { room, identity, .. } = format.read(body)?;
                (room, Ask::Participant { identity })
            }
            Method::RemoveParticipant => {
                let proto::RoomParticipantIdentity { room, identity, revoke_token_ts } = format.read(body)?;
                if revoke_token_ts != 0 {
                    return Err(Code::Unimplemented.refuse("tokens cannot be revoked; give out short ones"));
                }
                (room, Ask::Remove { identity })
            }
            Method::MutePublishedTrack => {
                let proto::MuteRoomTrackRequest { room, identity, track_sid, muted } = format.read(body)?;
                (room, Ask::Mute { identity, track_sid, muted })
            }
            Method::UpdateParticipant => {
                let request: proto::UpdateParticipantRequest = format.read(body)?;
                (request.room.clone(), Ask::UpdateParticipant(Box::new(request)))
            }
            Method::UpdateSubscriptions => {
                let request: proto::UpdateSubscriptionsRequest = format.read(body)?;
                (request.room.clone(), Ask::UpdateSubscriptions(request))
            }
            Method::SendData => {
                let request: proto::SendDataRequest = format.read(body)?;
                (request.room.clone(), Ask::SendData(request))
            }
            Method::UpdateRoomMetadata => {
                let proto::UpdateRoomMetadataRequest { room, metadata } = format.read(body)?;
                (room, Ask::SetMetadata(metadata))
            }
        };
        let room = self.administered(&room)?;
        let caller = Caller::of(&self.claims, &self.services.link_key);
        let actor = caller.as_ref().map(|caller| &caller.actor);
        self.answer(hub.serve(&room, actor, ask).await?)
    }

    /// The room that is asked about, if the token is for it.
    fn administered(&self, room: &str) -> Result<RoomName, TwirpError> {
        let grants = &self.claims.grants;
        match &grants.room {
            Some(own) if own.as_str() == room && grants.room_admin => Ok(own.clone()),
            _ => Err(Code::PermissionDenied.refuse("the token does not grant roomAdmin for this room")),
        }
    }

    fn answer(&self, reply: Reply) -> Result<Response, TwirpError> {
        match reply {
            // Every empty answer is written alike.
            Reply::Done => self.format.write(&proto::DeleteRoomResponse {}),
            Reply::Room(room) => self.format.write(&*room),
            Reply::Participants(participants) => self.format.write(&proto::ListParticipantsResponse { participants }),
            Reply::Participant(participant) => self.format.write(&*participant),
            Reply::Track(track) => self.format.write(&proto::MuteRoomTrackResponse { track: Some(*track) }),
        }
    }
}

fn grant(granted: bool, name: &str) -> Result<(), TwirpError> {
    if granted {
        return Ok(());
    }
    Err(Code::PermissionDenied.refuse(format!("the token does not grant {name}")))
}

/// What asks for something that this server cannot do is refused; what is only a hint is not read.
fn room_request(request: proto::CreateRoomRequest) -> Result<(RoomName, RoomRequest), TwirpError> {
    for (asked, what) in [
        (request.egress.is_some(), "egress"),
        (!request.agents.is_empty(), "agents"),
        (request.replay_enabled, "replay"),
        (!request.room_preset.is_empty(), "a room preset"),
    ] {
        if asked {
            return Err(Code::Unimplemented.refuse(format!("{what} is not part of this server")));
        }
    }
    let name = RoomName::try_from(request.name).map_err(|error| Code::InvalidArgument.refuse(error.to_string()))?;
    let seconds = |value: u32| (value > 0).then(|| Duration::from_secs(value.into()));
    let wanted = RoomRequest {
        empty_timeout: seconds(request.empty_timeout),
        departure_timeout: seconds(request.departure_timeout),
        max_participants: (request.max_participants > 0).then_some(request.max_participants as usize),
        metadata: request.metadata,
    };
    Ok((name, wanted))
}

impl From<ServiceError> for TwirpError {
    fn from(error: ServiceError) -> TwirpError {
        let code = match &error {
            ServiceError::NoRoom => Code::NotFound,
            ServiceError::Refused(Refused::NoParticipant | Refused::NoTrack) => Code::NotFound,
            ServiceError::Refused(Refused::TooLong { .. } | Refused::Malformed(_)) => Code::InvalidArgument,
            ServiceError::Refused(Refused::Unmute | Refused::OfMeeting(_)) => Code::FailedPrecondition,
            ServiceError::Meeting(CommandError::Refused(refusal)) => match refusals::status(refusal) {
                StatusCode::FORBIDDEN => Code::PermissionDenied,
                StatusCode::NOT_FOUND => Code::NotFound,
                StatusCode::UNPROCESSABLE_ENTITY => Code::InvalidArgument,
                _ => Code::FailedPrecondition,
            },
            ServiceError::Meeting(CommandError::UnknownMeeting) => Code::NotFound,
            ServiceError::Meeting(CommandError::LedgerFull | CommandError::Unavailable) => Code::Unavailable,
            ServiceError::Hub(Refusal::TooManyRooms) => Code::ResourceExhausted,
            ServiceError::Hub(Refusal::NoSeat | Refusal::Shut | Refusal::Removed | Refusal::Locked) => {
                Code::PermissionDenied
            }
            ServiceError::Hub(Refusal::Stopping | Refusal::Busy | Refusal::Records) => Code::Unavailable,
        };
        code.refuse(error.to_string())
    }
}
