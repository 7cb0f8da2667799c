//! Does the queue on the way grow? The trend of one-way delay over the last groups of packets, against a threshold that
//! adapts itself to the link (draft-ietf-rmcat-gcc-02 sections 5.2 to 5.4; the trend by least squares in place of the
//! Kalman filter).

use std::collections::VecDeque;

/// Packets sent within this time are one group: they were one picture's, or one turn's of the worker.
const GROUP_US: i64 = 5_000;
/// A group is not stretched further by packets that arrive in a clump.
const LONGEST_CLUMP_US: i64 = 100_000;
/// Groups over which the trend is taken, and the weight of what was before in each one's smoothed delay.
const WINDOW: usize = 20;
const SMOOTHING: f64 = 0.9;
const GAIN: f64 = 4.0;
const MOST_DELTAS: u32 = 60;
/// The threshold in milliseconds, where it may move, and how fast up and down.
const THRESHOLD_MS: f64 = 12.5;
const THRESHOLD_RANGE_MS: (f64, f64) = (6.0, 600.0);
const RISE: f64 = 0.0087;
const FALL: f64 = 0.039;
/// Beyond the threshold by this much is a spike that says nothing of the link's usual ways.
const SPIKE_MS: f64 = 15.0;
/// Over the threshold for this long before it counts.
const OVER_MS: f64 = 10.0;
/// A larger difference between two groups is no jitter.
const MOST_JITTER_MS: f64 = 100.0;
/// Without packets for this long the trend begins anew.
const STALE_US: i64 = 3_000_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usage {
    /// The queue drains.
    Under,
    #[default]
    Normal,
    /// The queue grows.
    Over,
}

#[derive(Debug)]
pub struct Delay {
    group: Option<Group>,
    before: Option<Group>,
    /// Arrival and smoothed delay of the last groups, in milliseconds.
    samples: VecDeque<(f64, f64)>,
    first_arrival_us: i64,
    deltas: u32,
    accumulated_ms: f64,
    smoothed_ms: f64,
    /// Mean difference of delay between groups.
    jitter_ms: f64,
    threshold_ms: f64,
    adapted_at_us: Option<i64>,
    /// For how long and how often in a row the trend has been over the threshold.
    over: Option<(f64, u32)>,
    last_trend: f64,
    usage: Usage,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    first_sent: i64,
    last_sent: i64,
    first_arrived: i64,
    last_arrived: i64,
}

impl Default for Delay {
    fn default() -> Self {
        Self {
            group: None,
            before: None,
            samples: VecDeque::with_capacity(WINDOW),
            first_arrival_us: 0,
            deltas: 0,
            accumulated_ms: 0.0,
            smoothed_ms: 0.0,
            jitter_ms: 0.0,
            threshold_ms: THRESHOLD_MS,
            adapted_at_us: None,
            over: None,
            last_trend: 0.0,
            usage: Usage::Normal,
        }
    }
}

impl Delay {
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// How much the delay of one group differs from the next one's, in the mean.
    pub fn jitter_us(&self) -> i64 {
        (self.jitter_ms * 1_000.0) as i64
    }

    /// Takes one packet in the order of sending. The clocks need not agree.
    pub fn packet(&mut self, sent_us: i64, arrived_us: i64) {
        if self.group.is_some_and(|group| arrived_us - group.last_arrived > STALE_US) {
            *self = Self { threshold_ms: self.threshold_ms, ..Self::default() };
        }
        let Some(group) = &mut self.group else {
            self.first_arrival_us = arrived_us;
            self.group = Some(Group::new(sent_us, arrived_us));
            return;
        };
        if sent_us < group.first_sent {
            return; // of an earlier group
        }
        if group.takes(sent_us, arrived_us) {
            group.last_sent = group.last_sent.max(sent_us);
            group.last_arrived = group.last_arrived.max(arrived_us);
            return;
        }
        let whole = std::mem::replace(group, Group::new(sent_us, arrived_us));
        if let Some(before) = self.before.replace(whole) {
            let sent = whole.last_sent - before.last_sent;
            let arrived = whole.last_arrived - before.last_arrived;
            self.delta((arrived - sent) as f64 / 1_000.0, sent as f64 / 1_000.0, whole.last_arrived);
        }
    }

    fn delta(&mut self, delta_ms: f64, sent_ms: f64, arrived_us: i64) {
        self.jitter_ms += (delta_ms.abs().min(MOST_JITTER_MS) - self.jitter_ms) / 16.0;
        self.deltas = (self.deltas + 1).min(1_000);
        self.accumulated_ms += delta_ms;
        self.smoothed_ms = SMOOTHING * self.smoothed_ms + (1.0 - SMOOTHING) * self.accumulated_ms;
        if self.samples.len() == WINDOW {
            self.samples.pop_front();
        }
        self.samples.push_back(((arrived_us - self.first_arrival_us) as f64 / 1_000.0, self.smoothed_ms));
        let trend = if self.samples.len() == WINDOW { slope(&self.samples) } else { Some(self.last_trend) };
        self.judge(trend.unwrap_or(self.last_trend), sent_ms, arrived_us);
    }

    fn judge(&mut self, trend: f64, sent_ms: f64, arrived_us: i64) {
        if self.deltas < 2 {
            return;
        }
        let weighed = f64::from(self.deltas.min(MOST_DELTAS)) * trend * GAIN;
        if weighed > self.threshold_ms {
            let (over_ms, count) = self.over.map_or((sent_ms / 2.0, 1), |(ms, count)| (ms + sent_ms, count + 1));
            self.over = Some((over_ms, count));
            if over_ms > OVER_MS && count > 1 && trend >= self.last_trend {
                self.over = Some((0.0, 0));
                self.usage = Usage::Over;
            }
        } else {
            self.over = None;
            self.usage = if weighed < -self.threshold_ms { Usage::Under } else { Usage::Normal };
        }
        self.last_trend = trend;
        self.adapt(weighed, arrived_us);
    }

    fn adapt(&mut self, weighed: f64, arrived_us: i64) {
        let elapsed = arrived_us - self.adapted_at_us.replace(arrived_us).unwrap_or(arrived_us);
        let excess = weighed.abs() - self.threshold_ms;
        if excess > SPIKE_MS {
            return;
        }
        let speed = if excess < 0.0 { FALL } else { RISE };
        let elapsed_ms = (elapsed as f64 / 1_000.0).clamp(0.0, 100.0);
        let (least, most) = THRESHOLD_RANGE_MS;
        self.threshold_ms = (self.threshold_ms + speed * excess * elapsed_ms).clamp(least, most);
    }
}

impl Group {
    fn new(sent: i64, arrived: i64) -> Self {
        Self { first_sent: sent, last_sent: sent, first_arrived: arrived, last_arrived: arrived }
    }

    fn takes(&self, sent: i64, arrived: i64) -> bool {
        if sent - self.first_sent <= GROUP_US {
            return true;
        }
        // Sent later and yet arrived together: something on the way held them back and let them go in a clump.
        let clumped = arrived - self.last_arrived <= GROUP_US && arrived - self.last_arrived < sent - self.last_sent;
        clumped && arrived - self.first_arrived < LONGEST_CLUMP_US
    }
}

/// Of the line through the samples by least squares; none when they are all of one time.
fn slope(samples: &VecDeque<(f64, f64)>) -> Option<f64> {
    let count = samples.len() as f64;
    let (sum_x, sum_y) = samples.iter().fold((0.0, 0.0), |(x, y), sample| (x + sample.0, y + sample.1));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (over, under) = samples.iter().fold((0.0, 0.0), |(over, under), (x, y)| {
        (over + (x - mean_x) * (y - mean_y), under + (x - mean_x) * (x - mean_x))
    });
    (under > 0.0).then(|| over / under)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a packet every ten milliseconds; each arrives after 40 ms and what `extra_us` adds.
    fn after(packets: i64, extra_us: impl Fn(i64) -> i64) -> (Delay, u32) {
        let mut delay = Delay::default();
        let mut over = 0;
        for number in 0..packets {
            let sent = number * 10_000;
            delay.packet(sent, sent + 40_000 + extra_us(number));
            over += u32::from(delay.usage() == Usage::Over);
        }
        (delay, over)
    }

    #[test]
    fn a_steady_delay_is_normal_and_so_is_a_drifting_clock() {
        assert_eq!(after(1_000, |_| 0).1, 0);
        assert_eq!(after(1_000, |number| number).1, 0, "100 ppm");
    }

    #[test]
    fn a_growing_queue_is_over_use_within_a_third_of_a_second_and_a_draining_one_is_not() {
        let growing = |number: i64| (number - 100).max(0) * 2_000;
        assert_eq!(after(100, growing).1, 0);
        assert!(after(133, growing).1 > 0);
        let (delay, _) = after(300, |number| (300 - number).max(0) * 2_000);
        assert_eq!(delay.usage(), Usage::Under);
    }

    #[test]
    fn jitter_without_a_trend_is_hardly_ever_over_use() {
        let jitter = |number: i64| (number * 7_919 % 31) * 1_000;
        let (_, over) = after(3_000, jitter);
        assert!(over < 30, "{over} of 3000");
    }

    #[test]
    fn a_pause_begins_the_trend_anew() {
        let mut delay = Delay::default();
        (0..50).for_each(|number| delay.packet(number * 10_000, number * 15_000));
        assert_eq!(delay.usage(), Usage::Over);
        delay.packet(10_000_000, 10_000_000);
        assert_eq!(delay.usage(), Usage::Normal);
    }
}
