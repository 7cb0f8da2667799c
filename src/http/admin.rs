//! Administrators: a code that is theirs alone becomes a token for setting meetings up.

use std::time::{Duration, Instant};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Services,
    access::{Caller, Role, TOKEN_TTL_MS},
    client::ClientAddress,
    meetings::read,
    problem::Problem,
};
use crate::{
    clock::{self, Timestamp},
    ids::MeetingId,
    meeting::Actor,
    signalling::token::{Claims, Grants, Permission},
};

#[derive(Deserialize, ToSchema)]
pub struct SessionRequest {
    /// As `diemcau admin add` showed it.
    code: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    token: String,
    name: String,
    expires_at: Timestamp,
}

/// Exchanges an administrator's code for an access token of ten minutes.
#[utoipa::path(post, path = "/api/v1/admin/session", tag = "access", request_body = SessionRequest,
    responses((status = 200, body = Session), (status = 404), (status = 429)))]
pub async fn session(
    State(services): State<Services>,
    ClientAddress(client): ClientAddress,
    body: Bytes,
) -> Result<Response, Problem> {
    let SessionRequest { code } = read(&body)?;
    let wait = |wait: super::throttle::Wait| Problem::TooManyTries { retry_after_s: wait.retry_after_s };
    services.wrong_codes.take(client, Instant::now()).map_err(wait)?;
    let name = services.records.redeem_administrator(&code).await?.ok_or(Problem::UnknownCode)?;
    services.wrong_codes.give_back(client);
    let (now, ttl) = (clock::now(), Duration::from_millis(TOKEN_TTL_MS));
    let claims = Claims {
        api_key: services.link_key.to_string(),
        identity: None,
        name: name.clone(),
        metadata: String::new(),
        attributes: Default::default(),
        device: None,
        grants: Grants {
            room_create: true,
            room_list: true,
            room_admin: true,
            participant: Permission {
                can_publish: false,
                can_subscribe: false,
                can_publish_data: false,
                ..Default::default()
            },
            ..Default::default()
        },
        expires_at: now,
    };
    let token = services.keys.mint(&claims, now, ttl).map_err(|error| {
        tracing::error!(%error, "a token cannot be made");
        Problem::Unavailable
    })?;
    let ttl_ms = i64::try_from(TOKEN_TTL_MS).unwrap_or(i64::MAX);
    let session = Session { token, name, expires_at: now.plus_millis(ttl_ms) };
    Ok(([(CACHE_CONTROL, "no-store")], Json(session)).into_response())
}

/// Who the bearer of a token is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Myself {
    actor: Actor,
    role: Role,
    meeting: Option<MeetingId>,
    expires_at: Timestamp,
}

/// Who the bearer of this token is, and what for.
#[utoipa::path(get, path = "/api/v1/me", tag = "access", security(("token" = [])),
    responses((status = 200, body = Myself), (status = 401)))]
pub async fn me(caller: Caller) -> Json<Myself> {
    let (role, meeting, expires_at) = (caller.role(), caller.meeting.clone(), caller.expires_at);
    Json(Myself { actor: caller.actor, role, meeting, expires_at })
}
