//! What can go wrong with the records, in words for the one who keeps them.

use std::{io, path::PathBuf, time::Duration};

use thiserror::Error;

use crate::{
    ids::{InvalidId, MeetingId},
    meeting::{Place, PlanError},
};

#[derive(Debug, Error)]
pub enum RecordsError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("bringing the database up to date: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    #[error("{path}: {source}")]
    Directory { path: PathBuf, source: io::Error },
    #[error(
        "the data directory {0} is in use by another server; end that one first, or give this one its own directory"
    )]
    InUse(PathBuf),
    #[error(
        "the database has schema {found}, and this program knows schemas up to {known}: it was written by a newer \
         version of diemcau; start that version, or restore an older copy of the data directory"
    )]
    NewerSchema { found: i64, known: i64 },
    #[error(
        "the database has schema {found}, and reading it needs schema {known}: start the server once to bring it up to date"
    )]
    OlderSchema { found: i64, known: i64 },
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
    #[error("an event of {bytes} bytes is longer than the {limit} that the ledger takes")]
    EventTooLong { bytes: usize, limit: usize },
    /// The event stands in the writer's queue and is written when the database works again.
    #[error("the database did not take the event within {0:?}; it is kept in memory and written as soon as possible")]
    Delayed(Duration),
    /// The event is not in the queue and is lost unless the caller tries again.
    #[error("the ledger's queue stayed full for {0:?}; the event was not taken")]
    QueueFull(Duration),
    #[error("the records are closed")]
    Closed,
}

impl RecordsError {
    pub(super) fn damaged(place: &'static str) -> impl FnOnce(InvalidId) -> RecordsError {
        move |reason| RecordsError::Damaged { place, reason: reason.to_string() }
    }
}
