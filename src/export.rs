//! The commands that read what is kept: while a server runs on it, and while none does.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use diemcau::{
    clock,
    config::Config,
    ids::MeetingId,
    ledger::{line::Line, signature},
    meeting::Place,
    papers::{self, Format, Options, TableName},
    records::{self, Page, Reader},
    report::Report,
    stationery::Stationeries,
};

use crate::cli::{Export, Wanted};

pub async fn list_meetings(config: &Config) -> anyhow::Result<()> {
    let reader = open(config).await?;
    let mut out = io::stdout().lock();
    for id in ids(&reader).await? {
        let Some(meeting) = reader.meeting(&id).await? else { continue };
        let (starts, points) = (local_time(&meeting), meeting.points.len());
        writeln!(out, "{id}\t{starts}\t{points} points\t{}", meeting.title)?;
    }
    reader.close().await;
    Ok(())
}

pub async fn export(args: &Export) -> anyhow::Result<()> {
    let config = args.config()?;
    let reader = open(&config).await?;
    let ids = ids(&reader).await?;
    let id = choose(&ids, &args.meeting)?;
    let dir = &config.server.data_dir.0;
    let document = match args.format {
        Wanted::Paper(format) => draw(&reader, id, format, args, &config.stationeries()?).await?,
        Wanted::Ledger if args.table.is_some() || args.paper.is_some() || args.point.is_some() => {
            bail!("the ledger is one file of everything: it has no --table, no --paper and no --point")
        }
        Wanted::Ledger => {
            let key = records::public_key_in(dir).with_context(|| no_key(dir))?;
            let mut lines = Vec::new();
            let write = |line: Line| writeln!(lines, "{}", line.write()).context("into memory");
            reader.each_ledger_line(id, &key, write).await?;
            lines
        }
    };
    reader.close().await;
    if args.sign {
        let key = records::signing_key_in(dir)?.with_context(|| no_key(dir))?;
        let file = signature_of(&args.out).context("a signature lies beside a file: --sign needs one")?;
        fs::write(&file, format!("{}\n", signature::sign(&key, &document)))
            .with_context(|| format!("writing {}", file.display()))?;
    }
    if args.out == Path::new("-") {
        return io::stdout().lock().write_all(&document).context("writing to the standard output");
    }
    fs::write(&args.out, document).with_context(|| format!("writing {}", args.out.display()))
}

/// A paper drawn from the report of a meeting.
async fn draw(
    reader: &Reader,
    id: &MeetingId,
    format: Format,
    args: &Export,
    words: &Stationeries,
) -> anyhow::Result<Vec<u8>> {
    if args.paper.is_some() && !format.is_printed() {
        bail!("{format} is no printed paper: --paper goes with pdf and docx");
    }
    if args.table.is_some() && !format.is_of_tables() {
        bail!("a paper of the format {format} is one whole: it has no --table");
    }
    let extension = format.extension(args.table);
    if extension == "zip" && args.out.extension().is_some_and(|given| given == format.name()) {
        let tables: Vec<&str> = TableName::ALL.iter().map(|table| table.name()).collect();
        bail!("all tables together are a ZIP file: name it so, or choose one with --table: {}", tables.join(", "));
    }
    let source = reader.report_source(id).await?.with_context(|| format!("the meeting {id} is gone"))?;
    let mut report = Report::draw(&source, clock::now())?;
    if let Some(point) = &args.point {
        if !report.points.iter().any(|row| row.point == *point) {
            bail!("there is no point {point} in the meeting {id}");
        }
        report = report.for_place(&Place::Point(point.clone())).context("a point has its extract")?;
    }
    let paper = args.paper.unwrap_or_default();
    let options = Options { language: args.lang, table: args.table, paper, words: Some(words) };
    Ok(papers::render(&report, format, &options)?.bytes)
}

fn no_key(dir: &Path) -> String {
    format!("there is no ledger key in {}: start the server once", dir.display())
}

/// Where the signature of a file lies; none for the standard output.
pub fn signature_of(file: &Path) -> Option<PathBuf> {
    (file != Path::new("-")).then(|| {
        let mut name = file.as_os_str().to_owned();
        name.push(".sig");
        name.into()
    })
}

pub async fn open(config: &Config) -> anyhow::Result<Reader> {
    let dir = &config.server.data_dir.0;
    if !dir.is_dir() {
        bail!("there is no data folder {}: say where it is with --data DIR, or start the server once", dir.display());
    }
    Reader::open(config.store()).await.with_context(|| format!("reading the data folder {}", dir.display()))
}

/// Every meeting, the one that starts first first.
pub async fn ids(reader: &Reader) -> anyhow::Result<Vec<MeetingId>> {
    let mut ids = Vec::new();
    let mut page = Page::FIRST;
    loop {
        let meetings = reader.meetings(&page).await?;
        let Some(last) = meetings.last() else { return Ok(ids) };
        page.after = Some(last.position());
        ids.extend(meetings.into_iter().map(|meeting| meeting.id));
    }
}

/// The meeting with this id, or the only one whose id begins so.
fn choose<'a>(ids: &'a [MeetingId], wanted: &str) -> anyhow::Result<&'a MeetingId> {
    if let Some(id) = ids.iter().find(|id| id.as_str() == wanted) {
        return Ok(id);
    }
    let list = |ids: &[&MeetingId]| ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
    let matching: Vec<&MeetingId> = ids.iter().filter(|id| id.as_str().starts_with(wanted)).collect();
    match matching.as_slice() {
        [id] => Ok(id),
        [] if ids.is_empty() => bail!("there is no meeting {wanted:?}: none is kept here"),
        [] => bail!("there is no meeting {wanted:?}; there are: {}", list(&ids.iter().collect::<Vec<_>>())),
        several => bail!("{wanted:?} could be any of: {}", list(several)),
    }
}

/// When the meeting starts, by its own clock.
fn local_time(meeting: &diemcau::meeting::Meeting) -> String {
    let at = jiff::Timestamp::from_millisecond(meeting.starts_at.as_millis()).ok();
    let zone = jiff::tz::TimeZone::get(&meeting.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    at.map_or_else(|| "?".to_owned(), |at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meeting_is_found_by_its_id_or_by_how_only_it_begins() {
        let ids: Vec<MeetingId> = ["ha-giang", "ha-noi", "ha"].map(|id| id.parse().unwrap()).into();
        let chosen = |wanted: &str| choose(&ids, wanted).map(|id| id.to_string()).map_err(|error| error.to_string());
        assert_eq!(chosen("ha"), Ok("ha".to_owned()));
        assert_eq!(chosen("ha-n"), Ok("ha-noi".to_owned()));
        assert_eq!(chosen("ha-"), Err("\"ha-\" could be any of: ha-giang, ha-noi".to_owned()));
        assert_eq!(chosen("x"), Err("there is no meeting \"x\"; there are: ha-giang, ha-noi, ha".to_owned()));
        assert_eq!(choose(&[], "x").unwrap_err().to_string(), "there is no meeting \"x\": none is kept here");
    }
}
