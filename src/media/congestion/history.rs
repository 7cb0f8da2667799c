//! What was sent to one peer under which transport-wide number, until its feedback tells what became of it.

use std::time::Duration;

/// Entries to begin with, and at most: half a second of three megabits, four seconds of ten.
const FIRST: usize = 256;
const MOST: usize = 4_096;
/// An entry younger than this is worth more room.
const WINDOW_US: u64 = Duration::from_millis(1_500).as_micros() as u64;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Microseconds after the epoch.
    pub at_us: u64,
    pub bytes: u16,
    /// The probe that it belongs to; 0 for none.
    pub probe: u8,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    #[default]
    Unknown,
    Lost,
    Arrived,
}

#[derive(Debug)]
pub struct History {
    /// By number modulo its length, which is a power of two.
    entries: Box<[Sent]>,
    next: u64,
}

impl Default for History {
    fn default() -> Self {
        Self { entries: vec![Sent::default(); FIRST].into(), next: 0 }
    }
}

impl History {
    /// Notes a packet and returns its number; the low 16 bits go on the wire.
    pub fn push(&mut self, at_us: u64, bytes: u16, probe: u8) -> u64 {
        let number = self.next;
        if number >= self.entries.len() as u64
            && at_us.saturating_sub(self.entries[self.position(number)].at_us) < WINDOW_US
        {
            self.grow();
        }
        let position = self.position(number);
        self.entries[position] = Sent { at_us, bytes, probe, fate: Fate::Unknown };
        self.next += 1;
        number
    }

    /// How many packets were sent in all.
    pub fn sent(&self) -> u64 {
        self.next
    }

    /// The newest number with these low bits, if its entry is still there.
    pub fn find(&self, low: u16) -> Option<u64> {
        let newest = self.next.checked_sub(1)?;
        let number = newest.checked_sub(u64::from((newest as u16).wrapping_sub(low)))?;
        (self.next - number <= self.entries.len() as u64).then_some(number)
    }

    /// It arrived: the entry, unless that was known.
    pub fn arrived(&mut self, number: u64) -> Option<Sent> {
        let entry = self.entry(number)?;
        (std::mem::replace(&mut entry.fate, Fate::Arrived) != Fate::Arrived).then_some(*entry)
    }

    /// It had not arrived when its feedback was written: the entry, unless it was told of before.
    pub fn missed(&mut self, number: u64) -> Option<Sent> {
        let entry = self.entry(number).filter(|entry| entry.fate == Fate::Unknown)?;
        entry.fate = Fate::Lost;
        Some(*entry)
    }

    fn entry(&mut self, number: u64) -> Option<&mut Sent> {
        let position = self.position(number);
        self.entries.get_mut(position)
    }

    fn position(&self, number: u64) -> usize {
        number as usize & (self.entries.len() - 1)
    }

    fn grow(&mut self) {
        let len = self.entries.len();
        if len >= MOST {
            return;
        }
        let mut larger = vec![Sent::default(); len * 2];
        for number in self.next.saturating_sub(len as u64)..self.next {
            larger[number as usize & (len * 2 - 1)] = self.entries[self.position(number)];
        }
        self.entries = larger.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_low_bits_over_roll_over_and_growth() {
        let mut history = History::default();
        for number in 0..70_000u64 {
            assert_eq!(history.push(number * 1_000, 100, 0), number);
        }
        assert_eq!(history.find(69_999u64 as u16), Some(69_999));
        assert_eq!(history.find(68_999u64 as u16), Some(68_999), "a second ago");
        assert_eq!(history.find(60_000u64 as u16), None, "long overwritten");
        assert_eq!(history.find(70_000u64 as u16), None, "never sent");
        assert_eq!(history.arrived(69_000).map(|sent| sent.at_us), Some(69_000_000));
    }

    #[test]
    fn a_fate_is_told_once_and_a_loss_may_be_taken_back() {
        let mut history = History::default();
        let number = history.push(5, 100, 3);
        assert!(history.missed(number).is_some() && history.missed(number).is_none());
        assert_eq!(history.arrived(number).map(|sent| sent.probe), Some(3));
        assert!(history.arrived(number).is_none() && history.missed(number).is_none());
    }

    #[test]
    fn it_does_not_grow_for_a_slow_stream() {
        let mut history = History::default();
        for number in 0..10_000u64 {
            history.push(number * 20_000, 100, 0);
        }
        assert_eq!(history.entries.len(), FIRST);
    }
}
