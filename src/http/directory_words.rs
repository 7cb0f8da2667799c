//! What the directory refuses and notices, in words. The English ones are its own.

use axum::http::StatusCode;

use super::language::Language;
use crate::directory::{Column, EditRefusal, MAX_FILE_BYTES, MAX_ROWS, Notice, SelectionError, What};

pub fn status(refusal: &EditRefusal) -> StatusCode {
    match refusal {
        EditRefusal::Unknown { .. } => StatusCode::NOT_FOUND,
        EditRefusal::Exists { .. } | EditRefusal::InUse { .. } => StatusCode::CONFLICT,
        EditRefusal::Field { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The name of a kind of refusal, for programs.
pub fn code(refusal: &EditRefusal) -> &'static str {
    match refusal {
        EditRefusal::Unknown { .. } => "not-found",
        EditRefusal::Exists { .. } => "exists",
        EditRefusal::InUse { .. } => "in-use",
        EditRefusal::Field { .. } => "directory",
    }
}

pub fn refusal_in_vietnamese(refusal: &EditRefusal) -> String {
    match refusal {
        EditRefusal::Unknown { id } => format!("Danh bạ không có {id}."),
        EditRefusal::Exists { id } => format!("Danh bạ đã có mã {id}."),
        EditRefusal::InUse { units, delegates } => {
            format!("Bên dưới còn {units} đơn vị và {delegates} đại biểu đang dùng.")
        }
        EditRefusal::Field { column, what } => format!("{}: {}.", column_words(*column), fault_in_vietnamese(what)),
    }
}

pub fn selection_in_vietnamese(error: &SelectionError) -> String {
    match error {
        SelectionError::Unknown(unit) => format!("Danh bạ không có đơn vị {unit} đang dùng."),
        SelectionError::TooMany { what, count, max } => {
            let what = match *what {
                "delegates" => "đại biểu",
                "points" => "điểm cầu",
                _ => "đơn vị",
            };
            format!("Đã chọn {count} {what}; một hội nghị có nhiều nhất {max}.")
        }
    }
}

fn column_words(column: Column) -> &'static str {
    match column {
        Column::Id => "Mã",
        Column::Parent => "Mã cấp trên",
        Column::Level => "Cấp",
        Column::Name => "Tên",
        Column::Room => "Phòng họp",
        Column::Title => "Chức vụ",
        Column::Unit => "Đơn vị",
        Column::Point => "Điểm cầu",
    }
}

/// Without a capital letter and without a full stop.
pub fn fault(what: &What, language: Language) -> String {
    match language {
        Language::Vietnamese => fault_in_vietnamese(what),
        Language::English => what.to_string(),
    }
}

fn fault_in_vietnamese(what: &What) -> String {
    match what {
        What::Empty => "tệp không có nội dung".to_owned(),
        What::FileTooLarge => format!("tệp lớn hơn {} MiB", MAX_FILE_BYTES >> 20),
        What::TooManyRows => format!("có hơn {MAX_ROWS} dòng"),
        What::NotText => {
            "đây không phải văn bản UTF-8: hãy lưu thành \"CSV UTF-8\" hoặc sổ tính Excel (.xlsx)".to_owned()
        }
        What::OtherFormat => {
            "không đọc được định dạng này: hãy lưu thành sổ tính Excel (.xlsx) hoặc \"CSV UTF-8\"".to_owned()
        }
        What::BadWorkbook { reason } => format!("không đọc được sổ tính: {reason}"),
        What::ColumnsMissing { columns } => format!("thiếu cột {}", columns.join(", ")),
        What::ColumnTwice { other } => format!("trùng ý nghĩa với cột \"{other}\""),
        What::ExtraCells => {
            "có nhiều ô hơn số cột: có phải dấu phân cách nằm trong văn bản không có ngoặc kép?".to_owned()
        }
        What::Missing => "bỏ trống".to_owned(),
        What::TooLong { max } => format!("dài quá {max} byte"),
        What::ControlCharacter => "có ký tự điều khiển".to_owned(),
        What::Fraction => "là số lẻ, không phải mã".to_owned(),
        What::CellError { error } => format!("ô đang báo lỗi {error} của bảng tính"),
        What::Twice { id, first_row } => format!("{id} đã có ở dòng {first_row}"),
        What::LostZeros { id, known } => format!("{id} có thể đã mất số 0 ở đầu: danh bạ có {known}"),
        What::UnknownUnit { id, known: None } => format!("không có đơn vị {id}"),
        What::UnknownUnit { id, known: Some(known) } => format!("không có đơn vị {id}; có phải là {known}?"),
        What::RetiredUnit { id } => format!("đơn vị {id} đã ngừng dùng"),
        What::NotInFile { id } => format!("đơn vị {id} không có trong tệp và sẽ bị ngừng dùng"),
        What::Circle { way } => {
            let first = way.first().map_or("", String::as_str);
            format!("{first} nằm dưới chính nó: {}", way.join(" < "))
        }
        What::Alike { first_row } => {
            format!("giống hệt dòng {first_row} và không có mã: nếu là hai người, hãy cho mỗi người một mã")
        }
        What::Ambiguous { count } => format!(
            "không có mã, mà đơn vị này có {count} đại biểu cùng tên và chức vụ: hãy xuất danh sách ra và ghi rõ mã"
        ),
        What::DirectoryFull { max } => format!("danh bạ sẽ có hơn {max} mục"),
    }
}

/// A whole sentence.
pub fn notice(notice: &Notice, language: Language) -> String {
    if language == Language::English {
        return super::problem::sentence(&notice.to_string());
    }
    match notice {
        Notice::NumericCodes { count, row } => format!(
            "Có {count} mã được lưu dạng số trong sổ tính, đầu tiên ở dòng {row}: nếu mã bắt đầu bằng số 0 thì số 0 đã \
             mất. Hãy định dạng cột mã là văn bản."
        ),
        Notice::UnevenCodes { level, shortest, longest, row } => format!(
            "Cấp \"{level}\" có mã dài từ {shortest} đến {longest} chữ số, ngắn nhất ở dòng {row}: có mất số 0 ở đầu không?"
        ),
        Notice::Matched { count } => format!(
            "Có {count} dòng không có mã và được hiểu là đại biểu cùng đơn vị, cùng tên, cùng chức vụ đã có trong danh bạ."
        ),
        Notice::Namesake { row, known } => format!(
            "Dòng {row} không có mã và sẽ là đại biểu mới, dù {known} cùng đơn vị, cùng tên nhưng khác chức vụ."
        ),
        Notice::Stranded { count } => {
            format!("Có {count} đại biểu thuộc các đơn vị sẽ ngừng dùng; họ không được mời cho đến khi có đơn vị khác.")
        }
        Notice::OtherSheets { sheet, others } => {
            format!("Chỉ đọc trang tính \"{sheet}\"; còn {others} trang tính khác.")
        }
    }
}
