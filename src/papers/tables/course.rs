//! The meeting as a whole: what it was, how it went, by which agenda, and where its ledger stands.

use super::{Anything, Instants, columns};
use crate::{
    ids::{AgendaItemId, VoteId},
    meeting::Actor,
    papers::{Cell, Table, TableName, Word, Wording},
    report::{Act, AgendaRow, Change, Interval, Moment, VoteOutcome},
};

pub fn summary<'a>(wording: &Wording<'a>) -> Table<'a> {
    let report = wording.report;
    let (meeting, life, total) = (&report.meeting, &report.life, &report.total);
    let act = |act: &Option<Act>| Cell::moment(act.as_ref().map(|act| act.at));
    let officers = &meeting.officers;
    let person = |person: &Option<_>| Cell::text(person.as_ref().map(|p| wording.person(p)).unwrap_or_default());
    let came = report.points.iter().filter(|row| !row.line.stays.is_empty()).count();
    let rows = [
        (Word::Title, Cell::text(&*meeting.title)),
        (Word::Number, Cell::text(&*meeting.number)),
        (Word::MeetingId, Cell::code(meeting.id.as_str())),
        (Word::State, Cell::text(wording.state())),
        (Word::Scope, Cell::text(wording.scope())),
        (Word::Hub, Cell::text(wording.point(&meeting.hub))),
        (Word::Chair, person(&officers.chair)),
        (Word::Secretary, person(&officers.secretary)),
        (Word::Technician, person(&officers.technician)),
        (Word::Zone, Cell::text(format!("{} {}", meeting.zone, wording.offset()))),
        (Word::PlannedStart, Cell::Moment(meeting.starts_at)),
        (Word::LineCheckBegan, act(&life.line_check)),
        (Word::Opened, act(&life.opened)),
        (Word::Closed, act(&life.closed)),
        (Word::Duration, Cell::duration(life.open_ms)),
        (Word::Paused, Cell::duration(life.open_ms.map(|_| life.paused_ms))),
        (Word::AsOf, Cell::Moment(report.as_of)),
        (Word::PointsInvited, Cell::count(report.points.len() as u64)),
        (Word::PointsThatCame, Cell::count(came as u64)),
        (Word::Expected, Cell::count(total.expected)),
        (Word::Attended, Cell::count(total.attended())),
        (Word::Share, Cell::share(total.attended_share())),
        (Word::ByProxy, Cell::count(total.proxy)),
        (Word::LeftEarly, Cell::count(total.left)),
        (Word::CameLate, Cell::count(total.late)),
        (Word::Excused, Cell::count(total.excused)),
        (Word::Absent, Cell::count(total.absent)),
        (Word::Unconfirmed, Cell::count(total.unconfirmed)),
        (Word::Added, Cell::count(total.added)),
        (Word::LateAfter, Cell::count(meeting.late_after_minutes)),
        (Word::Quorum, Cell::text(wording.quorum().unwrap_or_default())),
        (Word::PlanVersion, Cell::count(meeting.plan.version)),
        (Word::PlanHash, Cell::code(&meeting.plan.sha256)),
    ];
    let heads = report.heads.iter().map(|head| (Word::Head, Cell::Code(format!("{}:{}", head.seq, head.hash).into())));
    Table {
        name: TableName::Summary,
        columns: columns(wording, &[(Word::Item, 34, Anything), (Word::Value, 68, Anything)]),
        rows: rows.into_iter().chain(heads).map(|(word, cell)| vec![Cell::text(wording.say(word)), cell]).collect(),
        total: None,
    }
}

pub fn agenda<'a>(wording: &Wording<'a>) -> Table<'a> {
    let row = |row: &'a AgendaRow| {
        let planned_ms = (row.planned_minutes > 0).then(|| u64::from(row.planned_minutes) * 60_000);
        let taken = (!row.periods.is_empty()).then(|| row.taken_ms());
        let over = planned_ms.zip(taken).map(|(planned, taken)| taken.saturating_sub(planned));
        let documents: Vec<&str> = row.documents.iter().map(|document| document.title.as_str()).collect();
        vec![
            Cell::count(row.item.0),
            Cell::text(Word::of_agenda_kind(row.kind, wording.language)),
            Cell::text(&*row.title),
            Cell::text(&*row.presenter),
            Cell::text(row.point.as_ref().map(|point| wording.point(point)).unwrap_or_default()),
            Cell::moment(row.planned_start),
            Cell::duration(planned_ms),
            Cell::moment(row.started()),
            Cell::moment(row.finished()),
            Cell::duration(taken),
            Cell::duration(over.filter(|over| *over > 0)),
            Cell::text(documents.join("; ")),
            Cell::text(wording.listing(row.listing)),
        ]
    };
    Table {
        name: TableName::Agenda,
        columns: columns(
            wording,
            &[
                (Word::ItemNumber, 7, Anything),
                (Word::Kind, 12, Anything),
                (Word::Item, 44, Anything),
                (Word::Presenter, 26, Anything),
                (Word::Point, 24, Anything),
                (Word::PlannedAt, 11, Instants),
                (Word::PlannedTime, 10, Anything),
                (Word::StartedAt, 11, Instants),
                (Word::FinishedAt, 11, Instants),
                (Word::Taken, 10, Anything),
                (Word::Difference, 10, Anything),
                (Word::Documents, 34, Anything),
                (Word::Listing, 14, Anything),
            ],
        ),
        rows: wording.report.agenda.iter().map(row).collect(),
        total: None,
    }
}

/// Everything that happened to the meeting as a whole, in order.
pub fn course<'a>(wording: &Wording<'a>) -> Table<'a> {
    let report = wording.report;
    let mut told = Told { wording, rows: Vec::new() };
    for step in &report.life.plan_steps {
        let version = |version: u32| format!("{} {version}", wording.say(Word::PlanVersion));
        match &step.change {
            Change::Published { plan } => told.act(&step.act, Word::WasPublished, version(plan.version)),
            Change::Changed { plan } => told.act(&step.act, Word::PlanWasChanged, version(plan.version)),
            Change::Withdrawn { reason } => told.act(&step.act, Word::WasTakenBack, reason.clone()),
        }
    }
    told.maybe(report.life.line_check.as_ref(), Word::LineCheckBegan);
    told.maybe(report.life.opened.as_ref(), Word::Opened);
    for pause in &report.life.pauses {
        told.act(&pause.act, Word::WasPaused, pause.reason.clone());
        told.maybe(pause.resumed.as_ref(), Word::WasResumed);
    }
    for lock in &report.life.locks {
        told.act(&lock.act, Word::WasLocked, String::new());
        told.maybe(lock.unlocked.as_ref(), Word::WasUnlocked);
    }
    for outage in &report.life.outages {
        let until = wording.interval(Interval { from: outage.last_known, to: outage.recovered });
        told.at(outage.last_known, &Actor::System, Word::ServerWasDown, until);
    }
    for change in &report.chair_changes {
        let word = if change.handed_over { Word::HandedOver } else { Word::TookOver };
        told.act(&change.act, word, format!("{} → {}", wording.place(&change.from), wording.place(&change.to)));
    }
    for removal in &report.removals {
        let place = wording.place(&removal.place);
        let details = if removal.reason.is_empty() { place.clone() } else { format!("{place}: {}", removal.reason) };
        told.act(&removal.act, Word::WasRemoved, details);
        if let Some(act) = &removal.readmitted {
            told.act(act, Word::WasReadmitted, place);
        }
    }
    for row in &report.announcements {
        told.act(&row.act, Word::WasAnnounced, row.text.clone());
    }
    for row in &report.agenda {
        let AgendaItemId(number) = row.item;
        let details = format!("{number}. {}", row.title);
        for period in &row.periods {
            told.at(period.interval.from, &period.started_by, Word::ItemStarted, details.clone());
            if let Some(by) = &period.finished_by {
                told.at(period.interval.to, by, Word::ItemFinished, details.clone());
            }
        }
    }
    for vote in &report.votes {
        let VoteId(number) = vote.vote;
        let details = format!("{number}. {}", vote.question);
        told.act(&vote.opened, Word::VoteOpened, details.clone());
        match &vote.outcome {
            VoteOutcome::UnderWay => {}
            VoteOutcome::Closed { act, .. } => told.act(act, Word::VoteClosed, details),
            VoteOutcome::Cancelled { act, .. } => told.act(act, Word::VoteCancelled, details),
        }
    }
    told.maybe(report.life.closed.as_ref(), Word::Closed);
    // What happened at one instant stays in the order above.
    told.rows.sort_by_key(|(at, _)| *at);
    Table {
        name: TableName::Course,
        columns: columns(
            wording,
            &[
                (Word::When, 20, Instants),
                (Word::What, 28, Anything),
                (Word::Who, 32, Anything),
                (Word::Details, 64, Anything),
            ],
        ),
        rows: told.rows.into_iter().map(|(_, row)| row).collect(),
        total: None,
    }
}

struct Told<'w, 'a> {
    wording: &'w Wording<'a>,
    rows: Vec<(Moment, Vec<Cell<'a>>)>,
}

impl Told<'_, '_> {
    fn act(&mut self, act: &Act, what: Word, details: String) {
        self.at(act.at, &act.by, what, details);
    }

    fn maybe(&mut self, act: Option<&Act>, what: Word) {
        if let Some(act) = act {
            self.act(act, what, String::new());
        }
    }

    fn at(&mut self, at: Moment, by: &Actor, what: Word, details: String) {
        let who = Cell::text(self.wording.actor(by));
        self.rows.push((at, vec![Cell::Moment(at), Cell::text(self.wording.say(what)), who, Cell::text(details)]));
    }
}

pub fn ledger<'a>(wording: &Wording<'a>) -> Table<'a> {
    let rows = wording.report.heads.iter().map(|head| {
        vec![
            Cell::code(head.node.as_str()),
            Cell::count(head.seq),
            Cell::Moment(head.at),
            Cell::Code(head.hash.to_string().into()),
            Cell::count(head.signed_through),
        ]
    });
    Table {
        name: TableName::Ledger,
        columns: columns(
            wording,
            &[
                (Word::Node, 18, Anything),
                (Word::Head, 12, Anything),
                (Word::HeadAt, 20, Instants),
                (Word::HeadHash, 68, Anything),
                (Word::SignedThrough, 12, Anything),
            ],
        ),
        rows: rows.collect(),
        total: None,
    }
}
