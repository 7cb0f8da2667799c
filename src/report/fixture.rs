//! A small meeting in which everything happens that a paper tells of: the morning of 19 October 2021 in Lâm Bình.

use std::sync::Arc;

use super::{Report, Source};
use crate::{
    clock::Timestamp,
    ledger::{chain, head::Head},
    meeting::{
        AgendaItem, AgendaKind, Delegate, Document, Electorate, Event, EventBody, Fact, Meeting, Officers, PlanRef,
        Point, Quorum, Rules, script::Play,
    },
};

/// Midnight of that day in Việt Nam. Scripts tell the time of the day from there.
pub const MIDNIGHT: Timestamp = Timestamp::from_millis(1_634_576_400_000);

pub fn at(clock: &str) -> Timestamp {
    MIDNIGHT.plus_millis(crate::meeting::script::clock(clock).as_millis())
}

pub fn point(id: &str, parent: Option<&str>, level: &str, name: &str, room: &str) -> Point {
    Point {
        id: id.parse().unwrap(),
        parent: parent.map(|parent| parent.parse().unwrap()),
        level: level.to_owned(),
        name: name.to_owned(),
        room: room.to_owned(),
    }
}

pub fn delegate(id: &str, name: &str, title: &str, unit: &str, point: &str) -> Delegate {
    Delegate {
        id: id.parse().unwrap(),
        name: name.to_owned(),
        title: title.to_owned(),
        unit: unit.parse().unwrap(),
        point: point.parse().unwrap(),
    }
}

fn item(number: u32, kind: AgendaKind, title: &str, presenter: &str, point: Option<&str>, minutes: u32) -> AgendaItem {
    AgendaItem {
        id: crate::ids::AgendaItemId(number),
        kind,
        title: title.to_owned(),
        presenter: presenter.to_owned(),
        point: point.map(|point| point.parse().unwrap()),
        minutes,
        documents: Vec::new(),
    }
}

/// The plan as it was published; `second_plan` is what became of it during the meeting.
pub fn first_plan() -> Meeting {
    let mut report =
        item(1, AgendaKind::Report, "Báo cáo kết quả cải cách hành chính 9 tháng", "Sở Nội vụ", Some("08"), 20);
    report.documents.push(Document {
        title: "Nghị quyết số 76/NQ-CP".to_owned(),
        link: "https://example.vn/76-nq-cp.pdf".to_owned(),
    });
    Meeting {
        id: "tq-2021-10-19".parse().unwrap(),
        number: "125/GM-UBND".to_owned(),
        title: "Hội nghị trực tuyến về cải cách hành chính".to_owned(),
        zone: "Asia/Ho_Chi_Minh".to_owned(),
        starts_at: at("8:00"),
        hub: "08".parse().unwrap(),
        officers: officers(),
        points: vec![
            point("08", None, "Tỉnh", "Tỉnh Tuyên Quang", "Hội trường lớn"),
            point("071", Some("08"), "Huyện", "Huyện Lâm Bình", "Phòng họp số 1, tầng 2"),
            point("02233", Some("071"), "Xã", "Xã Phúc Yên", "Nhà văn hóa"),
            point("02242", Some("071"), "Xã", "Xã Xuân Lập", "Phòng \"Một cửa\""),
            point("070", Some("08"), "Thành phố", "Thành phố Tuyên Quang", "Phòng họp trực tuyến"),
        ],
        delegates: vec![
            delegate("d-chu-tich", "Nguyễn Văn Sơn", "Chủ tịch UBND tỉnh", "08", "08"),
            delegate("d-noi-vu", "Lê Thị Hường", "Giám đốc Sở Nội vụ", "08", "08"),
            delegate("d-bi-thu", "Ma Văn Lập", "Bí thư Huyện ủy", "071", "071"),
            delegate("d-huyen", "Quan Thị Mý", "Chủ tịch UBND huyện", "071", "071"),
            delegate("d-mot-cua", "Nguyễn Văn An", "Phụ trách bộ phận Một cửa", "071", "071"),
            delegate("d-phuc-yen", "Nguyễn Văn An", "Chủ tịch UBND xã", "02233", "071"),
            delegate("d-xuan-lap", "Chẩu Văn Ựng", "Chủ tịch UBND xã", "02242", "071"),
            delegate("d-thanh-pho", "Phạm Thị Thu Hiền", "Chủ tịch UBND thành phố", "070", "070"),
            delegate("d-van-phong", "Đỗ Quang Huy", "Chánh Văn phòng", "070", "070"),
        ],
        agenda: vec![
            report,
            item(2, AgendaKind::Discussion, "Thảo luận", "", None, 40),
            item(3, AgendaKind::Conclusion, "Phát biểu kết luận", "Chủ tịch UBND tỉnh", Some("08"), 0),
        ],
        rules: Rules {
            late_after_minutes: 15,
            quorum: Some(Quorum { of: Electorate::Delegates, percent: 50 }),
            ..Rules::default()
        },
    }
}

fn officers() -> Officers {
    serde_json::from_value(serde_json::json!({
        "chair": { "name": "Nguyễn Văn Sơn", "title": "Chủ tịch UBND tỉnh" },
        "secretary": { "name": "Hoàng Thị Lan", "title": "Phó Chánh Văn phòng" },
        "technician": { "name": "Trần Minh Đức", "title": "Trung tâm Công nghệ thông tin" }
    }))
    .unwrap()
}

/// One who is no longer expected was confirmed before, an item was put in, and the city's office sends somebody else.
pub fn second_plan() -> Meeting {
    let mut plan = first_plan();
    plan.delegates.retain(|delegate| delegate.id.as_str() != "d-mot-cua");
    plan.agenda.insert(2, item(4, AgendaKind::Other, "Giới thiệu Đề án một cửa", "Trung tâm PVHCC", Some("071"), 10));
    plan
}

pub fn plan_ref(version: u32) -> PlanRef {
    PlanRef { version, sha256: format!("{version:02x}").repeat(32) }
}

const MORNING: &str = r#"
    07:00 hub publish
    07:20 hub joins on h
    07:25 chair joins on c
    07:26 secretary joins on s
    07:30 071 joins on a
    07:31 02242 joins on x
    07:32 070 joins on t
    07:40 technician joins on k
    07:45 technician begin-line-check
    07:46 point:071 report-line point=071 picture=true sound=true
    07:47 technician report-line point=070 picture=true sound=false note="Mất tiếng, đang khắc phục"
    07:50 point:070 request-proxy delegate=d-thanh-pho substitute="Vũ Đình Khôi" reason="Đi công tác"
    07:51 point:071 request-proxy delegate=d-bi-thu substitute="Ma Thị Bích" reason="Bận"
    07:52 chair approve-proxy proxy=1
    07:53 chair refuse-proxy proxy=2 reason="Phải dự họp"
    07:55 secretary announce text="Hội nghị bắt đầu lúc 8 giờ; đề nghị các điểm cầu tắt micro."
    08:00 chair open
    08:01 chair start-item item=1
    08:02 point:071 call-roll delegate=d-bi-thu presence=present
    08:02 point:071 call-roll delegate=d-mot-cua presence=present
    08:03 point:071 call-roll delegate=d-huyen presence="excused:Ốm, có giấy xin phép"
    08:03 hub call-roll delegate=d-chu-tich presence=present
    08:03 point:071 call-roll delegate=d-xuan-lap presence=absent
    08:04 point:070 call-roll delegate=d-thanh-pho presence=proxy:1
    08:05 point:071 add-delegate name="Hoàng Văn Dũng (Út)" title="Chuyên viên" unit=071 point=071
    08:05 point:071 call-roll delegate=added-1 presence=present
    08:10 071 is lost on a since 08:09:35
    08:11:05 071 joins on a2
    08:22 chair finish-item item=1
    08:22 chair start-item item=2
    08:25 point:071 request-floor speaker="Ma Văn Lập" subject="Một cửa liên thông"
    08:26 point:070 request-floor speaker="Vũ Đình Khôi" subject="Chữ ký số"
    08:26 point:02242 request-floor speaker="Chủ tịch xã"
    08:27 hub request-floor speaker="Lê Thị Hường" subject="Tổng hợp"
    08:28 chair grant-floor request=1 seconds=300
    08:32 chair extend-floor seconds=120
    08:36 point:071 return-floor
    08:37 point:071 call-roll delegate=d-phuc-yen presence=present
    08:38 chair grant-floor request=2 seconds=180
    08:39 070 is lost on t since 08:38:50
    08:40 chair skip-request request=3 reason="Đã trình bày bằng văn bản"
    08:41 070 joins on t2
    08:42 chair grant-floor request=2 seconds=180
    08:48 chair take-floor-back
    08:50 chair pause reason="Giải lao"
    09:05 chair resume
    09:06 secretary correct-roll corrects=@d-xuan-lap presence=present reason="Đến lúc 8 giờ 03, ghi nhầm"
    09:10 chair open-vote question="Thông qua kế hoạch quý IV?" options="Tán thành/Không tán thành/Ý kiến khác" by=points needsQuorum=true
    09:11 point:071 cast-ballot vote=1 voter=point:071 choice=0
    09:11 point:02242 cast-ballot vote=1 voter=point:02242 choice=1
    09:12 hub cast-ballot vote=1 voter=point:08 choice=0
    09:13 chair close-vote vote=1
    09:14 chair open-vote question="Bầu thư ký tổ biên tập?" options="Bà Lan/Ông Huy" by=delegates secret=true
    09:15 point:071 cast-ballot vote=2 voter=delegate:d-bi-thu choice=0
    09:15 point:070 cast-ballot vote=2 voter=delegate:d-thanh-pho choice=1
    09:16 chair close-vote vote=2
    09:17 chair open-vote question="Họp tiếp buổi chiều?" options="Có/Không" by=points
    09:18 chair cancel-vote vote=3 reason="Không cần thiết"
"#;

const AFTER_THE_CHANGE: &str = r#"
    09:21 chair finish-item item=2
    09:21 chair start-item item=4
    09:25 chair remove place=point:02242 reason="Gây ồn"
    09:27 chair readmit place=point:02242
    09:30 chair is lost on c since 09:29:40
    09:31 secretary take-over
    09:32 chair joins on c2
    09:33 secretary hand-over to=chair
    09:34 chair finish-item item=4
    09:35 chair start-item item=3
    09:36 chair give-floor place=chair speaker="Nguyễn Văn Sơn" subject="Kết luận"
    09:50 server recovers, alive until 09:46
    09:50:10 hub joins on h2
    09:50:12 chair joins on c3
    09:50:20 071 joins on a3
    09:50:40 070 joins on t3
    09:51 chair give-floor place=chair speaker="Nguyễn Văn Sơn" subject="Kết luận (tiếp)"
    09:55 point:070 request-floor speaker="Vũ Đình Khôi" subject="Xin có ý kiến thêm"
    09:58 point:071 call-roll delegate=d-phuc-yen presence=left
"#;

const CLOSE: &str = r#"
    10:05 chair close
"#;

const AFTER: &str = r#"
    10:20 secretary correct-roll corrects=@d-thanh-pho presence=absent reason="Người ký thay không phải đại biểu"
    10:21 hub correct-roll corrects=@d-huyen presence="excused:Ốm" reason="Giấy xin phép ghi lý do ốm"
"#;

/// The meeting until 9:58, and what happened after.
pub fn source(closed: bool) -> Source {
    let mut play = Play::new(first_plan());
    play.conference.set_plan(Arc::new(first_plan()), plan_ref(1));
    play.play(MORNING);
    play.conference.set_plan(Arc::new(second_plan()), plan_ref(2));
    play.fact(&Fact::PlanChanged(plan_ref(2)));
    play.play(AFTER_THE_CHANGE);
    if closed {
        play.play(CLOSE);
        for (place, connection) in [("hub", "h2"), ("point:071", "a3"), ("point:070", "t3"), ("chair", "c3")] {
            play.fact(&Fact::LineDown {
                place: place.parse().unwrap(),
                connection: connection.parse().unwrap(),
                reason: crate::meeting::DownReason::MeetingClosed,
                last_heard: crate::meeting::script::clock("10:05"),
            });
        }
        play.play(AFTER);
    }
    source_of(vec![(first_plan(), plan_ref(1)), (second_plan(), plan_ref(2))], play.events)
}

/// A ledger of events whose times count from the midnight of the script.
pub fn source_of(plans: Vec<(Meeting, PlanRef)>, mut events: Vec<Event>) -> Source {
    let shift = |at: Timestamp| at.plus_millis(MIDNIGHT.as_millis());
    for event in &mut events {
        event.at = shift(event.at);
        match &mut event.body {
            EventBody::LineDown { last_heard: inner, .. } | EventBody::Recovered { last_known: inner } => {
                *inner = shift(*inner);
            }
            _ => {}
        }
    }
    let node: crate::ids::NodeId = "N-tuyenquang".parse().unwrap();
    let heads = events.last().map(|last| Head {
        node: node.clone(),
        seq: last.seq,
        at: last.at,
        hash: chain::genesis(&plans[0].0.id, &node),
        signed_through: last.seq - 1,
    });
    Source {
        plans: plans.into_iter().map(|(meeting, plan)| (Arc::new(meeting), plan)).collect(),
        events,
        heads: heads.into_iter().collect(),
        node,
    }
}

/// The report of the meeting after its close.
pub fn report() -> Report {
    Report::draw(&source(true), at("12:00")).unwrap()
}

/// The report at 10 o'clock, while the meeting is under way.
pub fn provisional() -> Report {
    Report::draw(&source(false), at("10:00")).unwrap()
}
