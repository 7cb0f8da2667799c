//! Meetings as they are set up: made, listed, read, changed by whoever has read the newest version.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, ETAG, IF_MATCH, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use super::{Services, access::Caller, once::once, problem::Problem};
use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{Actor, Meeting, Phase, PlanRef, Refusal},
    records::{MeetingSummary, Page},
};

/// A page of the list of meetings.
#[derive(Serialize, ToSchema)]
pub struct MeetingList {
    meetings: Vec<MeetingSummary>,
    /// What to send as `after` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 200.
    #[serde(default = "full_page")]
    limit: u32,
}

fn full_page() -> u32 {
    crate::records::MAX_PAGE
}

/// The meetings: all of them for an administrator, its own for a seat.
#[utoipa::path(get, path = "/api/v1/meetings", operation_id = "list_meetings", tag = "meetings", params(PageQuery), security(("token" = [])),
    responses((status = 200, body = MeetingList), (status = 401), (status = 403)))]
pub async fn list(
    State(services): State<Services>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<MeetingList>, Problem> {
    caller.administers()?;
    let after = query.after.as_deref().map(cursor).transpose()?;
    let page = Page { after, limit: query.limit.clamp(1, full_page()) };
    let meetings = services.records.meetings(&page).await?;
    let is_full = u32::try_from(meetings.len()).is_ok_and(|count| count == page.limit);
    let next = meetings.last().filter(|_| is_full).map(|last| {
        let (at, id) = last.position();
        BASE64URL_NOPAD.encode(format!("{}/{id}", at.as_millis()).as_bytes())
    });
    Ok(Json(MeetingList { meetings, next }))
}

fn cursor(text: &str) -> Result<(Timestamp, MeetingId), Problem> {
    let read = || {
        let text = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        let (at, id) = text.split_once('/')?;
        Some((Timestamp::from_millis(at.parse().ok()?), id.parse().ok()?))
    };
    read().ok_or(Problem::Malformed)
}

/// Makes a meeting, a draft.
#[utoipa::path(post, path = "/api/v1/meetings", tag = "meetings", request_body = Meeting, security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = PlanRef), (status = 401), (status = 403), (status = 409), (status = 422)))]
pub async fn create(
    State(services): State<Services>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    caller.administers()?;
    let meeting: Meeting = read(&body)?;
    once(&services, &caller, &headers, &[b"meetings", &body], async {
        let plan = services.records.create_meeting(&meeting).await?;
        Ok((StatusCode::CREATED, plan))
    })
    .await
}

/// A meeting as it is set up. The ETag is the plan's version.
#[utoipa::path(get, path = "/api/v1/meetings/{id}", tag = "meetings", params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = Meeting), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn get(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    caller.runs(&id)?;
    let (meeting, plan) = services.records.plan(&id).await?.ok_or(Problem::UnknownMeeting)?;
    Ok(tagged(&headers, &etag(plan.version), &meeting))
}

/// Changes a meeting. `If-Match` names the version that was read; after the publication the ledger notes the change.
#[utoipa::path(put, path = "/api/v1/meetings/{id}", tag = "meetings", request_body = Meeting, security(("token" = [])),
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = PlanRef), (status = 401), (status = 403), (status = 404), (status = 412), (status = 422),
        (status = 428)))]
pub async fn put(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    caller.runs(&id)?;
    if matches!(&caller.actor, Actor::Seat(crate::meeting::Place::Technician)) {
        return Err(Problem::NotPermitted);
    }
    let expected = expected_version(&headers)?;
    let meeting: Meeting = read(&body)?;
    if meeting.id != id {
        return Err(Problem::Malformed);
    }
    // Held over the change, so that the meeting is awake and hears by whom it was changed.
    let held = services.hub.meeting(&id).await?;
    let phase = held.borrow().conference.phase();
    if phase == Phase::Closed {
        return Err(Problem::Refused(Refusal::WrongPhase { phase }));
    }
    let plan = services.records.save_plan(&meeting, expected).await?;
    services.hub.plan_changed(caller.actor, meeting, plan.clone()).await?;
    Ok(([(ETAG, etag(plan.version))], Json(plan)).into_response())
}

pub fn meeting_id(text: String) -> Result<MeetingId, Problem> {
    MeetingId::try_from(text).map_err(|_| Problem::UnknownMeeting)
}

/// Reads a JSON body.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::Unreadable(error.to_string()))
}

/// JSON with its ETag, or the word that the client has it already.
pub fn tagged(headers: &HeaderMap, etag: &str, body: &impl Serialize) -> Response {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let has_it = known.flat_map(|list| list.split(',')).any(|known| known.trim() == etag || known.trim() == "*");
    let head = [(ETAG, etag.to_owned()), (CACHE_CONTROL, "private, no-cache".to_owned())];
    if has_it { (StatusCode::NOT_MODIFIED, head).into_response() } else { (head, Json(body)).into_response() }
}

/// The version that a change is made to, from `If-Match`.
pub fn expected_version(headers: &HeaderMap) -> Result<u32, Problem> {
    let expected = headers.get(IF_MATCH).ok_or(Problem::NeedsVersion)?;
    expected.to_str().ok().and_then(version).ok_or(Problem::Stale)
}

pub fn etag(version: u32) -> String {
    format!("\"{version}\"")
}

fn version(etag: &str) -> Option<u32> {
    etag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}
