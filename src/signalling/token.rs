//! Access tokens: JSON Web Tokens (RFC 7519) signed with HS256, in the shape that LiveKit's SDKs make and read.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    time::Duration,
};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{hmac, proto};
use crate::{
    clock::Timestamp,
    ids::{Identity, RoomName},
};

/// The longest token read, in bytes.
pub const MAX_TOKEN_BYTES: usize = 32 * 1024;
/// The longest participant metadata, in bytes; also the most that all attributes may take together.
pub const MAX_METADATA_BYTES: usize = 16 * 1024;
/// The longest display name, in bytes.
pub const MAX_NAME_BYTES: usize = 512;
/// A token that becomes valid this much later is taken already: its maker's clock may run ahead.
const NOT_BEFORE_LEEWAY: Duration = Duration::from_secs(60);

/// API keys and their secrets.
#[derive(Clone)]
pub struct ApiKeys(HashMap<String, String>);

impl ApiKeys {
    pub fn new(keys: impl IntoIterator<Item = (String, String)>) -> Self {
        hmac::install();
        Self(keys.into_iter().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Reads a token: its signature, the time in which it is valid, its size and the shape of its claims.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        let Issuer { iss } =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| TokenError::Malformed)?;
        let secret = self.0.get(&iss).ok_or(TokenError::UnknownKey)?;

        // The clock is told, so the crate must not read its own.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let wire: WireClaims = jsonwebtoken::decode(token, &DecodingKey::from_secret(secret.as_bytes()), &validation)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature => TokenError::BadSignature,
                ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => TokenError::Algorithm,
                _ => TokenError::Malformed,
            })?
            .claims;
        wire.into_claims(now)
    }

    /// Makes a token with these claims, valid from `now` for `ttl`; their own `expires_at` does not matter.
    pub fn mint(&self, claims: &Claims, now: Timestamp, ttl: Duration) -> Result<String, TokenError> {
        let secret = self.0.get(&claims.api_key).ok_or(TokenError::UnknownKey)?;
        let wire = WireClaims::from_claims(claims, now, ttl);
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &wire, &EncodingKey::from_secret(secret.as_bytes()))
            .map_err(|_| TokenError::Malformed)
    }

    /// A token that vouches for a request's body by its SHA-256 in base64, as LiveKit's webhooks carry it.
    pub fn sign_body(&self, key: &str, sha256: &str, now: Timestamp, ttl: Duration) -> Result<String, TokenError> {
        let secret = self.0.get(key).ok_or(TokenError::UnknownKey)?;
        let now_s = now.as_millis().div_euclid(1000);
        let claims = BodyClaims {
            iss: key,
            // The receiver's clock may run behind.
            nbf: now_s.saturating_sub_unsigned(NOT_BEFORE_LEEWAY.as_secs()),
            exp: now_s.saturating_add_unsigned(ttl.as_secs()),
            sha256,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret.as_bytes()))
            .map_err(|_| TokenError::Malformed)
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Why a token is not taken. The texts go to the client; none quotes the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    #[error("no access token")]
    Missing,
    #[error("access token: too large")]
    TooLarge,
    #[error("access token: malformed")]
    Malformed,
    #[error("access token: unknown API key")]
    UnknownKey,
    #[error("access token: only HS256 is accepted")]
    Algorithm,
    #[error("access token: invalid signature")]
    BadSignature,
    #[error("access token: no expiry")]
    NoExpiry,
    #[error("access token: expired")]
    Expired,
    #[error("access token: not valid yet")]
    NotYetValid,
}

/// What a verified token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The API key that signed, `iss`.
    pub api_key: String,
    /// Who it is for, `sub`; a token for the server API may have none.
    pub identity: Option<Identity>,
    pub name: String,
    pub metadata: String,
    pub attributes: BTreeMap<String, String>,
    /// The device that the token was given to, by a name it chose itself and tells nobody else.
    pub device: Option<String>,
    pub grants: Grants,
    pub expires_at: Timestamp,
}

impl Claims {
    /// Takes over how the participant is described now, unless the token would become too long to be read again.
    pub fn describe(&mut self, name: &str, metadata: &str, attributes: &BTreeMap<String, String>) {
        let Ok(written) = serde_json::to_string(&(name, metadata, attributes)) else { return };
        // In base64 three bytes are four; what else stands in a token is short.
        if written.len() < MAX_TOKEN_BYTES / 2 {
            self.name = name.to_owned();
            self.metadata = metadata.to_owned();
            self.attributes = attributes.clone();
        }
    }
}

/// What a token's bearer may do, the `video` claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    pub room_join: bool,
    pub room: Option<RoomName>,
    pub room_create: bool,
    pub room_list: bool,
    pub room_admin: bool,
    pub participant: Permission,
}

/// What a participant may do in its room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    pub can_publish: bool,
    pub can_subscribe: bool,
    pub can_publish_data: bool,
    /// Sources that may be published; all when empty.
    pub sources: Vec<proto::TrackSource>,
    pub can_update_metadata: bool,
    /// Not shown to others.
    pub hidden: bool,
    pub recorder: bool,
}

impl Default for Permission {
    /// What a token grants that says nothing.
    fn default() -> Self {
        Self {
            can_publish: true,
            can_subscribe: true,
            can_publish_data: true,
            sources: Vec::new(),
            can_update_metadata: false,
            hidden: false,
            recorder: false,
        }
    }
}

impl Permission {
    pub fn may_publish(&self, source: proto::TrackSource) -> bool {
        let listed = source != proto::TrackSource::Unknown && self.sources.contains(&source);
        self.can_publish && (self.sources.is_empty() || listed)
    }

    /// As the server API says it: all of it, what is left out being refused.
    #[expect(deprecated, reason = "older SDKs write `recorder`")]
    pub fn from_proto(permission: &proto::ParticipantPermission) -> Self {
        // A source we do not know grants nothing, but must not turn the list into "all".
        let source = |source: &i32| proto::TrackSource::try_from(*source).unwrap_or(proto::TrackSource::Unknown);
        Self {
            can_publish: permission.can_publish,
            can_subscribe: permission.can_subscribe,
            can_publish_data: permission.can_publish_data,
            sources: permission.can_publish_sources.iter().map(source).collect(),
            can_update_metadata: permission.can_update_metadata,
            hidden: permission.hidden,
            recorder: permission.recorder,
        }
    }

    #[expect(deprecated, reason = "older SDKs read `recorder`")]
    pub fn to_proto(&self) -> proto::ParticipantPermission {
        proto::ParticipantPermission {
            can_subscribe: self.can_subscribe,
            can_publish: self.can_publish,
            can_publish_data: self.can_publish_data,
            can_publish_sources: self.sources.iter().map(|source| i32::from(*source)).collect(),
            hidden: self.hidden,
            recorder: self.recorder,
            can_update_metadata: self.can_update_metadata,
            ..Default::default()
        }
    }
}

#[derive(Serialize)]
struct BodyClaims<'a> {
    iss: &'a str,
    nbf: i64,
    exp: i64,
    sha256: &'a str,
}

#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

/// The claims as they stand in the token.
#[derive(Serialize, Deserialize)]
struct WireClaims {
    iss: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sub: String,
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    metadata: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, String>,
    #[serde(default, rename = "diemcauDevice", skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(default)]
    video: WireGrants,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireGrants {
    #[serde(skip_serializing_if = "is_false")]
    room_join: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    room: String,
    #[serde(skip_serializing_if = "is_false")]
    room_create: bool,
    #[serde(skip_serializing_if = "is_false")]
    room_list: bool,
    #[serde(skip_serializing_if = "is_false")]
    room_admin: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_publish: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_subscribe: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_publish_data: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    can_publish_sources: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_update_own_metadata: Option<bool>,
    #[serde(skip_serializing_if = "is_false")]
    hidden: bool,
    #[serde(skip_serializing_if = "is_false")]
    recorder: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl WireClaims {
    fn into_claims(self, now: Timestamp) -> Result<Claims, TokenError> {
        let expires_at = self.exp.and_then(from_seconds).ok_or(TokenError::NoExpiry)?;
        if expires_at <= now {
            return Err(TokenError::Expired);
        }
        let leeway_ms = i64::try_from(NOT_BEFORE_LEEWAY.as_millis()).unwrap_or(i64::MAX);
        if self.nbf.and_then(from_seconds).is_some_and(|start| start > now.plus_millis(leeway_ms)) {
            return Err(TokenError::NotYetValid);
        }
        let attribute_bytes: usize = self.attributes.iter().map(|(key, value)| key.len() + value.len()).sum();
        if self.name.len() > MAX_NAME_BYTES
            || self.metadata.len() > MAX_METADATA_BYTES
            || attribute_bytes > MAX_METADATA_BYTES
        {
            return Err(TokenError::TooLarge);
        }
        Ok(Claims {
            api_key: self.iss,
            identity: optional(self.sub)?,
            name: self.name,
            metadata: self.metadata,
            attributes: self.attributes,
            device: self.device,
            grants: self.video.into_grants()?,
            expires_at,
        })
    }

    fn from_claims(claims: &Claims, now: Timestamp, ttl: Duration) -> Self {
        let now_s = now.as_millis().div_euclid(1000);
        Self {
            iss: claims.api_key.clone(),
            sub: claims.identity.as_ref().map(ToString::to_string).unwrap_or_default(),
            exp: Some(now_s.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX))),
            nbf: Some(now_s),
            name: claims.name.clone(),
            metadata: claims.metadata.clone(),
            attributes: claims.attributes.clone(),
            device: claims.device.clone(),
            video: WireGrants::from_grants(&claims.grants),
        }
    }
}

impl WireGrants {
    fn into_grants(self) -> Result<Grants, TokenError> {
        let can_publish = self.can_publish.unwrap_or(true);
        // A name we do not know grants nothing, but must not turn the list into "all".
        let sources: Vec<_> = self
            .can_publish_sources
            .iter()
            .map(|name| proto::TrackSource::from_str_name(&name.to_uppercase()).unwrap_or(proto::TrackSource::Unknown))
            .collect();
        Ok(Grants {
            room_join: self.room_join,
            room: optional(self.room)?,
            room_create: self.room_create,
            room_list: self.room_list,
            room_admin: self.room_admin,
            participant: Permission {
                can_publish,
                can_subscribe: self.can_subscribe.unwrap_or(true),
                can_publish_data: self.can_publish_data.unwrap_or(can_publish),
                sources,
                can_update_metadata: self.can_update_own_metadata.unwrap_or(false),
                hidden: self.hidden,
                recorder: self.recorder,
            },
        })
    }

    fn from_grants(grants: &Grants) -> Self {
        let participant = &grants.participant;
        Self {
            room_join: grants.room_join,
            room: grants.room.as_ref().map(ToString::to_string).unwrap_or_default(),
            room_create: grants.room_create,
            room_list: grants.room_list,
            room_admin: grants.room_admin,
            can_publish: Some(participant.can_publish),
            can_subscribe: Some(participant.can_subscribe),
            can_publish_data: Some(participant.can_publish_data),
            can_publish_sources: participant.sources.iter().map(|s| s.as_str_name().to_lowercase()).collect(),
            can_update_own_metadata: Some(participant.can_update_metadata),
            hidden: participant.hidden,
            recorder: participant.recorder,
        }
    }
}

fn from_seconds(seconds: i64) -> Option<Timestamp> {
    seconds.checked_mul(1000).map(Timestamp::from_millis)
}

/// An identifier that may be absent; one that is present must be well formed.
fn optional<T: TryFrom<String>>(text: String) -> Result<Option<T>, TokenError> {
    if text.is_empty() { Ok(None) } else { text.try_into().map(Some).map_err(|_| TokenError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn keys() -> ApiKeys {
        ApiKeys::new([("devkey".to_owned(), "secret".to_owned())])
    }

    fn claims() -> Claims {
        Claims {
            api_key: "devkey".into(),
            identity: Some("point:070".parse().unwrap()),
            name: "Lâm Bình".into(),
            metadata: "{}".into(),
            attributes: [("hand".to_owned(), "up".to_owned())].into(),
            device: Some("d".to_owned()),
            grants: Grants {
                room_join: true,
                room: Some("hop-giao-ban".parse().unwrap()),
                participant: Permission {
                    sources: vec![proto::TrackSource::Microphone, proto::TrackSource::ScreenShare],
                    can_update_metadata: true,
                    ..Default::default()
                },
                ..Default::default()
            },
            expires_at: NOW.plus_millis(600_000),
        }
    }

    fn sign(payload: serde_json::Value, secret: &str) -> String {
        hmac::install();
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &payload, &EncodingKey::from_secret(secret.as_bytes()))
            .unwrap()
    }

    #[test]
    fn a_minted_token_says_what_was_put_in() {
        let token = keys().mint(&claims(), NOW, Duration::from_secs(600)).unwrap();
        assert_eq!(keys().verify(&token, NOW), Ok(claims()));
    }

    #[test]
    fn a_token_ends_at_its_expiry_and_starts_at_its_not_before() {
        let token = keys().mint(&claims(), NOW, Duration::from_secs(600)).unwrap();
        assert!(keys().verify(&token, NOW.plus_millis(599_999)).is_ok());
        assert_eq!(keys().verify(&token, NOW.plus_millis(600_000)), Err(TokenError::Expired));
        assert!(keys().verify(&token, NOW.plus_millis(-60_000)).is_ok());
        assert_eq!(keys().verify(&token, NOW.plus_millis(-60_001)), Err(TokenError::NotYetValid));
    }

    #[test]
    fn what_is_not_signed_by_a_known_key_is_refused() {
        let exp = NOW.as_millis() / 1000 + 60;
        let check = |token: &str| keys().verify(token, NOW).unwrap_err();
        assert_eq!(check(&sign(serde_json::json!({"iss": "devkey", "exp": exp}), "guess")), TokenError::BadSignature);
        assert_eq!(check(&sign(serde_json::json!({"iss": "other", "exp": exp}), "secret")), TokenError::UnknownKey);
        assert_eq!(check(&sign(serde_json::json!({"iss": "devkey"}), "secret")), TokenError::NoExpiry);
        assert_eq!(check("not.a.token"), TokenError::Malformed);
        assert_eq!(check(""), TokenError::Malformed);
        assert_eq!(check(&"x".repeat(MAX_TOKEN_BYTES + 1)), TokenError::TooLarge);

        // {"alg":"none"} and an empty signature: the oldest forgery.
        let signed = sign(serde_json::json!({"iss": "devkey", "exp": exp}), "secret");
        let payload = signed.split('.').nth(1).unwrap();
        assert!(keys().verify(&format!("eyJhbGciOiJub25lIn0.{payload}."), NOW).is_err());
    }

    #[test]
    fn grants_left_out_have_livekits_defaults() {
        let exp = NOW.as_millis() / 1000 + 60;
        let read = |video: serde_json::Value| {
            let token = sign(serde_json::json!({"iss": "devkey", "exp": exp, "video": video}), "secret");
            keys().verify(&token, NOW).unwrap().grants
        };
        assert_eq!(read(serde_json::json!({})), Grants::default());
        assert!(!read(serde_json::json!({"canPublish": false})).participant.can_publish_data);
        let unknown_source = read(serde_json::json!({"canPublishSources": ["hologram"]})).participant;
        assert!(!unknown_source.may_publish(proto::TrackSource::Camera));
        assert!(!unknown_source.may_publish(proto::TrackSource::Unknown));
    }

    #[test]
    fn a_description_that_fits_no_token_stays_out_of_it() {
        let mut described = claims();
        described.describe("An", &"m".repeat(8_000), &claims().attributes);
        assert_eq!((described.name.as_str(), described.metadata.len()), ("An", 8_000));
        for long in ["m".repeat(MAX_METADATA_BYTES), "\u{1}".repeat(3_000)] {
            let before = described.clone();
            described.describe("Bình", &long, &claims().attributes);
            assert_eq!(described, before);
        }
        let token = keys().mint(&described, NOW, Duration::from_secs(600)).unwrap();
        assert!(keys().verify(&token, NOW).is_ok());
    }

    #[test]
    fn debug_output_keeps_secrets() {
        assert_eq!(format!("{:?}", keys()), r#"{"devkey"}"#);
    }
}
