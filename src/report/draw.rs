//! Draws a report: plays the events to a [`Conference`], and writes its rows.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{
    AgendaRow, BallotRow, DelegateRow, FORMAT, HeadRow, Interval, LineFacts, LineTest, Listing, MeetingFacts, Moment,
    OptionRow, PointRow, ProxyOutcome, ProxyRow, Report, ReportError, Scope, Source, SpeakingRow, Status, Totals,
    VoteOutcome, VoteRow, Zone,
    chronicle::{Chronicle, unknown},
    moment, roll,
};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, PointId},
    meeting::{
        AgendaItem, Attendance, Conference, Delegate, Event, EventBody, Meeting, Phase, PlanRef, Point,
        PointAttendance, Vote, VoteState,
    },
};

pub fn draw(source: &Source, now: Timestamp) -> Result<Report, ReportError> {
    let (meeting, plan) = in_force(source)?;
    let zone = Zone::named(&meeting.zone)?;
    if let Some(event) = source.events.iter().find(|event| !moment::is_in_the_calendar(event.at)) {
        return Err(ReportError::Time { seq: event.seq });
    }
    let (conference, mut chronicle) = play(source, &zone)?;
    let as_of = {
        let last = source.events.last().map_or(now, |event| event.at);
        zone.moment(if conference.closed_at().is_some() { last } else { now.max(last) })
    };
    chronicle.end_turns(&conference, as_of);
    let unheard = chronicle.unheard();
    let mut life = std::mem::take(&mut chronicle.life);
    let open = life
        .opened
        .as_ref()
        .map(|opened| Interval { from: opened.at, to: life.closed.as_ref().map_or(as_of, |closed| closed.at) });
    life.open_ms = open.map(Interval::millis);
    let end = open.map_or(as_of, |open| open.to);
    life.paused_ms =
        life.pauses.iter().map(|p| p.resumed.as_ref().map_or(end, |act| act.at).millis_since(p.act.at)).sum();

    let earlier = Earlier::of(source, &meeting);
    let mut points = points(&meeting, &earlier, source, &conference, &mut chronicle, &zone, as_of, open);
    let delegates = delegates(&meeting, &earlier, &conference, &chronicle, &zone, &points);
    let mut rolls: HashMap<&PointId, Totals> = HashMap::new();
    for row in &delegates {
        rolls.entry(&row.point).or_default().count(row);
    }
    for row in &mut points {
        row.roll = rolls.get(&row.point).copied().unwrap_or_default();
    }
    let names = points.iter().map(|row| (row.point.clone(), row.name.clone())).collect();
    let heads = source.heads.iter().map(|head| HeadRow {
        node: head.node.clone(),
        seq: head.seq,
        at: zone.moment(head.at),
        hash: head.hash,
        signed_through: head.signed_through,
    });
    let speaking = conference.speaking_totals().into_iter();
    Ok(Report {
        format: FORMAT,
        scope: Scope::Meeting,
        phase: conference.phase(),
        provisional: conference.phase() != Phase::Closed,
        as_of,
        total: Totals::of(&delegates),
        quorum: conference.quorum(),
        units: roll::units(&points, &delegates),
        proxies: proxies(&conference, &chronicle, &delegates, as_of),
        agenda: agenda(&meeting, &earlier, &chronicle, &zone, as_of),
        votes: conference.votes().all().iter().map(|vote| vote_row(vote, &chronicle, &zone)).collect(),
        speaking: speaking
            .map(|total| SpeakingRow { place: total.place, turns: total.turns, taken_ms: total.millis })
            .collect(),
        meeting: facts(&meeting, plan, source, &zone),
        life,
        chair_changes: chronicle.chair_changes,
        points,
        delegates,
        turns: chronicle.turns,
        unheard,
        announcements: chronicle.announcements,
        corrections: chronicle.corrections,
        removals: chronicle.removals,
        heads: heads.collect(),
        point_names: Arc::new(names),
    })
}

/// The version of the plan that an event names.
fn named(event: &Event) -> Option<&PlanRef> {
    match &event.body {
        EventBody::Published { plan } | EventBody::PlanChanged { plan } => Some(plan),
        _ => None,
    }
}

fn version(source: &Source, seq: u64, wanted: &PlanRef) -> Result<(Arc<Meeting>, PlanRef), ReportError> {
    let found = source.plans.iter().find(|(_, plan)| plan == wanted).cloned();
    found.ok_or(ReportError::MissingPlan { seq, version: wanted.version })
}

/// The plan that holds at the end: the last one that an event names. In a draft, also one that was taken back, it is the
/// newest that is kept.
fn in_force(source: &Source) -> Result<(Arc<Meeting>, PlanRef), ReportError> {
    let last = source
        .events
        .iter()
        .rev()
        .find(|event| named(event).is_some() || matches!(event.body, EventBody::Withdrawn { .. }));
    match last.and_then(|event| Some((event.seq, named(event)?))) {
        Some((seq, plan)) => version(source, seq, plan),
        None => source.plans.last().cloned().ok_or(ReportError::NoPlan),
    }
}

/// The meeting after all events. Each version of the plan holds from the event that names it.
fn play<'a>(source: &Source, zone: &'a Zone) -> Result<(Conference, Chronicle<'a>), ReportError> {
    let (meeting, plan) = source.plans.first().cloned().ok_or(ReportError::NoPlan)?;
    let (mut conference, mut chronicle) = (Conference::new(meeting, plan), Chronicle::new(zone));
    for event in &source.events {
        if let Some(plan) = named(event) {
            let (meeting, plan) = version(source, event.seq, plan)?;
            conference.set_plan(meeting, plan);
        }
        chronicle.note(&conference, event);
        conference.apply(event);
        chronicle.look(&conference, event);
    }
    let (meeting, plan) = in_force(source)?;
    conference.set_plan(meeting, plan);
    Ok((conference, chronicle))
}

/// What earlier versions of the plan had that the one in force has not; newest versions first.
struct Earlier<'a> {
    points: Vec<&'a Point>,
    delegates: Vec<&'a Delegate>,
    items: Vec<&'a AgendaItem>,
}

impl<'a> Earlier<'a> {
    fn of(source: &'a Source, meeting: &'a Meeting) -> Earlier<'a> {
        let mut points: HashSet<&PointId> = meeting.points.iter().map(|point| &point.id).collect();
        let mut delegates: HashSet<&DelegateId> = meeting.delegates.iter().map(|delegate| &delegate.id).collect();
        let mut items: HashSet<_> = meeting.agenda.iter().map(|item| item.id).collect();
        let mut earlier = Earlier { points: Vec::new(), delegates: Vec::new(), items: Vec::new() };
        for (plan, _) in source.plans.iter().rev() {
            earlier.points.extend(plan.points.iter().filter(|point| points.insert(&point.id)));
            earlier.delegates.extend(plan.delegates.iter().filter(|delegate| delegates.insert(&delegate.id)));
            earlier.items.extend(plan.agenda.iter().filter(|item| items.insert(item.id)));
        }
        earlier
    }
}

fn facts(meeting: &Meeting, plan: PlanRef, source: &Source, zone: &Zone) -> MeetingFacts {
    MeetingFacts {
        id: meeting.id.clone(),
        number: meeting.number.clone(),
        title: meeting.title.clone(),
        zone: meeting.zone.clone(),
        starts_at: zone.moment(meeting.starts_at),
        hub: meeting.hub.clone(),
        officers: meeting.officers.clone(),
        plan,
        late_after_minutes: meeting.rules.late_after_minutes,
        quorum: meeting.rules.quorum,
        node: source.node.clone(),
    }
}

/// The points of the plan in the order of its tree, then those that earlier versions had and whose lines were up.
#[expect(clippy::too_many_arguments, reason = "each is one thing that the rows tell of")]
fn points(
    meeting: &Meeting,
    earlier: &Earlier<'_>,
    source: &Source,
    conference: &Conference,
    chronicle: &mut Chronicle<'_>,
    zone: &Zone,
    as_of: Moment,
    open: Option<Interval>,
) -> Vec<PointRow> {
    let all = Meeting {
        points: meeting.points.iter().chain(earlier.points.iter().copied()).cloned().collect(),
        ..without_lists(meeting)
    };
    let attendance = Attendance::fold(&all, &source.events, as_of.instant());
    let lines: HashMap<&PointId, &PointAttendance> = attendance.points.iter().map(|line| (&line.point, line)).collect();
    let tests: HashMap<&PointId, &crate::meeting::LineCheck> =
        conference.line_checks().iter().map(|check| (&check.point, check)).collect();
    let mut depths: HashMap<&PointId, u32> = HashMap::new();
    let planned = meeting.in_tree_order().into_iter().map(|point| (point, Listing::Planned));
    let came = |point: &&Point| lines.get(&point.id).is_some_and(|line| line.connections > 0);
    let dropped = earlier.points.iter().copied().filter(came).map(|point| (point, Listing::Dropped));
    let mut rows = Vec::with_capacity(all.points.len());
    for (point, listing) in planned.chain(dropped) {
        let depth = point.parent.as_ref().and_then(|parent| depths.get(parent)).map_or(0, |depth| depth + 1);
        depths.insert(&point.id, depth);
        let interval =
            |span: crate::meeting::Span| Interval { from: zone.moment(span.start), to: zone.moment(span.end) };
        let line = lines.get(&point.id);
        let stays: Vec<Interval> =
            line.map(|line| line.stays.iter().map(|stay| interval(*stay)).collect()).unwrap_or_default();
        rows.push(PointRow {
            point: point.id.clone(),
            parent: point.parent.clone(),
            depth,
            level: point.level.clone(),
            name: point.name.clone(),
            room: point.room.clone(),
            listing,
            line: LineFacts {
                while_open_ms: open.map(|open| stays.iter().map(|stay| stay.millis_within(open)).sum()),
                stays,
                gaps: line.map(|line| line.gaps().map(interval).collect()).unwrap_or_default(),
                connected_ms: line.map_or(0, |line| line.connected_ms()),
                connected: line.is_some_and(|line| line.connected),
                connections: line.map_or(0, |line| u32::try_from(line.connections).unwrap_or(u32::MAX)),
                devices: chronicle.devices.remove(&point.id).unwrap_or_default(),
            },
            line_test: tests.get(&point.id).map(|check| LineTest {
                act: super::Act { at: zone.moment(check.at), by: check.by.clone() },
                picture: check.picture,
                sound: check.sound,
                note: check.note.clone(),
                measured: check.measured,
            }),
            roll: Totals::default(),
        });
    }
    rows
}

/// The same meeting without what the lines do not ask for.
fn without_lists(meeting: &Meeting) -> Meeting {
    Meeting {
        id: meeting.id.clone(),
        number: String::new(),
        title: String::new(),
        zone: meeting.zone.clone(),
        starts_at: meeting.starts_at,
        hub: meeting.hub.clone(),
        officers: Default::default(),
        points: Vec::new(),
        delegates: Vec::new(),
        agenda: Vec::new(),
        rules: Default::default(),
    }
}

/// Those of the plan, those who were added, and those of earlier plans of whom the roll call says something.
fn delegates(
    meeting: &Meeting,
    earlier: &Earlier<'_>,
    conference: &Conference,
    chronicle: &Chronicle<'_>,
    zone: &Zone,
    points: &[PointRow],
) -> Vec<DelegateRow> {
    let roll = conference.roll();
    let expected: HashSet<&DelegateId> = meeting.delegates.iter().map(|delegate| &delegate.id).collect();
    let planned = meeting.delegates.iter().map(|delegate| (delegate, Listing::Planned));
    let dropped = earlier.delegates.iter().copied().filter(|delegate| !roll.marks(&delegate.id).is_empty());
    let dropped = dropped.map(|delegate| (delegate, Listing::Dropped));
    let added = roll.added().iter().filter(|delegate| !expected.contains(&delegate.id));
    let added = added.map(|delegate| (delegate, Listing::Added));
    let rooms: HashMap<&PointId, usize> = points.iter().enumerate().map(|(index, row)| (&row.point, index)).collect();
    let mut rows: Vec<DelegateRow> = planned
        .chain(dropped)
        .chain(added)
        .map(|(delegate, listing)| roll::delegate_row(conference, chronicle, zone, delegate, listing))
        .collect();
    rows.sort_by_key(|row| rooms.get(&row.point).copied().unwrap_or(usize::MAX));
    rows
}

fn proxies(
    conference: &Conference,
    chronicle: &Chronicle<'_>,
    delegates: &[DelegateRow],
    as_of: Moment,
) -> Vec<ProxyRow> {
    let came: HashSet<_> = delegates
        .iter()
        .filter_map(|row| match row.status {
            Status::Proxy { proxy, .. } => Some(proxy),
            _ => None,
        })
        .collect();
    let row = |(id, proxy): (crate::ids::ProxyId, &crate::meeting::Proxy)| {
        let (asked, outcome) =
            chronicle.proxies.get(&id).cloned().unwrap_or_else(|| (unknown(as_of), ProxyOutcome::Pending));
        ProxyRow {
            proxy: id,
            delegate: proxy.delegate.clone(),
            substitute: proxy.substitute.clone(),
            reason: proxy.reason.clone(),
            asked,
            outcome,
            came: came.contains(&id),
        }
    };
    conference.roll().proxies().map(row).collect()
}

fn agenda(
    meeting: &Meeting,
    earlier: &Earlier<'_>,
    chronicle: &Chronicle<'_>,
    zone: &Zone,
    as_of: Moment,
) -> Vec<AgendaRow> {
    let mut next = Some(meeting.starts_at);
    let planned = meeting.agenda.iter().map(|item| {
        let start = next;
        let took_ms = i64::from(item.minutes) * 60_000;
        next = start.filter(|_| item.minutes > 0).map(|start| start.plus_millis(took_ms));
        (item, Listing::Planned, start)
    });
    let planned: Vec<_> = planned.collect();
    let dropped = earlier.items.iter().map(|item| (*item, Listing::Dropped, None));
    let row = |(item, listing, start): (&AgendaItem, Listing, Option<Timestamp>)| {
        let (periods, under_way) = chronicle.periods(item.id, as_of);
        (listing == Listing::Planned || !periods.is_empty()).then(|| AgendaRow {
            item: item.id,
            kind: item.kind,
            title: item.title.clone(),
            presenter: item.presenter.clone(),
            point: item.point.clone(),
            documents: item.documents.clone(),
            listing,
            planned_start: start.map(|at| zone.moment(at)),
            planned_minutes: item.minutes,
            periods,
            under_way,
        })
    };
    planned.into_iter().chain(dropped).filter_map(row).collect()
}

fn vote_row(vote: &Vote, chronicle: &Chronicle<'_>, zone: &Zone) -> VoteRow {
    let (opened, ended) =
        chronicle.votes.get(&vote.id).cloned().unwrap_or_else(|| (unknown(zone.moment(vote.opened_at)), None));
    let ended = |at: Timestamp| ended.unwrap_or_else(|| unknown(zone.moment(at)));
    let mut tally = BTreeMap::new();
    let outcome = match &vote.state {
        VoteState::UnderWay => VoteOutcome::UnderWay,
        VoteState::Closed { at, tally: counted, eligible, present, quorum } => {
            tally = counted.iter().copied().enumerate().collect();
            VoteOutcome::Closed { act: ended(*at), eligible: *eligible, present: *present, quorum: *quorum }
        }
        VoteState::Cancelled { at, reason } => VoteOutcome::Cancelled { act: ended(*at), reason: reason.clone() },
    };
    let options = vote.options.iter().enumerate();
    VoteRow {
        vote: vote.id,
        question: vote.question.clone(),
        secret: vote.secret,
        by: vote.by,
        needs_quorum: vote.needs_quorum,
        opened,
        options: options
            .map(|(index, option)| OptionRow { option: option.clone(), votes: tally.get(&index).copied() })
            .collect(),
        outcome,
        voted: u32::try_from(vote.ballots.len()).unwrap_or(u32::MAX),
        ballots: vote
            .ballots
            .iter()
            .map(|(voter, choice)| BallotRow { voter: voter.clone(), choice: *choice })
            .collect(),
    }
}
