//! Scripts of meetings for the tests: they read like minutes, a line an entry, and play in a millisecond.
//!
//! ```text
//! 08:31 point:071 request-floor speaker="Bí thư Huyện ủy"     a command, by a seat or `admin:NAME`
//! 08:02 071 joins on a                                        a line comes up
//! 08:40 071 leaves a                                          a line goes down; so does `is lost on a since 08:39:45`
//! 08:45 server recovers, alive until 08:44
//! 08:50 admin:NAME changes the plan                           to what [`Play::planned`] was set to
//! ```

use std::{fmt::Write, sync::Arc};

use serde_json::{Map, Value, json};

use super::{Actor, Command, Conference, DownReason, Event, EventBody, Fact, Meeting, Place, PlanRef, Refusal};
use crate::clock::Timestamp;

/// A conference that is played, with everything that happened in it.
pub struct Play {
    pub conference: Conference,
    pub events: Vec<Event>,
    pub now: Timestamp,
    /// What the plan is changed to next.
    pub planned: Meeting,
}

pub fn plan_ref(version: u32) -> PlanRef {
    PlanRef { version, sha256: "00".repeat(32) }
}

/// `8:31` or `8:31:05`, as milliseconds of the day.
pub fn clock(text: &str) -> Timestamp {
    let parts: Vec<i64> = text.split(':').map(|part| part.parse().expect("a time of the day")).collect();
    let [hours, minutes, seconds] = [0, 1, 2].map(|index| parts.get(index).copied().unwrap_or(0));
    Timestamp::from_millis(((hours * 60 + minutes) * 60 + seconds) * 1000)
}

impl Play {
    pub fn new(meeting: Meeting) -> Play {
        let planned = meeting.clone();
        let conference = Conference::new(Arc::new(meeting), plan_ref(1));
        Play { conference, events: Vec::new(), now: clock("0:00"), planned }
    }

    /// Plays a line and tells what came of it.
    pub fn line(&mut self, line: &str) -> Result<Vec<EventBody>, Refusal> {
        let words = words(line);
        let [at, who, rest @ ..] = words.as_slice() else { panic!("not understood: {line}") };
        self.now = clock(at);
        let words: Vec<&str> = rest.iter().map(String::as_str).collect();
        let fact = match words[..] {
            ["joins", "on", connection] => {
                Fact::LineUp { place: place(who), connection: connection.parse().unwrap(), device: "Chrome".to_owned() }
            }
            ["leaves", connection] => self.down(who, connection, DownReason::Left, at),
            ["is", "lost", "on", connection, "since", heard] => self.down(who, connection, DownReason::Lost, heard),
            ["recovers,", "alive", "until", known] => Fact::Recovered { last_known: clock(known) },
            ["changes", "the", "plan"] => {
                let plan = plan_ref(self.conference.plan().version + 1);
                self.conference.set_plan(Arc::new(self.planned.clone()), plan.clone());
                let bodies = self.conference.observe(&Fact::PlanChanged(plan));
                self.happen(who.parse().unwrap(), &bodies);
                return Ok(bodies);
            }
            [name, ref arguments @ ..] => return self.command(who.parse().unwrap(), &command(name, arguments)),
            [] => panic!("not understood: {line}"),
        };
        Ok(self.fact(&fact))
    }

    fn down(&self, who: &str, connection: &str, reason: DownReason, heard: &str) -> Fact {
        Fact::LineDown { place: place(who), connection: connection.parse().unwrap(), reason, last_heard: clock(heard) }
    }

    pub fn fact(&mut self, fact: &Fact) -> Vec<EventBody> {
        let bodies = self.conference.observe(fact);
        self.happen(Actor::System, &bodies);
        bodies
    }

    pub fn command(&mut self, actor: Actor, command: &Command) -> Result<Vec<EventBody>, Refusal> {
        let decision = self.conference.decide(self.now, &actor, command)?;
        self.happen(actor, &decision.events);
        if let Some((vote, choice)) = decision.ballot {
            self.conference.drop_into_box(vote, choice);
        }
        Ok(decision.events)
    }

    fn happen(&mut self, actor: Actor, bodies: &[EventBody]) {
        for body in bodies {
            let (seq, at) = (self.conference.last_seq() + 1, self.conference.instant(self.now));
            let event = Event { seq, at, actor: actor.clone(), body: body.clone() };
            self.conference.apply(&event);
            self.events.push(event);
        }
    }

    /// Plays a whole script in which nothing is refused.
    pub fn play(&mut self, script: &str) {
        for line in lines(script) {
            if let Err(refusal) = self.line(line) {
                panic!("{line}\n  refused: {refusal}");
            }
        }
    }

    /// Plays a script and writes beside each line what came of it.
    pub fn minutes(&mut self, script: &str) -> String {
        let mut text = String::new();
        for line in lines(script) {
            writeln!(text, "{line}").unwrap();
            match self.line(line) {
                Ok(bodies) => {
                    for body in bodies {
                        writeln!(text, "    => {}", told(&body)).unwrap();
                    }
                }
                Err(refusal) => writeln!(text, "    refused: {refusal}").unwrap(),
            }
        }
        text
    }
}

/// The lines of a script without the empty ones and the remarks.
pub fn lines(script: &str) -> impl Iterator<Item = &str> {
    script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Words between spaces; what stands between quotes is one.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// A place by its name, or a point by its code alone.
pub fn place(text: &str) -> Place {
    text.parse().unwrap_or_else(|_| Place::Point(text.parse().unwrap()))
}

fn command(name: &str, arguments: &[&str]) -> Command {
    let mut fields = Map::from_iter([("do".to_owned(), json!(name))]);
    for argument in arguments {
        let (key, value) = argument.split_once('=').expect("key=value");
        let value = match key {
            "measured" => {
                let numbers = value.split(',').map(|part| part.split_once(':').expect("name:number"));
                numbers.map(|(name, number)| (name.to_owned(), json!(number.parse::<u32>().unwrap()))).collect()
            }
            "speaker" | "substitute" => json!({ "name": value }),
            "presence" => match value.split_once(':') {
                Some(("excused", reason)) => json!({ "is": "excused", "reason": reason }),
                Some(("proxy", number)) => json!({ "is": "proxy", "proxy": number.parse::<u32>().unwrap() }),
                _ => json!({ "is": value }),
            },
            "voter" => {
                let (kind, id) = value.split_once(':').expect("delegate:ID or point:CODE");
                json!({ kind: id })
            }
            "options" => json!(value.split('/').collect::<Vec<_>>()),
            // Codes and ids look like numbers and are none.
            "point" | "unit" | "delegate" | "place" | "to" => json!(value),
            _ => serde_json::from_str(value).unwrap_or_else(|_| json!(value)),
        };
        fields.insert(key.to_owned(), value);
    }
    let value = Value::Object(fields);
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// An event on one line.
fn told(body: &EventBody) -> String {
    let Ok(Value::Object(fields)) = serde_json::to_value(body) else { panic!("an event is an object") };
    let mut text = fields.get("kind").and_then(Value::as_str).unwrap().to_owned();
    for (key, value) in &fields {
        match value {
            _ if key == "kind" || key == "device" || key == "plan" => {}
            Value::String(value) if value.is_empty() => {}
            Value::String(value) => write!(text, " {key}={value}").unwrap(),
            Value::Object(inner) if inner.values().all(Value::is_number) => {
                let inner: Vec<String> = inner.iter().map(|(name, number)| format!("{name}:{number}")).collect();
                write!(text, " {key}={}", inner.join(",")).unwrap();
            }
            Value::Object(inner) => {
                let inner: Vec<&str> =
                    inner.values().filter_map(Value::as_str).filter(|text| !text.is_empty()).collect();
                write!(text, " {key}={}", inner.join(" ")).unwrap();
            }
            Value::Null => {}
            value => write!(text, " {key}={value}").unwrap(),
        }
    }
    text
}
