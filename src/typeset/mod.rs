//! Typesetting: a document of paragraphs and tables in, the bytes of a PDF or of a file for a word processor out. Pure; the
//! same document gives the same bytes.
//!
//! [`document`] is what is written, [`style`] how it looks. A page is made in three steps: [`line`] breaks text into lines,
//! [`layout`] turns blocks into slabs (what is never parted), [`flow`] puts slabs on pages. [`pdf`] draws them, with the
//! structure for screen readers: PDF/A-2a, for archives, and PDF/UA-1, and checked to be. [`docx`] leaves lines and pages to
//! the word processor, and gives it the same styles.

mod clean;
mod document;
mod docx;
mod flow;
mod font;
mod layout;
mod line;
mod pdf;
mod style;
mod table;

pub use clean::clean;
pub use document::{
    About, Align, Block, Cell, Column, Document, Emphasis, Paper, Paragraph, Qr, Row, RowKind, Run, Running, Side,
    Table, Width,
};
pub use docx::{DocxError, to_docx};
pub use pdf::{PdfError, to_pdf};
pub use style::{Look, Style};

/// Points in a millimetre; a point is 1/72 of an inch.
const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// Millimetres in points.
pub const fn mm(mm: f32) -> f32 {
    mm * POINTS_PER_MM
}

#[cfg(test)]
mod tests;
