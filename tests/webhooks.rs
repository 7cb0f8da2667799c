//! Webhooks by TLS: a receiver is told when the machine trusts its authority, and not before.

mod common;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::post};
use axum_server::tls_rustls::RustlsConfig;
use base64::{Engine, prelude::BASE64_STANDARD};
use diemcau::{
    clock,
    signalling::token::{ApiKeys, Claims, Grants},
    tls::{LocalCa, Names},
};
use tokio::{sync::mpsc, time::timeout};

const DEADLINE: Duration = Duration::from_secs(30);

/// Killed when the test ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that trusts the authorities of a file; its lines of both outputs come out of the channel.
fn serve(dir: &Path, hook: SocketAddr, trusted: &Path) -> (Server, mpsc::UnboundedReceiver<String>) {
    let config = format!("[webhooks]\nurls = [\"https://{hook}/hook?s=hunter2\"]\napi_key = \"devkey\"\n");
    fs::write(dir.join("my.toml"), config).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_diemcau"))
        .args(["serve", "--config", "my.toml", "--listen", "127.0.0.1:0", "--media-port", "0", "--dev"])
        .current_dir(dir)
        .env_remove("DIEMCAU_LOG")
        .env_remove("SSL_CERT_DIR")
        .env("SSL_CERT_FILE", trusted)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (said, lines) = mpsc::unbounded_channel();
    let outputs: [Box<dyn std::io::Read + Send>; 2] =
        [Box::new(child.stdout.take().expect("piped")), Box::new(child.stderr.take().expect("piped"))];
    for output in outputs {
        let said = said.clone();
        std::thread::spawn(move || {
            // The test may be over before the server is.
            BufReader::new(output).lines().map_while(Result::ok).all(|line| said.send(line).is_ok())
        });
    }
    (Server(child), lines)
}

async fn line(lines: &mut mpsc::UnboundedReceiver<String>, part: &str) -> String {
    let found = async {
        let mut all = Vec::new();
        while let Some(line) = lines.recv().await {
            if line.contains(part) {
                return line;
            }
            all.push(line);
        }
        panic!("the server ended without {part:?}: {all:?}")
    };
    timeout(DEADLINE, found).await.unwrap_or_else(|_| panic!("no line with {part:?}"))
}

async fn make_a_room(lines: &mut mpsc::UnboundedReceiver<String>) {
    let listening = line(lines, "listening http://").await;
    let at = listening.rsplit('/').next().expect("an address").parse().expect("an address");
    let keys = ApiKeys::new([("devkey".to_owned(), "secret".to_owned())]);
    let claims = Claims {
        api_key: "devkey".to_owned(),
        identity: None,
        name: String::new(),
        metadata: String::new(),
        attributes: Default::default(),
        device: None,
        grants: Grants { room_create: true, ..Default::default() },
        expires_at: clock::now(),
    };
    let token = keys.mint(&claims, clock::now(), Duration::from_secs(600)).expect("a token");
    let headers = [("authorization", &*format!("Bearer {token}")), ("content-type", "application/json")];
    let path = "/twirp/livekit.RoomService/CreateRoom";
    let answer = common::request(at, "POST", path, &headers, r#"{"name":"r"}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.head);
}

/// The certificate of an authority, as a machine keeps those that it trusts.
fn pem(dir: &Path, name: &str, ca: &LocalCa) -> PathBuf {
    let body = BASE64_STANDARD.encode(ca.certificate());
    let file = dir.join(name);
    fs::write(&file, format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")).expect("a file");
    file
}

#[tokio::test]
async fn a_receiver_behind_tls_is_told_when_its_authority_is_trusted() {
    let dir = tempfile::tempdir().expect("a folder");
    let authority = |name: &str| {
        fs::create_dir(dir.path().join(name)).expect("a folder");
        LocalCa::open(&dir.path().join(name), clock::now()).expect("an authority")
    };
    let (own, other) = (authority("own"), authority("other"));
    let names = Names { host: None, addresses: Default::default() };
    let leaf = own.issue(&names, clock::now()).expect("a certificate");

    let (taken, mut events) = mpsc::unbounded_channel();
    let receive = post(move |body: String| {
        let taken = taken.clone();
        async move {
            taken.send(body).expect("the test waits");
            StatusCode::OK
        }
    });
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let hook = listener.local_addr().expect("bound");
    let tls = RustlsConfig::from_config(leaf.server_config().expect("TLS"));
    let site = axum_server::from_tcp_rustls(listener, tls).expect("a receiver");
    tokio::spawn(site.serve(Router::new().route("/hook", receive).into_make_service()));

    let folder = |name: &str| {
        let folder = dir.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        folder
    };
    let (_server, mut lines) = serve(&folder("stranger"), hook, &pem(dir.path(), "other.pem", &other));
    make_a_room(&mut lines).await;
    let warning = line(&mut lines, "a webhook is not taken").await;
    assert!(warning.contains("certificate") && !warning.contains("hunter2"), "{warning}");
    assert!(events.try_recv().is_err(), "nothing was sent to whom it cannot trust");

    let (_server, mut lines) = serve(&folder("friend"), hook, &pem(dir.path(), "own.pem", &own));
    make_a_room(&mut lines).await;
    let event = timeout(DEADLINE, events.recv()).await.expect("in time").expect("the receiver runs");
    assert!(event.contains("room_started"), "{event}");
}
