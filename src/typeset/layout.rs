//! Blocks turned into slabs: what stands on one page or is moved to the next as a whole.

use std::{num::NonZeroU32, rc::Rc};

use qrcode::{Color, EcLevel, QrCode};

use super::{
    Align, Block, Paragraph, Qr, Side, Style, Width,
    clean::clean,
    document::kept,
    font::{self, Typeface},
    line::{self, Line},
    mm, table,
};

/// A piece of the text that is not parted, unless it is higher than a page. Lengths in points.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Slab {
    /// Left free above it, except at the head of a page.
    pub(super) before: f32,
    pub(super) height: f32,
    pub(super) keep_with_next: bool,
    /// Places are relative to its upper left corner.
    pub(super) marks: Vec<Mark>,
    /// The table it is a row of.
    pub(super) table: Option<usize>,
    /// The row that stands again on every page of its table.
    pub(super) head_of_table: bool,
    /// Where the lines between its cells stand.
    pub(super) grid: Option<Rc<[f32]>>,
    /// Between its edges and its text, when it is parted after all.
    pub(super) padding: f32,
    /// Nothing but the end of the page.
    pub(super) ends_page: bool,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) x: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
    pub(super) shape: Shape,
    /// What it is part of; ornaments are of nothing.
    pub(super) node: Option<NodeId>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Line(Line),
    /// A thin line to the right, of this length.
    Rule(f32),
    /// The same, in dots.
    Dots(f32),
    Qr(Rc<Modules>),
}

/// A QR code: which modules of a square are dark.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Modules {
    pub(super) edge: usize,
    pub(super) dark: Vec<bool>,
}

impl Modules {
    /// Light modules around the code, as the standard asks for.
    pub(super) const QUIET: usize = 4;

    /// None for a text that no QR code can hold.
    pub(super) fn of(text: &str) -> Option<Modules> {
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Some(Modules { edge: code.width(), dark })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NodeId(pub(super) usize);

/// The order in which the document is read, as a tree.
#[derive(Debug, Default)]
pub(super) struct Structure {
    pub(super) nodes: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: Option<NodeId>,
    pub(super) role: Role,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Heading { level: u8, title: String },
    Paragraph,
    Table,
    TableHead,
    TableBody,
    Row,
    HeadCell,
    Cell { span: Option<NonZeroU32> },
    Figure { alt: String },
}

impl Structure {
    pub(super) fn add(&mut self, parent: Option<NodeId>, role: Role) -> NodeId {
        self.nodes.push(Node { parent, role });
        NodeId(self.nodes.len() - 1)
    }
}

pub(super) struct Layout {
    pub(super) typeface: Typeface,
    pub(super) structure: Structure,
    tables: usize,
}

impl Layout {
    pub(super) fn new() -> Layout {
        Layout { typeface: Typeface::new(), structure: Structure::default(), tables: 0 }
    }

    pub(super) fn slabs(&mut self, blocks: &[Block], width: f32) -> Vec<Slab> {
        let mut slabs = Vec::new();
        for (block, kept) in blocks.iter().zip(kept(blocks)) {
            self.block(block, width, &mut slabs);
            if let Some(last) = slabs.last_mut() {
                last.keep_with_next |= kept;
            }
        }
        slabs
    }

    fn block(&mut self, block: &Block, width: f32, slabs: &mut Vec<Slab>) {
        match block {
            Block::Text(paragraph) => self.paragraph(paragraph, width, slabs),
            Block::Table(table) => {
                self.tables += 1;
                slabs.extend(table::slabs(&mut self.typeface, &mut self.structure, table, self.tables, width));
            }
            Block::Beside(sides) => slabs.push(self.beside(sides, width)),
            Block::Rule(length) => slabs.push(rule(mm(*length), width)),
            Block::RuleOf(paragraph) => {
                let length = self.natural_width(paragraph);
                slabs.push(rule(length, width));
            }
            Block::Space(height) => slabs.push(Slab { height: mm(*height), ..Slab::default() }),
            Block::Lines(count) => slabs.extend((0..*count).map(|_| dots(width))),
            Block::Qr(qr) => slabs.extend(self.qr(qr, width)),
            Block::NewPage => slabs.push(Slab { ends_page: true, ..Slab::default() }),
        }
    }

    fn paragraph(&mut self, paragraph: &Paragraph, width: f32, slabs: &mut Vec<Slab>) {
        let look = paragraph.style.look();
        let title = clean(&paragraph.text()).replace('\n', " ");
        let role = match look.heading {
            Some(level) if !title.is_empty() => Role::Heading { level, title },
            _ => Role::Paragraph,
        };
        let node = self.structure.add(None, role);
        let lines = line::lines(&mut self.typeface, &look, &paragraph.runs, width);
        let count = lines.len();
        for (at, line) in lines.into_iter().enumerate() {
            // The first line is not left behind alone, and the last does not come over alone.
            let lonely = count > 1 && (at == 0 || at + 2 == count);
            slabs.push(Slab {
                before: if at == 0 { look.before } else { 0.0 },
                height: line.height,
                keep_with_next: lonely,
                marks: vec![Mark { x: 0.0, top: 0.0, bottom: line.height, shape: Shape::Line(line), node: Some(node) }],
                ..Slab::default()
            });
        }
    }

    /// Each side's blocks one below the other, all in one slab.
    fn beside(&mut self, sides: &[Side], width: f32) -> Slab {
        let widths = Width::resolve(sides.iter().map(|side| side.width), width);
        let mut whole = Slab::default();
        let mut left = 0.0;
        for (side, width) in sides.iter().zip(widths) {
            let mut top = 0.0;
            for slab in self.slabs(&side.blocks, width) {
                top += slab.before;
                let moved =
                    |mark: Mark| Mark { x: mark.x + left, top: mark.top + top, bottom: mark.bottom + top, ..mark };
                whole.marks.extend(slab.marks.into_iter().map(moved));
                top += slab.height;
            }
            whole.height = whole.height.max(top);
            left += width;
        }
        whole
    }

    /// How wide a text is on one line, in points.
    pub(super) fn natural_width(&mut self, paragraph: &Paragraph) -> f32 {
        let look = super::Look { align: Align::Left, indent: 0.0, first_indent: 0.0, ..paragraph.style.look() };
        let lines = line::lines(&mut self.typeface, &look, &paragraph.runs, f32::MAX);
        lines.iter().map(|line| line.end).fold(0.0, f32::max)
    }

    /// Nothing for a text that no QR code can hold.
    fn qr(&mut self, qr: &Qr, width: f32) -> Option<Slab> {
        let modules = Modules::of(&qr.text)?;
        let node = self.structure.add(None, Role::Figure { alt: format!("QR {}", clean(&qr.alt)) });
        let edge = mm(qr.mm);
        let x = match qr.align {
            Align::Left | Align::Justify => 0.0,
            Align::Centre => (width - edge) / 2.0,
            Align::Right => width - edge,
        };
        let mark = Mark { x, top: 0.0, bottom: edge, shape: Shape::Qr(Rc::new(modules)), node: Some(node) };
        Some(Slab { before: 4.0, height: edge, marks: vec![mark], ..Slab::default() })
    }
}

fn rule(length: f32, width: f32) -> Slab {
    let (length, y) = (length.min(width), 2.5);
    let mark = Mark { x: (width - length) / 2.0, top: y, bottom: y, shape: Shape::Rule(length), node: None };
    Slab { height: 2.0 * y, marks: vec![mark], ..Slab::default() }
}

/// A line to write on, as high as a line of the body and a half.
fn dots(width: f32) -> Slab {
    let height = font::line_height(Style::Body.look().size, 1.5);
    let mark = Mark { x: 0.0, top: height, bottom: height, shape: Shape::Dots(width), node: None };
    Slab { height, marks: vec![mark], ..Slab::default() }
}
