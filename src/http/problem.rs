//! What the interface answers when it refuses: problem details (RFC 9457) in the client's language.

use std::sync::Arc;

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
use utoipa::ToSchema;

use super::{
    directory_words, faults::ImportProblem, language::Language, password::MIN_PASSWORD_CHARS, refusals, throttle::Wait,
};
use crate::{
    directory::{EditRefusal, Faults, SelectionError},
    hub::CommandError,
    meeting::{PlanError, Refusal},
    records::RecordsError,
};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// No session of an administrator, or one that is over.
    SignedOut,
    /// Of an administrator; or there is none of this name.
    WrongPassword,
    ShortPassword,
    /// A one-time link that is used up, replaced or mistyped.
    UsedLink,
    AdministratorName,
    AdministratorExists,
    /// Nobody else could sign in.
    LastAdministrator,
    /// The token is good, and does not allow this.
    NotPermitted,
    UnknownMeeting,
    NotFound,
    Exists,
    /// `If-Match` names an older version.
    Stale,
    /// A change without `If-Match`.
    NeedsVersion,
    /// An `Idempotency-Key` that came with another request before.
    KeyReused,
    TooManyStreams,
    /// The ledger cannot be written; what happens waits in memory.
    LedgerFailing,
    LedgerFull,
    /// The records cannot be read; the cause is in the log.
    Unavailable,
    /// A body that cannot be read, with what is wrong with it and where.
    Unreadable(String),
    /// The meeting refuses it.
    Refused(Refusal),
    /// The meeting cannot be set up like this.
    Plan(PlanError),
    /// The directory refuses a change by hand.
    Directory(EditRefusal),
    /// A file for the directory with faults.
    Faults(Arc<Faults>),
    /// Nothing can be chosen from the directory like this.
    Selection(SelectionError),
}

/// Why a request is refused (RFC 9457). When the meeting refuses, the fields of a `Refusal` stand beside these.
#[derive(Serialize, ToSchema)]
pub struct ProblemDetails {
    /// `urn:diemcau:problem:` and a name that never changes.
    r#type: String,
    /// In the language of the answer.
    title: String,
    status: u16,
    /// In the language of the answer: what to say to a person.
    detail: String,
    #[serde(flatten)]
    #[schema(ignore)]
    refusal: Option<Refusal>,
}

impl Problem {
    pub fn status(&self) -> StatusCode {
        match self {
            Problem::Malformed => StatusCode::BAD_REQUEST,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::UnknownCode => StatusCode::NOT_FOUND,
            Problem::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
            Problem::Token | Problem::SignedOut => StatusCode::UNAUTHORIZED,
            Problem::WrongPassword => StatusCode::FORBIDDEN,
            Problem::ShortPassword | Problem::AdministratorName => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::UsedLink => StatusCode::NOT_FOUND,
            Problem::AdministratorExists | Problem::LastAdministrator => StatusCode::CONFLICT,
            Problem::NotPermitted => StatusCode::FORBIDDEN,
            Problem::UnknownMeeting => StatusCode::NOT_FOUND,
            Problem::NotFound => StatusCode::NOT_FOUND,
            Problem::Exists => StatusCode::CONFLICT,
            Problem::Stale => StatusCode::PRECONDITION_FAILED,
            Problem::NeedsVersion => StatusCode::PRECONDITION_REQUIRED,
            Problem::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::TooManyStreams => StatusCode::TOO_MANY_REQUESTS,
            Problem::LedgerFailing | Problem::LedgerFull => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Unreadable(_) => StatusCode::BAD_REQUEST,
            Problem::Refused(refusal) => refusals::status(refusal),
            Problem::Plan(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::Directory(refusal) => directory_words::status(refusal),
            Problem::Faults(_) | Problem::Selection(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The name that programs go by; it never changes.
    fn kind(&self) -> &'static str {
        match self {
            Problem::Malformed => "malformed",
            Problem::TooLarge => "too-large",
            Problem::UnknownCode => "unknown-code",
            Problem::TooManyTries { .. } => "too-many-tries",
            Problem::Token => "token",
            Problem::SignedOut => "signed-out",
            Problem::WrongPassword => "wrong-password",
            Problem::ShortPassword => "short-password",
            Problem::UsedLink => "used-link",
            Problem::AdministratorName => "administrator-name",
            Problem::AdministratorExists => "administrator-exists",
            Problem::LastAdministrator => "last-administrator",
            Problem::NotPermitted => "not-permitted",
            Problem::UnknownMeeting => "unknown-meeting",
            Problem::NotFound => "not-found",
            Problem::Exists => "exists",
            Problem::Stale => "stale",
            Problem::NeedsVersion => "needs-version",
            Problem::KeyReused => "key-reused",
            Problem::TooManyStreams => "too-many-streams",
            Problem::LedgerFailing => "ledger-failing",
            Problem::LedgerFull => "ledger-full",
            Problem::Unavailable => "unavailable",
            Problem::Unreadable(_) => "malformed",
            Problem::Refused(_) => "refused",
            Problem::Plan(_) => "plan",
            Problem::Directory(refusal) => directory_words::code(refusal),
            Problem::Faults(_) => "faults",
            Problem::Selection(_) => "selection",
        }
    }

    fn words(&self, language: Language) -> (&'static str, String) {
        let (vietnamese, english) = match self {
            Problem::Malformed => (("Yêu cầu sai dạng", "Máy chủ không đọc được nội dung yêu cầu.".to_owned()), ("Malformed request", "The server cannot read the request.".to_owned())),
            Problem::TooLarge => (("Yêu cầu quá lớn", "Nội dung yêu cầu vượt quá mức cho phép.".to_owned()), ("Request too large", "The request's body is over the limit.".to_owned())),
            Problem::UnknownCode => (("Mã không dùng được", "Không có điểm cầu nào ứng với mã này. Hãy kiểm tra lại mã, hoặc xin mã mới ở ban tổ chức.".to_owned()), ("Unknown code", "This code opens no point. Check it, or ask the organisers for a new one.".to_owned())),
            Problem::TooManyTries { .. } => (("Thử quá nhiều lần", "Đã thử sai quá nhiều lần. Hãy đợi một lát rồi thử lại.".to_owned()), ("Too many tries", "There were too many wrong tries. Wait a while, then try again.".to_owned())),
            Problem::Token => (("Chưa được xác nhận", "Yêu cầu thiếu mã truy cập, hoặc mã đã hết hạn. Hãy vào lại hội nghị.".to_owned()), ("Not authenticated", "The access token is missing, expired or not valid. Join again.".to_owned())),
            Problem::SignedOut => (("Chưa đăng nhập", "Phiên làm việc đã hết. Hãy đăng nhập lại.".to_owned()), ("Signed out", "The session has ended. Sign in again.".to_owned())),
            Problem::WrongPassword => (("Không đăng nhập được", "Tên đăng nhập hoặc mật khẩu không đúng.".to_owned()), ("Wrong name or password", "The name or the password is wrong.".to_owned())),
            Problem::ShortPassword => (("Mật khẩu quá ngắn", format!("Mật khẩu cần ít nhất {MIN_PASSWORD_CHARS} ký tự.")), ("Password too short", format!("A password has at least {MIN_PASSWORD_CHARS} characters."))),
            Problem::UsedLink => (("Đường dẫn không dùng được nữa", "Đường dẫn này đã được dùng, đã bị thay, hoặc chép thiếu. Hãy xin quản trị khác cấp đường dẫn mới.".to_owned()), ("Link no longer good", "This link was used, replaced or not copied whole. Ask another administrator for a new one.".to_owned())),
            Problem::AdministratorName => (("Tên không hợp lệ", "Tên đăng nhập dài từ 1 đến 64 byte và không có ký tự điều khiển.".to_owned()), ("Not a name", "The name of an administrator has 1 to 64 bytes and no control characters.".to_owned())),
            Problem::AdministratorExists => (("Đã có", "Đã có quản trị mang tên này. Hãy chọn tên khác.".to_owned()), ("Exists already", "There is an administrator of this name already. Choose another.".to_owned())),
            Problem::LastAdministrator => (("Không thu hồi được", "Đây là quản trị duy nhất còn đăng nhập được. Hãy thêm một người khác trước.".to_owned()), ("Not revoked", "Nobody else can sign in. Add another administrator first.".to_owned())),
            Problem::NotPermitted => (("Không có quyền", "Mã truy cập này không được phép làm việc này.".to_owned()), ("Not permitted", "This access token does not allow that.".to_owned())),
            Problem::UnknownMeeting => (("Không có hội nghị này", "Không tìm thấy hội nghị này trên máy chủ.".to_owned()), ("Unknown meeting", "There is no such meeting here.".to_owned())),
            Problem::NotFound => (("Không tìm thấy", "Địa chỉ này không có trên máy chủ.".to_owned()), ("Not found", "There is nothing at this address.".to_owned())),
            Problem::Exists => (("Đã có", "Đã có hội nghị mang mã này.".to_owned()), ("Exists already", "There is a meeting with this id already.".to_owned())),
            Problem::Stale => (("Đã có người sửa", "Nội dung đã được sửa từ khi tải về. Hãy tải lại, rồi sửa lại.".to_owned()), ("Changed meanwhile", "Somebody else changed this since it was read. Read it again, then repeat the change.".to_owned())),
            Problem::NeedsVersion => (("Thiếu phiên bản", "Hãy gửi kèm If-Match với ETag của bản đã đọc.".to_owned()), ("Version needed", "Send If-Match with the ETag of what was read.".to_owned())),
            Problem::KeyReused => (("Khóa đã dùng", "Idempotency-Key này đã dùng cho một yêu cầu khác.".to_owned()), ("Key used before", "This Idempotency-Key was used for another request.".to_owned())),
            Problem::TooManyStreams => (("Quá nhiều kết nối", "Đã mở quá nhiều luồng theo dõi. Hãy đóng bớt.".to_owned()), ("Too many streams", "Too many live views are open. Close some.".to_owned())),
            Problem::LedgerFailing => (("Sổ ghi đang lỗi", "Sổ ghi chưa ghi được. Hội nghị vẫn tiếp tục, các diễn biến đang chờ trong bộ nhớ và sẽ tự được ghi. Hãy kiểm tra ngay ổ đĩa và cơ sở dữ liệu; không tắt máy chủ.".to_owned()), ("The ledger fails", "The ledger cannot be written. The meeting goes on, and its events wait in memory until they can be. Have the disk and the database looked at now; do not stop the server.".to_owned())),
            Problem::LedgerFull => (("Sổ ghi đang lỗi", "Sổ ghi không ghi được đã quá lâu; tạm thời không nhận lệnh mới. Hãy báo quản trị kiểm tra ổ đĩa và cơ sở dữ liệu.".to_owned()), ("The ledger fails", "The ledger has not been written for too long; nothing new is taken. Have the disk and the database looked at.".to_owned())),
            Problem::Unavailable => (("Máy chủ đang bận", "Máy chủ chưa trả lời được lúc này. Hãy thử lại sau ít giây.".to_owned()), ("Unavailable", "The server cannot answer just now. Try again in a few seconds.".to_owned())),
            Problem::Unreadable(error) => (
                ("Yêu cầu sai dạng", format!("Máy chủ không đọc được nội dung yêu cầu: {error}.")),
                ("Malformed request", format!("The server cannot read the request: {error}.")),
            ),
            Problem::Refused(refusal) => {
                (("Không thực hiện được", refusals::in_vietnamese(refusal)), ("Refused", sentence(&refusal.to_string())))
            }
            Problem::Plan(error) => (
                ("Nội dung hội nghị chưa hợp lệ", refusals::plan_in_vietnamese(error)),
                ("The plan cannot be held", sentence(&error.to_string())),
            ),
            Problem::Directory(refusal) => (
                ("Danh bạ không thay đổi được", directory_words::refusal_in_vietnamese(refusal)),
                ("The directory stays as it is", sentence(&refusal.to_string())),
            ),
            Problem::Faults(faults) => (
                ("Tệp có lỗi", format!("Có {} lỗi; danh bạ chưa thay đổi gì.", faults.count)),
                ("The file has faults", format!("There are {} faults; nothing was changed.", faults.count)),
            ),
            Problem::Selection(error) => (
                ("Không chọn được", directory_words::selection_in_vietnamese(error)),
                ("Nothing is selected", sentence(&error.to_string())),
            ),
        };
        match language {
            Language::Vietnamese => vietnamese,
            Language::English => english,
        }
    }

    fn render(&self, language: Language) -> Response {
        let (title, detail) = self.words(language);
        let refusal = match self {
            Problem::Refused(refusal) => Some(refusal.clone()),
            _ => None,
        };
        let kind = format!("urn:diemcau:problem:{}", self.kind());
        let title = title.to_owned();
        let details = ProblemDetails { r#type: kind, title, status: self.status().as_u16(), detail, refusal };
        let mut response = match self {
            Problem::Faults(faults) => {
                (self.status(), Json(ImportProblem::new(details, faults, language))).into_response()
            }
            _ => (self.status(), Json(details)).into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Problem::TooManyTries { retry_after_s } => {
                headers.insert(RETRY_AFTER, (*retry_after_s).into());
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

/// With a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

impl From<Wait> for Problem {
    fn from(Wait { retry_after_s }: Wait) -> Problem {
        Problem::TooManyTries { retry_after_s }
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Problem {
        match error {
            CommandError::Refused(refusal) => Problem::Refused(refusal),
            CommandError::UnknownMeeting => Problem::UnknownMeeting,
            CommandError::LedgerFull => Problem::LedgerFull,
            CommandError::Unavailable => Problem::Unavailable,
        }
    }
}

impl From<RecordsError> for Problem {
    fn from(error: RecordsError) -> Problem {
        match error {
            RecordsError::UnknownMeeting(_) => Problem::UnknownMeeting,
            RecordsError::MeetingExists(_) => Problem::Exists,
            RecordsError::PlanConflict { .. } => Problem::Stale,
            RecordsError::Plan(error) => Problem::Plan(error),
            RecordsError::AdministratorName => Problem::AdministratorName,
            RecordsError::AdministratorExists(_) => Problem::AdministratorExists,
            RecordsError::UnknownPlace { place, .. } => Problem::Refused(Refusal::UnknownPlace { place }),
            error => {
                tracing::error!(%error, "the records do not work");
                Problem::Unavailable
            }
        }
    }
}
