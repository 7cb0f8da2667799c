//! `GET /api/v1/meetings/{id}/attendance.csv`: who was connected, for the host.

use axum::{
    extract::{Path, State},
    http::{
        HeaderMap, HeaderName,
        header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use super::{Services, problem::Problem};
use crate::{
    clock::{self, Timestamp},
    ids::MeetingId,
    meeting::{Attendance, Meeting},
    records::{self, RecordsError},
    signalling::token::{ApiKeys, Claims},
};

/// Who was connected when, for a spreadsheet: UTF-8 with a byte order mark.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/attendance.csv", tag = "ledger", params(("id" = String, Path)),
    security(("token" = [])),
    responses((status = 200, content_type = "text/csv", body = String), (status = 401), (status = 403), (status = 404)))]
pub async fn csv(
    State(services): State<Services>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = clock::now();
    let claims = bearer(&services.keys, &headers, now)?;
    let id = MeetingId::try_from(id).map_err(|_| Problem::UnknownMeeting)?;
    let unavailable = |error: RecordsError| {
        tracing::error!(%error, meeting = %id, "the attendance cannot be read");
        Problem::Unavailable
    };
    let meeting = services.records.meeting(&id).await.map_err(unavailable)?.ok_or(Problem::UnknownMeeting)?;
    if !leads(&claims, &meeting) {
        return Err(Problem::NotHost);
    }
    let events = services.records.events(&id).await.map_err(unavailable)?;
    let mut document = Vec::new();
    records::write_attendance_csv(&meeting, &Attendance::fold(&meeting, &events, now), &mut document).map_err(
        |error| {
            tracing::error!(%error, meeting = %id, "the attendance cannot be written");
            Problem::Unavailable
        },
    )?;
    let disposition = format!("attachment; filename=\"{}\"", file_name(&id));
    let headers: [(HeaderName, &str); 3] =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, &disposition), (CACHE_CONTROL, "no-store")];
    Ok((headers, document).into_response())
}

fn bearer(keys: &ApiKeys, headers: &HeaderMap, now: Timestamp) -> Result<Claims, Problem> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(Problem::Token)?;
    let (scheme, token) = header.split_once(' ').ok_or(Problem::Token)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::Token);
    }
    keys.verify(token.trim(), now).map_err(|_| Problem::Token)
}

/// Whether the token is for the host's seat of this meeting, or for the administration of its room.
fn leads(claims: &Claims, meeting: &Meeting) -> bool {
    let this_room = claims.grants.room.as_ref().is_some_and(|room| room.as_str() == meeting.id.as_str());
    let host = || claims.identity.as_ref().and_then(|identity| meeting.seat(identity)).map(|seat| seat.place);
    this_room && (claims.grants.room_admin || (claims.grants.room_join && host().is_some_and(|place| place.is_host())))
}

/// A plain file name: a meeting's id may hold any text.
fn file_name(id: &MeetingId) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' };
    format!("attendance-{}.csv", id.as_str().chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_nothing_in_it_that_a_header_or_a_file_system_reads() {
        let name = |id: &str| file_name(&id.parse().unwrap());
        assert_eq!(name("TQ-2021-10"), "attendance-TQ-2021-10.csv");
        assert_eq!(name("../\"họp\""), "attendance-____h_p_.csv");
    }
}
