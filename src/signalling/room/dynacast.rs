//! Layers that nobody watches are not sent to the server: a publisher is told the largest that somebody wants.
//!
//! What is wanted again is asked for at once. What is not wanted any more is called off after a while, since pages are
//! turned to and fro.

use std::time::{Duration, Instant};

use super::{
    Room,
    proto::{self, VideoQuality, signal_response},
    tracks::Track,
};
use crate::{
    ids::{PeerId, TrackId},
    media::{Layer, MediaKind},
};

/// From the moment at which nobody wants a layer any more to the moment at which it is called off.
const CALL_OFF_AFTER: Duration = Duration::from_secs(5);

/// What the publisher of a track was told to send.
#[derive(Debug)]
pub(super) struct Publishing {
    /// The largest layer; none while nobody watches.
    layer: Option<Layer>,
    /// Nobody wants as much any more: it is called off then.
    call_off_at: Option<Instant>,
}

impl Default for Publishing {
    /// A publisher sends all that it has until it is told.
    fn default() -> Self {
        Self { layer: Some(Layer::Full), call_off_at: None }
    }
}

impl Publishing {
    pub fn deadline(&self) -> Option<Instant> {
        self.call_off_at
    }
}

impl Room {
    /// Looks at the tracks whose audience has changed.
    pub(super) fn settle_demand(&mut self) {
        while let Some(id) = self.demand_changed.pop_first() {
            let wanted = self.wanted_layer(id);
            let Some(track) = self.tracks.get_mut(&id).filter(|track| track.kind == MediaKind::Video) else { continue };
            let publishing = &mut track.publishing;
            if wanted > publishing.layer {
                *publishing = Publishing { layer: wanted, call_off_at: None };
                self.tell_publisher(id);
            } else if wanted == publishing.layer {
                publishing.call_off_at = None;
            } else {
                publishing.call_off_at.get_or_insert(self.now + CALL_OFF_AFTER);
            }
        }
    }

    /// Calls off what nobody has wanted for long enough.
    pub(super) fn call_off_layers(&mut self) {
        let due = |track: &&Track| track.publishing.call_off_at.is_some_and(|at| at <= self.now);
        let due: Vec<TrackId> = self.tracks.values().filter(due).map(|track| track.id).collect();
        for id in due {
            let layer = self.wanted_layer(id);
            if let Some(track) = self.tracks.get_mut(&id) {
                track.publishing = Publishing { layer, call_off_at: None };
            }
            self.tell_publisher(id);
        }
    }

    /// A publisher that was away is told again: it may have missed it.
    pub(super) fn repeat_demand(&mut self, owner: PeerId) {
        let told =
            |track: &&Track| track.owner == owner && track.is_shown() && track.publishing.layer != Some(Layer::Full);
        let told: Vec<TrackId> = self.tracks.values().filter(told).map(|track| track.id).collect();
        for id in told {
            self.tell_publisher(id);
        }
    }

    /// The largest layer that any subscriber wants.
    fn wanted_layer(&self, id: TrackId) -> Option<Layer> {
        let track = self.tracks.get(&id)?;
        self.participants.values().filter_map(|subscriber| subscriber.subscriptions.wanted_layer(track)).max()
    }

    fn tell_publisher(&mut self, id: TrackId) {
        let Some(track) = self.tracks.get(&id) else { return };
        let layer = track.publishing.layer;
        let qualities: Vec<_> = [
            (VideoQuality::Low, Layer::Quarter),
            (VideoQuality::Medium, Layer::Half),
            (VideoQuality::High, Layer::Full),
        ]
        .map(|(quality, of)| proto::SubscribedQuality { quality: quality.into(), enabled: layer >= Some(of) })
        .into();
        let codec = proto::SubscribedCodec { codec: track.codec().to_owned(), qualities: qualities.clone() };
        #[expect(deprecated, reason = "older SDKs read these")]
        let update = proto::SubscribedQualityUpdate {
            track_sid: track.sid.to_string(),
            subscribed_qualities: qualities,
            subscribed_codecs: vec![codec],
        };
        self.send(track.owner, signal_response::Message::SubscribedQualityUpdate(update));
    }
}
