//! The attendance of a meeting as a CSV file that opens right in Excel and LibreOffice: UTF-8 with a byte order mark,
//! commas, CRLF, times as dates of the meeting's zone, and no cell that a spreadsheet takes for a formula.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use jiff::{Zoned, tz::TimeZone};
use thiserror::Error;

use crate::{
    clock::Timestamp,
    meeting::{Attendance, Meeting, Point, PointAttendance, Span},
};

/// The most interruptions spelled out in one cell; Excel holds 32,767 characters in one.
const MAX_GAPS: usize = 400;

#[derive(Debug, Error)]
pub enum AttendanceCsvError {
    #[error("the time zone {zone:?}: {source}")]
    Zone { zone: String, source: jiff::Error },
    #[error("a time that no calendar has: {0}")]
    Time(#[source] jiff::Error),
    #[error("writing the table: {0}")]
    Csv(#[from] csv::Error),
    #[error("writing the table: {0}")]
    Io(#[from] io::Error),
}

/// Writes one row for each point of the meeting, units under the one above them.
///
/// # Errors
/// When the meeting's zone is unknown, or when `out` cannot be written to.
pub fn write_attendance_csv(
    meeting: &Meeting,
    attendance: &Attendance,
    mut out: impl Write,
) -> Result<(), AttendanceCsvError> {
    let clock = LocalClock::new(meeting, attendance)?;
    out.write_all("\u{feff}".as_bytes())?;
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    table.write_record([
        "Mã",
        "Cấp",
        "Điểm cầu",
        "Đơn vị cấp trên",
        "Trạng thái đường truyền",
        &format!("Kết nối lần đầu ({clock})", clock = clock.name),
        &format!("Rời lần cuối ({clock})", clock = clock.name),
        "Tổng thời gian kết nối",
        "Số lần gián đoạn",
        "Gián đoạn chi tiết",
        "Số lượt kết nối",
    ])?;
    for point in meeting.in_tree_order() {
        if let Some(line) = attendance.point(&point.id) {
            let parent = point.parent.as_ref().and_then(|parent| meeting.point(parent));
            table.write_record(row(&clock, point, parent, line)?)?;
        }
    }
    table.flush()?;
    Ok(())
}

fn row(
    clock: &LocalClock,
    point: &Point,
    parent: Option<&Point>,
    line: &PointAttendance,
) -> Result<[String; 11], AttendanceCsvError> {
    let when = |at: Option<Timestamp>| at.map_or(Ok(String::new()), |at| clock.date(at));
    let gaps: Vec<Span> = line.gaps().collect();
    let mut told: Vec<String> = gaps.iter().take(MAX_GAPS).map(|gap| clock.gap(*gap)).collect::<Result<_, _>>()?;
    if gaps.len() > MAX_GAPS {
        told.push(format!("và {} lần nữa", gaps.len() - MAX_GAPS));
    }
    Ok([
        plain(point.id.as_str()).into_owned(),
        plain(&point.level).into_owned(),
        plain(&point.name).into_owned(),
        plain(parent.map_or("", |parent| &parent.name)).into_owned(),
        status(line).to_owned(),
        when(line.first_joined())?,
        when(line.last_left())?,
        duration(line.connected_ms()),
        gaps.len().to_string(),
        told.join("; "),
        line.connections.to_string(),
    ])
}

/// Of the line, not of the people: who was there is for the roll call to say.
fn status(line: &PointAttendance) -> &'static str {
    match (line.connected, line.stays.is_empty()) {
        (true, _) => "Đang kết nối",
        (false, false) => "Đã ngắt kết nối",
        (false, true) => "Chưa kết nối",
    }
}

/// Whole hours, minutes and seconds, `h:mm:ss`; the hours do not start over at 24.
fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A cell of text that no spreadsheet takes for a formula.
fn plain(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}").into() } else { text.into() }
}

/// Tells instants as the clocks on the walls of the meeting showed them.
struct LocalClock {
    zone: TimeZone,
    /// The zone with every offset from UTC that it had during the meeting.
    name: String,
    /// Whether the clocks were changed meanwhile, so that one reading may mean two instants.
    changed: bool,
}

impl LocalClock {
    fn new(meeting: &Meeting, attendance: &Attendance) -> Result<LocalClock, AttendanceCsvError> {
        let zone = TimeZone::get(&meeting.zone)
            .map_err(|source| AttendanceCsvError::Zone { zone: meeting.zone.clone(), source })?;
        let stays = || attendance.points.iter().flat_map(|point| &point.stays);
        let first = stays().map(|stay| stay.start).min().unwrap_or(meeting.starts_at);
        let last = stays().map(|stay| stay.end).max().unwrap_or(meeting.starts_at);
        let mut offsets = vec![local(&zone, first)?.strftime("UTC%:z").to_string()];
        for change in zone
            .following(local(&zone, first)?.timestamp())
            .take_while(|change| change.timestamp().as_millisecond() <= last.as_millis())
        {
            let offset = change.timestamp().to_zoned(zone.clone()).strftime("UTC%:z").to_string();
            if !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
        let name = format!("{} {}", meeting.zone, offsets.join("/"));
        Ok(LocalClock { zone, name, changed: offsets.len() > 1 })
    }

    /// A form that spreadsheets recognise as a date.
    fn date(&self, at: Timestamp) -> Result<String, AttendanceCsvError> {
        Ok(local(&self.zone, at)?.strftime("%Y-%m-%d %H:%M:%S").to_string())
    }

    /// An interruption in words: the day is told again only when it ended on another one, the offset only when the
    /// clocks were changed.
    fn gap(&self, gap: Span) -> Result<String, AttendanceCsvError> {
        let (start, end) = (local(&self.zone, gap.start)?, local(&self.zone, gap.end)?);
        let offset = if self.changed { "%:z" } else { "" };
        let day = if start.date() == end.date() { "" } else { "%Y-%m-%d " };
        Ok(format!(
            "{}–{} ({})",
            start.strftime(&format!("%Y-%m-%d %H:%M:%S{offset}")),
            end.strftime(&format!("{day}%H:%M:%S{offset}")),
            duration(gap.millis()),
        ))
    }
}

fn local(zone: &TimeZone, at: Timestamp) -> Result<Zoned, AttendanceCsvError> {
    let instant = jiff::Timestamp::from_millisecond(at.as_millis()).map_err(AttendanceCsvError::Time)?;
    Ok(instant.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::meeting::test_meeting;

    fn utc(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn stay(start: &str, end: &str) -> Span {
        Span { start: utc(start), end: utc(end) }
    }

    /// The sample tree with what happened at some of its points; nobody came to the others.
    fn attendance(meeting: &Meeting, came: &[(&str, &[Span], usize, bool)]) -> Attendance {
        let points = meeting.points.iter().map(|point| {
            let found = came.iter().find(|(id, ..)| *id == point.id.as_str());
            let (stays, connections, connected) = found.map_or((&[][..], 0, false), |(_, s, n, c)| (*s, *n, *c));
            PointAttendance { point: point.id.clone(), stays: stays.to_vec(), connections, connected }
        });
        Attendance { points: points.collect() }
    }

    fn written(meeting: &Meeting, attendance: &Attendance) -> String {
        let mut bytes = Vec::new();
        write_attendance_csv(meeting, attendance, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// The cells of a file without its byte order mark, the header first.
    fn cells(text: &str) -> Vec<Vec<String>> {
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    /// Checks some columns of the header and of every point that came.
    fn check(meeting: &Meeting, attendance: &Attendance, columns: &[usize], expected: Expect) {
        let mut rows = cells(&written(meeting, attendance));
        rows.retain(|row| row[10] != "0");
        let line =
            |row: &Vec<String>| columns.iter().map(|column| row[*column].as_str()).collect::<Vec<_>>().join(" | ");
        expected.assert_eq(&rows.iter().map(line).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_morning_in_tuyen_quang() {
        let meeting = test_meeting();
        let lam_binh = [
            stay("2021-10-19T01:02:11.900Z", "2021-10-19T01:31:20Z"),
            stay("2021-10-19T01:32:05Z", "2021-10-19T04:30:00Z"),
        ];
        let attendance = attendance(
            &meeting,
            &[("08", &[stay("2021-10-19T00:55:00Z", "2021-10-19T04:31:00Z")], 1, true), ("071", &lam_binh, 3, false)],
        );
        let text = written(&meeting, &attendance);
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        expect![[r#"
            Mã,Cấp,Điểm cầu,Đơn vị cấp trên,Trạng thái đường truyền,Kết nối lần đầu (Asia/Ho_Chi_Minh UTC+07:00),Rời lần cuối (Asia/Ho_Chi_Minh UTC+07:00),Tổng thời gian kết nối,Số lần gián đoạn,Gián đoạn chi tiết,Số lượt kết nối
            08,level,Tỉnh Tuyên Quang,,Đang kết nối,2021-10-19 07:55:00,,3:36:00,0,,1
            071,level,Huyện Lâm Bình,Tỉnh Tuyên Quang,Đã ngắt kết nối,2021-10-19 08:02:11,2021-10-19 11:30:00,3:27:03,1,2021-10-19 08:31:20–08:32:05 (0:00:45),3
            02233,level,Xã Phúc Yên,Huyện Lâm Bình,Chưa kết nối,,,0:00:00,0,,0
            02242,level,Xã Xuân Lập,Huyện Lâm Bình,Chưa kết nối,,,0:00:00,0,,0
        "#]].assert_eq(&text.replace("\r\n", "\n"));
    }

    #[test]
    fn a_stay_longer_than_a_day_does_not_start_over() {
        let meeting = test_meeting();
        let attendance =
            attendance(&meeting, &[("08", &[stay("2021-10-19T00:00:00Z", "2021-10-20T06:07:08Z")], 1, false)]);
        assert_eq!(cells(&written(&meeting, &attendance))[1][7], "30:07:08");
        assert_eq!(duration(u64::MAX), "5124095576030:25:51");
        assert_eq!(duration(59_999), "0:00:59");
    }

    #[test]
    fn names_with_commas_quotes_and_line_breaks_come_back_whole() {
        let mut meeting = test_meeting();
        let name = "Phòng \"họp\" số 1, tầng 2\nnhà A";
        meeting.points[1].name = name.to_owned();
        let rows = cells(&written(&meeting, &attendance(&meeting, &[])));
        assert_eq!(rows[2][2], name);
        assert_eq!(rows[3][3], name);
    }

    #[test]
    fn no_cell_of_text_is_a_formula() {
        for dangerous in ["=1+1", "+84", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"] {
            let mut meeting = test_meeting();
            meeting.points[1].name = dangerous.to_owned();
            meeting.points[1].level = dangerous.to_owned();
            let rows = cells(&written(&meeting, &attendance(&meeting, &[])));
            let escaped = format!("'{dangerous}");
            assert_eq!([&rows[2][1], &rows[2][2], &rows[3][3]], [&escaped; 3]);
        }
        assert_eq!(plain("Xã A = B"), "Xã A = B");
    }

    #[test]
    fn the_hour_that_comes_twice_in_autumn_is_told_apart() {
        let meeting = Meeting { zone: "Europe/Berlin".to_owned(), ..test_meeting() };
        let stays = [
            stay("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"),
            stay("2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"),
        ];
        let attendance = attendance(&meeting, &[("08", &stays, 2, false)]);
        check(
            &meeting,
            &attendance,
            &[0, 5, 6, 7, 9],
            expect![[r#"
                Mã | Kết nối lần đầu (Europe/Berlin UTC+02:00/UTC+01:00) | Rời lần cuối (Europe/Berlin UTC+02:00/UTC+01:00) | Tổng thời gian kết nối | Gián đoạn chi tiết
                08 | 2026-10-25 02:00:00 | 2026-10-25 03:00:00 | 1:00:00 | 2026-10-25 02:30:00+02:00–02:30:00+01:00 (1:00:00)"#]],
        );
    }

    #[test]
    fn the_hour_that_is_left_out_in_spring_is_not_counted() {
        let meeting = Meeting { zone: "Europe/Berlin".to_owned(), ..test_meeting() };
        let stays = [stay("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")];
        let attendance = attendance(&meeting, &[("08", &stays, 1, false)]);
        check(
            &meeting,
            &attendance,
            &[0, 5, 6, 7],
            expect![[r#"
                Mã | Kết nối lần đầu (Europe/Berlin UTC+01:00/UTC+02:00) | Rời lần cuối (Europe/Berlin UTC+01:00/UTC+02:00) | Tổng thời gian kết nối
                08 | 2026-03-29 01:30:00 | 2026-03-29 03:30:00 | 1:00:00"#]],
        );
    }

    #[test]
    fn a_gap_over_midnight_names_both_days() {
        let meeting = test_meeting();
        let stays = [
            stay("2021-10-19T16:00:00Z", "2021-10-19T16:59:00Z"),
            stay("2021-10-19T17:01:00Z", "2021-10-19T18:00:00Z"),
        ];
        let rows = cells(&written(&meeting, &attendance(&meeting, &[("08", &stays, 2, false)])));
        assert_eq!(rows[1][9], "2021-10-19 23:59:00–2021-10-20 00:01:00 (0:02:00)");
    }

    #[test]
    fn a_line_that_flaps_all_day_still_fits_a_cell() {
        let meeting = test_meeting();
        let start = utc("2021-10-19T00:00:00Z");
        let stays: Vec<Span> = (0..2_000)
            .map(|n| Span { start: start.plus_millis(n * 43_200_000), end: start.plus_millis(n * 43_200_000 + 1_000) })
            .collect();
        let rows = cells(&written(&meeting, &attendance(&meeting, &[("08", &stays, 2_000, false)])));
        assert_eq!(rows[1][8], "1999");
        assert!(rows[1][9].ends_with("; và 1599 lần nữa"));
        assert!(rows[1][9].chars().count() < 32_767);
    }

    #[test]
    fn an_unknown_zone_is_an_error() {
        let meeting = Meeting { zone: "Asia/Atlantis".to_owned(), ..test_meeting() };
        let error = write_attendance_csv(&meeting, &attendance(&meeting, &[]), Vec::new()).unwrap_err();
        assert!(error.to_string().contains("Asia/Atlantis"), "{error}");
    }
}
