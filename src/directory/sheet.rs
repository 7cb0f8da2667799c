//! A file as rows of cells: a workbook, or CSV in UTF-8 or UTF-16, separated by commas, semicolons or tabs.

use super::{
    fault::{Fault, Faults, Notice, What},
    header::{Header, Kind},
    workbook,
};
use crate::spreadsheet::unescape;

/// The largest file that is read.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;
/// The most rows of a file.
pub const MAX_ROWS: usize = 50_000;
/// The most cells of a row that are looked at.
pub(super) const MAX_CELLS: usize = 50;

const ZIP: &[u8] = b"PK\x03\x04";
/// Excel before 2007; a PDF; Word and the like before 2007 begin as the first.
const OTHER_FORMATS: [&[u8]; 2] = [b"\xd0\xcf\x11\xe0", b"%PDF"];

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    pub kind: CellKind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellKind {
    #[default]
    Text,
    /// A spreadsheet's number: a code that was one has lost the zeros that it began with.
    Number,
    /// A spreadsheet's error, such as `#REF!`.
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// As a spreadsheet or an editor numbers it, from 1.
    pub number: u32,
    pub cells: Vec<Cell>,
}

/// A file that was read, with its columns found.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub(super) kind: Kind,
    pub(super) header: Header,
    pub(super) lines: Vec<Line>,
    pub(super) notices: Vec<Notice>,
}

impl Sheet {
    /// Reads a list of units or of delegates, whatever the file is called.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn read(kind: Kind, bytes: &[u8]) -> Result<Sheet, Faults> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(What::FileTooLarge.into());
        }
        if bytes.starts_with(ZIP) {
            let (lines, notice) = workbook::read(bytes)?;
            let header = Header::find(kind, &lines)?;
            return Ok(Sheet { kind, header, lines, notices: notice.into_iter().collect() });
        }
        if OTHER_FORMATS.iter().any(|format| bytes.starts_with(format)) {
            return Err(What::OtherFormat.into());
        }
        let text = decode(bytes)?;
        let (lines, header) = separated(kind, &text)?;
        Ok(Sheet { kind, header, lines, notices: Vec::new() })
    }

    /// Headings of columns that are not read.
    pub fn ignored(&self) -> &[String] {
        &self.header.ignored
    }

    /// The rows below the header that say something.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().skip(self.header.first_row).filter(|line| line.cells.iter().any(|cell| !cell.text.is_empty()))
    }
}

/// UTF-8 with or without a byte order mark, or UTF-16 with one, as Excel's "Unicode text" is.
fn decode(bytes: &[u8]) -> Result<String, Fault> {
    let utf16 = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
        let whole = bytes.len().is_multiple_of(2);
        char::decode_utf16(units).collect::<Result<String, _>>().ok().filter(|_| whole)
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => str::from_utf8(rest).ok().map(str::to_owned),
        bytes => str::from_utf8(bytes).ok().map(str::to_owned),
    };
    // A NUL is in no text: most likely this is some other format.
    text.filter(|text| !text.contains('\0')).ok_or_else(|| Fault::of_file(What::NotText))
}

/// Reads a text with the separator by which its header is found.
fn separated(kind: Kind, text: &str) -> Result<(Vec<Line>, Header), Faults> {
    // Excel's own way to name the separator, in a first line of its own.
    let named = text.strip_prefix("sep=").and_then(|rest| rest.bytes().next());
    let separators = match named {
        Some(separator) if separator.is_ascii() => vec![separator],
        _ => {
            let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let mut separators = vec![b',', b';', b'\t'];
            // Where no header is found, what the most common one leads to is told.
            separators.sort_by_key(|separator| std::cmp::Reverse(first.bytes().filter(|b| b == separator).count()));
            separators
        }
    };
    let mut told = None;
    for separator in separators {
        let lines = read(text, separator, named.is_some())?;
        match Header::find(kind, &lines) {
            Ok(header) => return Ok((lines, header)),
            Err(fault) => told = told.or(Some(fault)),
        }
    }
    Err(told.unwrap_or_else(|| Fault::of_file(What::Empty)).into())
}

fn read(text: &str, separator: u8, skip_first: bool) -> Result<Vec<Line>, Faults> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    let mut counter = LineCounter { text: text.as_bytes(), at: 0, line: 1 };
    for record in reader.records().skip(usize::from(skip_first)) {
        // All of it is text, and rows may have any number of cells: there is nothing else to go wrong.
        let record = record.map_err(|_| What::NotText)?;
        if lines.len() > MAX_ROWS {
            return Err(What::TooManyRows.into());
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let cell = |text: &str| Cell { text: unescape(text.trim()).to_owned(), kind: CellKind::Text };
        lines.push(Line {
            number: counter.line_of(usize::try_from(start).unwrap_or(usize::MAX)),
            cells: record.iter().take(MAX_CELLS).map(cell).collect(),
        });
    }
    Ok(lines)
}

/// Counts the lines of a text, on and on. The reader's own count is that of the blank lines before a row.
struct LineCounter<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl LineCounter<'_> {
    /// The line of the first thing that stands at or behind a place, which is not before the last one asked for.
    fn line_of(&mut self, place: usize) -> u32 {
        while let Some(byte) = self.text.get(self.at) {
            let ends = *byte == b'\n' || (*byte == b'\r' && self.text.get(self.at + 1) != Some(&b'\n'));
            if self.at >= place && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line = self.line.saturating_add(u32::from(ends));
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
pub mod testing {
    use super::*;

    /// Rows with `|` between their cells.
    pub fn lines(rows: &[&str]) -> Vec<Line> {
        let cell = |text: &str| Cell { text: text.to_owned(), kind: CellKind::Text };
        (1..).zip(rows).map(|(number, row)| Line { number, cells: row.split('|').map(cell).collect() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Mã,Cấp,Tên\n08,Tỉnh,Tuyên Quang\n\n071,Huyện,\"Lâm Bình, cũ\"\n";

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let sheet = Sheet::read(Kind::Units, bytes).unwrap_or_else(|faults| panic!("{faults}"));
        let text = |line: &Line| line.cells.iter().map(|cell| cell.text.clone()).collect();
        sheet.rows().map(|line| (line.number, text(line))).collect()
    }

    fn fault(bytes: &[u8]) -> String {
        Sheet::read(Kind::Units, bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_list_is_read_with_any_separator_and_any_byte_order_mark() {
        let expected = rows(TEXT.as_bytes());
        assert_eq!(expected.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(expected[1].1[2], "Lâm Bình, cũ");
        assert_eq!(rows(format!("\u{feff}{TEXT}").as_bytes()), expected);
        for separator in [";", "\t"] {
            let text = TEXT.replace(", cũ", "\u{1}").replace(',', separator).replace('\u{1}', ", cũ");
            assert_eq!(rows(text.replace('\n', "\r\n").as_bytes()), expected);
            let utf16: Vec<u8> =
                "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            assert_eq!(rows(&utf16), expected);
        }
        let named = rows(format!("sep=;\n{}", "Mã;Cấp;Tên\n08;Tỉnh;\"a;b\"\n").as_bytes());
        assert_eq!(named, [(3, vec!["08".to_owned(), "Tỉnh".to_owned(), "a;b".to_owned()])]);
    }

    #[test]
    fn a_title_with_commas_does_not_hide_the_separator() {
        let text = "Danh sách điểm cầu, kèm theo giấy mời, ngày 19, tháng 10;;\nMã;Cấp;Tên\n08;Tỉnh;Tuyên Quang\n";
        assert_eq!(rows(text.as_bytes()).len(), 1);
    }

    #[test]
    fn what_is_no_list_is_told_in_words_that_say_what_to_do() {
        assert_eq!(fault(b""), "the file is empty");
        assert_eq!(fault(b"  \n \n"), "row 1: the columns \"Mã\", \"Cấp\", \"Tên\" are missing");
        assert!(fault(b"M\xe3,C\xeap,T\xean\n").contains("save it as \"CSV UTF-8\""));
        assert!(fault(b"a\0b").starts_with("this is no text"));
        assert!(fault(b"\xff\xfea").starts_with("this is no text"));
        assert!(fault(b"\xd0\xcf\x11\xe0\xa1\xb1").starts_with("this format is not read"));
        assert_eq!(fault(&vec![b'x'; MAX_FILE_BYTES + 1]), "the file is larger than 8 MiB");
        let many = "08,Tỉnh,x\n".repeat(MAX_ROWS + 1);
        assert_eq!(fault(format!("Mã,Cấp,Tên\n{many}").as_bytes()), "there are more than 50000 rows");
    }
}
