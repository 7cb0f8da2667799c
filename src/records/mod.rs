//! What is kept: the append-only ledger and the directory in a database, and the papers drawn from them.

use std::path::Path;

use thiserror::Error;

use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{Event, EventBody, Meeting, Seat},
};

#[derive(Debug, Error)]
pub enum RecordsError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// The store; clones share it.
#[derive(Clone)]
pub struct Records {}

impl Records {
    /// Opens or makes the database in `dir`, brings its schema up to date, and closes what an unclean stop left open.
    pub async fn open(_dir: &Path, _now: Timestamp) -> Result<Records, RecordsError> {
        unimplemented!()
    }

    /// Writes one event and returns it once it is on disk; concurrent appends share a commit.
    pub async fn append(&self, _meeting: &MeetingId, _at: Timestamp, _body: EventBody) -> Result<Event, RecordsError> {
        unimplemented!()
    }

    /// Notes that the server is alive; the last such instant closes open stays after an unclean stop.
    pub async fn heartbeat(&self, _now: Timestamp) -> Result<(), RecordsError> {
        unimplemented!()
    }

    pub async fn create_meeting(&self, _meeting: &Meeting) -> Result<(), RecordsError> {
        unimplemented!()
    }

    pub async fn meetings(&self) -> Result<Vec<MeetingId>, RecordsError> {
        unimplemented!()
    }

    pub async fn meeting(&self, _id: &MeetingId) -> Result<Option<Meeting>, RecordsError> {
        unimplemented!()
    }

    /// Every event of a meeting in order.
    pub async fn events(&self, _id: &MeetingId) -> Result<Vec<Event>, RecordsError> {
        unimplemented!()
    }

    /// Makes an invite for a seat and returns its code, which is kept only as a hash.
    pub async fn invite(&self, _seat: &Seat, _now: Timestamp) -> Result<String, RecordsError> {
        unimplemented!()
    }

    /// The seat that a code opens; hyphens, spaces and letter case do not matter.
    pub async fn redeem(&self, _code: &str) -> Result<Option<Seat>, RecordsError> {
        unimplemented!()
    }

    /// Waits until everything appended is on disk, and closes the database.
    pub async fn close(&self) {
        unimplemented!()
    }
}
