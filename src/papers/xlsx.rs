//! The tables as the sheets of a workbook: real dates, durations and percentages, headings that stay, filters, and pages
//! that can be printed on A4.

use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::{Cell, PaperError, Table, TableName, Word, Wording, wording::duration};
use crate::{language::Language, report::Report};

const FONT: &str = "Times New Roman";
/// The paper size A4, as spreadsheets number it.
const A4: u8 = 9;
/// As many letters stand side by side on A4 upright before the sheet is turned.
const UPRIGHT: f64 = 96.0;
/// The title, then the headings.
const HEAD_ROWS: u32 = 2;
/// In points; and the most that a row may have.
const LINE_HEIGHT: f64 = 14.5;
const MAX_HEIGHT: f64 = 409.0;
const TITLE_SIZE: f64 = 13.0;
/// How many letters take the room of one digit, which is what columns are measured in: in words there are as many narrow
/// ones as wide ones.
const LETTERS: f64 = 1.2;
/// As far as spreadsheets move a text to the right.
const MAX_INDENT: u8 = 15;
/// The most letters that a cell holds.
const MAX_CELL: usize = 32_767;
/// The most that the header of a printed page holds.
const MAX_PAGE_HEADER: usize = 200;

pub fn workbook(report: &Report, language: Language) -> Result<Vec<u8>, PaperError> {
    let wording = Wording::of(report, language);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(&wording)?);
    let looks = Looks::new(language);
    for name in TableName::ALL {
        let table = Table::of(&wording, *name);
        let sheet = workbook.add_worksheet();
        write(sheet, &wording, &looks, &table)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The workbook says of itself what the report is of; its dates are the report's, never those of the writing.
fn properties(wording: &Wording<'_>) -> Result<DocProperties, XlsxError> {
    let utc = jiff::tz::Offset::UTC.to_datetime(wording.report.as_of.timestamp());
    Ok(DocProperties::new()
        .set_title(&wording.report.meeting.title)
        .set_subject(wording.state())
        .set_author("diemcau")
        .set_creation_datetime(&excel(utc)?))
}

/// How cells look.
struct Looks {
    title: Format,
    heading: Format,
    text: Format,
    code: Format,
    count: Format,
    date_time: Format,
    time: Format,
    duration: Format,
    share: Format,
}

impl Looks {
    fn new(language: Language) -> Looks {
        let font = || Format::new().set_font_name(FONT).set_font_size(11).set_align(FormatAlign::Top);
        let cell = || font().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0xA6A6A6));
        let number = |form: &str| cell().set_num_format(form).set_align(FormatAlign::Center);
        let date = match language {
            Language::Vietnamese => "dd/mm/yyyy hh:mm:ss",
            Language::English => "yyyy-mm-dd hh:mm:ss",
        };
        Looks {
            title: font().set_bold().set_font_size(TITLE_SIZE).set_text_wrap().set_align(FormatAlign::VerticalCenter),
            heading: cell()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0xDDE7F0)),
            text: cell().set_text_wrap().set_align(FormatAlign::Left),
            code: cell().set_text_wrap().set_num_format("@"),
            count: number("0"),
            date_time: number(date),
            time: number("hh:mm:ss"),
            duration: number("[h]:mm:ss"),
            share: number("0.0%"),
        }
    }

    fn of(&self, cell: &Cell<'_>, day: Option<Date>) -> &Format {
        match cell {
            Cell::Empty | Cell::Text(_) | Cell::Below { .. } => &self.text,
            Cell::Code(_) => &self.code,
            Cell::Count(_) => &self.count,
            Cell::Moment(_) if day.is_some() => &self.time,
            Cell::Moment(_) => &self.date_time,
            Cell::Duration(_) => &self.duration,
            Cell::Share(_) => &self.share,
        }
    }
}

fn write(sheet: &mut Worksheet, wording: &Wording<'_>, looks: &Looks, table: &Table<'_>) -> Result<(), XlsxError> {
    let title = table.name.title(wording.language);
    let columns = u16::try_from(table.columns.len()).unwrap_or(u16::MAX);
    let (last_column, first_row) = (columns.saturating_sub(1), HEAD_ROWS);
    let days: Vec<Option<Date>> = (0..table.columns.len()).map(|column| one_day(wording, table, column)).collect();
    sheet.set_name(title)?;

    let widths = widths(table, &days);
    for (column, width) in (0..).zip(&widths) {
        sheet.set_column_width(column, *width)?;
    }
    let (whole, name) = (widths.iter().sum::<f64>(), heading(wording, title, &days));
    // Its letters are larger than the others.
    sheet.set_row_height(0, 1.3 * LINE_HEIGHT * f64::from(lines(&name, whole / 1.3)) + 6.0)?;
    if last_column > 0 {
        sheet.merge_range(0, 0, 0, last_column, &name, &looks.title)?;
    }
    let heads = table.columns.iter().zip(&widths);
    let heading_lines = heads.map(|(column, width)| lines(column.heading, *width)).max().unwrap_or(1);
    sheet.set_row_height(1, LINE_HEIGHT * f64::from(heading_lines) + 4.0)?;
    for (column, head) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(1, column, head.heading, &looks.heading)?;
    }
    let rows = table.rows.iter().map(|row| (row, false)).chain(table.total.iter().map(|row| (row, true)));
    let mut last_row = first_row.saturating_sub(1);
    for (row, (cells, is_total)) in (first_row..).zip(rows) {
        for ((column, cell), day) in (0..).zip(cells).zip(&days) {
            let mut look = looks.of(cell, *day).clone();
            if is_total {
                look = look.set_bold();
            }
            if let Cell::Below { depth, .. } = cell {
                look = look.set_indent(u8::try_from(*depth).unwrap_or(u8::MAX).min(MAX_INDENT));
            }
            if table.name == TableName::Summary {
                look = look.set_align(FormatAlign::Left);
            }
            put(sheet, row, column, wording, cell, &look)?;
        }
        // Rows of one line have the height that the program gives them.
        let texts = cells.iter().zip(&widths);
        let high = texts.map(|(cell, width)| text_lines(cell, *width)).max().unwrap_or(1);
        if high > 1 {
            sheet.set_row_height(row, (LINE_HEIGHT * f64::from(high) + 2.0).min(MAX_HEIGHT))?;
        }
        last_row = row;
    }

    sheet.set_freeze_panes(first_row, 0)?;
    if table.name != TableName::Summary {
        // What is added up stays below when rows are filtered away.
        let filtered = last_row.saturating_sub(u32::from(table.total.is_some())).max(1);
        sheet.autofilter(1, 0, filtered, last_column)?;
    }
    page(sheet, wording, title, whole > UPRIGHT)?;
    sheet.set_repeat_rows(0, 1)?;
    sheet.set_print_area(0, 0, last_row, last_column)?;
    Ok(())
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    wording: &Wording<'_>,
    cell: &Cell<'_>,
    look: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => sheet.write_blank(row, column, look)?,
        Cell::Text(text) | Cell::Code(text) | Cell::Below { text, .. } => {
            sheet.write_string_with_format(row, column, fitting(text), look)?
        }
        #[expect(clippy::cast_precision_loss, reason = "spreadsheets count in floating point, exactly up to 2^53")]
        Cell::Count(count) => sheet.write_number_with_format(row, column, *count as f64, look)?,
        // A reading that may mean two instants is told with its offset, as a text.
        Cell::Moment(moment) if wording.clocks_changed() => {
            sheet.write_string_with_format(row, column, wording.sortable(*moment), look)?
        }
        Cell::Moment(moment) => sheet.write_datetime_with_format(row, column, &excel(moment.local())?, look)?,
        #[expect(clippy::cast_precision_loss, reason = "seconds as a part of a day")]
        Cell::Duration(ms) => sheet.write_number_with_format(row, column, (ms / 1000) as f64 / 86_400.0, look)?,
        Cell::Share(share) => sheet.write_number_with_format(row, column, *share, look)?,
    };
    Ok(())
}

/// A sheet's own title: what it shows of which meeting, the day when its times are all of one, and whether it is final.
fn heading(wording: &Wording<'_>, title: &str, days: &[Option<Date>]) -> String {
    let mut text = format!("{title} – {}", wording.report.meeting.title);
    if let Some(day) = days.iter().flatten().next() {
        let form = match wording.language {
            Language::Vietnamese => "%d/%m/%Y",
            Language::English => "%Y-%m-%d",
        };
        text += &format!(" – {} ({})", day.strftime(form), wording.offset());
    }
    if wording.report.provisional {
        text += &format!(" – {}", wording.say(Word::Provisional));
    }
    text
}

/// The day of the meeting, for a column whose instants are all of it: they are shown as times.
fn one_day(wording: &Wording<'_>, table: &Table<'_>, column: usize) -> Option<Date> {
    let (report, is_mixed) = (wording.report, table.name == TableName::Summary);
    if is_mixed || wording.clocks_changed() || !table.columns.get(column)?.is_of_instants {
        return None;
    }
    let opened = report.life.opened.as_ref().map_or(report.meeting.starts_at, |opened| opened.at);
    let day = opened.local().date();
    let of_day = |cell: &Cell<'_>| !matches!(cell, Cell::Moment(moment) if moment.local().date() != day);
    table.rows.iter().filter_map(|row| row.get(column)).all(of_day).then_some(day)
}

/// How wide the columns are, in digits: as wide as what stands in them, up to each column's own bound.
fn widths(table: &Table<'_>, days: &[Option<Date>]) -> Vec<f64> {
    let letters = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let columns = table.columns.iter().zip(days).enumerate();
    let widths = columns.map(|(index, (column, day))| {
        let cells = table.rows.iter().chain(&table.total).filter_map(|row| row.get(index));
        let bound = usize::from(column.widest);
        let (mut wanted, mut least) = (0, column.heading.split(' ').map(letters).max().unwrap_or(0) + 1);
        for cell in cells {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => wanted = wanted.max(letters(text)),
                Cell::Below { text, depth } => {
                    wanted = wanted.max(letters(text) + usize::try_from(*depth).unwrap_or(0))
                }
                // Neither numbers nor short codes are broken into lines.
                Cell::Code(text) if letters(text) > bound => wanted = bound,
                Cell::Code(text) => least = least.max(letters(text) + 1),
                Cell::Count(count) => least = least.max(count.to_string().len() + 1),
                Cell::Moment(_) if day.is_some() => least = least.max(9),
                Cell::Moment(_) => least = least.max(20),
                Cell::Duration(ms) => least = least.max(duration(*ms).len() + 1),
                Cell::Share(_) => least = least.max(7),
            }
        }
        let number = |count: usize| f64::from(u16::try_from(count).unwrap_or(u16::MAX));
        (number(wanted.min(bound)) / LETTERS).max(number(least)) + 1.0
    });
    widths.collect()
}

/// How many lines a text takes in a column of so many digits, one of which is the space at its sides.
fn lines(text: &str, width: f64) -> u16 {
    let room = (width - 1.0).max(1.0) * LETTERS + 0.5;
    let lines = text.lines().map(|line| {
        let (mut lines, mut used) = (1_u16, 0.0);
        for word in line.split(' ') {
            let word = f64::from(u16::try_from(word.chars().count()).unwrap_or(u16::MAX));
            if used > 0.0 && used + 1.0 + word > room {
                (lines, used) = (lines.saturating_add(1), word);
            } else {
                used += word + f64::from(u8::from(used > 0.0));
            }
            // A word that is longer than a line is broken.
            while used > room {
                (lines, used) = (lines.saturating_add(1), used - room);
            }
        }
        lines
    });
    lines.fold(0, u16::saturating_add).max(1)
}

fn text_lines(cell: &Cell<'_>, width: f64) -> u16 {
    match cell {
        Cell::Text(text) | Cell::Code(text) => lines(text, width),
        Cell::Below { text, depth } => lines(text, width - f64::from(*depth)),
        Cell::Empty | Cell::Count(_) | Cell::Moment(_) | Cell::Duration(_) | Cell::Share(_) => 1,
    }
}

/// How the sheet is printed.
fn page(sheet: &mut Worksheet, wording: &Wording<'_>, title: &str, turned: bool) -> Result<(), XlsxError> {
    let plain = |text: &str| -> String {
        // A sign of its own there, and letters are told apart from sizes by a space.
        let text = text.replace('&', "&&");
        text.chars().filter(|c| !c.is_control()).take(MAX_PAGE_HEADER).collect()
    };
    let font = format!("&\"{FONT},Regular\"&9");
    let mark = if wording.report.provisional { plain(wording.say(Word::Provisional)) } else { String::new() };
    sheet.set_paper_size(A4);
    if turned {
        sheet.set_landscape();
    }
    sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_print_center_horizontally(true);
    sheet.set_header(format!("&R{font}{mark}"));
    sheet.set_footer(format!("&L{font} {}&R{font} {} &P/&N", plain(title), wording.say(Word::Page)));
    Ok(())
}

/// A date as spreadsheets count it, in whole seconds.
fn excel(at: DateTime) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    ExcelDateTime::from_ymd(u16::try_from(at.year()).unwrap_or(0), part(at.month()), part(at.day()))?.and_hms(
        u16::from(part(at.hour())),
        part(at.minute()),
        f64::from(part(at.second())),
    )
}

fn fitting(text: &str) -> &str {
    match text.char_indices().nth(MAX_CELL) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
