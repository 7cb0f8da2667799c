//! Congestion control towards one peer: how much its line carries right now.
//!
//! Every packet to the peer bears a transport-wide number; its feedback says which arrived, and when. From that follow
//! a trend of delay (`delay`), losses (`loss`), and what arrives (`rate`); `probe` finds out when there is room for more.
//! Pure, and told the time. The rules are those of draft-ietf-rmcat-gcc-02; constants that differ say why.

use std::time::Instant;

use self::{
    delay::{Delay, Usage},
    history::History,
    loss::Losses,
    probe::Prober,
    rate::{Arrived, Rate, Traffic},
};
use super::transport_cc::Feedback;

mod delay;
mod history;
#[cfg(test)]
pub mod link;
mod loss;
mod probe;
mod rate;
#[cfg(test)]
mod tests;

pub use probe::LARGEST as LARGEST_PADDING;

/// Where every line begins: sound and a small picture; the first probes show within a moment whether there is more.
pub const START_BPS: u64 = 400_000;
/// A peer that for this long has told of nothing that it was sent does not speak of arrivals at all; were it not so, one
/// that is sent nothing for want of an estimate would never be sent anything.
const MUTE_US: i64 = 2_000_000;
/// What IPv4 and UDP add to a datagram.
pub const PACKET_OVERHEAD: usize = 28;
/// After a fall, no probe for this long: the queue has to drain first.
const HOLD_AFTER_FALL_US: i64 = 1_000_000;
/// Feedback that does not come while packets leave: the line is cut, or as good as.
const STALLED_US: i64 = 600_000;
const STALLED_PACKETS: u64 = 10;
/// Silence says nothing of less than this: when the line is back, sound and a small picture are tried at once.
const STALLED_BPS: u64 = 200_000;
/// A queue that grows again within this time is still the same one.
const CALM_US: i64 = 400_000;
/// A queue that grows for this long is no passing dip.
const LASTING_US: i64 = 600_000;

/// What became of the estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    None,
    Fell,
    /// A probe has shown more.
    Rose,
}

/// The line down to one peer.
#[derive(Debug)]
pub struct Downlink {
    epoch: Instant,
    history: History,
    delay: Delay,
    losses: Losses,
    arrived: Arrived,
    /// The same packets, by the time at which they left.
    left: Arrived,
    rate: Rate,
    prober: Prober,
    last_feedback_us: Option<i64>,
    /// Of the packets that the last feedback named, the newest.
    newest_known: u64,
    round_trip_us: i64,
    clock: ArrivalClock,
    /// Packets that the feedback told of, and those of them that were lost, since [`Downlink::losses`].
    told: (u64, u64),
    /// Since when, and until when at the last, the queue on the way has been growing.
    overuse: Option<(i64, i64)>,
    halved_at: i64,
}

/// The peer's reference times, unwrapped: 24 bits of 64 ms on the wire.
#[derive(Debug, Default)]
struct ArrivalClock {
    last: Option<i64>,
}

impl ArrivalClock {
    fn unwrap(&mut self, reference: u32) -> i64 {
        let last = self.last.unwrap_or(i64::from(reference));
        let step = i64::from(reference.wrapping_sub(last as u32) << 8) << 32 >> 40;
        *self.last.insert(last + step)
    }
}

impl Downlink {
    pub fn new(now: Instant) -> Self {
        Self {
            epoch: now,
            history: History::default(),
            delay: Delay::default(),
            losses: Losses::default(),
            arrived: Arrived::default(),
            left: Arrived::default(),
            rate: Rate::new(START_BPS),
            prober: Prober::default(),
            last_feedback_us: None,
            newest_known: 0,
            round_trip_us: 100_000,
            clock: ArrivalClock::default(),
            told: (0, 0),
            overuse: None,
            halved_at: 0,
        }
    }

    fn micros(&self, now: Instant) -> i64 {
        now.saturating_duration_since(self.epoch).as_micros() as i64
    }

    /// Notes a datagram of `len` bytes that leaves now, and returns the number that it is to bear.
    pub fn sent(&mut self, now: Instant, len: usize) -> u16 {
        let at = self.micros(now);
        let bytes = (len + PACKET_OVERHEAD) as u16;
        let probe = self.prober.id();
        if probe != 0 {
            self.prober.sent(bytes);
        }
        self.history.push(at as u64, bytes, probe) as u16
    }

    /// What the line carries, in bits a second with all overhead; none when the peer does not say.
    pub fn estimate_bps(&self, now: Instant) -> Option<u64> {
        let mute = self.last_feedback_us.is_none() && self.micros(now) > MUTE_US;
        (!mute).then(|| self.rate.bps())
    }

    /// Packets told of, and those of them that were lost, since the last call.
    pub fn losses(&mut self) -> (u64, u64) {
        std::mem::take(&mut self.told)
    }

    /// Takes one feedback of the peer.
    pub fn feedback(&mut self, feedback: &Feedback<'_>, now: Instant) -> Change {
        let now_us = self.micros(now);
        let before = self.rate.bps();
        self.last_feedback_us = Some(now_us);
        let disturbed = self.prober.disturbs(now_us);
        let reference_us = self.clock.unwrap(feedback.reference()) * 64_000;
        let (mut packets, mut lost) = (0, 0);
        let mut newest_sent_us = None;
        for (sequence, arrival) in feedback.arrivals() {
            let Some(number) = self.history.find(sequence) else { continue };
            self.newest_known = self.newest_known.max(number);
            match arrival {
                Some(since_reference_us) => {
                    let Some(sent) = self.history.arrived(number) else { continue };
                    packets += 1;
                    let (sent_us, arrived_us) = (sent.at_us as i64, reference_us + since_reference_us);
                    newest_sent_us = newest_sent_us.max(Some(sent_us));
                    self.arrived.add(arrived_us, sent.bytes);
                    self.left.add(sent_us, sent.bytes);
                    if sent.probe != 0 {
                        self.prober.arrived(sent.probe, sent.bytes, sent_us, arrived_us);
                    } else {
                        self.delay.packet(sent_us, arrived_us);
                    }
                }
                None => {
                    let Some(sent) = self.history.missed(number) else { continue };
                    packets += 1;
                    lost += 1;
                    if sent.probe != 0 {
                        self.prober.lost(sent.probe);
                    }
                }
            }
        }
        self.told.0 += u64::from(packets);
        self.told.1 += u64::from(lost);
        if let Some(sent_us) = newest_sent_us {
            // Too long by the time that the peer waits to tell; good enough for how fast to react.
            self.round_trip_us += (now_us - sent_us - self.round_trip_us) / 8;
        }
        // The queue that a probe makes is not the line's.
        let usage = if disturbed { self.delay.usage().min(Usage::Normal) } else { self.delay.usage() };
        self.note_overuse(usage, now_us);
        let traffic = Traffic { arrived: &self.arrived, left: &self.left };
        let mut fell = self.rate.update(usage, traffic, self.losses.own(), self.round_trip_us, now_us);
        fell |= self.losses.feedback(packets, lost, now_us) && self.rate.overfull(&self.arrived, now_us);
        if fell {
            self.prober.hold(now_us, HOLD_AFTER_FALL_US);
            return Change::Fell;
        }
        if let Some(shown) = self.prober.conclude(before, now_us) {
            self.rate.proven(shown.bps);
            return Change::Rose;
        }
        Change::None
    }

    fn note_overuse(&mut self, usage: Usage, now_us: i64) {
        if usage == Usage::Over {
            let since = self.overuse.map_or(now_us, |(since, _)| since);
            self.overuse = Some((since, now_us));
        } else if self.overuse.is_some_and(|(_, last)| now_us - last > CALM_US) {
            self.overuse = None;
        }
    }

    /// Whether the queue has been growing for so long that what is sent has to shrink, not only what may be added.
    pub fn is_overused(&self, now: Instant) -> bool {
        self.overuse.is_some_and(|(since, _)| self.micros(now) - since > LASTING_US)
    }

    /// To be called now and then: packets that leave while nothing is told of them any more halve the estimate.
    pub fn tick(&mut self, now: Instant) {
        let now_us = self.micros(now);
        let silent = self.last_feedback_us.is_some_and(|at| now_us - at > STALLED_US);
        let unknown = self.history.sent().saturating_sub(self.newest_known);
        if silent && unknown > STALLED_PACKETS && now_us - self.halved_at > STALLED_US {
            self.halved_at = now_us;
            self.rate.halve(STALLED_BPS);
        }
    }

    /// More could be used than the estimate: begins a probe when it is time. True while one is being sent.
    pub fn probe(&mut self, needed_bps: u64, now: Instant) -> bool {
        let now_us = self.micros(now);
        (self.overuse.is_none() || self.is_probing())
            && self.prober.begin(self.rate.bps(), needed_bps, self.delay.jitter_us(), now_us)
    }

    /// How long, on the wire, a padding packet has to be that is due now.
    pub fn padding_due(&mut self, now: Instant) -> Option<usize> {
        let now_us = self.micros(now);
        self.prober.due(now_us).map(|bytes| bytes as usize)
    }

    pub fn is_probing(&self) -> bool {
        self.prober.id() != 0
    }
}
