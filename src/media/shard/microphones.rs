//! Of many open microphones only the loudest few are forwarded: the noise of the others would cost every line, and every
//! listener.
//!
//! A microphone that tells no levels is not judged. Who begins to speak while few do is heard from the first packet on.

use std::time::{Duration, Instant};

use super::{Shard, TrackKey};
use crate::{
    ids::PeerId,
    media::{MediaKind, speaker},
};

/// So many open microphones of a room are all forwarded; of more, the loudest so many.
pub const HEARD: usize = 6;
/// A voice is listened to for so long after it has ended.
const LINGERS: Duration = Duration::from_secs(2);
/// Who is heard gives way only to who is louder by this.
const BONUS: f32 = 0.2;

impl Shard {
    /// A packet of sound at this level has come from an open microphone.
    pub(super) fn level_heard(&mut self, key: TrackKey, level: u8, now: Instant) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        if !std::mem::replace(&mut track.tells_levels, true) {
            return self.review_microphones(key, now);
        }
        if !speaker::is_voice(level) {
            return;
        }
        track.voiced_at = Some(now);
        if track.kept_back && self.judged(key).iter().filter(|&&other| !self.is_kept_back(other)).count() < HEARD {
            self.keep_back(key, false);
        }
    }

    /// Chooses anew whom the listeners of a track's room hear.
    pub(super) fn review_microphones(&mut self, key: TrackKey, now: Instant) {
        let open = self.judged(key);
        if open.len() <= HEARD {
            return open.into_iter().for_each(|track| self.keep_back(track, false));
        }
        let mut ranked: Vec<(f32, TrackKey)> = open.iter().map(|&key| (self.weight(key, now), key)).collect();
        ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (position, (weight, key)) in ranked.into_iter().enumerate() {
            self.keep_back(key, position >= HEARD || weight <= 0.0);
        }
    }

    /// The open microphones of a track's room, as far as they can be judged.
    fn judged(&self, key: TrackKey) -> Vec<TrackKey> {
        let room_of = |publisher| self.peers.get(publisher).map(|peer| peer.id).map(PeerId::room);
        let Some(room) = self.tracks.get(key).map(|track| room_of(track.publisher)) else { return Vec::new() };
        let open = self.tracks.iter().filter(|(_, track)| {
            let judged = track.kind() == MediaKind::Audio && track.tells_levels && !track.muted && !track.gated;
            judged && room_of(track.publisher) == room
        });
        open.map(|(key, _)| key).collect()
    }

    /// How much a microphone is worth hearing; not at all when nobody has spoken into it lately.
    fn weight(&self, key: TrackKey, now: Instant) -> f32 {
        let Some(track) = self.tracks.get(key) else { return 0.0 };
        let lately = track.voiced_at.is_some_and(|at| now.saturating_duration_since(at) < LINGERS);
        if !lately {
            return 0.0;
        }
        // Who has only just begun is not known to be loud.
        let bonus = if track.kept_back { 0.0 } else { BONUS };
        track.voice.loudness().unwrap_or(0.1) + bonus
    }

    fn is_kept_back(&self, key: TrackKey) -> bool {
        self.tracks.get(key).is_some_and(|track| track.kept_back)
    }

    fn keep_back(&mut self, key: TrackKey, kept_back: bool) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        if std::mem::replace(&mut track.kept_back, kept_back) == kept_back || !kept_back {
            return;
        }
        track.fresh.clear();
        // Its numbering goes on without a gap when it is heard again.
        for &subscription in &track.subscriptions {
            if let Some(subscription) = self.subscriptions.get_mut(subscription) {
                subscription.rewriter.pause();
            }
        }
    }
}
