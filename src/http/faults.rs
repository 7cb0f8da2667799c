//! Everything that is wrong with a file, as it is answered.

use serde::Serialize;
use utoipa::ToSchema;

use super::{directory_words, language::Language, problem::ProblemDetails};
use crate::directory::{Column, Fault, Faults, What};

/// The problem of a file that has faults: up to 200 of them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportProblem {
    #[serde(flatten)]
    details: ProblemDetails,
    errors: Vec<FaultText>,
    /// How many there are, those that are not listed too.
    error_count: usize,
}

/// One thing that is wrong with a file. Its facts stand beside its code.
#[derive(Serialize, ToSchema)]
struct FaultText {
    /// As a spreadsheet numbers it; null for the file as a whole.
    row: Option<u32>,
    column: Option<Column>,
    /// What the file itself calls the column.
    heading: Option<String>,
    /// In the client's language.
    detail: String,
    #[serde(flatten)]
    what: What,
}

impl ImportProblem {
    pub fn new(details: ProblemDetails, faults: &Faults, language: Language) -> ImportProblem {
        let told = |fault: &Fault| {
            let detail = directory_words::fault(&fault.what, language);
            let Fault { row, column, heading, what } = fault.clone();
            FaultText { row, column, heading, detail, what }
        };
        ImportProblem { details, errors: faults.told.iter().map(told).collect(), error_count: faults.count }
    }
}
