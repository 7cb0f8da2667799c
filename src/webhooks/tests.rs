//! Webhooks over loopback: what a receiver gets, and what becomes of what it does not take.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, header::LOCATION},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use ring::digest;
use tokio::time::timeout;

use super::*;
use crate::{
    clock::Timestamp,
    signalling::{
        proto,
        room::{Happening, Notice},
    },
};

const DEADLINE: Duration = Duration::from_secs(20);
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// How a receiver answers: by the room's name, then the number of the try.
type Manner = Arc<dyn Fn(&str, u32) -> Response + Send + Sync>;

#[derive(Clone)]
struct Receiver {
    manner: Manner,
    tries: Arc<Mutex<HashMap<String, u32>>>,
    taken: mpsc::UnboundedSender<(HeaderMap, Bytes)>,
}

struct Site {
    address: String,
    webhooks: Webhooks,
    taken: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
}

type Bytes = bytes::Bytes;

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let event: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let room = event["room"]["name"].as_str().unwrap().to_owned();
    let number = {
        let mut tries = receiver.tries.lock().unwrap();
        let number = tries.entry(event["id"].as_str().unwrap().to_owned()).or_insert(0);
        *number += 1;
        *number
    };
    let response = (receiver.manner)(&room, number);
    receiver.taken.send((headers, body)).unwrap();
    response
}

impl Site {
    async fn open(manner: impl Fn(&str, u32) -> Response + Send + Sync + 'static) -> Site {
        let (sender, taken) = mpsc::unbounded_channel();
        let receiver = Receiver { manner: Arc::new(manner), tries: Arc::default(), taken: sender };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let router = Router::new().fallback(receive).with_state(receiver);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let address = format!("http://{address}/hook?for=diemcau");
        Site { webhooks: webhooks(std::slice::from_ref(&address)), address, taken }
    }

    fn tell(&self, room: &str, number: i64) {
        tell(&self.webhooks, room, number);
    }

    /// The next event that the receiver was sent, as the room's name and the number in it.
    async fn next(&mut self) -> (String, i64) {
        let (_, body) = self.request().await;
        let event: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let number = event["createdAt"].as_str().unwrap().parse::<i64>().unwrap() - NOW.as_millis() / 1000;
        (event["room"]["name"].as_str().unwrap().to_owned(), number)
    }

    async fn request(&mut self) -> (HeaderMap, Bytes) {
        timeout(DEADLINE, self.taken.recv()).await.expect("in time").expect("the receiver runs")
    }

    async fn settled(&self, wanted: Counts) {
        settled(&self.webhooks, wanted).await;
    }
}

fn keys() -> ApiKeys {
    ApiKeys::new([("portal".to_owned(), "a secret of the portal's".to_owned())])
}

fn webhooks(addresses: &[String]) -> Webhooks {
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    Webhooks::start(WebhooksOptions { addresses, keys: keys(), api_key: "portal".to_owned() }).unwrap()
}

fn tell(webhooks: &Webhooks, room: &str, number: i64) {
    let notice = Notice {
        at: NOW.plus_millis(number * 1000),
        room: proto::Room { name: room.to_owned(), ..Default::default() },
        what: Happening::RoomStarted,
    };
    webhooks.tell(Box::new(notice), &format!("RM_{room}").parse().unwrap());
}

async fn settled(webhooks: &Webhooks, wanted: Counts) {
    let reached = async {
        while webhooks.counts() != wanted {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    if timeout(DEADLINE, reached).await.is_err() {
        panic!("{:?} in place of {wanted:?}", webhooks.counts());
    }
}

fn taken(_: &str, _: u32) -> Response {
    StatusCode::OK.into_response()
}

#[tokio::test]
async fn an_event_comes_signed_over_its_very_bytes() {
    let mut site = Site::open(taken).await;
    site.tell("họp", 0);
    let (headers, body) = site.request().await;
    assert_eq!(headers["content-type"], MEDIA_TYPE);
    let token = headers["authorization"].to_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let payload = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(claims["iss"], "portal");
    assert_eq!(claims["sha256"], BASE64_STANDARD.encode(digest::digest(&digest::SHA256, &body)));
    keys().verify(token, clock::now()).expect("signed by the key, valid now");
    site.settled(Counts { delivered: 1, ..Default::default() }).await;
}

#[tokio::test]
async fn a_room_whose_events_fail_keeps_their_order_while_others_go_on() {
    let fails_twice = |room: &str, number| match (room, number) {
        ("a", 1 | 2) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    };
    let mut site = Site::open(fails_twice).await;
    for number in 0..3 {
        site.tell("a", number);
        site.tell("b", number);
    }
    let mut heard = Vec::new();
    for _ in 0..3 + 3 * 3 {
        heard.push(site.next().await);
    }
    let of =
        |name: &str| -> Vec<i64> { heard.iter().filter(|(room, _)| room == name).map(|(_, number)| *number).collect() };
    assert_eq!(of("a"), [0, 0, 0, 1, 1, 1, 2, 2, 2], "each until it is taken, then the next");
    assert_eq!(of("b"), [0, 1, 2]);
    site.settled(Counts { delivered: 6, ..Default::default() }).await;
}

#[tokio::test]
async fn what_is_refused_or_sent_elsewhere_is_lost_at_once() {
    let answers = |room: &str, _| match room {
        "elsewhere" => (StatusCode::FOUND, [(LOCATION, "/other")]).into_response(),
        "refused" => StatusCode::UNAUTHORIZED.into_response(),
        _ => StatusCode::OK.into_response(),
    };
    let mut site = Site::open(answers).await;
    for room in ["elsewhere", "refused", "taken"] {
        site.tell(room, 0);
    }
    site.settled(Counts { delivered: 1, lost: 2, waiting: 0 }).await;
    let mut heard = [site.next().await.0, site.next().await.0, site.next().await.0];
    heard.sort();
    assert_eq!(heard, ["elsewhere", "refused", "taken"], "each once: a redirect is not followed");
    assert!(site.taken.try_recv().is_err());
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_no_room_and_what_is_too_much_is_counted() {
    // It takes connections and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let webhooks = webhooks(&[format!("http://{}/", listener.local_addr().unwrap())]);
    let more = 10;
    for number in 0..queue::MAX_WAITING + more {
        tell(&webhooks, &(number % 7).to_string(), 0);
        if number % INBOX == INBOX - 1 {
            // So fast that the task cannot follow would be another test.
            settled(&webhooks, Counts { waiting: number + 1, ..Default::default() }).await;
        }
    }
    settled(&webhooks, Counts { waiting: queue::MAX_WAITING, lost: more as u64, delivered: 0 }).await;
    let began = Instant::now();
    webhooks.stop(Duration::from_millis(50)).await;
    assert!(began.elapsed() < POST_TIMEOUT, "{:?}", began.elapsed());
    let lost = (queue::MAX_WAITING + more) as u64;
    assert_eq!(webhooks.counts(), Counts { delivered: 0, lost, waiting: 0 });
}

#[tokio::test]
async fn a_stop_delivers_what_was_told_before() {
    let fails_once = |_: &str, number| match number {
        1 => StatusCode::BAD_GATEWAY.into_response(),
        _ => StatusCode::OK.into_response(),
    };
    let site = Site::open(fails_once).await;
    for number in 0..20 {
        site.tell(&(number % 3).to_string(), number);
    }
    site.webhooks.stop(DEADLINE).await;
    assert_eq!(site.webhooks.counts(), Counts { delivered: 20, ..Default::default() });
    site.tell("late", 0);
    site.webhooks.stop(DEADLINE).await;
}

#[tokio::test]
async fn every_address_gets_every_event() {
    let (mut one, mut other) = (Site::open(taken).await, Site::open(taken).await);
    let both = webhooks(&[one.address.clone(), other.address.clone()]);
    tell(&both, "a", 7);
    assert_eq!((one.next().await, other.next().await), (("a".to_owned(), 7), ("a".to_owned(), 7)));
    settled(&both, Counts { delivered: 2, ..Default::default() }).await;
}

#[tokio::test]
async fn a_key_that_signs_must_be_there() {
    let options = |addresses: &[&str]| WebhooksOptions {
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        keys: keys(),
        api_key: "other".to_owned(),
    };
    assert!(
        matches!(Webhooks::start(options(&["http://127.0.0.1:1"])), Err(WebhooksError::UnknownKey(key)) if key == "other")
    );
    assert!(!Webhooks::start(options(&[])).unwrap().is_wanted());
}
