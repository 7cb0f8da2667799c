//! What is told of lines and voices: losses, round trips, who speaks.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use super::{PeerKey, Shard, StreamKey, SubscriptionKey, Timer, TrackKey, peer::Inbound, track::Track};
use crate::media::{Event, Leg, LineQuality, MediaKind, rtcp::Reports, speaker, stream::clock_rate};

/// Over this long a line is judged.
pub const JUDGED_EVERY: Duration = Duration::from_secs(2);
/// With fewer packets nothing is said of a direction.
const FEWEST: u64 = 20;
/// A longer round trip is a misunderstanding.
const LONGEST_US: u64 = 10_000_000;

impl Shard {
    /// From the client's report on what we send: how long to it and back (RFC 3550 section 6.4.1).
    pub(super) fn receiver_report(&mut self, key: PeerKey, reports: &Reports<'_>, now: Instant) {
        for block in reports.blocks().filter(|block| block.last_sender_report != 0) {
            let Some(peer) = self.peers.get_mut(key) else { return };
            let Some(subscription) = peer.outbound.get(&block.ssrc).and_then(|key| self.subscriptions.get(*key)) else {
                continue;
            };
            let source = subscription.rewriter.source().and_then(|source| self.streams.get(source));
            let Some((stream, clock)) = source.and_then(|stream| Some((stream, stream.sender_clock?))) else {
                continue;
            };
            let Some(kind) = self.tracks.get(stream.track).map(|track| track.kind()) else { continue };
            // Our sender reports speak in the publisher's time; so does the answer.
            let (ntp, _) = clock.extrapolate(now, clock_rate(kind));
            let units = ((ntp >> 16) as u32).wrapping_sub(block.last_sender_report).wrapping_sub(block.delay_since);
            let micros = (u64::from(units) * 1_000_000) >> 16;
            if micros < LONGEST_US {
                let before = peer.round_trip_us.unwrap_or(micros);
                peer.round_trip_us = Some(before - before / 4 + micros / 4);
            }
        }
    }

    /// Tells control of a peer's line when it has changed.
    pub(super) fn judge_line(&mut self, key: PeerKey, now: Instant) {
        self.timers.set(Timer::Quality(key), now + JUDGED_EVERY);
        let Some(peer) = self.peers.get_mut(key) else { return };
        let mut up = (0, 0);
        for inbound in peer.inbound.values() {
            if let Inbound::Media(stream) = inbound
                && let Some(stream) = self.streams.get_mut(*stream)
            {
                let (due, lost) = stream.losses();
                up = (up.0 + due, up.1 + lost);
            }
        }
        let down = peer.downlink.as_mut().map(|downlink| downlink.losses()).unwrap_or_default();
        let starved = |key: &&SubscriptionKey| {
            self.subscriptions.get(**key).is_some_and(|one| one.starved && one.preference.layer.is_some())
        };
        let starved = peer.subscriptions.iter().filter(starved).count() as u32;
        let leg = |(due, lost): (u64, u64), starved| {
            (due >= FEWEST).then(|| Leg { lost_percent: (lost * 100 / due).min(100) as u8, starved })
        };
        let quality = LineQuality {
            up: leg(up, 0),
            down: leg(down, starved),
            round_trip_ms: peer.round_trip_us.map(|micros| ((micros + 5_000) / 10_000 * 10) as u32),
        };
        if std::mem::replace(&mut peer.quality, quality) != quality {
            self.events.push_back(Event::Quality { peer: peer.id, quality });
        }
    }

    /// A packet of sound has come with its level.
    pub(super) fn hear_voice(&mut self, stream: StreamKey, level: u8, now: Instant) {
        let Some(stream) = self.streams.get(stream) else { return };
        let key = stream.track;
        let open = |track: &&Track| track.kind() == MediaKind::Audio && !track.muted && !track.gated;
        if self.tracks.get(key).filter(open).is_none() {
            return;
        }
        self.level_heard(key, level, now);
        let Some(track) = self.tracks.get_mut(key) else { return };
        let speaking = track.voice.is_speaking();
        // One that was silenced within this window is on the list already.
        if track.voice.heard(level) && !speaking && !self.voices.contains(&key) {
            self.voices.push(key);
            self.timers.set_earliest(Timer::Voices, now + speaker::WINDOW);
        }
    }

    /// Ends a window of all voices.
    pub(super) fn look_at_voices(&mut self, now: Instant) {
        let mut voices = std::mem::take(&mut self.voices);
        let looked_at = voices.clone();
        voices.retain(|&key| {
            let Some(track) = self.tracks.get_mut(key) else { return false };
            if let Some(told) = track.voice.look()
                && let Some(peer) = self.peers.get(track.publisher)
            {
                self.events.push_back(Event::Voice { peer: peer.id, track: track.id, loudness: told.0 });
            }
            track.voice.is_speaking()
        });
        self.voices = voices;
        let mut rooms = HashSet::new();
        for key in looked_at {
            let room = self.tracks.get(key).and_then(|track| Some(self.peers.get(track.publisher)?.id.room()));
            if room.is_some_and(|room| rooms.insert(room)) {
                self.review_microphones(key, now);
            }
        }
        if !self.voices.is_empty() {
            self.timers.set(Timer::Voices, now + speaker::WINDOW);
        }
    }

    /// A microphone is muted or gated.
    pub(super) fn end_voice(&mut self, key: TrackKey) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        if track.voice.silence()
            && let Some(peer) = self.peers.get(track.publisher)
        {
            self.events.push_back(Event::Voice { peer: peer.id, track: track.id, loudness: None });
        }
    }
}
