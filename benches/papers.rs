//! All papers of a large conference: 5,000 delegates at 200 points, with everything that a day brings.
//!
//! Draws the report and then every format, one after the other, as a secretary would fetch them, and fails when all of it
//! takes longer than two seconds or the process ever held more than 300 MB.
//!
//! Run with `cargo bench --bench papers`.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use diemcau::{
    clock::Timestamp,
    ids::{NodeId, PointId, ProxyId, RequestId, TurnId, VoteId},
    language::Language,
    ledger::{chain, head::Head},
    meeting::{
        Actor, Delegate, DownReason, Event, EventBody, FloorEnd, Meeting, Person, Place, PlanRef, Point, Presence,
        Speaker, Voter, Voters,
    },
    papers::{Format, Options, render},
    report::{Report, Source},
};
use serde_json::json;

const POINTS: usize = 200;
const DELEGATES: usize = 5_000;
const TURNS: usize = 100;
const VOTES: u32 = 3;
const LONGEST: Duration = Duration::from_secs(2);
const MOST_MB: f64 = 300.0;
const RUNS: usize = 5;

fn point_id(number: usize) -> PointId {
    format!("{number:05}").parse().expect("an id")
}

fn plan() -> Meeting {
    let plan = json!({
        "id": "bench", "number": "125/GM-UBND", "title": "Hội nghị trực tuyến toàn tỉnh", "startsAt": "2021-10-19T01:00:00Z",
        "hub": point_id(0), "points": [],
        "officers": { "chair": { "name": "Nguyễn Văn Sơn", "title": "Chủ tịch UBND tỉnh" } },
        "agenda": [{ "id": 1, "type": "report", "title": "Báo cáo", "presenter": "Sở Nội vụ", "minutes": 60 }],
        "rules": { "quorum": { "of": "delegates", "percent": 50 } },
    });
    let mut plan: Meeting = serde_json::from_value(plan).expect("a plan");
    plan.points = (0..POINTS)
        .map(|number| Point {
            id: point_id(number),
            parent: (number > 0).then(|| point_id(if number <= 20 { 0 } else { 1 + number % 20 })),
            level: if number <= 20 { "Huyện" } else { "Xã" }.to_owned(),
            name: format!("Xã Trường Sinh số {number}"),
            room: "Phòng họp trực tuyến, tầng 2".to_owned(),
        })
        .collect();
    plan.delegates = (0..DELEGATES)
        .map(|number| Delegate {
            id: format!("d{number}").parse().expect("an id"),
            name: format!("Nguyễn Thị Phương Thảo {number}"),
            title: "Phó Chủ tịch Ủy ban nhân dân xã".to_owned(),
            unit: point_id(number % POINTS),
            point: point_id(number % POINTS),
        })
        .collect();
    plan
}

/// A ledger as it is written, an event a tenth of a second.
struct Book {
    events: Vec<Event>,
    now: Timestamp,
}

impl Book {
    fn write(&mut self, actor: Actor, body: EventBody) {
        self.now = self.now.plus_millis(100);
        self.events.push(Event { seq: self.events.len() as u64 + 1, at: self.now, actor, body });
    }
}

fn source() -> Source {
    let plan = plan();
    let node: NodeId = "N-bench".parse().expect("an id");
    let plan_ref = PlanRef { version: 1, sha256: "00".repeat(32) };
    let mut book = Book { events: Vec::new(), now: plan.starts_at.plus_millis(-3_600_000) };
    let chair = || Actor::Seat(Place::Chair);
    let clerk = |point: &PointId| Actor::Seat(Place::Point(point.clone()));

    book.write(Actor::Administrator("admin".parse().expect("a name")), EventBody::Published { plan: plan_ref.clone() });
    book.write(chair(), EventBody::LineCheckBegan);
    book.write(chair(), EventBody::Opened);
    // Each line comes, breaks twice, and comes again.
    for round in 0..3 {
        for point in &plan.points {
            let place = Place::Point(point.id.clone());
            let connection = |round: usize| format!("c{round}-{}", point.id).parse().expect("an id");
            if round > 0 {
                let (reason, last_heard) = (DownReason::Lost, book.now);
                let body =
                    EventBody::LineDown { place: place.clone(), connection: connection(round - 1), reason, last_heard };
                book.write(Actor::System, body);
            }
            let device = "Chrome trên Windows".to_owned();
            book.write(Actor::System, EventBody::LineUp { place, connection: connection(round), device });
        }
    }
    // Of ten delegates seven are there, one sends somebody else, one is excused, one comes late and is corrected.
    for (number, delegate) in plan.delegates.iter().enumerate() {
        let (id, by) = (delegate.id.clone(), clerk(&delegate.point));
        let presence = match number % 10 {
            0 => {
                let proxy = ProxyId(u32::try_from(number / 10 + 1).expect("few"));
                let substitute: Person =
                    serde_json::from_value(json!({ "name": "Lê Văn Thay", "title": "Phó phòng" })).expect("a person");
                let (delegate, reason) = (id.clone(), "Đi công tác".to_owned());
                book.write(by.clone(), EventBody::ProxyRequested { proxy, delegate, substitute, reason });
                book.write(chair(), EventBody::ProxyApproved { proxy });
                Presence::Proxy { proxy }
            }
            1 => Presence::Excused { reason: "Ốm, có giấy xin phép".to_owned() },
            2 => Presence::Absent,
            _ => Presence::Present,
        };
        book.write(by, EventBody::RollCalled { delegate: id.clone(), presence });
        if number % 10 == 2 {
            let (corrects, presence, reason) = (book.events.len() as u64, Presence::Present, "Ghi nhầm".to_owned());
            let body = EventBody::RollCorrected { corrects, delegate: id, presence, reason };
            book.write(Actor::Seat(Place::Secretary), body);
        }
    }
    for number in 1..=TURNS {
        let small = u32::try_from(number).expect("few");
        let (request, turn, place) = (RequestId(small), TurnId(small), Place::Point(point_id(number)));
        let speaker = Speaker { delegate: None, name: "Ma Văn Lập".to_owned() };
        let subject = "Một cửa liên thông".to_owned();
        let asked = (speaker.clone(), subject.clone());
        let body = EventBody::FloorRequested { request, place: place.clone(), speaker: asked.0, subject: asked.1 };
        book.write(clerk(&point_id(number)), body);
        let body = EventBody::FloorGranted { turn, request: Some(request), place, speaker, subject, seconds: 300 };
        book.write(chair(), body);
        book.write(chair(), EventBody::FloorEnded { turn, how: FloorEnd::Returned });
    }
    for vote in (1..=VOTES).map(VoteId) {
        let options: Vec<String> = ["Tán thành", "Không tán thành"].map(str::to_owned).into();
        let question = "Thông qua nghị quyết?".to_owned();
        let by = Voters::Delegates;
        book.write(chair(), EventBody::VoteOpened { vote, question, options, secret: false, by, needs_quorum: true });
        for delegate in &plan.delegates {
            let voter = Voter::Delegate(delegate.id.clone());
            book.write(clerk(&delegate.point), EventBody::BallotCast { vote, voter, choice: Some(0) });
        }
        let all = u32::try_from(DELEGATES).expect("few");
        let body = EventBody::VoteClosed { vote, tally: vec![all, 0], eligible: all, present: all, quorum: Some(true) };
        book.write(chair(), body);
    }
    book.write(chair(), EventBody::Closed);

    let last = book.events.last().expect("many");
    let hash = chain::genesis(&plan.id, &node);
    let heads = vec![Head { node: node.clone(), seq: last.seq, at: last.at, hash, signed_through: last.seq }];
    Source { node, plans: vec![(Arc::new(plan), plan_ref)], events: book.events, heads }
}

/// The most memory that the process ever held, in MB.
fn peak_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the kernel counts it");
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes / 1024.0
}

fn main() {
    // Cargo asks benches about their tests too.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let source = source();
    println!("{POINTS} points, {DELEGATES} delegates, {} records; {:.0} MB before", source.events.len(), peak_mb());
    let mut fastest = Duration::MAX;
    for run in 1..=RUNS {
        let start = Instant::now();
        let mut told = Vec::new();
        let report = Report::draw(&source, source.events[0].at).expect("a report");
        told.push(format!("report {:.0?}", start.elapsed()));
        assert!(!report.provisional && report.delegates.len() == DELEGATES && report.points.len() == POINTS);
        for format in Format::ALL {
            let began = Instant::now();
            let options = Options { language: Language::Vietnamese, ..Options::default() };
            let paper = render(&report, *format, &options).expect("a paper");
            told.push(format!("{format} {:.0?} ({} kB)", began.elapsed(), paper.bytes.len() / 1024));
        }
        let took = start.elapsed();
        fastest = fastest.min(took);
        println!("run {run}: {took:.0?}; {}", told.join(", "));
    }
    let peak = peak_mb();
    println!("all formats: {fastest:.0?} at best; {peak:.0} MB at most");
    assert!(fastest < LONGEST && peak < MOST_MB, "slower than {LONGEST:?}, or more than {MOST_MB} MB");
}
