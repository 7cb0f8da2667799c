//! Reading what is kept, also while a server writes it and while none runs.

use std::path::Path;

use sqlx::{
    Row, SqlitePool,
    sqlite::{SqlitePoolOptions, SqliteRow},
};

use super::{RecordsError, dir, invite::InviteCode, schema};
use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{Event, Meeting, NoPlace, Seat},
};

/// Reads the database of a data directory and changes nothing in it; clones share their connections.
#[derive(Clone)]
pub struct Reader {
    pool: SqlitePool,
}

impl Reader {
    /// Opens the database that a server made in `dir`. A server may be running on it.
    ///
    /// # Errors
    /// When there is none, or when its schema is older or newer than this program's.
    pub async fn open(dir: &Path) -> Result<Reader, RecordsError> {
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(dir::reading(dir)).await?;
        schema::check(&mut *pool.acquire().await?).await?;
        Ok(Reader { pool })
    }

    /// The meetings, the one that starts first first.
    pub async fn meetings(&self) -> Result<Vec<MeetingId>, RecordsError> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT id FROM meetings ORDER BY starts_at_ms, id").fetch_all(&self.pool).await?;
        ids.into_iter().map(|id| id.try_into().map_err(RecordsError::damaged("meetings"))).collect()
    }

    pub async fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, RecordsError> {
        let plan: Option<String> = sqlx::query_scalar("SELECT plan FROM meetings WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        let damaged = |error: serde_json::Error| RecordsError::Damaged { place: "meetings", reason: error.to_string() };
        plan.map(|plan| serde_json::from_str(&plan).map_err(damaged)).transpose()
    }

    /// Every event of a meeting in order.
    pub async fn events(&self, id: &MeetingId) -> Result<Vec<Event>, RecordsError> {
        let rows = sqlx::query("SELECT seq, at_ms, actor, body FROM events WHERE meeting = ? ORDER BY seq")
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(event).collect()
    }

    /// The seat that a code opens; hyphens, spaces and letter case do not matter. A revoked code opens none.
    pub async fn redeem(&self, code: &str) -> Result<Option<Seat>, RecordsError> {
        let Some(code) = InviteCode::parse(code) else { return Ok(None) };
        let row = sqlx::query("SELECT meeting, place FROM invites WHERE code_sha256 = ? AND revoked_at_ms IS NULL")
            .bind(code.sha256())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(seat).transpose()
    }

    /// The last instant at which a server is known to have been alive; none in a new database.
    pub(super) async fn last_known(&self) -> Result<Option<Timestamp>, RecordsError> {
        let millis: Option<i64> = sqlx::query_scalar(
            "SELECT max(at) FROM (SELECT max(at_ms) AS at FROM events UNION ALL SELECT last_known_ms FROM liveness)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(millis.map(Timestamp::from_millis))
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn event(row: &SqliteRow) -> Result<Event, RecordsError> {
    let damaged = |reason: String| RecordsError::Damaged { place: "events", reason };
    let seq: i64 = row.try_get("seq")?;
    let body: String = row.try_get("body")?;
    Ok(Event {
        seq: u64::try_from(seq).map_err(|_| damaged(format!("sequence number {seq}")))?,
        at: Timestamp::from_millis(row.try_get("at_ms")?),
        actor: row
            .try_get::<String, _>("actor")?
            .parse()
            .map_err(|error: NoPlace| damaged(format!("event {seq}: {error}")))?,
        body: serde_json::from_str(&body).map_err(|error| damaged(format!("event {seq}: {error}")))?,
    })
}

fn seat(row: &SqliteRow) -> Result<Seat, RecordsError> {
    Ok(Seat {
        meeting: row.try_get::<String, _>("meeting")?.try_into().map_err(RecordsError::damaged("invites"))?,
        place: row
            .try_get::<String, _>("place")?
            .parse()
            .map_err(|error: NoPlace| RecordsError::Damaged { place: "invites", reason: error.to_string() })?,
    })
}
