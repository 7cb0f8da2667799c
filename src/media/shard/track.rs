//! A published track: its layers, and who gets it.

use std::time::Instant;

use slotmap::SlotMap;

use super::{PeerKey, StreamKey, SubscriptionKey};
use crate::{
    ids::TrackId,
    media::{Layer, MediaKind, PublishedTrack, speaker::Voice, stream::Stream},
};

#[derive(Debug)]
pub struct Track {
    pub id: TrackId,
    pub publisher: PeerKey,
    pub description: PublishedTrack,
    /// The streams that have been seen, by layer.
    layers: [Option<StreamKey>; 3],
    pub muted: bool,
    /// Whether it is kept from everybody.
    pub gated: bool,
    /// Whether control has been told that media flows.
    pub flowing: bool,
    /// Of a microphone.
    pub voice: Voice,
    /// Its packets say how loud they are.
    pub tells_levels: bool,
    /// When the last packet came that may be a voice.
    pub voiced_at: Option<Instant>,
    /// Others are louder: it is not forwarded for now.
    pub kept_back: bool,
    pub subscriptions: Vec<SubscriptionKey>,
    /// Packets put into the rings since the last forwarding, in the order of their coming.
    pub fresh: Vec<(StreamKey, u64)>,
}

impl Track {
    pub fn new(publisher: PeerKey, description: PublishedTrack) -> Self {
        Self {
            id: description.track,
            publisher,
            description,
            layers: [None; 3],
            muted: false,
            gated: false,
            flowing: false,
            voice: Voice::default(),
            tells_levels: false,
            voiced_at: None,
            kept_back: false,
            subscriptions: Vec::new(),
            fresh: Vec::new(),
        }
    }

    pub fn kind(&self) -> MediaKind {
        self.description.kind
    }

    pub fn stream(&self, layer: Layer) -> Option<StreamKey> {
        self.layers[layer as usize]
    }

    /// Returns the stream that had the layer before.
    pub fn set_stream(&mut self, layer: Layer, stream: StreamKey) -> Option<StreamKey> {
        self.layers[layer as usize].replace(stream)
    }

    pub fn streams(&self) -> impl Iterator<Item = StreamKey> {
        self.layers.into_iter().flatten()
    }

    /// Which stream a subscriber should get that wants at most `wanted` and now gets `current`: the largest living
    /// layer within the wish, else the smallest living one above it; while none lives, no change.
    pub fn choose<T>(
        &self,
        wanted: Layer,
        current: Option<StreamKey>,
        streams: &SlotMap<StreamKey, Stream<T>>,
        now: Instant,
    ) -> Option<StreamKey> {
        let living = |layer: &Layer| {
            self.stream(*layer).filter(|&key| streams.get(key).is_some_and(|stream| stream.is_live(now)))
        };
        let within = Layer::ALL.iter().rev().filter(|&&layer| layer <= wanted).find_map(living);
        let above = || Layer::ALL.iter().filter(|&&layer| layer > wanted).find_map(living);
        within.or_else(above).or(current)
    }
}
