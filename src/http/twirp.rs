//! Twirp (version 7), by which LiveKit's server SDKs speak: protobuf or JSON in a POST, errors as `{"code","msg"}`.

use axum::{
    Json,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use prost::Message;
use serde::{Serialize, de::DeserializeOwned};

/// Why a call is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwirpError {
    pub code: Code,
    pub msg: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The method, the verb or the media type is not one that is served.
    BadRoute,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    /// The body cannot be read.
    Malformed,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    Unimplemented,
}

impl Code {
    pub fn refuse(self, msg: impl Into<String>) -> TwirpError {
        TwirpError { code: self, msg: msg.into() }
    }

    fn status(self) -> StatusCode {
        match self {
            Code::BadRoute | Code::NotFound => StatusCode::NOT_FOUND,
            Code::FailedPrecondition => StatusCode::PRECONDITION_FAILED,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Code::InvalidArgument | Code::Malformed => StatusCode::BAD_REQUEST,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        }
    }
}

impl IntoResponse for TwirpError {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "code": self.code, "msg": self.msg });
        (self.code.status(), [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

/// How a call is written; its answer is written likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Protobuf,
}

impl Format {
    /// By the media type of the body.
    pub fn of(headers: &HeaderMap) -> Result<Format, TwirpError> {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/json" => Ok(Format::Json),
            "application/protobuf" => Ok(Format::Protobuf),
            _ => Err(Code::BadRoute.refuse("the content type is neither application/json nor application/protobuf")),
        }
    }

    pub fn read<M: Message + Default + DeserializeOwned>(self, body: &[u8]) -> Result<M, TwirpError> {
        match self {
            Format::Json => serde_json::from_slice(body)
                // Where it went wrong, without a word of what stands there.
                .map_err(|error| {
                    format!("not the JSON of this request: line {}, column {}", error.line(), error.column())
                }),
            Format::Protobuf => M::decode(body).map_err(|_| "not the protobuf of this request".to_owned()),
        }
        .map_err(|msg| Code::Malformed.refuse(msg))
    }

    pub fn write<M: Message + Serialize>(self, message: &M) -> Result<Response, TwirpError> {
        let (media_type, body) = match self {
            Format::Protobuf => ("application/protobuf", message.encode_to_vec()),
            Format::Json => match serde_json::to_vec(message) {
                Ok(body) => ("application/json", body),
                Err(error) => {
                    tracing::error!(%error, "an answer cannot be written as JSON");
                    return Err(Code::Internal.refuse("the answer cannot be written"));
                }
            },
        };
        Ok(([(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")], body).into_response())
    }
}
