//! What the client sends: its sections, and which announced track each of them carries.

use std::collections::HashMap;

use super::offer::{Media, Offer};
use crate::{
    ids::TrackId,
    media::{Encoding, MediaKind, PayloadTypes, PublishedTrack},
};

/// Announced tracks meet sending sections, whichever comes first.
///
/// The msid's track half is the announced name in all clients but Firefox, which invents one: there a section goes to
/// the first announced track of its kind that has none.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    /// Tracks without a section, in the order of their announcements.
    announced: Vec<Announced>,
    /// In the order of the last offer.
    sections: Vec<Sending>,
}

#[derive(Debug)]
struct Announced {
    cid: String,
    kind: MediaKind,
    track: TrackId,
}

/// A section that the client sends on.
#[derive(Debug)]
struct Sending {
    mid: String,
    kind: MediaKind,
    msid_track: Option<String>,
    payload_types: PayloadTypes,
    encodings: Vec<Encoding>,
    owner: Owner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// Not announced yet.
    Nobody,
    Track(TrackId),
    /// Its track was withdrawn while the client still sends.
    Withdrawn,
}

/// What an offer changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct InboundChanges {
    pub published: Vec<PublishedTrack>,
    pub ended: Vec<TrackId>,
}

impl Inbound {
    pub fn announce(&mut self, cid: String, kind: MediaKind, track: TrackId) -> Option<PublishedTrack> {
        let announced = Announced { cid, kind, track };
        let unclaimed = |section: &&mut Sending| section.owner == Owner::Nobody && section.kind == kind;
        let named = self.sections.iter_mut().filter(unclaimed).find(|section| section.is_named(&announced));
        let section = match named {
            Some(section) => Some(section),
            None => self.sections.iter_mut().find(unclaimed),
        };
        match section {
            Some(section) => {
                section.owner = Owner::Track(track);
                section.published()
            }
            None => {
                self.announced.push(announced);
                None
            }
        }
    }

    pub fn withdraw(&mut self, track: TrackId) {
        self.announced.retain(|announced| announced.track != track);
        for section in self.sections.iter_mut().filter(|section| section.owner == Owner::Track(track)) {
            section.owner = Owner::Withdrawn;
        }
    }

    pub fn update(&mut self, offer: &Offer<'_>) -> InboundChanges {
        let before: Vec<_> = self.published().collect();

        let mut known: HashMap<String, Owner> =
            self.sections.drain(..).map(|section| (section.mid, section.owner)).collect();
        for (mid, media) in offer.media().filter(|(_, media)| media.direction.sends()) {
            let owner = known.remove(mid).unwrap_or(Owner::Nobody);
            self.sections.push(Sending::new(mid, media, owner));
        }
        // A name settles it, even where another track was before: the client may reuse a section for its next track.
        for section in &mut self.sections {
            let named = self.announced.iter().position(|announced| section.is_named(announced));
            if let Some(index) = named {
                section.owner = Owner::Track(self.announced.remove(index).track);
            }
        }
        for section in self.sections.iter_mut().filter(|section| section.owner == Owner::Nobody) {
            let fitting = self.announced.iter().position(|announced| announced.kind == section.kind);
            if let Some(index) = fitting {
                section.owner = Owner::Track(self.announced.remove(index).track);
            }
        }

        let after: Vec<_> = self.published().collect();
        let still = |track| after.iter().any(|published| published.track == track);
        let ended = before.iter().map(|published| published.track).filter(|track| !still(*track)).collect();
        let published = after.iter().filter(|published| !before.contains(published)).cloned().collect();
        InboundChanges { published, ended }
    }

    fn published(&self) -> impl Iterator<Item = PublishedTrack> {
        self.sections.iter().filter_map(Sending::published)
    }
}

impl Sending {
    fn new(mid: &str, media: &Media<'_>, owner: Owner) -> Self {
        Self {
            mid: mid.to_owned(),
            kind: media.kind,
            msid_track: media.msid_track.map(str::to_owned),
            payload_types: media.codec.payload_types,
            encodings: media.encodings.clone(),
            owner,
        }
    }

    fn is_named(&self, announced: &Announced) -> bool {
        self.kind == announced.kind && self.msid_track.as_ref() == Some(&announced.cid)
    }

    fn published(&self) -> Option<PublishedTrack> {
        let Owner::Track(track) = self.owner else { return None };
        Some(PublishedTrack {
            track,
            kind: self.kind,
            mid: self.mid.clone(),
            payload_types: self.payload_types,
            encodings: self.encodings.clone(),
        })
    }
}
