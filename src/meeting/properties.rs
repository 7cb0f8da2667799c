//! What holds in every meeting, whatever is tried in it: seen in the events alone, as an auditor sees them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    Actor, Attendance, Conference, Event, EventBody, Phase, Place, Presence, Refusal, Voter,
    oracle::Oracle,
    rules,
    schedule::{Attempt, Played, Schedule, play, same_schedules, schedules},
};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, ParticipantSid, ProxyId, TurnId, VoteId},
};

/// Reads events one by one and complains of what must never be.
#[derive(Default)]
struct Auditor {
    seq: u64,
    at: Option<Timestamp>,
    phase: Phase,
    lines: BTreeSet<(Place, ParticipantSid)>,
    removed: BTreeSet<Place>,
    floor: Option<(TurnId, Place)>,
    /// For whom each proxy was asked, and whether the chair said yes.
    proxies: BTreeMap<ProxyId, (DelegateId, bool)>,
    /// The records of the roll call that stand, and whose they are.
    roll: BTreeMap<u64, DelegateId>,
    vote: Option<Vote>,
}

struct Vote {
    id: VoteId,
    secret: bool,
    options: usize,
    cast: BTreeMap<Voter, Option<u8>>,
}

impl Auditor {
    fn is_up(&self, place: &Place) -> bool {
        self.lines.iter().any(|(up, _)| up == place)
    }

    fn read(&mut self, event: &Event, boxes: &BTreeMap<VoteId, BTreeMap<u8, u32>>) -> Result<(), TestCaseError> {
        let Event { seq, at, body, .. } = event;
        prop_assert_eq!(*seq, self.seq + 1, "numbers have no holes");
        prop_assert!(self.at.is_none_or(|before| before <= *at), "instants never go back");
        (self.seq, self.at) = (*seq, Some(*at));
        let kept = serde_json::to_string(event).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Event>(&kept).unwrap(), event, "it is read back as it was");
        if self.phase == Phase::Closed {
            let after = matches!(
                body,
                EventBody::RollCorrected { .. }
                    | EventBody::LineUp { .. }
                    | EventBody::LineDown { .. }
                    | EventBody::Recovered { .. }
                    | EventBody::InviteIssued { .. }
                    | EventBody::InviteRevoked { .. }
            );
            prop_assert!(after, "nothing is done after the close");
        }
        self.lines(body)?;
        self.floor(body)?;
        self.roll(event)?;
        self.votes(body, boxes)?;
        self.phase = match (self.phase, body) {
            (Phase::Draft, EventBody::Published { .. }) => Phase::Published,
            (Phase::Published, EventBody::Withdrawn { .. }) => Phase::Draft,
            (Phase::Published, EventBody::LineCheckBegan) => Phase::LineCheck,
            (Phase::Published | Phase::LineCheck, EventBody::Opened) | (Phase::Paused, EventBody::Resumed) => {
                Phase::Open
            }
            (Phase::Open, EventBody::Paused { .. }) => Phase::Paused,
            (Phase::LineCheck | Phase::Open | Phase::Paused, EventBody::Closed) => Phase::Closed,
            (
                _,
                EventBody::Published { .. }
                | EventBody::Withdrawn { .. }
                | EventBody::LineCheckBegan
                | EventBody::Opened
                | EventBody::Resumed
                | EventBody::Paused { .. }
                | EventBody::Closed,
            ) => {
                return Err(TestCaseError::fail(format!("{body:?} while {}", self.phase)));
            }
            (phase, _) => phase,
        };
        let holder_is_there = self.floor.as_ref().is_none_or(|(_, place)| self.is_up(place));
        prop_assert!(holder_is_there, "who has the floor is connected");
        let heard = matches!(self.phase, Phase::LineCheck | Phase::Open);
        prop_assert!(self.floor.is_none() || heard, "nobody has the floor while the meeting is {}", self.phase);
        Ok(())
    }

    fn lines(&mut self, body: &EventBody) -> Result<(), TestCaseError> {
        match body {
            EventBody::LineUp { place, connection, .. } => {
                prop_assert!(self.lines.insert((place.clone(), connection.clone())), "it is up already");
            }
            EventBody::LineDown { place, connection, .. } => {
                prop_assert!(self.lines.remove(&(place.clone(), connection.clone())), "it is not up");
            }
            EventBody::Recovered { .. } => {
                prop_assert!(!self.lines.is_empty(), "no line was left up");
                self.lines.clear();
                self.floor = None;
            }
            EventBody::Removed { place, .. } => {
                prop_assert!(self.removed.insert(place.clone()), "it is removed already");
                let has_floor = self.floor.as_ref().is_some_and(|(_, holder)| holder == place);
                prop_assert!(!has_floor, "who is removed has no floor any more");
            }
            EventBody::Readmitted { place } => prop_assert!(self.removed.remove(place), "it was not removed"),
            _ => {}
        }
        Ok(())
    }

    fn floor(&mut self, body: &EventBody) -> Result<(), TestCaseError> {
        match body {
            EventBody::FloorGranted { turn, place, .. } => {
                prop_assert!(self.floor.is_none(), "at most one has the floor");
                prop_assert!(!self.removed.contains(place), "who is removed gets no floor");
                self.floor = Some((*turn, place.clone()));
            }
            EventBody::FloorExtended { turn, .. } => {
                prop_assert_eq!(self.floor.as_ref().map(|(has, _)| has), Some(turn));
            }
            EventBody::FloorEnded { turn, .. } => {
                prop_assert_eq!(self.floor.take().map(|(had, _)| had), Some(*turn));
            }
            _ => {}
        }
        Ok(())
    }

    fn roll(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let says = |presence: &Presence, of: &DelegateId, proxies: &BTreeMap<ProxyId, (DelegateId, bool)>| {
            let Presence::Proxy { proxy } = presence else { return true };
            proxies.get(proxy).is_some_and(|(delegate, approved)| delegate == of && *approved)
        };
        match &event.body {
            EventBody::ProxyRequested { proxy, delegate, .. } => {
                let new = self.proxies.insert(*proxy, (delegate.clone(), false)).is_none();
                prop_assert!(new, "a proxy is asked for once");
            }
            EventBody::ProxyApproved { proxy } => self.proxies.get_mut(proxy).expect("it was asked for").1 = true,
            EventBody::RollCalled { delegate, presence } => {
                prop_assert!(says(presence, delegate, &self.proxies), "a proxy is present when the chair agreed");
                self.roll.insert(event.seq, delegate.clone());
            }
            EventBody::RollCorrected { corrects, delegate, presence, reason } => {
                prop_assert!(says(presence, delegate, &self.proxies), "a proxy is present when the chair agreed");
                prop_assert!(!reason.is_empty(), "a correction has its reason");
                let corrected = self.roll.remove(corrects);
                prop_assert_eq!(corrected.as_ref(), Some(delegate), "it corrects what stands");
                self.roll.insert(event.seq, delegate.clone());
            }
            _ => {}
        }
        Ok(())
    }

    fn votes(&mut self, body: &EventBody, boxes: &BTreeMap<VoteId, BTreeMap<u8, u32>>) -> Result<(), TestCaseError> {
        match body {
            EventBody::VoteOpened { vote, options, secret, .. } => {
                prop_assert!(self.vote.is_none(), "one vote at a time");
                let (id, options) = (*vote, options.len());
                self.vote = Some(Vote { id, secret: *secret, options, cast: BTreeMap::new() });
            }
            EventBody::BallotCast { vote, voter, choice } => {
                let held = self.vote.as_mut().filter(|held| held.id == *vote).expect("that vote is under way");
                prop_assert_eq!(choice.is_none(), held.secret, "what was chosen is told in open votes alone");
                prop_assert!(choice.is_none_or(|choice| usize::from(choice) < held.options));
                prop_assert!(held.cast.insert(voter.clone(), *choice).is_none(), "each votes once");
            }
            EventBody::VoteClosed { vote, tally, eligible, present, .. } => {
                let held = self.vote.take().filter(|held| held.id == *vote).expect("that vote is under way");
                let in_box = boxes.get(vote).cloned().unwrap_or_default();
                let counted = (0_u8..).take(held.options).map(|option| {
                    let open = held.cast.values().filter(|choice| **choice == Some(option)).count();
                    if held.secret { in_box.get(&option).copied().unwrap_or(0) } else { u32::try_from(open).unwrap() }
                });
                prop_assert_eq!(&counted.collect::<Vec<_>>(), tally);
                prop_assert_eq!(tally.iter().sum::<u32>() as usize, held.cast.len(), "every ballot is counted, once");
                prop_assert!(tally.iter().sum::<u32>() <= *present && present <= eligible);
            }
            EventBody::VoteCancelled { vote, .. } => {
                prop_assert_eq!(self.vote.take().map(|held| held.id), Some(*vote));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The table as the documentation has it: for each command its phases, and who may give it.
fn documented() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let rows = include_str!("RULES.md").lines().filter_map(|line| line.strip_prefix("| `"));
    let row = |row: &'static str| {
        let (command, rest) = row.split_once("` | ").unwrap();
        let (phases, who) = rest.trim_end_matches(" |").split_once(" | ").unwrap();
        (command, (phases, who))
    };
    rows.map(row).collect()
}

fn is_listed(list: &str, words: &str) -> bool {
    list.split(", ").any(|one| one == words)
}

/// What the media plane is told: nobody is heard but who presides, the hub, and who has the floor.
fn check_stage(conference: &Conference) -> Result<(), TestCaseError> {
    let stage = conference.stage();
    let holder = conference.floor().holder.as_ref().map(|turn| &turn.place);
    for (place, _) in conference.lines().up() {
        let heard = stage.may_speak(place);
        let on_stage = *place == conference.presiding() || *place == Place::Hub || holder == Some(place);
        prop_assert!(!heard || on_stage || stage.all_speak, "{} is heard", place);
        prop_assert!(!heard || !matches!(place, Place::Observer(_)), "who watches is heard");
        prop_assert!(!heard || !conference.removed().contains(place), "{} was removed and is heard", place);
        prop_assert!(!heard || conference.meeting().has(place), "{} is no seat and is heard", place);
    }
    prop_assert!(holder.is_none_or(|place| stage.may_speak(place)), "who has the floor is not heard");
    Ok(())
}

/// Nobody is told what was chosen in a secret vote, nor how one that is under way goes.
fn check_secrecy(conference: &Conference) -> Result<(), TestCaseError> {
    for view in conference.vote_views(true) {
        let known = view.ballots.unwrap().values().flatten().count();
        prop_assert!(!view.vote.secret || known == 0, "a choice in a secret vote is known");
        prop_assert!(!view.vote.is_under_way() || !serde_json::to_string(&view.vote).unwrap().contains("tally"));
    }
    Ok(())
}

fn check_replay(played: &Played) -> Result<(), TestCaseError> {
    prop_assert!(played.replayed() == played.conference, "a restart would find another meeting");
    Ok(())
}

/// What the conference says of the attendance against what the rules say.
fn check_attendance(played: &Played) -> Result<(), TestCaseError> {
    let Played { conference, events, now, .. } = played;
    let oracle = Oracle { plan: played.plan(), events, now: *now };
    let (everybody, view) = (oracle.roll(), conference.roll_view(None));
    prop_assert_eq!(everybody.len(), view.delegates.len());
    for (one, entry) in everybody.iter().zip(&view.delegates) {
        prop_assert_eq!((&one.id, one.expected), (&entry.delegate.id, entry.expected));
        let standing = entry.standing.as_ref().map(|mark| (mark.at, mark.presence.clone()));
        prop_assert_eq!(standing, oracle.words(&one.id).pop(), "{}", one.id);
        prop_assert_eq!(entry.first_here, oracle.first_here(&one.id), "{}", one.id);
        prop_assert_eq!(entry.late, oracle.late_ms(&one.id).is_some(), "{}", one.id);
        prop_assert_eq!(entry.left_early, oracle.left_early(&one.id), "{}", one.id);
    }
    let counts = |of: &dyn Fn(&super::oracle::Somebody) -> bool| {
        let tally = oracle.tally(everybody.iter().filter(|one| of(one)));
        super::Counts {
            expected: tally.expected,
            present: tally.present,
            proxy: tally.proxy,
            left: tally.left,
            excused: tally.excused,
            absent: tally.absent,
            unconfirmed: tally.unconfirmed,
            added: tally.added_here,
        }
    };
    prop_assert_eq!(view.total, counts(&|_| true));
    for unit in &view.units {
        prop_assert_eq!(unit.counts, counts(&|one| one.unit == unit.of), "{}", unit.of);
    }
    for room in &view.points {
        prop_assert_eq!(room.counts, counts(&|one| one.room == room.of), "{}", room.of);
        prop_assert_eq!(room.counts, conference.roll_view(Some(&room.of)).total);
    }
    let quorum = conference.quorum().map(|quorum| {
        let [expected, present, needed] = [quorum.expected, quorum.present, quorum.needed].map(|n| n as usize);
        prop_assert_eq!(quorum.reached, present >= needed);
        Ok((expected, present, needed))
    });
    prop_assert_eq!(quorum.transpose()?, oracle.quorum());

    for point in Attendance::fold(played.plan(), events, *now).points {
        let stays: Vec<_> = point.stays.iter().map(|stay| (stay.start, stay.end)).collect();
        prop_assert_eq!(&stays, &oracle.stays(&point.point), "{}", point.point);
        prop_assert!(stays.windows(2).all(|two| two[0].1 < two[1].0), "stays overlap");
        prop_assert_eq!(point.gaps().map(|gap| (gap.start, gap.end)).collect::<Vec<_>>(), oracle.gaps(&point.point));
        let (first, last) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
        prop_assert_eq!(point.connected_ms(), oracle.connected_ms(&point.point, first, last));
        prop_assert_eq!(point.connections, oracle.lines(&point.point).len());
        prop_assert_eq!(point.connected, oracle.is_connected(&point.point));
    }
    Ok(())
}

/// Every so many attempts a meeting is looked at as a whole.
const LOOKS: usize = 16;

/// All that must hold at any time, in one meeting.
fn holds(schedule: &Schedule) -> Result<Played, TestCaseError> {
    let (documented, mut auditor, mut read, mut tried) = (documented(), Auditor::default(), 0, 0);
    let played = play(schedule, |played, attempt, outcome| {
        if let Attempt::Command(_, command) = attempt {
            let before = auditor.phase.to_string();
            let (phases, _) = documented[command.name()];
            match outcome {
                Ok(()) => prop_assert!(is_listed(phases, &before), "{} while {}", command.name(), before),
                Err(refusal) => {
                    prop_assert_eq!(played.events.len(), read, "a refusal leaves no event");
                    let wrong = matches!(refusal, Refusal::WrongPhase { .. });
                    prop_assert!(!wrong || !is_listed(phases, &before), "{} while {}", command.name(), before);
                }
            }
        }
        for event in &played.events[read..] {
            auditor.read(event, &played.boxes)?;
        }
        read = played.events.len();
        prop_assert_eq!(auditor.phase, played.conference.phase());
        check_stage(&played.conference)?;
        tried += 1;
        if tried % LOOKS == 0 {
            check_secrecy(&played.conference)?;
            check_replay(played)?;
        }
        Ok(())
    })?;
    check_secrecy(&played.conference)?;
    check_replay(&played)?;
    Ok(played)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn whatever_is_tried_a_meeting_stays_one_that_an_auditor_takes(schedule in schedules(0..120)) {
        holds(&schedule)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn attendance_is_at_any_time_what_the_rules_say(schedule in schedules(0..100)) {
        let mut tried = 0;
        let played = play(&schedule, |played, _, _| {
            tried += 1;
            if tried % LOOKS == 0 { check_attendance(played) } else { Ok(()) }
        })?;
        check_attendance(&played)?;
    }
}

#[test]
fn random_meetings_do_everything_that_can_be_done_and_are_refused_everything_that_can_be_refused() {
    let (mut done, mut refused) = (BTreeMap::<&str, u32>::new(), BTreeSet::<String>::new());
    for schedule in same_schedules(1_500) {
        let tally = play(&schedule, |_, attempt, outcome| {
            match (attempt, outcome) {
                (Attempt::Command(_, command), Ok(())) => *done.entry(command.name()).or_default() += 1,
                (Attempt::Command(..), Err(refusal)) => {
                    let value = serde_json::to_value(refusal).unwrap();
                    refused.insert(value["refusal"].as_str().unwrap().to_owned());
                }
                _ => {}
            }
            Ok(())
        });
        tally.unwrap();
    }
    let seldom = |rule: &&rules::Rule| done.get(rule.command).is_none_or(|times| *times < 10);
    let seldom: Vec<&str> = rules::RULES.iter().filter(seldom).map(|rule| rule.command).collect();
    assert!(seldom.is_empty(), "the schedules say little of {seldom:?}: {done:?}");
    let unseen: Vec<&str> = REFUSALS.iter().copied().filter(|name| !refused.contains(*name)).collect();
    assert!(unseen.is_empty(), "never refused so: {unseen:?}");
}

/// All but those for texts and for more than a meeting holds, which have tests of their own.
const REFUSALS: [&str; 29] = [
    "not-permitted",
    "not-presiding",
    "wrong-phase",
    "unknown-place",
    "unknown-delegate",
    "not-of-this-point",
    "unknown-item",
    "item-not-started",
    "item-started",
    "unknown-request",
    "too-many-requests",
    "no-floor",
    "not-connected",
    "still-presiding",
    "is-removed",
    "not-removed",
    "nothing-to-correct",
    "unknown-proxy",
    "proxy-not-approved",
    "proxy-exists",
    "unknown-vote",
    "vote-under-way",
    "unknown-option",
    "not-eligible",
    "already-voted",
    "no-quorum",
    "empty",
    "out-of-range",
    "no-change",
];

#[test]
fn a_command_is_taken_in_the_phases_and_from_those_that_the_documented_table_names() {
    let documented = documented();
    assert_eq!(documented.len(), rules::RULES.len());
    let (mut asked, mut commands) = (BTreeSet::new(), BTreeMap::new());
    for schedule in same_schedules(600) {
        // Of each command the one that was tried last, in whichever meeting that was.
        let played = play(&schedule, |_, attempt, _| {
            if let Attempt::Command(_, command) = attempt {
                commands.insert(command.name(), command.clone());
            }
            Ok(())
        })
        .unwrap();
        let conference = &played.conference;
        let phase = conference.phase();
        let actors = [
            "system",
            "admin:a",
            "hub",
            "chair",
            "secretary",
            "technician",
            "point:071",
            "point:999",
            "delegate:d1",
            "observer:o",
        ]
        .map(|text| text.parse::<Actor>().unwrap());
        for actor in &actors {
            let may = conference.may(actor);
            for command in commands.values() {
                let (phases, who) = documented[command.name()];
                let (is_time, plays) = (is_listed(phases, &phase.to_string()), plays(conference, actor, who));
                let removed = matches!(actor, Actor::Seat(place) if conference.removed().contains(place));
                let answer = conference.decide(played.now, actor, command);
                let context = format!("{} by {actor} while {phase}: {answer:?}", command.name());
                match &answer {
                    Ok(_) => assert!(is_time && plays && !removed, "{context}"),
                    Err(Refusal::NotPresiding { .. }) => assert!(!plays, "{context}"),
                    Err(Refusal::WrongPhase { .. }) => assert!(!is_time && plays, "{context}"),
                    // That seat may, but not with these words: for another room, another delegate, another's request.
                    Err(Refusal::NotPermitted) => {}
                    Err(_) => assert!(is_time && plays, "{context}"),
                }
                assert_eq!(may.contains(&command.name()), is_time && plays && !removed, "{context}");
                asked.insert((command.name(), phase.to_string(), actor.to_string()));
            }
        }
    }
    // Every cell of the table for each of the ten.
    assert_eq!(asked.len(), documented.len() * 6 * 10);
}

/// Whether the words of the table mean this actor.
fn plays(conference: &Conference, actor: &Actor, who: &str) -> bool {
    let place = match actor {
        Actor::System => return false,
        Actor::Administrator(_) => return is_listed(who, "administrator"),
        Actor::Seat(place) => place,
    };
    let holder = conference.floor().holder.as_ref().map(|turn| &turn.place);
    let is = match place {
        Place::Hub => is_listed(who, "hub") || who.contains("point, for its own room"),
        Place::Chair => is_listed(who, "chair"),
        Place::Secretary => is_listed(who, "secretary"),
        Place::Technician => is_listed(who, "technician"),
        Place::Point(_) => who.contains("point, for its own room"),
        Place::Delegate(_) => who.contains("delegate's own device, for itself"),
        Place::Observer(_) => false,
    };
    let presides = is_listed(who, "who presides") && *place == conference.presiding();
    let speaks = is_listed(who, "who has the floor") && holder == Some(place);
    conference.meeting().has(place) && (is || presides || speaks)
}
