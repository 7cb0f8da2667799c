//! Pages drawn as a PDF with its structure: PDF/A-2a for archives, PDF/UA-1 for screen readers.

use std::num::NonZeroU16;

use jiff::tz::TimeZone;
use krilla::{
    Document as Pdf, SerializeSettings,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{Path, PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata, TextDirection},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, Stroke, StrokeDash},
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, BBox, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
        TagTree,
    },
    text::{GlyphId, KrillaGlyph},
};
use thiserror::Error;

use super::{
    About, Align, Document, Emphasis, Look, Paper, Run, Running, Style, clean,
    flow::{self, Grid, Page},
    layout::{Layout, Mark, Modules, NodeId, Role, Shape, Structure},
    line::{self, Line},
    mm,
};

/// How thick the lines of tables and letterheads are, in points.
const RULE_WIDTH: f32 = 0.5;

/// The PDF cannot be written. No text leads here: what archives do not take is replaced before.
#[derive(Debug, Error)]
#[error("writing the PDF: {0}")]
pub struct PdfError(String);

/// Writes a document as a PDF.
///
/// # Errors
/// When the file would not be what it says it is; see [`PdfError`].
pub fn to_pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let (width, height) = document.paper.size_mm();
    let text_height = mm(height - Paper::TOP_MM - Paper::BOTTOM_MM);
    let mut layout = Layout::new();
    let slabs = layout.slabs(&document.blocks, mm(document.paper.text_width_mm()));
    let pages = flow::pages(slabs, text_height);

    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PdfError(format!("{error:?}")))?;
    let mut pdf = Pdf::new_with(SerializeSettings { configuration, enable_tagging: true, ..Default::default() });
    let title = title(&document.about);
    pdf.set_metadata(metadata(&document.about, &title));
    let size = PageSettings::from_wh(mm(width), mm(height)).ok_or_else(|| PdfError("no size".to_owned()))?;
    let mut press =
        Press { leaves: vec![Vec::new(); layout.structure.nodes.len()], boxes: Vec::new(), headings: Vec::new() };
    let numbers = flow::numbers(&pages, document.running.by_part);
    for (at, (page, (number, count))) in pages.iter().zip(numbers).enumerate() {
        let running = running(&mut layout, document, number, count);
        let mut sheet = pdf.start_page_with(size.clone());
        let mut surface = sheet.surface();
        press.page(&mut surface, page, &layout.structure, at);
        artifact(&mut surface, ArtifactType::Header, |surface| {
            for (line, x, y) in &running {
                draw_line(surface, line, *x, *y);
            }
        });
        surface.finish();
        sheet.finish();
    }
    pdf.set_outline(press.outline(&layout.structure, &title));
    pdf.set_tag_tree(press.tree(&layout.structure, document.about.language.tag()));
    pdf.finish().map_err(|error| PdfError(format!("{error:?}")))
}

/// Never empty: readers show it in the place of the file's name, and archives ask for it.
fn title(about: &About) -> String {
    let title = clean(&about.title).replace('\n', " ");
    if title.trim().is_empty() { "diemcau".to_owned() } else { title }
}

fn metadata(about: &About, title: &str) -> Metadata {
    let metadata = Metadata::new()
        .title(title.to_owned())
        .language(about.language.tag().to_owned())
        .creator("diemcau".to_owned())
        .text_direction(TextDirection::LeftToRight)
        .creation_date(date_time(about));
    if about.author.is_empty() { metadata } else { metadata.authors(vec![clean(&about.author).replace('\n', " ")]) }
}

fn date_time(about: &About) -> DateTime {
    let instant = jiff::Timestamp::from_millisecond(about.written_at.as_millis()).unwrap_or_default();
    let at = instant.to_zoned(TimeZone::UTC);
    let byte = |value: i8| u8::try_from(value).unwrap_or(0);
    DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(byte(at.month()))
        .day(byte(at.day()))
        .hour(byte(at.hour()))
        .minute(byte(at.minute()))
        .second(byte(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

/// What stands around the text of a page: lines with their places on the page.
fn running(layout: &mut Layout, document: &Document, page: usize, pages: usize) -> Vec<(Line, f32, f32)> {
    let Running { numbered, warning, by_part: _, foot, foot_end } = &document.running;
    let (_, height) = document.paper.size_mm();
    let (left, width) = (mm(Paper::LEFT_MM), mm(document.paper.text_width_mm()));
    let fill = |text: &str| text.replace(Running::PAGE, &page.to_string()).replace(Running::PAGES, &pages.to_string());
    let mut lines = Vec::new();
    let mut put = |style: Style, align: Align, text: String, base_mm: f32| {
        if text.is_empty() {
            return;
        }
        let look = Look { align, ..style.look() };
        let runs = [Run { text, emphasis: Emphasis::None }];
        // One line: what is too long for it would run into the text.
        if let Some(line) = line::lines(&mut layout.typeface, &look, &runs, width).into_iter().next() {
            let y = mm(base_mm) - line.base;
            lines.push((line, left, y));
        }
    };
    if *numbered && page > 1 {
        put(Style::Running, Align::Centre, page.to_string(), Paper::RUNNING_MM + 2.0);
    }
    put(Style::Warning, Align::Centre, fill(warning), Paper::TOP_MM - 2.5);
    put(Style::Foot, Align::Left, fill(foot), height - Paper::RUNNING_MM);
    put(Style::Foot, Align::Right, fill(foot_end), height - Paper::RUNNING_MM);
    lines
}

/// Draws pages, and notes where each part of the structure stands.
struct Press {
    /// For each node what shows it.
    leaves: Vec<Vec<Identifier>>,
    /// Where figures stand.
    boxes: Vec<(NodeId, BBox)>,
    /// The page and height of each heading.
    headings: Vec<(NodeId, usize, f32)>,
}

impl Press {
    fn page(&mut self, surface: &mut Surface<'_>, page: &Page, structure: &Structure, at: usize) {
        let (left, top) = (mm(Paper::LEFT_MM), mm(Paper::TOP_MM));
        let mut marks = page.marks.iter().peekable();
        while let Some(mark) = marks.next() {
            let Some(node) = mark.node else {
                artifact(surface, ArtifactType::Other, |surface| draw(surface, mark, left, top));
                continue;
            };
            let role = structure.nodes.get(node.0).map(|node| &node.role);
            let tag = match role {
                Some(Role::Figure { .. }) => {
                    let size = mark.bottom - mark.top;
                    let place = Rect::from_xywh(left + mark.x, top + mark.top, size, size);
                    self.boxes.extend(place.map(|place| (node, BBox::new(at, place))));
                    ContentTag::Other
                }
                Some(Role::Heading { .. }) => {
                    if !self.headings.iter().any(|(heading, ..)| *heading == node) {
                        self.headings.push((node, at, top + mark.top));
                    }
                    ContentTag::Span(SpanTag::empty())
                }
                _ => ContentTag::Span(SpanTag::empty()),
            };
            let identifier = surface.start_tagged(tag);
            draw(surface, mark, left, top);
            while let Some(next) = marks.next_if(|next| next.node == Some(node)) {
                draw(surface, next, left, top);
            }
            surface.end_tagged();
            if let Some(leaves) = self.leaves.get_mut(node.0) {
                leaves.push(identifier);
            }
        }
        if !page.grids.is_empty() {
            artifact(surface, ArtifactType::Layout, |surface| {
                for grid in &page.grids {
                    draw_grid(surface, grid, left, top);
                }
            });
        }
    }

    /// The titles of the document's parts, with where they are; one entry at least.
    fn outline(&self, structure: &Structure, title: &str) -> Outline {
        let mut outline = Outline::new();
        for (node, page, y) in &self.headings {
            if let Some(Role::Heading { title, .. }) = structure.nodes.get(node.0).map(|node| &node.role) {
                let place = XyzDestination::new(*page, Point::from_xy(0.0, *y));
                outline.push_child(OutlineNode::new(title.clone(), place));
            }
        }
        if self.headings.is_empty() {
            let place = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
            outline.push_child(OutlineNode::new(title.to_owned(), place));
        }
        outline
    }

    fn tree(mut self, structure: &Structure, language: &str) -> TagTree {
        // Children come after their parents, so each node is whole when it is handed up, from the last to the first.
        let mut children: Vec<Vec<Node>> = structure.nodes.iter().map(|_| Vec::new()).collect();
        let mut top = Vec::new();
        for (at, node) in structure.nodes.iter().enumerate().rev() {
            let mut below = children.get_mut(at).map(std::mem::take).unwrap_or_default();
            below.reverse();
            let leaves = self.leaves.get_mut(at).map(std::mem::take).unwrap_or_default();
            below.extend(leaves.into_iter().map(Node::from));
            let group = Node::from(TagGroup::with_children(self.tag(NodeId(at), &node.role), below));
            match node.parent.and_then(|parent| children.get_mut(parent.0)) {
                Some(siblings) => siblings.push(group),
                None => top.push(group),
            }
        }
        let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
        top.into_iter().rev().for_each(|group| tree.push(group));
        tree
    }

    fn tag(&self, node: NodeId, role: &Role) -> TagKind {
        match role {
            Role::Heading { level, title } => {
                let level = NonZeroU16::new((*level).into()).unwrap_or(NonZeroU16::MIN);
                Tag::Hn(level, Some(title.clone())).into()
            }
            Role::Paragraph => Tag::P.into(),
            Role::Table => Tag::Table.into(),
            Role::TableHead => Tag::THead.into(),
            Role::TableBody => Tag::TBody.into(),
            Role::Row => Tag::TR.into(),
            Role::HeadCell => Tag::TH(TableHeaderScope::Column).into(),
            Role::Cell { span } => Tag::TD.with_col_span(*span).into(),
            Role::Figure { alt } => {
                let place = self.boxes.iter().find(|(figure, _)| *figure == node).map(|(_, place)| *place);
                Tag::Figure(Some(alt.clone())).with_bbox(place).into()
            }
        }
    }
}

fn artifact(surface: &mut Surface<'_>, kind: ArtifactType, draw: impl FnOnce(&mut Surface<'_>)) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
    draw(surface);
    surface.end_tagged();
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, left: f32, top: f32) {
    let (x, y) = (left + mark.x, top + mark.top);
    match &mark.shape {
        Shape::Line(line) => draw_line(surface, line, x, y),
        Shape::Rule(length) => stroke(surface, &[(x, y, x + length, y)], None),
        Shape::Dots(length) => stroke(surface, &[(x, y, x + length, y)], Some(vec![1.0, 2.0])),
        Shape::Qr(modules) => draw_modules(surface, modules, x, y, mark.bottom - mark.top),
    }
}

/// The parts of one face in a row are one text, so that searching finds what stands there.
fn draw_line(surface: &mut Surface<'_>, line: &Line, x: f32, y: f32) {
    let mut parts = line.parts.iter().peekable();
    while let Some(first) = parts.next() {
        let mut text = String::new();
        let mut glyphs = Vec::new();
        let mut part = first;
        loop {
            let stretch = part.stretch / line.size;
            glyphs.extend(part.shaped.glyphs.iter().map(|glyph| {
                let range = text.len() + glyph.start..text.len() + glyph.end;
                let id = GlyphId::new(glyph.id);
                KrillaGlyph::new(id, glyph.advance + stretch, glyph.dx, glyph.dy, 0.0, range, None)
            }));
            text.push_str(&part.shaped.text);
            match parts.next_if(|next| next.face == first.face) {
                Some(next) => part = next,
                None => break,
            }
        }
        if !glyphs.is_empty() {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill::default()));
            let start = Point::from_xy(x + first.x, y + line.base);
            surface.draw_glyphs(start, &glyphs, first.face.embedded(), &text, line.size, false);
        }
    }
}

fn draw_grid(surface: &mut Surface<'_>, grid: &Grid, left: f32, top: f32) {
    let (Some(first), Some(last)) = (grid.rows.first(), grid.rows.last()) else { return };
    let (Some(from), Some(to)) = (grid.edges.first(), grid.edges.last()) else { return };
    let across = grid.rows.iter().map(|y| (left + from, top + y, left + to, top + y));
    let down = grid.edges.iter().map(|x| (left + x, top + first, left + x, top + last));
    stroke(surface, &across.chain(down).collect::<Vec<_>>(), None);
}

fn stroke(surface: &mut Surface<'_>, lines: &[(f32, f32, f32, f32)], dash: Option<Vec<f32>>) {
    let mut path = PathBuilder::new();
    for (x1, y1, x2, y2) in lines {
        path.move_to(*x1, *y1);
        path.line_to(*x2, *y2);
    }
    let dash = dash.map(|array| StrokeDash { array, offset: 0.0 });
    let stroke = Stroke { width: RULE_WIDTH, dash, ..Stroke::default() };
    draw_path(surface, path.finish(), None, Some(stroke));
}

fn draw_modules(surface: &mut Surface<'_>, modules: &Modules, x: f32, y: f32, size: f32) {
    let module = size / (modules.edge + 2 * Modules::QUIET) as f32;
    let place = |at: usize| (at + Modules::QUIET) as f32 * module;
    let mut path = PathBuilder::new();
    for (row, dark) in modules.dark.chunks(modules.edge).enumerate() {
        // Dark modules side by side are one box: no hairline of white between them.
        let mut column = 0;
        while column < dark.len() {
            let run = dark.iter().skip(column).take_while(|dark| **dark).count();
            if run > 0 {
                let place = Rect::from_xywh(x + place(column), y + place(row), run as f32 * module, module);
                place.into_iter().for_each(|place| path.push_rect(place));
            }
            column += run.max(1);
        }
    }
    draw_path(surface, path.finish(), Some(Fill::default()), None);
}

fn draw_path(surface: &mut Surface<'_>, path: Option<Path>, fill: Option<Fill>, stroke: Option<Stroke>) {
    if let Some(path) = path {
        surface.set_fill(fill);
        surface.set_stroke(stroke);
        surface.draw_path(&path);
    }
}
