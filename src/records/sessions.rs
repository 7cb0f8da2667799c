//! Browsers in which an administrator is signed in: a secret in a cookie, of which the hash is kept.

use ring::digest::{SHA256, digest};

use super::{Administrators, RecordsError};
use crate::{clock::Timestamp, ids::random_text};

/// A session that was not used for so long is over, in milliseconds: a working day.
pub const SESSION_IDLE_MS: i64 = 12 * 60 * 60 * 1000;
/// However much it is used, it is over after so long, in milliseconds.
pub const SESSION_AGE_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// The most browsers in which one administrator is signed in; the one not used for longest makes room.
const SESSIONS_EACH: i64 = 20;
/// Characters of a secret, about six random bits each.
const SECRET_LEN: usize = 43;

impl Administrators {
    /// Signs an administrator in and returns the session's secret.
    pub async fn open_session(&self, name: &str, now: Timestamp) -> Result<String, RecordsError> {
        let secret = random_text(SECRET_LEN);
        let mut transaction = self.database.begin_in(&self.writing).await?;
        sqlx::query("DELETE FROM administrator_sessions WHERE seen_at_ms <= $1 OR made_at_ms <= $2")
            .bind(now.as_millis() - SESSION_IDLE_MS)
            .bind(now.as_millis() - SESSION_AGE_MS)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "DELETE FROM administrator_sessions WHERE name = $1 AND secret_sha256 NOT IN (
                 SELECT secret_sha256 FROM administrator_sessions WHERE name = $1
                 ORDER BY seen_at_ms DESC, secret_sha256 LIMIT $2)",
        )
        .bind(name)
        .bind(SESSIONS_EACH - 1)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO administrator_sessions (secret_sha256, name, made_at_ms, seen_at_ms) VALUES ($1, $2, $3, $3)",
        )
        .bind(hash(&secret))
        .bind(name)
        .bind(now.as_millis())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// Whose session this is; it lives on from now. None when it is over.
    pub async fn renew_session(&self, secret: &str, now: Timestamp) -> Result<Option<String>, RecordsError> {
        let mut transaction = self.database.begin_in(&self.writing).await?;
        let name: Option<String> = sqlx::query_scalar(
            "UPDATE administrator_sessions SET seen_at_ms = $1
             WHERE secret_sha256 = $2 AND seen_at_ms > $3 AND made_at_ms > $4 RETURNING name",
        )
        .bind(now.as_millis())
        .bind(hash(secret))
        .bind(now.as_millis() - SESSION_IDLE_MS)
        .bind(now.as_millis() - SESSION_AGE_MS)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(name)
    }

    /// Signs the administrator out in this browser.
    pub async fn end_session(&self, secret: &str) -> Result<(), RecordsError> {
        let mut transaction = self.database.begin_in(&self.writing).await?;
        sqlx::query("DELETE FROM administrator_sessions WHERE secret_sha256 = $1")
            .bind(hash(secret))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn hash(secret: &str) -> Vec<u8> {
    digest(&SHA256, secret.as_bytes()).as_ref().to_vec()
}
