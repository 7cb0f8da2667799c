//! How the meetings of the same body went before this one, in numbers.

use axum::{
    Json,
    extract::{Path, State},
};

use super::{Services, access::Caller, meetings::meeting_id, problem::Problem};
use crate::{
    clock,
    report::{Glance, Report},
};

/// Enough for a year of meetings every two months.
const MOST: usize = 6;

/// The last meetings that were led from the same hub and are closed, in their numbers, the last one first: six at most, and
/// nobody's name. They are for whoever runs this meeting: attendance is compared by unit, person by person it is not.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/earlier", tag = "papers", params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = Vec<Glance>), (status = 401), (status = 403), (status = 404), (status = 503)))]
pub async fn earlier(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<Glance>>, Problem> {
    let id = meeting_id(id)?;
    caller.runs(&id)?;
    let meeting = services.records.meeting(&id).await?.ok_or(Problem::UnknownMeeting)?;
    let reader = services.records.reader();
    let mut glances = Vec::new();
    for earlier in reader.earlier(&meeting, MOST).await? {
        let Some(source) = reader.report_source(&earlier).await? else { continue };
        // A few at a time, as papers are drawn.
        let permit = services.papers.clone().acquire_owned().await.map_err(|_| Problem::Unavailable)?;
        let drawn = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            Report::draw(&source, clock::now()).map(|report| report.glance())
        });
        match drawn.await.map_err(|_| Problem::Unavailable)? {
            Ok(glance) => glances.push(glance),
            // One that cannot be told must not hide the others.
            Err(error) => tracing::error!(%error, meeting = %earlier, "no report can be drawn from the ledger"),
        }
    }
    Ok(Json(glances))
}
