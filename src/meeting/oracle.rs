//! Attendance counted a second time, from the words of `RULES.md` and by nothing but the events: every question is answered
//! by looking through all of them again. It is slow on purpose, and shares nothing with what it is held against.

use super::{DownReason, Electorate, Event, EventBody, Meeting, Place, Presence};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, PointId},
};

/// A meeting up to an instant, under the plan that holds then.
#[derive(Clone, Copy)]
pub struct Oracle<'a> {
    pub plan: &'a Meeting,
    pub events: &'a [Event],
    pub now: Timestamp,
}

/// Somebody on the roll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Somebody {
    pub id: DelegateId,
    pub unit: PointId,
    pub room: PointId,
    pub expected: bool,
}

/// Heads: expected, present, by proxy, left, excused, absent, unconfirmed; came unexpected and are here, came unexpected
/// at all; late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub expected: u32,
    pub present: u32,
    pub proxy: u32,
    pub left: u32,
    pub excused: u32,
    pub absent: u32,
    pub unconfirmed: u32,
    pub added_here: u32,
    pub added_came: u32,
    pub late: u32,
}

fn is_here(presence: &Presence) -> bool {
    matches!(presence, Presence::Present | Presence::Proxy { .. })
}

impl Oracle<'_> {
    fn when(&self, what: impl Fn(&EventBody) -> bool) -> Option<Timestamp> {
        self.events.iter().find(|event| what(&event.body)).map(|event| event.at)
    }

    pub fn opened(&self) -> Option<Timestamp> {
        self.when(|body| matches!(body, EventBody::Opened))
    }

    pub fn closed(&self) -> Option<Timestamp> {
        self.when(|body| matches!(body, EventBody::Closed))
    }

    // --- people ---

    /// Every word on somebody, in order: when it was said, and what it says after all corrections of it.
    pub fn words(&self, id: &DelegateId) -> Vec<(Timestamp, Presence)> {
        let mut words = Vec::new();
        for event in self.events {
            let EventBody::RollCalled { delegate, presence } = &event.body else { continue };
            if delegate != id {
                continue;
            }
            let (mut record, mut says) = (event.seq, presence);
            loop {
                let correction = self.events.iter().find_map(|later| match &later.body {
                    EventBody::RollCorrected { corrects, presence, .. } if *corrects == record => {
                        Some((later.seq, presence))
                    }
                    _ => None,
                });
                match correction {
                    Some((seq, presence)) => (record, says) = (seq, presence),
                    None => break,
                }
            }
            words.push((event.at, says.clone()));
        }
        words
    }

    /// The last word.
    pub fn status(&self, id: &DelegateId) -> Option<Presence> {
        self.words(id).pop().map(|(_, says)| says)
    }

    /// From when on somebody was there, leaving out what was taken back: who is called absent or excused was not there
    /// before that either.
    pub fn first_here(&self, id: &DelegateId) -> Option<Timestamp> {
        let words = self.words(id);
        let taken_back = |word: &(_, Presence)| matches!(word.1, Presence::Absent | Presence::Excused { .. });
        let holds_from = words.iter().rposition(taken_back).map_or(0, |last| last + 1);
        words[holds_from..].iter().find(|(_, says)| is_here(says)).map(|(at, _)| *at)
    }

    /// By how much somebody came late: more than the agreed minutes after the opening.
    pub fn late_ms(&self, id: &DelegateId) -> Option<u64> {
        let after_ms = self.first_here(id)?.as_millis() - self.opened()?.as_millis();
        let agreed_ms = i64::from(self.plan.rules.late_after_minutes) * 60 * 1000;
        if after_ms > agreed_ms { u64::try_from(after_ms).ok() } else { None }
    }

    /// Whether somebody went before the end, and did not come back.
    pub fn left_early(&self, id: &DelegateId) -> bool {
        match (self.words(id).pop(), self.closed()) {
            (Some((at, Presence::Left)), Some(closed)) => at.as_millis() < closed.as_millis(),
            (Some((_, Presence::Left)), None) => true,
            _ => false,
        }
    }

    /// By how much; none before the close.
    pub fn left_early_ms(&self, id: &DelegateId) -> Option<u64> {
        let (at, _) = self.words(id).pop().filter(|_| self.left_early(id))?;
        u64::try_from(self.closed()?.as_millis() - at.as_millis()).ok()
    }

    /// Those whom the plan expects, and those who were added.
    pub fn roll(&self) -> Vec<Somebody> {
        let somebody = |one: &super::Delegate, expected| Somebody {
            id: one.id.clone(),
            unit: one.unit.clone(),
            room: one.point.clone(),
            expected,
        };
        let mut roll: Vec<Somebody> = self.plan.delegates.iter().map(|one| somebody(one, true)).collect();
        for event in self.events {
            if let EventBody::DelegateAdded { delegate } = &event.body {
                roll.push(somebody(delegate, false));
            }
        }
        roll
    }

    pub fn tally<'a>(&self, of: impl IntoIterator<Item = &'a Somebody>) -> Tally {
        let mut tally = Tally::default();
        for one in of {
            let says = self.status(&one.id);
            tally.late += u32::from(self.late_ms(&one.id).is_some());
            if !one.expected {
                tally.added_here += u32::from(says.as_ref().is_some_and(is_here));
                tally.added_came += u32::from(says.is_some_and(|says| is_here(&says) || says == Presence::Left));
                continue;
            }
            tally.expected += 1;
            match says {
                None => tally.unconfirmed += 1,
                Some(Presence::Present) => tally.present += 1,
                Some(Presence::Proxy { .. }) => tally.proxy += 1,
                Some(Presence::Left) => tally.left += 1,
                Some(Presence::Absent) => tally.absent += 1,
                Some(Presence::Excused { .. }) => tally.excused += 1,
            }
        }
        tally
    }

    /// How many are expected, here, and needed: delegates or units of the plan, whoever was added.
    pub fn quorum(&self) -> Option<(usize, usize, usize)> {
        let rule = self.plan.rules.quorum?;
        let here = |id: &DelegateId| self.status(id).as_ref().is_some_and(is_here);
        let (expected, present) = match rule.of {
            Electorate::Delegates => {
                (self.plan.delegates.len(), self.plan.delegates.iter().filter(|one| here(&one.id)).count())
            }
            Electorate::Units => {
                let mut units: Vec<&PointId> = Vec::new();
                for one in &self.plan.delegates {
                    if !units.contains(&&one.unit) {
                        units.push(&one.unit);
                    }
                }
                let somebody_of =
                    |unit: &PointId| self.plan.delegates.iter().any(|one| one.unit == *unit && here(&one.id));
                (units.len(), units.iter().filter(|unit| somebody_of(unit)).count())
            }
        };
        let needed = (0..).find(|needed| needed * 100 >= expected * usize::from(rule.percent))?;
        Some((expected, present, needed))
    }

    // --- lines ---

    /// Until when things are told: no clock that was set back makes undone what is known to have happened.
    fn until(&self) -> i64 {
        self.events.iter().map(|event| event.at).chain([self.now]).max().unwrap_or(self.now).as_millis()
    }

    /// Each line of a room: from when to when, and whether it is over. The hub's desk stands in the hub's room.
    pub fn lines(&self, room: &PointId) -> Vec<(i64, i64, bool)> {
        let mut lines = Vec::new();
        for (index, event) in self.events.iter().enumerate() {
            let EventBody::LineUp { place, connection, .. } = &event.body else { continue };
            if *place != Place::Point(room.clone()) && !(*place == Place::Hub && *room == self.plan.hub) {
                continue;
            }
            let from = event.at.as_millis();
            let end = self.events[index..].iter().find_map(|later| {
                let told = later.at.as_millis();
                let over = match &later.body {
                    EventBody::LineDown { place: of, connection: which, reason, last_heard }
                        if of == place && which == connection =>
                    {
                        if *reason == DownReason::Lost {
                            last_heard.as_millis()
                        } else {
                            told
                        }
                    }
                    EventBody::Recovered { last_known } => last_known.as_millis(),
                    _ => return None,
                };
                Some(if over < from {
                    from
                } else if over > told {
                    told
                } else {
                    over
                })
            });
            lines.push((from, end.unwrap_or(self.until()), end.is_some()));
        }
        lines
    }

    /// When a room was connected: all instants that matter in order, and between each two whether any line was up.
    pub fn stays(&self, room: &PointId) -> Vec<(Timestamp, Timestamp)> {
        let lines = self.lines(room);
        let mut instants: Vec<i64> = lines.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
        instants.sort_unstable();
        instants.dedup();
        let mut stays: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (index, instant) in instants.iter().enumerate() {
            let at = Timestamp::from_millis(*instant);
            let goes_on =
                index > 0 && lines.iter().any(|(from, to, _)| *from <= instants[index - 1] && *instant <= *to);
            match stays.last_mut() {
                Some(stay) if goes_on => stay.1 = at,
                _ => stays.push((at, at)),
            }
        }
        stays
    }

    pub fn gaps(&self, room: &PointId) -> Vec<(Timestamp, Timestamp)> {
        let stays = self.stays(room);
        (1..stays.len()).map(|next| (stays[next - 1].1, stays[next].0)).collect()
    }

    pub fn is_connected(&self, room: &PointId) -> bool {
        self.lines(room).iter().any(|(_, _, over)| !over)
    }

    /// The milliseconds in which a room was connected, within limits.
    pub fn connected_ms(&self, room: &PointId, from: Timestamp, to: Timestamp) -> u64 {
        let within = |stay: &(Timestamp, Timestamp)| {
            let from = stay.0.as_millis().max(from.as_millis());
            u64::try_from(stay.1.as_millis().min(to.as_millis()) - from).unwrap_or(0)
        };
        self.stays(room).iter().map(within).sum()
    }
}
