//! The roll call: by unit, by delegate, the proxies, the corrections.

use super::{Anything, Instants, columns};
use crate::{
    papers::{Cell, Table, TableName, Word, Wording},
    report::{DelegateRow, ProxyOutcome, Status, Totals, UnitRow},
};

/// Heads, in the order of the columns that [`units`] shows for each unit.
fn heads<'a>(totals: &Totals) -> Vec<Cell<'a>> {
    let Totals { expected, proxy, left, excused, absent, unconfirmed, added, late, .. } = *totals;
    let mut cells = vec![Cell::count(expected), Cell::count(totals.attended()), Cell::share(totals.attended_share())];
    cells.extend([proxy, left, late, excused, absent, unconfirmed, added].map(Cell::count));
    cells
}

pub fn units<'a>(wording: &Wording<'a>) -> Table<'a> {
    let row = |row: &'a UnitRow| {
        let mut cells = vec![
            Cell::code(row.unit.as_str()),
            Cell::text(&*row.level),
            Cell::Below { text: row.name.as_str().into(), depth: row.depth },
        ];
        cells.extend(heads(&row.own));
        cells.extend([Cell::count(row.with_below.expected), Cell::count(row.with_below.attended())]);
        cells
    };
    let total = &wording.report.total;
    let mut sum = vec![Cell::text(wording.say(Word::Total)), Cell::Empty, Cell::Empty];
    sum.extend(heads(total));
    sum.extend([Cell::count(total.expected), Cell::count(total.attended())]);
    Table {
        name: TableName::Units,
        columns: columns(
            wording,
            &[
                (Word::Code, 10, Anything),
                (Word::Level, 14, Anything),
                (Word::Unit, 34, Anything),
                (Word::Expected, 9, Anything),
                (Word::Attended, 9, Anything),
                (Word::Share, 9, Anything),
                (Word::ByProxy, 9, Anything),
                (Word::LeftEarly, 9, Anything),
                (Word::CameLate, 9, Anything),
                (Word::Excused, 9, Anything),
                (Word::Absent, 9, Anything),
                (Word::Unconfirmed, 9, Anything),
                (Word::Added, 9, Anything),
                (Word::ExpectedBelow, 11, Anything),
                (Word::AttendedBelow, 11, Anything),
            ],
        ),
        rows: wording.report.units.iter().map(row).collect(),
        total: Some(sum),
    }
}

pub fn delegates<'a>(wording: &Wording<'a>) -> Table<'a> {
    let row = |row: &'a DelegateRow| {
        let substitute = match &row.status {
            Status::Proxy { substitute, .. } => wording.person(substitute),
            _ => String::new(),
        };
        let confirmed = row.confirmed.as_ref();
        vec![
            Cell::code(row.delegate.as_str()),
            Cell::text(&*row.name),
            Cell::text(&*row.title),
            Cell::text(wording.point(&row.unit)),
            Cell::text(wording.point(&row.point)),
            Cell::text(wording.status(row)),
            Cell::text(substitute),
            Cell::text(wording.notes(row)),
            Cell::moment(confirmed.map(|confirmed| confirmed.act.at)),
            Cell::text(confirmed.map(|confirmed| wording.actor(&confirmed.act.by)).unwrap_or_default()),
            Cell::moment(row.first_here),
            Cell::duration(row.late_ms),
            Cell::duration(row.left_early_ms),
            Cell::moment(row.checked_in),
            Cell::text(wording.listing(row.listing)),
        ]
    };
    Table {
        name: TableName::Delegates,
        columns: columns(
            wording,
            &[
                (Word::DelegateCode, 12, Anything),
                (Word::Name, 22, Anything),
                (Word::Position, 22, Anything),
                (Word::Unit, 22, Anything),
                (Word::AtPoint, 22, Anything),
                (Word::Status, 12, Anything),
                (Word::Substitute, 20, Anything),
                (Word::Notes, 28, Anything),
                (Word::ConfirmedAt, 11, Instants),
                (Word::ConfirmedBy, 24, Anything),
                (Word::FirstHere, 11, Instants),
                (Word::LateBy, 10, Anything),
                (Word::LeftEarlyBy, 10, Anything),
                (Word::CheckedIn, 11, Instants),
                (Word::Listing, 14, Anything),
            ],
        ),
        rows: wording.report.delegates.iter().map(row).collect(),
        total: None,
    }
}

pub fn proxies<'a>(wording: &Wording<'a>) -> Table<'a> {
    let rows = wording.report.proxies.iter().map(|row| {
        let (answered, reason) = match &row.outcome {
            ProxyOutcome::Pending => (None, ""),
            ProxyOutcome::Approved { act } => (Some(act), ""),
            ProxyOutcome::Refused { act, reason } => (Some(act), reason.as_str()),
        };
        let unit = wording.names.delegate(&row.delegate).map(|delegate| wording.point(&delegate.unit));
        vec![
            Cell::count(row.proxy.0),
            Cell::code(row.delegate.as_str()),
            Cell::text(wording.delegate(&row.delegate)),
            Cell::text(unit.unwrap_or_default()),
            Cell::text(&*row.substitute.name),
            Cell::text(&*row.substitute.title),
            Cell::text(&*row.reason),
            Cell::Moment(row.asked.at),
            Cell::text(wording.actor(&row.asked.by)),
            Cell::text(wording.proxy_outcome(&row.outcome)),
            Cell::moment(answered.map(|act| act.at)),
            Cell::text(answered.map(|act| wording.actor(&act.by)).unwrap_or_default()),
            Cell::text(reason),
            Cell::text(wording.yes(row.came)),
        ]
    });
    Table {
        name: TableName::Proxies,
        columns: columns(
            wording,
            &[
                (Word::ProxyNumber, 9, Anything),
                (Word::DelegateCode, 14, Anything),
                (Word::InPlaceOf, 24, Anything),
                (Word::Unit, 22, Anything),
                (Word::Substitute, 24, Anything),
                (Word::SubstitutePosition, 22, Anything),
                (Word::Reason, 24, Anything),
                (Word::AskedAt, 11, Instants),
                (Word::AskedBy, 30, Anything),
                (Word::Answer, 12, Anything),
                (Word::AnsweredAt, 11, Instants),
                (Word::AnsweredBy, 22, Anything),
                (Word::AnswerReason, 24, Anything),
                (Word::Came, 8, Anything),
            ],
        ),
        rows: rows.collect(),
        total: None,
    }
}

pub fn corrections<'a>(wording: &Wording<'a>) -> Table<'a> {
    let rows = wording.report.corrections.iter().map(|row| {
        vec![
            Cell::count(row.seq),
            Cell::Moment(row.act.at),
            Cell::text(wording.actor(&row.act.by)),
            Cell::code(row.delegate.as_str()),
            Cell::text(wording.delegate(&row.delegate)),
            Cell::count(row.corrects),
            Cell::text(row.old.as_ref().map(|presence| wording.presence(presence)).unwrap_or_default()),
            Cell::text(wording.presence(&row.new)),
            Cell::text(&*row.reason),
            Cell::text(wording.yes(row.after_close)),
        ]
    });
    Table {
        name: TableName::Corrections,
        columns: columns(
            wording,
            &[
                (Word::RecordNumber, 9, Anything),
                (Word::When, 11, Instants),
                (Word::Who, 24, Anything),
                (Word::DelegateCode, 14, Anything),
                (Word::Name, 26, Anything),
                (Word::Corrects, 11, Anything),
                (Word::OldValue, 26, Anything),
                (Word::NewValue, 26, Anything),
                (Word::Reason, 30, Anything),
                (Word::AfterClose, 9, Anything),
            ],
        ),
        rows: rows.collect(),
        total: None,
    }
}
