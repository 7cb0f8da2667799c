//! The file read back.

use std::io::{Cursor, Read};

use super::*;
use crate::{
    clock::Timestamp,
    typeset::{About, Align, Block, Column, Paragraph, Qr, Row, Running, Side, Style, Table, Width},
};

fn document() -> Document {
    let columns = ["STT", "Họ và tên"].map(|head| Column::new(head, Width::Share(1.0), Align::Left));
    let rows = vec![Row::group("Huyện Lâm Bình", 2), Row::plain(["1", "Ma Văn \"Lập\" & <con>\n=cmd"])];
    Document {
        about: About {
            title: "Biên bản".to_owned(),
            author: "UBND tỉnh".to_owned(),
            language: Language::Vietnamese,
            written_at: Timestamp::from_millis(1_634_612_400_000),
        },
        paper: Paper::Sideways,
        running: Running {
            numbered: true,
            warning: "BẢN TẠM".to_owned(),
            by_part: false,
            foot: "Hội nghị".to_owned(),
            foot_end: format!("Trang {}/{}", Running::PAGE, Running::PAGES),
        },
        blocks: vec![
            Block::Beside(vec![Side { width: Width::Mm(60.0), blocks: vec![Block::Rule(20.0)] }]),
            Paragraph::new(Style::Title, "BIÊN BẢN").into(),
            Table { columns: columns.into(), rows }.into(),
            Block::Lines(2),
            Block::Qr(Qr { text: "41:ab".to_owned(), mm: 25.0, align: Align::Left, alt: "Mã QR".to_owned() }),
            Block::Space(3.0),
            Block::NewPage,
            Block::Beside(vec![Side { width: Width::Share(1.0), blocks: Vec::new() }]),
        ],
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn every_part_is_whole_xml_and_the_same_each_time() {
    let bytes = to_docx(&document()).unwrap();
    assert!(bytes == to_docx(&document()).unwrap());
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in names.iter().filter(|name| !name.ends_with(".png")) {
        let text = part(&bytes, name);
        let mut reader = quick_xml::Reader::from_str(&text);
        reader.config_mut().check_end_names = true;
        while reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) != quick_xml::events::Event::Eof {}
    }
    assert_eq!(zip.by_name("word/document.xml").unwrap().last_modified(), Some(zip::DateTime::default()));
}

#[test]
fn the_head_of_a_table_repeats_and_rows_are_not_parted() {
    let text = part(&to_docx(&document()).unwrap(), "word/document.xml");
    assert_eq!(text.matches("<w:tblHeader/>").count(), 1);
    assert_eq!(text.matches("<w:cantSplit/>").count(), text.matches("<w:tr>").count());
    assert!(text.contains("<w:gridSpan w:val=\"2\"/>"));
    assert!(
        text.contains("Ma Văn &quot;Lập&quot; &amp; &lt;con&gt;</w:t><w:br/><w:t xml:space=\"preserve\">=cmd"),
        "{text}"
    );
    assert!(text.contains(r#"<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>"#), "{text}");
}

#[test]
fn pages_are_numbered_by_fields() {
    let bytes = to_docx(&document()).unwrap();
    let (header, first) = (part(&bytes, "word/header.xml"), part(&bytes, "word/header-first.xml"));
    assert!(header.contains(r#"<w:fldSimple w:instr="PAGE">"#) && header.contains("BẢN TẠM"));
    assert!(!first.contains("PAGE") && first.contains("BẢN TẠM"));
    let footer = part(&bytes, "word/footer.xml");
    assert!(
        footer.contains("Trang ") && footer.contains(r#"w:instr="NUMPAGES""#) && footer.contains(">/<"),
        "{footer}"
    );
}
