//! Reading the directory: units of a subtree, delegates by unit or by a few letters of a name, page by page.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Delegate, Directory, Entry, text};
use crate::{
    ids::{DelegateId, PointId},
    meeting::Point,
};

/// Which units are wanted.
#[derive(Clone, Debug, Default)]
pub struct UnitFilter {
    /// This one and all below it.
    pub under: Option<PointId>,
    /// So many tiers below that one, or below the roots.
    pub depth: Option<usize>,
    /// Of this level.
    pub level: Option<String>,
    /// Words that begin a word of the name, or the code; without diacritics too.
    pub search: String,
    /// Retired ones as well.
    pub retired: bool,
}

/// Which delegates are wanted.
#[derive(Clone, Debug, Default)]
pub struct DelegateFilter {
    pub unit: Option<PointId>,
    /// Those of the units below that one as well.
    pub below: bool,
    /// Words that begin a word of the name, the title, the unit's name, or the id; without diacritics too.
    pub search: String,
    /// Retired ones as well.
    pub retired: bool,
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    pub page: Vec<T>,
    /// How many there are on all pages.
    pub total: usize,
    pub has_more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitView {
    #[serde(flatten)]
    pub unit: Point,
    pub retired: bool,
    /// How many units are above it.
    pub depth: usize,
    /// Their names, from the root down.
    pub path: Vec<String>,
    /// How many units stand right below it, in use.
    pub children: usize,
    /// How many delegates are of this very unit, in use.
    pub delegates: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DelegateView {
    #[serde(flatten)]
    pub delegate: Delegate,
    pub retired: bool,
    pub unit_name: String,
}

/// How many units of a level are in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LevelCount {
    pub level: String,
    pub count: u32,
}

impl Directory {
    /// The units that a filter lets through, in the order of the tree, from behind `after`; none when one of the units
    /// that it names is unknown.
    pub fn find_units(&self, filter: &UnitFilter, after: Option<&PointId>, limit: usize) -> Option<Found<UnitView>> {
        let (start, end, top) = match &filter.under {
            Some(id) => {
                let place = self.places.get(id)?;
                (place.at, place.end, place.depth)
            }
            None => (0, self.units.len(), 0),
        };
        let after = after.map(|id| self.places.get(id).map(|place| place.at + 1)).unwrap_or(Some(0))?;
        let wanted = text::fold(&filter.search);
        let is_wanted = |at: usize| {
            let (unit, words) = (&self.units[at], &self.unit_words[at]);
            (filter.retired || unit.is_live())
                && filter.level.as_ref().is_none_or(|level| *level == unit.row.level)
                && filter.depth.is_none_or(|depth| self.depth(&unit.row) <= top + depth)
                && text::matches(words, &wanted)
        };
        Some(page((start..end).filter(|at| is_wanted(*at)), after, limit, |at| self.unit_view(&self.units[at])))
    }

    /// The delegates that a filter lets through, in the order of their units, from behind `after`; none when the unit or
    /// the delegate that it names is unknown.
    pub fn find_delegates(
        &self,
        filter: &DelegateFilter,
        after: Option<&DelegateId>,
        limit: usize,
    ) -> Option<Found<DelegateView>> {
        let (start, end) = match &filter.unit {
            Some(id) => {
                let place = self.places.get(id)?;
                self.delegates_between(place.at, if filter.below { place.end } else { place.at + 1 })
            }
            None => (0, self.delegates.len()),
        };
        let after = after.map(|id| self.delegate_at.get(id).map(|at| at + 1)).unwrap_or(Some(0))?;
        let wanted = text::fold(&filter.search);
        let is_wanted = |at: usize| {
            (filter.retired || self.delegates[at].is_live()) && text::matches(&self.delegate_words[at], &wanted)
        };
        let found = (start..end).filter(|at| is_wanted(*at));
        Some(page(found, after, limit, |at| self.delegate_view(&self.delegates[at])))
    }

    pub fn unit_view(&self, unit: &Entry<Point>) -> UnitView {
        let mut path: Vec<String> = self.above(&unit.row).map(|above| above.name.clone()).collect();
        path.reverse();
        let below = self.subtree(&unit.row.id);
        let children = below.iter().filter(|below| below.is_live() && below.row.parent.as_ref() == Some(&unit.row.id));
        UnitView {
            retired: !unit.is_live(),
            depth: path.len(),
            path,
            children: children.count(),
            delegates: self.delegates_of(&unit.row.id).count(),
            unit: unit.row.clone(),
        }
    }

    pub fn delegate_view(&self, delegate: &Entry<Delegate>) -> DelegateView {
        DelegateView {
            unit_name: self.unit(&delegate.row.unit).map_or_else(String::new, |unit| unit.row.name.clone()),
            retired: !delegate.is_live(),
            delegate: delegate.row.clone(),
        }
    }

    /// How many units of each level are in use, in the order in which the tree comes to the levels.
    pub fn levels(&self) -> Vec<LevelCount> {
        count_levels(self.units.iter().filter(|unit| unit.is_live()).map(|unit| &unit.row))
    }

    /// How many units and how many delegates are in use.
    pub fn size(&self) -> (usize, usize) {
        let units = self.units.iter().filter(|unit| unit.is_live()).count();
        (units, self.delegates.iter().filter(|delegate| delegate.is_live()).count())
    }

    /// The delegates in use of one unit.
    pub(super) fn delegates_of(&self, unit: &PointId) -> impl Iterator<Item = &Delegate> {
        let (start, end) = self.places.get(unit).map_or((0, 0), |place| self.delegates_between(place.at, place.at + 1));
        self.delegates[start..end].iter().filter(|delegate| delegate.is_live()).map(|delegate| &delegate.row)
    }

    /// Where the delegates of a part of the list of units stand.
    fn delegates_between(&self, start: usize, end: usize) -> (usize, usize) {
        let before = |bound: usize| {
            self.delegates
                .partition_point(|delegate| self.places.get(&delegate.row.unit).is_some_and(|place| place.at < bound))
        };
        (before(start), before(end))
    }

    fn depth(&self, unit: &Point) -> usize {
        self.places.get(&unit.id).map_or(0, |place| place.depth)
    }
}

pub(super) fn count_levels<'a>(units: impl Iterator<Item = &'a Point>) -> Vec<LevelCount> {
    let mut levels: Vec<LevelCount> = Vec::new();
    for unit in units {
        match levels.iter_mut().find(|level| level.level == unit.level) {
            Some(level) => level.count += 1,
            None => levels.push(LevelCount { level: unit.level.clone(), count: 1 }),
        }
    }
    levels
}

fn page<T>(found: impl Iterator<Item = usize>, after: usize, limit: usize, view: impl Fn(usize) -> T) -> Found<T> {
    let (mut page, mut total, mut has_more) = (Vec::new(), 0, false);
    for at in found {
        total += 1;
        if at >= after {
            if page.len() < limit {
                page.push(view(at));
            } else {
                has_more = true;
            }
        }
    }
    Found { page, total, has_more }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        Edit,
        testing::{NOW, province},
    };

    fn ids(found: Option<Found<UnitView>>) -> String {
        let found = found.expect("what is named is known");
        found.page.iter().map(|view| view.unit.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn id(text: &str) -> Option<PointId> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn units_are_found_by_subtree_tier_level_and_words() {
        let directory = province(&[]);
        let all = UnitFilter::default();
        assert_eq!(ids(directory.find_units(&all, None, 10)), "08 070 02200 071 02233 02242");
        assert_eq!(
            ids(directory.find_units(&UnitFilter { under: id("071"), ..all.clone() }, None, 10)),
            "071 02233 02242"
        );
        let children = UnitFilter { under: id("08"), depth: Some(1), ..all.clone() };
        assert_eq!(ids(directory.find_units(&children, None, 10)), "08 070 071");
        assert_eq!(ids(directory.find_units(&UnitFilter { depth: Some(0), ..all.clone() }, None, 10)), "08");
        assert_eq!(
            ids(directory.find_units(&UnitFilter { search: "don 022".to_owned(), ..all.clone() }, None, 10)),
            "02200 02233 02242"
        );
        assert_eq!(ids(directory.find_units(&UnitFilter { level: Some("x".to_owned()), ..all.clone() }, None, 10)), "");
        assert_eq!(directory.find_units(&UnitFilter { under: id("999"), ..all }, None, 10), None);
    }

    #[test]
    fn pages_follow_one_another() {
        let directory = province(&[]);
        let filter = UnitFilter { under: id("071"), ..UnitFilter::default() };
        let first = directory.find_units(&filter, None, 2).unwrap();
        assert_eq!((first.total, first.has_more), (3, true));
        let after = &first.page.last().unwrap().unit.id;
        let second = directory.find_units(&filter, Some(after), 2).unwrap();
        assert_eq!((second.page.len(), second.total, second.has_more), (1, 3, false));
    }

    #[test]
    fn delegates_are_found_by_unit_subtree_and_without_diacritics() {
        let people = [
            "d1:Đặng Thị Ánh:Chủ tịch:071",
            "d2:Lò Văn Bình:Bí thư:02233",
            "d3:Ma Văn Ánh::02200",
            "d4:Ma Văn An::071",
        ];
        let directory = province(&people);
        let find = |unit: Option<&str>, below: bool, search: &str| {
            let filter = DelegateFilter {
                unit: unit.and_then(id),
                below,
                search: search.to_owned(),
                ..DelegateFilter::default()
            };
            let found = directory.find_delegates(&filter, None, 10).unwrap();
            found.page.iter().map(|view| view.delegate.id.as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(find(None, false, ""), "d3 d1 d4 d2");
        assert_eq!(find(Some("071"), false, ""), "d1 d4");
        assert_eq!(find(Some("071"), true, ""), "d1 d4 d2");
        assert_eq!(find(None, false, "anh"), "d3 d1");
        assert_eq!(find(None, false, "dang"), "d1");
        assert_eq!(find(Some("08"), true, "bi thu"), "d2");
        assert_eq!(find(None, false, "don vi 02233"), "d2");
        let unknown = DelegateFilter { unit: id("999"), ..DelegateFilter::default() };
        assert_eq!(directory.find_delegates(&unknown, None, 10), None);
    }

    #[test]
    fn a_unit_is_seen_with_its_way_up_and_what_it_has_in_use() {
        let directory = province(&["d1:An::071"]);
        let view = directory.unit_view(directory.unit(&"071".parse().unwrap()).unwrap());
        assert_eq!((view.depth, view.children, view.delegates, view.path.len()), (1, 2, 1, 1));
        let retired = directory.edited(&Edit::RetireUnit { id: "071".parse().unwrap(), below: true }, NOW).unwrap();
        let view = retired.unit_view(retired.unit(&"071".parse().unwrap()).unwrap());
        assert_eq!((view.retired, view.children, view.delegates), (true, 0, 0));
        assert_eq!(ids(retired.find_units(&UnitFilter::default(), None, 10)), "08 070 02200");
        assert_eq!((directory.size(), retired.size()), ((6, 1), (3, 0)));
        assert_eq!(retired.levels()[0].count, 3);
    }
}
