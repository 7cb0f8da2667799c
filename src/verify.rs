//! `diemcau verify`: checks ledgers without a server.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
};

use anyhow::{Context, bail};
use diemcau::{
    ledger::{
        checkpoint::PublicKey,
        verify::{MAX_LINE_BYTES, Verifier, Whole},
    },
    records,
};

use crate::{cli::Verify, papers};

pub async fn verify(args: &Verify) -> anyhow::Result<()> {
    let trusted = args.key.as_deref().map(trusted).transpose()?;
    match &args.file {
        Some(file) => {
            let opened = File::open(file).with_context(|| format!("opening {}", file.display()))?;
            let verifier = Verifier::new(trusted.clone(), args.head.clone());
            let whole = read(BufReader::new(opened), verifier).with_context(|| format!("{}", file.display()))?;
            tell(&whole, trusted.is_some())
        }
        None => kept(args, trusted).await,
    }
}

/// The ledgers of a data folder, each by itself.
async fn kept(args: &Verify, trusted: Option<PublicKey>) -> anyhow::Result<()> {
    let config = args.config()?;
    let dir = &config.server.data_dir.0;
    let reader = papers::open(&config).await?;
    let key = records::public_key_in(dir)
        .with_context(|| format!("there is no ledger key in {}: start the server once", dir.display()))?;
    let meetings = reader.meetings_with_events().await?;
    if !args.head.is_empty() && meetings.len() > 1 {
        bail!("a head is of one meeting, and there are {}: export that one and check the file", meetings.len());
    }
    let mut bad = 0;
    for meeting in &meetings {
        let mut verifier = Verifier::new(trusted.clone(), args.head.clone());
        let lines = reader.ledger_lines(meeting, &key).await?;
        let result = lines.into_iter().try_for_each(|line| verifier.line(line)).and_then(|()| verifier.finish());
        match result {
            Ok(whole) => tell(&whole, trusted.is_some())?,
            Err(wrong) => {
                bad += 1;
                writeln!(io::stderr().lock(), "{meeting}: {}", wrong.fault)?;
            }
        }
    }
    reader.close().await;
    if bad > 0 {
        bail!("{bad} of {} ledgers are not whole", meetings.len());
    }
    Ok(())
}

fn read(mut from: impl BufRead, mut verifier: Verifier) -> anyhow::Result<Whole> {
    let mut line = String::new();
    loop {
        line.clear();
        let limit = MAX_LINE_BYTES as u64 + 1;
        let bytes = from.by_ref().take(limit).read_line(&mut line).context("reading")?;
        if bytes == 0 {
            return Ok(verifier.finish()?);
        }
        if bytes > MAX_LINE_BYTES {
            bail!("a line has more than {MAX_LINE_BYTES} bytes: this is no ledger");
        }
        verifier.text(line.trim_end_matches(['\r', '\n']))?;
    }
}

fn tell(whole: &Whole, trusted: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let Whole { meeting, records, checkpoints, heads, unsigned, key } = whole;
    writeln!(out, "{meeting}: whole; {records} records, {checkpoints} checkpoints")?;
    for (node, seq, at, hash) in heads {
        writeln!(out, "  last record {seq} at {at}: {hash} ({node})")?;
    }
    if *unsigned > 0 {
        writeln!(out, "  the last {unsigned} records are chained and not signed yet")?;
    }
    let whose = if trusted { "the trusted key" } else { "the ledger's own key, which nothing here vouches for" };
    Ok(writeln!(out, "  signed with {whose}: {key}")?)
}

/// A key, or the file that holds it.
fn trusted(text: &str) -> anyhow::Result<PublicKey> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let file = std::fs::read_to_string(Path::new(text)).with_context(|| format!("reading the key from {text}"))?;
    file.parse().with_context(|| format!("{text} holds no public key of 64 hexadecimal digits"))
}
