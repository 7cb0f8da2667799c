//! The directory over the interface alone: set up from a file, corrected by hand, put into a meeting.

use axum::http::{Method, StatusCode, header::ETAG};
use serde_json::{Value, json};

use super::{
    conduct_tests::Client,
    tests::{Answer, Site},
};
use crate::meeting::test_meeting;

const UNITS: &str = include_str!("../../config/sample/tuyen-quang-2021.csv");

impl Client<'_> {
    async fn put(&self, path: &str, revision: u32, body: &Value) -> Answer {
        self.call(Method::PUT, path, &[("if-match", &format!("\"{revision}\""))], &body.to_string()).await
    }

    async fn delete(&self, path: &str, revision: u32) -> Answer {
        self.call(Method::DELETE, path, &[("if-match", &format!("\"{revision}\""))], "").await
    }

    async fn import(&self, path: &str, revision: u32, file: impl AsRef<[u8]>) -> Answer {
        let etag = format!("\"{revision}\"");
        let name = "attachment; filename*=UTF-8''%C4%91%C6%A1n%20v%E1%BB%8B.csv";
        let headers = [("if-match", etag.as_str()), ("content-disposition", name), ("accept-language", "en")];
        self.call(Method::POST, &format!("/directory/import/{path}"), &headers, file).await
    }
}

#[tokio::test]
async fn a_province_is_previewed_and_applied_and_delegates_follow() {
    let site = Site::with(test_meeting()).await;
    let administrator = site.administrator().await;
    let empty = administrator.get("/directory").await;
    assert_eq!((empty.status, &empty.headers[ETAG]), (StatusCode::OK, &"\"0\"".parse().unwrap()));

    let preview = administrator.import("units/preview", 0, UNITS).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.body);
    assert_eq!(preview.headers[ETAG], "\"0\"");
    let preview = preview.json();
    assert_eq!(preview["counts"]["added"], 146);
    assert_eq!(preview["changes"].as_array().unwrap().len(), 146);
    assert_eq!(preview["changes"][0]["fields"][0], json!({ "column": "id", "before": null, "after": "08" }));

    let applied = administrator.import("units", 0, UNITS).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.body);
    assert_eq!((&applied.json()["revision"], &applied.json()["changes"]), (&json!(1), &Value::Null));
    let people = "Họ và tên;Chức vụ;Đơn vị;Ghi chú\nLò Thị Ánh;Chủ tịch UBND;071;\nMa Văn Bình;Bí thư;02233;x\n";
    let applied = administrator.import("delegates", 1, people).await.json();
    assert_eq!((&applied["counts"]["added"], &applied["ignoredColumns"]), (&json!(2), &json!(["Ghi chú"])));
    let again = administrator.import("delegates", 2, people).await.json();
    assert_eq!((&again["revision"], &again["counts"]["unchanged"]), (&json!(2), &json!(2)));
    assert_eq!(again["notices"][0]["code"], "matched");
    assert!(again["notices"][0]["detail"].as_str().unwrap().starts_with("2 rows have no id"), "{again}");

    let summary = administrator.get("/directory").await.json();
    assert_eq!((&summary["units"], &summary["delegates"]), (&json!(146), &json!(2)));
    assert_eq!(summary["levels"][2], json!({ "level": "commune", "count": 138 }));
    let changes = administrator.get("/directory/changes?limit=1").await.json();
    assert_eq!((&changes[0]["by"], &changes[0]["fileName"]), (&json!("So Noi vu"), &json!("đơn vị.csv")));
}

#[tokio::test]
async fn units_and_delegates_are_read_by_page_and_searched_without_diacritics() {
    let site = Site::with(test_meeting()).await;
    let administrator = site.administrator().await;
    administrator.import("units", 0, UNITS).await;
    let found = administrator.get("/directory/units?search=lam%20binh").await.json();
    assert_eq!(found["total"], 1);
    assert_eq!((&found["units"][0]["id"], &found["units"][0]["path"]), (&json!("071"), &json!(["Tỉnh Tuyên Quang"])));
    let children = administrator.get("/directory/units?under=08&depth=1&limit=3").await.json();
    assert_eq!((&children["total"], &children["next"]), (&json!(8), &json!("071")));
    let rest = administrator.get("/directory/units?under=08&depth=1&limit=100&after=071").await.json();
    assert_eq!((rest["units"].as_array().unwrap().len(), &rest["next"]), (5, &Value::Null));
    assert_eq!(administrator.get("/directory/units?under=999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(administrator.get("/directory/units/999").await.status, StatusCode::NOT_FOUND);

    let people = "Mã,Họ tên,Chức vụ,Đơn vị\nd1,Đặng Thị Ánh,Chủ tịch,071\nd2,Lò Ánh,Bí thư,02233\nd3,Ma Bình,,070\n";
    administrator.import("delegates", 1, people).await;
    let found = administrator.get("/directory/delegates?unit=071&below=true&search=anh").await;
    assert_eq!(found.json()["total"], 2);
    let etag = found.headers[ETAG].to_str().unwrap().to_owned();
    let path = "/directory/delegates?unit=071&below=true&search=anh";
    let known = administrator.call(Method::GET, path, &[("if-none-match", &etag)], "").await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let one = administrator.get("/directory/delegates/d2").await.json();
    assert_eq!((&one["unitName"], &one["retired"]), (&json!("Xã Phúc Yên"), &json!(false)));
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_in_the_clients_language() {
    let site = Site::with(test_meeting()).await;
    let administrator = site.administrator().await;
    let file = "Mã,Mã cấp trên,Cấp,Tên\n08,,Tỉnh,\n071,8,Huyện,Lâm Bình\n";
    let refused = administrator.import("units", 0, file).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    let problem = refused.json();
    assert_eq!((&problem["type"], &problem["errorCount"]), (&json!("urn:diemcau:problem:faults"), &json!(2)));
    assert_eq!(
        problem["errors"][1],
        json!({
            "row": 3, "column": "parent", "heading": "Mã cấp trên", "code": "unknown-unit", "id": "8", "known": "08",
            "detail": "there is no unit 8; do you mean 08?",
        })
    );
    let path = "/directory/import/units/preview";
    let vietnamese = administrator.call(Method::POST, path, &[], file).await.json();
    assert_eq!(vietnamese["errors"][0]["detail"], "bỏ trống");
    // The facts of a fault do not hide where it stands.
    let twice = administrator.import("units", 0, "Mã,Cấp,Tên\n08,Tỉnh,A\n09,Tỉnh,B\n08,Tỉnh,C\n").await.json();
    let fault = &twice["errors"][0];
    assert_eq!((&fault["row"], &fault["firstRow"], &fault["code"]), (&json!(4), &json!(2), &json!("twice")));
    assert_eq!(administrator.get("/directory").await.json()["units"], 0);
    assert_eq!(administrator.import("people", 0, file).await.status, StatusCode::NOT_FOUND);
    let large = "x".repeat(crate::directory::MAX_FILE_BYTES + 1);
    assert_eq!(administrator.import("units", 0, large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_slower_of_two_administrators_reads_again() {
    let site = Site::with(test_meeting()).await;
    let administrator = site.administrator().await;
    administrator.import("units", 0, UNITS).await;
    assert_eq!(administrator.import("units", 0, UNITS).await.status, StatusCode::PRECONDITION_FAILED);
    let unversioned = administrator.call(Method::POST, "/directory/import/units", &[], UNITS).await;
    assert_eq!(unversioned.status, StatusCode::PRECONDITION_REQUIRED);
    let unit = json!({ "id": "071", "parent": "08", "level": "district", "name": "Huyện Lâm Bình", "room": "P1" });
    let saved = administrator.put("/directory/units/071", 1, &unit).await;
    assert_eq!((saved.status, &saved.headers[ETAG]), (StatusCode::OK, &"\"2\"".parse().unwrap()));
    assert_eq!(saved.json()["unit"]["room"], "P1");
    assert_eq!(administrator.put("/directory/units/071", 1, &unit).await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(administrator.put("/directory/units/070", 2, &unit).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn units_and_delegates_are_added_once_changed_and_retired_by_hand() {
    let site = Site::with(test_meeting()).await;
    let administrator = site.administrator().await;
    let unit = |id: &str, parent: &str| json!({ "id": id, "parent": parent, "level": "xã", "name": id, "room": "" });
    let root = json!({ "id": "26", "level": "tỉnh", "name": "Tuyên Quang", "room": "" });
    let once = [("idempotency-key", "a")];
    for _ in 0..2 {
        let made = administrator.call(Method::POST, "/directory/units", &once, &root.to_string()).await;
        assert_eq!((made.status, &made.json()["revision"]), (StatusCode::CREATED, &json!(1)));
    }
    let twice = administrator.post("/directory/units", &root).await;
    assert_eq!((twice.status, &twice.json()["type"]), (StatusCode::CONFLICT, &json!("urn:diemcau:problem:exists")));
    administrator.post("/directory/units", &unit("00691", "26")).await;
    let circle = administrator.put("/directory/units/26", 2, &unit("26", "00691")).await;
    assert_eq!(circle.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(circle.json()["detail"], "Mã cấp trên: 26 nằm dưới chính nó: 26 < 00691.");

    let person = json!({ "name": "Nguyễn Văn An", "title": "Chủ tịch", "unit": "00691" });
    let made = administrator.post("/directory/delegates", &person).await.json();
    let id = made["delegate"]["id"].as_str().unwrap();
    assert!(id.starts_with("D-"), "{id}");
    let path = format!("/directory/delegates/{id}");
    let promoted = json!({ "id": id, "name": "Nguyễn Văn An", "title": "Bí thư", "unit": "26", "point": "00691" });
    assert_eq!(administrator.put(&path, 3, &promoted).await.json()["delegate"]["title"], "Bí thư");

    let used = administrator.delete("/directory/units/26", 4).await;
    assert_eq!((used.status, &used.json()["type"]), (StatusCode::CONFLICT, &json!("urn:diemcau:problem:in-use")));
    assert_eq!(administrator.delete(&path, 4).await.status, StatusCode::NO_CONTENT);
    assert_eq!(administrator.get(&path).await.json()["retired"], true);
    assert_eq!(administrator.delete("/directory/units/26?below=true", 5).await.headers[ETAG], "\"6\"");
    assert_eq!(administrator.get("/directory/units").await.json()["total"], 0);
    assert_eq!(administrator.get("/directory/units?retired=true").await.json()["total"], 2);
}

#[tokio::test]
async fn a_meeting_is_set_up_from_the_directory() {
    let site = Site::with(test_meeting()).await;
    let administrator = site.administrator().await;
    administrator.import("units", 0, UNITS).await;
    administrator.import("delegates", 1, "Mã,Họ tên,Đơn vị\nd1,An,071\nd2,Bình,02233\n").await;
    let wish = json!({ "hub": "08", "roots": ["071", "072"], "exclude": ["072"], "levels": ["district", "commune"] });
    let chosen = administrator.post("/directory/selection", &wish).await;
    assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.body);
    let chosen = chosen.json();
    let count = chosen["counts"]["points"].as_u64().unwrap();
    assert_eq!((&chosen["points"][0]["id"], &chosen["points"][1]["parent"]), (&json!("08"), &json!("08")));
    assert_eq!(
        chosen["delegates"][1],
        json!({ "id": "d2", "name": "Bình", "title": "", "unit": "02233", "point": "02233" })
    );
    let plan = json!({
        "id": "hop", "title": "Họp", "startsAt": "2021-10-19T01:00:00Z", "hub": "08",
        "points": chosen["points"], "delegates": chosen["delegates"],
    });
    assert_eq!(administrator.post("/meetings", &plan).await.status, StatusCode::CREATED);
    let kept = administrator.get("/meetings/hop").await.json();
    assert_eq!(kept["points"].as_array().unwrap().len() as u64, count);

    let unknown = administrator.post("/directory/selection", &json!({ "hub": "08", "roots": ["x"] })).await;
    assert_eq!(
        (unknown.status, &unknown.json()["detail"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("Danh bạ không có đơn vị x đang dùng."))
    );
}

#[tokio::test]
async fn what_is_exported_comes_back_without_a_change() {
    let site = Site::with(test_meeting()).await;
    let administrator = site.administrator().await;
    administrator.import("units", 0, UNITS).await;
    let file = administrator.get("/directory/export/units").await;
    assert!(file.body.starts_with("\u{feff}Mã,Mã cấp trên,Cấp,Tên,Phòng họp\r\n08,,province,"), "{}", file.body);
    let again = administrator.import("units?replace=true", 1, file.body).await.json();
    assert_eq!((&again["revision"], &again["counts"]["unchanged"]), (&json!(1), &json!(146)));
    let workbook = administrator.file("/directory/export/units?format=xlsx").await;
    let again = administrator.import("units?replace=true", 1, workbook).await.json();
    assert_eq!((&again["revision"], &again["counts"]["unchanged"]), (&json!(1), &json!(146)));
    assert_eq!(administrator.get("/directory/export/people").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_directory_is_for_administrators_alone() {
    let site = Site::with(test_meeting()).await;
    let hub = site.seated("hub").await;
    for path in
        ["/directory", "/directory/units", "/directory/delegates", "/directory/changes", "/directory/export/units"]
    {
        assert_eq!(hub.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/directory/units", "/directory/delegates", "/directory/selection", "/directory/import/units/preview"]
    {
        assert_eq!(hub.post(path, &json!({})).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(hub.import("units", 0, UNITS).await.status, StatusCode::FORBIDDEN);
    assert_eq!(hub.delete("/directory/units/08", 0).await.status, StatusCode::FORBIDDEN);
    let anybody = site.send(Method::GET, "/api/v1/directory", &[], "").await;
    assert_eq!(anybody.status, StatusCode::UNAUTHORIZED);
}
