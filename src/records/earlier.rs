//! The meetings of the same body that went before one.

use serde::Deserialize;

use super::{Reader, RecordsError};
use crate::{
    ids::{MeetingId, PointId},
    meeting::Meeting,
};

/// The most meetings that are looked through, from the last one back.
const LOOKED_THROUGH: i64 = 200;

/// As much of a plan as tells whose meeting it is.
#[derive(Deserialize)]
struct Led {
    hub: PointId,
}

impl Reader {
    /// The meetings that were led from the same hub, began before `meeting` by their plans and are closed: the last of them
    /// first, `most` of them at most.
    pub async fn earlier(&self, meeting: &Meeting, most: usize) -> Result<Vec<MeetingId>, RecordsError> {
        let closed: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM meetings WHERE (starts_at_ms, id) < ($1, $2)
             AND EXISTS (SELECT 1 FROM events WHERE kind = 'closed' AND meeting = meetings.id)
             ORDER BY starts_at_ms DESC, id DESC LIMIT $3",
        )
        .bind(meeting.starts_at.as_millis())
        .bind(meeting.id.as_str())
        .bind(LOOKED_THROUGH)
        .fetch_all(self.pool())
        .await?;
        let mut found = Vec::new();
        for id in closed {
            if found.len() == most {
                break;
            }
            let body: Option<String> =
                sqlx::query_scalar("SELECT body FROM plans WHERE meeting = $1 ORDER BY version DESC LIMIT 1")
                    .bind(&id)
                    .fetch_optional(self.pool())
                    .await?;
            let Some(body) = body else { continue };
            let led: Led = serde_json::from_str(&body)
                .map_err(|error| RecordsError::Damaged { place: "plans", reason: error.to_string() })?;
            if led.hub == meeting.hub {
                found.push(id.try_into().map_err(RecordsError::damaged("meetings"))?);
            }
        }
        Ok(found)
    }
}
