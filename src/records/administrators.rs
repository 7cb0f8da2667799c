//! The administrators: who may set up meetings. Each has a password, and a code that sets it once; of the code only a
//! hash is kept, and of the password what the caller made of it.

use serde::{Deserialize, Serialize};
use sqlx::{Any, AnyPool, Row, Transaction, any::AnyRow};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use super::{
    Reader, Records, RecordsError,
    code::AdministratorCode,
    database::{Database, Store},
};
use crate::clock::Timestamp;

/// The longest name of an administrator, in bytes.
pub const MAX_ADMINISTRATOR_NAME: usize = 64;
/// The name under which the code of the first administrator waits, who chooses their own.
const NOBODY_YET: &str = "";

/// An administrator in the list of them; neither code nor password is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Administrator {
    pub name: String,
    pub made_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// When the password was set the last time; none before the code is used.
    pub password_at: Option<Timestamp>,
    /// Whether a code waits to be used.
    pub has_code: bool,
}

/// What is needed to let an administrator sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    /// As the caller gave it, hashed; none before it is set.
    pub password: Option<String>,
    pub password_at: Option<Timestamp>,
}

/// Whose password a code sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeOwner {
    /// The first administrator, who has no name yet.
    First,
    Named(String),
}

/// Who may set meetings up; works while a server runs on the same database, and while none does.
pub struct Administrators {
    pub(super) database: Database,
    pub(super) writing: AnyPool,
    reader: Reader,
}

impl Records {
    /// The administrators, through this server's own connections.
    pub fn administration(&self) -> Administrators {
        let shared = &self.0;
        Administrators {
            database: shared.database.clone(),
            writing: shared.writing.clone(),
            reader: shared.reader.clone(),
        }
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
        let name = proper_name(name)?;
        let mut transaction = self.database.begin_in(&self.writing).await?;
        refuse_namesake(&mut transaction, &name).await?;
        let code = insert(&mut transaction, &name, now).await?;
        transaction.commit().await?;
        Ok(code)
    }

    /// Makes the code by which the first administrator sets name and password. It is good until it is used, or until
    /// there is an administrator who came another way.
    pub async fn add_first(&self, now: Timestamp) -> Result<String, RecordsError> {
        let mut transaction = self.database.begin_in(&self.writing).await?;
        revoke(&mut transaction, NOBODY_YET, now).await?;
        let code = insert(&mut transaction, NOBODY_YET, now).await?;
        transaction.commit().await?;
        Ok(code)
    }

    /// Gives an administrator a new code, for a password that was forgotten; the old password works until the code is
    /// used. None when no such administrator may act.
    pub async fn reset(&self, name: &str) -> Result<Option<String>, RecordsError> {
        let Ok(name) = proper_name(name) else { return Ok(None) };
        let code = AdministratorCode::random();
        let mut transaction = self.database.begin_in(&self.writing).await?;
        let reset = sqlx::query(
            "UPDATE administrators SET code_sha256 = $1, code_used_at_ms = NULL WHERE name = $2 AND revoked_at_ms IS NULL",
        )
        .bind(code.sha256())
        .bind(name)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((reset.rows_affected() > 0).then(|| code.display()))
    }

    /// Uses a code up: the administrator has this password from now on, and is signed in nowhere. `name` is for the
    /// first administrator. Returns the administrator's name; none when the code is nobody's.
    ///
    /// # Errors
    /// [`RecordsError::AdministratorName`] and [`RecordsError::AdministratorExists`] for the name chosen.
    pub async fn settle(
        &self,
        code: &str,
        name: Option<&str>,
        password: &str,
        now: Timestamp,
    ) -> Result<Option<String>, RecordsError> {
        let Some(code) = AdministratorCode::parse(code) else { return Ok(None) };
        let mut transaction = self.database.begin_in(&self.writing).await?;
        let name = match owner(&mut transaction, &code).await? {
            None => return Ok(None),
            Some(CodeOwner::Named(name)) => name,
            Some(CodeOwner::First) => {
                let name = proper_name(name.unwrap_or_default())?;
                refuse_namesake(&mut transaction, &name).await?;
                name
            }
        };
        sqlx::query(
            "UPDATE administrators SET name = $1, password = $2, password_at_ms = $3, code_used_at_ms = $3
             WHERE code_sha256 = $4",
        )
        .bind(&name)
        .bind(password)
        .bind(now.as_millis())
        .bind(code.sha256())
        .execute(&mut *transaction)
        .await?;
        end_sessions(&mut transaction, &name).await?;
        transaction.commit().await?;
        Ok(Some(name))
    }

    /// Changes a password and signs the administrator out everywhere; false when no such administrator may act.
    pub async fn set_password(&self, name: &str, password: &str, now: Timestamp) -> Result<bool, RecordsError> {
        let mut transaction = self.database.begin_in(&self.writing).await?;
        let changed = sqlx::query(
            "UPDATE administrators SET password = $1, password_at_ms = $2 WHERE name = $3 AND revoked_at_ms IS NULL",
        )
        .bind(password)
        .bind(now.as_millis())
        .bind(name)
        .execute(&mut *transaction)
        .await?;
        end_sessions(&mut transaction, name).await?;
        transaction.commit().await?;
        Ok(changed.rows_affected() > 0)
    }

    /// Takes an administrator's right away, with code, password and sessions; false when no such administrator may act.
    pub async fn revoke(&self, name: &str, now: Timestamp) -> Result<bool, RecordsError> {
        let Ok(name) = proper_name(name) else { return Ok(false) };
        let mut transaction = self.database.begin_in(&self.writing).await?;
        let revoked = revoke(&mut transaction, &name, now).await?;
        end_sessions(&mut transaction, &name).await?;
        transaction.commit().await?;
        Ok(revoked)
    }
}

/// A name as it is kept: without blanks around it, and composed as most keyboards compose it.
fn proper_name(name: &str) -> Result<String, RecordsError> {
    let name: String = name.trim().nfc().collect();
    let is_name = (1..=MAX_ADMINISTRATOR_NAME).contains(&name.len()) && !name.chars().any(char::is_control);
    if is_name { Ok(name) } else { Err(RecordsError::AdministratorName) }
}

/// Whether two names are one to whoever types them.
fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().nfc().flat_map(char::to_lowercase).eq(other.trim().nfc().flat_map(char::to_lowercase))
}

async fn refuse_namesake(transaction: &mut Transaction<'_, Any>, name: &str) -> Result<(), RecordsError> {
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM administrators WHERE revoked_at_ms IS NULL")
        .fetch_all(&mut **transaction)
        .await?;
    match names.into_iter().find(|taken| is_same_name(taken, name)) {
        Some(taken) => Err(RecordsError::AdministratorExists(taken)),
        None => Ok(()),
    }
}

async fn insert(transaction: &mut Transaction<'_, Any>, name: &str, now: Timestamp) -> Result<String, RecordsError> {
    let code = AdministratorCode::random();
    sqlx::query("INSERT INTO administrators (code_sha256, name, made_at_ms) VALUES ($1, $2, $3)")
        .bind(code.sha256())
        .bind(name)
        .bind(now.as_millis())
        .execute(&mut **transaction)
        .await?;
    Ok(code.display())
}

async fn revoke(transaction: &mut Transaction<'_, Any>, name: &str, now: Timestamp) -> Result<bool, RecordsError> {
    let revoked = sqlx::query("UPDATE administrators SET revoked_at_ms = $1 WHERE name = $2 AND revoked_at_ms IS NULL")
        .bind(now.as_millis())
        .bind(name)
        .execute(&mut **transaction)
        .await?;
    Ok(revoked.rows_affected() > 0)
}

async fn end_sessions(transaction: &mut Transaction<'_, Any>, name: &str) -> Result<(), RecordsError> {
    sqlx::query("DELETE FROM administrator_sessions WHERE name = $1").bind(name).execute(&mut **transaction).await?;
    Ok(())
}

/// Whose code this is. The first administrator's is nobody's once somebody else can sign in.
const OWNER: &str = "SELECT name FROM administrators AS owner
    WHERE code_sha256 = $1 AND revoked_at_ms IS NULL AND code_used_at_ms IS NULL
      AND (name <> '' OR NOT EXISTS (
          SELECT 1 FROM administrators AS other
          WHERE other.password IS NOT NULL AND other.revoked_at_ms IS NULL))";

async fn owner(
    connection: &mut Transaction<'_, Any>,
    code: &AdministratorCode,
) -> Result<Option<CodeOwner>, RecordsError> {
    let name: Option<String> = sqlx::query_scalar(OWNER).bind(code.sha256()).fetch_optional(&mut **connection).await?;
    Ok(name.map(code_owner))
}

fn code_owner(name: String) -> CodeOwner {
    if name == NOBODY_YET { CodeOwner::First } else { CodeOwner::Named(name) }
}

impl Reader {
    /// Whose password a code sets; none when it is nobody's, used up or revoked.
    pub async fn code_owner(&self, code: &str) -> Result<Option<CodeOwner>, RecordsError> {
        let Some(code) = AdministratorCode::parse(code) else { return Ok(None) };
        let name: Option<String> = sqlx::query_scalar(OWNER).bind(code.sha256()).fetch_optional(self.pool()).await?;
        Ok(name.map(code_owner))
    }

    /// The administrator of a name, however it is typed, who may act.
    pub async fn account(&self, name: &str) -> Result<Option<Account>, RecordsError> {
        let rows = sqlx::query(
            "SELECT name, password, password_at_ms FROM administrators WHERE revoked_at_ms IS NULL AND name <> ''",
        )
        .fetch_all(self.pool())
        .await?;
        for row in rows {
            let known: String = row.try_get("name")?;
            if is_same_name(&known, name) {
                let password_at: Option<i64> = row.try_get("password_at_ms")?;
                return Ok(Some(Account {
                    name: known,
                    password: row.try_get("password")?,
                    password_at: password_at.map(Timestamp::from_millis),
                }));
            }
        }
        Ok(None)
    }

    /// Every administrator there is and was, by name and age.
    pub async fn administrators(&self) -> Result<Vec<Administrator>, RecordsError> {
        let rows = sqlx::query(
            "SELECT name, made_at_ms, revoked_at_ms, password_at_ms, code_used_at_ms FROM administrators
             WHERE name <> '' ORDER BY name, made_at_ms",
        )
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(administrator).collect()
    }
}

fn administrator(row: &AnyRow) -> Result<Administrator, RecordsError> {
    let at = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_millis));
    let revoked_at = at("revoked_at_ms")?;
    Ok(Administrator {
        name: row.try_get("name")?,
        made_at: Timestamp::from_millis(row.try_get("made_at_ms")?),
        password_at: at("password_at_ms")?,
        has_code: revoked_at.is_none() && at("code_used_at_ms")?.is_none(),
        revoked_at,
    })
}
