//! Headers and footers: page number, warning and foot, the numbers as fields.

use std::io;

use super::{
    styles::{self, NAMESPACE},
    twips,
    xml::Xml,
};
use crate::typeset::{Document, Emphasis, Run, Running, Style, mm};

/// The header of the first page, or of the others.
pub fn header(document: &Document, first: bool) -> io::Result<Vec<u8>> {
    let Running { numbered, warning, by_part, .. } = &document.running;
    let mut xml = Xml::new()?;
    xml.open("w:hdr", &[("xmlns:w", NAMESPACE)])?;
    let mut paragraph = |style: Style, write: &mut dyn FnMut(&mut Xml) -> io::Result<()>| {
        xml.open("w:p", &[])?;
        xml.open("w:pPr", &[])?;
        xml.value("w:pStyle", &styles::id(&style.look()))?;
        xml.close()?;
        write(&mut xml)?;
        xml.close()
    };
    if *numbered {
        // Empty on the first page, so that the warning stands at the same height on all of them.
        paragraph(Style::Running, &mut |xml| if first { Ok(()) } else { field(xml, "PAGE") })?;
    }
    if !warning.is_empty() || !numbered {
        paragraph(Style::Warning, &mut |xml| with_numbers(xml, warning, *by_part))?;
    }
    xml.finish()
}

pub fn footer(document: &Document) -> io::Result<Vec<u8>> {
    let Running { foot, foot_end, by_part, .. } = &document.running;
    let mut xml = Xml::new()?;
    xml.open("w:ftr", &[("xmlns:w", NAMESPACE)])?;
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.value("w:pStyle", &styles::id(&Style::Foot.look()))?;
    xml.open("w:tabs", &[])?;
    let right = twips(mm(document.paper.text_width_mm()));
    xml.leaf("w:tab", &[("w:val", "right"), ("w:pos", &right)])?;
    xml.close()?;
    xml.close()?;
    with_numbers(&mut xml, foot, *by_part)?;
    xml.open("w:r", &[])?;
    xml.leaf("w:tab", &[])?;
    xml.close()?;
    with_numbers(&mut xml, foot_end, *by_part)?;
    xml.finish()
}

/// Text whose places for numbers of pages are fields.
fn with_numbers(xml: &mut Xml, text: &str, by_part: bool) -> io::Result<()> {
    for piece in text.split_inclusive([Running::PAGE, Running::PAGES]) {
        let (plain, name) = match piece.chars().next_back() {
            Some(Running::PAGE) => (piece.trim_end_matches(Running::PAGE), Some("PAGE")),
            Some(Running::PAGES) => {
                (piece.trim_end_matches(Running::PAGES), Some(if by_part { "SECTIONPAGES" } else { "NUMPAGES" }))
            }
            _ => (piece, None),
        };
        super::body::run_of_text(xml, &Run { text: plain.to_owned(), emphasis: Emphasis::None })?;
        if let Some(name) = name {
            field(xml, name)?;
        }
    }
    Ok(())
}

fn field(xml: &mut Xml, name: &str) -> io::Result<()> {
    xml.open("w:fldSimple", &[("w:instr", name)])?;
    xml.open("w:r", &[])?;
    xml.element("w:t", &[], "1")?;
    xml.close()?;
    xml.close()
}
