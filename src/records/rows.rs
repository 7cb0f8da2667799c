//! The ledger as it lies in the database, row by row and unread: for those who check it, copy it or carry it elsewhere.

use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Reader, RecordsError};
use crate::{
    clock::Timestamp,
    ids::MeetingId,
    ledger::{checkpoint::Checkpoint, line::Line},
};

/// An event as it is stored. Nothing in it is taken for granted: a row may have been tampered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub meeting: String,
    pub node: String,
    pub seq: i64,
    pub at_ms: i64,
    pub actor: String,
    pub kind: String,
    /// JSON, byte for byte as the hash covers it.
    pub body: String,
    pub prev_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Reader {
    /// The meetings that have events, by their ids.
    pub async fn meetings_with_events(&self) -> Result<Vec<MeetingId>, RecordsError> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT meeting FROM events ORDER BY meeting").fetch_all(self.pool()).await?;
        ids.into_iter().map(|id| id.try_into().map_err(RecordsError::damaged("events"))).collect()
    }

    /// The rows of a meeting's ledger of all nodes, each node's in order; at most `limit` of those that follow the place
    /// (node, number) `after`.
    pub async fn event_rows(
        &self,
        meeting: &MeetingId,
        after: Option<(&str, i64)>,
        limit: u32,
    ) -> Result<Vec<EventRow>, RecordsError> {
        event_rows(&mut *self.pool().acquire().await?, meeting.as_str(), after, limit).await
    }

    /// The checkpoints of a meeting of all nodes, each node's in order.
    pub async fn checkpoints(&self, meeting: &MeetingId) -> Result<Vec<Checkpoint>, RecordsError> {
        checkpoints(&mut *self.pool().acquire().await?, meeting.as_str()).await
    }
}

/// See [`Reader::event_rows`].
pub(super) async fn event_rows(
    connection: &mut AnyConnection,
    meeting: &str,
    after: Option<(&str, i64)>,
    limit: u32,
) -> Result<Vec<EventRow>, RecordsError> {
    let rows = match after {
        // Not "after the least place": what was put in may have any.
        None => sqlx::query(
            "SELECT meeting, node, seq, at_ms, actor, kind, body, prev_hash, hash FROM events
             WHERE meeting = $1 ORDER BY node, seq LIMIT $2",
        )
        .bind(meeting)
        .bind(i64::from(limit)),
        Some((node, seq)) => sqlx::query(
            "SELECT meeting, node, seq, at_ms, actor, kind, body, prev_hash, hash FROM events
             WHERE meeting = $1 AND (node, seq) > ($3, $4) ORDER BY node, seq LIMIT $2",
        )
        .bind(meeting)
        .bind(i64::from(limit))
        .bind(node)
        .bind(seq),
    };
    rows.fetch_all(connection).await?.iter().map(event_row).collect()
}

/// Every version of a meeting's plan, in order, as it lies there.
pub(super) async fn plan_rows(connection: &mut AnyConnection, meeting: &str) -> Result<Vec<Line>, RecordsError> {
    let rows = sqlx::query("SELECT version, sha256, body FROM plans WHERE meeting = $1 ORDER BY version")
        .bind(meeting)
        .fetch_all(connection)
        .await?;
    rows.iter().map(plan_row).collect()
}

/// See [`Reader::checkpoints`].
pub(super) async fn checkpoints(
    connection: &mut AnyConnection,
    meeting: &str,
) -> Result<Vec<Checkpoint>, RecordsError> {
    let rows = sqlx::query(
        "SELECT meeting, node, number, after_seq, seq, hash, at_ms, key_id, signature FROM checkpoints
         WHERE meeting = $1 ORDER BY node, seq",
    )
    .bind(meeting)
    .fetch_all(connection)
    .await?;
    rows.iter().map(checkpoint).collect()
}

fn event_row(row: &AnyRow) -> Result<EventRow, RecordsError> {
    Ok(EventRow {
        meeting: row.try_get("meeting")?,
        node: row.try_get("node")?,
        seq: row.try_get("seq")?,
        at_ms: row.try_get("at_ms")?,
        actor: row.try_get("actor")?,
        kind: row.try_get("kind")?,
        body: row.try_get("body")?,
        prev_hash: row.try_get("prev_hash")?,
        hash: row.try_get("hash")?,
    })
}

fn checkpoint(row: &AnyRow) -> Result<Checkpoint, RecordsError> {
    let seq: i64 = row.try_get("seq")?;
    let damaged =
        |what: &str| RecordsError::Damaged { place: "checkpoints", reason: format!("{what} of the one at {seq}") };
    let number = |column: &str| u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| damaged(column));
    Ok(Checkpoint {
        meeting: row.try_get::<String, _>("meeting")?.try_into().map_err(RecordsError::damaged("checkpoints"))?,
        node: row.try_get::<String, _>("node")?.try_into().map_err(RecordsError::damaged("checkpoints"))?,
        number: number("number")?,
        after: number("after_seq")?,
        seq: number("seq")?,
        hash: row.try_get::<&[u8], _>("hash")?.try_into().map_err(|_| damaged("hash"))?,
        at: Timestamp::from_millis(row.try_get("at_ms")?),
        key_id: row.try_get("key_id")?,
        signature: row.try_get("signature")?,
    })
}

fn plan_row(row: &AnyRow) -> Result<Line, RecordsError> {
    let version: i64 = row.try_get("version")?;
    let damaged = |_| RecordsError::Damaged { place: "plans", reason: format!("the version {version}") };
    let version = u32::try_from(version).map_err(damaged)?;
    Ok(Line::Plan { version, sha256: row.try_get("sha256")?, body: row.try_get("body")? })
}
