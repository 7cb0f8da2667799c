//! The files for word processors as LibreOffice reads them: what it saves again says the same, paragraph by paragraph and
//! cell by cell.

use std::fs;

use super::{PrintedPaper, reading};
use crate::{
    language::Language,
    papers::{Format, Options, csv_tests::awkward, libreoffice::LibreOffice, render},
    report::{
        Report,
        fixture::{at, provisional, report},
        tuyen_quang,
    },
};

#[test]
fn a_document_opens_in_libreoffice_with_every_paragraph_and_every_cell_as_it_was() {
    let Some(office) = LibreOffice::start() else { return };
    let conference = Report::draw(&tuyen_quang::source(), at("12:00")).unwrap();
    let (mut written, mut files) = (Vec::new(), Vec::new());
    for (name, report) in
        [("small", report()), ("provisional", provisional()), ("awkward", awkward()), ("conference", conference)]
    {
        for paper in PrintedPaper::ALL {
            for language in Language::ALL {
                let options = Options { language, paper, ..Options::default() };
                let bytes = render(&report, Format::Docx, &options).unwrap().bytes;
                files.push(office.put(&format!("{name}-{paper}-{language}.docx"), &bytes));
                written.push(bytes);
            }
        }
    }
    let saved = office.saved_as(&files, None, "docx");
    for (bytes, file) in written.iter().zip(&saved) {
        let (expected, found) = (reading::docx(bytes), reading::docx(&fs::read(file).unwrap()));
        assert!(expected.lines().count() > 10, "{}", file.display());
        for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
            assert_eq!(found, expected, "{}, line {line}", file.display());
        }
        assert_eq!(found.lines().count(), expected.lines().count(), "{}", file.display());
    }
}
