//! The ledger for those who check it: its file, its head, its key.

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Services, access::Caller, language::Language, meetings::meeting_id, papers, problem::Problem};
use crate::{
    ids::MeetingId,
    ledger::{head::Head, line::Line},
    papers::{FileName, Word},
    records::RecordsError,
};

/// Where the ledger stands: the number and the hash of its last record.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/head", tag = "ledger", params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = Head), (status = 401), (status = 403), (status = 404)))]
pub async fn head(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Head>, Problem> {
    let id = meeting_id(id)?;
    caller.runs(&id)?;
    let head = services.records.head(&id).await?.ok_or(Problem::UnknownMeeting)?;
    let checkpoints = services.records.reader().checkpoints(&id).await?;
    let signed_through = checkpoints.iter().map(|checkpoint| checkpoint.seq).max().unwrap_or(0);
    let crate::records::Head { seq, at, hash } = head;
    Ok(Json(Head { node: services.records.node().clone(), seq, at, hash, signed_through }))
}

/// The whole ledger as JSON Lines, for `diemcau verify`; the format is described in `src/ledger/FORMAT.md`.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/ledger.jsonl", tag = "ledger", params(("id" = String, Path)),
    security(("token" = [])),
    responses((status = 200, content_type = "application/jsonl", body = String), (status = 401), (status = 403), (status = 404)))]
pub async fn file(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = meeting_id(id)?;
    caller.runs(&id)?;
    download(&services, &id).await
}

/// What the ledger's file is, and how its name ends.
pub const MEDIA_TYPE: &str = "application/jsonl";
pub const EXTENSION: &str = "jsonl";

/// The ledger of a meeting as a file.
pub async fn download(services: &Services, id: &MeetingId) -> Result<Response, Problem> {
    let (meeting, _) = services.records.plan(id).await?.ok_or(Problem::UnknownMeeting)?;
    let mut text = String::new();
    let write = |line: Line| {
        text.push_str(&line.write());
        text.push('\n');
        Ok::<(), RecordsError>(())
    };
    services.records.reader().each_ledger_line(id, services.records.public_key(), write).await?;
    let name = format!("{} - {}", Word::Ledger.text(Language::Vietnamese), meeting.title);
    Ok(papers::file(&FileName::new(&name, EXTENSION), MEDIA_TYPE, text))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerKey {
    /// Ed25519, 64 hexadecimal digits.
    public_key: String,
}

/// The key that signs the checkpoints. Whoever wants to rely on it keeps it from a time when nobody had a reason to lie.
#[utoipa::path(get, path = "/api/v1/ledger-key", tag = "ledger", responses((status = 200, body = LedgerKey)))]
pub async fn key(State(services): State<Services>) -> Json<LedgerKey> {
    Json(LedgerKey { public_key: services.records.public_key().to_string() })
}
