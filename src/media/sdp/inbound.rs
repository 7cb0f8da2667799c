//! What the client sends: its sections, and which announced track each of them carries.

use std::collections::HashMap;

use super::{
    SoundOptions,
    offer::{Media, Offer},
};
use crate::{
    ids::TrackId,
    media::{Encoding, MediaKind, PayloadTypes, PublishedTrack},
};

/// Announced tracks meet sending sections, whichever comes first.
///
/// The msid's track half is the announced name in all clients but Firefox, which invents one: there a section goes to
/// the first announced track of its kind that has none. A client that was once seen to use the announced names gets no
/// such guesses.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    /// Tracks without a section, in the order of their announcements.
    announced: Vec<Announced>,
    /// In the order of the last offer.
    sections: Vec<Sending>,
    /// A section bore an announced name.
    names_agree: bool,
    /// Of tracks that are not to be sent as others are.
    sounds: HashMap<TrackId, SoundOptions>,
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
        self.names_agree |= named.is_some();
        let section = match named {
            Some(section) => Some(section),
            None if self.names_agree => None,
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

    pub fn set_sound(&mut self, track: TrackId, sound: SoundOptions) {
        self.sounds.insert(track, sound);
    }

    /// How sections are to be sent that are not sent as others are, by mid.
    pub fn sounds(&self) -> HashMap<&str, SoundOptions> {
        let sound = |section: &Sending| match section.owner {
            Owner::Track(track) => self.sounds.get(&track).copied(),
            Owner::Nobody | Owner::Withdrawn => None,
        };
        self.sections.iter().filter_map(|section| Some((section.mid.as_str(), sound(section)?))).collect()
    }

    pub fn withdraw(&mut self, track: TrackId) {
        self.sounds.remove(&track);
        self.announced.retain(|announced| announced.track != track);
        for section in self.sections.iter_mut().filter(|section| section.owner == Owner::Track(track)) {
            section.owner = Owner::Withdrawn;
        }
    }

    pub fn update(&mut self, offer: &Offer<'_>) -> InboundChanges {
        let before: Vec<_> = self.published().collect();

        let mut known: HashMap<_, _> =
            self.sections.drain(..).map(|section| ((section.mid, section.kind), section.owner)).collect();
        for (mid, media) in offer.media().filter(|(_, media)| media.direction.sends()) {
            let owner = known.remove(&(mid.to_owned(), media.kind)).unwrap_or(Owner::Nobody);
            self.sections.push(Sending::new(mid, media, owner));
        }
        // A name settles it, even where another track was before: the client may reuse a section for its next track.
        for section in &mut self.sections {
            let named = self.announced.iter().position(|announced| section.is_named(announced));
            if let Some(index) = named {
                self.names_agree = true;
                section.owner = Owner::Track(self.announced.remove(index).track);
            }
        }
        let unclaimed = |section: &&mut Sending| section.owner == Owner::Nobody && !self.names_agree;
        for section in self.sections.iter_mut().filter(unclaimed) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::sdp::fixture::{Client, SIMULCAST};

    use MediaKind::{Audio, Video};

    const CAMERA: TrackId = TrackId(1);
    const SCREEN: TrackId = TrackId(2);

    /// Track and mid of what an offer of the client publishes, and what it ends.
    fn update(inbound: &mut Inbound, client: &Client) -> (Vec<(TrackId, String)>, Vec<TrackId>) {
        let sdp = client.offer();
        let InboundChanges { published, ended } = inbound.update(&Offer::parse(&sdp).expect("an offer"));
        (published.into_iter().map(|track| (track.track, track.mid)).collect(), ended)
    }

    #[test]
    fn names_beat_the_order() {
        let (mut inbound, mut client) = (Inbound::default(), Client::default());
        assert_eq!(inbound.announce("cam".into(), Video, CAMERA), None);
        assert_eq!(inbound.announce("screen".into(), Video, SCREEN), None);
        let (screen, camera) = (client.publish(Video, "screen", ""), client.publish(Video, "cam", SIMULCAST));
        assert_eq!(update(&mut inbound, &client), (vec![(SCREEN, screen), (CAMERA, camera)], vec![]));
    }

    #[test]
    fn a_client_with_names_of_its_own_is_matched_in_order() {
        let (mut inbound, mut client) = (Inbound::default(), Client::default());
        let microphone = TrackId(3);
        assert_eq!(inbound.announce("{cam}".into(), Video, CAMERA), None);
        assert_eq!(inbound.announce("{mic}".into(), Audio, microphone), None);
        assert_eq!(inbound.announce("{screen}".into(), Video, SCREEN), None);
        let mids = [(Audio, "1"), (Video, "2"), (Video, "3")].map(|(kind, cid)| client.publish(kind, cid, ""));
        let expected = [microphone, CAMERA, SCREEN].into_iter().zip(mids).collect();
        assert_eq!(update(&mut inbound, &client), (expected, vec![]));
    }

    #[test]
    fn a_section_waits_for_its_announcement() {
        let (mut inbound, mut client) = (Inbound::default(), Client::default());
        let mid = client.publish(Video, "cam", SIMULCAST);
        assert_eq!(update(&mut inbound, &client), (vec![], vec![]));
        assert_eq!(inbound.announce("mic".into(), Audio, TrackId(3)), None);
        let found = inbound.announce("cam".into(), Video, CAMERA).expect("the waiting section");
        assert_eq!((found.track, found.mid.as_str(), found.encodings.len()), (CAMERA, mid.as_str(), 3));
        assert_eq!(update(&mut inbound, &client), (vec![], vec![]), "told once");
    }

    #[test]
    fn a_client_that_uses_the_announced_names_is_not_guessed_about() {
        let (mut inbound, mut client) = (Inbound::default(), Client::default());
        assert_eq!(inbound.announce("cam".into(), Video, CAMERA), None);
        let camera = client.publish(Video, "cam", "");
        client.publish(Video, "the camera in another codec", "");
        assert_eq!(update(&mut inbound, &client), (vec![(CAMERA, camera)], vec![]));
        assert_eq!(inbound.announce("screen".into(), Video, SCREEN), None);
        assert_eq!(update(&mut inbound, &client), (vec![], vec![]));
        let screen = client.publish(Video, "screen", "");
        assert_eq!(update(&mut inbound, &client), (vec![(SCREEN, screen)], vec![]));
    }

    #[test]
    fn a_withdrawn_track_leaves_its_section_to_no_other() {
        let (mut inbound, mut client) = (Inbound::default(), Client::default());
        assert_eq!(inbound.announce("{cam}".into(), Video, CAMERA), None);
        let camera = client.publish(Video, "1", "");
        update(&mut inbound, &client);
        inbound.withdraw(CAMERA);
        assert_eq!(inbound.announce("{screen}".into(), Video, SCREEN), None);
        assert_eq!(update(&mut inbound, &client), (vec![], vec![]));
        client.unpublish(&camera);
        let screen = client.publish(Video, "2", "");
        assert_eq!(update(&mut inbound, &client), (vec![(SCREEN, screen)], vec![]));
    }

    #[test]
    fn a_section_that_comes_under_the_name_of_the_next_track_ends_the_last() {
        let (mut inbound, mut client) = (Inbound::default(), Client::default());
        assert_eq!(inbound.announce("cam".into(), Video, CAMERA), None);
        let mid = client.publish(Video, "cam", "");
        update(&mut inbound, &client);
        assert_eq!(inbound.announce("screen".into(), Video, SCREEN), None);
        client.sections.iter_mut().for_each(|section| section.source = Some(("screen".into(), String::new())));
        assert_eq!(update(&mut inbound, &client), (vec![(SCREEN, mid)], vec![CAMERA]));
    }

    #[test]
    fn a_recycled_line_under_a_new_mid_is_another_section() {
        let (mut inbound, mut client) = (Inbound::default(), Client::default());
        assert_eq!(inbound.announce("cam".into(), Video, CAMERA), None);
        client.publish(Video, "cam", "");
        update(&mut inbound, &client);
        client.sections.iter_mut().for_each(|section| section.mid = "9".into());
        assert_eq!(update(&mut inbound, &client), (vec![], vec![CAMERA]));
    }

    #[test]
    fn changed_facts_are_told_again() {
        let (mut inbound, mut client) = (Inbound::default(), Client::default());
        assert_eq!(inbound.announce("cam".into(), Video, CAMERA), None);
        let mid = client.publish(Video, "cam", "a=ssrc:5 cname:x\r\n");
        update(&mut inbound, &client);
        client
            .sections
            .iter_mut()
            .for_each(|section| section.source = Some(("cam".into(), "a=ssrc:6 cname:x\r\n".into())));
        assert_eq!(update(&mut inbound, &client), (vec![(CAMERA, mid)], vec![]));
    }
}
