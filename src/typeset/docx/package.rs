//! The parts of the file and how they refer to one another (Open Packaging Conventions), in a ZIP file without times.

use std::io::{self, Cursor, Write};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{
    DocxError,
    body::Body,
    language_tag, running,
    styles::{self, NAMESPACE},
    xml::Xml,
};
use crate::typeset::{Document, clean};

const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

pub fn write(document: &Document, body: &Body) -> Result<Vec<u8>, DocxError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // The time of each file is not part of the paper: the same paper has the same bytes.
        .last_modified_time(DateTime::default());
    let mut part = |name: &str, bytes: &[u8]| -> Result<(), DocxError> {
        zip.start_file(name, options)?;
        Ok(zip.write_all(bytes)?)
    };
    part("[Content_Types].xml", &content_types()?)?;
    part(
        "_rels/.rels",
        &relationships(&[
            ("document", "officeDocument", "word/document.xml"),
            ("app", "extended-properties", "docProps/app.xml"),
            ("core", "", "docProps/core.xml"),
        ])?,
    )?;
    part("docProps/core.xml", &core(document)?)?;
    part("docProps/app.xml", &app()?)?;
    part("word/document.xml", &body.xml)?;
    part("word/styles.xml", &styles::write(document)?)?;
    part("word/settings.xml", &settings(document)?)?;
    part("word/header.xml", &running::header(document, false)?)?;
    part("word/header-first.xml", &running::header(document, true)?)?;
    part("word/footer.xml", &running::footer(document)?)?;
    let files: Vec<String> = body.pictures.iter().map(|picture| format!("media/{}.png", picture.id)).collect();
    let pictures =
        body.pictures.iter().zip(&files).map(|(picture, file)| (picture.id.as_str(), "image", file.as_str()));
    let parts = [
        ("styles", "styles", "styles.xml"),
        ("settings", "settings", "settings.xml"),
        ("header", "header", "header.xml"),
        ("header-first", "header", "header-first.xml"),
        ("footer", "footer", "footer.xml"),
    ];
    part("word/_rels/document.xml.rels", &relationships(&parts.into_iter().chain(pictures).collect::<Vec<_>>())?)?;
    for (picture, file) in body.pictures.iter().zip(&files) {
        part(&format!("word/{file}"), &picture.png)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn content_types() -> io::Result<Vec<u8>> {
    let mut xml = Xml::new()?;
    xml.open("Types", &[("xmlns", "http://schemas.openxmlformats.org/package/2006/content-types")])?;
    for (extension, kind) in [
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
        ("png", "image/png"),
    ] {
        xml.leaf("Default", &[("Extension", extension), ("ContentType", kind)])?;
    }
    for (part, kind) in [
        ("/word/document.xml", "document.main"),
        ("/word/styles.xml", "styles"),
        ("/word/settings.xml", "settings"),
        ("/word/header.xml", "header"),
        ("/word/header-first.xml", "header"),
        ("/word/footer.xml", "footer"),
    ] {
        xml.leaf("Override", &[("PartName", part), ("ContentType", &format!("{MAIN}.{kind}+xml"))])?;
    }
    for (part, kind) in [
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ("/docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
    ] {
        xml.leaf("Override", &[("PartName", part), ("ContentType", kind)])?;
    }
    xml.finish()
}

/// Each with its id, its kind (none: the properties of the package) and its target.
fn relationships(parts: &[(&str, &str, &str)]) -> io::Result<Vec<u8>> {
    let mut xml = Xml::new()?;
    xml.open("Relationships", &[("xmlns", "http://schemas.openxmlformats.org/package/2006/relationships")])?;
    for (id, kind, target) in parts {
        let kind = match *kind {
            "" => "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties".to_owned(),
            kind => format!("{RELATIONSHIPS}/{kind}"),
        };
        xml.leaf("Relationship", &[("Id", id), ("Type", &kind), ("Target", target)])?;
    }
    xml.finish()
}

fn core(document: &Document) -> io::Result<Vec<u8>> {
    let about = &document.about;
    let mut xml = Xml::new()?;
    xml.open(
        "cp:coreProperties",
        &[
            ("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:dcterms", "http://purl.org/dc/terms/"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ],
    )?;
    xml.element("dc:title", &[], &clean(&about.title))?;
    xml.element("dc:creator", &[], &clean(&about.author))?;
    xml.element("dc:language", &[], language_tag(about.language))?;
    let instant = jiff::Timestamp::from_millisecond(about.written_at.as_millis()).unwrap_or_default();
    let at = instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for name in ["dcterms:created", "dcterms:modified"] {
        xml.element(name, &[("xsi:type", "dcterms:W3CDTF")], &at)?;
    }
    xml.finish()
}

fn app() -> io::Result<Vec<u8>> {
    let mut xml = Xml::new()?;
    xml.open("Properties", &[("xmlns", "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties")])?;
    xml.element("Application", &[], "diemcau")?;
    xml.finish()
}

fn settings(document: &Document) -> io::Result<Vec<u8>> {
    let mut xml = Xml::new()?;
    xml.open("w:settings", &[("xmlns:w", NAMESPACE)])?;
    // Fields are brought up to date when the file is opened: nobody counted the pages yet.
    xml.value("w:defaultTabStop", "567")?;
    xml.open("w:compat", &[])?;
    xml.leaf(
        "w:compatSetting",
        &[("w:name", "compatibilityMode"), ("w:uri", "http://schemas.microsoft.com/office/word"), ("w:val", "15")],
    )?;
    xml.close()?;
    xml.leaf("w:themeFontLang", &[("w:val", language_tag(document.about.language))])?;
    xml.finish()
}
