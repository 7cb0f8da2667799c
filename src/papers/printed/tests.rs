//! The printed papers of a small meeting.

use super::*;
use crate::report::fixture::{provisional, report};

#[test]
fn look() {
    let dir = std::path::Path::new("/tmp/look");
    std::fs::create_dir_all(dir).unwrap();
    for (name, report) in [("full", report()), ("prov", provisional())] {
        for language in Language::ALL {
            for paper in PrintedPaper::ALL {
                let document = write(&report, paper, language, None);
                std::fs::write(dir.join(format!("{name}-{paper}-{language}.pdf")), typeset::to_pdf(&document).unwrap()).unwrap();
                std::fs::write(dir.join(format!("{name}-{paper}-{language}.docx")), typeset::to_docx(&document).unwrap()).unwrap();
            }
        }
    }
    let invite = |place: &str, kind| Invite { place: place.parse().unwrap(), kind, code: "7K2QM-9XW4T".to_owned(), link: "https://hoinghi.tuyenquang.gov.vn/j#7K2QM-9XW4T".to_owned() };
    let invites = [invite("point:071", InviteKind::Seat), invite("chair", InviteKind::Seat), invite("point:02242", InviteKind::CheckIn)];
    std::fs::write(dir.join("invites.pdf"), invitations(&report(), &invites, Language::Vietnamese, &BUILT_IN).unwrap()).unwrap();
}
