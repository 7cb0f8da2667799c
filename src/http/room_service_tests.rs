//! The server API on the wire: formats, errors, grants, and what it may do in a plain room and in a meeting's.

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode},
};
use bytes::Bytes;
use prost::Message;
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::Duration};
use tower::ServiceExt;

use super::tests::{Answer, LINK_KEY, PORTAL, Site};
use crate::{
    clock,
    hub::Entered,
    meeting::{Actor, EventBody},
    signalling::{
        join::JoinAttempt,
        proto,
        token::{Claims, Grants},
    },
};

const METHODS: [&str; 11] = [
    "CreateRoom",
    "ListRooms",
    "DeleteRoom",
    "ListParticipants",
    "GetParticipant",
    "RemoveParticipant",
    "MutePublishedTrack",
    "UpdateParticipant",
    "UpdateSubscriptions",
    "SendData",
    "UpdateRoomMetadata",
];

impl Site {
    fn token(&self, identity: &str, grants: Grants) -> String {
        self.token_by(PORTAL, identity, grants)
    }

    fn token_by(&self, api_key: &str, identity: &str, grants: Grants) -> String {
        let claims = Claims {
            api_key: api_key.to_owned(),
            identity: identity.parse().ok(),
            name: String::new(),
            metadata: String::new(),
            attributes: Default::default(),
            device: None,
            grants,
            expires_at: clock::now(),
        };
        self.keys.mint(&claims, clock::now(), Duration::from_secs(600)).unwrap()
    }

    /// For everything that is asked for in `room`.
    fn all_of(&self, room: &str) -> String {
        let room = room.parse().ok();
        self.token("", Grants { room_create: true, room_list: true, room_admin: true, room, ..Default::default() })
    }

    async fn twirp(&self, token: &str, method: &str, body: Value) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json;charset=UTF-8")];
        self.send(Method::POST, &format!("/twirp/livekit.RoomService/{method}"), &headers, &body.to_string()).await
    }

    /// With a token for everything in the room that the body names.
    async fn must(&self, method: &str, body: Value) -> Value {
        let room = body["room"].as_str().unwrap_or_default().to_owned();
        let answer = self.twirp(&self.all_of(&room), method, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{method}: {}", answer.body);
        answer.json()
    }

    async fn refused(&self, method: &str, body: Value) -> String {
        let room = body["room"].as_str().unwrap_or_default().to_owned();
        code(&self.twirp(&self.all_of(&room), method, body).await)
    }

    /// Somebody in a room, without media.
    async fn sit(&self, room: &str, identity: &str) -> (Entered, mpsc::Receiver<Bytes>) {
        let room = room.parse().ok();
        let token = self.token(identity, Grants { room_join: true, room, ..Default::default() });
        let uri = format!("/rtc/v1?access_token={token}").parse().unwrap();
        let attempt = JoinAttempt::read(&self.keys, clock::now(), &uri, &Default::default()).unwrap();
        let admission = self.hub.admit(&attempt).await.unwrap();
        let (outbound, mut queue) = mpsc::channel(100);
        let entered = self.hub.enter(attempt, admission, outbound).unwrap();
        queue.recv().await.expect("a join response");
        (entered, queue)
    }
}

/// The code of an error, which has the status that belongs to it.
fn code(answer: &Answer) -> String {
    let body = answer.json();
    let code = body["code"].as_str().unwrap_or_else(|| panic!("no error: {}", answer.body)).to_owned();
    assert!(body["msg"].as_str().is_some_and(|msg| !msg.is_empty()), "{}", answer.body);
    let status = match code.as_str() {
        "bad_route" | "not_found" => 404,
        "failed_precondition" => 412,
        "invalid_argument" | "malformed" => 400,
        "permission_denied" => 403,
        "unauthenticated" => 401,
        "unimplemented" => 501,
        other => panic!("an unexpected code: {other}"),
    };
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["content-type"]),
        (status, &"application/json".parse().unwrap())
    );
    code
}

#[tokio::test]
async fn a_room_is_made_found_and_ended_in_json() {
    let site = Site::open().await;
    let request =
        json!({ "name": "họp", "emptyTimeout": 60, "departure_timeout": 30, "maxParticipants": 3, "metadata": "m" });
    let room = site.must("CreateRoom", request).await;
    let told = |room: &Value| {
        ["name", "emptyTimeout", "departureTimeout", "maxParticipants", "metadata"].map(|key| room[key].clone())
    };
    assert_eq!(told(&room), [json!("họp"), json!(60), json!(30), json!(3), json!("m")]);
    assert!(room["creationTime"].is_string(), "64 bits are text: {room}");

    let again = site.must("CreateRoom", json!({ "name": "họp", "emptyTimeout": 5, "metadata": "other" })).await;
    assert_eq!(again["sid"], room["sid"]);
    assert_eq!(told(&again), told(&room), "a room that is there stays as it is");
    let other = site.must("CreateRoom", json!({ "name": "other", "maxParticipants": 100_000 })).await;
    assert_eq!(told(&other)[1..4], [json!(300), json!(20), json!(500)], "not more than the server takes");

    let names = |listed: &Value| {
        let rooms = listed["rooms"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<String> = rooms.iter().map(|room| room["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&site.must("ListRooms", json!({})).await), ["họp", "other"]);
    assert_eq!(names(&site.must("ListRooms", json!({ "names": ["họp", "nowhere"] })).await), ["họp"]);
    assert_eq!(site.must("DeleteRoom", json!({ "room": "họp" })).await, json!({}));
    assert_eq!(names(&site.must("ListRooms", json!({})).await), ["other"]);
    assert_eq!(site.refused("DeleteRoom", json!({ "room": "họp" })).await, "not_found");
    let fresh = site.must("CreateRoom", json!({ "name": "họp" })).await;
    assert_ne!(fresh["sid"], room["sid"]);
}

#[tokio::test]
async fn protobuf_is_answered_in_protobuf() {
    let site = Site::open().await;
    let call = async |body: Vec<u8>| {
        let request = Request::post("/twirp/livekit.RoomService/CreateRoom")
            .header("authorization", format!("Bearer {}", site.all_of("r")))
            .header("content-type", "application/protobuf")
            .body(Body::from(body))
            .unwrap();
        let (parts, body) = site.router.clone().oneshot(request).await.unwrap().into_parts();
        let media_type = parts.headers["content-type"].to_str().unwrap().to_owned();
        (parts.status, media_type, to_bytes(body, 10_000).await.unwrap())
    };
    let request = proto::CreateRoomRequest { name: "r".to_owned(), empty_timeout: 77, ..Default::default() };
    let (status, media_type, body) = call(request.encode_to_vec()).await;
    assert_eq!((status, media_type.as_str()), (StatusCode::OK, "application/protobuf"));
    let room = proto::Room::decode(body).unwrap();
    assert_eq!((room.name.as_str(), room.empty_timeout), ("r", 77));

    let (status, media_type, body) = call(vec![0xff; 9]).await;
    assert_eq!((status, media_type.as_str()), (StatusCode::BAD_REQUEST, "application/json"), "errors are JSON always");
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["code"], "malformed");
}

#[tokio::test]
async fn what_is_not_there_is_told_apart_from_what_is_wrong() {
    let site = Site::open().await;
    let token = site.all_of("r");
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    for (path, expected) in [
        ("livekit.RoomService/ForwardParticipant", "unimplemented"),
        ("livekit.RoomService/MoveParticipant", "unimplemented"),
        ("livekit.RoomService/PerformRpc", "unimplemented"),
        ("livekit.Egress/StartRoomCompositeEgress", "unimplemented"),
        ("livekit.SIP/CreateSIPTrunk", "unimplemented"),
        ("livekit.RoomService/Dance", "bad_route"),
        ("livekit.RoomService/createRoom", "bad_route"),
        ("livekit.RoomService", "bad_route"),
        ("other.Service/CreateRoom", "bad_route"),
    ] {
        let answer = site.send(Method::POST, &format!("/twirp/{path}"), &headers, "{}").await;
        assert_eq!(code(&answer), expected, "{path}");
    }
    let path = "/twirp/livekit.RoomService/ListRooms";
    assert_eq!(code(&site.send(Method::GET, path, &headers, "").await), "bad_route");
    let text = [headers[0], ("content-type", "text/plain")];
    assert_eq!(code(&site.send(Method::POST, path, &text, "{}").await), "bad_route");
    assert_eq!(code(&site.send(Method::POST, path, &headers, "{\"names\": 7}").await), "malformed");
    assert_eq!(code(&site.send(Method::POST, path, &headers, "").await), "malformed");
    let flood = format!("{{\"names\": [\"{}\"]}}", "x".repeat(super::MAX_BODY_BYTES));
    assert_eq!(code(&site.send(Method::POST, path, &headers, &flood).await), "invalid_argument");
    let newer = site.send(Method::POST, path, &headers, "{\"fieldOfTomorrow\": [1]}").await;
    assert_eq!(newer.status, StatusCode::OK, "an unknown field is one of a newer client");
}

#[tokio::test]
async fn a_room_that_cannot_be_is_not_made() {
    let site = Site::open().await;
    for (request, expected) in [
        (json!({}), "invalid_argument"),
        (json!({ "name": "x".repeat(257) }), "invalid_argument"),
        (json!({ "name": "r", "metadata": "x".repeat(16 * 1024 + 1) }), "invalid_argument"),
        (json!({ "name": "r", "egress": { "room": { "roomName": "r" } } }), "unimplemented"),
        (json!({ "name": "r", "agents": [{ "agentName": "a" }] }), "unimplemented"),
    ] {
        assert_eq!(site.refused("CreateRoom", request.clone()).await, expected, "{request}");
    }
    assert_eq!(site.hub.room_count(), 0);
}

#[tokio::test]
async fn every_method_wants_its_grant_and_a_good_token() {
    let site = Site::open().await;
    let (_guest, _mail) = site.sit("r", "an").await;
    let body = json!({ "room": "r", "name": "new", "identity": "an", "metadata": "m" });
    let (room, other) = ("r".parse().ok(), "other".parse().ok());
    let tokens = [
        Grants { room_join: true, room: room.clone(), ..Default::default() },
        Grants { room_admin: true, room: other, room_list: true, ..Default::default() },
        Grants { room_admin: true, room_create: true, ..Default::default() },
        Grants { room, room_list: true, room_create: true, ..Default::default() },
    ];
    for method in METHODS {
        for grants in &tokens {
            let wanted = match method {
                "CreateRoom" | "DeleteRoom" => grants.room_create,
                "ListRooms" => grants.room_list,
                _ => false,
            };
            if !wanted {
                let answer = site.twirp(&site.token("", grants.clone()), method, body.clone()).await;
                assert_eq!(code(&answer), "permission_denied", "{method} with {grants:?}");
            }
        }
        let all = Grants {
            room_admin: true,
            room: "r".parse().ok(),
            room_list: true,
            room_create: true,
            ..Default::default()
        };
        let of_a_person = site.twirp(&site.token_by(LINK_KEY, "an", all), method, body.clone()).await;
        assert_eq!(code(&of_a_person), "permission_denied", "{method} by a link");
        assert_eq!(code(&site.twirp("junk", method, body.clone()).await), "unauthenticated");
        let path = format!("/twirp/livekit.RoomService/{method}");
        let headers = [("content-type", "application/json")];
        assert_eq!(code(&site.send(Method::POST, &path, &headers, "{}").await), "unauthenticated");
    }
    assert_eq!(site.hub.room_count(), 1, "nothing was made and nothing ended");
}

#[tokio::test]
async fn a_plain_room_and_its_participants_are_read_and_changed() {
    let site = Site::open().await;
    assert_eq!(site.must("ListParticipants", json!({ "room": "r" })).await, json!({}), "nobody is in no room");
    assert_eq!(site.refused("UpdateRoomMetadata", json!({ "room": "r", "metadata": "m" })).await, "not_found");
    let (_an, mut mail) = site.sit("r", "an").await;
    let listed = site.must("ListParticipants", json!({ "room": "r" })).await;
    assert_eq!(
        (&listed["participants"][0]["identity"], listed["participants"].as_array().unwrap().len()),
        (&json!("an"), 1)
    );
    let an = json!({ "room": "r", "identity": "an" });
    assert_eq!(site.must("GetParticipant", an.clone()).await["sid"], listed["participants"][0]["sid"]);
    assert_eq!(site.refused("GetParticipant", json!({ "room": "r", "identity": "ai" })).await, "not_found");

    let updated = site.must("UpdateParticipant", json!({ "room": "r", "identity": "an", "name": "An" })).await;
    assert_eq!(updated["name"], "An");
    let long = json!({ "room": "r", "identity": "an", "name": "x".repeat(513) });
    assert_eq!(site.refused("UpdateParticipant", long).await, "invalid_argument");
    assert_eq!(site.must("UpdateRoomMetadata", json!({ "room": "r", "metadata": "m" })).await["metadata"], "m");
    site.must("SendData", json!({ "room": "r", "data": "eGluIGNow6Bv", "kind": "LOSSY" })).await;
    assert_eq!(site.refused("SendData", json!({ "room": "r", "nonce": "eA==" })).await, "invalid_argument");
    let none = json!({ "room": "r", "identity": "an", "trackSids": ["TR_none"], "subscribe": true });
    site.must("UpdateSubscriptions", none).await;
    let muted = json!({ "room": "r", "identity": "an", "trackSid": "TR_none", "muted": true });
    assert_eq!(site.refused("MutePublishedTrack", muted).await, "not_found");

    let revoked = json!({ "room": "r", "identity": "an", "revokeTokenTs": "1800000000" });
    assert_eq!(site.refused("RemoveParticipant", revoked).await, "unimplemented");
    site.must("RemoveParticipant", an.clone()).await;
    assert_eq!(site.refused("RemoveParticipant", an).await, "not_found");
    while let Some(bytes) = mail.recv().await {
        if let Some(proto::signal_response::Message::Leave(leave)) =
            proto::SignalResponse::decode(bytes).unwrap().message
        {
            assert_eq!(leave.reason(), proto::DisconnectReason::ParticipantRemoved);
            return;
        }
    }
    panic!("no farewell");
}

#[tokio::test]
async fn a_meetings_room_is_read_and_left_to_its_rules() {
    let site = Site::open().await;
    let meeting = site.meeting.id.to_string();
    let place = site.meeting.points.last().map(|point| format!("point:{}", point.id)).unwrap();
    let own = |more: Value| {
        let mut body = json!({ "room": meeting.clone(), "identity": place.clone() });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    assert_eq!(site.refused("CreateRoom", json!({ "name": meeting })).await, "failed_precondition");
    assert_eq!(site.refused("DeleteRoom", own(json!({}))).await, "failed_precondition", "though nobody is in it");
    let (_point, _mail) = site.sit(&meeting, &place).await;
    assert_eq!(site.must("ListRooms", json!({})).await["rooms"][0]["name"], json!(meeting));
    assert_eq!(site.must("GetParticipant", own(json!({}))).await["identity"], json!(place));
    for (method, more) in [
        ("DeleteRoom", json!({})),
        ("UpdateParticipant", json!({ "name": "Another" })),
        ("UpdateParticipant", json!({ "permission": { "canPublish": true } })),
        ("UpdateSubscriptions", json!({ "trackSids": ["TR_x"] })),
        ("SendData", json!({ "data": "eA==", "topic": "diemcau.unmute" })),
        ("UpdateRoomMetadata", json!({ "metadata": "{\"phase\":\"closed\"}" })),
        ("MutePublishedTrack", json!({ "trackSid": "TR_x", "muted": false })),
    ] {
        assert_eq!(site.refused(method, own(more)).await, "failed_precondition", "{method}");
    }
    assert_eq!(site.refused("RemoveParticipant", json!({ "room": meeting, "identity": "someone" })).await, "not_found");
    assert_eq!(site.refused("RemoveParticipant", own(json!({}))).await, "permission_denied", "no seat, no say");

    // A program that acts for a seat may what the seat may, and the ledger names the seat.
    let acting_for = |seat: &str| {
        let room = meeting.parse().ok();
        site.token(seat, Grants { room_join: true, room_admin: true, room, ..Default::default() })
    };
    let answer = site.twirp(&acting_for(&place), "RemoveParticipant", own(json!({}))).await;
    assert_eq!(code(&answer), "permission_denied");
    let answer = site.twirp(&acting_for("hub"), "RemoveParticipant", own(json!({}))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let events = site.records.events(&site.meeting.id).await.unwrap();
    let removed = events.iter().find(|event| matches!(event.body, EventBody::Removed { .. })).unwrap();
    assert_eq!(removed.actor, Actor::Seat("hub".parse().unwrap()));
}
