//! Disks and databases that fail under a running server: the meeting goes on and says so, nothing acknowledged is lost,
//! and what waited is written by itself when they work again.

#[path = "support/held.rs"]
mod held;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/process.rs"]
mod process;

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use held::plan;
use process::{Api, Process, diemcau, said, serve, text};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tokio::time::{interval, timeout};

/// Longer than anything takes here.
const DEADLINE: Duration = Duration::from_secs(60);

/// A server with a meeting, and what its hub was told of its commands.
struct Held {
    server: Process,
    hub: Api,
    /// The numbers of the events that were acknowledged, with their texts; and those that took effect only.
    recorded: Vec<(u64, String)>,
    waiting: Vec<(u64, String)>,
}

impl Held {
    async fn on(server: Process) -> Held {
        let administrator = server.administrator();
        assert_eq!(administrator.post("/meetings", &plan("m")).await.expect("an answer").status, 201);
        administrator.must("m", json!({ "do": "publish" })).await;
        let hub = server.seat("m", "hub");
        Held { server, hub, recorded: Vec::new(), waiting: Vec::new() }
    }

    /// Announces something long; whether that was recorded before the answer.
    async fn announce(&mut self) -> bool {
        let text = format!("{} {}", self.recorded.len() + self.waiting.len(), "x".repeat(900));
        let command = json!({ "do": "announce", "text": text });
        let answer = self.hub.post("/meetings/m/commands", &command).await.expect("an answer");
        let seq = answer.body["lastSeq"].as_u64().expect("a number");
        match (answer.status, answer.body["recorded"].as_bool()) {
            (200, Some(true)) => self.recorded.push((seq, text)),
            (202, Some(false)) => self.waiting.push((seq, text)),
            _ => panic!("{answer:?}"),
        }
        answer.status == 200
    }

    /// Announces until something is not recorded, and then some more, which is answered at once.
    async fn announce_while_it_fails(&mut self) {
        timeout(DEADLINE, async { while self.announce().await {} }).await.expect("it fails");
        self.becomes("failing").await;
        let started = std::time::Instant::now();
        for _ in 0..5 {
            assert!(!self.announce().await);
        }
        assert!(started.elapsed() < Duration::from_secs(5), "the meeting waits for nothing");
        let state = self.state().await;
        assert!(state["recordedThrough"].as_u64() < state["seq"].as_u64(), "{state}");
        assert_eq!(state["announcement"]["text"].as_str(), self.waiting.last().map(|(_, text)| text.as_str()));
        // It is counted at each try to write.
        self.sees("how much waits", |state| state["ledger"]["waiting"].as_u64() >= Some(5)).await;
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

    /// Everything that took effect is in the ledger by now, where it was said to be.
    async fn is_whole(&mut self) {
        self.recorded.append(&mut self.waiting);
        let last = self.state().await["seq"].as_u64().expect("a number");
        let mut events = Vec::new();
        while (events.len() as u64) < last {
            let page = self.hub.get(&format!("/meetings/m/events?limit=1000&after={}", events.len())).await;
            events.extend(page.body.as_array().expect("a list").iter().cloned());
        }
        for (seq, text) in &self.recorded {
            let event = &events[usize::try_from(*seq).expect("small") - 1];
            assert_eq!((event["seq"].as_u64(), event["body"]["text"].as_str()), (Some(*seq), Some(text.as_str())));
        }
    }
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
    let server = serve(data);
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &format!("{script} && exec \"$0\" \"$@\"")]).arg(server.get_program());
    command.args(server.get_args()).env_remove("DIEMCAU_LOG");
    Process::run(&mut command)
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
    held.announce_while_it_fails().await;
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
    held.announce_while_it_fails().await;
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
    let Held { server, recorded, waiting, .. } = held;
    server.kill();
    let server = Process::start(&data);
    let hub = server.seat("m", "hub");
    Held { server, hub, recorded, waiting }.is_whole().await;
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
    held.announce_while_it_fails().await;
    let Held { server, recorded, .. } = held;
    server.kill();
    other.close().await.expect("unlocked");
    let server = Process::start(&data);
    let hub = server.seat("m", "hub");
    Held { server, hub, recorded, waiting: Vec::new() }.is_whole().await;
}

#[tokio::test]
async fn a_postgresql_that_goes_and_comes_back_is_written_again_by_itself() {
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
        database.interrupt();
        held.announce_while_it_fails().await;
        database.resume();
        held.becomes("well").await;
        held.is_whole().await;
        assert!(held.announce().await);
    }
    let Held { server, recorded, waiting, .. } = held;
    server.kill();
    let server = timeout(DEADLINE, async {
        // PostgreSQL has yet to notice that the one before is gone.
        loop {
            let verify =
                diemcau(["verify", "--data", text(&data), "--config", text(&config)]).output().expect("it runs");
            assert!(verify.status.success(), "{}", said(&verify));
            if let Some(server) = Process::try_run(serve(&data).args(["--config", text(&config)])) {
                return server;
            }
        }
    });
    let server = server.await.expect("it starts again");
    let hub = server.seat("m", "hub");
    Held { server, hub, recorded, waiting }.is_whole().await;
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
