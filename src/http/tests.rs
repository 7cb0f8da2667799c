//! The interface as a client meets it.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Method, StatusCode, header::RETRY_AFTER},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;
use crate::{
    clock,
    media::worker::WorkerOptions,
    meeting::{Actor, Command, Meeting, Place, Seat, test_meeting},
    records::Opening,
    stationery::Stationeries,
    webhooks::Webhooks,
};

pub(super) const LINK_KEY: &str = "links.internal";
/// A key of a program.
pub(super) const PORTAL: &str = "portal";

pub(super) struct Site {
    pub router: Router,
    pub hub: Hub,
    pub records: Records,
    pub keys: ApiKeys,
    pub meeting: Meeting,
    _dir: TempDir,
}

impl Site {
    pub async fn open() -> Site {
        let site = Site::with(test_meeting()).await;
        let publisher = Actor::Administrator("test".to_owned());
        site.hub.command(&site.meeting.id, publisher, Command::Publish).await.unwrap();
        site
    }

    /// With a meeting that is a draft.
    pub async fn with(meeting: Meeting) -> Site {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::open(dir.path(), clock::now()).await.unwrap();
        records.create_meeting(&meeting).await.unwrap();
        Site::on(dir, records, meeting)
    }

    /// Another server on what this one kept.
    pub async fn restarted(self) -> Site {
        self.hub.shutdown().await;
        self.records.close().await;
        let records = Records::open(self._dir.path(), clock::now()).await.unwrap();
        Site::on(self._dir, records, self.meeting)
    }

    fn on(dir: TempDir, records: Records, meeting: Meeting) -> Site {
        let keys = ApiKeys::new(
            [LINK_KEY, PORTAL].map(|key| (key.to_owned(), format!("a secret that only this test knows: {key}"))),
        );
        let worker = WorkerOptions { listen: "127.0.0.1:0".parse().unwrap(), advertise: Vec::new() };
        let hub = Hub::start([worker], records.clone(), keys.clone(), false, Webhooks::none()).unwrap();
        let services = Services::new(ServicesOptions {
            records: records.clone(),
            hub: hub.clone(),
            public_url: "https://hoinghi.example.vn".to_owned(),
            keys: keys.clone(),
            link_key: LINK_KEY.to_owned(),
            dev: false,
            trusted_proxies: Vec::new(),
            wrong_codes_per_minute: 3,
            stationeries: Stationeries::default(),
        });
        Site { router: router(services, Router::new()), hub, records, keys, meeting, _dir: dir }
    }

    /// Changes what the database keeps, past the server.
    pub async fn tamper(&self, statement: &'static str) {
        use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
        let options = SqliteConnectOptions::new().filename(self._dir.path().join("diemcau.sqlite"));
        let mut database = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }

    fn last_point(&self) -> Place {
        Place::Point(self.meeting.points.last().unwrap().id.clone())
    }

    pub async fn code(&self, place: Place) -> String {
        let seat = Seat { meeting: self.meeting.id.clone(), place };
        self.records.invite(&Opening::Seat(seat), clock::now()).await.unwrap()
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let (status, headers, body) = self.exchange(method, path, headers, body.as_ref()).await;
        Answer { status, headers, body: String::from_utf8(body).unwrap() }
    }

    /// For answers that are no text.
    pub async fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path).header(HOST, "hoinghi.example.vn:7880");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 50_000))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(body, 1 << 20).await.unwrap().to_vec())
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, "").await
    }

    /// What a token of this site says.
    pub fn claims(&self, token: &str) -> crate::signalling::token::Claims {
        self.keys.verify(token, clock::now()).expect("a good token")
    }

    pub async fn join(&self, code: &str) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, "/api/v1/join", &headers, &json!({ "code": code }).to_string()).await
    }
}

pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

#[tokio::test]
async fn a_code_becomes_a_token_and_the_facts_of_the_meeting() {
    let site = Site::open().await;
    let answer = site.join(&site.code(site.last_point()).await).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");

    let mut joined = answer.json();
    let token = joined["token"].take();
    let (meeting, point) = (&site.meeting, site.meeting.points.last().unwrap());
    let unit = meeting.point(point.parent.as_ref().unwrap()).unwrap();
    let path = joined["point"]["path"].take();
    assert_eq!(
        joined,
        json!({
            "token": null,
            "identity": format!("point:{}", point.id),
            "role": "point",
            "meeting": {
                "id": meeting.id, "title": meeting.title, "zone": meeting.zone, "startsAt": meeting.starts_at.to_string(),
            },
            "point": { "id": point.id, "name": point.name, "level": point.level, "room": point.room, "path": null },
            "dev": false,
        })
    );
    let path: Vec<String> = serde_json::from_value(path).unwrap();
    assert_eq!(path.first(), Some(&meeting.points[0].name));
    assert_eq!(path.last(), Some(&point.name));

    let now = clock::now();
    let claims = site.keys.verify(token.as_str().unwrap(), now).unwrap();
    assert_eq!(claims.identity.unwrap().to_string(), format!("point:{}", point.id));
    assert_eq!(claims.name, point.name);
    assert_eq!(claims.attributes["unit"], unit.name);
    assert_eq!(claims.attributes["role"], "point");
    assert_eq!(claims.grants.room.unwrap().to_string(), meeting.id.to_string());
    assert!(claims.grants.room_join && claims.grants.participant.can_publish && !claims.grants.room_admin);
    assert!((9 * 60_000..=10 * 60_000).contains(&claims.expires_at.millis_since(now)));
}

#[tokio::test]
async fn a_wrong_code_is_a_problem_in_vietnamese_unless_english_is_asked_for() {
    let site = Site::open().await;
    let answer = site.join("ABCDE-FGHJK").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(answer.json()["type"], "urn:diemcau:problem:unknown-code");
    assert_eq!(answer.json()["status"], 404);
    assert!(answer.json()["detail"].as_str().unwrap().starts_with("Không có điểm cầu nào"));

    let headers = [("content-type", "application/json"), ("accept-language", "en-GB")];
    let answer = site.send(Method::POST, "/api/v1/join", &headers, r#"{"code":"x"}"#).await;
    assert!(answer.json()["detail"].as_str().unwrap().starts_with("This code opens no point"));
    assert_eq!(answer.headers["content-language"], "en");
}

#[tokio::test]
async fn a_revoked_code_opens_nothing() {
    let site = Site::open().await;
    let code = site.code(Place::Hub).await;
    let seat = site.records.redeem(&code).await.unwrap().unwrap();
    site.records.revoke(&seat, clock::now()).await.unwrap();
    assert_eq!(site.join(&code).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn wrong_codes_run_out_and_right_ones_do_not_count() {
    let site = Site::open().await;
    let code = site.code(site.last_point()).await;
    for _ in 0..10 {
        assert_eq!(site.join(&code).await.status, StatusCode::OK);
    }
    for _ in 0..3 {
        assert_eq!(site.join("ABCDE-FGHJK").await.status, StatusCode::NOT_FOUND);
    }
    let answer = site.join("ABCDE-FGHJK").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let retry_after: u64 = answer.headers[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&retry_after), "{retry_after}");
}

#[tokio::test]
async fn junk_is_refused_by_its_size_and_its_shape() {
    let site = Site::open().await;
    let post = async |content_type: &str, body: &str| {
        site.send(Method::POST, "/api/v1/join", &[("content-type", content_type)], body).await.status
    };
    for body in ["", "{", "[]", r#"{"code":7}"#] {
        assert_eq!(post("application/json", body).await, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(post("text/plain", r#"{"code":"x"}"#).await, StatusCode::BAD_REQUEST);
    let long = json!({ "code": "x".repeat(MAX_BODY_BYTES) }).to_string();
    assert_eq!(post("application/json", &long).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn every_answer_tells_browsers_to_keep_to_this_server() {
    let site = Site::open().await;
    for path in ["/", "/j", "/healthz", "/readyz", "/none", "/api/v1/none"] {
        let headers = site.get(path, &[]).await.headers;
        assert_eq!(
            headers["content-security-policy"],
            "default-src 'self'; connect-src 'self' ws://hoinghi.example.vn:7880 wss://hoinghi.example.vn:7880; \
             img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; style-src 'self'; \
             object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "{path}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=(self)"));
    }
}

#[test]
fn a_forged_host_does_not_get_into_the_policy() {
    let headers = [(HOST, "x; script-src *".parse().unwrap())].into_iter().collect();
    assert!(content_security_policy(&headers).starts_with("default-src 'self'; connect-src 'self'; img-src"));
}

#[tokio::test]
async fn pages_are_the_app_and_the_rest_is_not_found() {
    let site = Site::open().await;
    let status = async |path: &str| site.get(path, &[]).await.status;
    for path in ["/", "/j", "/c", "/a", "/sign-in", "/setup", "/setup/meetings/m/agenda", "/m/m/desk", "/healthz"] {
        assert_eq!(status(path).await, StatusCode::OK, "{path}");
    }
    for path in
        ["/j/x", "/setups", "/m//desk", "/m/m/none", "/assets/../Cargo.toml", "/wp-admin", "/api/v1/none", "/api/x"]
    {
        assert_eq!(status(path).await, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(site.send(Method::POST, "/", &[], "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

/// What the log says, for a test to read.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_has_a_line_a_request_without_the_query_and_without_codes() {
    let site = Site::open().await;
    let code = site.code(site.last_point()).await;
    let said = Said::default();
    let writer = said.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    site.get("/healthz?access_token=eyJhbGciOi", &[]).await;
    site.get("/rtc/v1?access_token=eyJhbGciOi", &[]).await;
    site.join(&code).await;
    drop(guard);

    let log = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(r#"request method=GET path="/healthz" status=200"#), "{log}");
    assert!(log.contains("latency_us="), "{log}");
    for secret in ["eyJhbGciOi", "access_token", &code, &site.meeting.points.last().unwrap().name] {
        assert!(!log.contains(secret), "{secret} stands in the log: {log}");
    }
}
