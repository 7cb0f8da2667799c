//! Two small meetings, held over HTTP on a server of its own process.

#![allow(dead_code, reason = "each test takes its part of it")]

use serde_json::{Value, json};

use crate::process::Process;

/// A plan of the province with one district and one commune.
pub fn plan(id: &str) -> Value {
    let point = |id: &str, parent: Value, name: &str| json!({ "id": id, "parent": parent, "level": "", "name": name, "room": "" });
    let delegate = |id: &str| json!({ "id": id, "name": "Nguyễn Văn An", "unit": "071", "point": "071" });
    json!({
        "id": id, "number": "125/GM-UBND", "title": "Hội nghị", "startsAt": "2021-10-19T01:00:00Z", "hub": "08",
        "points": [point("08", Value::Null, "Tỉnh"), point("071", json!("08"), "Huyện"), point("02233", json!("071"), "Xã")],
        "delegates": [delegate("d1"), delegate("d2")],
    })
}

/// Holds two meetings over two lives of a server, so that each chain is signed more than once: `a` with everything, which
/// is closed, and `b` with little, which is not.
pub async fn hold(start: impl Fn() -> Process) {
    let server = start();
    let administrator = server.administrator();
    for id in ["a", "b"] {
        let made = administrator.post("/meetings", &plan(id)).await.expect("an answer");
        assert_eq!(made.status, 201, "{made:?}");
        administrator.must(id, json!({ "do": "publish" })).await;
    }
    let mut changed = plan("a");
    changed["title"] = json!("Hội nghị trực tuyến");
    assert_eq!(administrator.put("/meetings/a", 1, &changed).await.status, 200);
    let (hub, point) = (server.seat("a", "hub"), server.seat("a", "point:071"));
    hub.must("a", json!({ "do": "begin-line-check" })).await;
    hub.must("a", json!({ "do": "open" })).await;
    for delegate in ["d1", "d2"] {
        point.must("a", json!({ "do": "call-roll", "delegate": delegate, "presence": { "is": "present" } })).await;
    }
    assert!(server.stop().success());

    let server = start();
    let (hub, point) = (server.seat("a", "hub"), server.seat("a", "point:071"));
    let vote =
        json!({ "do": "open-vote", "question": "Bầu?", "options": ["A", "B"], "secret": true, "by": "delegates" });
    hub.must("a", vote).await;
    for (delegate, choice) in [("d1", 0), ("d2", 1)] {
        let ballot = json!({ "do": "cast-ballot", "vote": 1, "voter": { "delegate": delegate }, "choice": choice });
        point.must("a", ballot).await;
    }
    hub.must("a", json!({ "do": "close-vote", "vote": 1 })).await;
    hub.must("a", json!({ "do": "announce", "text": "Kết luận" })).await;
    hub.must("a", json!({ "do": "close" })).await;
    server.seat("b", "hub").must("b", json!({ "do": "announce", "text": "Sẽ họp sau" })).await;
    assert!(server.stop().success());
}
