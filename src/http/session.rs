//! Administrators sign in: a name and a password become a cookie that no script can read, and the cookie becomes access
//! tokens of ten minutes. The interface itself takes tokens alone, so a foreign page that makes a browser send the cookie
//! along gains nothing by it; it is `SameSite=Strict` besides.

use std::time::{Duration, Instant};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, COOKIE, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Services,
    access::{Caller, Role, TOKEN_TTL_MS},
    client::ClientAddress,
    meetings::read,
    password::{MIN_PASSWORD_CHARS, Password},
    problem::Problem,
};
use crate::{
    clock::{self, Timestamp},
    ids::MeetingId,
    meeting::Actor,
    records::CodeOwner,
    signalling::token::{Claims, Grants, Permission},
};

const COOKIE_NAME: &str = "diemcau-session";
/// The only addresses that the browser sends the cookie to.
const COOKIE_PATH: &str = "/api/v1/admin";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    name: String,
    password: String,
}

/// An administrator who is signed in. The token is for the page; the cookie that came with it brings the next one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    token: String,
    name: String,
    expires_at: Timestamp,
}

/// Signs an administrator in.
#[utoipa::path(post, path = "/api/v1/admin/session", tag = "access", request_body = SignIn,
    responses((status = 200, body = Session), (status = 403), (status = 429)))]
pub async fn sign_in(
    State(services): State<Services>,
    ClientAddress(client): ClientAddress,
    body: Bytes,
) -> Result<Response, Problem> {
    let SignIn { name, password } = read(&body)?;
    let password = Password::typed(&password)?;
    let now = Instant::now();
    services.wrong_codes.take(client, now)?;
    let account = services.records.account(&name).await?;
    if let Some(account) = &account {
        // From however many addresses: a password is guessed one try after the other.
        services.wrong_passwords.take(account.name.clone(), now)?;
    }
    let kept = account.as_ref().and_then(|account| account.password.clone());
    if !services.passwords.is_right(password, kept).await? {
        return Err(Problem::WrongPassword);
    }
    let name = account.ok_or(Problem::WrongPassword)?.name;
    services.wrong_codes.give_back(client);
    services.wrong_passwords.give_back(name.clone());
    signed_in(&services, name).await
}

/// A fresh token for the administrator whose cookie this is.
#[utoipa::path(post, path = "/api/v1/admin/session/token", tag = "access",
    responses((status = 200, body = Session), (status = 401)))]
pub async fn renew(State(services): State<Services>, headers: HeaderMap) -> Result<Response, Problem> {
    let secret = cookie(&headers).ok_or(Problem::SignedOut)?;
    let name = services.records.administration().renew_session(secret, clock::now()).await?;
    Ok(no_store(token(&services, name.ok_or(Problem::SignedOut)?)?))
}

/// Signs the administrator out in this browser.
#[utoipa::path(delete, path = "/api/v1/admin/session", tag = "access", responses((status = 204)))]
pub async fn sign_out(State(services): State<Services>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(secret) = cookie(&headers) {
        services.records.administration().end_session(secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, set_cookie(&services, "", Some(0)))]).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WelcomeRequest {
    /// Of a one-time link.
    code: String,
}

/// Whose password a one-time link sets.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// None for the first administrator, who chooses a name.
    name: Option<String>,
    /// The fewest characters of a password.
    min_password_chars: usize,
}

/// Tells whose password a one-time link sets. The link is not used up by it.
#[utoipa::path(post, path = "/api/v1/admin/welcome", tag = "access", request_body = WelcomeRequest,
    responses((status = 200, body = Welcome), (status = 404), (status = 429)))]
pub async fn welcome(
    State(services): State<Services>,
    ClientAddress(client): ClientAddress,
    body: Bytes,
) -> Result<Response, Problem> {
    let WelcomeRequest { code } = read(&body)?;
    services.wrong_codes.take(client, Instant::now())?;
    let owner = services.records.code_owner(&code).await?.ok_or(Problem::UsedLink)?;
    services.wrong_codes.give_back(client);
    let name = match owner {
        CodeOwner::First => None,
        CodeOwner::Named(name) => Some(name),
    };
    Ok(no_store(Welcome { name, min_password_chars: MIN_PASSWORD_CHARS }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstPassword {
    /// Of a one-time link, which is used up.
    code: String,
    /// The name that the first administrator chooses; of no meaning for others.
    #[serde(default)]
    name: Option<String>,
    /// At least 10 characters; there is no other rule.
    password: String,
}

/// Sets the password by a one-time link, and signs the administrator in here and out everywhere else.
#[utoipa::path(post, path = "/api/v1/admin/password", tag = "access", request_body = FirstPassword,
    responses((status = 200, body = Session), (status = 404), (status = 409), (status = 422), (status = 429)))]
pub async fn set_password(
    State(services): State<Services>,
    ClientAddress(client): ClientAddress,
    body: Bytes,
) -> Result<Response, Problem> {
    let FirstPassword { code, name, password } = read(&body)?;
    let password = Password::new(&password)?;
    services.wrong_codes.take(client, Instant::now())?;
    // Only whoever has a link makes the server hash.
    services.records.code_owner(&code).await?.ok_or(Problem::UsedLink)?;
    let hashed = services.passwords.hash(password).await?;
    let settled = services.records.administration().settle(&code, name.as_deref(), &hashed, clock::now()).await?;
    let name = settled.ok_or(Problem::UsedLink)?;
    services.wrong_codes.give_back(client);
    tracing::info!("an administrator set a password by a one-time link");
    signed_in(&services, name).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    old: String,
    /// At least 10 characters; there is no other rule.
    new: String,
}

/// Changes the password, and signs the administrator out everywhere but here.
#[utoipa::path(put, path = "/api/v1/admin/password", tag = "access", request_body = NewPassword, security(("token" = [])),
    responses((status = 200, body = Session), (status = 401), (status = 403), (status = 422), (status = 429)))]
pub async fn change_password(
    State(services): State<Services>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Problem> {
    let NewPassword { old, new } = read(&body)?;
    let name = caller.person().ok_or(Problem::NotPermitted)?.to_owned();
    let (old, new) = (Password::typed(&old)?, Password::new(&new)?);
    services.wrong_passwords.take(name.clone(), Instant::now())?;
    let account = services.records.account(&name).await?.ok_or(Problem::NotPermitted)?;
    if !services.passwords.is_right(old, account.password).await? {
        return Err(Problem::WrongPassword);
    }
    services.wrong_passwords.give_back(name.clone());
    let hashed = services.passwords.hash(new).await?;
    services.records.administration().set_password(&name, &hashed, clock::now()).await?;
    signed_in(&services, name).await
}

async fn signed_in(services: &Services, name: String) -> Result<Response, Problem> {
    let secret = services.records.administration().open_session(&name, clock::now()).await?;
    let head = [(SET_COOKIE, set_cookie(services, &secret, None))];
    Ok((head, no_store(token(services, name)?)).into_response())
}

/// An access token for an administrator.
fn token(services: &Services, name: String) -> Result<Session, Problem> {
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
    Ok(Session { token, name, expires_at: now.plus_millis(ttl_ms) })
}

fn no_store(body: impl Serialize) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Gone when the browser is closed: many sit at one machine.
fn set_cookie(services: &Services, secret: &str, max_age_s: Option<u32>) -> HeaderValue {
    let secure = if services.public_url.starts_with("https:") { "; Secure" } else { "" };
    let age = max_age_s.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
    let cookie = format!("{COOKIE_NAME}={secret}; Path={COOKIE_PATH}; HttpOnly; SameSite=Strict{secure}{age}");
    HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == COOKIE_NAME && !value.is_empty()).map(|(_, value)| value)
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
