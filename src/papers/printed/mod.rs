//! The papers that are printed and signed: attendance list, minutes, roll-call sheets, invitations. Each is written once, as a
//! [`Document`], and becomes a PDF or a file for a word processor.

mod attendance;
mod desk;
mod invitation;
#[cfg(test)]
mod libreoffice_tests;
mod minutes;
#[cfg(test)]
mod reading;
mod sheet;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr, sync::LazyLock};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

pub use invitation::{Invite, InviteKind};

use self::desk::Desk;
use super::{FileName, Format, Paper, PaperError, Word};
use crate::{
    language::Language,
    report::Report,
    stationery::Stationeries,
    typeset::{self, Document},
};

/// Which paper is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PrintedPaper {
    /// Who was there, by the roll call; beside it when each line was connected.
    Attendance,
    /// How the meeting went, for the secretary to finish and to sign with the chair.
    #[default]
    Minutes,
    /// For each room a sheet to call the roll on, for when its line is down.
    RollCallSheet,
}

/// A text that names no paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a paper is attendance, minutes or roll-call-sheet")]
pub struct NoPaper;

impl PrintedPaper {
    pub const ALL: [PrintedPaper; 3] = [PrintedPaper::Attendance, PrintedPaper::Minutes, PrintedPaper::RollCallSheet];

    /// As it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            PrintedPaper::Attendance => "attendance",
            PrintedPaper::Minutes => "minutes",
            PrintedPaper::RollCallSheet => "roll-call-sheet",
        }
    }

    /// What it is, for people and in the names of files.
    pub fn title(self, language: Language) -> &'static str {
        let word = match self {
            PrintedPaper::Attendance => Word::AttendanceList,
            PrintedPaper::Minutes => Word::Minutes,
            PrintedPaper::RollCallSheet => Word::RollCallSheet,
        };
        word.text(language)
    }
}

impl fmt::Display for PrintedPaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PrintedPaper {
    type Err = NoPaper;

    fn from_str(text: &str) -> Result<PrintedPaper, NoPaper> {
        PrintedPaper::ALL.into_iter().find(|paper| paper.name() == text).ok_or(NoPaper)
    }
}

/// What holds where no office's own words are given.
static BUILT_IN: LazyLock<Stationeries> = LazyLock::new(Stationeries::default);

/// Writes a paper before it has a form.
pub fn write(report: &Report, paper: PrintedPaper, language: Language, words: Option<&Stationeries>) -> Document {
    let desk = Desk::new(report, language, words.unwrap_or(&BUILT_IN).of(language));
    match paper {
        PrintedPaper::Attendance => attendance::write(&desk),
        PrintedPaper::Minutes => minutes::write(&desk),
        PrintedPaper::RollCallSheet => sheet::write(&desk),
    }
}

/// A page for each invite, with its code: drawn as the codes are issued, and never kept.
///
/// # Errors
/// None that a report drawn from a ledger gives.
pub fn invitations(
    report: &Report,
    invites: &[Invite],
    language: Language,
    words: &Stationeries,
) -> Result<Paper, PaperError> {
    let desk = Desk::new(report, language, words.of(language));
    let bytes = typeset::to_pdf(&invitation::write(&desk, invites))?;
    let name = FileName::titled(Word::Invitation.text(language), report, Format::Pdf.name());
    Ok(Paper { name, media_type: Format::Pdf.media_type(None), bytes })
}
