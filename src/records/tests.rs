//! The records on real files: what is acknowledged is kept, in order, whatever happens to the process or the disk.

use std::{fs, time::Duration};

use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tempfile::{TempDir, tempdir};

use super::*;
use crate::meeting::{DownReason, Place, test_meeting};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn up(point: &str, connection: &str) -> EventBody {
    EventBody::LineUp {
        place: Place::Point(point.parse().unwrap()),
        connection: connection.parse().unwrap(),
        device: "Chrome".to_owned(),
    }
}

fn down(point: &str, connection: &str) -> EventBody {
    EventBody::LineDown {
        place: Place::Point(point.parse().unwrap()),
        connection: connection.parse().unwrap(),
        reason: DownReason::Left,
        last_heard: at(0),
    }
}

fn seat(meeting: &Meeting, place: &str) -> Seat {
    Seat { meeting: meeting.id.clone(), place: place.parse().unwrap() }
}

/// Records in a new directory, with one meeting.
async fn records() -> (TempDir, Records, Meeting) {
    records_within(LIMITS).await
}

async fn records_within(limits: Limits) -> (TempDir, Records, Meeting) {
    let dir = tempdir().unwrap();
    let records = Records::open_within(dir.path(), at(0), limits).await.unwrap();
    let meeting = test_meeting();
    records.create_meeting(&meeting).await.unwrap();
    (dir, records, meeting)
}

/// A second way into the database, as an administrator's tool has it.
async fn tool(dir: &Path) -> SqliteConnection {
    dir::writing(dir).connect().await.unwrap()
}

/// What a server that was killed leaves behind: its files as they are at this moment.
fn killed(dir: &Path) -> TempDir {
    let copy = tempdir().unwrap();
    for file in ["diemcau.sqlite", "diemcau.sqlite-wal"] {
        fs::copy(dir.join(file), copy.path().join(file)).unwrap();
    }
    copy
}

#[tokio::test]
async fn what_is_appended_is_read_in_order() {
    let (_dir, records, meeting) = records().await;
    let first = records.append(&meeting.id, at(1_000), up("071", "PA_a")).await.unwrap();
    let second = records.append(&meeting.id, at(2_000), down("071", "PA_a")).await.unwrap();
    assert_eq!((first.seq, first.at), (1, at(1_000)));
    assert_eq!((second.seq, second.at), (2, at(2_000)));
    assert_eq!(records.events(&meeting.id).await.unwrap(), [first, second]);
}

#[tokio::test]
async fn an_acknowledged_event_is_seen_by_another_process_at_once() {
    let (dir, records, meeting) = records().await;
    let event = records.append(&meeting.id, at(1_000), up("071", "PA_a")).await.unwrap();
    let reader = Reader::open(dir.path()).await.unwrap();
    assert_eq!(reader.events(&meeting.id).await.unwrap(), [event]);
}

#[tokio::test]
async fn the_time_of_a_meeting_never_goes_back_though_the_clock_does() {
    let (dir, records, meeting) = records().await;
    let mut times = Vec::new();
    for ms in [5_000, 3_000, 4_000, 6_000] {
        times.push(records.append(&meeting.id, at(ms), up("071", "PA_a")).await.unwrap().at);
    }
    assert_eq!(times, [at(5_000), at(5_000), at(5_000), at(6_000)]);

    // … and not over a restart either.
    records.close().await;
    let records = Records::open(dir.path(), at(1_000)).await.unwrap();
    assert_eq!(records.append(&meeting.id, at(1_000), up("071", "PA_a")).await.unwrap().at, at(6_000));
}

#[tokio::test]
async fn concurrent_appends_leave_no_hole_in_the_sequence() {
    const TASKS: u64 = 40;
    const EACH: u64 = 25;
    let (_dir, records, meeting) = records().await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (records, meeting) = (records.clone(), meeting.id.clone());
            tokio::spawn(async move {
                let mut last = 0;
                for n in 0..EACH {
                    let event = records.append(&meeting, at(1), up("071", &format!("PA_{task}_{n}"))).await.unwrap();
                    assert!(event.seq > last, "a task's events keep its order");
                    last = event.seq;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let events = records.events(&meeting.id).await.unwrap();
    assert!(events.iter().map(|event| event.seq).eq(1..=TASKS * EACH));
}

#[tokio::test]
async fn an_event_of_an_unknown_meeting_is_refused_and_its_neighbours_are_written() {
    let (_dir, records, meeting) = records().await;
    let stranger: MeetingId = "nobody".parse().unwrap();
    let (before, refused, after) = tokio::join!(
        records.append(&meeting.id, at(1), up("071", "PA_a")),
        records.append(&stranger, at(1), up("071", "PA_b")),
        records.append(&meeting.id, at(1), up("071", "PA_c")),
    );
    assert!(matches!(refused, Err(RecordsError::UnknownMeeting(id)) if id == stranger));
    assert_eq!(records.events(&meeting.id).await.unwrap(), [before.unwrap(), after.unwrap()]);
}

#[tokio::test]
async fn an_overlong_event_is_refused() {
    let (_dir, records, meeting) = records().await;
    let body = EventBody::LineUp {
        place: "point:071".parse().unwrap(),
        connection: "PA_a".parse().unwrap(),
        device: "x".repeat(MAX_EVENT_BYTES),
    };
    let refused = records.append(&meeting.id, at(1), body).await;
    assert!(matches!(refused, Err(RecordsError::EventTooLong { .. })));
}

#[tokio::test]
async fn a_killed_server_loses_nothing_and_its_open_stays_end_at_the_last_known_instant() {
    let (dir, records, meeting) = records().await;
    records.append(&meeting.id, at(1_000), up("071", "PA_a")).await.unwrap();
    records.heartbeat(at(9_000)).await.unwrap();
    let before = records.events(&meeting.id).await.unwrap();

    let dir = killed(dir.path());
    let records = Records::open(dir.path(), at(60_000)).await.unwrap();
    let events = records.events(&meeting.id).await.unwrap();
    assert_eq!(events[..1], before);
    assert_eq!(events[1].at, at(60_000));
    assert_eq!(events[1].body, EventBody::Recovered { last_known: at(9_000) });

    // The lines are closed now: another start has nothing to recover.
    records.close().await;
    let records = Records::open(dir.path(), at(70_000)).await.unwrap();
    assert_eq!(records.events(&meeting.id).await.unwrap(), events);
}

#[tokio::test]
async fn an_event_after_the_last_heartbeat_is_a_sign_of_life() {
    let (dir, records, meeting) = records().await;
    records.heartbeat(at(2_000)).await.unwrap();
    records.append(&meeting.id, at(3_000), up("071", "PA_a")).await.unwrap();
    let records = Records::open(killed(dir.path()).path(), at(60_000)).await.unwrap();
    let last = records.events(&meeting.id).await.unwrap().pop().unwrap();
    assert_eq!(last.body, EventBody::Recovered { last_known: at(3_000) });
}

#[tokio::test]
async fn a_meeting_without_open_lines_needs_no_recovery() {
    let (dir, records, meeting) = records().await;
    records.append(&meeting.id, at(1_000), up("071", "PA_a")).await.unwrap();
    records.append(&meeting.id, at(2_000), down("071", "PA_a")).await.unwrap();
    let records = Records::open(killed(dir.path()).path(), at(60_000)).await.unwrap();
    assert_eq!(records.events(&meeting.id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_ledger_refuses_every_change_but_an_append() {
    let (dir, records, meeting) = records().await;
    for (ms, connection) in [(1_000, "PA_a"), (2_000, "PA_b")] {
        records.append(&meeting.id, at(ms), up("071", connection)).await.unwrap();
    }
    let before = records.events(&meeting.id).await.unwrap();
    let mut tool = tool(dir.path()).await;
    for statement in [
        "UPDATE events SET at_ms = 0",
        "UPDATE events SET seq = 9 WHERE seq = 2",
        "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events",
        "DELETE FROM meetings",
        "INSERT OR REPLACE INTO events (meeting, seq, at_ms, body) SELECT meeting, 1, 9000, '{}' FROM meetings",
        "INSERT INTO events (meeting, seq, at_ms, body) SELECT meeting, 4, 9000, '{}' FROM events",
        "INSERT INTO events (meeting, seq, at_ms, body) SELECT id, 3, 1999, '{}' FROM meetings",
        "INSERT INTO events (meeting, seq, at_ms, body) SELECT id, 3, 9000, 'no json' FROM meetings",
    ] {
        assert!(sqlx::query(statement).execute(&mut tool).await.is_err(), "{statement}");
    }
    assert_eq!(records.events(&meeting.id).await.unwrap(), before);
}

#[tokio::test]
async fn a_locked_database_delays_events_and_loses_none() {
    let limits = Limits { answer: Duration::from_millis(50), ..LIMITS };
    let (dir, records, meeting) = records_within(limits).await;
    let mut acknowledged = vec![records.append(&meeting.id, at(1), up("071", "PA_a")).await.unwrap()];

    let mut tool = tool(dir.path()).await;
    let lock = tool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let delayed = records.append(&meeting.id, at(2), up("071", "PA_b")).await;
    assert!(matches!(delayed, Err(RecordsError::Delayed(_))), "{delayed:?}");
    assert!(matches!(records.heartbeat(at(3)).await, Err(RecordsError::Delayed(_))));
    lock.rollback().await.unwrap();

    // With the lock gone, an append soon gets through, behind the delayed one.
    acknowledged.push(loop {
        match records.append(&meeting.id, at(4), up("071", "PA_c")).await {
            Ok(event) => break event,
            Err(RecordsError::Delayed(_)) => {}
            Err(error) => panic!("{error}"),
        }
    });
    let events = records.events(&meeting.id).await.unwrap();
    assert_eq!((&events[1].body, events[1].at), (&up("071", "PA_b"), at(2)));
    assert!(acknowledged.iter().all(|event| events.contains(event)));
}

#[tokio::test]
async fn a_full_queue_refuses_instead_of_growing() {
    let limits = Limits { answer: Duration::from_millis(300), close: Duration::ZERO };
    let (dir, records, meeting) = records_within(limits).await;
    let mut tool = tool(dir.path()).await;
    let lock = tool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let many = (0..2 * QUEUE).map(|n| records.append(&meeting.id, at(1), up("071", &format!("PA_{n}"))).into_future());
    let (mut kept, mut refused) = (0, 0);
    for result in futures_util::future::join_all(many).await {
        match result {
            Err(RecordsError::Delayed(_)) => kept += 1,
            Err(RecordsError::QueueFull(_)) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(kept >= QUEUE && refused > 0, "{kept} kept, {refused} refused");

    // What was said to be kept is written, and nothing else.
    lock.rollback().await.unwrap();
    while records.append(&meeting.id, at(2), down("071", "PA_0")).await.is_err() {}
    let ups = records.events(&meeting.id).await.unwrap().into_iter().filter(|event| event.at == at(1)).count();
    assert_eq!(ups, kept);
}

#[tokio::test]
async fn closing_waits_for_what_was_appended() {
    let (dir, records, meeting) = records().await;
    let (appended, ()) = tokio::join!(records.append(&meeting.id, at(1), up("071", "PA_a")), records.close());
    let event = appended.unwrap();
    assert!(matches!(records.append(&meeting.id, at(2), up("071", "PA_b")).await, Err(RecordsError::Closed)));
    assert!(matches!(records.heartbeat(at(3)).await, Err(RecordsError::Closed)));
    assert_eq!(Reader::open(dir.path()).await.unwrap().events(&meeting.id).await.unwrap(), [event]);
    records.close().await;
}

#[tokio::test]
async fn closing_gives_up_on_a_database_that_does_not_come_back() {
    let limits = Limits { answer: Duration::from_millis(50), close: Duration::from_millis(50) };
    let (dir, records, meeting) = records_within(limits).await;
    let mut tool = tool(dir.path()).await;
    let _lock = tool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert!(records.append(&meeting.id, at(1), up("071", "PA_a")).await.is_err());
    records.close().await;
}

#[tokio::test]
async fn a_second_server_on_the_same_directory_is_refused_until_the_first_ends() {
    let (dir, records, _) = records().await;
    let error = Records::open(dir.path(), at(1)).await.err().unwrap();
    assert!(error.to_string().contains("is in use by another server"), "{error}");
    records.close().await;
    Records::open(dir.path(), at(1)).await.unwrap();
}

#[tokio::test]
async fn a_schema_from_the_future_is_refused_untouched() {
    let (dir, records, _) = records().await;
    records.close().await;
    let mut tool = tool(dir.path()).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&mut tool)
    .await
    .unwrap();
    for error in [Records::open(dir.path(), at(1)).await.err().unwrap(), Reader::open(dir.path()).await.err().unwrap()]
    {
        assert!(error.to_string().contains("written by a newer version of diemcau"), "{error}");
    }
}

#[tokio::test]
async fn a_reader_needs_a_database_and_makes_none() {
    let dir = tempdir().unwrap();
    assert!(Reader::open(dir.path()).await.is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_directory_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempdir().unwrap();
    let dir = parent.path().join("deep/data");
    let _records = Records::open(&dir, at(0)).await.unwrap();
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_meeting_is_kept_as_it_was_made_over_a_restart() {
    let (dir, records, meeting) = records().await;
    let code = records.invite(&seat(&meeting, "point:071"), at(1)).await.unwrap();
    let event = records.append(&meeting.id, at(1), up("071", "PA_a")).await.unwrap();
    records.append(&meeting.id, at(2), down("071", "PA_a")).await.unwrap();
    records.close().await;

    let records = Records::open(dir.path(), at(3)).await.unwrap();
    assert_eq!(records.meetings().await.unwrap(), std::slice::from_ref(&meeting.id));
    assert_eq!(records.meeting(&meeting.id).await.unwrap(), Some(meeting.clone()));
    assert_eq!(records.meeting(&"nobody".parse().unwrap()).await.unwrap(), None);
    assert_eq!(records.redeem(&code).await.unwrap(), Some(seat(&meeting, "point:071")));
    assert_eq!(records.events(&meeting.id).await.unwrap()[0], event);
}

#[tokio::test]
async fn a_meeting_is_made_once_and_only_with_a_tree() {
    let (_dir, records, meeting) = records().await;
    let again = records.create_meeting(&meeting).await;
    assert!(matches!(again, Err(RecordsError::MeetingExists(id)) if id == meeting.id));

    let mut headless = Meeting { id: "m2".parse().unwrap(), ..test_meeting() };
    headless.points.clear();
    assert!(matches!(records.create_meeting(&headless).await, Err(RecordsError::Plan(_))));
    assert_eq!(records.meetings().await.unwrap(), [meeting.id]);
}

#[tokio::test]
async fn an_invite_opens_its_seat_until_it_is_revoked() {
    let (dir, records, meeting) = records().await;
    let host = seat(&meeting, "hub");
    let point = seat(&meeting, "point:08");
    let first = records.invite(&host, at(1)).await.unwrap();
    let second = records.invite(&host, at(2)).await.unwrap();
    let other = records.invite(&point, at(3)).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(records.redeem(&first).await.unwrap(), Some(host.clone()));
    assert_eq!(records.redeem(&second.to_lowercase().replace('-', " ")).await.unwrap(), Some(host.clone()));

    assert_eq!(records.revoke(&host, at(4)).await.unwrap(), 2);
    assert_eq!(records.revoke(&host, at(5)).await.unwrap(), 0);
    assert_eq!(records.redeem(&first).await.unwrap(), None);
    assert_eq!(records.redeem(&second).await.unwrap(), None);
    assert_eq!(records.redeem(&other).await.unwrap(), Some(point));
    assert_eq!(records.redeem("00000-00000").await.unwrap(), None);
    assert_eq!(records.redeem("not a code").await.unwrap(), None);

    // The codes themselves are nowhere in the files.
    records.close().await;
    let bytes = fs::read(dir.path().join("diemcau.sqlite")).unwrap();
    let spelled = first.replace('-', "");
    assert!(!bytes.windows(spelled.len()).any(|window| window == spelled.as_bytes()));
}

#[tokio::test]
async fn an_invite_to_no_seat_is_refused() {
    let (_dir, records, meeting) = records().await;
    let refused = records.invite(&seat(&meeting, "point:999"), at(1)).await;
    assert!(matches!(refused, Err(RecordsError::UnknownPlace { .. })));
}
