//! The papers of a small meeting, as they are kept in `golden/`. `UPDATE_EXPECT=1` writes them anew; look at the change
//! before it is kept.

use std::path::PathBuf;

use expect_test::expect_file;

use super::*;
use crate::report::fixture::{provisional, report};

fn paper(report: &Report, format: Format, language: Language, table: Option<TableName>) -> Paper {
    render(report, format, &Options { language, table }).unwrap()
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
