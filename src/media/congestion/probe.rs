//! Probes: for a moment more is sent than the estimate allows, and how fast it arrives is what the link carries.
//!
//! A probe is short and small, so that the queue it makes on a weak link delays the sound by no more than a moment.

/// How long a probe takes to send; longer where jitter would blur it.
const SHORTEST_US: i64 = 20_000;
const LONGEST_US: i64 = 120_000;
/// The queue it may make on a link that carries just the estimate, where there is no jitter.
const LONGEST_QUEUE_US: i64 = 80_000;
const FEWEST_PACKETS: u64 = 5;
/// A padding packet on the wire with everything around it; RTP counts padding in one byte.
pub const SMALLEST: u64 = 120;
pub const LARGEST: u64 = 280;
/// Times the estimate.
const STEP: f64 = 2.0;
const FIRST_STEP: f64 = 3.0;
/// Between probes: after one that showed more, and after those that did not, longer each time.
const AFTER_SUCCESS_US: i64 = 100_000;
const AFTER_FAILURE_US: i64 = 1_500_000;
const MOST_BETWEEN_US: i64 = 4_000_000;
/// Nothing comes back after this long.
const PATIENCE_US: i64 = 1_000_000;
/// After a probe has left, the queue that it made is still there for a while.
const AFTERMATH_US: i64 = 200_000;
/// Arrived packets of a probe, of all, for it to say something.
const ENOUGH: f64 = 0.8;
/// Arriving this much slower than sent, the link was full, and carries a little less than what was seen.
const SATURATED: f64 = 0.9;
const OF_SATURATED: f64 = 0.95;

#[derive(Debug)]
pub struct Prober {
    state: State,
    last_id: u8,
    /// From when on the next probe may begin.
    next_at: i64,
    failures: u32,
    succeeded_once: bool,
    ended_at: Option<i64>,
}

#[derive(Debug)]
enum State {
    Idle,
    Sending { cluster: Cluster, packet: u64 },
    Waiting { cluster: Cluster, until: i64 },
}

#[derive(Clone, Copy, Debug, Default)]
struct Cluster {
    target_bps: f64,
    wanted_bytes: u64,
    length_us: i64,
    begun_at: i64,
    sent: u32,
    sent_bytes: u64,
    arrived: u32,
    arrived_bytes: u64,
    lost: u32,
    /// First and last, and the sizes that do not count between them.
    sent_us: Option<(i64, i64)>,
    arrived_us: Option<(i64, i64)>,
    first_bytes: u64,
    last_bytes: u64,
}

/// What a probe has shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    pub bps: f64,
}

impl Default for Prober {
    fn default() -> Self {
        Self { state: State::Idle, last_id: 0, next_at: 0, failures: 0, succeeded_once: false, ended_at: None }
    }
}

impl Prober {
    /// The number that packets sent now belong to; 0 while no probe is being sent.
    pub fn id(&self) -> u8 {
        if matches!(self.state, State::Sending { .. }) { self.last_id } else { 0 }
    }

    /// Whether the queue on the way may be of a probe's making.
    pub fn disturbs(&self, now_us: i64) -> bool {
        !matches!(self.state, State::Idle) || self.ended_at.is_some_and(|at| now_us - at < AFTERMATH_US)
    }

    /// No probe begins before this long from now.
    pub fn hold(&mut self, now_us: i64, span_us: i64) {
        self.next_at = self.next_at.max(now_us + span_us);
    }

    /// Begins a probe towards `needed_bps` if it is time; true when one is being sent.
    pub fn begin(&mut self, estimate_bps: u64, needed_bps: u64, jitter_us: i64, now_us: i64) -> bool {
        match &self.state {
            State::Sending { .. } => return true,
            State::Waiting { .. } => return false,
            State::Idle if needed_bps <= estimate_bps || now_us < self.next_at => return false,
            State::Idle => {}
        }
        let step = if self.succeeded_once || self.failures > 0 { STEP } else { FIRST_STEP };
        let target_bps = (estimate_bps as f64 * step).min(needed_bps as f64 * 1.1);
        let length_us = (4 * jitter_us).clamp(SHORTEST_US, LONGEST_US);
        let queue_us = LONGEST_QUEUE_US.max(length_us) as u64;
        let most = (estimate_bps * queue_us / 8_000_000).max(FEWEST_PACKETS * SMALLEST);
        let wanted = (target_bps * length_us as f64 / 8_000_000.0) as u64;
        let wanted_bytes = wanted.max(FEWEST_PACKETS * LARGEST).min(most);
        let packet = (wanted_bytes / (FEWEST_PACKETS + 1)).clamp(SMALLEST, LARGEST);
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        let cluster = Cluster { target_bps, wanted_bytes, length_us, begun_at: now_us, ..Cluster::default() };
        self.state = State::Sending { cluster, packet };
        true
    }

    /// Bytes on the wire of the padding packet that is due now; none for the moment, or none any more.
    pub fn due(&mut self, now_us: i64) -> Option<u64> {
        let State::Sending { cluster, packet } = &self.state else { return None };
        if cluster.sent_bytes >= cluster.wanted_bytes || now_us - cluster.begun_at > 4 * cluster.length_us {
            let cluster = *cluster;
            self.state = State::Waiting { cluster, until: now_us + PATIENCE_US };
            return None;
        }
        let due = cluster.target_bps / 8_000_000.0 * (now_us - cluster.begun_at) as f64;
        (cluster.sent_bytes as f64 <= due).then_some(*packet)
    }

    /// Counts a packet that was sent under [`Prober::id`].
    pub fn sent(&mut self, bytes: u16) {
        if let State::Sending { cluster, .. } = &mut self.state {
            cluster.sent += 1;
            cluster.sent_bytes += u64::from(bytes);
        }
    }

    pub fn lost(&mut self, id: u8) {
        if let Some(cluster) = self.cluster(id) {
            cluster.lost += 1;
        }
    }

    pub fn arrived(&mut self, id: u8, bytes: u16, sent_us: i64, arrived_us: i64) {
        let Some(cluster) = self.cluster(id) else { return };
        cluster.arrived += 1;
        cluster.arrived_bytes += u64::from(bytes);
        let (first, last) = cluster.sent_us.unwrap_or((sent_us, sent_us));
        if cluster.sent_us.is_none() || sent_us >= last {
            cluster.last_bytes = u64::from(bytes);
        }
        cluster.sent_us = Some((first.min(sent_us), last.max(sent_us)));
        let (first, last) = cluster.arrived_us.unwrap_or((arrived_us, arrived_us));
        if cluster.arrived_us.is_none() || arrived_us < first {
            cluster.first_bytes = u64::from(bytes);
        }
        cluster.arrived_us = Some((first.min(arrived_us), last.max(arrived_us)));
    }

    fn cluster(&mut self, id: u8) -> Option<&mut Cluster> {
        match &mut self.state {
            State::Sending { cluster, .. } | State::Waiting { cluster, .. } if id == self.last_id => Some(cluster),
            _ => None,
        }
    }

    /// What the last probe has shown, once all of it is accounted for.
    pub fn conclude(&mut self, estimate_bps: u64, now_us: i64) -> Option<Shown> {
        let State::Waiting { cluster, until } = self.state else { return None };
        if cluster.arrived + cluster.lost < cluster.sent && now_us < until {
            return None;
        }
        self.state = State::Idle;
        self.ended_at = Some(now_us);
        let shown = cluster.shown();
        let more = shown.filter(|shown| shown.bps > estimate_bps as f64 * 1.1);
        if more.is_some() {
            self.failures = 0;
            self.succeeded_once = true;
            self.next_at = self.next_at.max(now_us + AFTER_SUCCESS_US);
        } else {
            self.next_at = self.next_at.max(now_us + (AFTER_FAILURE_US << self.failures.min(2)).min(MOST_BETWEEN_US));
            self.failures += 1;
        }
        more
    }
}

impl Cluster {
    fn shown(&self) -> Option<Shown> {
        if f64::from(self.arrived) < ENOUGH * f64::from(self.sent) || self.arrived < 4 {
            return None;
        }
        let rate = |bytes: u64, (first, last): (i64, i64)| match last - first {
            span if span > 0 => bytes as f64 * 8_000_000.0 / span as f64,
            _ => f64::MAX,
        };
        let sent_bps = rate(self.arrived_bytes - self.last_bytes, self.sent_us?);
        let arrived_bps = rate(self.arrived_bytes - self.first_bytes, self.arrived_us?);
        let bps = if arrived_bps < SATURATED * sent_bps.min(self.target_bps) {
            OF_SATURATED * arrived_bps
        } else {
            sent_bps.min(arrived_bps).min(self.target_bps)
        };
        Some(Shown { bps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probes from 300 kbit/s a link that carries `link_bps`, looking every millisecond.
    fn probed(prober: &mut Prober, link_bps: f64, needed: u64, start: i64) -> Option<f64> {
        assert!(prober.begin(300_000, needed, 0, start));
        let id = prober.id();
        let mut free_at = 0.0;
        let mut packets = Vec::new();
        for now in (0..100).map(|ms| start + ms * 1_000) {
            while let Some(bytes) = prober.due(now) {
                prober.sent(bytes as u16);
                free_at = f64::max(free_at, now as f64) + bytes as f64 * 8_000_000.0 / link_bps;
                packets.push((bytes as u16, now, free_at as i64 + 30_000));
            }
        }
        assert!(packets.len() >= 5);
        for (bytes, sent, arrived) in packets {
            prober.arrived(id, bytes, sent, arrived);
        }
        prober.conclude(300_000, start + 200_000).map(|shown| shown.bps)
    }

    #[test]
    fn a_free_link_is_seen_and_a_full_one_is_not_overrated() {
        let shown = probed(&mut Prober::default(), 10_000_000.0, 5_000_000, 0).expect("more");
        assert!((700_000.0..=900_000.0).contains(&shown), "three times the estimate: {shown}");
        let shown = probed(&mut Prober::default(), 500_000.0, 5_000_000, 0).expect("more");
        assert!((420_000.0..=500_000.0).contains(&shown), "a little below what the link carries: {shown}");
        assert_eq!(probed(&mut Prober::default(), 310_000.0, 5_000_000, 0), None);
    }

    #[test]
    fn no_more_is_tried_than_is_needed_and_nothing_when_nothing_is() {
        assert!(!Prober::default().begin(300_000, 300_000, 0, 0));
        let shown = probed(&mut Prober::default(), 10_000_000.0, 400_000, 0).expect("more");
        assert!(shown <= 440_000.0);
    }

    #[test]
    fn probes_that_show_nothing_come_ever_more_seldom_but_not_for_ever() {
        let mut prober = Prober::default();
        let mut now = 0;
        let mut pauses = Vec::new();
        for _ in 0..5 {
            assert_eq!(probed(&mut prober, 300_000.0, 5_000_000, now), None);
            let ended = now;
            while !prober.begin(300_000, 5_000_000, 0, now) {
                now += 100_000;
            }
            pauses.push((now - ended) / 1_000_000);
            // Spoil it: nothing of it arrives.
            while prober.due(now).is_some() {
                prober.sent(280);
            }
            now += 2_000_000;
            prober.due(now);
            prober.conclude(300_000, now + PATIENCE_US);
            now += 6_000_000;
        }
        assert!(pauses[0] <= 3 && pauses[4] <= 6, "{pauses:?}");
    }

    #[test]
    fn a_probe_on_a_weak_line_makes_a_small_queue() {
        let mut prober = Prober::default();
        assert!(prober.begin(50_000, 400_000, 0, 0));
        let mut bytes = 0;
        for now in 0..100 {
            while let Some(packet) = prober.due(now * 1_000) {
                prober.sent(packet as u16);
                bytes += packet;
            }
        }
        assert!(bytes * 8 * 1_000 / 50_000 <= 120, "{bytes} bytes are more than 120 ms of the line");
    }
}
