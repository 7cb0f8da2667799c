//! Who is sent which track: wishes and permissions on one side, subscriptions that hold a media section on the other.

use std::collections::{BTreeMap, HashMap};

use super::{
    Output, Room,
    layers::{self, Wish},
    participant::{AllowedTracks, Audience, Participant},
    proto::{self, signal_response},
    tracks::Track,
};
use crate::{
    ids::{PeerId, SubscriptionId, TrackId, TrackSid},
    media::{Command, ForwardedTrack, Layer, MediaKind, Preference, Rank},
    meeting::Place,
};

/// The most track or participant names read of one request.
const MAX_NAMES: usize = 2_000;

#[derive(Default)]
pub(super) struct Subscriptions {
    /// Take every track unless told otherwise.
    automatic: bool,
    /// Where the client said yes or no itself.
    explicit: HashMap<TrackId, bool>,
    wishes: HashMap<TrackId, Wish>,
    active: BTreeMap<TrackId, Subscription>,
}

struct Subscription {
    id: SubscriptionId,
    /// What the worker was told, once there is a media section for it.
    forwarded: Option<ForwardedTrack>,
}

impl Subscriptions {
    pub fn new(automatic: bool) -> Self {
        Self { automatic, ..Default::default() }
    }

    fn wants(&self, track: TrackId) -> bool {
        self.explicit.get(&track).copied().unwrap_or(self.automatic)
    }

    /// The tracks that are subscribed to.
    pub fn tracks(&self) -> impl Iterator<Item = TrackId> {
        self.active.keys().copied()
    }

    /// The largest layer wanted of a track that is subscribed to.
    pub fn wanted_layer(&self, track: &Track) -> Option<Layer> {
        self.active.contains_key(&track.id).then(|| self.preference(track).layer)?
    }

    /// What the client's wish for a track means to the worker.
    fn preference(&self, track: &Track) -> Preference {
        let wish = self.wishes.get(&track.id).copied().unwrap_or_default();
        let layers = match track.kind {
            MediaKind::Audio => &[],
            MediaKind::Video => track.layers(),
        };
        Preference { layer: layers::choose(wish, layers), rank: track.rank, pixels: wish.pixels() }
    }
}

fn allows(owner: &Participant, track: &Track, subscriber: &Participant) -> bool {
    match &owner.audience {
        Audience::Everyone => true,
        Audience::Only(allowed) => match allowed.get(&subscriber.identity) {
            Some(AllowedTracks::All) => true,
            Some(AllowedTracks::Some(sids)) => sids.contains(&track.sid),
            None => false,
        },
    }
}

/// livekit-client finds a track by its section, so tracks may share a stream; the native SDKs, and Firefox that makes up
/// its own track names, read the track's sid from the name of the stream.
fn needs_track_streams(client: &proto::ClientInfo) -> bool {
    client.sdk() != proto::client_info::Sdk::Js || client.browser.eq_ignore_ascii_case("firefox")
}

impl Room {
    /// Makes or ends each participant's subscription to a track as wishes and permissions now stand.
    pub(super) fn reconcile_track(&mut self, track: TrackId) {
        let subscribers: Vec<PeerId> = self.participants.keys().copied().collect();
        for subscriber in subscribers {
            self.reconcile(subscriber, track);
        }
    }

    pub(super) fn reconcile_subscriber(&mut self, subscriber: PeerId) {
        let tracks: Vec<TrackId> = self.tracks.keys().copied().collect();
        for track in tracks {
            self.reconcile(subscriber, track);
        }
    }

    fn reconcile(&mut self, peer: PeerId, id: TrackId) {
        let (Some(track), Some(subscriber)) = (self.tracks.get(&id), self.participants.get(&peer)) else { return };
        let Some(owner) = self.participants.get(&track.owner) else { return };
        let wanted = track.is_live()
            && track.owner != peer
            && subscriber.permission.can_subscribe
            && subscriber.subscriptions.wants(id)
            && allows(owner, track, subscriber);
        match (wanted, subscriber.subscriptions.active.contains_key(&id)) {
            (true, false) => self.subscribe(peer, id),
            (false, true) => self.unsubscribe(peer, id),
            _ => {}
        }
    }

    fn subscribe(&mut self, peer: PeerId, id: TrackId) {
        let subscription = self.next_subscription();
        let (Some(track), Some(subscriber)) = (self.tracks.get_mut(&id), self.participants.get_mut(&peer)) else {
            return;
        };
        let first = !std::mem::replace(&mut track.was_subscribed, true);
        let (owner, kind, track_sid) = (track.owner, track.kind, track.sid.to_string());
        let stream_name = track.stream_name(needs_track_streams(&subscriber.client)).to_owned();
        subscriber.subscriptions.active.insert(id, Subscription { id: subscription, forwarded: None });
        self.unsettled.insert(peer);
        self.demand_changed.insert(id);

        let Some(owner_sid) = self.participants.get(&owner).map(|owner| owner.sid.to_string()) else { return };
        if let Some(subscriber) = self.participants.get_mut(&peer) {
            let stream = format!("{owner_sid}|{stream_name}");
            subscriber.negotiation.send(subscription, id, kind, stream, track_sid.clone());
        }
        if first {
            self.send(owner, signal_response::Message::TrackSubscribed(proto::TrackSubscribed { track_sid }));
        }
    }

    fn unsubscribe(&mut self, peer: PeerId, id: TrackId) {
        let Some(subscriber) = self.participants.get_mut(&peer) else { return };
        let Some(subscription) = subscriber.subscriptions.active.remove(&id) else { return };
        subscriber.negotiation.stop_sending(subscription.id);
        self.unsettled.insert(peer);
        self.demand_changed.insert(id);
        if subscription.forwarded.is_some() {
            self.command(Command::Unsubscribe { subscription: subscription.id });
        }
    }

    /// Everything that a subscriber has of a track that is over.
    pub(super) fn forget_track(&mut self, peer: PeerId, id: TrackId) {
        self.unsubscribe(peer, id);
        if let Some(subscriber) = self.participants.get_mut(&peer) {
            subscriber.subscriptions.explicit.remove(&id);
            subscriber.subscriptions.wishes.remove(&id);
        }
    }

    /// A subscription got its media section, or its section's payload types changed: the worker forwards from now on.
    pub(super) fn forward(&mut self, peer: PeerId, forward: ForwardedTrack) {
        let Some(track) = self.tracks.get(&forward.track) else { return };
        let Some(subscriber) = self.participants.get_mut(&peer) else { return };
        let preference = subscriber.subscriptions.preference(track);
        let Some(subscription) = subscriber.subscriptions.active.get_mut(&forward.track) else { return };
        if subscription.id != forward.subscription {
            return;
        }
        let before = subscription.forwarded.replace(forward);
        // Under other SSRCs it is another stream to the client: the worker numbers it from the start.
        if before.is_some_and(|before| (before.ssrc, before.rtx_ssrc) != (forward.ssrc, forward.rtx_ssrc)) {
            self.command(Command::Unsubscribe { subscription: forward.subscription });
        }
        self.command(Command::Subscribe { peer, forward });
        if preference != Preference::default() {
            self.command(Command::Prefer { subscription: forward.subscription, preference });
        }
    }

    pub(super) fn update_subscription(&mut self, peer: PeerId, request: &proto::UpdateSubscription) {
        let by_participant = request.participant_tracks.iter().flat_map(|tracks| &tracks.track_sids);
        let sids: Vec<&String> = request.track_sids.iter().chain(by_participant).take(MAX_NAMES).collect();
        for track in self.named_tracks(&sids) {
            if let Some(subscriber) = self.participants.get_mut(&peer) {
                subscriber.subscriptions.explicit.insert(track, request.subscribe);
            }
            self.reconcile(peer, track);
        }
    }

    pub(super) fn update_track_settings(&mut self, peer: PeerId, request: &proto::UpdateTrackSettings) {
        let wish = if request.disabled {
            Wish::Hidden
        } else if request.width > 0 && request.height > 0 {
            Wish::Size { width: request.width, height: request.height }
        } else {
            Wish::Quality(request.quality())
        };
        let sids: Vec<&String> = request.track_sids.iter().take(MAX_NAMES).collect();
        self.wish(peer, &sids, wish);
    }

    /// What a client that resumes says about its subscriptions.
    pub(super) fn sync_subscriptions(&mut self, peer: PeerId, state: &proto::SyncState) {
        if let Some(update) = &state.subscription {
            self.update_subscription(peer, update);
        }
        let disabled: Vec<&String> = state.track_sids_disabled.iter().take(MAX_NAMES).collect();
        self.wish(peer, &disabled, Wish::Hidden);
    }

    fn wish(&mut self, peer: PeerId, sids: &[&String], wish: Wish) {
        for id in self.named_tracks(sids) {
            let (Some(track), Some(subscriber)) = (self.tracks.get(&id), self.participants.get_mut(&peer)) else {
                continue;
            };
            if subscriber.subscriptions.wishes.insert(id, wish) == Some(wish) {
                continue;
            }
            self.demand_changed.insert(id);
            let preference = subscriber.subscriptions.preference(track);
            if let Some(active) = subscriber.subscriptions.active.get(&id).filter(|active| active.forwarded.is_some()) {
                let subscription = active.id;
                self.command(Command::Prefer { subscription, preference });
            }
        }
    }

    /// Tells the worker where the stage has moved: whose picture matters more than others' now.
    pub(super) fn rank_tracks(&mut self) {
        let moved: Vec<(TrackId, Rank)> = self
            .tracks
            .values()
            .map(|track| (track.id, self.rank(track), track.rank))
            .filter(|(_, rank, known)| rank != known)
            .map(|(id, rank, _)| (id, rank))
            .collect();
        for (id, rank) in moved {
            let Some(track) = self.tracks.get_mut(&id) else { continue };
            track.rank = rank;
            let track = &*track;
            let told = self.participants.values().filter_map(|subscriber| {
                let active = subscriber.subscriptions.active.get(&id).filter(|active| active.forwarded.is_some())?;
                Some(Command::Prefer {
                    subscription: active.id,
                    preference: subscriber.subscriptions.preference(track),
                })
            });
            self.outputs.extend(told.map(Output::Media));
        }
    }

    /// What a track is in the conference.
    pub(super) fn rank(&self, track: &Track) -> Rank {
        let on_stage = |place: &Place| {
            let stage = self.policy.as_ref().map(|policy| &policy.stage);
            stage.is_some_and(|stage| stage.on_stage.contains(place) || stage.spotlight.as_ref() == Some(place))
        };
        let place = || self.participants.get(&track.owner)?.place.as_ref();
        match track.source() {
            proto::TrackSource::ScreenShare => Rank::Presentation,
            _ if place().is_some_and(on_stage) => Rank::Speaker,
            _ => Rank::Thumbnail,
        }
    }

    /// A subscriber's line does not carry a video any more, or does again.
    pub(super) fn tell_stream_state(&mut self, peer: PeerId, id: TrackId, starved: bool) {
        let Some(track) = self.tracks.get(&id) else { return };
        let Some(owner) = self.participants.get(&track.owner) else { return };
        let state = if starved { proto::StreamState::Paused } else { proto::StreamState::Active };
        let info = proto::StreamStateInfo {
            participant_sid: owner.sid.to_string(),
            track_sid: track.sid.to_string(),
            state: state.into(),
        };
        let update = proto::StreamStateUpdate { stream_states: vec![info] };
        self.send(peer, signal_response::Message::StreamStateUpdate(update));
    }

    /// The owner decides who may subscribe; those who gain or lose a track are told.
    pub(super) fn restrict_audience(&mut self, peer: PeerId, request: proto::SubscriptionPermission) {
        let by_sid: HashMap<String, _> =
            self.participants.values().map(|other| (other.sid.to_string(), other.identity.clone())).collect();
        let audience = if request.all_participants {
            Audience::Everyone
        } else {
            let allowed = request.track_permissions.into_iter().take(MAX_NAMES).filter_map(|permission| {
                let identity = match permission.participant_identity.try_into() {
                    Ok(identity) => identity,
                    Err(_) => by_sid.get(&permission.participant_sid)?.clone(),
                };
                let tracks = if permission.all_tracks {
                    AllowedTracks::All
                } else {
                    let sids = permission.track_sids.into_iter().take(self.options.limits.tracks_per_participant);
                    AllowedTracks::Some(sids.filter_map(|sid| TrackSid::try_from(sid).ok()).collect())
                };
                Some((identity, tracks))
            });
            Audience::Only(allowed.collect())
        };
        let before = self.permitted(peer);
        let Some(owner) = self.participants.get_mut(&peer) else { return };
        let owner_sid = owner.sid.to_string();
        owner.audience = audience;
        for (key, allowed) in self.permitted(peer) {
            if before.get(&key) == Some(&allowed) {
                continue;
            }
            let (subscriber, track) = key;
            let Some(track_sid) = self.tracks.get(&track).map(|track| track.sid.to_string()) else { continue };
            let update = proto::SubscriptionPermissionUpdate { participant_sid: owner_sid.clone(), track_sid, allowed };
            self.send(subscriber, signal_response::Message::SubscriptionPermissionUpdate(update));
            self.reconcile(subscriber, track);
        }
    }

    /// Subscriber and track → whether the owner allows it, for every shown track of `owner`.
    fn permitted(&self, owner: PeerId) -> BTreeMap<(PeerId, TrackId), bool> {
        let Some(publisher) = self.participants.get(&owner) else { return BTreeMap::new() };
        let tracks = self.tracks.values().filter(|track| track.owner == owner && track.is_shown());
        let pairs = tracks.flat_map(|track| {
            let others = self.participants.values().filter(|other| other.peer != owner);
            others.map(move |other| ((other.peer, track.id), allows(publisher, track, other)))
        });
        pairs.collect()
    }

    fn named_tracks(&self, sids: &[&String]) -> Vec<TrackId> {
        let tracks = self.tracks.values().filter(|track| sids.iter().any(|sid| track.sid.as_str() == sid.as_str()));
        tracks.map(|track| track.id).collect()
    }
}
