//! The latest packets of one received stream, kept for forwarding and for retransmission.
//!
//! Payloads lie one after another in an arena that is written round and round; it grows, up to a limit, while it
//! would otherwise forget packets younger than [`WINDOW`].

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::vp8::Descriptor;

/// Packets younger than this are worth keeping: a receiver that asks for one later has given up on the picture.
const WINDOW: Duration = Duration::from_secs(1);
const FIRST_ARENA: usize = 16 * 1024;

#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    pub timestamp: u32,
    pub marker: bool,
    pub descriptor: Descriptor,
    /// Sound with frames of earlier packets.
    pub redundant: bool,
    pub payload: &'a [u8],
}

#[derive(Debug)]
pub struct PacketRing {
    arena: Vec<u8>,
    arena_limit: usize,
    /// Where the next payload goes.
    head: usize,
    /// By source index modulo its length.
    slots: Box<[Option<Slot>]>,
    /// Packets that have bytes in the arena, oldest first: in the order in which it is overwritten.
    written: VecDeque<Written>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    index: u64,
    start: u32,
    len: u16,
    timestamp: u32,
    marker: bool,
    descriptor: Descriptor,
    redundant: bool,
}

#[derive(Clone, Copy, Debug)]
struct Written {
    index: u64,
    start: usize,
    at: Instant,
}

impl PacketRing {
    /// `packets` is how many to keep at most, `bytes` the limit of their payloads together.
    pub fn new(packets: usize, bytes: usize) -> Self {
        Self {
            arena: Vec::new(),
            arena_limit: bytes,
            head: 0,
            slots: vec![None; packets.max(1)].into(),
            written: VecDeque::new(),
        }
    }

    /// Keeps a packet; false when it was there already or does not fit at all.
    pub fn insert(&mut self, index: u64, packet: Packet<'_>, now: Instant) -> bool {
        let len = packet.payload.len();
        let position = self.position(index);
        if self.slots[position].is_some_and(|slot| slot.index >= index) || len > usize::from(u16::MAX) {
            return false;
        }
        let Some(start) = self.reserve(len, now) else { return false };
        self.arena[start..start + len].copy_from_slice(packet.payload);
        self.head = start + len;
        if len > 0 {
            self.written.push_back(Written { index, start, at: now });
        }
        self.slots[position] = Some(Slot {
            index,
            start: start as u32,
            len: len as u16,
            timestamp: packet.timestamp,
            marker: packet.marker,
            descriptor: packet.descriptor,
            redundant: packet.redundant,
        });
        true
    }

    pub fn get(&self, index: u64) -> Option<Packet<'_>> {
        let slot = self.slots[self.position(index)].filter(|slot| slot.index == index)?;
        let start = slot.start as usize;
        Some(Packet {
            timestamp: slot.timestamp,
            marker: slot.marker,
            descriptor: slot.descriptor,
            redundant: slot.redundant,
            payload: self.arena.get(start..start + usize::from(slot.len))?,
        })
    }

    fn position(&self, index: u64) -> usize {
        (index % self.slots.len() as u64) as usize
    }

    /// Makes room for `len` bytes and returns where.
    fn reserve(&mut self, len: usize, now: Instant) -> Option<usize> {
        if len > self.arena_limit {
            return None;
        }
        if self.head + len > self.arena.len() && !self.grow(len, now) {
            // Wrap: what lies between here and the end is the oldest.
            while self.written.front().is_some_and(|oldest| oldest.start >= self.head) {
                self.forget_oldest();
            }
            self.head = 0;
        }
        let end = self.head + len;
        // What lies behind the head is of the round before; what lies below it is newer and out of reach.
        while self.written.front().is_some_and(|oldest| (self.head..end).contains(&oldest.start)) {
            self.forget_oldest();
        }
        Some(self.head)
    }

    /// At the end of the arena: grows instead of wrapping while the packet that wrapping would overwrite is young.
    fn grow(&mut self, len: usize, now: Instant) -> bool {
        let needed = self.head + len;
        let young = self.written.front().is_none_or(|oldest| now.saturating_duration_since(oldest.at) < WINDOW);
        if !young || needed > self.arena_limit {
            return false;
        }
        let size = (self.arena.len() * 2).max(FIRST_ARENA).max(needed).min(self.arena_limit);
        self.arena.resize(size, 0);
        true
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.written.pop_front() {
            let position = self.position(oldest.index);
            if self.slots[position].is_some_and(|slot| slot.index == oldest.index) {
                self.slots[position] = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(payload: &[u8]) -> Packet<'_> {
        Packet { timestamp: 1, marker: false, descriptor: Descriptor::default(), redundant: false, payload }
    }

    #[test]
    fn keeps_what_it_has_room_for_and_knows_what_it_has_not() {
        let start = Instant::now();
        let mut ring = PacketRing::new(4, 1_000_000);
        for index in 0..6u64 {
            assert!(ring.insert(index, packet(&[index as u8; 3]), start));
        }
        assert!(ring.get(1).is_none());
        assert_eq!(ring.get(5).map(|p| p.payload.to_vec()), Some(vec![5; 3]));
        assert!(!ring.insert(5, packet(&[9]), start), "a second copy");
        assert!(!ring.insert(1, packet(&[9]), start), "older than what took its place");
    }

    #[test]
    fn grows_for_young_packets_only() {
        let start = Instant::now();
        let mut ring = PacketRing::new(512, 64 * 1024);
        for index in 0..40 {
            ring.insert(index, packet(&[0; 1_000]), start);
        }
        assert!(ring.get(0).is_some(), "all of the last second is there");
        let mut slow = PacketRing::new(512, 64 * 1024);
        for index in 0..400u64 {
            slow.insert(index, packet(&[0; 1_000]), start + Duration::from_millis(500 * index));
        }
        assert_eq!(slow.arena.len(), FIRST_ARENA);
    }

    #[test]
    fn an_empty_packet_does_not_shield_the_bytes_behind_it() {
        let start = Instant::now();
        let mut ring = PacketRing::new(64, FIRST_ARENA);
        let half = FIRST_ARENA / 2;
        for (index, len) in [(0, half), (1, 0), (2, half), (3, half), (4, half)] {
            assert!(ring.insert(index, packet(&vec![index as u8; len]), start));
        }
        assert!(ring.get(2).is_none(), "overwritten by 4");
        assert_eq!(ring.get(1).map(|p| p.payload.len()), Some(0));
        assert_eq!(ring.get(4).map(|p| p.payload[0]), Some(4));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_024, ..ProptestConfig::default() })]

        #[test]
        fn a_packet_that_is_there_is_the_one_that_was_put_in(
            sizes in proptest::collection::vec((0usize..1_500, 0u64..5, 0u64..200), 1..300),
        ) {
            let mut now = Instant::now();
            let mut ring = PacketRing::new(64, 20_000);
            let mut index = 0u64;
            let mut kept = std::collections::HashMap::new();
            for (len, step, ms) in sizes {
                index += step;
                now += Duration::from_millis(ms);
                let payload: Vec<u8> = (0..len).map(|i| (i as u64 * 7 + index) as u8).collect();
                if ring.insert(index, packet(&payload), now) {
                    kept.insert(index, payload);
                }
                for (index, payload) in &kept {
                    if let Some(found) = ring.get(*index) {
                        prop_assert_eq!(found.payload, &payload[..]);
                    }
                }
                prop_assert!(ring.arena.len() <= 20_000);
            }
        }
    }
}
