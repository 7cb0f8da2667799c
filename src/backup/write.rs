//! Writes a backup, while a server runs on the records or while none does.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{
    BackupError, FILES, FORMAT, FilePart, MANIFEST, Manifest, Progress, TELL_EVERY, TablePart, table_entry, unsound,
};
use crate::{
    clock::Timestamp,
    ids::random_text,
    private,
    records::{Reader, Store},
};

/// Writes everything that is kept into `out`, for its owner alone, whole or not at all. What is read is of one moment.
/// Returns what is in it and what is wrong with the ledgers in it, which does not keep them from being backed up.
///
/// # Errors
/// When the records cannot be read, or the file cannot be written; then `out` is as it was.
pub async fn back_up(
    store: &Store,
    out: &Path,
    now: Timestamp,
    progress: impl FnMut(Progress<'_>),
) -> Result<(Manifest, Vec<String>), BackupError> {
    let reader = Reader::open(store.clone()).await?;
    let unfinished = Unfinished::beside(out)?;
    let manifest = write(&reader, store, &unfinished, now, progress).await?;
    unfinished.keep_as(out)?;
    let unsound = unsound(&reader, store).await?;
    reader.close().await;
    Ok((manifest, unsound))
}

async fn write(
    reader: &Reader,
    store: &Store,
    unfinished: &Unfinished,
    now: Timestamp,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Manifest, BackupError> {
    let mut archive = ZipWriter::new(BufWriter::new(unfinished.file.try_clone()?));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o600)
        // A table may have more than four gigabytes.
        .large_file(true);
    let mut dump = reader.dump().await?;
    let mut tables = Vec::new();
    for table in dump.tables().to_vec() {
        archive.start_file(table_entry(&table), options)?;
        let mut part = Hashed::new(&mut archive);
        let mut rows = 0;
        let take = |line: &str| {
            rows += 1;
            if rows % TELL_EVERY == 0 {
                progress(Progress { table: &table.name, rows });
            }
            part.write_all(line.as_bytes()).and_then(|()| part.write_all(b"\n")).map_err(BackupError::Write)
        };
        let rows = dump.rows(&table, take).await?;
        progress(Progress { table: &table.name, rows });
        let (bytes, sha256) = part.finish();
        tables.push(TablePart { table, rows, bytes, sha256 });
    }
    let mut files = Vec::new();
    for name in FILES {
        let Some(content) = private::read_bytes(&store.dir.join(name))? else { continue };
        let mut part = FilePart { name: name.to_owned(), bytes: 0, sha256: String::new() };
        archive.start_file(part.entry(), options)?;
        let mut hashed = Hashed::new(&mut archive);
        hashed.write_all(&content)?;
        (part.bytes, part.sha256) = hashed.finish();
        files.push(part);
    }
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: dump.schema(),
        made_at: now,
        node: dump.node().clone(),
        tables,
        files,
    };
    archive.start_file(MANIFEST, options)?;
    archive.write_all(&serde_json::to_vec_pretty(&manifest).map_err(io::Error::from)?)?;
    archive.finish()?.flush()?;
    Ok(manifest)
}

/// Passes on what is written, and knows its length and hash.
struct Hashed<W> {
    to: W,
    bytes: u64,
    hash: Context,
}

impl<W: Write> Hashed<W> {
    fn new(to: W) -> Hashed<W> {
        Hashed { to, bytes: 0, hash: Context::new(&SHA256) }
    }

    fn finish(self) -> (u64, String) {
        (self.bytes, HEXLOWER.encode(self.hash.finish().as_ref()))
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.to.write(buffer)?;
        self.hash.update(buffer.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A file that is being written beside the one that it becomes; gone unless it is kept.
struct Unfinished {
    file: File,
    path: PathBuf,
}

impl Unfinished {
    fn beside(out: &Path) -> Result<Unfinished, BackupError> {
        let mut name = out.as_os_str().to_owned();
        name.push(format!(".{}.new", random_text(6)));
        let path: PathBuf = name.into();
        let made = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = made.map_err(|source| BackupError::File { path: path.clone(), source })?;
        Ok(Unfinished { file, path })
    }

    fn keep_as(self, out: &Path) -> Result<(), BackupError> {
        let failed = |source| BackupError::File { path: out.to_owned(), source };
        self.file.sync_all().map_err(failed)?;
        fs::rename(&self.path, out).map_err(failed)?;
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a rename there is nothing of this name.
        let _ = fs::remove_file(&self.path);
    }
}
