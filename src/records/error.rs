//! What can go wrong with the records, in words for the one who keeps them.

use std::{io, path::PathBuf, time::Duration};

use thiserror::Error;

use crate::{
    clock::Timestamp,
    ids::{InvalidId, MeetingId},
    meeting::{Place, PlanError},
    private::PrivateFileError,
};

#[derive(Debug, Error)]
pub enum RecordsError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("bringing the database up to date: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    #[error("{path}: {source}")]
    Directory { path: PathBuf, source: io::Error },
    #[error(transparent)]
    PrivateFile(#[from] PrivateFileError),
    #[error("{0} is no key that signs the ledger; put back the right file, or move it away to have a new key made")]
    LedgerKey(PathBuf),
    #[error(
        "the data directory {0} is in use by another server; end that one first, or give this one its own directory"
    )]
    InUse(PathBuf),
    #[error(
        "the PostgreSQL database is in use by another server; end that one first, or give this one its own database"
    )]
    DatabaseInUse,
    #[error(
        "the database has schema {found}, and this program knows schemas up to {known}: it was written by a newer \
         version of diemcau; start that version, or restore an older copy of the data directory"
    )]
    NewerSchema { found: i64, known: i64 },
    #[error(
        "the database has schema {found}, and reading it needs schema {known}: start the server once to bring it up to date"
    )]
    OlderSchema { found: i64, known: i64 },
    #[error(
        "the database was made by an unreleased version of diemcau, which this one does not read: begin with a new data \
         directory or an empty database"
    )]
    UnreleasedSchema,
    #[error("the database holds something already: the table {table} is not empty")]
    NotEmpty { table: String },
    #[error("the backup has other tables than the schema {schema} that it says it is of")]
    OtherTables { schema: i64 },
    #[error("row {row} of the table {table}: {error}")]
    Row { table: String, row: u64, error: sqlx::Error },
    #[error("the database holds something unreadable in {place}: {reason}")]
    Damaged { place: &'static str, reason: String },
    #[error("there is no meeting {0}")]
    UnknownMeeting(MeetingId),
    #[error("there is a meeting {0} already")]
    MeetingExists(MeetingId),
    #[error("there is no place {place} in the meeting {meeting}")]
    UnknownPlace { meeting: MeetingId, place: Place },
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("the plan is at version {found} by now, and not at {expected}")]
    PlanConflict { expected: u32, found: u32 },
    #[error("the name of an administrator has 1 to 64 bytes and no control characters")]
    AdministratorName,
    #[error("there is an administrator {0} already")]
    AdministratorExists(String),
    #[error("an event of {bytes} bytes is longer than the {limit} that the ledger takes")]
    EventTooLong { bytes: usize, limit: usize },
    /// The caller's fault: it is the only one who appends to this meeting, and counts.
    #[error("the event {seq} of {at} does not come after the last one, {last_seq} of {last_at}")]
    OutOfOrder { seq: u64, at: Timestamp, last_seq: u64, last_at: Timestamp },
    /// The events stand in the writer's queue and are written when the database works again.
    #[error("the database did not take the event within {0:?}; it is kept in memory and written as soon as possible")]
    Delayed(Duration),
    /// The events are not in the queue, and are lost unless the caller tries again.
    #[error("{0} events wait for the ledger already; this one was not taken")]
    QueueFull(usize),
    #[error("the database did not answer within {0:?}")]
    NoAnswer(Duration),
    #[error("the records are closed")]
    Closed,
}

impl RecordsError {
    pub(super) fn damaged(place: &'static str) -> impl FnOnce(InvalidId) -> RecordsError {
        move |reason| RecordsError::Damaged { place, reason: reason.to_string() }
    }
}
