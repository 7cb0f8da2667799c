//! The schema of the database: migrations, forward only, one set for each kind of database.

use sqlx::{
    AnyConnection,
    migrate::{Migrate, MigrateError, Migrator},
};

use super::{RecordsError, database::Database};

static SQLITE: Migrator = sqlx::migrate!("src/records/migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("src/records/migrations/postgres");

/// Brings the schema up to date, and refuses one from the future without touching it.
pub(super) async fn migrate(database: &Database, connection: &mut AnyConnection) -> Result<(), RecordsError> {
    let (found, known) = (found(database, connection).await?, known(database));
    if found > known {
        return Err(RecordsError::NewerSchema { found, known });
    }
    migrate_to(database, connection, known).await
}

/// Brings the schema up to an older one of those that this program knows.
pub(super) async fn migrate_to(
    database: &Database,
    connection: &mut AnyConnection,
    version: i64,
) -> Result<(), RecordsError> {
    // `run` would be the same, but its future cannot be shown to be Send (rust-lang/rust#100013).
    migrations(database).run_direct(Some(version), connection, false).await.map_err(|error| match error {
        MigrateError::VersionMismatch(_) => RecordsError::UnreleasedSchema,
        error => RecordsError::Migrate(error),
    })
}

/// Refuses a schema that is not exactly the one this program reads.
pub(super) async fn check(database: &Database, connection: &mut AnyConnection) -> Result<(), RecordsError> {
    let (found, known) = (found(database, connection).await?, known(database));
    match found.cmp(&known) {
        std::cmp::Ordering::Less => Err(RecordsError::OlderSchema { found, known }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(RecordsError::NewerSchema { found, known }),
    }
}

fn migrations(database: &Database) -> &'static Migrator {
    match database {
        Database::Sqlite(_) => &SQLITE,
        Database::Postgres(_) => &POSTGRES,
    }
}

/// The newest schema.
pub(super) fn known(database: &Database) -> i64 {
    migrations(database).iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The newest migration that the database has seen; 0 for an empty one. One that this program knows must be the same
/// there as here.
pub(super) async fn found(database: &Database, connection: &mut AnyConnection) -> Result<i64, RecordsError> {
    let tables = match database {
        Database::Sqlite(_) => "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'",
        Database::Postgres(_) => {
            "SELECT count(*) FROM pg_tables WHERE tablename = '_sqlx_migrations' AND schemaname = current_schema()"
        }
    };
    let tables: i64 = sqlx::query_scalar(tables).fetch_one(&mut *connection).await?;
    if tables == 0 {
        return Ok(0);
    }
    let migrations = migrations(database);
    let applied = connection.list_applied_migrations(&migrations.table_name).await.map_err(RecordsError::Migrate)?;
    let other = applied.iter().any(|applied| {
        migrations.iter().any(|known| known.version == applied.version && known.checksum != applied.checksum)
    });
    if other {
        return Err(RecordsError::UnreleasedSchema);
    }
    Ok(applied.iter().map(|applied| applied.version).max().unwrap_or(0))
}
