//! The directory on both databases: whole or not at all, one change after the other, nothing forgotten.

use super::*;
use crate::{
    directory::{DelegateFilter, UnitFilter},
    ids::DelegateId,
    records::testing::{Bed, Kind as On, at, on_both},
};

const UNITS: &[u8] = include_bytes!("../../config/sample/tuyen-quang-2021.csv");
const DELEGATES: &str = "Mã đại biểu,Họ tên,Chức vụ,Mã đơn vị,Mã điểm cầu\n\
    d1,Nguyễn Văn An,Chủ tịch UBND,02233,071\nd2,Nguyễn Văn An,Bí thư,02233,\n,Lò Thị Bình,,071,\n";

on_both! {
    a_province_is_imported_read_back_and_noted,
    the_slower_of_two_administrators_is_told,
    what_is_added_by_hand_needs_no_revision_and_is_there_once,
    a_file_with_a_fault_changes_nothing,
    nothing_is_deleted_and_the_journal_is_only_appended_to,
    a_directory_stays_over_a_restart_and_is_seen_by_others_at_once,
    a_child_before_its_parent_and_a_new_order_are_kept,
}

fn author(ms: i64) -> Author<'static> {
    Author { name: "Sở Nội vụ", at: at(ms) }
}

fn import(replace: bool) -> Import {
    Import { replace, now: at(9), fresh: DelegateId::random }
}

fn sheet(kind: Kind, bytes: &[u8]) -> Sheet {
    Sheet::read(kind, bytes).unwrap_or_else(|faults| panic!("{faults}"))
}

async fn take(store: &DirectoryStore, kind: Kind, bytes: &[u8]) -> Result<Proposal, DirectoryError> {
    store.import(sheet(kind, bytes), import(false), None, author(9), "ds.csv").await
}

/// Everything that is in use, as it is exported.
fn listed(directory: &Directory) -> (Vec<u8>, Vec<u8>) {
    let file = |kind| crate::directory::csv(directory, kind).unwrap();
    (file(Kind::Units), file(Kind::Delegates))
}

async fn a_province_is_imported_read_back_and_noted(on: On) {
    let bed = Bed::with_a_meeting(on).await;
    let store = bed.records.directory();
    assert_eq!(store.read().await.unwrap().revision(), 0);
    let units = take(&store, Kind::Units, UNITS).await.unwrap();
    let delegates = take(&store, Kind::Delegates, DELEGATES.as_bytes()).await.unwrap();
    let read = store.read().await.unwrap();
    assert_eq!((read.revision(), read.size()), (2, (146, 3)));
    assert_eq!(listed(&read), listed(&delegates.after));
    assert_eq!(read.units(), units.after.units());
    let d1 = read.delegate(&"d1".parse().unwrap()).unwrap();
    assert_eq!((d1.row.point.as_ref().unwrap().as_str(), d1.row.title.as_str()), ("071", "Chủ tịch UBND"));

    assert!(take(&store, Kind::Units, UNITS).await.unwrap().is_nothing());
    let noted = store.changes(None, 10).await.unwrap();
    assert_eq!(noted.len(), 2, "what changes nothing is not noted");
    assert_eq!((noted[0].revision, noted[0].of, noted[0].added), (2, Kind::Delegates, 3));
    assert_eq!((noted[1].by.as_str(), noted[1].at, noted[1].file_name.as_str()), ("Sở Nội vụ", at(9), "ds.csv"));
    assert_eq!(store.changes(Some(2), 10).await.unwrap(), noted[1..]);
}

async fn the_slower_of_two_administrators_is_told(on: On) {
    let bed = Bed::with_a_meeting(on).await;
    let store = bed.records.directory();
    take(&store, Kind::Units, UNITS).await.unwrap();
    let rename = |name: &str| {
        let read = crate::meeting::Point {
            id: "071".parse().unwrap(),
            parent: Some("08".parse().unwrap()),
            level: "district".to_owned(),
            name: name.to_owned(),
            room: String::new(),
        };
        Edit::PutUnit(read)
    };
    let after = store.edit(&rename("Huyện A"), Some(1), author(10)).await.unwrap();
    assert_eq!(after.revision(), 2);
    let late = store.edit(&rename("Huyện B"), Some(1), author(11)).await;
    assert!(matches!(late, Err(DirectoryError::Conflict { expected: 1, found: 2 })), "{late:?}");
    let late = store.import(sheet(Kind::Units, UNITS), import(false), Some(1), author(11), "").await;
    assert!(matches!(late, Err(DirectoryError::Conflict { expected: 1, found: 2 })));
    // Both have read the same revision before either writes.
    let before = store.read().await.unwrap();
    let of = |name: &str| before.edited(&rename(name), at(12)).unwrap();
    let note = |counts| Note { author: author(12), of: Kind::Units, subject: None, file_name: "", counts };
    let (a, b) = (of("Huyện C"), of("Huyện D"));
    let (note_a, note_b) = (note(before.changes_to(&a)), note(before.changes_to(&b)));
    let (first, second) = tokio::join!(store.apply(&before, &a, &note_a), store.apply(&before, &b, &note_b));
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(store.read().await.unwrap().revision(), 3);
}

async fn what_is_added_by_hand_needs_no_revision_and_is_there_once(on: On) {
    let bed = Bed::with_a_meeting(on).await;
    let store = bed.records.directory();
    take(&store, Kind::Units, UNITS).await.unwrap();
    let delegate = |id: &str| {
        Edit::AddDelegate(Delegate {
            id: id.parse().unwrap(),
            name: "An".to_owned(),
            title: String::new(),
            unit: "071".parse().unwrap(),
            point: None,
        })
    };
    let ids = ["a", "b", "c", "d"];
    let edits = ids.map(delegate);
    let added = futures_util::future::join_all(edits.iter().map(|edit| store.edit(edit, None, author(10)))).await;
    assert!(added.iter().all(Result::is_ok), "{added:?}");
    let filter = DelegateFilter { unit: Some("071".parse().unwrap()), ..DelegateFilter::default() };
    assert_eq!(store.read().await.unwrap().find_delegates(&filter, None, 10).unwrap().total, 4);
    let again = store.edit(&delegate("a"), None, author(11)).await;
    assert!(matches!(again, Err(DirectoryError::Refused(EditRefusal::Exists { .. }))));
    let noted = store.changes(None, 1).await.unwrap();
    assert_eq!((noted[0].revision, noted[0].added), (5, 1));
    assert!(ids.contains(&noted[0].subject.as_deref().unwrap()));
}

async fn a_file_with_a_fault_changes_nothing(on: On) {
    let bed = Bed::with_a_meeting(on).await;
    let store = bed.records.directory();
    let faulty = "Mã,Cấp,Tên,Mã cấp trên\n08,Tỉnh,Tuyên Quang,\n071,Huyện,Lâm Bình,99\n";
    assert!(matches!(take(&store, Kind::Units, faulty.as_bytes()).await, Err(DirectoryError::Faults(_))));
    assert_eq!(store.read().await.unwrap().size(), (0, 0));
    assert!(store.changes(None, 10).await.unwrap().is_empty());
}

async fn nothing_is_deleted_and_the_journal_is_only_appended_to(on: On) {
    let bed = Bed::with_a_meeting(on).await;
    let store = bed.records.directory();
    take(&store, Kind::Units, UNITS).await.unwrap();
    take(&store, Kind::Delegates, DELEGATES.as_bytes()).await.unwrap();
    for statement in [
        "DELETE FROM units WHERE id = '02233'",
        "DELETE FROM delegates",
        "DELETE FROM directory_changes",
        "UPDATE directory_changes SET by_whom = 'x'",
        "INSERT INTO directory_changes SELECT 1, at_ms, by_whom, of_what, subject, file_name, 0, 0, 0, 0 FROM directory_changes WHERE revision = 2",
    ] {
        let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut bed.tool().await).await;
        assert!(refused.is_err(), "{statement}");
    }
    let retire = Edit::RetireUnit { id: "071".parse().unwrap(), below: true };
    let retired = store.edit(&retire, Some(2), author(10)).await.unwrap();
    assert_eq!(retired.size().1, 0);
    assert_eq!(retired.units().len(), 146);
    let noted = store.changes(None, 1).await.unwrap();
    assert_eq!(noted[0].retired as usize, 146 - retired.size().0 + 3);
}

async fn a_directory_stays_over_a_restart_and_is_seen_by_others_at_once(on: On) {
    let bed = Bed::with_a_meeting(on).await;
    take(&bed.records.directory(), Kind::Units, UNITS).await.unwrap();
    let before = listed(&bed.records.directory().read().await.unwrap());
    let bed = bed.restart().await;
    let store = bed.records.directory();
    assert_eq!(listed(&store.read().await.unwrap()), before);

    // As the command line does while the server runs.
    let other = DirectoryStore::open(bed.store()).await.unwrap();
    take(&other, Kind::Delegates, DELEGATES.as_bytes()).await.unwrap();
    assert_eq!(store.read().await.unwrap().size(), (146, 3));
    other.close().await;
}

async fn a_child_before_its_parent_and_a_new_order_are_kept(on: On) {
    let bed = Bed::with_a_meeting(on).await;
    let store = bed.records.directory();
    let read = async || {
        let directory = store.read().await.unwrap();
        let found = directory.find_units(&UnitFilter::default(), None, 10).unwrap();
        found.page.iter().map(|view| view.unit.id.to_string()).collect::<Vec<_>>().join(" ")
    };
    take(&store, Kind::Units, "Mã,Cấp,Tên,Mã cấp trên\nc,3,C,b\nb,2,B,a\nx,2,X,a\na,1,A,\n".as_bytes()).await.unwrap();
    assert_eq!(read().await, "a b c x");
    take(&store, Kind::Units, "Mã,Cấp,Tên,Mã cấp trên\nx,2,X,a\nnew,2,N,a\nb,2,B,a\n".as_bytes()).await.unwrap();
    assert_eq!(read().await, "a x new b c");
}
