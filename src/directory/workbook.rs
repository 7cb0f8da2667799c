//! An Excel workbook (.xlsx) as rows of cells. What it unpacks to is measured before anything is made of it.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read},
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use zip::ZipArchive;

use super::{
    fault::{Faults, Notice, What},
    sheet::{Cell, CellKind, Line, MAX_CELLS, MAX_ROWS},
};

/// The most bytes that all parts of a workbook unpack to. A list of 50,000 rows has some 15 MiB.
const MAX_UNPACKED_BYTES: u64 = 32 * 1024 * 1024;
/// The most parts of a workbook.
const MAX_PARTS: usize = 2_000;
/// The most bytes of text in all cells: one text that is stored once may stand in all of them.
const MAX_TEXT_BYTES: usize = 32 * 1024 * 1024;

/// Reads the first sheet that is shown.
pub fn read(bytes: &[u8]) -> Result<(Vec<Line>, Option<Notice>), Faults> {
    measure(bytes)?;
    // The reader is careful, but it is not ours, and a file may be damaged in every way.
    catch_unwind(AssertUnwindSafe(|| first_sheet(bytes))).unwrap_or_else(|_| Err(bad("it is damaged").into()))
}

fn bad(reason: impl ToString) -> What {
    What::BadWorkbook { reason: reason.to_string() }
}

/// Unpacks every part once, keeping none of it, since what a part says about its own size may be a lie.
fn measure(bytes: &[u8]) -> Result<(), What> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(bad)?;
    if archive.len() > MAX_PARTS {
        return Err(bad(format!("it has more than {MAX_PARTS} parts")));
    }
    if !archive.file_names().flatten().any(|name| name.eq_ignore_ascii_case("xl/workbook.xml")) {
        return Err(What::OtherFormat);
    }
    let mut left = MAX_UNPACKED_BYTES;
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(bad)?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(bad)?;
        left = left
            .checked_sub(unpacked)
            .ok_or_else(|| bad(format!("it unpacks to more than {} MiB", MAX_UNPACKED_BYTES >> 20)))?;
    }
    Ok(())
}

fn first_sheet(bytes: &[u8]) -> Result<(Vec<Line>, Option<Notice>), Faults> {
    let failed = |error: XlsxError| Faults::from(bad(error));
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(failed)?;
    let is_shown =
        |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let mut names = workbook.sheets_metadata().iter().filter(is_shown).map(|sheet| sheet.name.clone());
    let sheet = names.next().ok_or(What::Empty)?;
    let others = names.count();
    let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    let mut text_bytes = 0;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(failed)?;
    while let Some(cell) = cells.next_cell().map_err(failed)? {
        let (row, column) = cell.get_position();
        let (Some(content), Some(column)) =
            (content(cell.get_value()), usize::try_from(column).ok().filter(|column| *column < MAX_CELLS))
        else {
            continue;
        };
        text_bytes += content.text.len();
        if text_bytes > MAX_TEXT_BYTES {
            return Err(bad(format!("its cells hold more than {} MiB of text", MAX_TEXT_BYTES >> 20)).into());
        }
        if rows.len() > MAX_ROWS && !rows.contains_key(&row) {
            return Err(What::TooManyRows.into());
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, Cell::default());
        }
        cells[column] = content;
    }
    let lines = rows.into_iter().map(|(row, cells)| Line { number: row.saturating_add(1), cells }).collect();
    Ok((lines, (others > 0).then_some(Notice::OtherSheets { sheet, others })))
}

/// What stands in a cell; none when that is nothing.
fn content(value: &DataRef) -> Option<Cell> {
    let (text, kind) = match value {
        DataRef::Empty => return None,
        DataRef::Int(number) => (number.to_string(), CellKind::Number),
        // A whole number prints without a point, up to the 15 digits that a spreadsheet keeps.
        DataRef::Float(number) => (number.to_string(), CellKind::Number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            (text.clone(), CellKind::Text)
        }
        DataRef::SharedString(text) => ((*text).to_owned(), CellKind::Text),
        DataRef::Bool(is_so) => (if *is_so { "TRUE" } else { "FALSE" }.to_owned(), CellKind::Text),
        DataRef::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            (format!("{year:04}-{month:02}-{day:02}"), CellKind::Text)
        }
        DataRef::Error(error) => (error.to_string(), CellKind::Error),
    };
    (!text.trim().is_empty()).then_some(Cell { text, kind })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;
    use rust_xlsxwriter::{Format, Formula, Workbook};
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;
    use crate::directory::{Directory, Import, Kind, Sheet, testing::NOW};

    fn workbook(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
        let mut workbook = Workbook::new();
        fill(&mut workbook);
        workbook.save_to_buffer().unwrap()
    }

    /// A workbook with one sheet of texts.
    fn table(rows: &[&[&str]]) -> Vec<u8> {
        workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            for (row, cells) in (0..).zip(rows) {
                for (column, text) in (0..).zip(cells.iter()) {
                    sheet.write_string(row, column, *text).unwrap();
                }
            }
        })
    }

    fn fault(bytes: &[u8]) -> String {
        Sheet::read(Kind::Units, bytes).unwrap_err().to_string()
    }

    fn import(bytes: &[u8]) -> Result<crate::directory::Proposal, Faults> {
        let import = Import { replace: false, now: NOW, fresh: crate::ids::DelegateId::random };
        Directory::default().import(&Sheet::read(Kind::Units, bytes)?, &import)
    }

    #[test]
    fn a_sheet_is_read_with_a_title_above_its_header_and_gaps_between_its_rows() {
        let rows: &[&[&str]] = &[
            &["DANH SÁCH ĐIỂM CẦU"],
            &[],
            &["STT", "Tên", "Cấp", "Mã", "Mã cấp trên"],
            &["1", "Tỉnh Tuyên Quang", "Tỉnh", "08"],
            &[],
            &["2", "Huyện Lâm Bình", "Huyện", "071", "08"],
        ];
        let proposal = import(&table(rows)).unwrap();
        assert_eq!((proposal.counts.added, proposal.ignored), (2, vec!["STT".to_owned()]));
        let error =
            import(&table(&[&["Mã", "Cấp", "Tên"], &["08", "Tỉnh", "x"], &[], &["", "Huyện", "y"]])).unwrap_err();
        assert_eq!(error.to_string(), "row 4, column \"Mã\": is empty");
    }

    #[test]
    fn codes_that_are_numbers_are_taken_and_told() {
        let bytes = workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.write_row(0, 0, ["Mã", "Cấp", "Tên", "Phòng họp"]).unwrap();
            sheet.write_number(1, 0, 8).unwrap();
            sheet.write_row(1, 1, ["Tỉnh", "A"]).unwrap();
            sheet.write_number(1, 3, 101.5).unwrap();
            sheet.write_number(2, 0, 123_456_789_012_345_f64).unwrap();
            sheet.write_row(2, 1, ["Xã", "B"]).unwrap();
            sheet.write_boolean(2, 3, true).unwrap();
        });
        let proposal = import(&bytes).unwrap();
        assert_eq!(proposal.notices, [Notice::NumericCodes { count: 2, row: 2 }]);
        let units: Vec<String> =
            proposal.after.units().iter().map(|unit| format!("{} {}", unit.row.id, unit.row.room)).collect();
        assert_eq!(units, ["8 101.5", "123456789012345 TRUE"]);

        let bytes = workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.write_row(0, 0, ["Mã", "Cấp", "Tên"]).unwrap();
            sheet.write_number(1, 0, 8.5).unwrap();
            sheet.write_row(1, 1, ["Tỉnh"]).unwrap();
            sheet.write_formula(1, 2, Formula::new("=A9/0").set_result("#DIV/0!")).unwrap();
        });
        let error = import(&bytes).unwrap_err().to_string();
        assert!(error.starts_with("row 2, column \"Mã\": is a number with a fraction"), "{error}");
        assert!(error.contains("column \"Tên\""), "{error}");
    }

    #[test]
    fn the_first_sheet_that_is_shown_is_read() {
        let bytes = workbook(|workbook| {
            workbook.add_worksheet().set_name("Ẩn").unwrap().set_hidden(true);
            let sheet = workbook.add_worksheet().set_name("Điểm cầu").unwrap().set_active(true);
            sheet.write_row(0, 0, ["Mã", "Cấp", "Tên"]).unwrap();
            sheet.write_row(1, 0, ["08", "Tỉnh", "A"]).unwrap();
            // A column that was formatted as a whole, as people do, has cells with nothing in them.
            sheet.set_column_format(0, &Format::new().set_num_format("@")).unwrap();
            workbook.add_worksheet().set_name("Khác").unwrap();
        });
        let proposal = import(&bytes).unwrap();
        let other = Notice::OtherSheets { sheet: "Điểm cầu".to_owned(), others: 1 };
        assert_eq!((proposal.counts.added, &proposal.notices[..]), (1, &[other][..]));
    }

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_before_it_is_read_whatever_it_says_of_its_size() {
        let zeros = vec![0; usize::try_from(MAX_UNPACKED_BYTES).unwrap() + 1];
        let mut bomb = archive(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
        assert!(bomb.len() < 100_000);
        assert_eq!(fault(&bomb), "the workbook cannot be read: it unpacks to more than 32 MiB");
        // The sizes that the archive tells, 33,554,433 in all places, become 1.
        let size = u32::try_from(zeros.len()).unwrap().to_le_bytes();
        let places: Vec<usize> = (0..bomb.len() - 4).filter(|at| bomb[*at..*at + 4] == size).collect();
        assert!(!places.is_empty());
        for at in places {
            bomb[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
        assert!(fault(&bomb).starts_with("the workbook cannot be read: "), "{}", fault(&bomb));
        let parts: Vec<String> = (0..=MAX_PARTS).map(|part| format!("{part}")).collect();
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(fault(&archive(&parts)), "the workbook cannot be read: it has more than 2000 parts");
    }

    #[test]
    fn a_cell_at_the_far_end_of_the_sheet_costs_no_more_than_one_cell() {
        let bytes = workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.write_row(0, 0, ["Mã", "Cấp", "Tên"]).unwrap();
            sheet.write_row(1, 0, ["08", "Tỉnh", "A"]).unwrap();
            sheet.write_string(1_048_575, 16_383, "xa").unwrap();
        });
        assert_eq!(import(&bytes).unwrap().counts.added, 1);
    }

    #[test]
    fn another_format_in_a_zip_is_told_as_such() {
        assert!(fault(&archive(&[("content.xml", b"<x/>")])).starts_with("this format is not read"));
        assert!(fault(b"PK\x03\x04 and then nothing").starts_with("the workbook cannot be read"));
        assert!(fault(&archive(&[("xl/workbook.xml", b"<workbook>")])).starts_with("the workbook cannot be read"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn a_damaged_workbook_breaks_nothing(at in 0_usize..8_000, byte: u8, cut in proptest::option::of(0_usize..8_000)) {
            let mut bytes = table(&[&["Mã", "Cấp", "Tên"], &["08", "Tỉnh", "A"]]);
            let place = at % bytes.len();
            bytes[place] = byte;
            if let Some(cut) = cut {
                bytes.truncate(cut);
            }
            // Either it is read, or it is told what is wrong.
            let _ = Sheet::read(Kind::Units, &bytes);
        }
    }
}
