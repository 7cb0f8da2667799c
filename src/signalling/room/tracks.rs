//! Published tracks: announced by `addTrack`, matched to a media section by an offer, live once media flows.

use super::{
    Happening, Room,
    dynacast::Publishing,
    proto::{self, request_response, signal_response},
};
use crate::{
    ids::{PeerId, TrackId, TrackSid},
    media::{Command, MediaKind, PublishedTrack, Rank, sdp::SoundOptions},
    signalling::token::MAX_NAME_BYTES,
};

/// The most simulcast layers, codecs or features read of one track.
const MAX_ITEMS: usize = 8;

pub(super) struct Track {
    pub id: TrackId,
    pub sid: TrackSid,
    pub owner: PeerId,
    pub kind: MediaKind,
    pub stage: Stage,
    /// A subscriber exists or existed; its owner was told.
    pub was_subscribed: bool,
    /// Nothing of it leaves the server.
    pub gated: bool,
    /// What it is in the conference, as the worker was told.
    pub rank: Rank,
    /// How loud its voice is, while there is one.
    pub loudness: Option<f32>,
    /// Which of its layers its owner is to send.
    pub publishing: Publishing,
    /// As clients are told of it, without the mid.
    info: proto::TrackInfo,
}

/// How far a track has come.
pub(super) enum Stage {
    /// `addTrack` was taken; no section yet. Others do not know of it.
    Announced,
    /// Its section is negotiated: others know of it.
    Negotiated { mid: String },
    /// Its media flows: others are sent it.
    Live { mid: String },
}

impl Track {
    pub fn is_shown(&self) -> bool {
        !matches!(self.stage, Stage::Announced)
    }

    pub fn is_live(&self) -> bool {
        matches!(self.stage, Stage::Live { .. })
    }

    pub fn source(&self) -> proto::TrackSource {
        self.info.source()
    }

    /// True when that changes something.
    pub fn set_muted(&mut self, muted: bool) -> bool {
        std::mem::replace(&mut self.info.muted, muted) != muted
    }

    /// Its codec as the clients name it.
    pub fn codec(&self) -> &'static str {
        match self.kind {
            MediaKind::Audio => "opus",
            MediaKind::Video => "vp8",
        }
    }

    pub fn layers(&self) -> &[proto::VideoLayer] {
        self.info.codecs.first().map_or(&[], |codec| &codec.layers)
    }

    /// The media stream that this track is sent in. Tracks of one stream are played in sync, so a camera and its
    /// microphone share one; a client that cannot read that is given each track by itself.
    pub fn stream_name(&self, by_track: bool) -> &str {
        if by_track { self.sid.as_str() } else { &self.info.stream }
    }

    pub fn info(&self) -> proto::TrackInfo {
        let mut info = self.info.clone();
        if let Stage::Negotiated { mid } | Stage::Live { mid } = &self.stage {
            info.mid = mid.clone();
            for codec in &mut info.codecs {
                codec.mid = mid.clone();
            }
        }
        info
    }
}

/// What clients may publish, best first.
pub(super) fn enabled_codecs() -> Vec<proto::Codec> {
    ["video/VP8", "audio/opus", "audio/red"]
        .map(|mime| proto::Codec { mime: mime.into(), fmtp_line: String::new() })
        .into()
}

fn mime(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio/opus",
        MediaKind::Video => "video/VP8",
    }
}

/// A name that can stand in a session description; it becomes part of the msid (RFC 8830) that subscribers see.
fn is_stream_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=32).contains(&text.len()) && text.chars().all(allowed)
}

fn default_stream(source: proto::TrackSource, sid: &TrackSid) -> String {
    match source {
        proto::TrackSource::Camera | proto::TrackSource::Microphone => "camera".into(),
        proto::TrackSource::ScreenShare | proto::TrackSource::ScreenShareAudio => "screen_share".into(),
        proto::TrackSource::Unknown => sid.to_string(),
    }
}

impl Room {
    pub(super) fn add_track(&mut self, peer: PeerId, mut request: proto::AddTrackRequest) {
        let Some(participant) = self.participants.get(&peer) else { return };
        let source = request.source();
        let kind = match proto::TrackType::try_from(request.r#type) {
            Ok(proto::TrackType::Audio) => Ok(MediaKind::Audio),
            Ok(proto::TrackType::Video) => Ok(MediaKind::Video),
            _ => Err((request_response::Reason::UnsupportedType, "only audio and video tracks can be published")),
        };
        let published = self.tracks.values().filter(|track| track.owner == peer).count();
        let checked = kind.and_then(|kind| {
            if !participant.permission.may_publish(source) {
                Err((request_response::Reason::NotAllowed, "no permission to publish this source"))
            } else if !request.sid.is_empty() {
                Err((request_response::Reason::UnsupportedType, "a track has one codec"))
            } else if published >= self.options.limits.tracks_per_participant {
                Err((request_response::Reason::LimitExceeded, "too many tracks"))
            } else if [&request.cid, &request.name, &request.stream].iter().any(|text| text.len() > MAX_NAME_BYTES) {
                Err((request_response::Reason::LimitExceeded, "a name is too long"))
            } else {
                Ok(kind)
            }
        });
        let kind = match checked {
            Ok(kind) => kind,
            Err((reason, text)) => {
                // Enough to know which request it was, and no more than that goes back.
                let cid = if request.cid.len() > MAX_NAME_BYTES { String::new() } else { request.cid };
                let refused = proto::AddTrackRequest { cid, ..Default::default() };
                return self.respond(peer, 0, reason, text, Some(request_response::Request::AddTrack(refused)));
            }
        };

        let sid = TrackSid::random();
        request.layers.truncate(MAX_ITEMS);
        request.audio_features.truncate(MAX_ITEMS);
        if request.layers.iter().any(|layer| layer.rid.len() > 16) {
            request.layers.clear();
        }
        let codec = proto::SimulcastCodecInfo {
            mime_type: mime(kind).into(),
            cid: request.cid.clone(),
            layers: request.layers.clone(),
            ..Default::default()
        };
        let stream = if is_stream_name(&request.stream) { request.stream } else { default_stream(source, &sid) };
        #[expect(deprecated, reason = "SDKs say it here")]
        let sound = SoundOptions { redundant: !request.disable_red, pauses: !request.disable_dtx };
        #[expect(deprecated, reason = "older SDKs read these fields")]
        let info = proto::TrackInfo {
            sid: sid.to_string(),
            r#type: request.r#type,
            name: request.name,
            muted: request.muted,
            width: request.width,
            height: request.height,
            simulcast: request.layers.len() > 1,
            disable_dtx: request.disable_dtx,
            source: request.source,
            layers: request.layers,
            mime_type: mime(kind).into(),
            codecs: vec![codec],
            stereo: request.stereo,
            disable_red: request.disable_red,
            encryption: request.encryption,
            stream,
            audio_features: request.audio_features,
            ..Default::default()
        };
        let id = TrackId(self.next_id());
        let published = proto::TrackPublishedResponse { cid: request.cid.clone(), track: Some(info.clone()) };
        let mut track = Track {
            id,
            sid,
            owner: peer,
            kind,
            stage: Stage::Announced,
            was_subscribed: false,
            gated: false,
            rank: Rank::Thumbnail,
            loudness: None,
            publishing: Publishing::default(),
            info,
        };
        track.rank = self.rank(&track);
        self.tracks.insert(id, track);
        self.send(peer, signal_response::Message::TrackPublished(published));
        self.apply_gate(id);

        let Some(participant) = self.participants.get_mut(&peer) else { return };
        participant.negotiation.set_sound(id, sound);
        if let Some(section) = participant.negotiation.announce(request.cid, kind, id) {
            self.bind_track(peer, section);
            self.announce(peer, false);
        }
    }

    /// A track has a section: the worker is told how to read it. True when others do not know of the track yet.
    pub(super) fn bind_track(&mut self, peer: PeerId, section: PublishedTrack) -> bool {
        let Some(track) = self.tracks.get_mut(&section.track).filter(|track| track.owner == peer) else { return false };
        let id = track.id;
        let (muted, gated) = (track.info.muted, track.gated);
        let mid = section.mid.clone();
        let is_new = !track.is_shown();
        track.stage = if track.is_live() { Stage::Live { mid } } else { Stage::Negotiated { mid } };
        self.command(Command::Publish { peer, track: section });
        if is_new && muted {
            self.command(Command::SetMuted { track: id, muted });
        }
        if is_new && gated {
            self.command(Command::SetGated { track: id, gated });
        }
        if is_new {
            self.note_published(id);
        }
        is_new
    }

    pub(super) fn track_flows(&mut self, peer: PeerId, id: TrackId) {
        let Some(track) = self.tracks.get_mut(&id).filter(|track| track.owner == peer) else { return };
        if let Stage::Negotiated { mid } = &mut track.stage {
            track.stage = Stage::Live { mid: std::mem::take(mid) };
            self.demand_changed.insert(id);
            self.reconcile_track(id);
        }
    }

    /// The owner mutes or unmutes.
    pub(super) fn mute(&mut self, peer: PeerId, request: &proto::MuteTrackRequest) {
        let Some(track) = self.own_track(peer, &request.sid) else { return };
        let id = track.id;
        if track.gated && !request.muted {
            // Who has not the floor is not heard; the page has to show that.
            self.mute_track(id);
            return;
        }
        if !track.set_muted(request.muted) {
            return;
        }
        if track.is_shown() {
            self.command(Command::SetMuted { track: id, muted: request.muted });
            self.announce(peer, false);
        }
    }

    pub(super) fn update_audio_track(&mut self, peer: PeerId, request: proto::UpdateLocalAudioTrack) {
        let Some(track) = self.own_track(peer, &request.track_sid) else { return };
        track.info.audio_features = request.features.into_iter().take(MAX_ITEMS).collect();
        self.announce(peer, false);
    }

    pub(super) fn update_video_track(&mut self, peer: PeerId, request: &proto::UpdateLocalVideoTrack) {
        let Some(track) = self.own_track(peer, &request.track_sid) else { return };
        track.info.width = request.width;
        track.info.height = request.height;
        self.announce(peer, false);
    }

    /// A track of somebody who stays is over; as [`Room::end_track`].
    pub(super) fn unpublish(&mut self, id: TrackId) {
        let Some(track) = self.end_track(id) else { return };
        let ended = self.participants.get(&track.owner).and_then(|owner| Happening::unpublished(owner, &track));
        self.note_any(ended);
    }

    /// A track is over: its subscribers lose it, its owner is told. The caller tells the others.
    pub(super) fn end_track(&mut self, id: TrackId) -> Option<Track> {
        let track = self.tracks.remove(&id)?;
        if track.loudness.is_some() {
            self.tell_speaker(track.owner, None);
        }
        let subscribers: Vec<PeerId> = self.participants.keys().copied().collect();
        for subscriber in subscribers {
            self.forget_track(subscriber, id);
        }
        if let Some(owner) = self.participants.get_mut(&track.owner) {
            owner.negotiation.withdraw(id);
        }
        if track.is_shown() {
            self.command(Command::Unpublish { track: id });
        }
        let unpublished = proto::TrackUnpublishedResponse { track_sid: track.sid.to_string() };
        self.send(track.owner, signal_response::Message::TrackUnpublished(unpublished));
        Some(track)
    }

    fn own_track(&mut self, peer: PeerId, sid: &str) -> Option<&mut Track> {
        self.tracks.values_mut().find(|track| track.owner == peer && track.sid.as_str() == sid)
    }
}
