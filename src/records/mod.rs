//! What is kept: the append-only ledger and the directory in a database, and the papers drawn from them.

mod administrators;
#[cfg(test)]
mod administrators_tests;
mod answers;
mod audit;
mod catalog;
mod code;
mod database;
mod dir;
mod directory;
mod dump;
mod earlier;
mod error;
mod health;
mod invites;
mod known;
mod ledger_key;
mod ledger_lines;
mod plans;
mod reader;
mod report_source;
mod rows;
mod sample;
mod schema;
mod sessions;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde::Deserialize;
use sqlx::{Any, AnyPool, Transaction};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};

pub use administrators::{Account, Administrator, Administrators, CodeOwner, MAX_ADMINISTRATOR_NAME};
pub use answers::{ANSWER_AGE_MS, Answer, MAX_ANSWERS};
pub use audit::Unsound;
pub use catalog::{Column, Holds, Table};
pub use database::{DatabaseUrl, NoDatabaseUrl, Store};
pub use directory::{Author, DirectoryChange, DirectoryError, DirectoryStore, MAX_DIRECTORY_CHANGES};
pub use dump::{Dump, Load};
pub use error::RecordsError;
pub use health::LedgerHealth;
pub use invites::{Invite, InviteKind, Opening};
pub use ledger_key::{PRIVATE as LEDGER_KEY_FILE, PUBLIC as LEDGER_PUBLIC_KEY_FILE, public_key_in, signing_key_in};
pub use plans::{MAX_PAGE, MeetingSummary, Page};
pub use reader::{Ballots, Head, Reader};
pub use rows::EventRow;
pub use sample::{LINKS as SAMPLE_LINKS_FILE, Sample, SampleError, ensure_sample};
pub use sessions::{SESSION_AGE_MS, SESSION_IDLE_MS};

use crate::{
    clock::Timestamp,
    ids::{MeetingId, NodeId, VoteId},
    ledger::{
        checkpoint::{PublicKey, SigningKey},
        signature::{self, Signature},
    },
    meeting::{Event, Meeting, PlanRef},
};
use database::Database;
use known::Known;
use writer::{Append, Entry, Outcome, Writer};

/// With more events than this waiting for the writer, nothing new should be begun; see [`Records::has_room`].
const ROOM: usize = 50_000;
/// The most events that wait for the writer.
const QUEUE: usize = 200_000;
/// How long something is read while the ledger fails.
const HASTY_READ: Duration = Duration::from_millis(200);
/// The longest event the ledger takes, in bytes of JSON.
const MAX_EVENT_BYTES: usize = 16 * 1024;

/// How long the records wait for a database that does not work, and how much they keep meanwhile.
#[derive(Clone, Copy)]
struct Limits {
    /// Until an append or a sign of life is answered with an error.
    answer: Duration,
    /// Until closing gives up on what is not written yet.
    close: Duration,
    room: usize,
    queue: usize,
}

const LIMITS: Limits =
    Limits { answer: Duration::from_secs(2), close: Duration::from_secs(5), room: ROOM, queue: QUEUE };

/// The store; clones share it. One process at a time has a data directory and a database open.
#[derive(Clone)]
pub struct Records(Arc<Shared>);

struct Shared {
    dir: PathBuf,
    limits: Limits,
    database: Database,
    /// None once the records are closed.
    queue: Mutex<Option<mpsc::UnboundedSender<Append>>>,
    waiting: Arc<AtomicUsize>,
    writer: Mutex<Option<JoinHandle<()>>>,
    health: watch::Receiver<LedgerHealth>,
    last_known: Option<Timestamp>,
    node: NodeId,
    public_key: PublicKey,
    key: Arc<SigningKey>,
    alive: watch::Sender<Timestamp>,
    alive_written: watch::Receiver<Timestamp>,
    recovered: Arc<AtomicBool>,
    known: Known,
    writing: AnyPool,
    reader: Reader,
}

/// Events that are on their way to the disk.
#[derive(Debug)]
pub struct Submitted(oneshot::Receiver<Outcome>);

impl Submitted {
    /// Waits until the events are on disk, however long that takes. Dropping this does not take them back.
    ///
    /// # Errors
    /// What is wrong with the events, or [`RecordsError::Closed`] when the process ends before the database works.
    pub async fn durable(self) -> Result<(), RecordsError> {
        self.0.await.map_err(|_| RecordsError::Closed)?
    }
}

impl Records {
    /// Opens or makes the database and brings its schema up to date. What an unclean stop left open is told by
    /// [`Records::open_meetings`] and [`Records::last_known`]; whoever appends to these meetings closes it and says so by
    /// [`Records::recovered`].
    ///
    /// # Errors
    /// [`RecordsError::InUse`] and [`RecordsError::DatabaseInUse`] when another server has the directory or the
    /// database, [`RecordsError::NewerSchema`] when a newer version wrote it, and whatever the file system and the
    /// database refuse.
    pub async fn open(store: impl Into<Store>, now: Timestamp) -> Result<Records, RecordsError> {
        Self::open_within(store.into(), now, LIMITS).await
    }

    async fn open_within(store: Store, now: Timestamp, limits: Limits) -> Result<Records, RecordsError> {
        let lock = dir::take(&store.dir)?;
        let database = Database::of(&store);
        let mut connection = database.writer(true).await?;
        schema::migrate(&database, &mut connection).await?;
        let key = Arc::new(ledger_key::open(&store.dir)?);
        let (public_key, signing) = (key.public(), key.clone());
        let node = writer::node(&mut connection).await?;
        let unsigned = writer::unsigned(&mut connection, &node).await?;
        let reader = Reader::of(&database).await?;
        let last_known = reader.last_known().await?;
        let writing = database.writing()?;

        let (queue, requests) = mpsc::unbounded_channel();
        let (alive, alive_seen) = watch::channel(last_known.unwrap_or(now));
        let (alive_noted, alive_written) = watch::channel(Timestamp::from_millis(i64::MIN));
        let (health, health_seen) = watch::channel(LedgerHealth::Well);
        let waiting = Arc::new(AtomicUsize::new(0));
        // In a new database nothing is open.
        let recovered = Arc::new(AtomicBool::new(last_known.is_none()));
        let writer = Writer {
            database: database.clone(),
            connection: Some(connection),
            requests,
            batch: Vec::new(),
            unsure: Vec::new(),
            batch_time: writer::BATCH_TIME,
            heads: writer::Heads::default(),
            node: node.clone(),
            key,
            unsigned,
            signed_at: now,
            signed_on: std::time::Instant::now(),
            alive: alive_seen,
            alive_written: alive_noted,
            recovered: recovered.clone(),
            health,
            waiting: waiting.clone(),
            close_limit: limits.close,
            lock,
        };
        let records = Records(Arc::new(Shared {
            dir: store.dir,
            limits,
            database,
            queue: Mutex::new(Some(queue)),
            waiting,
            writer: Mutex::new(Some(tokio::spawn(writer.run()))),
            health: health_seen,
            last_known,
            node,
            public_key,
            key: signing,
            alive,
            alive_written,
            recovered,
            known: Known::default(),
            writing,
            reader,
        }));
        records.heartbeat(now).await?;
        Ok(records)
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// The last instant at which a server was known to be alive before this one opened the records; none when the
    /// database is new. Lines that were left open ended then.
    pub fn last_known(&self) -> Option<Timestamp> {
        self.0.last_known
    }

    /// What an unclean stop left open is closed. Until then no sign of life of this server is kept: should it end while it
    /// starts, the lines still ended when they did.
    pub fn recovered(&self) {
        self.0.recovered.store(true, Ordering::Relaxed);
    }

    /// The name of this server in the ledger; it stays with the database.
    pub fn node(&self) -> &NodeId {
        &self.0.node
    }

    /// What checks the signatures of this server's checkpoints; it stays with the data directory.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// Signs a file that leaves the server.
    pub fn sign(&self, file: &[u8]) -> Signature {
        signature::sign(&self.0.key, file)
    }

    /// Whether the ledger is being written, from now on.
    pub fn health(&self) -> watch::Receiver<LedgerHealth> {
        self.0.health.clone()
    }

    /// Whether there is room for new things to happen. Ask this before deciding on a command: when a database has not
    /// worked for so long that this is false, commands are refused, so that what cannot be refused still has its place.
    pub fn has_room(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed) < self.0.limits.room
    }

    /// Hands events over to the writer, in the order of the calls, to be written together or not at all, with the
    /// ballot that belongs to them. Each follows the one before it: `seq` by one, `at` never earlier. One caller at a
    /// time appends to a meeting.
    ///
    /// # Errors
    /// The events are not taken: [`RecordsError::QueueFull`], [`RecordsError::EventTooLong`], [`RecordsError::Closed`].
    pub fn submit(
        &self,
        meeting: &MeetingId,
        events: &[Event],
        ballot: Option<(VoteId, u8)>,
    ) -> Result<Submitted, RecordsError> {
        let entries = events.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let (reply, answer) = oneshot::channel();
        let queue = lock(&self.0.queue);
        let queue = queue.as_ref().ok_or(RecordsError::Closed)?;
        if entries.is_empty() {
            // There is nothing to wait for.
            let _ = reply.send(Ok(()));
            return Ok(Submitted(answer));
        }
        let waiting = self.0.waiting.fetch_add(entries.len(), Ordering::Relaxed);
        if waiting >= self.0.limits.queue {
            self.0.waiting.fetch_sub(entries.len(), Ordering::Relaxed);
            return Err(RecordsError::QueueFull(waiting));
        }
        queue.send(Append { meeting: meeting.clone(), entries, ballot, reply }).map_err(|_| RecordsError::Closed)?;
        Ok(Submitted(answer))
    }

    /// Writes events, all or none of them, and returns once they are on disk; see [`Records::submit`]. Concurrent
    /// appends share a commit.
    ///
    /// # Errors
    /// [`RecordsError::OutOfOrder`] and [`RecordsError::UnknownMeeting`]: nothing is written. When the database does
    /// not work for 2 s, [`RecordsError::Delayed`] means that the events are kept in memory and are written as soon as
    /// the database works again, unless the process ends before; they must not be appended again. Dropping the returned
    /// future does not take them back once it was polled.
    pub async fn append_all(
        &self,
        meeting: &MeetingId,
        events: &[Event],
        ballot: Option<(VoteId, u8)>,
    ) -> Result<(), RecordsError> {
        let limit = self.0.limits.answer;
        let deadline = Instant::now() + limit;
        let submitted = self.submit(meeting, events, ballot)?;
        timeout_at(deadline, submitted.durable()).await.unwrap_or(Err(RecordsError::Delayed(limit)))
    }

    /// Writes one event; see [`Records::append_all`].
    pub async fn append(
        &self,
        meeting: &MeetingId,
        event: Event,
        ballot: Option<(VoteId, u8)>,
    ) -> Result<(), RecordsError> {
        self.append_all(meeting, &[event], ballot).await
    }

    /// Notes that the server is alive and returns once that is on disk; the last such instant, or the last event if
    /// that is later, closes open stays after an unclean stop. Before [`Records::recovered`] it only tries the disk.
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

    /// What reads the same database.
    pub fn reader(&self) -> &Reader {
        &self.0.reader
    }

    /// See [`Reader::meetings`].
    pub async fn meetings(&self, page: &Page) -> Result<Vec<MeetingSummary>, RecordsError> {
        self.0.reader.meetings(page).await
    }

    /// See [`Reader::plan`].
    pub async fn plan(&self, id: &MeetingId) -> Result<Option<(Meeting, PlanRef)>, RecordsError> {
        self.0.reader.plan(id).await
    }

    /// See [`Reader::meeting`].
    pub async fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, RecordsError> {
        self.0.reader.meeting(id).await
    }

    /// See [`Reader::events`].
    pub async fn events(&self, id: &MeetingId) -> Result<Vec<Event>, RecordsError> {
        self.0.reader.events(id).await
    }

    /// See [`Reader::events_after`].
    pub async fn events_after(&self, id: &MeetingId, seq: u64, limit: u32) -> Result<Vec<Event>, RecordsError> {
        self.0.reader.events_after(id, seq, limit).await
    }

    /// See [`Reader::head`].
    pub async fn head(&self, id: &MeetingId) -> Result<Option<Head>, RecordsError> {
        self.0.reader.head(id).await
    }

    /// See [`Reader::ballots`].
    pub async fn ballots(&self, id: &MeetingId) -> Result<Ballots, RecordsError> {
        self.0.reader.ballots(id).await
    }

    /// See [`Reader::open_meetings`].
    pub async fn open_meetings(&self) -> Result<Vec<MeetingId>, RecordsError> {
        self.0.reader.open_meetings().await
    }

    /// See [`Reader::invites`].
    pub async fn invites(&self, id: &MeetingId) -> Result<Vec<Invite>, RecordsError> {
        self.0.reader.invites(id).await
    }

    /// See [`Reader::code_owner`].
    pub async fn code_owner(&self, code: &str) -> Result<Option<CodeOwner>, RecordsError> {
        self.0.reader.code_owner(code).await
    }

    /// See [`Reader::account`].
    pub async fn account(&self, name: &str) -> Result<Option<Account>, RecordsError> {
        self.0.reader.account(name).await
    }

    /// See [`Reader::administrators`].
    pub async fn administrators(&self) -> Result<Vec<Administrator>, RecordsError> {
        self.0.reader.administrators().await
    }

    /// What is read, or what is known of it where the database does not answer. While the ledger fails, what is known comes
    /// first, and nobody waits long for the rest.
    async fn read_or_known<T>(
        &self,
        read: impl Future<Output = Result<T, RecordsError>>,
        known: impl Fn() -> Option<T>,
    ) -> Result<T, RecordsError> {
        let failing = matches!(*self.0.health.borrow(), LedgerHealth::Failing { .. });
        if let (true, Some(known)) = (failing, known()) {
            return Ok(known);
        }
        let limit = if failing { HASTY_READ } else { self.0.limits.answer };
        timeout(limit, read).await.unwrap_or(Err(RecordsError::NoAnswer(limit))).or_else(|error| known().ok_or(error))
    }

    /// Begins a transaction for one of the rare writes that stand apart from the ledger's writer.
    async fn begin(&self) -> Result<Transaction<'static, Any>, RecordsError> {
        Ok(self.0.database.begin_in(&self.0.writing).await?)
    }

    /// Waits until everything appended is on disk, for at most 5 s if the database does not work, and closes the
    /// database and lets go of the data directory. Later appends are answered with [`RecordsError::Closed`].
    pub async fn close(&self) {
        drop(lock(&self.0.queue).take());
        let writer = lock(&self.0.writer).take();
        self.0.writing.close().await;
        self.0.reader.close().await;
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the ledger's writer");
        }
    }
}

/// An event as it is stored.
fn entry(event: &Event) -> Result<Entry, RecordsError> {
    #[derive(Deserialize)]
    struct Kind {
        kind: String,
    }
    let unwritable = |error: serde_json::Error| sqlx::Error::Encode(error.into());
    let body = serde_json::to_string(&event.body).map_err(unwritable)?;
    if body.len() > MAX_EVENT_BYTES {
        return Err(RecordsError::EventTooLong { bytes: body.len(), limit: MAX_EVENT_BYTES });
    }
    let Kind { kind } = serde_json::from_str(&body).map_err(unwritable)?;
    Ok(Entry { seq: event.seq, at: event.at, actor: event.actor.to_string(), kind, body })
}

/// Locks what is never left half changed, so that a panic elsewhere is no reason to stop.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
