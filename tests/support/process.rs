//! A server of its own process on a data folder, and those who ask something of it over HTTP.

#![allow(dead_code, reason = "each test takes its part of it")]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::Duration,
};

use diemcau::{
    client::Client,
    clock,
    signalling::token::{ApiKeys, Claims, Grants},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

/// The program with arguments, as it is typed.
pub fn diemcau<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diemcau"));
    command.args(args).env_remove("DIEMCAU_LOG");
    command
}

/// Runs the program to its end.
pub fn run<'a>(args: impl IntoIterator<Item = &'a str>) -> Output {
    diemcau(args).output().expect("the program starts")
}

/// What a program said, on both outputs.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

/// A running server; killed if the test ends early.
pub struct Process {
    child: Child,
    /// `http://ADDRESS`.
    pub url: String,
}

impl Process {
    /// A server on a data folder, in development mode, on free ports.
    pub fn start(data: &Path) -> Process {
        Self::run(&mut serve(data))
    }

    /// Runs what [`serve`] made, with whatever was changed about it, until it listens.
    pub fn run(command: &mut Command) -> Process {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let url = lines.find_map(|line| Some(line.ok()?.strip_prefix("listening ")?.to_owned()));
        // Whatever else it says is taken, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let mut process = Process { child, url: String::new() };
        process.url = url.expect("the server listens");
        process
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn signal(&mut self, signal: Signal) -> ExitStatus {
        kill(Pid::from_raw(self.child.id().try_into().expect("a process id")), signal).expect("it runs");
        self.child.wait().expect("its end")
    }

    /// Ends it in order.
    pub fn stop(mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM)
    }

    /// Ends it without a word.
    pub fn kill(mut self) {
        self.signal(Signal::SIGKILL);
    }

    /// Whoever sets meetings up.
    pub fn administrator(&self) -> Api {
        self.api(Grants { room_create: true, room_admin: true, ..Grants::default() }, None)
    }

    /// A seat of a meeting, such as `point:071`.
    pub fn seat(&self, meeting: &str, place: &str) -> Api {
        let room = Some(meeting.parse().expect("a room"));
        self.api(Grants { room_join: true, room, ..Grants::default() }, Some(place))
    }

    /// Whoever comes by a code of an invite.
    pub async fn join(&self, code: &str) -> Api {
        // The code is all that this one shows.
        let stranger = self.api(Grants::default(), None);
        let joined = stranger.post("/join", &json!({ "code": code })).await.expect("an answer");
        assert_eq!(joined.status, 200, "{joined:?}");
        Api { token: joined.body["token"].as_str().expect("a token").to_owned(), ..stranger }
    }

    fn api(&self, grants: Grants, identity: Option<&str>) -> Api {
        let (now, ttl) = (clock::now(), Duration::from_secs(600));
        let claims = Claims {
            api_key: "devkey".into(),
            identity: identity.map(|identity| identity.parse().expect("an identity")),
            name: String::new(),
            metadata: String::new(),
            attributes: Default::default(),
            device: None,
            grants,
            expires_at: now.plus_millis(600_000),
        };
        let keys = ApiKeys::new([("devkey".to_owned(), "secret".to_owned())]);
        // Nothing here is encrypted, and the client asks for a provider all the same. Another test may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().expect("a client");
        Api { url: self.url.clone(), token: keys.mint(&claims, now, ttl).expect("a token"), client }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a server on a data folder is started.
pub fn serve(data: &Path) -> Command {
    diemcau(["serve", "--dev", "--listen", "127.0.0.1:0", "--media-port", "0", "--data", text(data)])
}

/// Somebody with a token.
#[derive(Clone)]
pub struct Api {
    url: String,
    token: String,
    client: reqwest::Client,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Api {
    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(&self.token)
    }

    async fn send(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    pub async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(reqwest::Method::GET, path)).await.expect("an answer")
    }

    /// Goes to where the token leads.
    pub async fn connect(&self, auto_subscribe: bool) -> Client {
        let url = self.url.replacen("http", "ws", 1);
        Client::connect(&url, &self.token, auto_subscribe).await.expect("joins")
    }

    /// The status of something outside the interface, such as `/readyz`.
    pub async fn status(&self, path: &str) -> u16 {
        self.client.get(format!("{}{path}", self.url)).send().await.expect("an answer").status().as_u16()
    }

    /// A stream of the server, such as the live view, once it has begun.
    pub async fn stream(&self, path: &str) -> reqwest::Response {
        let client = reqwest::Client::new();
        let request = client.get(format!("{}/api/v1{path}", self.url)).bearer_auth(&self.token);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        response
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, reqwest::Error> {
        let request = self.request(reqwest::Method::POST, path).header("content-type", "application/json");
        Self::send(request.body(body.to_string())).await
    }

    /// Asks for something that is not to be done twice.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.request(reqwest::Method::POST, path).header("content-type", "application/json");
        Self::send(request.header("idempotency-key", key).body(body.to_string())).await.expect("an answer")
    }

    /// Replaces a plan of which a version was read.
    pub async fn put(&self, path: &str, version: u32, body: &Value) -> Answer {
        let request = self.request(reqwest::Method::PUT, path).header("if-match", format!("\"{version}\""));
        Self::send(request.header("content-type", "application/json").body(body.to_string())).await.expect("an answer")
    }

    /// Asks something of a meeting, which it does.
    pub async fn must(&self, meeting: &str, command: Value) -> Value {
        let answer = self.post(&format!("/meetings/{meeting}/commands"), &command).await.expect("an answer");
        assert_eq!(answer.status, 200, "{command}: {answer:?}");
        answer.body
    }
}
