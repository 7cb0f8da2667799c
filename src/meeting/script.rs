//! Scripts of meetings for the tests: they read like minutes, a line an entry, and play in a millisecond.
//!
//! ```text
//! 08:31 point:071 request-floor speaker="Bí thư Huyện ủy"     a command, by a seat or `admin:NAME`
//! 08:02 071 joins on a                                        a line comes up
//! 08:40 071 leaves a                                          a line goes down; so does `is lost on a since 08:39:45`
//! 08:45 server recovers, alive until 08:44
//! 08:50 admin:NAME changes the plan                           to what [`Play::planned`] was set to
//! 06:10 hub invites point:071                                 an invite is made; so does `revokes point:071`
//! 07:00 points of 070 join                                    all of the tree under 070, one each second
//! 08:05 clerks below 08 except 071 confirm but d1 d2          each calls present whom nothing was said of yet
//! 09:32 clerks of 08 vote 0 in 1                              each votes for those of the room who have not voted
//! 11:00 everybody leaves                                      the lines end with the meeting
//! ```
//!
//! In an argument `@ID` is the number of the record that stands of that delegate.

use std::{fmt::Write, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    Actor, Command, Conference, Delegate, DownReason, Event, EventBody, Fact, Meeting, Place, PlanRef, Presence,
    Refusal, Voter, Voters,
};
use crate::{
    clock::Timestamp,
    ids::{ParticipantSid, PointId, VoteId},
};

/// A conference that is played, with everything that happened in it.
pub struct Play {
    pub conference: Conference,
    pub events: Vec<Event>,
    pub now: Timestamp,
    /// What the plan is changed to next.
    pub planned: Meeting,
    /// The midnight from which the lines tell the time.
    midnight: Timestamp,
}

/// Something that a line says.
#[derive(Clone, Debug)]
pub enum Entry {
    Command(Actor, Command),
    Fact(Actor, Fact),
    NewPlan(Actor),
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
        Play::on(clock("0:00"), meeting)
    }

    /// On the day that begins at `midnight`.
    pub fn on(midnight: Timestamp, meeting: Meeting) -> Play {
        let planned = meeting.clone();
        let conference = Conference::new(Arc::new(meeting), plan_ref(1));
        Play { conference, events: Vec::new(), now: midnight, planned, midnight }
    }

    /// Plays a line and tells what came of it.
    pub fn line(&mut self, line: &str) -> Result<Vec<EventBody>, Refusal> {
        let mut all = Vec::new();
        for (at, entry) in read(line, self.midnight, &self.conference) {
            self.now = at;
            all.extend(match entry {
                Entry::Command(actor, command) => self.command(actor, &command)?,
                Entry::Fact(actor, fact) => self.seen(actor, &fact),
                Entry::NewPlan(actor) => {
                    let plan = plan_ref(self.conference.plan().version + 1);
                    self.conference.set_plan(Arc::new(self.planned.clone()), plan.clone());
                    self.seen(actor, &Fact::PlanChanged(plan))
                }
            });
        }
        Ok(all)
    }

    pub fn fact(&mut self, fact: &Fact) -> Vec<EventBody> {
        self.seen(Actor::System, fact)
    }

    fn seen(&mut self, actor: Actor, fact: &Fact) -> Vec<EventBody> {
        let bodies = self.conference.observe(fact);
        self.happen(actor, &bodies);
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

/// What a line says as the meeting stands, in order, each with its instant on the day of `midnight`.
pub fn read(line: &str, midnight: Timestamp, conference: &Conference) -> Vec<(Timestamp, Entry)> {
    let on_the_day = |time: &str| midnight.plus_millis(clock(time).as_millis());
    let words = words(line);
    let [at, who, rest @ ..] = words.as_slice() else { panic!("not understood: {line}") };
    let words: Vec<&str> = rest.iter().map(String::as_str).collect();
    let now = on_the_day(at);
    let down = |connection: &str, reason, last_heard| Fact::LineDown {
        place: place(who),
        connection: connection.parse().unwrap(),
        reason,
        last_heard,
    };
    let fact = match words[..] {
        ["joins", "on", connection] => up(place(who), connection),
        ["leaves", connection] => down(connection, DownReason::Left, now),
        ["is", "lost", "on", connection, "since", heard] => down(connection, DownReason::Lost, on_the_day(heard)),
        ["recovers,", "alive", "until", known] => Fact::Recovered { last_known: on_the_day(known) },
        ["changes", "the", "plan"] => return vec![(now, Entry::NewPlan(who.parse().unwrap()))],
        ["invites", ref whom @ ..] => return invitations(conference, now, who, whom, Fact::InviteIssued),
        ["revokes", ref whom @ ..] => return invitations(conference, now, who, whom, Fact::InviteRevoked),
        [name, ref arguments @ ..] if !matches!(&**who, "points" | "clerks" | "everybody") => {
            let command = command(name, arguments, conference);
            return vec![(now, Entry::Command(who.parse().unwrap(), command))];
        }
        _ => return together(conference, now, who, &words).unwrap_or_else(|| panic!("not understood: {line}")),
    };
    vec![(now, Entry::Fact(Actor::System, fact))]
}

fn up(place: Place, connection: &str) -> Fact {
    Fact::LineUp { place, connection: connection.parse().unwrap(), device: "Chrome".to_owned() }
}

fn invitations(
    conference: &Conference,
    now: Timestamp,
    who: &str,
    whom: &[&str],
    fact: impl Fn(Place) -> Fact,
) -> Vec<(Timestamp, Entry)> {
    let places = match whom {
        ["points", rest @ ..] => selected(conference, rest).0.into_iter().map(Place::Point).collect(),
        [one] => vec![place(one)],
        _ => panic!("whom? {whom:?}"),
    };
    places.into_iter().map(|place| (now, Entry::Fact(who.parse().unwrap(), fact(place)))).collect()
}

/// What many do at a time.
fn together(conference: &Conference, now: Timestamp, who: &str, words: &[&str]) -> Option<Vec<(Timestamp, Entry)>> {
    if let ("everybody", ["leaves"]) = (who, words) {
        let connected: Vec<(Place, ParticipantSid)> = conference.lines().connections().collect();
        let ended = connected.into_iter().map(|(place, connection)| Fact::LineDown {
            place,
            connection,
            reason: DownReason::MeetingClosed,
            last_heard: now,
        });
        return Some(ended.map(|fact| (now, Entry::Fact(Actor::System, fact))).collect());
    }
    let (points, rest) = selected(conference, words);
    let meeting = conference.meeting();
    let clerk = |point: &PointId| if *point == meeting.hub { Place::Hub } else { Place::Point(point.clone()) };
    let everybody: Vec<&Delegate> = conference.roll().delegates(meeting).collect();
    let in_room =
        |point: &PointId| -> Vec<&Delegate> { everybody.iter().copied().filter(|one| one.point == *point).collect() };
    let mut entries = Vec::new();
    match (who, rest) {
        ("points", ["join"]) => {
            for (second, point) in (0..).zip(points) {
                let connection = format!("{point}-1");
                let fact = up(Place::Point(point), &connection);
                entries.push((now.plus_millis(second * 1000), Entry::Fact(Actor::System, fact)));
            }
        }
        ("clerks", ["confirm", but @ ..]) => {
            for point in points {
                for one in in_room(&point) {
                    if conference.roll().standing(&one.id).is_none() && !but.contains(&one.id.as_str()) {
                        let command = Command::CallRoll { delegate: one.id.clone(), presence: Presence::Present };
                        entries.push((now, Entry::Command(Actor::Seat(clerk(&point)), command)));
                    }
                }
            }
        }
        ("clerks", ["vote", choice, "in", vote]) => {
            let (choice, vote) = (choice.parse().unwrap(), VoteId(vote.parse().unwrap()));
            let held = conference.votes().vote(vote).expect("there is such a vote");
            for point in points {
                let voters = match held.by {
                    Voters::Points if conference.lines().is_up(&clerk(&point)) => vec![Voter::Point(point.clone())],
                    Voters::Points => Vec::new(),
                    Voters::Delegates => in_room(&point)
                        .into_iter()
                        .filter(|one| conference.roll().is_here(&one.id))
                        .map(|one| Voter::Delegate(one.id.clone()))
                        .collect(),
                };
                for voter in voters.into_iter().filter(|voter| !held.ballots.contains_key(voter)) {
                    let command = Command::CastBallot { vote, voter, choice };
                    entries.push((now, Entry::Command(Actor::Seat(clerk(&point)), command)));
                }
            }
        }
        _ => return None,
    }
    Some(entries)
}

/// The points that `of 070 071 except 02200 …` or `below 08 …` names, in the order of the tree, and what follows.
fn selected<'a>(conference: &Conference, words: &'a [&'a str]) -> (Vec<PointId>, &'a [&'a str]) {
    let meeting = conference.meeting();
    let codes = |words: &'a [&'a str]| -> (Vec<PointId>, &'a [&'a str]) {
        let code = |word: &&str| meeting.point(&word.parse().ok()?).map(|point| point.id.clone());
        let found: Vec<PointId> = words.iter().map_while(code).collect();
        let rest = &words[found.len()..];
        (found, rest)
    };
    let [how, words @ ..] = words else { panic!("of or below which?") };
    let (roots, rest) = codes(words);
    assert!(matches!(*how, "of" | "below") && !roots.is_empty(), "of or below which? {how} {words:?}");
    let (left_out, rest) = match rest {
        ["except", rest @ ..] => codes(rest),
        rest => (Vec::new(), rest),
    };
    let within = |id: &PointId| {
        let below = meeting.ancestors(id).any(|above| roots.contains(&above.id));
        below || (*how == "of" && roots.contains(id))
    };
    let points = meeting.in_tree_order().into_iter().map(|point| &point.id);
    (points.filter(|id| within(id) && !left_out.contains(id)).cloned().collect(), rest)
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

fn command(name: &str, arguments: &[&str], conference: &Conference) -> Command {
    let mut fields = Map::from_iter([("do".to_owned(), json!(name))]);
    for argument in arguments {
        let (key, value) = argument.split_once('=').expect("key=value");
        let value = match key {
            _ if value.starts_with('@') => {
                let id = value[1..].parse().unwrap();
                json!(conference.roll().standing(&id).expect("the roll was called").seq)
            }
            "speaker" if value.starts_with("delegate:") => json!({ "delegate": value["delegate:".len()..] }),
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
