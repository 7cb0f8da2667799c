//! The printed papers read back, of a small meeting and of the one of 19 October 2021.

use std::path::{Path, PathBuf};

use expect_test::expect_file;
use unicode_normalization::UnicodeNormalization;

use super::{
    super::{Options, csv_tests::NAMES, render},
    *,
};
use crate::{
    report::{
        fixture::{provisional, report},
        tuyen_quang,
    },
    typeset::clean,
};

/// `UPDATE_EXPECT=1` writes what is kept anew; look at the change, and at the pages, before it is kept.
fn check(name: &str, text: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/papers/golden");
    expect_file![folder.join(name)].assert_eq(text);
}

fn paper(report: &Report, format: Format, paper: PrintedPaper, language: Language) -> Vec<u8> {
    render(report, format, &Options { language, paper, ..Options::default() }).unwrap().bytes
}

fn pdf(report: &Report, of: PrintedPaper) -> Vec<u8> {
    paper(report, Format::Pdf, of, Language::Vietnamese)
}

/// Writes the papers into the folder `DIEMCAU_LOOK`, for whoever wants to look at the pages.
fn show(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("DIEMCAU_LOOK") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(name), bytes).unwrap();
    }
}

fn with_phones(mut report: Report) -> Report {
    for (person, phone) in [
        (&mut report.meeting.officers.technician, "0912 345 678"),
        (&mut report.meeting.officers.secretary, "0207 3822 000"),
    ] {
        person.as_mut().unwrap().phone = phone.to_owned();
    }
    report
}

#[test]
fn every_paper_is_as_it_was() {
    let report = with_phones(report());
    for language in Language::ALL {
        for of in PrintedPaper::ALL {
            let (pdf, docx) = (paper(&report, Format::Pdf, of, language), paper(&report, Format::Docx, of, language));
            show(&format!("{of}.{language}.pdf"), &pdf);
            show(&format!("{of}.{language}.docx"), &docx);
            if let Some(text) = reading::text(&pdf) {
                check(&format!("{of}.{language}.pdf.txt"), &text);
            }
            check(&format!("{of}.{language}.docx.txt"), &reading::docx(&docx));
        }
    }
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let report = report();
    for format in [Format::Pdf, Format::Docx] {
        for of in PrintedPaper::ALL {
            let once = paper(&report, format, of, Language::Vietnamese);
            assert!(once == paper(&report.clone(), format, of, Language::Vietnamese), "{of}.{format}");
        }
    }
}

#[test]
fn what_is_provisional_says_so_on_every_page_and_what_is_final_on_none() {
    for of in [PrintedPaper::Attendance, PrintedPaper::Minutes] {
        let under_way = pdf(&provisional(), of);
        show(&format!("{of}.provisional.pdf"), &under_way);
        let docx = paper(&provisional(), Format::Docx, of, Language::English);
        show(&format!("{of}.provisional.en.docx"), &docx);
        let Some(pages) = reading::pages(&under_way) else { return };
        for page in &pages {
            let warned = "BẢN TẠM – hội nghị chưa kết thúc (số liệu đến 10:00 ngày 19/10/2021)";
            assert!(page.iter().any(|line| line == warned), "{page:#?}");
        }
        let text = reading::text(&pdf(&report(), of)).unwrap();
        assert!(!text.contains("BẢN TẠM"));
    }
    let words = reading::text(&pdf(&provisional(), PrintedPaper::Minutes)).unwrap_or_default();
    assert!(words.is_empty() || words.contains("Hội nghị chưa kết thúc."));
}

#[test]
fn the_qr_code_on_the_paper_is_the_head_that_stands_beside_it() {
    let report = report();
    let head = format!("{}:{}", report.heads[0].seq, report.heads[0].hash);
    for of in [PrintedPaper::Attendance, PrintedPaper::Minutes] {
        let bytes = pdf(&report, of);
        let Some(pages) = reading::pages(&bytes) else { return };
        assert_eq!(reading::codes(&bytes, pages.len()).unwrap(), [head.as_str()]);
        assert!(pages.last().unwrap().iter().any(|line| line.contains(&head)), "on one line, to be copied: {pages:#?}");
    }
}

/// A page for each place, with what a clerk needs to come in.
#[test]
fn an_invitation_is_one_page_with_its_code_three_ways_and_whom_to_call() {
    let invite = |place: &str, kind, code: &str| Invite {
        place: place.parse().unwrap(),
        kind,
        code: code.to_owned(),
        link: format!("https://hoinghi.tuyenquang.gov.vn/j#{code}"),
    };
    let invites = [
        invite("point:071", InviteKind::Seat, "7K2QM-9XW4T"),
        invite("chair", InviteKind::Seat, "M3PXD-27RTW"),
        invite("point:02242", InviteKind::CheckIn, "QQ4DE-KX8MA"),
    ];
    let report = with_phones(report());
    let printed = invitations(&report, &invites, Language::Vietnamese, &BUILT_IN).unwrap();
    assert_eq!(printed.name.as_str(), "Giấy mời - Hội nghị trực tuyến về cải cách hành chính.pdf");
    show("invitations.vi.pdf", &printed.bytes);
    let Some(text) = reading::text(&printed.bytes) else { return };
    check("invitations.vi.pdf.txt", &text);
    for (at, invite) in invites.iter().enumerate() {
        assert_eq!(reading::codes(&printed.bytes, at + 1).unwrap(), [invite.link.as_str()]);
    }
    assert!(text.contains("0912 345 678"));
    let none = invitations(&report, &[], Language::English, &BUILT_IN).unwrap();
    assert_eq!(reading::pages(&none.bytes).unwrap().len(), 1);
}

#[test]
fn an_office_has_its_own_letterhead_and_words() {
    let own = "[office]\nparent_body = \"UBND TỈNH TUYÊN QUANG\"\nissuing_body = \"SỞ NỘI VỤ\"\nplace = \"Tuyên Quang\"\n\
               [minutes]\ndated = true\nright_signatory = \"TM. ỦY BAN NHÂN DÂN\\nCHỦ TỊCH\"\nconclusion_lines = 3\n";
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(path.path(), own).unwrap();
    let words = Stationeries::load(Some(path.path()), None).unwrap();
    let options = Options { words: Some(&words), ..Options::default() };
    let bytes = render(&report(), Format::Pdf, &options).unwrap().bytes;
    show("minutes.own.pdf", &bytes);
    let Some(text) = reading::text(&bytes) else { return };
    for own in ["UBND TỈNH TUYÊN QUANG", "SỞ NỘI VỤ", "Tuyên Quang, ngày 19 tháng 10 năm 2021", "TM. ỦY BAN NHÂN DÂN"]
    {
        assert!(text.contains(own), "{own}\n{text}");
    }
}

#[test]
fn an_extract_says_of_whom_and_has_nobody_else() {
    let extract = report().for_place(&"point:071".parse().unwrap()).unwrap();
    let bytes = pdf(&extract, PrintedPaper::Attendance);
    let Some(text) = reading::text(&bytes) else { return };
    assert!(text.contains("BẢN TRÍCH: Điểm cầu Huyện Lâm Bình"), "{text}");
    assert!(text.contains("Chẩu Văn Ựng") && !text.contains("Phạm Thị Thu Hiền"), "{text}");
    let sheet = reading::text(&pdf(&extract, PrintedPaper::RollCallSheet)).unwrap();
    assert!(sheet.contains("Điểm cầu Huyện Lâm Bình") && !sheet.contains("Lê Thị Hường"), "{sheet}");
}

/// The text without white space, which is where lines were broken.
fn squeezed(text: &str) -> String {
    text.nfc().filter(|char| !char.is_whitespace()).collect()
}

#[test]
fn names_come_back_whole_whatever_they_are() {
    let letters: String = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯYđĐ"
        .chars()
        .flat_map(|letter| {
            ["", "\u{300}", "\u{301}", "\u{309}", "\u{303}", "\u{323}"].map(|mark| format!("{letter}{mark}"))
        })
        .collect();
    let long = ["Ệ".repeat(200), "Đặng Ữ ".repeat(28)];
    let names = NAMES.iter().map(|(name, _)| *name).chain([letters.as_str(), &long[0], &long[1]]);
    for name in names {
        let mut report = report();
        name.clone_into(&mut report.delegates[0].name);
        name.clone_into(&mut report.meeting.title);
        let wanted = squeezed(&clean(name));
        for of in PrintedPaper::ALL {
            let bytes = pdf(&report, of);
            if let Some(text) = reading::text(&bytes) {
                assert!(squeezed(&text).contains(&wanted), "{of}: {name:?}\n{text}");
            }
            let docx = reading::docx(&paper(&report, Format::Docx, of, Language::Vietnamese)).replace(" / ", "");
            assert!(squeezed(&docx).contains(&wanted), "{of}: {name:?}\n{docx}");
        }
    }
}

#[test]
fn the_conference_of_146_points_is_printed_whole() {
    let report = Report::draw(&tuyen_quang::source(), crate::clock::now()).unwrap();
    for of in PrintedPaper::ALL {
        let (bytes, docx) = (pdf(&report, of), paper(&report, Format::Docx, of, Language::Vietnamese));
        show(&format!("conference.{of}.pdf"), &bytes);
        show(&format!("conference.{of}.docx"), &docx);
        let docx = squeezed(&reading::docx(&docx));
        let Some(pages) = reading::pages(&bytes) else { continue };
        let text = squeezed(&pages.concat().concat());
        let delegates = report.delegates.iter().filter(|row| {
            of != PrintedPaper::Minutes || (row.listing == crate::report::Listing::Planned && !row.status.attended())
        });
        let mut told = 0;
        for row in delegates {
            let name = squeezed(&row.name);
            assert!(text.contains(&name) && docx.contains(&name), "{of}: {}", row.name);
            told += 1;
        }
        assert!(told > 0, "{of}");
        let last = pages.last().unwrap();
        match of {
            PrintedPaper::Attendance => {
                let head = "STT Họ và tên Chức vụ Đơn vị Điểm danh Xác nhận Ghi chú";
                let first = pages.iter().position(|page| page.iter().any(|line| line == head)).unwrap();
                let end = pages.iter().position(|page| page.iter().any(|line| line.starts_with("III. "))).unwrap();
                for page in &pages[first..end] {
                    assert!(page.iter().any(|line| line == head), "a page of the table without its head: {page:#?}");
                }
                assert!(last.iter().any(|line| line.contains("NGƯỜI LẬP DANH SÁCH")), "{last:#?}");
                assert!(
                    last.iter().any(|line| line.contains("Danh sách này có")),
                    "no signature without the list: {last:#?}"
                );
            }
            PrintedPaper::Minutes => {
                assert!(last.iter().any(|line| line.contains("CHỦ TỌA")), "{last:#?}");
                assert!(
                    last.iter().any(|line| line.contains("kết thúc vào")),
                    "no signature without the end: {last:#?}"
                );
            }
            PrintedPaper::RollCallSheet => {
                let firsts =
                    pages.iter().filter(|page| page.last().is_some_and(|foot| foot.contains("Trang 1/"))).count();
                let rooms: std::collections::HashSet<_> = report.delegates.iter().map(|row| &row.point).collect();
                assert_eq!(firsts, rooms.len(), "each room's sheet counts its own pages");
                assert!(
                    pages.len() <= firsts + 3,
                    "few delegates fit on one page, and few rooms have more: {}",
                    pages.len()
                );
                for page in &pages {
                    assert!(page.iter().any(|line| line.starts_with("STT ")), "a signature without a row: {page:#?}");
                }
            }
        }
    }
}
