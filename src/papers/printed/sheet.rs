//! Roll-call sheets: the delegates expected in a room, with boxes to tick and a place to sign, for when its line is down.

use super::desk::{Desk, Letterhead, body};
use crate::{
    report::{DelegateRow, Listing, PointRow},
    stationery::{self, SheetColumns, Words},
    typeset::{Align, Block, Cell, Column, Document, Paper, Paragraph, Row, RowKind, Side, Style, Table, Width},
};

/// What is left free for the signature of whoever called the roll, in millimetres: a room of few delegates is to fit on one page.
const SIGNATURE_MM: f32 = 15.0;
/// To be ticked.
const BOX: &str = "□";

pub fn write(desk: &Desk<'_>) -> Document {
    let mut blocks = Vec::new();
    let all = || desk.report.points.iter().filter(|row| row.listing != Listing::Dropped);
    let mut rooms: Vec<&PointRow> = all().filter(|point| expected(desk, point).next().is_some()).collect();
    if rooms.is_empty() {
        rooms.extend(all());
    }
    for point in rooms {
        if !blocks.is_empty() {
            blocks.push(Block::NewPage);
        }
        blocks.extend(sheet(desk, point));
    }
    let mut document = desk.document(&desk.words.sheet.title, Paper::Sideways, blocks);
    // It is filled in by hand, and provisional by its nature. Each room's sheet goes its own way.
    document.running.warning = String::new();
    document.running.by_part = true;
    document
}

/// Who is to be called up in a room.
fn expected<'a>(desk: &Desk<'a>, point: &PointRow) -> impl Iterator<Item = &'a DelegateRow> {
    desk.report.delegates.iter().filter(move |row| row.point == point.point && row.listing != Listing::Dropped)
}

fn sheet(desk: &Desk<'_>, point: &PointRow) -> Vec<Block> {
    let (words, report) = (&desk.words.sheet, desk.report);
    let mut blocks = desk.letterhead(&Letterhead { number: &words.number, dated: words.dated });
    let subject = words.subject.fill(&stationery::Point { point: point.name.clone() });
    blocks.push(Paragraph::new(Style::Title, words.title.text()).into());
    blocks.push(Paragraph::new(Style::Subject, subject).into());
    let title = report.meeting.title.clone();
    blocks.push(Paragraph::new(Style::Centred, words.meeting.fill(&stationery::Title { title })).into());
    let at = report.meeting.starts_at;
    let room = if point.room.is_empty() { desk.words.letterhead.unknown_place.text() } else { point.room.clone() };
    let session = stationery::Session {
        time: desk.time_in_words(at),
        date: desk.date_in_words(at),
        offset: desk.offset(at),
        room,
    };
    blocks.extend(body(words.when.fill(&session)));
    let phone = Desk::phone_of(report.meeting.officers.secretary.as_ref()).or_else(|| desk.support_phone());
    let phone = phone.map_or(String::new(), |phone| words.use_phone.fill(&stationery::Phone { phone }));
    blocks.extend(body(words.directions.fill(&stationery::Phone { phone })));
    blocks.extend([Block::Space(3.0), table(desk, point).into()]);
    blocks.push(Block::Space(3.0));
    let time = vec![Paragraph::new(Style::Body, words.time_of_call.text()).into()];
    blocks.push(Block::Beside(vec![
        Side { width: Width::Share(1.0), blocks: time },
        Side { width: Width::Share(1.0), blocks: desk.signature(&words.signatory, SIGNATURE_MM, "") },
    ]));
    blocks
}

fn table(desk: &Desk<'_>, point: &PointRow) -> Table {
    let words = &desk.words.sheet;
    let SheetColumns { number, name, title, unit, present, excused, absent, substitute, signature } = &words.columns;
    let left = |words: &Words, share: f32| Column::new(words.text(), Width::Share(share), Align::Left);
    let tick = |words: &Words| Column::new(words.text(), Width::Mm(19.0), Align::Centre);
    let columns = vec![
        Column::new(number.text(), Width::Mm(12.0), Align::Centre),
        left(name, 1.1),
        left(title, 1.1),
        left(unit, 0.9),
        tick(present),
        tick(excused),
        tick(absent),
        left(substitute, 1.2),
        Column::new(signature.text(), Width::Mm(34.0), Align::Left),
    ];
    let row = |(at, row): (usize, &DelegateRow)| {
        let unit = desk.wording.point(&row.unit);
        let cells = [(at + 1).to_string(), row.name.clone(), row.title.clone(), unit];
        Row::plain(cells.into_iter().chain([BOX, BOX, BOX, "", ""].map(str::to_owned)))
    };
    let mut rows: Vec<Row> = expected(desk, point).enumerate().map(row).collect();
    if words.empty_rows > 0 {
        rows.push(Row {
            kind: RowKind::Group,
            cells: vec![Cell { span: columns.len(), ..Cell::new(words.added.text()) }],
        });
        // As high as two lines, to be written on.
        rows.extend((0..words.empty_rows).map(|_| Row::plain(["\u{a0}\n\u{a0}", "", "", "", BOX, "", "", "", ""])));
    }
    Table { columns, rows }
}
