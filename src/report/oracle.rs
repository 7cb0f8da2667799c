//! The totals of random meetings, counted a second time in another way: event by event from the back, and second by
//! second.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use proptest::prelude::*;

use super::{
    Listing, Report, Totals,
    fixture::{first_plan, plan_ref},
};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, ProxyId, RequestId},
    ledger::head::Head,
    meeting::{
        Actor, Command, Conference, Delegate, DownReason, Event, EventBody, Fact, FloorEnd, Meeting, Place, Presence,
        Speaker,
    },
    report::Source,
};

const CONNECTIONS: [&str; 3] = ["a", "b", "c"];

/// What is tried next: after how many seconds, what, with what.
type Step = (u8, u8, u8, u8);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..40_u8, 0..22_u8, any::<u8>(), any::<u8>()), 0..120)
}

fn pick<T>(from: &[T], number: u8) -> &T {
    &from[usize::from(number) % from.len()]
}

/// A meeting in which all of that was tried, and what was not refused happened.
struct Played {
    plan: Meeting,
    events: Vec<Event>,
    now: Timestamp,
}

fn play(steps: &[Step]) -> Played {
    let plan = first_plan();
    let mut conference = Conference::new(Arc::new(plan.clone()), plan_ref(1));
    let (mut events, mut now) = (Vec::new(), plan.starts_at);
    let mut happen = |conference: &mut Conference, now: Timestamp, actor: &Actor, bodies: Vec<EventBody>| {
        for body in bodies {
            let event =
                Event { seq: conference.last_seq() + 1, at: conference.instant(now), actor: actor.clone(), body };
            conference.apply(&event);
            events.push(event);
        }
    };
    for start in [Command::Publish, Command::BeginLineCheck] {
        let decision = conference.decide(now, &Actor::Seat(Place::Hub), &start).unwrap();
        happen(&mut conference, now, &Actor::Seat(Place::Hub), decision.events);
    }
    for (pause, what, a, b) in steps {
        now = now.plus_millis(i64::from(*pause) * 1000);
        let points: Vec<Place> = plan.points.iter().map(|point| Place::Point(point.id.clone())).collect();
        let place = pick(&points, *a).clone();
        let known: Vec<DelegateId> = conference.roll().delegates(&plan).map(|delegate| delegate.id.clone()).collect();
        let delegate = pick(&known, *a).clone();
        let presence = match b % 6 {
            0 | 1 => Presence::Present,
            2 => Presence::Left,
            3 => Presence::Absent,
            4 => Presence::Excused { reason: "ốm".to_owned() },
            _ => Presence::Proxy { proxy: ProxyId(u32::from(b % 4)) },
        };
        let (mut actor, connection) = (Actor::Seat(Place::Chair), pick(&CONNECTIONS, *b).parse().unwrap());
        let speaker = Speaker { delegate: None, name: "An".to_owned() };
        let command = match what {
            0..=2 => Err(Fact::LineUp { place, connection, device: "Chrome".to_owned() }),
            3 => Err(Fact::LineDown { place, connection, reason: DownReason::Left, last_heard: now }),
            4 => Err(Fact::LineDown {
                place,
                connection,
                reason: DownReason::Lost,
                last_heard: now.plus_millis(i64::from(*b) * -100 / 1000 * 1000),
            }),
            5 if *b < 40 => Err(Fact::Recovered { last_known: now.plus_millis(i64::from(*a) * -200 / 1000 * 1000) }),
            5 | 6 => Ok(Command::Open),
            7 if *b < 16 => Ok(Command::Close),
            8 => Ok(Command::Pause { reason: String::new() }),
            7 | 9 => Ok(Command::Resume),
            10 => Ok(Command::GiveFloor { place, speaker, subject: String::new(), seconds: u32::from(*b) }),
            11 => Ok(Command::TakeFloorBack),
            12 => {
                actor = Actor::Seat(place);
                Ok(Command::RequestFloor { speaker, subject: String::new() })
            }
            13 => Ok(Command::GrantFloor { request: RequestId(u32::from(*b % 4) + 1), seconds: 0 }),
            14 => Ok(Command::ApproveProxy { proxy: ProxyId(u32::from(*b % 4)) }),
            15 => {
                actor = Actor::Seat(Place::Secretary);
                let (name, title) = ("Bình".to_owned(), String::new());
                let substitute = serde_json::from_value(serde_json::json!({ "name": name, "title": title })).unwrap();
                Ok(Command::RequestProxy { delegate, substitute, reason: String::new() })
            }
            16 => {
                actor = Actor::Seat(Place::Secretary);
                let standing: Vec<u64> =
                    known.iter().flat_map(|id| conference.roll().marks(id)).map(|mark| mark.seq).collect();
                let corrects = if standing.is_empty() { 0 } else { *pick(&standing, *a) };
                Ok(Command::CorrectRoll { corrects, presence, reason: "nhầm".to_owned() })
            }
            17 if *b < 60 => {
                actor = Actor::Seat(Place::Secretary);
                let point = pick(&plan.points, *a).id.clone();
                let (name, title) = ("Khách".to_owned(), String::new());
                Ok(Command::AddDelegate { name, title, unit: point.clone(), point })
            }
            _ => {
                actor = Actor::Seat(Place::Secretary);
                Ok(Command::CallRoll { delegate, presence })
            }
        };
        match command {
            Ok(command) => {
                if let Ok(decision) = conference.decide(now, &actor, &command) {
                    happen(&mut conference, now, &actor, decision.events);
                }
            }
            Err(fact) => {
                let bodies = conference.observe(&fact);
                happen(&mut conference, now, &Actor::System, bodies);
            }
        }
    }
    Played { plan, events, now }
}

impl Played {
    fn report(&self) -> Report {
        let source = Source {
            node: "N-1".parse().unwrap(),
            plans: vec![(Arc::new(self.plan.clone()), plan_ref(1))],
            events: self.events.clone(),
            heads: Vec::<Head>::new(),
        };
        Report::draw(&source, self.now).unwrap()
    }

    fn find(&self, of: impl Fn(&EventBody) -> bool) -> Option<Timestamp> {
        self.events.iter().find(|event| of(&event.body)).map(|event| event.at)
    }

    /// The second behind the last one that is told of.
    fn end(&self) -> i64 {
        let last = self.events.last().unwrap().at;
        second(if self.find(|body| *body == EventBody::Closed).is_some() { last } else { last.max(self.now) })
    }

    /// What the roll call says in the end: the last call, read through all its corrections.
    fn standing(&self, id: &DelegateId) -> Option<Presence> {
        let call = self.events.iter().rev().find_map(|event| match &event.body {
            EventBody::RollCalled { delegate, presence } if delegate == id => Some((event.seq, presence)),
            _ => None,
        });
        let (mut seq, mut presence) = call?;
        while let Some((later, corrected)) = self.events.iter().find_map(|event| match &event.body {
            EventBody::RollCorrected { corrects, presence, .. } if *corrects == seq => Some((event.seq, presence)),
            _ => None,
        }) {
            (seq, presence) = (later, corrected);
        }
        Some(presence.clone())
    }

    fn added(&self) -> Vec<Delegate> {
        let added = self.events.iter().filter_map(|event| match &event.body {
            EventBody::DelegateAdded { delegate } => Some(delegate.clone()),
            _ => None,
        });
        added.collect()
    }

    /// The seconds in which a point had a line.
    fn connected(&self, wanted: &crate::ids::PointId) -> BTreeSet<i64> {
        let mut seconds = BTreeSet::new();
        for (index, event) in self.events.iter().enumerate() {
            let EventBody::LineUp { place, connection, .. } = &event.body else { continue };
            if *place != Place::Point(wanted.clone()) {
                continue;
            }
            let end = self.events[index + 1..].iter().find_map(|later| match &later.body {
                EventBody::LineDown { place: p, connection: c, reason, last_heard }
                    if p == place && c == connection =>
                {
                    let heard = if *reason == DownReason::Lost { *last_heard } else { later.at };
                    Some(heard.min(later.at))
                }
                EventBody::Recovered { last_known } => Some((*last_known).min(later.at)),
                _ => None,
            });
            seconds.extend(second(event.at)..end.map_or(self.end(), second));
        }
        seconds
    }

    /// How long each place had the floor, of turns that are over, in seconds.
    fn spoken(&self) -> BTreeMap<Place, i64> {
        let mut spoken = BTreeMap::new();
        for (index, event) in self.events.iter().enumerate() {
            let EventBody::FloorGranted { turn, place, .. } = &event.body else { continue };
            let end = self.events[index..].iter().find_map(|later| match &later.body {
                EventBody::FloorEnded { turn: ended, .. } if ended == turn => Some(second(later.at)),
                EventBody::Recovered { last_known } => Some(second((*last_known).clamp(event.at, later.at))),
                _ => None,
            });
            if let Some(end) = end {
                *spoken.entry(place.clone()).or_default() += end - second(event.at);
            }
        }
        spoken
    }
}

fn second(at: Timestamp) -> i64 {
    at.as_millis() / 1000
}

fn sum<'a>(totals: impl Iterator<Item = &'a Totals>) -> [u32; 9] {
    totals.fold([0; 9], |sum, totals| {
        let Totals { expected, present, proxy, left, excused, absent, unconfirmed, added, late } = *totals;
        let row = [expected, present, proxy, left, excused, absent, unconfirmed, added, late];
        std::array::from_fn(|field| sum[field] + row[field])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_totals_agree_with_another_way_of_counting(steps in steps()) {
        let played = play(&steps);
        let report = played.report();

        // Heads.
        let all: Vec<(Delegate, bool)> = played.plan.delegates.iter().cloned().map(|one| (one, true))
            .chain(played.added().into_iter().map(|one| (one, false))).collect();
        let count = |wanted: &dyn Fn(Option<&Presence>) -> bool, planned: bool| {
            let fits = all.iter().filter(|(one, expected)| {
                *expected == planned && wanted(played.standing(&one.id).as_ref())
            });
            u32::try_from(fits.count()).unwrap()
        };
        let Totals { expected, present, proxy, left, excused, absent, unconfirmed, added, late } = report.total;
        prop_assert_eq!(expected as usize, played.plan.delegates.len());
        prop_assert_eq!(present, count(&|is| is == Some(&Presence::Present), true));
        prop_assert_eq!(proxy, count(&|is| matches!(is, Some(Presence::Proxy { .. })), true));
        prop_assert_eq!(left, count(&|is| is == Some(&Presence::Left), true));
        prop_assert_eq!(excused, count(&|is| matches!(is, Some(Presence::Excused { .. })), true));
        prop_assert_eq!(absent, count(&|is| is == Some(&Presence::Absent), true));
        prop_assert_eq!(unconfirmed, count(&|is| is.is_none(), true));
        prop_assert_eq!(expected, present + proxy + left + excused + absent + unconfirmed);
        let came = |is: Option<&Presence>| is.is_some_and(|is| is.is_here() || *is == Presence::Left);
        prop_assert_eq!(added, count(&came, false));
        let opened = played.find(|body| *body == EventBody::Opened);
        let is_late = |here: super::Moment| opened.is_some_and(|at| second(here.instant()) - second(at) > 15 * 60);
        let are_late = report.delegates.iter().filter(|row| row.first_here.is_some_and(is_late)).count();
        prop_assert_eq!(late as usize, are_late);

        // However they are summed up.
        let whole = sum([&report.total].into_iter());
        prop_assert_eq!(whole, sum(report.units.iter().map(|row| &row.own)));
        prop_assert_eq!(whole, sum(report.points.iter().map(|row| &row.roll)));
        prop_assert_eq!(whole, sum(report.units.iter().filter(|row| row.depth == 0).map(|row| &row.with_below)));
        prop_assert!(report.points.iter().all(|row| row.listing == Listing::Planned));

        // Lines.
        let closed = played.find(|body| *body == EventBody::Closed).map_or(played.end(), second);
        for row in &report.points {
            let seconds = played.connected(&row.point);
            prop_assert_eq!(row.line.connected_ms, 1000 * seconds.len() as u64);
            let open = opened.map(|at| 1000 * seconds.range(second(at)..closed.max(second(at))).count() as u64);
            prop_assert_eq!(row.line.while_open_ms, open);
        }

        // The floor.
        let spoken: BTreeMap<Place, i64> =
            report.speaking.iter().map(|row| (row.place.clone(), i64::try_from(row.taken_ms / 1000).unwrap())).collect();
        prop_assert_eq!(spoken, played.spoken());
        let given = |body: &EventBody| matches!(body, EventBody::FloorGranted { .. });
        prop_assert_eq!(report.turns.len(), played.events.iter().filter(|event| given(&event.body)).count());
        for turn in report.turns.iter().filter(|turn| turn.end.is_none()) {
            prop_assert_eq!(Some(turn.turn), report.turns.last().map(|last| last.turn), "only the last may be under way");
        }
        let passed = report.turns.iter().filter(|turn| turn.end.as_ref().is_some_and(|end| end.how == FloorEnd::PassedOn));
        prop_assert!(passed.count() < report.turns.len().max(1));
    }
}
