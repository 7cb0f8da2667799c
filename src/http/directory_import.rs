//! Lists of units and of delegates as files: what one would change, and the change itself.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State, rejection::BytesRejection},
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_DISPOSITION, ETAG},
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use super::{
    Services,
    access::Caller,
    directory::author,
    directory_words,
    faults::ImportProblem,
    language::Language,
    meetings::{etag, expected_version},
    once::once,
    problem::Problem,
};
use crate::{
    clock,
    directory::{Change, ChangeCounts, Import, Kind, Notice, Proposal, Sheet},
    ids::DelegateId,
};

/// The most changes that a preview lists one by one.
const MAX_CHANGES: usize = 2_000;

/// The bytes of a CSV file or of a workbook.
pub struct File;

impl PartialSchema for File {
    fn schema() -> RefOr<Schema> {
        let binary = ObjectBuilder::new().schema_type(Type::String).content_media_type("application/octet-stream");
        RefOr::T(binary.into())
    }
}

impl ToSchema for File {}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Whether what is not in the file is retired; otherwise it stays.
    #[serde(default)]
    replace: bool,
}

/// What a file changes in the directory.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Of the directory: before the change in a preview, after it otherwise.
    revision: u32,
    kind: Kind,
    counts: ChangeCounts,
    /// Whether what was there before comes in another order.
    reordered: bool,
    /// Headings of columns that were not read.
    ignored_columns: Vec<String>,
    /// What should be looked at; it is not wrong.
    notices: Vec<NoticeText>,
    /// One by one, in a preview only; at most 2000 of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Change>>,
}

/// Something in a file that should be looked at, with its facts for programs.
#[derive(Serialize, ToSchema)]
pub struct NoticeText {
    /// In the client's language.
    detail: String,
    #[serde(flatten)]
    notice: Notice,
}

/// What a file would change; nothing is changed. The ETag is the revision that it was compared with.
#[utoipa::path(post, path = "/api/v1/directory/import/{kind}/preview", tag = "directory", security(("token" = [])),
    params(("kind" = Kind, Path), ImportQuery),
    request_body(content = File, content_type = "application/octet-stream",
        description = "CSV in UTF-8 or an Excel workbook (.xlsx), up to 8 MiB"),
    responses((status = 200, body = ImportReport), (status = 401), (status = 403), (status = 404), (status = 413),
        (status = 422, body = ImportProblem, content_type = "application/problem+json")))]
pub async fn preview(
    State(services): State<Services>,
    caller: Caller,
    language: Language,
    Path(kind): Path<String>,
    Query(ImportQuery { replace }): Query<ImportQuery>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let sheet = sheet(&kind, body.map_err(|_| Problem::TooLarge)?).await?;
    let proposal = services.records.directory().preview(sheet, import(replace)).await?;
    let changes = proposal.changes.iter().take(MAX_CHANGES).cloned().collect();
    let revision = proposal.after.revision().saturating_sub(1);
    let report = ImportReport { changes: Some(changes), ..report(proposal, revision, language) };
    Ok(([(ETAG, etag(revision))], Json(report)).into_response())
}

/// Takes a file, all of it or nothing. `If-Match` names the revision that the preview was compared with; the name of the
/// file, for the journal, is taken from `Content-Disposition: attachment; filename*=UTF-8''…`.
#[utoipa::path(post, path = "/api/v1/directory/import/{kind}", tag = "directory", security(("token" = [])),
    params(("kind" = Kind, Path), ImportQuery, ("If-Match" = String, Header), ("Idempotency-Key" = Option<String>, Header),
        ("Content-Disposition" = Option<String>, Header)),
    request_body(content = File, content_type = "application/octet-stream",
        description = "CSV in UTF-8 or an Excel workbook (.xlsx), up to 8 MiB"),
    responses((status = 200, body = ImportReport), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 413), (status = 422, body = ImportProblem, content_type = "application/problem+json"), (status = 428)))]
pub async fn import_file(
    State(services): State<Services>,
    caller: Caller,
    language: Language,
    Path(kind): Path<String>,
    Query(ImportQuery { replace }): Query<ImportQuery>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let expected = expected_version(&headers)?;
    let body = body.map_err(|_| Problem::TooLarge)?;
    let name = file_name(&headers);
    let request: [&[u8]; 4] = [b"directory/import", kind.as_bytes(), &[u8::from(replace)], &body];
    once(&services, &caller, &headers, &request, async {
        let sheet = sheet(&kind, body.clone()).await?;
        let store = services.records.directory();
        let proposal = store.import(sheet, import(replace), Some(expected), author(&caller), &name).await?;
        let revision = if proposal.is_nothing() { expected } else { proposal.after.revision() };
        Ok((StatusCode::OK, report(proposal, revision, language)))
    })
    .await
}

fn import(replace: bool) -> Import {
    Import { replace, now: clock::now(), fresh: DelegateId::random }
}

/// Reads a file away from the threads that serve: a workbook may take its time.
async fn sheet(kind: &str, body: Bytes) -> Result<Sheet, Problem> {
    let kind = Kind::of(kind).ok_or(Problem::NotFound)?;
    let read = tokio::task::spawn_blocking(move || Sheet::read(kind, &body)).await;
    read.map_err(|_| Problem::Malformed)?.map_err(|faults| Problem::Faults(faults.into()))
}

fn report(proposal: Proposal, revision: u32, language: Language) -> ImportReport {
    let Proposal { kind, counts, reordered, ignored, notices, .. } = proposal;
    let told = |notice: Notice| NoticeText { detail: directory_words::notice(&notice, language), notice };
    let notices = notices.into_iter().map(told).collect();
    ImportReport { revision, kind, counts, reordered, ignored_columns: ignored, notices, changes: None }
}

/// The name of the file that was sent (RFC 6266); empty when the header says none.
fn file_name(headers: &HeaderMap) -> String {
    let header = headers.get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parameter = |name: &str| {
        let named = |part: &str| {
            let (key, value) = part.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        header.split(';').find_map(named)
    };
    let extended = parameter("filename*").and_then(|value| decoded(value.split_once("''")?.1));
    extended.or_else(|| parameter("filename").map(|name| name.trim_matches('"').to_owned())).unwrap_or_default()
}

/// Undoes the percent signs of a header's text (RFC 8187).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = after.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_read_in_both_spellings() {
        let name = |header: &str| file_name(&[(CONTENT_DISPOSITION, header.parse().unwrap())].into_iter().collect());
        assert_eq!(name("attachment; filename=\"units.csv\""), "units.csv");
        assert_eq!(
            name("attachment; filename=\"x\"; filename*=UTF-8''%C4%90%E1%BA%A1i%20bi%E1%BB%83u.xlsx"),
            "Đại biểu.xlsx"
        );
        assert_eq!(name("attachment; filename*=UTF-8''%zz; filename=a.csv"), "a.csv");
        assert_eq!(name("attachment; filename*=UTF-8''%f"), "");
        assert_eq!(file_name(&HeaderMap::new()), "");
    }
}
