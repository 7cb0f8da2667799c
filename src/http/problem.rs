//! What the interface answers when it refuses: problem details (RFC 9457) in the client's language.

use axum::{
    Json,
    extract::Request,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::language::Language;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    Malformed,
    TooLarge,
    /// No seat opens by this code: never given out, mistyped, or revoked.
    UnknownCode,
    TooManyTries {
        retry_after_s: u64,
    },
    /// No access token, or one that is not taken.
    Token,
    NotHost,
    UnknownMeeting,
    NotFound,
    /// The records cannot be read; the cause is in the log.
    Unavailable,
}

#[derive(Serialize)]
struct Body {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'static str,
}

impl Problem {
    pub fn status(self) -> StatusCode {
        match self {
            Problem::Malformed => StatusCode::BAD_REQUEST,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::UnknownCode | Problem::UnknownMeeting | Problem::NotFound => StatusCode::NOT_FOUND,
            Problem::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
            Problem::Token => StatusCode::UNAUTHORIZED,
            Problem::NotHost => StatusCode::FORBIDDEN,
            Problem::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The name that programs go by; it never changes.
    fn kind(self) -> &'static str {
        match self {
            Problem::Malformed => "urn:diemcau:problem:malformed",
            Problem::TooLarge => "urn:diemcau:problem:too-large",
            Problem::UnknownCode => "urn:diemcau:problem:unknown-code",
            Problem::TooManyTries { .. } => "urn:diemcau:problem:too-many-tries",
            Problem::Token => "urn:diemcau:problem:token",
            Problem::NotHost => "urn:diemcau:problem:not-host",
            Problem::UnknownMeeting => "urn:diemcau:problem:unknown-meeting",
            Problem::NotFound => "urn:diemcau:problem:not-found",
            Problem::Unavailable => "urn:diemcau:problem:unavailable",
        }
    }

    fn words(self, language: Language) -> (&'static str, &'static str) {
        match (self, language) {
            (Problem::Malformed, Language::Vietnamese) => {
                ("Yêu cầu sai dạng", "Máy chủ không đọc được nội dung yêu cầu.")
            }
            (Problem::Malformed, Language::English) => ("Malformed request", "The server cannot read the request."),
            (Problem::TooLarge, Language::Vietnamese) => ("Yêu cầu quá lớn", "Nội dung yêu cầu vượt quá mức cho phép."),
            (Problem::TooLarge, Language::English) => ("Request too large", "The request's body is over the limit."),
            (Problem::UnknownCode, Language::Vietnamese) => (
                "Mã không dùng được",
                "Không có điểm cầu nào ứng với mã này. Hãy kiểm tra lại mã, hoặc xin mã mới ở ban tổ chức.",
            ),
            (Problem::UnknownCode, Language::English) => {
                ("Unknown code", "This code opens no point. Check it, or ask the organisers for a new one.")
            }
            (Problem::TooManyTries { .. }, Language::Vietnamese) => {
                ("Thử quá nhiều lần", "Đã thử sai mã quá nhiều lần. Hãy đợi một lát rồi thử lại.")
            }
            (Problem::TooManyTries { .. }, Language::English) => {
                ("Too many tries", "Too many wrong codes were tried. Wait a while, then try again.")
            }
            (Problem::Token, Language::Vietnamese) => {
                ("Chưa được xác nhận", "Yêu cầu thiếu mã truy cập, hoặc mã đã hết hạn. Hãy vào lại hội nghị.")
            }
            (Problem::Token, Language::English) => {
                ("Not authenticated", "The access token is missing, expired or not valid. Join again.")
            }
            (Problem::NotHost, Language::Vietnamese) => {
                ("Không có quyền", "Chỉ điểm cầu trung tâm của hội nghị này mới được làm việc này.")
            }
            (Problem::NotHost, Language::English) => ("Not permitted", "Only the host of this meeting may do this."),
            (Problem::UnknownMeeting, Language::Vietnamese) => {
                ("Không có hội nghị này", "Không tìm thấy hội nghị này trên máy chủ.")
            }
            (Problem::UnknownMeeting, Language::English) => ("Unknown meeting", "There is no such meeting here."),
            (Problem::NotFound, Language::Vietnamese) => ("Không tìm thấy", "Địa chỉ này không có trên máy chủ."),
            (Problem::NotFound, Language::English) => ("Not found", "There is nothing at this address."),
            (Problem::Unavailable, Language::Vietnamese) => {
                ("Máy chủ đang bận", "Máy chủ chưa trả lời được lúc này. Hãy thử lại sau ít giây.")
            }
            (Problem::Unavailable, Language::English) => {
                ("Unavailable", "The server cannot answer just now. Try again in a few seconds.")
            }
        }
    }

    fn render(self, language: Language) -> Response {
        let (title, detail) = self.words(language);
        let body = Body { r#type: self.kind(), title, status: self.status().as_u16(), detail };
        let mut response = (self.status(), Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Problem::TooManyTries { retry_after_s } => {
                headers.insert(RETRY_AFTER, retry_after_s.into());
            }
            Problem::Token => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

/// Leaves the problem in the response; [`speak`], which knows the request, puts it into words.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Puts problems into the words of the request's language.
pub async fn speak(request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let response = next.run(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) => problem.render(language),
        None => response,
    }
}
