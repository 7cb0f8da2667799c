//! What this process has read and written, for while the database cannot be read: whoever was let in before it failed is
//! let in again, and what was answered once is not carried out twice.
//!
//! One process at a time writes to a database, so what is known here holds until this process itself changes it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard},
};

use super::{Answer, MAX_ANSWERS, Opening, answers::ANSWER_AGE_MS, lock};
use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{Place, Seat},
};

/// The most that is known of codes, and of places. What comes after is read whenever it is needed, and is not known.
const MOST: usize = 50_000;

#[derive(Default)]
pub(super) struct Known(Mutex<Facts>);

#[derive(Default)]
struct Facts {
    /// What each code opens, by its hash.
    openings: HashMap<Vec<u8>, Opening>,
    /// Since when at the latest the seat of a place has been open to whoever has its code.
    seats: HashMap<(MeetingId, Place), Timestamp>,
    /// How often invites were changed: what was read before and comes after is old.
    changes: u64,
    answers: HashMap<(String, String), (Answer, Timestamp)>,
    /// Their keys, the oldest first.
    answered: VecDeque<(String, String)>,
}

/// A state of the invites that something is read of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct State(u64);

/// Makes what is known of some invites worthless once they are changed, or nobody waits for that any more.
pub(super) struct Change<'a> {
    known: &'a Known,
    openings: &'a [Opening],
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        let mut facts = self.known.facts();
        facts.changes += 1;
        let changed: HashSet<&Opening> = self.openings.iter().collect();
        facts.openings.retain(|_, known| !changed.contains(known));
        for opening in changed {
            if let Opening::Seat(Seat { meeting, place }) = opening {
                facts.seats.remove(&(meeting.clone(), place.clone()));
            }
        }
    }
}

impl Known {
    fn facts(&self) -> MutexGuard<'_, Facts> {
        lock(&self.0)
    }

    /// To be asked before something is read of the invites.
    pub(super) fn state(&self) -> State {
        State(self.facts().changes)
    }

    /// To be held while invites are changed.
    pub(super) fn changing<'a>(&'a self, openings: &'a [Opening]) -> Change<'a> {
        Change { known: self, openings }
    }

    /// Notes what a code was read to open.
    pub(super) fn note_opening(&self, read_of: State, code_sha256: &[u8], opening: Option<&Opening>) {
        let mut facts = self.facts();
        match opening {
            None => drop(facts.openings.remove(code_sha256)),
            Some(opening) if read_of == State(facts.changes) && facts.openings.len() < MOST => {
                facts.openings.insert(code_sha256.to_vec(), opening.clone());
            }
            Some(_) => {}
        }
    }

    pub(super) fn opening(&self, code_sha256: &[u8]) -> Option<Opening> {
        self.facts().openings.get(code_sha256).cloned()
    }

    /// Notes whether a seat was read to have been open since an instant.
    pub(super) fn note_seat(&self, read_of: State, meeting: &MeetingId, place: &Place, since: Timestamp, open: bool) {
        let mut facts = self.facts();
        let key = (meeting.clone(), place.clone());
        if open && read_of == State(facts.changes) && facts.seats.len() < MOST {
            let known = facts.seats.entry(key).or_insert(since);
            *known = since.min(*known);
        } else if !open && facts.seats.get(&key).is_some_and(|known| *known <= since) {
            facts.seats.remove(&key);
        }
    }

    /// Whether a seat is known to have been open since then; none when that is not known.
    pub(super) fn seat(&self, meeting: &MeetingId, place: &Place, since: Timestamp) -> Option<bool> {
        let facts = self.facts();
        let open = facts.seats.get(&(meeting.clone(), place.clone()))?;
        (*open <= since).then_some(true)
    }

    /// Notes an answer; the first one to a key stays. False when there was one already.
    pub(super) fn note_answer(&self, scope: &str, key: &str, answer: &Answer, now: Timestamp) -> bool {
        let mut facts = self.facts();
        let key = (scope.to_owned(), key.to_owned());
        if facts.answers.get(&key).is_some_and(|(_, at)| is_young(*at, now)) {
            return false;
        }
        if facts.answers.insert(key.clone(), (answer.clone(), now)).is_none() {
            facts.answered.push_back(key);
        }
        while facts.answered.len() > MAX_ANSWERS as usize {
            let oldest = facts.answered.pop_front();
            oldest.and_then(|oldest| facts.answers.remove(&oldest));
        }
        true
    }

    pub(super) fn answer(&self, scope: &str, key: &str, now: Timestamp) -> Option<Answer> {
        let facts = self.facts();
        let (answer, at) = facts.answers.get(&(scope.to_owned(), key.to_owned()))?;
        is_young(*at, now).then(|| answer.clone())
    }
}

fn is_young(at: Timestamp, now: Timestamp) -> bool {
    now < at.plus_millis(ANSWER_AGE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn seat() -> Opening {
        Opening::Seat(Seat { meeting: "m".parse().unwrap(), place: "point:071".parse().unwrap() })
    }

    #[test]
    fn a_seat_is_known_to_be_open_only_since_it_was_read_to_be() {
        let (known, meeting) = (Known::default(), "m".parse().unwrap());
        let (point, hub) = ("point:071".parse().unwrap(), "hub".parse().unwrap());
        known.note_seat(known.state(), &meeting, &point, at(2_000), true);
        assert_eq!(known.seat(&meeting, &point, at(1_999)), None);
        assert_eq!(known.seat(&meeting, &point, at(2_000)), Some(true));
        assert_eq!(known.seat(&meeting, &hub, at(2_000)), None);
        // A token older than the invite says nothing about a newer one.
        known.note_seat(known.state(), &meeting, &point, at(1_000), false);
        assert_eq!(known.seat(&meeting, &point, at(2_000)), Some(true));
        known.note_seat(known.state(), &meeting, &point, at(2_000), false);
        assert_eq!(known.seat(&meeting, &point, at(2_000)), None);
    }

    #[test]
    fn a_change_of_an_invite_undoes_what_was_known_and_what_is_being_read() {
        let (known, opening) = (Known::default(), seat());
        let (meeting, place) = (opening.meeting().clone(), opening.place());
        let before = known.state();
        known.note_opening(before, b"code", Some(&opening));
        known.note_seat(before, &meeting, &place, at(1_000), true);
        assert_eq!(known.opening(b"code"), Some(opening.clone()));
        drop(known.changing(std::slice::from_ref(&opening)));
        // Read before the change, and told after it.
        known.note_opening(before, b"code", Some(&opening));
        known.note_seat(before, &meeting, &place, at(1_000), true);
        assert_eq!(known.opening(b"code"), None);
        assert_eq!(known.seat(&meeting, &place, at(1_000)), None);
    }

    #[test]
    fn an_answer_is_known_for_a_day_and_the_first_one_stays() {
        let known = Known::default();
        let answer = |text: &str| Answer { request_sha256: vec![1], response: text.as_bytes().to_vec() };
        known.note_answer("m/hub", "k", &answer("first"), at(0));
        known.note_answer("m/hub", "k", &answer("second"), at(ANSWER_AGE_MS - 1));
        assert_eq!(known.answer("m/hub", "k", at(ANSWER_AGE_MS - 1)), Some(answer("first")));
        assert_eq!(known.answer("m/point:071", "k", at(0)), None);
        assert_eq!(known.answer("m/hub", "k", at(ANSWER_AGE_MS)), None);
        known.note_answer("m/hub", "k", &answer("third"), at(ANSWER_AGE_MS));
        assert_eq!(known.answer("m/hub", "k", at(ANSWER_AGE_MS)), Some(answer("third")));
        for number in 0..MAX_ANSWERS {
            known.note_answer("m/hub", &number.to_string(), &answer("more"), at(ANSWER_AGE_MS));
        }
        assert_eq!(known.answer("m/hub", "k", at(ANSWER_AGE_MS)), None);
    }
}
