//! What control asks for: peers, tracks and subscriptions come and go.

use std::time::Instant;

use bytes::Bytes;

use super::{
    PeerKey, Shard, StreamKey, SubscriptionKey, Timer, TrackKey, peer::Peer, subscription::Subscription, track::Track,
};
use crate::{
    ids::{PeerId, SubscriptionId, TrackId},
    media::{
        Channel, Event, ForwardedTrack, MediaKind, PeerFailure, Preference, PublishedTrack, SILENCE, TransportSettings,
        congestion::Downlink,
        stream::clock_rate,
        transport::{Transport, data::SendError},
    },
};

impl Shard {
    pub(super) fn close_peer(&mut self, key: PeerKey, now: Instant) {
        let Some(mut peer) = self.peers.remove(key) else { return };
        peer.transport.close(now);
        self.counters.messages_dropped += peer.transport.lossy_dropped();
        if let Some(to) = peer.transport.remote() {
            while let Some(datagram) = peer.transport.poll_transmit(now) {
                self.egress.push(to, &datagram);
            }
        }
        self.peer_keys.remove(&peer.id);
        for ufrag in peer.transport.ufrags() {
            self.routes.remove_ufrag(ufrag);
        }
        for address in peer.transport.addresses() {
            self.routes.remove_address(address, key);
        }
        let own = [
            Timer::Transport,
            Timer::Consent,
            Timer::Feedback,
            Timer::Report,
            Timer::Allocate,
            Timer::Probe,
            Timer::Quality,
        ];
        for timer in own {
            self.timers.clear(timer(key));
        }
        for subscription in peer.subscriptions {
            self.remove_subscription(subscription);
        }
        for track in peer.tracks {
            self.remove_track(track);
        }
    }

    pub(super) fn set_transport(&mut self, id: PeerId, settings: &TransportSettings, now: Instant) {
        let key = match self.peer_keys.get(&id) {
            Some(&key) => key,
            // Settings for a peer that has failed meanwhile must not bring it back.
            None if !self.opened.remove(&id) => return,
            None => {
                let transport = Transport::new(settings, &self.identity);
                let key = self.peers.insert(Peer::new(id, transport, self.epoch, now));
                self.peer_keys.insert(id, key);
                self.timers.set(Timer::Consent(key), now + SILENCE);
                self.timers.set(Timer::Quality(key), now + super::quality::JUDGED_EVERY);
                key
            }
        };
        let Some(peer) = self.peers.get_mut(key) else { return };
        peer.extensions = settings.extensions;
        peer.transport.restart(settings);
        self.routes.add_ufrag(&settings.local.ufrag, key);
        self.drive(key, now);
    }

    pub(super) fn publish(&mut self, id: PeerId, description: PublishedTrack) {
        let Some(&publisher) = self.peer_keys.get(&id) else { return };
        let Some(peer) = self.peers.get_mut(publisher) else { return };
        let declared: Vec<_> = description.encodings.clone();
        let key = match self.track_keys.get(&description.track).copied() {
            Some(key) => {
                if let Some(track) = self.tracks.get_mut(key).filter(|track| track.publisher == publisher) {
                    track.description = description;
                }
                key
            }
            None => {
                let id = description.track;
                let key = self.tracks.insert(Track::new(publisher, description));
                self.track_keys.insert(id, key);
                peer.tracks.push(key);
                key
            }
        };
        for encoding in declared {
            let Some(ssrc) = encoding.ssrc else { continue };
            if let Some(stream) = self.bind_media(publisher, key, encoding.layer, ssrc)
                && let Some(rtx) = encoding.rtx_ssrc
            {
                self.bind_repair(publisher, stream, rtx);
            }
        }
    }

    pub(super) fn unpublish(&mut self, id: TrackId) {
        if let Some(&key) = self.track_keys.get(&id) {
            self.remove_track(key);
        }
    }

    fn remove_track(&mut self, key: TrackKey) {
        let Some(track) = self.tracks.remove(key) else { return };
        self.track_keys.remove(&track.id);
        self.timers.clear(Timer::Layers(key));
        for stream in track.streams() {
            self.remove_stream(track.publisher, stream);
        }
        if let Some(peer) = self.peers.get_mut(track.publisher) {
            peer.tracks.retain(|&other| other != key);
        }
        for subscription in track.subscriptions {
            self.remove_subscription(subscription);
        }
    }

    /// Forgets a stream and the SSRCs that lead to it.
    pub(super) fn remove_stream(&mut self, publisher: PeerKey, key: StreamKey) {
        self.streams.remove(key);
        self.timers.clear(Timer::Missing(key));
        self.timers.clear(Timer::KeyFrame(key));
        if let Some(peer) = self.peers.get_mut(publisher) {
            peer.inbound.retain(|_, inbound| inbound.stream() != key);
        }
    }

    pub(super) fn set_muted(&mut self, id: TrackId, muted: bool, now: Instant) {
        let Some(&key) = self.track_keys.get(&id) else { return };
        let Some(track) = self.tracks.get_mut(key) else { return };
        track.muted = muted;
        if muted {
            self.end_voice(key);
        }
        self.review_microphones(key, now);
        let Some(track) = self.tracks.get(key) else { return };
        if !muted && track.kind() == MediaKind::Video {
            let streams: Vec<StreamKey> = track.streams().collect();
            for stream in streams {
                self.request_key_frame(stream, now);
            }
        }
    }

    /// Closes or opens a track's gate for all who subscribe to it. What waits to be forwarded is not.
    pub(super) fn set_gated(&mut self, id: TrackId, gated: bool, now: Instant) {
        let Some(&key) = self.track_keys.get(&id) else { return };
        let Some(track) = self.tracks.get_mut(key) else { return };
        track.gated = gated;
        if gated {
            track.fresh.clear();
            for &subscription in &track.subscriptions {
                if let Some(subscription) = self.subscriptions.get_mut(subscription) {
                    subscription.stop();
                }
            }
        }
        if gated {
            self.end_voice(key);
        }
        self.review_microphones(key, now);
        self.retarget_all(key, now);
    }

    pub(super) fn subscribe(&mut self, id: PeerId, forward: ForwardedTrack, now: Instant) {
        let (Some(&peer_key), Some(&track_key)) = (self.peer_keys.get(&id), self.track_keys.get(&forward.track)) else {
            return;
        };
        if let Some(&known) = self.subscription_keys.get(&forward.subscription) {
            // The same subscription under renewed payload types; its numbering goes on.
            if let Some(subscription) = self.subscriptions.get_mut(known).filter(|known| known.peer == peer_key) {
                subscription.forward.payload_types = forward.payload_types;
            }
            return;
        }
        let (Some(peer), Some(track)) = (self.peers.get_mut(peer_key), self.tracks.get_mut(track_key)) else { return };
        let rate = clock_rate(track.kind());
        let key = self.subscriptions.insert(Subscription::new(peer_key, track_key, forward, rate, now));
        self.subscription_keys.insert(forward.subscription, key);
        peer.outbound.insert(forward.ssrc, key);
        peer.outbound.insert(forward.rtx_ssrc, key);
        peer.subscriptions.push(key);
        if peer.extensions.transport_cc.is_some() {
            peer.downlink.get_or_insert_with(|| Box::new(Downlink::new(now)));
            if let Some(subscription) = self.subscriptions.get_mut(key).filter(|_| track.kind() == MediaKind::Video) {
                subscription.granted = None;
            }
        }
        track.subscriptions.push(key);
        self.allocate(peer_key, now);
        self.retarget(key, now);
        if self.tracks.get(track_key).is_some_and(|track| track.kind() == MediaKind::Video) {
            self.timers.set_earliest(Timer::Layers(track_key), now + super::fanout::LAYER_REVIEW);
        }
    }

    pub(super) fn unsubscribe(&mut self, id: SubscriptionId) {
        if let Some(&key) = self.subscription_keys.get(&id) {
            self.remove_subscription(key);
        }
    }

    fn remove_subscription(&mut self, key: SubscriptionKey) {
        let Some(subscription) = self.subscriptions.remove(key) else { return };
        self.subscription_keys.remove(&subscription.id);
        if let Some(track) = self.tracks.get_mut(subscription.track) {
            track.subscriptions.retain(|&other| other != key);
        }
        if let Some(peer) = self.peers.get_mut(subscription.peer) {
            peer.outbound.remove(&subscription.forward.ssrc);
            peer.outbound.remove(&subscription.forward.rtx_ssrc);
            peer.subscriptions.retain(|&other| other != key);
        }
    }

    pub(super) fn prefer(&mut self, id: SubscriptionId, preference: Preference, now: Instant) {
        let Some(&key) = self.subscription_keys.get(&id) else { return };
        let Some(subscription) = self.subscriptions.get_mut(key) else { return };
        subscription.preference = preference;
        if preference.layer.is_none() {
            subscription.stop();
        }
        let peer = subscription.peer;
        self.allocate(peer, now);
        self.retarget(key, now);
    }

    pub(super) fn send_data(&mut self, peers: &[PeerId], channel: Channel, payload: &Bytes, now: Instant) {
        for id in peers {
            let Some(&key) = self.peer_keys.get(id) else { continue };
            let Some(peer) = self.peers.get_mut(key) else { continue };
            match peer.transport.send_data(now, channel, payload) {
                Ok(()) | Err(SendError::NotOpen | SendError::TooLarge) => self.drive(key, now),
                // Skipping a message would break the channel's promise: the client is told to join anew instead.
                Err(SendError::Overflow) => {
                    self.events.push_back(Event::Failed { peer: *id, failure: PeerFailure::DataOverflow });
                    self.close_peer(key, now);
                }
            }
        }
    }
}
