//! The schema of the database: migrations, forward only.

use sqlx::{SqliteConnection, migrate::Migrator};

use super::RecordsError;

static MIGRATIONS: Migrator = sqlx::migrate!("src/records/migrations");

fn known() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The newest migration that the database has seen; 0 for an empty one.
async fn found(connection: &mut SqliteConnection) -> Result<i64, RecordsError> {
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(&mut *connection)
        .await?;
    if tables == 0 {
        return Ok(0);
    }
    Ok(sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(connection).await?)
}

/// Brings the schema up to date, and refuses one from the future without touching it.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), RecordsError> {
    let found = found(connection).await?;
    if found > known() {
        return Err(RecordsError::NewerSchema { found, known: known() });
    }
    // `run` would be the same, but its future cannot be shown to be Send (rust-lang/rust#100013).
    MIGRATIONS.run_direct(None, connection, false).await.map_err(RecordsError::Migrate)
}

/// Refuses a schema that is not exactly the one this program reads.
pub(super) async fn check(connection: &mut SqliteConnection) -> Result<(), RecordsError> {
    let (found, known) = (found(connection).await?, known());
    match found.cmp(&known) {
        std::cmp::Ordering::Less => Err(RecordsError::OlderSchema { found, known }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(RecordsError::NewerSchema { found, known }),
    }
}
