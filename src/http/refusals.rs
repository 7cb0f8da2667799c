//! A meeting's refusals as they are answered: the status, and the words in Vietnamese. The English ones are the refusal's own.

use axum::http::StatusCode;

use crate::meeting::{Phase, Refusal};

pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NotPermitted | Refusal::NotPresiding { .. } | Refusal::IsRemoved { .. } | Refusal::NotEligible => {
            StatusCode::FORBIDDEN
        }
        Refusal::NotOfThisPoint { .. } => StatusCode::FORBIDDEN,
        Refusal::UnknownPlace { .. }
        | Refusal::UnknownDelegate { .. }
        | Refusal::UnknownItem { .. }
        | Refusal::UnknownRequest { .. }
        | Refusal::UnknownProxy { .. }
        | Refusal::UnknownVote { .. }
        | Refusal::UnknownOption { .. }
        | Refusal::NothingToCorrect { .. } => StatusCode::NOT_FOUND,
        Refusal::Empty { .. } | Refusal::TooLong { .. } | Refusal::OutOfRange { .. } => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::WrongPhase { .. }
        | Refusal::ItemNotStarted { .. }
        | Refusal::ItemStarted { .. }
        | Refusal::TooManyRequests { .. }
        | Refusal::NoFloor
        | Refusal::NotConnected { .. }
        | Refusal::StillPresiding { .. }
        | Refusal::NotRemoved { .. }
        | Refusal::ProxyNotApproved { .. }
        | Refusal::ProxyExists { .. }
        | Refusal::VoteUnderWay { .. }
        | Refusal::AlreadyVoted
        | Refusal::NoQuorum { .. }
        | Refusal::TooMany { .. }
        | Refusal::NoChange => StatusCode::CONFLICT,
    }
}

pub fn in_vietnamese(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotPermitted => "Vị trí này không được phép làm việc này.".to_owned(),
        Refusal::NotPresiding { presiding } => {
            format!("Chỉ người chủ trì mới được làm việc này; hiện chủ trì là {presiding}.")
        }
        Refusal::WrongPhase { phase } => format!("Không làm được việc này khi hội nghị {}.", phase_words(*phase)),
        Refusal::UnknownPlace { place } => format!("Hội nghị không có vị trí {place}."),
        Refusal::UnknownDelegate { delegate } => format!("Hội nghị không có đại biểu {delegate}."),
        Refusal::NotOfThisPoint { delegate } => format!("Đại biểu {delegate} thuộc điểm cầu khác."),
        Refusal::UnknownItem { item } => format!("Chương trình không có mục {item}."),
        Refusal::ItemNotStarted { item } => format!("Mục {item} của chương trình chưa bắt đầu."),
        Refusal::ItemStarted { item } => format!("Mục {item} của chương trình đang diễn ra."),
        Refusal::UnknownRequest { .. } => "Không còn đăng ký phát biểu này trong danh sách chờ.".to_owned(),
        Refusal::TooManyRequests { max } => format!("Điểm cầu này đã có {max} đăng ký phát biểu đang chờ."),
        Refusal::NoFloor => "Hiện không có ai được mời phát biểu.".to_owned(),
        Refusal::NotConnected { place } => format!("{place} chưa kết nối."),
        Refusal::StillPresiding { place } => format!("{place} đang chủ trì và vẫn giữ được kết nối."),
        Refusal::IsRemoved { place } => format!("{place} đã bị mời ra khỏi hội nghị."),
        Refusal::NotRemoved { place } => format!("{place} không bị mời ra khỏi hội nghị."),
        Refusal::NothingToCorrect { seq } => format!("Bản ghi số {seq} không phải là điểm danh đang có hiệu lực."),
        Refusal::UnknownProxy { .. } => "Không có đề nghị dự thay này đang chờ quyết định.".to_owned(),
        Refusal::ProxyNotApproved { .. } => "Chủ trì chưa đồng ý cho dự thay.".to_owned(),
        Refusal::ProxyExists { delegate } => format!("Đã có đề nghị dự thay cho đại biểu {delegate}."),
        Refusal::UnknownVote { .. } => "Không có cuộc biểu quyết này đang diễn ra.".to_owned(),
        Refusal::VoteUnderWay { vote } => format!("Cuộc biểu quyết số {vote} chưa kết thúc."),
        Refusal::UnknownOption { choice } => format!("Cuộc biểu quyết không có phương án {choice}."),
        Refusal::NotEligible => "Người này không có quyền biểu quyết trong cuộc này.".to_owned(),
        Refusal::AlreadyVoted => "Người này đã biểu quyết.".to_owned(),
        Refusal::NoQuorum { present, needed, expected } => {
            format!("Chưa đủ số cần có mặt: có {present} trên {expected}, cần {needed}.")
        }
        Refusal::Empty { field } => format!("Thiếu {field}."),
        Refusal::TooLong { field, max } => format!("{field} dài quá {max} byte."),
        Refusal::OutOfRange { field, expected } => format!("{field} ngoài phạm vi cho phép ({expected})."),
        Refusal::TooMany { what } => format!("Hội nghị không chứa thêm được ({what})."),
        Refusal::NoChange => "Đã đúng như vậy rồi, không có gì để thay đổi.".to_owned(),
    }
}

fn phase_words(phase: Phase) -> &'static str {
    match phase {
        Phase::Draft => "còn là bản nháp",
        Phase::Published => "đã công bố, chưa khai mạc",
        Phase::LineCheck => "đang thử đường truyền",
        Phase::Open => "đang họp",
        Phase::Paused => "đang tạm dừng",
        Phase::Closed => "đã kết thúc",
    }
}
