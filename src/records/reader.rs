//! Reading what is kept, also while a server writes it and while none runs.

use std::collections::BTreeMap;

use sqlx::{Any, AnyPool, Row, Transaction, any::AnyRow};

use super::{RecordsError, Store, database::Database, directory::Newest, schema};
use crate::{
    clock::Timestamp,
    ids::{MeetingId, VoteId},
    ledger::chain::Hash,
    meeting::{self, Event, EventBody, NoPlace},
};

/// How often each option of each secret vote was chosen.
pub type Ballots = BTreeMap<VoteId, BTreeMap<u8, u32>>;

/// The last event of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub at: Timestamp,
    pub hash: Hash,
}

/// Reads the database of a store and changes nothing in it; clones share their connections.
#[derive(Clone)]
pub struct Reader {
    database: Database,
    pool: AnyPool,
    directory: Newest,
}

impl Reader {
    /// Opens the database that a server made. A server may be running on it.
    ///
    /// # Errors
    /// When there is none, or when its schema is older or newer than this program's.
    pub async fn open(store: impl Into<Store>) -> Result<Reader, RecordsError> {
        Self::of(&Database::of(&store.into())).await
    }

    pub(super) async fn of(database: &Database) -> Result<Reader, RecordsError> {
        let pool = database.reading().await?;
        schema::check(database, &mut *pool.acquire().await?).await?;
        Ok(Reader { database: database.clone(), pool, directory: Newest::default() })
    }

    /// A transaction in which everything is read as of one moment, whatever is written meanwhile.
    pub(super) async fn snapshot(&self) -> Result<Transaction<'static, Any>, RecordsError> {
        Ok(self.database.begin_reading(&self.pool).await?)
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    pub(super) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub(super) fn newest(&self) -> &Newest {
        &self.directory
    }

    /// Every event of a meeting in order.
    pub async fn events(&self, id: &MeetingId) -> Result<Vec<Event>, RecordsError> {
        self.events_after(id, 0, u32::MAX).await
    }

    /// The events of a meeting that follow the one numbered `seq`, in order, at most `limit`.
    pub async fn events_after(&self, id: &MeetingId, seq: u64, limit: u32) -> Result<Vec<Event>, RecordsError> {
        let rows = sqlx::query(
            "SELECT seq, at_ms, actor, body FROM events
             WHERE meeting = $1 AND node = (SELECT id FROM node) AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(id.as_str())
        .bind(seq.cast_signed())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(event).collect()
    }

    /// The last event of a meeting that is on disk; none before the first.
    pub async fn head(&self, id: &MeetingId) -> Result<Option<Head>, RecordsError> {
        let row = sqlx::query(
            "SELECT seq, at_ms, hash FROM events WHERE meeting = $1 AND node = (SELECT id FROM node)
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(id.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(head).transpose()
    }

    /// The ballot boxes of a meeting's secret votes.
    pub async fn ballots(&self, id: &MeetingId) -> Result<Ballots, RecordsError> {
        let damaged = |_| RecordsError::Damaged { place: "ballots", reason: "a number out of its range".to_owned() };
        let rows = sqlx::query("SELECT vote, choice, count FROM ballots WHERE meeting = $1")
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        let mut ballots = Ballots::new();
        for row in &rows {
            let vote = u32::try_from(row.try_get::<i64, _>("vote")?).map_err(damaged)?;
            let choice = u8::try_from(row.try_get::<i64, _>("choice")?).map_err(damaged)?;
            let count = u32::try_from(row.try_get::<i64, _>("count")?).map_err(damaged)?;
            ballots.entry(VoteId(vote)).or_default().insert(choice, count);
        }
        Ok(ballots)
    }

    /// The meetings whose ledger leaves a line open: the server ended without closing it, or it runs and the line is up.
    pub async fn open_meetings(&self) -> Result<Vec<MeetingId>, RecordsError> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT meeting FROM events WHERE kind = 'line-up' AND node = (SELECT id FROM node) ORDER BY meeting")
                .fetch_all(&self.pool)
                .await?;
        let mut open = Vec::new();
        for id in ids {
            let id: MeetingId = id.try_into().map_err(RecordsError::damaged("events"))?;
            let rows = sqlx::query(
                "SELECT seq, at_ms, actor, body FROM events
                 WHERE meeting = $1 AND node = (SELECT id FROM node) AND kind IN ('line-up', 'line-down', 'recovered') ORDER BY seq",
            )
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
            let lines: Vec<Event> = rows.iter().map(event).collect::<Result<_, _>>()?;
            if meeting::leave_a_line_open(&lines) {
                open.push(id);
            }
        }
        Ok(open)
    }

    /// The meetings of which a newer version of the plan is kept than the ledger last named: the server ended between
    /// saving and saying so.
    pub async fn unnamed_plans(&self) -> Result<Vec<MeetingId>, RecordsError> {
        let rows = sqlx::query(
            "SELECT events.meeting, events.body, meetings.version FROM events JOIN meetings ON meetings.id = events.meeting
             WHERE kind IN ('published', 'withdrawn', 'plan-changed') AND node = (SELECT id FROM node)
             ORDER BY events.meeting, seq",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut last: BTreeMap<String, bool> = BTreeMap::new();
        for row in &rows {
            let body: EventBody = serde_json::from_str(row.try_get("body")?)
                .map_err(|error| damaged(format!("an event of a plan: {error}")))?;
            let newest: i64 = row.try_get("version")?;
            let named = match body {
                EventBody::Published { plan } | EventBody::PlanChanged { plan } => Some(i64::from(plan.version)),
                _ => None,
            };
            last.insert(row.try_get("meeting")?, named.is_some_and(|named| named < newest));
        }
        let unnamed = last.into_iter().filter(|(_, unnamed)| *unnamed);
        unnamed.map(|(id, _)| id.try_into().map_err(RecordsError::damaged("events"))).collect()
    }

    /// The last instant at which a server is known to have been alive; none in a new database.
    pub async fn last_known(&self) -> Result<Option<Timestamp>, RecordsError> {
        let millis: Option<i64> =
            sqlx::query_scalar("SELECT last_known_ms FROM liveness").fetch_optional(&self.pool).await?;
        Ok(millis.map(Timestamp::from_millis))
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

pub(super) fn head(row: &AnyRow) -> Result<Head, RecordsError> {
    let seq = seq(row)?;
    let hash = row.try_get::<&[u8], _>("hash")?.try_into();
    Ok(Head {
        seq,
        at: Timestamp::from_millis(row.try_get("at_ms")?),
        hash: hash.map_err(|_| damaged(format!("the hash of event {seq}")))?,
    })
}

pub(super) fn event(row: &AnyRow) -> Result<Event, RecordsError> {
    let seq = seq(row)?;
    Ok(Event {
        seq,
        at: Timestamp::from_millis(row.try_get("at_ms")?),
        actor: row
            .try_get::<&str, _>("actor")?
            .parse()
            .map_err(|error: NoPlace| damaged(format!("event {seq}: {error}")))?,
        body: serde_json::from_str(row.try_get("body")?).map_err(|error| damaged(format!("event {seq}: {error}")))?,
    })
}

fn seq(row: &AnyRow) -> Result<u64, RecordsError> {
    let seq: i64 = row.try_get("seq")?;
    u64::try_from(seq).map_err(|_| damaged(format!("sequence number {seq}")))
}

fn damaged(reason: String) -> RecordsError {
    RecordsError::Damaged { place: "events", reason }
}
