//! The meetings as they are set up: every version of a plan is kept, and the list of meetings follows the newest.

use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction, any::AnyRow};
use utoipa::ToSchema;

use super::{Reader, Records, RecordsError};
use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{Meeting, Phase, PlanRef},
};

/// The most meetings on one page of the list.
pub const MAX_PAGE: u32 = 200;

/// A meeting in the list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingSummary {
    pub id: MeetingId,
    pub number: String,
    pub title: String,
    pub starts_at: Timestamp,
    /// The newest version of its plan.
    pub version: u32,
    pub phase: Phase,
}

/// A part of the list of meetings, which begins with the one that starts first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where the page before it ended: that meeting's start and id.
    pub after: Option<(Timestamp, MeetingId)>,
    /// 1 to [`MAX_PAGE`]; more is cut down to that.
    pub limit: u32,
}

impl Page {
    pub const FIRST: Page = Page { after: None, limit: MAX_PAGE };
}

impl MeetingSummary {
    /// Where a page that ends with this meeting ended.
    pub fn position(&self) -> (Timestamp, MeetingId) {
        (self.starts_at, self.id.clone())
    }
}

impl Records {
    /// Keeps the first version of a meeting's plan.
    ///
    /// # Errors
    /// [`RecordsError::MeetingExists`], and [`RecordsError::Plan`] when the meeting cannot be held like this.
    pub async fn create_meeting(&self, meeting: &Meeting) -> Result<PlanRef, RecordsError> {
        meeting.check()?;
        let (plan, body) = written(meeting, 1)?;
        let mut transaction = self.begin().await?;
        let made = sqlx::query(
            "INSERT INTO meetings (id, number, title, starts_at_ms, version) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(meeting.id.as_str())
        .bind(listed(&meeting.number))
        .bind(listed(&meeting.title))
        .bind(meeting.starts_at.as_millis())
        .bind(i64::from(plan.version))
        .execute(&mut *transaction)
        .await?;
        if made.rows_affected() == 0 {
            return Err(RecordsError::MeetingExists(meeting.id.clone()));
        }
        keep(&mut transaction, &meeting.id, &plan, &body).await?;
        transaction.commit().await?;
        Ok(plan)
    }

    /// Keeps the next version of a meeting's plan, if the newest one is still `expected`.
    ///
    /// # Errors
    /// [`RecordsError::PlanConflict`] when somebody else saved one meanwhile; [`RecordsError::UnknownMeeting`];
    /// [`RecordsError::Plan`] when the meeting cannot be held like this.
    pub async fn save_plan(&self, meeting: &Meeting, expected: u32) -> Result<PlanRef, RecordsError> {
        meeting.check()?;
        let (plan, body) = written(meeting, expected.saturating_add(1))?;
        let mut transaction = self.begin().await?;
        let moved = sqlx::query(
            "UPDATE meetings SET number = $1, title = $2, starts_at_ms = $3, version = $4 WHERE id = $5 AND version = $6",
        )
        .bind(listed(&meeting.number))
        .bind(listed(&meeting.title))
        .bind(meeting.starts_at.as_millis())
        .bind(i64::from(plan.version))
        .bind(meeting.id.as_str())
        .bind(i64::from(expected))
        .execute(&mut *transaction)
        .await?;
        if moved.rows_affected() == 0 {
            let found: Option<i64> = sqlx::query_scalar("SELECT version FROM meetings WHERE id = $1")
                .bind(meeting.id.as_str())
                .fetch_optional(&mut *transaction)
                .await?;
            let found = found.ok_or_else(|| RecordsError::UnknownMeeting(meeting.id.clone()))?;
            return Err(RecordsError::PlanConflict { expected, found: version(found)? });
        }
        keep(&mut transaction, &meeting.id, &plan, &body).await?;
        transaction.commit().await?;
        Ok(plan)
    }
}

impl Reader {
    /// A page of the list of meetings, the one that starts first first.
    pub async fn meetings(&self, page: &Page) -> Result<Vec<MeetingSummary>, RecordsError> {
        let (at, id) = match &page.after {
            Some((at, id)) => (at.as_millis(), id.as_str()),
            None => (i64::MIN, ""),
        };
        let rows = sqlx::query(
            "SELECT id, number, title, starts_at_ms, version, (
                 SELECT kind FROM events WHERE meeting = meetings.id AND kind IN (
                     'published', 'withdrawn', 'line-check-began', 'opened', 'paused', 'resumed', 'closed')
                 ORDER BY at_ms DESC, seq DESC LIMIT 1) AS turn
             FROM meetings WHERE (starts_at_ms, id) > ($1, $2)
             ORDER BY starts_at_ms, id LIMIT $3",
        )
        .bind(at)
        .bind(id)
        .bind(i64::from(page.limit.clamp(1, MAX_PAGE)))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(summary).collect()
    }

    /// The newest version of a meeting's plan.
    pub async fn plan(&self, id: &MeetingId) -> Result<Option<(Meeting, PlanRef)>, RecordsError> {
        let row =
            sqlx::query("SELECT version, sha256, body FROM plans WHERE meeting = $1 ORDER BY version DESC LIMIT 1")
                .bind(id.as_str())
                .fetch_optional(self.pool())
                .await?;
        row.as_ref().map(plan).transpose()
    }

    /// A version of a meeting's plan.
    pub async fn plan_version(&self, id: &MeetingId, version: u32) -> Result<Option<(Meeting, PlanRef)>, RecordsError> {
        let row = sqlx::query("SELECT version, sha256, body FROM plans WHERE meeting = $1 AND version = $2")
            .bind(id.as_str())
            .bind(i64::from(version))
            .fetch_optional(self.pool())
            .await?;
        row.as_ref().map(plan).transpose()
    }

    /// A meeting as it is set up now.
    pub async fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, RecordsError> {
        Ok(self.plan(id).await?.map(|(meeting, _)| meeting))
    }
}

/// A text for the list. PostgreSQL has no way to keep a NUL; in the plan's JSON it is escaped.
pub(super) fn listed(text: &str) -> String {
    text.replace('\0', " ")
}

/// A version of a meeting's plan, and its JSON as it is kept.
fn written(meeting: &Meeting, version: u32) -> Result<(PlanRef, String), RecordsError> {
    let body = serde_json::to_string(meeting).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let hash = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
    Ok((PlanRef { version, sha256: data_encoding::HEXLOWER.encode(hash.as_ref()) }, body))
}

async fn keep(
    transaction: &mut Transaction<'_, Any>,
    meeting: &MeetingId,
    plan: &PlanRef,
    body: &str,
) -> Result<(), RecordsError> {
    sqlx::query("INSERT INTO plans (meeting, version, sha256, body) VALUES ($1, $2, $3, $4)")
        .bind(meeting.as_str())
        .bind(i64::from(plan.version))
        .bind(&plan.sha256)
        .bind(body)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn version(number: i64) -> Result<u32, RecordsError> {
    u32::try_from(number).map_err(|_| RecordsError::Damaged { place: "plans", reason: format!("version {number}") })
}

fn plan(row: &AnyRow) -> Result<(Meeting, PlanRef), RecordsError> {
    let body: String = row.try_get("body")?;
    let meeting = serde_json::from_str(&body)
        .map_err(|error| RecordsError::Damaged { place: "plans", reason: error.to_string() })?;
    Ok((meeting, PlanRef { version: version(row.try_get("version")?)?, sha256: row.try_get("sha256")? }))
}

fn summary(row: &AnyRow) -> Result<MeetingSummary, RecordsError> {
    Ok(MeetingSummary {
        id: row.try_get::<String, _>("id")?.try_into().map_err(RecordsError::damaged("meetings"))?,
        number: row.try_get("number")?,
        title: row.try_get("title")?,
        starts_at: Timestamp::from_millis(row.try_get("starts_at_ms")?),
        version: version(row.try_get("version")?)?,
        phase: phase(row.try_get::<Option<String>, _>("turn")?.as_deref()),
    })
}

/// What a meeting has come to by its last event of this sort.
fn phase(turn: Option<&str>) -> Phase {
    match turn {
        Some("published") => Phase::Published,
        Some("line-check-began") => Phase::LineCheck,
        Some("opened" | "resumed") => Phase::Open,
        Some("paused") => Phase::Paused,
        Some("closed") => Phase::Closed,
        _ => Phase::Draft,
    }
}
