//! QR codes as pictures in the text.

use super::{DocxError, language_tag, xml::Xml};
use crate::{
    language::Language,
    typeset::{Qr, clean, layout::Modules, mm},
};

/// English metric units in a point, in which drawings are measured.
const EMU_PER_POINT: f32 = 12_700.0;

pub struct Picture {
    /// Its relationship, and its file's name without `.png`.
    pub id: String,
    number: usize,
    pub png: Vec<u8>,
    alt: String,
    /// Of its edge.
    emu: String,
}

/// None for a text that no QR code can hold.
pub fn qr(qr: &Qr, number: usize) -> Result<Option<Picture>, DocxError> {
    let Some(modules) = Modules::of(&qr.text) else { return Ok(None) };
    let emu = format!("{:.0}", mm(qr.mm) * EMU_PER_POINT);
    Ok(Some(Picture { id: format!("qr{number}"), number, png: png(&modules)?, alt: clean(&qr.alt), emu }))
}

/// One bit a module: a word processor enlarges it without blurring when it prints.
fn png(modules: &Modules) -> Result<Vec<u8>, DocxError> {
    /// Dots along the edge of a module, so that viewers that do smooth leave it sharp.
    const SCALE: usize = 8;
    let edge = (modules.edge + 2 * Modules::QUIET) * SCALE;
    let is_dark = |x: usize, y: usize| {
        let (column, row) = ((x / SCALE).checked_sub(Modules::QUIET)?, (y / SCALE).checked_sub(Modules::QUIET)?);
        if column >= modules.edge { None } else { modules.dark.get(row * modules.edge + column).copied() }
    };
    let mut data = Vec::with_capacity(edge * edge.div_ceil(8));
    for y in 0..edge {
        for byte in 0..edge.div_ceil(8) {
            let light = |bit: usize| u8::from(is_dark(byte * 8 + bit, y) != Some(true)) << (7 - bit);
            data.push((0..8).map(light).sum());
        }
    }
    let mut file = Vec::new();
    let size = u32::try_from(edge).unwrap_or(0);
    let mut encoder = png::Encoder::new(&mut file, size, size);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&data)?;
    writer.finish()?;
    Ok(file)
}

pub fn inline(xml: &mut Xml, picture: &Picture, language: Language) -> Result<(), DocxError> {
    let Picture { id, number, alt, emu, .. } = picture;
    let number = number.to_string();
    let size = [("cx", emu.as_str()), ("cy", emu.as_str())];
    xml.open("w:r", &[])?;
    xml.open("w:rPr", &[])?;
    xml.leaf("w:lang", &[("w:val", language_tag(language))])?;
    xml.close()?;
    xml.open("w:drawing", &[])?;
    xml.open("wp:inline", &[("distT", "0"), ("distB", "0"), ("distL", "0"), ("distR", "0")])?;
    xml.leaf("wp:extent", &size)?;
    xml.leaf("wp:docPr", &[("id", &number), ("name", id), ("descr", alt)])?;
    xml.open("a:graphic", &[])?;
    xml.open("a:graphicData", &[("uri", "http://schemas.openxmlformats.org/drawingml/2006/picture")])?;
    xml.open("pic:pic", &[])?;
    xml.open("pic:nvPicPr", &[])?;
    xml.leaf("pic:cNvPr", &[("id", &number), ("name", id)])?;
    xml.leaf("pic:cNvPicPr", &[])?;
    xml.close()?;
    xml.open("pic:blipFill", &[])?;
    xml.leaf("a:blip", &[("r:embed", id)])?;
    xml.open("a:stretch", &[])?;
    xml.leaf("a:fillRect", &[])?;
    xml.close()?;
    xml.close()?;
    xml.open("pic:spPr", &[])?;
    xml.open("a:xfrm", &[])?;
    xml.leaf("a:off", &[("x", "0"), ("y", "0")])?;
    xml.leaf("a:ext", &size)?;
    xml.close()?;
    xml.open("a:prstGeom", &[("prst", "rect")])?;
    xml.leaf("a:avLst", &[])?;
    // prstGeom, spPr, pic, graphicData, graphic, inline, drawing, r
    for _ in 0..8 {
        xml.close()?;
    }
    Ok(())
}
