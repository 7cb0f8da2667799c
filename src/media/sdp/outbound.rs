//! What the client receives: subscriptions, and the section that each of them is sent on.

use std::collections::{HashMap, HashSet};

use rand::Rng;

use super::{SectionsWanted, offer::Offer};
use crate::{
    ids::{SubscriptionId, TrackId},
    media::{ForwardedTrack, MediaKind, PayloadTypes},
};

/// Subscriptions take the client's `recvonly` sections, first come, first served.
///
/// A freed section goes straight to the next subscription: under the new msid browsers end the old track and report the
/// new one (W3C WebRTC, "process the addition of a remote track"), without an inactive answer in between.
#[derive(Debug, Default)]
pub(super) struct Outbound {
    /// In the order of their beginnings.
    subscriptions: Vec<Outgoing>,
    /// Sections of the last offer that can take a subscription, in its order.
    free: Vec<(String, MediaKind)>,
    /// A section is still answered as sending for a subscription that ended.
    dropped: bool,
    /// SSRCs that the client named in its last offer.
    foreign: HashSet<u32>,
    /// Every SSRC that we ever gave out: none comes back with another meaning.
    issued: HashSet<u32>,
}

/// What we send for one subscription.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub stream_id: String,
    pub track_id: String,
    pub ssrc: u32,
    pub rtx_ssrc: u32,
    subscription: SubscriptionId,
    track: TrackId,
    kind: MediaKind,
    seat: Option<Seat>,
}

/// The section that it is sent on.
#[derive(Debug)]
struct Seat {
    mid: String,
    payload_types: PayloadTypes,
}

impl Outbound {
    pub fn send(
        &mut self,
        subscription: SubscriptionId,
        track: TrackId,
        kind: MediaKind,
        stream_id: String,
        track_id: String,
        rng: &mut impl Rng,
    ) {
        let ssrc = new_ssrc(&mut self.issued, &self.foreign, rng);
        let rtx_ssrc = new_ssrc(&mut self.issued, &self.foreign, rng);
        self.subscriptions.push(Outgoing {
            stream_id,
            track_id,
            ssrc,
            rtx_ssrc,
            subscription,
            track,
            kind,
            seat: None,
        });
    }

    pub fn stop(&mut self, subscription: SubscriptionId) {
        for ended in self.subscriptions.extract_if(.., |out| out.subscription == subscription) {
            if let Some(seat) = ended.seat {
                self.free.push((seat.mid, ended.kind));
                self.dropped = true;
            }
        }
    }

    pub fn sections_wanted(&self) -> SectionsWanted {
        let wanted = |kind| {
            let waiting = self.subscriptions.iter().filter(|out| out.kind == kind && out.seat.is_none()).count();
            let free = self.free.iter().filter(|(_, free)| *free == kind).count();
            u32::try_from(waiting.saturating_sub(free)).unwrap_or(u32::MAX)
        };
        SectionsWanted { audios: wanted(MediaKind::Audio), videos: wanted(MediaKind::Video) }
    }

    pub fn offer_wanted(&self) -> bool {
        self.dropped || self.subscriptions.iter().any(|out| out.seat.is_none())
    }

    /// Seats what has no section yet; returns what is sent for the first time or otherwise than before.
    pub fn update(&mut self, offer: &Offer<'_>, rng: &mut impl Rng) -> Vec<ForwardedTrack> {
        let before: Vec<_> = self.subscriptions.iter().map(Outgoing::forwarded).collect();
        self.dropped = false;
        self.foreign.clone_from(&offer.ssrcs);

        let mut open: HashMap<_, _> = offer.media().filter(|(_, media)| media.direction.receives()).collect();
        for out in &mut self.subscriptions {
            out.seat = out.seat.take().and_then(|seat| {
                let media = open.remove(seat.mid.as_str()).filter(|media| media.kind == out.kind)?;
                Some(Seat { payload_types: media.codec.payload_types, ..seat })
            });
        }
        let mut free: Vec<_> =
            offer.media().filter(|(mid, media)| open.contains_key(mid) && !media.direction.sends()).collect();
        for out in self.subscriptions.iter_mut().filter(|out| out.seat.is_none()) {
            if let Some(index) = free.iter().position(|(_, media)| media.kind == out.kind) {
                let (mid, media) = free.remove(index);
                out.seat = Some(Seat { mid: mid.to_owned(), payload_types: media.codec.payload_types });
            }
        }
        self.free = free.into_iter().map(|(mid, media)| (mid.to_owned(), media.kind)).collect();

        for out in &mut self.subscriptions {
            for ssrc in [&mut out.ssrc, &mut out.rtx_ssrc] {
                if self.foreign.contains(ssrc) {
                    *ssrc = new_ssrc(&mut self.issued, &self.foreign, rng);
                }
            }
        }
        let after = self.subscriptions.iter().map(Outgoing::forwarded);
        after.zip(before).filter(|(after, before)| after != before).filter_map(|(after, _)| after).collect()
    }

    /// What is sent, by mid.
    pub fn seated(&self) -> HashMap<&str, &Outgoing> {
        self.subscriptions.iter().filter_map(|out| Some((out.seat.as_ref()?.mid.as_str(), out))).collect()
    }
}

impl Outgoing {
    fn forwarded(&self) -> Option<ForwardedTrack> {
        Some(ForwardedTrack {
            subscription: self.subscription,
            track: self.track,
            ssrc: self.ssrc,
            rtx_ssrc: self.rtx_ssrc,
            payload_types: self.seat.as_ref()?.payload_types,
        })
    }
}

fn new_ssrc(issued: &mut HashSet<u32>, foreign: &HashSet<u32>, rng: &mut impl Rng) -> u32 {
    loop {
        let ssrc = rng.random();
        if ssrc != 0 && !foreign.contains(&ssrc) && issued.insert(ssrc) {
            return ssrc;
        }
    }
}
