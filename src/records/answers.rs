//! What was answered to requests that carry a key, so that a request that is repeated is not carried out twice.

use sqlx::{Row, any::AnyRow};
use tokio::time::timeout;

use super::{LedgerHealth, Reader, Records, RecordsError};
use crate::clock::Timestamp;

/// How long an answer is kept, in milliseconds: 24 hours.
pub const ANSWER_AGE_MS: i64 = 24 * 60 * 60 * 1000;
/// The most answers that are kept; the oldest go first.
pub const MAX_ANSWERS: i64 = 20_000;

/// An answer that was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// SHA-256 of the request that it answered: another request with the same key is a mistake.
    pub request_sha256: Vec<u8>,
    /// What the caller of [`Records::remember`] made of it.
    pub response: Vec<u8>,
}

impl Records {
    /// Keeps the answer to a request. The first one stays; false when there was one already. While the database does not
    /// work it is kept in memory alone, until this process ends.
    pub async fn remember(
        &self,
        scope: &str,
        key: &str,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<bool, RecordsError> {
        let first = self.0.known.note_answer(scope, key, answer, now);
        if matches!(*self.0.health.borrow(), LedgerHealth::Failing { .. }) {
            return Ok(first);
        }
        let limit = self.0.limits.answer;
        let kept = timeout(limit, self.keep_answer(scope, key, answer, now)).await;
        kept.unwrap_or(Err(RecordsError::NoAnswer(limit)))
    }

    async fn keep_answer(&self, scope: &str, key: &str, answer: &Answer, now: Timestamp) -> Result<bool, RecordsError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "DELETE FROM answers WHERE at_ms <= $1
                OR at_ms <= (SELECT at_ms FROM answers ORDER BY at_ms DESC LIMIT 1 OFFSET $2)",
        )
        .bind(now.plus_millis(-ANSWER_AGE_MS).as_millis())
        .bind(MAX_ANSWERS - 1)
        .execute(&mut *transaction)
        .await?;
        let kept = sqlx::query(
            "INSERT INTO answers (scope, key, request_sha256, response, at_ms) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(scope)
        .bind(key)
        .bind(&answer.request_sha256)
        .bind(&answer.response)
        .bind(now.as_millis())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(kept.rows_affected() > 0)
    }

    /// The answer that was given to the request with this key in the last 24 hours; while the database does not answer,
    /// only if this process gave it.
    pub async fn recall(&self, scope: &str, key: &str, now: Timestamp) -> Option<Answer> {
        let known = || self.0.known.answer(scope, key, now).map(Some);
        self.read_or_known(self.reader().answer(scope, key, now), known).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "whether a request was answered before this server began cannot be read");
            None
        })
    }
}

impl Reader {
    async fn answer(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Answer>, RecordsError> {
        let row =
            sqlx::query("SELECT request_sha256, response FROM answers WHERE scope = $1 AND key = $2 AND at_ms > $3")
                .bind(scope)
                .bind(key)
                .bind(now.plus_millis(-ANSWER_AGE_MS).as_millis())
                .fetch_optional(self.pool())
                .await?;
        row.as_ref().map(answer).transpose()
    }
}

fn answer(row: &AnyRow) -> Result<Answer, RecordsError> {
    Ok(Answer { request_sha256: row.try_get("request_sha256")?, response: row.try_get("response")? })
}
