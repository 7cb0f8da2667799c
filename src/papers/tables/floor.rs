//! Who spoke, and who asked to and was not heard.

use super::{Anything, Instants, columns};
use crate::{
    meeting::Place,
    papers::{Cell, Table, TableName, Word, Wording},
    report::{RequestOutcome, TurnRow},
};

/// The room that somebody speaks from; nothing where there is none.
fn room<'a>(wording: &Wording<'a>, place: &Place) -> Cell<'a> {
    Cell::text(wording.names.room(place).map_or("", |row| row.name.as_str()))
}

pub fn turns<'a>(wording: &Wording<'a>) -> Table<'a> {
    let row = |row: &'a TurnRow| {
        let time_box = (row.box_seconds > 0).then(|| u64::from(row.box_seconds) * 1000);
        let end = row.end.as_ref();
        let how = end.map_or(wording.say(Word::UnderWay), |end| Word::of_floor_end(end.how, wording.language));
        vec![
            Cell::count(row.turn.0),
            Cell::text(wording.speaker(&row.speaker)),
            Cell::text(wording.place(&row.place)),
            room(wording, &row.place),
            Cell::text(&*row.subject),
            Cell::moment(row.requested),
            Cell::Moment(row.granted.at),
            Cell::text(wording.actor(&row.granted.by)),
            Cell::moment(end.map(|end| end.at)),
            Cell::Duration(row.taken_ms),
            Cell::duration(time_box),
            Cell::duration(row.over_ms().filter(|ms| *ms > 0)),
            Cell::text(how),
        ]
    };
    Table {
        name: TableName::Floor,
        columns: columns(
            wording,
            &[
                (Word::Turn, 7, Anything),
                (Word::Speaker, 26, Anything),
                (Word::Place, 32, Anything),
                (Word::Point, 26, Anything),
                (Word::Subject, 34, Anything),
                (Word::RequestedAt, 11, Instants),
                (Word::GrantedAt, 11, Instants),
                (Word::GrantedBy, 24, Anything),
                (Word::EndedAt, 11, Instants),
                (Word::Taken, 10, Anything),
                (Word::TimeBox, 10, Anything),
                (Word::Over, 10, Anything),
                (Word::HowEnded, 20, Anything),
            ],
        ),
        rows: wording.report.turns.iter().map(row).collect(),
        total: None,
    }
}

pub fn requests<'a>(wording: &Wording<'a>) -> Table<'a> {
    let rows = wording.report.unheard.iter().map(|row| {
        let (at, by, reason) = match &row.outcome {
            RequestOutcome::Waiting | RequestOutcome::MeetingClosed => (None, None, ""),
            RequestOutcome::Withdrawn { at } | RequestOutcome::Removed { at } => (Some(*at), None, ""),
            RequestOutcome::Skipped { act, reason } => (Some(act.at), Some(&act.by), reason.as_str()),
        };
        vec![
            Cell::count(row.request.0),
            Cell::text(wording.speaker(&row.speaker)),
            Cell::text(wording.place(&row.place)),
            room(wording, &row.place),
            Cell::text(&*row.subject),
            Cell::Moment(row.asked),
            Cell::text(wording.request_outcome(&row.outcome)),
            Cell::moment(at),
            Cell::text(by.map(|by| wording.actor(by)).unwrap_or_default()),
            Cell::text(reason),
        ]
    });
    Table {
        name: TableName::Requests,
        columns: columns(
            wording,
            &[
                (Word::RequestNumber, 9, Anything),
                (Word::Speaker, 26, Anything),
                (Word::Place, 32, Anything),
                (Word::Point, 26, Anything),
                (Word::Subject, 34, Anything),
                (Word::RequestedAt, 11, Instants),
                (Word::Outcome, 24, Anything),
                (Word::When, 11, Instants),
                (Word::Who, 24, Anything),
                (Word::Reason, 30, Anything),
            ],
        ),
        rows: rows.collect(),
        total: None,
    }
}
