//! A document as a file for a word processor (Office Open XML, ECMA-376), for a clerk to finish: named styles, real tables
//! whose heads repeat, page numbers as fields. The same document gives the same bytes.

mod body;
mod package;
mod picture;
mod running;
mod styles;
mod xml;

use thiserror::Error;

use super::{Document, Paper};
use crate::language::Language;

#[derive(Debug, Error)]
pub enum DocxError {
    #[error("writing the package: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("writing XML: {0}")]
    Io(#[from] std::io::Error),
    #[error("writing a picture: {0}")]
    Png(#[from] png::EncodingError),
}

/// Writes a document for a word processor.
///
/// # Errors
/// None that a document gives; see [`DocxError`].
pub fn to_docx(document: &Document) -> Result<Vec<u8>, DocxError> {
    let body = body::write(document)?;
    package::write(document, &body)
}

/// The language as a word processor knows it, with its country.
fn language_tag(language: Language) -> &'static str {
    match language {
        Language::Vietnamese => "vi-VN",
        Language::English => "en-GB",
    }
}

/// Twentieths of a point, in which the format counts.
fn twips(points: f32) -> String {
    format!("{:.0}", points * 20.0)
}

/// Where the margins stand, in points: the page's width and height, then its margins.
fn page(paper: Paper) -> (f32, f32) {
    let (width, height) = paper.size_mm();
    (super::mm(width), super::mm(height))
}

#[cfg(test)]
mod tests;
