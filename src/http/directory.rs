//! The directory of the authority: its units and delegates, read by page, changed by hand, chosen for a meeting.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG},
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Services,
    access::Caller,
    meetings::{etag, expected_version, read, tagged},
    once::once,
    problem::Problem,
};
use crate::{
    clock,
    directory::{
        self, Delegate, DelegateFilter, DelegateView, Directory, Edit, EditRefusal, Kind, LevelCount, Selection,
        SelectionRequest, UnitFilter, UnitView,
    },
    ids::{DelegateId, PointId},
    meeting::{Actor, Point},
    records::{Author, DirectoryChange, DirectoryError, MAX_DIRECTORY_CHANGES},
};

/// The most units or delegates on one page.
const MAX_PAGE: usize = 1_000;
/// As many without being asked for more.
const USUAL_PAGE: usize = 200;

/// What the directory holds. The ETag is its revision, which every change of it moves on.
#[derive(Serialize, ToSchema)]
pub struct DirectorySummary {
    revision: u32,
    /// In use.
    units: usize,
    /// In use.
    delegates: usize,
    levels: Vec<LevelCount>,
}

/// How much the directory holds, and at which revision it is.
#[utoipa::path(get, path = "/api/v1/directory", tag = "directory", security(("token" = [])),
    responses((status = 200, body = DirectorySummary), (status = 304), (status = 401), (status = 403)))]
pub async fn summary(
    State(services): State<Services>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.administers()?;
    let directory = services.records.directory().read().await?;
    let (units, delegates) = directory.size();
    let revision = directory.revision();
    let summary = DirectorySummary { revision, units, delegates, levels: directory.levels() };
    Ok(tagged(&headers, &etag(revision), &summary))
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct UnitQuery {
    /// This unit and all below it.
    under: Option<PointId>,
    /// So many tiers below that unit, or below the roots; 1 with `under` gives its children, after itself.
    depth: Option<usize>,
    /// Of this level only.
    level: Option<String>,
    /// Beginnings of words of the name or of the code; without diacritics too.
    #[serde(default)]
    search: String,
    /// With those that are retired.
    #[serde(default)]
    retired: bool,
    /// `next` of the page before.
    after: Option<PointId>,
    /// 1 to 1000, by default 200.
    limit: Option<usize>,
}

/// A page of units, each with what is below it right behind it.
#[derive(Serialize, ToSchema)]
pub struct UnitList {
    revision: u32,
    units: Vec<UnitView>,
    /// On all pages.
    total: usize,
    /// What to send as `after` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<PointId>,
}

/// The units in the order of the tree.
#[utoipa::path(get, path = "/api/v1/directory/units", tag = "directory", params(UnitQuery), security(("token" = [])),
    responses((status = 200, body = UnitList), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn units(
    State(services): State<Services>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<UnitQuery>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let UnitQuery { under, depth, level, search, retired, after, limit } = query;
    let directory = services.records.directory().read().await?;
    let filter = UnitFilter { under, depth, level, search, retired };
    let found = directory.find_units(&filter, after.as_ref(), page_size(limit)).ok_or(Problem::NotFound)?;
    let next = found.page.last().filter(|_| found.has_more).map(|last| last.unit.id.clone());
    let revision = directory.revision();
    Ok(tagged(&headers, &etag(revision), &UnitList { revision, units: found.page, total: found.total, next }))
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct DelegateQuery {
    /// Of this unit.
    unit: Option<PointId>,
    /// And of the units below it.
    #[serde(default)]
    below: bool,
    /// Beginnings of words of the name, the title, the unit's name, or of the id; without diacritics too.
    #[serde(default)]
    search: String,
    /// With those that are retired.
    #[serde(default)]
    retired: bool,
    /// `next` of the page before.
    after: Option<DelegateId>,
    /// 1 to 1000, by default 200.
    limit: Option<usize>,
}

/// A page of delegates, in the order of their units.
#[derive(Serialize, ToSchema)]
pub struct DelegateList {
    revision: u32,
    delegates: Vec<DelegateView>,
    /// On all pages.
    total: usize,
    /// What to send as `after` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<DelegateId>,
}

/// The delegates of a unit, of a subtree, or of all.
#[utoipa::path(get, path = "/api/v1/directory/delegates", tag = "directory", params(DelegateQuery),
    security(("token" = [])),
    responses((status = 200, body = DelegateList), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn delegates(
    State(services): State<Services>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<DelegateQuery>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let DelegateQuery { unit, below, search, retired, after, limit } = query;
    let directory = services.records.directory().read().await?;
    let filter = DelegateFilter { unit, below, search, retired };
    let found = directory.find_delegates(&filter, after.as_ref(), page_size(limit)).ok_or(Problem::NotFound)?;
    let next = found.page.last().filter(|_| found.has_more).map(|last| last.delegate.id.clone());
    let revision = directory.revision();
    Ok(tagged(&headers, &etag(revision), &DelegateList { revision, delegates: found.page, total: found.total, next }))
}

/// One unit. The ETag is the revision of the directory.
#[utoipa::path(get, path = "/api/v1/directory/units/{id}", tag = "directory", params(("id" = String, Path)),
    security(("token" = [])),
    responses((status = 200, body = UnitView), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn unit(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.administers()?;
    let directory = services.records.directory().read().await?;
    let view = unit_view(&directory, &known(id)?)?;
    Ok(tagged(&headers, &etag(directory.revision()), &view))
}

/// One delegate. The ETag is the revision of the directory.
#[utoipa::path(get, path = "/api/v1/directory/delegates/{id}", tag = "directory", params(("id" = String, Path)),
    security(("token" = [])),
    responses((status = 200, body = DelegateView), (status = 304), (status = 401), (status = 403), (status = 404)))]
pub async fn delegate(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.administers()?;
    let directory = services.records.directory().read().await?;
    let view = delegate_view(&directory, &known(id)?)?;
    Ok(tagged(&headers, &etag(directory.revision()), &view))
}

/// A unit after a change.
#[derive(Serialize, ToSchema)]
pub struct SavedUnit {
    /// Of the directory, for the next `If-Match`.
    revision: u32,
    unit: UnitView,
}

/// A delegate after a change.
#[derive(Serialize, ToSchema)]
pub struct SavedDelegate {
    /// Of the directory, for the next `If-Match`.
    revision: u32,
    delegate: DelegateView,
}

/// Adds a unit, behind those with the same parent.
#[utoipa::path(post, path = "/api/v1/directory/units", tag = "directory", request_body = Point, security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = SavedUnit), (status = 401), (status = 403), (status = 409), (status = 422)))]
pub async fn add_unit(
    State(services): State<Services>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    caller.administers()?;
    let unit: Point = read(&body)?;
    once(&services, &caller, &headers, &[b"directory/units", &body], async {
        Ok((StatusCode::CREATED, save_unit(&services, &caller, None, Edit::AddUnit(unit.clone()), &unit.id).await?))
    })
    .await
}

/// Changes a unit, or brings a retired one back. `If-Match` names the directory's revision that was read.
#[utoipa::path(put, path = "/api/v1/directory/units/{id}", tag = "directory", request_body = Point,
    security(("token" = [])), params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = SavedUnit), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 422), (status = 428)))]
pub async fn put_unit(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    caller.administers()?;
    let expected = expected_version(&headers)?;
    let unit: Point = read(&body)?;
    if unit.id.as_str() != id {
        return Err(Problem::Malformed);
    }
    let id = unit.id.clone();
    let saved = save_unit(&services, &caller, Some(expected), Edit::PutUnit(unit), &id).await?;
    Ok(([(ETAG, etag(saved.revision))], Json(saved)).into_response())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RetireQuery {
    /// With all units below it, and the delegates of all of them.
    #[serde(default)]
    below: bool,
}

/// Retires a unit: it is not invited any more, and stays for the meetings that name it. The ETag is the new revision.
#[utoipa::path(delete, path = "/api/v1/directory/units/{id}", tag = "directory", security(("token" = [])),
    params(("id" = String, Path), RetireQuery, ("If-Match" = String, Header)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 428)))]
pub async fn retire_unit(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    Query(RetireQuery { below }): Query<RetireQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let edit = Edit::RetireUnit { id: known(id)?, below };
    retire(&services, &caller, &headers, &edit).await
}

/// A delegate to be added.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDelegate {
    /// Made by the server when it is missing.
    #[serde(default)]
    id: Option<DelegateId>,
    name: String,
    #[serde(default)]
    title: String,
    unit: PointId,
    /// The point in whose room the delegate usually sits; the unit's own when it is missing.
    #[serde(default)]
    point: Option<PointId>,
}

/// Adds a delegate, behind those of the same unit.
#[utoipa::path(post, path = "/api/v1/directory/delegates", tag = "directory", request_body = NewDelegate,
    security(("token" = [])), params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = SavedDelegate), (status = 401), (status = 403), (status = 409), (status = 422)))]
pub async fn add_delegate(
    State(services): State<Services>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    caller.administers()?;
    let NewDelegate { id, name, title, unit, point } = read(&body)?;
    let id = id.unwrap_or_else(DelegateId::random);
    let edit = Edit::AddDelegate(Delegate { id: id.clone(), name, title, unit, point });
    once(&services, &caller, &headers, &[b"directory/delegates", &body], async {
        Ok((StatusCode::CREATED, save_delegate(&services, &caller, None, edit, &id).await?))
    })
    .await
}

/// Changes a delegate, or brings a retired one back. `If-Match` names the directory's revision that was read.
#[utoipa::path(put, path = "/api/v1/directory/delegates/{id}", tag = "directory", request_body = Delegate,
    security(("token" = [])), params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = SavedDelegate), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 422), (status = 428)))]
pub async fn put_delegate(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    caller.administers()?;
    let expected = expected_version(&headers)?;
    let delegate: Delegate = read(&body)?;
    if delegate.id.as_str() != id {
        return Err(Problem::Malformed);
    }
    let id = delegate.id.clone();
    let saved = save_delegate(&services, &caller, Some(expected), Edit::PutDelegate(delegate), &id).await?;
    Ok(([(ETAG, etag(saved.revision))], Json(saved)).into_response())
}

/// Retires a delegate: not invited any more, and kept for the meetings that name them. The ETag is the new revision.
#[utoipa::path(delete, path = "/api/v1/directory/delegates/{id}", tag = "directory", security(("token" = [])),
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 412), (status = 428)))]
pub async fn retire_delegate(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    retire(&services, &caller, &headers, &Edit::RetireDelegate(known(id)?)).await
}

/// The points and the expected delegates for a meeting's plan, from whole subtrees of the directory. Changes nothing.
#[utoipa::path(post, path = "/api/v1/directory/selection", tag = "directory", request_body = SelectionRequest,
    security(("token" = [])),
    responses((status = 200, body = Selection), (status = 401), (status = 403), (status = 422)))]
pub async fn select(State(services): State<Services>, caller: Caller, body: Bytes) -> Result<Json<Selection>, Problem> {
    caller.administers()?;
    let request: SelectionRequest = read(&body)?;
    let directory = services.records.directory().read().await?;
    directory.select(&request).map(Json).map_err(Problem::Selection)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// Those before this revision.
    before: Option<u32>,
    /// 1 to 200.
    limit: Option<u32>,
}

/// Who changed the directory when, the newest first.
#[utoipa::path(get, path = "/api/v1/directory/changes", tag = "directory", params(ChangesQuery),
    security(("token" = [])), responses((status = 200, body = Vec<DirectoryChange>), (status = 401), (status = 403)))]
pub async fn changes(
    State(services): State<Services>,
    caller: Caller,
    Query(ChangesQuery { before, limit }): Query<ChangesQuery>,
) -> Result<Json<Vec<DirectoryChange>>, Problem> {
    caller.administers()?;
    let limit = limit.unwrap_or(MAX_DIRECTORY_CHANGES);
    Ok(Json(services.records.directory().changes(before, limit).await?))
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    #[default]
    Csv,
    Xlsx,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// CSV when it is missing. A spreadsheet that opens CSV drops the zeros that codes begin with; a workbook keeps them.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// The units in use, or the delegates, as a file that is read back without a change.
#[utoipa::path(get, path = "/api/v1/directory/export/{kind}", tag = "directory", security(("token" = [])),
    params(("kind" = Kind, Path), ExportQuery),
    responses((status = 200, content((super::directory_import::File = "text/csv"),
        (super::directory_import::File = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 401), (status = 403), (status = 404)))]
pub async fn export(
    State(services): State<Services>,
    caller: Caller,
    Path(kind): Path<String>,
    Query(ExportQuery { format }): Query<ExportQuery>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let kind = Kind::of(&kind).ok_or(Problem::NotFound)?;
    let directory = services.records.directory().read().await?;
    let now = clock::now();
    let written = tokio::task::spawn_blocking(move || match format {
        Format::Csv => directory::csv(&directory, kind),
        Format::Xlsx => directory::workbook(&directory, kind, now),
    });
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "the directory cannot be written");
        Problem::Unavailable
    };
    let document = written.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    let (content_type, extension) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    let disposition = format!("attachment; filename=\"{}.{extension}\"", kind.as_str());
    let head = [(CONTENT_TYPE, content_type), (CONTENT_DISPOSITION, disposition.as_str()), (CACHE_CONTROL, "no-store")];
    Ok((head, document).into_response())
}

async fn save_unit(
    services: &Services,
    caller: &Caller,
    expected: Option<u32>,
    edit: Edit,
    id: &PointId,
) -> Result<SavedUnit, Problem> {
    let after = services.records.directory().edit(&edit, expected, author(caller)).await?;
    Ok(SavedUnit { revision: after.revision(), unit: unit_view(&after, id)? })
}

async fn save_delegate(
    services: &Services,
    caller: &Caller,
    expected: Option<u32>,
    edit: Edit,
    id: &DelegateId,
) -> Result<SavedDelegate, Problem> {
    let after = services.records.directory().edit(&edit, expected, author(caller)).await?;
    Ok(SavedDelegate { revision: after.revision(), delegate: delegate_view(&after, id)? })
}

async fn retire(services: &Services, caller: &Caller, headers: &HeaderMap, edit: &Edit) -> Result<Response, Problem> {
    caller.administers()?;
    let expected = expected_version(headers)?;
    let after = services.records.directory().edit(edit, Some(expected), author(caller)).await?;
    Ok((StatusCode::NO_CONTENT, [(ETAG, etag(after.revision()))]).into_response())
}

fn unit_view(directory: &Directory, id: &PointId) -> Result<UnitView, Problem> {
    directory.unit(id).map(|unit| directory.unit_view(unit)).ok_or(Problem::NotFound)
}

fn delegate_view(directory: &Directory, id: &DelegateId) -> Result<DelegateView, Problem> {
    directory.delegate(id).map(|delegate| directory.delegate_view(delegate)).ok_or(Problem::NotFound)
}

fn known<Id: TryFrom<String>>(text: String) -> Result<Id, Problem> {
    Id::try_from(text).map_err(|_| Problem::NotFound)
}

fn page_size(limit: Option<usize>) -> usize {
    limit.unwrap_or(USUAL_PAGE).clamp(1, MAX_PAGE)
}

/// In whose name the directory is changed.
pub fn author(caller: &Caller) -> Author<'_> {
    let name = match &caller.actor {
        Actor::Administrator(name) => name,
        _ => "",
    };
    Author { name, at: clock::now() }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Problem {
        match error {
            DirectoryError::Records(error) => error.into(),
            DirectoryError::Conflict { .. } => Problem::Stale,
            DirectoryError::Refused(EditRefusal::Unknown { .. }) => Problem::NotFound,
            DirectoryError::Refused(refusal) => Problem::Directory(refusal),
            DirectoryError::Faults(faults) => Problem::Faults(faults.into()),
        }
    }
}
