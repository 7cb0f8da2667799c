//! One stay of one participant: what it may do, how it is connected, what it wishes to see.

use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

use super::{
    AWAY_TIMEOUT, AWAY_WITH_MEDIA_TIMEOUT, SECTIONS_RETRY, SIGNAL_TIMEOUT, lines::Judged, proto,
    subscriptions::Subscriptions,
};
use crate::{
    clock::Timestamp,
    ids::{Identity, ParticipantSid, PeerId, SessionId, TrackSid},
    media::{TransportSettings, sdp::Negotiation},
    meeting::Place,
    signalling::token::{Claims, Permission},
};

pub(super) struct Participant {
    pub peer: PeerId,
    pub sid: ParticipantSid,
    pub identity: Identity,
    pub name: String,
    pub metadata: String,
    pub attributes: BTreeMap<String, String>,
    pub permission: Permission,
    /// Its place in the meeting that the room belongs to.
    pub place: Option<Place>,
    /// A second device of its place.
    pub is_companion: bool,
    pub joined_at: Timestamp,
    /// Rises with every change that others are told of.
    pub version: u32,
    pub client: proto::ClientInfo,
    pub signal: Signal,
    pub media: Media,
    pub line: Line,
    pub judged: Judged,
    pub negotiation: Negotiation,
    /// As last given to the worker.
    pub transport: Option<TransportSettings>,
    pub sections: Sections,
    pub subscriptions: Subscriptions,
    pub audience: Audience,
    /// The highest sequence number of its reliable data packets.
    pub last_data_sequence: u32,
    pub token: Token,
    /// A drill asked for by the client: its signalling is to break at the next resume.
    pub break_resume: bool,
}

/// The participant's WebSocket.
pub(super) enum Signal {
    Open {
        session: SessionId,
        last_heard: Instant,
    },
    /// It broke without a word of leave; the client may resume.
    Away {
        since: Instant,
    },
}

/// The participant's media connection, as the worker tells.
pub(super) enum Media {
    Connecting,
    Up,
    Silent { last_heard: Instant },
}

/// The line that the meeting's ledger knows of.
pub(super) enum Line {
    /// A plain room keeps no record.
    Unrecorded,
    Down {
        place: Place,
    },
    Up {
        place: Place,
    },
}

/// How far the exchange about media sections is.
pub(super) enum Sections {
    /// The first offer has not come; the client chooses its sections itself.
    Unoffered,
    Offered,
    /// More were asked for; one request at a time.
    Asked {
        at: Instant,
    },
}

/// Who may subscribe to what this participant publishes.
pub(super) enum Audience {
    Everyone,
    /// By identity.
    Only(HashMap<Identity, AllowedTracks>),
}

pub(super) enum AllowedTracks {
    All,
    Some(Vec<TrackSid>),
}

/// The token it joined with, renewed before it ends.
pub(super) struct Token {
    pub claims: Claims,
    pub refresh_at: Instant,
}

impl Participant {
    pub fn session(&self) -> Option<SessionId> {
        match self.signal {
            Signal::Open { session, .. } => Some(session),
            Signal::Away { .. } => None,
        }
    }

    /// Whether its media connection has come up, even if nothing is heard right now.
    pub fn is_connected(&self) -> bool {
        !matches!(self.media, Media::Connecting)
    }

    /// When something must be done about this participant.
    pub fn deadline(&self) -> Instant {
        let presence = match self.signal {
            Signal::Open { last_heard, .. } => (last_heard + SIGNAL_TIMEOUT).min(self.token.refresh_at),
            Signal::Away { since } => self.gone_at(since),
        };
        let sections = match self.sections {
            Sections::Asked { at } if self.session().is_some() => Some(at + SECTIONS_RETRY),
            _ => None,
        };
        sections.into_iter().chain(self.judged.deadline()).fold(presence, Instant::min)
    }

    /// When a participant that is away since `since` is given up.
    pub fn gone_at(&self, since: Instant) -> Instant {
        match self.media {
            Media::Up => since + AWAY_WITH_MEDIA_TIMEOUT,
            Media::Connecting | Media::Silent { .. } => since + AWAY_TIMEOUT,
        }
    }

    /// Whether its media comes right now.
    pub fn is_heard(&self) -> bool {
        matches!(self.media, Media::Up)
    }

    /// The last instant at which something came from it.
    pub fn last_heard(&self, now: Instant) -> Instant {
        let signal = match self.signal {
            Signal::Open { last_heard, .. } => last_heard,
            Signal::Away { since } => since,
        };
        match self.media {
            Media::Connecting => signal,
            Media::Up => now,
            Media::Silent { last_heard } => signal.max(last_heard),
        }
    }

    /// Enough to know who it is.
    pub fn named(&self) -> proto::ParticipantInfo {
        proto::ParticipantInfo {
            sid: self.sid.to_string(),
            identity: self.identity.to_string(),
            name: self.name.clone(),
            ..Default::default()
        }
    }

    /// Without its tracks, which the room holds.
    pub fn info(&self) -> proto::ParticipantInfo {
        let state = match self.media {
            Media::Connecting => proto::participant_info::State::Joined,
            Media::Up | Media::Silent { .. } => proto::participant_info::State::Active,
        };
        proto::ParticipantInfo {
            state: state.into(),
            metadata: self.metadata.clone(),
            joined_at: self.joined_at.as_millis() / 1000,
            joined_at_ms: self.joined_at.as_millis(),
            version: self.version,
            permission: Some(self.permission.to_proto()),
            attributes: self.attributes.clone().into_iter().collect(),
            client_protocol: self.client.client_protocol,
            capabilities: self.client.capabilities.clone(),
            ..self.named()
        }
    }
}

/// What the client runs on, in a few words for the record: `Chrome 156, Linux`.
pub(super) fn device(client: &proto::ClientInfo) -> String {
    let (program, version) = if client.browser.is_empty() {
        let sdk = proto::client_info::Sdk::try_from(client.sdk).unwrap_or(proto::client_info::Sdk::Unknown);
        (format!("LiveKit {}", sdk.as_str_name().to_lowercase()), &client.version)
    } else {
        (clean(&client.browser), &client.browser_version)
    };
    let mut text = program;
    if let Some(major) = version.split('.').next().map(clean).filter(|major| !major.is_empty()) {
        text.push(' ');
        text.push_str(&major);
    }
    let system = if client.os.is_empty() { &client.device_model } else { &client.os };
    if !system.is_empty() {
        text.push_str(", ");
        text.push_str(&clean(system));
    }
    text
}

/// At most 32 characters, none of them a control character: it comes from the client and goes into the ledger.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_in_a_few_words() {
        let chrome = proto::ClientInfo {
            browser: "Chrome".into(),
            browser_version: "156.0.7204.1".into(),
            os: "Linux".into(),
            ..Default::default()
        };
        assert_eq!(device(&chrome), "Chrome 156, Linux");
        let python = proto::ClientInfo {
            sdk: proto::client_info::Sdk::Python.into(),
            version: "1.2.1".into(),
            ..Default::default()
        };
        assert_eq!(device(&python), "LiveKit python 1");
        assert_eq!(device(&proto::ClientInfo { browser: "x\n".repeat(99), ..Default::default() }).len(), 32);
    }
}
