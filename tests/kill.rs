//! A server that is killed at any moment, again and again: what it acknowledged is there, every chain is whole, and whoever
//! was connected was so until the server ended.

#[path = "support/held.rs"]
mod held;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/process.rs"]
mod process;

use std::{
    fs,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use diemcau::{
    client::Client,
    clock::{self, Timestamp},
    ids::MeetingId,
    meeting::{Attendance, Event, EventBody, Meeting},
    records::{Reader, Store, public_key_in},
};
use held::plan;
use process::{Api, Process, serve, text};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tempfile::TempDir;

const RUNS: usize = 200;
/// Servers on folders of their own, at a time. The last one keeps its records in PostgreSQL.
const LANES: usize = 4;
/// After so many runs a lane begins anew, so that its ledger does not grow without end.
const RUNS_A_SITE: usize = 25;
const CLIENTS: usize = 4;
const POINT: &str = "071";
/// `DIEMCAU_SEED=n` repeats what another run drew.
const SEED: u64 = 2021_1019;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_event_is_lost_in_two_hundred_kills() {
    let seed = std::env::var("DIEMCAU_SEED").map_or(SEED, |seed| seed.parse().expect("a number"));
    println!("seed {seed}");
    let lanes = (0..LANES).map(|lane| tokio::spawn(lane_of_runs(seed, lane)));
    let (mut acknowledged, mut cut) = (0, 0);
    for lane in lanes.collect::<Vec<_>>() {
        let of_lane = lane.await.expect("no panic");
        acknowledged += of_lane.0;
        cut += of_lane.1;
    }
    println!(
        "{RUNS} kills, {acknowledged} events acknowledged, none lost; {cut} lines cut, all closed when they ended"
    );
    assert!(acknowledged > RUNS, "{acknowledged} events are no load");
    assert!(cut > RUNS / 20, "{cut} lines are few");
}

/// A data folder with its database, and what its servers owe.
struct Site {
    folder: TempDir,
    url: Option<String>,
    acknowledged: Acknowledged,
    /// When each server that worked was killed.
    kills: Vec<Timestamp>,
}

/// What was acknowledged: the number of an event, and the text that it announces.
type Acknowledged = Arc<Mutex<Vec<(u64, String)>>>;

async fn lane_of_runs(seed: u64, lane: usize) -> (usize, usize) {
    let mut rng = StdRng::seed_from_u64(seed + lane as u64);
    let (mut acknowledged, mut cut) = (0, 0);
    for first in (0..RUNS / LANES).step_by(RUNS_A_SITE) {
        let mut site = Site::new(lane == LANES - 1 && !postgres::is_skipped()).await;
        for run in first..(first + RUNS_A_SITE).min(RUNS / LANES) {
            // What a failure prints says which run it was.
            println!("lane {lane}, run {run}");
            let after = Duration::from_millis(rng.random_range(0..300));
            if run > first && rng.random_bool(0.2) {
                site.kill_while_starting(after / 2).await;
            } else {
                site.kill_while_it_works(run, rng.random_bool(0.3), after).await;
            }
            if rng.random_bool(0.3) {
                // As it lies there, before another server looks after it.
                site.check().await;
            }
        }
        drop(site.start());
        cut += site.check().await;
        acknowledged += site.acknowledged.lock().expect("no panic").len();
    }
    (acknowledged, cut)
}

impl Site {
    async fn new(in_postgres: bool) -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        let url = if in_postgres { Some(postgres::database().await) } else { None };
        let config = url.as_ref().map(|url| format!("[database]\nurl = \"{url}\"\n")).unwrap_or_default();
        fs::write(folder.path().join("diemcau.toml"), config).expect("written");
        let site = Site { folder, url, acknowledged: Acknowledged::default(), kills: Vec::new() };
        let server = site.start();
        let administrator = server.administrator();
        assert_eq!(administrator.post("/meetings", &plan("m")).await.expect("an answer").status, 201);
        administrator.must("m", json!({ "do": "publish" })).await;
        server.kill();
        site
    }

    fn serve(&self) -> Command {
        let mut command = serve(&self.folder.path().join("data"));
        command.args(["--config", text(&self.folder.path().join("diemcau.toml"))]);
        command
    }

    fn start(&self) -> Process {
        Process::run(&mut self.serve())
    }

    async fn kill_while_starting(&self, after: Duration) {
        let mut command = self.serve();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        tokio::time::sleep(after).await;
        child.kill().expect("killed");
        child.wait().expect("its end");
    }

    /// Kills a server that is asked things, with somebody connected if that is wanted.
    async fn kill_while_it_works(&mut self, run: usize, connected: bool, after: Duration) {
        let server = self.start();
        self.check().await;
        let line = if connected { Some(connect(&server).await) } else { None };
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let hub = server.seat("m", "hub");
                tokio::spawn(ask(hub, format!("{run}/{client}"), self.acknowledged.clone()))
            })
            .collect();
        tokio::time::sleep(after).await;
        server.kill();
        self.kills.push(clock::now());
        drop(line);
        for client in clients {
            client.await.expect("no panic");
        }
    }

    /// Everything acknowledged is in the ledger, where it was said to be, and every ledger is whole. How many lines the
    /// ends of servers have cut.
    async fn check(&self) -> usize {
        let data = self.folder.path().join("data");
        let url = self.url.as_ref().map(|url| url.parse().expect("an address"));
        let reader = Reader::open(Store { dir: data.clone(), url }).await.expect("opened");
        let id: MeetingId = "m".parse().expect("an id");
        let events = reader.events(&id).await.expect("readable");
        for (seq, text) in self.acknowledged.lock().expect("no panic").iter() {
            let event = events.get(usize::try_from(*seq).expect("small") - 1);
            let found = event.is_some_and(|event| event.body == EventBody::Announced { text: text.clone() });
            assert!(found, "{text} was acknowledged as {seq}, where there is {event:?}");
        }
        let (meeting, _) = reader.plan(&id).await.expect("readable").expect("it is there");
        let cut = self.check_lines(&meeting, &events);

        let key = public_key_in(&data).expect("a key");
        let mut wrong = Vec::new();
        let note = |meeting: &str, checked: Result<_, _>| {
            wrong.extend(checked.err().map(|unsound| format!("{meeting}: {unsound}")));
        };
        let together = reader.audit(&key, None, &[], note).await.expect("readable");
        assert!(wrong.is_empty() && together.is_empty(), "{wrong:?}, {together:?}");
        reader.close().await;
        cut
    }

    /// Each line that was cut ended after the last event before that, and not after the kill, however many servers were
    /// killed while they started before one could say so.
    fn check_lines(&self, meeting: &Meeting, events: &[Event]) -> usize {
        let mut cut = 0;
        for pair in events.windows(2) {
            let EventBody::Recovered { last_known } = pair[1].body else { continue };
            let killed = self.kills.iter().find(|killed| **killed >= pair[0].at).expect("somebody killed it");
            let (before, known) = (pair[0].at, format!("{last_known} after {} and before {killed}", pair[0].at));
            assert!(before <= last_known && last_known <= *killed && *killed <= pair[1].at, "{known}");
            let through = usize::try_from(pair[1].seq).expect("small");
            let attendance = Attendance::fold(meeting, &events[..through], pair[1].at);
            let point = attendance.point(&POINT.parse().expect("an id")).expect("a point of the meeting");
            assert_eq!((point.connected, point.last_left()), (false, Some(last_known)));
            cut += 1;
        }
        cut
    }
}

/// A line of the point, once the hub sees it.
async fn connect(server: &Process) -> Client {
    let place = format!("point:{POINT}");
    let (hub, point) = (server.seat("m", "hub"), server.seat("m", &place));
    let client = point.connect(false).await;
    let connected = tokio::time::timeout(Duration::from_secs(60), async {
        let is_up = |line: &Value| line["place"] == place && line["connected"] == true;
        while !hub.get("/meetings/m/lines").await.body.as_array().expect("a list").iter().any(is_up) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    connected.await.expect("it is connected");
    client
}

/// Announces until the server is gone, and notes what was acknowledged as recorded.
async fn ask(hub: Api, name: String, acknowledged: Acknowledged) {
    for number in 0.. {
        let text = format!("{name}/{number}");
        let command = json!({ "do": "announce", "text": text });
        match hub.post("/meetings/m/commands", &command).await {
            Ok(answer) if answer.status == 200 => {
                let seq = answer.body["lastSeq"].as_u64().expect("a number");
                acknowledged.lock().expect("no panic").push((seq, text));
            }
            // Carried out, and not on disk yet: that is no promise.
            Ok(answer) if answer.status == 202 => {}
            Ok(answer) => panic!("{answer:?}"),
            Err(_) => return,
        }
    }
}
