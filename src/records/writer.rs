//! The ledger's one writer: a task that owns the connection, commits what has queued up in one transaction, and
//! answers only when that is on disk.
//!
//! When the database fails (locked, full, read-only, gone), the batch stays and is tried again, with pauses that grow;
//! what comes meanwhile waits in the queue. Nothing that was acknowledged can be lost, and nothing is written twice.
//! What is wrong with one append is answered to that append alone, and the others are written.

use std::{
    collections::{BTreeSet, HashMap},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Any, AnyConnection, Connection, Transaction};
use tokio::sync::{mpsc, oneshot, watch};

use super::{Head, LedgerHealth, RecordsError, database::Database, dir::DirLock, reader};
use crate::{
    clock::Timestamp,
    ids::{MeetingId, NodeId, VoteId},
    ledger::{
        chain::{self, Record},
        checkpoint::{self, SigningKey, Statement},
    },
};

/// The most appends in one transaction.
const BATCH: usize = 256;
/// How long appends are written before what is written is committed and answered, however many more there are.
pub(super) const BATCH_TIME: Duration = Duration::from_millis(15);
/// How long one try may take until its connection is given up.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long one may take until that is told: whoever asks something waits no longer than this.
const SLOW: Duration = Duration::from_secs(2);
/// How often the chains that have grown are signed, in milliseconds.
const SIGN_EVERY_MS: u64 = 60_000;
/// The kind of the event after which a meeting's chain is signed at once.
const CLOSED: &str = "closed";
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

pub(super) struct Writer {
    pub(super) database: Database,
    /// None after a failure: the next try opens a new one.
    pub(super) connection: Option<AnyConnection>,
    pub(super) requests: mpsc::UnboundedReceiver<Append>,
    pub(super) batch: Vec<Append>,
    /// What the batch, or the first part of it, becomes if a commit of which nothing was heard was carried out.
    pub(super) unsure: Vec<Outcome>,
    pub(super) batch_time: Duration,
    pub(super) heads: Heads,
    pub(super) node: NodeId,
    pub(super) key: Arc<SigningKey>,
    /// Meetings whose chain may have grown since it was last signed.
    pub(super) unsigned: BTreeSet<MeetingId>,
    /// When the chains were last signed, or the writer began; and the same by a clock that nobody sets.
    pub(super) signed_at: Timestamp,
    pub(super) signed_on: Instant,
    pub(super) alive: watch::Receiver<Timestamp>,
    pub(super) alive_written: watch::Sender<Timestamp>,
    /// Whether what an earlier server left open is closed; its last sign of life is kept until then.
    pub(super) recovered: Arc<AtomicBool>,
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
        if !self.unsigned.is_empty() {
            // The last word of a server that ends in order; without it the next one signs.
            self.signed_at = Timestamp::from_millis(i64::MIN);
            if !matches!(tokio::time::timeout(ATTEMPT, self.attempt()).await, Ok(Ok(()))) {
                tracing::warn!("the ledger's end is not signed");
            }
        }
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
            let Err(error) = self.attempt_in_time().await else {
                if let Some((since, _)) = failing.map(|(since, at): (Instant, Timestamp)| (since.elapsed(), at)) {
                    tracing::info!(failed_for_ms = since.as_millis(), "the ledger is being written again");
                }
                self.health.send_if_modified(|health| std::mem::take(health) != LedgerHealth::Well);
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

    /// Tries once, and tells when that takes long, as with a database that says nothing.
    async fn attempt_in_time(&mut self) -> Result<(), RecordsError> {
        let (health, waiting, since) = (self.health.clone(), self.waiting.clone(), *self.alive.borrow());
        let mut attempt = pin!(tokio::time::timeout(ATTEMPT, self.attempt()));
        let attempted = match tokio::time::timeout(SLOW, &mut attempt).await {
            Ok(attempted) => attempted,
            Err(_) => {
                let (waiting, reason) = (waiting.load(Ordering::Relaxed), RecordsError::NoAnswer(SLOW).to_string());
                health.send_if_modified(|health| {
                    let was_well = *health == LedgerHealth::Well;
                    if was_well {
                        *health = LedgerHealth::Failing { since, waiting, reason };
                    }
                    was_well
                });
                attempt.await
            }
        };
        attempted.unwrap_or(Err(RecordsError::NoAnswer(ATTEMPT)))
    }

    fn fill_batch(&mut self) {
        while self.batch.len() < BATCH
            && let Ok(request) = self.requests.try_recv()
        {
            self.batch.push(request);
        }
    }

    /// Writes the batch and the sign of life, in one transaction unless that takes long, and answers; on an error all that
    /// was not answered stays as it was.
    pub(super) async fn attempt(&mut self) -> Result<(), RecordsError> {
        loop {
            match self.commit().await {
                Ok(()) if self.batch.is_empty() => return Ok(()),
                Ok(()) => {}
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

    /// Writes at least the first append of the batch, and as many more as there is time for.
    async fn commit(&mut self) -> Result<(), Failure> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.database.writer(false).await?),
        };
        let mut transaction = self.database.begin(connection).await?;
        if !self.unsure.is_empty() {
            // Inside the transaction, so that an earlier one is over, one way or the other.
            let committed = was_committed(&mut transaction, &self.node, &self.batch, &self.unsure).await?;
            let outcomes = std::mem::take(&mut self.unsure);
            if committed {
                settle(&mut self.batch, outcomes, &self.waiting);
            }
        }

        let alive = *self.alive.borrow_and_update();
        let begun = Instant::now();
        let mut outcomes = Vec::with_capacity(self.batch.len());
        for (place, request) in self.batch.iter().enumerate() {
            if place > 0 && begun.elapsed() >= self.batch_time {
                break;
            }
            let outcome = match write(&mut transaction, &self.node, &mut self.heads, request).await {
                Err(RecordsError::Database(error)) if self.database.blames_statement(&error) => {
                    return Err(Failure::Append(place, error.into()));
                }
                Err(error @ RecordsError::Database(_)) => return Err(Failure::Database(error)),
                outcome => outcome,
            };
            outcomes.push(outcome);
        }
        let part = self.batch.iter().take(outcomes.len());
        // Whatever becomes of this transaction: one too many here costs a look, one too few a signature.
        self.unsigned.extend(part.clone().map(|request| request.meeting.clone()));
        // While a clock that was set back catches up, the last sign of life stands still.
        let due_ms = alive.millis_since(self.signed_at).max(self.signed_on.elapsed().as_millis() as u64);
        let signs_all = due_ms >= SIGN_EVERY_MS;
        let signed: Vec<MeetingId> = if signs_all {
            self.unsigned.iter().cloned().collect()
        } else {
            part.filter(|request| request.closes()).map(|request| request.meeting.clone()).collect()
        };
        for meeting in &signed {
            sign(&mut transaction, &self.node, &self.key, &mut self.heads, meeting, alive).await?;
        }
        if self.recovered.load(Ordering::Relaxed) {
            let written = self.batch.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
            let last =
                written.flat_map(|(request, _)| &request.entries).map(|entry| entry.at).fold(alive, Timestamp::max);
            note_life(&mut transaction, last).await?;
        }
        // From here until the database answers nobody knows whether it is written.
        self.unsure = outcomes;
        transaction.commit().await?;
        settle(&mut self.batch, std::mem::take(&mut self.unsure), &self.waiting);
        self.alive_written.send_replace(alive);
        for meeting in &signed {
            self.unsigned.remove(meeting);
        }
        if signs_all {
            (self.signed_at, self.signed_on) = (alive, Instant::now());
        }
        Ok(())
    }
}

impl Append {
    fn closes(&self) -> bool {
        self.entries.iter().any(|entry| entry.kind == CLOSED)
    }
}

/// Writes the events of one append after the last one of their meeting. What is out of order writes nothing.
async fn write(transaction: &mut Transaction<'_, Any>, node: &NodeId, heads: &mut Heads, request: &Append) -> Outcome {
    let meeting = &request.meeting;
    let mut head = match heads.0.get(meeting) {
        Some(head) => *head,
        None => read_head(transaction, meeting, node).await?,
    };
    let (mut last_seq, mut last_at) = (head.seq, head.at);
    for &Entry { seq, at, .. } in &request.entries {
        if seq != last_seq + 1 || at < last_at {
            return Err(RecordsError::OutOfOrder { seq, at, last_seq, last_at });
        }
        (last_seq, last_at) = (seq, at);
    }
    for Entry { seq, at, actor, kind, body } in &request.entries {
        let record = Record { meeting, node, seq: *seq, at: *at, actor, kind, body_json: body };
        let next = Head { seq: *seq, at: *at, hash: chain::link(&head.hash, &record) };
        sqlx::query(
            "INSERT INTO events (meeting, node, seq, at_ms, actor, kind, body, prev_hash, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(meeting.as_str())
        .bind(node.as_str())
        .bind(seq.cast_signed())
        .bind(at.as_millis())
        .bind(actor)
        .bind(kind)
        .bind(body)
        .bind(head.hash.as_bytes().as_slice())
        .bind(next.hash.as_bytes().as_slice())
        .execute(&mut **transaction)
        .await?;
        head = next;
    }
    if let Some((vote, choice)) = request.ballot {
        sqlx::query(
            "INSERT INTO ballots (meeting, vote, choice, count) VALUES ($1, $2, $3, 1)
             ON CONFLICT (meeting, vote, choice) DO UPDATE SET count = ballots.count + 1",
        )
        .bind(meeting.as_str())
        .bind(i64::from(vote.0))
        .bind(i64::from(choice))
        .execute(&mut **transaction)
        .await?;
    }
    heads.0.insert(meeting.clone(), head);
    Ok(())
}

/// Keeps the last instant at which this server is known to be alive; never an earlier one than is kept.
async fn note_life(transaction: &mut Transaction<'_, Any>, at: Timestamp) -> Result<(), RecordsError> {
    sqlx::query(
        "INSERT INTO liveness (only_row, last_known_ms) VALUES (1, $1)
         ON CONFLICT (only_row) DO UPDATE SET last_known_ms = excluded.last_known_ms
         WHERE liveness.last_known_ms < excluded.last_known_ms",
    )
    .bind(at.as_millis())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Signs where the chain of a meeting stands, unless that is signed already or there is no chain.
async fn sign(
    transaction: &mut Transaction<'_, Any>,
    node: &NodeId,
    key: &SigningKey,
    heads: &mut Heads,
    meeting: &MeetingId,
    now: Timestamp,
) -> Result<(), RecordsError> {
    let head = match heads.0.get(meeting) {
        Some(head) => *head,
        None => match read_head(transaction, meeting, node).await {
            Err(RecordsError::UnknownMeeting(_)) => return Ok(()),
            head => head?,
        },
    };
    let signed: i64 =
        sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM checkpoints WHERE meeting = $1 AND node = $2")
            .bind(meeting.as_str())
            .bind(node.as_str())
            .fetch_one(&mut **transaction)
            .await?;
    let after = signed.cast_unsigned();
    if head.seq <= after {
        return Ok(());
    }
    let last_number: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM checkpoints WHERE node = $1")
        .bind(node.as_str())
        .fetch_one(&mut **transaction)
        .await?;
    let statement = Statement {
        meeting: meeting.clone(),
        node: node.clone(),
        number: last_number.cast_unsigned() + 1,
        after,
        seq: head.seq,
        hash: head.hash,
        at: now.max(head.at),
    };
    let checkpoint = checkpoint::sign(key, statement);
    sqlx::query(
        "INSERT INTO checkpoints (meeting, node, number, after_seq, seq, hash, at_ms, key_id, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(meeting.as_str())
    .bind(node.as_str())
    .bind(checkpoint.number.cast_signed())
    .bind(checkpoint.after.cast_signed())
    .bind(checkpoint.seq.cast_signed())
    .bind(checkpoint.hash.as_bytes().as_slice())
    .bind(checkpoint.at.as_millis())
    .bind(&checkpoint.key_id)
    .bind(&checkpoint.signature)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The name of the server that writes to a database; made when the database is new.
pub(super) async fn node(connection: &mut AnyConnection) -> Result<NodeId, RecordsError> {
    sqlx::query("INSERT INTO node (only_row, id) VALUES (1, $1) ON CONFLICT DO NOTHING")
        .bind(NodeId::random().as_str())
        .execute(&mut *connection)
        .await?;
    let id: String = sqlx::query_scalar("SELECT id FROM node").fetch_one(connection).await?;
    id.try_into().map_err(RecordsError::damaged("node"))
}

/// The meetings whose chain has grown since it was last signed: an earlier server ended before it could.
pub(super) async fn unsigned(
    connection: &mut AnyConnection,
    node: &NodeId,
) -> Result<BTreeSet<MeetingId>, RecordsError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT last.meeting FROM (SELECT meeting, max(seq) AS seq FROM events WHERE node = $1 GROUP BY meeting) AS last
         WHERE NOT EXISTS (
             SELECT 1 FROM checkpoints WHERE meeting = last.meeting AND node = $1 AND checkpoints.seq = last.seq)",
    )
    .bind(node.as_str())
    .fetch_all(connection)
    .await?;
    ids.into_iter().map(|id| id.try_into().map_err(RecordsError::damaged("events"))).collect()
}

async fn read_head(
    transaction: &mut Transaction<'_, Any>,
    meeting: &MeetingId,
    node: &NodeId,
) -> Result<Head, RecordsError> {
    let row =
        sqlx::query("SELECT seq, at_ms, hash FROM events WHERE meeting = $1 AND node = $2 ORDER BY seq DESC LIMIT 1")
            .bind(meeting.as_str())
            .bind(node.as_str())
            .fetch_optional(&mut **transaction)
            .await?;
    if let Some(row) = row {
        return reader::head(&row);
    }
    let meetings: i64 = sqlx::query_scalar("SELECT count(*) FROM meetings WHERE id = $1")
        .bind(meeting.as_str())
        .fetch_one(&mut **transaction)
        .await?;
    if meetings == 0 {
        return Err(RecordsError::UnknownMeeting(meeting.clone()));
    }
    Ok(Head { seq: 0, at: Timestamp::from_millis(i64::MIN), hash: chain::genesis(meeting, node) })
}

/// Whether a commit of which nothing was heard was carried out; a transaction is there as a whole or not at all, so its
/// first event tells.
async fn was_committed(
    transaction: &mut Transaction<'_, Any>,
    node: &NodeId,
    batch: &[Append],
    unsure: &[Outcome],
) -> Result<bool, sqlx::Error> {
    let first = batch.iter().zip(unsure).find(|(_, outcome)| outcome.is_ok());
    let Some((request, entry)) = first.and_then(|(request, _)| Some((request, request.entries.first()?))) else {
        return Ok(false);
    };
    let found: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events
         WHERE meeting = $1 AND node = $2 AND seq = $3 AND at_ms = $4 AND actor = $5 AND body = $6",
    )
    .bind(request.meeting.as_str())
    .bind(node.as_str())
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
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;
    use crate::{
        meeting::{Event, EventBody, test_meeting},
        records::{
            Reader, Records, dir, entry, ledger_key,
            testing::{Kind, Site, at, event, on_both, up},
        },
    };

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    /// A writer that is stepped by hand, on a database with one meeting.
    struct Bench {
        site: Site,
        writer: Writer,
        meeting: MeetingId,
        _queue: mpsc::UnboundedSender<Append>,
        _alive: watch::Sender<Timestamp>,
    }

    impl Bench {
        async fn new(kind: Kind) -> Bench {
            let site = Site::new(kind).await;
            let records = Records::open(site.store(), NOW).await.unwrap();
            records.create_meeting(&test_meeting()).await.unwrap();
            records.close().await;
            let database = Database::of(&site.store());
            let (queue, requests) = mpsc::unbounded_channel();
            let (alive, alive_seen) = watch::channel(NOW);
            let writer = Writer {
                connection: Some(database.writer(false).await.unwrap()),
                database,
                requests,
                batch: Vec::new(),
                unsure: Vec::new(),
                batch_time: Duration::MAX,
                heads: Heads::default(),
                node: records.node().clone(),
                key: Arc::new(ledger_key::open(&site.store().dir).unwrap()),
                unsigned: BTreeSet::new(),
                signed_at: NOW,
                signed_on: Instant::now(),
                alive: alive_seen,
                alive_written: watch::channel(NOW).0,
                recovered: Arc::new(AtomicBool::new(true)),
                health: watch::channel(LedgerHealth::Well).0,
                waiting: Arc::new(AtomicUsize::new(0)),
                close_limit: Duration::ZERO,
                lock: dir::take(&site.store().dir).unwrap(),
            };
            Bench { site, writer, meeting: test_meeting().id, _queue: queue, _alive: alive }
        }

        /// Puts an event into the batch and returns where its answer comes.
        fn put(&mut self, event: &Event) -> oneshot::Receiver<Outcome> {
            let (reply, answer) = oneshot::channel();
            let entries = vec![entry(event).unwrap()];
            self.writer.waiting.fetch_add(1, Ordering::Relaxed);
            self.writer.batch.push(Append { meeting: self.meeting.clone(), entries, ballot: None, reply });
            answer
        }

        /// Changes how the writer's connection works.
        async fn set(&mut self, statement: &str) {
            let connection = self.writer.connection.as_mut().unwrap();
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(connection).await.unwrap();
        }

        async fn ledger(&self) -> Vec<Event> {
            Reader::open(self.site.store()).await.unwrap().events(&self.meeting).await.unwrap()
        }
    }

    fn events() -> [Event; 3] {
        [1, 2, 3].map(|seq| event(seq, 1_000, up("071", &format!("PA_{seq}"))))
    }

    on_both! {
        a_read_only_database_keeps_the_batch_until_it_can_be_written,
        a_commit_that_was_carried_out_though_nothing_was_heard_of_it_is_not_written_twice,
        a_commit_that_failed_is_written_anew,
        what_the_database_itself_refuses_is_answered_alone,
        a_connection_that_was_cut_is_replaced,
        a_chain_is_signed_though_the_clock_was_set_back,
        a_batch_that_takes_long_is_answered_in_parts,
    }

    async fn a_read_only_database_keeps_the_batch_until_it_can_be_written(kind: Kind) {
        let [first, second, _] = events();
        let mut bench = Bench::new(kind).await;
        let mut first_answer = bench.put(&first);
        let (on, off) = match kind {
            Kind::Sqlite => ("PRAGMA query_only = on", "PRAGMA query_only = off"),
            Kind::Postgres => ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
        };
        bench.set(on).await;
        let error = bench.writer.attempt().await.unwrap_err();
        assert!(error.to_string().replace('-', "").contains("readonly"), "{error}");
        assert_eq!(first_answer.try_recv().unwrap_err(), TryRecvError::Empty);
        assert!(bench.ledger().await.is_empty());

        let second_answer = bench.put(&second);
        bench.set(off).await;
        bench.writer.attempt().await.unwrap();
        first_answer.await.unwrap().unwrap();
        second_answer.await.unwrap().unwrap();
        assert_eq!(bench.ledger().await, [first, second]);
        assert_eq!(bench.writer.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_full_disk_takes_all_of_a_batch_or_nothing() {
        let mut bench = Bench::new(Kind::Sqlite).await;
        let text = "x".repeat(8_000);
        let events: Vec<Event> =
            (1..=60).map(|seq| event(seq, 1_000, EventBody::Announced { text: text.clone() })).collect();
        let answers: Vec<_> = events.iter().map(|event| bench.put(event)).collect();
        bench.set("PRAGMA max_page_count = 80").await;
        let error = bench.writer.attempt().await.unwrap_err();
        assert!(error.to_string().contains("full"), "{error}");
        assert!(bench.ledger().await.is_empty());

        // As the writer's loop does it: what comes after a failure is a new connection, and nothing remembered.
        bench.writer.connection = None;
        bench.writer.heads.0.clear();
        bench.writer.attempt().await.unwrap();
        for answer in answers {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(bench.ledger().await, events);
    }

    async fn a_commit_that_was_carried_out_though_nothing_was_heard_of_it_is_not_written_twice(kind: Kind) {
        let [first, second, third] = events();
        let mut bench = Bench::new(kind).await;
        for answer in [bench.put(&first), bench.put(&second)] {
            bench.writer.attempt().await.unwrap();
            answer.await.unwrap().unwrap();
        }
        // The same requests again, as if the answer to that commit had been lost; and one that came meanwhile.
        let answers = [bench.put(&first), bench.put(&second), bench.put(&third)];
        bench.writer.unsure = vec![Ok(()), Ok(())];
        bench.writer.heads.0.clear();
        bench.writer.attempt().await.unwrap();
        for answer in answers {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(bench.ledger().await, [first, second, third]);
    }

    async fn a_commit_that_failed_is_written_anew(kind: Kind) {
        let [first, ..] = events();
        let mut bench = Bench::new(kind).await;
        let answer = bench.put(&first);
        bench.writer.unsure = vec![Ok(())];
        bench.writer.attempt().await.unwrap();
        answer.await.unwrap().unwrap();
        assert_eq!(bench.ledger().await, [first]);
    }

    async fn what_the_database_itself_refuses_is_answered_alone(kind: Kind) {
        let [first, second, _] = events();
        let mut bench = Bench::new(kind).await;
        let answer = bench.put(&first);
        bench.writer.attempt().await.unwrap();
        answer.await.unwrap().unwrap();

        // Somebody writes from beside, which nobody may: the writer's memory of the last event is wrong by then.
        let mut tool = bench.writer.database.tool().await.unwrap();
        let forged = "INSERT INTO events SELECT meeting, node, 2, at_ms, actor, kind, body, hash, hash FROM events";
        sqlx::query(forged).execute(&mut tool).await.unwrap();
        let refused = bench.put(&second);
        let next = bench.put(&Event { seq: 3, at: at(2_000), ..second.clone() });
        bench.writer.attempt().await.unwrap();
        let error = refused.await.unwrap().unwrap_err();
        assert!(error.to_string().contains("comes right after the last one"), "{error}");
        next.await.unwrap().unwrap();
        assert_eq!(bench.ledger().await.len(), 3);
    }

    async fn a_chain_is_signed_though_the_clock_was_set_back(kind: Kind) {
        let [first, ..] = events();
        let mut bench = Bench::new(kind).await;
        // Signed an hour ahead of what the clock says now, and a minute ago.
        bench.writer.signed_at = at(NOW.as_millis() + 3_600_000);
        let answer = bench.put(&first);
        bench.writer.attempt().await.unwrap();
        answer.await.unwrap().unwrap();
        let signed = async |bench: &Bench| {
            Reader::open(bench.site.store()).await.unwrap().checkpoints(&bench.meeting).await.unwrap().len()
        };
        assert_eq!(signed(&bench).await, 0);
        bench.writer.signed_on = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        bench.writer.attempt().await.unwrap();
        assert_eq!(signed(&bench).await, 1);
    }

    async fn a_batch_that_takes_long_is_answered_in_parts(kind: Kind) {
        let mut bench = Bench::new(kind).await;
        bench.writer.batch_time = Duration::ZERO;
        let answers = events().map(|event| bench.put(&event));
        bench.writer.commit().await.unwrap_or_else(|_| panic!("it is written"));
        assert_eq!((bench.ledger().await.len(), bench.writer.batch.len()), (1, 2));
        bench.writer.attempt().await.unwrap();
        for answer in answers {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(bench.ledger().await, events());
        assert_eq!(bench.writer.waiting.load(Ordering::Relaxed), 0);
    }

    async fn a_connection_that_was_cut_is_replaced(kind: Kind) {
        let [first, second, _] = events();
        let mut bench = Bench::new(kind).await;
        let answer = bench.put(&first);
        bench.writer.attempt().await.unwrap();
        answer.await.unwrap().unwrap();

        match kind {
            Kind::Sqlite => bench.writer.connection = None,
            Kind::Postgres => {
                let mut tool = bench.writer.database.tool().await.unwrap();
                let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                           WHERE datname = current_database() AND pid <> pg_backend_pid()";
                sqlx::query(cut).execute(&mut tool).await.unwrap();
            }
        }
        let answer = bench.put(&second);
        assert!(bench.writer.settle_batch().await);
        answer.await.unwrap().unwrap();
        assert_eq!(bench.ledger().await, [first, second]);
    }
}
