//! The server as a function: it starts on free ports, serves, stops in order, and comes back with what it kept.

mod common;

use std::net::{Ipv4Addr, SocketAddr};

use common::{Running, config, request, request_over_tls};
use serde_json::json;

const JSON: (&str, &str) = ("content-type", "application/json");

fn loopback(bound: SocketAddr) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, bound.port()).into()
}

#[tokio::test]
async fn it_starts_serves_and_stops() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(config(dir.path()), false).await;
    let http = server.started.http;
    assert_ne!(http.port(), 0);
    assert_eq!(server.started.url, format!("http://{http}"));
    assert_eq!(server.started.media.len(), 1);
    assert_ne!(server.started.media[0].port(), 0);
    assert_eq!(request(http, "GET", "/healthz", &[], "").await.status, 200);

    server.stop().await;
    std::net::TcpListener::bind(http).expect("the port is free again");
}

#[tokio::test]
async fn a_host_joins_and_takes_the_attendance_home() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(config(dir.path()), false).await;
    let http = server.started.http;
    let sample = server.started.sample.clone().expect("an empty directory gets the sample meeting");

    let body = json!({ "code": sample.host_code }).to_string();
    let joined = request(http, "POST", "/api/v1/join", &[JSON], &body).await.json();
    assert_eq!(joined["identity"], "hub");
    assert_eq!(joined["dev"], true);

    let bearer = format!("Bearer {}", joined["token"].as_str().unwrap());
    let path = format!("/api/v1/meetings/{}/papers/csv?table=points", sample.meeting);
    let csv = request(http, "GET", &path, &[("authorization", &bearer)], "").await;
    assert_eq!(csv.status, 200, "{}", csv.head);
    assert!(csv.body.starts_with("\u{feff}".as_bytes()));
    let rows = csv::Reader::from_reader(csv.body.as_slice()).into_records().count();
    assert_eq!(rows, sample.points.len());
    server.stop().await;
}

#[tokio::test]
async fn codes_and_tokens_outlive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(config(dir.path()), false).await;
    let sample = server.started.sample.clone().unwrap();
    let body = json!({ "code": sample.host_code }).to_string();
    let joined = request(server.started.http, "POST", "/api/v1/join", &[JSON], &body).await.json();
    server.stop().await;

    let server = Running::start(config(dir.path()), false).await;
    assert_eq!(server.started.sample, Some(sample));
    let bearer = format!("Bearer {}", joined["token"].as_str().unwrap());
    let path = format!("/rtc/v1/validate?access_token={}", joined["token"].as_str().unwrap());
    let validated = request(server.started.http, "GET", &path, &[("authorization", &bearer)], "").await;
    assert_ne!(validated.status, 401, "{}", validated.head);
    server.stop().await;
}

#[tokio::test]
async fn on_a_local_network_a_client_that_took_the_certificate_talks_tls() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(config(dir.path()), true).await;
    let (http, lan) = (loopback(server.started.http), server.started.lan.clone().unwrap());
    let ca_page = loopback(lan.ca_page);

    let page = request(ca_page, "GET", "/", &[], "").await;
    assert!(String::from_utf8_lossy(&page.body).contains(&lan.fingerprint));
    let elsewhere = request(ca_page, "GET", "/j", &[], "").await;
    assert!(elsewhere.head.contains(&format!("location: https://localhost:{}/j", http.port())), "{}", elsewhere.head);

    let authority = request(ca_page, "GET", "/ca.crt", &[], "").await.body;
    assert_eq!(request_over_tls(http, authority, "/healthz").await.status, 200);
    server.stop().await;

    let server = Running::start(config(dir.path()), true).await;
    assert_eq!(server.started.lan.as_ref().unwrap().fingerprint, lan.fingerprint);
    server.stop().await;
}
