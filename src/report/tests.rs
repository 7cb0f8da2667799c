//! The report of a small morning, checked fact by fact, and the totals of random ones against another way of counting.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::{
    fixture::{at, plan_ref, provisional, report, source},
    *,
};
use crate::meeting::{EventBody, Place};

/// Checks rows, one a line.
fn check<T>(rows: &[T], told: impl Fn(&T) -> String, expected: Expect) {
    let mut text = String::new();
    for row in rows {
        writeln!(text, "{}", told(row)).unwrap();
    }
    expected.assert_eq(&text);
}

/// The time of the day.
fn time(moment: Moment) -> String {
    moment.local().strftime("%H:%M:%S").to_string()
}

fn act(act: &Act) -> String {
    format!("{} {}", time(act.at), act.by)
}

fn duration(ms: u64) -> String {
    format!("{}:{:02}", ms / 60_000, ms / 1000 % 60)
}

#[test]
fn the_roll_call_tells_of_everybody_with_who_said_it_and_when() {
    check(
        &report().delegates,
        |row| {
            let mut text = format!("{} {:?}: {:?}", row.delegate, row.listing, row.status);
            if let Some(confirmed) = &row.confirmed {
                write!(text, "; {}", act(&confirmed.act)).unwrap();
            }
            for (what, ms) in [("late by", row.late_ms), ("left early by", row.left_early_ms)] {
                if let Some(ms) = ms {
                    write!(text, "; {what} {}", duration(ms)).unwrap();
                }
            }
            if row.marks.len() > 1 {
                write!(text, "; {} marks", row.marks.len()).unwrap();
            }
            text
        },
        expect![[r#"
            d-chu-tich Planned: Present; 08:03:00 hub
            d-noi-vu Planned: Unconfirmed
            d-bi-thu Planned: Present; 08:02:00 point:071
            d-huyen Planned: Excused { reason: "Ốm" }; 08:03:00 hub
            d-phuc-yen Planned: Left; 09:58:00 point:071; late by 37:00; left early by 7:00; 2 marks
            d-xuan-lap Planned: Present; 08:03:00 secretary
            d-mot-cua Dropped: Present; 08:02:00 point:071
            added-1 Added: Present; 08:05:00 point:071
            d-thanh-pho Planned: Absent; 08:04:00 secretary
            d-van-phong Planned: Unconfirmed
        "#]],
    );
    let Report { total, points, units, .. } = report();
    expect![[r#"
        Totals {
            expected: 8,
            present: 3,
            proxy: 0,
            left: 1,
            excused: 1,
            absent: 1,
            unconfirmed: 2,
            added: 2,
            late: 1,
        }
    "#]]
    .assert_debug_eq(&total);
    check(
        &points,
        |row| format!("{} {:?}", row.point, row.roll),
        expect![[r#"
        08 Totals { expected: 2, present: 1, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: 1, added: 0, late: 0 }
        071 Totals { expected: 4, present: 2, proxy: 0, left: 1, excused: 1, absent: 0, unconfirmed: 0, added: 2, late: 1 }
        02233 Totals { expected: 0, present: 0, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: 0, added: 0, late: 0 }
        02242 Totals { expected: 0, present: 0, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: 0, added: 0, late: 0 }
        070 Totals { expected: 2, present: 0, proxy: 0, left: 0, excused: 0, absent: 1, unconfirmed: 1, added: 0, late: 0 }
    "#]],
    );
    check(
        &units,
        |row| {
            let (own, below) = (row.own, row.with_below);
            format!(
                "{}{} {} of {}, with those below {} of {}",
                "  ".repeat(usize::try_from(row.depth).unwrap()),
                row.name,
                own.attended(),
                own.expected,
                below.attended(),
                below.expected
            )
        },
        expect![[r#"
            Tỉnh Tuyên Quang 1 of 2, with those below 4 of 8
              Huyện Lâm Bình 1 of 2, with those below 3 of 4
                Xã Phúc Yên 1 of 1, with those below 1 of 1
                Xã Xuân Lập 1 of 1, with those below 1 of 1
              Thành phố Tuyên Quang 0 of 2, with those below 0 of 2
        "#]],
    );
}

#[test]
fn a_line_is_told_apart_from_those_who_sat_in_the_room() {
    check(
        &report().points,
        |row| {
            let LineFacts { stays, gaps, connected_ms, while_open_ms, connections, devices, .. } = &row.line;
            let spans = |spans: &[Interval]| -> Vec<String> {
                spans.iter().map(|span| format!("{}–{}", time(span.from), time(span.to))).collect()
            };
            let test = row.line_test.as_ref().map(|test| format!("{} {} {}", test.picture, test.sound, act(&test.act)));
            format!(
                "{} {:?} gaps {:?}, {} in all, {} while open, {connections} lines {devices:?}, test {test:?}",
                row.point,
                spans(stays),
                spans(gaps),
                duration(*connected_ms),
                duration(while_open_ms.unwrap()),
            )
        },
        expect![[r#"
            08 ["07:20:00–09:46:00", "09:50:10–10:05:00"] gaps ["09:46:00–09:50:10"], 160:50 in all, 120:50 while open, 2 lines ["Chrome"], test None
            071 ["07:30:00–08:09:35", "08:11:05–09:46:00", "09:50:20–10:05:00"] gaps ["08:09:35–08:11:05", "09:46:00–09:50:20"], 149:10 in all, 119:10 while open, 3 lines ["Chrome"], test Some("true true 07:46:00 point:071")
            02233 [] gaps [], 0:00 in all, 0:00 while open, 0 lines [], test None
            02242 ["07:31:00–09:46:00"] gaps [], 135:00 in all, 106:00 while open, 1 lines ["Chrome"], test None
            070 ["07:32:00–08:38:50", "08:41:00–09:46:00", "09:50:40–10:05:00"] gaps ["08:38:50–08:41:00", "09:46:00–09:50:40"], 146:10 in all, 118:10 while open, 3 lines ["Chrome"], test Some("true false 07:47:00 technician")
        "#]],
    );
}

#[test]
fn the_floor_tells_who_spoke_how_long_and_who_was_not_heard() {
    let report = report();
    check(
        &report.turns,
        |row| {
            let end = row.end.as_ref().unwrap();
            format!(
                "{} {} {:?}, asked {:?}, {} to {} {:?}, {} of {} s, over {:?}",
                row.place,
                row.speaker.name,
                row.subject,
                row.requested.map(time),
                act(&row.granted),
                time(end.at),
                end.how,
                duration(row.taken_ms),
                row.box_seconds,
                row.over_ms(),
            )
        },
        expect![[r#"
            point:071 Ma Văn Lập "Một cửa liên thông", asked Some("08:25:00"), 08:28:00 chair to 08:36:00 Returned, 8:00 of 420 s, over Some(60000)
            point:070 Vũ Đình Khôi "Chữ ký số", asked Some("08:26:00"), 08:38:00 chair to 08:39:00 LineLost, 1:00 of 180 s, over Some(0)
            point:070 Vũ Đình Khôi "Chữ ký số", asked Some("08:26:00"), 08:42:00 chair to 08:48:00 TakenBack, 6:00 of 180 s, over Some(180000)
            chair Nguyễn Văn Sơn "Kết luận", asked None, 09:36:00 chair to 09:46:00 LineLost, 10:00 of 0 s, over None
            chair Nguyễn Văn Sơn "Kết luận (tiếp)", asked None, 09:51:00 chair to 10:05:00 MeetingClosed, 14:00 of 0 s, over None
        "#]],
    );
    check(
        &report.unheard,
        |row| format!("{} {} {}: {:?}", time(row.asked), row.place, row.speaker.name, outcome(&row.outcome)),
        expect![[r#"
        08:26:00 point:02242 Chủ tịch xã: "skipped 08:40:00 chair Đã trình bày bằng văn bản"
        08:27:00 hub Lê Thị Hường: "meeting closed"
        09:55:00 point:070 Vũ Đình Khôi: "meeting closed"
    "#]],
    );
    check(
        &report.speaking,
        |row| format!("{} {} {}", row.place, row.turns, duration(row.taken_ms)),
        expect![[r#"
        chair 2 24:00
        point:071 1 8:00
        point:070 2 7:00
    "#]],
    );
}

fn outcome(outcome: &RequestOutcome) -> String {
    match outcome {
        RequestOutcome::Waiting => "waiting".to_owned(),
        RequestOutcome::Withdrawn { at } => format!("withdrawn {}", time(*at)),
        RequestOutcome::Skipped { act: skipped, reason } => format!("skipped {} {reason}", act(skipped)),
        RequestOutcome::Removed { at } => format!("removed {}", time(*at)),
        RequestOutcome::MeetingClosed => "meeting closed".to_owned(),
    }
}

#[test]
fn the_course_of_the_meeting_is_told_as_it_went() {
    let Report { life, chair_changes, agenda, removals, .. } = report();
    check(
        &life.plan_steps,
        |step| format!("{} {:?}", act(&step.act), step.change),
        expect![[r#"
        07:00:00 hub Published { plan: PlanRef { version: 1, sha256: "0101010101010101010101010101010101010101010101010101010101010101" } }
        09:18:00 system Changed { plan: PlanRef { version: 2, sha256: "0202020202020202020202020202020202020202020202020202020202020202" } }
    "#]],
    );
    check(
        &life.pauses,
        |pause| format!("{} {:?} to {:?}", act(&pause.act), pause.reason, pause.resumed.as_ref().map(act)),
        expect![[r#"
            08:50:00 chair "Giải lao" to Some("09:05:00 chair")
        "#]],
    );
    check(
        &life.outages,
        |outage| format!("{}–{}", time(outage.last_known), time(outage.recovered)),
        expect![[r#"
        09:46:00–09:50:00
    "#]],
    );
    assert_eq!((life.open_ms.map(duration), duration(life.paused_ms)), (Some("125:00".to_owned()), "15:00".to_owned()));
    check(
        &chair_changes,
        |row| format!("{} from {} to {}, handed over: {}", act(&row.act), row.from, row.to, row.handed_over),
        expect![[r#"
            09:31:00 secretary from chair to secretary, handed over: false
            09:33:00 secretary from secretary to chair, handed over: true
        "#]],
    );
    check(
        &agenda,
        |row| {
            let periods: Vec<String> =
                row.periods.iter().map(|p| format!("{}–{}", time(p.interval.from), time(p.interval.to))).collect();
            format!(
                "{} {:?}, planned {:?} for {} min, was {periods:?}, {}",
                row.item,
                row.title,
                row.planned_start.map(time),
                row.planned_minutes,
                duration(row.taken_ms())
            )
        },
        expect![[r#"
            1 "Báo cáo kết quả cải cách hành chính 9 tháng", planned Some("08:00:00") for 20 min, was ["08:01:00–08:22:00"], 21:00
            2 "Thảo luận", planned Some("08:20:00") for 40 min, was ["08:22:00–09:21:00"], 59:00
            4 "Giới thiệu Đề án một cửa", planned Some("09:00:00") for 10 min, was ["09:21:00–09:34:00"], 13:00
            3 "Phát biểu kết luận", planned Some("09:10:00") for 0 min, was ["09:35:00–10:05:00"], 30:00
        "#]],
    );
    check(
        &removals,
        |row| format!("{} {} {:?}, back {:?}", act(&row.act), row.place, row.reason, row.readmitted.as_ref().map(act)),
        expect![[r#"
            09:25:00 chair point:02242 "Gây ồn", back Some("09:27:00 chair")
        "#]],
    );
}

#[test]
fn a_correction_is_told_with_what_stood_before_and_changes_what_stands() {
    check(
        &report().corrections,
        |row| {
            format!(
                "{} corrects {} of {}, {}: {:?} became {:?}, {:?}, after the close: {}",
                row.seq,
                row.corrects,
                row.delegate,
                act(&row.act),
                row.old,
                row.new,
                row.reason,
                row.after_close
            )
        },
        expect![[r#"
            48 corrects 23 of d-xuan-lap, 09:06:00 secretary: Some(Absent) became Present, "Đến lúc 8 giờ 03, ghi nhầm", after the close: false
            87 corrects 24 of d-thanh-pho, 10:20:00 secretary: Some(Proxy { proxy: ProxyId(1) }) became Absent, "Người ký thay không phải đại biểu", after the close: true
            88 corrects 21 of d-huyen, 10:21:00 hub: Some(Excused { reason: "Ốm, có giấy xin phép" }) became Excused { reason: "Ốm" }, "Giấy xin phép ghi lý do ốm", after the close: true
        "#]],
    );
}

#[test]
fn a_secret_vote_names_the_voters_and_not_their_choice() {
    check(
        &report().votes,
        |row| {
            let options: Vec<String> =
                row.options.iter().map(|option| format!("{} {:?}", option.option, option.votes)).collect();
            let ballots: Vec<String> =
                row.ballots.iter().map(|ballot| format!("{:?} {:?}", ballot.voter, ballot.choice)).collect();
            let outcome = match &row.outcome {
                VoteOutcome::UnderWay => "under way".to_owned(),
                VoteOutcome::Closed { act: closed, eligible, present, quorum } => {
                    format!("closed {}, {present} of {eligible}, quorum {quorum:?}", act(closed))
                }
                VoteOutcome::Cancelled { act: cancelled, reason } => format!("cancelled {} {reason:?}", act(cancelled)),
            };
            format!("{} {:?} {options:?} {ballots:?} {outcome}", act(&row.opened), row.question)
        },
        expect![[r#"
            09:10:00 chair "Thông qua kế hoạch quý IV?" ["Tán thành Some(2)", "Không tán thành Some(1)", "Ý kiến khác Some(0)"] ["Point(PointId(\"02242\")) Some(1)", "Point(PointId(\"071\")) Some(0)", "Point(PointId(\"08\")) Some(0)"] closed 09:13:00 chair, 4 of 5, quorum Some(true)
            09:14:00 chair "Bầu thư ký tổ biên tập?" ["Bà Lan Some(1)", "Ông Huy Some(1)"] ["Delegate(DelegateId(\"d-bi-thu\")) None", "Delegate(DelegateId(\"d-thanh-pho\")) None"] closed 09:16:00 chair, 7 of 10, quorum Some(true)
            09:17:00 chair "Họp tiếp buổi chiều?" ["Có None", "Không None"] [] cancelled 09:18:00 chair "Không cần thiết"
        "#]],
    );
}

#[test]
fn a_closed_meeting_gives_the_same_report_whenever_it_is_asked_and_an_open_one_says_until_when() {
    let source = source(true);
    assert_eq!(Report::draw(&source, at("10:30")).unwrap(), Report::draw(&source, at("23:59")).unwrap());
    let (closed, open) = (report(), provisional());
    assert!(!closed.provisional && open.provisional);
    assert_eq!((time(closed.as_of), time(open.as_of)), ("10:21:00".to_owned(), "10:00:00".to_owned()));
    let last = open.points[1].line.stays.last().unwrap();
    assert_eq!((open.points[1].line.connected, time(last.to)), (true, "10:00:00".to_owned()));
    assert!(open.delegates.iter().all(|row| row.left_early_ms.is_none()), "early is known at the close");
    assert_eq!(open.unheard.last().unwrap().outcome, RequestOutcome::Waiting);
}

#[test]
fn a_draft_is_told_by_its_newest_plan_and_a_published_meeting_by_the_one_that_the_ledger_names() {
    let mut source = source(false);
    assert_eq!(report().meeting.plan.version, 2);
    source.events.truncate(1);
    assert_eq!(Report::draw(&source, at("7:01")).unwrap().meeting.plan, plan_ref(1), "the second is not in force");
    source.events.clear();
    let draft = Report::draw(&source, at("7:00")).unwrap();
    assert_eq!((draft.phase, draft.meeting.plan), (Phase::Draft, plan_ref(2)));
    assert!(draft.points.iter().all(|row| row.line.stays.is_empty()));
}

#[test]
fn who_an_earlier_plan_expected_and_the_roll_call_knows_is_not_lost() {
    let report = report();
    let row = report.delegates.iter().find(|row| row.delegate.as_str() == "d-mot-cua").unwrap();
    assert_eq!((row.listing, &row.status), (Listing::Dropped, &Status::Present));
    assert_eq!(report.total.expected, 8, "and is expected no more");
    assert_eq!(report.total.added, 2, "the one who was added, and this one");
}

#[test]
fn a_point_gets_its_own_rows_and_what_everybody_knows() {
    let report = report();
    let own = report.for_place(&"point:070".parse().unwrap()).unwrap();
    assert_eq!(own.scope, Scope::Point { point: "070".parse().unwrap() });
    let text = serde_json::to_string(&own).unwrap();
    for stranger in ["Ma Văn Lập", "d-bi-thu", "Chẩu Văn", "Hoàng Văn", "Đến lúc 8 giờ 03"] {
        assert!(!text.contains(stranger), "{stranger}");
    }
    assert_eq!(own.delegates.len(), 2);
    assert_eq!((own.total.expected, own.total.proxy), (2, 0));
    assert_eq!((own.points.len(), own.proxies.len(), own.corrections.len()), (1, 1, 1));
    assert_eq!((own.turns.len(), own.unheard.len()), (2, 1));
    assert_eq!(own.agenda, report.agenda);
    assert!(own.votes[0].ballots.is_empty() && own.votes[0].options == report.votes[0].options);

    let clerk = report.for_place(&"point:071".parse().unwrap()).unwrap();
    assert_eq!(clerk.votes[0].ballots.len(), 1, "its own");
    let delegate = report.for_place(&"delegate:d-bi-thu".parse().unwrap()).unwrap();
    assert_eq!((delegate.delegates.len(), delegate.points.len(), delegate.points[0].roll.expected), (1, 1, 1));
    assert_eq!(report.for_place(&Place::Secretary).unwrap(), report);
    assert_eq!(report.for_place(&"observer:bao".parse().unwrap()), None);
}

#[test]
fn a_ledger_that_no_server_wrote_is_refused_and_named() {
    let refused = |source: &Source| Report::draw(source, at("12:00")).unwrap_err().to_string();
    let mut missing = source(true);
    missing.plans.pop();
    let named = missing.events.iter().find(|event| matches!(event.body, EventBody::PlanChanged { .. })).unwrap().seq;
    assert_eq!(refused(&missing), format!("record {named} names version 2 of the plan, which is not there"));
    missing.plans.clear();
    missing.events.clear();
    assert_eq!(refused(&missing), "the ledger has no plan of the meeting");

    let mut timeless = source(true);
    timeless.events.last_mut().unwrap().at = Timestamp::from_millis(i64::MAX);
    let last = timeless.events.last().unwrap().seq;
    assert_eq!(refused(&timeless), format!("record {last} is of a time that no calendar has"));
}
