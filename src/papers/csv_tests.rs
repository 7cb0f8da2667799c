//! CSV as a spreadsheet reads it: what comes back cell by cell, whatever the names and whenever it was.

use std::sync::Arc;

use expect_test::expect;
use proptest::prelude::*;

use super::{Format, Options, TableName, render};
use crate::{
    clock::Timestamp,
    meeting::{Actor, Delegate, DownReason, Event, EventBody, Meeting, Place, test_meeting},
    report::{
        Report, Source,
        fixture::{first_plan, plan_ref, report},
    },
};

/// Stays of the hub's room, each on a line of its own, in UTC.
fn with_stays(meeting: Meeting, stays: &[(&str, &str)], now: &str) -> Report {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let mut events = Vec::new();
    let mut push = |at: Timestamp, body: EventBody| {
        events.push(Event { seq: events.len() as u64 + 1, at, actor: Actor::System, body });
    };
    for (number, (start, end)) in stays.iter().enumerate() {
        let (place, connection) = (Place::Hub, number.to_string().parse().unwrap());
        push(at(start), EventBody::LineUp { place, connection, device: "Chrome".to_owned() });
        let (place, connection) = (Place::Hub, number.to_string().parse().unwrap());
        let (reason, last_heard) = (DownReason::Left, at(end));
        push(at(end), EventBody::LineDown { place, connection, reason, last_heard });
    }
    let plans = vec![(Arc::new(meeting), plan_ref(1))];
    let source = Source { node: "N-1".parse().unwrap(), plans, events, heads: Vec::new() };
    Report::draw(&source, at(now)).unwrap()
}

/// The cells of a table, the headings first.
fn cells(report: &Report, table: TableName) -> Vec<Vec<String>> {
    let options = Options { table: Some(table), ..Options::default() };
    let bytes = render(report, Format::Csv, &options).unwrap().bytes;
    let text = String::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Some columns of the table of points, of those that came, with the headings.
fn points(report: &Report, wanted: &[&str]) -> String {
    let rows = cells(report, TableName::Points);
    let columns: Vec<usize> =
        wanted.iter().map(|name| rows[0].iter().position(|heading| heading.starts_with(name)).unwrap()).collect();
    let connections = rows[0].iter().position(|heading| heading == "Số lượt kết nối").unwrap();
    let line = |row: &Vec<String>| columns.iter().map(|column| row[*column].as_str()).collect::<Vec<_>>().join(" | ");
    rows.iter().filter(|row| row[connections] != "0").map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_line_of_a_file_ends_as_the_rfc_has_it() {
    let options = Options { table: Some(TableName::Points), ..Options::default() };
    let text = String::from_utf8(render(&report(), Format::Csv, &options).unwrap().bytes).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.ends_with("\r\n") && !text.contains("sep="));
}

#[test]
fn a_stay_longer_than_a_day_does_not_start_over() {
    let report =
        with_stays(test_meeting(), &[("2021-10-19T00:00:00Z", "2021-10-20T06:07:08Z")], "2021-10-21T00:00:00Z");
    expect![[r#"
        Mã | Tổng thời gian kết nối
        08 | 30:07:08"#]]
    .assert_eq(&points(&report, &["Mã", "Tổng thời gian kết nối"]));
}

#[test]
fn the_hour_that_comes_twice_in_autumn_is_told_apart() {
    let meeting = Meeting { zone: "Europe/Berlin".to_owned(), ..test_meeting() };
    let stays = [("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"), ("2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z")];
    let report = with_stays(meeting, &stays, "2026-10-25T03:00:00Z");
    expect![[r#"
        Kết nối lần đầu (UTC+01:00/UTC+02:00) | Rời lần cuối (UTC+01:00/UTC+02:00) | Tổng thời gian kết nối
        2026-10-25 02:00:00+02:00 | 2026-10-25 03:00:00+01:00 | 1:00:00"#]]
    .assert_eq(&points(&report, &["Kết nối lần đầu", "Rời lần cuối", "Tổng thời gian kết nối"]));
    let gaps = cells(&report, TableName::Interruptions);
    assert_eq!(gaps[1][2..], ["2026-10-25 02:30:00+02:00", "2026-10-25 02:30:00+01:00", "1:00:00"]);
}

#[test]
fn the_hour_that_is_left_out_in_spring_is_not_counted() {
    // A plan of that spring: the start counts among what is told.
    let starts_at = "2026-03-29T00:30:00Z".parse().unwrap();
    let meeting = Meeting { zone: "Europe/Berlin".to_owned(), starts_at, ..test_meeting() };
    let report = with_stays(meeting, &[("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")], "2026-03-29T02:00:00Z");
    expect![[r#"
        Kết nối lần đầu (UTC+01:00/UTC+02:00) | Rời lần cuối (UTC+01:00/UTC+02:00) | Tổng thời gian kết nối
        2026-03-29 01:30:00+01:00 | 2026-03-29 03:30:00+02:00 | 1:00:00"#]]
    .assert_eq(&points(&report, &["Kết nối lần đầu", "Rời lần cuối", "Tổng thời gian kết nối"]));
}

#[test]
fn an_interruption_over_midnight_names_both_days() {
    let stays = [("2021-10-19T16:00:00Z", "2021-10-19T16:59:00Z"), ("2021-10-19T17:01:00Z", "2021-10-19T18:00:00Z")];
    let meeting = Meeting { starts_at: "2021-10-19T15:00:00Z".parse().unwrap(), ..test_meeting() };
    let gaps = cells(&with_stays(meeting, &stays, "2021-10-19T19:00:00Z"), TableName::Interruptions);
    assert_eq!(gaps[1][2..], ["2021-10-19 23:59:00", "2021-10-20 00:01:00", "0:02:00"]);
}

/// Names as they come and as somebody means harm by them: what is written, and what is read back.
pub const NAMES: [(&str, &str); 12] = [
    ("Nguyễn Thị Ỡm Ờ, Đặng Ữ Ỹ", "Nguyễn Thị Ỡm Ờ, Đặng Ữ Ỹ"),
    ("Phòng \"họp\" số 1", "Phòng \"họp\" số 1"),
    ("hai\ndòng", "hai\ndòng"),
    ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
    ("+84 912", "'+84 912"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("＝1+1", "'＝1+1"),
    ("\tx", "'\tx"),
    ("\u{202e}từ phải sang trái\u{202c}", "\u{202e}từ phải sang trái\u{202c}"),
    ("'tự nó", "'tự nó"),
    ("a;b,c\u{a0}d", "a;b,c\u{a0}d"),
];

#[test]
fn names_come_back_whole_and_none_is_a_formula() {
    for (name, cell) in NAMES {
        let mut plan = first_plan();
        plan.points[1].name = name.to_owned();
        plan.delegates[2].name = name.to_owned();
        let report = with_stays(plan, &[], "2021-10-19T00:00:00Z");
        assert_eq!(cells(&report, TableName::Points)[2][2], cell);
        assert_eq!(cells(&report, TableName::Rooms)[3][2], cell, "as the unit above another");
        assert!(cells(&report, TableName::Delegates).iter().any(|row| row[1] == cell), "{name}");
    }
}

/// Every letter of Vietnamese, composed of its parts: some systems send them so.
pub fn letters() -> String {
    let marks = ["", "\u{300}", "\u{301}", "\u{309}", "\u{303}", "\u{323}"];
    let letters = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯYđĐ".chars();
    letters.flat_map(|letter| marks.map(|mark| format!("{letter}{mark}"))).collect()
}

/// A meeting in which everybody and every room has an awkward name.
pub fn awkward() -> Report {
    let mut names: Vec<String> = NAMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.extend([letters(), "Ệ".repeat(200), "Nguyễn ".repeat(28)]);
    let mut plan = first_plan();
    let (mut delegates, mut points) = (names.iter().cycle(), names.iter().rev().cycle());
    let somebody = plan.delegates[0].clone();
    plan.delegates = (0..names.len())
        .map(|number| Delegate { id: format!("d{number}").parse().unwrap(), ..somebody.clone() })
        .collect();
    for delegate in &mut plan.delegates {
        (delegate.name, delegate.title) = (delegates.next().unwrap().clone(), delegates.next().unwrap().clone());
    }
    for point in &mut plan.points {
        (point.name, point.room) = (points.next().unwrap().clone(), points.next().unwrap().clone());
    }
    plan.title = names.concat();
    let stays = [("2021-10-19T00:00:00Z", "2021-10-20T06:07:08Z"), ("2021-10-20T07:00:00Z", "2021-10-20T08:00:00Z")];
    with_stays(plan, &stays, "2021-10-21T00:00:00Z")
}

#[test]
fn every_letter_of_vietnamese_and_two_hundred_of_them_come_back() {
    for name in [letters(), "Ệ".repeat(200)] {
        let mut plan = first_plan();
        plan.delegates[0].name = name.clone();
        let report = with_stays(plan, &[], "2021-10-19T00:00:00Z");
        assert_eq!(cells(&report, TableName::Delegates)[1][1], name);
    }
}

proptest! {
    #[test]
    fn whatever_a_name_is_the_table_keeps_its_shape(name in "\\PC{0,40}|[=+@\"',;\r\n\t-]{0,20}") {
        let mut plan = first_plan();
        plan.points[1].name = name.clone();
        let report = with_stays(plan, &[], "2021-10-19T00:00:00Z");
        let rows = cells(&report, TableName::Points);
        prop_assert!(rows.iter().all(|row| row.len() == rows[0].len()));
        prop_assert_eq!(crate::spreadsheet::unescape(&rows[2][2]), name);
    }
}
