//! The papers over the interface: who gets which, as what, and that the signature holds.

use std::io::{Cursor, Read};

use axum::http::{
    Method, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use serde_json::{Value, json};
use zip::ZipArchive;

use super::{conduct_tests::Client, tests::Site};
use crate::{
    ledger::signature::Signature,
    meeting::{Delegate, Meeting, test_meeting},
    papers::Format,
};

fn delegate(id: &str, name: &str, point: &str) -> Delegate {
    let point: crate::ids::PointId = point.parse().unwrap();
    Delegate { id: id.parse().unwrap(), name: name.to_owned(), title: String::new(), unit: point.clone(), point }
}

/// A meeting that is open, with the roll of two rooms called.
async fn site() -> Site {
    let delegates = vec![delegate("d1", "Ma Văn An", "071"), delegate("d2", "Lê Thị Bình", "02233")];
    let site = Site::with(Meeting { delegates, ..test_meeting() }).await;
    let hub = site.seated("hub").await;
    hub.must(json!({ "do": "publish" })).await;
    site.connect("hub").await;
    site.connect("point:071").await;
    hub.must(json!({ "do": "begin-line-check" })).await;
    hub.must(json!({ "do": "open" })).await;
    for id in ["d1", "d2"] {
        hub.must(json!({ "do": "call-roll", "delegate": id, "presence": { "is": "present" } })).await;
    }
    site
}

fn files(zip: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let (name, mut bytes) = (file.name().unwrap().into_owned(), Vec::new());
        file.read_to_end(&mut bytes).unwrap();
        files.push((name, bytes));
    }
    files
}

#[tokio::test]
async fn a_host_gets_every_paper_by_the_type_and_under_the_name_that_the_list_tells() {
    let site = site().await;
    let hub = site.seated("hub").await;
    let list = hub.get("/meetings/m/papers?lang=en").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    let list = list.json();
    let formats: Vec<&str> = list.as_array().unwrap().iter().map(|one| one["format"].as_str().unwrap()).collect();
    let offered: Vec<&str> = Format::ALL.iter().map(|format| format.name()).chain(["ledger"]).collect();
    assert_eq!(formats, offered);
    assert_eq!(list[0]["tables"][1], json!({ "table": "units", "title": "Units" }));
    for paper in list.as_array().unwrap() {
        let path = format!("/api/v1/meetings/m/papers/{}?lang=vi", paper["format"].as_str().unwrap());
        let (status, headers, body) = site.exchange(Method::GET, &path, &[("authorization", &hub.bearer())], b"").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers[CONTENT_TYPE], paper["mediaType"].as_str().unwrap());
        assert_eq!(headers["cache-control"], "no-store");
        let disposition = headers[CONTENT_DISPOSITION].to_str().unwrap();
        assert!(disposition.contains(&format!(".{}\"", paper["extension"].as_str().unwrap())), "{disposition}");
        assert!(!body.is_empty());
    }
    let summary = hub.get("/meetings/m/papers/csv?table=summary&lang=en").await;
    assert_eq!(summary.headers[CONTENT_TYPE], "text/csv; charset=utf-8");
    assert!(summary.body.starts_with('\u{feff}') && summary.body.contains("PROVISIONAL"), "{}", summary.body);
    let disposition = summary.headers[CONTENT_DISPOSITION].to_str().unwrap();
    assert!(disposition.contains("Summary---Hoi-nghi---PROVISIONAL.csv"), "{disposition}");
}

#[tokio::test]
async fn a_point_gets_its_own_rows_and_nobody_gets_more_than_they_may() {
    let site = site().await;
    let (point, hub) = (site.seated("point:071").await, site.seated("hub").await);
    let delegates = |text: String| (text.contains("Ma Văn An"), text.contains("Lê Thị Bình"));
    let path = "/meetings/m/papers/csv?table=delegates";
    assert_eq!(delegates(hub.get(path).await.body), (true, true));
    assert_eq!(delegates(point.get(path).await.body), (true, false));
    assert_eq!(delegates(hub.get(&format!("{path}&point=02233")).await.body), (false, true));
    assert_eq!(delegates(point.get("/meetings/m/papers/json").await.body), (true, false));
    assert_eq!(point.get(&format!("{path}&point=071")).await.status, StatusCode::OK);
    assert_eq!(point.get(&format!("{path}&point=02233")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(point.get("/meetings/m/papers/ledger").await.status, StatusCode::FORBIDDEN);
    let list = point.get("/meetings/m/papers").await.json();
    assert!(list.as_array().unwrap().iter().all(|paper| paper["format"] != "ledger"));

    let observer = site.seated("observer:bao").await;
    for path in ["/meetings/m/papers", "/meetings/m/papers/csv", "/meetings/m/papers/ics"] {
        assert_eq!(observer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        let nobody = site.get(&format!("/api/v1{path}"), &[]).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let elsewhere = point.get("/meetings/other/papers/csv").await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn printed_papers_are_had_by_their_names_and_a_point_prints_its_own_sheet() {
    let site = site().await;
    let (point, hub) = (site.seated("point:071").await, site.seated("hub").await);
    let list = hub.get("/meetings/m/papers?lang=vi").await.json();
    let of =
        |format: &str| list.as_array().unwrap().iter().find(|one| one["format"] == format).unwrap()["printed"].clone();
    assert_eq!(of("csv"), json!([]));
    let names: Vec<Value> = of("pdf").as_array().unwrap().iter().map(|one| one["paper"].clone()).collect();
    assert_eq!(names, ["attendance", "minutes", "roll-call-sheet"]);
    for (paper, name) in [("minutes", "Bien-ban"), ("attendance", "Danh-sach"), ("roll-call-sheet", "Phieu-diem-danh")]
    {
        for format in ["pdf", "docx"] {
            let path = format!("/api/v1/meetings/m/papers/{format}?paper={paper}&lang=vi");
            let (status, headers, body) =
                site.exchange(Method::GET, &path, &[("authorization", &point.bearer())], b"").await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(body.starts_with(if format == "pdf" { b"%PDF" } else { b"PK\x03\x04" }), "{path}");
            let disposition = headers[CONTENT_DISPOSITION].to_str().unwrap();
            assert!(disposition.contains(name), "{disposition}");
        }
    }
}

/// What was shown once is printed once: the pages are made of the answer that issued the codes.
#[tokio::test]
async fn issued_invites_are_printed_for_those_who_may_invite_and_kept_nowhere() {
    let site = site().await;
    let (point, hub) = (site.seated("point:071").await, site.seated("hub").await);
    let issued =
        hub.post("/meetings/m/invites", &json!({ "places": ["point:071", "point:02233"], "qr": true })).await.json();
    let path = "/api/v1/meetings/m/invites/printed";
    let print = async |client: &Client<'_>, body: Value| {
        site.exchange(Method::POST, path, &[("authorization", &client.bearer())], body.to_string().as_bytes()).await
    };
    let (status, headers, body) = print(&hub, json!({ "invites": issued })).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    assert!(body.starts_with(b"%PDF"));
    assert_eq!(headers[CONTENT_TYPE], "application/pdf");
    assert_eq!(headers["cache-control"], "no-store");
    // The codes still open their seats.
    assert_eq!(site.join(issued[0]["code"].as_str().unwrap()).await.status, StatusCode::OK);
    for (client, body, status) in [
        (&point, json!({ "invites": issued }), StatusCode::FORBIDDEN),
        (
            &hub,
            json!({ "invites": [{ "place": "point:99", "code": "A", "link": "https://a.vn/j#A" }] }),
            StatusCode::NOT_FOUND,
        ),
        (
            &hub,
            json!({ "invites": [{ "place": "hub", "code": "A", "link": "a".repeat(501) }] }),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            &hub,
            json!({ "invites": vec![json!({ "place": "hub", "code": "A", "link": "a" }); 1_001] }),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (&hub, json!({}), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(
            print(client, body.clone()).await.0,
            status,
            "{}",
            body.to_string().chars().take(100).collect::<String>()
        );
    }
}

#[tokio::test]
async fn the_signature_beside_a_paper_holds_for_it_and_the_key_that_is_published() {
    let site = site().await;
    let hub = site.seated("hub").await;
    let files = files(hub.file("/meetings/m/papers/xlsx?sign=true").await);
    let [(name, paper), (beside, text)] = files.as_slice() else { panic!("two files") };
    assert_eq!(*beside, format!("{name}.sig"));
    let signature: Signature = std::str::from_utf8(text).unwrap().trim().parse().unwrap();
    let key = site.get("/api/v1/ledger-key", &[]).await.json();
    let key = key["publicKey"].as_str().unwrap().parse().unwrap();
    assert_eq!(signature.check(paper, &key), Ok(()));
    assert!(signature.check(&paper[1..], &key).is_err());
}

#[tokio::test]
async fn what_is_no_paper_is_refused_in_words() {
    let site = site().await;
    let hub = site.seated("hub").await;
    for (path, status) in [
        ("/meetings/m/papers/ods", StatusCode::NOT_FOUND),
        ("/meetings/none/papers/csv", StatusCode::FORBIDDEN),
        ("/meetings/m/papers/csv?table=none", StatusCode::BAD_REQUEST),
        ("/meetings/m/papers/csv?lang=fr", StatusCode::BAD_REQUEST),
        ("/meetings/m/papers/xlsx?table=points", StatusCode::BAD_REQUEST),
        ("/meetings/m/papers/ledger?sign=true", StatusCode::BAD_REQUEST),
        ("/meetings/m/papers/pdf?paper=none", StatusCode::BAD_REQUEST),
        ("/meetings/m/papers/csv?paper=minutes", StatusCode::BAD_REQUEST),
    ] {
        let answer = hub.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.headers[CONTENT_TYPE], "application/problem+json", "{path}");
    }
    let administrator = site.administrator().await;
    assert_eq!(administrator.get("/meetings/none/papers/csv").await.status, StatusCode::NOT_FOUND);
    assert_eq!(administrator.get("/meetings/none/papers").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_schema_of_the_data_is_served_to_everybody() {
    let site = site().await;
    let schema = site.get("/api/v1/report.schema.json", &[]).await;
    assert_eq!(schema.headers[CONTENT_TYPE], "application/schema+json");
    let schema: Value = schema.json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

impl Client<'_> {
    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}
