//! The administrators, for one another: listed, invited by one-time links, revoked.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Services, access::Caller, meetings::read, problem::Problem};
use crate::{clock, records::Administrator};

/// Every administrator there is and was.
#[utoipa::path(get, path = "/api/v1/administrators", operation_id = "list_administrators", tag = "access", security(("token" = [])),
    responses((status = 200, body = Vec<Administrator>), (status = 401), (status = 403)))]
pub async fn list(State(services): State<Services>, caller: Caller) -> Result<Json<Vec<Administrator>>, Problem> {
    caller.administers()?;
    Ok(Json(services.records.administrators().await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdministrator {
    /// 1 to 64 bytes; they sign in with it.
    name: String,
}

/// A link by which an administrator sets a password, once. It is shown this one time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OneTimeLink {
    name: String,
    code: String,
    link: String,
}

/// Makes an administrator, with a one-time link for the password.
#[utoipa::path(post, path = "/api/v1/administrators", tag = "access", request_body = NewAdministrator, security(("token" = [])),
    responses((status = 201, body = OneTimeLink), (status = 401), (status = 403), (status = 409), (status = 422)))]
pub async fn add(State(services): State<Services>, caller: Caller, body: Bytes) -> Result<Response, Problem> {
    caller.administers()?;
    let NewAdministrator { name } = read(&body)?;
    let code = services.records.administration().add(&name, clock::now()).await?;
    Ok(link(&services, name, code))
}

/// Gives an administrator a new one-time link: the password was forgotten. The old one works until the link is used.
#[utoipa::path(post, path = "/api/v1/administrators/{name}/link", tag = "access", params(("name" = String, Path)),
    security(("token" = [])),
    responses((status = 201, body = OneTimeLink), (status = 401), (status = 403), (status = 404)))]
pub async fn reset(
    State(services): State<Services>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let code = services.records.administration().reset(&name).await?.ok_or(Problem::NotFound)?;
    Ok(link(&services, name, code))
}

/// Takes an administrator's right away, at once. The last one who can sign in stays.
#[utoipa::path(delete, path = "/api/v1/administrators/{name}", operation_id = "revoke_administrator", tag = "access", params(("name" = String, Path)),
    security(("token" = [])),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn revoke(
    State(services): State<Services>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.administers()?;
    let all = services.records.administrators().await?;
    let mut others = all.iter().filter(|other| other.revoked_at.is_none() && other.password_at.is_some());
    if !others.any(|other| other.name != name) {
        return Err(Problem::LastAdministrator);
    }
    let revoked = services.records.administration().revoke(&name, clock::now()).await?;
    if revoked { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound) }
}

fn link(services: &Services, name: String, code: String) -> Response {
    let link = format!("{}/a#{code}", services.public_url);
    (StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(OneTimeLink { name, code, link })).into_response()
}
