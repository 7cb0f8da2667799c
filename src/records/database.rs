//! The database of the records: the one file that knows SQLite from PostgreSQL.
//!
//! All statements elsewhere are the same for both. What differs stands here: how a connection is opened and made safe,
//! how a transaction that writes begins, and which errors are a statement's own fault.

use std::{
    fmt::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use sqlx::{
    Any, AnyConnection, AnyPool, ConnectOptions, Connection, Transaction,
    any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers},
    postgres::PgConnectOptions,
};
use thiserror::Error;

use super::RecordsError;

const FILE: &str = "diemcau.sqlite";

/// How long a request waits for a connection of a pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const READERS: u32 = 4;

/// A commit is on disk when it is acknowledged, and readers never stand in the writer's way (write-ahead log). What
/// another process locks is waited for, well below the time an append waits.
const SQLITE_WRITES: &str = "
    PRAGMA busy_timeout = 500;
    PRAGMA foreign_keys = ON;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;";
/// A reader opens the file for writing all the same: a database with a write-ahead log can otherwise not be read while
/// no server runs.
const SQLITE_READS: &str = "
    PRAGMA busy_timeout = 500;
    PRAGMA query_only = ON;";
/// A commit is on disk when it is acknowledged, whatever the database's default. A connection that was cut is noticed
/// by the database within half a minute, so that it does not hold the writer's lock for long.
const POSTGRES_WRITES: &str = "
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');
    SET application_name = 'diemcau';
    SET lock_timeout = '500ms';
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '15s';
    SET tcp_keepalives_idle = 10;
    SET tcp_keepalives_interval = 5;
    SET tcp_keepalives_count = 3;";
const POSTGRES_READS: &str = "
    SET application_name = 'diemcau';
    SET default_transaction_read_only = on;
    SET statement_timeout = '30s';";
/// The number of the lock that the one writer of a PostgreSQL database holds: `diemcau` in bytes.
const POSTGRES_WRITER: i64 = i64::from_be_bytes(*b"\0diemcau");
const POSTGRES_LOCK_NOT_AVAILABLE: &str = "55P03";

/// Where the records are kept: in a data directory, with the database either in it or, by its URL, in PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub dir: PathBuf,
    pub url: Option<DatabaseUrl>,
}

impl From<&Path> for Store {
    fn from(dir: &Path) -> Store {
        Store { dir: dir.to_owned(), url: None }
    }
}

/// `postgres://user:password@host/database`; never shown, not even by `Debug`, since it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

/// A text that is no address of a PostgreSQL database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an address such as postgres://user:password@host/database")]
pub struct NoDatabaseUrl;

impl FromStr for DatabaseUrl {
    type Err = NoDatabaseUrl;

    fn from_str(text: &str) -> Result<DatabaseUrl, NoDatabaseUrl> {
        let known = text.starts_with("postgres://") || text.starts_with("postgresql://");
        let valid = known && text.parse::<PgConnectOptions>().is_ok();
        if valid { Ok(DatabaseUrl(text.to_owned())) } else { Err(NoDatabaseUrl) }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

/// The database of a [`Store`].
#[derive(Clone)]
pub(super) enum Database {
    Sqlite(PathBuf),
    Postgres(DatabaseUrl),
}

impl Database {
    pub(super) fn of(store: &Store) -> Database {
        install_default_drivers();
        match &store.url {
            None => Database::Sqlite(store.dir.join(FILE)),
            Some(url) => Database::Postgres(url.clone()),
        }
    }

    /// The connection of the one writer. In PostgreSQL the session holds the writer's lock, so that the right to write
    /// ends with the session that writes. PostgreSQL notices after a moment only that a session is over: a server that
    /// starts where another has just ended waits for that.
    ///
    /// # Errors
    /// [`RecordsError::DatabaseInUse`] when another server writes to a PostgreSQL database.
    pub(super) async fn writer(&self, create_file: bool) -> Result<AnyConnection, RecordsError> {
        let mut connection = self.connect(create_file).await?;
        if let Database::Postgres(_) = self {
            sqlx::raw_sql("SET lock_timeout = '3s'").execute(&mut connection).await?;
            // What locks returns nothing, a type that the driver does not know.
            sqlx::query("SELECT pg_advisory_lock($1)::text")
                .bind(POSTGRES_WRITER)
                .execute(&mut connection)
                .await
                .map_err(|error| match error.as_database_error().and_then(|error| error.code()) {
                    Some(code) if code == POSTGRES_LOCK_NOT_AVAILABLE => RecordsError::DatabaseInUse,
                    _ => error.into(),
                })?;
            sqlx::raw_sql(self.writes()).execute(&mut connection).await?;
        }
        Ok(connection)
    }

    async fn connect(&self, create_file: bool) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = self.options(create_file)?.connect().await?;
        sqlx::raw_sql(self.writes()).execute(&mut connection).await?;
        Ok(connection)
    }

    /// A connection that writes beside the writer, as an administrator's tool does.
    #[cfg(test)]
    pub(super) async fn tool(&self) -> Result<AnyConnection, sqlx::Error> {
        self.connect(false).await
    }

    /// Connections for the rare writes that stand apart from the ledger's.
    pub(super) fn writing(&self) -> Result<AnyPool, sqlx::Error> {
        Ok(pool(1, self.writes()).connect_lazy_with(self.options(false)?))
    }

    /// Connections that change nothing.
    pub(super) async fn reading(&self) -> Result<AnyPool, sqlx::Error> {
        let settings = match self {
            Database::Sqlite(_) => SQLITE_READS,
            Database::Postgres(_) => POSTGRES_READS,
        };
        pool(READERS, settings).connect_with(self.options(false)?).await
    }

    /// Begins a transaction that writes. SQLite is told so at once: a transaction that reads first could not become one
    /// that writes when another has written meanwhile.
    pub(super) async fn begin<'c>(
        &self,
        connection: &'c mut AnyConnection,
    ) -> Result<Transaction<'c, Any>, sqlx::Error> {
        connection.begin_with(self.begin_statement()).await
    }

    /// Begins a transaction that reads and sees all of one moment.
    pub(super) async fn begin_reading(&self, pool: &AnyPool) -> Result<Transaction<'static, Any>, sqlx::Error> {
        pool.begin_with(match self {
            Database::Sqlite(_) => "BEGIN",
            Database::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
        .await
    }

    pub(super) async fn begin_in(&self, pool: &AnyPool) -> Result<Transaction<'static, Any>, sqlx::Error> {
        pool.begin_with(self.begin_statement()).await
    }

    /// Whether an error is about the statement itself and would be the same at every try; any other is the database's.
    pub(super) fn blames_statement(&self, error: &sqlx::Error) -> bool {
        const SQLITE_CONSTRAINT: i32 = 19;
        let Some(code) = error.as_database_error().and_then(|error| error.code()) else { return false };
        match self {
            // The low byte of an extended result code is the primary one.
            Database::Sqlite(_) => code.parse::<i32>().is_ok_and(|code| code & 0xff == SQLITE_CONSTRAINT),
            // Data exceptions, constraints, and what a trigger raises.
            Database::Postgres(_) => ["22", "23", "P0"].iter().any(|class| code.starts_with(class)),
        }
    }

    fn begin_statement(&self) -> &'static str {
        match self {
            Database::Sqlite(_) => "BEGIN IMMEDIATE",
            Database::Postgres(_) => "BEGIN",
        }
    }

    fn writes(&self) -> &'static str {
        match self {
            Database::Sqlite(_) => SQLITE_WRITES,
            Database::Postgres(_) => POSTGRES_WRITES,
        }
    }

    /// A file that has vanished is a failure unless it is to be made: making a new one would hide it.
    fn options(&self, create_file: bool) -> Result<AnyConnectOptions, sqlx::Error> {
        let url = match self {
            Database::Sqlite(file) => sqlite_url(file, create_file)?,
            Database::Postgres(DatabaseUrl(url)) => url.clone(),
        };
        url.parse()
    }
}

fn pool(connections: u32, settings: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT).after_connect(
        move |connection, _| Box::pin(async move { sqlx::raw_sql(settings).execute(connection).await.map(drop) }),
    )
}

fn sqlite_url(file: &Path, create: bool) -> Result<String, sqlx::Error> {
    let mut url = "sqlite://".to_owned();
    for byte in std::path::absolute(file)?.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => url.push(char::from(*byte)),
            _ => write!(url, "%{byte:02X}").expect("a String takes everything"),
        }
    }
    url.push_str(if create { "?mode=rwc" } else { "?mode=rw" });
    Ok(url)
}
