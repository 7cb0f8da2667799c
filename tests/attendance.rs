//! Who attended, drawn from what real clients did: a second device replaces the first, and the point attended once.

mod support;

use diemcau::{
    clock,
    meeting::{Attendance, DownReason, Event, EventBody},
    papers::{self, Format, Options, TableName},
    report::Report,
};
use livekit_protocol as proto;
use proto::{DisconnectReason, leave_request::Action, signal_request::Message as Request};
use support::{Server, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_device_replaces_the_first_and_the_point_attended_once() {
    let server = Server::start().await;
    let sample = server.sample().await;
    let meeting = server.records.meeting(&sample.meeting).await.expect("readable").expect("there");
    let (point, name, _) = sample.points[1].clone();
    let (room, identity) = (sample.meeting.as_str(), format!("point:{point}"));

    let before = clock::now();
    let mut hub = server.guest(room, "hub").await;
    let mut first = server.guest(room, &identity).await;
    let mut second = server.guest(room, &identity).await;
    let heard = first.until("the farewell", |heard| heard.leave.is_some()).await;
    let leave = heard.leave.expect("heard");
    assert_eq!((leave.action(), leave.reason()), (Action::Disconnect, DisconnectReason::DuplicateIdentity));
    first.until("the close", |heard| heard.closed).await;
    hub.until("the second device", |heard| heard.others.get(&identity).is_some_and(|other| other.sid == second.sid()))
        .await;
    second.request(Request::Leave(proto::LeaveRequest::default())).await;
    second.until("the close", |heard| heard.closed).await;
    hub.until("the departure", |heard| heard.is_gone(&identity)).await;

    let downs = |events: &[Event]| -> Vec<(String, DownReason)> {
        let down = |event: &Event| match &event.body {
            EventBody::LineDown { connection, reason, .. } => Some((connection.to_string(), *reason)),
            _ => None,
        };
        events.iter().filter_map(down).collect()
    };
    let events = eventually("both lines down in the ledger", async || {
        let events = server.records.events(&sample.meeting).await.expect("readable");
        (downs(&events).len() == 2).then_some(events)
    })
    .await;
    assert_eq!(downs(&events), [(first.sid(), DownReason::Replaced), (second.sid(), DownReason::Left)]);

    let now = clock::now();
    let attendance = Attendance::fold(&meeting, &events, now);
    let unit = attendance.point(&point).expect("a point of the meeting");
    assert_eq!((unit.connections, unit.connected), (2, false));
    let (joined, left) = (unit.first_joined().expect("it came"), unit.last_left().expect("it left"));
    assert!(before <= joined && joined <= left && left <= now);
    let gaps: u64 = unit.gaps().map(|gap| gap.millis()).sum();
    assert_eq!(unit.connected_ms() + gaps, left.millis_since(joined), "overlapping devices are counted once");
    assert!(attendance.point(&meeting.hub).expect("a point of the meeting").connected);
    let came = attendance.points.iter().filter(|point| point.connections > 0).count();
    assert_eq!(came, 2);

    let source = server.records.reader().report_source(&sample.meeting).await.expect("readable").expect("there");
    let report = Report::draw(&source, now).expect("a ledger that the server wrote");
    let options = Options { table: Some(TableName::Points), ..Options::default() };
    let csv = papers::render(&report, Format::Csv, &options).expect("into memory").bytes;
    let text = std::str::from_utf8(&csv).expect("UTF-8").trim_start_matches('\u{feff}');
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<_> = table.records().map(|row| row.expect("a row")).filter(|row| row[0] == *point.as_str()).collect();
    assert_eq!(rows.len(), 1, "one attendance, one row");
    assert!(rows[0].iter().any(|cell| cell == name));
    let column = table.headers().expect("headings").iter().position(|heading| heading == "Số lượt kết nối");
    assert_eq!(&rows[0][column.expect("the column")], "2", "two connections");
}
