//! `word/styles.xml`: the styles of [`Style`] by their names, and the table's.

use std::io;

use super::{language_tag, twips, xml::Xml};
use crate::typeset::{Align, Document, Look, Style};

/// The typeface that the decree asks for; every word processor has it or one of its widths.
const TYPEFACE: &str = "Times New Roman";
/// In half points: the size of text that no style says anything of.
const DEFAULT_SIZE: &str = "26";
pub const TABLE_STYLE: &str = "TableGrid";
pub const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// The name by which text refers to a style.
pub fn id(look: &Look) -> String {
    look.name.split(' ').collect()
}

pub fn write(document: &Document) -> io::Result<Vec<u8>> {
    let mut xml = Xml::new()?;
    xml.open("w:styles", &[("xmlns:w", NAMESPACE)])?;

    xml.open("w:docDefaults", &[])?;
    xml.open("w:rPrDefault", &[])?;
    xml.open("w:rPr", &[])?;
    xml.leaf(
        "w:rFonts",
        &[("w:ascii", TYPEFACE), ("w:hAnsi", TYPEFACE), ("w:eastAsia", TYPEFACE), ("w:cs", TYPEFACE)],
    )?;
    xml.value("w:sz", DEFAULT_SIZE)?;
    xml.value("w:szCs", DEFAULT_SIZE)?;
    let language = language_tag(document.about.language);
    xml.leaf("w:lang", &[("w:val", language), ("w:eastAsia", language)])?;
    xml.close()?;
    xml.close()?;
    xml.open("w:pPrDefault", &[])?;
    xml.open("w:pPr", &[])?;
    xml.leaf("w:spacing", &[("w:before", "0"), ("w:after", "0"), ("w:line", "240"), ("w:lineRule", "auto")])?;
    xml.close()?;
    xml.close()?;
    xml.close()?;

    xml.open("w:style", &[("w:type", "paragraph"), ("w:default", "1"), ("w:styleId", "Normal")])?;
    xml.value("w:name", "Normal")?;
    xml.leaf("w:qFormat", &[])?;
    xml.close()?;
    for style in Style::ALL {
        paragraph_style(&mut xml, &style.look())?;
    }

    xml.open("w:style", &[("w:type", "table"), ("w:default", "1"), ("w:styleId", "TableNormal")])?;
    xml.value("w:name", "Normal Table")?;
    xml.open("w:tblPr", &[])?;
    xml.leaf("w:tblInd", &[("w:w", "0"), ("w:type", "dxa")])?;
    xml.open("w:tblCellMar", &[])?;
    for side in ["w:top", "w:left", "w:bottom", "w:right"] {
        xml.leaf(side, &[("w:w", "0"), ("w:type", "dxa")])?;
    }
    xml.close()?;
    xml.close()?;
    xml.close()?;
    xml.open("w:style", &[("w:type", "table"), ("w:styleId", TABLE_STYLE)])?;
    xml.value("w:name", "Table Grid")?;
    xml.value("w:basedOn", "TableNormal")?;
    xml.open("w:tblPr", &[])?;
    xml.open("w:tblBorders", &[])?;
    for side in ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"] {
        xml.leaf(side, &[("w:val", "single"), ("w:sz", "4"), ("w:space", "0"), ("w:color", "auto")])?;
    }
    xml.close()?;
    xml.open("w:tblCellMar", &[])?;
    for (side, width) in [("w:top", "45"), ("w:left", "68"), ("w:bottom", "45"), ("w:right", "68")] {
        xml.leaf(side, &[("w:w", width), ("w:type", "dxa")])?;
    }
    xml.finish()
}

fn paragraph_style(xml: &mut Xml, look: &Look) -> io::Result<()> {
    let id = id(look);
    xml.open("w:style", &[("w:type", "paragraph"), ("w:styleId", &id)])?;
    // Word has built-in styles by these names, in small letters.
    let name = if look.name.starts_with("Heading") { look.name.to_lowercase() } else { look.name.to_owned() };
    xml.value("w:name", &name)?;
    xml.value("w:basedOn", "Normal")?;
    xml.leaf("w:qFormat", &[])?;
    xml.open("w:pPr", &[])?;
    xml.flag("w:keepNext", look.keep_with_next)?;
    let line = format!("{:.0}", look.leading * 240.0);
    xml.leaf("w:spacing", &[("w:before", &twips(look.before)), ("w:line", &line), ("w:lineRule", "auto")])?;
    let (indent, first) = (twips(look.indent), twips(look.first_indent));
    xml.leaf("w:ind", &[("w:left", &indent), ("w:firstLine", &first)])?;
    xml.value("w:jc", alignment(look.align))?;
    if let Some(level) = look.heading {
        xml.value("w:outlineLvl", &(level - 1).to_string())?;
    }
    xml.close()?;
    xml.open("w:rPr", &[])?;
    xml.flag("w:b", look.bold)?;
    xml.flag("w:i", look.italic)?;
    let half_points = format!("{:.0}", look.size * 2.0);
    xml.value("w:sz", &half_points)?;
    xml.value("w:szCs", &half_points)?;
    xml.close()?;
    xml.close()
}

pub fn alignment(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Centre => "center",
        Align::Right => "right",
        Align::Justify => "both",
    }
}
