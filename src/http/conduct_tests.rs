//! Whole meetings over the interface alone, by those who hold them.

use axum::http::{
    Method, StatusCode,
    header::{ETAG, WWW_AUTHENTICATE},
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::{Duration, timeout};
use tower::ServiceExt;

use super::tests::{Answer, Site};
use crate::{
    clock,
    meeting::{Delegate, Meeting, Place, test_meeting},
};

/// A client with a token.
pub(super) struct Client<'a> {
    site: &'a Site,
    pub token: String,
}

impl Client<'_> {
    pub async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let authorization = format!("Bearer {}", self.token);
        let headers: Vec<(&str, &str)> =
            [("authorization", authorization.as_str())].into_iter().chain(headers.iter().copied()).collect();
        self.site.send(method, &format!("/api/v1{path}"), &headers, body).await
    }

    /// A file that is no text.
    pub async fn file(&self, path: &str) -> Vec<u8> {
        let authorization = format!("Bearer {}", self.token);
        let headers = [("authorization", authorization.as_str())];
        let (status, _, body) = self.site.exchange(Method::GET, &format!("/api/v1{path}"), &headers, b"").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        body
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, &[], &body.to_string()).await
    }

    async fn ask(&self, command: Value) -> Answer {
        self.post(&format!("/meetings/{}/commands", self.site.meeting.id), &command).await
    }

    /// Asks for something that is to be done.
    pub async fn must(&self, command: Value) -> Value {
        let answer = self.ask(command.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{command}: {}", answer.body);
        answer.json()
    }

    async fn state(&self) -> Value {
        self.get(&format!("/meetings/{}/state", self.site.meeting.id)).await.json()
    }
}

impl Site {
    pub async fn administrator(&self) -> Client<'_> {
        let code = self.records.administration().add("So Noi vu", clock::now()).await.unwrap();
        let password = json!({ "code": code, "password": "mot hai ba bon" }).to_string();
        let answer = self.send(Method::POST, "/api/v1/admin/password", &[], &password).await;
        Client { site: self, token: answer.json()["token"].as_str().expect("a token").to_owned() }
    }

    pub async fn seated(&self, place: &str) -> Client<'_> {
        self.by_code(&self.code(place.parse().unwrap()).await).await
    }

    async fn by_code(&self, code: &str) -> Client<'_> {
        let answer = self.join(code).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        Client { site: self, token: answer.json()["token"].as_str().expect("a token").to_owned() }
    }

    /// As if a device of the seat had connected.
    pub async fn connect(&self, place: &str) {
        let fact = crate::meeting::Fact::LineUp {
            place: place.parse().unwrap(),
            connection: format!("PA_{place}").parse().unwrap(),
            device: "Chrome".to_owned(),
        };
        self.hub.fact(&self.meeting.id, crate::meeting::Actor::System, fact).await.unwrap();
    }
}

/// A live view, read event by event.
struct Live {
    body: axum::body::BodyDataStream,
    text: String,
    /// What it has shown.
    state: Value,
}

impl Site {
    async fn stream(&self, path: &str) -> Live {
        let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Live { body: response.into_body().into_data_stream(), text: String::new(), state: Value::Null }
    }
}

impl Live {
    /// The state after the next event.
    async fn next(&mut self) -> Value {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let (name, data) = (field("event: "), field("data: "));
                self.text = rest.to_owned();
                match (name.as_deref(), data) {
                    (Some("state"), Some(data)) => self.state = serde_json::from_str(&data).unwrap(),
                    (Some("patch"), Some(data)) => {
                        let patch: json_patch::Patch = serde_json::from_str(&data).unwrap();
                        json_patch::patch(&mut self.state, &patch).unwrap();
                    }
                    _ => continue,
                }
                return self.state.clone();
            }
            let chunk = timeout(Duration::from_secs(10), self.body.next()).await.expect("in time");
            self.text.push_str(std::str::from_utf8(&chunk.expect("more to come").unwrap()).unwrap());
        }
    }
}

fn delegate(id: &str, name: &str, point: &str) -> Delegate {
    let point: crate::ids::PointId = point.parse().unwrap();
    Delegate { id: id.parse().unwrap(), name: name.to_owned(), title: String::new(), unit: point.clone(), point }
}

fn meeting() -> Meeting {
    let delegates = vec![delegate("d1", "Ma Văn An", "071"), delegate("d2", "Lê Thị Bình", "071")];
    Meeting { delegates, ..test_meeting() }
}

#[tokio::test]
async fn a_meeting_is_held_from_its_plan_to_its_close_over_the_interface_alone() {
    let site = Site::with(meeting()).await;
    let administrator = site.administrator().await;
    let hub = site.seated("hub").await;
    assert_eq!(hub.must(json!({ "do": "publish" })).await["recorded"], true);
    let issued = administrator.post("/meetings/m/invites", &json!({ "places": ["point:071"], "qr": true })).await;
    assert_eq!(issued.status, StatusCode::CREATED);
    let issued = issued.json();
    let code = issued[0]["code"].as_str().unwrap();
    assert_eq!(issued[0]["link"], format!("https://hoinghi.example.vn/j#{code}"));
    assert!(issued[0]["qr"].as_str().unwrap().contains("<svg"));
    let clerk = site.by_code(code).await;

    site.connect("hub").await;
    site.connect("point:071").await;
    hub.must(json!({ "do": "begin-line-check" })).await;
    clerk.must(json!({ "do": "report-line", "point": "071", "picture": true, "sound": true })).await;
    hub.must(json!({ "do": "open" })).await;
    clerk.must(json!({ "do": "call-roll", "delegate": "d1", "presence": { "is": "present" } })).await;
    let proxy = json!({ "do": "request-proxy", "delegate": "d2", "substitute": { "name": "Hà" }, "reason": "Ốm" });
    clerk.must(proxy).await;
    let early = json!({ "do": "call-roll", "delegate": "d2", "presence": { "is": "proxy", "proxy": 1 } });
    let refused = clerk.ask(early.clone()).await;
    assert_eq!((refused.status, &refused.json()["refusal"]), (StatusCode::CONFLICT, &json!("proxy-not-approved")));
    hub.must(json!({ "do": "approve-proxy", "proxy": 1 })).await;
    clerk.must(early).await;

    clerk.must(json!({ "do": "request-floor", "speaker": { "delegate": "d1" }, "subject": "Một cửa" })).await;
    hub.must(json!({ "do": "grant-floor", "request": 1, "seconds": 300 })).await;
    let seen = clerk.state().await;
    assert_eq!((&seen["view"], &seen["onStage"]), (&json!("own"), &json!(true)));
    assert_eq!(seen["floor"]["holder"]["speaker"]["name"], "Ma Văn An");
    clerk.must(json!({ "do": "return-floor" })).await;

    let question =
        json!({ "do": "open-vote", "question": "Thông qua?", "options": ["Có", "Không"], "by": "delegates" });
    hub.must(question).await;
    for (voter, choice) in [("d1", 0), ("d2", 1)] {
        let ballot = json!({ "do": "cast-ballot", "vote": 1, "voter": { "delegate": voter }, "choice": choice });
        clerk.must(ballot).await;
    }
    hub.must(json!({ "do": "close-vote", "vote": 1 })).await;
    hub.must(json!({ "do": "close" })).await;

    let seen = hub.state().await;
    assert_eq!(seen["phase"], "closed");
    assert_eq!(seen["votes"][0]["state"]["tally"], json!([1, 1]));
    assert_eq!((&seen["total"]["present"], &seen["total"]["proxy"]), (&json!(1), &json!(1)));
    assert_eq!(seen["floor"]["log"][0]["subject"], "Một cửa");
    assert_eq!(seen["recordedThrough"], seen["seq"]);
    let events = hub.get("/meetings/m/events?limit=1000").await.json();
    let kinds: Vec<&str> =
        events.as_array().unwrap().iter().map(|event| event["body"]["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[1], *kinds.last().unwrap()), ("published", "invite-issued", "closed"));
    assert_eq!(events[1]["actor"], "admin:So Noi vu");
}

#[tokio::test]
async fn each_role_may_what_the_table_says_and_no_more() {
    let site = Site::with(meeting()).await;
    let (administrator, hub) = (site.administrator().await, site.seated("hub").await);
    let (point, observer) = (site.seated("point:071").await, site.seated("observer:bao").await);
    let paths = [
        // path, administrator, host, point, observer
        ("/me", [200, 200, 200, 200]),
        ("/meetings", [200, 403, 403, 403]),
        ("/meetings/m", [200, 200, 403, 403]),
        ("/meetings/m/state", [200, 200, 200, 200]),
        ("/meetings/m/public", [200, 200, 200, 200]),
        ("/meetings/m/roll-call", [200, 200, 200, 403]),
        ("/meetings/m/lines", [200, 200, 403, 403]),
        ("/meetings/m/events", [200, 200, 403, 403]),
        ("/meetings/m/invites", [200, 200, 403, 403]),
        ("/meetings/other/state", [404, 403, 403, 403]),
    ];
    for (path, expected) in paths {
        for (client, status) in [&administrator, &hub, &point, &observer].into_iter().zip(expected) {
            assert_eq!(client.get(path).await.status.as_u16(), status, "{path}");
        }
    }
    for (client, status) in [(&administrator, 403), (&point, 403), (&observer, 403)] {
        assert_eq!(client.ask(json!({ "do": "open" })).await.status.as_u16(), status);
    }
    let nobody = site.send(Method::GET, "/api/v1/meetings/m/state", &[], "").await;
    assert_eq!((nobody.status, nobody.headers.contains_key(WWW_AUTHENTICATE)), (StatusCode::UNAUTHORIZED, true));
}

#[tokio::test]
async fn a_token_is_worthless_once_its_invite_is_revoked() {
    let site = Site::with(meeting()).await;
    let (hub, point) = (site.seated("hub").await, site.seated("point:071").await);
    assert_eq!(point.get("/me").await.status, StatusCode::OK);
    let revoked = hub.call(Method::DELETE, "/meetings/m/invites/point:071", &[], "").await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(point.get("/me").await.status, StatusCode::UNAUTHORIZED);
    let again = hub.call(Method::DELETE, "/meetings/m/invites/point:071", &[], "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_request_with_a_key_is_carried_out_once() {
    let site = Site::with(meeting()).await;
    let administrator = site.administrator().await;
    let key = [("idempotency-key", "7f3a")];
    let path = "/meetings/m/commands";
    let body = json!({ "do": "publish" }).to_string();
    let first = administrator.call(Method::POST, path, &key, &body).await;
    let again = administrator.call(Method::POST, path, &key, &body).await;
    assert_eq!((first.status, &first.body), (StatusCode::OK, &again.body));
    assert_eq!(site.records.events(&site.meeting.id).await.unwrap().len(), 1);
    let without = administrator.call(Method::POST, path, &[], &body).await;
    assert_eq!(without.status, StatusCode::CONFLICT, "carried out again, it is refused");
    let other = administrator.call(Method::POST, path, &key, &json!({ "do": "withdraw" }).to_string()).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json()["type"], "urn:diemcau:problem:key-reused");
}

#[tokio::test]
async fn a_plan_is_changed_only_by_who_has_read_the_newest() {
    let site = Site::with(meeting()).await;
    let administrator = site.administrator().await;
    let read = administrator.get("/meetings/m").await;
    let tag = read.headers[ETAG].to_str().unwrap().to_owned();
    let same = administrator.call(Method::GET, "/meetings/m", &[("if-none-match", &tag)], "").await;
    assert_eq!((same.status, same.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let mut plan = read.json();
    plan["title"] = json!("Hội nghị sơ kết");
    let put = async |headers: &[(&str, &str)]| {
        administrator.call(Method::PUT, "/meetings/m", headers, &plan.to_string()).await.status
    };
    assert_eq!(put(&[]).await, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(put(&[("if-match", &tag)]).await, StatusCode::OK);
    assert_eq!(put(&[("if-match", &tag)]).await, StatusCode::PRECONDITION_FAILED);
    administrator.must(json!({ "do": "publish" })).await;
    assert_eq!(put(&[("if-match", "\"2\"")]).await, StatusCode::OK);
    let events = site.records.events(&site.meeting.id).await.unwrap();
    let crate::meeting::EventBody::PlanChanged { plan } = &events[1].body else { panic!("{events:?}") };
    assert_eq!(plan.version, 3);
    let snapshot = site.hub.meeting(&site.meeting.id).await.unwrap().borrow().clone();
    assert_eq!(snapshot.conference.meeting().title, "Hội nghị sơ kết");
}

#[tokio::test]
async fn a_plan_is_not_changed_after_the_close() {
    let site = Site::with(meeting()).await;
    let hub = site.seated("hub").await;
    for command in ["publish", "open", "close"] {
        hub.must(json!({ "do": command })).await;
    }
    let plan = hub.get("/meetings/m").await.json();
    let refused = hub.call(Method::PUT, "/meetings/m", &[("if-match", "\"1\"")], &plan.to_string()).await;
    assert_eq!((refused.status, &refused.json()["phase"]), (StatusCode::CONFLICT, &json!("closed")));
    assert_eq!(site.records.plan(&site.meeting.id).await.unwrap().unwrap().1.version, 1);
}

#[tokio::test]
async fn a_plan_that_is_published_and_asleep_still_says_who_changed_it() {
    let site = Site::with(meeting()).await;
    site.seated("hub").await.must(json!({ "do": "publish" })).await;
    // Another server on the same records, which has not read the meeting yet.
    let site = site.restarted().await;
    let administrator = site.administrator().await;
    let plan = administrator.get("/meetings/m").await.json();
    let put = administrator.call(Method::PUT, "/meetings/m", &[("if-match", "\"1\"")], &plan.to_string()).await;
    assert_eq!(put.status, StatusCode::OK);
    let events = site.records.events(&site.meeting.id).await.unwrap();
    assert_eq!(events.last().unwrap().actor.to_string(), "admin:So Noi vu");
    assert_eq!(events.len(), 2, "{events:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_plan_is_said_in_both_languages() {
    let site = Site::with(meeting()).await;
    let administrator = site.administrator().await;
    let mut plan = serde_json::to_value(meeting()).unwrap();
    (plan["id"], plan["title"]) = (json!("n"), json!(" "));
    for (language, words) in [("vi", "Thiếu title."), ("en", "Title is missing.")] {
        let headers = [("accept-language", language)];
        let refused = administrator.call(Method::POST, "/meetings", &headers, &plan.to_string()).await;
        assert_eq!((refused.status, &refused.json()["detail"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(words)));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_plan_is_said() {
    let site = Site::with(meeting()).await;
    let administrator = site.administrator().await;
    let mut plan = serde_json::to_value(meeting()).unwrap();
    plan["id"] = json!("n");
    plan["hub"] = json!("999");
    let refused = administrator.post("/meetings", &plan).await;
    assert_eq!(
        (refused.status, &refused.json()["type"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("urn:diemcau:problem:plan"))
    );
    plan["hub"] = json!("08");
    plan["colour"] = json!("red");
    let refused = administrator.post("/meetings", &plan).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.json()["detail"].as_str().unwrap().contains("colour"));
    plan.as_object_mut().unwrap().remove("colour");
    assert_eq!(administrator.post("/meetings", &plan).await.status, StatusCode::CREATED);
    assert_eq!(administrator.post("/meetings", &plan).await.status, StatusCode::CONFLICT);
    let first = administrator.get("/meetings?limit=1").await.json();
    let next = format!("/meetings?limit=1&after={}", first["next"].as_str().unwrap());
    let second = administrator.get(&next).await.json();
    assert_ne!(first["meetings"][0]["id"], second["meetings"][0]["id"]);
}

#[tokio::test]
async fn a_delegates_own_phone_says_so_and_the_clerk_confirms() {
    let site = Site::with(meeting()).await;
    let hub = site.seated("hub").await;
    hub.must(json!({ "do": "publish" })).await;
    let request = json!({ "places": ["point:071"], "kind": "check-in" });
    let issued = hub.post("/meetings/m/invites", &request).await.json();
    let check_in = async |body: Value| site.send(Method::POST, "/api/v1/check-in", &[], &body.to_string()).await;
    let code = &issued[0]["code"];
    let list = check_in(json!({ "code": code })).await.json();
    assert_eq!(list["delegates"].as_array().unwrap().len(), 2);
    let done = check_in(json!({ "code": code, "delegate": "d2" })).await.json();
    assert_eq!(done["delegates"][1]["checkedIn"], true);
    assert_eq!(check_in(json!({ "code": code, "delegate": "d9" })).await.status, StatusCode::NOT_FOUND);
    let total = hub.state().await["total"].clone();
    assert_eq!((&total["present"], &total["unconfirmed"]), (&json!(0), &json!(2)));
    // Such a code opens no seat, and a seat's code no list.
    assert_eq!(site.join(code.as_str().unwrap()).await.status, StatusCode::NOT_FOUND);
    let seat = site.code(Place::Hub).await;
    assert_eq!(check_in(json!({ "code": seat })).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_refusal_speaks_both_languages() {
    let site = Site::with(meeting()).await;
    let hub = site.seated("hub").await;
    let words = async |language: &str| {
        let body = json!({ "do": "pause" }).to_string();
        let answer = hub.call(Method::POST, "/meetings/m/commands", &[("accept-language", language)], &body).await;
        answer.json()["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(words("vi").await, "Không làm được việc này khi hội nghị còn là bản nháp.");
    assert_eq!(words("en").await, "That cannot be done while the meeting is a draft.");
}

#[tokio::test]
async fn the_interface_describes_every_route_of_itself() {
    let site = Site::with(meeting()).await;
    let description = site.send(Method::GET, "/api/openapi.json", &[], "").await.json();
    assert_eq!(description["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    let paths = description["paths"].as_object().unwrap();
    for path in [
        "/api/v1/join",
        "/api/v1/meetings",
        "/api/v1/meetings/{id}",
        "/api/v1/meetings/{id}/commands",
        "/api/v1/meetings/{id}/live",
        "/api/v1/meetings/{id}/papers/{format}",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    // Generated clients call an operation by its name.
    let operations = paths.values().filter_map(Value::as_object).flat_map(serde_json::Map::values);
    let mut names: Vec<_> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "one name for two operations");
    // Whatever is named is there.
    let text = description.to_string();
    for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(!description["components"]["schemas"][name].is_null(), "{name}");
    }
    let page = site.send(Method::GET, "/api/docs/", &[], "").await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn the_live_view_tells_whatever_changes_to_whom_it_may_concern() {
    let site = Site::with(meeting()).await;
    let (hub, point) = (site.seated("hub").await, site.seated("point:071").await);
    let ticket = point.post("/meetings/m/live-ticket", &json!({})).await.json();
    let path = format!("/api/v1/meetings/m/live?ticket={}", ticket["ticket"].as_str().unwrap());
    let mut stream = site.stream(&path).await;
    assert_eq!(stream.next().await["phase"], "draft");
    hub.must(json!({ "do": "publish" })).await;
    let seen = stream.next().await;
    assert_eq!((&seen["phase"], &seen["view"]), (&json!("published"), &json!("own")));
    let again = site.send(Method::GET, &path, &[], "").await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "a ticket is good once");
}

#[tokio::test]
async fn patches_make_of_the_first_state_what_the_interface_says_itself() {
    let site = Site::with(meeting()).await;
    let (hub, point) = (site.seated("hub").await, site.seated("point:071").await);
    let mut streams = Vec::new();
    for client in [&hub, &point] {
        let ticket = client.post("/meetings/m/live-ticket", &json!({})).await.json();
        let path = format!("/api/v1/meetings/m/live?ticket={}", ticket["ticket"].as_str().unwrap());
        streams.push((client, site.stream(&path).await));
    }
    hub.must(json!({ "do": "publish" })).await;
    hub.must(json!({ "do": "open" })).await;
    for place in ["hub", "point:071"] {
        site.connect(place).await;
    }
    point.must(json!({ "do": "call-roll", "delegate": "d1", "presence": { "is": "present" } })).await;
    point.must(json!({ "do": "request-floor", "speaker": { "name": "Ma Văn An" } })).await;
    point.must(json!({ "do": "request-floor", "speaker": { "name": "Lê Thị Bình" } })).await;
    hub.must(json!({ "do": "grant-floor", "request": 1 })).await;
    let vote = json!({ "do": "open-vote", "question": "Thông qua?", "options": ["Có", "Không"], "by": "delegates" });
    hub.must(vote).await;
    let ballot = json!({ "do": "cast-ballot", "vote": 1, "voter": { "delegate": "d1" }, "choice": 0 });
    point.must(ballot).await;
    for (client, mut stream) in streams {
        let mut said = client.state().await;
        said["now"] = Value::Null;
        let seen = async {
            loop {
                let mut seen = stream.next().await;
                seen["now"] = Value::Null;
                if seen["seq"] == said["seq"] && seen["recordedThrough"] == said["recordedThrough"] {
                    return seen;
                }
            }
        };
        let seen = timeout(Duration::from_secs(20), seen).await.expect("the newest state");
        assert_eq!(seen, said);
    }
    let state = point.state().await;
    assert_eq!(state["ballots"], json!({ "delegate:d1": 0 }));
    assert_eq!(hub.state().await["votes"][0]["ballots"], json!({ "delegate:d1": 0 }));
    let may: Vec<&str> = state["may"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(may.contains(&"call-roll") && !may.contains(&"grant-floor") && !may.contains(&"open"), "{may:?}");
}

#[tokio::test]
async fn words_are_written_to_everybody_and_are_there_for_whoever_comes_back() {
    let site = Site::with(meeting()).await;
    let (hub, point) = (site.seated("hub").await, site.seated("point:071").await);
    let observer = site.seated("observer:bao-chi").await;
    hub.must(json!({ "do": "publish" })).await;
    hub.must(json!({ "do": "announce", "text": "Thử đường truyền lúc 7 giờ" })).await;
    point.must(json!({ "do": "say", "text": " Điểm cầu đã sẵn sàng " })).await;
    let seen = observer.state().await;
    let told: Vec<(&Value, &Value, &Value)> = seen["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| (&message["by"], &message["text"], &message["announced"]))
        .collect();
    let (announced, said) = (json!("Thử đường truyền lúc 7 giờ"), json!("Điểm cầu đã sẵn sàng"));
    assert_eq!(told, [(&json!("hub"), &announced, &json!(true)), (&json!("point:071"), &said, &json!(false))]);
    assert_eq!(observer.ask(json!({ "do": "say", "text": "Xin chào" })).await.status, StatusCode::FORBIDDEN);
    for _ in 0..9 {
        point.must(json!({ "do": "say", "text": "Alô" })).await;
    }
    let refused = point.ask(json!({ "do": "say", "text": "Alô" })).await;
    assert_eq!((refused.status, &refused.json()["refusal"]), (StatusCode::CONFLICT, &json!("too-often")));
}

#[tokio::test]
async fn everybody_in_a_meeting_knows_its_outline_and_whom_to_call() {
    let person =
        |name: &str| crate::meeting::Person { name: name.into(), title: "".into(), phone: "0912 000 001".into() };
    let mut plan = meeting();
    plan.officers.chair = Some(person("Hoàng Văn Minh"));
    plan.officers.technician = Some(person("Vũ Thị Hoa"));
    let site = Site::with(plan).await;
    let point = site.seated("point:071").await;
    let outline = point.get("/meetings/m/outline").await.json();
    assert_eq!(outline["chair"], json!({ "name": "Hoàng Văn Minh", "title": "" }), "not the chair's own telephone");
    assert_eq!(outline["technician"]["phone"], "0912 000 001");
    let points = outline["points"].as_array().unwrap();
    assert!(points.iter().any(|point| point["id"] == "071"));
    assert!(outline.get("delegates").is_none());
    let other = Meeting { id: "n".parse().unwrap(), ..meeting() };
    site.records.create_meeting(&other).await.unwrap();
    assert_eq!(point.get("/meetings/n/outline").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_line_check_is_a_room_of_ones_own() {
    let site = Site::with(meeting()).await;
    let point = site.seated("point:071").await;
    let tokens = async || point.post("/meetings/m/line-check", &json!({})).await.json();
    let claims = |tokens: &Value, name: &str| site.claims(tokens[name].as_str().expect("a token"));
    let (first, second) = (tokens().await, tokens().await);
    let (sender, receiver) = (claims(&first, "sender"), claims(&first, "receiver"));
    assert_eq!(sender.grants.room, receiver.grants.room);
    assert_ne!(sender.grants.room, claims(&second, "sender").grants.room);
    assert!(!sender.grants.participant.can_subscribe && !receiver.grants.participant.can_publish);
    let administrator = site.administrator().await;
    assert_eq!(administrator.post("/meetings/m/line-check", &json!({})).await.status, StatusCode::FORBIDDEN);
}
