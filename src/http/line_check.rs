//! A line check against this very server: two tokens for a room of the caller's own, to send from one and receive by the other.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::{Services, access::Caller, meetings::meeting_id, problem::Problem};
use crate::{
    clock,
    ids::{Identity, RoomName, random_text},
    meeting::Actor,
    signalling::{
        proto::TrackSource,
        token::{Claims, Grants, Permission, TokenError},
    },
};

/// Long enough to connect.
const TOKEN_TTL: Duration = Duration::from_secs(60);
/// One seat may begin this many in this time, and all together so many: each costs the server what a point in the hall does.
const PERIOD: Duration = Duration::from_secs(60);
const CHECKS_EACH: usize = 6;
const CHECKS: usize = 600;

/// The checks that were begun lately, by seat.
#[derive(Default)]
pub struct LineChecks(Mutex<HashMap<String, Vec<Instant>>>);

impl LineChecks {
    /// Notes a check.
    ///
    /// # Errors
    /// [`Problem::TooManyTries`] with the time until the next one may begin.
    fn begin(&self, scope: String, now: Instant) -> Result<(), Problem> {
        // The map is never left half changed.
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.retain(|_, times| {
            times.retain(|begun| now.duration_since(*begun) < PERIOD);
            !times.is_empty()
        });
        let all: usize = begun.values().map(Vec::len).sum();
        let own = begun.get(&scope).map_or(&[][..], Vec::as_slice);
        let oldest = if own.len() >= CHECKS_EACH { own.first().copied() } else { None };
        let oldest = oldest.or_else(|| begun.values().flatten().min().copied().filter(|_| all >= CHECKS));
        if let Some(oldest) = oldest {
            let rest = PERIOD.saturating_sub(now.duration_since(oldest));
            return Err(Problem::TooManyTries { retry_after_s: rest.as_secs() + 1 });
        }
        begun.entry(scope).or_default().push(now);
        Ok(())
    }
}

/// A room for one line check.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckRoom {
    /// May publish camera and microphone, and receives nothing.
    sender: String,
    /// Receives, and publishes nothing.
    receiver: String,
    expires_in_s: u64,
}

/// Opens a room in which a seat tries its line against the server: the two tokens are for two connections of the same device.
/// What it measures it tells by `report-line`.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/line-check", tag = "conduct", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = CheckRoom), (status = 401), (status = 403), (status = 429)))]
pub async fn line_check(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<CheckRoom>, Problem> {
    let id = meeting_id(id)?;
    caller.in_meeting(&id)?;
    if !matches!(&caller.actor, Actor::Seat(_)) {
        return Err(Problem::NotPermitted);
    }
    services.line_checks.begin(caller.scope(), Instant::now())?;
    let room = format!("line-check-{}", random_text(20));
    let token = |identity, permission| {
        token(&services, &room, identity, permission).map_err(|error| {
            tracing::error!(%error, meeting = %id, "a token for a line check cannot be made");
            Problem::Unavailable
        })
    };
    let sends = Permission {
        can_subscribe: false,
        can_publish_data: false,
        sources: vec![TrackSource::Camera, TrackSource::Microphone],
        ..Permission::default()
    };
    let receives = Permission { can_publish: false, can_publish_data: false, ..Permission::default() };
    Ok(Json(CheckRoom {
        sender: token("sender", sends)?,
        receiver: token("receiver", receives)?,
        expires_in_s: TOKEN_TTL.as_secs(),
    }))
}

fn token(services: &Services, room: &str, identity: &str, participant: Permission) -> Result<String, TokenError> {
    let now = clock::now();
    let room = RoomName::try_from(room.to_owned()).map_err(|_| TokenError::Malformed)?;
    let claims = Claims {
        api_key: services.link_key.to_string(),
        identity: Some(Identity::try_from(identity.to_owned()).map_err(|_| TokenError::Malformed)?),
        name: String::new(),
        metadata: String::new(),
        attributes: Default::default(),
        device: None,
        grants: Grants { room_join: true, room: Some(room), participant, ..Grants::default() },
        expires_at: now,
    };
    services.keys.mint(&claims, now, TOKEN_TTL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_tries_a_few_times_a_minute_and_does_not_keep_others_from_it() {
        let (checks, start) = (LineChecks::default(), Instant::now());
        let begin = |seat: &str, after_s| checks.begin(seat.to_owned(), start + Duration::from_secs(after_s));
        for _ in 0..CHECKS_EACH {
            assert_eq!(begin("m/point:071", 0), Ok(()));
        }
        assert_eq!(begin("m/point:071", 10), Err(Problem::TooManyTries { retry_after_s: 51 }));
        assert_eq!(begin("m/point:072", 10), Ok(()));
        assert_eq!(begin("m/point:071", 60), Ok(()));
    }

    #[test]
    fn all_together_have_a_limit_too() {
        let (checks, start) = (LineChecks::default(), Instant::now());
        for seat in 0..CHECKS {
            assert_eq!(checks.begin(format!("m/point:{seat}"), start), Ok(()));
        }
        assert_eq!(checks.begin("m/hub".to_owned(), start), Err(Problem::TooManyTries { retry_after_s: 61 }));
    }
}
