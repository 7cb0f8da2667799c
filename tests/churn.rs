//! Others come and go a hundred times, politely or not, while one stream runs from one publisher to one subscriber.

mod support;

use std::sync::Arc;

use diemcau::media::{MediaKind, Snapshot};
use futures_util::StreamExt;
use livekit_protocol as proto;
use proto::signal_request::Message as Request;
use support::{DEADLINE, Server, eventually};
use tokio::{runtime::Builder, sync::Semaphore, task::JoinSet, time::timeout};
use tokio_tungstenite::connect_async;

const VISITORS: usize = 100;
/// How many of them come and go at the same time.
const AT_ONCE: usize = 4;

/// How a visitor behaves.
#[derive(Clone, Copy)]
enum Visit {
    /// Signalling only, and a connection that breaks.
    BrokenSignalling,
    /// A room of its own, left in order.
    OtherRoom,
    /// Media, and a leave.
    Polite,
    /// Media, and an end without a leave.
    Abrupt,
    /// A track of its own, and an end without a leave.
    Publishing,
}

impl Visit {
    fn of(number: usize) -> Visit {
        match number {
            // What takes the server longest to notice comes first, so that the test waits for it meanwhile.
            0..20 => Visit::BrokenSignalling,
            20..24 => Visit::OtherRoom,
            _ => [Visit::Polite, Visit::Abrupt, Visit::Publishing][number % 3],
        }
    }

    async fn make(self, server: &Server, number: usize) {
        let identity = format!("visitor {number}");
        match self {
            Visit::BrokenSignalling => {
                let url = format!("{}/rtc/v1?access_token={}", server.url, server.token("call", &identity));
                let (mut socket, _) = timeout(DEADLINE, connect_async(url)).await.expect("in time").expect("joins");
                timeout(DEADLINE, socket.next()).await.expect("in time").expect("a join response").expect("whole");
            }
            Visit::OtherRoom => {
                let room = format!("room {number}");
                let mut visitor = server.guest(&room, &identity).await;
                visitor.request(Request::Leave(proto::LeaveRequest::default())).await;
                visitor.until("the close", |heard| heard.closed).await;
            }
            Visit::Polite => {
                let mut visitor = server.guest("call", &identity).await;
                visitor.until("the stream", |heard| heard.packets(MediaKind::Video) > 0).await;
                visitor.request(Request::Leave(proto::LeaveRequest::default())).await;
                visitor.until("the close", |heard| heard.closed).await;
            }
            Visit::Abrupt => drop(server.guest("call", &identity).await),
            Visit::Publishing => {
                let mut visitor = server.guest("call", &identity).await;
                visitor.play(MediaKind::Audio).await;
                visitor.until("the answer", |heard| heard.published > 0).await;
            }
        }
    }
}

#[test]
fn a_hundred_joins_and_leaves_do_not_disturb_a_running_stream() {
    // The server has a runtime of its own, so that its tasks can be counted.
    let house = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let server = Arc::new(house.block_on(async { Server::start().await }));
    let town = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    town.block_on(churn(server, || house.metrics().num_alive_tasks()));
    town.shutdown_background();
    house.shutdown_background();
}

async fn churn(server: Arc<Server>, tasks: impl Fn() -> usize) {
    let mut alice = server.speaker("call", "alice").await;
    let mut bob = server.guest("call", "bob").await;
    alice.play(MediaKind::Audio).await;
    alice.play(MediaKind::Video).await;
    alice.count();
    bob.until("both tracks", |heard| heard.tracks.len() == 2).await;
    bob.goes_on("alice").await;
    let held = |s: &Snapshot| (s.peers, s.tracks, s.streams, s.subscriptions, s.routes);
    let before = server.snapshot("two", |snapshot| snapshot.peers == 2 && snapshot.subscriptions == 2).await;
    let tasks_before = tasks();

    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut visits = JoinSet::new();
    for number in 0..VISITORS {
        let place = places.clone().acquire_owned().await.expect("never closed");
        let server = server.clone();
        visits.spawn(async move {
            Visit::of(number).make(&server, number).await;
            drop(place);
        });
    }
    while let Some(visit) = visits.join_next().await {
        visit.expect("every visitor gets in");
    }
    let seen = bob.until("all visitors", |heard| heard.others.len() >= VISITORS - 4).await;
    assert_eq!(seen.faults, Vec::<String>::new());
    bob.goes_on("alice").await;

    server.snapshot("two again", |after| held(after) == held(&before)).await;
    eventually("one room with two in it", async || {
        (server.hub.participant_count() == 2 && server.hub.room_count() == 1).then_some(())
    })
    .await;
    eventually("no more tasks than before", async || (tasks() <= tasks_before).then_some(())).await;
    bob.goes_on("alice").await;
    // From the first packet to the last: two tracks of alice without a gap, a repetition or a jump in time.
    let own: Vec<_> = bob.heard().tracks.into_values().filter(|track| track.packets > 100).collect();
    assert!(own.len() >= 2, "{own:?}");
}
