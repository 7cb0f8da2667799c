//! The invitation for calendars: iCalendar (RFC 5545), one event. It holds no code and no link: whoever has the file learns
//! when and where, and cannot come in by it.

use super::{Word, Wording};
use crate::{
    language::Language,
    report::{Act, Change, Moment, PlanStep, Report, Scope},
};

/// The longest line, in bytes without its end.
const MAX_LINE: usize = 75;

pub fn write(report: &Report, language: Language) -> Vec<u8> {
    let wording = Wording::of(report, language);
    let meeting = &report.meeting;
    let last = report.life.plan_steps.last();
    let changed = last.map_or(report.as_of, |PlanStep { act: Act { at, .. }, .. }| *at);
    let status = match last.map(|step| &step.change) {
        None => "TENTATIVE",
        Some(Change::Withdrawn { .. }) => "CANCELLED",
        Some(Change::Published { .. } | Change::Changed { .. }) => "CONFIRMED",
    };
    // An open-ended item leaves the end open.
    let minutes = report.agenda.iter().map(|row| Some(row.planned_minutes).filter(|minutes| *minutes > 0));
    let minutes: Option<u32> = minutes.sum();
    let mut lines = Lines(String::new());
    lines.put("BEGIN", "VCALENDAR");
    lines.put("VERSION", "2.0");
    lines.put("PRODID", &format!("-//diemcau//diemcau//{}", language.tag().to_uppercase()));
    lines.put("CALSCALE", "GREGORIAN");
    lines.put("BEGIN", "VEVENT");
    lines.put("UID", &text(&format!("{}@{}.diemcau", meeting.id, meeting.node)));
    lines.put("DTSTAMP", &utc(changed));
    lines.put("LAST-MODIFIED", &utc(changed));
    lines.put("SEQUENCE", &meeting.plan.version.to_string());
    lines.put("STATUS", status);
    lines.put("DTSTART", &utc(meeting.starts_at));
    if let Some(minutes) = minutes.filter(|minutes| *minutes > 0) {
        lines.put("DURATION", &format!("PT{minutes}M"));
    }
    lines.put("SUMMARY", &text(&meeting.title));
    lines.put("LOCATION", &text(&location(&wording)));
    lines.put("DESCRIPTION", &text(&description(&wording)));
    lines.put("END", "VEVENT");
    lines.put("END", "VCALENDAR");
    lines.0.into_bytes()
}

/// The room of whose paper it is; the hub's for the whole meeting.
fn location(wording: &Wording<'_>) -> String {
    let own = match &wording.report.scope {
        Scope::Meeting => None,
        Scope::Point { .. } | Scope::Delegate { .. } => wording.report.points.first(),
    };
    let hub = &wording.report.meeting.hub;
    let row = own.or_else(|| wording.names.point(hub));
    let name = row.map_or_else(|| wording.point(hub), |row| row.name.clone());
    match row.map(|row| row.room.as_str()).filter(|room| !room.is_empty()) {
        Some(room) => format!("{} {name}, {room}", wording.say(Word::PointOf)),
        None => format!("{} {name}", wording.say(Word::PointOf)),
    }
}

fn description(wording: &Wording<'_>) -> String {
    let (report, meeting) = (wording.report, &wording.report.meeting);
    let mut lines = Vec::new();
    let mut told = |word: Word, value: String| {
        if !value.is_empty() {
            lines.push(format!("{}: {value}", wording.say(word)));
        }
    };
    told(Word::Number, meeting.number.clone());
    let form = match wording.language {
        Language::Vietnamese => "%H:%M, %d/%m/%Y",
        Language::English => "%Y-%m-%d %H:%M",
    };
    told(Word::PlannedStart, format!("{} ({})", meeting.starts_at.local().strftime(form), meeting.zone));
    told(Word::Hub, wording.point(&meeting.hub));
    told(Word::Chair, meeting.officers.chair.as_ref().map(|person| wording.person(person)).unwrap_or_default());
    if !report.agenda.is_empty() {
        lines.push(format!("{}:", wording.say(Word::Agenda)));
    }
    for (number, row) in (1..).zip(&report.agenda) {
        let start = row.planned_start.map(|at| at.local().strftime("%H:%M ").to_string()).unwrap_or_default();
        let presenter = if row.presenter.is_empty() { String::new() } else { format!(" ({})", row.presenter) };
        lines.push(format!("{start}{number}. {}{presenter}", row.title));
    }
    lines.join("\n")
}

fn utc(moment: Moment) -> String {
    jiff::tz::Offset::UTC.to_datetime(moment.timestamp()).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A value of text (section 3.3.11). What else controls a terminal is left out.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

struct Lines(String);

impl Lines {
    /// A content line, folded (section 3.1) between characters so that no line is longer than it may be.
    fn put(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let (mut rest, mut room) = (line.as_str(), MAX_LINE);
        loop {
            let end = rest.floor_char_boundary(room);
            let (part, more) = rest.split_at(end);
            self.0.push_str(part);
            self.0.push_str("\r\n");
            if more.is_empty() {
                return;
            }
            self.0.push(' ');
            (rest, room) = (more, MAX_LINE - 1);
        }
    }
}
