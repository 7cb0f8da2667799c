//! What a plan must be before it is kept: everything a meeting needs, nothing that papers or pages would choke on.

use std::collections::HashSet;

use jiff::tz::TimeZoneDatabase;
use thiserror::Error;

use super::{AgendaItem, Meeting, Person, TreeError};
use crate::ids::{AgendaItemId, DelegateId, PointId};

/// The most of each thing that one meeting holds.
pub const MAX_POINTS: usize = 2_000;
pub const MAX_DELEGATES: usize = 20_000;
pub const MAX_AGENDA: usize = 200;
/// The most documents of one agenda item.
pub const MAX_DOCUMENTS: usize = 50;
/// The longest text of a name, a title, a subject; in bytes.
pub const MAX_TEXT_BYTES: usize = 1_000;
/// The longest telephone number, with what is written around it; in bytes.
pub const MAX_PHONE_BYTES: usize = 100;
/// The longest address of a document, in bytes.
pub const MAX_LINK_BYTES: usize = 2_000;
/// The longest time planned for an agenda item, and the longest grace before somebody is late: a day.
pub const MAX_MINUTES: u32 = 24 * 60;

/// Why a meeting cannot be set up like this. `field` is the path in the plan's JSON, such as `agenda[0].title`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("{field} is missing")]
    Empty { field: String },
    #[error("{field} is longer than {max} bytes")]
    TooLong { field: String, max: usize },
    #[error("{field} has control characters in it")]
    Unprintable { field: String },
    #[error("there are more than {max} {what}")]
    TooMany { what: &'static str, max: usize },
    #[error("{field} is {value}, and must be {least} to {most}")]
    OutOfRange { field: String, value: u32, least: u32, most: u32 },
    #[error("there is no time zone {0:?}")]
    UnknownZone(String),
    #[error("{field} is no link: it begins with http:// or https://, or is a path on this site that begins with /")]
    NoLink { field: String },
    #[error("the delegate {0} is listed twice")]
    DelegateTwice(DelegateId),
    #[error("the agenda item {0} is listed twice")]
    ItemTwice(AgendaItemId),
    #[error("{field} names the point {point}, which is not invited")]
    NotInvited { field: String, point: PointId },
}

impl Meeting {
    /// Refuses what cannot be held: a list of points that is no tree, texts missing or too long, numbers out of range,
    /// an unknown time zone, somebody expected at a point that is not invited, links that lead nowhere.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), PlanError> {
        optional("number", &self.number)?;
        required("title", &self.title)?;
        // The bundled time zones, so that the same plan passes on every machine.
        if TimeZoneDatabase::bundled().get(&self.zone).is_err() {
            return Err(PlanError::UnknownZone(self.zone.chars().take(64).collect()));
        }
        for (seat, officer) in [
            ("chair", &self.officers.chair),
            ("secretary", &self.officers.secretary),
            ("technician", &self.officers.technician),
        ] {
            officer.as_ref().map_or(Ok(()), |person| check_person(&format!("officers.{seat}"), person))?;
        }
        self.check_points()?;
        let invited: HashSet<&PointId> = self.points.iter().map(|point| &point.id).collect();
        self.check_delegates(&invited)?;
        self.check_agenda(&invited)?;
        range("rules.lateAfterMinutes", self.rules.late_after_minutes, 0, MAX_MINUTES)?;
        self.rules.quorum.map_or(Ok(()), |quorum| range("rules.quorum.percent", quorum.percent.into(), 1, 100))
    }

    fn check_points(&self) -> Result<(), PlanError> {
        few("points", self.points.len(), MAX_POINTS)?;
        for (index, point) in self.points.iter().enumerate() {
            required(&format!("points[{index}].name"), &point.name)?;
            optional(&format!("points[{index}].level"), &point.level)?;
            optional(&format!("points[{index}].room"), &point.room)?;
        }
        Ok(self.check_tree()?)
    }

    fn check_delegates(&self, invited: &HashSet<&PointId>) -> Result<(), PlanError> {
        few("delegates", self.delegates.len(), MAX_DELEGATES)?;
        let mut listed = HashSet::with_capacity(self.delegates.len());
        for (index, delegate) in self.delegates.iter().enumerate() {
            required(&format!("delegates[{index}].name"), &delegate.name)?;
            optional(&format!("delegates[{index}].title"), &delegate.title)?;
            // The unit may be one that is no point itself: communes whose chairmen sit in their district's room.
            among(invited, || format!("delegates[{index}].point"), &delegate.point)?;
            if !listed.insert(&delegate.id) {
                return Err(PlanError::DelegateTwice(delegate.id.clone()));
            }
        }
        Ok(())
    }

    fn check_agenda(&self, invited: &HashSet<&PointId>) -> Result<(), PlanError> {
        few("agenda items", self.agenda.len(), MAX_AGENDA)?;
        let mut listed = HashSet::with_capacity(self.agenda.len());
        for (index, item) in self.agenda.iter().enumerate() {
            check_item(&format!("agenda[{index}]"), item, invited)?;
            if !listed.insert(item.id) {
                return Err(PlanError::ItemTwice(item.id));
            }
        }
        Ok(())
    }
}

fn check_item(place: &str, item: &AgendaItem, invited: &HashSet<&PointId>) -> Result<(), PlanError> {
    required(&format!("{place}.title"), &item.title)?;
    optional(&format!("{place}.presenter"), &item.presenter)?;
    if let Some(point) = &item.point {
        among(invited, || format!("{place}.point"), point)?;
    }
    range(&format!("{place}.minutes"), item.minutes, 0, MAX_MINUTES)?;
    few("documents of one agenda item", item.documents.len(), MAX_DOCUMENTS)?;
    for (index, document) in item.documents.iter().enumerate() {
        required(&format!("{place}.documents[{index}].title"), &document.title)?;
        let field = format!("{place}.documents[{index}].link");
        short(&field, &document.link, MAX_LINK_BYTES)?;
        if !document.link.is_empty() && !is_link(&document.link) {
            return Err(PlanError::NoLink { field });
        }
    }
    Ok(())
}

fn check_person(place: &str, person: &Person) -> Result<(), PlanError> {
    required(&format!("{place}.name"), &person.name)?;
    optional(&format!("{place}.title"), &person.title)?;
    short(&format!("{place}.phone"), &person.phone, MAX_PHONE_BYTES)
}

/// Whether a text holds characters that neither paper nor page can show. Lines may be broken.
pub(super) fn is_unprintable(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

/// Whether a browser that follows it stays on the web: no other scheme, and no other site by a path (`//site`, `/\site`).
fn is_link(link: &str) -> bool {
    if link.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return false;
    }
    let after = |scheme: &str| {
        let head = link.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &link[scheme.len()..])
    };
    match after("https://").or_else(|| after("http://")) {
        Some(rest) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            // Whatever stands before an `@` only looks like the host.
            !host.is_empty() && !host.starts_with(':') && !host.contains('@')
        }
        None => link.starts_with('/') && !link.starts_with("//"),
    }
}

fn required(field: &str, text: &str) -> Result<(), PlanError> {
    if text.trim().is_empty() {
        return Err(PlanError::Empty { field: field.to_owned() });
    }
    optional(field, text)
}

fn optional(field: &str, text: &str) -> Result<(), PlanError> {
    short(field, text, MAX_TEXT_BYTES)
}

fn short(field: &str, text: &str, max: usize) -> Result<(), PlanError> {
    if text.len() > max {
        return Err(PlanError::TooLong { field: field.to_owned(), max });
    }
    if is_unprintable(text) {
        return Err(PlanError::Unprintable { field: field.to_owned() });
    }
    Ok(())
}

fn few(what: &'static str, count: usize, max: usize) -> Result<(), PlanError> {
    if count > max { Err(PlanError::TooMany { what, max }) } else { Ok(()) }
}

fn range(field: &str, value: u32, least: u32, most: u32) -> Result<(), PlanError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(PlanError::OutOfRange { field: field.to_owned(), value, least, most })
}

fn among(invited: &HashSet<&PointId>, field: impl FnOnce() -> String, point: &PointId) -> Result<(), PlanError> {
    if invited.contains(point) {
        return Ok(());
    }
    Err(PlanError::NotInvited { field: field(), point: point.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meeting::{AgendaKind, Delegate, Document, Electorate, Officers, Point, Quorum, test_meeting};

    /// A plan with something of everything.
    fn plan() -> Meeting {
        let person = |name: &str| {
            Some(Person {
                name: name.to_owned(),
                title: "Chánh Văn phòng".to_owned(),
                phone: "0207 3822 000".to_owned(),
            })
        };
        let document = |link: &str| Document { title: "Nghị quyết 76/NQ-CP".to_owned(), link: link.to_owned() };
        let mut meeting = Meeting {
            number: "125/GM-UBND".to_owned(),
            officers: Officers { chair: person("An"), secretary: person("Bình"), technician: person("Cường") },
            delegates: vec![Delegate {
                id: "d1".parse().unwrap(),
                name: "Ma Thị Bình".to_owned(),
                title: "Chủ tịch xã".to_owned(),
                // A commune that is no point.
                unit: "02260".parse().unwrap(),
                point: "071".parse().unwrap(),
            }],
            agenda: vec![AgendaItem {
                id: AgendaItemId(1),
                kind: AgendaKind::Report,
                title: "Báo cáo".to_owned(),
                presenter: "Sở Nội vụ".to_owned(),
                point: Some("08".parse().unwrap()),
                minutes: MAX_MINUTES,
                documents: vec![
                    document(""),
                    document("/tai-lieu/76.pdf"),
                    document("https://vanban.chinhphu.vn/?docid=1#p"),
                ],
            }],
            ..test_meeting()
        };
        meeting.rules.quorum = Some(Quorum { of: Electorate::Units, percent: 100 });
        meeting
    }

    /// What is said of a plan that was changed.
    fn said(change: impl FnOnce(&mut Meeting)) -> String {
        let mut meeting = plan();
        change(&mut meeting);
        meeting.check().expect_err("it is refused").to_string()
    }

    fn long() -> String {
        "x".repeat(MAX_TEXT_BYTES + 1)
    }

    #[test]
    fn a_plan_with_everything_passes_and_so_does_one_with_the_least() {
        assert_eq!(plan().check(), Ok(()));
        assert_eq!(test_meeting().check(), Ok(()));
    }

    #[test]
    fn a_text_that_is_missing_is_named() {
        assert_eq!(said(|plan| plan.title = " ".to_owned()), "title is missing");
        assert_eq!(said(|plan| plan.points[2].name.clear()), "points[2].name is missing");
        assert_eq!(said(|plan| plan.delegates[0].name.clear()), "delegates[0].name is missing");
        assert_eq!(said(|plan| plan.agenda[0].title.clear()), "agenda[0].title is missing");
        assert_eq!(said(|plan| plan.agenda[0].documents[1].title.clear()), "agenda[0].documents[1].title is missing");
        let nameless = |plan: &mut Meeting| plan.officers.secretary.as_mut().unwrap().name.clear();
        assert_eq!(said(nameless), "officers.secretary.name is missing");
    }

    #[test]
    fn a_text_that_is_too_long_is_named() {
        assert_eq!(said(|plan| plan.number = long()), "number is longer than 1000 bytes");
        assert_eq!(said(|plan| plan.title = long()), "title is longer than 1000 bytes");
        assert_eq!(said(|plan| plan.points[0].name = long()), "points[0].name is longer than 1000 bytes");
        assert_eq!(said(|plan| plan.points[0].level = long()), "points[0].level is longer than 1000 bytes");
        assert_eq!(said(|plan| plan.points[0].room = long()), "points[0].room is longer than 1000 bytes");
        assert_eq!(said(|plan| plan.delegates[0].title = long()), "delegates[0].title is longer than 1000 bytes");
        assert_eq!(said(|plan| plan.agenda[0].presenter = long()), "agenda[0].presenter is longer than 1000 bytes");
        let link = "agenda[0].documents[2].link is longer than 2000 bytes";
        assert_eq!(said(|plan| plan.agenda[0].documents[2].link.extend(["x"; MAX_LINK_BYTES])), link);
        let title = |plan: &mut Meeting| plan.officers.chair.as_mut().unwrap().title = long();
        assert_eq!(said(title), "officers.chair.title is longer than 1000 bytes");
        let phone =
            |plan: &mut Meeting| plan.officers.technician.as_mut().unwrap().phone = "0".repeat(MAX_PHONE_BYTES + 1);
        assert_eq!(said(phone), "officers.technician.phone is longer than 100 bytes");
    }

    #[test]
    fn what_no_paper_can_print_is_refused() {
        assert_eq!(said(|plan| plan.title = "Hội\u{0}nghị".to_owned()), "title has control characters in it");
        let mut two_lines = plan();
        two_lines.title = "Hội nghị\ntrực tuyến".to_owned();
        assert_eq!(two_lines.check(), Ok(()));
    }

    #[test]
    fn more_than_a_meeting_holds_is_refused() {
        let points = |plan: &mut Meeting| {
            let more =
                (0..MAX_POINTS).map(|n| Point { id: format!("p{n}").parse().unwrap(), ..plan.points[0].clone() });
            plan.points.extend(more.collect::<Vec<_>>());
        };
        assert_eq!(said(points), "there are more than 2000 points");
        let delegates = |plan: &mut Meeting| {
            let one = plan.delegates[0].clone();
            plan.delegates
                .extend((0..MAX_DELEGATES).map(|n| Delegate { id: format!("x{n}").parse().unwrap(), ..one.clone() }));
        };
        assert_eq!(said(delegates), "there are more than 20000 delegates");
        let items = |plan: &mut Meeting| plan.agenda = vec![plan.agenda[0].clone(); MAX_AGENDA + 1];
        assert_eq!(said(items), "there are more than 200 agenda items");
        let documents = |plan: &mut Meeting| {
            plan.agenda[0].documents = vec![plan.agenda[0].documents[0].clone(); MAX_DOCUMENTS + 1];
        };
        assert_eq!(said(documents), "there are more than 50 documents of one agenda item");
    }

    #[test]
    fn a_number_out_of_its_range_is_named() {
        let minutes = "agenda[0].minutes is 1441, and must be 0 to 1440";
        assert_eq!(said(|plan| plan.agenda[0].minutes = 1441), minutes);
        let late = "rules.lateAfterMinutes is 1441, and must be 0 to 1440";
        assert_eq!(said(|plan| plan.rules.late_after_minutes = 1441), late);
        for percent in [0, 101] {
            let quorum = |plan: &mut Meeting| plan.rules.quorum = Some(Quorum { of: Electorate::Delegates, percent });
            assert_eq!(said(quorum), format!("rules.quorum.percent is {percent}, and must be 1 to 100"));
        }
    }

    #[test]
    fn a_time_zone_that_nobody_knows_is_refused() {
        for zone in ["", "Asia/Tuyen_Quang", "../../etc/passwd", "+07:00"] {
            assert_eq!(said(|plan| plan.zone = zone.to_owned()), format!("there is no time zone {zone:?}"));
        }
    }

    #[test]
    fn whatever_happens_at_a_point_happens_at_one_that_is_invited() {
        let point = || "999".parse().unwrap();
        let expected = "delegates[0].point names the point 999, which is not invited";
        assert_eq!(said(|plan| plan.delegates[0].point = point()), expected);
        let expected = "agenda[0].point names the point 999, which is not invited";
        assert_eq!(said(|plan| plan.agenda[0].point = Some(point())), expected);
        assert_eq!(said(|plan| plan.hub = point()), "the hub 999 is not among the points");
    }

    #[test]
    fn what_is_listed_twice_is_refused() {
        let delegate = |plan: &mut Meeting| plan.delegates.push(plan.delegates[0].clone());
        assert_eq!(said(delegate), "the delegate d1 is listed twice");
        let item = |plan: &mut Meeting| plan.agenda.push(plan.agenda[0].clone());
        assert_eq!(said(item), "the agenda item 1 is listed twice");
        let point = |plan: &mut Meeting| plan.points.push(plan.points[1].clone());
        assert_eq!(said(point), "the point 071 is listed twice");
    }

    #[test]
    fn a_link_leads_to_the_web_or_to_this_site() {
        for good in ["http://a", "HTTPS://a.vn/b?c#d", "/tai-lieu/1.pdf", "/", "https://a:8443/"] {
            assert!(is_link(good), "{good}");
        }
        let bad = [
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a",
            "a.pdf",
            "//a.vn",
            "/\\a.vn",
            "\\\\a",
            "https://",
            "https:///a",
            "https://gov.vn@evil.example/",
            "https://:1",
            " /a",
            "/a b",
            "http:/a",
            "/a\u{0}",
        ];
        for bad in bad {
            assert!(!is_link(bad), "{bad}");
            let expected = "agenda[0].documents[1].link";
            assert!(said(|plan| plan.agenda[0].documents[1].link = bad.to_owned()).starts_with(expected), "{bad}");
        }
    }
}
