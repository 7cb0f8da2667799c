//! The line down to a subscriber: what it carries, who gets that, and whether there is room for more.

use std::time::{Duration, Instant};

use super::{PeerKey, Shard, SubscriptionKey, Timer, TrackKey, fanout::Send, peer::Peer};
use crate::media::{
    Event, Layer, MediaKind, Preference,
    allocate::{Budget, MARGIN_PERCENT, Wish, allocate},
    congestion::{Change, LARGEST_PADDING, PACKET_OVERHEAD},
    rtp::{PLAIN_HEADER, TRANSPORT_NUMBER},
    transport::srtp::RTP_OVERHEAD,
    transport_cc::Feedback,
    vp8::Renumbering,
};

/// How often it is looked at what a line carries, beside the moments when that falls or rises.
const REVIEW: Duration = Duration::from_millis(250);
/// After a fall nothing is raised for this long.
const RAISE_PAUSE: Duration = Duration::from_millis(1_500);
/// What is shown may exceed the estimate by a quarter for a moment: the estimate dips lower than the line.
const SLACK_PERCENT: u64 = 125;
/// Between packets of a probe.
const PROBE_STEP: Duration = Duration::from_millis(1);
/// A padding packet without its padding, on the wire.
const PADDING_OVERHEAD: usize = PACKET_OVERHEAD + PLAIN_HEADER + TRANSPORT_NUMBER + RTP_OVERHEAD;
/// The padding of one packet, in bytes: its last byte counts it.
const MOST_PADDING: usize = 255;
const _: () = assert!(LARGEST_PADDING as usize <= PADDING_OVERHEAD + MOST_PADDING);

/// What one subscription asks of its line.
enum Demand {
    Sound { bps: u64 },
    Video(Wish),
}

impl Shard {
    pub(super) fn transport_feedback(&mut self, key: PeerKey, feedback: &Feedback<'_>, now: Instant) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        let Some(downlink) = &mut peer.downlink else { return };
        let change = downlink.feedback(feedback, now);
        match change {
            Change::None => return,
            Change::Fell => peer.raise_at = now + RAISE_PAUSE,
            Change::Rose => {}
        }
        let (estimate_bps, overused) = (downlink.estimate_bps(now), downlink.is_overused(now));
        tracing::debug!(peer = %peer.id, ?change, estimate_bps, overused, "a line");
        self.review_line(key, now);
    }

    /// Looks again at what the line carries, and whether it may carry more.
    pub(super) fn review_line(&mut self, key: PeerKey, now: Instant) {
        let Some(downlink) = self.peers.get_mut(key).and_then(|peer| peer.downlink.as_mut()) else { return };
        downlink.tick(now);
        self.allocate(key, now);
    }

    /// Grants each video of a subscriber the layer that its line has room for, sound first.
    pub(super) fn allocate(&mut self, key: PeerKey, now: Instant) {
        let Some(peer) = self.peers.get(key) else { return };
        let Some(downlink) = &peer.downlink else { return };
        let estimate = downlink.estimate_bps(now);
        let slack = if downlink.is_overused(now) { 100 } else { SLACK_PERCENT };
        let may_raise = peer.raise_at <= now;
        let subscriptions = peer.subscriptions.clone();
        let mut sound_bps = 0;
        let mut videos = Vec::with_capacity(subscriptions.len());
        self.wishes.clear();
        for subscription in subscriptions {
            match self.demand(subscription, now) {
                Some(Demand::Sound { bps }) => sound_bps += bps,
                Some(Demand::Video(wish)) => {
                    videos.push(subscription);
                    self.wishes.push(wish);
                }
                None => {}
            }
        }
        // Redundancy may take half of what the line carries, the sound itself included.
        let has_room = estimate.is_none_or(|bps| bps >= 2 * sound_bps);
        if let Some(peer) = self.peers.get_mut(key) {
            peer.has_room = has_room;
        }
        let left = |bps: u64| bps.saturating_sub(sound_bps);
        let budget = match estimate {
            Some(bps) => Budget { keep_bps: left(bps * slack / 100), raise_bps: if may_raise { left(bps) } else { 0 } },
            // The subscriber does not tell what arrives.
            None => Budget { keep_bps: u64::MAX, raise_bps: u64::MAX },
        };
        let granted = allocate(budget, &self.wishes);
        let mut needed_bps = sound_bps;
        let mut unserved = false;
        let wishes = std::mem::take(&mut self.wishes);
        for ((&subscription, wish), &granted) in videos.iter().zip(&wishes).zip(&granted) {
            let largest = Layer::ALL.into_iter().rev().find(|&layer| wish.cost(layer).is_some());
            needed_bps += largest.and_then(|layer| wish.cost(layer)).unwrap_or(0);
            unserved |= granted < largest;
            if largest.is_some() {
                self.grant(subscription, granted, granted < largest, now);
            }
        }
        self.wishes = wishes;
        if let Some(downlink) = self.peers.get_mut(key).and_then(|peer| peer.downlink.as_mut())
            && unserved
            && downlink.probe(needed_bps * MARGIN_PERCENT / 100, now)
        {
            self.timers.set_earliest(Timer::Probe(key), now);
        }
        if !videos.is_empty() {
            self.timers.set(Timer::Allocate(key), now + REVIEW);
        }
    }

    /// Allocates anew to everybody who gets a track.
    pub(super) fn allocate_all(&mut self, track: TrackKey, now: Instant) {
        let subscriptions = self.tracks.get(track).map(|track| track.subscriptions.clone()).unwrap_or_default();
        for subscription in subscriptions {
            if let Some(peer) = self.subscriptions.get(subscription).map(|subscription| subscription.peer) {
                self.allocate(peer, now);
            }
        }
    }

    /// What a subscription asks of its line; nothing while it is hidden or kept back.
    fn demand(&mut self, key: SubscriptionKey, now: Instant) -> Option<Demand> {
        let subscription = self.subscriptions.get(key)?;
        let track = self.tracks.get(subscription.track).filter(|track| !track.gated)?;
        let wanted = subscription.preference.layer?;
        let source = subscription.rewriter.source();
        let mut layers = [None; 3];
        for stream_key in track.streams() {
            let Some(stream) = self.streams.get_mut(stream_key) else { continue };
            // A picture that stands still may send nothing for a while.
            if stream.is_live(now) || source == Some(stream_key) {
                layers[stream.layer as usize] = Some(stream.rate_bps(track.kind(), now));
            }
        }
        if track.kind() == MediaKind::Audio {
            return Some(Demand::Sound { bps: layers.into_iter().flatten().sum() });
        }
        // Within the wish, or else the smallest above it.
        let within = layers.iter().take(wanted as usize + 1).any(Option::is_some);
        let kept = if within { wanted as usize } else { layers.iter().position(Option::is_some).unwrap_or(0) };
        layers.iter_mut().skip(kept + 1).for_each(|layer| *layer = None);
        let Preference { rank, pixels, .. } = subscription.preference;
        Some(Demand::Video(Wish { rank, pixels, layers, current: subscription.granted }))
    }

    fn grant(&mut self, key: SubscriptionKey, granted: Option<Layer>, short: bool, now: Instant) {
        let Some(subscription) = self.subscriptions.get_mut(key) else { return };
        let starved = granted.is_none();
        if std::mem::replace(&mut subscription.starved, starved) != starved
            && let (Some(peer), Some(track)) = (self.peers.get(subscription.peer), self.tracks.get(subscription.track))
        {
            self.events.push_back(Event::Starved { peer: peer.id, track: track.id, starved });
        }
        if std::mem::replace(&mut subscription.granted, granted) == granted {
            return;
        }
        tracing::debug!(subscription = %subscription.id, ?granted, short, "another layer");
        let Some(layer) = granted else { return subscription.stop() };
        let larger = |source| self.streams.get(source).is_some_and(|stream| stream.layer > layer);
        if short && subscription.rewriter.source().is_some_and(larger) {
            // Until the smaller layer's key frame comes the larger one would fill the queue, and sound waits behind it.
            subscription.rewriter.pause();
        }
        self.retarget(key, now);
    }

    /// Sends what is due of a probe.
    pub(super) fn send_probe(&mut self, key: PeerKey, now: Instant) {
        while let Some(size) = self.peers.get_mut(key).and_then(|peer| peer.downlink.as_mut()?.padding_due(now)) {
            if self.send_padding(key, size.saturating_sub(PADDING_OVERHEAD), now).is_none() {
                break;
            }
        }
        let probing = |peer: &Peer| peer.downlink.as_ref().is_some_and(|downlink| downlink.is_probing());
        if self.peers.get(key).is_some_and(probing) {
            self.timers.set(Timer::Probe(key), now + PROBE_STEP);
        }
    }

    /// Sends a packet of nothing on a repair stream: receivers take no notice of it but in their feedback.
    fn send_padding(&mut self, key: PeerKey, padding: usize, now: Instant) -> Option<()> {
        let peer = self.peers.get_mut(key)?;
        let repaired = |key: &&SubscriptionKey| {
            self.subscriptions.get(**key).is_some_and(|one| one.forward.payload_types.rtx.is_some())
        };
        let carrier = *peer.subscriptions.iter().find(repaired)?;
        let subscription = self.subscriptions.get_mut(carrier)?;
        let payload_type = subscription.forward.payload_types.rtx?;
        let padding = padding.clamp(1, MOST_PADDING);
        let number = peer.number(now, padding);
        let (sealer, to) = peer.transport.sealer()?;
        let send = Send {
            payload_type,
            frames: None,
            ssrc: subscription.forward.rtx_ssrc,
            index: subscription.next_repair,
            timestamp: subscription.rewriter.last_timestamp().unwrap_or(0),
            renumbering: Renumbering::default(),
            original: None,
            number,
        };
        subscription.next_repair += 1;
        let sent = self.egress.push_with(to, |buf| send.write_padding(buf, padding, sealer));
        self.counters.packets_probing += u64::from(sent);
        self.counters.dropped += u64::from(!sent);
        sent.then_some(())
    }
}
