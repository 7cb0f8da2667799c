//! Papers read back as other programs read them: a PDF by poppler, a DOCX by its XML, a QR code off the page as a telephone
//! sees it.

use std::{
    io::{Cursor, Read},
    process::Command,
};

use quick_xml::{Reader, events::Event};

/// The text of each page of a PDF, line by line. None where whoever runs the tests has said that there is no poppler, and answers
/// for it.
pub fn pages(pdf: &[u8]) -> Option<Vec<Vec<String>>> {
    let text = String::from_utf8(poppler("pdftotext", &["-layout", "-enc", "UTF-8"], pdf)?).unwrap();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = |page: &str| page.lines().map(words).filter(|line| !line.is_empty()).collect();
    let pages = text.strip_suffix('\u{c}').unwrap_or(&text).split('\u{c}');
    Some(pages.map(lines).collect())
}

/// All pages as one text, each after a line with its number.
pub fn text(pdf: &[u8]) -> Option<String> {
    let page = |(at, lines): (usize, &Vec<String>)| format!("--- {} ---\n{}\n", at + 1, lines.join("\n"));
    Some(pages(pdf)?.iter().enumerate().map(page).collect())
}

/// What the QR codes on a page say.
pub fn codes(pdf: &[u8], page: usize) -> Option<Vec<String>> {
    let page = page.to_string();
    let picture = poppler("pdftoppm", &["-gray", "-r", "300", "-f", &page, "-l", &page], pdf)?;
    // A binary PGM: "P5", width, height and the brightest value, each followed by white space.
    let mut head = picture.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut number = || std::str::from_utf8(head.next().unwrap()).unwrap().parse::<usize>();
    assert!(number().is_err());
    let (width, height) = (number().unwrap(), number().unwrap());
    let pixels = &picture[picture.len() - width * height..];
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    Some(picture.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect())
}

fn poppler(program: &str, arguments: &[&str], pdf: &[u8]) -> Option<Vec<u8>> {
    if std::env::var_os("DIEMCAU_SKIP_POPPLER").is_some() {
        return None;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).arg(file.path());
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().unwrap_or_else(|error| {
        panic!("{program}: {error}: scripts/poppler.sh installs it; to leave its tests out, set DIEMCAU_SKIP_POPPLER=1")
    });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// The text of a DOCX: a line for each paragraph and for each row of a table.
pub fn docx(bytes: &[u8]) -> String {
    let mut xml = String::new();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    zip.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
    let mut reader = Reader::from_str(&xml);
    // What is gathered, the text of the document below the rows and cells that are open.
    let mut open = vec![Vec::<String>::new()];
    let mut paragraph = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if matches!(tag.name().as_ref(), "w:tr" | "w:tc") => open.push(Vec::new()),
            Event::Start(tag) if tag.name().as_ref() == "w:p" => paragraph.clear(),
            Event::Empty(tag) if tag.name().as_ref() == "w:br" => paragraph.push_str(" / "),
            Event::Empty(tag) if tag.name().as_ref() == "pic:pic" => paragraph.push_str("[picture]"),
            Event::Text(text) => paragraph.push_str(&text),
            Event::GeneralRef(name) => paragraph.push_str(match &*name {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "quot" => "\"",
                "apos" => "'",
                other => panic!("{other}"),
            }),
            Event::End(tag) => {
                let (name, around) = (tag.name(), open.len());
                match name.as_ref() {
                    "w:p" => open[around - 1].push(std::mem::take(&mut paragraph)),
                    "w:tc" | "w:tr" => {
                        let mark = if name.as_ref() == "w:tc" { " / " } else { " | " };
                        let parts = open.pop().unwrap();
                        let filled = parts.iter().filter(|part| mark == " | " || !part.is_empty());
                        let whole = filled.map(String::as_str).collect::<Vec<_>>().join(mark);
                        open[around - 2].push(whole);
                    }
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    open.concat().into_iter().filter(|line| !line.is_empty()).map(|line| line + "\n").collect()
}
