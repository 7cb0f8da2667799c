//! A meeting's refusals as they are answered: the status, and the words in Vietnamese. The English ones are the refusal's own.

use axum::http::StatusCode;

use crate::meeting::{Phase, PlanError, Refusal, TreeError};

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
        Refusal::Empty { .. } | Refusal::TooLong { .. } | Refusal::Unprintable { .. } | Refusal::OutOfRange { .. } => {
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
        | Refusal::TooOften
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
        Refusal::Unprintable { field } => format!("{field} có ký tự điều khiển không in được."),
        Refusal::OutOfRange { field, expected } => format!("{field} ngoài phạm vi cho phép ({expected})."),
        Refusal::TooMany { what } => format!("Hội nghị không chứa thêm được ({what})."),
        Refusal::TooOften => "Vừa gửi nhiều tin trong một phút. Hãy chờ một lát rồi gửi tiếp.".to_owned(),
        Refusal::NoChange => "Đã đúng như vậy rồi, không có gì để thay đổi.".to_owned(),
    }
}

pub fn plan_in_vietnamese(error: &PlanError) -> String {
    match error {
        PlanError::Tree(TreeError::Duplicate(point)) => format!("Điểm cầu {point} có hai lần trong danh sách."),
        PlanError::Tree(TreeError::ParentNotBefore { point, parent }) => {
            format!("Điểm cầu {point} thuộc {parent}, nhưng {parent} không đứng trước trong danh sách.")
        }
        PlanError::Tree(TreeError::HubMissing(hub)) => {
            format!("Điểm cầu trung tâm {hub} không có trong danh sách điểm cầu.")
        }
        PlanError::Empty { field } => format!("Thiếu {field}."),
        PlanError::TooLong { field, max } => format!("{field} dài quá {max} byte."),
        PlanError::Unprintable { field } => format!("{field} có ký tự điều khiển không in được."),
        PlanError::TooMany { what, max } => format!("Quá {max} mục ({what})."),
        PlanError::OutOfRange { field, value, least, most } => {
            format!("{field} là {value}; phải từ {least} đến {most}.")
        }
        PlanError::UnknownZone(zone) => format!("Không có múi giờ {zone:?}."),
        PlanError::NoLink { field } => {
            format!(
                "{field} không phải là liên kết: phải bắt đầu bằng http:// hoặc https://, hoặc là đường dẫn trên trang này, bắt đầu bằng /."
            )
        }
        PlanError::DelegateTwice(delegate) => format!("Đại biểu {delegate} có hai lần trong danh sách."),
        PlanError::ItemTwice(item) => format!("Mục {item} của chương trình có hai lần."),
        PlanError::NotInvited { field, point } => format!("{field} là điểm cầu {point}, không có trong danh sách mời."),
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
