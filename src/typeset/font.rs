//! The one typeface of the papers, in its four faces: text in, glyphs with their places out.
//!
//! Tinos has the widths of Times New Roman, which the decree asks for, so a PDF and the same paper in a word
//! processor break their lines alike. It has every letter of Vietnamese and of the other languages of the country that
//! are written with Latin letters.

use std::{
    collections::HashMap,
    rc::Rc,
    sync::{Arc, LazyLock},
};

use harfrust::{
    BufferClusterLevel, Direction, FontRef, ShapeOptions, ShapePlan, Shaper, ShaperData, UnicodeBuffer, script,
};

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Tinos-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../assets/fonts/Tinos-Bold.ttf");
const ITALIC: &[u8] = include_bytes!("../../assets/fonts/Tinos-Italic.ttf");
const BOLD_ITALIC: &[u8] = include_bytes!("../../assets/fonts/Tinos-BoldItalic.ttf");

/// From the base line up to the highest letter, and down to the lowest, in the font's size.
const ASCENT: f32 = 1825.0 / 2048.0;
const DESCENT: f32 = 443.0 / 2048.0;
/// From one base line to the next, as the font asks for it: what a word processor calls single spacing.
const SPACING: f32 = (1825.0 + 443.0 + 87.0) / 2048.0;

/// The height of a line of a size, in points.
pub(super) fn line_height(size: f32, leading: f32) -> f32 {
    size * SPACING * leading
}

/// From the upper edge of a line to its base line. What the leading adds stands above the letters.
pub(super) fn base_line(size: f32, leading: f32) -> f32 {
    line_height(size, leading) - size * (DESCENT + (SPACING - ASCENT - DESCENT) / 2.0)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Face {
    Regular,
    Bold,
    Italic,
    BoldItalic,
}

impl Face {
    pub(super) fn of(bold: bool, italic: bool) -> Face {
        match (bold, italic) {
            (false, false) => Face::Regular,
            (true, false) => Face::Bold,
            (false, true) => Face::Italic,
            (true, true) => Face::BoldItalic,
        }
    }

    /// As the PDF embeds it.
    pub(super) fn embedded(self) -> krilla::text::Font {
        FONTS[self as usize].embedded.clone()
    }
}

struct Font {
    reference: FontRef<'static>,
    data: ShaperData,
    embedded: krilla::text::Font,
}

static FONTS: LazyLock<[Font; 4]> = LazyLock::new(|| {
    [REGULAR, BOLD, ITALIC, BOLD_ITALIC].map(|bytes| {
        let reference = FontRef::new(bytes).expect("a test reads the built-in fonts");
        let data = ShaperData::new(&reference);
        let bytes: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(bytes);
        let embedded = krilla::text::Font::new(bytes.into(), 0).expect("a test reads the built-in fonts");
        Font { reference, data, embedded }
    })
});

/// Text as glyphs. Lengths are of the font's size.
#[derive(Debug, PartialEq)]
pub(super) struct Shaped {
    pub(super) text: Box<str>,
    pub(super) glyphs: Box<[Glyph]>,
    pub(super) width: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Glyph {
    pub(super) id: u32,
    /// The bytes of the text that it and the glyphs of the same range show.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) advance: f32,
    pub(super) dx: f32,
    pub(super) dy: f32,
}

/// Makes glyphs, each word once.
pub(super) struct Typeface {
    faces: [Shaping; 4],
    buffer: UnicodeBuffer,
}

struct Shaping {
    shaper: Shaper<'static>,
    plan: ShapePlan,
    /// Printed where the font has no glyph; the text keeps the character.
    missing: Missing,
    words: HashMap<Box<str>, Rc<Shaped>>,
}

#[derive(Clone, Copy, Default)]
struct Missing {
    id: u32,
    advance: f32,
}

impl Typeface {
    pub(super) fn new() -> Typeface {
        let faces = FONTS.each_ref().map(|font| {
            let shaper = font.data.shaper(&font.reference).build();
            let plan = ShapePlan::new(&shaper, Direction::LeftToRight, Some(script::LATIN), None, &[]);
            let mut shaping = Shaping { shaper, plan, missing: Missing::default(), words: HashMap::new() };
            let (square, _) = shaping.shape("□", UnicodeBuffer::new());
            shaping.missing = Missing { id: square.glyphs.first().map_or(0, |glyph| glyph.id), advance: square.width };
            shaping
        });
        Typeface { faces, buffer: UnicodeBuffer::new() }
    }

    pub(super) fn shape(&mut self, face: Face, text: &str) -> Rc<Shaped> {
        let shaping = &mut self.faces[face as usize];
        if let Some(known) = shaping.words.get(text) {
            return known.clone();
        }
        let (shaped, buffer) = shaping.shape(text, std::mem::take(&mut self.buffer));
        self.buffer = buffer;
        let shaped = Rc::new(shaped);
        shaping.words.insert(text.into(), shaped.clone());
        shaped
    }
}

impl Shaping {
    fn shape(&self, text: &str, mut buffer: UnicodeBuffer) -> (Shaped, UnicodeBuffer) {
        buffer.push_str(text);
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        buffer.set_cluster_level(BufferClusterLevel::MonotoneGraphemes);
        let buffer = self.shaper.shape(buffer, ShapeOptions::new().plan(Some(&self.plan)));
        let em = self.shaper.units_per_em() as f32;
        let (infos, positions) = (buffer.glyph_infos(), buffer.glyph_positions());
        let starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        let glyph = |at: usize| {
            let (info, position, start) = (infos.get(at)?, positions.get(at)?, *starts.get(at)?);
            let end = starts.iter().skip(at).find(|next| **next > start).copied().unwrap_or(text.len());
            let (dx, dy) = (position.x_offset as f32 / em, position.y_offset as f32 / em);
            let Missing { id, advance } = match info.glyph_id {
                0 => self.missing,
                id => Missing { id, advance: position.x_advance as f32 / em },
            };
            Some(Glyph { id, start, end, advance, dx, dy })
        };
        let glyphs: Box<[Glyph]> = (0..infos.len()).filter_map(glyph).collect();
        let width = glyphs.iter().map(|glyph| glyph.advance).sum();
        (Shaped { text: text.into(), glyphs, width }, buffer.clear())
    }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    const FACES: [Face; 4] = [Face::Regular, Face::Bold, Face::Italic, Face::BoldItalic];

    #[test]
    fn every_vietnamese_letter_is_one_glyph_of_each_face() {
        let mut typeface = Typeface::new();
        for face in FACES {
            for vowel in "aăâeêioôơuưy".chars() {
                for tone in ["", "\u{300}", "\u{309}", "\u{303}", "\u{301}", "\u{323}"] {
                    for letter in [vowel.to_string(), vowel.to_uppercase().to_string()] {
                        let letter: String = format!("{letter}{tone}").nfc().collect();
                        let shaped = typeface.shape(face, &letter);
                        assert_eq!(shaped.glyphs.len(), 1, "{letter} {face:?}");
                        assert_ne!(shaped.glyphs[0].id, typeface.faces[face as usize].missing.id, "{letter} {face:?}");
                    }
                }
            }
            for text in ["đĐ", "“”‘’–—…№₫", "ƀčñĭŏŭ", "□●"] {
                let missing = typeface.faces[face as usize].missing.id;
                let shaped = typeface.shape(face, text);
                assert!(text == "□●" || shaped.glyphs.iter().all(|glyph| glyph.id != missing), "{text} {face:?}");
            }
        }
    }

    #[test]
    fn what_the_font_lacks_is_a_square_that_still_is_the_character() {
        let mut typeface = Typeface::new();
        let shaped = typeface.shape(Face::Regular, "田x");
        assert_eq!(shaped.glyphs[0].id, typeface.faces[0].missing.id);
        assert_eq!((shaped.glyphs[0].start, shaped.glyphs[0].end), (0, 3));
        assert!(shaped.glyphs[0].advance > 0.3);
    }

    #[test]
    fn a_mark_without_a_composed_letter_stands_over_its_letter() {
        let mut typeface = Typeface::new();
        let shaped = typeface.shape(Face::Regular, "ê\u{306}");
        let mark = shaped.glyphs.last().unwrap();
        assert_eq!((shaped.glyphs.len(), mark.start, mark.end, mark.advance), (2, 0, 4, 0.0));
        assert!(mark.dx < 0.0, "{mark:?}");
    }

    #[test]
    fn the_font_has_the_widths_of_times_new_roman() {
        let mut typeface = Typeface::new();
        // 722, 500 and 250 thousandths: known of every Times.
        let widths = ["N", "n", " "].map(|text| (typeface.shape(Face::Regular, text).width * 1000.0).round());
        assert_eq!(widths, [722.0, 500.0, 250.0]);
    }
}
