//! A report in its numbers alone: what the meetings of one body are compared by. It names no person.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Moment, Report, Totals, UnitRow};
use crate::ids::MeetingId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Glance {
    pub meeting: MeetingId,
    /// The number of the invitation letter; may be empty.
    pub number: String,
    pub title: String,
    /// As planned.
    pub starts_at: Moment,
    pub opened: Option<Moment>,
    /// From the opening to the close.
    pub open_ms: Option<u64>,
    /// Points in the report, and how many of them connected at all.
    pub points: u32,
    pub points_that_came: u32,
    pub total: Totals,
    pub units: Vec<UnitRow>,
}

impl Report {
    pub fn glance(&self) -> Glance {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Glance {
            meeting: self.meeting.id.clone(),
            number: self.meeting.number.clone(),
            title: self.meeting.title.clone(),
            starts_at: self.meeting.starts_at,
            opened: self.life.opened.as_ref().map(|act| act.at),
            open_ms: self.life.open_ms,
            points: count(self.points.len()),
            points_that_came: count(self.points.iter().filter(|row| !row.line.stays.is_empty()).count()),
            total: self.total,
            units: self.units.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::report::fixture::report;

    #[test]
    fn a_glance_has_the_numbers_of_the_report_and_nobodys_name() {
        let (report, glance) = (report(), report().glance());
        assert_eq!((glance.points, glance.points_that_came), (5, 4));
        assert_eq!(glance.total, report.total);
        let text = serde_json::to_string(&glance).unwrap();
        assert!(report.delegates.iter().all(|row| !text.contains(&row.name)), "{text}");
    }
}
