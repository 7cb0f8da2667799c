//! The report of random meetings, held row by row against the same facts counted in another way: attendance by the
//! [`Oracle`], the rest by looking through the events again.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{DelegateRow, Interval, Listing, Moment, Report, Source, Status, Totals, VoteOutcome};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, PointId},
    meeting::{
        Event, EventBody, FloorEnd, Place, Presence,
        oracle::{Oracle, Somebody, Tally},
        schedule::{Played, play, schedules},
    },
};

fn source(played: &Played) -> Source {
    let named = |version: u32| {
        played.events.iter().any(|event| {
            matches!(&event.body, EventBody::Published { plan } | EventBody::PlanChanged { plan } if plan.version == version)
        })
    };
    let last = played.plans.len();
    let kept = played.plans.iter().enumerate().filter(|(index, (_, plan))| index + 1 == last || named(plan.version));
    Source {
        node: "N-1".parse().unwrap(),
        plans: kept.map(|(_, plan)| plan.clone()).collect(),
        events: played.events.clone(),
        heads: Vec::new(),
    }
}

fn instants(intervals: &[Interval]) -> Vec<(Timestamp, Timestamp)> {
    intervals.iter().map(|interval| (interval.from.instant(), interval.to.instant())).collect()
}

fn totals(tally: Tally) -> Totals {
    let Tally { expected, present, proxy, left, excused, absent, unconfirmed, added_came, late, .. } = tally;
    Totals { expected, present, proxy, left, excused, absent, unconfirmed, added: added_came, late }
}

fn says(status: &Status) -> Option<Presence> {
    Some(match status {
        Status::Unconfirmed => return None,
        Status::Present => Presence::Present,
        Status::Left => Presence::Left,
        Status::Absent => Presence::Absent,
        Status::Excused { reason } => Presence::Excused { reason: reason.clone() },
        Status::Proxy { proxy, .. } => Presence::Proxy { proxy: *proxy },
    })
}

/// The oracle's roll, with those of earlier plans of whom the roll call says something.
fn everybody(oracle: &Oracle<'_>, source: &Source) -> Vec<(Somebody, Listing)> {
    let listing = |one: &Somebody| if one.expected { Listing::Planned } else { Listing::Added };
    let mut all: Vec<(Somebody, Listing)> = oracle.roll().into_iter().map(|one| (one.clone(), listing(&one))).collect();
    for (plan, _) in source.plans.iter().rev() {
        for one in &plan.delegates {
            if all.iter().all(|(known, _)| known.id != one.id) && !oracle.words(&one.id).is_empty() {
                let (id, unit, room) = (one.id.clone(), one.unit.clone(), one.point.clone());
                all.push((Somebody { id, unit, room, expected: false }, Listing::Dropped));
            }
        }
    }
    all
}

fn check_people(report: &Report, oracle: &Oracle<'_>, source: &Source) -> Result<(), TestCaseError> {
    let all = everybody(oracle, source);
    prop_assert_eq!(report.delegates.len(), all.len());
    let rows: BTreeMap<&DelegateId, &DelegateRow> = report.delegates.iter().map(|row| (&row.delegate, row)).collect();
    for (one, listing) in &all {
        let row = rows[&one.id];
        prop_assert_eq!((&row.unit, &row.point, row.listing), (&one.unit, &one.room, *listing));
        prop_assert_eq!(says(&row.status), oracle.status(&one.id), "{}", one.id);
        prop_assert_eq!(row.first_here.map(Moment::instant), oracle.first_here(&one.id), "{}", one.id);
        prop_assert_eq!(row.late_ms, oracle.late_ms(&one.id), "{}", one.id);
        prop_assert_eq!(row.left_early_ms, oracle.left_early_ms(&one.id), "{}", one.id);
        let marks: Vec<_> = row.marks.iter().map(|mark| (mark.act.at.instant(), mark.presence.clone())).collect();
        prop_assert_eq!(marks, oracle.words(&one.id), "{}", one.id);
        if let Status::Proxy { approved, .. } = &row.status {
            prop_assert!(approved.is_some(), "{}: nobody approved the proxy", one.id);
        }
    }

    let tally =
        |of: &dyn Fn(&Somebody) -> bool| totals(oracle.tally(all.iter().map(|(one, _)| one).filter(|one| of(one))));
    prop_assert_eq!(report.total, tally(&|_| true));
    for row in &report.points {
        prop_assert_eq!(row.roll, tally(&|one| one.room == row.point), "{}", row.point);
    }
    let parents: BTreeMap<&PointId, &PointId> =
        report.points.iter().filter_map(|row| Some((&row.point, row.parent.as_ref()?))).collect();
    for row in &report.units {
        let below = |unit: &PointId| {
            std::iter::successors(Some(unit), |unit| parents.get(unit).copied()).any(|above| *above == row.unit)
        };
        prop_assert_eq!(row.own, tally(&|one| one.unit == row.unit), "{}", row.unit);
        prop_assert_eq!(row.with_below, tally(&|one| below(&one.unit)), "{}", row.unit);
    }
    let listed: BTreeSet<&PointId> = report.units.iter().map(|row| &row.unit).collect();
    prop_assert!(all.iter().all(|(one, listing)| *listing == Listing::Dropped && oracle.status(&one.id).is_none()
        || listed.contains(&one.unit)
        || totals(oracle.tally([one])) == Totals::default()));

    let quorum = report.quorum.map(|quorum| {
        prop_assert_eq!(quorum.reached, quorum.present >= quorum.needed);
        Ok((quorum.expected as usize, quorum.present as usize, quorum.needed as usize))
    });
    prop_assert_eq!(quorum.transpose()?, oracle.quorum());
    Ok(())
}

fn check_lines(report: &Report, oracle: &Oracle<'_>) -> Result<(), TestCaseError> {
    for row in &report.points {
        let line = &row.line;
        prop_assert_eq!(instants(&line.stays), oracle.stays(&row.point), "{}", row.point);
        prop_assert_eq!(instants(&line.gaps), oracle.gaps(&row.point), "{}", row.point);
        let (first, last) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
        prop_assert_eq!(line.connected_ms, oracle.connected_ms(&row.point, first, last), "{}", row.point);
        let end = oracle.closed().unwrap_or(report.as_of.instant());
        let open = oracle.opened().map(|opened| oracle.connected_ms(&row.point, opened, end));
        prop_assert_eq!(line.while_open_ms, open, "{}", row.point);
        prop_assert_eq!(line.connected, oracle.is_connected(&row.point), "{}", row.point);
        prop_assert_eq!(line.connections as usize, oracle.lines(&row.point).len(), "{}", row.point);
    }
    let planned = report.points.iter().filter(|row| row.listing == Listing::Planned).count();
    prop_assert_eq!(planned, oracle.plan.points.len());
    Ok(())
}

/// A turn: who, from when, to when and how; the last one may be under way.
type Turn = (Place, Timestamp, Option<(Timestamp, FloorEnd)>);

fn turns(events: &[Event]) -> Vec<Turn> {
    let mut turns = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let EventBody::FloorGranted { turn, place, .. } = &event.body else { continue };
        let end = events[index..].iter().find_map(|later| match &later.body {
            EventBody::FloorEnded { turn: ended, how } if ended == turn => Some((later.at, *how)),
            EventBody::Recovered { last_known } => Some(((*last_known).clamp(event.at, later.at), FloorEnd::LineLost)),
            _ => None,
        });
        turns.push((place.clone(), event.at, end));
    }
    turns
}

fn check_course(report: &Report, events: &[Event]) -> Result<(), TestCaseError> {
    let expected = turns(events);
    let told: Vec<_> = report
        .turns
        .iter()
        .map(|row| {
            let end = row.end.as_ref().map(|end| (end.at.instant(), end.how));
            (row.place.clone(), row.granted.at.instant(), end)
        })
        .collect();
    prop_assert_eq!(&told, &expected);
    let mut spoken: BTreeMap<Place, u64> = BTreeMap::new();
    for (place, from, end) in expected {
        if let Some((to, _)) = end {
            *spoken.entry(place).or_default() += to.millis_since(from);
        }
    }
    prop_assert_eq!(
        report.speaking.iter().map(|row| (row.place.clone(), row.taken_ms)).collect::<BTreeMap<_, _>>(),
        spoken
    );

    let bodies = || events.iter().map(|event| &event.body);
    let corrections = bodies().filter(|body| matches!(body, EventBody::RollCorrected { .. })).count();
    prop_assert_eq!(report.corrections.len(), corrections);
    prop_assert!(report.corrections.iter().all(|row| row.old.is_some()), "a correction says what stood before");
    let proxies = bodies().filter(|body| matches!(body, EventBody::ProxyRequested { .. })).count();
    prop_assert_eq!(report.proxies.len(), proxies);

    for row in &report.votes {
        let cast =
            bodies().filter(|body| matches!(body, EventBody::BallotCast { vote, .. } if *vote == row.vote)).count();
        prop_assert_eq!((row.voted as usize, row.ballots.len()), (cast, cast));
        prop_assert!(!row.secret || row.ballots.iter().all(|ballot| ballot.choice.is_none()));
        let counted = row.options.iter().map(|option| option.votes).sum::<Option<u32>>();
        let closed = matches!(row.outcome, VoteOutcome::Closed { .. });
        prop_assert_eq!(counted, closed.then_some(u32::try_from(cast).unwrap()), "what is counted is what was cast");
    }

    // Second by second it would be slow; pauses do not overlap.
    let mut paused_ms = 0;
    for (index, event) in events.iter().enumerate() {
        if matches!(event.body, EventBody::Paused { .. }) {
            let over = |later: &&Event| matches!(later.body, EventBody::Resumed | EventBody::Closed);
            let end = events[index..].iter().find(over).map_or(report.as_of.instant(), |later| later.at);
            paused_ms += end.millis_since(event.at);
        }
    }
    prop_assert_eq!(report.life.paused_ms, paused_ms);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_row_and_every_total_agrees_with_another_way_of_counting(schedule in schedules(0..120)) {
        let played = play(&schedule, |_, _, _| Ok(()))?;
        let source = source(&played);
        let report = Report::draw(&source, played.now).unwrap();
        let closed = played.conference.closed_at().is_some();
        let last = played.events.last().map_or(played.now, |event| event.at);
        let now = if closed { last } else { last.max(played.now) };
        prop_assert_eq!(report.as_of.instant(), now);
        prop_assert_eq!(report.provisional, !closed);
        let oracle = Oracle { plan: played.plan(), events: &played.events, now };
        check_people(&report, &oracle, &source)?;
        check_lines(&report, &oracle)?;
        check_course(&report, &played.events)?;
    }
}
