//! `POST /api/v1/join`: an invitation's code becomes an access token and the facts of the meeting.

use std::{collections::BTreeMap, time::Duration, time::Instant};

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Services, access::TOKEN_TTL_MS, client::ClientAddress, problem::Problem};
use crate::{
    clock::{self, Timestamp},
    ids::{Identity, MeetingId, PointId, RoomName},
    meeting::{Meeting, Place, Point, Seat},
    records::Opening,
    signalling::token::{ApiKeys, Claims, Grants, Permission, TokenError},
};

/// Long enough to connect; the signalling renews it from there on.
const TOKEN_TTL: Duration = Duration::from_millis(TOKEN_TTL_MS);

#[derive(Deserialize, ToSchema)]
pub struct JoinRequest {
    code: String,
    /// A name that the device chose for itself at random and keeps to itself: by it a device that comes back gets its
    /// own seat again. Up to 64 bytes.
    #[serde(default)]
    device: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Joined {
    token: String,
    identity: Identity,
    role: SeatRole,
    meeting: MeetingFacts,
    point: PointFacts,
    dev: bool,
}

/// What a seat's holder is to the web app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum SeatRole {
    Host,
    Point,
    Delegate,
    Observer,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MeetingFacts {
    id: MeetingId,
    title: String,
    zone: String,
    starts_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct PointFacts {
    id: PointId,
    name: String,
    level: String,
    room: String,
    /// Names from the top of the tree down to this point.
    path: Vec<String>,
}

/// Exchanges an invitation's code for an access token of ten minutes, for one seat, and the facts of its meeting.
#[utoipa::path(post, path = "/api/v1/join", tag = "access", request_body = JoinRequest,
    responses((status = 200, body = Joined), (status = 404), (status = 429)))]
pub async fn join(
    State(services): State<Services>,
    ClientAddress(client): ClientAddress,
    request: Result<Json<JoinRequest>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(JoinRequest { code, device }) = request.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::Malformed,
    })?;
    services.wrong_codes.take(client, Instant::now())?;
    let unavailable = |error| {
        tracing::error!(%error, "a code cannot be looked up");
        Problem::Unavailable
    };
    let seat = services.records.redeem(&code).await.map_err(unavailable)?.ok_or(Problem::UnknownCode)?;
    // A code for the check-in page opens no seat.
    let Opening::Seat(seat) = seat else { return Err(Problem::UnknownCode) };
    services.wrong_codes.give_back(client);
    let snapshot = services.hub.meeting(&seat.meeting).await?.borrow().clone();
    let meeting = snapshot.conference.meeting();
    let joined = admit(&services.keys, &services.link_key, meeting, &seat, device, services.dev, clock::now())?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(joined)).into_response())
}

fn admit(
    keys: &ApiKeys,
    link_key: &str,
    meeting: &Meeting,
    seat: &Seat,
    device: Option<String>,
    dev: bool,
    now: Timestamp,
) -> Result<Joined, Problem> {
    // Who only watches is shown the hub's room.
    let point = meeting.point_of(&seat.place).or_else(|| meeting.point(&meeting.hub)).ok_or(Problem::UnknownCode)?;
    let token = token(keys, link_key, meeting, seat, point, device, now).map_err(|error| {
        tracing::error!(%error, meeting = %meeting.id, "a token cannot be made");
        Problem::Unavailable
    })?;
    Ok(Joined {
        token,
        identity: seat.identity(),
        role: SeatRole::of(&seat.place),
        meeting: MeetingFacts {
            id: meeting.id.clone(),
            title: meeting.title.clone(),
            zone: meeting.zone.clone(),
            starts_at: meeting.starts_at,
        },
        point: PointFacts {
            id: point.id.clone(),
            name: point.name.clone(),
            level: point.level.clone(),
            room: point.room.clone(),
            path: path(meeting, point),
        },
        dev,
    })
}

fn token(
    keys: &ApiKeys,
    link_key: &str,
    meeting: &Meeting,
    seat: &Seat,
    point: &Point,
    device: Option<String>,
    now: Timestamp,
) -> Result<String, TokenError> {
    let unit = point.parent.as_ref().and_then(|parent| meeting.point(parent)).unwrap_or(point);
    let role = SeatRole::of(&seat.place);
    let attributes =
        [("point", point.id.as_str()), ("role", role.as_str()), ("room", &point.room), ("unit", &unit.name)];
    let claims = Claims {
        api_key: link_key.to_owned(),
        identity: Some(seat.identity()),
        name: point.name.clone(),
        metadata: String::new(),
        attributes: BTreeMap::from(attributes.map(|(key, value)| (key.to_owned(), value.to_owned()))),
        device: device.filter(|device| (1..=64).contains(&device.len())),
        grants: Grants {
            room_join: true,
            room: Some(RoomName::try_from(meeting.id.to_string()).map_err(|_| TokenError::Malformed)?),
            participant: Permission::default(),
            ..Grants::default()
        },
        expires_at: now,
    };
    keys.mint(&claims, now, TOKEN_TTL)
}

impl SeatRole {
    fn of(place: &Place) -> SeatRole {
        match place {
            Place::Hub | Place::Chair | Place::Secretary | Place::Technician => SeatRole::Host,
            Place::Point(_) => SeatRole::Point,
            Place::Delegate(_) => SeatRole::Delegate,
            Place::Observer(_) => SeatRole::Observer,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            SeatRole::Host => "host",
            SeatRole::Point => "point",
            SeatRole::Delegate => "delegate",
            SeatRole::Observer => "observer",
        }
    }
}

fn path(meeting: &Meeting, point: &Point) -> Vec<String> {
    let above = |point: &&Point| point.parent.as_ref().and_then(|parent| meeting.point(parent));
    // No path is longer than the tree, should the tree ever be none.
    let upwards = std::iter::successors(Some(point), above).take(meeting.points.len());
    let mut names: Vec<String> = upwards.map(|point| point.name.clone()).collect();
    names.reverse();
    names
}
