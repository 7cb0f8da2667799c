//! The tree in a list: each unit with what is below it right behind it, so that a subtree is a slice.

use std::collections::HashMap;

use super::{Entry, Place};
use crate::{ids::PointId, meeting::Point};

/// The most units of a circle that are told.
const SHOWN_OF_A_CIRCLE: usize = 5;

/// Puts each unit behind the one above it; neighbours stay in their order. Units above which nothing is known, or which
/// stand in a circle, come as roots do.
pub fn in_tree_order(units: Vec<Entry<Point>>) -> Vec<Entry<Point>> {
    let order = {
        let known: HashMap<&PointId, usize> = units.iter().enumerate().map(|(at, unit)| (&unit.row.id, at)).collect();
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
        let mut roots = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            match unit.row.parent.as_ref().and_then(|parent| known.get(parent)) {
                Some(parent) => below[*parent].push(at),
                None => roots.push(at),
            }
        }
        let mut order = Vec::with_capacity(units.len());
        let mut seen = vec![false; units.len()];
        // Those in a circle are reached from no root.
        for start in roots.into_iter().chain(0..units.len()) {
            let mut next = vec![start];
            while let Some(at) = next.pop() {
                if !std::mem::replace(&mut seen[at], true) {
                    order.push(at);
                    next.extend(below[at].iter().rev());
                }
            }
        }
        order
    };
    let mut units: Vec<Option<Entry<Point>>> = units.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| units[at].take()).collect()
}

/// Where each unit of a list in tree order stands.
pub fn places(units: &[Entry<Point>]) -> HashMap<PointId, Place> {
    let mut places: HashMap<PointId, Place> = HashMap::with_capacity(units.len());
    let mut way: Vec<&PointId> = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        while way.last().is_some_and(|above| Some(*above) != unit.row.parent.as_ref()) {
            leave(&mut places, way.pop(), at);
        }
        places.insert(unit.row.id.clone(), Place { at, end: units.len(), depth: way.len() });
        way.push(&unit.row.id);
    }
    places
}

fn leave(places: &mut HashMap<PointId, Place>, unit: Option<&PointId>, end: usize) {
    if let Some(place) = unit.and_then(|unit| places.get_mut(unit)) {
        place.end = end;
    }
}

/// Those of a set of units that stand below themselves, each with the beginning of its way round; `parent` tells what a
/// unit stands under.
pub fn circles<'a>(
    units: impl Iterator<Item = &'a PointId>,
    parent: impl Fn(&PointId) -> Option<&'a PointId>,
) -> Vec<(&'a PointId, Vec<&'a PointId>)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        /// The walk that found it, by its number.
        Met(usize),
        Settled,
    }
    let mut marks: HashMap<&PointId, Mark> = HashMap::new();
    let mut circles = Vec::new();
    for (walk, start) in units.enumerate() {
        let mut way = Vec::new();
        let mut next = Some(start);
        while let Some(unit) = next {
            match marks.get(unit) {
                None => {
                    marks.insert(unit, Mark::Met(walk));
                    way.push(unit);
                    next = parent(unit);
                }
                Some(Mark::Met(of)) if *of == walk => {
                    let round: Vec<&PointId> = way.iter().copied().skip_while(|met| *met != unit).collect();
                    let from = |start: usize, steps: usize| round[(start + steps) % round.len()];
                    let shown = round.len().min(SHOWN_OF_A_CIRCLE);
                    circles.extend(
                        (0..round.len()).map(|at| (round[at], (0..shown).map(|steps| from(at, steps)).collect())),
                    );
                    break;
                }
                Some(_) => break,
            }
        }
        for unit in way {
            marks.insert(unit, Mark::Settled);
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::testing::unit;

    fn codes(units: &[Entry<Point>]) -> Vec<&str> {
        units.iter().map(|unit| unit.row.id.as_str()).collect()
    }

    #[test]
    fn children_come_right_behind_their_parent_wherever_they_stood() {
        let list = ["b:a", "x", "c:b", "a", "d:a", "y:x"].map(unit).into();
        let units = in_tree_order(list);
        assert_eq!(codes(&units), ["x", "y", "a", "b", "c", "d"]);
        let places = places(&units);
        let place = |code: &str| places[&code.parse::<PointId>().unwrap()];
        assert_eq!((place("a").at, place("a").end, place("a").depth), (2, 6, 0));
        assert_eq!((place("b").at, place("b").end, place("c").depth), (3, 5, 2));
        assert_eq!((place("x").end, place("d").end), (2, 6));
    }

    #[test]
    fn nothing_is_lost_where_the_list_is_no_tree() {
        let units = in_tree_order(["a:b", "b:a", "c:nowhere", "d:b"].map(unit).into());
        assert_eq!(units.len(), 4);
        assert_eq!(codes(&units)[0], "c");
        assert_eq!(places(&units).len(), 4);
    }

    #[test]
    fn every_unit_of_a_circle_is_told_its_way_round() {
        let list = ["a:c", "b:a", "c:b", "d:a", "e", "f:f"].map(unit);
        let parent = |id: &PointId| list.iter().find(|unit| unit.row.id == *id)?.row.parent.as_ref();
        let found = circles(list.iter().map(|unit| &unit.row.id), parent);
        let told: Vec<String> = found
            .iter()
            .map(|(unit, way)| format!("{unit}: {}", way.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" ")))
            .collect();
        assert_eq!(told, ["a: a c b", "c: c b a", "b: b a c", "f: f"]);
    }
}
