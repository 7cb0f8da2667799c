//! Tables as CSV (RFC 4180) that open right in Excel and LibreOffice by a double click: UTF-8 with a byte order mark,
//! commas, CRLF, instants as dates, and no cell that a spreadsheet takes for a formula.

use std::{
    borrow::Cow,
    io::{Cursor, Write},
};

use csv::{Terminator, WriterBuilder};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{Cell, Column, Format, PaperError, Table, TableName, Wording, wording::duration};
use crate::{language::Language, papers::FileName, report::Report};

/// One table.
pub fn table(report: &Report, language: Language, name: TableName) -> Result<Vec<u8>, PaperError> {
    let wording = Wording::of(report, language);
    write(&wording, &Table::of(&wording, name))
}

/// Every table, in a ZIP file with the date of the report.
pub fn all(report: &Report, language: Language) -> Result<Vec<u8>, PaperError> {
    let wording = Wording::of(report, language);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip_options(report);
    for (number, name) in (1..).zip(TableName::ALL) {
        let title = format!("{number:02} {}", name.title(language));
        zip.start_file(FileName::new(&title, Format::Csv.name()).as_str(), options)?;
        zip.write_all(&write(&wording, &Table::of(&wording, *name))?)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// How files stand in a ZIP: with the time of the report, so that the same report gives the same bytes.
pub fn zip_options(report: &Report) -> SimpleFileOptions {
    let at = report.as_of.local();
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    let year = u16::try_from(at.year()).unwrap_or(0);
    // Before 1980 and after 2107 ZIP has no dates.
    let date = DateTime::from_date_and_time(
        year,
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    );
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(date.unwrap_or_default())
        .unix_permissions(0o644)
}

fn write(wording: &Wording<'_>, table: &Table<'_>) -> Result<Vec<u8>, PaperError> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut csv = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(&mut bytes);
    csv.write_record(table.columns.iter().map(|column| heading(wording, column)))?;
    for row in &table.rows {
        csv.write_record(row.iter().map(|cell| cell_text(wording, cell)).map(|text| text.into_owned()))?;
    }
    csv.flush()?;
    drop(csv);
    Ok(bytes)
}

fn heading(wording: &Wording<'_>, column: &Column) -> String {
    if column.is_of_instants { format!("{} ({})", column.heading, wording.offset()) } else { column.heading.to_owned() }
}

fn cell_text<'c>(wording: &Wording<'_>, cell: &'c Cell<'_>) -> Cow<'c, str> {
    match cell {
        Cell::Empty => "".into(),
        Cell::Text(text) | Cell::Code(text) | Cell::Below { text, .. } => plain(text),
        Cell::Count(count) => count.to_string().into(),
        Cell::Moment(moment) => wording.sortable(*moment).into(),
        Cell::Duration(ms) => duration(*ms).into(),
        Cell::Share(share) => percent(*share).into(),
    }
}

/// Whole percents: a decimal sign would be read differently in Việt Nam and elsewhere. Cut off, so that only all is 100.
fn percent(share: f64) -> String {
    format!("{:.0}%", (share * 100.0 + 1e-9).floor())
}

/// A cell of text that no spreadsheet takes for a formula: neither by the signs nor by their wide forms.
fn plain(text: &str) -> Cow<'_, str> {
    let dangerous = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(dangerous) { format!("'{text}").into() } else { text.into() }
}
