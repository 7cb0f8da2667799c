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
        signature::Signature,
        verify::{MAX_LINE_BYTES, Verifier, Whole},
    },
    records,
};

use crate::{cli::Verify, export};

pub async fn verify(args: &Verify) -> anyhow::Result<()> {
    let trusted = args.key.as_deref().map(trusted).transpose()?;
    if let Some(file) = &args.paper {
        return paper(file, args, trusted);
    }
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

/// A file and the signature beside it.
fn paper(file: &Path, args: &Verify, trusted: Option<PublicKey>) -> anyhow::Result<()> {
    let beside = args.signature.clone().or_else(|| export::signature_of(file)).context("a paper is a file")?;
    let key = match trusted {
        Some(key) => key,
        None => {
            let dir = args.config()?.server.data_dir.0;
            records::public_key_in(&dir)
                .with_context(|| format!("there is no key in {}: say which is trusted with --key", dir.display()))?
        }
    };
    let content = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let text = std::fs::read_to_string(&beside).with_context(|| format!("reading {}", beside.display()))?;
    let signature: Signature = text.trim().parse().with_context(|| format!("{}", beside.display()))?;
    signature.check(&content, &key).with_context(|| format!("{}", file.display()))?;
    Ok(writeln!(io::stdout().lock(), "{}: as it was signed with the key {key}", file.display())?)
}

/// The ledgers of a data folder, each by itself.
async fn kept(args: &Verify, trusted: Option<PublicKey>) -> anyhow::Result<()> {
    let config = args.config()?;
    let dir = &config.server.data_dir.0;
    let reader = export::open(&config).await?;
    let key = records::public_key_in(dir)
        .with_context(|| format!("there is no ledger key in {}: start the server once", dir.display()))?;
    let (mut ledgers, mut bad, mut told) = (0, 0, Ok(()));
    let together = reader.audit(&key, trusted.as_ref(), &args.head, |meeting, checked| {
        ledgers += 1;
        let result = match checked {
            Ok(whole) => tell(&whole, trusted.is_some()),
            Err(unsound) => {
                bad += 1;
                // An id that was tampered with may hold anything.
                complain(&format!("{}: {unsound}", meeting.escape_debug()))
            }
        };
        if told.is_ok() {
            told = result;
        }
    });
    let together = together.await?;
    reader.close().await;
    told?;
    for unsound in &together {
        complain(&unsound.to_string())?;
    }
    if bad > 0 {
        bail!("{bad} of {ledgers} ledgers are not whole");
    }
    if !together.is_empty() {
        bail!("each of the {ledgers} ledgers is whole in itself, and they are not whole together");
    }
    Ok(())
}

fn complain(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stderr().lock(), "{line}")?)
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
