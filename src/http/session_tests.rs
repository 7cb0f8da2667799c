//! Administrators as their browsers meet the interface.

use axum::http::{Method, StatusCode, header::SET_COOKIE};
use serde_json::{Value, json};

use super::tests::{Answer, Site};
use crate::{clock, meeting::test_meeting};

const PASSWORD: &str = "mot hai ba bon";

impl Site {
    async fn say(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, &format!("/api/v1{path}"), headers, &body).await
    }

    async fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.say(Method::POST, "/admin/session", &[], json!({ "name": name, "password": password })).await
    }

    /// With the password [`PASSWORD`].
    async fn has_administrator(&self, name: &str) -> Answer {
        let code = self.records.administration().add(name, clock::now()).await.unwrap();
        let answer =
            self.say(Method::POST, "/admin/password", &[], json!({ "code": code, "password": PASSWORD })).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer
    }
}

impl Answer {
    fn problem(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().replace("urn:diemcau:problem:", "")
    }

    /// What the browser sends along from now on.
    fn cookie(&self) -> String {
        self.headers[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.json()["token"].as_str().unwrap())
    }
}

#[tokio::test]
async fn the_first_administrator_comes_by_a_link_and_signs_in_by_a_password_from_then_on() {
    let site = Site::with(test_meeting()).await;
    let code = site.records.administration().add_first(clock::now()).await.unwrap();
    let welcome = site.say(Method::POST, "/admin/welcome", &[], json!({ "code": code })).await;
    assert_eq!(welcome.json(), json!({ "name": null, "minPasswordChars": 10 }));

    let set = async |name: Value, password: &str| {
        site.say(Method::POST, "/admin/password", &[], json!({ "code": code, "name": name, "password": password }))
            .await
    };
    assert_eq!(set(json!("quantri"), "short").await.problem(), "short-password");
    assert_eq!(set(json!(null), PASSWORD).await.problem(), "administrator-name");
    let first = set(json!("quantri"), PASSWORD).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(first.json()["name"], "quantri");
    assert_eq!(set(json!("again"), PASSWORD).await.problem(), "used-link");

    let signed_in = site.sign_in("QUANTRI", PASSWORD).await;
    let (bearer, cookie) = (signed_in.bearer(), signed_in.cookie());
    let me = site.say(Method::GET, "/me", &[("authorization", &bearer)], Value::Null).await.json();
    assert_eq!((&me["actor"], &me["role"]), (&json!("admin:quantri"), &json!("administrator")));

    let renew = async || site.say(Method::POST, "/admin/session/token", &[("cookie", &cookie)], Value::Null).await;
    assert_eq!(renew().await.json()["name"], "quantri");
    let out = site.say(Method::DELETE, "/admin/session", &[("cookie", &cookie)], Value::Null).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(out.headers[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!((renew().await.status, renew().await.problem().as_str()), (StatusCode::UNAUTHORIZED, "signed-out"));
}

#[tokio::test]
async fn the_cookie_is_for_the_browser_alone_and_opens_nothing_by_itself() {
    let site = Site::with(test_meeting()).await;
    let answer = site.has_administrator("An").await;
    let set = answer.headers[SET_COOKIE].to_str().unwrap();
    for part in ["; Path=/api/v1/admin;", "; HttpOnly;", "; SameSite=Strict;", "; Secure"] {
        assert!(set.contains(part), "{set}");
    }
    assert_eq!(answer.headers["cache-control"], "no-store");
    let cookie = answer.cookie();
    let listed = site.say(Method::GET, "/meetings", &[("cookie", &cookie)], Value::Null).await;
    assert_eq!(listed.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike_and_run_out() {
    let site = Site::with(test_meeting()).await;
    site.has_administrator("An").await;
    let wrong = site.sign_in("An", "not the password").await;
    let nobody = site.sign_in("Nobody", PASSWORD).await;
    assert_eq!((wrong.status, wrong.body), (StatusCode::FORBIDDEN, nobody.body));
    assert_eq!(site.sign_in("An", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(site.sign_in("An", "x").await.problem(), "wrong-password");
    assert_eq!(site.sign_in("An", PASSWORD).await.problem(), "too-many-tries");
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_token() {
    let site = Site::with(test_meeting()).await;
    let elsewhere = site.has_administrator("An").await;
    let bearer = elsewhere.bearer();
    let headers = [("authorization", bearer.as_str())];
    let change = |old: &str| json!({ "old": old, "new": "nam sau bay tam" });
    let wrong = site.say(Method::PUT, "/admin/password", &headers, change("wrong password")).await;
    assert_eq!(wrong.problem(), "wrong-password");
    let changed = site.say(Method::PUT, "/admin/password", &headers, change(PASSWORD)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);

    let cookie = elsewhere.cookie();
    let renewed = site.say(Method::POST, "/admin/session/token", &[("cookie", &cookie)], Value::Null).await;
    assert_eq!(renewed.status, StatusCode::UNAUTHORIZED);
    let here = site.say(Method::POST, "/admin/session/token", &[("cookie", &changed.cookie())], Value::Null).await;
    assert_eq!(here.status, StatusCode::OK);

    // A token's instants are whole seconds: it outlives a password of the same one, and none of a later one.
    let bearer = changed.bearer();
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(site.say(Method::GET, "/me", &headers, Value::Null).await.status, StatusCode::OK);
    let later = clock::now().plus_millis(2_000);
    site.records.administration().set_password("An", "a hash", later).await.unwrap();
    assert_eq!(site.say(Method::GET, "/me", &headers, Value::Null).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn administrators_invite_and_revoke_one_another_and_the_last_one_stays() {
    let site = Site::with(test_meeting()).await;
    let an = site.has_administrator("An").await.bearer();
    let headers = [("authorization", an.as_str())];
    let last = site.say(Method::DELETE, "/administrators/An", &headers, Value::Null).await;
    assert_eq!(last.problem(), "last-administrator");

    let added = site.say(Method::POST, "/administrators", &headers, json!({ "name": "Bình" })).await;
    assert_eq!(added.status, StatusCode::CREATED);
    let code = added.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(added.json()["link"], format!("https://hoinghi.example.vn/a#{code}"));
    let twice = site.say(Method::POST, "/administrators", &headers, json!({ "name": "bình" })).await;
    assert_eq!(twice.problem(), "administrator-exists");
    let again = site.say(Method::POST, "/administrators/B%C3%ACnh/link", &headers, Value::Null).await.json();
    let stale = site.say(Method::POST, "/admin/welcome", &[], json!({ "code": code })).await;
    assert_eq!(stale.problem(), "used-link");
    let set = json!({ "code": again["code"], "password": PASSWORD });
    let binh = site.say(Method::POST, "/admin/password", &[], set).await.bearer();

    let by_binh = [("authorization", binh.as_str())];
    let revoked = site.say(Method::DELETE, "/administrators/An", &by_binh, Value::Null).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(site.say(Method::GET, "/me", &headers, Value::Null).await.status, StatusCode::UNAUTHORIZED);
    let listed = site.say(Method::GET, "/administrators", &by_binh, Value::Null).await.json();
    let names: Vec<_> =
        listed.as_array().unwrap().iter().map(|one| (&one["name"], one["revokedAt"].is_null())).collect();
    assert_eq!(names, [(&json!("An"), false), (&json!("Bình"), true)]);
}

#[tokio::test]
async fn a_seat_is_no_administrator() {
    let site = Site::with(test_meeting()).await;
    let hub = site.join(&site.code(crate::meeting::Place::Hub).await).await.bearer();
    let headers = [("authorization", hub.as_str())];
    for (method, path) in [
        (Method::GET, "/administrators"),
        (Method::POST, "/administrators/An/link"),
        (Method::DELETE, "/administrators/An"),
    ] {
        assert_eq!(site.say(method, path, &headers, Value::Null).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let change = json!({ "old": PASSWORD, "new": PASSWORD });
    let changed = site.say(Method::PUT, "/admin/password", &headers, change).await;
    assert_eq!(changed.status, StatusCode::FORBIDDEN);
}
