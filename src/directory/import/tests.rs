//! Files as people send them, and what they would change.

use super::*;
use crate::directory::{
    ChangeKind,
    testing::{NOW, directory, province},
};

const UNITS: &str = include_str!("../../../config/sample/tuyen-quang-2021.csv");

fn import(replace: bool) -> Import {
    Import { replace, now: NOW, fresh: DelegateId::random }
}

fn units(directory: &Directory, text: &str, replace: bool) -> Result<Proposal, String> {
    let sheet = Sheet::read(Kind::Units, text.as_bytes()).map_err(|faults| faults.to_string())?;
    directory.import(&sheet, &import(replace)).map_err(|faults| faults.to_string())
}

fn delegates(directory: &Directory, text: &str, replace: bool) -> Result<Proposal, String> {
    let sheet = Sheet::read(Kind::Delegates, text.as_bytes()).map_err(|faults| faults.to_string())?;
    directory.import(&sheet, &import(replace)).map_err(|faults| faults.to_string())
}

fn counts(proposal: &Proposal) -> (u32, u32, u32, u32, u32) {
    let ChangeCounts { added, changed, restored, retired, unchanged } = proposal.counts;
    (added, changed, restored, retired, unchanged)
}

#[test]
fn a_province_of_2021_is_imported_as_it_is_and_a_second_time_nothing_changes() {
    let first = units(&Directory::default(), UNITS, false).unwrap();
    assert_eq!(counts(&first), (146, 0, 0, 0, 0));
    assert!(first.notices.is_empty(), "{:?}", first.notices);
    let codes: Vec<&str> = first.after.units().iter().map(|unit| unit.row.id.as_str()).collect();
    let in_file: Vec<&str> = UNITS.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(codes, in_file);
    for replace in [false, true] {
        let second = units(&first.after, UNITS, replace).unwrap();
        assert!(second.is_nothing());
        assert_eq!(counts(&second), (0, 0, 0, 0, 146));
    }
}

#[test]
fn a_province_without_districts_is_imported_equally() {
    let text =
        "Mã;Mã cấp trên;Cấp;Tên;Phòng họp\n26;;Tỉnh;Tuyên Quang;\n00691;26;Xã;Hà Giang 1;P1\n00700;26;Xã;Lâm Bình;P2\n";
    let proposal = units(&Directory::default(), text, false).unwrap();
    assert_eq!(counts(&proposal).0, 3);
    assert_eq!(proposal.after.units()[2].row.parent.as_ref().unwrap().as_str(), "26");
}

#[test]
fn a_parent_may_stand_after_its_child() {
    let text = "code,parent_code,level,name\nc,b,3,C\nb,a,2,B\na,,1,A\n";
    let proposal = units(&Directory::default(), text, false).unwrap();
    let codes: Vec<&str> = proposal.after.units().iter().map(|unit| unit.row.id.as_str()).collect();
    assert_eq!(codes, ["a", "b", "c"]);
}

#[test]
fn a_reimport_updates_and_what_is_not_in_the_file_stays_unless_it_replaces() {
    let before = province(&[]);
    let text = "Mã,Mã cấp trên,Cấp,Tên,Phòng họp,Ghi chú\n08,,level,Tỉnh  Tuyên Quang,,x\n070,08,level,Đơn vị 070,,\n02200,070,level,Đơn vị 02200,Phòng 2,\n";
    let kept = units(&before, text, false).unwrap();
    assert_eq!(counts(&kept), (0, 2, 0, 0, 4));
    assert_eq!(kept.ignored, ["Ghi chú"]);
    let change = &kept.changes[0];
    assert_eq!((change.change, change.id.as_str(), change.fields.len()), (ChangeKind::Changed, "08", 1));
    assert_eq!((change.fields[0].column, change.fields[0].after.as_str()), (Column::Name, "Tỉnh Tuyên Quang"));
    let replaced = units(&before, text, true).unwrap();
    assert_eq!(counts(&replaced), (0, 2, 0, 3, 1));
    let back = units(&replaced.after, "Mã,Mã cấp trên,Cấp,Tên\n071,08,level,Đơn vị 071\n", false).unwrap();
    assert_eq!(counts(&back), (0, 0, 1, 0, 3));
    assert_eq!(back.changes[0].change, ChangeKind::Restored);
}

#[test]
fn a_column_that_is_not_in_the_file_is_left_as_it_is() {
    let before = units(&Directory::default(), UNITS, false).unwrap().after;
    let after = units(&before, "Mã,Cấp,Tên\n071,district,Huyện Lâm Bình mới\n", false).unwrap();
    let unit = &after.after.unit(&"071".parse().unwrap()).unwrap().row;
    assert_eq!((unit.room.as_str(), unit.parent.as_ref().unwrap().as_str()), ("Hội trường UBND huyện Lâm Bình", "08"));
    assert_eq!(counts(&after), (0, 1, 0, 0, 145));
}

#[test]
fn the_order_of_the_file_is_the_order_of_the_list() {
    let before = directory(&["08", "a:08", "b:08", "c:08"], &[]);
    let text = "Mã,Mã cấp trên,Cấp,Tên\nc,08,level,Đơn vị c\nx,08,level,Mới\na,08,level,Đơn vị a\n";
    let proposal = units(&before, text, false).unwrap();
    let codes: Vec<&str> = proposal.after.units().iter().map(|unit| unit.row.id.as_str()).collect();
    assert_eq!(codes, ["08", "c", "x", "b", "a"]);
    assert!(proposal.reordered);
    assert_eq!(counts(&proposal), (1, 0, 0, 0, 4));
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_row_and_column() {
    let text = "Mã,Mã cấp trên,Cấp,Tên,Phòng họp\n\
        08,,Tỉnh,Tuyên Quang,\n\
        071,08,,Lâm Bình,\n\
        ,08,Huyện,Na Hang,\n\
        08,,Tỉnh,Lần nữa,\n\
        072,8,Huyện,Chiêm Hóa,\n\
        a,b,Xã,A,\n\
        b,a,Xã,B,\n\
        073,999,Huyện,Hàm Yên,,thừa\n\
        074,071,Huyện,\"Yên\u{7}Sơn\",\n";
    assert_eq!(
        units(&Directory::default(), text, false).unwrap_err(),
        "row 3, column \"Cấp\": is empty\n\
         row 4, column \"Mã\": is empty\n\
         row 5, column \"Mã\": 08 stands in row 2 already\n\
         row 6, column \"Mã cấp trên\": there is no unit 8; do you mean 08?\n\
         row 7, column \"Mã cấp trên\": a stands below itself: a < b\n\
         row 8, column \"Mã cấp trên\": b stands below itself: b < a\n\
         row 9: there are more cells than columns: is a text with a separator not in quotes?\n\
         row 9, column \"Mã cấp trên\": there is no unit 999\n\
         row 10, column \"Tên\": has a control character in it"
    );
}

#[test]
fn a_code_without_its_zeros_is_not_taken_for_a_new_unit() {
    let before = province(&[]);
    let error = units(&before, "Mã,Cấp,Tên\n2233,level,Phúc Yên\n", false).unwrap_err();
    assert_eq!(error, "row 2, column \"Mã\": 2233 may have lost its leading zeros: the directory has 02233");
    let error = delegates(&before, "Họ tên,Mã đơn vị\nAn,2233\nBình,Đơn vị 070\n", false).unwrap_err();
    assert_eq!(
        error,
        "row 2, column \"Mã đơn vị\": there is no unit 2233; do you mean 02233?\n\
         row 3, column \"Mã đơn vị\": there is no unit Đơn vị 070; do you mean 070?"
    );
    let uneven = units(&Directory::default(), "Mã,Cấp,Tên\n02233,Xã,A\n2242,Xã,B\n", false).unwrap();
    let level = "Xã".to_owned();
    assert_eq!(uneven.notices, [Notice::UnevenCodes { level, shortest: 4, longest: 5, row: 3 }]);
}

#[test]
fn a_unit_goes_below_none_that_is_retired_or_about_to_be() {
    let before = province(&[]);
    let text = "Mã,Mã cấp trên,Cấp,Tên\nx,071,level,X\n";
    assert!(units(&before, text, false).is_ok());
    let error = units(&before, text, true).unwrap_err();
    assert_eq!(error, "row 2, column \"Mã cấp trên\": the unit 071 is not in the file, and would be retired");
    let only_the_province = units(&before, "Mã,Cấp,Tên\n08,level,Đơn vị 08\n", true).unwrap().after;
    let error = units(&only_the_province, text, false).unwrap_err();
    assert_eq!(error, "row 2, column \"Mã cấp trên\": the unit 071 is retired");
}

#[test]
fn a_circle_with_a_unit_that_the_file_does_not_name_is_told_as_well() {
    let error = units(&province(&[]), "Mã,Mã cấp trên,Cấp,Tên\n08,02233,level,Đơn vị 08\n", false).unwrap_err();
    assert_eq!(error, "row 2, column \"Mã cấp trên\": 08 stands below itself: 08 < 02233 < 071");
}

#[test]
fn delegates_without_ids_get_them_and_are_found_again_by_unit_name_and_title() {
    let text = "Họ và tên,Chức vụ,Đơn vị\nNguyễn Văn An,Chủ tịch UBND,02233\nNguyễn Văn An,Chủ tịch UBND,02242\nNguyễn Văn An,Bí thư,02233\n";
    let first = delegates(&province(&[]), text, false).unwrap();
    assert_eq!(counts(&first), (3, 0, 0, 0, 0));
    let second = delegates(&first.after, text, true).unwrap();
    assert_eq!(counts(&second), (0, 0, 0, 0, 3));
    assert_eq!(second.notices, [Notice::Matched { count: 3 }]);
}

#[test]
fn namesakes_are_never_merged_in_silence() {
    let before = province(&["d1:An:Chuyên viên:071", "d2:An:Chuyên viên:071", "d3:Bình:Phó Chủ tịch:071"]);
    let header = "Mã đại biểu,Họ tên,Chức vụ,Mã đơn vị\n";
    let error = delegates(&before, &format!("{header},An,Chuyên viên,071\n"), false).unwrap_err();
    assert!(
        error.starts_with("row 2, column \"Họ tên\": has no id, and 2 delegates of this unit have this name and title")
    );
    let error = delegates(&before, &format!("{header},Cường,,071\n,Cường,,071\n"), false).unwrap_err();
    assert_eq!(
        error,
        "row 3, column \"Họ tên\": says the same as row 2, and neither has an id: give each an id if they are two people"
    );
    let error = delegates(&before, &format!("{header}d3,Bình,Phó Chủ tịch,071\n,Bình,Phó Chủ tịch,071\n"), false);
    assert!(error.unwrap_err().contains("says the same as row 2"));
    let error = delegates(&before, &format!("{header}d3,Bình,,071\nd3,Khác,,071\n"), false).unwrap_err();
    assert_eq!(error, "row 3, column \"Mã đại biểu\": d3 stands in row 2 already");

    let promoted = delegates(&before, &format!("{header},Bình,Chủ tịch,071\n"), false).unwrap();
    assert_eq!(counts(&promoted), (1, 0, 0, 0, 3));
    assert_eq!(promoted.notices, [Notice::Namesake { row: 2, known: "d3".to_owned() }]);
    let renamed = delegates(&before, &format!("{header}d3,Bình,Chủ tịch,070\n"), false).unwrap();
    assert_eq!(counts(&renamed), (0, 1, 0, 0, 2));
    let columns: Vec<Column> = renamed.changes[0].fields.iter().map(|field| field.column).collect();
    assert_eq!(columns, [Column::Title, Column::Unit]);
}

#[test]
fn delegates_of_units_that_are_retired_are_told() {
    let before = province(&["d1:An::02233", "d2:Bình::070"]);
    let text = "Mã,Mã cấp trên,Cấp,Tên\n08,,level,Đơn vị 08\n070,08,level,Đơn vị 070\n";
    let proposal = units(&before, text, true).unwrap();
    assert!(proposal.notices.contains(&Notice::Stranded { count: 1 }));
    let error = delegates(&proposal.after, "Mã,Họ tên,Đơn vị\nd1,An,02233\n", false).unwrap_err();
    assert_eq!(error, "row 2, column \"Đơn vị\": the unit 02233 is retired");
}

#[test]
fn a_directory_has_its_limits() {
    let many: String = (0..=MAX_UNITS).map(|n| format!("u{n},Xã,x\n")).collect();
    let error = units(&Directory::default(), &format!("Mã,Cấp,Tên\n{many}"), false).unwrap_err();
    assert_eq!(error, "the directory would hold more than 10000");
    let long = "x".repeat(MAX_TEXT_BYTES + 1);
    let error = units(&Directory::default(), &format!("Mã,Cấp,Tên\n{long},Xã,{long}\n"), false).unwrap_err();
    assert_eq!(
        error,
        "row 2, column \"Mã\": is longer than 1000 bytes\nrow 2, column \"Tên\": is longer than 1000 bytes"
    );
}
