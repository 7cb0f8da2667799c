//! From the rows of a file to what would change: every row checked, all faults told, nothing half done.

use std::collections::{HashMap, HashSet};

use super::{
    Delegate, Directory, MAX_DELEGATES, MAX_TEXT_BYTES, MAX_UNITS,
    change::{Change, ChangeCounts, difference, revised, sound},
    fault::{Fault, Faults, MAX_FAULTS, Notice, What},
    header::{Column, Kind},
    sheet::{Cell, CellKind, Line, Sheet},
    tree::circles,
};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, PointId},
    meeting::Point,
};

/// How a file is taken.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// Whether what is not in the file is retired.
    pub replace: bool,
    pub now: Timestamp,
    /// Makes the id of a delegate that the file gives none.
    pub fresh: fn() -> DelegateId,
}

/// What a file would change.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub kind: Kind,
    pub after: Directory,
    pub changes: Vec<Change>,
    pub counts: ChangeCounts,
    /// What was there before comes in another order.
    pub reordered: bool,
    /// Headings of columns that were not read.
    pub ignored: Vec<String>,
    pub notices: Vec<Notice>,
}

impl Proposal {
    /// Whether the directory stays as it is.
    pub fn is_nothing(&self) -> bool {
        self.counts.is_none() && !self.reordered
    }
}

impl Directory {
    /// What would change by a file. A column that the file does not have is left as it is.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn import(&self, sheet: &Sheet, import: &Import) -> Result<Proposal, Faults> {
        match sheet.kind {
            Kind::Units => self.import_units(sheet, import),
            Kind::Delegates => self.import_delegates(sheet, import),
        }
    }

    fn import_units(&self, sheet: &Sheet, import: &Import) -> Result<Proposal, Faults> {
        let mut reading = Reading::new(sheet);
        let zeros = Zeros::of(self.units.iter().map(|unit| &unit.row.id));
        let mut named: HashMap<PointId, u32> = HashMap::new();
        let mut rows: Vec<(&Line, Point)> = Vec::new();
        for line in sheet.rows() {
            let id = reading.code::<PointId>(line, Column::Id);
            if let Ok(Some(id)) = &id {
                let what = match named.get(id) {
                    Some(row) => Some(What::Twice { id: id.to_string(), first_row: *row }),
                    None if self.unit(id).is_some() => None,
                    None => {
                        zeros.find(id).map(|known| What::LostZeros { id: id.to_string(), known: known.to_string() })
                    }
                };
                match what {
                    Some(what) => reading.fault(line, Column::Id, what),
                    None => drop(named.insert(id.clone(), line.number)),
                }
            } else if let Ok(None) = id {
                reading.fault(line, Column::Id, What::Missing);
            }
            let parent = reading.code::<PointId>(line, Column::Parent);
            let level = reading.text(line, Column::Level);
            let name = reading.text(line, Column::Name);
            let room = reading.text(line, Column::Room);
            reading.no_more_cells(line);
            let (Ok(Some(id)), Ok(parent), Ok(level), Ok(name), Ok(room)) = (id, parent, level, name, room) else {
                continue;
            };
            let kept = self.unit(&id).map(|unit| &unit.row);
            let parent = if sheet.has(Column::Parent) { parent } else { kept.and_then(|unit| unit.parent.clone()) };
            let room = room.unwrap_or_else(|| kept.map_or_else(String::new, |unit| unit.room.clone()));
            rows.push((
                line,
                Point { id, parent, level: level.unwrap_or_default(), name: name.unwrap_or_default(), room },
            ));
        }
        let zeros = Zeros::of(self.units.iter().map(|unit| &unit.row.id).chain(named.keys()));
        for (line, unit) in &rows {
            let Some(parent) = unit.parent.as_ref().filter(|parent| !named.contains_key(parent)) else { continue };
            let id = parent.to_string();
            let what = match self.unit(parent) {
                Some(unit) if !unit.is_live() => What::RetiredUnit { id },
                Some(_) if import.replace => What::NotInFile { id },
                Some(_) => continue,
                None => What::UnknownUnit { id, known: zeros.find(parent).map(ToString::to_string) },
            };
            reading.fault(line, Column::Parent, what);
        }
        let parents: HashMap<&PointId, (Option<&PointId>, &Line)> =
            rows.iter().map(|(line, unit)| (&unit.id, (unit.parent.as_ref(), *line))).collect();
        let parent = |id: &PointId| match parents.get(id) {
            Some((parent, _)) => *parent,
            None => self.unit(id).and_then(|unit| unit.row.parent.as_ref()),
        };
        for (unit, way) in circles(rows.iter().map(|(_, unit)| &unit.id), parent) {
            if let Some((_, line)) = parents.get(unit) {
                let way = way.iter().map(ToString::to_string).collect();
                reading.fault(line, Column::Parent, What::Circle { way });
            }
        }
        reading.notices.extend(uneven_codes(&rows));

        let units = rows.into_iter().map(|(_, unit)| unit).collect();
        let units = revised(&self.units, units, |unit| import.replace && !named.contains_key(&unit.id), import.now);
        if units.len() > MAX_UNITS {
            reading.faults.push(Fault::of_file(What::DirectoryFull { max: MAX_UNITS }));
        }
        let Reading { faults, mut notices, .. } = reading.done();
        let after = faults.or(()).map(|()| self.with(units, self.delegates.clone()))?;
        let has_unit = |directory: &Directory, delegate: &Delegate| directory.live_unit(&delegate.unit).is_some();
        let strands = |delegate: &Delegate| has_unit(self, delegate) && !has_unit(&after, delegate);
        let count = self.delegates.iter().filter(|delegate| delegate.is_live() && strands(&delegate.row)).count();
        if count > 0 {
            notices.push(Notice::Stranded { count });
        }
        let (changes, counts, reordered) = difference(&self.units, &after.units);
        Ok(Proposal {
            kind: Kind::Units,
            after,
            changes,
            counts,
            reordered,
            ignored: sheet.ignored().to_vec(),
            notices,
        })
    }

    fn import_delegates(&self, sheet: &Sheet, import: &Import) -> Result<Proposal, Faults> {
        let mut reading = Reading::new(sheet);
        let zeros = Zeros::of(self.units.iter().map(|unit| &unit.row.id));
        let mut drafts: Vec<(&Line, Draft)> = Vec::new();
        for line in sheet.rows() {
            let id = reading.code::<DelegateId>(line, Column::Id);
            let name = reading.text(line, Column::Name);
            let title = reading.text(line, Column::Title);
            let unit = reading.code::<PointId>(line, Column::Unit);
            let point = reading.code::<PointId>(line, Column::Point);
            reading.no_more_cells(line);
            match &unit {
                Ok(Some(unit)) => self.check_unit(&mut reading, &zeros, line, Column::Unit, unit),
                Ok(None) => reading.fault(line, Column::Unit, What::Missing),
                Err(Flawed) => {}
            }
            if let Ok(Some(point)) = &point {
                self.check_unit(&mut reading, &zeros, line, Column::Point, point);
            }
            let (Ok(id), Ok(Some(name)), Ok(title), Ok(Some(unit)), Ok(point)) = (id, name, title, unit, point) else {
                continue;
            };
            drafts.push((line, Draft { id, name, title, unit, point }));
        }
        let rows = self.identified(&mut reading, drafts, import);
        let named: HashSet<DelegateId> = rows.iter().map(|delegate| delegate.id.clone()).collect();
        let delegates =
            revised(&self.delegates, rows, |delegate| import.replace && !named.contains(&delegate.id), import.now);
        if delegates.len() > MAX_DELEGATES {
            reading.faults.push(Fault::of_file(What::DirectoryFull { max: MAX_DELEGATES }));
        }
        let Reading { faults, notices, .. } = reading.done();
        let after = faults.or(()).map(|()| self.with(self.units.clone(), delegates))?;
        let (changes, counts, reordered) = difference(&self.delegates, &after.delegates);
        let ignored = sheet.ignored().to_vec();
        Ok(Proposal { kind: Kind::Delegates, after, changes, counts, reordered, ignored, notices })
    }

    fn check_unit(&self, reading: &mut Reading, zeros: &Zeros, line: &Line, column: Column, id: &PointId) {
        let what = match self.unit(id) {
            Some(unit) if unit.is_live() => return,
            Some(_) => What::RetiredUnit { id: id.to_string() },
            None => {
                // Units are named by their codes. A name in the place of one is not taken for it, but it makes a hint.
                let told = reading.faults.count < MAX_FAULTS;
                let mut named = self.units.iter().filter(|unit| told && unit.is_live() && unit.row.name == id.as_str());
                let by_name = named.next().filter(|_| named.next().is_none()).map(|unit| &unit.row.id);
                let known = zeros.find(id).or(by_name);
                What::UnknownUnit { id: id.to_string(), known: known.map(ToString::to_string) }
            }
        };
        reading.fault(line, column, what);
    }

    /// Finds out who each row is. One without an id is the one delegate in use of the same unit, name and title; where
    /// that could be several, or several rows say the same, nobody is taken for anybody.
    fn identified(&self, reading: &mut Reading, drafts: Vec<(&Line, Draft)>, import: &Import) -> Vec<Delegate> {
        let mut by_id: HashMap<DelegateId, u32> = HashMap::new();
        for (line, draft) in &drafts {
            if let Some(id) = &draft.id {
                if let Some(row) = by_id.get(id) {
                    reading.fault(line, Column::Id, What::Twice { id: id.to_string(), first_row: *row });
                } else {
                    by_id.insert(id.clone(), line.number);
                }
            }
        }
        let mut kept: HashMap<(&PointId, &str), Vec<&Delegate>> = HashMap::new();
        for delegate in self.delegates.iter().filter(|delegate| delegate.is_live()).map(|delegate| &delegate.row) {
            kept.entry((&delegate.unit, &delegate.name)).or_default().push(delegate);
        }
        let mut said: HashMap<(&PointId, &str, Option<&str>), u32> = HashMap::new();
        let mut matched = 0;
        let mut ids = Vec::with_capacity(drafts.len());
        for (line, draft) in &drafts {
            if let Some(id) = &draft.id {
                ids.push(id.clone());
                continue;
            }
            let fresh = import.fresh;
            let key = (&draft.unit, draft.name.as_str(), draft.title_in(reading.sheet));
            if let Some(row) = said.get(&key) {
                reading.fault(line, Column::Name, What::Alike { first_row: *row });
                ids.push(fresh());
                continue;
            }
            said.insert(key, line.number);
            let namesakes = kept.get(&(&draft.unit, draft.name.as_str())).map_or(&[][..], Vec::as_slice);
            let alike: Vec<&&Delegate> =
                namesakes.iter().filter(|known| key.2.is_none_or(|title| title == known.title)).collect();
            ids.push(match alike[..] {
                [known] => {
                    if let Some(row) = by_id.get(&known.id) {
                        reading.fault(line, Column::Name, What::Alike { first_row: *row });
                    }
                    matched += 1;
                    known.id.clone()
                }
                [] => {
                    if let Some(known) = namesakes.iter().find(|known| !by_id.contains_key(&known.id)) {
                        let known = known.id.to_string();
                        reading.notice(Notice::Namesake { row: line.number, known });
                    }
                    fresh()
                }
                _ => {
                    reading.fault(line, Column::Name, What::Ambiguous { count: alike.len() });
                    fresh()
                }
            });
        }
        if matched > 0 {
            reading.notices.push(Notice::Matched { count: matched });
        }
        let delegate = |(draft, id): (Draft, DelegateId)| {
            let kept = self.delegate(&id).map(|delegate| &delegate.row);
            let Draft { name, title, unit, point, .. } = draft;
            let title = title.unwrap_or_else(|| kept.map_or_else(String::new, |kept| kept.title.clone()));
            let point = match kept {
                Some(kept) if !reading.sheet.has(Column::Point) => kept.point.clone(),
                _ => point,
            };
            Delegate { id, name, title, unit, point }
        };
        drafts.into_iter().map(|(_, draft)| draft).zip(ids).map(delegate).collect()
    }
}

/// A row of a list of delegates before it is known who it is.
struct Draft {
    id: Option<DelegateId>,
    name: String,
    /// None where the file has no such column.
    title: Option<String>,
    unit: PointId,
    point: Option<PointId>,
}

impl Draft {
    fn title_in(&self, sheet: &Sheet) -> Option<&str> {
        if sheet.has(Column::Title) { Some(self.title.as_deref().unwrap_or_default()) } else { None }
    }
}

/// Codes that are numbers and begin with zeros, by what a spreadsheet makes of them.
struct Zeros<'a>(HashMap<&'a str, &'a PointId>);

impl<'a> Zeros<'a> {
    fn of(ids: impl Iterator<Item = &'a PointId>) -> Zeros<'a> {
        let numbers = ids.filter(|id| id.as_str().starts_with('0') && is_number(id));
        Zeros(numbers.map(|id| (id.as_str().trim_start_matches('0'), id)).collect())
    }

    /// The code that this one would be with its zeros.
    fn find(&self, id: &PointId) -> Option<&'a PointId> {
        self.0.get(id.as_str()).copied()
    }
}

fn is_number(id: &PointId) -> bool {
    id.as_str().bytes().all(|byte| byte.is_ascii_digit())
}

/// Levels whose codes are numbers of different lengths.
fn uneven_codes(rows: &[(&Line, Point)]) -> Vec<Notice> {
    let mut levels: Vec<(&str, Vec<(usize, u32)>)> = Vec::new();
    for (line, unit) in rows {
        // A code that is no number gives its level away: there, lengths mean nothing.
        let length = if is_number(&unit.id) { unit.id.as_str().len() } else { 0 };
        match levels.iter_mut().find(|(level, _)| *level == unit.level) {
            Some((_, lengths)) => lengths.push((length, line.number)),
            None => levels.push((&unit.level, vec![(length, line.number)])),
        }
    }
    let uneven = |(level, lengths): (&str, Vec<(usize, u32)>)| {
        let (shortest, row) = lengths.iter().copied().min()?;
        let longest = lengths.iter().map(|(length, _)| *length).max()?;
        let uneven = shortest > 0 && shortest < longest;
        uneven.then(|| Notice::UnevenCodes { level: level.to_owned(), shortest, longest, row })
    };
    levels.into_iter().filter_map(uneven).collect()
}

/// A fault was told already.
struct Flawed;

/// Reads cells, and notes what is wrong with them.
struct Reading<'a> {
    sheet: &'a Sheet,
    faults: Faults,
    notices: Vec<Notice>,
    /// How many codes are numbers in the spreadsheet, and the row of the first one.
    numeric: Option<(usize, u32)>,
}

/// The most notices of one kind that name a row each.
const MAX_NOTICES: usize = 100;

impl<'a> Reading<'a> {
    fn new(sheet: &'a Sheet) -> Reading<'a> {
        Reading { sheet, faults: Faults::default(), notices: sheet.notices.clone(), numeric: None }
    }

    fn done(mut self) -> Reading<'a> {
        if let Some((count, row)) = self.numeric.take() {
            self.notices.insert(0, Notice::NumericCodes { count, row });
        }
        self
    }

    fn notice(&mut self, notice: Notice) {
        if self.notices.len() < MAX_NOTICES {
            self.notices.push(notice);
        }
    }

    fn fault(&mut self, line: &Line, column: Column, what: What) {
        let heading = self.sheet.header.heading(column).map(str::to_owned);
        self.faults.push(Fault { row: Some(line.number), column: Some(column), heading, what });
    }

    /// The text of a field; none where the file has no such column, empty where it may be and is.
    fn text(&mut self, line: &Line, column: Column) -> Result<Option<String>, Flawed> {
        let Some(place) = self.sheet.header.place(column) else { return Ok(None) };
        let cell = line.cells.get(place).map_or(&EMPTY, |cell| cell);
        let text = match cell.kind {
            CellKind::Error => Err(What::CellError { error: cell.text.clone() }),
            _ => sound(&cell.text, MAX_TEXT_BYTES),
        };
        match text {
            Err(What::Missing) if !matches!(column, Column::Name | Column::Level) => Ok(Some(String::new())),
            Err(what) => {
                self.fault(line, column, what);
                Err(Flawed)
            }
            Ok(text) => Ok(Some(text)),
        }
    }

    /// A code; none where the cell is empty or the file has no such column.
    fn code<Id: TryFrom<String>>(&mut self, line: &Line, column: Column) -> Result<Option<Id>, Flawed> {
        let Some(text) = self.text(line, column)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        let place = self.sheet.header.place(column);
        let kind = place.and_then(|place| line.cells.get(place)).map(|cell| cell.kind);
        if kind == Some(CellKind::Number) {
            if text.contains('.') {
                self.fault(line, column, What::Fraction);
                return Err(Flawed);
            }
            let (count, _) = self.numeric.get_or_insert((0, line.number));
            *count += 1;
        }
        // What is sound is refused as an id only for its length.
        Id::try_from(text).map(Some).map_err(|_| {
            self.fault(line, column, What::TooLong { max: PointId::MAX_LEN });
            Flawed
        })
    }

    fn no_more_cells(&mut self, line: &Line) {
        let beyond = line.cells.get(self.sheet.header.width..).unwrap_or_default();
        if beyond.iter().any(|cell| !cell.text.is_empty()) {
            let fault = Fault { row: Some(line.number), column: None, heading: None, what: What::ExtraCells };
            self.faults.push(fault);
        }
    }
}

static EMPTY: Cell = Cell { text: String::new(), kind: CellKind::Text };

impl Sheet {
    fn has(&self, column: Column) -> bool {
        self.header.place(column).is_some()
    }
}

#[cfg(test)]
mod tests;
