//! `word/document.xml`: the blocks as paragraphs and tables.

use super::{
    DocxError, page,
    picture::{self, Picture},
    styles::{self, NAMESPACE, TABLE_STYLE},
    twips,
    xml::Xml,
};
use crate::typeset::{
    Align, Block, Cell, Document, Emphasis, Paper, Paragraph, Qr, Row, RowKind, Run, Side, Style, Table, Width, clean,
    document::kept, layout::Layout, mm,
};

/// The text, and the pictures in it.
pub struct Body {
    pub xml: Vec<u8>,
    pub pictures: Vec<Picture>,
}

pub fn write(document: &Document) -> Result<Body, DocxError> {
    let mut writing = Writing { document, xml: Xml::new()?, layout: Layout::new(), pictures: Vec::new(), keep: false };
    let namespaces = [
        ("xmlns:w", NAMESPACE),
        ("xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
        ("xmlns:wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("xmlns:a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
        ("xmlns:pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
    ];
    writing.xml.open("w:document", &namespaces)?;
    writing.xml.open("w:body", &[])?;
    writing.blocks(&document.blocks, mm(document.paper.text_width_mm()))?;
    section(&mut writing.xml, document)?;
    Ok(Body { xml: writing.xml.finish()?, pictures: writing.pictures })
}

/// The page: its size, margins, headers and footers.
fn section(xml: &mut Xml, document: &Document) -> Result<(), DocxError> {
    let (width, height) = page(document.paper);
    xml.open("w:sectPr", &[])?;
    for (kind, header, footer) in [("default", "header", "footer"), ("first", "header-first", "footer")] {
        xml.leaf("w:headerReference", &[("w:type", kind), ("r:id", header)])?;
        xml.leaf("w:footerReference", &[("w:type", kind), ("r:id", footer)])?;
    }
    let orientation = match document.paper {
        Paper::Upright => "portrait",
        Paper::Sideways => "landscape",
    };
    xml.leaf("w:pgSz", &[("w:w", &twips(width)), ("w:h", &twips(height)), ("w:orient", orientation)])?;
    let margins = [
        ("w:top", Paper::TOP_MM),
        ("w:right", Paper::RIGHT_MM),
        ("w:bottom", Paper::BOTTOM_MM),
        ("w:left", Paper::LEFT_MM),
        ("w:header", Paper::RUNNING_MM - 2.0),
        ("w:footer", Paper::RUNNING_MM - 2.0),
        ("w:gutter", 0.0),
    ]
    .map(|(side, width)| (side, twips(mm(width))));
    let margins: Vec<(&'static str, &str)> = margins.iter().map(|(side, width)| (*side, width.as_str())).collect();
    xml.leaf("w:pgMar", &margins)?;
    if document.running.by_part {
        xml.leaf("w:pgNumType", &[("w:start", "1")])?;
    }
    xml.leaf("w:titlePg", &[])?;
    xml.close()?;
    Ok(())
}

struct Writing<'a> {
    document: &'a Document,
    xml: Xml,
    /// Knows how wide a text is.
    layout: Layout,
    pictures: Vec<Picture>,
    /// What is being written stays on the page of what follows.
    keep: bool,
}

impl Writing<'_> {
    /// `width` is of the column, in points.
    fn blocks(&mut self, blocks: &[Block], width: f32) -> Result<(), DocxError> {
        let mut after_table = false;
        let kept_outside = self.keep;
        for (block, kept) in blocks.iter().zip(kept(blocks)) {
            let is_table = matches!(block, Block::Table(_) | Block::Beside(_));
            if after_table && is_table {
                // Two tables in a row would become one.
                self.gap(2.0)?;
            }
            self.keep = kept_outside || kept;
            self.block(block, width)?;
            after_table = is_table;
        }
        self.keep = kept_outside;
        // What a table stands in must end with a paragraph.
        if after_table || blocks.is_empty() {
            self.gap(2.0)?;
        }
        Ok(())
    }

    fn block(&mut self, block: &Block, width: f32) -> Result<(), DocxError> {
        match block {
            Block::Text(Paragraph { style, runs, .. }) => self.paragraph(*style, runs, None),
            Block::Table(table) => self.table(table, width),
            Block::Beside(sides) => self.beside(sides, width),
            Block::Rule(length) => self.rule(mm(*length), width),
            Block::RuleOf(paragraph) => {
                let length = self.layout.natural_width(paragraph);
                self.rule(length, width)
            }
            Block::Space(height) => self.gap(mm(*height)),
            Block::Lines(count) => (0..*count).try_for_each(|_| self.dots(width)),
            Block::Qr(qr) => self.qr(qr),
            Block::NewPage if self.document.running.by_part => {
                self.xml.open("w:p", &[])?;
                self.xml.open("w:pPr", &[])?;
                self.xml.leaf("w:spacing", &[("w:line", "20"), ("w:lineRule", "exact")])?;
                section(&mut self.xml, self.document)?;
                self.xml.close()?;
                Ok(self.xml.close()?)
            }
            Block::NewPage => {
                self.xml.open("w:p", &[])?;
                self.xml.open("w:r", &[])?;
                self.xml.leaf("w:br", &[("w:type", "page")])?;
                self.xml.close()?;
                Ok(self.xml.close()?)
            }
        }
    }

    /// `align` is where it is not the style's.
    fn paragraph(&mut self, style: Style, runs: &[Run], align: Option<Align>) -> Result<(), DocxError> {
        let look = style.look();
        self.xml.open("w:p", &[])?;
        self.xml.open("w:pPr", &[])?;
        self.xml.value("w:pStyle", &styles::id(&look))?;
        self.xml.flag("w:keepNext", self.keep && !look.keep_with_next)?;
        if let Some(align) = align.filter(|align| *align != look.align) {
            self.xml.value("w:jc", styles::alignment(align))?;
        }
        self.xml.close()?;
        for run in runs {
            run_of_text(&mut self.xml, run)?;
        }
        Ok(self.xml.close()?)
    }

    fn table(&mut self, table: &Table, width: f32) -> Result<(), DocxError> {
        let widths = Width::resolve(table.columns.iter().map(|column| column.width), width);
        self.open_table(Some(TABLE_STYLE), &widths)?;
        let head: Vec<Cell> = table.columns.iter().map(|column| Cell::new(&*column.head)).collect();
        let table_kept = std::mem::replace(&mut self.keep, true);
        self.row(table, &widths, &head, Style::CellHead)?;
        for (at, Row { kind, cells }) in table.rows.iter().enumerate() {
            let style = if *kind == RowKind::Plain { Style::Cell } else { Style::CellGroup };
            let before_total = table.rows.get(at + 1).is_some_and(|row| row.kind == RowKind::Total);
            let last = at + 1 == table.rows.len();
            let lonely = at == 0 || at + 2 == table.rows.len();
            self.keep = if last { table_kept } else { *kind == RowKind::Group || lonely || before_total };
            self.row(table, &widths, cells, style)?;
        }
        self.keep = table_kept;
        Ok(self.xml.close()?)
    }

    fn row(&mut self, table: &Table, widths: &[f32], cells: &[Cell], style: Style) -> Result<(), DocxError> {
        let head = style == Style::CellHead;
        self.xml.open("w:tr", &[])?;
        self.xml.open("w:trPr", &[])?;
        self.xml.leaf("w:cantSplit", &[])?;
        self.xml.flag("w:tblHeader", head)?;
        self.xml.close()?;
        let mut column = 0;
        for cell in cells {
            let span = cell.span.max(1);
            let width: f32 = widths.iter().skip(column).take(span).sum();
            self.open_cell(width, span, if head { "center" } else { "top" })?;
            let align = match table.columns.get(column) {
                _ if head => Align::Centre,
                Some(of) if span == 1 => of.align,
                _ => Align::Left,
            };
            self.paragraph(style, &cell.text, Some(align))?;
            self.xml.close()?;
            column += span;
        }
        Ok(self.xml.close()?)
    }

    /// A table without lines, of one row that is not parted.
    fn beside(&mut self, sides: &[Side], width: f32) -> Result<(), DocxError> {
        let widths = Width::resolve(sides.iter().map(|side| side.width), width);
        self.open_table(None, &widths)?;
        self.xml.open("w:tr", &[])?;
        self.xml.open("w:trPr", &[])?;
        self.xml.leaf("w:cantSplit", &[])?;
        self.xml.close()?;
        for (side, width) in sides.iter().zip(widths) {
            self.open_cell(width, 1, "top")?;
            self.blocks(&side.blocks, width)?;
            self.xml.close()?;
        }
        self.xml.close()?;
        Ok(self.xml.close()?)
    }

    fn open_table(&mut self, style: Option<&str>, widths: &[f32]) -> Result<(), DocxError> {
        self.xml.open("w:tbl", &[])?;
        self.xml.open("w:tblPr", &[])?;
        if let Some(style) = style {
            self.xml.value("w:tblStyle", style)?;
        }
        self.xml.leaf("w:tblW", &[("w:w", &twips(widths.iter().sum())), ("w:type", "dxa")])?;
        self.xml.leaf("w:tblLayout", &[("w:type", "fixed")])?;
        self.xml.close()?;
        self.xml.open("w:tblGrid", &[])?;
        for width in widths {
            self.xml.leaf("w:gridCol", &[("w:w", &twips(*width))])?;
        }
        Ok(self.xml.close()?)
    }

    fn open_cell(&mut self, width: f32, span: usize, vertical: &str) -> Result<(), DocxError> {
        self.xml.open("w:tc", &[])?;
        self.xml.open("w:tcPr", &[])?;
        self.xml.leaf("w:tcW", &[("w:w", &twips(width)), ("w:type", "dxa")])?;
        if span > 1 {
            self.xml.value("w:gridSpan", &span.to_string())?;
        }
        self.xml.value("w:vAlign", vertical)?;
        Ok(self.xml.close()?)
    }

    /// A short line: the lower border of an empty paragraph, drawn in from both sides.
    fn rule(&mut self, length: f32, width: f32) -> Result<(), DocxError> {
        let indent = twips(((width - length) / 2.0).max(0.0));
        self.xml.open("w:p", &[])?;
        self.xml.open("w:pPr", &[])?;
        self.xml.flag("w:keepNext", self.keep)?;
        self.xml.open("w:pBdr", &[])?;
        self.xml.leaf("w:bottom", &[("w:val", "single"), ("w:sz", "4"), ("w:space", "1"), ("w:color", "auto")])?;
        self.xml.close()?;
        self.xml.leaf("w:spacing", &[("w:line", "60"), ("w:lineRule", "exact")])?;
        self.xml.leaf("w:ind", &[("w:left", &indent), ("w:right", &indent)])?;
        self.xml.close()?;
        Ok(self.xml.close()?)
    }

    fn gap(&mut self, height: f32) -> Result<(), DocxError> {
        self.xml.open("w:p", &[])?;
        self.xml.open("w:pPr", &[])?;
        self.xml.flag("w:keepNext", self.keep)?;
        self.xml.leaf("w:spacing", &[("w:line", &twips(height)), ("w:lineRule", "exact")])?;
        self.xml.close()?;
        Ok(self.xml.close()?)
    }

    /// A line to write on: dots up to the right margin, which typing on pushes away.
    fn dots(&mut self, width: f32) -> Result<(), DocxError> {
        self.xml.open("w:p", &[])?;
        self.xml.open("w:pPr", &[])?;
        self.xml.open("w:tabs", &[])?;
        self.xml.leaf("w:tab", &[("w:val", "right"), ("w:leader", "dot"), ("w:pos", &twips(width))])?;
        self.xml.close()?;
        self.xml.leaf("w:spacing", &[("w:line", "360"), ("w:lineRule", "auto")])?;
        self.xml.close()?;
        self.xml.open("w:r", &[])?;
        self.xml.leaf("w:tab", &[])?;
        self.xml.close()?;
        Ok(self.xml.close()?)
    }

    fn qr(&mut self, qr: &Qr) -> Result<(), DocxError> {
        let Some(picture) = picture::qr(qr, self.pictures.len() + 1)? else { return Ok(()) };
        self.xml.open("w:p", &[])?;
        self.xml.open("w:pPr", &[])?;
        self.xml.value("w:jc", styles::alignment(qr.align))?;
        self.xml.close()?;
        picture::inline(&mut self.xml, &picture, self.document.about.language)?;
        self.xml.close()?;
        self.pictures.push(picture);
        Ok(())
    }
}

pub fn run_of_text(xml: &mut Xml, run: &Run) -> std::io::Result<()> {
    let text = clean(&run.text);
    if text.is_empty() {
        return Ok(());
    }
    xml.open("w:r", &[])?;
    if run.emphasis != Emphasis::None {
        xml.open("w:rPr", &[])?;
        xml.flag("w:b", run.emphasis == Emphasis::Bold)?;
        xml.flag("w:i", run.emphasis == Emphasis::Italic)?;
        xml.close()?;
    }
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            xml.leaf("w:br", &[])?;
        }
        xml.element("w:t", &[("xml:space", "preserve")], line)?;
    }
    xml.close()
}
