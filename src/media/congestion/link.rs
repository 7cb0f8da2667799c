//! A link as a deterministic model, for tests: a queue in front of a rate, then delay, jitter and losses in runs.
//!
//! It depends on nothing, so that the relay of the integration tests is this very model.

use std::time::{Duration, Instant};

/// What a link is like for the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// Bits a second that pass; none passes everything at once.
    pub rate_bps: Option<u64>,
    /// What the queue holds before it drops at its tail, in time at the rate.
    pub queue: Duration,
    pub delay: Duration,
    /// Added to the delay, evenly between nothing and this.
    pub jitter: Duration,
    /// Whether jitter may change the order.
    pub reorders: bool,
    /// Share of packets lost, 0 to 1.
    pub loss: f64,
    /// Mean length of a run of losses in packets; below 1 counts as 1.
    pub run: f64,
    /// Nothing passes.
    pub dark: bool,
}

/// One direction of a link.
#[derive(Clone, Debug)]
pub struct Link {
    conditions: Conditions,
    random: u64,
    /// When the rate has carried what is in the queue.
    free_at: Option<Instant>,
    last_out: Option<Instant>,
    losing: bool,
}

impl Link {
    /// Equal seeds, conditions and packets have equal fates.
    pub fn new(seed: u64, conditions: Conditions) -> Self {
        Self { conditions, random: seed, free_at: None, last_out: None, losing: false }
    }

    pub fn set(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// When a packet that enters now comes out; none when it is lost.
    pub fn carry(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        let Conditions { rate_bps, queue, delay, jitter, reorders, dark, .. } = self.conditions;
        if dark || self.loses() {
            return None;
        }
        let mut out = now;
        if let Some(rate) = rate_bps {
            let start = self.free_at.map_or(now, |free| free.max(now));
            if start - now > queue {
                return None;
            }
            out = start + Duration::from_nanos(bytes as u64 * 8 * 1_000_000_000 / rate.max(1));
            self.free_at = Some(out);
        }
        out += delay + jitter.mul_f64(self.chance());
        if !reorders {
            out = self.last_out.map_or(out, |last| last.max(out));
        }
        self.last_out = Some(out);
        Some(out)
    }

    /// Two states, after Gilbert: in one of them everything is lost.
    fn loses(&mut self) -> bool {
        let Conditions { loss, run, .. } = self.conditions;
        let (loss, run) = (loss.clamp(0.0, 0.99), run.max(1.0));
        let change = if self.losing { 1.0 - 1.0 / run } else { loss / (run * (1.0 - loss)) };
        // A run of one is a loss by itself, whatever was before.
        let change = if run <= 1.0 { loss } else { change };
        self.losing = self.chance() < change;
        self.losing
    }

    /// The next number of a splitmix64 sequence, 0 to 1.
    fn chance(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) >> 11) as f64 / (1u64 << 53) as f64
    }
}
