//! Who is invited: from whole subtrees of the directory to the points and the expected delegates of a meeting.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::{
    Directory,
    query::{LevelCount, count_levels},
};
use crate::{
    ids::PointId,
    meeting::{self, MAX_DELEGATES, MAX_POINTS, Point},
};

/// The most units that a request names in one list.
const MAX_NAMED: usize = 10_000;

/// Which units take part. Where a unit has both a root and an exclusion above it, the nearer one counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SelectionRequest {
    /// The point from which the conference is led; it takes part in any case.
    pub hub: PointId,
    /// Units that take part with all that is below them.
    pub roots: Vec<PointId>,
    /// Only units of these levels; of all, when it is empty.
    #[serde(default)]
    pub levels: Vec<String>,
    /// Units that do not take part, nor what is below them.
    #[serde(default)]
    pub exclude: Vec<PointId>,
    /// Units that have no point, while those below them keep theirs.
    #[serde(default)]
    pub omit: Vec<PointId>,
    /// Whether delegates of units without a point of their own are expected too, at the next point above.
    #[serde(default)]
    pub gather: bool,
}

/// What goes into a meeting's plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Selection {
    /// The directory's revision that it was taken from.
    pub revision: u32,
    /// Parents before children; where a unit in between has no point, the next one above is the parent.
    pub points: Vec<Point>,
    pub delegates: Vec<meeting::Delegate>,
    pub counts: SelectionCounts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SelectionCounts {
    pub points: usize,
    pub delegates: usize,
    pub levels: Vec<LevelCount>,
    /// Points at which nobody is expected.
    pub points_without_delegates: usize,
}

/// Why nothing is selected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SelectionError {
    #[error("there is no unit {0} in use")]
    Unknown(PointId),
    #[error("{count} {what} are selected, and a meeting has {max} at the most")]
    TooMany { what: &'static str, count: usize, max: usize },
}

impl Directory {
    /// The points and the expected delegates of a meeting.
    pub fn select(&self, request: &SelectionRequest) -> Result<Selection, SelectionError> {
        let lists = [&request.roots, &request.exclude, &request.omit];
        for list in lists {
            if list.len() > MAX_NAMED {
                return Err(SelectionError::TooMany { what: "units", count: list.len(), max: MAX_NAMED });
            }
        }
        for id in lists.into_iter().flatten().chain([&request.hub]) {
            self.live_unit(id).ok_or_else(|| SelectionError::Unknown(id.clone()))?;
        }
        let roots: HashSet<&PointId> = request.roots.iter().collect();
        let excluded: HashSet<&PointId> = request.exclude.iter().collect();
        let omitted: HashSet<&PointId> = request.omit.iter().collect();
        let has_point = |unit: &Point| {
            let level = request.levels.is_empty() || request.levels.contains(&unit.level);
            level && !omitted.contains(&unit.id)
        };

        // What every unit that takes part has for its room: its own point, or the next one above.
        let mut takes_part: HashMap<&PointId, bool> = HashMap::with_capacity(self.units.len());
        let mut room: HashMap<&PointId, &PointId> = HashMap::new();
        let mut points = Vec::new();
        for unit in self.units.iter().filter(|unit| unit.is_live()).map(|unit| &unit.row) {
            let inherited = unit.parent.as_ref().and_then(|parent| takes_part.get(parent)).copied().unwrap_or(false);
            let part = !excluded.contains(&unit.id) && (inherited || roots.contains(&unit.id));
            takes_part.insert(&unit.id, part);
            let above = unit.parent.as_ref().and_then(|parent| room.get(parent)).copied();
            if unit.id == request.hub || (part && has_point(unit)) {
                points.push(Point { parent: above.cloned(), ..unit.clone() });
                room.insert(&unit.id, &unit.id);
            } else if let Some(above) = above {
                room.insert(&unit.id, above);
            }
        }
        if points.len() > MAX_POINTS {
            return Err(SelectionError::TooMany { what: "points", count: points.len(), max: MAX_POINTS });
        }

        let chosen: HashSet<&PointId> = points.iter().map(|point| &point.id).collect();
        let mut delegates = Vec::new();
        for delegate in self.delegates.iter().filter(|delegate| delegate.is_live()).map(|delegate| &delegate.row) {
            let hub = delegate.unit == request.hub;
            if !hub && !takes_part.get(&delegate.unit).copied().unwrap_or(false) {
                continue;
            }
            let usual = delegate.point.as_ref().filter(|point| chosen.contains(point));
            let own = Some(&delegate.unit).filter(|unit| chosen.contains(unit));
            let gathered = room.get(&delegate.unit).copied().filter(|_| request.gather);
            let Some(point) = usual.or(own).or(gathered) else { continue };
            delegates.push(meeting::Delegate {
                id: delegate.id.clone(),
                name: delegate.name.clone(),
                title: delegate.title.clone(),
                // A meeting knows no units but its points: whoever has none there counts for the room.
                unit: own.unwrap_or(point).clone(),
                point: point.clone(),
            });
        }
        if delegates.len() > MAX_DELEGATES {
            let count = delegates.len();
            return Err(SelectionError::TooMany { what: "delegates", count, max: MAX_DELEGATES });
        }
        let expected: HashSet<&PointId> = delegates.iter().map(|delegate| &delegate.point).collect();
        let counts = SelectionCounts {
            points: points.len(),
            delegates: delegates.len(),
            levels: count_levels(points.iter()),
            points_without_delegates: points.len() - expected.len(),
        };
        Ok(Selection { revision: self.revision, points, delegates, counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::testing::{delegate, province, unit},
        meeting::{Meeting, test_meeting},
    };

    fn request(hub: &str, roots: &[&str]) -> SelectionRequest {
        SelectionRequest {
            hub: hub.parse().unwrap(),
            roots: ids(roots),
            levels: Vec::new(),
            exclude: Vec::new(),
            omit: Vec::new(),
            gather: false,
        }
    }

    fn ids(codes: &[&str]) -> Vec<PointId> {
        codes.iter().map(|code| code.parse().unwrap()).collect()
    }

    fn points(selection: &Selection) -> String {
        let point = |point: &Point| match &point.parent {
            Some(parent) => format!("{}<{parent}", point.id),
            None => point.id.to_string(),
        };
        selection.points.iter().map(point).collect::<Vec<_>>().join(" ")
    }

    fn seats(selection: &Selection) -> String {
        selection.delegates.iter().map(|d| format!("{}@{}", d.id, d.point)).collect::<Vec<_>>().join(" ")
    }

    const PEOPLE: [&str; 4] = ["p:A::08", "d:B::071", "c1:C::02233", "c2:D::02242"];

    /// Levels by the length of the code: 2 the province, 3 a district, 5 a commune. The chairman of 02242 sits in 071.
    fn directory() -> Directory {
        let units = ["08", "070:08", "02200:070", "071:08", "02233:071", "02242:071"].map(|text| {
            let mut unit = unit(text);
            unit.row.level = unit.row.id.as_str().len().to_string();
            unit
        });
        let mut delegates = PEOPLE.map(delegate);
        delegates[3].row.point = Some("071".parse().unwrap());
        Directory::new(3, units.into(), delegates.into())
    }

    #[test]
    fn a_root_brings_all_that_is_below_it_and_the_hub_is_always_there() {
        let selection = directory().select(&request("08", &["071"])).unwrap();
        assert_eq!(points(&selection), "08 071<08 02233<071 02242<071");
        assert_eq!(seats(&selection), "p@08 d@071 c1@02233 c2@071");
        let counts = selection.counts;
        assert_eq!((counts.points, counts.delegates, counts.points_without_delegates), (4, 4, 1));
        assert_eq!(counts.levels.len(), 3);
    }

    #[test]
    fn those_without_a_point_are_bridged_over_and_their_delegates_may_be_gathered_above() {
        let two_tiers = SelectionRequest { levels: vec!["2".to_owned(), "5".to_owned()], ..request("08", &["08"]) };
        let selection = directory().select(&two_tiers).unwrap();
        assert_eq!(points(&selection), "08 02200<08 02233<08 02242<08");
        assert_eq!(seats(&selection), "p@08 c1@02233 c2@02242");
        let gathered = directory().select(&SelectionRequest { gather: true, ..two_tiers }).unwrap();
        assert_eq!(seats(&gathered), "p@08 d@08 c1@02233 c2@02242");

        let omitted = SelectionRequest { omit: ids(&["071", "02233"]), ..request("08", &["08"]) };
        let selection = directory().select(&omitted).unwrap();
        assert_eq!(points(&selection), "08 070<08 02200<070 02242<08");
        assert_eq!(seats(&selection), "p@08 c2@02242");

        let districts = SelectionRequest { levels: vec!["2".to_owned(), "3".to_owned()], ..request("08", &["08"]) };
        let selection = directory().select(&districts).unwrap();
        assert_eq!(seats(&selection), "p@08 d@071 c2@071");
        assert_eq!(selection.delegates[2].unit.as_str(), "071", "a meeting knows no units but its points");
    }

    #[test]
    fn the_nearer_of_a_root_and_an_exclusion_counts() {
        let all_but = |exclude: &[&str], roots: &[&str]| {
            let request = SelectionRequest { exclude: ids(exclude), ..request("08", roots) };
            points(&directory().select(&request).unwrap())
        };
        assert_eq!(all_but(&["071"], &["08"]), "08 070<08 02200<070");
        assert_eq!(all_but(&["071"], &["08", "02233"]), "08 070<08 02200<070 02233<08");
        assert_eq!(all_but(&["071"], &["071"]), "08");
        assert_eq!(all_but(&["08"], &["08"]), "08");
    }

    #[test]
    fn what_is_selected_can_be_held_as_a_meeting() {
        let selection = directory().select(&request("071", &["02233", "070"])).unwrap();
        assert_eq!(points(&selection), "070 02200<070 071 02233<071");
        let meeting = Meeting {
            hub: "071".parse().unwrap(),
            points: selection.points,
            delegates: selection.delegates,
            ..test_meeting()
        };
        assert_eq!(meeting.check(), Ok(()));
    }

    #[test]
    fn what_is_unknown_or_too_much_for_a_meeting_is_told() {
        let unknown = province(&[]).select(&request("08", &["999"])).unwrap_err();
        assert_eq!(unknown.to_string(), "there is no unit 999 in use");
        let list: Vec<String> = (0..=MAX_POINTS).map(|n| format!("x{n}:08")).collect();
        let list: Vec<&str> = std::iter::once("08").chain(list.iter().map(String::as_str)).collect();
        let many = crate::directory::testing::directory(&list, &[]).select(&request("08", &["08"])).unwrap_err();
        assert_eq!(many.to_string(), "2002 points are selected, and a meeting has 2000 at the most");
    }
}
