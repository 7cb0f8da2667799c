//! The lines of the points, and when they were interrupted. The roll call of each room stands beside its line, in columns
//! of its own.

use super::{Anything, Instants, columns};
use crate::{
    papers::{Cell, Table, TableName, Word, Wording},
    report::{PointRow, Totals},
};

pub fn points<'a>(wording: &Wording<'a>) -> Table<'a> {
    let open_ms = wording.report.life.open_ms.filter(|ms| *ms > 0);
    #[expect(clippy::cast_precision_loss, reason = "a share of milliseconds, shown with one decimal")]
    let share = |ms: Option<u64>| ms.zip(open_ms).map(|(ms, open)| ms as f64 / open as f64);
    let row = |row: &'a PointRow| {
        let line = &row.line;
        vec![
            Cell::code(row.point.as_str()),
            Cell::text(&*row.level),
            Cell::text(&*row.name),
            Cell::text(wording.line(line)),
            Cell::moment(line.first_joined()),
            Cell::moment(line.last_left()),
            Cell::Duration(line.connected_ms),
            Cell::duration(line.while_open_ms),
            Cell::share(share(line.while_open_ms)),
            Cell::count(line.gaps.len() as u64),
            Cell::Duration(line.gaps_ms()),
            Cell::count(line.connections),
            Cell::count(row.roll.expected),
            Cell::count(row.roll.attended()),
        ]
    };
    let rows = &wording.report.points;
    let roll: (u32, u32) = rows.iter().fold((0, 0), |(expected, attended), row| {
        let Totals { expected: more, .. } = row.roll;
        (expected + more, attended + row.roll.attended())
    });
    let mut total = vec![Cell::Empty; 14];
    total[0] = Cell::text(wording.say(Word::Total));
    total[9] = Cell::count(rows.iter().map(|row| row.line.gaps.len() as u64).sum::<u64>());
    total[11] = Cell::count(rows.iter().map(|row| u64::from(row.line.connections)).sum::<u64>());
    total[12] = Cell::count(roll.0);
    total[13] = Cell::count(roll.1);
    Table {
        name: TableName::Points,
        columns: columns(
            wording,
            &[
                (Word::Code, 10, Anything),
                (Word::Level, 12, Anything),
                (Word::Point, 26, Anything),
                (Word::LineState, 14, Anything),
                (Word::FirstJoined, 11, Instants),
                (Word::LastLeft, 11, Instants),
                (Word::Connected, 11, Anything),
                (Word::ConnectedWhileOpen, 11, Anything),
                (Word::ShareWhileOpen, 11, Anything),
                (Word::Gaps, 9, Anything),
                (Word::GapsTime, 11, Anything),
                (Word::Connections, 9, Anything),
                (Word::RollExpected, 10, Anything),
                (Word::RollAttended, 10, Anything),
            ],
        ),
        rows: rows.iter().map(row).collect(),
        total: Some(total),
    }
}

/// The rooms themselves: their devices, and what the check of their lines showed beforehand.
pub fn rooms<'a>(wording: &Wording<'a>) -> Table<'a> {
    let rows = wording.report.points.iter().map(|row| {
        let test = row.line_test.as_ref();
        let measured = test.and_then(|test| test.measured).unwrap_or_default();
        let number = |number: Option<u32>| number.map_or(Cell::Empty, Cell::count);
        let loss = |per_mille: Option<u32>| Cell::share(per_mille.map(|per_mille| f64::from(per_mille) / 1000.0));
        vec![
            Cell::code(row.point.as_str()),
            Cell::text(&*row.name),
            Cell::text(row.parent.as_ref().map(|parent| wording.point(parent)).unwrap_or_default()),
            Cell::text(&*row.room),
            Cell::text(wording.listing(row.listing)),
            Cell::text(row.line.devices.join(", ")),
            Cell::moment(test.map(|test| test.act.at)),
            Cell::text(test.map(|test| wording.actor(&test.act.by)).unwrap_or_default()),
            Cell::text(test.map_or("", |test| wording.yes(test.picture))),
            Cell::text(test.map_or("", |test| wording.yes(test.sound))),
            Cell::text(test.map_or("", |test| test.note.as_str())),
            number(measured.round_trip_ms),
            loss(measured.loss_up_per_mille),
            loss(measured.loss_down_per_mille),
            number(measured.up_kbps),
            number(measured.down_kbps),
        ]
    });
    Table {
        name: TableName::Rooms,
        columns: columns(
            wording,
            &[
                (Word::Code, 10, Anything),
                (Word::Point, 24, Anything),
                (Word::Parent, 22, Anything),
                (Word::Room, 24, Anything),
                (Word::Listing, 14, Anything),
                (Word::Devices, 16, Anything),
                (Word::CheckedAt, 11, Instants),
                (Word::CheckedBy, 22, Anything),
                (Word::Picture, 7, Anything),
                (Word::Sound, 7, Anything),
                (Word::Note, 24, Anything),
                (Word::RoundTrip, 9, Anything),
                (Word::LossUp, 9, Anything),
                (Word::LossDown, 9, Anything),
                (Word::RateUp, 9, Anything),
                (Word::RateDown, 9, Anything),
            ],
        ),
        rows: rows.collect(),
        total: None,
    }
}

pub fn interruptions<'a>(wording: &Wording<'a>) -> Table<'a> {
    let rows = wording.report.points.iter().flat_map(|row| {
        row.line.gaps.iter().map(move |gap| {
            vec![
                Cell::code(row.point.as_str()),
                Cell::text(&*row.name),
                Cell::Moment(gap.from),
                Cell::Moment(gap.to),
                Cell::Duration(gap.millis()),
            ]
        })
    });
    Table {
        name: TableName::Interruptions,
        columns: columns(
            wording,
            &[
                (Word::Code, 10, Anything),
                (Word::Point, 34, Anything),
                (Word::From, 20, Instants),
                (Word::To, 20, Instants),
                (Word::Lasted, 12, Anything),
            ],
        ),
        rows: rows.collect(),
        total: None,
    }
}
