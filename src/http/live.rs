//! The live view: server-sent events with the meeting as its caller sees it, and with whatever changes in it.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json,
    extract::{FromRequestParts, Path, Query, State},
    http::request::Parts,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream::unfold};
use json_patch::{Patch, diff};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::{sync::watch, time::Instant};
use utoipa::{IntoParams, ToSchema};

use super::{Services, access::Caller, conduct::Standing, meetings::meeting_id, problem::Problem};
use crate::{
    clock,
    hub::MeetingSnapshot,
    ids::{MeetingId, random_text},
    meeting::{Actor, Conference, OwnPart},
    records::LedgerHealth,
};

/// Between two views at the least: ten in a second are enough for eyes.
const PACE: Duration = Duration::from_millis(100);
/// How often a stream with nothing to tell says that it is there: a browser cannot see a line that was cut.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// A ticket is good for one stream, begun within this time.
const TICKET_TTL: Duration = Duration::from_secs(30);
/// Streams that one seat, and that all together may have open.
const STREAMS_EACH: usize = 8;
const STREAMS: usize = 4_000;
const TICKETS: usize = 4_000;

/// The streams that are open, and the tickets for the next ones.
#[derive(Default)]
pub struct Streams(Mutex<Open>);

#[derive(Default)]
struct Open {
    streams: HashMap<String, usize>,
    tickets: HashMap<String, (Caller, MeetingId, Instant)>,
}

/// A stream's place among the open ones, free again when it is dropped.
struct StreamPlace {
    streams: Arc<Streams>,
    scope: String,
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, Open> {
        // The maps are never left half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self: &Arc<Self>, scope: String) -> Result<StreamPlace, Problem> {
        let mut open = self.lock();
        let all: usize = open.streams.values().sum();
        let own = open.streams.entry(scope.clone()).or_default();
        if *own >= STREAMS_EACH || all >= STREAMS {
            return Err(Problem::TooManyStreams);
        }
        *own += 1;
        Ok(StreamPlace { streams: self.clone(), scope })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        if let Some(count) = open.streams.get_mut(&self.scope) {
            *count -= 1;
            if *count == 0 {
                open.streams.remove(&self.scope);
            }
        }
    }
}

/// A ticket for one stream, for clients that cannot send headers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    ticket: String,
    expires_in_s: u64,
}

/// Gives out a ticket for the live view: good once, within 30 s. Browsers' `EventSource` cannot send a token.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/live-ticket", tag = "conduct", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = Ticket), (status = 401), (status = 403)))]
pub async fn ticket(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Ticket>, Problem> {
    let id = meeting_id(id)?;
    caller.in_meeting(&id)?;
    let ticket = random_text(32);
    let mut open = services.streams.lock();
    let now = Instant::now();
    open.tickets.retain(|_, (_, _, until)| *until > now);
    if open.tickets.len() >= TICKETS {
        return Err(Problem::TooManyStreams);
    }
    open.tickets.insert(ticket.clone(), (caller, id, now + TICKET_TTL));
    Ok(Json(Ticket { ticket, expires_in_s: TICKET_TTL.as_secs() }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LiveQuery {
    /// In the place of a token.
    ticket: Option<String>,
}

/// Whoever watches: by a token, or by a ticket for this meeting.
pub struct Watcher(Caller);

impl FromRequestParts<Services> for Watcher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let Query(LiveQuery { ticket }) = Query::try_from_uri(&parts.uri).map_err(|_| Problem::Malformed)?;
        let Some(ticket) = ticket else {
            return Caller::from_request_parts(parts, services).await.map(Watcher);
        };
        let found = services.streams.lock().tickets.remove(&ticket);
        let (caller, meeting, until) = found.ok_or(Problem::Token)?;
        let this = parts.uri.path().split('/').nth(4).is_some_and(|id| id == urlencoded(&meeting));
        if until > Instant::now() && this { Ok(Watcher(caller)) } else { Err(Problem::Token) }
    }
}

fn urlencoded(meeting: &MeetingId) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    meeting.as_str().bytes().fold(String::new(), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte))
        } else {
            text.push_str(&format!("%{byte:02X}"))
        }
        text
    })
}

/// The meeting as its caller may see it: one event named `state`, a `MeetingState`, then, whenever that has changed, one
/// named `patch`, a JSON Patch (RFC 6902) that makes the newer state of the one before; and one named `alive` where nothing changes for ten seconds. Their id is the number of the
/// last ledger event. It ends with the token; the client then begins anew with a fresh one.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/live", tag = "conduct", params(("id" = String, Path), LiveQuery),
    security(("token" = [])),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 401), (status = 403), (status = 429)))]
pub async fn live(
    State(services): State<Services>,
    Watcher(caller): Watcher,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    caller.in_meeting(&id)?;
    let place = services.streams.take(caller.scope())?;
    let snapshot = services.hub.meeting(&id).await?;
    let rest = Duration::from_millis(caller.expires_at.millis_since(clock::now()));
    let watching = Watching {
        health: services.hub.ledger_health(),
        lines: services.hub.line_news(),
        services,
        caller,
        snapshot,
        ends_at: Instant::now() + rest,
        next_at: Instant::now(),
        shown: None,
        _place: place,
    };
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE).event(Event::default().event("alive").data("1"));
    Ok(Sse::new(views(watching)).keep_alive(keep_alive).into_response())
}

struct Watching {
    services: Services,
    caller: Caller,
    snapshot: watch::Receiver<Arc<MeetingSnapshot>>,
    health: watch::Receiver<LedgerHealth>,
    lines: watch::Receiver<u64>,
    ends_at: Instant,
    next_at: Instant,
    shown: Option<Shown>,
    _place: StreamPlace,
}

fn views(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(watching, |mut watching| async move {
        if watching.shown.is_some() {
            tokio::select! {
                changed = watching.snapshot.changed() => changed.ok()?,
                changed = watching.health.changed() => changed.ok()?,
                changed = watching.lines.changed(), if Conference::sees_all(&watching.caller.actor) => changed.ok()?,
                () = tokio::time::sleep_until(watching.ends_at) => return None,
            }
            tokio::time::sleep_until(watching.next_at).await;
        }
        watching.next_at = Instant::now() + PACE;
        watching.health.mark_unchanged();
        watching.lines.mark_unchanged();
        let snapshot = watching.snapshot.borrow_and_update().clone();
        let seen = Shown::of(&watching.services, &watching.caller, &snapshot);
        let event = Event::default().id(snapshot.conference.last_seq().to_string());
        let event = match &watching.shown {
            None => event.event("state").json_data(seen.whole()),
            Some(before) => event.event("patch").json_data(before.patch_to(&seen)),
        };
        watching.shown = Some(seen);
        Some((Ok(event.ok()?), watching))
    })
}

/// What a stream has shown: one object in two parts that have no key in common. The first is the same for many streams.
struct Shown {
    common: Arc<Value>,
    own: Value,
}

/// The second part.
#[derive(Serialize)]
struct Own {
    view: &'static str,
    #[serde(flatten)]
    part: Option<OwnPart>,
    #[serde(flatten)]
    standing: Standing,
}

impl Shown {
    /// The same as [`state`](super::conduct::state).
    fn of(services: &Services, caller: &Caller, snapshot: &MeetingSnapshot) -> Shown {
        let standing = Standing::of(services, caller, snapshot);
        let (common, own) = match &caller.actor {
            Actor::Seat(place) if !place.is_host() => {
                let part = Some(snapshot.conference.own_part(place));
                (snapshot.public_json(), Own { view: "own", part, standing })
            }
            _ => (snapshot.host_json(), Own { view: "host", part: None, standing }),
        };
        Shown { common, own: serde_json::to_value(own).unwrap_or_default() }
    }

    fn whole(&self) -> Map<String, Value> {
        let parts = [self.common.as_object(), self.own.as_object()];
        parts.into_iter().flatten().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    fn patch_to(&self, newer: &Shown) -> Patch {
        let Patch(mut operations) = diff(&self.common, &newer.common);
        operations.extend(diff(&self.own, &newer.own).0);
        Patch(operations)
    }
}
