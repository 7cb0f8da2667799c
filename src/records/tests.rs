//! The records on real files and on a real PostgreSQL: what is acknowledged is kept, in order, whatever happens to the
//! process or the disk.

use std::{fs, time::Duration};

use futures_util::future::join_all;
use sqlx::AssertSqlSafe;

use super::{testing::*, *};
use crate::{
    ids::PointId,
    ledger::chain::{self, Record},
    meeting::{Actor, DownReason, EventBody, Phase, Place, Seat, test_meeting},
};

fn down(point: &str, connection: &str) -> EventBody {
    EventBody::LineDown {
        place: Place::Point(point.parse().unwrap()),
        connection: connection.parse().unwrap(),
        reason: DownReason::Left,
        last_heard: at(0),
    }
}

fn seat(meeting: &Meeting, place: &str) -> Opening {
    Opening::Seat(Seat { meeting: meeting.id.clone(), place: place.parse().unwrap() })
}

on_both! {
    what_is_appended_is_read_in_order,
    who_did_it_and_every_character_of_it_is_kept,
    an_acknowledged_event_is_seen_by_another_process_at_once,
    an_event_out_of_order_is_refused_and_its_neighbours_are_written,
    events_of_one_decision_are_written_together_or_not_at_all,
    many_meetings_append_side_by_side_and_none_has_a_hole,
    an_event_of_an_unknown_meeting_is_refused_and_its_neighbours_are_written,
    an_overlong_event_is_refused,
    a_meeting_with_open_lines_is_known_after_a_crash_with_the_last_known_instant,
    what_was_read_of_invites_and_answers_holds_while_the_database_does_not_answer,
    the_ledger_refuses_every_change_but_an_append,
    the_events_of_a_meeting_are_one_chain_over_restarts,
    a_chain_with_news_is_signed_every_minute,
    a_chain_is_signed_when_its_meeting_is_closed_and_when_the_server_ends,
    a_locked_database_delays_events_and_loses_none,
    what_is_handed_over_while_the_database_is_locked_is_written_later_in_order,
    what_waits_is_bounded_and_commands_are_turned_away_before_facts,
    closing_waits_for_what_was_appended,
    closing_gives_up_on_a_database_that_does_not_come_back,
    a_second_server_on_the_same_records_is_refused_until_the_first_ends,
    a_schema_from_the_future_is_refused_untouched,
    a_schema_of_an_unreleased_version_is_refused,
    a_reader_needs_a_database_and_makes_none,
    a_meeting_is_kept_as_it_was_made_over_a_restart,
    a_meeting_is_made_once_and_only_with_a_tree,
    every_version_of_a_plan_is_kept_and_the_slower_of_two_writers_is_told,
    a_report_is_drawn_from_the_plans_that_the_ledger_names_and_prints_the_head_of_its_last_event,
    the_meetings_are_listed_page_by_page,
    the_list_of_meetings_says_what_each_has_come_to,
    a_ballot_is_counted_with_its_event_and_never_by_whom,
    an_invite_opens_its_seat_until_it_is_revoked_or_made_anew,
    a_check_in_code_opens_no_seat_and_lives_beside_the_seats_own,
    an_invite_to_no_seat_is_refused_and_takes_the_others_with_it,
    an_answer_is_remembered_for_a_day_and_the_first_one_stays,
}

async fn what_is_appended_is_read_in_order(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let events = [event(1, 1_000, up("071", "PA_a")), event(2, 2_000, down("071", "PA_a"))];
    for event in &events {
        bed.append(event).await.unwrap();
    }
    assert_eq!(bed.events().await, events);
    assert_eq!(bed.records.events_after(&bed.meeting.id, 1, 10).await.unwrap(), events[1..]);
    assert_eq!(bed.records.events_after(&bed.meeting.id, 0, 1).await.unwrap(), events[..1]);
    let head = bed.records.head(&bed.meeting.id).await.unwrap().unwrap();
    assert_eq!((head.seq, head.at), (2, at(2_000)));
    assert_eq!(bed.records.head(&"nobody".parse().unwrap()).await.unwrap(), None);
}

async fn who_did_it_and_every_character_of_it_is_kept(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let text = "Đề nghị \"Lâm Bình\" \u{1F600} 'x'; -- \\ \u{0} \u{7f}\n$1 ?".to_owned();
    let event = Event {
        seq: 1,
        at: at(i64::from(i32::MAX)),
        actor: Actor::Administrator("Văn phòng UBND".to_owned()),
        body: EventBody::Announced { text },
    };
    bed.append(&event).await.unwrap();
    assert_eq!(bed.events().await, [event]);
}

async fn an_acknowledged_event_is_seen_by_another_process_at_once(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let event = event(1, 1_000, up("071", "PA_a"));
    bed.append(&event).await.unwrap();
    let reader = Reader::open(bed.store()).await.unwrap();
    assert_eq!(reader.events(&bed.meeting.id).await.unwrap(), [event]);
}

async fn an_event_out_of_order_is_refused_and_its_neighbours_are_written(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let first = event(1, 5_000, up("071", "PA_a"));
    let second = event(2, 5_000, up("071", "PA_b"));
    let strays =
        [event(3, 5_000, up("071", "PA_x")), event(1, 5_000, up("071", "PA_x")), event(2, 4_999, up("071", "PA_x"))];
    let (a, gap, again, back, b) = tokio::join!(
        bed.append(&first),
        bed.append(&strays[0]),
        bed.append(&strays[1]),
        bed.append(&strays[2]),
        bed.append(&second),
    );
    assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
    for refused in [gap, again, back] {
        assert!(matches!(refused, Err(RecordsError::OutOfOrder { last_seq: 1, .. })), "{refused:?}");
    }
    assert_eq!(bed.events().await, [first, second]);

    // … and not over a restart either.
    let bed = bed.restart().await;
    let refused = bed.append(&event(1, 6_000, up("071", "PA_c"))).await;
    assert!(matches!(refused, Err(RecordsError::OutOfOrder { last_seq: 2, .. })), "{refused:?}");
    let refused = bed.append(&event(3, 1_000, up("071", "PA_c"))).await;
    assert!(matches!(refused, Err(RecordsError::OutOfOrder { .. })), "{refused:?}");
    bed.append(&event(3, 6_000, up("071", "PA_c"))).await.unwrap();
}

async fn events_of_one_decision_are_written_together_or_not_at_all(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let whole = [event(1, 1, up("071", "PA_a")), event(2, 1, up("071", "PA_b"))];
    bed.records.append_all(&bed.meeting.id, &whole, None).await.unwrap();
    let torn = [event(3, 1, up("071", "PA_c")), event(5, 1, up("071", "PA_d"))];
    let refused = bed.records.append_all(&bed.meeting.id, &torn, Some((VoteId(1), 0))).await;
    assert!(matches!(refused, Err(RecordsError::OutOfOrder { seq: 5, .. })), "{refused:?}");
    assert_eq!(bed.events().await, whole);
    assert!(bed.records.ballots(&bed.meeting.id).await.unwrap().is_empty());
    bed.records.append_all(&bed.meeting.id, &[], None).await.unwrap();
}

async fn many_meetings_append_side_by_side_and_none_has_a_hole(kind: Kind) {
    const MEETINGS: u64 = 8;
    const EACH: u64 = 100;
    let bed = Bed::with_a_meeting(kind).await;
    let tasks = (0..MEETINGS).map(async |n| {
        let meeting = Meeting { id: format!("m{n}").parse().unwrap(), ..test_meeting() };
        bed.records.create_meeting(&meeting).await.unwrap();
        let submitted = (1..=EACH)
            .map(|seq| bed.records.submit(&meeting.id, &[event(seq, 1, up("071", "PA_a"))], None).unwrap())
            .map(Submitted::durable);
        for result in join_all(submitted).await {
            result.unwrap();
        }
        let events = bed.records.events(&meeting.id).await.unwrap();
        assert!(events.iter().map(|event| event.seq).eq(1..=EACH));
    });
    join_all(tasks).await;
}

async fn an_event_of_an_unknown_meeting_is_refused_and_its_neighbours_are_written(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let stranger: MeetingId = "nobody".parse().unwrap();
    let events = [event(1, 1, up("071", "PA_a")), event(2, 1, up("071", "PA_c"))];
    let (before, refused, after) = tokio::join!(
        bed.append(&events[0]),
        bed.records.append(&stranger, event(1, 1, up("071", "PA_b")), None),
        bed.append(&events[1]),
    );
    assert!(matches!(refused, Err(RecordsError::UnknownMeeting(id)) if id == stranger));
    assert!(before.is_ok() && after.is_ok());
    assert_eq!(bed.events().await, events);
}

async fn an_overlong_event_is_refused(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let body = EventBody::Announced { text: "x".repeat(MAX_EVENT_BYTES) };
    let refused = bed.append(&event(1, 1, body)).await;
    assert!(matches!(refused, Err(RecordsError::EventTooLong { .. })));
}

async fn a_meeting_with_open_lines_is_known_after_a_crash_with_the_last_known_instant(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    assert_eq!(bed.records.last_known(), None);
    bed.append(&event(1, 1_000, up("071", "PA_a"))).await.unwrap();
    bed.records.heartbeat(at(9_000)).await.unwrap();

    let bed = bed.crash().await;
    assert_eq!(bed.records.last_known(), Some(at(9_000)));
    assert_eq!(bed.records.open_meetings().await.unwrap(), std::slice::from_ref(&bed.meeting.id));

    // A server that ends while it starts was not there for the lines, whatever it wrote meanwhile.
    bed.records.heartbeat(at(50_000)).await.unwrap();
    bed.append(&event(2, 55_000, EventBody::Announced { text: "Đang nối lại".to_owned() })).await.unwrap();
    let bed = bed.crash().await;
    assert_eq!(bed.records.last_known(), Some(at(9_000)));
    bed.append(&event(3, 60_000, EventBody::Recovered { last_known: at(9_000) })).await.unwrap();
    assert_eq!(bed.records.open_meetings().await.unwrap(), []);
    bed.records.recovered();

    // An event after the last heartbeat is a sign of life as well.
    bed.append(&event(4, 70_000, up("071", "PA_b"))).await.unwrap();
    bed.append(&event(5, 80_000, down("071", "PA_b"))).await.unwrap();
    let bed = bed.crash().await;
    assert_eq!(bed.records.last_known(), Some(at(80_000)));
    assert_eq!(bed.records.open_meetings().await.unwrap(), []);
    assert_eq!(bed.events().await.len(), 5);
}

async fn what_was_read_of_invites_and_answers_holds_while_the_database_does_not_answer(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let (records, meeting) = (&bed.records, &bed.meeting.id);
    let [point, hub, room] = ["point:071", "hub", "point:02233"].map(|place| seat(&bed.meeting, place));
    let mut codes = records.invite_all(&[point.clone(), hub.clone(), room.clone()], at(1_000)).await.unwrap();
    let (unread, revoked, code) = (codes.pop().unwrap(), codes.pop().unwrap(), codes.pop().unwrap());
    for code in [&code, &revoked] {
        records.redeem(code).await.unwrap().unwrap();
    }
    let stands = async |opening: &Opening, since| records.is_open_since(meeting, &opening.place(), at(since)).await;
    assert!(stands(&point, 2_000).await.unwrap() && stands(&hub, 2_000).await.unwrap());
    records.revoke(&hub, at(3_000)).await.unwrap();
    let answer = Answer { request_sha256: vec![1], response: vec![2] };
    records.remember("m/hub", "k", &answer, at(3_000)).await.unwrap();

    records.reader().close().await;
    assert_eq!(records.redeem(&code).await.unwrap(), Some(point.clone()));
    assert!(stands(&point, 2_000).await.unwrap());
    assert_eq!(records.recall("m/hub", "k", at(4_000)).await, Some(answer));
    assert_eq!(records.recall("m/hub", "l", at(4_000)).await, None);
    // What was not read, or was changed since, nobody knows.
    assert!(records.redeem(&unread).await.is_err() && records.redeem(&revoked).await.is_err());
    assert!(stands(&room, 2_000).await.is_err() && stands(&hub, 2_000).await.is_err());
    assert!(stands(&point, 500).await.is_err(), "the token is older than what was read");
}

async fn the_ledger_refuses_every_change_but_an_append(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    for seq in 1..=2 {
        let ballot = Some((VoteId(1), 0));
        let event = event(seq, 1_000, up("071", "PA_a"));
        bed.records.append(&bed.meeting.id, event, ballot).await.unwrap();
    }
    bed.records.heartbeat(at(60_000)).await.unwrap();
    let before = (bed.rows().await, bed.records.plan(&bed.meeting.id).await.unwrap());
    let mut tool = bed.tool().await;
    let columns = "meeting, node, seq, at_ms, actor, kind, body, prev_hash, hash";
    let insert = |seq: u32, at_ms: u32, body: &str, follows: u32| {
        format!(
            "INSERT INTO events ({columns}) SELECT meeting, node, {seq}, {at_ms}, 'hub', 'opened', '{body}', hash, hash
             FROM events WHERE seq = {follows}"
        )
    };
    let opened = r#"{"kind":"opened"}"#;
    let appends = [
        insert(1, 9_000, opened, 2),
        insert(4, 9_000, opened, 2),
        insert(3, 999, opened, 2),
        insert(3, 9_000, opened, 1),
        insert(3, 9_000, "no json", 2),
        insert(3, 9_000, r#"{"kind":"closed"}"#, 2),
        "INSERT INTO plans (meeting, version, sha256, body) SELECT meeting, 3, sha256, body FROM plans".to_owned(),
    ];
    let changes = [
        "UPDATE events SET at_ms = 0",
        "UPDATE events SET seq = 9 WHERE seq = 2",
        "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events",
        "DELETE FROM meetings",
        "UPDATE plans SET body = '{}'",
        "DELETE FROM plans",
        "UPDATE ballots SET count = count - 1",
        "UPDATE ballots SET choice = 1, count = count + 1",
        "DELETE FROM ballots",
        "UPDATE events SET hash = prev_hash",
        "UPDATE node SET id = 'other'",
        "DELETE FROM node",
        "UPDATE checkpoints SET seq = 1",
        "DELETE FROM checkpoints",
        "INSERT INTO checkpoints SELECT meeting, node, 2, 2, 1, hash, at_ms, key_id, signature FROM checkpoints",
        "INSERT INTO checkpoints SELECT meeting, node, 2, 0, 3, hash, at_ms, key_id, signature FROM checkpoints",
        "INSERT INTO checkpoints SELECT meeting, node, 3, 2, 3, hash, at_ms, key_id, signature FROM checkpoints",
    ];
    let only_here = match kind {
        Kind::Sqlite => vec![
            format!(
                "INSERT OR REPLACE INTO events ({columns}) SELECT meeting, node, 1, 9000, actor, kind, body, prev_hash, hash FROM events"
            ),
            "INSERT OR REPLACE INTO plans (meeting, version, sha256, body) SELECT * FROM plans".to_owned(),
        ],
        Kind::Postgres => vec!["TRUNCATE events".to_owned(), "TRUNCATE plans CASCADE".to_owned()],
    };
    for statement in appends.into_iter().chain(changes.map(str::to_owned)).chain(only_here) {
        let result = sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut tool).await;
        assert!(result.is_err(), "{statement}");
    }
    assert_eq!((bed.rows().await, bed.records.plan(&bed.meeting.id).await.unwrap()), before);
    assert_eq!(bed.records.reader().checkpoints(&bed.meeting.id).await.unwrap().len(), 1);
    assert_eq!(bed.records.ballots(&bed.meeting.id).await.unwrap()[&VoteId(1)][&0], 2);

    // The very same is taken when it comes right after the last one.
    sqlx::query(AssertSqlSafe(insert(3, 9_000, opened, 2))).execute(&mut tool).await.unwrap();
}

async fn the_events_of_a_meeting_are_one_chain_over_restarts(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let node = bed.records.node().clone();
    bed.append(&event(1, 1, up("071", "PA_a"))).await.unwrap();
    let torn = [event(2, 1, up("071", "PA_b")), event(4, 1, up("071", "PA_c"))];
    bed.records.append_all(&bed.meeting.id, &torn, None).await.unwrap_err();
    bed.append(&event(2, 2, EventBody::Announced { text: "Xin chào các điểm cầu".to_owned() })).await.unwrap();
    let bed = bed.restart().await;
    bed.append(&event(3, 3, down("071", "PA_a"))).await.unwrap();
    assert_eq!(*bed.records.node(), node);

    let mut hash = chain::genesis(&bed.meeting.id, &node);
    let rows = bed.rows().await;
    for row in &rows {
        assert_eq!(row.prev_hash, hash.as_bytes());
        hash = chain::link(
            &hash,
            &Record {
                meeting: &bed.meeting.id,
                node: &node,
                seq: u64::try_from(row.seq).unwrap(),
                at: at(row.at_ms),
                actor: &row.actor,
                kind: &row.kind,
                body_json: &row.body,
            },
        );
        assert_eq!(row.hash, hash.as_bytes());
    }
    assert_eq!(rows.len(), 3);
    assert_eq!(bed.records.head(&bed.meeting.id).await.unwrap().unwrap().hash, hash);
    let page = bed.records.reader().event_rows(&bed.meeting.id, Some((node.as_str(), 1)), 1).await.unwrap();
    assert_eq!(page, rows[1..2]);
    assert_eq!(bed.records.reader().meetings_with_events().await.unwrap(), std::slice::from_ref(&bed.meeting.id));
}

async fn a_chain_with_news_is_signed_every_minute(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    bed.records.heartbeat(at(59_999)).await.unwrap();
    bed.append(&event(1, 1, up("071", "PA_a"))).await.unwrap();
    bed.append(&event(2, 2, up("071", "PA_b"))).await.unwrap();
    assert_eq!(bed.signed().await, []);
    bed.records.heartbeat(at(60_000)).await.unwrap();
    assert_eq!(bed.signed().await, [(2, at(60_000))]);

    // Without news there is nothing to sign; with news, a minute after the last time.
    bed.records.heartbeat(at(130_000)).await.unwrap();
    bed.append(&event(3, 3, up("071", "PA_c"))).await.unwrap();
    bed.records.heartbeat(at(189_999)).await.unwrap();
    assert_eq!(bed.signed().await, [(2, at(60_000))]);
    bed.records.heartbeat(at(190_000)).await.unwrap();
    assert_eq!(bed.signed().await, [(2, at(60_000)), (3, at(190_000))]);

    let head = bed.records.head(&bed.meeting.id).await.unwrap().unwrap();
    let checkpoints = bed.records.reader().checkpoints(&bed.meeting.id).await.unwrap();
    assert_eq!(checkpoints[1].hash, head.hash);
    assert!(checkpoints.iter().all(|checkpoint| checkpoint.is_signed_by(bed.records.public_key())));
}

async fn a_chain_is_signed_when_its_meeting_is_closed_and_when_the_server_ends(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    bed.append(&event(1, 1, up("071", "PA_a"))).await.unwrap();
    bed.append(&event(2, 2, EventBody::Closed)).await.unwrap();
    assert_eq!(bed.signed().await, [(2, at(2))]);
    bed.append(&event(3, 3, down("071", "PA_a"))).await.unwrap();
    let bed = bed.restart().await;
    assert_eq!(bed.signed().await.last().unwrap().0, 3);

    // What a server could not sign any more is signed by the next one.
    bed.append(&event(4, 20_000, EventBody::Withdrawn { reason: String::new() })).await.unwrap();
    let bed = bed.crash().await;
    assert_eq!(bed.signed().await.len(), 2);
    bed.records.heartbeat(at(100_000)).await.unwrap();
    assert_eq!(bed.signed().await[2], (4, at(100_000)));
}

async fn a_locked_database_delays_events_and_loses_none(kind: Kind) {
    let limits = Limits { answer: Duration::from_millis(50), ..LIMITS };
    let bed = Bed::with_a_meeting_within(kind, limits).await;
    let mut health = bed.records.health();
    assert_eq!(*health.borrow(), LedgerHealth::Well);
    let events = [1, 2, 3].map(|seq| event(seq, 1, up("071", &format!("PA_{seq}"))));
    bed.append(&events[0]).await.unwrap();

    let lock = bed.lock().await;
    for event in &events[1..] {
        let delayed = bed.append(event).await;
        assert!(matches!(delayed, Err(RecordsError::Delayed(_))), "{delayed:?}");
    }
    let failing = health.wait_for(|health| matches!(health, LedgerHealth::Failing { waiting: 2, .. }));
    assert!(in_time(failing).await.is_ok());
    assert!(matches!(bed.records.heartbeat(at(3)).await, Err(RecordsError::Delayed(_))));
    lock.release().await;

    assert!(in_time(health.wait_for(|health| *health == LedgerHealth::Well)).await.is_ok());
    assert_eq!(bed.events().await, events);
}

async fn what_is_handed_over_while_the_database_is_locked_is_written_later_in_order(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let lock = bed.lock().await;
    let events: Vec<Event> = (1..=1_000).map(|seq| event(seq, 1, up("071", &format!("PA_{seq}")))).collect();
    let submitted: Vec<_> = events
        .iter()
        .map(|event| bed.records.submit(&bed.meeting.id, std::slice::from_ref(event), None).unwrap())
        .collect();
    lock.release().await;
    for submitted in submitted {
        in_time(submitted.durable()).await.unwrap();
    }
    assert_eq!(bed.events().await, events);
}

async fn what_waits_is_bounded_and_commands_are_turned_away_before_facts(kind: Kind) {
    let limits = Limits { answer: Duration::from_millis(50), close: Duration::ZERO, room: 3, queue: 5 };
    let bed = Bed::with_a_meeting_within(kind, limits).await;
    let lock = bed.lock().await;
    let mut room = Vec::new();
    let mut submitted = Vec::new();
    for seq in 1..=5 {
        room.push(bed.records.has_room());
        submitted.push(bed.records.submit(&bed.meeting.id, &[event(seq, 1, up("071", "PA_a"))], None).unwrap());
    }
    assert_eq!(room, [true, true, true, false, false]);
    let refused = bed.records.submit(&bed.meeting.id, &[event(6, 1, up("071", "PA_a"))], None);
    assert!(matches!(refused, Err(RecordsError::QueueFull(5))), "{refused:?}");

    // What was taken is written, and then there is room again.
    lock.release().await;
    for submitted in submitted {
        in_time(submitted.durable()).await.unwrap();
    }
    assert!(bed.records.has_room());
    assert_eq!(bed.events().await.len(), 5);
}

async fn closing_waits_for_what_was_appended(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let first = event(1, 1, up("071", "PA_a"));
    let (appended, ()) = tokio::join!(bed.append(&first), bed.records.close());
    appended.unwrap();
    let late = bed.append(&event(2, 2, up("071", "PA_b"))).await;
    assert!(matches!(late, Err(RecordsError::Closed)));
    assert!(matches!(bed.records.heartbeat(at(3)).await, Err(RecordsError::Closed)));
    let reader = Reader::open(bed.store()).await.unwrap();
    assert_eq!(reader.events(&bed.meeting.id).await.unwrap(), [first]);
    bed.records.close().await;
}

async fn closing_gives_up_on_a_database_that_does_not_come_back(kind: Kind) {
    let limits = Limits { answer: Duration::from_millis(50), close: Duration::from_millis(50), ..LIMITS };
    let bed = Bed::with_a_meeting_within(kind, limits).await;
    let _lock = bed.lock().await;
    let submitted = bed.records.submit(&bed.meeting.id, &[event(1, 1, up("071", "PA_a"))], None).unwrap();
    in_time(bed.records.close()).await;
    assert!(matches!(submitted.durable().await, Err(RecordsError::Closed)));
}

async fn a_second_server_on_the_same_records_is_refused_until_the_first_ends(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let error = Records::open(bed.store(), at(1)).await.err().unwrap();
    assert!(error.to_string().contains("is in use by another server"), "{error}");
    bed.records.close().await;
    Records::open(bed.store(), at(1)).await.unwrap();
}

async fn a_schema_from_the_future_is_refused_untouched(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    bed.records.close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'from the future', TRUE, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    bed.run(newer).await;
    let errors = [Records::open(bed.store(), at(1)).await.err(), Reader::open(bed.store()).await.err()];
    for error in errors.map(Option::unwrap) {
        assert!(error.to_string().contains("written by a newer version of diemcau"), "{error}");
    }
}

async fn a_schema_of_an_unreleased_version_is_refused(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    bed.records.close().await;
    bed.run("UPDATE _sqlx_migrations SET checksum = checksum || checksum").await;
    let errors = [Records::open(bed.store(), at(1)).await.err(), Reader::open(bed.store()).await.err()];
    for error in errors.map(Option::unwrap) {
        assert!(error.to_string().contains("made by an unreleased version of diemcau"), "{error}");
    }
}

async fn a_reader_needs_a_database_and_makes_none(kind: Kind) {
    let place = Site::new(kind).await;
    assert!(Reader::open(place.store()).await.is_err());
    assert_eq!(fs::read_dir(&place.store().dir).unwrap().count(), 0);
}

async fn a_meeting_is_kept_as_it_was_made_over_a_restart(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let code = bed.records.invite(&seat(&bed.meeting, "point:071"), at(1)).await.unwrap();
    let plan = bed.records.plan(&bed.meeting.id).await.unwrap().unwrap();
    let bed = bed.restart().await;
    assert_eq!(bed.records.plan(&bed.meeting.id).await.unwrap(), Some(plan));
    assert_eq!(bed.records.meeting(&bed.meeting.id).await.unwrap(), Some(bed.meeting.clone()));
    assert_eq!(bed.records.meeting(&"nobody".parse().unwrap()).await.unwrap(), None);
    assert_eq!(bed.records.redeem(&code).await.unwrap(), Some(seat(&bed.meeting, "point:071")));
}

async fn a_meeting_is_made_once_and_only_with_a_tree(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let again = bed.records.create_meeting(&bed.meeting).await;
    assert!(matches!(again, Err(RecordsError::MeetingExists(id)) if id == bed.meeting.id));

    let mut headless = Meeting { id: "m2".parse().unwrap(), ..test_meeting() };
    headless.points.clear();
    assert!(matches!(bed.records.create_meeting(&headless).await, Err(RecordsError::Plan(_))));
    assert!(matches!(bed.records.save_plan(&headless, 1).await, Err(RecordsError::Plan(_))));
    assert_eq!(bed.records.meetings(&Page::FIRST).await.unwrap().len(), 1);
}

async fn every_version_of_a_plan_is_kept_and_the_slower_of_two_writers_is_told(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let (first, one) = bed.records.plan(&bed.meeting.id).await.unwrap().unwrap();
    let second = Meeting { title: "Hội nghị về cải cách hành chính".to_owned(), ..first.clone() };
    let two = bed.records.save_plan(&second, 1).await.unwrap();
    assert_eq!((one.version, two.version), (1, 2));
    assert_ne!(one.sha256, two.sha256);

    let late = bed.records.save_plan(&first, 1).await;
    assert!(matches!(late, Err(RecordsError::PlanConflict { expected: 1, found: 2 })), "{late:?}");
    let early = bed.records.save_plan(&first, 7).await;
    assert!(matches!(early, Err(RecordsError::PlanConflict { expected: 7, found: 2 })), "{early:?}");
    let stranger = Meeting { id: "nobody".parse().unwrap(), ..first.clone() };
    assert!(matches!(bed.records.save_plan(&stranger, 1).await, Err(RecordsError::UnknownMeeting(_))));

    let reader = bed.records.reader();
    assert_eq!(reader.plan(&bed.meeting.id).await.unwrap(), Some((second.clone(), two.clone())));
    assert_eq!(reader.plan_version(&bed.meeting.id, 1).await.unwrap(), Some((first, one)));
    assert_eq!(reader.plan_version(&bed.meeting.id, 3).await.unwrap(), None);

    // The hash is of the very bytes that are kept.
    let mut tool = bed.tool().await;
    let body: String =
        sqlx::query_scalar("SELECT body FROM plans WHERE version = 2").fetch_one(&mut tool).await.unwrap();
    let hash = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
    assert_eq!(data_encoding::HEXLOWER.encode(hash.as_ref()), two.sha256);
    assert_eq!(serde_json::from_str::<Meeting>(&body).unwrap(), second);
}

async fn the_meetings_are_listed_page_by_page(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    for (id, starts) in [("c", -3_000), ("b", -5_000), ("d", -3_000), ("Đ", -3_000), ("B", -3_000)] {
        let meeting = Meeting {
            id: id.parse().unwrap(),
            number: format!("{id}/GM-UBND"),
            starts_at: at(starts),
            ..test_meeting()
        };
        bed.records.create_meeting(&meeting).await.unwrap();
    }
    let mut pages = Vec::new();
    let mut page = Page { after: None, limit: 2 };
    loop {
        let meetings = bed.records.meetings(&page).await.unwrap();
        let Some(last) = meetings.last() else { break };
        page.after = Some(last.position());
        pages.push(meetings.iter().map(|meeting| meeting.id.to_string()).collect::<Vec<_>>());
    }
    assert_eq!(pages, [vec!["b", "B"], vec!["c", "d"], vec!["Đ", bed.meeting.id.as_str()]]);

    let moved = Meeting { id: "b".parse().unwrap(), title: "T".to_owned(), starts_at: at(-1), ..test_meeting() };
    bed.records.save_plan(&moved, 1).await.unwrap();
    let meetings = bed.records.meetings(&Page::FIRST).await.unwrap();
    let MeetingSummary { id, number, title, starts_at, version, phase } = &meetings[4];
    assert_eq!((id.as_str(), number.as_str(), title.as_str(), *starts_at, *version), ("b", "", "T", at(-1), 2));
    assert_eq!(*phase, Phase::Draft);
}

async fn the_list_of_meetings_says_what_each_has_come_to(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let (_, plan) = bed.records.plan(&bed.meeting.id).await.unwrap().unwrap();
    let reason = String::new();
    let turns = [
        (EventBody::Published { plan: plan.clone() }, Phase::Published),
        (EventBody::Withdrawn { reason: reason.clone() }, Phase::Draft),
        (EventBody::Published { plan }, Phase::Published),
        (EventBody::LineCheckBegan, Phase::LineCheck),
        (up("071", "PA_a"), Phase::LineCheck),
        (EventBody::Opened, Phase::Open),
        (EventBody::Paused { reason }, Phase::Paused),
        (EventBody::Resumed, Phase::Open),
        (EventBody::Closed, Phase::Closed),
    ];
    for ((body, phase), seq) in turns.into_iter().zip(1..) {
        bed.append(&event(seq, 1, body)).await.unwrap();
        assert_eq!(bed.records.meetings(&Page::FIRST).await.unwrap()[0].phase, phase, "event {seq}");
    }
}

async fn a_ballot_is_counted_with_its_event_and_never_by_whom(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let mut seq = 0;
    for (vote, choice) in [(1, 0), (1, 2), (1, 0), (2, 1)] {
        seq += 1;
        let event = event(seq, 1, up("071", "PA_a"));
        bed.records.append(&bed.meeting.id, event, Some((VoteId(vote), choice))).await.unwrap();
    }
    let ballots = bed.records.ballots(&bed.meeting.id).await.unwrap();
    let expected = [(VoteId(1), [(0, 2), (2, 1)].into()), (VoteId(2), [(1, 1)].into())];
    assert_eq!(ballots, expected.into());
}

async fn an_invite_opens_its_seat_until_it_is_revoked_or_made_anew(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let host = seat(&bed.meeting, "hub");
    let point = seat(&bed.meeting, "point:08");
    let first = bed.records.invite(&host, at(1)).await.unwrap();
    assert_eq!(bed.records.redeem(&first).await.unwrap(), Some(host.clone()));
    let second = bed.records.invite(&host, at(2)).await.unwrap();
    let other = bed.records.invite(&point, at(3)).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(bed.records.redeem(&first).await.unwrap(), None, "the older one is worthless");
    assert_eq!(bed.records.redeem(&second.to_lowercase().replace('-', " ")).await.unwrap(), Some(host.clone()));

    assert!(bed.records.revoke(&host, at(4)).await.unwrap());
    assert!(!bed.records.revoke(&host, at(5)).await.unwrap());
    assert_eq!(bed.records.redeem(&second).await.unwrap(), None);
    assert_eq!(bed.records.redeem(&other).await.unwrap(), Some(point));
    assert_eq!(bed.records.redeem("00000-00000").await.unwrap(), None);
    assert_eq!(bed.records.redeem("not a code").await.unwrap(), None);

    let listed = bed.records.invites(&bed.meeting.id).await.unwrap();
    let invite = |place: &str, made, revoked_at| Invite {
        place: place.parse().unwrap(),
        kind: InviteKind::Seat,
        made_at: at(made),
        revoked_at,
    };
    assert_eq!(listed, [invite("hub", 2, Some(at(4))), invite("point:08", 3, None)]);
}

async fn a_check_in_code_opens_no_seat_and_lives_beside_the_seats_own(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let point: PointId = "071".parse().unwrap();
    let check_in = Opening::CheckIn { meeting: bed.meeting.id.clone(), point };
    let room = seat(&bed.meeting, "point:071");
    let codes = bed.records.invite_all(&[check_in.clone(), room.clone()], at(1)).await.unwrap();
    assert_eq!(bed.records.redeem(&codes[0]).await.unwrap(), Some(check_in.clone()));
    assert_eq!(bed.records.redeem(&codes[1]).await.unwrap(), Some(room.clone()));
    bed.records.revoke(&check_in, at(2)).await.unwrap();
    assert_eq!(bed.records.redeem(&codes[0]).await.unwrap(), None);
    assert_eq!(bed.records.redeem(&codes[1]).await.unwrap(), Some(room));
    assert_eq!(bed.records.invites(&bed.meeting.id).await.unwrap().len(), 2);
}

async fn an_invite_to_no_seat_is_refused_and_takes_the_others_with_it(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let openings = [seat(&bed.meeting, "hub"), seat(&bed.meeting, "point:999")];
    let refused = bed.records.invite_all(&openings, at(1)).await;
    assert!(matches!(refused, Err(RecordsError::UnknownPlace { .. })));
    assert!(bed.records.invites(&bed.meeting.id).await.unwrap().is_empty());
}

async fn an_answer_is_remembered_for_a_day_and_the_first_one_stays(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let answer = |text: &str| Answer { request_sha256: vec![7; 32], response: text.into() };
    let records = &bed.records;
    assert!(records.remember("hub", "k", &answer("first"), at(0)).await.unwrap());
    assert!(!records.remember("hub", "k", &answer("second"), at(1)).await.unwrap());
    assert!(records.remember("chair", "k", &answer("other"), at(2)).await.unwrap());
    assert_eq!(records.recall("hub", "k", at(3)).await, Some(answer("first")));
    assert_eq!(records.recall("chair", "k", at(3)).await, Some(answer("other")));
    assert_eq!(records.recall("hub", "l", at(3)).await, None);
    assert_eq!(records.recall("hub", "k", at(ANSWER_AGE_MS)).await, None);
    assert!(records.remember("hub", "k", &answer("third"), at(ANSWER_AGE_MS)).await.unwrap());
}

#[tokio::test]
async fn the_directory_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("deep/dữ liệu 100% #1?");
    let _records = Records::open(dir.as_path(), at(0)).await.unwrap();
    assert!(dir.join("diemcau.sqlite").exists());
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn no_code_is_in_the_files() {
    let bed = Bed::with_a_meeting(Kind::Sqlite).await;
    let codes = [
        bed.records.invite(&seat(&bed.meeting, "hub"), at(1)).await.unwrap(),
        bed.records.administration().add("admin", at(1)).await.unwrap(),
    ];
    bed.records.close().await;
    let bytes = fs::read(bed.store().dir.join("diemcau.sqlite")).unwrap();
    for code in codes {
        for spelled in [code.replace('-', ""), code] {
            assert!(!bytes.windows(spelled.len()).any(|window| window == spelled.as_bytes()));
        }
    }
}

async fn a_report_is_drawn_from_the_plans_that_the_ledger_names_and_prints_the_head_of_its_last_event(kind: Kind) {
    let bed = Bed::with_a_meeting(kind).await;
    let reader = bed.records.reader();
    let source = async || reader.report_source(&bed.meeting.id).await.unwrap().unwrap();
    let draft = source().await;
    assert_eq!((draft.plans.len(), draft.events.len(), draft.heads.len()), (1, 0, 0));

    let (_, first) = bed.records.plan(&bed.meeting.id).await.unwrap().unwrap();
    bed.append(&event(1, 10, EventBody::Published { plan: first.clone() })).await.unwrap();
    let mut changed = bed.meeting.clone();
    let mut plans = vec![first];
    for title in ["hai", "ba", "bốn"] {
        changed.title = title.to_owned();
        plans.push(bed.records.save_plan(&changed, plans.last().unwrap().version).await.unwrap());
    }
    bed.append(&event(2, 20, EventBody::PlanChanged { plan: plans[2].clone() })).await.unwrap();
    let seen = source().await;
    let versions: Vec<&PlanRef> = seen.plans.iter().map(|(_, plan)| plan).collect();
    assert_eq!(versions, [&plans[0], &plans[2], &plans[3]], "those that are named, and the newest");
    assert_eq!(seen.node, *bed.records.node());
    let rows = bed.rows().await;
    assert_eq!(seen.heads[0].hash.as_bytes(), rows[1].hash.as_slice());
    assert_eq!((seen.heads[0].seq, seen.heads[0].at), (2, at(20)));
    let report = crate::report::Report::draw(&seen, at(30)).unwrap();
    assert_eq!((report.meeting.title.as_str(), report.meeting.plan.version), ("ba", 3));

    assert!(reader.report_source(&"khong-co".parse().unwrap()).await.unwrap().is_none());
    // A later checkpoint signs what came before it as well.
    let bed = bed.restart().await;
    let signed = bed.records.reader().report_source(&bed.meeting.id).await.unwrap().unwrap();
    assert_eq!(signed.heads[0].signed_through, 2);
}
