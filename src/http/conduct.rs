//! A meeting under way: what is asked of it, and what it looks like to those who ask.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Services,
    access::Caller,
    meetings::{meeting_id, read, tagged},
    once::once,
    problem::Problem,
};
use crate::{
    clock::{self, Timestamp},
    hub::MeetingSnapshot,
    ids::MeetingId,
    meeting::{
        Actor, Command, Conference, Event, HostView, LineQuality, LineView, OwnView, Place, PublicView, RollView,
    },
    records::LedgerHealth,
};

/// What came of a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// The numbers of its first and last event in the ledger.
    first_seq: u64,
    last_seq: u64,
    /// False while the ledger cannot be written: it took effect, and is written as soon as possible.
    recorded: bool,
}

/// Asks something of a meeting. Who may ask what, and when, is in the description of this interface.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/commands", tag = "conduct", request_body = Command, security(("token" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Done), (status = 202, body = Done), (status = 401), (status = 403), (status = 404),
        (status = 409), (status = 422), (status = 503)))]
pub async fn command(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    caller.in_meeting(&id)?;
    let command: Command = read(&body)?;
    once(&services, &caller, &headers, &[id.as_str().as_bytes(), b"commands", &body], async {
        let accepted = services.hub.command(&id, caller.actor.clone(), command).await?;
        let status = if accepted.recorded { StatusCode::OK } else { StatusCode::ACCEPTED };
        let crate::hub::Accepted { first_seq, last_seq, recorded } = accepted;
        Ok((status, Done { first_seq, last_seq, recorded }))
    })
    .await
}

/// The meeting as its caller may see it.
#[derive(Serialize, ToSchema)]
#[serde(tag = "view", rename_all = "kebab-case")]
pub enum View {
    Host(Box<HostView>),
    Own(Box<OwnView>),
}

/// A view with what the ledger does.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingState {
    #[serde(flatten)]
    view: View,
    #[serde(flatten)]
    standing: Standing,
}

/// How things stand for the caller, beside what the meeting looks like.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The number of the last event that is on disk.
    recorded_through: u64,
    ledger: LedgerHealth,
    /// The server's clock, by which the instants of the view are to be read.
    now: Timestamp,
    /// The version of the plan that holds: what was read of an older one is to be read anew.
    plan_version: u32,
    /// The commands that the caller may give as the meeting stands, by their names.
    may: Vec<&'static str>,
    /// How the lines that are up are right now, by place: all of them for administrators and hosts, its own for others.
    line_quality: BTreeMap<String, LineQuality>,
}

impl Standing {
    pub fn of(services: &Services, caller: &Caller, snapshot: &MeetingSnapshot) -> Standing {
        let mut ledger = services.hub.ledger_health().borrow().clone();
        if let (LedgerHealth::Failing { reason, .. }, false) = (&mut ledger, Conference::sees_all(&caller.actor)) {
            // The database's own words are for those who look after it.
            reason.clear();
        }
        let (conference, recorded_through) = (&snapshot.conference, snapshot.recorded_through);
        let (plan_version, may) = (conference.plan().version, conference.may(&caller.actor));
        let seen = |place: &Place| Conference::sees_all(&caller.actor) || caller.actor == Actor::Seat(place.clone());
        let lines = services.hub.line_quality(&conference.meeting().id).into_iter();
        let line_quality =
            lines.filter(|(place, _)| seen(place)).map(|(place, line)| (place.to_string(), line)).collect();
        Standing { recorded_through, ledger, now: clock::now(), plan_version, may, line_quality }
    }
}

/// What `caller` sees of a meeting.
pub fn state(services: &Services, caller: &Caller, snapshot: &MeetingSnapshot) -> MeetingState {
    let conference = &snapshot.conference;
    let view = match &caller.actor {
        Actor::Seat(place) if !place.is_host() => View::Own(Box::new(conference.own_view(place))),
        _ => View::Host(Box::new(conference.host_view())),
    };
    MeetingState { view, standing: Standing::of(services, caller, snapshot) }
}

async fn look<T: Serialize>(
    services: &Services,
    caller: &Caller,
    id: String,
    headers: &HeaderMap,
    look: impl FnOnce(&MeetingId, &MeetingSnapshot) -> Result<T, Problem>,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    caller.in_meeting(&id)?;
    let snapshot = services.hub.meeting(&id).await?.borrow().clone();
    let seen = look(&id, &snapshot)?;
    let conference = &snapshot.conference;
    let waiting = match *services.hub.ledger_health().borrow() {
        LedgerHealth::Well => 0,
        LedgerHealth::Failing { waiting, .. } => waiting + 1,
    };
    let tag = format!(
        "\"{}-{}-{}-{}-{}-{}\"",
        conference.plan().version,
        conference.last_seq(),
        snapshot.recorded_through,
        waiting,
        *services.hub.line_news().borrow(),
        caller.actor.to_string().len()
    );
    Ok(tagged(headers, &tag, &seen))
}

/// Where the meeting stands: all of it for administrators and hosts, what is public and its own room for a point.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/state", tag = "conduct", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = MeetingState), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn get_state(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    look(&services, &caller, id, &headers, |_, snapshot| Ok(state(&services, &caller, snapshot))).await
}

/// The roll call, of the whole meeting or, for a point, of its own room.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/roll-call", tag = "conduct", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = RollView), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn roll_call(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    look(&services, &caller, id, &headers, |_, snapshot| match &caller.actor {
        actor if Conference::sees_all(actor) => Ok(snapshot.conference.roll_view(None)),
        Actor::Seat(Place::Point(point)) => Ok(snapshot.conference.roll_view(Some(point))),
        _ => Err(Problem::NotPermitted),
    })
    .await
}

/// The lines of every place.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/lines", tag = "conduct", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = Vec<LineView>), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn lines(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    look(&services, &caller, id, &headers, |id, snapshot| {
        caller.runs(id)?;
        Ok(snapshot.conference.line_views())
    })
    .await
}

/// What everybody in the meeting may know: phase, floor with its log, agenda, votes, quorum.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/public", tag = "conduct", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = PublicView), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn public(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    look(&services, &caller, id, &headers, |_, snapshot| Ok(snapshot.conference.public_view(false))).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The number of the last event that is known.
    #[serde(default)]
    after: u64,
    /// 1 to 1000.
    #[serde(default = "some_events")]
    limit: u32,
}

fn some_events() -> u32 {
    500
}

/// The ledger's events in order, for administrators and hosts. Only what is on disk.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/events", tag = "ledger", params(("id" = String, Path), EventsQuery),
    security(("token" = [])), responses((status = 200, body = Vec<Event>), (status = 401), (status = 403), (status = 404)))]
pub async fn events(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<EventsQuery>,
) -> Result<axum::Json<Vec<Event>>, Problem> {
    let id = meeting_id(id)?;
    caller.runs(&id)?;
    Ok(axum::Json(services.records.events_after(&id, query.after, query.limit.clamp(1, 1_000)).await?))
}
