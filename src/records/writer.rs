//! The ledger's one writer: a task that owns the connection, commits what has queued up in one transaction, and
//! answers only when that is on disk.
//!
//! When the database fails (locked, full, read-only, gone), the batch stays and is tried again, with pauses that grow;
//! what comes meanwhile waits in the queue. Nothing that was acknowledged can be lost, and nothing is written twice.
//! What is wrong with one append is answered to that append alone, and the others are written.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Any, AnyConnection, Connection, Transaction};
use tokio::sync::{mpsc, oneshot, watch};

use super::{LedgerHealth, RecordsError, database::Database, dir::DirLock, reader};
use crate::{
    clock::Timestamp,
    ids::{MeetingId, VoteId},
};

/// The most appends in one transaction.
const BATCH: usize = 256;
/// How long one try may take until its connection is given up.
const ATTEMPT: Duration = Duration::from_secs(10);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Events that are written together or not at all.
pub(super) struct Append {
    pub(super) meeting: MeetingId,
    /// At least one.
    pub(super) entries: Vec<Entry>,
    pub(super) ballot: Option<(VoteId, u8)>,
    pub(super) reply: oneshot::Sender<Outcome>,
}

/// An event as it is stored.
pub(super) struct Entry {
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) actor: String,
    pub(super) kind: String,
    pub(super) body: String,
}

pub(super) type Outcome = Result<(), RecordsError>;

/// The last event of a meeting, as the writer knows it.
#[derive(Clone, Copy)]
struct Head {
    seq: u64,
    at: Timestamp,
}

impl Head {
    const NONE: Head = Head { seq: 0, at: Timestamp::from_millis(i64::MIN) };
}

pub(super) struct Writer {
    pub(super) database: Database,
    /// None after a failure: the next try opens a new one.
    pub(super) connection: Option<AnyConnection>,
    pub(super) requests: mpsc::UnboundedReceiver<Append>,
    pub(super) batch: Vec<Append>,
    /// What the batch, or the first part of it, becomes if a commit of which nothing was heard was carried out.
    pub(super) unsure: Vec<Outcome>,
    pub(super) heads: Heads,
    pub(super) alive: watch::Receiver<Timestamp>,
    pub(super) alive_written: watch::Sender<Timestamp>,
    pub(super) health: watch::Sender<LedgerHealth>,
    /// Events in the queue and in the batch.
    pub(super) waiting: Arc<AtomicUsize>,
    /// How long to go on trying once nobody can append any more.
    pub(super) close_limit: Duration,
    pub(super) lock: DirLock,
}

/// The last events of the meetings that were written to since the last failure.
#[derive(Default)]
pub(super) struct Heads(HashMap<MeetingId, Head>);

/// Why a batch is not on disk.
enum Failure {
    /// The database does not work: all is tried again.
    Database(RecordsError),
    /// The append at this place of the batch cannot be written, whenever it is tried.
    Append(usize, RecordsError),
}

impl<E: Into<RecordsError>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Database(error.into())
    }
}

impl Writer {
    /// Writes until nobody can append any more and everything is on disk.
    pub(super) async fn run(mut self) {
        while self.next_batch().await && self.settle_batch().await {}
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "closing the database");
        }
        drop(self.lock);
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
        let mut failing = None;
        let mut pause = SHORTEST_PAUSE;
        loop {
            self.fill_batch();
            let attempt = tokio::time::timeout(ATTEMPT, self.attempt()).await;
            let Err(error) = attempt.unwrap_or(Err(RecordsError::NoAnswer(ATTEMPT))) else {
                if let Some((since, _)) = failing.map(|(since, at): (Instant, Timestamp)| (since.elapsed(), at)) {
                    tracing::info!(failed_for_ms = since.as_millis(), "the ledger is being written again");
                    self.health.send_replace(LedgerHealth::Well);
                }
                return true;
            };
            self.connection = None;
            self.heads.0.clear();
            let (since, at) = *failing.get_or_insert_with(|| {
                tracing::error!(%error, "the ledger cannot be written; events are kept in memory and tried again");
                (Instant::now(), *self.alive.borrow())
            });
            let waiting = self.waiting.load(Ordering::Relaxed);
            self.health.send_replace(LedgerHealth::Failing { since: at, waiting, reason: error.to_string() });
            if self.requests.is_closed() && since.elapsed() >= self.close_limit {
                tracing::error!(%error, lost = waiting, "the ledger could not be written until the end; events are lost");
                return false;
            }
            tokio::time::sleep(pause).await;
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    fn fill_batch(&mut self) {
        while self.batch.len() < BATCH
            && let Ok(request) = self.requests.try_recv()
        {
            self.batch.push(request);
        }
    }

    /// Writes the batch and the sign of life in one transaction and answers; on an error all that was not answered
    /// stays as it was.
    pub(super) async fn attempt(&mut self) -> Result<(), RecordsError> {
        loop {
            match self.commit().await {
                Ok(()) => return Ok(()),
                Err(Failure::Database(error)) => return Err(error),
                Err(Failure::Append(place, error)) => {
                    self.heads.0.clear();
                    let request = self.batch.remove(place);
                    self.waiting.fetch_sub(request.entries.len(), Ordering::Relaxed);
                    answer(request, Err(error));
                }
            }
        }
    }

    async fn commit(&mut self) -> Result<(), Failure> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.database.writer(false).await?),
        };
        let mut transaction = self.database.begin(connection).await?;
        if !self.unsure.is_empty() {
            // Inside the transaction, so that an earlier one is over, one way or the other.
            let committed = was_committed(&mut transaction, &self.batch, &self.unsure).await?;
            let outcomes = std::mem::take(&mut self.unsure);
            if committed {
                settle(&mut self.batch, outcomes, &self.waiting);
            }
        }

        let alive = *self.alive.borrow_and_update();
        let mut outcomes = Vec::with_capacity(self.batch.len());
        for (place, request) in self.batch.iter().enumerate() {
            let outcome = match write(&mut transaction, &mut self.heads, request).await {
                Err(RecordsError::Database(error)) if self.database.blames_statement(&error) => {
                    return Err(Failure::Append(place, error.into()));
                }
                Err(error @ RecordsError::Database(_)) => return Err(Failure::Database(error)),
                outcome => outcome,
            };
            outcomes.push(outcome);
        }
        sqlx::query(
            "INSERT INTO liveness (only_row, last_known_ms) VALUES (1, $1)
             ON CONFLICT (only_row) DO UPDATE SET last_known_ms = excluded.last_known_ms
             WHERE liveness.last_known_ms < excluded.last_known_ms",
        )
        .bind(alive.as_millis())
        .execute(&mut *transaction)
        .await?;
        // From here until the database answers nobody knows whether it is written.
        self.unsure = outcomes;
        transaction.commit().await?;
        settle(&mut self.batch, std::mem::take(&mut self.unsure), &self.waiting);
        self.alive_written.send_replace(alive);
        Ok(())
    }
}

/// Writes the events of one append after the last one of their meeting. What is out of order writes nothing.
async fn write(transaction: &mut Transaction<'_, Any>, heads: &mut Heads, request: &Append) -> Outcome {
    let mut head = match heads.0.get(&request.meeting) {
        Some(head) => *head,
        None => read_head(transaction, &request.meeting).await?,
    };
    for entry in &request.entries {
        if entry.seq != head.seq + 1 || entry.at < head.at {
            return Err(RecordsError::OutOfOrder {
                seq: entry.seq,
                at: entry.at,
                last_seq: head.seq,
                last_at: head.at,
            });
        }
        head = Head { seq: entry.seq, at: entry.at };
    }
    for entry in &request.entries {
        sqlx::query("INSERT INTO events (meeting, seq, at_ms, actor, kind, body) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(request.meeting.as_str())
            .bind(entry.seq.cast_signed())
            .bind(entry.at.as_millis())
            .bind(&entry.actor)
            .bind(&entry.kind)
            .bind(&entry.body)
            .execute(&mut **transaction)
            .await?;
    }
    if let Some((vote, choice)) = request.ballot {
        sqlx::query(
            "INSERT INTO ballots (meeting, vote, choice, count) VALUES ($1, $2, $3, 1)
             ON CONFLICT (meeting, vote, choice) DO UPDATE SET count = ballots.count + 1",
        )
        .bind(request.meeting.as_str())
        .bind(i64::from(vote.0))
        .bind(i64::from(choice))
        .execute(&mut **transaction)
        .await?;
    }
    heads.0.insert(request.meeting.clone(), head);
    Ok(())
}

async fn read_head(transaction: &mut Transaction<'_, Any>, meeting: &MeetingId) -> Result<Head, RecordsError> {
    let row = sqlx::query("SELECT seq, at_ms FROM events WHERE meeting = $1 ORDER BY seq DESC LIMIT 1")
        .bind(meeting.as_str())
        .fetch_optional(&mut **transaction)
        .await?;
    if let Some(row) = row {
        let reader::Head { seq, at } = reader::head(&row)?;
        return Ok(Head { seq, at });
    }
    let meetings: i64 = sqlx::query_scalar("SELECT count(*) FROM meetings WHERE id = $1")
        .bind(meeting.as_str())
        .fetch_one(&mut **transaction)
        .await?;
    if meetings == 0 { Err(RecordsError::UnknownMeeting(meeting.clone())) } else { Ok(Head::NONE) }
}

/// Whether a commit of which nothing was heard was carried out; a transaction is there as a whole or not at all, so its
/// first event tells.
async fn was_committed(
    transaction: &mut Transaction<'_, Any>,
    batch: &[Append],
    unsure: &[Outcome],
) -> Result<bool, sqlx::Error> {
    let first = batch.iter().zip(unsure).find(|(_, outcome)| outcome.is_ok());
    let Some((request, entry)) = first.and_then(|(request, _)| Some((request, request.entries.first()?))) else {
        return Ok(false);
    };
    let found: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events WHERE meeting = $1 AND seq = $2 AND at_ms = $3 AND actor = $4 AND body = $5",
    )
    .bind(request.meeting.as_str())
    .bind(entry.seq.cast_signed())
    .bind(entry.at.as_millis())
    .bind(&entry.actor)
    .bind(&entry.body)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(found > 0)
}

/// Tells the first requests of the batch what became of them.
fn settle(batch: &mut Vec<Append>, outcomes: Vec<Outcome>, waiting: &AtomicUsize) {
    for (request, outcome) in batch.drain(..outcomes.len()).zip(outcomes) {
        waiting.fetch_sub(request.entries.len(), Ordering::Relaxed);
        answer(request, outcome);
    }
}

/// Who waits no longer is not missed, but what was refused must not vanish without a word.
fn answer(request: Append, outcome: Outcome) {
    if let Err(Err(error)) = request.reply.send(outcome) {
        tracing::error!(meeting = %request.meeting, %error, "an event was refused by the ledger");
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
