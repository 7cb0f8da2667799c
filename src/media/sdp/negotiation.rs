//! One client's negotiation: what stays the same from offer to offer.

use std::hash::{DefaultHasher, Hash, Hasher};

use rand::{Rng, SeedableRng, distr::Alphanumeric, rngs::StdRng};

use super::{
    Negotiated, SdpError, SectionsWanted, SoundOptions, answer::Answer, inbound::Inbound, offer::Offer,
    outbound::Outbound,
};
use crate::{
    ids::{SubscriptionId, TrackId},
    media::{Fingerprint, IceCredentials, LocalEndpoint, MediaKind, PublishedTrack, TransportSettings},
};

/// RFC 8445 section 5.3 asks for 24 and 128 bits of chance; a letter or digit has just under six.
const UFRAG_LEN: usize = 12;
const PWD_LEN: usize = 24;

/// One client's side of the offer/answer exchange over its whole connection: which media section carries what.
///
/// The client always offers. Between offers, tracks and subscriptions are announced, withdrawn, begun and ended here;
/// the next [`offer`](Self::offer) settles them. Sections and SSRCs keep their meaning from offer to offer, credentials
/// change with the client's only (an ICE restart), and equal offers have equal answers.
#[derive(Debug)]
pub struct Negotiation {
    endpoint: LocalEndpoint,
    rng: StdRng,
    session_id: u64,
    version: Version,
    transport: Option<Transport>,
    inbound: Inbound,
    outbound: Outbound,
}

/// The number of the last answer and the hash of what it said.
#[derive(Debug, Default)]
struct Version {
    number: u64,
    hash: u64,
}

/// Both sides of the transport, as the last offer left them.
#[derive(Debug)]
struct Transport {
    remote: IceCredentials,
    remote_fingerprint: Fingerprint,
    local: IceCredentials,
}

impl Negotiation {
    pub fn new(endpoint: LocalEndpoint) -> Self {
        Self::with_rng(endpoint, StdRng::from_os_rng())
    }

    pub(super) fn with_rng(endpoint: LocalEndpoint, mut rng: StdRng) -> Self {
        // Readers take the session's number as signed.
        let session_id = rng.random::<u64>() >> 1;
        Self {
            endpoint,
            rng,
            session_id,
            version: Version::default(),
            transport: None,
            inbound: Inbound::default(),
            outbound: Outbound::default(),
        }
    }

    /// `addTrack` announced a track; `cid` is the client's name for it. Its section usually comes with a later offer
    /// ([`Negotiated::published`]); when an earlier one already had it, the track is returned at once.
    #[must_use]
    pub fn announce(&mut self, cid: String, kind: MediaKind, track: TrackId) -> Option<PublishedTrack> {
        self.inbound.announce(cid, kind, track)
    }

    /// How an announced track is to be sent; before [`Negotiation::announce`].
    pub fn set_sound(&mut self, track: TrackId, sound: SoundOptions) {
        self.inbound.set_sound(track, sound);
    }

    /// The track is unpublished, matched to a section or not. It will not be among [`Negotiated::ended`].
    pub fn withdraw(&mut self, track: TrackId) {
        self.inbound.withdraw(track);
    }

    /// A subscription wants a section; `stream_id` and `track_id` make its msid (RFC 8830: no spaces, at most 64 bytes).
    pub fn send(
        &mut self,
        subscription: SubscriptionId,
        track: TrackId,
        kind: MediaKind,
        stream_id: String,
        track_id: String,
    ) {
        self.outbound.send(subscription, track, kind, stream_id, track_id, &mut self.rng);
    }

    /// A subscription ended; its section is free for another of the same kind.
    pub fn stop_sending(&mut self, subscription: SubscriptionId) {
        self.outbound.stop(subscription);
    }

    /// Sections to ask for with `MediaSectionsRequirement`, beyond the free ones that the last offer had.
    ///
    /// The number stands until the next offer: who asks again before it comes gets the sections twice.
    pub fn sections_wanted(&self) -> SectionsWanted {
        self.outbound.sections_wanted()
    }

    /// Whether a re-offer is needed for a subscription to get a section, or to drop one. A requirement of no sections
    /// at all brings a plain one.
    pub fn offer_wanted(&self) -> bool {
        self.outbound.offer_wanted()
    }

    /// Handles an offer; a refused one changes nothing.
    pub fn offer(&mut self, sdp: &str) -> Result<Negotiated, SdpError> {
        let offer = Offer::parse(sdp)?;
        if self.transport.as_ref().is_some_and(|known| known.remote_fingerprint != offer.fingerprint) {
            return Err(SdpError::FingerprintChanged);
        }
        // Nothing is refused from here on.
        let remote = IceCredentials { ufrag: offer.ufrag.to_owned(), pwd: offer.pwd.to_owned() };
        let local = match self.transport.take() {
            Some(known) if known.remote == remote => known.local,
            _ => IceCredentials { ufrag: self.random_text(UFRAG_LEN), pwd: self.random_text(PWD_LEN) },
        };
        let inbound = self.inbound.update(&offer);
        let forwarded = self.outbound.update(&offer, &mut self.rng);

        let sending = self.outbound.seated();
        let mid_to_track_id =
            sending.iter().map(|(mid, outgoing)| ((*mid).to_owned(), outgoing.track_id.clone())).collect();
        let body =
            Answer { offer: &offer, endpoint: &self.endpoint, local: &local, sending, sounds: self.inbound.sounds() }
                .to_string();
        let answer = self.versioned(&body);
        let transport = TransportSettings {
            local: local.clone(),
            remote_fingerprint: offer.fingerprint,
            extensions: offer.extensions,
            max_message_size: offer.max_message_size,
        };
        self.transport = Some(Transport { remote, remote_fingerprint: offer.fingerprint, local });
        Ok(Negotiated {
            answer,
            mid_to_track_id,
            transport,
            published: inbound.published,
            ended: inbound.ended,
            forwarded,
        })
    }

    /// RFC 3264 section 8: the version rises with each answer that says something else.
    fn versioned(&mut self, body: &str) -> String {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let hash = hasher.finish();
        if self.version.hash != hash {
            self.version = Version { number: self.version.number + 1, hash };
        }
        format!("v=0\r\no=- {} {} IN IP4 127.0.0.1\r\n{body}", self.session_id, self.version.number)
    }

    fn random_text(&mut self, len: usize) -> String {
        (&mut self.rng).sample_iter(Alphanumeric).take(len).map(char::from).collect()
    }
}
