//! `diemcau directory`: lists of units and delegates from files and into files. Works while the server runs, and while it
//! does not.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use anyhow::{Context, bail};
use diemcau::{
    clock,
    config::Config,
    directory::{self, Change, ChangeCounts, ChangeKind, Import, MAX_FILE_BYTES, Proposal, Sheet},
    ids::DelegateId,
    records::{Author, DirectoryStore},
};

use crate::cli::{DirectoryCommand, ExportDirectory, ImportDirectory, SheetFormat};

/// In whose name the journal has what is done here.
const AUTHOR: &str = "command line";

pub async fn perform(command: &DirectoryCommand) -> anyhow::Result<()> {
    match command {
        DirectoryCommand::Import(args) => import(args).await,
        DirectoryCommand::Export(args) => export(args).await,
    }
}

async fn import(args: &ImportDirectory) -> anyhow::Result<()> {
    let file = args.file.display();
    let size = fs::metadata(&args.file).with_context(|| format!("reading {file}"))?.len();
    if usize::try_from(size).map_or(true, |size| size > MAX_FILE_BYTES) {
        bail!("{file} is larger than {} MiB", MAX_FILE_BYTES >> 20);
    }
    let bytes = fs::read(&args.file).with_context(|| format!("reading {file}"))?;
    let sheet = Sheet::read(args.list.kind(), &bytes)?;
    let store = open(&args.config()?).await?;
    let import = Import { replace: args.replace, now: clock::now(), fresh: DelegateId::random };
    let result = if args.dry_run {
        store.preview(sheet, import).await
    } else {
        let name = args.file.file_name().unwrap_or_default().to_string_lossy();
        store.import(sheet, import, None, Author { name: AUTHOR, at: import.now }, &name).await
    };
    store.close().await;
    tell(&result?, args.dry_run)
}

fn tell(proposal: &Proposal, one_by_one: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if one_by_one {
        for change in &proposal.changes {
            writeln!(out, "{}", line(change))?;
        }
    }
    let ChangeCounts { added, changed, restored, retired, unchanged } = proposal.counts;
    let order = if proposal.reordered { "; in another order" } else { "" };
    writeln!(
        out,
        "added {added}, changed {changed}, restored {restored}, retired {retired}, unchanged {unchanged}{order}"
    )?;
    for heading in &proposal.ignored {
        writeln!(out, "not read: the column {heading:?}")?;
    }
    for notice in &proposal.notices {
        writeln!(out, "look at this: {notice}")?;
    }
    if one_by_one {
        writeln!(out, "nothing was changed: this was a dry run")?;
    }
    Ok(())
}

/// A change on a line: what becomes of whom, and for a change each field before and after.
fn line(change: &Change) -> String {
    let sign = match change.change {
        ChangeKind::Added => '+',
        ChangeKind::Changed => '~',
        ChangeKind::Restored => '^',
        ChangeKind::Retired => '-',
    };
    let mut line = format!("{sign} {}\t{}", change.id, change.name);
    if change.change != ChangeKind::Added {
        for field in &change.fields {
            let before = field.before.as_deref().unwrap_or_default();
            line.push_str(&format!("\t{:?}: {before:?} -> {:?}", field.column, field.after));
        }
    }
    line
}

async fn export(args: &ExportDirectory) -> anyhow::Result<()> {
    let store = open(&args.config()?).await?;
    let listed = store.read().await?;
    store.close().await;
    let document = match args.format {
        SheetFormat::Csv => directory::csv(&listed, args.list.kind())?,
        SheetFormat::Xlsx => directory::workbook(&listed, args.list.kind(), clock::now())?,
    };
    if args.out == Path::new("-") {
        return io::stdout().lock().write_all(&document).context("writing to the standard output");
    }
    fs::write(&args.out, document).with_context(|| format!("writing {}", args.out.display()))
}

async fn open(config: &Config) -> anyhow::Result<DirectoryStore> {
    DirectoryStore::open(config.store()).await.context("opening the records (start the server once to make them)")
}
