//! Packets of a received stream that have not come, and when to ask for them again (RFC 4585 section 6.2.1).

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Left to reordering before the first request.
const REORDERING: Duration = Duration::from_millis(15);
/// Between requests for the same packet.
const RETRY: Duration = Duration::from_millis(60);
const MAX_REQUESTS: u8 = 8;
/// A larger gap is a break of the stream, not a loss: nothing is asked for.
const MAX_GAP: u64 = 300;
const MAX_MISSING: usize = 300;

#[derive(Debug, Default)]
pub struct Missing {
    /// Ascending by index.
    packets: VecDeque<Packet>,
}

#[derive(Clone, Copy, Debug)]
struct Packet {
    index: u64,
    next_request: Instant,
    requests: u8,
}

impl Missing {
    /// Everything from `from` up to `to`, exclusive, was passed over. Both are above what was passed over before.
    pub fn passed_over(&mut self, from: u64, to: u64, now: Instant) {
        if to.saturating_sub(from) > MAX_GAP {
            self.packets.clear();
            return;
        }
        let next_request = now + REORDERING;
        self.packets.extend((from..to).map(|index| Packet { index, next_request, requests: 0 }));
        while self.packets.len() > MAX_MISSING {
            self.packets.pop_front();
        }
    }

    /// A late packet came; true if it was missed.
    pub fn arrived(&mut self, index: u64) -> bool {
        let found = self.packets.binary_search_by_key(&index, |packet| packet.index);
        found.ok().and_then(|position| self.packets.remove(position)).is_some()
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.packets.iter().map(|packet| packet.next_request).min()
    }

    /// The indexes to ask for now, ascending.
    pub fn due(&mut self, now: Instant) -> Vec<u64> {
        self.packets.retain(|packet| packet.requests < MAX_REQUESTS || packet.next_request > now);
        let due = self.packets.iter_mut().filter(|packet| packet.next_request <= now);
        due.map(|packet| {
            packet.requests += 1;
            packet.next_request = now + RETRY;
            packet.index
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_after_a_pause_again_after_another_and_gives_up_in_the_end() {
        let start = Instant::now();
        let mut missing = Missing::default();
        missing.passed_over(5, 8, start);
        assert!(missing.due(start).is_empty(), "may be reordering");
        let mut now = start + REORDERING;
        assert_eq!(missing.next_deadline(), Some(now));
        assert_eq!(missing.due(now), [5, 6, 7]);
        assert!(missing.arrived(6));
        assert!(!missing.arrived(6));
        for _ in 1..MAX_REQUESTS {
            now += RETRY;
            assert_eq!(missing.due(now), [5, 7]);
        }
        now += RETRY;
        assert!(missing.due(now).is_empty());
        assert_eq!(missing.next_deadline(), None);
    }

    #[test]
    fn a_break_of_the_stream_is_not_asked_for_and_memory_is_bounded() {
        let start = Instant::now();
        let mut missing = Missing::default();
        missing.passed_over(1, 10_000, start);
        assert_eq!(missing.next_deadline(), None);
        for step in 0..100 {
            missing.passed_over(step * 200, step * 200 + 199, start);
        }
        assert_eq!(missing.packets.len(), MAX_MISSING);
    }
}
