//! The papers of a small meeting, as they are kept in `golden/`. `UPDATE_EXPECT=1` writes them anew; look at the change
//! before it is kept.

use std::{
    fmt::Write,
    io::{Cursor, Read},
    path::PathBuf,
};

use calamine::{Data, Reader, Xlsx};
use expect_test::expect_file;
use zip::ZipArchive;

use super::*;
use crate::report::{
    fixture::{at, provisional, report, source},
    tuyen_quang,
};

fn paper(report: &Report, format: Format, language: Language, table: Option<TableName>) -> Paper {
    render(report, format, &Options { language, table, ..Options::default() }).unwrap()
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/papers/golden").join(name)
}

/// Compares a text with what is kept, its line ends aside, which Git may change.
fn check(name: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap().replace("\r\n", "\n");
    expect_file![golden(name)].assert_eq(&text);
}

#[test]
fn every_table_is_as_it_was() {
    let report = report();
    for table in TableName::ALL {
        let csv = paper(&report, Format::Csv, Language::Vietnamese, Some(*table));
        check(&format!("{table}.vi.csv"), &csv.bytes);
    }
    for table in [TableName::Summary, TableName::Delegates, TableName::Points, TableName::Course] {
        let csv = paper(&report, Format::Csv, Language::English, Some(table));
        check(&format!("{table}.en.csv"), &csv.bytes);
    }
    let summary = paper(&provisional(), Format::Csv, Language::Vietnamese, Some(TableName::Summary));
    check("summary.provisional.vi.csv", &summary.bytes);
}

#[test]
fn the_data_and_the_invitation_are_as_they_were() {
    let report = report();
    check("report.json", &paper(&report, Format::Json, Language::Vietnamese, None).bytes);
    check("invitation.vi.ics", &paper(&report, Format::Ics, Language::Vietnamese, None).bytes);
    let point = report.for_place(&"point:071".parse().unwrap()).unwrap();
    check("invitation.point.en.ics", &paper(&point, Format::Ics, Language::English, None).bytes);
    check("report.schema.json", &serde_json::to_vec_pretty(&schema()).unwrap());
}

fn files(zip: &[u8]) -> Vec<(String, Option<zip::DateTime>, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let (name, mut bytes) = (file.name().unwrap().into_owned(), Vec::new());
        file.read_to_end(&mut bytes).unwrap();
        files.push((name, file.last_modified(), bytes));
    }
    files
}

/// A workbook as text: what each sheet says of itself, and its cells with their kinds.
fn told(book: &[u8]) -> String {
    let mut text = String::new();
    let mut sheets: Xlsx<_> = Xlsx::new(Cursor::new(book)).unwrap();
    let parts = files(book);
    for (number, name) in (1..).zip(sheets.sheet_names()) {
        let path = format!("xl/worksheets/sheet{number}.xml");
        let xml = &parts.iter().find(|(name, ..)| *name == path).unwrap().2;
        let xml = std::str::from_utf8(xml).unwrap();
        let (before, rest) = xml.split_once("<sheetData").unwrap();
        let after = rest.split_once("</sheetData>").unwrap().1;
        writeln!(text, "=== {name} ===").unwrap();
        for tag in [before, after].concat().split_inclusive('>').filter(|tag| !tag.starts_with("<?xml")) {
            writeln!(text, "{tag}").unwrap();
        }
        for row in sheets.worksheet_range(&name).unwrap().rows() {
            let cell = |cell: &Data| match cell {
                Data::Empty => String::new(),
                Data::String(text) => format!("{text:?}"),
                other => format!("{other:?}"),
            };
            writeln!(text, "{}", row.iter().map(cell).collect::<Vec<_>>().join(" | ")).unwrap();
        }
    }
    text
}

#[test]
fn the_workbook_is_as_it_was() {
    for language in Language::ALL {
        let book = paper(&report(), Format::Xlsx, language, None);
        check(&format!("workbook.{language}.txt"), told(&book.bytes).as_bytes());
    }
}

#[test]
fn all_tables_in_one_file_are_the_tables_one_by_one() {
    for language in Language::ALL {
        let all = files(&paper(&report(), Format::Csv, language, None).bytes);
        assert_eq!(all.len(), TableName::ALL.len());
        for ((name, _, bytes), table) in all.iter().zip(TableName::ALL) {
            assert!(name.ends_with(&format!(" {}.csv", table.title(language))), "{name}");
            assert_eq!(*bytes, paper(&report(), Format::Csv, language, Some(*table)).bytes, "{name}");
        }
    }
}

#[test]
fn the_same_ledger_gives_the_same_bytes_whenever_a_paper_is_drawn() {
    let (soon, later) = (Report::draw(&source(true), at("12:00")), Report::draw(&source(true), at("9000:00")));
    let (soon, later) = (soon.unwrap(), later.unwrap());
    for format in Format::ALL {
        let first = paper(&soon, *format, Language::Vietnamese, None);
        assert_eq!(first, paper(&later, *format, Language::Vietnamese, None), "{format}");
        if matches!(format.media_type(None), media if media.contains("zip") || media.contains("openxml")) {
            let mut dates: Vec<_> = files(&first.bytes).into_iter().map(|(_, date, _)| date).collect();
            dates.dedup();
            // Of the report, or the first that there is: not of the writing.
            assert_eq!(dates.len(), 1, "{format}");
            let year = dates[0].map_or(1980, |date| date.year());
            assert!(year == 1980 || year == 2021, "{format}: {year}");
        }
    }
}

#[test]
fn every_paper_of_a_meeting_that_is_not_closed_says_so_in_words() {
    let open = provisional();
    for (language, words) in [(Language::Vietnamese, "BẢN TẠM"), (Language::English, "PROVISIONAL")] {
        let summary = paper(&open, Format::Csv, language, Some(TableName::Summary));
        assert!(std::str::from_utf8(&summary.bytes).unwrap().contains(words));
        let book = paper(&open, Format::Xlsx, language, None);
        let mut sheets: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes.as_slice())).unwrap();
        for name in sheets.sheet_names() {
            let title = sheets.worksheet_range(&name).unwrap().get_value((0, 0)).unwrap().to_string();
            assert!(title.ends_with(words), "{name}: {title}");
        }
        for format in Format::ALL.iter().filter(|format| **format != Format::Ics) {
            let name = paper(&open, *format, language, None).name;
            assert!(name.as_str().contains(words), "{}", name.as_str());
        }
    }
    let data: serde_json::Value =
        serde_json::from_slice(&paper(&open, Format::Json, Language::Vietnamese, None).bytes).unwrap();
    assert_eq!(data["provisional"], true);
    assert!(!paper(&report(), Format::Xlsx, Language::Vietnamese, None).name.as_str().contains("BẢN TẠM"));
}

/// The conference of 19 October 2021, with its 146 points.
fn conference() -> Report {
    let report = Report::draw(&tuyen_quang::source(), at("12:00")).unwrap();
    tuyen_quang::check(&report);
    report
}

#[test]
fn the_conference_of_146_points_is_told_in_every_format() {
    let report = conference();
    assert_eq!(report.points.len(), 146);
    for language in Language::ALL {
        let wording = Wording::of(&report, language);
        for format in Format::ALL {
            let paper = paper(&report, *format, language, None);
            assert!(!paper.bytes.is_empty() && paper.name.as_str().ends_with(format.extension(None)), "{format}");
        }
        for table in TableName::ALL {
            let csv = paper(&report, Format::Csv, language, Some(*table)).bytes;
            let rows = ::csv::Reader::from_reader(&csv[3..]).into_records().map(Result::unwrap).count();
            assert_eq!(rows, Table::of(&wording, *table).rows.len(), "{table}");
        }
        let csv = paper(&report, Format::Csv, language, Some(TableName::Points)).bytes;
        assert_eq!(::csv::Reader::from_reader(&csv[3..]).into_records().count(), 146);
    }
    let data: serde_json::Value =
        serde_json::from_slice(&paper(&report, Format::Json, Language::Vietnamese, None).bytes).unwrap();
    assert_eq!(data["points"].as_array().unwrap().len(), 146);
    assert_eq!(data["total"]["expected"], report.total.expected);
    let invitation = paper(&report, Format::Ics, Language::Vietnamese, None).bytes;
    assert!(std::str::from_utf8(&invitation).unwrap().contains("DTSTART:20211019T"));
}
