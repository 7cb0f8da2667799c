//! What a report tells of single events that the state of a meeting does not keep: who did it and when, and what stood
//! before. It is filled while a [`Conference`] takes in the events, and leaves every rule to that.

use std::collections::{BTreeMap, HashMap};

use super::{
    Act, AnnouncementRow, ChairChange, Change, CorrectionRow, Interval, Life, Lock, Moment, Outage, Pause, Period,
    PlanStep, ProxyOutcome, RemovalRow, RequestOutcome, RequestRow, TurnEnd, TurnRow, Zone,
};
use crate::{
    ids::{AgendaItemId, PointId, ProxyId, RequestId, TurnId, VoteId},
    meeting::{Actor, Conference, Event, EventBody, Place, Presence},
};

pub struct Chronicle<'a> {
    zone: &'a Zone,
    pub life: Life,
    pub chair_changes: Vec<ChairChange>,
    pub announcements: Vec<AnnouncementRow>,
    pub corrections: Vec<CorrectionRow>,
    pub removals: Vec<RemovalRow>,
    pub turns: Vec<TurnRow>,
    /// By the number of the turn: its place in `turns`.
    turn: HashMap<TurnId, usize>,
    /// Every request, with whether it was ever granted.
    requests: BTreeMap<RequestId, (RequestRow, bool)>,
    pub proxies: BTreeMap<ProxyId, (Act, ProxyOutcome)>,
    /// When and by whom each vote was opened, and ended.
    pub votes: HashMap<VoteId, (Act, Option<Act>)>,
    /// The periods of the agenda's items; the last one is open while it has no end.
    items: HashMap<AgendaItemId, Vec<(Act, Option<Act>)>>,
    pub devices: HashMap<PointId, Vec<String>>,
    /// What each record of the roll call says, as long as it can be corrected.
    said: HashMap<u64, Presence>,
}

impl<'a> Chronicle<'a> {
    pub fn new(zone: &'a Zone) -> Chronicle<'a> {
        Chronicle {
            zone,
            life: Life::default(),
            chair_changes: Vec::new(),
            announcements: Vec::new(),
            corrections: Vec::new(),
            removals: Vec::new(),
            turns: Vec::new(),
            turn: HashMap::new(),
            requests: BTreeMap::new(),
            proxies: BTreeMap::new(),
            votes: HashMap::new(),
            items: HashMap::new(),
            devices: HashMap::new(),
            said: HashMap::new(),
        }
    }

    /// Notes an event that the conference has yet to take in.
    pub fn note(&mut self, before: &Conference, event: &Event) {
        let act = Act { at: self.zone.moment(event.at), by: event.actor.clone() };
        let at = act.at;
        match &event.body {
            EventBody::Published { plan } => self.plan_step(act, Change::Published { plan: plan.clone() }),
            EventBody::PlanChanged { plan } => self.plan_step(act, Change::Changed { plan: plan.clone() }),
            EventBody::Withdrawn { reason } => self.plan_step(act, Change::Withdrawn { reason: reason.clone() }),
            EventBody::LineCheckBegan => self.life.line_check = Some(act),
            EventBody::Opened => self.life.opened = Some(act),
            EventBody::Paused { reason } => {
                self.life.pauses.push(Pause { act, reason: reason.clone(), resumed: None });
            }
            EventBody::Resumed => {
                if let Some(pause) = self.life.pauses.last_mut() {
                    pause.resumed.get_or_insert(act);
                }
            }
            EventBody::Closed => {
                for (row, granted) in self.requests.values_mut().filter(|(row, _)| row.outcome == RequestOutcome::Waiting)
                {
                    if !*granted {
                        row.outcome = RequestOutcome::MeetingClosed;
                    }
                }
                self.life.closed = Some(act);
            }

            EventBody::LineUp { place, device, .. } => self.device(before, place, device),
            EventBody::Recovered { last_known } => {
                let last_known = self.zone.moment((*last_known).min(event.at));
                self.life.outages.push(Outage { last_known, recovered: at });
            }

            EventBody::PresidingChanged { to, handed_over } => {
                let (from, to, handed_over) = (before.presiding(), to.clone(), *handed_over);
                self.chair_changes.push(ChairChange { act, from, to, handed_over });
            }
            EventBody::Removed { place, reason } => {
                for (row, granted) in self.requests.values_mut() {
                    if row.place == *place && row.outcome == RequestOutcome::Waiting && !*granted {
                        row.outcome = RequestOutcome::Removed { at };
                    }
                }
                let (place, reason) = (place.clone(), reason.clone());
                self.removals.push(RemovalRow { act, place, reason, readmitted: None });
            }
            EventBody::Readmitted { place } => {
                let out = |row: &&mut RemovalRow| row.place == *place && row.readmitted.is_none();
                if let Some(row) = self.removals.iter_mut().rev().find(out) {
                    row.readmitted = Some(act);
                }
            }
            EventBody::Locked => self.life.locks.push(Lock { act, unlocked: None }),
            EventBody::Unlocked => {
                if let Some(lock) = self.life.locks.last_mut() {
                    lock.unlocked.get_or_insert(act);
                }
            }
            EventBody::Announced { text } => self.announcements.push(AnnouncementRow { act, text: text.clone() }),
            // What is written beside the meeting stays in the ledger, and is no part of its papers.
            EventBody::Said { .. } => {}
            EventBody::ItemStarted { item } => {
                let periods = self.items.entry(*item).or_default();
                if periods.last().is_none_or(|(_, end)| end.is_some()) {
                    periods.push((act, None));
                }
            }
            EventBody::ItemFinished { item } => {
                if let Some((_, end)) = self.items.get_mut(item).and_then(|periods| periods.last_mut()) {
                    end.get_or_insert(act);
                }
            }

            EventBody::FloorRequested { request, place, speaker, subject } => {
                let row = RequestRow {
                    request: *request,
                    place: place.clone(),
                    speaker: speaker.clone(),
                    subject: subject.clone(),
                    asked: at,
                    outcome: RequestOutcome::Waiting,
                };
                self.requests.insert(*request, (row, false));
            }
            EventBody::FloorWithdrawn { request } => self.answer(*request, RequestOutcome::Withdrawn { at }),
            EventBody::FloorSkipped { request, reason } => {
                self.answer(*request, RequestOutcome::Skipped { act, reason: reason.clone() });
            }
            EventBody::FloorGranted { turn, request, place, speaker, subject, seconds } => {
                let asked = request.and_then(|request| self.requests.get_mut(&request));
                let requested = asked.map(|(row, granted)| {
                    *granted = true;
                    row.asked
                });
                self.turn.insert(*turn, self.turns.len());
                self.turns.push(TurnRow {
                    turn: *turn,
                    place: place.clone(),
                    speaker: speaker.clone(),
                    subject: subject.clone(),
                    requested,
                    granted: act,
                    box_seconds: *seconds,
                    end: None,
                    taken_ms: 0,
                });
            }
            EventBody::RollCalled { presence, .. } => {
                self.said.insert(event.seq, presence.clone());
            }
            EventBody::RollCorrected { corrects, delegate, presence, reason } => {
                let old = self.said.remove(corrects);
                self.said.insert(event.seq, presence.clone());
                self.corrections.push(CorrectionRow {
                    seq: event.seq,
                    act,
                    delegate: delegate.clone(),
                    corrects: *corrects,
                    old,
                    new: presence.clone(),
                    reason: reason.clone(),
                    after_close: before.closed_at().is_some(),
                });
            }
            EventBody::ProxyRequested { proxy, .. } => {
                self.proxies.insert(*proxy, (act, ProxyOutcome::Pending));
            }
            EventBody::ProxyApproved { proxy } => self.answer_proxy(*proxy, ProxyOutcome::Approved { act }),
            EventBody::ProxyRefused { proxy, reason } => {
                self.answer_proxy(*proxy, ProxyOutcome::Refused { act, reason: reason.clone() });
            }

            EventBody::VoteOpened { vote, .. } => {
                self.votes.insert(*vote, (act, None));
            }
            EventBody::VoteClosed { vote, .. } | EventBody::VoteCancelled { vote, .. } => {
                if let Some((_, ended)) = self.votes.get_mut(vote) {
                    ended.get_or_insert(act);
                }
            }

            EventBody::InviteIssued { .. }
            | EventBody::InviteRevoked { .. }
            | EventBody::LineDown { .. }
            | EventBody::LineChecked { .. }
            | EventBody::MutedAll
            | EventBody::Muted { .. }
            | EventBody::UnmuteAsked { .. }
            | EventBody::Spotlit { .. }
            // The floor itself knows what comes of these; see `look` and `end_turns`.
            | EventBody::FloorMoved { .. }
            | EventBody::FloorExtended { .. }
            | EventBody::FloorEnded { .. }
            | EventBody::DelegateAdded { .. }
            | EventBody::CheckedIn { .. }
            | EventBody::BallotCast { .. } => {}
        }
    }

    /// Looks at what came of an event that the conference has taken in.
    pub fn look(&mut self, after: &Conference, event: &Event) {
        if let (EventBody::FloorExtended { .. }, Some(holder)) = (&event.body, &after.floor().holder)
            && let Some(row) = self.turn.get(&holder.turn).and_then(|index| self.turns.get_mut(*index))
        {
            row.box_seconds = holder.seconds;
        }
    }

    fn plan_step(&mut self, act: Act, change: Change) {
        self.life.plan_steps.push(PlanStep { act, change });
    }

    fn device(&mut self, before: &Conference, place: &Place, device: &str) {
        if let Some(point) = before.meeting().room_of(place.clone()) {
            let devices = self.devices.entry(point).or_default();
            if !device.is_empty() && !devices.iter().any(|known| known == device) {
                devices.push(device.to_owned());
            }
        }
    }

    fn answer(&mut self, request: RequestId, outcome: RequestOutcome) {
        if let Some((row, _)) = self.requests.get_mut(&request) {
            row.outcome = outcome;
        }
    }

    fn answer_proxy(&mut self, proxy: ProxyId, outcome: ProxyOutcome) {
        if let Some((_, held)) = self.proxies.get_mut(&proxy).filter(|(_, held)| *held == ProxyOutcome::Pending) {
            *held = outcome;
        }
    }

    /// Fills in what the conference, after all events, knows of the turns: when and how each ended.
    pub fn end_turns(&mut self, conference: &Conference, as_of: Moment) {
        for spoken in &conference.floor().log {
            if let Some(row) = self.turn.get(&spoken.turn).and_then(|index| self.turns.get_mut(*index)) {
                row.end = Some(TurnEnd { at: self.zone.moment(spoken.to), how: spoken.how });
            }
        }
        for row in &mut self.turns {
            row.taken_ms = row.end.as_ref().map_or(as_of, |end| end.at).millis_since(row.granted.at);
        }
    }

    /// The requests that were never granted, in order.
    pub fn unheard(&mut self) -> Vec<RequestRow> {
        let requests = std::mem::take(&mut self.requests);
        requests.into_values().filter(|(_, granted)| !granted).map(|(row, _)| row).collect()
    }

    /// When an item of the agenda was dealt with, and whether it still is.
    pub fn periods(&self, item: AgendaItemId, as_of: Moment) -> (Vec<Period>, bool) {
        let periods = self.items.get(&item).map_or(&[][..], Vec::as_slice);
        let period = |(start, end): &(Act, Option<Act>)| Period {
            interval: Interval { from: start.at, to: end.as_ref().map_or(as_of, |end| end.at) },
            started_by: start.by.clone(),
            finished_by: end.as_ref().map(|end| end.by.clone()),
        };
        (periods.iter().map(period).collect(), periods.last().is_some_and(|(_, end)| end.is_none()))
    }
}

/// Who opened a vote, should the ledger not say it: the server.
pub fn unknown(at: Moment) -> Act {
    Act { at, by: Actor::System }
}
