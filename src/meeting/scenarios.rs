//! Meetings as scripts: what is asked, and what comes of it.

use expect_test::{Expect, expect};

use super::{
    Delegate, Electorate, Meeting, Microphones, Officers, Person, Phase, Place, Quorum, Rules,
    script::{Play, clock},
    test_meeting,
};

fn delegate(id: &str, name: &str, unit: &str, point: &str) -> Delegate {
    let parse = |text: &str| text.parse().unwrap();
    Delegate {
        id: id.parse().unwrap(),
        name: name.to_owned(),
        title: String::new(),
        unit: parse(unit),
        point: parse(point),
    }
}

/// The province with the district of Lâm Bình; in the district's room sit the chairmen of two communes as well.
fn meeting() -> Meeting {
    Meeting {
        delegates: vec![
            delegate("d1", "Nguyễn Văn An", "071", "071"),
            delegate("d2", "Ma Thị Bình", "02233", "071"),
            delegate("d3", "Nguyễn Văn An", "02242", "071"),
            delegate("d4", "Lê Văn Cường", "08", "08"),
        ],
        agenda: vec![super::AgendaItem {
            id: crate::ids::AgendaItemId(1),
            kind: super::AgendaKind::Report,
            title: "Báo cáo".to_owned(),
            presenter: String::new(),
            point: None,
            minutes: 20,
            documents: Vec::new(),
        }],
        ..test_meeting()
    }
}

/// A meeting that is open, with the hub and the district connected.
fn opened(meeting: Meeting) -> Play {
    let mut play = Play::new(meeting);
    play.play(
        "07:00 hub publish
         07:30 hub joins on h
         07:31 071 joins on a
         07:45 hub begin-line-check
         08:00 hub open",
    );
    play
}

fn check(play: &mut Play, script: &str, expected: Expect) {
    expected.assert_eq(&play.minutes(script));
}

#[test]
fn a_meeting_goes_from_draft_to_its_close_and_no_other_way() {
    check(
        &mut Play::new(meeting()),
        "07:00 hub open
         07:00 point:071 publish
         07:00 admin:so-noi-vu publish
         07:10 hub publish
         07:30 hub begin-line-check
         07:31 hub pause
         08:00 secretary open
         08:00 admin:so-noi-vu open
         08:00 hub open
         09:00 hub pause reason=\"Giải lao\"
         09:15 hub resume
         11:00 hub close
         11:01 hub resume",
        expect![[r#"
            07:00 hub open
                refused: that cannot be done while the meeting is a draft
            07:00 point:071 publish
                refused: this seat may not do that
            07:00 admin:so-noi-vu publish
                => published
            07:10 hub publish
                refused: that cannot be done while the meeting is published
            07:30 hub begin-line-check
                => line-check-began
            07:31 hub pause
                refused: that cannot be done while the meeting is in its line check
            08:00 secretary open
                refused: only who presides may do that, and that is hub
            08:00 admin:so-noi-vu open
                refused: this seat may not do that
            08:00 hub open
                => opened
            09:00 hub pause reason="Giải lao"
                => paused reason=Giải lao
            09:15 hub resume
                => resumed
            11:00 hub close
                => closed
            11:01 hub resume
                refused: that cannot be done while the meeting is closed
        "#]],
    );
}

#[test]
fn the_floor_goes_by_the_queue_and_by_the_chair() {
    check(
        &mut opened(meeting()),
        "08:10 02233 joins on b
         08:30 point:071 request-floor speaker=\"Bí thư Huyện ủy\" subject=\"Một cửa\"
         08:31 point:02233 request-floor speaker=\"Chủ tịch xã\"
         08:32 point:02242 request-floor speaker=\"Chưa kết nối\"
         08:32 point:071 grant-floor request=1
         08:33 hub grant-floor request=1 seconds=300
         08:35 hub extend-floor seconds=120
         08:36 point:02233 return-floor
         08:37 hub grant-floor request=2
         08:38 hub grant-floor request=2
         08:39 point:02233 return-floor
         08:40 hub take-floor-back
         08:41 hub give-floor place=point:071 speaker=\"Chủ tịch huyện\"
         08:45 hub pause",
        expect![[r#"
            08:10 02233 joins on b
                => line-up connection=b place=point:02233
            08:30 point:071 request-floor speaker="Bí thư Huyện ủy" subject="Một cửa"
                => floor-requested place=point:071 request=1 speaker=Bí thư Huyện ủy subject=Một cửa
            08:31 point:02233 request-floor speaker="Chủ tịch xã"
                => floor-requested place=point:02233 request=2 speaker=Chủ tịch xã
            08:32 point:02242 request-floor speaker="Chưa kết nối"
                refused: point:02242 is not connected
            08:32 point:071 grant-floor request=1
                refused: this seat may not do that
            08:33 hub grant-floor request=1 seconds=300
                => floor-granted place=point:071 request=1 seconds=300 speaker=Bí thư Huyện ủy subject=Một cửa turn=1
            08:35 hub extend-floor seconds=120
                => floor-extended seconds=120 turn=1
            08:36 point:02233 return-floor
                refused: this seat may not do that
            08:37 hub grant-floor request=2
                => floor-ended how=passed-on turn=1
                => floor-granted place=point:02233 request=2 seconds=0 speaker=Chủ tịch xã turn=2
            08:38 hub grant-floor request=2
                refused: there is no such request for the floor waiting
            08:39 point:02233 return-floor
                => floor-ended how=returned turn=2
            08:40 hub take-floor-back
                refused: nobody has the floor
            08:41 hub give-floor place=point:071 speaker="Chủ tịch huyện"
                => floor-granted place=point:071 seconds=0 speaker=Chủ tịch huyện turn=3
            08:45 hub pause
                => floor-ended how=meeting-paused turn=3
                => paused
        "#]],
    );
}

#[test]
fn a_speaker_whose_line_drops_stands_first_in_the_queue_again() {
    let mut play = opened(meeting());
    check(
        &mut play,
        "08:30 point:071 request-floor speaker=\"Bí thư\"
         08:31 hub grant-floor request=1
         08:31 hub request-floor speaker=\"Chánh Văn phòng\"
         08:33 071 is lost on a since 08:32:45
         08:34 hub grant-floor request=1
         08:36 071 joins on a2
         08:36 hub grant-floor request=1",
        expect![[r#"
            08:30 point:071 request-floor speaker="Bí thư"
                => floor-requested place=point:071 request=1 speaker=Bí thư
            08:31 hub grant-floor request=1
                => floor-granted place=point:071 request=1 seconds=0 speaker=Bí thư turn=1
            08:31 hub request-floor speaker="Chánh Văn phòng"
                => floor-requested place=hub request=2 speaker=Chánh Văn phòng
            08:33 071 is lost on a since 08:32:45
                => floor-ended how=line-lost turn=1
                => line-down connection=a lastHeard=1970-01-01T08:32:45Z place=point:071 reason=lost
            08:34 hub grant-floor request=1
                refused: point:071 is not connected
            08:36 071 joins on a2
                => line-up connection=a2 place=point:071
            08:36 hub grant-floor request=1
                => floor-granted place=point:071 request=1 seconds=0 speaker=Bí thư turn=2
        "#]],
    );
}

#[test]
fn one_device_of_two_that_leaves_does_not_cost_the_floor() {
    check(
        &mut opened(meeting()),
        "08:29 071 joins on second
         08:30 hub give-floor place=point:071 speaker=\"Bí thư\"
         08:31 071 leaves a
         08:32 071 leaves second",
        expect![[r#"
            08:29 071 joins on second
                => line-up connection=second place=point:071
            08:30 hub give-floor place=point:071 speaker="Bí thư"
                => floor-granted place=point:071 seconds=0 speaker=Bí thư turn=1
            08:31 071 leaves a
                => line-down connection=a lastHeard=1970-01-01T08:31:00Z place=point:071 reason=left
            08:32 071 leaves second
                => floor-ended how=line-lost turn=1
                => line-down connection=second lastHeard=1970-01-01T08:32:00Z place=point:071 reason=left
        "#]],
    );
}

#[test]
fn who_is_removed_loses_the_floor_and_comes_back_only_when_readmitted() {
    let mut play = opened(meeting());
    check(
        &mut play,
        "08:30 hub give-floor place=point:071 speaker=\"Bí thư\"
         08:31 hub remove place=point:071 reason=\"Gây ồn\"
         08:31 point:071 request-floor speaker=\"Bí thư\"
         08:31 hub remove place=hub
         08:32 hub readmit place=point:071
         08:32 hub readmit place=point:071",
        expect![[r#"
            08:30 hub give-floor place=point:071 speaker="Bí thư"
                => floor-granted place=point:071 seconds=0 speaker=Bí thư turn=1
            08:31 hub remove place=point:071 reason="Gây ồn"
                => floor-ended how=removed turn=1
                => removed place=point:071 reason=Gây ồn
            08:31 point:071 request-floor speaker="Bí thư"
                refused: point:071 was removed from the meeting
            08:31 hub remove place=hub
                refused: this seat may not do that
            08:32 hub readmit place=point:071
                => readmitted place=point:071
            08:32 hub readmit place=point:071
                refused: point:071 was not removed
        "#]],
    );
    assert!(play.conference.stage().removed.is_empty());
}

#[test]
fn the_chair_is_handed_over_and_the_secretary_steps_in_when_its_line_is_down() {
    let person = |name: &str| Some(Person { name: name.to_owned(), title: String::new(), phone: String::new() });
    let officers = Officers { chair: person("Chủ tịch"), secretary: person("Thư ký"), technician: None };
    check(
        &mut Play::new(Meeting { officers, ..meeting() }),
        "07:00 secretary publish
         07:30 chair joins on c
         07:31 secretary joins on s
         08:00 secretary open
         08:00 chair open
         08:10 secretary take-over
         08:11 chair is lost on c since 08:10:50
         08:12 secretary take-over
         08:13 secretary pause
         08:14 chair joins on c2
         08:14 chair resume
         08:15 secretary hand-over to=chair
         08:16 chair resume
         08:17 chair hand-over to=observer:bao
         08:17 chair hand-over to=point:02233",
        expect![[r#"
            07:00 secretary publish
                => published
            07:30 chair joins on c
                => line-up connection=c place=chair
            07:31 secretary joins on s
                => line-up connection=s place=secretary
            08:00 secretary open
                refused: only who presides may do that, and that is chair
            08:00 chair open
                => opened
            08:10 secretary take-over
                refused: chair presides, and its line is up
            08:11 chair is lost on c since 08:10:50
                => line-down connection=c lastHeard=1970-01-01T08:10:50Z place=chair reason=lost
            08:12 secretary take-over
                => presiding-changed handedOver=false to=secretary
            08:13 secretary pause
                => paused
            08:14 chair joins on c2
                => line-up connection=c2 place=chair
            08:14 chair resume
                refused: only who presides may do that, and that is secretary
            08:15 secretary hand-over to=chair
                => presiding-changed handedOver=true to=chair
            08:16 chair resume
                => resumed
            08:17 chair hand-over to=observer:bao
                refused: to is out of its range: a host's seat or a point
            08:17 chair hand-over to=point:02233
                refused: point:02233 is not connected
        "#]],
    );
}

#[test]
fn the_clerk_calls_the_roll_of_the_own_room_and_the_secretary_corrects_it() {
    let mut play = opened(meeting());
    check(
        &mut play,
        "08:05 point:071 call-roll delegate=d1 presence=present
         08:05 point:071 call-roll delegate=d1 presence=present
         08:05 point:071 call-roll delegate=d4 presence=present
         08:06 point:071 call-roll delegate=d2 presence=\"excused:Đi công tác\"
         08:20 point:071 call-roll delegate=d3 presence=present
         08:21 point:071 add-delegate name=\"Hoàng Văn Dũng\" unit=071 point=071
         08:21 point:071 call-roll delegate=added-1 presence=present
         09:00 hub correct-roll corrects=7 presence=present reason=\"\"
         09:00 hub correct-roll corrects=7 presence=present reason=\"Đã đến\"
         09:01 hub correct-roll corrects=7 presence=absent reason=\"Nhầm\"
         09:02 point:071 correct-roll corrects=11 presence=absent reason=\"Nhầm\"
         10:00 point:071 call-roll delegate=d3 presence=left
         11:00 hub close",
        expect![[r#"
            08:05 point:071 call-roll delegate=d1 presence=present
                => roll-called delegate=d1 presence=present
            08:05 point:071 call-roll delegate=d1 presence=present
                refused: it is so already
            08:05 point:071 call-roll delegate=d4 presence=present
                refused: this seat may not do that
            08:06 point:071 call-roll delegate=d2 presence="excused:Đi công tác"
                => roll-called delegate=d2 presence=excused Đi công tác
            08:20 point:071 call-roll delegate=d3 presence=present
                => roll-called delegate=d3 presence=present
            08:21 point:071 add-delegate name="Hoàng Văn Dũng" unit=071 point=071
                => delegate-added delegate=added-1 Hoàng Văn Dũng 071 071
            08:21 point:071 call-roll delegate=added-1 presence=present
                => roll-called delegate=added-1 presence=present
            09:00 hub correct-roll corrects=7 presence=present reason=""
                refused: reason is missing
            09:00 hub correct-roll corrects=7 presence=present reason="Đã đến"
                => roll-corrected corrects=7 delegate=d2 presence=present reason=Đã đến
            09:01 hub correct-roll corrects=7 presence=absent reason="Nhầm"
                refused: the event 7 is no roll call that stands
            09:02 point:071 correct-roll corrects=11 presence=absent reason="Nhầm"
                refused: this seat may not do that
            10:00 point:071 call-roll delegate=d3 presence=left
                => roll-called delegate=d3 presence=left
            11:00 hub close
                => closed
        "#]],
    );
    let roll = play.conference.roll_view(None);
    let entry = |id: &str| roll.delegates.iter().find(|entry| entry.delegate.id.as_str() == id).unwrap();
    assert!(!entry("d1").late && entry("d3").late, "15 minutes are allowed");
    assert!(entry("d3").left_early && !entry("d1").left_early);
    assert_eq!(entry("d2").first_here, Some(clock("8:06")), "a correction is of the time that it corrects");
    let of = |unit: &str| roll.units.iter().find(|totals| totals.of.as_str() == unit).unwrap().counts;
    assert_eq!((of("071").present, of("071").added, of("08").unconfirmed, of("02242").left), (1, 1, 1, 1));
    assert_eq!(roll.total.here(), 3);
}

#[test]
fn a_proxy_is_present_only_when_the_chair_has_agreed_and_the_clerk_sees_them() {
    let mut play = opened(meeting());
    check(
        &mut play,
        "08:01 point:071 request-proxy delegate=d1 substitute=\"Phó Chủ tịch\" reason=\"Ốm\"
         08:02 point:071 call-roll delegate=d1 presence=proxy:1
         08:02 point:071 request-proxy delegate=d1 substitute=\"Khác\"
         08:03 point:071 approve-proxy proxy=1
         08:03 hub approve-proxy proxy=1
         08:04 point:071 call-roll delegate=d2 presence=proxy:1
         08:04 point:071 call-roll delegate=d1 presence=proxy:1
         08:05 hub request-proxy delegate=d4 substitute=\"Phó\"
         08:06 hub refuse-proxy proxy=2 reason=\"Phải dự họp\"
         08:07 hub call-roll delegate=d4 presence=proxy:2",
        expect![[r#"
            08:01 point:071 request-proxy delegate=d1 substitute="Phó Chủ tịch" reason="Ốm"
                => proxy-requested delegate=d1 proxy=1 reason=Ốm substitute=Phó Chủ tịch
            08:02 point:071 call-roll delegate=d1 presence=proxy:1
                refused: the chair has not approved the proxy 1
            08:02 point:071 request-proxy delegate=d1 substitute="Khác"
                refused: a proxy for the delegate d1 is pending or approved already
            08:03 point:071 approve-proxy proxy=1
                refused: this seat may not do that
            08:03 hub approve-proxy proxy=1
                => proxy-approved proxy=1
            08:04 point:071 call-roll delegate=d2 presence=proxy:1
                refused: the chair has not approved the proxy 1
            08:04 point:071 call-roll delegate=d1 presence=proxy:1
                => roll-called delegate=d1 presence=proxy
            08:05 hub request-proxy delegate=d4 substitute="Phó"
                => proxy-requested delegate=d4 proxy=2 substitute=Phó
            08:06 hub refuse-proxy proxy=2 reason="Phải dự họp"
                => proxy-refused proxy=2 reason=Phải dự họp
            08:07 hub call-roll delegate=d4 presence=proxy:2
                refused: the chair has not approved the proxy 2
        "#]],
    );
    assert_eq!(play.conference.roll_view(None).total.proxy, 1);
}

#[test]
fn a_vote_by_delegates_counts_those_who_are_there_once() {
    let rules = Rules { quorum: Some(Quorum { of: Electorate::Delegates, percent: 50 }), ..Rules::default() };
    check(
        &mut opened(Meeting { rules, ..meeting() }),
        "08:05 point:071 call-roll delegate=d1 presence=present
         08:06 hub open-vote question=\"Thông qua?\" options=\"Tán thành/Không\" by=delegates needsQuorum=true
         08:07 point:071 call-roll delegate=d3 presence=present
         08:08 hub open-vote question=\"Thông qua?\" options=\"Tán thành/Không\" by=delegates needsQuorum=true
         08:08 hub open-vote question=\"Nữa?\" options=\"Có/Không\" by=points
         08:09 point:071 cast-ballot vote=1 voter=delegate:d1 choice=0
         08:09 point:071 cast-ballot vote=1 voter=delegate:d1 choice=1
         08:09 point:071 cast-ballot vote=1 voter=delegate:d2 choice=0
         08:09 hub cast-ballot vote=1 voter=delegate:d3 choice=0
         08:09 point:071 cast-ballot vote=1 voter=delegate:d3 choice=7
         08:09 point:071 cast-ballot vote=1 voter=point:071 choice=0
         08:10 point:071 cast-ballot vote=1 voter=delegate:d3 choice=1
         08:11 hub close-vote vote=1
         08:12 hub close-vote vote=1",
        expect![[r#"
            08:05 point:071 call-roll delegate=d1 presence=present
                => roll-called delegate=d1 presence=present
            08:06 hub open-vote question="Thông qua?" options="Tán thành/Không" by=delegates needsQuorum=true
                refused: there is no quorum: 1 of 4 are present, and 2 are needed
            08:07 point:071 call-roll delegate=d3 presence=present
                => roll-called delegate=d3 presence=present
            08:08 hub open-vote question="Thông qua?" options="Tán thành/Không" by=delegates needsQuorum=true
                => vote-opened by=delegates needsQuorum=true options=["Tán thành","Không"] question=Thông qua? secret=false vote=1
            08:08 hub open-vote question="Nữa?" options="Có/Không" by=points
                refused: another vote, 1, is under way
            08:09 point:071 cast-ballot vote=1 voter=delegate:d1 choice=0
                => ballot-cast choice=0 vote=1 voter=d1
            08:09 point:071 cast-ballot vote=1 voter=delegate:d1 choice=1
                refused: this voter has voted already
            08:09 point:071 cast-ballot vote=1 voter=delegate:d2 choice=0
                refused: this voter has no vote in this one
            08:09 hub cast-ballot vote=1 voter=delegate:d3 choice=0
                refused: this seat may not do that
            08:09 point:071 cast-ballot vote=1 voter=delegate:d3 choice=7
                refused: there is no option 7 in this vote
            08:09 point:071 cast-ballot vote=1 voter=point:071 choice=0
                refused: this voter has no vote in this one
            08:10 point:071 cast-ballot vote=1 voter=delegate:d3 choice=1
                => ballot-cast choice=1 vote=1 voter=d3
            08:11 hub close-vote vote=1
                => vote-closed eligible=4 present=2 quorum=true tally=[1,1] vote=1
            08:12 hub close-vote vote=1
                refused: there is no vote 1 under way
        "#]],
    );
}

#[test]
fn a_secret_vote_tells_who_voted_and_how_it_ended_and_nothing_between() {
    let mut play = opened(meeting());
    check(
        &mut play,
        "08:08 hub open-vote question=\"Bầu?\" options=\"A/B\" by=points secret=true
         08:09 point:071 cast-ballot vote=1 voter=point:071 choice=1
         08:09 hub cast-ballot vote=1 voter=point:08 choice=0",
        expect![[r#"
            08:08 hub open-vote question="Bầu?" options="A/B" by=points secret=true
                => vote-opened by=points needsQuorum=false options=["A","B"] question=Bầu? secret=true vote=1
            08:09 point:071 cast-ballot vote=1 voter=point:071 choice=1
                => ballot-cast vote=1 voter=071
            08:09 hub cast-ballot vote=1 voter=point:08 choice=0
                => ballot-cast vote=1 voter=08
        "#]],
    );
    // After a crash the box is what the database kept of it.
    let meeting = play.conference.meeting().clone();
    let mut replayed = super::Conference::replay(meeting, super::script::plan_ref(1), &play.events);
    replayed.fill_box(crate::ids::VoteId(1), &[(0, 1), (1, 1)].into());
    assert_eq!(replayed, play.conference);
    check(
        &mut play,
        "08:11 hub close-vote vote=1",
        expect![[r#"
            08:11 hub close-vote vote=1
                => vote-closed eligible=4 present=2 tally=[1,1] vote=1
        "#]],
    );
}

#[test]
fn a_ballot_counts_though_the_plan_loses_its_voter_while_the_vote_is_under_way() {
    let mut play = opened(meeting());
    play.planned.delegates.retain(|delegate| delegate.id.as_str() != "d1");
    check(
        &mut play,
        "08:05 point:071 call-roll delegate=d1 presence=present
         08:05 hub call-roll delegate=d4 presence=present
         08:08 hub open-vote question=\"Thông qua?\" options=\"Có/Không\" by=delegates
         08:09 point:071 cast-ballot vote=1 voter=delegate:d1 choice=0
         08:10 admin:van-phong changes the plan
         08:11 hub close-vote vote=1",
        expect![[r#"
            08:05 point:071 call-roll delegate=d1 presence=present
                => roll-called delegate=d1 presence=present
            08:05 hub call-roll delegate=d4 presence=present
                => roll-called delegate=d4 presence=present
            08:08 hub open-vote question="Thông qua?" options="Có/Không" by=delegates
                => vote-opened by=delegates needsQuorum=false options=["Có","Không"] question=Thông qua? secret=false vote=1
            08:09 point:071 cast-ballot vote=1 voter=delegate:d1 choice=0
                => ballot-cast choice=0 vote=1 voter=d1
            08:10 admin:van-phong changes the plan
                => plan-changed
            08:11 hub close-vote vote=1
                => vote-closed eligible=4 present=2 tally=[1,0] vote=1
        "#]],
    );
}

#[test]
fn the_stage_is_who_presides_the_hub_and_who_has_the_floor() {
    let mut play = Play::new(meeting());
    let point = Place::Point("071".parse().unwrap());
    assert!(play.conference.stage().shut);
    play.play("07:00 hub publish\n07:30 071 joins on a\n07:30 hub joins on h\n07:40 hub begin-line-check");
    assert!(play.conference.stage().may_speak(&Place::Hub) && !play.conference.stage().may_speak(&point));
    play.play("07:41 hub give-floor place=point:071 speaker=Thử");
    assert!(play.conference.stage().may_speak(&point), "a line is checked by giving it the floor");
    play.play("08:00 hub open\n08:01 hub take-floor-back");
    assert!(!play.conference.stage().may_speak(&point));
    play.play("09:00 hub close");
    assert!(play.conference.stage().shut && !play.conference.stage().may_speak(&Place::Hub));

    let rules = Rules { microphones: Microphones::Free, ..Rules::default() };
    let play = opened(Meeting { rules, ..meeting() });
    assert!(play.conference.stage().may_speak(&point));
    assert!(!play.conference.stage().may_speak(&Place::Observer("báo".parse().unwrap())));
}

#[test]
fn after_a_crash_the_lines_are_down_and_the_floor_is_free() {
    let mut play = opened(meeting());
    play.play("08:30 point:071 request-floor speaker=An\n08:31 hub grant-floor request=1");
    play.play("08:40 server recovers, alive until 08:35");
    let conference = &play.conference;
    assert_eq!((conference.phase(), conference.lines().up().count()), (Phase::Open, 0));
    assert!(conference.floor().holder.is_none());
    assert_eq!(conference.floor().log[0].to, clock("8:35"));
    assert_eq!(conference.floor().queue.len(), 1, "who spoke is heard first");
}

#[test]
fn the_chair_orders_the_queue() {
    let mut play = opened(meeting());
    check(
        &mut play,
        "08:10 hub request-floor speaker=A
         08:11 point:071 request-floor speaker=B
         08:12 point:071 request-floor speaker=C
         08:13 point:071 move-request request=3 before=1
         08:13 hub move-request request=3 before=1
         08:14 hub move-request request=3 before=1
         08:14 hub move-request request=3 before=3
         08:14 hub move-request request=2
         08:14 hub move-request request=3 before=9
         08:14 hub move-request request=9 before=3
         08:15 hub move-request request=1
         08:16 hub pause
         08:16 hub move-request request=1 before=2",
        expect![[r#"
            08:10 hub request-floor speaker=A
                => floor-requested place=hub request=1 speaker=A
            08:11 point:071 request-floor speaker=B
                => floor-requested place=point:071 request=2 speaker=B
            08:12 point:071 request-floor speaker=C
                => floor-requested place=point:071 request=3 speaker=C
            08:13 point:071 move-request request=3 before=1
                refused: this seat may not do that
            08:13 hub move-request request=3 before=1
                => floor-moved before=1 request=3
            08:14 hub move-request request=3 before=1
                refused: it is so already
            08:14 hub move-request request=3 before=3
                refused: it is so already
            08:14 hub move-request request=2
                refused: it is so already
            08:14 hub move-request request=3 before=9
                refused: there is no such request for the floor waiting
            08:14 hub move-request request=9 before=3
                refused: there is no such request for the floor waiting
            08:15 hub move-request request=1
                => floor-moved request=1
            08:16 hub pause
                => paused
            08:16 hub move-request request=1 before=2
                => floor-moved before=2 request=1
        "#]],
    );
    let order = play.conference.floor().queue.iter().map(|waiting| waiting.request.0);
    assert_eq!(order.collect::<Vec<_>>(), [3, 1, 2]);
}

#[test]
fn a_time_box_that_is_over_is_shown_and_more_time_counts_from_now() {
    let mut play = opened(meeting());
    play.play("08:30 hub give-floor place=point:071 speaker=An seconds=300");
    let until = |play: &Play| play.conference.floor().holder.as_ref().and_then(|turn| turn.until);
    assert_eq!(until(&play), Some(clock("8:35")));
    play.play("08:33 hub extend-floor seconds=60");
    assert_eq!(until(&play), Some(clock("8:36")), "while it runs, the box grows at its end");
    play.play("08:40 hub extend-floor seconds=120");
    assert_eq!(until(&play), Some(clock("8:42")), "once it is over, from now on");
    let seen = serde_json::to_value(play.conference.public_view(false)).unwrap();
    assert_eq!(seen["floor"]["holder"]["until"], "1970-01-01T08:42:00Z");
    assert_eq!(seen["floor"]["holder"]["seconds"], 720);
    play.play("09:00 point:071 return-floor");
    assert_eq!(play.conference.floor().log[0].millis(), 30 * 60_000, "nobody is cut off");
}

#[test]
fn a_locked_meeting_takes_back_whom_it_knows_and_nobody_new() {
    let mut play = opened(meeting());
    check(
        &mut play,
        "08:20 point:071 lock
         08:20 hub lock
         08:20 hub lock
         08:21 071 leaves a
         08:25 hub unlock
         08:25 hub unlock
         08:26 hub lock",
        expect![[r#"
            08:20 point:071 lock
                refused: this seat may not do that
            08:20 hub lock
                => locked
            08:20 hub lock
                refused: it is so already
            08:21 071 leaves a
                => line-down connection=a lastHeard=1970-01-01T08:21:00Z place=point:071 reason=left
            08:25 hub unlock
                => unlocked
            08:25 hub unlock
                refused: it is so already
            08:26 hub lock
                => locked
        "#]],
    );
    let place = |text: &str| text.parse::<Place>().unwrap();
    for (seat, is_kept_out) in
        [("point:071", false), ("hub", false), ("secretary", false), ("point:02233", true), ("observer:bao", true)]
    {
        assert_eq!(play.conference.locks_out(&place(seat)), is_kept_out, "{seat}");
    }
    play.play("08:30 hub unlock");
    assert!(!play.conference.locks_out(&place("point:02233")));
}

#[test]
fn who_was_removed_is_not_put_on_stage_while_the_line_is_still_going_down() {
    check(
        &mut opened(meeting()),
        "08:29 hub spotlight place=point:071
         08:30 hub remove place=point:071
         08:30 hub spotlight place=point:071
         08:30 hub give-floor place=point:071 speaker=An
         08:30 hub hand-over to=point:071
         08:30 hub mute place=point:071
         08:31 hub readmit place=point:071
         08:31 hub spotlight place=point:071",
        expect![[r#"
            08:29 hub spotlight place=point:071
                => spotlit place=point:071
            08:30 hub remove place=point:071
                => removed place=point:071
            08:30 hub spotlight place=point:071
                refused: point:071 was removed from the meeting
            08:30 hub give-floor place=point:071 speaker=An
                refused: point:071 was removed from the meeting
            08:30 hub hand-over to=point:071
                refused: point:071 was removed from the meeting
            08:30 hub mute place=point:071
                refused: point:071 was removed from the meeting
            08:31 hub readmit place=point:071
                => readmitted place=point:071
            08:31 hub spotlight place=point:071
                => spotlit place=point:071
        "#]],
    );
}

#[test]
fn the_chair_takes_the_meeting_back_when_the_secretarys_line_is_down() {
    let person = |name: &str| Some(Person { name: name.to_owned(), title: String::new(), phone: String::new() });
    let officers = Officers { chair: person("Chủ tịch"), secretary: person("Thư ký"), technician: None };
    let mut play = Play::new(Meeting { officers, ..meeting() });
    play.play(
        "07:00 secretary publish
         07:30 secretary joins on s
         08:00 secretary take-over
         08:00 secretary open
         08:10 chair joins on c",
    );
    check(
        &mut play,
        "08:11 chair take-over
         08:12 secretary leaves s
         08:13 chair take-over
         08:14 chair pause",
        expect![[r#"
            08:11 chair take-over
                refused: secretary presides, and its line is up
            08:12 secretary leaves s
                => line-down connection=s lastHeard=1970-01-01T08:12:00Z place=secretary reason=left
            08:13 chair take-over
                => presiding-changed handedOver=false to=chair
            08:14 chair pause
                => paused
        "#]],
    );
}

#[test]
fn a_line_check_says_what_was_measured() {
    let mut play = opened(meeting());
    check(
        &mut play,
        "08:01 point:071 report-line point=071 picture=true sound=true measured=roundTripMs:45,lossUpPerMille:12,upKbps:850
         08:02 point:071 report-line point=071 picture=true sound=true measured=lossDownPerMille:1001
         08:02 point:071 report-line point=02233 picture=true sound=true
         08:03 hub report-line point=02233 picture=false sound=true note=\"Không có hình\"",
        expect![[r#"
            08:01 point:071 report-line point=071 picture=true sound=true measured=roundTripMs:45,lossUpPerMille:12,upKbps:850
                => line-checked measured=lossUpPerMille:12,roundTripMs:45,upKbps:850 picture=true point=071 sound=true
            08:02 point:071 report-line point=071 picture=true sound=true measured=lossDownPerMille:1001
                refused: measured.lossDownPerMille is out of its range: 0 to 1000
            08:02 point:071 report-line point=02233 picture=true sound=true
                refused: this seat may not do that
            08:03 hub report-line point=02233 picture=false sound=true note="Không có hình"
                => line-checked note=Không có hình picture=false point=02233 sound=true
        "#]],
    );
    let check = play.conference.line_checks().iter().find(|check| check.point.as_str() == "071").unwrap();
    assert_eq!(check.measured.unwrap().up_kbps, Some(850));
}

#[test]
fn a_line_check_of_before_anything_was_measured_is_still_read() {
    let old = r#"{"kind":"line-checked","point":"071","picture":true,"sound":false,"note":""}"#;
    let body: super::EventBody = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&body).unwrap(), old, "and written as it was, so that its hash holds");
}

#[test]
fn who_was_called_present_by_mistake_is_late_when_they_come_late() {
    let mut play = opened(meeting());
    play.play(
        "08:05 point:071 call-roll delegate=d1 presence=present
         08:05 point:071 call-roll delegate=d2 presence=present
         08:05 point:071 call-roll delegate=d3 presence=present
         08:06 point:071 call-roll delegate=d2 presence=absent",
    );
    let seq = |play: &Play, id: &str| play.conference.roll().standing(&id.parse().unwrap()).unwrap().seq;
    let mistaken = seq(&play, "d1");
    play.play(&format!("08:10 hub correct-roll corrects={mistaken} presence=absent reason=\"Nhầm người trùng tên\""));
    play.play(
        "09:00 point:071 call-roll delegate=d1 presence=present
         09:00 point:071 call-roll delegate=d2 presence=present
         09:00 point:071 call-roll delegate=d3 presence=left
         09:10 point:071 call-roll delegate=d3 presence=present",
    );
    let roll = play.conference.roll_view(None);
    let entry = |id: &str| roll.delegates.iter().find(|entry| entry.delegate.id.as_str() == id).unwrap();
    // The secretary corrected the one, the clerk called the other again: both came at nine.
    for id in ["d1", "d2"] {
        assert_eq!((entry(id).first_here, entry(id).late), (Some(clock("9:00")), true), "{id}");
    }
    // Who left and came back was there all the same.
    assert_eq!((entry("d3").first_here, entry("d3").late), (Some(clock("8:05")), false));
}

#[test]
fn nobody_is_corrected_to_have_left_who_was_not_there_before() {
    check(
        &mut opened(meeting()),
        "08:05 point:071 call-roll delegate=d1 presence=absent
         08:05 point:071 call-roll delegate=d2 presence=present
         08:20 point:071 call-roll delegate=d2 presence=absent
         08:30 hub correct-roll corrects=@d1 presence=left reason=\"Ra về\"
         08:30 hub correct-roll corrects=@d2 presence=left reason=\"Ra về\"",
        expect![[r#"
            08:05 point:071 call-roll delegate=d1 presence=absent
                => roll-called delegate=d1 presence=absent
            08:05 point:071 call-roll delegate=d2 presence=present
                => roll-called delegate=d2 presence=present
            08:20 point:071 call-roll delegate=d2 presence=absent
                => roll-called delegate=d2 presence=absent
            08:30 hub correct-roll corrects=@d1 presence=left reason="Ra về"
                refused: presence is out of its range: a delegate who is here
            08:30 hub correct-roll corrects=@d2 presence=left reason="Ra về"
                => roll-corrected corrects=8 delegate=d2 presence=left reason=Ra về
        "#]],
    );
}

#[test]
fn the_clerk_confirms_who_checked_in_on_their_own_phone() {
    let mut play = Play::new(meeting());
    play.play("07:00 hub publish\n07:50 delegate:d2 check-in delegate=d2\n08:00 hub open");
    assert!(play.conference.roll().standing(&"d2".parse().unwrap()).is_none(), "saying so is no presence");
    check(
        &mut play,
        "08:20 delegate:d2 check-in delegate=d2
         08:20 delegate:d2 check-in delegate=d1
         08:20 point:071 call-roll delegate=d2 presence=present",
        expect![[r#"
            08:20 delegate:d2 check-in delegate=d2
                refused: it is so already
            08:20 delegate:d2 check-in delegate=d1
                refused: this seat may not do that
            08:20 point:071 call-roll delegate=d2 presence=present
                => roll-called delegate=d2 presence=present
        "#]],
    );
    let roll = play.conference.roll_view(None);
    let entry = roll.delegates.iter().find(|entry| entry.delegate.id.as_str() == "d2").unwrap();
    assert_eq!(entry.checked_in, Some(clock("7:50")));
    assert_eq!((entry.first_here, entry.late), (Some(clock("8:20")), true), "what counts is what the clerk saw");
}

#[test]
fn the_roll_is_corrected_after_the_close_and_nothing_else_is_done_then() {
    let mut play = opened(meeting());
    play.play("08:05 point:071 call-roll delegate=d1 presence=present\n11:00 hub close\n11:01 hub leaves h");
    let seq = play.conference.roll().standing(&"d1".parse().unwrap()).unwrap().seq;
    let corrected = play.events.len() + 1;
    check(
        &mut play,
        &format!(
            "11:10 point:071 call-roll delegate=d1 presence=absent
             11:10 hub announce text=\"Sau hội nghị\"
             11:11 hub correct-roll corrects={seq} presence=\"excused:Đi công tác\" reason=\"Theo giấy báo\"
             11:12 hub correct-roll corrects={corrected} presence=absent reason=\"Giấy báo của ngày khác\"",
        ),
        expect![[r#"
            11:10 point:071 call-roll delegate=d1 presence=absent
                refused: that cannot be done while the meeting is closed
            11:10 hub announce text="Sau hội nghị"
                refused: that cannot be done while the meeting is closed
            11:11 hub correct-roll corrects=6 presence="excused:Đi công tác" reason="Theo giấy báo"
                => roll-corrected corrects=6 delegate=d1 presence=excused Đi công tác reason=Theo giấy báo
            11:12 hub correct-roll corrects=9 presence=absent reason="Giấy báo của ngày khác"
                => roll-corrected corrects=9 delegate=d1 presence=absent reason=Giấy báo của ngày khác
        "#]],
    );
    let mark = play.conference.roll().standing(&"d1".parse().unwrap()).unwrap();
    assert_eq!((mark.at, mark.corrected.as_deref()), (clock("8:05"), Some("Giấy báo của ngày khác")));
}

#[test]
fn a_seat_that_the_plan_loses_loses_the_floor_the_queue_and_the_spotlight() {
    let mut play = opened(meeting());
    play.play(
        "08:20 02233 joins on b
         08:21 point:02233 request-floor speaker=An
         08:21 point:02233 request-floor speaker=Bình
         08:21 point:071 request-floor speaker=Cường
         08:22 hub grant-floor request=1
         08:22 hub spotlight place=point:02233",
    );
    play.planned.points.retain(|point| point.id.as_str() != "02233");
    check(
        &mut play,
        "08:30 admin:so-noi-vu changes the plan",
        expect![[r#"
            08:30 admin:so-noi-vu changes the plan
                => floor-ended how=removed turn=1
                => floor-skipped request=2
                => spotlit
                => plan-changed
        "#]],
    );
    let stage = play.conference.stage();
    assert!(stage.removed.contains(&"point:02233".parse().unwrap()), "the room puts it out");
    play.play("08:30 02233 leaves b");
    assert!(play.conference.stage().removed.is_empty());
    assert_eq!(play.conference.floor().queue.len(), 1);
}

#[test]
fn a_plan_that_the_ledger_has_not_named_is_owed_to_it() {
    let mut play = Play::new(meeting());
    assert!(!play.conference.owes_plan(), "a draft owes nothing");
    play.play("07:00 hub publish");
    assert!(!play.conference.owes_plan());
    play.conference.set_plan(play.conference.meeting().clone(), super::script::plan_ref(2));
    assert!(play.conference.owes_plan());
    let fact = super::Fact::PlanChanged(super::script::plan_ref(2));
    assert_eq!(play.fact(&fact).len(), 1);
    assert!(!play.conference.owes_plan());
    assert!(play.fact(&fact).is_empty(), "and named once");
}

#[test]
fn a_text_that_no_paper_can_print_is_refused() {
    let mut play = opened(meeting());
    let refused = play.line("08:30 hub announce text=\"a\u{7}b\"").unwrap_err();
    assert_eq!(refused, super::Refusal::Unprintable { field: "text".to_owned() });
}
