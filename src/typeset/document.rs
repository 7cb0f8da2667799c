//! What is written, before it has a form: paragraphs in styles, tables, what stands side by side.

use super::Style;
use crate::{clock::Timestamp, language::Language};

/// A document that becomes a PDF or a file for a word processor.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub about: About,
    pub paper: Paper,
    pub running: Running,
    pub blocks: Vec<Block>,
}

/// What the file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub title: String,
    /// The body that issues it; may be empty.
    pub author: String,
    pub language: Language,
    /// Part of the bytes, so it is an instant of what is told, never the clock's.
    pub written_at: Timestamp,
}

/// A4, upright or, for wide tables, on its side. The margins are those of Decree 30/2020/NĐ-CP, Annex I.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    Upright,
    Sideways,
}

impl Paper {
    /// Width and height, in millimetres.
    pub const fn size_mm(self) -> (f32, f32) {
        match self {
            Paper::Upright => (210.0, 297.0),
            Paper::Sideways => (297.0, 210.0),
        }
    }

    pub const TOP_MM: f32 = 20.0;
    pub const BOTTOM_MM: f32 = 20.0;
    pub const LEFT_MM: f32 = 30.0;
    pub const RIGHT_MM: f32 = 15.0;
    /// From the upper edge to the page number, from the lower edge to the foot.
    pub const RUNNING_MM: f32 = 10.0;

    /// The width that text has, in millimetres.
    pub const fn text_width_mm(self) -> f32 {
        self.size_mm().0 - Self::LEFT_MM - Self::RIGHT_MM
    }
}

/// What stands on every page, outside the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// The page number in the middle of the upper margin, from the second page on.
    pub numbered: bool,
    /// Above the text of every page, such as that the paper is provisional; empty for none.
    pub warning: String,
    /// Pages are counted anew after each [`Block::NewPage`]: what follows is a paper of its own.
    pub by_part: bool,
    /// Below the text of every page, at the left; empty for none. `Self::PAGE` and `Self::PAGES` are replaced.
    pub foot: String,
    /// The same, at the right.
    pub foot_end: String,
}

impl Running {
    /// Stands for the number of the page. Of the private use area, so that no text holds it.
    pub const PAGE: char = '\u{e000}';
    /// Stands for the number of pages.
    pub const PAGES: char = '\u{e001}';
}

#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    Text(Paragraph),
    Table(Table),
    /// Side by side and never parted: letterhead, signatures.
    Beside(Vec<Side>),
    /// A short line in the middle, of this width in millimetres: what stands below a letterhead.
    Rule(f32),
    /// A line as wide as this text would be in this style.
    RuleOf(Paragraph),
    /// Millimetres of nothing.
    Space(f32),
    /// So many lines to be written on by hand.
    Lines(u8),
    /// A QR code of a text.
    Qr(Qr),
    NewPage,
}

/// Which blocks stay on the page of the next one. Signatures and what else stands side by side never stand on a page alone, and
/// space parts nothing from what it is kept with.
pub(super) fn kept(blocks: &[Block]) -> Vec<bool> {
    let is_space = |block: &Block| matches!(block, Block::Space(_) | Block::Rule(_) | Block::RuleOf(_));
    let mut kept: Vec<bool> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let before = kept.last().copied().unwrap_or(false);
        kept.push(match block {
            Block::Text(paragraph) => paragraph.keep_with_next || paragraph.style.look().keep_with_next,
            block => is_space(block) && before,
        });
    }
    let mut leads_on = false;
    for (block, kept) in blocks.iter().zip(&mut kept).rev() {
        *kept |= leads_on && *block != Block::NewPage;
        leads_on = matches!(block, Block::Beside(_)) || (leads_on && is_space(block));
    }
    kept
}

/// One of several things side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    pub width: Width,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Qr {
    pub text: String,
    /// Of its edge, with the quiet zone.
    pub mm: f32,
    pub align: Align,
    /// What it is, for those who cannot see it.
    pub alt: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    pub style: Style,
    pub runs: Vec<Run>,
    /// Not parted from what follows, whatever the style says.
    pub keep_with_next: bool,
}

/// Text of one emphasis. A line feed in it breaks the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub emphasis: Emphasis,
}

/// How a run differs from its paragraph's style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    None,
    Bold,
    Italic,
}

impl Paragraph {
    pub fn new(style: Style, text: impl Into<String>) -> Paragraph {
        Paragraph::empty(style).then(Emphasis::None, text)
    }

    pub fn empty(style: Style) -> Paragraph {
        Paragraph { style, runs: Vec::new(), keep_with_next: false }
    }

    pub fn then(mut self, emphasis: Emphasis, text: impl Into<String>) -> Paragraph {
        self.runs.push(Run { text: text.into(), emphasis });
        self
    }

    /// Keeps it on the page of what follows.
    pub fn kept(mut self) -> Paragraph {
        self.keep_with_next = true;
        self
    }

    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

impl From<Paragraph> for Block {
    fn from(paragraph: Paragraph) -> Block {
        Block::Text(paragraph)
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Block {
        Block::Table(table)
    }
}

/// Rows under a head that is repeated on every page.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub head: String,
    pub width: Width,
    pub align: Align,
}

/// The width of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    Mm(f32),
    /// A share of what the fixed ones leave.
    Share(f32),
}

impl Width {
    /// The widths of things side by side, in points.
    pub(super) fn resolve(widths: impl Iterator<Item = Width> + Clone, total: f32) -> Vec<f32> {
        let (mut fixed, mut shares) = (0.0, 0.0);
        for width in widths.clone() {
            match width {
                Width::Mm(mm) => fixed += super::mm(mm),
                Width::Share(share) => shares += share,
            }
        }
        let left = (total - fixed).max(0.0);
        let resolve = |width| match width {
            Width::Mm(mm) => super::mm(mm),
            Width::Share(share) => left * share / shares,
        };
        widths.map(resolve).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
    Justify,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub kind: RowKind,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    Plain,
    /// Says what the rows below it are of, and is not parted from the first of them.
    Group,
    /// The sum of the rows above it.
    Total,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub text: Vec<Run>,
    /// How many columns it takes, at least 1.
    pub span: usize,
}

impl Row {
    pub fn plain<T: Into<String>>(cells: impl IntoIterator<Item = T>) -> Row {
        Row { kind: RowKind::Plain, cells: cells.into_iter().map(Cell::new).collect() }
    }

    pub fn group(text: impl Into<String>, columns: usize) -> Row {
        Row { kind: RowKind::Group, cells: vec![Cell { span: columns, ..Cell::new(text) }] }
    }
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Cell {
        Cell { text: vec![Run { text: text.into(), emphasis: Emphasis::None }], span: 1 }
    }
}

impl Column {
    pub fn new(head: impl Into<String>, width: Width, align: Align) -> Column {
        Column { head: head.into(), width, align }
    }
}
