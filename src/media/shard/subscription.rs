//! A track on its way to one subscriber.

use std::time::Instant;

use super::{PeerKey, StreamKey, TrackKey};
use crate::{
    ids::SubscriptionId,
    media::{ForwardedTrack, Layer, Preference, rewrite::Rewriter},
};

#[derive(Debug)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub peer: PeerKey,
    pub track: TrackKey,
    pub forward: ForwardedTrack,
    pub rewriter: Rewriter<StreamKey>,
    pub preference: Preference,
    /// What its line carries of it: none while starved.
    pub granted: Option<Layer>,
    /// Control was told that its line does not carry it.
    pub starved: bool,
    /// The stream to go over to at its next key frame, or the one being forwarded.
    pub target: Option<StreamKey>,
    /// Index of the next packet on the repair SSRC.
    pub next_repair: u64,
    repairs: RepairBudget,
    /// For sender reports; they wrap (RFC 3550 section 6.4.1).
    pub packets_sent: u32,
    pub octets_sent: u32,
}

impl Subscription {
    pub fn new(peer: PeerKey, track: TrackKey, forward: ForwardedTrack, clock_rate: u32, now: Instant) -> Self {
        Self {
            id: forward.subscription,
            peer,
            track,
            forward,
            rewriter: Rewriter::new(rand::random(), clock_rate),
            preference: Preference::default(),
            granted: Some(Layer::Full),
            starved: false,
            target: None,
            next_repair: u64::from(rand::random::<u16>() & 0x7fff),
            repairs: RepairBudget { left: RepairBudget::BURST, refilled_at: now },
            packets_sent: 0,
            octets_sent: 0,
        }
    }

    /// The largest layer that it may be sent now.
    pub fn limit(&self) -> Option<Layer> {
        Some(self.preference.layer?.min(self.granted?))
    }

    /// Forwards nothing until it has a target again; its numbering goes on.
    pub fn stop(&mut self) {
        self.rewriter.pause();
        self.target = None;
    }

    /// Whether another retransmission is within what a link may be asked to carry.
    pub fn may_repair(&mut self, now: Instant) -> bool {
        self.repairs.take(now)
    }
}

/// Retransmissions cost a client one small request each, so their rate is bounded.
#[derive(Debug)]
struct RepairBudget {
    left: u32,
    refilled_at: Instant,
}

impl RepairBudget {
    const BURST: u32 = 400;
    const PER_SECOND: u32 = 400;

    fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.refilled_at);
        let refill = (elapsed.as_millis().min(1_000) as u32) * Self::PER_SECOND / 1_000;
        if refill > 0 {
            self.left = (self.left + refill).min(Self::BURST);
            self.refilled_at = now;
        }
        let granted = self.left > 0;
        self.left -= u32::from(granted);
        granted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn repairs_are_bounded_by_burst_and_rate() {
        let start = Instant::now();
        let mut budget = RepairBudget { left: RepairBudget::BURST, refilled_at: start };
        let take_all = |budget: &mut RepairBudget, now| std::iter::from_fn(|| budget.take(now).then_some(())).count();
        assert_eq!(take_all(&mut budget, start), 400);
        assert_eq!(take_all(&mut budget, start + Duration::from_millis(500)), 200);
        assert_eq!(take_all(&mut budget, start + Duration::from_secs(60)), 400);
    }
}
