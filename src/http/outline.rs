//! What everybody in a meeting may know of its plan: who meets, where in the tree, led by whom.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Services,
    access::Caller,
    meetings::{meeting_id, tagged},
    problem::Problem,
};
use crate::{
    clock::Timestamp,
    ids::{MeetingId, PointId},
    meeting::{Meeting, Microphones, Person, Point},
};

/// The plan without its delegates.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outline {
    id: MeetingId,
    number: String,
    title: String,
    zone: String,
    starts_at: Timestamp,
    hub: PointId,
    /// Without their telephones.
    chair: Option<Person>,
    secretary: Option<Person>,
    /// On duty for all: with the telephone.
    technician: Option<Person>,
    /// Parents before children.
    points: Vec<Point>,
    microphones: Microphones,
}

impl Outline {
    fn of(meeting: &Meeting) -> Outline {
        let named = |person: &Option<Person>| person.clone().map(|person| Person { phone: String::new(), ..person });
        Outline {
            id: meeting.id.clone(),
            number: meeting.number.clone(),
            title: meeting.title.clone(),
            zone: meeting.zone.clone(),
            starts_at: meeting.starts_at,
            hub: meeting.hub.clone(),
            chair: named(&meeting.officers.chair),
            secretary: named(&meeting.officers.secretary),
            technician: meeting.officers.technician.clone(),
            points: meeting.points.clone(),
            microphones: meeting.rules.microphones,
        }
    }
}

/// What everybody in the meeting may know of its plan. The ETag is the plan's version.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/outline", tag = "conduct", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = Outline), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn outline(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    caller.in_meeting(&id)?;
    let snapshot = services.hub.meeting(&id).await?.borrow().clone();
    let conference = &snapshot.conference;
    let tag = format!("\"outline-{}\"", conference.plan().version);
    Ok(tagged(&headers, &tag, &Outline::of(conference.meeting())))
}
