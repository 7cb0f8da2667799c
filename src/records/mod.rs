//! What is kept: the append-only ledger and the directory in a database, and the papers drawn from them.

mod attendance_csv;
mod dir;
mod directory;
mod error;
mod invite;
mod point_list;
mod reader;
mod sample;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{ConnectOptions, SqlitePool, sqlite::SqlitePoolOptions};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, timeout_at},
};

pub use attendance_csv::{AttendanceCsvError, write_attendance_csv};
pub use error::RecordsError;
pub use point_list::{PointListError, read_points};
pub use reader::Reader;
pub use sample::{Sample, SampleError, ensure_sample};

use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{self, Event, EventBody, Meeting, Seat},
};
use writer::{Append, Writer};

/// The most events that wait for the writer.
const QUEUE: usize = 1024;
/// The longest event the ledger takes, in bytes of JSON.
const MAX_EVENT_BYTES: usize = 16 * 1024;

/// How long the records wait for a database that does not work.
#[derive(Clone, Copy)]
struct Limits {
    /// Until an append or a sign of life is answered with an error.
    answer: Duration,
    /// Until closing gives up on what is not written yet.
    close: Duration,
}

const LIMITS: Limits = Limits { answer: Duration::from_secs(2), close: Duration::from_secs(5) };

/// The store; clones share it. One process at a time has a data directory open.
#[derive(Clone)]
pub struct Records(Arc<Shared>);

struct Shared {
    dir: PathBuf,
    limits: Limits,
    /// None once the records are closed.
    queue: Mutex<Option<mpsc::Sender<Append>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    alive: watch::Sender<Timestamp>,
    alive_written: watch::Receiver<Timestamp>,
    directory: SqlitePool,
    reader: Reader,
}

impl Records {
    /// Opens or makes the database in `dir`, brings its schema up to date, and closes what an unclean stop left open:
    /// a meeting with open lines gets an [`EventBody::Recovered`] with the last instant known from before.
    ///
    /// # Errors
    /// [`RecordsError::InUse`] when another server has the directory, [`RecordsError::NewerSchema`] when a newer
    /// version wrote it, and whatever the file system and the database refuse.
    pub async fn open(dir: &Path, now: Timestamp) -> Result<Records, RecordsError> {
        Self::open_within(dir, now, LIMITS).await
    }

    async fn open_within(dir: &Path, now: Timestamp, limits: Limits) -> Result<Records, RecordsError> {
        let lock = dir::take(dir)?;
        let mut connection = dir::writing(dir).create_if_missing(true).connect().await?;
        schema::migrate(&mut connection).await?;
        let reader = Reader::open(dir).await?;
        let last_known = reader.last_known().await?;
        let directory = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(dir::writing(dir));

        let (queue, requests) = mpsc::channel(QUEUE);
        let (alive, alive_seen) = watch::channel(last_known.unwrap_or(now));
        let (alive_noted, alive_written) = watch::channel(Timestamp::from_millis(i64::MIN));
        let writer = Writer::new(dir.to_owned(), connection, requests, alive_seen, alive_noted, limits.close, lock);
        let records = Records(Arc::new(Shared {
            dir: dir.to_owned(),
            limits,
            queue: Mutex::new(Some(queue)),
            writer: Mutex::new(Some(tokio::spawn(writer.run()))),
            alive,
            alive_written,
            directory,
            reader,
        }));
        if let Some(last_known) = last_known {
            records.recover(last_known, now).await?;
        }
        records.heartbeat(now).await?;
        Ok(records)
    }

    async fn recover(&self, last_known: Timestamp, now: Timestamp) -> Result<(), RecordsError> {
        for meeting in self.meetings().await? {
            if meeting::leave_a_line_open(&self.events(&meeting).await?) {
                tracing::warn!(%meeting, %last_known, "the server had stopped without closing the open lines");
                self.append(&meeting, now, EventBody::Recovered { last_known }).await?;
            }
        }
        Ok(())
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// Writes one event and returns it once it is on disk, with its number and its time: the given one, or the time
    /// of the event before it if the clock went back. Concurrent appends share a commit and keep the order in which
    /// they were called.
    ///
    /// # Errors
    /// When the database does not work for 2 s: [`RecordsError::Delayed`] means that the event is kept in memory and
    /// is written as soon as the database works again, unless the process ends before; it must not be appended
    /// again. [`RecordsError::QueueFull`] means that it is not kept. Dropping the returned future does not take an
    /// event back.
    pub async fn append(&self, meeting: &MeetingId, at: Timestamp, body: EventBody) -> Result<Event, RecordsError> {
        let json = serde_json::to_string(&body).map_err(|error| sqlx::Error::Encode(error.into()))?;
        if json.len() > MAX_EVENT_BYTES {
            return Err(RecordsError::EventTooLong { bytes: json.len(), limit: MAX_EVENT_BYTES });
        }
        let limit = self.0.limits.answer;
        let deadline = Instant::now() + limit;
        let (reply, answer) = oneshot::channel();
        let queue = lock(&self.0.queue).clone().ok_or(RecordsError::Closed)?;
        let place = match timeout_at(deadline, queue.reserve()).await {
            Ok(place) => place.map_err(|_| RecordsError::Closed)?,
            Err(_) => return Err(RecordsError::QueueFull(limit)),
        };
        place.send(Append { meeting: meeting.clone(), at, body, json, reply });
        match timeout_at(deadline, answer).await {
            Ok(answer) => answer.map_err(|_| RecordsError::Closed)?,
            Err(_) => Err(RecordsError::Delayed(limit)),
        }
    }

    /// Notes that the server is alive and returns once that is on disk; the last such instant, or the last event if
    /// that is later, closes open stays after an unclean stop.
    ///
    /// # Errors
    /// [`RecordsError::Delayed`] when the database does not work for 2 s.
    pub async fn heartbeat(&self, now: Timestamp) -> Result<(), RecordsError> {
        let limit = self.0.limits.answer;
        self.0.alive.send_modify(|alive| *alive = now.max(*alive));
        let mut written = self.0.alive_written.clone();
        match timeout_at(Instant::now() + limit, written.wait_for(|written| *written >= now)).await {
            Ok(written) => written.map(drop).map_err(|_| RecordsError::Closed),
            Err(_) => Err(RecordsError::Delayed(limit)),
        }
    }

    /// # Errors
    /// [`RecordsError::MeetingExists`], and [`RecordsError::Tree`] when the points are no tree.
    pub async fn create_meeting(&self, meeting: &Meeting) -> Result<(), RecordsError> {
        directory::create_meeting(&self.0.directory, meeting).await
    }

    /// The meetings, the one that starts first first.
    pub async fn meetings(&self) -> Result<Vec<MeetingId>, RecordsError> {
        self.0.reader.meetings().await
    }

    pub async fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, RecordsError> {
        self.0.reader.meeting(id).await
    }

    /// Every event of a meeting in order.
    pub async fn events(&self, id: &MeetingId) -> Result<Vec<Event>, RecordsError> {
        self.0.reader.events(id).await
    }

    /// Makes an invite for a seat and returns its code, which is kept only as a hash. Earlier ones stay valid.
    ///
    /// # Errors
    /// [`RecordsError::UnknownPlace`] when there is no such seat.
    pub async fn invite(&self, seat: &Seat, now: Timestamp) -> Result<String, RecordsError> {
        let codes = self.invite_all(std::slice::from_ref(seat), now).await?;
        Ok(codes.into_iter().collect())
    }

    /// Makes an invite for each seat, all or none, and returns their codes in the same order.
    pub async fn invite_all(&self, seats: &[Seat], now: Timestamp) -> Result<Vec<String>, RecordsError> {
        let mut meeting: Option<Meeting> = None;
        for seat in seats {
            if meeting.as_ref().is_none_or(|meeting| meeting.id != seat.meeting) {
                meeting = self.meeting(&seat.meeting).await?;
            }
            let known = meeting.as_ref().ok_or_else(|| RecordsError::UnknownMeeting(seat.meeting.clone()))?;
            if !known.has(&seat.place) {
                return Err(RecordsError::UnknownPlace { meeting: seat.meeting.clone(), place: seat.place.clone() });
            }
        }
        directory::invite(&self.0.directory, seats, now).await
    }

    /// Makes every invite to a seat worthless and returns how many there were.
    pub async fn revoke(&self, seat: &Seat, now: Timestamp) -> Result<u64, RecordsError> {
        directory::revoke(&self.0.directory, seat, now).await
    }

    /// The seat that a code opens; hyphens, spaces and letter case do not matter. A revoked code opens none.
    pub async fn redeem(&self, code: &str) -> Result<Option<Seat>, RecordsError> {
        self.0.reader.redeem(code).await
    }

    /// Waits until everything appended is on disk, for at most 5 s if the database does not work, and closes the
    /// database and lets go of the data directory. Later appends are answered with [`RecordsError::Closed`].
    pub async fn close(&self) {
        drop(lock(&self.0.queue).take());
        let writer = lock(&self.0.writer).take();
        self.0.directory.close().await;
        self.0.reader.close().await;
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the ledger's writer");
        }
    }
}

/// Locks what is never left half changed, so that a panic elsewhere is no reason to stop.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
