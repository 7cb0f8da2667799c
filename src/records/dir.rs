//! The data directory: made for its owner alone, held by one server at a time.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use super::RecordsError;

const LOCK: &str = "diemcau.lock";

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
