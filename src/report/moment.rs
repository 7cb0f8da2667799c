//! Instants as the clocks on the walls of the meeting showed them.

use std::fmt;

use jiff::{
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

use super::ReportError;
use crate::clock::Timestamp;

/// An instant together with the offset from UTC that the meeting's zone had then, so that no hour is told twice when
/// clocks are changed. Its text is RFC 3339 with that offset: `2021-10-19T08:02:11+07:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    at: Timestamp,
    offset_s: i32,
}

impl Moment {
    pub fn instant(self) -> Timestamp {
        self.at
    }

    /// The instant as the calendar's library knows it.
    pub fn timestamp(self) -> jiff::Timestamp {
        instant(self.at)
    }

    /// The date and the time of the day at the meeting.
    pub fn local(self) -> DateTime {
        self.offset().to_datetime(instant(self.at))
    }

    /// East of Greenwich it is positive.
    pub fn offset(self) -> Offset {
        // It was an offset before.
        Offset::from_seconds(self.offset_s).unwrap_or(Offset::UTC)
    }

    /// Milliseconds from `earlier` to `self`; zero when `earlier` is later.
    pub fn millis_since(self, earlier: Moment) -> u64 {
        self.at.millis_since(earlier.at)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        instant(self.at).display_with_offset(self.offset()).fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("An instant, with the offset from UTC that the meeting's zone had then."))
            .examples(["2021-10-19T08:02:11+07:00"])
            .into()
    }
}

impl ToSchema for Moment {}

/// From one instant to another; `from <= to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Interval {
    pub from: Moment,
    pub to: Moment,
}

impl Interval {
    pub fn millis(self) -> u64 {
        self.to.millis_since(self.from)
    }

    /// How much of it lies within another.
    pub fn millis_within(self, other: Interval) -> u64 {
        self.to.min(other.to).millis_since(self.from.max(other.from))
    }
}

/// The time zone of a meeting.
pub struct Zone(TimeZone);

impl Zone {
    /// # Errors
    /// When there is no zone of this IANA name.
    pub fn named(name: &str) -> Result<Zone, ReportError> {
        TimeZone::get(name).map(Zone).map_err(|source| ReportError::Zone { zone: name.to_owned(), source })
    }

    pub fn moment(&self, at: Timestamp) -> Moment {
        Moment { at, offset_s: self.0.to_offset(instant(at)).seconds() }
    }
}

/// Whether a calendar has such an instant; see [`instant`].
pub(super) fn is_in_the_calendar(at: Timestamp) -> bool {
    jiff::Timestamp::from_millisecond(at.as_millis()).is_ok()
}

/// An instant as the calendar knows it. What lies outside the years -9999 to 9999 is refused before it comes here.
fn instant(at: Timestamp) -> jiff::Timestamp {
    let (first, last) = (jiff::Timestamp::MIN.as_millisecond(), jiff::Timestamp::MAX.as_millisecond());
    jiff::Timestamp::from_millisecond(at.as_millis().clamp(first, last)).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(zone: &str, utc: &str) -> Moment {
        Zone::named(zone).unwrap().moment(utc.parse().unwrap())
    }

    #[test]
    fn an_instant_is_told_by_the_clocks_of_the_place() {
        let moment = moment("Asia/Ho_Chi_Minh", "2021-10-19T01:02:11.900Z");
        assert_eq!(moment.to_string(), "2021-10-19T08:02:11.9+07:00");
        assert_eq!(moment.local().to_string(), "2021-10-19T08:02:11.9");
    }

    #[test]
    fn the_hour_that_comes_twice_in_autumn_is_told_apart_and_counted() {
        let (before, after) =
            (moment("Europe/Berlin", "2026-10-25T00:30:00Z"), moment("Europe/Berlin", "2026-10-25T01:30:00Z"));
        assert_eq!(before.local(), after.local());
        assert_eq!(
            (before.to_string(), after.to_string()),
            ("2026-10-25T02:30:00+02:00".to_owned(), "2026-10-25T02:30:00+01:00".to_owned())
        );
        assert_eq!(Interval { from: before, to: after }.millis(), 3_600_000);
    }

    #[test]
    fn what_no_calendar_has_is_told_apart_and_does_not_panic() {
        for millis in [i64::MIN, i64::MAX] {
            let at = Timestamp::from_millis(millis);
            assert!(!is_in_the_calendar(at));
            assert!(!Zone::named("Asia/Ho_Chi_Minh").unwrap().moment(at).to_string().is_empty());
        }
        assert!(is_in_the_calendar(Timestamp::from_millis(0)));
    }

    #[test]
    fn an_unknown_zone_is_an_error_that_names_it() {
        let error = Zone::named("Asia/Atlantis").err().unwrap();
        assert!(error.to_string().contains("Asia/Atlantis"), "{error}");
    }
}
