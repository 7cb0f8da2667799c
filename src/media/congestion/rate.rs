//! How much may be sent: additive and multiplicative increase, multiplicative decrease (draft-ietf-rmcat-gcc-02
//! section 5.5), measured against what really arrives.

use super::delay::Usage;

/// Below this not even sound is whole.
pub const LEAST_BPS: u64 = 10_000;
pub const MOST_BPS: u64 = 100_000_000;
const DECREASE: f64 = 0.85;
/// Growth in a second while nothing is known of the link's end.
const INCREASE: f64 = 1.08;
/// Without probes the estimate stays within reach of what was tried: this much more than what arrives.
const BEYOND_ARRIVED: f64 = 1.5;
const BEYOND_ARRIVED_BPS: f64 = 10_000.0;
/// Near the last known end of the link, growth is half a packet in each round trip: of a picture's, at thirty a second,
/// but no longer than a packet can be.
const PICTURES: f64 = 30.0;
const PACKET_BITS: f64 = 1_200.0 * 8.0;
const NEAR: std::ops::Range<f64> = 0.8..1.25;
/// The known end is forgotten after this long.
const END_KEPT_US: i64 = 20_000_000;
/// Of what leaves at least this share arrives in the same time, unless it is held up on the way.
const KEPT_UP: f64 = 0.8;
/// Between two decreases at the least, beside a round trip.
const DECREASE_INTERVAL_US: i64 = 150_000;

/// What arrives at the other side, in slots of its clock.
#[derive(Debug, Default)]
pub struct Arrived {
    slots: [u32; SLOTS],
    newest: i64,
    begun_at: Option<i64>,
}

const SLOTS: usize = 16;
const SLOT_US: i64 = 50_000;

impl Arrived {
    pub fn add(&mut self, at_us: i64, bytes: u16) {
        let slot = at_us.div_euclid(SLOT_US);
        if self.begun_at.is_none() || slot - self.newest > 60 * SLOTS as i64 {
            *self = Self { newest: slot, begun_at: Some(slot), ..Self::default() };
        }
        while self.newest < slot {
            self.newest += 1;
            self.slots[self.newest.rem_euclid(SLOTS as i64) as usize] = 0;
        }
        if self.newest - slot < SLOTS as i64 {
            let entry = &mut self.slots[slot.rem_euclid(SLOTS as i64) as usize];
            *entry = entry.saturating_add(u32::from(bytes));
        }
    }

    /// Bits a second over the last `slots` whole slots; none before there were as many.
    pub fn rate_bps(&self, slots: usize) -> Option<f64> {
        let slots = slots.clamp(1, SLOTS - 1);
        self.begun_at.filter(|begun| self.newest - begun > slots as i64)?;
        let whole = (1..=slots as i64)
            .map(|back| u64::from(self.slots[(self.newest - back).rem_euclid(SLOTS as i64) as usize]));
        Some(whole.sum::<u64>() as f64 * 8.0 * 1_000_000.0 / (slots as i64 * SLOT_US) as f64)
    }

    /// Over the last quarter of a second: while the queue grows, that is what the link carries.
    pub fn lately_bps(&self) -> Option<f64> {
        self.rate_bps(5)
    }

    /// Over the last half second.
    pub fn steadily_bps(&self) -> Option<f64> {
        self.rate_bps(10)
    }
}

/// The same packets by their arrival, on the other side's clock, and by their departure on ours.
#[derive(Clone, Copy, Debug)]
pub struct Traffic<'a> {
    pub arrived: &'a Arrived,
    pub left: &'a Arrived,
}

impl Traffic<'_> {
    /// Whether packets arrive more slowly than they left.
    fn is_held_up(self) -> bool {
        let rates = self.arrived.steadily_bps().zip(self.left.steadily_bps());
        rates.is_none_or(|(arrived, left)| arrived < KEPT_UP * left)
    }
}

#[derive(Debug)]
pub struct Rate {
    bps: f64,
    updated_at: Option<i64>,
    decreased_at: Option<i64>,
    /// What arrived when the queue last grew, and when that was.
    end: Option<(f64, i64)>,
}

impl Rate {
    pub fn new(start_bps: u64) -> Self {
        Self { bps: start_bps as f64, updated_at: None, decreased_at: None, end: None }
    }

    pub fn bps(&self) -> u64 {
        self.bps as u64
    }

    /// A probe has shown that the link carries this much.
    pub fn proven(&mut self, bps: f64) {
        if bps > self.bps {
            self.bps = bps.min(MOST_BPS as f64);
            self.end = self.end.filter(|(end, _)| *end > bps);
        }
    }

    /// Takes what the delay says; true when the estimate fell. `own_loss` of what the link carries is lost in any case.
    pub fn update(
        &mut self,
        usage: Usage,
        traffic: Traffic<'_>,
        own_loss: f64,
        round_trip_us: i64,
        now_us: i64,
    ) -> bool {
        let elapsed_us = (now_us - self.updated_at.replace(now_us).unwrap_or(now_us)).clamp(0, 1_000_000);
        self.end = self.end.filter(|(_, at)| now_us - at < END_KEPT_US);
        match usage {
            Usage::Over => {
                let carried = traffic.arrived.lately_bps().map(|bps| bps / (1.0 - own_loss.clamp(0.0, 0.5)));
                // What keeps up shows no more than that little was sent, and how shaky the line is: a step down is enough.
                let least = if traffic.is_held_up() { 0.0 } else { self.bps };
                self.fall(carried.map(|bps| bps.max(least)), round_trip_us, now_us)
            }
            // What is in the queue leaves first.
            Usage::Under => false,
            Usage::Normal => {
                self.grow(elapsed_us as f64 / 1_000_000.0, traffic.arrived.steadily_bps(), round_trip_us);
                false
            }
        }
    }

    /// Losses say that the line is overfull; true when the estimate fell.
    pub fn overfull(&mut self, arrived: &Arrived, now_us: i64) -> bool {
        self.fall(arrived.steadily_bps(), 0, now_us)
    }

    /// Nothing is known any more: half of what was, but not below `least_bps`.
    pub fn halve(&mut self, least_bps: u64) {
        self.bps = self.bps.min((self.bps / 2.0).max(least_bps as f64));
    }

    fn fall(&mut self, arrived_bps: Option<f64>, round_trip_us: i64, now_us: i64) -> bool {
        let pause = DECREASE_INTERVAL_US + round_trip_us.clamp(0, 200_000);
        let measured = arrived_bps.unwrap_or(self.bps);
        let lower = (DECREASE * measured).max(LEAST_BPS as f64);
        // A line that breaks down is not waited for: the measure still holds what came before.
        let at_once = lower < self.bps / 2.0;
        if lower >= self.bps || !at_once && self.decreased_at.is_some_and(|at| now_us - at < pause) {
            return false;
        }
        self.bps = lower;
        self.decreased_at = Some(now_us);
        self.end = arrived_bps.map(|bps| (bps, now_us));
        true
    }

    fn grow(&mut self, elapsed_s: f64, arrived_bps: Option<f64>, round_trip_us: i64) {
        let near_end = self.end.is_some_and(|(end, _)| NEAR.contains(&(self.bps / end)));
        let grown = if near_end {
            let response_s = (round_trip_us.clamp(10_000, 500_000) + 100_000) as f64 / 1_000_000.0;
            self.bps + (self.bps / PICTURES).min(PACKET_BITS) / 2.0 / response_s * elapsed_s
        } else {
            self.bps * INCREASE.powf(elapsed_s)
        };
        let limit = arrived_bps.map_or(f64::MAX, |arrived| BEYOND_ARRIVED * arrived + BEYOND_ARRIVED_BPS);
        if grown <= limit {
            self.bps = grown.min(MOST_BPS as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arriving(bps: u64) -> Arrived {
        let mut arrived = Arrived::default();
        (0..100i64).for_each(|ms| arrived.add(ms * 10_000, (bps / 800) as u16));
        arrived
    }

    /// On a line that is offered a megabit.
    fn carrying(bps: u64) -> (Arrived, Arrived) {
        (arriving(bps), arriving(1_000_000))
    }

    fn update(rate: &mut Rate, usage: Usage, (arrived, left): &(Arrived, Arrived), now_us: i64) -> bool {
        rate.update(usage, Traffic { arrived, left }, 0.0, 50_000, now_us)
    }

    #[test]
    fn a_shaky_line_that_keeps_up_with_the_little_that_is_sent_falls_by_steps_only() {
        let mut rate = Rate::new(1_000_000);
        let quiet = (arriving(40_000), arriving(44_000));
        assert!(update(&mut rate, Usage::Over, &quiet, 0));
        assert_eq!(rate.bps(), 850_000);
        assert!(!update(&mut rate, Usage::Over, &quiet, 100_000));
        assert!(update(&mut rate, Usage::Over, &quiet, 300_000));
        assert_eq!(rate.bps(), 722_500);
    }

    #[test]
    fn over_use_brings_the_rate_below_what_arrives_but_not_twice_in_a_round_trip() {
        let mut rate = Rate::new(1_000_000);
        assert!(update(&mut rate, Usage::Over, &carrying(400_000), 0));
        assert_eq!(rate.bps(), 340_000);
        assert!(!update(&mut rate, Usage::Over, &carrying(300_000), 100_000));
        assert!(update(&mut rate, Usage::Over, &carrying(300_000), 300_000));
        assert_eq!(rate.bps(), 255_000);
        assert!(update(&mut rate, Usage::Over, &carrying(100_000), 310_000), "a breakdown");
    }

    #[test]
    fn growth_is_by_a_twelfth_in_a_second_and_stays_near_what_arrives() {
        let mut rate = Rate::new(500_000);
        let steady = (arriving(400_000), arriving(400_000));
        for tick in 0..=10 {
            assert!(!update(&mut rate, Usage::Normal, &steady, tick * 100_000));
        }
        assert!((539_000..=541_000).contains(&rate.bps()), "{}", rate.bps());
        for tick in 11..=100 {
            assert!(!update(&mut rate, Usage::Normal, &steady, tick * 100_000));
        }
        assert!((600_000..=610_000).contains(&rate.bps()), "{}", rate.bps());
    }

    #[test]
    fn what_a_probe_proved_holds_at_once() {
        let mut rate = Rate::new(500_000);
        rate.proven(2_000_000.0);
        rate.proven(1_000_000.0);
        assert_eq!(rate.bps(), 2_000_000);
    }

    #[test]
    fn arrivals_are_measured_over_whole_slots() {
        let mut arrived = Arrived::default();
        assert_eq!(arrived.lately_bps(), None);
        (0..1_000i64).for_each(|ms| arrived.add(-7_000_000 + ms * 1_000, 125));
        assert_eq!(arrived.lately_bps(), Some(1_000_000.0));
        arrived.add(100_000_000, 125);
        assert_eq!(arrived.lately_bps(), None, "another time");
    }
}
