//! Feedback on what arrived and when, by transport-wide sequence number
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01): ours to those who send, without which a browser sends next to
//! nothing, and theirs to us.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::rtcp::OUR_SSRC;

/// Arrivals kept between two feedbacks at most; the oldest go first.
const MAX_PENDING: usize = 2_000;
/// Sequence numbers reported in one packet at most, so that it fits a datagram.
const MAX_REPORTED: u64 = 400;
/// A number this far behind the last reported one is not reported any more.
const MAX_BEHIND: u64 = 200;

const DELTA_TICK_US: i64 = 250;
const REFERENCE_TICK_US: i64 = 64_000;

/// What one peer's packets did on the way to us.
#[derive(Debug)]
pub struct Arrivals {
    epoch: Instant,
    /// Unwrapped sequence number → arrival in microseconds after the epoch.
    pending: BTreeMap<u64, i64>,
    highest: Option<u64>,
    next_to_report: Option<u64>,
    feedback_count: u8,
    media_ssrc: u32,
}

impl Arrivals {
    pub fn new(epoch: Instant) -> Self {
        Self { epoch, pending: BTreeMap::new(), highest: None, next_to_report: None, feedback_count: 0, media_ssrc: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Notes an authenticated packet; only the first arrival of a number counts.
    pub fn record(&mut self, sequence: u16, media_ssrc: u32, now: Instant) {
        let index = match self.highest {
            // Room below, so that an early reordering does not fall under zero.
            None => 65_536 + u64::from(sequence),
            Some(highest) => {
                let step = i64::from(sequence.wrapping_sub(highest as u16) as i16);
                let Some(index) = highest.checked_add_signed(step) else { return };
                index
            }
        };
        self.highest = self.highest.max(Some(index));
        self.media_ssrc = media_ssrc;
        if self.next_to_report.is_some_and(|next| index + MAX_BEHIND < next) {
            return;
        }
        let micros = now.saturating_duration_since(self.epoch).as_micros() as i64;
        self.pending.entry(index).or_insert(micros);
        if self.pending.len() > MAX_PENDING {
            self.pending.pop_first();
        }
    }

    /// Appends one feedback packet about the oldest unreported numbers; false when there is nothing to tell.
    pub fn write_feedback(&mut self, out: &mut Vec<u8>) -> bool {
        let Some((&first, &first_at)) = self.pending.first_key_value() else { return false };
        let Some((&last, _)) = self.pending.last_key_value() else { return false };
        // From the end of the last report on, so that losses between the two are told, unless packets came late.
        let base = self.next_to_report.map_or(first, |next| next.clamp(first.saturating_sub(MAX_REPORTED / 2), first));
        let reference = first_at.div_euclid(REFERENCE_TICK_US);
        let mut clock = reference * REFERENCE_TICK_US;
        let mut symbols: Vec<u16> = Vec::new();
        let mut deltas: Vec<u8> = Vec::new();
        let mut end = base;
        for index in base..=last.min(base + MAX_REPORTED - 1) {
            match self.pending.get(&index) {
                None => symbols.push(0),
                Some(&at) => {
                    let delta = (at - clock).div_euclid(DELTA_TICK_US);
                    if let Ok(small) = u8::try_from(delta) {
                        symbols.push(1);
                        deltas.push(small);
                    } else if let Ok(large) = i16::try_from(delta) {
                        symbols.push(2);
                        deltas.extend_from_slice(&large.to_be_bytes());
                    } else {
                        break; // too far apart for one packet; the rest comes with the next
                    }
                    clock += delta * DELTA_TICK_US;
                }
            }
            end = index + 1;
        }
        self.next_to_report = Some(end);
        self.pending = self.pending.split_off(&end);

        let start = out.len();
        out.extend_from_slice(&[0x8f, 205, 0, 0]);
        out.extend_from_slice(&OUR_SSRC.to_be_bytes());
        out.extend_from_slice(&self.media_ssrc.to_be_bytes());
        out.extend_from_slice(&(base as u16).to_be_bytes());
        out.extend_from_slice(&((end - base) as u16).to_be_bytes());
        out.extend_from_slice(&(reference as u32).to_be_bytes()[1..]);
        out.push(self.feedback_count);
        self.feedback_count = self.feedback_count.wrapping_add(1);
        for chunk in symbols.chunks(7) {
            // A status vector of two-bit symbols.
            let vector = chunk.iter().enumerate().fold(0xc000u16, |bits, (i, symbol)| bits | symbol << (12 - 2 * i));
            out.extend_from_slice(&vector.to_be_bytes());
        }
        out.extend_from_slice(&deltas);
        let padding = (4 - (out.len() - start) % 4) % 4;
        if padding > 0 {
            out[start] |= 0x20;
            out.resize(out.len() + padding, 0);
            if let Some(last) = out.last_mut() {
                *last = padding as u8;
            }
        }
        let words = ((out.len() - start) / 4 - 1) as u16;
        out[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
        true
    }
}

/// Statuses read of one feedback: more than a peer can have been sent between two of them.
const MAX_READ: u16 = 4_096;

/// A feedback packet as it came, whole as far as its chunks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feedback<'a> {
    base: u16,
    count: u16,
    reference: u32,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

impl<'a> Feedback<'a> {
    /// Reads the whole RTCP packet; `None` when its chunks do not cover what it claims.
    pub fn parse(packet: &'a [u8]) -> Option<Self> {
        let &[b0, b1, c0, c1, r0, r1, r2, _] = packet.get(12..)?.first_chunk()?;
        let count = u16::from_be_bytes([c0, c1]);
        let body = packet.get(20..)?;
        let (mut covered, mut end) = (0, 0);
        while covered < usize::from(count) {
            covered += Chunk::read(body.get(end..)?)?.len();
            end += 2;
        }
        let (chunks, deltas) = body.split_at_checked(end)?;
        let reference = u32::from_be_bytes([0, r0, r1, r2]);
        (count <= MAX_READ).then_some(Self { base: u16::from_be_bytes([b0, b1]), count, reference, chunks, deltas })
    }

    /// The time that arrivals count from: 24 bits, in units of 64 ms of the peer's clock.
    pub fn reference(&self) -> u32 {
        self.reference
    }

    /// Sequence numbers in order, and when each arrived, in microseconds after the reference; ends where the packet does.
    pub fn arrivals(&self) -> impl Iterator<Item = (u16, Option<i64>)> + use<'a> {
        let (base, mut deltas, mut clock) = (self.base, self.deltas, 0);
        let symbols = self.chunks.chunks_exact(2).filter_map(Chunk::read).flat_map(Chunk::symbols);
        symbols.take(usize::from(self.count)).enumerate().map_while(move |(position, symbol)| {
            let ticks = match symbol {
                1 => {
                    let (&small, rest) = deltas.split_first()?;
                    deltas = rest;
                    Some(i64::from(small))
                }
                2 => {
                    let (&large, rest) = deltas.split_first_chunk()?;
                    deltas = rest;
                    Some(i64::from(i16::from_be_bytes(large)))
                }
                _ => None,
            };
            let arrival = ticks.map(|ticks| {
                clock += ticks * DELTA_TICK_US;
                clock
            });
            Some((base.wrapping_add(position as u16), arrival))
        })
    }
}

/// Two bytes of packet statuses.
#[derive(Clone, Copy)]
enum Chunk {
    Run { symbol: u16, len: u16 },
    OneBit(u16),
    TwoBit(u16),
}

impl Chunk {
    fn read(bytes: &[u8]) -> Option<Chunk> {
        let chunk = u16::from_be_bytes(*bytes.first_chunk()?);
        Some(match chunk >> 14 {
            0b11 => Chunk::TwoBit(chunk),
            0b10 => Chunk::OneBit(chunk),
            _ => Chunk::Run { symbol: chunk >> 13 & 3, len: chunk & 0x1fff },
        })
    }

    fn len(self) -> usize {
        match self {
            Chunk::Run { len, .. } => usize::from(len),
            Chunk::OneBit(_) => 14,
            Chunk::TwoBit(_) => 7,
        }
    }

    fn symbols(self) -> impl Iterator<Item = u16> {
        (0..self.len()).map(move |position| match self {
            Chunk::Run { symbol, .. } => symbol,
            Chunk::OneBit(bits) => bits >> (13 - position) & 1,
            Chunk::TwoBit(bits) => bits >> (12 - 2 * position) & 3,
        })
    }
}

/// How often a peer that sends media is told.
pub const FEEDBACK_INTERVAL: Duration = Duration::from_millis(80);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a feedback packet as the draft says: sequence number → arrival in microseconds.
    fn read(packet: &[u8]) -> Vec<(u16, Option<i64>)> {
        let words = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
        assert_eq!(packet.len(), 4 * (words + 1));
        let base = u16::from_be_bytes([packet[12], packet[13]]);
        let count = usize::from(u16::from_be_bytes([packet[14], packet[15]]));
        let mut clock = i64::from(u32::from_be_bytes([0, packet[16], packet[17], packet[18]])) * REFERENCE_TICK_US;
        let chunks = count.div_ceil(7);
        let mut delta = 20 + 2 * chunks;
        (0..count)
            .map(|i| {
                let at = 20 + 2 * (i / 7);
                let chunk = u16::from_be_bytes([packet[at], packet[at + 1]]);
                let arrival = match chunk >> (12 - 2 * (i % 7)) & 3 {
                    0 => None,
                    1 => {
                        delta += 1;
                        Some(i64::from(packet[delta - 1]))
                    }
                    2 => {
                        delta += 2;
                        Some(i64::from(i16::from_be_bytes([packet[delta - 2], packet[delta - 1]])))
                    }
                    _ => panic!("reserved symbol"),
                };
                (
                    base.wrapping_add(i as u16),
                    arrival.map(|ticks| {
                        clock += ticks * DELTA_TICK_US;
                        clock
                    }),
                )
            })
            .collect()
    }

    /// The same by the reader that serves.
    fn parsed(packet: &[u8]) -> Vec<(u16, Option<i64>)> {
        let feedback = Feedback::parse(packet).expect("whole");
        let reference = i64::from(feedback.reference()) * REFERENCE_TICK_US;
        feedback.arrivals().map(|(sequence, at)| (sequence, at.map(|at| reference + at))).collect()
    }

    #[test]
    fn all_kinds_of_chunks_are_read() {
        let head = [0x8f, 205, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xfe, 0, 24, 0, 0, 3, 9];
        // A run of two that came, one bit each for fourteen, a run that did not come, two bits each.
        let chunks = [0x20, 2, 0xa0, 1, 0x00, 1, 0xd8, 0x00];
        let deltas = [4, 8, 12, 16, 20, 0xff, 0xfc, 0];
        let packet = [&head[..], &chunks, &deltas].concat();
        let read = parsed(&packet);
        let came: Vec<_> = read.iter().filter_map(|(sequence, at)| Some((*sequence, (*at)?))).collect();
        let ms = |ms: i64| 3 * 64_000 + ms * 1_000;
        assert_eq!(came, [(65_534, ms(1)), (65_535, ms(3)), (0, ms(6)), (13, ms(10)), (15, ms(15)), (16, ms(14))]);
        assert_eq!(read.len(), 24);
    }

    #[test]
    fn losses_between_two_feedbacks_are_told() {
        let epoch = Instant::now();
        let mut arrivals = Arrivals::new(epoch);
        let mut out = Vec::new();
        arrivals.record(65_535, 1, epoch);
        assert!(arrivals.write_feedback(&mut out));
        assert_eq!(read(&out), [(65_535, Some(0))]);
        out.clear();
        arrivals.record(2, 1, epoch + Duration::from_millis(10));
        assert!(arrivals.write_feedback(&mut out));
        assert_eq!(read(&out), [(0, None), (1, None), (2, Some(10_000))]);
        assert!(!arrivals.write_feedback(&mut out));
    }

    proptest! {
        #[test]
        fn any_feedback_is_read_within_its_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            if let Some(feedback) = Feedback::parse(&bytes) {
                prop_assert!(feedback.arrivals().count() <= usize::from(MAX_READ));
            }
        }

        #[test]
        fn every_arrival_is_told_once_and_within_a_tick(
            packets in proptest::collection::vec((0u64..4, 0u64..30_000, 0usize..10), 1..600),
        ) {
            let epoch = Instant::now();
            let mut arrivals = Arrivals::new(epoch);
            let (mut sequence, mut micros) = (65_000u64, 0u64);
            let mut expected = BTreeMap::new();
            let mut told = BTreeMap::new();
            let mut out = Vec::new();
            let mut flush = |arrivals: &mut Arrivals| loop {
                out.clear();
                if !arrivals.write_feedback(&mut out) { break }
                assert!(out.len() < 1_200);
                assert_eq!(read(&out), parsed(&out));
                for (sequence, at) in read(&out) {
                    if let Some(at) = at {
                        assert_eq!(told.insert(sequence, at), None);
                    }
                }
            };
            for (step, later, report) in packets {
                sequence += step + 1;
                micros += later;
                arrivals.record(sequence as u16, 1, epoch + Duration::from_micros(micros));
                expected.insert(sequence as u16, micros as i64);
                if report == 0 { flush(&mut arrivals); }
            }
            flush(&mut arrivals);
            prop_assert_eq!(told.len(), expected.len());
            for (sequence, at) in expected {
                prop_assert!((told[&sequence] - at).abs() < DELTA_TICK_US * 2, "{} {}", told[&sequence], at);
            }
        }
    }
}
