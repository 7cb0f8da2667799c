//! Backups: everything that a data folder and its database keep, in one file that is the same for SQLite and PostgreSQL.
//!
//! The file is a ZIP archive. `manifest.json` says what is in it, by which version, with the SHA-256 of each part; each
//! table is JSON Lines, an array a row; the small files of the data folder, the keys among them, lie under `files/`.

mod read;
mod write;

use std::{io, path::PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use read::restore;
pub use write::back_up;

use crate::{
    clock::Timestamp,
    ids::NodeId,
    private::PrivateFileError,
    records::{
        LEDGER_KEY_FILE, LEDGER_PUBLIC_KEY_FILE, Reader, RecordsError, SAMPLE_LINKS_FILE, Store, Table, public_key_in,
    },
    server::{FIRST_ADMINISTRATOR_FILE, LINK_SECRET_FILE},
    tls,
};

/// The name of the format, as the manifest has it.
const FORMAT: &str = "diemcau-backup-1";
const MANIFEST: &str = "manifest.json";
/// The most bytes of the manifest, of a file beside the database, and of a row that are read.
const MAX_MANIFEST_BYTES: u64 = 1024 * 1024;
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
const MAX_ROW_BYTES: u64 = 64 * 1024 * 1024;
/// Rows between two words on the progress.
const TELL_EVERY: u64 = 10_000;

/// What of a data folder belongs into a backup beside the database, where it is there.
const FILES: [&str; 6] =
    [LEDGER_KEY_FILE, LEDGER_PUBLIC_KEY_FILE, LINK_SECRET_FILE, FIRST_ADMINISTRATOR_FILE, tls::FILE, SAMPLE_LINKS_FILE];

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    format: String,
    /// The version of the program that wrote it.
    pub program: String,
    /// The number of the schema that the tables are of.
    pub schema: i64,
    pub made_at: Timestamp,
    /// The server whose records they are.
    pub node: NodeId,
    pub tables: Vec<TablePart>,
    pub files: Vec<FilePart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TablePart {
    pub table: Table,
    pub rows: u64,
    bytes: u64,
    sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FilePart {
    pub name: String,
    bytes: u64,
    sha256: String,
}

impl Manifest {
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|part| part.rows).sum()
    }
}

impl TablePart {
    fn entry(&self) -> String {
        table_entry(&self.table)
    }
}

impl FilePart {
    fn entry(&self) -> String {
        format!("files/{}", self.name)
    }
}

fn table_entry(table: &Table) -> String {
    format!("tables/{}.jsonl", table.name)
}

/// How far it is: a table, and how many of its rows are done.
pub struct Progress<'a> {
    pub table: &'a str,
    pub rows: u64,
}

/// Why there is no backup, or nothing was restored from one.
#[derive(Debug, Error)]
pub enum BackupError {
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    PrivateFile(#[from] PrivateFileError),
    #[error("writing the archive: {0}")]
    Archive(#[from] zip::result::ZipError),
    #[error("writing the archive: {0}")]
    Write(#[from] io::Error),
    #[error("{path} is no backup, or only a part of one: {reason}")]
    NoBackup { path: PathBuf, reason: String },
    #[error(
        "the backup was written by diemcau {program} in the format {found}, and this one reads {FORMAT}: use that version"
    )]
    OtherFormat { program: String, found: String },
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    #[error("{0} is not empty: a backup is restored into a folder of its own")]
    NotEmpty(PathBuf),
    #[error("the ledgers in the backup are not whole, and nothing was put in force: {}", join(.0))]
    Unsound(Vec<String>),
}

fn join(reasons: &[String]) -> String {
    reasons.join("; ")
}

/// What is wrong with the ledgers of a store, in words.
async fn unsound(reader: &Reader, store: &Store) -> Result<Vec<String>, BackupError> {
    let Some(key) = public_key_in(&store.dir) else {
        return Ok(vec!["there is no ledger key, so that nothing says whether the ledgers are whole".to_owned()]);
    };
    let mut words = Vec::new();
    let together = reader.audit(&key, None, &[], |meeting, checked| {
        if let Err(unsound) = checked {
            words.push(format!("{}: {unsound}", meeting.escape_debug()));
        }
    });
    let together = together.await?;
    words.extend(together.iter().map(ToString::to_string));
    Ok(words)
}
