//! The administrators: who may set up meetings, known by a code that is kept only as a hash.

use serde::{Deserialize, Serialize};
use sqlx::{AnyPool, Row, any::AnyRow};
use utoipa::ToSchema;

use super::{
    Reader, Records, RecordsError,
    code::AdministratorCode,
    database::{Database, Store},
};
use crate::clock::Timestamp;

/// The longest name of an administrator, in bytes.
pub const MAX_ADMINISTRATOR_NAME: usize = 64;

/// An administrator in the list of them; the code itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Administrator {
    pub name: String,
    pub made_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// Who may set meetings up; works while a server runs on the same database, and while none does.
pub struct Administrators {
    database: Database,
    writing: AnyPool,
    reader: Reader,
}

impl Records {
    fn administration(&self) -> Administrators {
        let shared = &self.0;
        Administrators {
            database: shared.database.clone(),
            writing: shared.writing.clone(),
            reader: shared.reader.clone(),
        }
    }

    /// See [`Administrators::add`].
    pub async fn add_administrator(&self, name: &str, now: Timestamp) -> Result<String, RecordsError> {
        self.administration().add(name, now).await
    }

    /// See [`Administrators::revoke`].
    pub async fn revoke_administrator(&self, name: &str, now: Timestamp) -> Result<bool, RecordsError> {
        self.administration().revoke(name, now).await
    }
}

impl Administrators {
    /// Opens the database that a server made.
    ///
    /// # Errors
    /// When there is none, or when its schema is older or newer than this program's.
    pub async fn open(store: Store) -> Result<Administrators, RecordsError> {
        let database = Database::of(&store);
        let reader = Reader::of(&database).await?;
        Ok(Administrators { writing: database.writing()?, reader, database })
    }

    /// Every administrator there is and was, by name and age.
    pub async fn list(&self) -> Result<Vec<Administrator>, RecordsError> {
        self.reader.administrators().await
    }

    /// Makes an administrator and returns the code, which is kept only as a hash.
    ///
    /// # Errors
    /// [`RecordsError::AdministratorName`] for a name that is none, [`RecordsError::AdministratorExists`] while one of
    /// this name may act.
    pub async fn add(&self, name: &str, now: Timestamp) -> Result<String, RecordsError> {
        if name.trim().is_empty() || name.len() > MAX_ADMINISTRATOR_NAME || name.chars().any(char::is_control) {
            return Err(RecordsError::AdministratorName);
        }
        let code = AdministratorCode::random();
        let mut transaction = self.database.begin_in(&self.writing).await?;
        let made = sqlx::query(
            "INSERT INTO administrators (code_sha256, name, made_at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(code.sha256())
        .bind(name)
        .bind(now.as_millis())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if made.rows_affected() == 0 {
            return Err(RecordsError::AdministratorExists(name.to_owned()));
        }
        Ok(code.display())
    }

    /// Makes an administrator's code worthless; false when no such administrator may act.
    pub async fn revoke(&self, name: &str, now: Timestamp) -> Result<bool, RecordsError> {
        let mut transaction = self.database.begin_in(&self.writing).await?;
        let revoked =
            sqlx::query("UPDATE administrators SET revoked_at_ms = $1 WHERE name = $2 AND revoked_at_ms IS NULL")
                .bind(now.as_millis())
                .bind(name)
                .execute(&mut *transaction)
                .await?;
        transaction.commit().await?;
        Ok(revoked.rows_affected() > 0)
    }
}

impl Reader {
    /// The name of the administrator whose code this is; a revoked code is nobody's.
    pub async fn redeem_administrator(&self, code: &str) -> Result<Option<String>, RecordsError> {
        let Some(code) = AdministratorCode::parse(code) else { return Ok(None) };
        Ok(sqlx::query_scalar("SELECT name FROM administrators WHERE code_sha256 = $1 AND revoked_at_ms IS NULL")
            .bind(code.sha256())
            .fetch_optional(self.pool())
            .await?)
    }

    /// Every administrator there is and was, by name and age.
    pub async fn administrators(&self) -> Result<Vec<Administrator>, RecordsError> {
        let rows = sqlx::query("SELECT name, made_at_ms, revoked_at_ms FROM administrators ORDER BY name, made_at_ms")
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(administrator).collect()
    }
}

fn administrator(row: &AnyRow) -> Result<Administrator, RecordsError> {
    Ok(Administrator {
        name: row.try_get("name")?,
        made_at: Timestamp::from_millis(row.try_get("made_at_ms")?),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at_ms")?.map(Timestamp::from_millis),
    })
}
