//! The minutes, in the form of the decree: when and where, who, what happened in what order, votes, conclusions, signatures.

use super::{
    attendance,
    desk::{Desk, Letterhead, SIGNATURE_MM, body, heading, labelled},
};
use crate::{
    meeting::{Place, Voters},
    papers::Word,
    report::{
        AgendaRow, DelegateRow, Listing, Moment, ProxyOutcome, ProxyRow, RequestRow, TurnRow, VoteOutcome, VoteRow,
    },
    stationery::{self, MinutesColumns},
    typeset::{Align, Block, Column, Document, Paper, Paragraph, Row, Side, Style, Table, Width},
};

pub fn write(desk: &Desk<'_>) -> Document {
    let words = &desk.words.minutes;
    let mut blocks = desk.letterhead(&Letterhead { number: &words.number, dated: words.dated });
    let title = desk.report.meeting.title.clone();
    blocks.extend(desk.title(&words.title, words.subject.fill(&stationery::Title { title })));
    blocks.extend(beginning(desk));
    blocks.extend(people(desk));
    blocks.extend(course(desk));
    blocks.extend(votes(desk));
    blocks.push(heading(&words.conclusion));
    blocks.push(Paragraph::new(Style::Note, words.conclusion_hint.text()).kept().into());
    blocks.push(Block::Lines(words.conclusion_lines));
    blocks.push(Paragraph::new(Style::Body, ending(desk)).kept().into());
    blocks.push(Block::Space(4.0));
    blocks.extend(signatures(desk));
    desk.document(&words.title, Paper::Upright, blocks)
}

fn beginning(desk: &Desk<'_>) -> Vec<Block> {
    let (words, meeting) = (&desk.words.minutes, &desk.report.meeting);
    let start = |at: Moment| stationery::Start {
        time: desk.time_in_words(at),
        date: desk.date_in_words(at),
        offset: desk.offset(at),
    };
    let began = match &desk.report.life.opened {
        Some(act) => words.began.fill(&start(act.at)),
        None => words.not_begun.fill(&start(meeting.starts_at)),
    };
    let number = meeting.number.clone();
    let letter = if number.is_empty() { String::new() } else { words.by_letter.fill(&stationery::Letter { number }) };
    let lines = [began, words.location.fill(&desk.location())].into_iter().filter(|line| !line.is_empty());
    lines.map(|line| labelled(&line)).chain(body(letter)).collect()
}

fn people(desk: &Desk<'_>) -> Vec<Block> {
    let (words, report) = (&desk.words.minutes, desk.report);
    let officers = &report.meeting.officers;
    let person = |person: Option<&_>| {
        let person = person.map_or_else(|| words.unknown_person.text(), |person| desk.person(person));
        stationery::Person { person }
    };
    let summary = desk.words.attendance.summary.fill(&attendance::heads(&report.total));
    let mut blocks = vec![
        heading(&words.people),
        labelled(&words.chair.fill(&person(officers.chair.as_ref()))),
        labelled(&words.secretary.fill(&person(officers.secretary.as_ref()))),
        labelled(&words.delegates.fill(&stationery::Summary { summary })),
    ];
    if let Some(quorum) = &report.quorum {
        let sentence = if quorum.reached { &words.quorum_reached } else { &words.quorum_missed };
        blocks.extend(body(sentence.fill(&stationery::Quorum {
            present: quorum.present.to_string(),
            expected: quorum.expected.to_string(),
            needed: quorum.needed.to_string(),
            of: Word::of_electorate(quorum.of, desk.wording.language).to_owned(),
        })));
    }
    blocks.extend(body(words.list.text()));
    let away = |row: &&DelegateRow| row.listing == Listing::Planned && !row.status.attended();
    let absent: Vec<&DelegateRow> = report.delegates.iter().filter(away).collect();
    if !absent.is_empty() {
        blocks.extend(caption(words.absent.text()));
        blocks.push(absent_table(desk, &absent).into());
    } else if !report.delegates.is_empty() {
        blocks.extend(body(words.no_absent.text()));
    }
    if !report.proxies.is_empty() {
        blocks.extend(caption(words.proxies.text()));
        blocks.push(proxies(desk).into());
    }
    blocks
}

/// What a table is of.
fn caption(text: String) -> [Block; 2] {
    [Paragraph::new(Style::Caption, text).into(), Block::Space(1.0)]
}

fn number(words: &stationery::Words) -> Column {
    Column::new(words.text(), Width::Mm(11.0), Align::Centre)
}

fn left(words: &stationery::Words, width: Width) -> Column {
    Column::new(words.text(), width, Align::Left)
}

fn absent_table(desk: &Desk<'_>, absent: &[&DelegateRow]) -> Table {
    let columns = &desk.words.minutes.columns;
    let row = |(at, row): (usize, &&DelegateRow)| {
        let unit = desk.wording.point(&row.unit);
        Row::plain([(at + 1).to_string(), row.name.clone(), row.title.clone(), unit, attendance::absence(desk, row)])
    };
    Table {
        columns: vec![
            number(&columns.number),
            left(&columns.name, Width::Share(1.0)),
            left(&columns.title, Width::Share(1.0)),
            left(&columns.unit, Width::Share(0.9)),
            left(&columns.reason, Width::Share(1.0)),
        ],
        rows: absent.iter().enumerate().map(row).collect(),
    }
}

fn proxies(desk: &Desk<'_>) -> Table {
    let columns = &desk.words.minutes.columns;
    let answer = |row: &ProxyRow| {
        let word = desk.wording.proxy_outcome(&row.outcome);
        match &row.outcome {
            ProxyOutcome::Pending => word.to_owned(),
            ProxyOutcome::Approved { act } => format!("{word} ({}, {})", desk.actor(&act.by), desk.when(act.at)),
            ProxyOutcome::Refused { act, reason } if reason.is_empty() => {
                format!("{word} ({}, {})", desk.actor(&act.by), desk.when(act.at))
            }
            ProxyOutcome::Refused { act, reason } => {
                format!("{word} ({}, {}): {reason}", desk.actor(&act.by), desk.when(act.at))
            }
        }
    };
    let row = |(at, row): (usize, &ProxyRow)| {
        let absent = desk
            .wording
            .names
            .delegate(&row.delegate)
            .map_or_else(|| row.delegate.to_string(), |delegate| format!("{}\n{}", delegate.name, delegate.title));
        Row::plain([(at + 1).to_string(), absent, desk.person(&row.substitute), row.reason.clone(), answer(row)])
    };
    Table {
        columns: vec![
            number(&columns.number),
            left(&columns.speaker, Width::Share(1.0)),
            left(&columns.substitute, Width::Share(0.9)),
            left(&columns.reason, Width::Share(0.8)),
            left(&columns.answer, Width::Share(1.2)),
        ],
        rows: desk.report.proxies.iter().enumerate().map(row).collect(),
    }
}

fn course(desk: &Desk<'_>) -> Vec<Block> {
    let (words, report) = (&desk.words.minutes, desk.report);
    let mut blocks = vec![heading(&words.course), heading(&words.agenda)];
    if report.agenda.is_empty() {
        blocks.extend(body(words.no_agenda.text()));
    } else {
        blocks.extend([Block::Space(1.5), agenda(desk).into()]);
    }
    blocks.push(heading(&words.floor));
    if report.turns.is_empty() {
        blocks.extend(body(words.no_floor.text()));
    } else {
        blocks.extend([Block::Space(1.5), turns(desk).into()]);
    }
    if !report.unheard.is_empty() {
        blocks.extend(caption(words.unheard.text()));
        blocks.push(unheard(desk).into());
    }
    if !report.announcements.is_empty() {
        blocks.push(heading(&words.announcements));
        let told = report.announcements.iter();
        blocks.extend(told.map(|row| item(format!("{}: {}", desk.when(row.act.at), row.text))));
    }
    let incidents = incidents(desk);
    if !incidents.is_empty() {
        blocks.push(heading(&words.incidents));
        blocks.extend(incidents.into_iter().map(item));
    }
    blocks
}

fn item(text: String) -> Block {
    Paragraph::new(Style::Item, format!("- {}", text.trim_end())).into()
}

fn agenda(desk: &Desk<'_>) -> Table {
    let columns = &desk.words.minutes.columns;
    let row = |(at, row): (usize, &AgendaRow)| {
        let planned = row.planned_start.map(|at| desk.when(at)).unwrap_or_default();
        let periods: Vec<String> =
            row.periods.iter().map(|period| span(desk, period.interval.from, period.interval.to)).collect();
        let time = match periods.is_empty() {
            true => "–".to_owned(),
            false => periods.join("\n"),
        };
        let taken = if row.periods.is_empty() { String::new() } else { desk.duration(row.taken_ms()) };
        Row::plain([(at + 1).to_string(), row.title.clone(), row.presenter.clone(), planned, time, taken])
    };
    Table {
        columns: vec![
            number(&columns.number),
            left(&columns.subject, Width::Share(1.4)),
            left(&columns.presenter, Width::Share(1.0)),
            Column::new(columns.planned.text(), Width::Mm(18.0), Align::Centre),
            Column::new(columns.time.text(), Width::Mm(28.0), Align::Centre),
            left(&columns.taken, Width::Mm(22.0)),
        ],
        rows: desk.report.agenda.iter().enumerate().map(row).collect(),
    }
}

fn span(desk: &Desk<'_>, from: Moment, to: Moment) -> String {
    format!("{} – {}", desk.when(from), desk.when(to))
}

/// Who speaks: the name that was told, else the place.
fn speaker(desk: &Desk<'_>, speaker: &crate::meeting::Speaker, place: &Place) -> String {
    match desk.wording.speaker(speaker) {
        name if name.is_empty() => desk.wording.place(place),
        name => name,
    }
}

fn room(desk: &Desk<'_>, place: &Place) -> String {
    desk.wording.names.room(place).map_or_else(String::new, |row| row.name.clone())
}

fn turns(desk: &Desk<'_>) -> Table {
    let columns = &desk.words.minutes.columns;
    let row = |(at, row): (usize, &TurnRow)| {
        let end = row.end.as_ref();
        let time = match end {
            Some(end) => span(desk, row.granted.at, end.at),
            None => desk.when(row.granted.at),
        };
        let taken = desk.duration(row.taken_ms);
        Row::plain([
            (at + 1).to_string(),
            speaker(desk, &row.speaker, &row.place),
            room(desk, &row.place),
            row.subject.clone(),
            time,
            taken,
        ])
    };
    Table { columns: floor_columns(columns), rows: desk.report.turns.iter().enumerate().map(row).collect() }
}

fn floor_columns(columns: &MinutesColumns) -> Vec<Column> {
    vec![
        number(&columns.number),
        left(&columns.speaker, Width::Share(1.0)),
        left(&columns.place, Width::Share(0.9)),
        left(&columns.subject, Width::Share(1.2)),
        Column::new(columns.time.text(), Width::Mm(28.0), Align::Centre),
        left(&columns.taken, Width::Mm(22.0)),
    ]
}

fn unheard(desk: &Desk<'_>) -> Table {
    let columns = &desk.words.minutes.columns;
    let row = |(at, row): (usize, &RequestRow)| {
        Row::plain([
            (at + 1).to_string(),
            speaker(desk, &row.speaker, &row.place),
            room(desk, &row.place),
            row.subject.clone(),
            desk.when(row.asked),
            desk.wording.request_outcome(&row.outcome).to_owned(),
        ])
    };
    Table {
        columns: vec![
            number(&columns.number),
            left(&columns.speaker, Width::Share(1.0)),
            left(&columns.place, Width::Share(0.9)),
            left(&columns.subject, Width::Share(1.1)),
            Column::new(columns.time.text(), Width::Mm(18.0), Align::Centre),
            left(&columns.reason, Width::Mm(36.0)),
        ],
        rows: desk.report.unheard.iter().enumerate().map(row).collect(),
    }
}

/// Pauses, changes of the chair, outages, removals and corrections, each in a sentence, in the order of their time.
fn incidents(desk: &Desk<'_>) -> Vec<String> {
    let (words, report) = (&desk.words.minutes, desk.report);
    let mut incidents: Vec<(Moment, String)> = Vec::new();
    for pause in &report.life.pauses {
        let until = pause.resumed.as_ref().map(|act| desk.when(act.at));
        let sentence = if until.is_some() { &words.paused } else { &words.paused_still };
        let (time, reason) = (desk.when(pause.act.at), pause.reason.clone());
        let until = until.unwrap_or_default();
        incidents.push((pause.act.at, sentence.fill(&stationery::Pause { time, until, reason })));
    }
    for outage in &report.life.outages {
        let (time, until) = (desk.when(outage.last_known), desk.when(outage.recovered));
        let sentence = words.outage.fill(&stationery::Pause { time, until, reason: String::new() });
        incidents.push((outage.last_known, sentence));
    }
    for change in &report.chair_changes {
        let sentence = if change.handed_over { &words.handed_over } else { &words.taken_over };
        let (from, to) = (desk.wording.place(&change.from), desk.wording.place(&change.to));
        let time = desk.when(change.act.at);
        incidents.push((change.act.at, sentence.fill(&stationery::Chair { time, from, to })));
    }
    for removal in &report.removals {
        let told = |at: Moment| stationery::Removal {
            time: desk.when(at),
            place: desk.wording.place(&removal.place),
            reason: removal.reason.clone(),
        };
        incidents.push((removal.act.at, words.removed.fill(&told(removal.act.at))));
        let readmitted = removal.readmitted.as_ref().map(|act| (act.at, words.readmitted.fill(&told(act.at))));
        incidents.extend(readmitted);
    }
    for correction in &report.corrections {
        let old = correction.old.as_ref().map_or(String::new(), |presence| desk.wording.presence(presence));
        let sentence = words.correction.fill(&stationery::Correction {
            time: desk.when(correction.act.at),
            name: desk.wording.delegate(&correction.delegate),
            old,
            new: desk.wording.presence(&correction.new),
            reason: correction.reason.clone(),
            by: desk.actor(&correction.act.by),
        });
        incidents.push((correction.act.at, sentence));
    }
    incidents.sort_by_key(|(at, _)| *at);
    incidents.into_iter().map(|(_, sentence)| sentence).collect()
}

fn votes(desk: &Desk<'_>) -> Vec<Block> {
    let words = &desk.words.minutes;
    let mut blocks = vec![heading(&words.votes)];
    if desk.report.votes.is_empty() {
        blocks.extend(body(words.no_votes.text()));
    }
    for row in &desk.report.votes {
        blocks.extend(vote(desk, row));
    }
    blocks
}

fn vote(desk: &Desk<'_>, row: &VoteRow) -> Vec<Block> {
    let words = &desk.words.minutes;
    let question = stationery::Question { number: row.vote.to_string(), question: row.question.clone() };
    let mut blocks = vec![Paragraph::new(Style::Caption, words.vote.fill(&question)).into()];
    let kind = if row.secret { &words.secret } else { &words.open };
    let by = match row.by {
        Voters::Delegates => &words.by_delegates,
        Voters::Points => &words.by_points,
    };
    let (closed, reason) = match &row.outcome {
        VoteOutcome::UnderWay => (String::new(), String::new()),
        VoteOutcome::Closed { act, .. } => (desk.when(act.at), String::new()),
        VoteOutcome::Cancelled { act, reason } => (desk.when(act.at), reason.clone()),
    };
    let facts = stationery::Vote { kind: kind.text(), by: by.text(), opened: desk.when(row.opened.at), closed, reason };
    match &row.outcome {
        VoteOutcome::UnderWay => blocks.extend(body(words.vote_open.fill(&facts))),
        VoteOutcome::Cancelled { .. } => blocks.extend(body(words.vote_cancelled.fill(&facts).trim_end().to_owned())),
        VoteOutcome::Closed { eligible, present, quorum, .. } => {
            let counts = words.vote_counts.fill(&stationery::Ballots {
                eligible: eligible.to_string(),
                present: present.to_string(),
                voted: row.voted.to_string(),
            });
            let quorum = quorum.map(|reached| if reached { &words.quorum_of_vote } else { &words.no_quorum_of_vote });
            let sentences =
                [words.vote_held.fill(&facts), counts, quorum.map(stationery::Words::text).unwrap_or_default()];
            let sentences: Vec<String> = sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect();
            blocks.push(Paragraph::new(Style::Body, sentences.join(" ")).kept().into());
            blocks.extend([Block::Space(1.5), tally(desk, row).into()]);
        }
    }
    blocks
}

fn tally(desk: &Desk<'_>, row: &VoteRow) -> Table {
    let columns = &desk.words.minutes.columns;
    let cast: u32 = row.options.iter().filter_map(|option| option.votes).sum();
    let share = |votes: u32| if cast == 0 { String::new() } else { percent(votes, cast, desk) };
    let rows = row.options.iter().enumerate().map(|(at, option)| {
        let votes = option.votes.unwrap_or(0);
        Row::plain([(at + 1).to_string(), option.option.clone(), votes.to_string(), share(votes)])
    });
    Table {
        columns: vec![
            number(&columns.number),
            left(&columns.option, Width::Share(1.0)),
            Column::new(columns.votes.text(), Width::Mm(25.0), Align::Centre),
            Column::new(columns.share.text(), Width::Mm(25.0), Align::Centre),
        ],
        rows: rows.collect(),
    }
}

/// With one decimal, after the mark of the language; rounded to the nearest, never up to what was not reached.
fn percent(part: u32, whole: u32, desk: &Desk<'_>) -> String {
    let tenths = (u64::from(part) * 1000 + u64::from(whole) / 2) / u64::from(whole);
    let tenths = if part < whole { tenths.min(999) } else { tenths };
    let mark = match desk.wording.language {
        crate::language::Language::Vietnamese => ',',
        crate::language::Language::English => '.',
    };
    format!("{}{mark}{}%", tenths / 10, tenths % 10)
}

fn ending(desk: &Desk<'_>) -> String {
    let words = &desk.words.minutes;
    match &desk.report.life.closed {
        Some(act) => {
            let (time, date) = (desk.time_in_words(act.at), desk.date_in_words(act.at));
            words.ended.fill(&stationery::TimeAndDate { time, date })
        }
        None => words.not_ended.text(),
    }
}

/// The secretary at the left, the chair at the right; below whom it goes to and how it is checked.
fn signatures(desk: &Desk<'_>) -> Vec<Block> {
    let words = &desk.words.minutes;
    let officers = &desk.report.meeting.officers;
    let name =
        |person: &Option<crate::meeting::Person>| person.as_ref().map_or(String::new(), |person| person.name.clone());
    let side = |blocks| Side { width: Width::Share(1.0), blocks };
    let mut blocks = vec![
        Block::Beside(vec![
            side(desk.signature(&words.left_signatory, SIGNATURE_MM, &name(&officers.secretary))),
            side(desk.signature(&words.right_signatory, SIGNATURE_MM, &name(&officers.chair))),
        ]),
        Block::Space(4.0),
    ];
    blocks.extend(desk.recipients(&words.recipients));
    blocks.push(Block::Space(2.0));
    blocks.extend(desk.check());
    blocks
}
