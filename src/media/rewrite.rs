//! One subscriber's numbering of a track: sequence numbers without gaps and timestamps without jumps, over packets
//! that are left out, arrive late, or come from another layer after a switch.
//!
//! The mapping is kept as a few offsets, not as a table of packets: what a subscriber calls packet *n* can be asked
//! back ([`Rewriter::origin`]), which is all that answering a NACK needs.

use std::{collections::VecDeque, time::Instant};

use super::vp8::{Descriptor, Renumbering};

/// How many left-out packets are remembered for late arrivals and NACKs.
const REMEMBERED_SKIPS: usize = 64;

/// Ticks of a clock rate that a switch without better knowledge leaves between the last packet and the first.
const MIN_STEP: u32 = 1;

/// Packets of one source as one subscriber knows them. `S` names the source.
#[derive(Debug)]
pub struct Rewriter<S> {
    clock_rate: u32,
    current: Option<Mapping<S>>,
    /// The mapping before the last switch, for NACKs that look across it.
    previous: Option<Mapping<S>>,
    last: Option<Last>,
    /// Packet index (roll-over count and sequence number) of the next packet.
    next_index: u64,
}

#[derive(Clone, Debug)]
struct Mapping<S> {
    source: S,
    /// Source index of the first packet, and the index it became.
    first_in: u64,
    first_out: u64,
    /// Highest source index seen, forwarded or left out.
    highest_in: u64,
    /// Left-out source indexes above `first_in`, ascending, the latest few of `skipped_total`.
    skipped: VecDeque<u64>,
    skipped_total: u64,
    /// Below this source index the skips are forgotten.
    known_from: u64,
    timestamp_offset: u32,
    renumbering: Renumbering,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    timestamp: u32,
    at: Instant,
    picture_id: u16,
    tl0_pic_idx: u8,
}

/// A packet's numbers towards the subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// Roll-over count and sequence number; the low 16 bits go into the header.
    pub index: u64,
    pub timestamp: u32,
    pub renumbering: Renumbering,
}

impl<S: Copy + PartialEq> Rewriter<S> {
    /// `start` is the index of the first packet; below 2^15, so that the receiver cannot misjudge the roll-over count (RFC 3711 section 3.3.1).
    pub fn new(start: u16, clock_rate: u32) -> Self {
        Self { clock_rate, current: None, previous: None, last: None, next_index: u64::from(start & 0x7fff) }
    }

    /// The source being forwarded.
    pub fn source(&self) -> Option<S> {
        self.current.as_ref().map(|mapping| mapping.source)
    }

    /// How far outgoing timestamps are ahead of the current source's.
    pub fn timestamp_offset(&self) -> Option<u32> {
        self.current.as_ref().map(|mapping| mapping.timestamp_offset)
    }

    /// The timestamp of the last packet sent.
    pub fn last_timestamp(&self) -> Option<u32> {
        self.last.map(|last| last.timestamp)
    }

    /// Stops forwarding; the next [`Rewriter::switch`] goes on where this left off.
    pub fn pause(&mut self) {
        if let Some(mapping) = self.current.take() {
            self.previous = Some(mapping);
        }
    }

    /// Goes over to a source at its packet `index`. `aligned_offset` is the timestamp offset at which both sources'
    /// clocks agree, where sender reports told it; it is used unless it would turn time back or leap ahead.
    pub fn switch(
        &mut self,
        source: S,
        index: u64,
        timestamp: u32,
        descriptor: &Descriptor,
        aligned_offset: Option<u32>,
        now: Instant,
    ) {
        let mut mapping = Mapping {
            source,
            first_in: index,
            first_out: self.next_index,
            highest_in: index.wrapping_sub(1),
            skipped: VecDeque::new(),
            skipped_total: 0,
            known_from: index,
            timestamp_offset: 0,
            renumbering: Renumbering::default(),
        };
        if let Some(last) = self.last {
            let elapsed = now.saturating_duration_since(last.at).as_micros();
            let ticks = (elapsed.saturating_mul(u128::from(self.clock_rate)) / 1_000_000) as u32;
            let by_elapsed = last.timestamp.wrapping_add(ticks.max(MIN_STEP));
            let target = match aligned_offset.map(|offset| timestamp.wrapping_add(offset)) {
                Some(aligned) if self.plausible(last.timestamp, aligned, ticks) => {
                    if (aligned.wrapping_sub(last.timestamp) as i32) < MIN_STEP as i32 {
                        last.timestamp.wrapping_add(MIN_STEP)
                    } else {
                        aligned
                    }
                }
                _ => by_elapsed,
            };
            mapping.timestamp_offset = target.wrapping_sub(timestamp);
            if let Some(id) = descriptor.picture_id {
                mapping.renumbering.picture_id = last.picture_id.wrapping_add(1).wrapping_sub(id.value);
            }
            if let Some((_, tl0)) = descriptor.tl0_pic_idx {
                mapping.renumbering.tl0_pic_idx = last.tl0_pic_idx.wrapping_add(1).wrapping_sub(tl0);
            }
        }
        if let Some(before) = self.current.replace(mapping) {
            self.previous = Some(before);
        }
    }

    /// Within a second of what the elapsed time says. A little behind is plausible: another layer's copy of the same picture.
    fn plausible(&self, last: u32, aligned: u32, elapsed_ticks: u32) -> bool {
        let step = i64::from(aligned.wrapping_sub(last) as i32);
        (step - i64::from(elapsed_ticks)).abs() < i64::from(self.clock_rate)
    }

    /// The numbers of the current source's packet `index`, or `None` where it must not be forwarded: from before
    /// the switch, left out before, or too old to tell.
    pub fn rewrite(&mut self, index: u64, timestamp: u32, descriptor: &Descriptor, now: Instant) -> Option<Rewritten> {
        let mapping = self.current.as_mut()?;
        let rewritten = mapping.rewrite(index, timestamp)?;
        mapping.highest_in = mapping.highest_in.max(index);
        if rewritten.index >= self.next_index {
            self.next_index = rewritten.index + 1;
            let before = self.last.unwrap_or(Last { timestamp: 0, at: now, picture_id: 0, tl0_pic_idx: 0 });
            self.last = Some(Last {
                timestamp: rewritten.timestamp,
                at: now,
                picture_id: descriptor
                    .picture_id
                    .map_or(before.picture_id, |id| id.value.wrapping_add(rewritten.renumbering.picture_id)),
                tl0_pic_idx: descriptor
                    .tl0_pic_idx
                    .map_or(before.tl0_pic_idx, |(_, tl0)| tl0.wrapping_add(rewritten.renumbering.tl0_pic_idx)),
            });
        }
        Some(rewritten)
    }

    /// Leaves the current source's packet `index` out and closes the gap, if nothing behind it was forwarded yet.
    pub fn skip(&mut self, index: u64) {
        let Some(mapping) = &mut self.current else { return };
        if index <= mapping.highest_in && mapping.highest_in >= mapping.first_in || index < mapping.first_in {
            return;
        }
        mapping.highest_in = index;
        mapping.skipped_total += 1;
        mapping.skipped.push_back(index);
        if mapping.skipped.len() > REMEMBERED_SKIPS
            && let Some(forgotten) = mapping.skipped.pop_front()
        {
            mapping.known_from = forgotten + 1;
        }
    }

    /// Which source packet was sent under the sequence number `sequence`, and with which numbers.
    /// `None` if it was never sent or is too old to tell.
    pub fn origin(&self, sequence: u16) -> Option<(S, u64, Origin)> {
        let newest = self.next_index.checked_sub(1)?;
        let index = newest.checked_sub(u64::from((newest as u16).wrapping_sub(sequence)))?;
        let mapping = [&self.current, &self.previous].into_iter().flatten().find(|m| index >= m.first_out)?;
        let source_index = mapping.invert(index)?;
        Some((
            mapping.source,
            source_index,
            Origin { timestamp_offset: mapping.timestamp_offset, renumbering: mapping.renumbering },
        ))
    }
}

/// What was added to a source packet's own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub timestamp_offset: u32,
    pub renumbering: Renumbering,
}

impl<S> Mapping<S> {
    fn rewrite(&self, index: u64, timestamp: u32) -> Option<Rewritten> {
        if index < self.first_in || index < self.known_from || self.skipped.contains(&index) {
            return None;
        }
        let skipped_after = self.skipped.iter().rev().take_while(|&&skipped| skipped > index).count() as u64;
        Some(Rewritten {
            index: self.first_out + (index - self.first_in) - (self.skipped_total - skipped_after),
            timestamp: timestamp.wrapping_add(self.timestamp_offset),
            renumbering: self.renumbering,
        })
    }

    fn invert(&self, index: u64) -> Option<u64> {
        let mut source_index = index.checked_sub(self.first_out)? + self.first_in + self.skipped_total;
        for &skipped in self.skipped.iter().rev() {
            if source_index > skipped {
                break;
            }
            source_index -= 1;
        }
        (source_index >= self.known_from && source_index <= self.highest_in).then_some(source_index)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, time::Duration};

    use proptest::prelude::*;

    use super::*;

    const RATE: u32 = 90_000;

    fn at(ms: u64) -> Instant {
        use std::sync::LazyLock;
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        *START + Duration::from_millis(ms)
    }

    fn vp8(picture_id: u16, tl0: u8) -> Descriptor {
        let id = (picture_id | 0x8000).to_be_bytes();
        Descriptor::parse(&[0x90, 0xc0, id[0], id[1], tl0, 0x10])
    }

    fn started(source: char, index: u64, timestamp: u32) -> Rewriter<char> {
        let mut rewriter = Rewriter::new(100, RATE);
        rewriter.switch(source, index, timestamp, &Descriptor::default(), None, at(0));
        rewriter
    }

    fn rewrite(rewriter: &mut Rewriter<char>, index: u64, timestamp: u32, ms: u64) -> Option<Rewritten> {
        rewriter.rewrite(index, timestamp, &Descriptor::default(), at(ms))
    }

    #[test]
    fn packets_keep_their_distance_over_loss_and_reordering() {
        let mut rewriter = started('q', 65_534, 9);
        let indexes: Vec<_> = [65_534, 65_536, 65_535, 65_540]
            .into_iter()
            .map(|index| rewrite(&mut rewriter, index, 9, 0).map(|out| out.index))
            .collect();
        assert_eq!(indexes, [Some(100), Some(102), Some(101), Some(106)]);
    }

    #[test]
    fn a_packet_from_before_the_switch_is_not_forwarded() {
        let mut rewriter = started('q', 500, 9);
        assert_eq!(rewrite(&mut rewriter, 499, 9, 0), None);
    }

    #[test]
    fn left_out_packets_close_the_gap_and_late_ones_before_them_still_fit() {
        let mut rewriter = started('q', 10, 0);
        assert_eq!(rewrite(&mut rewriter, 10, 0, 0).map(|o| o.index), Some(100));
        rewriter.skip(12);
        assert_eq!(rewrite(&mut rewriter, 13, 0, 0).map(|o| o.index), Some(102));
        assert_eq!(rewrite(&mut rewriter, 11, 0, 0).map(|o| o.index), Some(101));
        assert_eq!(rewrite(&mut rewriter, 12, 0, 0), None);
        assert_eq!(rewriter.origin(102).map(|(_, index, _)| index), Some(13));
        assert_eq!(rewriter.origin(101).map(|(_, index, _)| index), Some(11));
    }

    #[test]
    fn a_switch_goes_on_without_a_gap_in_sequence_picture_id_and_tl0() {
        let mut rewriter = Rewriter::new(7, RATE);
        rewriter.switch('q', 1, 1_000, &vp8(0x7fff, 255), None, at(0));
        let first = rewriter.rewrite(1, 1_000, &vp8(0x7fff, 255), at(0)).expect("forwarded");
        assert_eq!((first.index, first.timestamp), (7, 1_000));
        assert_eq!(first.renumbering, Renumbering::default());

        rewriter.switch('h', 9_000, 77, &vp8(40, 3), None, at(100));
        let second = rewriter.rewrite(9_000, 77, &vp8(40, 3), at(100)).expect("forwarded");
        assert_eq!((second.index, second.timestamp), (8, 1_000 + 9_000));
        assert_eq!(40u16.wrapping_add(second.renumbering.picture_id) & 0x7fff, 0);
        assert_eq!(3u8.wrapping_add(second.renumbering.tl0_pic_idx), 0);
        assert_eq!(rewriter.origin(7).map(|(source, index, _)| (source, index)), Some(('q', 1)));
        assert_eq!(rewriter.origin(8).map(|(source, index, _)| (source, index)), Some(('h', 9_000)));
    }

    #[test]
    fn clocks_known_from_sender_reports_decide_the_timestamp_unless_they_are_absurd() {
        let offset = |aligned: u32| {
            let mut rewriter = started('q', 1, 50_000);
            rewrite(&mut rewriter, 1, 50_000, 0);
            rewriter.switch('h', 1, 0, &Descriptor::default(), Some(aligned), at(100));
            rewrite(&mut rewriter, 1, 0, 100).map(|out| out.timestamp)
        };
        assert_eq!(offset(50_000 + 8_700), Some(58_700));
        assert_eq!(offset(50_000 - 30), Some(50_001), "another layer's copy of the picture just sent");
        assert_eq!(offset(50_000 + 900_000), Some(59_000), "ten seconds ahead: not believed");
    }

    #[test]
    fn a_pause_and_a_return_leave_no_gap_in_the_sequence() {
        let mut rewriter = started('q', 1, 0);
        rewrite(&mut rewriter, 1, 0, 0);
        rewriter.pause();
        assert_eq!(rewrite(&mut rewriter, 2, 0, 10), None);
        rewriter.switch('q', 900, 81_000, &Descriptor::default(), None, at(1_000));
        assert_eq!(rewrite(&mut rewriter, 900, 81_000, 1_000).map(|o| (o.index, o.timestamp)), Some((101, 90_000)));
    }

    #[test]
    fn what_was_never_sent_has_no_origin() {
        let mut rewriter = started('q', 1, 0);
        assert_eq!(rewriter.origin(99), None);
        rewrite(&mut rewriter, 1, 0, 0);
        assert_eq!(rewriter.origin(101), None);
        assert_eq!(rewriter.origin(99), None);
    }

    proptest! {
        /// A stream with losses, left-out packets, local reordering and switches: in-order packets of one source are
        /// numbered without gaps of our making, no number is given twice, and every number leads back to its packet.
        #[test]
        fn numbers_are_dense_unique_and_lead_back(
            start in 0u64..200_000,
            steps in proptest::collection::vec((0u8..20, 0u8..4), 1..400),
        ) {
            let mut rewriter = Rewriter::new(5, RATE);
            let (mut source, mut index) = (0u32, start);
            let mut sent: HashMap<u64, (u32, u64)> = HashMap::new();
            let mut lost_in_flight = 0u64;
            let mut held: Option<u64> = None;
            rewriter.switch(source, index, 0, &Descriptor::default(), None, at(0));
            let mut send = |rewriter: &mut Rewriter<u32>, source, index| {
                if let Some(out) = rewriter.rewrite(index, 0, &Descriptor::default(), at(0)) {
                    assert_eq!(sent.insert(out.index, (source, index)), None, "a number given twice");
                    let (s, i, _) = rewriter.origin(out.index as u16).expect("just sent");
                    assert_eq!((s, i), (source, index));
                }
            };
            send(&mut rewriter, source, index);
            for (step, _) in steps {
                match step {
                    0 => { // the network loses one
                        index += 1;
                        lost_in_flight += 1;
                    }
                    1..=3 => { index += 1; rewriter.skip(index); }
                    4 => { // one comes late
                        if held.is_none() { index += 1; held = Some(index); }
                    }
                    5 => {
                        if held.take().is_some() { lost_in_flight += 1; }
                        source += 1;
                        index = start + u64::from(source) * 777;
                        rewriter.switch(source, index, 0, &Descriptor::default(), None, at(0));
                        send(&mut rewriter, source, index);
                    }
                    _ => {
                        index += 1;
                        send(&mut rewriter, source, index);
                        if let Some(late) = held.take() { send(&mut rewriter, source, late); }
                    }
                }
            }
            let (low, high) = (sent.keys().min().copied(), sent.keys().max().copied());
            let (low, high) = (low.expect("sent"), high.expect("sent"));
            prop_assert!(high - low < sent.len() as u64 + lost_in_flight + 1);
        }
    }
}
