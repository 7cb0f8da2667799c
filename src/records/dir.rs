//! The data directory: made for its owner alone, held by one server at a time, and the database file in it.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::RecordsError;

const DATABASE: &str = "diemcau.sqlite";
const LOCK: &str = "diemcau.lock";

/// How long one statement waits for another connection's lock. Well below the time an append waits.
const BUSY_TIMEOUT: Duration = Duration::from_millis(500);

/// Holds the data directory against other servers until it is dropped. The system lets go of it when the process
/// ends, however it ends.
pub(super) struct DirLock {
    _file: File,
}

/// Makes the directory (mode 0700) if there is none, and takes hold of it.
///
/// # Errors
/// [`RecordsError::InUse`] when another server holds it.
pub(super) fn take(dir: &Path) -> Result<DirLock, RecordsError> {
    let path = dir.join(LOCK);
    let failed = |source| RecordsError::Directory { path: path.clone(), source };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|source| RecordsError::Directory { path: dir.to_owned(), source })?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(DirLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(RecordsError::InUse(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

pub(super) fn database(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

/// A connection that writes to the database there is. A commit is on disk when it is acknowledged (`synchronous = FULL`), and readers never stand in the writer's way
/// (write-ahead log). A database that has vanished is a failure: making a new one would hide it.
pub(super) fn writing(dir: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database(dir))
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

/// A connection that changes nothing. It opens the file for writing all the same: a database with a write-ahead log
/// can otherwise not be read while no server runs.
pub(super) fn reading(dir: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database(dir))
        .create_if_missing(false)
        .pragma("query_only", "on")
        .busy_timeout(BUSY_TIMEOUT)
}
