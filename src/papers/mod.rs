//! The papers of a meeting, drawn from its [`Report`]: tables, sheets, data, the invitation for a calendar, and what is printed
//! and signed.
//!
//! The same report, language and table give the same bytes. [`render`] is the one way to a paper; a further format is an
//! arm of [`Format`] and of [`render`], and is then offered by the command line and over HTTP.

mod bundle;
mod csv;
#[cfg(test)]
mod csv_tests;
mod file_name;
mod ics;
mod json;
#[cfg(test)]
mod libreoffice;
#[cfg(test)]
mod libreoffice_tests;
mod printed;
#[cfg(test)]
mod schema_tests;
mod table;
mod tables;
#[cfg(test)]
mod tests;
mod wording;
mod words;
mod xlsx;

use std::{fmt, str::FromStr};

use thiserror::Error;

pub use file_name::FileName;
pub use json::schema;
pub use printed::{Invite, InviteKind, NoPaper, PrintedPaper, invitations};
pub use table::{Cell, Column, Table, TableName};
pub use wording::Wording;
pub use words::Word;

use crate::{
    language::Language,
    ledger::signature::Signature,
    report::Report,
    stationery::Stationeries,
    typeset::{self, DocxError, PdfError},
};

/// What a paper is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Tables for spreadsheets: one, or all of them in a ZIP file.
    Csv,
    /// All tables as the sheets of one workbook.
    Xlsx,
    /// The whole report for programs.
    Json,
    /// The invitation, for calendars.
    Ics,
    /// A printed paper, for archives and to be signed.
    Pdf,
    /// A printed paper for a word processor, to be finished there.
    Docx,
}

/// How a paper is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options<'a> {
    pub language: Language,
    /// One table alone; only formats of tables heed it.
    pub table: Option<TableName>,
    /// Which printed paper; only formats of these heed it.
    pub paper: PrintedPaper,
    /// The office's own words on printed papers; none takes what is built in.
    pub words: Option<&'a Stationeries>,
}

/// A paper, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    pub name: FileName,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// The paper and its signature beside it, `NAME.sig`, together in a ZIP file.
///
/// # Errors
/// When the file cannot be put together; see [`PaperError`].
pub fn with_signature(report: &Report, paper: &Paper, signature: &Signature) -> Result<Paper, PaperError> {
    let (name, text) = (paper.name.as_str(), format!("{signature}\n"));
    let files = [(name, paper.bytes.as_slice()), (&*format!("{name}.sig"), text.as_bytes())];
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Ok(Paper {
        name: FileName::new(stem, "zip"),
        media_type: "application/zip",
        bytes: bundle::zip(report.as_of, &files)?,
    })
}

/// Why a paper cannot be drawn.
#[derive(Debug, Error)]
pub enum PaperError {
    #[error("writing a table: {0}")]
    Csv(#[from] ::csv::Error),
    #[error("writing the workbook: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("writing the ZIP file: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("writing JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error("writing for a word processor: {0}")]
    Docx(#[from] DocxError),
    #[error("writing: {0}")]
    Io(#[from] std::io::Error),
}

/// A text that names no format of papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("there is no such format of papers")]
pub struct NoFormat;

impl Format {
    /// Every format that is offered.
    pub const ALL: &[Format] = &[Format::Csv, Format::Xlsx, Format::Json, Format::Ics, Format::Pdf, Format::Docx];

    /// As it is asked for, and the end of a file's name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Json => "json",
            Format::Ics => "ics",
            Format::Pdf => "pdf",
            Format::Docx => "docx",
        }
    }

    /// The media type of a paper; `table` when it is one table alone.
    pub fn media_type(self, table: Option<TableName>) -> &'static str {
        match self {
            Format::Csv if table.is_none() => "application/zip",
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Json => "application/json",
            Format::Ics => "text/calendar; charset=utf-8",
            Format::Pdf => "application/pdf",
            Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }

    /// The end of a paper's file name.
    pub fn extension(self, table: Option<TableName>) -> &'static str {
        match self {
            Format::Csv if table.is_none() => "zip",
            format => format.name(),
        }
    }

    /// Whether it can be one table alone.
    pub fn is_of_tables(self) -> bool {
        matches!(self, Format::Csv)
    }

    /// Whether it is a printed paper.
    pub fn is_printed(self) -> bool {
        matches!(self, Format::Pdf | Format::Docx)
    }

    /// What the paper is, for people.
    pub fn title(self, options: &Options<'_>) -> &'static str {
        match self {
            Format::Csv | Format::Xlsx | Format::Json => Word::Figures.text(options.language),
            Format::Ics => Word::Invitation.text(options.language),
            Format::Pdf | Format::Docx => options.paper.title(options.language),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = NoFormat;

    fn from_str(text: &str) -> Result<Format, NoFormat> {
        Format::ALL.iter().copied().find(|format| format.name() == text).ok_or(NoFormat)
    }
}

/// Draws a paper.
///
/// # Errors
/// None that a report drawn from a ledger gives; see [`PaperError`].
pub fn render(report: &Report, format: Format, options: &Options<'_>) -> Result<Paper, PaperError> {
    let bytes = match (format, options.table) {
        (Format::Csv, Some(table)) => csv::table(report, options.language, table)?,
        (Format::Csv, None) => csv::all(report, options.language)?,
        (Format::Xlsx, _) => xlsx::workbook(report, options.language)?,
        (Format::Json, _) => json::write(report)?,
        (Format::Ics, _) => ics::write(report, options.language),
        (Format::Pdf, _) => typeset::to_pdf(&printed::write(report, options.paper, options.language, options.words))?,
        (Format::Docx, _) => typeset::to_docx(&printed::write(report, options.paper, options.language, options.words))?,
    };
    let table = options.table.filter(|_| format.is_of_tables());
    let name = FileName::of(report, format, &Options { table, ..*options });
    Ok(Paper { name, media_type: format.media_type(table), bytes })
}
