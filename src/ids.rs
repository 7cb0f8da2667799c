//! Identifiers as types, so that one cannot be passed for another.

use std::{fmt, str::FromStr};

use rand::Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// Describes a type that is written as text, for the interface's description.
macro_rules! text_schema {
    ($name:ident, $example:literal) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use text_schema;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// One client's media connection; unique within the process.
    PeerId
);
number_id!(
    /// One published track in the media plane; unique within the process.
    TrackId
);
number_id!(
    /// One track forwarded to one peer; unique within the process.
    SubscriptionId
);

impl PeerId {
    /// The number of the room that it belongs to: control makes identifiers so.
    pub fn room(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// The longest text accepted, in bytes.
            pub const MAX_LEN: usize = $max;

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                if text.is_empty() || text.len() > $max || text.chars().any(char::is_control) {
                    return Err(InvalidId { kind: stringify!($name), max: $max });
                }
                Ok(Self(text))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.to_owned().try_into()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// A text that cannot be an identifier: empty, too long, or with control characters in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a {kind} has 1 to {max} bytes and no control characters")]
pub struct InvalidId {
    kind: &'static str,
    max: usize,
}

number_id!(
    /// One WebSocket of a client; unique within the process.
    SessionId
);

text_id!(
    /// A meeting; also the name of its room in the signalling protocol.
    MeetingId, 64
);
text_id!(
    /// A unit's point: its code in the directory (`08` the province, `070` a district, `02200` a commune).
    PointId, 64
);
text_id!(
    /// A person who may be expected at meetings. Namesakes are normal: this, never the name, says who it is.
    DelegateId, 64
);
text_id!(
    /// Somebody who only watches a meeting, by the name that the host gave the seat.
    ObserverId, 64
);
text_id!(
    /// A server that writes a ledger; ledgers of several nodes are told apart by it.
    NodeId, 32
);
text_id!(
    /// Who a participant is to the others of a room: the seat in a meeting (`hub`, `point:070`), any text in a plain room.
    Identity, 256
);
text_id!(
    /// The name of a room in the signalling protocol.
    RoomName, 256
);
text_id!(
    /// One stay of one participant, `PA_…`: a new one for each join, the same over resumes.
    ParticipantSid, 64
);
text_id!(
    /// A published track as the clients know it, `TR_…`.
    TrackSid, 64
);
text_id!(
    /// One life of a room, `RM_…`.
    RoomSid, 64
);
text_id!(
    /// One event that programs outside are told of, `EV_…`: the same each time that it is sent.
    EventId, 64
);

macro_rules! counted_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counted_id!(
    /// A point of a meeting's agenda; chosen by whoever sets the meeting up, unique in it.
    AgendaItemId
);
counted_id!(
    /// A request for the floor; 1, 2, 3 … within the meeting.
    RequestId
);
counted_id!(
    /// One time that somebody had the floor; 1, 2, 3 … within the meeting.
    TurnId
);
counted_id!(
    /// A request to let somebody come in a delegate's place; 1, 2, 3 … within the meeting.
    ProxyId
);
counted_id!(
    /// A vote; 1, 2, 3 … within the meeting.
    VoteId
);

const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// `len` random characters that are never mistaken for one another when read aloud or retyped.
pub fn random_text(len: usize) -> String {
    let mut rng = rand::rng();
    (0..len).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect()
}

impl ParticipantSid {
    pub fn random() -> Self {
        Self(format!("PA_{}", random_text(12)))
    }
}

impl DelegateId {
    pub fn random() -> Self {
        Self(format!("D-{}", random_text(10)))
    }
}

impl NodeId {
    pub fn random() -> Self {
        Self(format!("N-{}", random_text(10)))
    }
}

impl TrackSid {
    pub fn random() -> Self {
        Self(format!("TR_{}", random_text(12)))
    }
}

impl RoomSid {
    pub fn random() -> Self {
        Self(format!("RM_{}", random_text(12)))
    }
}

impl EventId {
    pub fn random() -> Self {
        Self(format!("EV_{}", random_text(12)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_refuses_empty_overlong_and_control_text() {
        assert!("point:070".parse::<Identity>().is_ok());
        assert!("".parse::<Identity>().is_err());
        assert!("x".repeat(257).parse::<Identity>().is_err());
        assert!("a\nb".parse::<Identity>().is_err());
    }
}
