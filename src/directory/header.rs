//! The words of a file's first row: which column is which, in Vietnamese or English, in any order.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    fault::{Fault, What},
    sheet::Line,
    text::{clean, fold},
};

/// The header is looked for in so many rows: lists often have a title above it.
const HEADER_ROWS: usize = 20;

/// What a file lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = DirectoryKind)]
pub enum Kind {
    Units,
    Delegates,
}

/// A field of a unit or of a delegate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = DirectoryColumn)]
pub enum Column {
    Id,
    Parent,
    Level,
    Name,
    Room,
    Title,
    Unit,
    Point,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Units => "units",
            Kind::Delegates => "delegates",
        }
    }

    /// The inverse of [`Kind::as_str`].
    pub fn of(text: &str) -> Option<Kind> {
        [Kind::Units, Kind::Delegates].into_iter().find(|kind| kind.as_str() == text)
    }

    /// What its list is called.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Units => "Đơn vị",
            Kind::Delegates => "Đại biểu",
        }
    }

    /// In the order in which a file is written.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Kind::Units => &[Column::Id, Column::Parent, Column::Level, Column::Name, Column::Room],
            Kind::Delegates => &[Column::Id, Column::Name, Column::Title, Column::Unit, Column::Point],
        }
    }

    /// Without these there is nothing to read. Any other column that a file does not have is left as it is.
    fn required(self) -> &'static [Column] {
        match self {
            Kind::Units => &[Column::Id, Column::Level, Column::Name],
            Kind::Delegates => &[Column::Name, Column::Unit],
        }
    }

    /// What a column is called, folded; the first one heads the files that are written, as [`Kind::heading`] spells it.
    fn words(self, column: Column) -> &'static [&'static str] {
        match (self, column) {
            (Kind::Units, Column::Id) => &["ma", "ma don vi", "ma diem cau", "ma so", "code", "unit code", "id"],
            (Kind::Units, Column::Parent) => &[
                "ma cap tren",
                "ma don vi cap tren",
                "cap tren",
                "ma cha",
                "truc thuoc",
                "parent code",
                "parent",
                "parent id",
            ],
            (Kind::Units, Column::Level) => &["cap", "cap hanh chinh", "ten cap", "level", "tier"],
            (Kind::Units, Column::Name) => {
                &["ten", "ten don vi", "ten diem cau", "don vi", "diem cau", "name", "unit name"]
            }
            (Kind::Units, Column::Room) => &["phong hop", "phong", "hoi truong", "dia diem", "room"],
            (Kind::Delegates, Column::Id) => &["ma dai bieu", "ma", "ma so", "id", "code", "delegate id"],
            (Kind::Delegates, Column::Name) => {
                &["ho ten", "ho va ten", "ten", "dai bieu", "ten dai bieu", "name", "full name"]
            }
            (Kind::Delegates, Column::Title) => &["chuc vu", "chuc danh", "chuc vu chuc danh", "title", "position"],
            (Kind::Delegates, Column::Unit) => &["ma don vi", "don vi", "co quan", "ma co quan", "unit", "unit code"],
            (Kind::Delegates, Column::Point) => {
                &["ma diem cau", "diem cau", "diem cau du hop", "du hop tai", "point", "point code"]
            }
            _ => &[],
        }
    }

    /// What a column is called in the files that are written.
    pub fn heading(self, column: Column) -> &'static str {
        match (self, column) {
            (Kind::Delegates, Column::Id) => "Mã đại biểu",
            (_, Column::Id) => "Mã",
            (_, Column::Parent) => "Mã cấp trên",
            (_, Column::Level) => "Cấp",
            (Kind::Delegates, Column::Name) => "Họ tên",
            (_, Column::Name) => "Tên",
            (_, Column::Room) => "Phòng họp",
            (_, Column::Title) => "Chức vụ",
            (_, Column::Unit) => "Mã đơn vị",
            (_, Column::Point) => "Mã điểm cầu",
        }
    }

    fn column(self, heading: &str) -> Option<Column> {
        // `parent_code` and `Mã-cấp-trên` are read as words.
        let heading = fold(heading);
        self.columns().iter().copied().find(|column| self.words(*column).contains(&heading.as_str()))
    }
}

/// Which cell of a row is which field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Where the rows begin, in the list of lines.
    pub first_row: usize,
    columns: Vec<(Column, usize, String)>,
    /// Headings of columns that are not read.
    pub ignored: Vec<String>,
    /// How many cells a row has at the most.
    pub width: usize,
}

impl Header {
    /// Finds the row that names the columns.
    ///
    /// # Errors
    /// What is missing in the row that comes nearest, or a column that it names twice.
    pub fn find(kind: Kind, lines: &[Line]) -> Result<Header, Fault> {
        let mut best: Option<(usize, Vec<Column>, u32)> = None;
        for (at, line) in lines.iter().enumerate().take(HEADER_ROWS) {
            let named: Vec<Option<Column>> = line.cells.iter().map(|cell| kind.column(&cell.text)).collect();
            let missing: Vec<Column> =
                kind.required().iter().copied().filter(|column| !named.contains(&Some(*column))).collect();
            if missing.is_empty() {
                return Header::read(kind, at, line, &named);
            }
            let found = named.iter().flatten().count();
            if best.as_ref().is_none_or(|(most, ..)| found > *most) {
                best = Some((found, missing, line.number));
            }
        }
        Err(match best {
            None => Fault::of_file(What::Empty),
            Some((_, missing, row)) => {
                let columns = missing.into_iter().map(|column| kind.heading(column)).collect();
                Fault { row: Some(row), column: None, heading: None, what: What::ColumnsMissing { columns } }
            }
        })
    }

    fn read(kind: Kind, at: usize, line: &Line, named: &[Option<Column>]) -> Result<Header, Fault> {
        let mut header = Header { first_row: at + 1, columns: Vec::new(), ignored: Vec::new(), width: named.len() };
        for (place, (column, cell)) in named.iter().zip(&line.cells).enumerate() {
            let heading = clean(&cell.text);
            match column {
                Some(column) if header.place(*column).is_some() => {
                    let other = header.heading(*column).unwrap_or_default().to_owned();
                    let what = What::ColumnTwice { other };
                    return Err(Fault { row: Some(line.number), column: Some(*column), heading: Some(heading), what });
                }
                Some(column) => header.columns.push((*column, place, heading)),
                None if heading.is_empty() => {}
                None => header.ignored.push(heading),
            }
        }
        debug_assert!(kind.required().iter().all(|column| header.place(*column).is_some()));
        Ok(header)
    }

    pub fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().find(|(named, ..)| *named == column).map(|(_, place, _)| *place)
    }

    /// What the file itself calls a column.
    pub fn heading(&self, column: Column) -> Option<&str> {
        self.columns.iter().find(|(named, ..)| *named == column).map(|(.., heading)| heading.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::sheet::testing::lines;

    fn find(kind: Kind, rows: &[&str]) -> Result<Header, String> {
        Header::find(kind, &lines(rows)).map_err(|fault| fault.to_string())
    }

    #[test]
    fn columns_are_known_by_vietnamese_and_english_words_in_any_order() {
        let vietnamese = find(Kind::Units, &["Tên đơn vị|PHÒNG HỌP|Mã|Cấp|Mã cấp trên|Ghi chú|"]).unwrap();
        assert_eq!((vietnamese.place(Column::Name), vietnamese.place(Column::Parent)), (Some(0), Some(4)));
        assert_eq!(vietnamese.ignored, ["Ghi chú"]);
        assert_eq!(vietnamese.heading(Column::Room), Some("PHÒNG HỌP"));
        let english = find(Kind::Units, &["code|parent_code|level|name|room"]).unwrap();
        assert_eq!(english.place(Column::Parent), Some(1));
        let people = find(Kind::Delegates, &["STT|Họ và tên|Chức vụ|Đơn vị"]).unwrap();
        assert_eq!((people.place(Column::Unit), people.place(Column::Id)), (Some(3), None));
    }

    #[test]
    fn every_heading_that_is_written_is_read() {
        for kind in [Kind::Units, Kind::Delegates] {
            for column in kind.columns() {
                assert_eq!(kind.column(kind.heading(*column)), Some(*column));
            }
        }
    }

    #[test]
    fn the_header_may_stand_below_a_title() {
        let header = find(Kind::Delegates, &["DANH SÁCH ĐẠI BIỂU", "", "Họ tên|Mã đơn vị"]).unwrap();
        assert_eq!(header.first_row, 3);
    }

    #[test]
    fn what_a_header_lacks_or_says_twice_is_told() {
        assert_eq!(
            find(Kind::Units, &["Danh sách", "Mã|Tên|x"]).unwrap_err(),
            "row 2: the columns \"Cấp\" are missing"
        );
        assert_eq!(
            find(Kind::Delegates, &["Họ tên|Đơn vị|Mã đơn vị"]).unwrap_err(),
            "row 1, column \"Mã đơn vị\": the column \"Đơn vị\" says the same"
        );
        assert_eq!(find(Kind::Units, &[]).unwrap_err(), "the file is empty");
    }
}
