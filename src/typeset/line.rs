//! Text broken into lines: at the places that Unicode allows (UAX 14), each line as full as it gets.

use std::rc::Rc;

use icu_segmenter::{LineSegmenter, options::LineBreakOptions};

use super::{
    Align, Emphasis, Look, Run,
    clean::clean,
    font::{self, Face, Shaped, Typeface},
};

/// A line that must be filled at least so far to be stretched to both margins; a sparser one would have holes.
const LEAST_FILLED: f32 = 0.7;

/// A line of text, its parts at their places.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) parts: Vec<Part>,
    pub(super) size: f32,
    /// From the left edge of the column to the end of the text, in points.
    pub(super) end: f32,
    pub(super) height: f32,
    /// From the upper edge to the base line.
    pub(super) base: f32,
}

/// Text of one face.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) face: Face,
    pub(super) shaped: Rc<Shaped>,
    /// From the left edge of the column, in points.
    pub(super) x: f32,
    /// Added to the width of each glyph, of a stretched space.
    pub(super) stretch: f32,
}

/// What is not broken, and the spaces after it.
struct Word {
    parts: Vec<(Face, Rc<Shaped>)>,
    /// Of the parts, in points.
    width: f32,
    /// The spaces after it.
    space: Option<(Face, Rc<Shaped>)>,
    /// The line ends here.
    ends: bool,
}

/// Breaks a paragraph to lines of at most `width` points. There is always at least one, also without text.
pub(super) fn lines(typeface: &mut Typeface, look: &Look, runs: &[Run], width: f32) -> Vec<Line> {
    let words = words(typeface, look, runs);
    let mut setting = Setting { look, width: width - look.indent, lines: Vec::new(), words: Vec::new(), natural: 0.0 };
    for mut word in words {
        if setting.has_no_room_for(&word) {
            setting.break_line(false);
        }
        while word.width > setting.room() + SLACK {
            let (head, tail) = split(typeface, look.size, word, setting.room());
            setting.take(head);
            setting.break_line(false);
            word = tail;
        }
        let ends = word.ends;
        setting.take(word);
        if ends {
            setting.break_line(true);
        }
    }
    if !setting.words.is_empty() || setting.lines.is_empty() {
        setting.break_line(true);
    }
    setting.lines
}

/// How much wider than its column a text may be, in points: sums of floats are not exact.
const SLACK: f32 = 0.01;

struct Setting<'a> {
    look: &'a Look,
    width: f32,
    lines: Vec<Line>,
    words: Vec<Word>,
    /// Of the words and the spaces between them.
    natural: f32,
}

impl Setting<'_> {
    fn first_indent(&self) -> f32 {
        if self.lines.is_empty() { self.look.first_indent } else { 0.0 }
    }

    /// The width of the line that is being filled.
    fn room(&self) -> f32 {
        // Two letters at least: a column that is narrower is a mistake, and must not hold up the rest.
        (self.width - self.first_indent()).max(2.0 * self.look.size)
    }

    fn space_after_last(&self) -> f32 {
        let space = self.words.last().and_then(|word| word.space.as_ref());
        space.map_or(0.0, |(_, space)| space.width * self.look.size)
    }

    fn has_no_room_for(&self, word: &Word) -> bool {
        !self.words.is_empty() && self.natural + self.space_after_last() + word.width > self.room() + SLACK
    }

    fn take(&mut self, word: Word) {
        self.natural += self.space_after_last() + word.width;
        self.words.push(word);
    }

    fn break_line(&mut self, last: bool) {
        let (first_indent, room, natural) = (self.first_indent(), self.room(), self.natural);
        let words = std::mem::take(&mut self.words);
        let gaps: usize = words
            .iter()
            .rev()
            .skip(1)
            .filter_map(|word| word.space.as_ref())
            .map(|(_, space)| space.glyphs.len())
            .sum();
        let free = (room - natural).max(0.0);
        let (shift, stretch) = match self.look.align {
            Align::Left => (0.0, 0.0),
            Align::Centre => (free / 2.0, 0.0),
            Align::Right => (free, 0.0),
            Align::Justify if last || gaps == 0 || natural < LEAST_FILLED * room => (0.0, 0.0),
            Align::Justify => (0.0, free / gaps as f32),
        };
        let mut x = self.look.indent + first_indent + shift;
        let mut end = x;
        let mut parts = Vec::with_capacity(words.len() * 2);
        let count = words.len();
        for (at, word) in words.into_iter().enumerate() {
            for (face, shaped) in word.parts {
                let width = shaped.width * self.look.size;
                parts.push(Part { face, shaped, x, stretch: 0.0 });
                x += width;
            }
            end = x;
            // The last one is not seen: it tells a reader of the file that a word ends here.
            let Some((face, space)) = word.space else { continue };
            let stretch = if at + 1 < count { stretch } else { 0.0 };
            let width = space.width * self.look.size + stretch * space.glyphs.len() as f32;
            parts.push(Part { face, shaped: space, x, stretch });
            x += width;
        }
        let (size, leading) = (self.look.size, self.look.leading);
        let (height, base) = (font::line_height(size, leading), font::base_line(size, leading));
        self.lines.push(Line { parts, size, end, height, base });
        self.natural = 0.0;
    }
}

fn words(typeface: &mut Typeface, look: &Look, runs: &[Run]) -> Vec<Word> {
    let mut text = String::new();
    let mut faces: Vec<(usize, Face)> = Vec::with_capacity(runs.len());
    for run in runs {
        text.push_str(&clean(&run.text));
        let face =
            Face::of(look.bold || run.emphasis == Emphasis::Bold, look.italic || run.emphasis == Emphasis::Italic);
        faces.push((text.len(), face));
    }
    let breaks = LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default());
    let mut words = Vec::new();
    let mut start = 0;
    for end in breaks.segment_str(&text) {
        let Some(piece) = text.get(start..end).filter(|piece| !piece.is_empty()) else { continue };
        let body = piece.trim_end_matches('\n');
        let ends = body.len() < piece.len();
        let solid = body.trim_end_matches(' ');
        let mut parts = Vec::new();
        each_face(&faces, start, start + solid.len(), |face, from, to| {
            if let Some(text) = text.get(from..to) {
                parts.push((face, typeface.shape(face, text)));
            }
        });
        let mut space = None;
        each_face(&faces, start + solid.len(), start + body.len(), |face, from, to| {
            // Spaces of two faces in a row are one: who would see the difference?
            if let (None, Some(text)) = (&space, text.get(from..to)) {
                space = Some((face, typeface.shape(face, text)));
            }
        });
        let width = parts.iter().map(|(_, shaped)| shaped.width * look.size).sum();
        words.push(Word { parts, width, space, ends });
        start = end;
    }
    words
}

/// Tells the pieces of one face each between two offsets. `faces` holds where each face ends.
fn each_face(faces: &[(usize, Face)], start: usize, end: usize, mut tell: impl FnMut(Face, usize, usize)) {
    let mut from = start;
    for (until, face) in faces {
        let to = end.min(*until);
        if from < to {
            tell(*face, from, to);
            from = to;
        }
    }
}

/// Parts a word that is wider than its line, so that the first half fits; at least one letter goes into it.
fn split(typeface: &mut Typeface, size: f32, word: Word, room: f32) -> (Word, Word) {
    let Word { parts, space, ends, .. } = word;
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    let mut left = room;
    for (face, shaped) in parts {
        let width = shaped.width * size;
        if tail.is_empty() && width <= left {
            left -= width;
            head.push((face, shaped));
            continue;
        }
        let cut = if tail.is_empty() { cut(&shaped, left / size, head.is_empty()) } else { 0 };
        let (before, after) = shaped.text.split_at(cut);
        if !before.is_empty() {
            head.push((face, typeface.shape(face, before)));
        }
        if !after.is_empty() {
            tail.push((face, typeface.shape(face, after)));
        }
    }
    let width = |parts: &[(Face, Rc<Shaped>)]| parts.iter().map(|(_, shaped)| shaped.width * size).sum();
    let (head_width, tail_width) = (width(&head), width(&tail));
    (
        Word { parts: head, width: head_width, space: None, ends: false },
        Word { parts: tail, width: tail_width, space, ends },
    )
}

/// The offset in a text up to which it fits, between two letters.
fn cut(shaped: &Shaped, room: f32, at_least_one: bool) -> usize {
    let mut width = 0.0;
    let mut cut = 0;
    let mut glyphs = shaped.glyphs.iter().peekable();
    while let Some(glyph) = glyphs.next() {
        width += glyph.advance;
        // A letter and its marks stay together.
        if glyphs.peek().is_some_and(|next| next.start == glyph.start) {
            continue;
        }
        if width > room && !(at_least_one && cut == 0) {
            break;
        }
        cut = glyph.end;
    }
    cut
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::typeset::Style;

    fn set(align: Align, width: f32, text: &str) -> Vec<Line> {
        let look = Look { align, ..Style::Cell.look() };
        lines(&mut Typeface::new(), &look, &[Run { text: text.to_owned(), emphasis: Emphasis::None }], width)
    }

    fn text(line: &Line) -> String {
        line.parts.iter().map(|part| &*part.shaped.text).collect()
    }

    fn check(width: f32, paragraph: &str, expected: Expect) {
        let lines = set(Align::Left, width, paragraph);
        for line in &lines {
            assert!(line.end <= width + SLACK, "{} ends at {}", text(line), line.end);
        }
        expected.assert_eq(&lines.iter().map(|line| format!("{}|\n", text(line))).collect::<String>());
    }

    #[test]
    fn lines_break_between_words_and_where_they_are_told_to() {
        check(
            100.0,
            "Ủy ban nhân dân huyện Lâm Bình\ntỉnh Tuyên Quang\n\nhết",
            expect![[r#"
                Ủy ban nhân dân |
                huyện Lâm Bình|
                tỉnh Tuyên Quang|
                |
                hết|
            "#]],
        );
    }

    #[test]
    fn a_word_wider_than_its_column_is_broken_between_letters() {
        check(
            60.0,
            "Nguyễn-Phước-Công-Huyền-Tôn-Nữ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaê\u{306}ê\u{306}",
            expect![[r#"
                Nguyễn-|
                Phước-|
                Công-|
                Huyền-Tôn-|
                Nữ |
                aaaaaaaaaaa|
                aaaaaaaaaaa|
                aaaaaaaaaê̆ê̆|
            "#]],
        );
    }

    #[test]
    fn a_column_without_room_still_takes_the_text() {
        let lines = set(Align::Left, 0.0, "Lâm Bình");
        assert_eq!(lines.iter().map(text).collect::<String>(), "Lâm Bình");
    }

    #[test]
    fn no_text_is_one_empty_line() {
        assert_eq!(set(Align::Left, 100.0, "").len(), 1);
        assert_eq!(set(Align::Left, 100.0, "a\n").len(), 1);
    }

    #[test]
    fn a_justified_line_ends_at_the_margin_and_the_last_one_does_not() {
        let lines = set(Align::Justify, 150.0, "Ủy ban nhân dân huyện Lâm Bình, tỉnh Tuyên Quang");
        let (last, others) = lines.split_last().unwrap();
        assert!(others.iter().all(|line| (line.end - 150.0).abs() < 0.1), "{others:?}");
        assert!(last.end < 149.0);
    }

    #[test]
    fn centred_and_right_text_stands_where_it_should() {
        let width = set(Align::Left, 200.0, "Lâm Bình")[0].end;
        let start = |align| set(align, 200.0, "Lâm Bình")[0].parts[0].x;
        assert!((start(Align::Centre) - (200.0 - width) / 2.0).abs() < 0.1);
        assert!((start(Align::Right) - (200.0 - width)).abs() < 0.1);
    }

    #[test]
    fn faces_change_within_a_word() {
        let run = |text: &str, emphasis| Run { text: text.to_owned(), emphasis };
        let runs = [run("Điểm cầu ", Emphasis::None), run("Lâm", Emphasis::Bold), run("-Bình", Emphasis::Italic)];
        let lines = lines(&mut Typeface::new(), &Style::Cell.look(), &runs, 500.0);
        let parts: Vec<(Face, &str)> = lines[0].parts.iter().map(|part| (part.face, &*part.shaped.text)).collect();
        assert_eq!(
            parts,
            [
                (Face::Regular, "Điểm"),
                (Face::Regular, " "),
                (Face::Regular, "cầu"),
                (Face::Regular, " "),
                (Face::Bold, "Lâm"),
                (Face::Italic, "-"),
                (Face::Italic, "Bình"),
            ]
        );
    }
}
