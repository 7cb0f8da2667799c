//! What the meeting itself tells: its state, and the folds over its events.

use super::told::{Heads, Line, Of, Outcome, Person, Spoken, Told, time};
use crate::{
    clock::Timestamp,
    ids::{AgendaItemId, PointId, ProxyId, TurnId, VoteId},
    meeting::{
        Attendance, Conference, Counts, Event, EventBody, Presence, ProxyAnswer, QuorumView, RollEntry, VoteState,
    },
};

/// A meeting with its events.
pub struct Core<'a> {
    pub conference: &'a Conference,
    pub events: &'a [Event],
    pub now: Timestamp,
}

impl Core<'_> {
    fn entry(&self, id: &str) -> RollEntry {
        let roll = self.conference.roll_view(None);
        roll.delegates.into_iter().find(|entry| entry.delegate.id.as_str() == id).expect("on the roll")
    }

    fn is_of(&self, unit: &PointId, above: &str) -> bool {
        unit.as_str() == above || self.conference.meeting().ancestors(unit).any(|point| point.id.as_str() == above)
    }

    /// The time box of a turn with what was added to it, in seconds.
    fn box_s(&self, wanted: TurnId) -> u32 {
        let seconds = self.events.iter().map(|event| match event.body {
            EventBody::FloorGranted { turn, seconds, .. } | EventBody::FloorExtended { turn, seconds }
                if turn == wanted =>
            {
                seconds
            }
            _ => 0,
        });
        seconds.sum()
    }
}

fn kind(presence: &Presence) -> String {
    let value = serde_json::to_value(presence).unwrap();
    value["is"].as_str().unwrap().to_owned()
}

impl Told for Core<'_> {
    fn heads(&self, of: Of<'_>) -> Heads {
        let roll = self.conference.roll_view(None);
        let mut heads = Heads::default();
        let mut add = |counts: &Counts| {
            let Counts { expected, present, proxy, left, excused, absent, unconfirmed, added } = counts;
            heads.expected += expected;
            heads.present += present;
            heads.proxy += proxy;
            heads.left += left;
            heads.excused += excused;
            heads.absent += absent;
            heads.unconfirmed += unconfirmed;
            heads.added += added;
        };
        let late = |wanted: &dyn Fn(&RollEntry) -> bool| {
            u32::try_from(roll.delegates.iter().filter(|entry| entry.late && wanted(entry)).count()).unwrap()
        };
        heads.late = match of {
            Of::All => {
                add(&roll.total);
                assert_eq!(roll.total, self.conference.roll_total());
                late(&|_| true)
            }
            Of::Unit(above) => {
                roll.units.iter().filter(|unit| self.is_of(&unit.of, above)).for_each(|unit| add(&unit.counts));
                late(&|entry| self.is_of(&entry.delegate.unit, above))
            }
            Of::Room(room) => {
                let own = self.conference.roll_view(Some(&room.parse().unwrap()));
                let of_all = roll.points.iter().find(|point| point.of.as_str() == room);
                assert_eq!(of_all.map(|point| point.counts), Some(own.total), "{room}");
                add(&own.total);
                late(&|entry| entry.delegate.point.as_str() == room)
            }
        };
        heads
    }

    fn person(&self, id: &str) -> Person {
        let entry = self.entry(id);
        let status = entry.standing.as_ref().map_or("unconfirmed".to_owned(), |mark| match &mark.presence {
            Presence::Excused { reason } => format!("excused ({reason})"),
            Presence::Proxy { proxy } => {
                format!("proxy ({})", self.conference.roll().proxy(*proxy).unwrap().substitute.name)
            }
            other => kind(other),
        });
        let since = |later: Option<Timestamp>, earlier: Option<Timestamp>| Some(later?.millis_since(earlier?));
        Person {
            late_ms: entry.late.then(|| since(entry.first_here, self.conference.opened_at())).flatten(),
            left_early_ms: entry
                .left_early
                .then(|| since(self.conference.closed_at(), entry.standing.map(|mark| mark.at)))
                .flatten(),
            first_here: entry.first_here,
            status,
        }
    }

    fn proxy(&self, number: u32) -> (String, String, String) {
        let proxy = self.conference.roll().proxy(ProxyId(number)).expect("there is such a request");
        let answer = match &proxy.answer {
            ProxyAnswer::Pending => "pending".to_owned(),
            ProxyAnswer::Approved => "approved".to_owned(),
            ProxyAnswer::Refused { reason } => format!("refused ({reason})"),
        };
        (proxy.substitute.name.clone(), proxy.delegate.to_string(), answer)
    }

    fn line(&self, point: &str) -> Line {
        let attendance = Attendance::fold(self.conference.meeting(), self.events, self.now);
        let line = attendance.point(&point.parse().unwrap()).expect("every point has a row");
        Line {
            stays: line.stays.iter().map(|stay| (stay.start, stay.end)).collect(),
            gaps_ms: line.gaps().map(|gap| gap.millis()).collect(),
            connected_ms: line.connected_ms(),
            connections: u32::try_from(line.connections).unwrap(),
        }
    }

    fn points(&self) -> Vec<String> {
        self.conference.meeting().points.iter().map(|point| point.id.to_string()).collect()
    }

    fn quorum(&self) -> Option<QuorumView> {
        self.conference.quorum()
    }

    fn turns(&self) -> Vec<Spoken> {
        let spoken = self.conference.floor().log.iter().map(|spoken| Spoken {
            place: spoken.place.to_string(),
            speaker: spoken.speaker.name.clone(),
            from: spoken.from,
            to: spoken.to,
            taken_ms: spoken.millis(),
            box_s: self.box_s(spoken.turn),
            how: serde_json::to_value(spoken.how).unwrap().as_str().unwrap().to_owned(),
        });
        spoken.collect()
    }

    fn item(&self, number: u32) -> (Timestamp, Option<Timestamp>) {
        let course = self.conference.agenda().course(AgendaItemId(number)).expect("it was begun");
        (course.started, course.finished)
    }

    fn vote(&self, number: u32) -> (u32, Outcome) {
        let vote = self.conference.votes().vote(VoteId(number)).expect("there is such a vote");
        let outcome = match vote.state.clone() {
            VoteState::UnderWay => Outcome::UnderWay,
            VoteState::Closed { tally, eligible, present, quorum, .. } => {
                Outcome::Closed { tally, eligible, present, quorum }
            }
            VoteState::Cancelled { reason, .. } => Outcome::Cancelled { reason },
        };
        (u32::try_from(vote.ballots.len()).unwrap(), outcome)
    }

    fn now(&self, question: &str) -> String {
        let floor = self.conference.floor();
        match question {
            "rooms connected" => {
                let public = self.conference.public_view(false);
                format!("{} of {}", public.connected, self.conference.meeting().points.len())
            }
            "presiding" => self.conference.presiding().to_string(),
            "floor" => floor.holder.as_ref().map_or("nobody".to_owned(), |turn| {
                format!("{} until {}", turn.place, turn.until.map(time).unwrap_or_default())
            }),
            "waiting" => {
                let waiting = floor.queue.iter().map(|waiting| format!("{} {}", waiting.request, waiting.place));
                waiting.collect::<Vec<_>>().join(", ")
            }
            _ => panic!("not understood: {question}"),
        }
    }
}
