//! The papers of a meeting: which there are, and each of them as a file, whole for the hosts, an extract for a point.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Services, access::Caller, language::Language, ledger, meetings::meeting_id, problem::Problem};
use crate::{
    clock,
    ids::{MeetingId, PointId},
    meeting::{Actor, Conference, Place},
    papers::{self, FileName, Format, Options, Paper, PaperError, PrintedPaper, TableName},
    report::{Report, ReportError},
};

/// What can be had as a file; the whole ledger is not drawn from the report.
const LEDGER: &str = "ledger";

/// A paper that can be had.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaperInfo {
    /// The last part of its address.
    format: &'static str,
    /// What it is, in the language that was asked for.
    title: String,
    media_type: &'static str,
    extension: &'static str,
    /// The tables that can be had one by one, with `table`.
    tables: Vec<TableInfo>,
    /// The printed papers that there are in this format, with `paper`; the first is had without it.
    printed: Vec<PrintedInfo>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrintedInfo {
    paper: PrintedPaper,
    title: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TableInfo {
    table: TableName,
    title: &'static str,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PaperQuery {
    /// One table alone, of a format of tables.
    table: Option<TableName>,
    /// Which printed paper, of a format of these; the minutes without it.
    paper: Option<PrintedPaper>,
    /// Without it the language is chosen by `Accept-Language`.
    lang: Option<Language>,
    /// The paper and its signature together in a ZIP file. `diemcau verify --paper` checks it.
    #[serde(default)]
    sign: bool,
    /// For hosts: the extract that this point gets.
    point: Option<PointId>,
}

/// Which papers there are for the caller.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/papers", operation_id = "list_papers", tag = "papers",
    params(("id" = String, Path), PaperQuery), security(("token" = [])),
    responses((status = 200, body = Vec<PaperInfo>), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn list(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    query: Result<Query<PaperQuery>, QueryRejection>,
    accepted: Language,
) -> Result<Json<Vec<PaperInfo>>, Problem> {
    let id = meeting_id(id)?;
    caller.in_meeting(&id)?;
    if matches!(caller.actor, Actor::Seat(Place::Observer(_))) {
        return Err(Problem::NotPermitted);
    }
    let Query(query) = query.map_err(|_| Problem::Malformed)?;
    let language = query.lang.unwrap_or(accepted);
    services.records.plan(&id).await?.ok_or(Problem::UnknownMeeting)?;
    let info = |format: &Format| {
        let tables = if format.is_of_tables() { TableName::ALL } else { &[] };
        let title = |table: &TableName| TableInfo { table: *table, title: table.title(language) };
        let printed = if format.is_printed() { PrintedPaper::ALL.as_slice() } else { &[] };
        let printed_title = |paper: &PrintedPaper| PrintedInfo { paper: *paper, title: paper.title(language) };
        PaperInfo {
            format: format.name(),
            title: format.title(&Options { language, ..Options::default() }).to_owned(),
            printed: printed.iter().map(printed_title).collect(),
            media_type: format.media_type(None),
            extension: format.extension(None),
            tables: tables.iter().map(title).collect(),
        }
    };
    let mut papers: Vec<PaperInfo> = Format::ALL.iter().map(info).collect();
    if Conference::sees_all(&caller.actor) {
        papers.push(PaperInfo {
            format: LEDGER,
            title: papers::Word::Ledger.text(language).to_owned(),
            media_type: ledger::MEDIA_TYPE,
            extension: ledger::EXTENSION,
            tables: Vec::new(),
            printed: Vec::new(),
        });
    }
    Ok(Json(papers))
}

/// A paper as a file. Hosts and administrators get all of it, a point and a delegate an extract with the own rows.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/papers/{format}", tag = "papers",
    params(("id" = String, Path), ("format" = String, Path, description = "As the list of papers has it"), PaperQuery),
    security(("token" = [])),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 503)))]
pub async fn paper(
    State(services): State<Services>,
    caller: Caller,
    Path((id, format)): Path<(String, String)>,
    query: Result<Query<PaperQuery>, QueryRejection>,
    accepted: Language,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    caller.in_meeting(&id)?;
    let Query(query) = query.map_err(|_| Problem::Malformed)?;
    let language = query.lang.unwrap_or(accepted);
    if format == LEDGER {
        caller.runs(&id)?;
        if query.table.is_some() || query.paper.is_some() || query.point.is_some() || query.sign {
            // It is one file, of everything, and signs itself.
            return Err(Problem::Malformed);
        }
        return ledger::download(&services, &id).await;
    }
    let format: Format = format.parse().map_err(|_| Problem::NotFound)?;
    if (query.table.is_some() && !format.is_of_tables()) || (query.paper.is_some() && !format.is_printed()) {
        return Err(Problem::Malformed);
    }
    let place = extract_for(&caller, query.point)?;
    let source = services.records.reader().report_source(&id).await?.ok_or(Problem::UnknownMeeting)?;
    let now = clock::now();
    // A few at a time: each holds the whole meeting in memory, and a processor.
    let permit = services.papers.clone().acquire_owned().await.map_err(|_| Problem::Unavailable)?;
    let (records, stationeries) = (services.records.clone(), services.stationeries.clone());
    let drawn = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let mut report = Report::draw(&source, now).map_err(|error| unfit(&id, &error))?;
        if let Some(place) = place {
            report = report.for_place(&place).ok_or(Problem::NotPermitted)?;
        }
        let paper = query.paper.unwrap_or_default();
        let options = Options { language, table: query.table, paper, words: Some(&stationeries) };
        let paper = papers::render(&report, format, &options).map_err(|error| failed(&id, &error))?;
        if !query.sign {
            return Ok(paper);
        }
        let signature = records.sign(&paper.bytes);
        papers::with_signature(&report, &paper, &signature).map_err(|error| failed(&id, &error))
    });
    let Paper { name, media_type, bytes } = drawn.await.map_err(|_| Problem::Unavailable)??;
    Ok(file(&name, media_type, bytes))
}

/// The place whose extract is drawn; none for all of it.
fn extract_for(caller: &Caller, wanted: Option<PointId>) -> Result<Option<Place>, Problem> {
    match (&caller.actor, wanted.map(Place::Point)) {
        (actor, wanted) if Conference::sees_all(actor) => Ok(wanted),
        (Actor::Seat(own), wanted) if wanted.as_ref().is_none_or(|wanted| wanted == own) => Ok(Some(own.clone())),
        _ => Err(Problem::NotPermitted),
    }
}

/// A file that the browser keeps, and nobody on the way.
pub fn file(name: &FileName, media_type: &'static str, bytes: impl Into<axum::body::Body>) -> Response {
    let disposition = name.content_disposition();
    let head: [(HeaderName, &str); 3] =
        [(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, &disposition), (CACHE_CONTROL, "no-store")];
    (head, bytes.into()).into_response()
}

pub fn unfit(meeting: &MeetingId, error: &ReportError) -> Problem {
    tracing::error!(%error, %meeting, "no report can be drawn from the ledger");
    Problem::Unavailable
}

pub fn failed(meeting: &MeetingId, error: &PaperError) -> Problem {
    tracing::error!(%error, %meeting, "a paper cannot be drawn");
    Problem::Unavailable
}

/// The schema (JSON Schema 2020-12) of the paper `json`.
#[utoipa::path(get, path = "/api/v1/report.schema.json", tag = "papers",
    responses((status = 200, content_type = "application/schema+json", body = serde_json::Value)))]
pub async fn schema() -> Response {
    let head = [(CONTENT_TYPE, "application/schema+json"), (CACHE_CONTROL, "public, max-age=3600")];
    (head, papers::schema().to_string()).into_response()
}
