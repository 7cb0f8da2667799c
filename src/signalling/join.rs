//! What the request for a WebSocket says: who asks, for which room, and how it would join.

use std::io::Read;

use axum::{
    extract::Query,
    http::{HeaderMap, StatusCode, Uri, header::AUTHORIZATION},
    response::{IntoResponse, Response},
};
use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::read::GzDecoder;
use prost::Message;
use serde::Deserialize;
use thiserror::Error;

use super::{
    proto::{JoinRequest, WrappedJoinRequest, wrapped_join_request::Compression},
    token::{ApiKeys, Claims, TokenError},
};
use crate::{
    clock::Timestamp,
    ids::{Identity, RoomName},
};

/// The largest join request taken, in bytes after decompression.
pub const MAX_JOIN_REQUEST_BYTES: usize = 256 * 1024;

/// SDKs pad the text or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A request to join whose token is good.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinAttempt {
    pub room: RoomName,
    pub identity: Identity,
    pub claims: Claims,
    pub request: JoinRequest,
}

/// Why an attempt is refused before there is a WebSocket. The texts go to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rejection {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("permissions denied: {0}")]
    NotAllowed(&'static str),
    #[error("join request: {0}")]
    Malformed(&'static str),
}

impl Rejection {
    /// 401 and 403 are final for the SDKs; 404 would send them to an older path, so it is never given here.
    pub fn status(self) -> StatusCode {
        match self {
            Rejection::Token(_) => StatusCode::UNAUTHORIZED,
            Rejection::NotAllowed(_) => StatusCode::FORBIDDEN,
            Rejection::Malformed(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}

#[derive(Default, Deserialize)]
struct Params {
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    join_request: String,
    #[serde(default)]
    room: String,
    #[serde(default)]
    reconnect: String,
    #[serde(default)]
    sid: String,
}

impl JoinAttempt {
    /// Reads the request line and headers of `/rtc/v1` or its `validate`.
    pub fn read(keys: &ApiKeys, now: Timestamp, uri: &Uri, headers: &HeaderMap) -> Result<Self, Rejection> {
        let Query(params) = Query::<Params>::try_from_uri(uri).map_err(|_| Rejection::Malformed("unreadable query"))?;
        let token = if params.access_token.is_empty() { bearer(headers) } else { Some(params.access_token.as_str()) };
        let claims = keys.verify(token.ok_or(TokenError::Missing)?, now)?;
        if !claims.grants.room_join {
            return Err(Rejection::NotAllowed("the token does not grant to join a room"));
        }
        let identity = claims.identity.clone().ok_or(Rejection::NotAllowed("the token names no identity"))?;
        let asked: Option<RoomName> = match params.room {
            room if room.is_empty() => None,
            room => Some(room.try_into().map_err(|_| Rejection::Malformed("unusable room name"))?),
        };
        let room = match (claims.grants.room.clone(), asked) {
            (Some(granted), Some(asked)) if granted != asked => {
                return Err(Rejection::NotAllowed("the token is for another room"));
            }
            (Some(room), _) | (None, Some(room)) => room,
            (None, None) => return Err(Rejection::NotAllowed("the token names no room")),
        };
        let mut request =
            if params.join_request.is_empty() { JoinRequest::default() } else { unwrap(&params.join_request)? };
        if params.reconnect == "1" {
            request.reconnect = true;
            if request.participant_sid.is_empty() {
                request.participant_sid = params.sid;
            }
        }
        Ok(Self { room, identity, claims, request })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn unwrap(text: &str) -> Result<JoinRequest, Rejection> {
    let wrapped = BASE64.decode(text).map_err(|_| Rejection::Malformed("not base64"))?;
    let wrapped =
        WrappedJoinRequest::decode(&*wrapped).map_err(|_| Rejection::Malformed("not a WrappedJoinRequest"))?;
    let bytes = match wrapped.compression() {
        Compression::None => wrapped.join_request,
        Compression::Gzip => {
            let mut bytes = Vec::new();
            let limit = MAX_JOIN_REQUEST_BYTES as u64 + 1;
            GzDecoder::new(&*wrapped.join_request)
                .take(limit)
                .read_to_end(&mut bytes)
                .map_err(|_| Rejection::Malformed("not gzip"))?;
            bytes
        }
    };
    if bytes.len() > MAX_JOIN_REQUEST_BYTES {
        return Err(Rejection::Malformed("too large"));
    }
    JoinRequest::decode(&*bytes).map_err(|_| Rejection::Malformed("not a JoinRequest"))
}

#[cfg(test)]
mod tests {
    use std::{io::Write, time::Duration};

    use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
    use flate2::{Compression as Level, write::GzEncoder};

    use super::*;
    use crate::signalling::token::Grants;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn keys() -> ApiKeys {
        ApiKeys::new([("devkey".to_owned(), "secret".to_owned())])
    }

    fn token(grants: Grants) -> String {
        let claims = Claims {
            api_key: "devkey".into(),
            identity: Some("an".parse().unwrap()),
            name: String::new(),
            metadata: String::new(),
            attributes: Default::default(),
            device: None,
            grants,
            expires_at: NOW,
        };
        keys().mint(&claims, NOW, Duration::from_secs(60)).unwrap()
    }

    fn joins(room: &str) -> Grants {
        Grants { room_join: true, room: room.parse().ok(), ..Default::default() }
    }

    fn read(path: &str, headers: &[(&str, &str)]) -> Result<JoinAttempt, Rejection> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(axum::http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        JoinAttempt::read(&keys(), NOW, &path.parse().unwrap(), &map)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Level::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn wrapped(compression: Compression, join_request: Vec<u8>) -> Vec<u8> {
        WrappedJoinRequest { compression: compression.into(), join_request }.encode_to_vec()
    }

    #[test]
    fn a_join_request_is_read_plain_or_gzipped_padded_or_not() {
        let request = JoinRequest { metadata: "x".repeat(40), ..Default::default() };
        let plain = wrapped(Compression::None, request.encode_to_vec());
        let zipped = wrapped(Compression::Gzip, gzip(&request.encode_to_vec()));
        for text in [
            BASE64_URL_SAFE.encode(&plain),
            BASE64_URL_SAFE_NO_PAD.encode(&plain),
            BASE64_URL_SAFE.encode(&zipped),
            BASE64_URL_SAFE_NO_PAD.encode(&zipped),
        ] {
            let path = format!("/rtc/v1?access_token={}&join_request={text}", token(joins("họp")));
            let attempt = read(&path, &[]).unwrap();
            assert_eq!(attempt.request, request);
            assert_eq!((attempt.room.as_str(), attempt.identity.as_str()), ("họp", "an"));
        }
    }

    #[test]
    fn the_token_may_come_in_the_header() {
        let bearer = format!("Bearer {}", token(joins("r")));
        assert!(read("/rtc/v1", &[("authorization", &bearer)]).is_ok());
        assert_eq!(read("/rtc/v1", &[("authorization", "Basic eA==")]), Err(TokenError::Missing.into()));
    }

    #[test]
    fn a_request_that_grows_beyond_the_limit_is_refused() {
        let bomb = wrapped(Compression::Gzip, gzip(&vec![0; 16 * MAX_JOIN_REQUEST_BYTES]));
        let path = format!("/rtc/v1?access_token={}&join_request={}", token(joins("r")), BASE64_URL_SAFE.encode(bomb));
        assert_eq!(read(&path, &[]), Err(Rejection::Malformed("too large")));
    }

    #[test]
    fn refusals_have_their_status() {
        let status = |path: String| read(&path, &[]).unwrap_err().status().as_u16();
        assert_eq!(status("/rtc/v1".into()), 401);
        assert_eq!(status("/rtc/v1?access_token=junk".into()), 401);
        assert_eq!(status(format!("/rtc/v1?access_token={}", token(Grants::default()))), 403);
        assert_eq!(status(format!("/rtc/v1?access_token={}", token(joins("")))), 403, "no room");
        assert_eq!(status(format!("/rtc/v1?access_token={}&room=other", token(joins("r")))), 403);
        assert_eq!(status(format!("/rtc/v1?access_token={}&join_request=%21", token(joins("r")))), 400);
    }

    #[test]
    fn a_resume_may_be_asked_for_in_the_query() {
        let path = format!("/rtc/v1?access_token={}&reconnect=1&sid=PA_x", token(joins("r")));
        let request = read(&path, &[]).unwrap().request;
        assert!(request.reconnect);
        assert_eq!(request.participant_sid, "PA_x");
    }
}
