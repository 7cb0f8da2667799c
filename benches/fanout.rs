//! The whole server under fan-out: one publisher of 334 packets a second (about 3 Mbit/s), more and more subscribers.
//!
//! The server runs as a process of its own, so that its CPU time and memory are told apart from the clients'. Figures
//! are CPU per forwarded packet and memory per subscriber; compare them within one run, machines are noisy.
//!
//! Run with `cargo bench --bench fanout`.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use diemcau::{
    client::{Client, ClientEvent},
    clock,
    media::MediaKind,
    signalling::token::{ApiKeys, Claims, Grants, Permission},
};
use livekit_protocol::TrackSource;

const SUBSCRIBERS: [usize; 4] = [1, 25, 50, 100];
const MEASURED: Duration = Duration::from_secs(6);
const PACKET_INTERVAL: Duration = Duration::from_micros(2_994);
const PAYLOAD: usize = 1_100;
/// Kernel clock ticks a second in `/proc/PID/stat` (USER_HZ).
const TICKS_PER_SECOND: f64 = 100.0;

struct Server {
    process: Child,
    url: String,
    keys: ApiKeys,
    _data: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start() -> Server {
        let data = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(env!("CARGO_BIN_EXE_diemcau"))
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--media-port", "0", "--data"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let url = lines
            .find_map(|line| line.ok()?.strip_prefix("listening http://").map(|address| format!("ws://{address}")))
            .expect("listens");
        std::thread::spawn(move || lines.for_each(drop));
        let keys = ApiKeys::new([("devkey".to_owned(), "secret".to_owned())]);
        Server { process, url, keys, _data: data }
    }

    async fn join(&self, room: &str, identity: &str) -> Client {
        let now = clock::now();
        let ttl = Duration::from_secs(600);
        let participant =
            Permission { can_publish: true, can_subscribe: true, can_publish_data: true, ..Default::default() };
        let claims = Claims {
            api_key: "devkey".into(),
            identity: Some(identity.parse().expect("an identity")),
            name: String::new(),
            metadata: String::new(),
            attributes: Default::default(),
            device: None,
            grants: Grants {
                room_join: true,
                room: Some(room.parse().expect("a room")),
                participant,
                ..Default::default()
            },
            expires_at: now.plus_millis(ttl.as_millis() as i64),
        };
        let token = self.keys.mint(&claims, now, ttl).expect("a token");
        Client::connect(&self.url, &token, true).await.expect("joins")
    }

    /// CPU seconds of the process so far.
    fn cpu_s(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("runs");
        let fields: Vec<&str> = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).expect("stat");
        let ticks: f64 = fields[11..13].iter().map(|field| field.parse::<f64>().expect("ticks")).sum();
        ticks / TICKS_PER_SECOND
    }

    fn resident_kb(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("VmRSS");
        line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).expect("kB")
    }
}

/// A VP8 payload: every thirtieth begins a key frame.
fn payload(number: u64) -> Vec<u8> {
    let mut payload = vec![0x5a; PAYLOAD];
    let id = (number as u16 & 0x7fff | 0x8000).to_be_bytes();
    payload[..7].copy_from_slice(&[0x90, 0xe0, id[0], id[1], number as u8, 0, u8::from(!number.is_multiple_of(30))]);
    payload
}

#[tokio::main]
async fn main() {
    let server = Server::start();
    println!("subscribers  delivered/s  share    CPU-s per million  kB per subscriber");
    for (round, count) in SUBSCRIBERS.into_iter().enumerate() {
        let room = format!("fanout-{round}");
        let before_kb = server.resident_kb();
        let publisher = server.join(&room, "publisher").await;
        let mut track = publisher.publish(MediaKind::Video, TrackSource::Camera).await.expect("publishes");
        let written = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&written);
        let writing = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(PACKET_INTERVAL);
            for number in 0u64.. {
                ticks.tick().await;
                // Packets before the answer to their offer go nowhere.
                if track.write((number as u32).wrapping_mul(270), true, &payload(number)).await.is_ok() {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        let draining = tokio::spawn(async move { while publisher.event().await.is_some() {} });
        let received: Arc<Vec<AtomicU64>> = Arc::new((0..count).map(|_| AtomicU64::new(0)).collect());
        let mut readers = Vec::new();
        for number in 0..count {
            let subscriber = server.join(&room, &format!("subscriber-{number}")).await;
            let received = Arc::clone(&received);
            readers.push(tokio::spawn(async move {
                while let Some(event) = subscriber.event().await {
                    if matches!(event, ClientEvent::Packet { .. }) {
                        received[number].fetch_add(1, Ordering::Relaxed);
                    }
                }
            }));
        }
        while received.iter().any(|packets| packets.load(Ordering::Relaxed) == 0) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let total = || received.iter().map(|packets| packets.load(Ordering::Relaxed)).sum::<u64>();
        let (start, cpu, packets, sent) = (Instant::now(), server.cpu_s(), total(), written.load(Ordering::Relaxed));
        tokio::time::sleep(MEASURED).await;
        let (elapsed, cpu) = (start.elapsed().as_secs_f64(), server.cpu_s() - cpu);
        let (packets, sent) = ((total() - packets) as f64, (written.load(Ordering::Relaxed) - sent) as f64);
        let memory = (server.resident_kb() - before_kb) / count as f64;
        println!(
            "{count:>11}  {:>11.0}  {:>5.3}  {:>17.2}  {memory:>17.0}",
            packets / elapsed,
            packets / (sent * count as f64),
            cpu * 1e6 / packets,
        );
        writing.abort();
        draining.abort();
        for reader in readers {
            reader.abort();
        }
    }
}
