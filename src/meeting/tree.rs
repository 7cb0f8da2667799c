//! The tree of points: who is above whom. Its depth and the names of its levels are data.

use std::collections::{HashMap, HashSet};

use thiserror::Error;

use super::{Meeting, Point};
use crate::ids::PointId;

/// Why a list of points is no tree of a meeting.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TreeError {
    #[error("the point {0} is listed twice")]
    Duplicate(PointId),
    #[error("the point {point} names the parent {parent}, which is not listed before it")]
    ParentNotBefore { point: PointId, parent: PointId },
    #[error("the hub {0} is not among the points")]
    HubMissing(PointId),
}

impl Meeting {
    /// Refuses a meeting whose points are not a tree in order: a code twice, a child before its parent, no hub.
    pub fn check_tree(&self) -> Result<(), TreeError> {
        let mut listed = HashSet::with_capacity(self.points.len());
        for point in &self.points {
            if let Some(parent) = point.parent.as_ref().filter(|parent| !listed.contains(parent)) {
                return Err(TreeError::ParentNotBefore { point: point.id.clone(), parent: parent.clone() });
            }
            if !listed.insert(&point.id) {
                return Err(TreeError::Duplicate(point.id.clone()));
            }
        }
        if listed.contains(&self.hub) { Ok(()) } else { Err(TreeError::HubMissing(self.hub.clone())) }
    }

    /// The points above a point, its parent first; none for a root and for a point that is not of this meeting.
    pub fn ancestors(&self, id: &PointId) -> impl Iterator<Item = &Point> {
        let parent = |point: &Point| point.parent.as_ref().and_then(|parent| self.point(parent));
        // A tree that was never checked may hold a circle; no way up is longer than the list.
        std::iter::successors(self.point(id).and_then(parent), move |point| parent(point)).take(self.points.len())
    }

    /// The points right below a point, in their order.
    pub fn children(&self, id: &PointId) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(move |point| point.parent.as_ref() == Some(id))
    }

    /// Every point with what is below it right behind it, neighbours in their order: how a list on paper reads.
    pub fn in_tree_order(&self) -> Vec<&Point> {
        let mut below: HashMap<Option<&PointId>, Vec<&Point>> = HashMap::new();
        // From the last to the first, because a stack gives them back the other way round.
        for point in self.points.iter().rev() {
            below.entry(point.parent.as_ref()).or_default().push(point);
        }
        let mut order = Vec::with_capacity(self.points.len());
        let mut next = below.remove(&None).unwrap_or_default();
        while let Some(point) = next.pop() {
            order.push(point);
            next.extend(below.remove(&Some(&point.id)).unwrap_or_default());
        }
        order
    }

    /// The names from the root down to a point; empty for a point that is not of this meeting.
    pub fn path(&self, id: &PointId) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.point(id).into_iter().chain(self.ancestors(id)).map(|p| p.name.as_str()).collect();
        names.reverse();
        names
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        meeting::{Officers, Rules},
    };

    /// A point whose level and room do not matter.
    pub(crate) fn point(id: &str, parent: Option<&str>, name: &str) -> Point {
        Point {
            id: id.parse().unwrap(),
            parent: parent.map(|parent| parent.parse().unwrap()),
            level: "level".to_owned(),
            name: name.to_owned(),
            room: String::new(),
        }
    }

    /// The province, one of its districts, two communes of that; led from the province.
    pub(crate) fn lam_binh() -> Meeting {
        Meeting {
            id: "m".parse().unwrap(),
            number: String::new(),
            title: "Hội nghị".to_owned(),
            zone: "Asia/Ho_Chi_Minh".to_owned(),
            starts_at: Timestamp::from_millis(0),
            hub: "08".parse().unwrap(),
            points: vec![
                point("08", None, "Tỉnh Tuyên Quang"),
                point("071", Some("08"), "Huyện Lâm Bình"),
                point("02233", Some("071"), "Xã Phúc Yên"),
                point("02242", Some("071"), "Xã Xuân Lập"),
            ],
            officers: Officers::default(),
            delegates: Vec::new(),
            agenda: Vec::new(),
            rules: Rules::default(),
        }
    }

    fn names<'a>(points: impl Iterator<Item = &'a Point>) -> Vec<&'a str> {
        points.map(|point| point.name.as_str()).collect()
    }

    #[test]
    fn a_commune_knows_the_way_up() {
        let meeting = lam_binh();
        let commune = "02242".parse().unwrap();
        assert_eq!(names(meeting.ancestors(&commune)), ["Huyện Lâm Bình", "Tỉnh Tuyên Quang"]);
        assert_eq!(meeting.path(&commune), ["Tỉnh Tuyên Quang", "Huyện Lâm Bình", "Xã Xuân Lập"]);
        assert_eq!(names(meeting.children(&"071".parse().unwrap())), ["Xã Phúc Yên", "Xã Xuân Lập"]);
    }

    #[test]
    fn a_list_on_paper_shows_each_point_under_the_one_above_it() {
        let mut meeting = lam_binh();
        meeting.points.push(point("070", Some("08"), "Thành phố Tuyên Quang"));
        meeting.points.push(point("02251", Some("071"), "Xã Khuôn Hà"));
        let order = meeting.in_tree_order();
        let codes: Vec<&str> = order.iter().map(|point| point.id.as_str()).collect();
        assert_eq!(codes, ["08", "071", "02233", "02242", "02251", "070"]);
    }

    #[test]
    fn a_stranger_has_no_way_up() {
        let stranger = "999".parse().unwrap();
        assert_eq!(lam_binh().ancestors(&stranger).count(), 0);
        assert!(lam_binh().path(&stranger).is_empty());
    }

    #[test]
    fn a_circle_in_an_unchecked_tree_does_not_trap_the_walk() {
        let mut meeting = lam_binh();
        meeting.points[0].parent = Some("02242".parse().unwrap());
        assert!(meeting.ancestors(&"02242".parse().unwrap()).count() <= 4);
        assert!(meeting.check_tree().is_err());
    }

    #[test]
    fn a_list_that_is_no_tree_is_refused() {
        assert_eq!(lam_binh().check_tree(), Ok(()));

        let mut twice = lam_binh();
        twice.points.push(point("071", Some("08"), "Lâm Bình lần nữa"));
        assert_eq!(twice.check_tree(), Err(TreeError::Duplicate("071".parse().unwrap())));

        let mut child_first = lam_binh();
        child_first.points.swap(0, 1);
        let error = child_first.check_tree().unwrap_err();
        assert_eq!(error.to_string(), "the point 071 names the parent 08, which is not listed before it");

        let mut headless = lam_binh();
        headless.hub = "999".parse().unwrap();
        assert_eq!(headless.check_tree(), Err(TreeError::HubMissing("999".parse().unwrap())));
    }
}
