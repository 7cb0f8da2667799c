//! Files that only the server's own user may read: keys, and the list of links.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use thiserror::Error;

/// What was tried with which private file, and why it failed.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct PrivateFileError {
    path: PathBuf,
    source: io::Error,
}

/// Reads a private file of text; see [`read_bytes`].
pub fn read(path: &Path) -> Result<Option<String>, PrivateFileError> {
    let failed =
        |error| PrivateFileError { path: path.to_owned(), source: io::Error::new(ErrorKind::InvalidData, error) };
    read_bytes(path)?.map(|bytes| String::from_utf8(bytes).map_err(failed)).transpose()
}

/// Reads a private file; none when there is none. Takes away from others the right to read it, should they have it.
pub fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, PrivateFileError> {
    let failed = |source| PrivateFileError { path: path.to_owned(), source };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if metadata.permissions().mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "a private file was open to others; it is closed to them now");
        fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
    }
    fs::read(path).map(Some).map_err(failed)
}

/// Writes a private file (mode 0600) whole or not at all, in a directory that is made (mode 0700) if need be.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), PrivateFileError> {
    let failed = |source| PrivateFileError { path: path.to_owned(), source };
    let dir = path.parent().unwrap_or(Path::new(""));
    if !dir.as_os_str().is_empty() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    // A leftover of a crash may be there, with whatever mode.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished).map_err(failed)?;
    file.write_all(content.as_ref()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)?;
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}

/// Reads a private file, or makes it with what `make` says.
pub fn read_or_make(path: &Path, make: impl FnOnce() -> String) -> Result<String, PrivateFileError> {
    if let Some(content) = read(path)? {
        return Ok(content);
    }
    let content = make();
    write(path, &content)?;
    Ok(content)
}

/// Removes a private file, if it is there.
pub fn remove(path: &Path) -> Result<(), PrivateFileError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(PrivateFileError { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_private_file_is_made_once_and_stays_private() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data/key");
        assert_eq!(read(&path).unwrap(), None);
        assert_eq!(read_or_make(&path, || "first".into()).unwrap(), "first");
        assert_eq!(read_or_make(&path, || "second".into()).unwrap(), "first");
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));

        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("first"));
        assert_eq!(mode(&path), 0o600);

        write(&path, "third").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("third"));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing unfinished stays behind");

        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(read(&path).unwrap(), None);
    }
}
