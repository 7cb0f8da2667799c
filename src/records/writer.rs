//! The ledger's one writer: a task that owns the connection, commits what has queued up in one transaction, and
//! answers only when that is on disk.
//!
//! When the database fails (locked, full, read-only), the batch stays and is tried again, with pauses that grow; what
//! comes meanwhile waits in the bounded queue. Nothing that was acknowledged can be lost, and nothing is written twice.

use std::{
    collections::HashMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions, Connection, Row, Sqlite, SqliteConnection, Transaction};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    RecordsError,
    dir::{self, DirLock},
};
use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{Actor, Event, EventBody},
};

/// The most events in one transaction.
const BATCH: usize = 256;
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Append {
    pub(super) meeting: MeetingId,
    pub(super) at: Timestamp,
    pub(super) body: EventBody,
    /// The body as it is stored.
    pub(super) json: String,
    pub(super) reply: oneshot::Sender<Result<Event, RecordsError>>,
}

type Outcome = Result<Event, RecordsError>;

pub(super) struct Writer {
    dir: PathBuf,
    /// None after a failure: the next try opens a new one.
    connection: Option<SqliteConnection>,
    requests: mpsc::Receiver<Append>,
    batch: Vec<Append>,
    /// What the batch, or the first part of it, becomes if a commit that failed was carried out all the same.
    unsure: Vec<Outcome>,
    heads: HashMap<MeetingId, Head>,
    alive: watch::Receiver<Timestamp>,
    alive_written: watch::Sender<Timestamp>,
    /// How long to go on trying once nobody can append any more.
    close_limit: Duration,
    _lock: DirLock,
}

/// The last event of a meeting.
#[derive(Clone, Copy)]
struct Head {
    seq: u64,
    at: Timestamp,
}

impl Writer {
    pub(super) fn new(
        dir: PathBuf,
        connection: SqliteConnection,
        requests: mpsc::Receiver<Append>,
        alive: watch::Receiver<Timestamp>,
        alive_written: watch::Sender<Timestamp>,
        close_limit: Duration,
        lock: DirLock,
    ) -> Writer {
        Writer {
            dir,
            connection: Some(connection),
            requests,
            batch: Vec::with_capacity(BATCH),
            unsure: Vec::new(),
            heads: HashMap::new(),
            alive,
            alive_written,
            close_limit,
            _lock: lock,
        }
    }

    /// Writes until nobody can append any more and everything is on disk.
    pub(super) async fn run(mut self) {
        while self.next_batch().await && self.settle_batch().await {}
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "closing the database");
        }
    }

    /// Waits for something to write; false once there will be nothing more.
    async fn next_batch(&mut self) -> bool {
        tokio::select! {
            biased;
            Ok(()) = self.alive.changed() => true,
            count = self.requests.recv_many(&mut self.batch, BATCH) => count > 0,
        }
    }

    /// Tries until the batch is on disk; false when it was given up because the records are being closed.
    async fn settle_batch(&mut self) -> bool {
        let mut failing_since = None;
        let mut pause = SHORTEST_PAUSE;
        loop {
            let Err(error) = self.attempt().await else {
                if let Some(since) = failing_since.map(|since: Instant| since.elapsed()) {
                    tracing::info!(failed_for_ms = since.as_millis(), "the ledger is being written again");
                }
                return true;
            };
            self.connection = None;
            self.heads.clear();
            let since = *failing_since.get_or_insert_with(|| {
                tracing::error!(%error, "the ledger cannot be written; events are kept in memory and tried again");
                Instant::now()
            });
            if self.requests.is_closed() && since.elapsed() >= self.close_limit {
                let lost = self.batch.len() + self.requests.len();
                tracing::error!(%error, lost, "the ledger could not be written until the end; events are lost");
                return false;
            }
            tokio::time::sleep(pause).await;
            pause = (2 * pause).min(LONGEST_PAUSE);
            while self.batch.len() < BATCH
                && let Ok(request) = self.requests.try_recv()
            {
                self.batch.push(request);
            }
        }
    }

    /// Writes the batch and the sign of life in one transaction and answers; on an error everything stays as it was.
    async fn attempt(&mut self) -> Result<(), sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => self.connection.insert(dir::writing(&self.dir).connect().await?),
        };

        if was_committed(connection, &self.batch, &self.unsure).await? {
            answer(&mut self.batch, std::mem::take(&mut self.unsure));
        }
        self.unsure.clear();

        let alive = *self.alive.borrow_and_update();
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut outcomes = Vec::with_capacity(self.batch.len());
        for request in &self.batch {
            outcomes.push(match write(&mut transaction, &mut self.heads, request).await {
                Ok(event) => Ok(event),
                Err(error) => Err(refusal(error, request)?),
            });
        }
        sqlx::query(
            "INSERT INTO liveness (only_row, last_known_ms) VALUES (1, ?)
             ON CONFLICT DO UPDATE SET last_known_ms = max(last_known_ms, excluded.last_known_ms)",
        )
        .bind(alive.as_millis())
        .execute(&mut *transaction)
        .await?;
        if let Err(error) = transaction.commit().await {
            self.unsure = outcomes;
            return Err(error);
        }
        answer(&mut self.batch, outcomes);
        self.alive_written.send_replace(alive);
        Ok(())
    }
}

/// Writes one event after the last one of its meeting. A statement that is refused leaves nothing behind.
async fn write(
    transaction: &mut Transaction<'_, Sqlite>,
    heads: &mut HashMap<MeetingId, Head>,
    request: &Append,
) -> Result<Event, sqlx::Error> {
    let head = match heads.get(&request.meeting) {
        Some(head) => Some(*head),
        None => head(transaction, &request.meeting).await?,
    };
    let next = match head {
        Some(head) => Head { seq: head.seq + 1, at: head.at.max(request.at) },
        None => Head { seq: 1, at: request.at },
    };
    sqlx::query("INSERT INTO events (meeting, seq, at_ms, actor, body) VALUES (?, ?, ?, ?, ?)")
        .bind(request.meeting.as_str())
        .bind(next.seq.cast_signed())
        .bind(next.at.as_millis())
        .bind(&request.json)
        .execute(&mut **transaction)
        .await?;
    heads.insert(request.meeting.clone(), next);
    Ok(Event { seq: next.seq, at: next.at, actor: Actor::System, body: request.body.clone() })
}

async fn head(transaction: &mut Transaction<'_, Sqlite>, meeting: &MeetingId) -> Result<Option<Head>, sqlx::Error> {
    let row = sqlx::query("SELECT seq, at_ms FROM events WHERE meeting = ? ORDER BY seq DESC LIMIT 1")
        .bind(meeting.as_str())
        .fetch_optional(&mut **transaction)
        .await?;
    row.map(|row| {
        let seq: i64 = row.try_get("seq")?;
        Ok(Head { seq: seq.cast_unsigned(), at: Timestamp::from_millis(row.try_get("at_ms")?) })
    })
    .transpose()
}

/// An error that is about this one event and would be the same at every try; any other is the database's.
fn refusal(error: sqlx::Error, request: &Append) -> Result<RecordsError, sqlx::Error> {
    const SQLITE_CONSTRAINT: i32 = 19;
    let Some(database) = error.as_database_error() else { return Err(error) };
    if database.is_foreign_key_violation() {
        return Ok(RecordsError::UnknownMeeting(request.meeting.clone()));
    }
    // The low byte of an extended result code is the primary one.
    match database.code().and_then(|code| code.parse::<i32>().ok()) {
        Some(code) if code & 0xff == SQLITE_CONSTRAINT => Ok(error.into()),
        _ => Err(error),
    }
}

/// Whether a commit that reported a failure was carried out all the same; a transaction is there as a whole or not
/// at all, so its first event tells.
async fn was_committed(
    connection: &mut SqliteConnection,
    batch: &[Append],
    unsure: &[Outcome],
) -> Result<bool, sqlx::Error> {
    let first = batch.iter().zip(unsure).find_map(|(request, outcome)| Some((request, outcome.as_ref().ok()?)));
    let Some((request, event)) = first else { return Ok(false) };
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM events WHERE meeting = ? AND seq = ? AND at_ms = ? AND body = ?)")
        .bind(request.meeting.as_str())
        .bind(event.seq.cast_signed())
        .bind(event.at.as_millis())
        .bind(&request.json)
        .fetch_one(connection)
        .await
}

/// Tells the first requests of the batch what became of them. Who waits no longer is not missed.
fn answer(batch: &mut Vec<Append>, outcomes: Vec<Outcome>) {
    for (request, outcome) in batch.drain(..outcomes.len()).zip(outcomes) {
        let _ = request.reply.send(outcome);
    }
}

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;
    use tempfile::{TempDir, tempdir};
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;
    use crate::{
        meeting::test_meeting,
        records::{Reader, Records},
    };

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    /// A writer that is stepped by hand, on a database with one meeting.
    struct Bench {
        dir: TempDir,
        writer: Writer,
        meeting: MeetingId,
        _queue: mpsc::Sender<Append>,
        _alive: watch::Sender<Timestamp>,
    }

    impl Bench {
        async fn new() -> Bench {
            let dir = tempdir().unwrap();
            let records = Records::open(dir.path(), NOW).await.unwrap();
            records.create_meeting(&test_meeting()).await.unwrap();
            records.close().await;
            let lock = dir::take(dir.path()).unwrap();
            let connection = dir::writing(dir.path()).connect().await.unwrap();
            let (queue, requests) = mpsc::channel(1);
            let (alive, alive_seen) = watch::channel(NOW);
            let (alive_noted, _) = watch::channel(NOW);
            let path = dir.path().to_owned();
            let writer = Writer::new(path, connection, requests, alive_seen, alive_noted, Duration::ZERO, lock);
            Bench { dir, writer, meeting: test_meeting().id, _queue: queue, _alive: alive }
        }

        /// Puts an event into the batch and returns where its answer comes.
        fn put(&mut self, device: &str) -> oneshot::Receiver<Outcome> {
            let (reply, answer) = oneshot::channel();
            let body = EventBody::LineUp {
                place: "071".parse().unwrap(),
                connection: "PA_a".parse().unwrap(),
                device: device.to_owned(),
            };
            let json = serde_json::to_string(&body).unwrap();
            self.writer.batch.push(Append { meeting: self.meeting.clone(), at: NOW, body, json, reply });
            answer
        }

        async fn pragma(&mut self, pragma: &str) {
            let connection = self.writer.connection.as_mut().unwrap();
            sqlx::query(AssertSqlSafe(format!("PRAGMA {pragma}"))).execute(connection).await.unwrap();
        }

        async fn ledger(&self) -> Vec<Event> {
            Reader::open(self.dir.path()).await.unwrap().events(&self.meeting).await.unwrap()
        }
    }

    #[tokio::test]
    async fn a_read_only_database_keeps_the_batch_until_it_can_be_written() {
        let mut bench = Bench::new().await;
        let mut first = bench.put("first");
        bench.pragma("query_only = on").await;
        let error = bench.writer.attempt().await.unwrap_err();
        assert!(error.to_string().contains("readonly"), "{error}");
        assert_eq!(first.try_recv().unwrap_err(), TryRecvError::Empty);
        assert!(bench.ledger().await.is_empty());

        let second = bench.put("second");
        bench.pragma("query_only = off").await;
        bench.writer.attempt().await.unwrap();
        assert_eq!(bench.ledger().await, [first.await.unwrap().unwrap(), second.await.unwrap().unwrap()]);
    }

    #[tokio::test]
    async fn a_full_disk_takes_all_of_a_batch_or_nothing() {
        let mut bench = Bench::new().await;
        let answers: Vec<_> = (0..40).map(|_| bench.put(&"x".repeat(8_000))).collect();
        bench.pragma("max_page_count = 30").await;
        let error = bench.writer.attempt().await.unwrap_err();
        assert!(error.to_string().contains("full"), "{error}");
        assert!(bench.ledger().await.is_empty());

        // As the writer's loop does it: what comes after a failure is a new connection, and nothing remembered.
        bench.writer.connection = None;
        bench.writer.heads.clear();
        bench.writer.attempt().await.unwrap();
        let mut acknowledged = Vec::new();
        for answer in answers {
            acknowledged.push(answer.await.unwrap().unwrap());
        }
        assert_eq!(bench.ledger().await, acknowledged);
    }

    #[tokio::test]
    async fn a_commit_that_was_carried_out_though_it_reported_a_failure_is_not_written_twice() {
        let mut bench = Bench::new().await;
        let answers = [bench.put("first"), bench.put("second")];
        bench.writer.attempt().await.unwrap();
        let mut events = Vec::new();
        for answer in answers {
            events.push(answer.await.unwrap().unwrap());
        }
        // The same requests again, as if that commit had told of a failure; and one that came meanwhile.
        let answers = [bench.put("first"), bench.put("second"), bench.put("third")];
        bench.writer.unsure = events.iter().cloned().map(Ok).collect();
        bench.writer.heads.clear();
        bench.writer.attempt().await.unwrap();
        let mut answered = Vec::new();
        for answer in answers {
            answered.push(answer.await.unwrap().unwrap());
        }
        assert_eq!(answered[..2], events);
        assert_eq!(answered[2].seq, 3);
        assert_eq!(bench.ledger().await, answered);
    }

    #[tokio::test]
    async fn a_commit_that_failed_is_written_anew() {
        let mut bench = Bench::new().await;
        let answer = bench.put("first");
        let body = bench.writer.batch[0].body.clone();
        bench.writer.unsure = vec![Ok(Event { seq: 1, at: NOW, actor: Actor::System, body })];
        bench.writer.attempt().await.unwrap();
        assert_eq!(bench.ledger().await, [answer.await.unwrap().unwrap()]);
    }
}
