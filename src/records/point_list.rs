//! A directory of units as a CSV file: `code,parent_code,level,name,room`, parents before children.

use std::io;

use csv::StringRecord;
use thiserror::Error;

use crate::{ids::PointId, meeting::Point};

const COLUMNS: [&str; 5] = ["code", "parent_code", "level", "name", "room"];
/// The most points in a list.
const MAX_POINTS: usize = 10_000;
/// The longest name of a level, a unit or a room, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// What a list of points does not say rightly. Lines count from 1, the header.
#[derive(Debug, Error)]
pub enum PointListError {
    #[error("{0}")]
    Csv(#[from] csv::Error),
    #[error("line 1: the columns are {found:?}, and {COLUMNS:?} are expected")]
    Header { found: Vec<String> },
    #[error("line {line}, column {column}: {reason}")]
    Field { line: u64, column: &'static str, reason: String },
    #[error("line {line}: more than {MAX_POINTS} points")]
    TooMany { line: u64 },
}

/// Reads a list of points. Whether they are a tree is for [`Meeting::check_tree`](crate::meeting::Meeting::check_tree).
pub fn read_points(input: impl io::Read) -> Result<Vec<Point>, PointListError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
    let header = reader.headers()?;
    // Spreadsheets put a byte order mark before the first column.
    if !header.iter().map(|name| name.trim_start_matches('\u{feff}')).eq(COLUMNS) {
        return Err(PointListError::Header { found: header.iter().map(str::to_owned).collect() });
    }
    let mut points = Vec::new();
    for record in reader.records() {
        let record = record?;
        let row = Row { line: record.position().map_or(0, csv::Position::line), record: &record };
        if points.len() == MAX_POINTS {
            return Err(PointListError::TooMany { line: row.line });
        }
        points.push(row.point()?);
    }
    Ok(points)
}

struct Row<'a> {
    line: u64,
    record: &'a StringRecord,
}

impl Row<'_> {
    fn point(&self) -> Result<Point, PointListError> {
        let [code, parent, level, name, room] = COLUMNS;
        Ok(Point {
            id: self.code(code)?,
            parent: if self.field(parent).is_empty() { None } else { Some(self.code(parent)?) },
            level: self.name(level)?,
            name: self.name(name)?,
            room: self.text(room)?,
        })
    }

    /// The reader refuses a row that is shorter than the header, so every column is there.
    fn field(&self, column: &str) -> &str {
        COLUMNS.iter().position(|name| *name == column).and_then(|index| self.record.get(index)).unwrap_or_default()
    }

    fn code(&self, column: &'static str) -> Result<PointId, PointListError> {
        self.field(column).parse().map_err(|error| self.wrong(column, format!("{error}")))
    }

    fn name(&self, column: &'static str) -> Result<String, PointListError> {
        if self.field(column).is_empty() { Err(self.wrong(column, "is empty".to_owned())) } else { self.text(column) }
    }

    fn text(&self, column: &'static str) -> Result<String, PointListError> {
        let text = self.field(column);
        if text.len() > MAX_NAME_BYTES {
            return Err(self.wrong(column, format!("has {} bytes, and {MAX_NAME_BYTES} are the most", text.len())));
        }
        Ok(text.to_owned())
    }

    fn wrong(&self, column: &'static str, reason: String) -> PointListError {
        PointListError::Field { line: self.line, column, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        read_points(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_list_is_read_with_or_without_a_byte_order_mark() {
        for mark in ["", "\u{feff}"] {
            let text = format!(
                "{mark}code,parent_code,level,name,room\r\n08,,Tỉnh,\"Tỉnh Tuyên Quang, Việt Nam\",\r\n071,08,Huyện,Lâm Bình,Hội trường\r\n"
            );
            let points = read_points(text.as_bytes()).unwrap();
            assert_eq!(points.len(), 2);
            assert_eq!(points[0].name, "Tỉnh Tuyên Quang, Việt Nam");
            assert_eq!((points[0].parent.as_ref(), points[1].parent.as_ref()), (None, Some(&points[0].id)));
            assert_eq!((points[1].level.as_str(), points[1].room.as_str()), ("Huyện", "Hội trường"));
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_column() {
        let header = "code,parent_code,level,name,room\n";
        assert_eq!(
            error(&format!("{header}08,,Tỉnh,Tuyên Quang,\n,08,Huyện,Lâm Bình,\n")),
            "line 3, column code: a PointId has 1 to 64 bytes and no control characters"
        );
        assert_eq!(error(&format!("{header}08,,Tỉnh,,\n")), "line 2, column name: is empty");
        let long = "x".repeat(300);
        assert_eq!(
            error(&format!("{header}08,,Tỉnh,Tuyên Quang,{long}\n")),
            "line 2, column room: has 300 bytes, and 256 are the most"
        );
        assert!(error(&format!("{header}08,,Tỉnh\n")).contains("line: 2"));
        assert!(error("code,name\n").starts_with("line 1: the columns are [\"code\", \"name\"]"));
        let many: String = (0..=MAX_POINTS).map(|n| format!("{n},,Tỉnh,x,\n")).collect();
        assert_eq!(error(&format!("{header}{many}")), "line 10002: more than 10000 points");
    }
}
