//! Attendance: what the lines of each point add up to, as a fold over the events of a meeting.
//!
//! It says when a point was *connected*, never who was in the room.

use std::collections::HashMap;

use super::{DownReason, Event, EventBody, Meeting, Place};
use crate::{
    clock::Timestamp,
    ids::{ParticipantSid, PointId},
};

/// The connections of every invited point up to one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// One entry for each point of the meeting, in its order, also for those that never came.
    pub points: Vec<PointAttendance>,
}

/// When one point was connected. A reconnect is the same attendance: all of a point's lines add up here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointAttendance {
    pub point: PointId,
    /// While at least one device of the point was connected: in order, apart from one another by more than nothing.
    /// The last one of a point that is connected ends at the instant the attendance was drawn up for.
    pub stays: Vec<Span>,
    /// How many times a device connected.
    pub connections: usize,
    /// Whether a device is connected still.
    pub connected: bool,
}

/// From one instant to another; `start <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Span {
    pub fn millis(self) -> u64 {
        self.end.millis_since(self.start)
    }
}

impl PointAttendance {
    pub fn first_joined(&self) -> Option<Timestamp> {
        self.stays.first().map(|stay| stay.start)
    }

    /// When the last stay ended; `None` while connected and for a point that never came.
    pub fn last_left(&self) -> Option<Timestamp> {
        self.stays.last().filter(|_| !self.connected).map(|stay| stay.end)
    }

    pub fn connected_ms(&self) -> u64 {
        self.stays.iter().map(|stay| stay.millis()).sum()
    }

    /// The interruptions: between one stay and the next. Before the first and after the last there is none.
    pub fn gaps(&self) -> impl Iterator<Item = Span> {
        self.stays.windows(2).filter_map(|pair| match pair {
            [before, after] => Some(Span { start: before.end, end: after.start }),
            _ => None,
        })
    }
}

impl Attendance {
    /// Adds up the events of a meeting, in the ledger's order. Lines still open count up to `now`; events of points
    /// that are not of the meeting are left out.
    pub fn fold<'a>(meeting: &Meeting, events: impl IntoIterator<Item = &'a Event>, now: Timestamp) -> Attendance {
        let mut closed: HashMap<PointId, Vec<Span>> = HashMap::new();
        let mut lines = OpenLines::default();
        let mut now = now;
        for event in events {
            // A clock that was set back must not end a line before what is known to have happened on it.
            now = now.max(event.at);
            lines.apply(event, |place, span| {
                if let Some(point) = meeting.room_of(place) {
                    closed.entry(point).or_default().push(span);
                }
            });
        }
        let mut open: HashMap<PointId, Vec<Span>> = HashMap::new();
        for ((place, _), start) in lines.0 {
            if let Some(point) = meeting.room_of(place) {
                open.entry(point).or_default().push(Span { start, end: now });
            }
        }
        let points = meeting.points.iter().map(|point| {
            let open = open.remove(&point.id).unwrap_or_default();
            let connected = !open.is_empty();
            let mut lines = closed.remove(&point.id).unwrap_or_default();
            lines.extend(open);
            PointAttendance { point: point.id.clone(), connections: lines.len(), stays: union(lines), connected }
        });
        Attendance { points: points.collect() }
    }

    pub fn point(&self, id: &PointId) -> Option<&PointAttendance> {
        self.points.iter().find(|point| point.point == *id)
    }
}

impl Meeting {
    /// The room that a line is of. An officer's or a delegate's own device is no room's line.
    pub fn room_of(&self, place: Place) -> Option<PointId> {
        match place {
            Place::Hub => Some(self.hub.clone()),
            Place::Point(point) => Some(point),
            Place::Chair | Place::Secretary | Place::Technician | Place::Delegate(_) | Place::Observer(_) => None,
        }
    }
}

/// Whether events, in the ledger's order, leave a line open.
pub fn leave_a_line_open<'a>(events: impl IntoIterator<Item = &'a Event>) -> bool {
    let mut lines = OpenLines::default();
    for event in events {
        lines.apply(event, |_, _| {});
    }
    !lines.0.is_empty()
}

/// The lines that are up, each since when. A connection's name belongs to its place: another place's line of the
/// same name is another line.
#[derive(Default)]
struct OpenLines(HashMap<(Place, ParticipantSid), Timestamp>);

impl OpenLines {
    /// Takes in one event and tells the lines it closes. What fits no line (the end of a line that is not up, a line
    /// that is up already) changes nothing.
    fn apply(&mut self, event: &Event, mut closes: impl FnMut(Place, Span)) {
        // A line never ends before it began, and never after the event that tells of its end.
        let span = |start: Timestamp, end: Timestamp| Span { start, end: end.min(event.at).max(start) };
        match &event.body {
            EventBody::LineUp { place, connection, .. } => {
                self.0.entry((place.clone(), connection.clone())).or_insert(event.at);
            }
            EventBody::LineDown { place, connection, reason, last_heard } => {
                if let Some(start) = self.0.remove(&(place.clone(), connection.clone())) {
                    // Only silence is noticed late; every other end happens as it is written down.
                    let end = if *reason == DownReason::Lost { *last_heard } else { event.at };
                    closes(place.clone(), span(start, end));
                }
            }
            EventBody::Recovered { last_known } => {
                for ((place, _), start) in self.0.drain() {
                    closes(place, span(start, *last_known));
                }
            }
            _ => {}
        }
    }
}

/// The spans with everything that overlaps or touches joined, in order.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::meeting::{Actor, test_meeting};

    fn meeting(points: &[&str]) -> Meeting {
        let root = test_meeting().points.remove(0);
        let points = points.iter().map(|id| crate::meeting::Point { id: id.parse().unwrap(), ..root.clone() });
        Meeting { hub: "hub".parse().unwrap(), points: points.collect(), ..test_meeting() }
    }

    fn place(point: &str) -> Place {
        Place::Point(point.parse().unwrap())
    }

    fn clock(text: &str) -> Timestamp {
        let [h, m, s] = text.split(':').map(|part| part.parse().unwrap()).collect::<Vec<i64>>()[..] else {
            panic!("{text:?} is no time of the day")
        };
        Timestamp::from_millis(((h * 60 + m) * 60 + s) * 1000)
    }

    fn time(at: Timestamp) -> String {
        duration(at.as_millis().unsigned_abs())
    }

    fn duration(ms: u64) -> String {
        let seconds = ms / 1000;
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// Reads minutes of a meeting, one event a line, and draws up the attendance.
    fn attendance(minutes: &str) -> Attendance {
        let meeting = meeting(&["hub", "lam-binh", "phuc-yen"]);
        let (mut events, mut now) = (Vec::new(), None);
        for line in minutes.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let down = |point: &str, connection: &str, reason, last_heard: &str| EventBody::LineDown {
                place: place(point),
                connection: connection.parse().unwrap(),
                reason,
                last_heard: clock(last_heard),
            };
            let words: Vec<&str> = line.split_whitespace().collect();
            let (at, body) = match words[..] {
                [at, "attendance"] => {
                    now = Some(clock(at));
                    continue;
                }
                [at, point, "joins", "on", connection] => (
                    at,
                    EventBody::LineUp {
                        place: place(point),
                        connection: connection.parse().unwrap(),
                        device: "Chrome".to_owned(),
                    },
                ),
                [at, point, "leaves", connection] => (at, down(point, connection, DownReason::Left, at)),
                [at, point, "is-replaced", "on", connection, "last", "heard", heard] => {
                    (at, down(point, connection, DownReason::Replaced, heard))
                }
                [at, point, "is-lost", "on", connection, "last", "heard", heard] => {
                    (at, down(point, connection, DownReason::Lost, heard))
                }
                [at, "server", "recovers,", "last", "known", last_known] => {
                    (at, EventBody::Recovered { last_known: clock(last_known) })
                }
                _ => panic!("not understood: {line}"),
            };
            events.push(Event { seq: events.len() as u64 + 1, at: clock(at), actor: Actor::System, body });
        }
        Attendance::fold(&meeting, &events, now.expect("minutes end with the attendance"))
    }

    fn check(minutes: &str, expected: Expect) {
        let mut text = String::new();
        for point in attendance(minutes).points {
            write!(text, "{:8}", point.point.as_str()).unwrap();
            let Some(first) = point.first_joined() else {
                writeln!(text, " never came").unwrap();
                continue;
            };
            let last = point.last_left().map_or("is here".to_owned(), |left| format!("left {}", time(left)));
            write!(text, " came {}, {last}, ", time(first)).unwrap();
            write!(text, "there {} on {} lines", duration(point.connected_ms()), point.connections).unwrap();
            for gap in point.gaps() {
                write!(text, ", gap {}–{}", time(gap.start), time(gap.end)).unwrap();
            }
            text.push('\n');
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn an_ordinary_morning() {
        check(
            "07:55:00 hub      joins on a
             08:02:11 lam-binh joins on b
             11:30:00 lam-binh leaves b
             11:31:00 attendance",
            expect![[r#"
                hub      came 07:55:00, is here, there 03:36:00 on 1 lines
                lam-binh came 08:02:11, left 11:30:00, there 03:27:49 on 1 lines
                phuc-yen never came
            "#]],
        );
    }

    #[test]
    fn a_reconnect_is_the_same_attendance_with_a_gap_since_the_last_sound() {
        check(
            "08:00:00 lam-binh joins on a
             08:31:40 lam-binh is-lost on a last heard 08:31:20
             08:32:05 lam-binh joins on b
             09:00:00 lam-binh leaves b
             10:00:00 attendance",
            expect![[r#"
                hub      never came
                lam-binh came 08:00:00, left 09:00:00, there 00:59:15 on 2 lines, gap 08:31:20–08:32:05
                phuc-yen never came
            "#]],
        );
    }

    #[test]
    fn two_devices_of_a_point_are_counted_once() {
        check(
            "08:00:00 lam-binh joins on camera
             08:10:00 lam-binh joins on slides
             08:20:00 lam-binh leaves camera
             08:30:00 lam-binh leaves slides
             09:00:00 attendance",
            expect![[r#"
                hub      never came
                lam-binh came 08:00:00, left 08:30:00, there 00:30:00 on 2 lines
                phuc-yen never came
            "#]],
        );
    }

    #[test]
    fn a_handover_to_a_newer_line_leaves_no_gap() {
        check(
            "08:00:00 lam-binh joins on a
             08:10:00 lam-binh is-replaced on a last heard 08:09:50
             08:10:00 lam-binh joins on b
             08:10:00 phuc-yen joins on c
             08:20:00 phuc-yen joins on d
             08:20:00 phuc-yen is-replaced on c last heard 08:19:00
             09:00:00 attendance",
            expect![[r#"
                hub      never came
                lam-binh came 08:00:00, is here, there 01:00:00 on 2 lines
                phuc-yen came 08:10:00, is here, there 00:50:00 on 2 lines
            "#]],
        );
    }

    #[test]
    fn a_killed_server_ends_every_stay_at_the_last_known_instant() {
        check(
            "08:00:00 hub      joins on a
             08:00:00 lam-binh joins on b
             08:04:00 lam-binh leaves b
             08:10:30 server recovers, last known 08:09:55
             08:10:40 hub      joins on c
             09:00:00 attendance",
            expect![[r#"
                hub      came 08:00:00, is here, there 00:59:15 on 2 lines, gap 08:09:55–08:10:40
                lam-binh came 08:00:00, left 08:04:00, there 00:04:00 on 1 lines
                phuc-yen never came
            "#]],
        );
    }

    #[test]
    fn a_line_never_ends_before_it_began_nor_after_its_end_was_told() {
        check(
            "08:00:00 hub      joins on a
             08:01:00 hub      is-lost on a last heard 07:00:00
             08:00:00 lam-binh joins on b
             08:01:00 lam-binh is-lost on b last heard 09:00:00
             08:02:00 phuc-yen joins on c
             08:03:00 server recovers, last known 08:01:00
             10:00:00 attendance",
            expect![[r#"
                hub      came 08:00:00, left 08:00:00, there 00:00:00 on 1 lines
                lam-binh came 08:00:00, left 08:01:00, there 00:01:00 on 1 lines
                phuc-yen came 08:02:00, left 08:02:00, there 00:00:00 on 1 lines
            "#]],
        );
    }

    #[test]
    fn what_fits_no_line_changes_nothing() {
        check(
            "07:59:00 hub      leaves a
             08:00:00 hub      joins on a
             08:05:00 hub      joins on a
             08:06:00 lam-binh leaves a
             08:07:00 stranger joins on z
             08:10:00 hub      leaves a
             08:20:00 hub      leaves a
             09:00:00 attendance",
            expect![[r#"
                hub      came 08:00:00, left 08:10:00, there 00:10:00 on 1 lines
                lam-binh never came
                phuc-yen never came
            "#]],
        );
    }

    #[test]
    fn a_clock_set_back_does_not_shorten_what_is_on_the_ledger() {
        check(
            "08:00:00 hub      joins on a
             09:00:00 lam-binh joins on b
             08:30:00 attendance",
            expect![[r#"
                hub      came 08:00:00, is here, there 01:00:00 on 1 lines
                lam-binh came 09:00:00, is here, there 00:00:00 on 1 lines
                phuc-yen never came
            "#]],
        );
    }

    #[test]
    fn recovery_is_called_for_exactly_when_a_line_is_open() {
        let event = |body| Event { seq: 1, at: Timestamp::from_millis(0), actor: Actor::System, body };
        let (place, connection): (Place, ParticipantSid) = (place("hub"), "a".parse().unwrap());
        let up = event(EventBody::LineUp {
            place: place.clone(),
            connection: connection.clone(),
            device: "Chrome".to_owned(),
        });
        let last_heard = Timestamp::from_millis(0);
        let down = event(EventBody::LineDown { place, connection, reason: DownReason::Left, last_heard });
        let recovered = event(EventBody::Recovered { last_known: last_heard });
        assert!(!leave_a_line_open([]));
        assert!(leave_a_line_open([&up]));
        assert!(!leave_a_line_open([&up, &down]));
        assert!(!leave_a_line_open([&up, &recovered]));
        assert!(leave_a_line_open([&up, &recovered, &up]));
    }

    const POINTS: [&str; 3] = ["hub", "lam-binh", "phuc-yen"];

    /// A random morning, sensible or not, in whole seconds: events in the order of their times, and an instant after.
    fn mornings() -> impl Strategy<Value = (Vec<Event>, Timestamp)> {
        let what = (0..POINTS.len(), 0..3_u8, 0..10_u8, -5..40_i64);
        let events = prop::collection::vec((0..12_i64, what), 0..40);
        (events, 0..30_i64).prop_map(|(steps, rest)| {
            let mut second = 0;
            let events = (1..).zip(steps).map(|(seq, (pause, (point, connection, action, ago)))| {
                second += pause;
                let place = place(POINTS[point]);
                let connection: ParticipantSid = connection.to_string().parse().unwrap();
                let past = Timestamp::from_millis((second - ago) * 1000);
                let body = match action {
                    0..=4 => EventBody::LineUp { place, connection, device: String::new() },
                    5..=6 => EventBody::LineDown { place, connection, reason: DownReason::Left, last_heard: past },
                    7..=8 => EventBody::LineDown { place, connection, reason: DownReason::Lost, last_heard: past },
                    _ => EventBody::Recovered { last_known: past },
                };
                Event { seq, at: Timestamp::from_millis(second * 1000), actor: Actor::System, body }
            });
            let events = events.collect();
            (events, Timestamp::from_millis((second + rest) * 1000))
        })
    }

    /// The same question answered another way: for each line that opens, look ahead for what ends it, and tick off on
    /// a timeline every instant (even cells) and every second between two instants (odd cells) that it covers.
    fn ticked(point: &str, events: &[Event], now: Timestamp) -> Vec<bool> {
        let second = |at: Timestamp| at.as_millis() / 1000;
        let mut cells = vec![false; usize::try_from(2 * second(now) + 1).unwrap()];
        let concerns = |event: &Event, line: &ParticipantSid| match &event.body {
            EventBody::LineUp { place: p, connection, .. } | EventBody::LineDown { place: p, connection, .. } => {
                *p == place(point) && connection == line
            }
            EventBody::Recovered { .. } => true,
            _ => false,
        };
        for (index, event) in events.iter().enumerate() {
            let EventBody::LineUp { place: p, connection, .. } = &event.body else { continue };
            let before = events[..index].iter().rev().find(|event| concerns(event, connection));
            let is_up = before.is_some_and(|event| matches!(event.body, EventBody::LineUp { .. }));
            if *p != place(point) || is_up {
                continue;
            }
            let end = events[index + 1..]
                .iter()
                .find(|event| concerns(event, connection) && !matches!(event.body, EventBody::LineUp { .. }))
                .map_or(second(now), |end| match &end.body {
                    EventBody::LineDown { reason: DownReason::Lost, last_heard: heard, .. }
                    | EventBody::Recovered { last_known: heard } => {
                        if heard < &event.at {
                            second(event.at)
                        } else if heard > &end.at {
                            second(end.at)
                        } else {
                            second(*heard)
                        }
                    }
                    _ => second(end.at),
                });
            for cell in 2 * second(event.at)..=2 * end {
                cells[usize::try_from(cell).unwrap()] = true;
            }
        }
        cells
    }

    /// The runs of ticked cells, as stays.
    fn runs(cells: &[bool]) -> Vec<Span> {
        let instant = |cell: usize| Timestamp::from_millis(i64::try_from(cell).unwrap() / 2 * 1000);
        let mut runs = Vec::new();
        let mut cell = 0;
        for run in cells.chunk_by(|a, b| a == b) {
            if run[0] {
                runs.push(Span { start: instant(cell), end: instant(cell + run.len() - 1) });
            }
            cell += run.len();
        }
        runs
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn the_fold_agrees_with_a_timeline_ticked_off_second_by_second((events, now) in mornings()) {
            let attendance = Attendance::fold(&meeting(&POINTS), &events, now);
            for point in attendance.points {
                let cells = ticked(point.point.as_str(), &events, now);
                let seconds = cells.iter().skip(1).step_by(2).filter(|covered| **covered).count();
                prop_assert_eq!(point.connected_ms(), 1000 * seconds as u64);
                prop_assert_eq!(point.stays, runs(&cells));
            }
        }

        #[test]
        fn stays_stand_in_order_apart_and_gaps_fill_what_is_between((events, now) in mornings()) {
            for point in Attendance::fold(&meeting(&POINTS), &events, now).points {
                prop_assert!(point.stays.iter().all(|stay| stay.start <= stay.end && stay.end <= now));
                prop_assert!(point.stays.windows(2).all(|pair| pair[0].end < pair[1].start));
                let gaps: Vec<Span> = point.gaps().collect();
                prop_assert_eq!(gaps.len(), point.stays.len().saturating_sub(1));
                if let (Some(first), Some(last)) = (point.stays.first(), point.stays.last()) {
                    let apart: u64 = gaps.iter().map(|gap| gap.millis()).sum();
                    let whole = last.end.millis_since(first.start);
                    prop_assert_eq!(point.connected_ms() + apart, whole);
                }
                prop_assert_eq!(point.last_left().is_none(), point.connected || point.stays.is_empty());
                prop_assert!(point.connections >= point.stays.len());
            }
        }
    }
}
