//! A client that dies without a word is missed in time, and the record says when it was last heard.

mod support;

use std::time::{Duration, Instant};

use diemcau::{
    client::Client,
    clock,
    media::MediaKind,
    meeting::{Attendance, DownReason, EventBody, Place},
};
use support::{
    Server,
    guest::Guest,
    relay::{MediaRelay, RELAY, SignalRelay},
};

/// The promise: a client that dies without a word is gone after this long.
const NOTICED: Duration = Duration::from_secs(20);
/// Clients ping this often, and are heard at least so often.
const PING: i64 = 5_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_falls_silent_is_gone_within_twenty_seconds() {
    let server = Server::with_workers(1, vec![RELAY.into()]).await;
    let sample = server.sample().await;
    let meeting = server.records.meeting(&sample.meeting).await.expect("readable").expect("there");
    let media = MediaRelay::start(server.hub.media_addresses()[0]).await;
    let signalling = SignalRelay::start(&server.url).await;
    let point = sample.points[1].0.clone();
    let (room, identity) = (sample.meeting.as_str(), format!("point:{point}"));

    let mut hub = server.guest(room, "hub").await;
    let token = server.token(room, &identity);
    let mut unit = Guest::new(Client::connect(&signalling.url, &token, true).await.expect("joins"));
    unit.until("media and data", |heard| heard.connected && heard.data_open).await;
    unit.play(MediaKind::Audio).await;
    unit.play(MediaKind::Video).await;
    unit.count();
    hub.until("both tracks", |heard| heard.tracks.len() == 2).await;
    hub.goes_on(&identity).await;

    let (died, died_at) = (Instant::now(), clock::now());
    signalling.darken();
    media.paths()[1].darken();
    hub.within(NOTICED, "the departure", |heard| heard.is_gone(&identity)).await;
    assert!(died.elapsed() <= NOTICED);
    server
        .snapshot("one left", |snapshot| (snapshot.peers, snapshot.tracks, snapshot.subscriptions) == (1, 0, 0))
        .await;

    let events = server.records.events(&sample.meeting).await.expect("readable");
    let Some(EventBody::LineDown { place: whose, reason, last_heard, .. }) = events.last().map(|event| &event.body)
    else {
        panic!("the last event is no line down: {events:?}");
    };
    assert_eq!((whose, *reason), (&Place::Point(point.clone()), DownReason::Lost));
    // Its media was heard up to the very end.
    let off = last_heard.as_millis() - died_at.as_millis();
    assert!((-PING..=1_000).contains(&off), "last heard {off} ms after its death");
    let attendance = Attendance::fold(&meeting, &events, clock::now());
    let attendance = attendance.point(&point).expect("a point of the meeting");
    assert_eq!(attendance.last_left(), Some(*last_heard));
}
