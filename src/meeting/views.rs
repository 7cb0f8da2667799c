//! What a meeting looks like to those who look at it: everything for the hosts, its own part for a point.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Actor, AgendaItem, Announcement, Conference, Course, Delegate, Electorate, Floor, LineCheck, Mark, Message, Phase,
    Place, PlanRef, Presence, Proxy, Vote, Voter,
};
use crate::{
    clock::Timestamp,
    ids::{AgendaItemId, DelegateId, MeetingId, PointId, ProxyId},
};

/// Whether enough are present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuorumView {
    pub of: Electorate,
    pub expected: u32,
    pub present: u32,
    pub needed: u32,
    pub reached: bool,
}

/// The roll call as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RollView {
    pub delegates: Vec<RollEntry>,
    pub proxies: Vec<ProxyView>,
    /// By the unit that the delegates are of; only units with delegates.
    pub units: Vec<RollTotals>,
    /// By the point in whose room they are expected.
    pub points: Vec<RollTotals>,
    pub total: Counts,
}

/// What the roll call says of one delegate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RollEntry {
    #[serde(flatten)]
    pub delegate: Delegate,
    /// Whether the plan expected them.
    pub expected: bool,
    /// What stands; none before the roll is called.
    pub standing: Option<Mark>,
    pub first_here: Option<Timestamp>,
    /// First confirmed present more than the agreed minutes after the opening.
    pub late: bool,
    /// Left, and not come back, before the close.
    pub left_early: bool,
    /// Said so on their own phone, which is no presence.
    pub checked_in: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProxyView {
    pub id: ProxyId,
    #[serde(flatten)]
    pub proxy: Proxy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RollTotals {
    pub of: PointId,
    #[serde(flatten)]
    pub counts: Counts,
}

/// Heads. Of `expected`, each is counted once in the fields before `added`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub expected: u32,
    pub present: u32,
    pub proxy: u32,
    pub left: u32,
    pub excused: u32,
    pub absent: u32,
    pub unconfirmed: u32,
    /// Came without being expected, and are here.
    pub added: u32,
}

impl Counts {
    /// How many sit there.
    pub fn here(&self) -> u32 {
        self.present + self.proxy + self.added
    }

    fn count(&mut self, expected: bool, presence: Option<&Presence>) {
        if !expected {
            self.added += u32::from(presence.is_some_and(Presence::is_here));
            return;
        }
        self.expected += 1;
        let field = match presence {
            Some(Presence::Present) => &mut self.present,
            Some(Presence::Proxy { .. }) => &mut self.proxy,
            Some(Presence::Left) => &mut self.left,
            Some(Presence::Excused { .. }) => &mut self.excused,
            Some(Presence::Absent) => &mut self.absent,
            None => &mut self.unconfirmed,
        };
        *field += 1;
    }
}

/// A place and whether its line is up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineView {
    pub place: Place,
    pub connected: bool,
    /// Since when its oldest device is connected.
    pub since: Option<Timestamp>,
    /// Since when none of its devices is connected, where one was before.
    pub down_since: Option<Timestamp>,
    pub devices: u32,
    pub check: Option<LineCheck>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgendaEntry {
    #[serde(flatten)]
    pub item: AgendaItem,
    pub course: Option<Course>,
}

/// A vote as those entitled to see it see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VoteView {
    #[serde(flatten)]
    pub vote: Vote,
    pub voted: u32,
    /// Who has voted, and in an open vote for what; for the hosts alone.
    pub ballots: Option<Ballots>,
}

/// The options chosen, counted from 0, by the text of the [`Voter`]; none in a secret vote.
pub type Ballots = BTreeMap<String, Option<u8>>;

/// What everybody in the meeting may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicView {
    pub meeting: MeetingId,
    /// The number of the last event.
    pub seq: u64,
    pub phase: Phase,
    pub opened_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub presiding: Place,
    pub floor: Floor,
    /// The agenda items under way.
    pub items: Vec<AgendaItemId>,
    pub agenda: Vec<AgendaEntry>,
    pub spotlight: Option<Place>,
    pub announcement: Option<Announcement>,
    /// What was written to everybody, the newest last; the older ones are in the ledger.
    pub messages: Vec<Message>,
    pub votes: Vec<VoteView>,
    pub quorum: Option<QuorumView>,
    pub connected: u32,
    pub total: Counts,
}

/// What the hosts see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HostView {
    #[serde(flatten)]
    pub public: PublicView,
    pub plan: PlanRef,
    pub lines: Vec<LineView>,
    pub removed: Vec<Place>,
    /// Nobody new comes in.
    pub locked: bool,
    pub roll: RollView,
    pub speaking: Vec<SpeakingTotal>,
}

/// What a point, a delegate or an observer sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnView {
    #[serde(flatten)]
    pub public: PublicView,
    #[serde(flatten)]
    pub own: OwnPart,
}

/// What such a seat sees of its own, beside what is public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnPart {
    pub place: Place,
    /// Why the seat would not be let into the room now.
    pub kept_out: Option<KeptOut>,
    pub on_stage: bool,
    /// The roll of the point's own room; for its clerk alone.
    pub roll: Option<RollView>,
    /// The ballots of the own room, or of the own device, in the vote under way.
    pub ballots: Ballots,
}

/// Why a seat is not let into the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeptOut {
    /// The meeting is a draft, or closed.
    Shut,
    /// The chair removed it.
    Removed,
    /// The meeting is locked, and the seat was not here before.
    Locked,
}

/// How long a place had the floor in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpeakingTotal {
    pub place: Place,
    pub turns: u32,
    pub millis: u64,
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn ballots(vote: &Vote, shown: impl Fn(&Voter) -> bool) -> Ballots {
    let shown = vote.ballots.iter().filter(|(voter, _)| shown(voter));
    shown.map(|(voter, choice)| (voter.to_string(), *choice)).collect()
}

impl Conference {
    /// Whether enough are present by the meeting's rule; none without one.
    pub fn quorum(&self) -> Option<QuorumView> {
        let rule = self.meeting.rules.quorum?;
        let (expected, present) = match rule.of {
            Electorate::Delegates => {
                let here = self.meeting.delegates.iter().filter(|delegate| self.roll.is_here(&delegate.id));
                (self.meeting.delegates.len(), here.count())
            }
            Electorate::Units => {
                let mut units: BTreeMap<&PointId, bool> = BTreeMap::new();
                for delegate in &self.meeting.delegates {
                    *units.entry(&delegate.unit).or_default() |= self.roll.is_here(&delegate.id);
                }
                (units.len(), units.values().filter(|here| **here).count())
            }
        };
        let needed = (expected * usize::from(rule.percent)).div_ceil(100);
        let (expected, present, needed) = (number(expected), number(present), number(needed));
        Some(QuorumView { of: rule.of, expected, present, needed, reached: present >= needed })
    }

    /// The roll call of the whole meeting, or of one point's room.
    pub fn roll_view(&self, room: Option<&PointId>) -> RollView {
        let wanted = |delegate: &Delegate| room.is_none_or(|room| delegate.point == *room);
        let (mut units, mut points) = (BTreeMap::<&PointId, Counts>::new(), BTreeMap::<&PointId, Counts>::new());
        let (mut total, mut delegates) = (Counts::default(), Vec::new());
        for (delegate, expected) in self.everybody().filter(|(delegate, _)| wanted(delegate)) {
            let presence = self.roll.standing(&delegate.id).map(|mark| &mark.presence);
            units.entry(&delegate.unit).or_default().count(expected, presence);
            points.entry(&delegate.point).or_default().count(expected, presence);
            total.count(expected, presence);
            delegates.push(self.roll_entry(delegate, expected));
        }
        let totals = |map: BTreeMap<&PointId, Counts>| -> Vec<RollTotals> {
            map.into_iter().map(|(of, counts)| RollTotals { of: of.clone(), counts }).collect()
        };
        let listed: BTreeSet<&DelegateId> = delegates.iter().map(|entry| &entry.delegate.id).collect();
        let proxies = self.roll.proxies().filter(|(_, proxy)| listed.contains(&proxy.delegate));
        RollView {
            proxies: proxies.map(|(id, proxy)| ProxyView { id, proxy: proxy.clone() }).collect(),
            units: totals(units),
            points: totals(points),
            total,
            delegates,
        }
    }

    /// Everybody on the roll, and whether the plan expected them.
    fn everybody(&self) -> impl Iterator<Item = (&Delegate, bool)> {
        let expected = self.meeting.delegates.iter().map(|delegate| (delegate, true));
        expected.chain(self.roll.added().iter().map(|delegate| (delegate, false)))
    }

    /// The heads of the whole meeting.
    pub fn roll_total(&self) -> Counts {
        let mut total = Counts::default();
        for (delegate, expected) in self.everybody() {
            total.count(expected, self.roll.standing(&delegate.id).map(|mark| &mark.presence));
        }
        total
    }

    /// What the roll call says of one delegate, whom the plan expects or not.
    pub fn roll_entry(&self, delegate: &Delegate, expected: bool) -> RollEntry {
        let id = &delegate.id;
        let (standing, first_here) = (self.roll.standing(id).cloned(), self.roll.first_here(id));
        let grace_ms = i64::from(self.meeting.rules.late_after_minutes) * 60_000;
        let late =
            matches!((first_here, self.opened_at), (Some(here), Some(opened)) if here > opened.plus_millis(grace_ms));
        let has_left = standing.as_ref().filter(|mark| mark.presence == Presence::Left);
        let left_early = has_left.is_some_and(|mark| self.closed_at.is_none_or(|closed| mark.at < closed));
        RollEntry {
            expected,
            delegate: delegate.clone(),
            standing,
            first_here,
            late,
            left_early,
            checked_in: self.roll.checked_in(id),
        }
    }

    /// The hub's desk, every point, and whoever else is connected.
    pub fn line_views(&self) -> Vec<LineView> {
        let points = self.meeting.points.iter().map(|point| Place::Point(point.id.clone()));
        let mut places: Vec<Place> = [Place::Hub].into_iter().chain(points).collect();
        let listed: BTreeSet<&Place> = places.iter().collect();
        let others: Vec<Place> =
            self.lines.up().map(|(place, _)| place).filter(|place| !listed.contains(place)).cloned().collect();
        places.extend(others);
        let mut up: BTreeMap<Place, (Option<Timestamp>, u32)> = BTreeMap::new();
        for (place, lines) in self.lines.up() {
            let since = lines.map(|line| line.since).min();
            up.insert(place.clone(), (since, number(self.lines.count(place))));
        }
        let checks: BTreeMap<&PointId, &LineCheck> = self.checks.iter().map(|check| (&check.point, check)).collect();
        let view = |place: Place| {
            let (since, devices) = up.get(&place).copied().unwrap_or_default();
            let check = match &place {
                Place::Point(point) => checks.get(point).map(|check| (*check).clone()),
                _ => None,
            };
            let down_since = self.lines.down_since(&place);
            LineView { connected: devices > 0, since, down_since, devices, check, place }
        };
        places.into_iter().map(view).collect()
    }

    pub fn agenda_view(&self) -> Vec<AgendaEntry> {
        let entry = |item: &AgendaItem| AgendaEntry { course: self.agenda.course(item.id), item: item.clone() };
        self.meeting.agenda.iter().map(entry).collect()
    }

    /// The votes; `named` with who voted, and in open votes for what.
    pub fn vote_views(&self, named: bool) -> Vec<VoteView> {
        let view = |vote: &Vote| VoteView {
            voted: number(vote.ballots.len()),
            ballots: named.then(|| ballots(vote, |_| true)),
            vote: vote.clone(),
        };
        self.votes.all().iter().map(view).collect()
    }

    /// Why a place would not be let into the room now.
    pub fn kept_out(&self, place: &Place) -> Option<KeptOut> {
        let stage = self.stage();
        if stage.shut {
            Some(KeptOut::Shut)
        } else if stage.removed.contains(place) {
            Some(KeptOut::Removed)
        } else if self.locks_out(place) {
            Some(KeptOut::Locked)
        } else {
            None
        }
    }

    /// What a place, or those in its room, have voted in the vote under way.
    fn own_ballots(&self, place: &Place) -> Ballots {
        let own = |voter: &Voter| match (place, voter) {
            (Place::Point(own), Voter::Point(point)) => own == point,
            (Place::Point(own), Voter::Delegate(one)) => {
                self.roll.delegate(&self.meeting, one).is_some_and(|delegate| delegate.point == *own)
            }
            (Place::Delegate(own), Voter::Delegate(delegate)) => own == delegate,
            _ => false,
        };
        self.votes.current().map(|vote| ballots(vote, own)).unwrap_or_default()
    }

    /// How long each place had the floor, longest first; turns that are over.
    pub fn speaking_totals(&self) -> Vec<SpeakingTotal> {
        let mut totals: BTreeMap<&Place, (u32, u64)> = BTreeMap::new();
        for spoken in &self.floor.log {
            let total = totals.entry(&spoken.place).or_default();
            *total = (total.0 + 1, total.1 + spoken.millis());
        }
        let total =
            |(place, (turns, millis)): (&Place, (u32, u64))| SpeakingTotal { place: place.clone(), turns, millis };
        let mut totals: Vec<SpeakingTotal> = totals.into_iter().map(total).collect();
        totals.sort_by_key(|total| std::cmp::Reverse(total.millis));
        totals
    }

    /// What everybody in the meeting may know; `named` with who voted.
    pub fn public_view(&self, named: bool) -> PublicView {
        let points = self.meeting.points.iter().filter(|point| self.lines.is_up(&self.room(&point.id)));
        PublicView {
            meeting: self.meeting.id.clone(),
            seq: self.last_seq,
            phase: self.phase,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            presiding: self.presiding(),
            floor: self.floor.clone(),
            items: self.agenda.current().collect(),
            agenda: self.agenda_view(),
            spotlight: self.spotlight.clone(),
            announcement: self.announcement.clone(),
            messages: self.messages.newest().to_vec(),
            votes: self.vote_views(named),
            quorum: self.quorum(),
            connected: number(points.count()),
            total: self.roll_total(),
        }
    }

    pub fn host_view(&self) -> HostView {
        HostView {
            public: self.public_view(true),
            plan: self.plan.clone(),
            lines: self.line_views(),
            removed: self.removed.iter().cloned().collect(),
            locked: self.locked,
            roll: self.roll_view(None),
            speaking: self.speaking_totals(),
        }
    }

    /// What a seat that does not run the meeting sees.
    pub fn own_view(&self, place: &Place) -> OwnView {
        OwnView { public: self.public_view(false), own: self.own_part(place) }
    }

    pub fn own_part(&self, place: &Place) -> OwnPart {
        let roll = match place {
            Place::Point(point) => Some(self.roll_view(Some(point))),
            _ => None,
        };
        OwnPart {
            kept_out: self.kept_out(place),
            on_stage: self.stage().may_speak(place),
            roll,
            ballots: self.own_ballots(place),
            place: place.clone(),
        }
    }

    /// Who an actor is allowed to be told about: everything for administrators and hosts.
    pub fn sees_all(actor: &Actor) -> bool {
        match actor {
            Actor::System | Actor::Administrator(_) => true,
            Actor::Seat(place) => place.is_host(),
        }
    }
}
