//! Disks and databases that fail under a running server: the meeting goes on and says so, nothing acknowledged is lost,
//! and what waited is written by itself when they work again.

#[path = "support/held.rs"]
mod held;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/process.rs"]
mod process;
mod support;

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use diemcau::media::MediaKind;
use held::plan;
use livekit_protocol::{LeaveRequest, signal_request::Message as Request};
use process::{Api, Process, diemcau, said, serve, text};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use support::guest::Guest;
use tokio::time::{interval, timeout};

/// Longer than anything takes here.
const DEADLINE: Duration = Duration::from_secs(60);

/// A server with a meeting under way: its hub and a point have come by their codes and are connected, the hub is seen and
/// heard, and asks things as the web app does.
struct Held {
    server: Process,
    hub: Api,
    /// The point's code.
    code: String,
    at_hub: Guest,
    at_point: Guest,
    /// The numbers of the events that were acknowledged, with their texts; and those that took effect only.
    recorded: Vec<(u64, String)>,
    waiting: Vec<(u64, String)>,
}

/// What was promised of a meeting to whoever asks its next server.
struct Promised(Vec<(u64, String)>);

impl Held {
    async fn on(server: Process) -> Held {
        let administrator = server.administrator();
        assert_eq!(administrator.post("/meetings", &plan("m")).await.expect("an answer").status, 201);
        administrator.must("m", json!({ "do": "publish" })).await;
        let invites = json!({ "places": ["hub", "point:071"] });
        let invites = administrator.post("/meetings/m/invites", &invites).await.expect("an answer");
        let code = |number: usize| invites.body[number]["code"].as_str().expect("a code").to_owned();
        let hub = server.join(&code(0)).await;
        hub.must("m", json!({ "do": "begin-line-check" })).await;
        hub.must("m", json!({ "do": "open" })).await;
        let mut at_hub = settled(&hub).await;
        at_hub.play(MediaKind::Audio).await;
        at_hub.play(MediaKind::Video).await;
        let mut at_point = settled(&server.join(&code(1)).await).await;
        at_hub.count();
        at_point.goes_on("hub").await;
        let (recorded, waiting) = (Vec::new(), Vec::new());
        Held { server, hub, code: code(1), at_hub, at_point, recorded, waiting }
    }

    /// Announces something long; whether that was recorded before the answer.
    async fn announce(&mut self) -> bool {
        let number = self.recorded.len() + self.waiting.len();
        let text = format!("{number} {}", "x".repeat(900));
        let command = json!({ "do": "announce", "text": text });
        let ask = async || self.hub.post_once("/meetings/m/commands", &number.to_string(), &command).await;
        let answer = ask().await;
        let seq = answer.body["lastSeq"].as_u64().expect("a number");
        match (answer.status, answer.body["recorded"].as_bool()) {
            (200, Some(true)) => self.recorded.push((seq, text)),
            (202, Some(false)) => self.waiting.push((seq, text)),
            _ => panic!("{answer:?}"),
        }
        // Whoever did not hear the answer asks again, and nothing is done twice.
        let again = ask().await;
        assert_eq!((again.status, again.body), (answer.status, answer.body));
        answer.status == 200
    }

    /// Announces until something is not recorded, and then some more, which is answered at once. Whoever is connected
    /// notices nothing, and whoever was can come back.
    async fn goes_on_while_it_fails(&mut self) {
        timeout(DEADLINE, async { while self.announce().await {} }).await.expect("it fails");
        self.becomes("failing").await;
        assert_eq!(self.hub.status("/readyz").await, 503);
        assert_eq!(self.hub.status("/healthz").await, 200);
        let started = Instant::now();
        for _ in 0..5 {
            assert!(!self.announce().await);
        }
        assert!(started.elapsed() < Duration::from_secs(10), "the meeting waits for nothing");
        let state = self.state().await;
        assert!(state["recordedThrough"].as_u64() < state["seq"].as_u64(), "{state}");
        assert_eq!(state["announcement"]["text"].as_str(), self.waiting.last().map(|(_, text)| text.as_str()));
        // It is counted at each try to write.
        self.sees("how much waits", |state| state["ledger"]["waiting"].as_u64() >= Some(5)).await;

        self.at_point.goes_on("hub").await;
        self.at_point.request(Request::Leave(LeaveRequest::default())).await;
        self.at_hub.until("the point to leave", |heard| heard.is_gone("point:071")).await;
        self.at_point = settled(&self.server.join(&self.code).await).await;
        self.at_point.goes_on("hub").await;
    }

    async fn state(&self) -> Value {
        let answer = self.hub.get("/meetings/m/state").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// Waits until the host sees the meeting so.
    async fn sees(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let seen = timeout(DEADLINE, async {
            let mut ticks = interval(Duration::from_millis(50));
            loop {
                ticks.tick().await;
                let state = self.state().await;
                if wanted(&state) {
                    return state;
                }
            }
        });
        seen.await.unwrap_or_else(|_| panic!("the host never saw {what}"))
    }

    /// Waits until the host sees the ledger so, with everything on disk if it is well; what is said of it then.
    async fn becomes(&self, health: &str) -> String {
        let state = self.sees(health, |state| {
            let caught_up = health == "failing" || state["recordedThrough"] == state["seq"];
            state["ledger"]["is"] == health && caught_up
        });
        state.await["ledger"]["reason"].as_str().unwrap_or_default().to_owned()
    }

    /// Everything that took effect is on disk.
    async fn is_whole(&mut self) {
        assert_eq!(self.hub.status("/readyz").await, 200);
        self.recorded.append(&mut self.waiting);
        are_kept(&self.recorded, &self.hub).await;
    }

    /// Kills the server; what it promised.
    fn kill(self) -> Promised {
        self.server.kill();
        Promised(self.recorded)
    }
}

impl Promised {
    async fn is_kept_by(&self, server: &Process) {
        are_kept(&self.0, &server.seat("m", "hub")).await;
    }
}

/// Each event is in the ledger, where it was said to be.
async fn are_kept(promised: &[(u64, String)], hub: &Api) {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let page = hub.get(&format!("/meetings/m/events?limit=1000&after={}", events.len())).await;
        let page = page.body.as_array().expect("a list").clone();
        if page.is_empty() {
            break;
        }
        events.extend(page);
    }
    for (seq, text) in promised {
        let event = &events[usize::try_from(*seq).expect("small") - 1];
        assert_eq!((event["seq"].as_u64(), event["body"]["text"].as_str()), (Some(*seq), Some(text.as_str())));
    }
}

/// Somebody who is connected, with media and data.
async fn settled(seat: &Api) -> Guest {
    let mut guest = Guest::new(seat.connect(true).await);
    guest.until("media and data", |heard| heard.connected && heard.data_open).await;
    guest
}

/// Whether a private set of mounts can be had, as for root; if not, that is said.
fn can_mount() -> bool {
    let output = Command::new("unshare").args(["-m", "true"]).output();
    let can = output.is_ok_and(|output| output.status.success());
    if !can {
        println!("skipped: this user may not have mounts of its own (unshare -m)");
    }
    can
}

/// A server in a set of mounts of its own, after a script that changes them.
fn in_own_mounts(script: &str, data: &Path) -> Process {
    started_by(Command::new("unshare").args(["-m", "sh"]), script, data)
}

/// A server that a shell becomes after a script.
fn started_by(shell: &mut Command, script: &str, data: &Path) -> Process {
    let server = serve(data);
    shell.args(["-c", &format!("{script} && exec \"$0\" \"$@\"")]).arg(server.get_program()).args(server.get_args());
    Process::run(shell.env_remove("DIEMCAU_LOG"))
}

/// Runs a script among the mounts of a server.
fn among_its_mounts(server: &Process, script: &str) {
    let pid = server.id().to_string();
    let output = Command::new("nsenter").args(["-t", &pid, "-m", "sh", "-c", script]).output().expect("nsenter");
    assert!(output.status.success(), "{script}: {}", said(&output));
}

/// Takes whatever room a disk has left.
fn fill(file: &Path) {
    let mut file = File::create(file).expect("a file");
    let full = (0..).map(|_| file.write_all(&[0x5a; 4096])).find_map(Result::err).expect("it is full");
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
}

#[tokio::test]
async fn a_full_disk_is_seen_and_what_waited_is_written_once_there_is_room() {
    if !can_mount() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).expect("a folder");
    let mount = format!("mount -t tmpfs -o size=16m tmpfs {}", text(&disk));
    let mut held = Held::on(in_own_mounts(&mount, &disk.join("data"))).await;
    assert!(held.announce().await);
    let mut live = Live::open(&held.hub).await;

    let inside = PathBuf::from(format!("/proc/{}/root{}", held.server.id(), text(&disk)));
    fill(&inside.join("filler"));
    held.goes_on_while_it_fails().await;
    let reason = held.becomes("failing").await;
    assert!(reason.contains("full") || reason.contains("I/O"), "{reason}");
    live.says("failing").await;

    fs::remove_file(inside.join("filler")).expect("removed");
    held.becomes("well").await;
    live.says("well").await;
    held.is_whole().await;
    assert!(held.announce().await);
    let verify = format!("{} verify --data {}", text(Path::new(diemcau([]).get_program())), text(&disk.join("data")));
    among_its_mounts(&held.server, &verify);
}

/// What a full disk is, for a user without any privilege.
#[tokio::test]
async fn files_that_may_not_grow_are_seen_and_what_waited_is_written_once_they_may() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    // The signal that comes with such a write ends whoever does not ignore it.
    let mut held = Held::on(started_by(&mut Command::new("sh"), "trap '' XFSZ", &data)).await;
    assert!(held.announce().await);
    let pid = held.server.id().to_string();
    let limit = |bytes: &str| {
        let output = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:")]).output();
        let output = output.expect("prlimit, of util-linux");
        assert!(output.status.success(), "{}", said(&output));
    };
    limit(&fs::metadata(data.join("diemcau.sqlite-wal")).expect("a log").len().to_string());
    held.goes_on_while_it_fails().await;
    limit("unlimited");
    held.becomes("well").await;
    held.is_whole().await;
    held.kill().is_kept_by(&Process::start(&data)).await;
}

#[tokio::test]
async fn a_database_that_is_locked_and_then_read_only_is_written_again_by_itself() {
    if !can_mount() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut held = Held::on(in_own_mounts("true", &data)).await;
    assert!(held.announce().await);

    let url = format!("sqlite://{}", text(&data.join("diemcau.sqlite")));
    let mut other = SqliteConnection::connect(&url).await.expect("opened");
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await.expect("locked");
    held.goes_on_while_it_fails().await;
    let reason = held.becomes("failing").await;
    assert!(reason.contains("locked"), "{reason}");

    // For the server alone: it opens the database anew at each try, and finds it on a disk that is not written to.
    let folder = text(&data);
    among_its_mounts(&held.server, &format!("mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}"));
    other.close().await.expect("unlocked");
    let read_only = timeout(DEADLINE, async {
        while !held.becomes("failing").await.replace('-', "").contains("readonly") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    read_only.await.expect("it is seen to be read-only");
    assert!(!held.announce().await);

    among_its_mounts(&held.server, &format!("umount -l {folder}"));
    held.becomes("well").await;
    held.is_whole().await;
    assert!(held.announce().await);

    // What was acknowledged is there also for the next server.
    held.kill().is_kept_by(&Process::start(&data)).await;
}

#[tokio::test]
async fn what_is_acknowledged_before_the_lock_outlives_a_kill_under_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut held = Held::on(Process::start(&data)).await;
    for _ in 0..20 {
        assert!(held.announce().await);
    }
    let url = format!("sqlite://{}", text(&data.join("diemcau.sqlite")));
    let mut other = SqliteConnection::connect(&url).await.expect("opened");
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await.expect("locked");
    held.goes_on_while_it_fails().await;
    let promised = held.kill();
    other.close().await.expect("unlocked");
    promised.is_kept_by(&Process::start(&data)).await;
}

#[tokio::test]
async fn a_postgresql_that_goes_and_comes_back_is_written_again_by_itself() {
    postgres_fails(postgres::Server::interrupt, postgres::Server::resume).await;
}

#[tokio::test]
async fn a_postgresql_that_says_nothing_for_a_while_is_written_again_by_itself() {
    postgres_fails(postgres::Server::freeze, postgres::Server::thaw).await;
}

async fn postgres_fails(fail: impl Fn(&mut postgres::Server), mend: impl Fn(&mut postgres::Server)) {
    if postgres::is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut database = postgres::Server::start();
    let (data, config) = (folder.path().join("data"), folder.path().join("diemcau.toml"));
    fs::write(&config, format!("[database]\nurl = \"{}\"\n", database.database().await)).expect("written");
    let start = || Process::run(serve(&data).args(["--config", text(&config)]));
    let mut held = Held::on(start()).await;
    for _ in 0..2 {
        assert!(held.announce().await);
        fail(&mut database);
        held.goes_on_while_it_fails().await;
        mend(&mut database);
        held.becomes("well").await;
        held.is_whole().await;
        assert!(held.announce().await);
    }
    let promised = held.kill();
    let verify = diemcau(["verify", "--data", text(&data), "--config", text(&config)]).output().expect("it runs");
    assert!(verify.status.success(), "{}", said(&verify));
    promised.is_kept_by(&start()).await;
}

/// The live view, read as it comes.
struct Live {
    response: reqwest::Response,
    seen: String,
}

impl Live {
    async fn open(hub: &Api) -> Live {
        Live { response: hub.stream("/meetings/m/live").await, seen: String::new() }
    }

    /// Waits until the view says a word that it has not said before.
    async fn says(&mut self, word: &str) {
        let word = format!("\"{word}\"");
        let said = timeout(DEADLINE, async {
            loop {
                if let Some(place) = self.seen.find(&word) {
                    self.seen.drain(..place + word.len());
                    return;
                }
                let chunk = self.response.chunk().await.expect("readable").expect("the stream goes on");
                self.seen.push_str(&String::from_utf8_lossy(&chunk));
            }
        });
        said.await.unwrap_or_else(|_| panic!("the live view never said {word}: {}", self.seen));
    }
}
