//! Meetings beside those that went before them, and ledgers that are checked on the server.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{conduct_tests::Client, tests::Site};
use crate::meeting::{Delegate, Meeting, test_meeting};

async fn tell(client: &Client<'_>, commands: &[Value]) {
    for command in commands {
        let answer = client.post("/meetings/m/commands", command).await;
        assert_eq!(answer.status, StatusCode::OK, "{command}: {}", answer.body);
    }
}

/// A meeting that was held: one delegate came, one did not.
async fn held() -> Site {
    let delegate = |id: &str, name: &str, point: &str| Delegate {
        id: id.parse().unwrap(),
        name: name.to_owned(),
        title: String::new(),
        unit: point.parse().unwrap(),
        point: point.parse().unwrap(),
    };
    let delegates = vec![delegate("d1", "Ma Văn An", "071"), delegate("d2", "Lê Thị Bình", "02233")];
    let site = Site::with(Meeting { delegates, ..test_meeting() }).await;
    let hub = site.seated("hub").await;
    let roll = |id: &str, is: &str| json!({ "do": "call-roll", "delegate": id, "presence": { "is": is } });
    tell(&hub, &[json!({ "do": "publish" }), json!({ "do": "begin-line-check" }), json!({ "do": "open" })]).await;
    tell(&hub, &[roll("d1", "present"), roll("d2", "absent"), json!({ "do": "close" })]).await;
    site
}

#[tokio::test]
async fn a_meeting_is_shown_the_closed_ones_of_its_hub_that_went_before_it_in_numbers_alone() {
    let site = held().await;
    let administrator = site.administrator().await;
    let later = |id: &str, hub: &str| Meeting {
        id: id.parse().unwrap(),
        hub: hub.parse().unwrap(),
        starts_at: test_meeting().starts_at.plus_millis(86_400_000),
        ..test_meeting()
    };
    for meeting in [later("m2", test_meeting().hub.as_str()), later("m3", "071")] {
        let body = serde_json::to_string(&meeting).unwrap();
        let made = administrator.call(Method::POST, "/meetings", &[], &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    }

    let earlier = administrator.get("/meetings/m2/earlier").await;
    let list = earlier.json();
    assert_eq!(list.as_array().unwrap().len(), 1, "{}", earlier.body);
    assert_eq!(list[0]["meeting"], "m");
    assert_eq!((&list[0]["total"]["expected"], &list[0]["total"]["present"]), (&json!(2), &json!(1)));
    assert!(!earlier.body.contains("Ma Văn An"), "{}", earlier.body);
    // Another hub, and what comes later, is none of its past.
    for meeting in ["m3", "m"] {
        assert_eq!(administrator.get(&format!("/meetings/{meeting}/earlier")).await.json(), json!([]), "{meeting}");
    }
    assert_eq!(administrator.get("/meetings/nowhere/earlier").await.status, StatusCode::NOT_FOUND);

    let (hub, point) = (site.seated("hub").await, site.seated("point:071").await);
    assert_eq!(hub.get("/meetings/m/earlier").await.status, StatusCode::OK);
    assert_eq!(hub.get("/meetings/m2/earlier").await.status, StatusCode::FORBIDDEN);
    assert_eq!(point.get("/meetings/m/earlier").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_ledger_is_checked_on_the_server_and_what_is_broken_is_told() {
    let site = held().await;
    let (hub, point) = (site.seated("hub").await, site.seated("point:071").await);
    let check = || async { hub.get("/meetings/m/ledger-check").await.json() };
    let whole = check().await;
    let head = hub.get("/meetings/m/head").await.json();
    assert_eq!(whole["found"]["is"], "whole", "{whole}");
    assert_eq!(whole["found"]["heads"][0]["hash"], head["hash"]);
    assert_eq!(whole["found"]["records"], head["seq"]);
    assert_eq!(point.get("/meetings/m/ledger-check").await.status, StatusCode::FORBIDDEN);

    site.tamper("UPDATE meetings SET title = 'Hội nghị khác' WHERE id = 'm'").await;
    let broken = check().await;
    assert_eq!(broken["found"]["is"], "broken", "{broken}");
    assert!(broken["found"]["fault"].as_str().unwrap().contains("the list of meetings"), "{broken}");
}
