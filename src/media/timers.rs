//! One deadline heap for everything a worker waits for, so that no loop ever scans its peers.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    hash::Hash,
    time::Instant,
};

/// Moved deadlines that the heap may keep, beside as many as there are standing ones, before it is built anew.
const STALE: usize = 64;

/// At most one deadline a key; setting it again moves it.
#[derive(Debug)]
pub struct Timers<K> {
    heap: BinaryHeap<Reverse<(Instant, K)>>,
    deadlines: HashMap<K, Instant>,
}

impl<K: Copy + Eq + Ord + Hash> Default for Timers<K> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), deadlines: HashMap::new() }
    }
}

impl<K: Copy + Eq + Ord + Hash> Timers<K> {
    pub fn len(&self) -> usize {
        self.deadlines.len()
    }

    pub fn set(&mut self, key: K, at: Instant) {
        if self.deadlines.insert(key, at) != Some(at) {
            self.heap.push(Reverse((at, key)));
            if self.heap.len() > 2 * self.deadlines.len() + STALE {
                self.heap = self.deadlines.iter().map(|(&key, &at)| Reverse((at, key))).collect();
            }
        }
    }

    /// Sets the deadline unless an earlier one stands.
    pub fn set_earliest(&mut self, key: K, at: Instant) {
        if self.deadlines.get(&key).is_none_or(|&standing| at < standing) {
            self.set(key, at);
        }
    }

    pub fn clear(&mut self, key: K) {
        self.deadlines.remove(&key);
    }

    pub fn next_deadline(&mut self) -> Option<Instant> {
        self.drop_stale();
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one key whose deadline has come.
    pub fn pop_due(&mut self, now: Instant) -> Option<K> {
        self.drop_stale();
        let Reverse((at, key)) = *self.heap.peek()?;
        if at > now {
            return None;
        }
        self.heap.pop();
        self.deadlines.remove(&key);
        Some(key)
    }

    fn drop_stale(&mut self) {
        while let Some(Reverse((at, key))) = self.heap.peek() {
            if self.deadlines.get(key) == Some(at) {
                break;
            }
            self.heap.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_moved_or_cleared_deadline_does_not_fire_at_its_old_time() {
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        let mut timers = Timers::default();
        timers.set('a', at(1));
        timers.set('b', at(2));
        timers.set('a', at(5));
        timers.set_earliest('b', at(9));
        timers.set('c', at(3));
        timers.clear('c');
        assert_eq!(timers.next_deadline(), Some(at(2)));
        assert_eq!(timers.pop_due(at(4)), Some('b'));
        assert_eq!(timers.pop_due(at(4)), None);
        assert_eq!(timers.pop_due(at(5)), Some('a'));
        assert_eq!(timers.next_deadline(), None);
    }

    #[test]
    fn a_deadline_moved_there_and_back_fires_once() {
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        let mut timers = Timers::default();
        timers.set('a', at(1));
        timers.set('a', at(2));
        timers.set('a', at(1));
        assert_eq!(timers.pop_due(at(3)), Some('a'));
        assert_eq!(timers.pop_due(at(3)), None);
    }

    #[test]
    fn a_deadline_that_is_moved_with_every_packet_does_not_fill_the_heap() {
        let start = Instant::now();
        let mut timers = Timers::default();
        timers.set('a', start);
        for ms in 1..100_000 {
            timers.set('b', start + Duration::from_millis(ms));
            assert!(timers.heap.len() <= 2 * timers.len() + STALE);
        }
        assert_eq!(timers.pop_due(start), Some('a'));
        assert_eq!(timers.next_deadline(), Some(start + Duration::from_millis(99_999)));
    }
}
