//! What is asked of a meeting, and how the answers are worded: the same for the meeting itself and for its report.

use std::fmt::Write;

use super::MIDNIGHT;
use crate::{
    clock::Timestamp,
    meeting::{Electorate, QuorumView},
};

/// Heads by the roll call, as a script words them. `late` counts across all the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    pub expected: u32,
    pub present: u32,
    pub proxy: u32,
    pub left: u32,
    pub excused: u32,
    pub absent: u32,
    pub unconfirmed: u32,
    pub added: u32,
    pub late: u32,
}

/// Whose heads.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    All,
    /// Of a unit and of those below it, wherever they sit.
    Unit(&'a str),
    /// In a point's room, of whatever unit.
    Room(&'a str),
}

pub struct Person {
    /// With the excuse or the substitute.
    pub status: String,
    pub first_here: Option<Timestamp>,
    pub late_ms: Option<u64>,
    pub left_early_ms: Option<u64>,
}

pub struct Line {
    pub stays: Vec<(Timestamp, Timestamp)>,
    pub gaps_ms: Vec<u64>,
    pub connected_ms: u64,
    pub connections: u32,
}

pub struct Spoken {
    pub place: String,
    pub speaker: String,
    pub from: Timestamp,
    pub to: Timestamp,
    pub taken_ms: u64,
    pub box_s: u32,
    pub how: String,
}

pub enum Outcome {
    UnderWay,
    Closed { tally: Vec<u32>, eligible: u32, present: u32, quorum: Option<bool> },
    Cancelled { reason: String },
}

/// Something that tells of a meeting.
pub trait Told {
    fn heads(&self, of: Of<'_>) -> Heads;
    fn person(&self, id: &str) -> Person;
    /// Who comes for whom, and what the chair said.
    fn proxy(&self, number: u32) -> (String, String, String);
    fn line(&self, point: &str) -> Line;
    fn points(&self) -> Vec<String>;
    fn quorum(&self) -> Option<QuorumView>;
    fn turns(&self) -> Vec<Spoken>;
    /// When it was begun and finished.
    fn item(&self, number: u32) -> (Timestamp, Option<Timestamp>);
    fn vote(&self, number: u32) -> (u32, Outcome);
    /// What only a meeting under way knows: who presides, waits, has the floor, is connected.
    fn now(&self, question: &str) -> String;
}

pub fn time(at: Timestamp) -> String {
    let seconds = at.millis_since(MIDNIGHT) / 1000;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn duration(ms: u64) -> String {
    assert_eq!(ms % 1000, 0, "the script is in whole seconds");
    let seconds = ms / 1000;
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// The answer to a question, as the script words it.
pub fn answer(told: &impl Told, question: &str) -> String {
    let words: Vec<&str> = question.split(' ').collect();
    let number = |text: &str| text.parse::<u32>().unwrap();
    match words[..] {
        ["heads", "of", "all"] => heads(told.heads(Of::All)),
        ["heads", "of", "unit", unit] => heads(told.heads(Of::Unit(unit))),
        ["heads", "in", "room", point] => heads(told.heads(Of::Room(point))),
        ["delegate", id] => person(&told.person(id)),
        ["proxy", number_] => {
            let (substitute, delegate, outcome) = told.proxy(number(number_));
            format!("{substitute} for {delegate}, {outcome}")
        }
        ["line", point] => line(&told.line(point)),
        ["lines", "of", "all"] => lines(told),
        ["quorum"] => quorum(told.quorum()),
        ["turn", number_] => turn(&told.turns()[number(number_) as usize - 1]),
        ["turns"] => {
            let turns = told.turns();
            format!("{}, {} in all", turns.len(), duration(turns.iter().map(|turn| turn.taken_ms).sum()))
        }
        ["item", number_] => {
            let (from, to) = told.item(number(number_));
            format!("{}–{}", time(from), to.map(time).unwrap_or_default())
        }
        ["vote", number_] => vote(told.vote(number(number_))),
        _ => told.now(question),
    }
}

fn heads(heads: Heads) -> String {
    let Heads { expected, present, proxy, left, excused, absent, unconfirmed, added, late } = heads;
    let mut text = format!("{expected} expected");
    let counts = [
        (present, "present"),
        (proxy, "by proxy"),
        (left, "left"),
        (excused, "excused"),
        (absent, "absent"),
        (unconfirmed, "unconfirmed"),
        (added, "added"),
        (late, "late"),
    ];
    for (count, what) in counts.iter().filter(|(count, _)| *count > 0) {
        write!(text, ", {count} {what}").unwrap();
    }
    text
}

fn person(person: &Person) -> String {
    let mut text = person.status.clone();
    if let Some(at) = person.first_here {
        write!(text, ", here since {}", time(at)).unwrap();
    }
    for (what, ms) in [("late", person.late_ms), ("left early", person.left_early_ms)] {
        if let Some(ms) = ms {
            write!(text, ", {what} by {}", duration(ms)).unwrap();
        }
    }
    text
}

fn line(line: &Line) -> String {
    if line.stays.is_empty() {
        return "never".to_owned();
    }
    let stays: Vec<String> = line.stays.iter().map(|(from, to)| format!("{}–{}", time(*from), time(*to))).collect();
    let mut text = format!("{}; {} on {}", stays.join(", "), duration(line.connected_ms), line.connections);
    for gap in &line.gaps_ms {
        write!(text, ", gap {}", duration(*gap)).unwrap();
    }
    text
}

fn lines(told: &impl Told) -> String {
    let lines: Vec<Line> = told.points().iter().map(|point| told.line(point)).collect();
    let came = lines.iter().filter(|line| line.connections > 0).count();
    let whole = lines.iter().map(|line| line.connected_ms).sum();
    let gaps: Vec<u64> = lines.iter().flat_map(|line| line.gaps_ms.iter().copied()).collect();
    let (count, apart) = (gaps.len(), duration(gaps.iter().sum()));
    format!("{came} of {} came, {} in all, {count} gaps of {apart}", lines.len(), duration(whole))
}

fn quorum(quorum: Option<QuorumView>) -> String {
    let Some(QuorumView { of, expected, present, needed, reached }) = quorum else { return "no rule".to_owned() };
    let whom = match of {
        Electorate::Delegates => "delegates",
        Electorate::Units => "units",
    };
    format!("{present} of {expected} {whom}, {needed} needed, {}", if reached { "reached" } else { "not reached" })
}

fn turn(turn: &Spoken) -> String {
    let Spoken { place, speaker, from, to, taken_ms, box_s, how } = turn;
    let time_box = if *box_s > 0 { format!(" of {}", duration(u64::from(*box_s) * 1000)) } else { String::new() };
    format!("{place} {speaker} {}–{}, {}{time_box}, {how}", time(*from), time(*to), duration(*taken_ms))
}

fn vote((voted, outcome): (u32, Outcome)) -> String {
    match outcome {
        Outcome::UnderWay => format!("under way, {voted} voted"),
        Outcome::Cancelled { reason } => format!("cancelled ({reason}), {voted} voted"),
        Outcome::Closed { tally, eligible, present, quorum } => {
            let tally: Vec<String> = tally.iter().map(ToString::to_string).collect();
            let quorum = match quorum {
                None => "",
                Some(true) => ", quorum",
                Some(false) => ", no quorum",
            };
            format!("{}; {voted} voted, {present} of {eligible} present{quorum}", tally.join("/"))
        }
    }
}
