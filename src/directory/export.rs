//! The directory as files that open right in Excel and LibreOffice, and come back as they were.

use std::io;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};
use thiserror::Error;

use super::{
    Directory, Entry, Row,
    header::{Column, Kind},
};
use crate::{clock::Timestamp, spreadsheet::escape};

#[derive(Debug, Error)]
pub enum ExportError {
    #[error("writing the table: {0}")]
    Csv(#[from] csv::Error),
    #[error("writing the table: {0}")]
    Io(#[from] io::Error),
    #[error("writing the workbook: {0}")]
    Workbook(#[from] XlsxError),
}

/// What is in use as CSV: UTF-8 with a byte order mark, commas, CRLF (RFC 4180).
pub fn csv(directory: &Directory, kind: Kind) -> Result<Vec<u8>, ExportError> {
    match kind {
        Kind::Units => text(directory.units()),
        Kind::Delegates => text(directory.delegates()),
    }
}

/// What is in use as an Excel workbook. Codes are texts, so that they keep their zeros also when they are edited there.
pub fn workbook(directory: &Directory, kind: Kind, now: Timestamp) -> Result<Vec<u8>, ExportError> {
    match kind {
        Kind::Units => xlsx(directory.units(), now),
        Kind::Delegates => xlsx(directory.delegates(), now),
    }
}

fn text<R: Row>(entries: &[Entry<R>]) -> Result<Vec<u8>, ExportError> {
    let columns = R::KIND.columns();
    let mut table =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    table.write_record(columns.iter().map(|column| R::KIND.heading(*column)))?;
    for entry in entries.iter().filter(|entry| entry.is_live()) {
        table.write_record(columns.iter().map(|column| escape(entry.row.field(*column))))?;
    }
    Ok(table.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn xlsx<R: Row>(entries: &[Entry<R>], now: Timestamp) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let made_at = ExcelDateTime::from_timestamp(now.as_millis() / 1000)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made_at));
    let sheet = workbook.add_worksheet();
    sheet.set_name(R::KIND.title())?;
    let heading = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let text = Format::new().set_num_format("@");
    for (place, column) in (0..).zip(R::KIND.columns()) {
        sheet.set_column_width(place, width(*column))?;
        sheet.set_column_format(place, &text)?;
        sheet.write_string_with_format(0, place, R::KIND.heading(*column), &heading)?;
    }
    for (row, entry) in (1..).zip(entries.iter().filter(|entry| entry.is_live())) {
        for (place, column) in (0..).zip(R::KIND.columns()) {
            sheet.write_string_with_format(row, place, entry.row.field(*column), &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(workbook.save_to_buffer()?)
}

/// In characters.
fn width(column: Column) -> f64 {
    match column {
        Column::Id | Column::Parent | Column::Unit | Column::Point => 14.0,
        Column::Level => 12.0,
        Column::Name | Column::Title => 32.0,
        Column::Room => 44.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        directory::{
            Delegate, Import, Sheet,
            testing::{NOW, delegate, province},
        },
        ids::DelegateId,
        meeting::Point,
    };

    fn files(directory: &Directory, kind: Kind) -> [Vec<u8>; 2] {
        [csv(directory, kind).unwrap(), workbook(directory, kind, NOW).unwrap()]
    }

    /// Reads a file in the place of all that is there.
    fn replaced(directory: &Directory, kind: Kind, file: &[u8]) -> Result<crate::directory::Proposal, String> {
        let sheet = Sheet::read(kind, file).map_err(|faults| faults.to_string())?;
        let import = Import { replace: true, now: NOW, fresh: DelegateId::random };
        directory.import(&sheet, &import).map_err(|faults| faults.to_string())
    }

    #[test]
    fn a_csv_file_is_what_spreadsheets_expect() {
        let directory = province(&["d1:Lò, Thị \"Bé\":=Chủ tịch:071"]);
        let [text, _] = files(&directory, Kind::Delegates);
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "\u{feff}Mã đại biểu,Họ tên,Chức vụ,Mã đơn vị,Mã điểm cầu\r\nd1,\"Lò, Thị \"\"Bé\"\"\",'=Chủ tịch,071,\r\n"
        );
    }

    #[test]
    fn codes_keep_their_zeros_in_a_workbook() {
        let [_, workbook] = files(&province(&[]), Kind::Units);
        let again = replaced(&Directory::default(), Kind::Units, &workbook).unwrap();
        assert!(again.notices.iter().all(|notice| !matches!(notice, crate::directory::Notice::NumericCodes { .. })));
        assert_eq!(again.after.units()[0].row.id.as_str(), "08");
    }

    /// Texts that have broken a spreadsheet or a reader before, as the directory keeps them.
    fn nasty() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("="),
            Just("'"),
            Just("\""),
            Just(";"),
            Just(","),
            Just("+1"),
            Just("-"),
            Just("@SUM(A1)"),
            Just("é"),
            Just("e\u{301}"),
            Just("Đ"),
            Just(" "),
            Just("\t"),
            Just("\n"),
            Just("\r\n"),
            Just("<&>"),
            Just("_x000D_"),
            Just("😀"),
            Just("\u{a0}"),
            Just("\u{200b}"),
            Just("#REF!"),
            Just("TRUE"),
            Just("08"),
            Just("1e5"),
            Just("Mã"),
            Just("sep=;"),
            Just("\u{202e}"),
            Just("\u{2028}"),
            Just("﷽"),
        ];
        let pieces = proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat());
        prop_oneof![pieces, "\\PC{1,20}"]
            .prop_map(|text| crate::directory::text::clean(&text))
            .prop_filter("says something", |text| !text.is_empty() && !text.chars().any(char::is_control))
    }

    fn id(text: &str, number: usize) -> String {
        let short: String = text.chars().take(8).collect();
        crate::directory::text::clean(&format!("{short}{number}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn units_that_are_exported_and_imported_are_the_same(
            names in proptest::collection::vec((nasty(), nasty(), nasty(), any::<proptest::sample::Index>()), 1..12)
        ) {
            let ids: Vec<String> = names.iter().enumerate().map(|(at, (name, ..))| id(name, at)).collect();
            let units = names.iter().enumerate().map(|(at, (name, level, room, parent))| {
                let parent = parent.index(at + 1);
                let row = Point {
                    id: ids[at].parse().unwrap(),
                    parent: (parent < at).then(|| ids[parent].parse().unwrap()),
                    level: level.clone(),
                    name: name.clone(),
                    room: if at % 3 == 0 { String::new() } else { room.clone() },
                };
                Entry { row, retired_at: None }
            });
            let directory = Directory::new(1, units.collect(), Vec::new());
            for file in files(&directory, Kind::Units) {
                let again = replaced(&directory, Kind::Units, &file);
                prop_assert!(again.as_ref().is_ok_and(|again| again.is_nothing()), "{again:?}");
                let fresh = replaced(&Directory::default(), Kind::Units, &file).unwrap();
                prop_assert_eq!(fresh.after.units(), directory.units());
            }
        }

        #[test]
        fn delegates_that_are_exported_and_imported_are_the_same(
            people in proptest::collection::vec((nasty(), nasty(), 0_usize..6), 1..12)
        ) {
            let units = province(&[]).units().to_vec();
            let delegates = people.iter().enumerate().map(|(at, (name, title, unit))| {
                let unit = &units[*unit].row.id;
                let row = Delegate {
                    id: id(title, at).parse().unwrap(),
                    name: name.clone(),
                    title: if at % 3 == 0 { String::new() } else { title.clone() },
                    point: (at % 2 == 0).then(|| unit.clone()),
                    ..delegate(&format!("x:x::{unit}")).row
                };
                Entry { row, retired_at: None }
            });
            let directory = Directory::new(1, units.clone(), delegates.collect());
            for file in files(&directory, Kind::Delegates) {
                let again = replaced(&directory, Kind::Delegates, &file);
                prop_assert!(again.as_ref().is_ok_and(|again| again.is_nothing()), "{again:?}");
            }
        }
    }
}
