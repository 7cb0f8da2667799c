//! Workbooks and CSV as LibreOffice reads them with Vietnamese settings, compared with the tables cell by cell.

use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use jiff::civil::DateTime;

use super::{Cell, Format, Options, Table, TableName, Wording, csv_tests::awkward, libreoffice::LibreOffice, render};
use crate::{
    language::Language,
    report::{
        Report,
        fixture::{at, provisional, report},
        tuyen_quang,
    },
    spreadsheet::escape,
};

/// What the import of CSV begins with once its dialogue was confirmed: commas, quotes, what the byte order mark says
/// (UTF-8), Vietnamese (1066), dates and durations told from texts.
const LIKE_THE_DIALOGUE: &str = "CSV:44,34,76,1,,1066,false,true";

/// The reports that are read back.
fn reports() -> [(&'static str, Report); 4] {
    let conference = Report::draw(&tuyen_quang::source(), at("12:00")).unwrap();
    [("small", report()), ("provisional", provisional()), ("awkward", awkward()), ("conference", conference)]
}

/// A sheet as it was read: its rows from the first one.
fn rows(book: &Path, sheet: Option<&str>) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(book).unwrap();
    let name = sheet.map_or_else(|| book.sheet_names()[0].clone(), str::to_owned);
    let formulas = book.worksheet_formula(&name).unwrap();
    assert!(formulas.is_empty(), "{name}: a formula: {:?}", formulas.used_cells().next());
    let range = book.worksheet_range(&name).unwrap();
    let (height, width) = range.end().map_or((0, 0), |(row, column)| (row + 1, column + 1));
    let cell = |row: u32, column: u32| range.get_value((row, column)).cloned().unwrap_or_default();
    (0..height).map(|row| (0..width).map(|column| cell(row, column)).collect()).collect()
}

fn seconds(days: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "seconds since 1900")]
    let seconds = (days * 86_400.0).round() as i64;
    seconds
}

/// Spreadsheets count days from the eve of 1900, which they take for a leap year.
fn instant(days: f64) -> DateTime {
    let epoch: DateTime = "1899-12-30T00:00:00".parse().unwrap();
    epoch.checked_add(jiff::Span::new().seconds(seconds(days))).unwrap()
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

/// Whether a cell of a workbook is what the table says, and of that kind.
fn is_as_written(wording: &Wording<'_>, cell: &Cell<'_>, found: &Data) -> bool {
    match (cell, found) {
        (Cell::Empty, Data::Empty) => true,
        (Cell::Text(text) | Cell::Code(text) | Cell::Below { text, .. }, Data::String(found)) => found == text,
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        (Cell::Count(count), Data::Float(found)) => near(*found, *count as f64),
        (Cell::Moment(moment), Data::String(found)) => wording.clocks_changed() && *found == wording.sortable(*moment),
        (Cell::Moment(moment), Data::DateTime(found)) => {
            let local = moment.local();
            let whole = local.with().subsec_nanosecond(0).build().unwrap();
            !found.is_duration() && instant(found.as_f64()) == whole
        }
        (Cell::Duration(ms), Data::DateTime(found)) => {
            found.is_duration() && seconds(found.as_f64()) == i64::try_from(ms / 1000).unwrap()
        }
        (Cell::Share(share), Data::Float(found)) => near(*found, *share),
        _ => false,
    }
}

#[test]
fn a_workbook_opens_in_libreoffice_with_every_cell_as_it_was_and_no_formula() {
    let Some(office) = LibreOffice::start() else { return };
    for language in Language::ALL {
        let reports = reports();
        let options = Options { language, ..Options::default() };
        let book = |(name, report): &(&str, Report)| {
            office.put(&format!("{name}-{language}.xlsx"), &render(report, Format::Xlsx, &options).unwrap().bytes)
        };
        let files: Vec<_> = reports.iter().map(book).collect();
        let saved = office.saved_as(&files, None, "xlsx");
        let mut cells = 0;
        for ((name, report), file) in reports.iter().zip(&saved) {
            let wording = Wording::of(report, language);
            for table in TableName::ALL {
                let (table, title) = (Table::of(&wording, *table), table.title(language));
                let rows = rows(file, Some(title));
                let headings: Vec<String> = rows[1].iter().map(ToString::to_string).collect();
                let expected: Vec<&str> = table.columns.iter().map(|column| column.heading).collect();
                assert_eq!(headings, expected, "{name}, {title}");
                let expected: Vec<_> = table.rows.iter().chain(&table.total).collect();
                assert_eq!(rows.len(), expected.len() + 2, "{name}, {title}");
                for (number, (found, expected)) in rows[2..].iter().zip(expected).enumerate() {
                    for (found, expected) in found.iter().zip(expected) {
                        let same = is_as_written(&wording, expected, found);
                        assert!(same, "{name}, {title}, row {number}: {found:?} is not {expected:?}");
                        cells += 1;
                    }
                }
            }
        }
        assert!(cells > 10_000, "{cells}");
    }
}

/// Whether a cell of CSV is what the table says. Numbers that are codes lose the zeros that they begin with, here as in
/// Excel; workbooks keep them.
fn is_as_told(wording: &Wording<'_>, cell: &Cell<'_>, found: &Data) -> bool {
    match (cell, found) {
        (Cell::Text(text) | Cell::Code(text) | Cell::Below { text, .. }, Data::String(found)) => *found == escape(text),
        (Cell::Code(code), Data::Float(found)) => code.parse::<f64>().is_ok_and(|code| near(code, *found)),
        // Percents are whole in CSV.
        (Cell::Share(share), Data::Float(found)) => near(*found, (share * 100.0 + 1e-9).floor() / 100.0),
        (Cell::Duration(ms), Data::DateTime(found)) => seconds(found.as_f64()) == i64::try_from(ms / 1000).unwrap(),
        _ => is_as_written(wording, cell, found),
    }
}

#[test]
fn csv_opens_in_libreoffice_with_every_cell_as_it_was_and_no_formula() {
    let Some(office) = LibreOffice::start() else { return };
    let reports = reports();
    let mut files = Vec::new();
    for (name, report) in &reports {
        for table in TableName::ALL {
            let options = Options { table: Some(*table), ..Options::default() };
            files.push(
                office.put(&format!("{name}-{table}.csv"), &render(report, Format::Csv, &options).unwrap().bytes),
            );
        }
    }
    let saved = office.saved_as(&files, Some(LIKE_THE_DIALOGUE), "xlsx");
    let mut saved = saved.iter();
    for (name, report) in &reports {
        let wording = Wording::of(report, Language::Vietnamese);
        for title in TableName::ALL {
            let (table, rows) = (Table::of(&wording, *title), rows(saved.next().unwrap(), None));
            assert_eq!(rows.len(), table.rows.len() + 1, "{name}, {title}");
            assert_eq!(rows[0].len(), table.columns.len(), "{name}, {title}");
            for (found, column) in rows[0].iter().zip(&table.columns) {
                let found = found.to_string();
                assert!(found.starts_with(column.heading), "{name}, {title}: {found}, with nothing before it");
            }
            for (number, (found, expected)) in rows[1..].iter().zip(&table.rows).enumerate() {
                for (found, expected) in found.iter().zip(expected) {
                    let same = is_as_told(&wording, expected, found);
                    assert!(same, "{name}, {title}, row {number}: {found:?} is not {expected:?}");
                }
            }
        }
    }
}
