//! Tables as CSV (RFC 4180) that open right in Excel and LibreOffice by a double click: UTF-8 with a byte order mark,
//! commas, CRLF, instants as dates, and no cell that a spreadsheet takes for a formula.

use csv::{Terminator, WriterBuilder};

use super::{Cell, Column, FileName, Format, PaperError, Table, TableName, Wording, bundle, wording::duration};
use crate::{language::Language, report::Report, spreadsheet::escape};

/// One table.
pub fn table(report: &Report, language: Language, name: TableName) -> Result<Vec<u8>, PaperError> {
    let wording = Wording::of(report, language);
    write(&wording, &Table::of(&wording, name))
}

/// Every table, in a ZIP file with the date of the report.
pub fn all(report: &Report, language: Language) -> Result<Vec<u8>, PaperError> {
    let wording = Wording::of(report, language);
    let mut files = Vec::with_capacity(TableName::ALL.len());
    for (number, name) in (1..).zip(TableName::ALL) {
        let title = format!("{number:02} {}", name.title(language));
        files.push((FileName::new(&title, Format::Csv.name()), write(&wording, &Table::of(&wording, *name))?));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    bundle::zip(report.as_of, &files)
}

fn write(wording: &Wording<'_>, table: &Table<'_>) -> Result<Vec<u8>, PaperError> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut csv = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(&mut bytes);
    csv.write_record(table.columns.iter().map(|column| heading(wording, column)))?;
    for row in &table.rows {
        csv.write_record(row.iter().map(|cell| cell_text(wording, cell)))?;
    }
    csv.flush()?;
    drop(csv);
    Ok(bytes)
}

fn heading(wording: &Wording<'_>, column: &Column) -> String {
    if column.is_of_instants { format!("{} ({})", column.heading, wording.offset()) } else { column.heading.to_owned() }
}

fn cell_text(wording: &Wording<'_>, cell: &Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Code(text) | Cell::Below { text, .. } => escape(text),
        Cell::Count(count) => count.to_string(),
        Cell::Moment(moment) => wording.sortable(*moment),
        Cell::Duration(ms) => duration(*ms),
        Cell::Share(share) => percent(*share),
    }
}

/// Whole percents: a decimal sign would be read differently in Việt Nam and elsewhere. Cut off, so that only all is 100.
fn percent(share: f64) -> String {
    format!("{:.0}%", (share * 100.0 + 1e-9).floor())
}
