//! Self check-in: a delegate says on their own phone, through the point's QR code, that they are here. The clerk confirms.

use std::time::Instant;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Services, client::ClientAddress, meetings::read, problem::Problem};
use crate::{
    ids::{DelegateId, MeetingId, PointId},
    meeting::{Actor, Command, Place},
    records::Opening,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInRequest {
    /// The point's check-in code.
    code: String,
    /// Who is here; absent to read the list.
    #[serde(default)]
    delegate: Option<DelegateId>,
}

/// The delegates expected in the room, for one of them to find themselves.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckInList {
    title: String,
    point: String,
    delegates: Vec<CheckInEntry>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckInEntry {
    id: DelegateId,
    name: String,
    title: String,
    checked_in: bool,
}

/// Lists the delegates expected at the code's point or, with `delegate`, notes that this one says to be here. That is
/// no presence yet: the clerk confirms it.
#[utoipa::path(post, path = "/api/v1/check-in", tag = "access", request_body = CheckInRequest,
    responses((status = 200, body = CheckInList), (status = 404), (status = 409), (status = 429)))]
pub async fn check_in(
    State(services): State<Services>,
    ClientAddress(client): ClientAddress,
    body: Bytes,
) -> Result<Response, Problem> {
    let CheckInRequest { code, delegate } = read(&body)?;
    services.wrong_codes.take(client, Instant::now())?;
    let Some(Opening::CheckIn { meeting, point }) = services.records.redeem(&code).await? else {
        return Err(Problem::UnknownCode);
    };
    services.wrong_codes.give_back(client);
    if let Some(delegate) = delegate {
        let expected = list(&services, &meeting, &point).await?.delegates;
        if !expected.iter().any(|entry| entry.id == delegate) {
            return Err(Problem::Refused(crate::meeting::Refusal::UnknownDelegate { delegate }));
        }
        let actor = Actor::Seat(Place::Delegate(delegate.clone()));
        services.hub.command(&meeting, actor, Command::CheckIn { delegate }).await?;
    }
    let list = list(&services, &meeting, &point).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(list)).into_response())
}

async fn list(services: &Services, meeting: &MeetingId, point: &PointId) -> Result<CheckInList, Problem> {
    let snapshot = services.hub.meeting(meeting).await?.borrow().clone();
    let (conference, plan) = (&snapshot.conference, snapshot.conference.meeting());
    let here = plan.delegates.iter().filter(|delegate| delegate.point == *point);
    let entry = |delegate: &crate::meeting::Delegate| CheckInEntry {
        checked_in: conference.roll().checked_in(&delegate.id).is_some(),
        id: delegate.id.clone(),
        name: delegate.name.clone(),
        title: delegate.title.clone(),
    };
    let name = plan.point(point).map(|point| point.name.clone()).unwrap_or_default();
    Ok(CheckInList { title: plan.title.clone(), point: name, delegates: here.map(entry).collect() })
}
