//! The office's own words on printed papers: letterhead, headings, sentences, signatories. Changed in a TOML file without
//! building anything.
//!
//! `config/papers.vi.toml` and `config/papers.en.toml` are built in and list every key; a file of the office's is laid over one
//! of them. What the facts are called on every paper (`Có mặt`, `Vắng`) is not the office's to choose, and stands elsewhere.

mod keys;
mod sentence;

use std::path::Path;

pub use keys::*;
pub use sentence::{Fixed, Sentence, Slots, Words};

use crate::{
    language::Language,
    overlay::{self, FileError},
};

/// The annotated file with every key and what holds without a file.
pub fn built_in(language: Language) -> &'static str {
    match language {
        Language::Vietnamese => include_str!("../../config/papers.vi.toml"),
        Language::English => include_str!("../../config/papers.en.toml"),
    }
}

/// The words of every language in which papers are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Stationeries {
    vietnamese: Stationery,
    english: Stationery,
}

impl Stationeries {
    /// Lays the office's files, where there are any, over the built-in ones.
    ///
    /// # Errors
    /// A file cannot be read, or something in it fits no paper.
    pub fn load(vietnamese: Option<&Path>, english: Option<&Path>) -> Result<Stationeries, FileError> {
        Ok(Stationeries {
            vietnamese: Stationery::load(Language::Vietnamese, vietnamese)?,
            english: Stationery::load(Language::English, english)?,
        })
    }

    pub fn of(&self, language: Language) -> &Stationery {
        match language {
            Language::Vietnamese => &self.vietnamese,
            Language::English => &self.english,
        }
    }
}

impl Default for Stationeries {
    fn default() -> Self {
        Stationeries::load(None, None).expect("a test reads what is built in")
    }
}

impl Stationery {
    fn load(language: Language, path: Option<&Path>) -> Result<Stationery, FileError> {
        match path {
            Some(path) => overlay::load(built_in(language), path),
            None => Stationery::parse(language, Path::new("built in"), ""),
        }
    }

    /// `text` over the built-in file of a language; `path` only names it in errors.
    pub fn parse(language: Language, path: &Path, text: &str) -> Result<Stationery, FileError> {
        overlay::read(built_in(language), path, text)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let fault = Stationery::parse(Language::Vietnamese, Path::new("ubnd.toml"), text).unwrap_err();
        expected.assert_eq(&fault.to_string());
    }

    #[test]
    fn both_languages_have_every_key() {
        let _ = Stationeries::default();
        let keys = |language| -> Vec<String> {
            let lines = built_in(language).lines().map(str::trim);
            let of_keys = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
            of_keys.map(|line| line.split(" = ").next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(keys(Language::Vietnamese), keys(Language::English));
    }

    #[test]
    fn an_office_says_only_what_it_changes() {
        let text = "[office]\nissuing_body = \"ỦY BAN NHÂN DÂN\\nTỈNH TUYÊN QUANG\"\nplace = \"Tuyên Quang\"\n\
                    [minutes]\nrecipients = [\"Thường trực Tỉnh ủy;\", \"Lưu: VT.\"]\n";
        let stationery = Stationery::parse(Language::Vietnamese, Path::new("ubnd.toml"), text).unwrap();
        assert_eq!(stationery.office.place.text(), "Tuyên Quang");
        assert_eq!(stationery.office.issuing_body.fill(&Hub::default()), "ỦY BAN NHÂN DÂN\nTỈNH TUYÊN QUANG");
        assert_eq!(stationery.minutes.recipients.len(), 2);
        assert_eq!(stationery.minutes.title.text(), "BIÊN BẢN");
    }

    #[test]
    fn what_fits_no_paper_is_named_with_its_line() {
        check(
            "[minutes]\ntitel = \"BIÊN BẢN\"\n",
            expect!["ubnd.toml, line 2, column 1: minutes.titel: unknown key, did you mean `title`?"],
        );
        check(
            "[minutes]\nbegan = \"Bắt đầu: {thoi_gian}\"\n",
            expect![
                "ubnd.toml, line 2, column 9: minutes.began: {thoi_gian} is not known here, expected {time}, {date}, {offset}"
            ],
        );
        check(
            "[letterhead]\nmotto = \"{nation}\"\n",
            expect![
                "ubnd.toml, line 2, column 9: letterhead.motto: {nation}, but this text has no places to be filled"
            ],
        );
        check(
            "[sheet]\nempty_rows = 1000\n",
            expect!["ubnd.toml, line 2, column 14: sheet.empty_rows: 1000, expected a whole number from 0 to 20"],
        );
        check(
            "[minutes]\nrecipients = \"Lưu: VT\"\n",
            expect![[
                r#"ubnd.toml, line 2, column 14: minutes.recipients: invalid type: string "Lưu: VT", expected a sequence"#
            ]],
        );
    }
}
