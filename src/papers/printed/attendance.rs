//! The attendance list: totals by unit, every delegate by the roll call, and apart from both when the lines were connected.

use super::desk::{Desk, Letterhead, SIGNATURE_MM, body, heading, labelled};
use crate::{
    papers::Word,
    report::{DelegateRow, Listing, PointRow, Status, Totals, UnitRow},
    stationery::{self, AttendanceColumns},
    typeset::{Align, Block, Cell, Column, Document, Paper, Paragraph, Row, RowKind, Side, Style, Table, Width},
};

pub fn write(desk: &Desk<'_>) -> Document {
    let words = &desk.words.attendance;
    let mut blocks = desk.letterhead(&Letterhead { number: &words.number, dated: words.dated });
    let title = desk.report.meeting.title.clone();
    blocks.extend(desk.title(&words.title, words.subject.fill(&stationery::Title { title })));
    blocks.extend(facts(desk));
    if !desk.report.units.is_empty() {
        blocks.extend([heading(&words.units), Block::Space(2.0), units(desk).into()]);
    }
    if !desk.report.delegates.is_empty() {
        blocks.extend([heading(&words.delegates), Block::Space(2.0), delegates(desk).into()]);
    }
    if !desk.report.points.is_empty() {
        blocks.push(heading(&words.lines));
        blocks.push(Paragraph::new(Style::Note, words.lines_note.text()).kept().into());
        blocks.extend([Block::Space(2.0), lines(desk).into()]);
    }
    let rows = desk.report.delegates.len().to_string();
    blocks.push(Paragraph::new(Style::Body, words.closing.fill(&stationery::Rows { rows })).kept().into());
    blocks.push(Block::Space(4.0));
    let secretary = desk.report.meeting.officers.secretary.as_ref().map_or("", |person| person.name.as_str());
    let below = desk.recipients(&words.recipients).into_iter().chain([Block::Space(2.0)]).chain(desk.check());
    // As wide as the head of the ledger is on one line.
    let left = Side { width: Width::Mm(160.0), blocks: below.collect() };
    let right = Side { width: Width::Share(1.0), blocks: desk.signature(&words.signatory, SIGNATURE_MM, secretary) };
    blocks.push(Block::Beside(vec![left, right]));
    desk.document(&words.title, Paper::Sideways, blocks)
}

/// When, where, by whom, and the sum.
fn facts(desk: &Desk<'_>) -> Vec<Block> {
    let (words, report) = (&desk.words.attendance, desk.report);
    let officers = &report.meeting.officers;
    let person = |person| stationery::Person { person: desk.person(person) };
    let chair = officers.chair.as_ref().map(|chair| words.chair.fill(&person(chair)));
    let secretary = officers.secretary.as_ref().map(|secretary| words.secretary.fill(&person(secretary)));
    let lines = [Some(time(desk)), Some(words.location.fill(&desk.location())), chair, secretary];
    let lines = lines.into_iter().flatten().filter(|line| !line.is_empty()).map(|line| labelled(&line));
    lines.chain(body(words.summary.fill(&heads(&report.total)))).collect()
}

fn time(desk: &Desk<'_>) -> String {
    let (words, life) = (&desk.words.attendance, &desk.report.life);
    let from = life.opened.as_ref().map_or(desk.report.meeting.starts_at, |act| act.at);
    let to = life.closed.as_ref().map_or(from, |act| act.at);
    let span = stationery::Span {
        from_time: desk.time_in_words(from),
        from_date: desk.date_in_words(from),
        to_time: desk.time_in_words(to),
        to_date: desk.date_in_words(to),
        offset: desk.offset(from),
    };
    match (&life.opened, &life.closed) {
        (Some(_), Some(_)) => words.time.fill(&span),
        (Some(_), None) => words.time_open.fill(&span),
        (None, _) => words.time_planned.fill(&span),
    }
}

pub fn heads(totals: &Totals) -> stationery::Heads {
    let Totals { expected, present, proxy, left, excused, absent, unconfirmed, added, late } = *totals;
    let [expected, present, proxy, left, excused, absent, unconfirmed, added, late] =
        [expected, present, proxy, left, excused, absent, unconfirmed, added, late].map(|count| count.to_string());
    let attended = totals.attended().to_string();
    stationery::Heads { expected, attended, present, proxy, left, excused, absent, unconfirmed, added, late }
}

/// A count; nothing where there is none, so that the eye finds the others.
fn count(count: u32) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

fn totals(totals: &Totals) -> [String; 9] {
    let Totals { expected, proxy, left, excused, absent, unconfirmed, added, late, .. } = *totals;
    let attended = totals.attended();
    [expected, attended, proxy, left, late, excused, absent, unconfirmed, added].map(count)
}

fn units(desk: &Desk<'_>) -> Table {
    let AttendanceColumns {
        number,
        unit,
        expected,
        attended,
        proxy,
        left,
        late,
        excused,
        absent,
        unconfirmed,
        added,
        total,
        ..
    } = &desk.words.attendance.columns;
    let mut columns = vec![
        Column::new(number.text(), Width::Mm(12.0), Align::Centre),
        Column::new(unit.text(), Width::Share(1.0), Align::Left),
    ];
    let of_heads = [expected, attended, proxy, left, late, excused, absent, unconfirmed, added];
    columns.extend(of_heads.map(|head| Column::new(head.text(), Width::Mm(19.0), Align::Centre)));
    let counted = |row: &&UnitRow| row.own != Totals::default();
    let mut rows: Vec<Row> = Vec::new();
    for (at, unit) in desk.report.units.iter().filter(counted).enumerate() {
        rows.push(Row::plain([(at + 1).to_string(), unit.name.clone()].into_iter().chain(totals(&unit.own))));
    }
    let sum = [Cell { span: 2, ..Cell::new(total.text()) }];
    let cells = sum.into_iter().chain(totals(&desk.report.total).map(Cell::new)).collect();
    rows.push(Row { kind: RowKind::Total, cells });
    Table { columns, rows }
}

/// Room by room, in the order of the points.
fn delegates(desk: &Desk<'_>) -> Table {
    let words = &desk.words.attendance;
    let AttendanceColumns { number, name, title, unit, status, confirmed, note, .. } = &words.columns;
    let columns = vec![
        Column::new(number.text(), Width::Mm(12.0), Align::Centre),
        Column::new(name.text(), Width::Share(1.1), Align::Left),
        Column::new(title.text(), Width::Share(1.1), Align::Left),
        Column::new(unit.text(), Width::Share(0.9), Align::Left),
        Column::new(status.text(), Width::Mm(28.0), Align::Left),
        Column::new(confirmed.text(), Width::Mm(40.0), Align::Left),
        Column::new(note.text(), Width::Share(1.2), Align::Left),
    ];
    let mut rows = Vec::new();
    let mut room = None;
    for (at, row) in desk.report.delegates.iter().enumerate() {
        if room != Some(&row.point) {
            room = Some(&row.point);
            rows.push(Row::group(room_of(desk, row), columns.len()));
        }
        rows.push(Row::plain([
            (at + 1).to_string(),
            row.name.clone(),
            row.title.clone(),
            desk.wording.point(&row.unit),
            desk.wording.status(row).to_owned(),
            confirmation(desk, row),
            remarks(desk, row).join("; "),
        ]));
    }
    Table { columns, rows }
}

fn room_of(desk: &Desk<'_>, row: &DelegateRow) -> String {
    let roll = desk.wording.names.point(&row.point).map(|row| row.roll).unwrap_or_default();
    let words = &desk.words.attendance;
    let sentence = if roll.added == 0 { &words.room } else { &words.room_added };
    sentence.fill(&stationery::Room {
        point: desk.wording.point(&row.point),
        attended: roll.attended().to_string(),
        expected: roll.expected.to_string(),
        added: roll.added.to_string(),
    })
}

fn confirmation(desk: &Desk<'_>, row: &DelegateRow) -> String {
    let said = row.confirmed.as_ref().map(|confirmed| &confirmed.act);
    said.map_or(String::new(), |act| format!("{}, {}", desk.when(act.at), desk.actor(&act.by)))
}

fn remarks(desk: &Desk<'_>, row: &DelegateRow) -> Vec<String> {
    let words = &desk.words.notes;
    let mut remarks = Vec::new();
    match row.listing {
        Listing::Planned => {}
        Listing::Added => remarks.push(words.added.text()),
        Listing::Dropped => remarks.push(words.dropped.text()),
    }
    match &row.status {
        Status::Excused { reason } => remarks.push(reason.clone()),
        Status::Proxy { substitute, approved, .. } => {
            let person = desk.person(substitute);
            remarks.push(match approved {
                Some(act) => {
                    let (by, time) = (desk.actor(&act.by), desk.when(act.at));
                    words.substitute.fill(&stationery::Substitute { person, by, time })
                }
                None => words.substitute_unanswered.fill(&stationery::Person { person }),
            });
        }
        Status::Unconfirmed => {
            remarks.extend(row.checked_in.map(|at| words.checked_in.fill(&stationery::At { time: desk.when(at) })))
        }
        Status::Present | Status::Left | Status::Absent => {}
    }
    let lasting = |ms: u64| stationery::For { duration: desk.duration(ms) };
    remarks.extend(row.late_ms.map(|ms| words.late.fill(&lasting(ms))));
    remarks.extend(row.left_early_ms.map(|ms| words.left_early.fill(&lasting(ms))));
    let corrected = row.confirmed.as_ref().and_then(|confirmed| confirmed.corrected.clone());
    remarks.extend(corrected.map(|reason| words.corrected.fill(&stationery::Reason { reason })));
    remarks.retain(|remark| !remark.is_empty());
    remarks
}

fn lines(desk: &Desk<'_>) -> Table {
    let AttendanceColumns { number, point, first, last, connected, while_open, gaps, .. } =
        &desk.words.attendance.columns;
    let columns = vec![
        Column::new(number.text(), Width::Mm(12.0), Align::Centre),
        Column::new(point.text(), Width::Share(1.0), Align::Left),
        Column::new(first.text(), Width::Mm(32.0), Align::Left),
        Column::new(last.text(), Width::Mm(32.0), Align::Left),
        Column::new(connected.text(), Width::Mm(36.0), Align::Left),
        Column::new(while_open.text(), Width::Mm(36.0), Align::Left),
        Column::new(gaps.text(), Width::Mm(40.0), Align::Left),
    ];
    let rows = desk.report.points.iter().enumerate().map(|(at, row)| line(desk, at + 1, row)).collect();
    Table { columns, rows }
}

fn line(desk: &Desk<'_>, number: usize, row: &PointRow) -> Row {
    let (words, line) = (&desk.words.notes, &row.line);
    let Some(first) = line.first_joined() else {
        let never = Cell { span: 5, ..Cell::new(words.never_connected.text()) };
        let cells = vec![Cell::new(number.to_string()), Cell::new(&*row.name), never];
        return Row { kind: RowKind::Plain, cells };
    };
    let gaps = match line.gaps.len() {
        0 => String::new(),
        count => {
            let (count, duration) = (count.to_string(), desk.duration(line.gaps_ms()));
            words.gaps.fill(&stationery::Times { count, duration })
        }
    };
    Row::plain([
        number.to_string(),
        row.name.clone(),
        desk.when(first),
        line.last_left().map_or_else(|| words.connected_still.text(), |at| desk.when(at)),
        desk.duration(line.connected_ms),
        line.while_open_ms.map_or(String::new(), |ms| desk.duration(ms)),
        gaps,
    ])
}

/// The word for what the roll call says of somebody who did not come, with the reason.
pub fn absence(desk: &Desk<'_>, row: &DelegateRow) -> String {
    let word = desk.wording.status(row);
    match &row.status {
        Status::Excused { reason } if !reason.is_empty() => format!("{}: {reason}", desk.wording.say(Word::Excused)),
        _ => word.to_owned(),
    }
}
