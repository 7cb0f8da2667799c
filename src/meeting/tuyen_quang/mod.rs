//! The conference of 19 October 2021 in Tuyên Quang, for the tests of whatever a meeting goes through: its plan of 146
//! points and 301 delegates, its script, and what must be told of it, counted by hand.

mod core;
pub(crate) mod told;

use serde::Deserialize;

use self::core::Core;
use super::{
    AgendaItem, AgendaKind, Conference, Delegate, Document, Electorate, Event, Meeting, Point, Quorum, Rules,
    script::{self, Play},
};
use crate::{clock::Timestamp, ids::AgendaItemId};

/// The midnight of that day in Việt Nam.
pub const MIDNIGHT: Timestamp = Timestamp::from_millis(1_634_576_400_000);

const SCRIPT: &str = include_str!("2021-10-19.txt");
const UNITS: &[u8] = include_bytes!("../../../config/sample/tuyen-quang-2021.csv");
const DELEGATES: &[u8] = include_bytes!("../../../config/sample/tuyen-quang-2021-delegates.csv");
/// What the papers call the tiers that the list names in English.
const TIERS: [(&str, &str); 3] = [("province", "Tỉnh"), ("district", "Huyện"), ("commune", "Xã")];
/// In whose room the chairmen of its communes sit.
const LAM_BINH: &str = "071";

/// A line of the script, with what is said of it.
pub struct Item {
    pub line: &'static str,
    /// Why it is refused; none when it is not.
    pub refused: Option<&'static str>,
    /// What is asked after it, and what the answer is.
    pub asked: Vec<(&'static str, &'static str)>,
}

/// The acts in order, and what the papers must say after the last one.
pub struct Minutes {
    pub items: Vec<Item>,
    pub papers: Vec<(&'static str, &'static str)>,
}

pub fn minutes() -> Minutes {
    let mut items: Vec<Item> = Vec::new();
    for line in script::lines(SCRIPT) {
        match (line.strip_prefix("=>").map(str::trim), items.last_mut()) {
            (None, _) => items.push(Item { line, refused: None, asked: Vec::new() }),
            (Some(said), Some(item)) => match said.split_once(": ").expect("a question and its answer") {
                ("refused", why) => item.refused = Some(why),
                asked => item.asked.push(asked),
            },
            (Some(_), None) => panic!("nothing happened before {line}"),
        }
    }
    let papers = items.pop().filter(|last| last.line == "papers").expect("the script ends with its papers").asked;
    Minutes { items, papers }
}

#[derive(Deserialize)]
struct Unit {
    code: String,
    parent_code: String,
    level: String,
    name: String,
    room: String,
}

#[derive(Deserialize)]
struct Expected {
    id: String,
    name: String,
    title: String,
    unit: String,
}

fn rows<T: serde::de::DeserializeOwned>(text: &[u8]) -> Vec<T> {
    csv::Reader::from_reader(text).deserialize().collect::<Result<_, _>>().unwrap()
}

/// The plan: the whole tree of the province with the delegates of the sample.
pub fn plan() -> Meeting {
    let tier = |level: &str| TIERS.iter().find(|(english, _)| *english == level).unwrap().1.to_owned();
    let points = rows::<Unit>(UNITS).into_iter().map(|unit| Point {
        id: unit.code.parse().unwrap(),
        parent: (!unit.parent_code.is_empty()).then(|| unit.parent_code.parse().unwrap()),
        level: tier(&unit.level),
        name: unit.name,
        room: unit.room,
    });
    let points: Vec<Point> = points.collect();
    let of_lam_binh = |unit: &str| {
        let parent = points.iter().find(|point| point.id.as_str() == unit).and_then(|point| point.parent.as_ref());
        parent.is_some_and(|parent| parent.as_str() == LAM_BINH)
    };
    let delegates = rows::<Expected>(DELEGATES).into_iter().map(|one| {
        let sits_in = if of_lam_binh(&one.unit) && one.id.ends_with("-2") { LAM_BINH } else { &one.unit };
        Delegate {
            id: one.id.parse().unwrap(),
            point: sits_in.parse().unwrap(),
            unit: one.unit.parse().unwrap(),
            name: one.name,
            title: one.title,
        }
    });
    let item = |id, kind, title: &str, presenter: &str, point: Option<&str>, minutes| AgendaItem {
        id: AgendaItemId(id),
        kind,
        title: title.to_owned(),
        presenter: presenter.to_owned(),
        point: point.map(|point| point.parse().unwrap()),
        minutes,
        documents: Vec::new(),
    };
    let mut report =
        item(1, AgendaKind::Report, "Báo cáo công tác cải cách hành chính 9 tháng", "Sở Nội vụ", Some("08"), 20);
    let document = |title: &str| Document { title: title.to_owned(), link: String::new() };
    report.documents = vec![document("Nghị quyết số 76/NQ-CP"), document("Đề án Một cửa liên thông")];
    Meeting {
        id: "tuyen-quang-2021-10-19".parse().unwrap(),
        number: "125/GM-UBND".to_owned(),
        title: "Hội nghị trực tuyến về công tác cải cách hành chính".to_owned(),
        zone: "Asia/Ho_Chi_Minh".to_owned(),
        starts_at: MIDNIGHT.plus_millis(script::clock("8:00").as_millis()),
        hub: "08".parse().unwrap(),
        officers: serde_json::from_value(serde_json::json!({
            "chair": { "name": "Nguyễn Văn A", "title": "Chủ tịch UBND tỉnh" },
            "secretary": { "name": "Hoàng Văn C", "title": "Chánh Văn phòng UBND tỉnh" },
            "technician": { "name": "Trần Minh Đ", "title": "Trung tâm Công nghệ thông tin", "phone": "0207 3822 000" },
        }))
        .unwrap(),
        delegates: delegates.collect(),
        points,
        agenda: vec![
            report,
            item(2, AgendaKind::Discussion, "Thảo luận", "", None, 90),
            item(3, AgendaKind::Conclusion, "Phát biểu kết luận", "Chủ tịch UBND tỉnh", Some("08"), 0),
        ],
        rules: Rules {
            late_after_minutes: 15,
            quorum: Some(Quorum { of: Electorate::Delegates, percent: 67 }),
            ..Rules::default()
        },
    }
}

/// Asks a meeting, or what was drawn from it, what the script asks.
pub fn ask(told: &impl told::Told, asked: &[(&str, &str)]) {
    for (question, answer) in asked {
        assert_eq!(told::answer(told, question), *answer, "{question}");
    }
}

/// Asks a meeting under way.
pub fn ask_conference(conference: &Conference, events: &[Event], now: Timestamp, asked: &[(&str, &str)]) {
    ask(&Core { conference, events, now }, asked);
}

/// The whole conference on a clock of its own, with every number of the script checked.
pub fn played() -> Play {
    let Minutes { items, papers } = minutes();
    let mut play = Play::on(MIDNIGHT, plan());
    for Item { line, refused, asked } in items {
        let before = play.events.len();
        match (play.line(line), refused) {
            (Ok(_), None) => {}
            (Err(refusal), Some(why)) => {
                assert_eq!(refusal.to_string(), why, "{line}");
                assert_eq!(play.events.len(), before, "a refusal leaves no event: {line}");
            }
            (Err(refusal), None) => panic!("{line}\n  refused: {refusal}"),
            (Ok(events), Some(why)) => panic!("{line}\n  is not refused ({why}): {events:?}"),
        }
        ask_conference(&play.conference, &play.events, play.now, &asked);
    }
    ask_conference(&play.conference, &play.events, play.now, &papers);
    play
}

#[test]
fn the_conference_of_19_october_2021_goes_by_its_minutes() {
    let play = played();
    assert_eq!(play.conference.meeting().points.len(), 146);
    assert_eq!(play.conference.meeting().check(), Ok(()));
    assert!(play.events.is_sorted_by_key(|event| event.at), "no instant goes back");
    let numbered = play.events.iter().map(|event| event.seq).eq(1..=play.events.len() as u64);
    assert!(numbered, "each event has the next number");
}

#[test]
fn its_ledger_alone_brings_it_back_at_any_of_its_events() {
    let play = played();
    let replay = |events: &[Event]| Conference::replay(plan().into(), script::plan_ref(1), events);
    for cut in (0..play.events.len()).step_by(97) {
        let mut resumed = replay(&play.events[..cut]);
        play.events[cut..].iter().for_each(|event| resumed.apply(event));
        assert!(resumed == play.conference, "resumed after {cut}");
    }
}
