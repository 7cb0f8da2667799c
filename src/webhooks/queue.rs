//! What waits for one address, PURE: in order within a room, side by side across rooms, tried again while it fails.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use crate::ids::RoomSid;

/// Events that wait at a time; what comes on top is lost.
pub const MAX_WAITING: usize = 2_000;
/// Posts under way at a time.
pub const MAX_POSTS: usize = 8;
/// Before an event is tried again: doubled each time, within these bounds.
const FIRST_REST: Duration = Duration::from_millis(500);
const LAST_REST: Duration = Duration::from_secs(30);
/// An event that nobody took for this long is lost.
const MAX_AGE: Duration = Duration::from_secs(600);

pub struct Queue<T> {
    /// None of them is empty.
    lanes: BTreeMap<RoomSid, Lane<T>>,
    /// Lanes whose first event may be posted, the one that waited longest first.
    ready: VecDeque<RoomSid>,
    waiting: usize,
    posts: usize,
}

/// The events of one room.
struct Lane<T> {
    items: VecDeque<Item<T>>,
    state: State,
}

enum State {
    Ready,
    Posting,
    Resting { until: Instant },
}

struct Item<T> {
    what: T,
    since: Instant,
    tries: u32,
}

/// How a post went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Taken,
    /// It may go better later.
    Failed,
    /// It will not.
    Refused,
}

/// What becomes of an event whose post is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Delivered,
    Again,
    Lost,
}

/// There is no room for another event.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

impl<T: Clone> Queue<T> {
    pub fn new() -> Self {
        Self { lanes: BTreeMap::new(), ready: VecDeque::new(), waiting: 0, posts: 0 }
    }

    pub fn push(&mut self, now: Instant, room: &RoomSid, what: T) -> Result<(), Full> {
        if self.waiting >= MAX_WAITING {
            return Err(Full);
        }
        let item = Item { what, since: now, tries: 0 };
        match self.lanes.get_mut(room) {
            Some(lane) => lane.items.push_back(item),
            None => {
                self.lanes.insert(room.clone(), Lane { items: [item].into(), state: State::Ready });
                self.ready.push_back(room.clone());
            }
        }
        self.waiting += 1;
        Ok(())
    }

    /// The next event to be posted; [`Queue::settle`] has to hear how that went.
    pub fn next(&mut self, now: Instant) -> Option<(RoomSid, T)> {
        self.wake(|until| until <= now);
        if self.posts >= MAX_POSTS {
            return None;
        }
        let room = self.ready.pop_front()?;
        let lane = self.lanes.get_mut(&room)?;
        let item = lane.items.front_mut()?;
        item.tries += 1;
        lane.state = State::Posting;
        self.posts += 1;
        Some((room, item.what.clone()))
    }

    pub fn settle(&mut self, now: Instant, room: &RoomSid, outcome: Outcome) -> Settled {
        let Some(lane) = self.lanes.get_mut(room) else { return Settled::Lost };
        self.posts -= 1;
        let (tries, since) = lane.items.front().map_or((0, now), |item| (item.tries, item.since));
        let settled = match outcome {
            Outcome::Taken => Settled::Delivered,
            Outcome::Failed if now < since + MAX_AGE => {
                lane.state = State::Resting { until: now + rest(tries) };
                return Settled::Again;
            }
            Outcome::Failed | Outcome::Refused => Settled::Lost,
        };
        lane.items.pop_front();
        self.waiting -= 1;
        if lane.items.is_empty() {
            self.lanes.remove(room);
        } else {
            lane.state = State::Ready;
            self.ready.push_back(room.clone());
        }
        settled
    }

    /// Does not rest any longer: the server stops.
    pub fn hurry(&mut self) {
        self.wake(|_| true);
    }

    fn wake(&mut self, is_rested: impl Fn(Instant) -> bool) {
        for (room, lane) in &mut self.lanes {
            if let State::Resting { until } = lane.state
                && is_rested(until)
            {
                lane.state = State::Ready;
                self.ready.push_back(room.clone());
            }
        }
    }

    /// When the next rest is over.
    pub fn deadline(&self) -> Option<Instant> {
        let rests = self.lanes.values().filter_map(|lane| match lane.state {
            State::Resting { until } => Some(until),
            State::Ready | State::Posting => None,
        });
        rests.min()
    }

    /// Events that are not delivered yet, those under way included.
    pub fn waiting(&self) -> usize {
        self.waiting
    }
}

fn rest(tries: u32) -> Duration {
    let doubled = 1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX);
    FIRST_REST.saturating_mul(doubled).min(LAST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> RoomSid {
        format!("RM_{name}").parse().unwrap()
    }

    fn begin(queue: &mut Queue<u32>, now: Instant) -> Vec<u32> {
        std::iter::from_fn(|| queue.next(now).map(|(_, what)| what)).collect()
    }

    #[test]
    fn a_room_keeps_its_order_and_holds_up_nobody_else() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        for (name, what) in [("a", 1), ("a", 2), ("b", 3), ("a", 4)] {
            queue.push(now, &room(name), what).unwrap();
        }
        assert_eq!(begin(&mut queue, now), [1, 3]);
        assert_eq!(queue.settle(now, &room("a"), Outcome::Failed), Settled::Again);
        assert_eq!(queue.settle(now, &room("b"), Outcome::Taken), Settled::Delivered);
        assert_eq!(begin(&mut queue, now), [0; 0], "what follows waits for what failed");
        let later = queue.deadline().unwrap();
        assert_eq!(begin(&mut queue, later), [1], "the same again");
        for next in [2, 4] {
            assert_eq!(queue.settle(later, &room("a"), Outcome::Taken), Settled::Delivered);
            assert_eq!(begin(&mut queue, later), [next]);
        }
        assert_eq!(queue.settle(later, &room("a"), Outcome::Refused), Settled::Lost);
        assert_eq!((queue.waiting(), queue.deadline()), (0, None));
    }

    #[test]
    fn tries_become_rare_and_end_after_ten_minutes() {
        let (mut queue, start) = (Queue::new(), Instant::now());
        queue.push(start, &room("a"), 1).unwrap();
        let mut now = start;
        let mut rests = Vec::new();
        while begin(&mut queue, now) == [1] && queue.settle(now, &room("a"), Outcome::Failed) == Settled::Again {
            let next = queue.deadline().unwrap();
            assert_eq!(begin(&mut queue, next - Duration::from_millis(1)), [0; 0]);
            rests.push((next - now).as_millis());
            now = next;
        }
        assert_eq!(rests[..8], [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert!(now - start >= MAX_AGE && now - start <= MAX_AGE + LAST_REST, "{:?}", now - start);
        assert_eq!(queue.waiting(), 0);
    }

    #[test]
    fn what_is_too_much_is_turned_away() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        for number in 0..MAX_WAITING {
            queue.push(now, &room(&(number % 50).to_string()), 1).unwrap();
        }
        assert_eq!(queue.push(now, &room("more"), 1), Err(Full));
        assert_eq!(begin(&mut queue, now).len(), MAX_POSTS, "and not all is posted at once");
        queue.settle(now, &room("0"), Outcome::Taken);
        assert_eq!(queue.push(now, &room("more"), 1), Ok(()));
    }

    #[test]
    fn rooms_take_turns() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        let rooms: Vec<RoomSid> = (0..=MAX_POSTS).map(|number| room(&number.to_string())).collect();
        for _ in 0..2 {
            for (what, room) in (0..).zip(&rooms) {
                queue.push(now, room, what).unwrap();
            }
        }
        begin(&mut queue, now);
        queue.settle(now, &rooms[0], Outcome::Taken);
        assert_eq!(begin(&mut queue, now), [MAX_POSTS as u32], "before the second one of the first room");
    }

    #[test]
    fn a_stop_does_not_wait_for_rests() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.push(now, &room("a"), 1).unwrap();
        begin(&mut queue, now);
        queue.settle(now, &room("a"), Outcome::Failed);
        queue.hurry();
        assert_eq!(begin(&mut queue, now), [1]);
    }
}
