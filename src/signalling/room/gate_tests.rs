//! A meeting's room: who may come in, who is heard.

use super::{
    harness::{Entry, Guest, START, Stage},
    proto::{self, DisconnectReason, signal_request::Message as Request, signal_response::Message as Response},
    *,
};
use crate::{
    media::Rank,
    meeting::{DownReason, Place, SecondDevice},
};

fn place(text: &str) -> Place {
    text.parse().unwrap()
}

/// The hub presides; `on_stage` are the others who may be heard.
fn policy(seq: u64, on_stage: &[&str]) -> Policy {
    let on_stage = on_stage.iter().copied().chain(["hub"]).map(place).collect();
    Policy {
        seq,
        stage: crate::meeting::Stage { on_stage, ..Default::default() },
        second_device: SecondDevice::Refuse,
        metadata: format!("{{\"seq\":{seq}}}"),
    }
}

fn set(stage: &mut Stage, policy: Policy) {
    stage.commands.clear();
    stage.input(Input::Policy(Box::new(policy)));
}

fn meeting() -> Stage {
    let mut stage = Stage::new();
    set(&mut stage, policy(1, &[]));
    stage
}

fn gates(stage: &Stage) -> Vec<(TrackId, bool)> {
    let gate = |command: &Command| match command {
        Command::SetGated { track, gated } => Some((*track, *gated)),
        _ => None,
    };
    stage.commands.iter().filter_map(gate).collect()
}

fn mutes(stage: &mut Stage, guest: &Guest) -> Vec<String> {
    let sid = |message: Response| match message {
        Response::Mute(mute) if mute.muted => Some(mute.sid),
        _ => None,
    };
    stage.mail(guest).into_iter().filter_map(sid).collect()
}

fn farewell(stage: &mut Stage, guest: &Guest) -> Option<DisconnectReason> {
    let reason = |message: Response| match message {
        Response::Leave(leave) => Some(leave.reason()),
        _ => None,
    };
    stage.mail(guest).into_iter().find_map(reason)
}

fn unmute(stage: &mut Stage, guest: &Guest, sid: &str) {
    stage.ask(guest, Request::Mute(proto::MuteTrackRequest { sid: sid.to_owned(), muted: false }));
}

#[test]
fn a_point_is_heard_from_the_grant_of_the_floor_to_its_end_and_never_besides() {
    let mut stage = meeting();
    let mut point = stage.arrive(Entry::seated("071"));
    let sid = stage.publish(&mut point, "mic", proto::TrackSource::Microphone);
    let track = stage.track(&sid);
    assert_eq!(gates(&stage), [(track, true)], "gated before the first packet could leave");

    stage.commands.clear();
    unmute(&mut stage, &point, &sid);
    assert_eq!(mutes(&mut stage, &point), std::slice::from_ref(&sid), "the page is told that it is not heard");
    assert!(stage.commands.is_empty());

    set(&mut stage, policy(2, &["point:071"]));
    assert_eq!(gates(&stage), [(track, false)]);
    let permission = stage.news(&point, "point:071").expect("told").permission.unwrap();
    assert!(permission.can_publish_sources.is_empty(), "all sources");
    unmute(&mut stage, &point, &sid);
    assert!(matches!(stage.commands.last(), Some(Command::SetMuted { muted: false, .. })));

    set(&mut stage, policy(3, &[]));
    assert_eq!(gates(&stage), [(track, true)]);
    assert_eq!(mutes(&mut stage, &point), [sid]);
}

#[test]
fn whoever_leaves_the_stage_stops_showing_the_screen_and_keeps_the_camera() {
    let mut stage = meeting();
    set(&mut stage, policy(2, &["point:071"]));
    let mut point = stage.arrive(Entry::seated("071"));
    let camera = stage.publish(&mut point, "cam", proto::TrackSource::Camera);
    let screen = stage.publish(&mut point, "screen", proto::TrackSource::ScreenShare);
    set(&mut stage, policy(3, &[]));
    let unpublished = |message: Response| match message {
        Response::TrackUnpublished(gone) => Some(gone.track_sid),
        _ => None,
    };
    assert_eq!(stage.mail(&point).into_iter().find_map(unpublished), Some(screen));
    assert!(stage.room.tracks.values().any(|track| track.sid.as_str() == camera));
    stage.ask(&point, Request::AddTrack(super::harness::add_track("again", proto::TrackSource::ScreenShare)));
    assert_eq!(stage.heard(&point), ["requestResponse"]);
}

#[test]
fn whoever_has_the_stage_comes_before_the_thumbnails_and_a_screen_before_both() {
    let mut stage = meeting();
    let mut point = stage.arrive(Entry::seated("071"));
    let mut watcher = stage.arrive(Entry::seated("072"));
    let camera = stage.publish(&mut point, "cam", proto::TrackSource::Camera);
    stage.renegotiate(&mut watcher);
    let ranks = |stage: &Stage| -> Vec<Rank> {
        let rank = |command: &Command| match command {
            Command::Prefer { preference, .. } => Some(preference.rank),
            _ => None,
        };
        stage.commands.iter().filter_map(rank).collect()
    };
    assert_eq!(ranks(&stage), [], "a thumbnail like any other");
    set(&mut stage, policy(2, &["point:071"]));
    assert_eq!(ranks(&stage), [Rank::Speaker]);
    set(&mut stage, policy(3, &["point:071"]));
    assert_eq!(ranks(&stage), [], "as it was");
    stage.commands.clear();
    stage.publish(&mut point, "screen", proto::TrackSource::ScreenShare);
    stage.renegotiate(&mut watcher);
    assert_eq!(ranks(&stage), [Rank::Presentation]);
    let spotlight = Some(place("point:071"));
    let mut spot = policy(4, &[]);
    spot.stage.spotlight = spotlight;
    set(&mut stage, spot);
    assert_eq!(ranks(&stage), [], "in the spotlight it is still what it was");
    set(&mut stage, policy(5, &[]));
    assert_eq!(ranks(&stage), [Rank::Thumbnail]);
    assert!(stage.room.tracks.values().any(|track| track.sid.as_str() == camera));
}

#[test]
fn an_older_word_of_the_meeting_changes_nothing() {
    let mut stage = meeting();
    let mut point = stage.arrive(Entry::seated("071"));
    stage.publish(&mut point, "mic", proto::TrackSource::Microphone);
    set(&mut stage, policy(5, &[]));
    set(&mut stage, policy(4, &["point:071"]));
    assert!(gates(&stage).is_empty());
}

#[test]
fn a_plain_rooms_microphones_are_nobodys_business() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    stage.publish(&mut an, "mic", proto::TrackSource::Microphone);
    assert!(gates(&stage).is_empty());
}

#[test]
fn mute_all_mutes_everybody_but_who_presides() {
    let mut stage = meeting();
    set(
        &mut stage,
        Policy { stage: crate::meeting::Stage { all_speak: true, ..Default::default() }, ..policy(2, &[]) },
    );
    let mut point = stage.arrive(Entry::seated("071"));
    let mut other = stage.arrive(Entry::seated("070"));
    let sid = stage.publish(&mut point, "mic", proto::TrackSource::Microphone);
    let heard = stage.publish(&mut other, "mic", proto::TrackSource::Microphone);
    stage.mail(&point);
    stage.mail(&other);
    stage.input(Input::Order(Order::MuteAll { but: place("point:070") }));
    assert_eq!(mutes(&mut stage, &point), std::slice::from_ref(&sid));
    assert!(mutes(&mut stage, &other).is_empty());
    unmute(&mut stage, &point, &sid);
    assert!(mutes(&mut stage, &point).is_empty(), "who is on stage may unmute again");
    stage.input(Input::Order(Order::Mute(place("point:070"))));
    assert_eq!(mutes(&mut stage, &other), [heard]);
    stage.input(Input::Order(Order::AskUnmute(place("point:070"))));
    let (peers, _, packet) = stage.sent_data().pop().expect("asked");
    assert_eq!(peers, [other.peer]);
    let Some(proto::data_packet::Value::User(user)) = packet.value else { panic!() };
    assert_eq!((user.topic.as_deref(), packet.participant_identity.as_str()), (Some(UNMUTE_TOPIC), ""));
}

#[test]
fn a_leaked_link_does_not_throw_out_the_real_participant() {
    let mut stage = meeting();
    let point = stage.arrive(Entry::seated("071"));
    let thief = stage.enter(Entry::seated("071"));
    assert_eq!(farewell(&mut stage, &thief), Some(DisconnectReason::DuplicateIdentity));
    assert!(stage.is_present(&point) && stage.is_closed(&thief));
    assert_eq!(stage.records.len(), 1, "one line");
}

#[test]
fn a_device_that_comes_back_gets_its_own_seat_again() {
    let mut stage = meeting();
    let device = |name: &str| {
        let mut entry = Entry::seated("071");
        entry.claims.device = Some(name.to_owned());
        entry
    };
    let before = stage.arrive(device("a1b2"));
    let thief = stage.enter(device("other"));
    assert_eq!(farewell(&mut stage, &thief), Some(DisconnectReason::DuplicateIdentity));
    let after = stage.arrive(device("a1b2"));
    assert!(stage.is_present(&after) && !stage.is_present(&before));
}

#[test]
fn a_seat_whose_device_is_gone_may_be_taken() {
    let mut stage = meeting();
    let before = stage.arrive(Entry::seated("071"));
    stage.input(Input::SignalClosed { session: before.session });
    let early = stage.enter(Entry::seated("071"));
    assert_eq!(farewell(&mut stage, &early), Some(DisconnectReason::DuplicateIdentity), "its media is still there");
    let last_heard = stage.now;
    stage.input(Input::Media(Event::Silent { peer: before.peer, last_heard }));
    let after = stage.arrive(Entry::seated("071"));
    assert!(stage.is_present(&after) && !stage.is_present(&before));
}

#[test]
fn companions_see_and_hear_beside_the_first_device_and_are_the_same_places_lines() {
    let mut stage = meeting();
    set(&mut stage, Policy { second_device: SecondDevice::Companion, ..policy(2, &["point:071"]) });
    let first = stage.arrive(Entry::seated("071"));
    let second = stage.arrive(Entry::seated("071"));
    assert!(stage.is_present(&first) && stage.is_present(&second));
    let info = stage.room.participants().into_iter().find(|one| one.identity == "point:071~2").expect("beside");
    assert!(!info.permission.unwrap().can_publish);
    let place = |(_, fact): &(Timestamp, Fact)| match fact {
        Fact::LineUp { place, .. } => place.to_string(),
        other => panic!("{other:?}"),
    };
    let places: Vec<_> = stage.records.iter().map(place).collect();
    assert_eq!(places, ["point:071", "point:071"]);
    // The stage of the seat is not the companion's.
    set(&mut stage, Policy { second_device: SecondDevice::Companion, ..policy(3, &[]) });
    set(&mut stage, Policy { second_device: SecondDevice::Companion, ..policy(4, &["point:071"]) });
    let info = stage.room.participants().into_iter().find(|one| one.identity == "point:071~2").expect("beside");
    assert!(!info.permission.unwrap().can_publish);
}

#[test]
fn who_is_removed_goes_and_stays_out_until_readmitted() {
    let mut stage = meeting();
    let point = stage.arrive(Entry::seated("071"));
    let mut removed = policy(2, &[]);
    removed.stage.removed.insert(place("point:071"));
    set(&mut stage, removed);
    assert_eq!(farewell(&mut stage, &point), Some(DisconnectReason::ParticipantRemoved));
    let Some((_, Fact::LineDown { reason, .. })) = stage.records.last() else { panic!() };
    assert_eq!(*reason, DownReason::Removed);
    let again = stage.enter(Entry::seated("071"));
    assert_eq!(farewell(&mut stage, &again), Some(DisconnectReason::ParticipantRemoved));
    set(&mut stage, policy(3, &[]));
    let again = stage.arrive(Entry::seated("071"));
    assert!(stage.is_present(&again));
}

#[test]
fn at_the_close_everybody_leaves_and_nobody_comes_in() {
    let mut stage = meeting();
    let point = stage.arrive(Entry::seated("071"));
    let mut shut = policy(2, &[]);
    shut.stage.shut = true;
    set(&mut stage, shut);
    assert_eq!(farewell(&mut stage, &point), Some(DisconnectReason::RoomDeleted));
    assert_eq!(stage.records.last().map(|(at, _)| *at), Some(START));
    let late = stage.enter(Entry::seated("071"));
    assert_eq!(farewell(&mut stage, &late), Some(DisconnectReason::RoomDeleted));
}

#[test]
fn everybody_is_shown_where_the_meeting_stands() {
    let mut stage = meeting();
    let point = stage.arrive(Entry::seated("071"));
    stage.mail(&point);
    set(&mut stage, policy(2, &[]));
    let shown = |message: Response| match message {
        Response::RoomUpdate(update) => update.room.map(|room| room.metadata),
        _ => None,
    };
    assert_eq!(stage.mail(&point).into_iter().find_map(shown).as_deref(), Some("{\"seq\":2}"));
}
