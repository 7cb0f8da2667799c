//! A media worker dies: its clients are sent to come back, a new one has its port, and everybody else notices nothing.

mod support;

use std::time::Duration;

use diemcau::{
    clock,
    media::MediaKind,
    meeting::{Attendance, DownReason, EventBody},
};
use livekit_protocol as proto;
use proto::{leave_request::Action, signal_request::Message as Request, simulate_scenario::Scenario};
use support::{DEADLINE, Server, eventually, guest::Guest};

/// Joins as the SDKs do, again and again: nobody can while the worker is being replaced.
async fn comes_back(server: &Server, room: &str, identity: &str) -> Guest {
    let joined = async || server.try_join(room, identity, true).await.ok();
    let mut guest = Guest::new(eventually("the worker's replacement", joined).await);
    guest.until("media and data", |heard| heard.connected && heard.data_open).await;
    guest
}

async fn two_on_each_worker(server: &Server) {
    let peers = || server.hub.media_snapshots().iter().map(|snapshot| snapshot.peers).collect::<Vec<_>>();
    eventually("two peers on each worker", async || (peers() == [2, 2]).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_meeting_of_a_dead_worker_comes_back_and_the_other_room_notices_nothing() {
    let server = Server::with_workers(2, Vec::new()).await;
    let sample = server.sample().await;
    let meeting = server.records.meeting(&sample.meeting).await.expect("readable").expect("there");
    let point = sample.points[1].0.clone();
    let room = sample.meeting.as_str();
    let seats = ["hub".to_owned(), format!("point:{point}")];

    let mut hub = server.guest(room, &seats[0]).await;
    let mut unit = server.guest(room, &seats[1]).await;
    hub.play(MediaKind::Audio).await;
    hub.count();
    unit.goes_on("hub").await;
    // The second room is on the second worker, which has less to do.
    let mut alice = server.guest("elsewhere", "alice").await;
    let mut bob = server.guest("elsewhere", "bob").await;
    alice.play(MediaKind::Audio).await;
    alice.play(MediaKind::Video).await;
    alice.count();
    bob.until("both tracks", |heard| heard.tracks.len() == 2).await;
    bob.goes_on("alice").await;
    two_on_each_worker(&server).await;
    let ports = server.hub.media_addresses();

    let scenario = Some(Scenario::NodeFailure(true));
    unit.request(Request::Simulate(proto::SimulateScenario { scenario })).await;
    for guest in [&mut hub, &mut unit] {
        let heard = guest.until("the farewell", |heard| heard.leave.is_some()).await;
        assert_eq!(heard.leave.expect("heard").action(), Action::Reconnect);
        guest.until("the close", |heard| heard.closed).await;
    }
    let first_stays = [hub.sid(), unit.sid()];
    let mut hub = comes_back(&server, room, &seats[0]).await;
    let mut unit = comes_back(&server, room, &seats[1]).await;
    hub.play(MediaKind::Audio).await;
    hub.count();
    unit.goes_on("hub").await;
    assert_eq!(server.hub.media_addresses(), ports);
    two_on_each_worker(&server).await;

    // The other room has not lost a packet.
    bob.goes_on("alice").await;
    for guest in [&alice, &bob] {
        let heard = guest.heard();
        assert!(heard.leave.is_none() && !heard.closed);
    }

    // The ledger: both lines up, both down by the media's failure, both up again.
    let events = server.records.events(&sample.meeting).await.expect("readable");
    let second_stays = [hub.sid(), unit.sid()];
    let line = |body: &EventBody| match body {
        EventBody::LineUp { connection, .. } => Some((connection.to_string(), None)),
        EventBody::LineDown { connection, reason, .. } => Some((connection.to_string(), Some(*reason))),
        EventBody::Recovered { .. } => panic!("the server did not die"),
        _ => None,
    };
    let lines: Vec<_> = events.iter().filter_map(|event| line(&event.body)).collect();
    let failed = Some(DownReason::MediaFailed);
    let expected = [(&first_stays, None), (&first_stays, failed), (&second_stays, None)]
        .map(|(stays, reason)| stays.each_ref().map(|stay| (stay.clone(), reason)))
        .concat();
    assert_eq!(lines, expected);
    let attendance = Attendance::fold(&meeting, &events, clock::now());
    for point in [&meeting.hub, &point] {
        let attendance = attendance.point(point).expect("a point of the meeting");
        assert!(attendance.connected);
        assert_eq!((attendance.connections, attendance.gaps().count()), (2, 1));
        let gap: Duration = attendance.gaps().map(|gap| Duration::from_millis(gap.millis())).sum();
        assert!(gap < DEADLINE, "{gap:?}");
    }
}
