//! Invites: a code for each place, shown once.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use qrcode::{QrCode, render::svg};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Services,
    access::Caller,
    language::Language,
    meetings::{meeting_id, read},
    papers::{failed, file, unfit},
    problem::Problem,
};
use crate::{
    clock,
    ids::MeetingId,
    meeting::{Actor, Fact, Place, Seat},
    papers::{self, Paper},
    records::{Invite, InviteKind, Opening},
    report::Report,
};

/// The most invites that are printed at a time: a large meeting's points and its officers.
const MAX_PRINTED: usize = 1_000;
/// The longest link of an invite.
const MAX_LINK_BYTES: usize = 500;
/// The longest code, as people type it.
const MAX_CODE_BYTES: usize = 50;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InviteRequest {
    /// Whom to invite; the hub, the officers and every point when it is empty.
    #[serde(default)]
    places: Vec<Place>,
    /// A seat, or the page of a point on which delegates check themselves in.
    #[serde(default = "seat_kind")]
    kind: InviteKind,
    /// With the link as a QR code, SVG.
    #[serde(default)]
    qr: bool,
}

fn seat_kind() -> InviteKind {
    InviteKind::Seat
}

/// A code that is shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    place: Place,
    code: String,
    /// Where it leads; without the server's own name, unless that is configured.
    link: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<String>,
}

/// Makes invites and shows their codes, this once. A place's earlier invite of the same kind is worthless from now on.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/invites", tag = "invites", request_body = InviteRequest, security(("token" = [])),
    params(("id" = String, Path)), responses((status = 201, body = Vec<Issued>), (status = 401), (status = 403), (status = 404)))]
pub async fn issue(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    may_invite(&caller, &id)?;
    let InviteRequest { mut places, kind, qr } = read(&body)?;
    let meeting = services.records.meeting(&id).await?.ok_or(Problem::UnknownMeeting)?;
    if places.is_empty() {
        let officers = [Place::Hub, Place::Chair, Place::Secretary, Place::Technician];
        let points = meeting.points.iter().map(|point| Place::Point(point.id.clone()));
        places =
            officers.into_iter().filter(|place| meeting.has(place) && kind == InviteKind::Seat).chain(points).collect();
    }
    let openings = places.iter().map(|place| opening(&id, place, kind)).collect::<Result<Vec<_>, _>>()?;
    let codes = services.records.invite_all(&openings, clock::now()).await?;
    let mut issued = Vec::with_capacity(codes.len());
    for (place, code) in places.into_iter().zip(codes) {
        services.hub.fact(&id, caller.actor.clone(), Fact::InviteIssued(place.clone())).await?;
        let page = if kind == InviteKind::Seat { "j" } else { "c" };
        let link = format!("{}/{page}#{code}", services.public_url);
        let qr = if qr { Some(picture(&link)?) } else { None };
        issued.push(Issued { place, code, link, qr });
    }
    let mut response = (StatusCode::CREATED, Json(issued)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Invites to be printed: what [`issue`] answered, which is kept nowhere.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrintRequest {
    /// As they were issued, with their whole links. At most 1,000.
    invites: Vec<ToPrint>,
    #[serde(default = "seat_kind")]
    kind: InviteKind,
    /// Without it the language is chosen by `Accept-Language`.
    lang: Option<Language>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToPrint {
    place: Place,
    /// Up to 50 bytes.
    code: String,
    /// Up to 500 bytes.
    link: String,
}

/// Invites as a PDF, a page for each place: code, link and QR code, when and where, whom to call. It is drawn from what the client
/// was shown when the codes were made; nothing of it is kept.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/invites/printed", tag = "invites", request_body = PrintRequest,
    security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 401), (status = 403), (status = 404),
        (status = 413), (status = 422)))]
pub async fn printed(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    accepted: Language,
    body: Bytes,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    may_invite(&caller, &id)?;
    let PrintRequest { invites, kind, lang } = read(&body)?;
    let fits = |invite: &ToPrint| invite.code.len() <= MAX_CODE_BYTES && invite.link.len() <= MAX_LINK_BYTES;
    if invites.len() > MAX_PRINTED || !invites.iter().all(fits) {
        return Err(Problem::TooLarge);
    }
    let meeting = services.records.meeting(&id).await?.ok_or(Problem::UnknownMeeting)?;
    if invites.iter().any(|invite| !meeting.has(&invite.place)) {
        return Err(Problem::NotFound);
    }
    let kind = match kind {
        InviteKind::Seat => papers::InviteKind::Seat,
        InviteKind::CheckIn => papers::InviteKind::CheckIn,
    };
    let printed = |ToPrint { place, code, link }| papers::Invite { place, kind, code, link };
    let invites: Vec<papers::Invite> = invites.into_iter().map(printed).collect();
    let language = lang.unwrap_or(accepted);
    let source = services.records.reader().report_source(&id).await?.ok_or(Problem::UnknownMeeting)?;
    let permit = services.papers.clone().acquire_owned().await.map_err(|_| Problem::Unavailable)?;
    let stationeries = services.stationeries.clone();
    let drawn = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let report = Report::draw(&source, clock::now()).map_err(|error| unfit(&id, &error))?;
        papers::invitations(&report, &invites, language, &stationeries).map_err(|error| failed(&id, &error))
    });
    let Paper { name, media_type, bytes } = drawn.await.map_err(|_| Problem::Unavailable)??;
    Ok(file(&name, media_type, bytes))
}

/// The invites of a meeting, live or revoked, without their codes.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/invites", operation_id = "list_invites", tag = "invites", security(("token" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Vec<Invite>), (status = 401), (status = 403), (status = 404)))]
pub async fn list(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<Invite>>, Problem> {
    let id = meeting_id(id)?;
    may_invite(&caller, &id)?;
    Ok(Json(services.records.invites(&id).await?))
}

/// Makes a place's invite worthless, and the tokens that came of it.
#[utoipa::path(delete, path = "/api/v1/meetings/{id}/invites/{place}", operation_id = "revoke_invite", tag = "invites", security(("token" = [])),
    params(("id" = String, Path), ("place" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn revoke(
    State(services): State<Services>,
    caller: Caller,
    Path((id, place)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let id = meeting_id(id)?;
    may_invite(&caller, &id)?;
    let place: Place = place.parse().map_err(|_| Problem::NotFound)?;
    if !services.records.revoke(&opening(&id, &place, InviteKind::Seat)?, clock::now()).await? {
        return Err(Problem::NotFound);
    }
    services.hub.fact(&id, caller.actor, Fact::InviteRevoked(place)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub struct QrRequest {
    /// Up to 500 bytes.
    link: String,
}

/// A link as a QR code. It travels in the body, since links hold codes.
#[utoipa::path(post, path = "/api/v1/qr", tag = "invites", request_body = QrRequest, security(("token" = [])),
    responses((status = 200, content_type = "image/svg+xml"), (status = 401), (status = 422)))]
pub async fn qr(_caller: Caller, _headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let QrRequest { link } = read(&body)?;
    if link.len() > MAX_LINK_BYTES {
        return Err(Problem::TooLarge);
    }
    Ok(([("content-type", "image/svg+xml"), ("cache-control", "no-store")], picture(&link)?).into_response())
}

fn picture(link: &str) -> Result<String, Problem> {
    let code = QrCode::new(link.as_bytes()).map_err(|_| Problem::Malformed)?;
    Ok(code.render::<svg::Color>().min_dimensions(240, 240).build())
}

fn may_invite(caller: &Caller, meeting: &MeetingId) -> Result<(), Problem> {
    caller.runs(meeting)?;
    // The technician looks after lines; who comes in is not theirs to say.
    if caller.actor == Actor::Seat(Place::Technician) { Err(Problem::NotPermitted) } else { Ok(()) }
}

fn opening(meeting: &MeetingId, place: &Place, kind: InviteKind) -> Result<Opening, Problem> {
    match (kind, place) {
        (InviteKind::Seat, place) => Ok(Opening::Seat(Seat { meeting: meeting.clone(), place: place.clone() })),
        (InviteKind::CheckIn, Place::Point(point)) => {
            Ok(Opening::CheckIn { meeting: meeting.clone(), point: point.clone() })
        }
        (InviteKind::CheckIn, _) => Err(Problem::NotFound),
    }
}
