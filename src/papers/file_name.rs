//! The names of papers as files: readable in Vietnamese, safe on every file system, with one in ASCII for old programs.

use std::fmt::Write;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{Format, Options, PrintedPaper, Word};
use crate::report::Report;

/// The longest part that comes from the meeting's title, in bytes; file systems take 255 in all.
const MAX_TITLE_BYTES: usize = 140;

/// The name of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

/// What a paper is and what meeting it is of.
fn stem(first: &str, report: &Report) -> String {
    format!("{first} - {}", shortened(&report.meeting.title, MAX_TITLE_BYTES))
}

impl FileName {
    /// `Số liệu hội nghị - TITLE - BẢN TẠM.xlsx`; of one table its own name stands first.
    pub(super) fn of(report: &Report, format: Format, options: &Options<'_>) -> FileName {
        let language = options.language;
        let first = options.table.map_or(format.title(options), |table| table.title(language));
        let mut stem = stem(first, report);
        // An invitation and a sheet to be filled in are what they are before the meeting.
        let timeless = format == Format::Ics || (format.is_printed() && options.paper == PrintedPaper::RollCallSheet);
        if report.provisional && !timeless {
            let _ = write!(stem, " - {}", Word::Provisional.text(language));
        }
        FileName::new(&stem, format.extension(options.table))
    }

    /// `Giấy mời - TITLE.pdf`.
    pub(super) fn titled(first: &str, report: &Report, extension: &str) -> FileName {
        FileName::new(&stem(first, report), extension)
    }

    /// A name from any text: what a file system or a path reads is left out.
    pub fn new(stem: &str, extension: &str) -> FileName {
        let stem: String = stem.nfc().map(|c| if is_safe(c) { c } else { ' ' }).collect();
        let stem = stem.split_whitespace().collect::<Vec<_>>().join(" ");
        FileName(format!("{}.{extension}", stem.trim_matches(['.', ' '])))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same in ASCII, without marks on the letters.
    pub fn ascii(&self) -> String {
        let plain = self.0.nfd().filter(|c| !is_combining_mark(*c)).map(|c| match c {
            'đ' => 'd',
            'Đ' => 'D',
            ' ' => '-',
            c if c.is_ascii_alphanumeric() || "-_.".contains(c) => c,
            _ => '_',
        });
        plain.collect()
    }

    /// The header Content-Disposition (RFC 6266): for a download, with both names.
    pub fn content_disposition(&self) -> String {
        let mut encoded = String::new();
        for byte in self.0.bytes() {
            // attr-char of RFC 5987.
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        format!("attachment; filename=\"{}\"; filename*=UTF-8''{encoded}", self.ascii())
    }
}

/// Neither what separates paths and drives, nor what shells and Windows read, nor what turns the direction of writing.
fn is_safe(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !turns && !r#"/\:*?"<>|"#.contains(c)
}

/// The text, cut at a letter with its marks so that it has at most `max` bytes.
fn shortened(text: &str, max: usize) -> String {
    let text: String = text.nfc().collect();
    if text.len() <= max {
        return text;
    }
    let cut = text.get(..text.floor_char_boundary(max)).unwrap_or_default();
    // Better at the end of a word.
    cut.rsplit_once(' ').map_or(cut, |(words, _)| words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        language::Language,
        papers::TableName,
        report::fixture::{provisional, report},
    };

    #[test]
    fn a_name_is_readable_and_has_one_in_ascii_beside_it() {
        let report = report();
        let name = FileName::of(&report, Format::Xlsx, &Options::default());
        assert_eq!(name.as_str(), "Số liệu hội nghị - Hội nghị trực tuyến về cải cách hành chính.xlsx");
        assert_eq!(name.ascii(), "So-lieu-hoi-nghi---Hoi-nghi-truc-tuyen-ve-cai-cach-hanh-chinh.xlsx");
        let disposition = name.content_disposition();
        assert!(disposition.is_ascii());
        assert!(disposition.contains("filename*=UTF-8''S%E1%BB%91%20li%E1%BB%87u%20h"), "{disposition}");

        let options = Options { language: Language::English, table: Some(TableName::Delegates), ..Options::default() };
        let name = FileName::of(&provisional(), Format::Csv, &options);
        assert_eq!(name.as_str(), "Delegates - Hội nghị trực tuyến về cải cách hành chính - PROVISIONAL.csv");
    }

    #[test]
    fn a_name_has_nothing_in_it_that_a_header_or_a_file_system_reads() {
        let name = FileName::new("../..\\a\"b\u{202e}c\r\nd: <e>", "csv");
        assert_eq!(name.as_str(), "a b c d e.csv");
        assert_eq!(FileName::new("đĐ ế ∞", "csv").ascii(), "dD-e-_.csv");
    }

    #[test]
    fn a_long_title_is_cut_between_words_and_letters_keep_their_marks() {
        let mut report = report();
        report.meeting.title = "Hội nghị ".repeat(100);
        let name = FileName::of(&report, Format::Json, &Options::default());
        assert!(name.as_str().len() < 200 && name.as_str().ends_with(" Hội nghị Hội.json"), "{}", name.as_str());
        report.meeting.title = "ế".repeat(400);
        let name = FileName::of(&report, Format::Json, &Options::default());
        assert!(name.as_str().len() < 200 && name.as_str().ends_with("ế.json"));
    }
}
