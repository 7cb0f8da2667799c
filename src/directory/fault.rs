//! What is wrong with a file, and what is worth a second look: by row and column, all of it at once.

use std::fmt;

use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use super::{MAX_FILE_BYTES, MAX_ROWS, header::Column};

/// The most faults that are told of one file; beyond them only their number is.
pub const MAX_FAULTS: usize = 200;

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As a spreadsheet numbers it; none for the file as a whole.
    pub row: Option<u32>,
    pub column: Option<Column>,
    /// What the file itself calls the column.
    pub heading: Option<String>,
    pub what: What,
}

/// What is wrong. The name of a variant, in kebab case, is what programs go by.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, ToSchema)]
#[serde(tag = "code", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[schema(as = DirectoryFault)]
pub enum What {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than {} MiB", MAX_FILE_BYTES >> 20)]
    FileTooLarge,
    #[error("there are more than {MAX_ROWS} rows")]
    TooManyRows,
    #[error("this is no text in UTF-8: save it as \"CSV UTF-8\" or as an Excel workbook (.xlsx)")]
    NotText,
    #[error("this format is not read: save it as an Excel workbook (.xlsx) or as \"CSV UTF-8\"")]
    OtherFormat,
    #[error("the workbook cannot be read: {reason}")]
    BadWorkbook { reason: String },
    #[error("the columns {} are missing", quoted(columns))]
    ColumnsMissing { columns: Vec<&'static str> },
    #[error("the column {other:?} says the same")]
    ColumnTwice { other: String },
    #[error("there are more cells than columns: is a text with a separator not in quotes?")]
    ExtraCells,
    #[error("is empty")]
    Missing,
    #[error("is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("has a control character in it")]
    ControlCharacter,
    #[error("is a number with a fraction, which is no code")]
    Fraction,
    #[error("holds the spreadsheet's error {error}")]
    CellError { error: String },
    #[error("{id} stands in row {first_row} already")]
    Twice {
        id: String,
        #[serde(rename = "firstRow")]
        first_row: u32,
    },
    #[error("{id} may have lost its leading zeros: the directory has {known}")]
    LostZeros { id: String, known: String },
    #[error("there is no unit {id}{}", hint(known.as_deref()))]
    UnknownUnit { id: String, known: Option<String> },
    #[error("the unit {id} is retired")]
    RetiredUnit { id: String },
    #[error("the unit {id} is not in the file, and would be retired")]
    NotInFile { id: String },
    #[error("{} stands below itself: {}", way.first().map_or("", String::as_str), way.join(" < "))]
    Circle { way: Vec<String> },
    #[error("says the same as row {first_row}, and neither has an id: give each an id if they are two people")]
    Alike {
        #[serde(rename = "firstRow")]
        first_row: u32,
    },
    #[error(
        "has no id, and {count} delegates of this unit have this name and title: export them, and name the one by its id"
    )]
    Ambiguous { count: usize },
    #[error("the directory would hold more than {max}")]
    DirectoryFull { max: usize },
}

fn quoted(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("{column:?}")).collect::<Vec<_>>().join(", ")
}

fn hint(known: Option<&str>) -> String {
    known.map_or_else(String::new, |known| format!("; do you mean {known}?"))
}

impl Fault {
    pub fn of_file(what: What) -> Fault {
        Fault { row: None, column: None, heading: None, what }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "row {row}")?;
        }
        if let Some(heading) = &self.heading {
            write!(f, "{}column {heading:?}", if self.row.is_some() { ", " } else { "" })?;
        }
        let place = if self.row.is_some() || self.heading.is_some() { ": " } else { "" };
        write!(f, "{place}{}", self.what)
    }
}

/// Everything that is wrong with a file; never empty when it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// In the order of the file; at most [`MAX_FAULTS`].
    pub told: Vec<Fault>,
    pub count: usize,
}

impl Faults {
    pub fn push(&mut self, fault: Fault) {
        self.count += 1;
        if self.told.len() < MAX_FAULTS {
            self.told.push(fault);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// `value`, if nothing is wrong.
    pub(super) fn or<T>(mut self, value: T) -> Result<T, Faults> {
        if self.is_empty() {
            return Ok(value);
        }
        self.told.sort_by_key(|fault| fault.row);
        Err(self)
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults { told: vec![fault], count: 1 }
    }
}

impl From<What> for Faults {
    fn from(what: What) -> Faults {
        Fault::of_file(what).into()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.told.iter().enumerate() {
            write!(f, "{}{fault}", if number == 0 { "" } else { "\n" })?;
        }
        if self.count > self.told.len() { write!(f, "\n… and {} more", self.count - self.told.len()) } else { Ok(()) }
    }
}

impl std::error::Error for Faults {}

/// What an administrator should look at before it is applied; it is not wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, ToSchema)]
#[serde(tag = "code", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[schema(as = DirectoryNotice)]
pub enum Notice {
    #[error(
        "{count} codes are kept as numbers in the workbook, the first in row {row}: if they began with zeros, these are \
         lost; format the column as text"
    )]
    NumericCodes { count: usize, row: u32 },
    #[error(
        "the level {level:?} has codes of {shortest} to {longest} digits, the shortest in row {row}: were leading zeros lost?"
    )]
    UnevenCodes { level: String, shortest: usize, longest: usize, row: u32 },
    #[error("{count} rows have no id and were taken for the delegates of the same unit, name and title")]
    Matched { count: usize },
    #[error(
        "row {row} has no id and becomes a new delegate, though {known} of the same unit has the same name and another title"
    )]
    Namesake { row: u32, known: String },
    #[error(
        "{count} delegates are of units that are retired by this, and are not invited until they have another unit"
    )]
    Stranded { count: usize },
    #[error("only the sheet {sheet:?} is read, and there are {others} more")]
    OtherSheets { sheet: String, others: usize },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faults_of_a_file_are_told_up_to_a_limit_in_its_order() {
        let mut faults = Faults::default();
        for row in (1..=250).rev() {
            let heading = Some("Mã".to_owned());
            faults.push(Fault { row: Some(row), column: Some(Column::Id), heading, what: What::Missing });
        }
        let faults = faults.or(()).unwrap_err();
        assert_eq!((faults.told.len(), faults.count), (MAX_FAULTS, 250));
        let text = faults.to_string();
        assert!(text.starts_with("row 51, column \"Mã\": is empty\nrow 52"), "{text}");
        assert!(text.ends_with("… and 50 more"), "{text}");
    }

    #[test]
    fn a_program_knows_a_fault_by_its_code() {
        let what = What::LostZeros { id: "2233".to_owned(), known: "02233".to_owned() };
        assert_eq!(
            serde_json::to_value(&what).unwrap(),
            serde_json::json!({ "code": "lost-zeros", "id": "2233", "known": "02233" })
        );
        assert_eq!(What::UnknownUnit { id: "8".to_owned(), known: None }.to_string(), "there is no unit 8");
        let circle = What::Circle { way: ["a", "b"].map(str::to_owned).into() };
        assert_eq!(circle.to_string(), "a stands below itself: a < b");
    }
}
