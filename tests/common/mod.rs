//! What several tests need: a server in this process, and the simplest HTTP client.

#![allow(dead_code, reason = "each test takes its part of it")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use diemcau::{
    config::{Config, DataDir},
    server::{self, ServerError, ServerOptions, Started},
    stationery::Stationeries,
};
use tokio::{sync::oneshot, task::JoinHandle};

/// A server on ports of its own.
pub struct Running {
    pub started: Started,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServerError>>,
}

pub fn config(data: &Path) -> Config {
    let mut config = Config::builtin();
    config.server.listen = ([127, 0, 0, 1], 0).into();
    config.server.data_dir = DataDir(data.to_owned());
    config.media.port = 0;
    config
}

impl Running {
    pub async fn start(config: Config, lan: bool) -> Running {
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = oneshot::channel();
        let options = ServerOptions { config, stationeries: Stationeries::default(), dev: true, lan };
        let task = tokio::spawn(server::run(
            options,
            async {
                // The sender is dropped only with the test.
                let _ = stopped.await;
            },
            |started| ready.send(started.clone()).expect("the test waits for the start"),
        ));
        match started.await {
            Ok(started) => Running { started, stop, task },
            Err(_) => panic!("the server did not start: {:?}", task.await),
        }
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(self) {
        self.stop.send(()).expect("the server runs");
        tokio::time::timeout(Duration::from_secs(20), self.task)
            .await
            .expect("the server stops in time")
            .expect("the server does not panic")
            .expect("the server stops in order");
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    fn read(mut stream: impl Read) -> Answer {
        let mut bytes = Vec::new();
        // A peer that closes TLS without saying so is an error only if the body is short, which the test then sees.
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an HTTP head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("an HTTP status");
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }
}

fn message(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text + &format!("content-length: {}\r\n\r\n{body}", body.len())
}

/// One request over a connection of its own.
pub async fn request(at: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let message = message(method, path, headers, body);
    blocking(move || {
        let mut stream = connect(at);
        stream.write_all(message.as_bytes()).expect("the server reads");
        Answer::read(stream)
    })
    .await
}

/// One request over TLS, as a client that trusts `authority` (DER) and asks for `localhost`.
pub async fn request_over_tls(at: SocketAddr, authority: Vec<u8>, path: &str) -> Answer {
    let message = message("GET", path, &[], "");
    blocking(move || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(authority.into()).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().expect("a name");
        let client = rustls::ClientConnection::new(config.into(), name).expect("a TLS client");
        let mut stream = rustls::StreamOwned::new(client, connect(at));
        stream.write_all(message.as_bytes()).expect("the server's certificate holds");
        Answer::read(stream)
    })
    .await
}

fn connect(at: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(at).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
    stream
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the work does not panic")
}
