//! The conference of 19 October 2021 as its report tells of it. [`source`] is what its papers are drawn from.

use std::sync::Arc;

use super::{Moment, ProxyOutcome, Report, Source, Status, Totals, VoteOutcome};
use crate::{
    clock::Timestamp,
    ids::{AgendaItemId, NodeId, ProxyId, VoteId},
    ledger::{
        chain::{self, Record},
        head::Head,
    },
    meeting::{
        Event, QuorumView,
        script::plan_ref,
        tuyen_quang::{
            ask, minutes, plan, played,
            told::{Heads, Line, Of, Outcome, Person, Spoken, Told},
        },
    },
};

/// Its ledger after the last correction.
pub fn source() -> Source {
    let (node, plan, events): (NodeId, _, _) = ("N-tuyenquang".parse().unwrap(), plan(), played().events);
    let hash = events.iter().fold(chain::genesis(&plan.id, &node), |prev, Event { seq, at, actor, body }| {
        let value = serde_json::to_value(body).unwrap();
        let (kind, body) = (value["kind"].as_str().unwrap(), value.to_string());
        let (meeting, node, actor) = (&plan.id, &node, actor.to_string());
        chain::link(&prev, &Record { meeting, node, seq: *seq, at: *at, actor: &actor, kind, body_json: &body })
    });
    let last = events.last().unwrap();
    let head = Head { node: node.clone(), seq: last.seq, at: last.at, hash, signed_through: last.seq };
    Source { node, plans: vec![(Arc::new(plan), plan_ref(1))], events, heads: vec![head] }
}

/// Checks a report of that conference against every number that the script says.
pub fn check(report: &Report) {
    ask(report, &minutes().papers);
}

fn heads(totals: Totals) -> Heads {
    let Totals { expected, present, proxy, left, excused, absent, unconfirmed, added, late } = totals;
    Heads { expected, present, proxy, left, excused, absent, unconfirmed, added, late }
}

fn instants(from: Moment, to: Moment) -> (Timestamp, Timestamp) {
    (from.instant(), to.instant())
}

impl Told for Report {
    fn heads(&self, of: Of<'_>) -> Heads {
        heads(match of {
            Of::All => self.total,
            Of::Unit(unit) => self.units.iter().find(|row| row.unit.as_str() == unit).unwrap().with_below,
            Of::Room(room) => self.points.iter().find(|row| row.point.as_str() == room).unwrap().roll,
        })
    }

    fn person(&self, id: &str) -> Person {
        let row = self.delegates.iter().find(|row| row.delegate.as_str() == id).expect("everybody has a row");
        let status = match &row.status {
            Status::Unconfirmed => "unconfirmed".to_owned(),
            Status::Present => "present".to_owned(),
            Status::Left => "left".to_owned(),
            Status::Absent => "absent".to_owned(),
            Status::Excused { reason } => format!("excused ({reason})"),
            Status::Proxy { substitute, approved, .. } => {
                assert!(approved.is_some(), "{id}: nobody approved the proxy");
                format!("proxy ({})", substitute.name)
            }
        };
        let (late_ms, left_early_ms) = (row.late_ms, row.left_early_ms);
        Person { status, first_here: row.first_here.map(Moment::instant), late_ms, left_early_ms }
    }

    fn proxy(&self, number: u32) -> (String, String, String) {
        let row = self.proxies.iter().find(|row| row.proxy == ProxyId(number)).expect("every request has a row");
        let outcome = match &row.outcome {
            ProxyOutcome::Pending => "pending".to_owned(),
            ProxyOutcome::Approved { .. } => "approved".to_owned(),
            ProxyOutcome::Refused { reason, .. } => format!("refused ({reason})"),
        };
        (row.substitute.name.clone(), row.delegate.to_string(), outcome)
    }

    fn line(&self, point: &str) -> Line {
        let line = &self.points.iter().find(|row| row.point.as_str() == point).expect("every point has a row").line;
        Line {
            stays: line.stays.iter().map(|stay| instants(stay.from, stay.to)).collect(),
            gaps_ms: line.gaps.iter().map(|gap| gap.millis()).collect(),
            connected_ms: line.connected_ms,
            connections: line.connections,
        }
    }

    fn points(&self) -> Vec<String> {
        self.points.iter().map(|row| row.point.to_string()).collect()
    }

    fn quorum(&self) -> Option<QuorumView> {
        self.quorum
    }

    fn turns(&self) -> Vec<Spoken> {
        let turns = self.turns.iter().map(|row| {
            let end = row.end.as_ref().expect("it is over");
            Spoken {
                place: row.place.to_string(),
                speaker: row.speaker.name.clone(),
                from: row.granted.at.instant(),
                to: end.at.instant(),
                taken_ms: row.taken_ms,
                box_s: row.box_seconds,
                how: serde_json::to_value(end.how).unwrap().as_str().unwrap().to_owned(),
            }
        });
        turns.collect()
    }

    fn item(&self, number: u32) -> (Timestamp, Option<Timestamp>) {
        let row = self.agenda.iter().find(|row| row.item == AgendaItemId(number)).expect("every item has a row");
        (row.started().expect("it was begun").instant(), row.finished().map(Moment::instant))
    }

    fn vote(&self, number: u32) -> (u32, Outcome) {
        let row = self.votes.iter().find(|row| row.vote == VoteId(number)).expect("every vote has a row");
        assert!(!row.secret || row.ballots.iter().all(|ballot| ballot.choice.is_none()), "nobody knows who chose what");
        let outcome = match &row.outcome {
            VoteOutcome::UnderWay => Outcome::UnderWay,
            VoteOutcome::Closed { eligible, present, quorum, .. } => {
                let tally = row.options.iter().map(|option| option.votes.expect("it is counted")).collect();
                Outcome::Closed { tally, eligible: *eligible, present: *present, quorum: *quorum }
            }
            VoteOutcome::Cancelled { reason, .. } => Outcome::Cancelled { reason: reason.clone() },
        };
        (row.voted, outcome)
    }

    fn now(&self, question: &str) -> String {
        panic!("a report of a meeting that is over does not know: {question}")
    }
}

#[test]
fn the_report_of_19_october_2021_says_what_its_minutes_say() {
    let source = source();
    let report = Report::draw(&source, source.events[0].at).unwrap();
    check(&report);
    assert!(!report.provisional);
    assert_eq!((report.points.len(), report.delegates.len(), report.units.len()), (146, 302, 146));
    assert_eq!(report.corrections.iter().map(|row| row.after_close).collect::<Vec<_>>(), [false, true]);
    assert_eq!(report.life.paused_ms, 600_000);
    assert_eq!(report.life.open_ms, Some(3 * 3_600_000));
    assert_eq!(report.chair_changes.iter().map(|row| row.handed_over).collect::<Vec<_>>(), [false, true]);
    assert_eq!(report.removals.len(), 1);
    assert_eq!(report.announcements.len(), 2);
    assert_eq!(report.unheard.len(), 2, "one that was withdrawn, one that the close cut off");
}
