//! The directory of the authority as it is kept: read whole, changed by whoever has read the newest revision, with a note
//! of every change.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde::Serialize;
use sqlx::{Any, AnyPool, AssertSqlSafe, Row as _, Transaction, any::AnyRow};
use thiserror::Error;
use utoipa::ToSchema;

use super::{
    Reader, Records, RecordsError,
    database::{Database, Store},
    lock,
};
use crate::{
    clock::Timestamp,
    directory::{
        ChangeCounts, Delegate, Directory, Edit, EditRefusal, Entry, Faults, Import, Kind, Proposal, Row, Sheet,
    },
    ids::PointId,
    meeting::Point,
};

/// How often a change by hand that names no revision is tried again when another one came before it.
const TRIES: usize = 5;
/// With seven columns, well below the most parameters that a statement takes in either database.
const ROWS_AT_A_TIME: usize = 500;
/// The longest name of a file that is noted, in bytes.
const MAX_FILE_NAME: usize = 255;
/// The most changes on one page of the journal.
pub const MAX_DIRECTORY_CHANGES: u32 = 200;

/// The directory in its database; works while a server runs on it, and while none does.
#[derive(Clone)]
pub struct DirectoryStore {
    database: Database,
    writing: AnyPool,
    reader: Reader,
}

/// The newest directory that was read; readers share it until the revision moves on.
#[derive(Clone, Default)]
pub(super) struct Newest(Arc<Mutex<Option<Arc<Directory>>>>);

/// Who changes the directory, and when.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    pub name: &'a str,
    pub at: Timestamp,
}

/// Why the directory stays as it is.
#[derive(Debug, Error)]
pub enum DirectoryError {
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error("the directory was changed meanwhile: it is at revision {found}, and not at {expected}")]
    Conflict { expected: u32, found: u32 },
    #[error(transparent)]
    Refused(#[from] EditRefusal),
    #[error(transparent)]
    Faults(#[from] Faults),
}

/// A change of the directory, as it was noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryChange {
    /// The revision that it made.
    pub revision: u32,
    pub at: Timestamp,
    /// The administrator's name, the API key's name, or `command line`.
    pub by: String,
    pub of: Kind,
    /// The one that was changed by hand; none for a file.
    pub subject: Option<String>,
    pub file_name: String,
    pub added: u32,
    pub changed: u32,
    pub restored: u32,
    pub retired: u32,
}

/// What is noted with a change.
struct Note<'a> {
    author: Author<'a>,
    of: Kind,
    subject: Option<String>,
    file_name: &'a str,
    counts: ChangeCounts,
}

impl Records {
    /// The directory, which outlives the meetings.
    pub fn directory(&self) -> DirectoryStore {
        let shared = &self.0;
        DirectoryStore {
            database: shared.database.clone(),
            writing: shared.writing.clone(),
            reader: shared.reader.clone(),
        }
    }
}

impl DirectoryStore {
    /// Opens the database that a server made.
    ///
    /// # Errors
    /// When there is none, or when its schema is older or newer than this program's.
    pub async fn open(store: Store) -> Result<DirectoryStore, RecordsError> {
        let database = Database::of(&store);
        let reader = Reader::of(&database).await?;
        Ok(DirectoryStore { writing: database.writing()?, reader, database })
    }

    /// See [`Reader::directory`].
    pub async fn read(&self) -> Result<Arc<Directory>, RecordsError> {
        self.reader.directory().await
    }

    /// The directory, if it is still at the revision that somebody has read.
    pub async fn at(&self, expected: Option<u32>) -> Result<Arc<Directory>, DirectoryError> {
        let directory = self.read().await?;
        match expected.filter(|expected| *expected != directory.revision()) {
            Some(expected) => Err(DirectoryError::Conflict { expected, found: directory.revision() }),
            None => Ok(directory),
        }
    }

    /// What a file would change.
    ///
    /// # Errors
    /// [`DirectoryError::Faults`] with everything that is wrong with it.
    pub async fn preview(&self, sheet: Sheet, import: Import) -> Result<Proposal, DirectoryError> {
        Ok(self.propose(None, sheet, import).await?.1)
    }

    /// Takes a file, all of it or nothing.
    ///
    /// # Errors
    /// [`DirectoryError::Faults`] with everything that is wrong with it, and [`DirectoryError::Conflict`] when the
    /// directory is not, or no longer, at the revision `expected`.
    pub async fn import(
        &self,
        sheet: Sheet,
        import: Import,
        expected: Option<u32>,
        author: Author<'_>,
        file_name: &str,
    ) -> Result<Proposal, DirectoryError> {
        let (before, proposal) = self.propose(expected, sheet, import).await?;
        if !proposal.is_nothing() {
            let note = Note { author, of: proposal.kind, subject: None, file_name, counts: proposal.counts };
            self.apply(&before, &proposal.after, &note).await?;
        }
        Ok(proposal)
    }

    /// Puts a sample into a directory that has never held anything; any other stays as it is.
    pub(super) async fn found(&self, sample: &Directory, now: Timestamp) -> Result<(), DirectoryError> {
        let before = self.read().await?;
        if before.revision() > 0 {
            return Ok(());
        }
        let author = Author { name: "sample", at: now };
        let counts = before.changes_to(sample);
        self.apply(&before, sample, &Note { author, of: Kind::Units, subject: None, file_name: "", counts }).await
    }

    /// Makes a change by hand and returns the directory after it.
    ///
    /// # Errors
    /// [`DirectoryError::Refused`], and [`DirectoryError::Conflict`] when the directory is not, or no longer, at the
    /// revision `expected`.
    pub async fn edit(
        &self,
        edit: &Edit,
        expected: Option<u32>,
        author: Author<'_>,
    ) -> Result<Arc<Directory>, DirectoryError> {
        let (of, subject) = edit.subject();
        let mut tries = if expected.is_some() { 1 } else { TRIES };
        loop {
            let before = self.at(expected).await?;
            let after = Arc::new(before.edited(edit, author.at)?);
            let counts = before.changes_to(&after);
            if counts.is_none() {
                return Ok(before);
            }
            let note = Note { author, of, subject: Some(subject.clone()), file_name: "", counts };
            tries -= 1;
            match self.apply(&before, &after, &note).await {
                Err(DirectoryError::Conflict { .. }) if tries > 0 => {}
                applied => return applied.map(|()| after),
            }
        }
    }

    /// The last changes before a revision, the newest first.
    pub async fn changes(&self, before: Option<u32>, limit: u32) -> Result<Vec<DirectoryChange>, RecordsError> {
        let rows = sqlx::query(
            "SELECT revision, at_ms, by_whom, of_what, subject, file_name, added, changed, restored, retired
             FROM directory_changes WHERE revision < $1 ORDER BY revision DESC LIMIT $2",
        )
        .bind(before.map_or(i64::MAX, i64::from))
        .bind(i64::from(limit.clamp(1, MAX_DIRECTORY_CHANGES)))
        .fetch_all(self.reader.pool())
        .await?;
        rows.iter().map(change).collect()
    }

    pub async fn close(&self) {
        self.writing.close().await;
        self.reader.close().await;
    }

    async fn propose(
        &self,
        expected: Option<u32>,
        sheet: Sheet,
        import: Import,
    ) -> Result<(Arc<Directory>, Proposal), DirectoryError> {
        let before = self.at(expected).await?;
        let compared = tokio::task::spawn_blocking({
            let before = before.clone();
            move || before.import(&sheet, &import)
        });
        let proposal = compared.await.map_err(|_| RecordsError::Closed)??;
        Ok((before, proposal))
    }

    /// Writes what is different, if the directory is still as it was before.
    async fn apply(&self, before: &Directory, after: &Directory, note: &Note<'_>) -> Result<(), DirectoryError> {
        let units = different(before.units(), after.units());
        let delegates = different(before.delegates(), after.delegates());
        // From here on the ledger waits.
        let mut transaction = self.database.begin_in(&self.writing).await.map_err(RecordsError::from)?;
        let moved = sqlx::query("UPDATE directory SET revision = $1 WHERE revision = $2")
            .bind(i64::from(after.revision()))
            .bind(i64::from(before.revision()))
            .execute(&mut *transaction)
            .await
            .map_err(RecordsError::from)?;
        if moved.rows_affected() == 0 {
            let found = revision(&mut *transaction).await?;
            return Err(DirectoryError::Conflict { expected: before.revision(), found });
        }
        write_units(&mut transaction, &units).await?;
        write_delegates(&mut transaction, &delegates).await?;
        write_note(&mut transaction, after.revision(), note).await?;
        transaction.commit().await.map_err(RecordsError::from)?;
        Ok(())
    }
}

impl Reader {
    /// The directory as it is now.
    pub async fn directory(&self) -> Result<Arc<Directory>, RecordsError> {
        let known = lock(&self.newest().0).clone();
        let is_now = revision(self.pool()).await?;
        if let Some(known) = known.filter(|known| known.revision() == is_now) {
            return Ok(known);
        }
        let mut transaction = self.snapshot().await?;
        let revision = revision(&mut *transaction).await?;
        let units =
            sqlx::query("SELECT id, parent, level, name, room, retired_at_ms FROM units ORDER BY parent, position, id")
                .fetch_all(&mut *transaction)
                .await?;
        let delegates = sqlx::query(
            "SELECT id, name, title, unit, point, retired_at_ms FROM delegates ORDER BY unit, position, id",
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.rollback().await?;
        let units = units.iter().map(unit).collect::<Result<_, _>>()?;
        let delegates = delegates.iter().map(delegate).collect::<Result<_, _>>()?;
        let put_in_order = move || Arc::new(Directory::new(revision, units, delegates));
        let directory = tokio::task::spawn_blocking(put_in_order).await.map_err(|_| RecordsError::Closed)?;
        let mut newest = lock(&self.newest().0);
        if newest.as_ref().is_none_or(|newest| newest.revision() < revision) {
            *newest = Some(directory.clone());
        }
        Ok(directory)
    }
}

async fn revision<'e>(from: impl sqlx::Executor<'e, Database = Any>) -> Result<u32, RecordsError> {
    let revision: i64 = sqlx::query_scalar("SELECT revision FROM directory").fetch_one(from).await?;
    u32::try_from(revision).map_err(|_| damaged("directory", format!("revision {revision}")))
}

/// Where each entry stands among those within the same.
fn positions<R: Row>(entries: &[Entry<R>]) -> impl Iterator<Item = (&Entry<R>, i64)> {
    let mut next: HashMap<Option<&PointId>, i64> = HashMap::new();
    entries.iter().map(move |entry| {
        let position = next.entry(entry.row.within()).or_default();
        *position += 1;
        (entry, *position)
    })
}

/// The entries of a list that are not so in an earlier one, each with its position.
fn different<'a, R: Row>(before: &[Entry<R>], after: &'a [Entry<R>]) -> Vec<(&'a Entry<R>, i64)> {
    let earlier: HashMap<_, _> =
        positions(before).map(|(entry, position)| (entry.row.id(), (entry, position))).collect();
    let is_different = |(entry, position): &(&Entry<R>, i64)| {
        earlier
            .get(entry.row.id())
            .is_none_or(|(was, stood)| was.row != entry.row || was.retired_at != entry.retired_at || stood != position)
    };
    positions(after).filter(is_different).collect()
}

async fn write_units(
    transaction: &mut Transaction<'_, Any>,
    units: &[(&Entry<Point>, i64)],
) -> Result<(), RecordsError> {
    for rows in units.chunks(ROWS_AT_A_TIME) {
        let statement = put("units", ["id", "parent", "level", "name", "room"], rows.len());
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for (Entry { row: Point { id, parent, level, name, room }, retired_at }, position) in rows {
            let parent = parent.as_ref().map(PointId::as_str);
            query = query.bind(id.as_str()).bind(parent).bind(level).bind(name).bind(room);
            query = query.bind(position).bind(retired_at.map(Timestamp::as_millis));
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

async fn write_delegates(
    transaction: &mut Transaction<'_, Any>,
    delegates: &[(&Entry<Delegate>, i64)],
) -> Result<(), RecordsError> {
    for rows in delegates.chunks(ROWS_AT_A_TIME) {
        let statement = put("delegates", ["id", "name", "title", "unit", "point"], rows.len());
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for (Entry { row: Delegate { id, name, title, unit, point }, retired_at }, position) in rows {
            let point = point.as_ref().map(PointId::as_str);
            query = query.bind(id.as_str()).bind(name).bind(title).bind(unit.as_str()).bind(point);
            query = query.bind(position).bind(retired_at.map(Timestamp::as_millis));
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

async fn write_note(
    transaction: &mut Transaction<'_, Any>,
    revision: u32,
    note: &Note<'_>,
) -> Result<(), RecordsError> {
    let Note { author, of, subject, file_name, counts } = note;
    let ChangeCounts { added, changed, restored, retired, .. } = *counts;
    sqlx::query(
        "INSERT INTO directory_changes
         (revision, at_ms, by_whom, of_what, subject, file_name, added, changed, restored, retired)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(i64::from(revision))
    .bind(author.at.as_millis())
    .bind(author.name.replace('\0', " "))
    .bind(of.as_str())
    .bind(subject)
    .bind(noted(file_name))
    .bind(i64::from(added))
    .bind(i64::from(changed))
    .bind(i64::from(restored))
    .bind(i64::from(retired))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// A statement that puts so many rows into a table, over those with the same ids: many at a time, since the ledger waits
/// until all of them are written.
fn put(table: &str, columns: [&str; 5], rows: usize) -> String {
    let columns: Vec<&str> = columns.into_iter().chain(["position", "retired_at_ms"]).collect();
    let row = |row: usize| {
        let places: Vec<String> =
            (1..=columns.len()).map(|place| format!("${}", row * columns.len() + place)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let over: Vec<String> = columns.iter().skip(1).map(|column| format!("{column} = excluded.{column}")).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES {} ON CONFLICT (id) DO UPDATE SET {}",
        columns.join(", "),
        rows.join(", "),
        over.join(", ")
    )
}

/// The name of a file for the journal, without what no database keeps.
fn noted(file_name: &str) -> String {
    let name: String = file_name.chars().filter(|c| !c.is_control()).collect();
    name.get(..name.floor_char_boundary(MAX_FILE_NAME)).unwrap_or_default().to_owned()
}

fn unit(row: &AnyRow) -> Result<Entry<Point>, RecordsError> {
    let parent: Option<String> = row.try_get("parent")?;
    let row_of = Point {
        id: id(row, "id", "units")?,
        parent: parent.map(|parent| parent.try_into().map_err(RecordsError::damaged("units"))).transpose()?,
        level: row.try_get("level")?,
        name: row.try_get("name")?,
        room: row.try_get("room")?,
    };
    Ok(Entry { row: row_of, retired_at: retired_at(row)? })
}

fn delegate(row: &AnyRow) -> Result<Entry<Delegate>, RecordsError> {
    let point: Option<String> = row.try_get("point")?;
    let row_of = Delegate {
        id: row.try_get::<String, _>("id")?.try_into().map_err(RecordsError::damaged("delegates"))?,
        name: row.try_get("name")?,
        title: row.try_get("title")?,
        unit: id(row, "unit", "delegates")?,
        point: point.map(|point| point.try_into().map_err(RecordsError::damaged("delegates"))).transpose()?,
    };
    Ok(Entry { row: row_of, retired_at: retired_at(row)? })
}

fn id(row: &AnyRow, column: &str, place: &'static str) -> Result<PointId, RecordsError> {
    row.try_get::<String, _>(column)?.try_into().map_err(RecordsError::damaged(place))
}

fn retired_at(row: &AnyRow) -> Result<Option<Timestamp>, RecordsError> {
    Ok(row.try_get::<Option<i64>, _>("retired_at_ms")?.map(Timestamp::from_millis))
}

fn change(row: &AnyRow) -> Result<DirectoryChange, RecordsError> {
    let number = |column: &'static str| {
        let number: i64 = row.try_get(column)?;
        u32::try_from(number).map_err(|_| damaged("directory_changes", format!("{column} is {number}")))
    };
    let of: String = row.try_get("of_what")?;
    Ok(DirectoryChange {
        revision: number("revision")?,
        at: Timestamp::from_millis(row.try_get("at_ms")?),
        by: row.try_get("by_whom")?,
        of: Kind::of(&of).ok_or_else(|| damaged("directory_changes", of))?,
        subject: row.try_get("subject")?,
        file_name: row.try_get("file_name")?,
        added: number("added")?,
        changed: number("changed")?,
        restored: number("restored")?,
        retired: number("retired")?,
    })
}

fn damaged(place: &'static str, reason: String) -> RecordsError {
    RecordsError::Damaged { place, reason }
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
