//! The hub with its WebSockets, workers and records, spoken to over loopback.

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{Request as HttpRequest, StatusCode},
};
use base64::{Engine, prelude::BASE64_URL_SAFE};
use futures_util::{SinkExt, StreamExt};
use prost::Message as _;
use tempfile::TempDir;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error as WsError, Message},
};
use tower::ServiceExt;

use super::*;
use crate::{
    meeting::{EventBody, Place, test_meeting},
    signalling::{
        proto::{
            self, SignalRequest, SignalResponse, leave_request::Action, signal_request::Message as Request,
            signal_response::Message as Response, simulate_scenario::Scenario,
        },
        session,
        token::{Claims, Grants},
    },
};

struct Server {
    hub: Hub,
    records: Records,
    address: SocketAddr,
    _dir: TempDir,
}

impl Server {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::open(dir.path(), clock::now()).await.unwrap();
        let keys = ApiKeys::new([("devkey".to_owned(), "secret".to_owned())]);
        let worker = WorkerOptions { listen: "127.0.0.1:0".parse().unwrap(), advertise: Vec::new() };
        let hub = Hub::start([worker], records.clone(), keys, true, Webhooks::none()).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = session::router(hub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { hub, records, address, _dir: dir }
    }

    fn token(&self, identity: &str, room: &str) -> String {
        let claims = Claims {
            api_key: "devkey".into(),
            identity: Some(identity.parse().unwrap()),
            name: String::new(),
            metadata: String::new(),
            attributes: Default::default(),
            device: None,
            grants: Grants { room_join: true, room: room.parse().ok(), ..Default::default() },
            expires_at: clock::now(),
        };
        self.hub.keys().mint(&claims, clock::now(), Duration::from_secs(600)).unwrap()
    }

    async fn get(&self, path: &str) -> (StatusCode, Option<String>, String) {
        let request = HttpRequest::get(path).header("origin", "https://elsewhere").body(Body::empty()).unwrap();
        let response = session::router(self.hub.clone()).oneshot(request).await.unwrap();
        let cors =
            response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned());
        let status = response.status();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, cors, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn connect(&self, identity: &str, request: proto::JoinRequest) -> Client {
        self.connect_to(identity, "phòng", request).await
    }

    async fn connect_to(&self, identity: &str, room: &str, request: proto::JoinRequest) -> Client {
        let wrapped = proto::WrappedJoinRequest { join_request: request.encode_to_vec(), compression: 0 };
        let url = format!(
            "ws://{}/rtc/v1?access_token={}&join_request={}",
            self.address,
            self.token(identity, room),
            BASE64_URL_SAFE.encode(wrapped.encode_to_vec())
        );
        Client { socket: connect_async(url).await.unwrap().0 }
    }

    async fn join(&self, identity: &str) -> (Client, proto::JoinResponse) {
        self.join_room(identity, "phòng").await
    }

    async fn join_room(&self, identity: &str, room: &str) -> (Client, proto::JoinResponse) {
        let mut client = self.connect_to(identity, room, proto::JoinRequest::default()).await;
        match client.hear().await {
            Some(Response::Join(join)) => (client, join),
            other => panic!("{other:?} in place of a join response"),
        }
    }
}

struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    /// The next message, or none when the server closed.
    async fn hear(&mut self) -> Option<Response> {
        loop {
            match timeout(Duration::from_secs(10), self.socket.next()).await.expect("in time") {
                Some(Ok(Message::Binary(bytes))) => return SignalResponse::decode(bytes).unwrap().message,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn say(&mut self, message: Request) {
        let bytes = SignalRequest { message: Some(message) }.encode_to_vec();
        self.socket.send(Message::Binary(bytes.into())).await.unwrap();
    }

    /// Reads until the server says goodbye.
    async fn farewell(&mut self) -> proto::LeaveRequest {
        let mut farewell = None;
        while let Some(message) = self.hear().await {
            if let Response::Leave(leave) = message {
                farewell = Some(leave);
            }
        }
        farewell.expect("a leave before the close")
    }
}

#[tokio::test]
async fn validate_says_what_joining_would() {
    let server = Server::start().await;
    let good = format!("/rtc/v1/validate?access_token={}", server.token("an", "phòng"));
    assert_eq!(server.get(&good).await, (StatusCode::OK, Some("*".into()), "success".into()));
    let (status, cors, text) = server.get("/rtc/v1/validate").await;
    assert_eq!((status, cors.as_deref()), (StatusCode::UNAUTHORIZED, Some("*")));
    assert_eq!(text, "no access token");
    let no_room = format!("/rtc/v1/validate?access_token={}", server.token("an", ""));
    assert_eq!(server.get(&no_room).await.0, StatusCode::FORBIDDEN);
    assert_eq!(server.get("/rtc/validate").await.0, StatusCode::NOT_FOUND);
    assert_eq!(server.hub.room_count(), 0, "asking makes no room");
}

#[tokio::test]
async fn a_bad_token_is_refused_at_the_upgrade() {
    let server = Server::start().await;
    let url = format!("ws://{}/rtc/v1?access_token=forged", server.address);
    match connect_async(url).await {
        Err(WsError::Http(response)) => assert_eq!(response.status().as_u16(), 401),
        other => panic!("{:?}", other.map(|_| "connected")),
    }
}

#[tokio::test]
async fn a_meeting_admits_its_seats_only() {
    let server = Server::start().await;
    let meeting = test_meeting();
    server.records.create_meeting(&meeting).await.unwrap();
    let status = async |identity: &str| {
        let token = server.token(identity, meeting.id.as_str());
        server.get(&format!("/rtc/v1/validate?access_token={token}")).await.0
    };
    assert_eq!(status("hub").await, StatusCode::FORBIDDEN, "a draft is open to nobody");
    let host = Actor::Seat(Place::Hub);
    server.hub.command(&meeting.id, host, Command::Publish).await.unwrap();
    assert_eq!(status("hub").await, StatusCode::OK);
    assert_eq!(status("point:nowhere").await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_locked_meeting_admits_those_who_were_there_and_its_hosts() {
    let server = Server::start().await;
    let meeting = test_meeting();
    server.records.create_meeting(&meeting).await.unwrap();
    let status = async |identity: &str| {
        let token = server.token(identity, meeting.id.as_str());
        server.get(&format!("/rtc/v1/validate?access_token={token}")).await
    };
    let (host, place) = (Actor::Seat(Place::Hub), Place::Point("071".parse().unwrap()));
    for command in [Command::Publish, Command::Open] {
        server.hub.command(&meeting.id, host.clone(), command).await.unwrap();
    }
    let (connection, last_heard): (crate::ids::ParticipantSid, _) = ("PA_a".parse().unwrap(), clock::now());
    for fact in [
        Fact::LineUp { place: place.clone(), connection: connection.clone(), device: String::new() },
        Fact::LineDown { place, connection, reason: crate::meeting::DownReason::Lost, last_heard },
    ] {
        server.hub.fact(&meeting.id, Actor::System, fact).await.unwrap();
    }
    server.hub.command(&meeting.id, host.clone(), Command::Lock).await.unwrap();
    assert_eq!(status("point:071").await.0, StatusCode::OK, "its line dropped");
    assert_eq!(status("hub").await.0, StatusCode::OK, "the host was never here, and may come");
    let (refused, _, words) = status("point:02233").await;
    assert_eq!((refused, words.contains("locked")), (StatusCode::FORBIDDEN, true), "{words}");
    server.hub.command(&meeting.id, host, Command::Unlock).await.unwrap();
    assert_eq!(status("point:02233").await.0, StatusCode::OK);
}

#[tokio::test]
async fn instants_never_go_back_when_the_clock_is_set_back() {
    let server = Server::start().await;
    let meeting = test_meeting();
    server.records.create_meeting(&meeting).await.unwrap();
    let host = Actor::Seat(Place::Hub);
    server.hub.command(&meeting.id, host.clone(), Command::Publish).await.unwrap();
    // The clock was an hour ahead when this was seen, and is set right after it.
    let ahead = clock::now().plus_millis(3_600_000);
    let up = |connection: &str| Fact::LineUp {
        place: Place::Hub,
        connection: connection.parse().unwrap(),
        device: String::new(),
    };
    let tell = async |at, fact| {
        server.hub.0.coordinators.facts(&meeting.id, Actor::System, vec![(at, fact)]).await.unwrap();
    };
    tell(ahead, up("PA_a")).await;
    server.hub.command(&meeting.id, host.clone(), Command::Open).await.unwrap();
    tell(clock::now(), up("PA_b")).await;
    let events = server.records.events(&meeting.id).await.unwrap();
    let at: Vec<_> = events.iter().map(|event| event.at).collect();
    assert_eq!(at[1..], [ahead; 3]);

    // … nor over a restart, which reads the meeting anew.
    let next = Coordinators::new(server.records.clone());
    let words = Command::Announce { text: "Tiếp tục".to_owned() };
    next.command(&meeting.id, host, words).await.unwrap();
    assert_eq!(server.records.head(&meeting.id).await.unwrap().unwrap().at, ahead);
    assert_eq!(server.records.reader().last_known().await.unwrap(), Some(ahead));
}

#[tokio::test]
async fn a_plan_that_was_saved_and_never_told_is_named_when_the_meeting_wakes() {
    let server = Server::start().await;
    let meeting = test_meeting();
    server.records.create_meeting(&meeting).await.unwrap();
    server.hub.command(&meeting.id, Actor::Seat(Place::Hub), Command::Publish).await.unwrap();
    // As a server does that ends between saving and telling: the next one has nothing but the records.
    let plan = server.records.save_plan(&Meeting { title: "Khác".to_owned(), ..meeting.clone() }, 1).await.unwrap();
    let next = Coordinators::new(server.records.clone());
    next.recover(clock::now()).await.unwrap();
    let mut watched = next.watch(&meeting.id).await.unwrap();
    let named = watched.wait_for(|snapshot| !snapshot.conference.owes_plan());
    timeout(Duration::from_secs(10), named).await.unwrap().unwrap();
    let events = server.records.events(&meeting.id).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!((&last.actor, &last.body), (&Actor::System, &EventBody::PlanChanged { plan }));
    assert_eq!(events.len(), 2);
    assert_eq!(server.records.reader().unnamed_plans().await.unwrap(), []);
}

#[tokio::test]
async fn guests_meet_and_part() {
    let server = Server::start().await;
    let (mut an, _) = server.join("an").await;
    let (mut bình, join) = server.join("bình").await;
    assert_eq!(join.other_participants[0].identity, "an");
    assert!(matches!(an.hear().await, Some(Response::Update(update)) if update.participants[0].identity == "bình"));

    an.say(Request::PingReq(proto::Ping { timestamp: 5, rtt: 0 })).await;
    assert!(matches!(an.hear().await, Some(Response::PongResp(pong)) if pong.last_ping_timestamp == 5));
    assert_eq!(server.hub.participants(&"phòng".parse().unwrap()).await.unwrap().len(), 2);
    assert_eq!(server.hub.rooms().await[0].num_participants, 2);

    an.socket.send(Message::Text("not protobuf".into())).await.unwrap();
    an.socket.send(Message::Binary(vec![0xff; 9].into())).await.unwrap();
    an.say(Request::Leave(proto::LeaveRequest::default())).await;
    assert!(an.hear().await.is_none(), "junk is ignored, leave closes");
    assert!(
        matches!(bình.hear().await, Some(Response::Update(update)) if update.participants[0].state() == proto::participant_info::State::Disconnected)
    );
}

#[tokio::test]
async fn a_resume_of_nothing_is_sent_to_join() {
    let server = Server::start().await;
    let request = proto::JoinRequest { reconnect: true, participant_sid: "PA_gone".into(), ..Default::default() };
    let mut client = server.connect("an", request).await;
    assert_eq!(client.farewell().await.action(), Action::Reconnect);
}

#[tokio::test]
async fn a_dead_worker_is_replaced_and_its_guests_come_back() {
    let server = Server::start().await;
    let (mut an, before) = server.join("an").await;
    let worker = server.hub.0.slots[0].worker().unwrap().endpoint().clone();
    let scenario = Some(Scenario::NodeFailure(true));
    an.say(Request::Simulate(proto::SimulateScenario { scenario })).await;
    assert_eq!(an.farewell().await.action(), Action::Reconnect);

    // As the SDKs do: until it succeeds.
    let after = timeout(Duration::from_secs(10), async {
        loop {
            let mut client = server.connect("an", proto::JoinRequest::default()).await;
            if let Some(Response::Join(join)) = client.hear().await {
                return join;
            }
        }
    });
    let after = after.await.expect("the worker comes back");
    assert_eq!(after.room.unwrap().sid, before.room.unwrap().sid, "the room went on");
    let replaced = server.hub.0.slots[0].worker().unwrap().endpoint().clone();
    assert_eq!(replaced.candidates, worker.candidates);
}

#[tokio::test]
async fn a_stop_says_goodbye_and_refuses_newcomers() {
    let server = Server::start().await;
    let (mut an, _) = server.join("an").await;
    server.hub.shutdown().await;
    let leave = an.farewell().await;
    assert_eq!((leave.action(), leave.reason()), (Action::Reconnect, proto::DisconnectReason::ServerShutdown));
    assert_eq!(server.hub.room_count(), 0);
    let path = format!("/rtc/v1/validate?access_token={}", server.token("an", "phòng"));
    assert_eq!(server.get(&path).await.0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_session_that_does_not_keep_up_is_closed_and_the_others_go_on() {
    let server = Server::start().await;
    let token = server.token("slow", "phòng");
    let uri = format!("/rtc/v1?access_token={token}").parse().unwrap();
    let attempt = JoinAttempt::read(server.hub.keys(), clock::now(), &uri, &Default::default()).unwrap();
    let admission = server.hub.admit(&attempt).await.unwrap();
    // Room for the join response and nothing more.
    let (outbound, mut slow) = mpsc::channel(1);
    let entered = server.hub.enter(attempt, admission, outbound).unwrap();
    let (mut an, join) = server.join("an").await;
    assert_eq!(join.other_participants.len(), 1, "its signalling is away, its stay goes on for a while");

    assert!(slow.recv().await.is_some());
    assert!(slow.recv().await.is_none(), "the news of the other did not fit");
    entered.closed().await;
    an.say(Request::PingReq(proto::Ping { timestamp: 5, rtt: 0 })).await;
    assert!(matches!(an.hear().await, Some(Response::PongResp(_))));
}

#[tokio::test]
async fn a_server_has_as_many_rooms_as_it_can_and_meetings_beyond() {
    let server = Server::start().await;
    let Server { hub, records, .. } = &server;
    {
        let mut rooms = hub.0.rooms();
        for number in 0..MAX_ROOMS {
            let name = format!("r{number}").parse().unwrap();
            hub.find_or_open(&mut rooms, hub.options(name), false).unwrap();
        }
    }
    let refused = hub.create_room("more".parse().unwrap(), RoomRequest::default()).await;
    assert_eq!(refused, Err(ServiceError::Hub(Refusal::TooManyRooms)));
    assert!(hub.create_room("r7".parse().unwrap(), RoomRequest::default()).await.is_ok(), "this one is there");

    let meeting = test_meeting();
    records.create_meeting(&meeting).await.unwrap();
    hub.command(&meeting.id, Actor::Seat(Place::Hub), Command::Publish).await.unwrap();
    let token = server.token("hub", meeting.id.as_str());
    let uri = format!("/rtc/v1?access_token={token}").parse().unwrap();
    let attempt = JoinAttempt::read(hub.keys(), clock::now(), &uri, &Default::default()).unwrap();
    let admission = hub.admit(&attempt).await.unwrap();
    assert!(hub.enter(attempt, admission, mpsc::channel(9).0).is_ok());
    assert_eq!(hub.room_count(), MAX_ROOMS + 1);
}

#[tokio::test]
async fn a_plain_room_gives_way_to_the_meeting_that_is_made_under_its_name() {
    let server = Server::start().await;
    let meeting = test_meeting();
    let room = meeting.id.as_str();
    let (mut an, _) = server.join_room("an", room).await;
    server.records.create_meeting(&meeting).await.unwrap();
    server.hub.command(&meeting.id, Actor::Seat(Place::Hub), Command::Publish).await.unwrap();
    let (_hub, join) = server.join_room("hub", room).await;
    assert!(join.other_participants.is_empty(), "nobody without a seat is in the meeting");
    assert_eq!(an.farewell().await.reason(), proto::DisconnectReason::RoomDeleted);
    let name = room.parse().unwrap();
    let seated = server.hub.participants(&name).await.expect("the meeting's room is there");
    assert_eq!(seated.into_iter().map(|one| one.identity).collect::<Vec<_>>(), ["hub"]);
}

#[tokio::test]
async fn a_room_that_came_to_a_sudden_end_does_not_keep_its_name() {
    let server = Server::start().await;
    let name: RoomName = "phòng".parse().unwrap();
    let (inbox, gone) = mpsc::channel(1);
    drop(gone);
    server.hub.0.rooms().insert(
        name,
        RoomHandle {
            number: 0,
            of_meeting: false,
            slot: 0,
            participants: Arc::default(),
            lines: Arc::default(),
            inbox,
        },
    );
    let (_an, join) = server.join("an").await;
    assert_eq!(join.room.unwrap().name, "phòng");
}
