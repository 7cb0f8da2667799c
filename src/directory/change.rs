//! What would change: rows put into a list, entries retired from it, and the difference field by field.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use super::{
    Delegate, Directory, Entry, MAX_DELEGATES, MAX_TEXT_BYTES, MAX_UNITS, Row,
    fault::What,
    header::{Column, Kind},
    order::merged,
    text::clean,
};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, PointId},
    meeting::Point,
};

/// What becomes of a unit or a delegate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    Added,
    Changed,
    /// It was retired and comes back.
    Restored,
    Retired,
}

/// One unit or delegate that is not as before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChangedEntry)]
pub struct Change {
    pub change: ChangeKind,
    pub id: String,
    pub name: String,
    /// The fields that differ; every field that says something for what is added.
    pub fields: Vec<FieldChange>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChange {
    pub column: Column,
    pub before: Option<String>,
    pub after: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangeCounts {
    pub added: u32,
    pub changed: u32,
    pub restored: u32,
    pub retired: u32,
    /// In use before and after, and the same.
    pub unchanged: u32,
}

impl ChangeCounts {
    pub fn is_none(&self) -> bool {
        self.added + self.changed + self.restored + self.retired == 0
    }
}

/// One change by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    AddUnit(Point),
    /// Changes a unit, or brings a retired one back.
    PutUnit(Point),
    /// With `below`, also the units below it, and the delegates of all of them.
    RetireUnit {
        id: PointId,
        below: bool,
    },
    AddDelegate(Delegate),
    /// Changes a delegate, or brings a retired one back.
    PutDelegate(Delegate),
    RetireDelegate(DelegateId),
}

/// Why a change by hand cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EditRefusal {
    #[error("there is no {id} in the directory")]
    Unknown { id: String },
    #[error("there is a {id} already")]
    Exists { id: String },
    #[error("{units} units and {delegates} delegates below it are in use")]
    InUse { units: usize, delegates: usize },
    #[error("{column:?}: {what}")]
    Field { column: Column, what: What },
}

impl Edit {
    /// What is changed: a unit or a delegate, and which.
    pub fn subject(&self) -> (Kind, String) {
        match self {
            Edit::AddUnit(unit) | Edit::PutUnit(unit) => (Kind::Units, unit.id.to_string()),
            Edit::RetireUnit { id, .. } => (Kind::Units, id.to_string()),
            Edit::AddDelegate(delegate) | Edit::PutDelegate(delegate) => (Kind::Delegates, delegate.id.to_string()),
            Edit::RetireDelegate(id) => (Kind::Delegates, id.to_string()),
        }
    }
}

impl Directory {
    /// How much is different in a later directory, of units and of delegates.
    pub fn changes_to(&self, after: &Directory) -> ChangeCounts {
        let (_, units, _) = difference(&self.units, &after.units);
        let (_, delegates, _) = difference(&self.delegates, &after.delegates);
        ChangeCounts {
            added: units.added + delegates.added,
            changed: units.changed + delegates.changed,
            restored: units.restored + delegates.restored,
            retired: units.retired + delegates.retired,
            unchanged: units.unchanged + delegates.unchanged,
        }
    }

    /// The directory after a change by hand.
    pub fn edited(&self, edit: &Edit, now: Timestamp) -> Result<Directory, EditRefusal> {
        match edit {
            Edit::AddUnit(unit) => {
                absent(self.unit(&unit.id), &unit.id)?;
                self.put_unit(unit, now)
            }
            Edit::PutUnit(unit) => {
                present(self.unit(&unit.id), &unit.id)?;
                self.put_unit(unit, now)
            }
            Edit::RetireUnit { id, below } => self.retire_unit(id, *below, now),
            Edit::AddDelegate(delegate) => {
                absent(self.delegate(&delegate.id), &delegate.id)?;
                self.put_delegate(delegate, now)
            }
            Edit::PutDelegate(delegate) => {
                present(self.delegate(&delegate.id), &delegate.id)?;
                self.put_delegate(delegate, now)
            }
            Edit::RetireDelegate(id) => {
                present(self.delegate(id), id)?;
                let delegates = revised(&self.delegates, Vec::new(), |delegate| delegate.id == *id, now);
                Ok(self.with(self.units.clone(), delegates))
            }
        }
    }

    fn put_unit(&self, unit: &Point, now: Timestamp) -> Result<Directory, EditRefusal> {
        let unit = Point {
            id: code(Column::Id, unit.id.as_str())?,
            parent: unit.parent.as_ref().map(|parent| code(Column::Parent, parent.as_str())).transpose()?,
            level: text(Column::Level, &unit.level)?,
            name: text(Column::Name, &unit.name)?,
            room: text_or_none(Column::Room, &unit.room)?,
        };
        if let Some(parent) = &unit.parent {
            self.in_use(Column::Parent, parent)?;
            let mut way =
                self.live_unit(parent).into_iter().flat_map(|parent| std::iter::once(parent).chain(self.above(parent)));
            if way.any(|above| above.id == unit.id) {
                let what = What::Circle { way: vec![unit.id.to_string(), parent.to_string()] };
                return Err(EditRefusal::Field { column: Column::Parent, what });
            }
        }
        let units = revised(&self.units, vec![unit], |_| false, now);
        not_full(units.len(), MAX_UNITS)?;
        Ok(self.with(units, self.delegates.clone()))
    }

    fn put_delegate(&self, delegate: &Delegate, now: Timestamp) -> Result<Directory, EditRefusal> {
        let delegate = Delegate {
            id: code(Column::Id, delegate.id.as_str())?,
            name: text(Column::Name, &delegate.name)?,
            title: text_or_none(Column::Title, &delegate.title)?,
            unit: delegate.unit.clone(),
            point: delegate.point.clone(),
        };
        self.in_use(Column::Unit, &delegate.unit)?;
        if let Some(point) = &delegate.point {
            self.in_use(Column::Point, point)?;
        }
        let delegates = revised(&self.delegates, vec![delegate], |_| false, now);
        not_full(delegates.len(), MAX_DELEGATES)?;
        Ok(self.with(self.units.clone(), delegates))
    }

    fn retire_unit(&self, id: &PointId, below: bool, now: Timestamp) -> Result<Directory, EditRefusal> {
        present(self.unit(id), id)?;
        let gone: HashSet<&PointId> = self.subtree(id).iter().map(|unit| &unit.row.id).collect();
        let units = self.subtree(id).iter().skip(1).filter(|unit| unit.is_live()).count();
        let of_them = |delegate: &Delegate| gone.contains(&delegate.unit);
        let delegates = self.delegates.iter().filter(|delegate| delegate.is_live() && of_them(&delegate.row)).count();
        if !below && units + delegates > 0 {
            return Err(EditRefusal::InUse { units, delegates });
        }
        Ok(self.with(
            revised(&self.units, Vec::new(), |unit| gone.contains(&unit.id), now),
            revised(&self.delegates, Vec::new(), of_them, now),
        ))
    }

    fn in_use(&self, column: Column, id: &PointId) -> Result<(), EditRefusal> {
        let what = match self.unit(id) {
            Some(unit) if unit.is_live() => return Ok(()),
            Some(_) => What::RetiredUnit { id: id.to_string() },
            None => What::UnknownUnit { id: id.to_string(), known: None },
        };
        Err(EditRefusal::Field { column, what })
    }

    /// The next revision.
    pub(super) fn with(&self, units: Vec<Entry<Point>>, delegates: Vec<Entry<Delegate>>) -> Directory {
        Directory::new(self.revision.saturating_add(1), units, delegates)
    }
}

fn absent<E>(found: Option<&E>, id: &impl ToString) -> Result<(), EditRefusal> {
    if found.is_some() { Err(EditRefusal::Exists { id: id.to_string() }) } else { Ok(()) }
}

fn present<E>(found: Option<&E>, id: &impl ToString) -> Result<(), EditRefusal> {
    if found.is_none() { Err(EditRefusal::Unknown { id: id.to_string() }) } else { Ok(()) }
}

fn not_full(count: usize, max: usize) -> Result<(), EditRefusal> {
    let what = What::DirectoryFull { max };
    if count > max { Err(EditRefusal::Field { column: Column::Id, what }) } else { Ok(()) }
}

fn code<Id: TryFrom<String>>(column: Column, text: &str) -> Result<Id, EditRefusal> {
    let refused = |what| EditRefusal::Field { column, what };
    let text = sound(text, MAX_TEXT_BYTES).map_err(refused)?;
    // What is sound is refused as an id only for its length.
    Id::try_from(text).map_err(|_| refused(What::TooLong { max: PointId::MAX_LEN }))
}

fn text(column: Column, text: &str) -> Result<String, EditRefusal> {
    sound(text, MAX_TEXT_BYTES).map_err(|what| EditRefusal::Field { column, what })
}

fn text_or_none(column: Column, text: &str) -> Result<String, EditRefusal> {
    match sound(text, MAX_TEXT_BYTES) {
        Err(What::Missing) => Ok(String::new()),
        text => text.map_err(|what| EditRefusal::Field { column, what }),
    }
}

/// A text as the directory keeps it.
pub(super) fn sound(text: &str, max: usize) -> Result<String, What> {
    // What is far too long is not worth cleaning.
    if text.len() > 4 * max {
        return Err(What::TooLong { max });
    }
    let text = clean(text);
    if text.is_empty() {
        Err(What::Missing)
    } else if text.len() > max {
        Err(What::TooLong { max })
    } else if text.chars().any(char::is_control) {
        Err(What::ControlCharacter)
    } else {
        Ok(text)
    }
}

/// A list with rows put into it, and with entries retired that `retire` picks; a row that is put in is in use in any case.
/// The order of the rows holds among those that stand within the same; where they were within something else before, they
/// come like new ones.
pub(super) fn revised<R: Row>(
    before: &[Entry<R>],
    rows: Vec<R>,
    retire: impl Fn(&R) -> bool,
    now: Timestamp,
) -> Vec<Entry<R>> {
    let order: Vec<R::Id> = {
        let rewritten: HashMap<&R::Id, &R> = rows.iter().map(|row| (row.id(), row)).collect();
        let stays = |row: &&R| rewritten.get(row.id()).is_none_or(|after| after.within() == row.within());
        let listed = grouped(before.iter().map(|entry| &entry.row).filter(stays));
        let mut named = grouped(rows.iter());
        let mut order = Vec::with_capacity(before.len() + rows.len());
        for (within, listed) in &listed {
            order.extend(merged(listed, &named.remove(within).unwrap_or_default()));
        }
        // Those within what had nothing in it before. Groups have no order among themselves.
        order.extend(named.into_values().flatten());
        order.into_iter().cloned().collect()
    };
    let retired = |entry: &Entry<R>| {
        let at = if retire(&entry.row) { Some(now) } else { None };
        Entry { row: entry.row.clone(), retired_at: entry.retired_at.or(at) }
    };
    let mut entries: HashMap<R::Id, Entry<R>> =
        before.iter().map(|entry| (entry.row.id().clone(), retired(entry))).collect();
    entries.extend(rows.into_iter().map(|row| (row.id().clone(), Entry { row, retired_at: None })));
    order.iter().filter_map(|id| entries.remove(id)).collect()
}

/// What stands within the same, in its order.
fn grouped<'a, R: Row + 'a>(rows: impl Iterator<Item = &'a R>) -> HashMap<Option<&'a PointId>, Vec<&'a R::Id>> {
    let mut groups: HashMap<Option<&PointId>, Vec<&R::Id>> = HashMap::new();
    for row in rows {
        groups.entry(row.within()).or_default().push(row.id());
    }
    groups
}

/// The difference between two lists, in the order of the second one, and whether what stays within the same has another
/// order there.
pub(super) fn difference<R: Row>(before: &[Entry<R>], after: &[Entry<R>]) -> (Vec<Change>, ChangeCounts, bool) {
    let earlier: HashMap<&R::Id, &Entry<R>> = before.iter().map(|entry| (entry.row.id(), entry)).collect();
    let mut counts = ChangeCounts::default();
    let mut changes = Vec::new();
    for entry in after {
        let fields = |before: Option<&R>| -> Vec<FieldChange> {
            let differs = |column: &Column| {
                let (was, is) = (before.map(|row| row.field(*column)), entry.row.field(*column));
                (was.unwrap_or_default() != is).then(|| FieldChange {
                    column: *column,
                    before: was.map(str::to_owned),
                    after: is.to_owned(),
                })
            };
            R::KIND.columns().iter().filter_map(differs).collect()
        };
        let (change, count, fields) = match earlier.get(entry.row.id()) {
            None => (ChangeKind::Added, &mut counts.added, fields(None)),
            Some(was) if was.is_live() && !entry.is_live() => (ChangeKind::Retired, &mut counts.retired, Vec::new()),
            Some(was) if !was.is_live() && entry.is_live() => {
                (ChangeKind::Restored, &mut counts.restored, fields(Some(&was.row)))
            }
            Some(was) if was.row != entry.row => (ChangeKind::Changed, &mut counts.changed, fields(Some(&was.row))),
            Some(_) => {
                counts.unchanged += u32::from(entry.is_live());
                continue;
            }
        };
        *count += 1;
        changes.push(Change { change, id: entry.row.id().to_string(), name: entry.row.name().to_owned(), fields });
    }
    let later: HashMap<&R::Id, &R> = after.iter().map(|entry| (entry.row.id(), &entry.row)).collect();
    let stays = |row: &&R, other: Option<&R>| other.is_some_and(|other| other.within() == row.within());
    let (was, is) = (before.iter().map(|entry| &entry.row), after.iter().map(|entry| &entry.row));
    let reordered = grouped(was.filter(|row| stays(row, later.get(row.id()).copied())))
        != grouped(is.filter(|row| stays(row, earlier.get(row.id()).map(|entry| &entry.row))));
    (changes, counts, reordered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::testing::{NOW, delegate, directory, province, unit};

    fn edited(directory: &Directory, edit: Edit) -> Result<Directory, String> {
        directory.edited(&edit, NOW).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_unit_is_added_changed_retired_and_brought_back() {
        let before = province(&[]);
        let new = Point { name: " Xã  Khuôn Ha\u{300} ".to_owned(), ..unit("02251:071").row };
        let added = edited(&before, Edit::AddUnit(new.clone())).unwrap();
        assert_eq!(added.revision(), before.revision() + 1);
        assert_eq!(added.unit(&new.id).unwrap().row.name, "Xã Khuôn Hà");
        assert_eq!(edited(&added, Edit::AddUnit(new.clone())).unwrap_err(), "there is a 02251 already");

        let moved = Point { parent: Some("070".parse().unwrap()), ..new.clone() };
        let moved = edited(&added, Edit::PutUnit(moved)).unwrap();
        let (changes, counts, reordered) = difference(added.units(), moved.units());
        assert_eq!((counts.changed, counts.unchanged, reordered), (1, 6, false));
        assert_eq!((changes[0].fields[0].before.as_deref(), changes[0].fields[0].after.as_str()), (Some("071"), "070"));

        let retired = edited(&moved, Edit::RetireUnit { id: new.id.clone(), below: false }).unwrap();
        assert_eq!(retired.unit(&new.id).unwrap().retired_at, Some(NOW));
        let back = edited(&retired, Edit::PutUnit(new.clone())).unwrap();
        assert!(back.unit(&new.id).unwrap().is_live());
        let (changes, ..) = difference(retired.units(), back.units());
        assert_eq!(changes[0].change, ChangeKind::Restored);
    }

    #[test]
    fn those_that_a_file_does_not_name_stay_between_the_same_neighbours() {
        let before = province(&["a:A::071", "x:X::071", "b:B::071", "c:C::070"]);
        let ids = |rows: &[&str]| {
            let rows = rows.iter().map(|text| delegate(text).row).collect();
            let after = before.with(before.units.clone(), revised(&before.delegates, rows, |_| false, NOW));
            let (.., reordered) = difference(before.delegates(), after.delegates());
            let ids: Vec<&str> = after.delegates().iter().map(|entry| entry.row.id.as_str()).collect();
            (ids.join(" "), reordered)
        };
        assert_eq!(ids(&["a:A::071", "c:C::070", "b:B::071"]), ("c a x b".to_owned(), false));
        assert_eq!(ids(&["b:B::071", "c:C::070", "a:A::071"]), ("c b x a".to_owned(), true));
        assert_eq!(ids(&["a:A::071", "c:C::071"]), ("a c x b".to_owned(), false));
    }

    #[test]
    fn a_unit_goes_below_nothing_that_is_retired_unknown_or_below_itself() {
        let directory = province(&[]);
        let below = |id: &str, parent: &str| edited(&directory, Edit::PutUnit(unit(&format!("{id}:{parent}")).row));
        assert!(below("071", "02233").unwrap_err().contains("071 stands below itself"));
        assert!(below("071", "071").unwrap_err().contains("stands below itself"));
        assert!(below("071", "999").unwrap_err().contains("there is no unit 999"));
        let retired = edited(&directory, Edit::RetireUnit { id: "071".parse().unwrap(), below: true }).unwrap();
        let refused = edited(&retired, Edit::PutUnit(unit("02233:071").row)).unwrap_err();
        assert!(refused.contains("the unit 071 is retired"), "{refused}");
    }

    #[test]
    fn a_unit_in_use_is_retired_with_all_below_it_or_not_at_all() {
        let before = province(&["d1:An:Chủ tịch:02233", "d2:Bình::070"]);
        let retire = |below| Edit::RetireUnit { id: "071".parse().unwrap(), below };
        assert_eq!(edited(&before, retire(false)).unwrap_err(), "2 units and 1 delegates below it are in use");
        let after = edited(&before, retire(true)).unwrap();
        assert_eq!(difference(before.units(), after.units()).1.retired, 3);
        let (changes, counts, _) = difference(before.delegates(), after.delegates());
        assert_eq!((counts.retired, counts.unchanged, changes[0].id.as_str()), (1, 1, "d1"));
    }

    #[test]
    fn a_delegate_needs_a_name_and_a_unit_in_use() {
        let directory = directory(&["08"], &[]);
        let put = |text: &str| edited(&directory, Edit::AddDelegate(delegate(text).row));
        assert!(put("d1:An::08").is_ok());
        assert_eq!(put("d1: ::08").unwrap_err(), "Name: is empty");
        assert_eq!(put("d1:An::09").unwrap_err(), "Unit: there is no unit 09");
        assert_eq!(put("d1:A\u{7}n::08").unwrap_err(), "Name: has a control character in it");
        assert_eq!(put(&format!("d1:{}::08", "x".repeat(1_001))).unwrap_err(), "Name: is longer than 1000 bytes");
        let unknown = edited(&directory, Edit::PutDelegate(delegate("d1:An::08").row)).unwrap_err();
        assert_eq!(unknown, "there is no d1 in the directory");
    }
}
