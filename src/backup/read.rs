//! Restores a backup into a folder of its own, and into an empty database where that is PostgreSQL. Nothing is in force
//! before all of it was read, put in place and checked.

use std::{
    collections::BTreeSet,
    fs::{self, DirBuilder, File},
    io::{self, BufRead, BufReader, Read},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};
use serde::Deserialize;
use zip::{ZipArchive, result::ZipError};

use super::{
    BackupError, FILES, FORMAT, FilePart, MANIFEST, MAX_FILE_BYTES, MAX_MANIFEST_BYTES, MAX_ROW_BYTES, Manifest,
    Progress, TELL_EVERY, unsound,
};
use crate::{
    ids::random_text,
    private,
    records::{Load, Reader, Store},
};

/// Restores the backup `file` as `store`, whose folder is not there or is empty.
///
/// # Errors
/// When the file is no backup or is damaged, when something is kept in the store already, when the ledgers in the backup
/// are not whole. Then the folder is as it was; a PostgreSQL database has at most our tables, without rows, unless only
/// the ledgers are at fault.
pub async fn restore(file: &Path, store: &Store, progress: impl FnMut(Progress<'_>)) -> Result<Manifest, BackupError> {
    let mut archive = Archive::open(file)?;
    archive.check()?;
    let folder = NewFolder::beside(&store.dir)?;
    let new = Store { dir: folder.path.clone(), url: store.url.clone() };
    archive.load(&new, progress).await?;
    for part in archive.manifest.files.clone() {
        let content = archive.file(&part)?;
        private::write(&folder.path.join(&part.name), content)?;
    }
    let reader = Reader::open(new.clone()).await?;
    let unsound = unsound(&reader, &new).await?;
    reader.close().await;
    if !unsound.is_empty() {
        return Err(BackupError::Unsound(unsound));
    }
    folder.become_(&store.dir)?;
    Ok(archive.manifest)
}

/// A backup's file, with what it says is in it.
struct Archive {
    path: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    manifest: Manifest,
}

impl Archive {
    fn open(path: &Path) -> Result<Archive, BackupError> {
        let file = File::open(path).map_err(|source| BackupError::File { path: path.to_owned(), source })?;
        let no_backup = |reason: String| BackupError::NoBackup { path: path.to_owned(), reason };
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| no_backup(error.to_string()))?;
        let mut text = String::new();
        let mut entry = zip.by_name(MANIFEST).map_err(|error| no_backup(format!("{MANIFEST}: {error}")))?;
        let read = entry.by_ref().take(MAX_MANIFEST_BYTES).read_to_string(&mut text);
        read.map_err(|error| no_backup(format!("{MANIFEST}: {error}")))?;
        drop(entry);

        /// What every format of a backup says.
        #[derive(Deserialize)]
        struct Head {
            format: String,
            program: String,
        }
        let unreadable = |error: serde_json::Error| no_backup(format!("{MANIFEST}: {error}"));
        let Head { format, program } = serde_json::from_str(&text).map_err(unreadable)?;
        if format != FORMAT {
            return Err(BackupError::OtherFormat { program, found: format });
        }
        let manifest = serde_json::from_str(&text).map_err(unreadable)?;
        Ok(Archive { path: path.to_owned(), zip, manifest })
    }

    /// Reads all of it, and refuses what is not exactly what the manifest says.
    fn check(&mut self) -> Result<(), BackupError> {
        let manifest = self.manifest.clone();
        let tables = manifest.tables.iter().map(|part| (part.entry(), part.bytes, part.sha256.as_str()));
        let files = manifest.files.iter().map(|part| (part.entry(), part.bytes, part.sha256.as_str()));
        let parts: Vec<_> = tables.chain(files).collect();
        let named: BTreeSet<&str> = parts.iter().map(|(entry, ..)| entry.as_str()).chain([MANIFEST]).collect();
        if named.len() != parts.len() + 1 {
            return Err(BackupError::Damaged("the manifest names a part twice".to_owned()));
        }
        if self.zip.len() != named.len() {
            return Err(BackupError::Damaged("there is more or less in it than its manifest says".to_owned()));
        }
        if let Some(stranger) = manifest.files.iter().find(|part| !FILES.contains(&part.name.as_str())) {
            return Err(BackupError::Damaged(format!("{:?} is no file of a data folder", stranger.name)));
        }
        for (entry, bytes, sha256) in parts {
            let mut content = self.entry(&entry)?;
            let mut hash = Context::new(&SHA256);
            let mut buffer = [0; 64 * 1024];
            let mut found = 0_u64;
            loop {
                let count = content.read(&mut buffer).map_err(|error| damaged(&entry, &error))?;
                if count == 0 {
                    break;
                }
                hash.update(buffer.get(..count).unwrap_or_default());
                found += count as u64;
            }
            if found != bytes || HEXLOWER.encode(hash.finish().as_ref()) != sha256 {
                return Err(BackupError::Damaged(format!("{entry} is not what was written")));
            }
        }
        Ok(())
    }

    fn entry(&mut self, name: &str) -> Result<zip::read::ZipFile<'_, BufReader<File>>, BackupError> {
        self.zip.by_name(name).map_err(|error| match error {
            ZipError::Io(source) => BackupError::File { path: self.path.clone(), source },
            error => damaged(name, &error),
        })
    }

    async fn load(&mut self, store: &Store, mut progress: impl FnMut(Progress<'_>)) -> Result<(), BackupError> {
        let parts = self.manifest.tables.clone();
        let tables: Vec<_> = parts.iter().map(|part| part.table.clone()).collect();
        let mut load = Load::begin(store, self.manifest.schema, &tables).await?;
        for part in &parts {
            let entry = part.entry();
            let mut lines = BufReader::new(self.entry(&entry)?);
            let (mut line, mut rows) = (String::new(), 0);
            loop {
                line.clear();
                let read = lines.by_ref().take(MAX_ROW_BYTES).read_line(&mut line);
                if read.map_err(|error| damaged(&entry, &error))? == 0 {
                    break;
                }
                rows += 1;
                load.row(&part.table, rows, &line).await?;
                if rows % TELL_EVERY == 0 {
                    progress(Progress { table: &part.table.name, rows });
                }
            }
            if rows != part.rows {
                return Err(BackupError::Damaged(format!("{entry} has {rows} rows, and not {}", part.rows)));
            }
            progress(Progress { table: &part.table.name, rows });
        }
        Ok(load.finish().await?)
    }

    fn file(&mut self, part: &FilePart) -> Result<Vec<u8>, BackupError> {
        let entry = part.entry();
        let mut content = Vec::new();
        let read = self.entry(&entry)?.take(MAX_FILE_BYTES).read_to_end(&mut content);
        read.map_err(|error| damaged(&entry, &error))?;
        Ok(content)
    }
}

fn damaged(entry: &str, error: &dyn std::fmt::Display) -> BackupError {
    BackupError::Damaged(format!("{entry}: {error}"))
}

/// A folder that is being filled beside the one that it becomes; gone unless it does.
struct NewFolder {
    path: PathBuf,
}

impl NewFolder {
    fn beside(target: &Path) -> Result<NewFolder, BackupError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| BackupError::File { path, source }
        };
        match fs::read_dir(target) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(BackupError::NotEmpty(target.to_owned()));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(target)(error)),
        }
        // A path such as `data/.` has no name of its own to put something beside.
        let target = std::path::absolute(target).map_err(failed(target))?;
        let name = target.file_name().ok_or_else(|| BackupError::NotEmpty(target.clone()))?;
        let mut new = name.to_owned();
        new.push(format!(".{}.new", random_text(6)));
        let path = target.with_file_name(new);
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(failed(&path))?;
        Ok(NewFolder { path })
    }

    fn become_(self, target: &Path) -> Result<(), BackupError> {
        let failed = |source| BackupError::File { path: target.to_owned(), source };
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(failed)?;
        let target = std::path::absolute(target).map_err(failed)?;
        // An empty folder is replaced; one that was filled meanwhile is not.
        fs::rename(&self.path, &target).map_err(failed)?;
        match target.parent() {
            Some(parent) => File::open(parent).and_then(|parent| parent.sync_all()).map_err(failed),
            None => Ok(()),
        }
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        // After a rename there is nothing of this name.
        let _ = fs::remove_dir_all(&self.path);
    }
}
