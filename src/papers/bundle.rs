//! Several files in one: a ZIP whose bytes depend on nothing but the files and the date that is given.

use std::io::{Cursor, Write};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::PaperError;
use crate::report::Moment;

/// A ZIP file of these, each with this date.
pub fn zip(at: Moment, files: &[(&str, &[u8])]) -> Result<Vec<u8>, PaperError> {
    let at = at.local();
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    let year = u16::try_from(at.year()).unwrap_or(0);
    let (hour, minute, second) = (part(at.hour()), part(at.minute()), part(at.second()));
    let date = DateTime::from_date_and_time(year, part(at.month()), part(at.day()), hour, minute, second);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // Before 1980 and after 2107 ZIP has no dates.
        .last_modified_time(date.unwrap_or_default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, options)?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}
