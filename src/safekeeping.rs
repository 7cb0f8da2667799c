//! `diemcau backup` and `diemcau restore`: everything that is kept, in one file.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use diemcau::{
    backup::{self, Manifest, Progress},
    clock,
};

use crate::{
    cli::{Backup, Restore},
    export,
};

pub async fn back_up(args: &Backup) -> anyhow::Result<()> {
    let config = args.config()?;
    export::open(&config).await?.close().await;
    let mut progress = Teller::new();
    let backed_up = backup::back_up(&config.store(), &args.out, clock::now(), |at| progress.tell(&at)).await;
    let (manifest, unsound) = backed_up.with_context(|| format!("backing up into {}", args.out.display()))?;
    tell(&manifest, "backed up")?;
    writeln!(
        io::stderr().lock(),
        "The file holds the keys of the server and of the ledger: keep it as closed as the data folder."
    )?;
    if !unsound.is_empty() {
        bail!("backed up as it is, and the ledgers are not whole: {}", unsound.join("; "));
    }
    Ok(())
}

pub async fn restore(args: &Restore) -> anyhow::Result<()> {
    let config = args.config()?;
    let mut progress = Teller::new();
    let restored = backup::restore(&args.file, &config.store(), |at| progress.tell(&at)).await;
    let manifest = restored.with_context(|| format!("restoring {}", args.file.display()))?;
    tell(&manifest, "restored, and the ledgers are whole")
}

fn tell(manifest: &Manifest, done: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{done}: {} rows of {} tables and {} files, of {} by diemcau {}",
        manifest.rows(),
        manifest.tables.len(),
        manifest.files.len(),
        manifest.made_at,
        manifest.program
    )?;
    Ok(())
}

/// Says now and then how far it is: often to somebody who watches, seldom to a log.
struct Teller {
    every: Duration,
    last: Instant,
}

impl Teller {
    fn new() -> Teller {
        let every = if io::stderr().is_terminal() { Duration::from_secs(1) } else { Duration::from_secs(30) };
        Teller { every, last: Instant::now() }
    }

    fn tell(&mut self, Progress { table, rows }: &Progress<'_>) {
        if self.last.elapsed() >= self.every {
            self.last = Instant::now();
            // Who does not listen is no reason to stop.
            let _ = writeln!(io::stderr().lock(), "{table}: {rows} rows");
        }
    }
}
