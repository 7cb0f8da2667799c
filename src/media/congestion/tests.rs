//! The estimate against a modelled line, on a clock of its own, a millisecond a step.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{
    Downlink,
    link::{Conditions, Link},
};
use crate::media::transport_cc::{Arrivals, FEEDBACK_INTERVAL, Feedback};

const SOUND_BYTES: usize = 90;
const PICTURE_BYTES: usize = 1_100;

/// A sender with sound and a picture of any rate, its line, and a receiver that tells what arrived.
struct Plan {
    start: Instant,
    now: Instant,
    downlink: Downlink,
    down: Link,
    up: Link,
    arriving: VecDeque<(Instant, u16)>,
    returning: VecDeque<(Instant, Vec<u8>)>,
    arrivals: Arrivals,
    /// What the picture has, in bits a second, given the estimate.
    picture: fn(u64) -> u64,
    /// What could be used.
    needed_bps: u64,
    credit: f64,
    sound: bool,
    /// Of each packet: sent, and arrived if it did.
    delays: Vec<(Instant, Option<Duration>)>,
}

impl Plan {
    fn new(conditions: Conditions, picture: fn(u64) -> u64, needed_bps: u64) -> Self {
        let start = Instant::now();
        let back = Conditions { delay: conditions.delay, ..Conditions::default() };
        Self {
            start,
            now: start,
            downlink: Downlink::new(start),
            down: Link::new(7, conditions),
            up: Link::new(8, back),
            arriving: VecDeque::new(),
            returning: VecDeque::new(),
            arrivals: Arrivals::new(start),
            picture,
            needed_bps,
            credit: 0.0,
            sound: true,
            delays: Vec::new(),
        }
    }

    fn send(&mut self, len: usize) {
        let number = self.downlink.sent(self.now, len);
        let out = self.down.carry(len + super::PACKET_OVERHEAD, self.now);
        self.delays.push((self.now, out.map(|out| out - self.now)));
        if let Some(at) = out {
            self.arriving.push_back((at, number));
        }
    }

    fn step(&mut self) {
        self.now += Duration::from_millis(1);
        let ms = (self.now - self.start).as_millis() as u64;
        if self.sound && ms.is_multiple_of(20) {
            self.send(SOUND_BYTES);
        }
        let estimate = self.estimate();
        self.credit += (self.picture)(estimate) as f64 / 1_000.0;
        if ms.is_multiple_of(40) {
            while self.credit >= (PICTURE_BYTES * 8) as f64 {
                self.credit -= (PICTURE_BYTES * 8) as f64;
                self.send(PICTURE_BYTES);
            }
        }
        self.downlink.probe(self.needed_bps, self.now);
        while let Some(bytes) = self.downlink.padding_due(self.now) {
            self.send(bytes - super::PACKET_OVERHEAD);
        }
        while let Some((at, number)) = self.arriving.front().copied().filter(|(at, _)| *at <= self.now) {
            self.arriving.pop_front();
            self.arrivals.record(number, 1, at);
        }
        if u128::from(ms).is_multiple_of(FEEDBACK_INTERVAL.as_millis()) {
            let mut packet = Vec::new();
            while self.arrivals.write_feedback(&mut packet) {
                if let Some(at) = self.up.carry(packet.len(), self.now) {
                    self.returning.push_back((at, std::mem::take(&mut packet)));
                }
                packet.clear();
            }
        }
        while let Some((_, packet)) = self.returning.front().filter(|(at, _)| *at <= self.now) {
            self.downlink.feedback(&Feedback::parse(packet).expect("our own"), self.now);
            self.returning.pop_front();
        }
        if ms.is_multiple_of(250) {
            self.downlink.tick(self.now);
        }
    }

    fn estimate(&self) -> u64 {
        self.downlink.estimate_bps(self.now).expect("the receiver tells")
    }

    /// Goes on for so many seconds; the lowest and the highest estimate.
    fn run(&mut self, seconds: f64) -> (u64, u64) {
        let end = self.now + Duration::from_secs_f64(seconds);
        let (mut low, mut high) = (u64::MAX, 0);
        while self.now < end {
            self.step();
            low = low.min(self.estimate());
            high = high.max(self.estimate());
        }
        (low, high)
    }

    /// Until the estimate is as wanted.
    fn until(&mut self, limit_s: f64, wanted: impl Fn(u64) -> bool) {
        let start = self.now;
        while !wanted(self.estimate()) {
            self.step();
            let elapsed = (self.now - start).as_secs_f64();
            assert!(elapsed < limit_s, "still {} after {elapsed} s", self.estimate());
        }
    }

    /// Of the packets sent in the last seconds: how long the given share took at the most, and the share lost.
    fn delay(&self, last_s: f64, share: f64) -> (Duration, f64) {
        let since = self.now - Duration::from_secs_f64(last_s);
        let packets: Vec<_> = self.delays.iter().filter(|(sent, _)| *sent >= since).map(|(_, delay)| *delay).collect();
        let mut arrived: Vec<Duration> = packets.iter().flatten().copied().collect();
        arrived.sort();
        let lost = 1.0 - arrived.len() as f64 / packets.len() as f64;
        (arrived[((arrived.len() - 1) as f64 * share) as usize], lost)
    }
}

fn line(rate_bps: u64) -> Conditions {
    Conditions {
        rate_bps: Some(rate_bps),
        queue: Duration::from_millis(400),
        delay: Duration::from_millis(25),
        ..Conditions::default()
    }
}

/// Uses all that the estimate allows, as far as there is any use.
fn greedy(estimate: u64) -> u64 {
    estimate.saturating_sub(50_000).min(4_000_000)
}

#[test]
fn a_line_is_filled_without_a_queue_that_grows() {
    for rate in [200_000, 500_000, 1_500_000, 3_000_000] {
        let mut plan = Plan::new(line(rate), greedy, 5_000_000);
        plan.run(10.0);
        let (low, high) = plan.run(30.0);
        assert!(low > rate * 55 / 100 && high < rate * 115 / 100, "{rate}: {low} to {high}");
        let (delay, lost) = plan.delay(30.0, 0.95);
        assert!(delay < Duration::from_millis(250), "{rate}: {delay:?}");
        assert!(lost < 0.02, "{rate}: {lost}");
    }
}

#[test]
fn a_line_that_breaks_down_is_noticed_within_a_second_and_one_that_recovers_within_five() {
    let mut plan = Plan::new(line(3_000_000), greedy, 5_000_000);
    plan.run(10.0);
    plan.down.set(line(300_000));
    plan.until(0.7, |estimate| estimate < 330_000);
    plan.run(20.0);
    let (_, lost) = plan.delay(15.0, 0.95);
    assert!(lost < 0.03, "{lost}");
    plan.down.set(line(3_000_000));
    plan.until(5.0, |estimate| estimate > 1_900_000);
}

#[test]
fn a_small_picture_on_a_good_line_finds_room_for_a_large_one_at_once() {
    let mut plan = Plan::new(line(10_000_000), |_| 150_000, 2_500_000);
    plan.until(1.5, |estimate| estimate > 2_200_000);
}

#[test]
fn losses_by_chance_and_jitter_do_not_starve_a_line_that_carries_everything() {
    let rough = Conditions {
        loss: 0.1,
        jitter: Duration::from_millis(50),
        delay: Duration::from_millis(25),
        ..line(8_000_000)
    };
    let mut plan = Plan::new(rough, |estimate| estimate.min(600_000), 2_500_000);
    plan.run(10.0);
    let low = (0..600).filter(|_| plan.run(0.1).0 < 480_000).count();
    assert!(low < 30, "{low} of 600 tenths of a second");
}

#[test]
fn sound_alone_on_a_very_weak_line_is_not_delayed_by_probes() {
    let mut plan = Plan::new(line(64_000), |estimate| if estimate > 250_000 { 150_000 } else { 0 }, 400_000);
    plan.run(5.0);
    let (_, high) = plan.run(60.0);
    assert!(high < 100_000, "{high}");
    let (delay, lost) = plan.delay(60.0, 0.99);
    assert!(delay < Duration::from_millis(220), "{delay:?}");
    assert_eq!(lost, 0.0);
}

#[test]
fn after_a_cut_of_half_a_minute_the_line_is_used_again_within_five_seconds() {
    let mut plan = Plan::new(line(3_000_000), |estimate| estimate.min(1_700_000), 2_500_000);
    plan.run(10.0);
    plan.down.set(Conditions { dark: true, ..line(3_000_000) });
    plan.run(30.0);
    assert!(plan.estimate() <= 200_000);
    plan.down.set(line(3_000_000));
    plan.until(5.0, |estimate| estimate > 1_700_000);
}

#[test]
fn a_line_on_which_nothing_else_is_sent_is_probed_from_the_start() {
    let mut plan = Plan::new(line(10_000_000), |_| 0, 4_000_000);
    plan.sound = false;
    plan.until(1.5, |estimate| estimate > 3_500_000);
}

#[test]
fn who_never_tells_what_arrives_is_not_limited() {
    let mut downlink = Downlink::new(Instant::now());
    let start = downlink.epoch;
    for number in 0..200u64 {
        downlink.sent(start + Duration::from_millis(20 * number), 100);
    }
    assert!(downlink.estimate_bps(start + Duration::from_secs(1)).is_some());
    assert_eq!(downlink.estimate_bps(start + Duration::from_secs(4)), None);
}
