//! The conference of 19 October 2021 through its coordinator into a database, and out of it again: the ledger, the state,
//! the report.

use std::sync::atomic::AtomicI64;

use futures_util::future::join_all;

use super::*;
use crate::{
    ledger::verify::PrintedHead,
    meeting::{
        Conference, Event, EventBody,
        script::{Entry, read},
        tuyen_quang::{Item, MIDNIGHT, Minutes, ask_conference, minutes, plan, played},
    },
    records::{
        Reader, public_key_in,
        testing::{Kind, Site, in_time, on_both},
    },
    report::{self, Report},
};

on_both!(the_conference_of_19_october_2021_comes_out_of_the_database_as_it_went_in);

/// How many lines of the script lie between two looks at what a restart would find.
const LOOKS: usize = 15;
const AT_A_TIME: usize = 30;

/// A server's coordinators, by a clock that is set by hand.
struct Bed {
    records: Records,
    coordinators: Coordinators,
    clock: Arc<AtomicI64>,
    meeting: MeetingId,
}

impl Bed {
    async fn new(site: &Site) -> Bed {
        let records = Records::open(site.store(), MIDNIGHT).await.unwrap();
        let meeting = plan().id;
        records.create_meeting(&plan()).await.unwrap();
        let clock = Arc::new(AtomicI64::new(MIDNIGHT.as_millis()));
        let coordinators = Coordinators::by_the_clock(records.clone(), told_by(&clock));
        Bed { records, coordinators, clock, meeting }
    }

    async fn conference(&self) -> Conference {
        self.coordinators.watch(&self.meeting).await.unwrap().borrow().conference.clone()
    }

    /// The meeting as a server finds it that has nothing but the records.
    async fn found_again(&self) -> Conference {
        let next = Coordinators::by_the_clock(self.records.clone(), told_by(&self.clock));
        next.watch(&self.meeting).await.unwrap().borrow().conference.clone()
    }

    /// Does what a line says: what many do at a time comes at a time, and in order, which more at a time would not.
    async fn line(&self, line: &str) -> Result<(), CommandError> {
        let entries = read(line, MIDNIGHT, &self.conference().await);
        let (mut facts, mut commands) = (Vec::new(), Vec::new());
        for (at, entry) in entries {
            match entry {
                Entry::Fact(actor, fact) => facts.push((actor, (at, fact))),
                Entry::Command(actor, command) => {
                    self.clock.store(at.as_millis(), Ordering::Relaxed);
                    commands.push(self.coordinators.command(&self.meeting, actor, command));
                }
                Entry::NewPlan(_) => panic!("the plan of that day was not changed"),
            }
        }
        if let Some(actor) = facts.first().map(|(actor, _)| actor.clone()) {
            let facts = facts.into_iter().map(|(_, fact)| fact).collect();
            self.coordinators.facts(&self.meeting, actor, facts).await.unwrap();
        }
        let mut commands = commands.into_iter();
        loop {
            let some: Vec<_> = commands.by_ref().take(AT_A_TIME).collect();
            if some.is_empty() {
                return Ok(());
            }
            for answer in join_all(some).await {
                assert!(answer?.recorded, "{line}: nobody hears of it before it is on disk");
            }
        }
    }

    /// What the database has of it.
    async fn events(&self) -> Vec<Event> {
        self.records.events(&self.meeting).await.unwrap()
    }
}

fn told_by(clock: &Arc<AtomicI64>) -> coordinator::Clock {
    let clock = clock.clone();
    Box::new(move || Timestamp::from_millis(clock.load(Ordering::Relaxed)))
}

async fn the_conference_of_19_october_2021_comes_out_of_the_database_as_it_went_in(kind: Kind) {
    let site = Site::new(kind).await;
    let bed = Bed::new(&site).await;
    let Minutes { items, papers } = minutes();
    for (number, Item { line, refused, asked }) in items.into_iter().enumerate() {
        let before = bed.conference().await.last_seq();
        match (in_time(bed.line(line)).await, refused) {
            (Ok(()), None) => {}
            (Err(CommandError::Refused(refusal)), Some(why)) => {
                assert_eq!(refusal.to_string(), why, "{line}");
                assert_eq!(bed.conference().await.last_seq(), before, "{line}");
            }
            (answer, _) => panic!("{line}\n  {answer:?}"),
        }
        let now = Timestamp::from_millis(bed.clock.load(Ordering::Relaxed));
        if !asked.is_empty() {
            ask_conference(&bed.conference().await, &bed.events().await, now, &asked);
        }
        let in_a_secret_vote = bed.conference().await.votes().current().is_some_and(|vote| vote.secret);
        if number % LOOKS == 0 || in_a_secret_vote {
            assert!(bed.found_again().await == bed.conference().await, "{line}: a restart would find another meeting");
        }
    }
    let (conference, events) = (bed.conference().await, bed.events().await);
    assert!(bed.found_again().await == conference);
    ask_conference(&conference, &events, conference.closed_at().unwrap(), &papers);

    // Record by record it is what the pure core says, but for the hash of the plan that was kept.
    let mut expected = played().events;
    if let EventBody::Published { plan } = &mut expected[0].body {
        *plan = conference.plan().clone();
    }
    assert_eq!(events.len(), expected.len());
    for (event, expected) in events.iter().zip(&expected) {
        assert_eq!(event, expected);
    }

    // The server ends in order, and an auditor comes with a printed head.
    bed.records.close().await;
    let store = site.store();
    let reader = Reader::open(store.clone()).await.unwrap();
    let source = reader.report_source(&bed.meeting).await.unwrap().unwrap();
    let report = Report::draw(&source, MIDNIGHT).unwrap();
    report::tuyen_quang::check(&report);
    let head = &source.heads[0];
    assert_eq!((head.seq, head.signed_through), (events.len() as u64, events.len() as u64));
    let printed = PrintedHead { seq: head.seq, hash: head.hash };
    let key = public_key_in(&store.dir).unwrap();
    let mut wholes = Vec::new();
    let together = reader.audit(&key, Some(&key), &[printed], |_, whole| wholes.push(whole.unwrap())).await.unwrap();
    assert!(together.is_empty(), "{together:?}");
    let [whole] = &wholes[..] else { panic!("one ledger: {wholes:?}") };
    assert_eq!((whole.records, whole.unsigned), (events.len() as u64, 0));
    reader.close().await;
}
