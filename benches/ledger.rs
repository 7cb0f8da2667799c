//! What an append to the ledger costs until it is on disk: one after the other, and as they come together, when they
//! share commits; on SQLite and on PostgreSQL.
//!
//! Compare figures within one run: they are the disk's. `TMPDIR` chooses the disk for SQLite. PostgreSQL is the one of
//! the tests, which leaves the disk out (`fsync=off`), so there the ways to it and back are what is measured.
//!
//! Run with `cargo bench --bench ledger`.

#[path = "../tests/support/postgres.rs"]
mod postgres;

use std::time::{Duration, Instant};

use diemcau::{
    clock,
    ids::MeetingId,
    meeting::{Actor, Event, EventBody},
    records::{Records, Store, ensure_sample},
};
use tokio::time::interval;

const SINGLE: u32 = 500;
const TOGETHER: u32 = 20_000;
/// A conference in a hurry: the roll call of a hundred and fifty points at once.
const A_SECOND: u32 = 500;
const PACED: u32 = 2_000;

#[tokio::main]
async fn main() {
    println!(
        "{:<12} {:>12} {:>14} {:>8}   until on disk, of {A_SECOND} appends a second",
        "", "one by one", "together", "ratio"
    );
    run("SQLite", None).await;
    if postgres::is_skipped() {
        println!("PostgreSQL: skipped");
    } else {
        run("PostgreSQL", Some(postgres::database().await)).await;
    }
}

async fn run(name: &str, url: Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store { dir: folder.path().to_owned(), url: url.map(|url| url.parse().expect("an address")) };
    let records = Records::open(store, clock::now()).await.expect("a database");
    let meeting = ensure_sample(&records, clock::now()).await.expect("the sample").meeting;
    let mut ledger = Ledger { records, meeting, seq: 0 };
    ledger.together(1_000).await;
    let single = ledger.one_by_one(SINGLE).await;
    let together = ledger.together(TOGETHER).await;
    let mut waits = ledger.paced(PACED).await;
    waits.sort_unstable();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize];
    println!(
        "{name:<12} {single:>12.1?} {together:>14.1?} {:>7.0}x   half within {:.1?}, 99 % within {:.1?}, all within {:.1?}",
        single.as_secs_f64() / together.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
    );
    ledger.records.close().await;
}

struct Ledger {
    records: Records,
    meeting: MeetingId,
    seq: u64,
}

impl Ledger {
    fn next(&mut self) -> Event {
        self.seq += 1;
        let body = EventBody::Announced { text: "Đề nghị các điểm cầu ổn định vị trí.".to_owned() };
        Event { seq: self.seq, at: clock::now(), actor: Actor::System, body }
    }

    /// The time of one, when each waits for the one before it.
    async fn one_by_one(&mut self, count: u32) -> Duration {
        let started = Instant::now();
        for _ in 0..count {
            let event = self.next();
            self.records.append(&self.meeting, event, None).await.expect("written");
        }
        started.elapsed() / count
    }

    /// The time of one, when all are there at once.
    async fn together(&mut self, count: u32) -> Duration {
        let started = Instant::now();
        let submitted: Vec<_> = (0..count)
            .map(|_| {
                let event = self.next();
                self.records.submit(&self.meeting, &[event], None).expect("taken")
            })
            .collect();
        for one in submitted {
            one.durable().await.expect("written");
        }
        started.elapsed() / count
    }

    /// How long each takes, when they come at an even pace.
    async fn paced(&mut self, count: u32) -> Vec<Duration> {
        let mut pace = interval(Duration::from_secs(1) / A_SECOND);
        let mut appends = Vec::new();
        for _ in 0..count {
            pace.tick().await;
            let event = self.next();
            let started = Instant::now();
            let submitted = self.records.submit(&self.meeting, &[event], None).expect("taken");
            appends.push(tokio::spawn(async move {
                submitted.durable().await.expect("written");
                started.elapsed()
            }));
        }
        let mut waits = Vec::new();
        for append in appends {
            waits.push(append.await.expect("no panic"));
        }
        waits
    }
}
