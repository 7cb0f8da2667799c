//! What the server API brings about in a room, and what the world outside is told of it.

use std::time::Duration;

use super::{
    harness::{Entry, Guest, Stage},
    proto::{
        self, DisconnectReason, RoomEndReason, TrackSource, participant_info::State,
        signal_request::Message as Request, signal_response::Message as Response,
    },
    *,
};
use crate::{
    media::{Channel, Event},
    meeting::SecondDevice,
};

fn farewell(stage: &mut Stage, guest: &Guest) -> DisconnectReason {
    match stage.mail(guest).last() {
        Some(Response::Leave(leave)) => leave.reason(),
        other => panic!("{other:?} in place of a leave"),
    }
}

fn update(identity: &str) -> proto::UpdateParticipantRequest {
    proto::UpdateParticipantRequest { identity: identity.to_owned(), ..Default::default() }
}

fn message(text: &str) -> proto::SendDataRequest {
    proto::SendDataRequest { data: text.into(), topic: Some("chat".to_owned()), ..Default::default() }
}

fn mute(identity: &str, track_sid: &str, muted: bool) -> Ask {
    Ask::Mute { identity: identity.to_owned(), track_sid: track_sid.to_owned(), muted }
}

/// In a word each.
fn told(stage: &mut Stage) -> Vec<String> {
    let word = |what: Happening| match what {
        Happening::RoomStarted => "started".to_owned(),
        Happening::RoomFinished(reason) => format!("finished {reason:?}"),
        Happening::ParticipantJoined(one) => format!("joined {}", one.identity),
        Happening::ParticipantLeft(one) => format!("left {} {:?}", one.identity, one.disconnect_reason()),
        Happening::ConnectionAborted(one) => format!("aborted {} {:?}", one.identity, one.disconnect_reason()),
        Happening::TrackPublished { participant, track } => {
            format!("published {} of {}", track.source().as_str_name(), participant.identity)
        }
        Happening::TrackUnpublished { participant, track } => {
            format!("unpublished {} of {}", track.source().as_str_name(), participant.identity)
        }
    };
    std::mem::take(&mut stage.notices).into_iter().map(word).collect()
}

#[test]
fn who_is_removed_is_told_so_and_may_come_again() {
    let mut stage = Stage::new();
    let (an, bình) = (stage.join("an"), stage.join("bình"));
    assert_eq!(stage.serve(Ask::Remove { identity: "an".into() }), Ok(Reply::Done));
    assert_eq!(farewell(&mut stage, &an), DisconnectReason::ParticipantRemoved);
    let news = stage.news(&bình, "an").unwrap();
    assert_eq!((news.state(), news.disconnect_reason()), (State::Disconnected, DisconnectReason::ParticipantRemoved));
    assert_eq!(stage.serve(Ask::Remove { identity: "an".into() }), Err(Refused::NoParticipant));
    let an = stage.join("an");
    assert!(stage.is_present(&an));
}

#[test]
fn a_track_is_muted_from_afar_and_unmuted_by_its_owner_only() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let bình = stage.join("bình");
    let mic = stage.publish(&mut an, "mic", TrackSource::Microphone);
    let track = stage.track(&mic);
    stage.commands.clear();

    let Ok(Reply::Track(info)) = stage.serve(mute("an", &mic, true)) else { panic!("not muted") };
    assert!(info.muted && info.sid == mic);
    assert!(
        matches!(&stage.commands[..], [Command::SetMuted { track: muted, muted: true }] if *muted == track),
        "{:?}",
        stage.commands
    );
    assert!(stage.mail(&an).iter().any(|mail| matches!(mail, Response::Mute(mute) if mute.muted && mute.sid == mic)));
    assert!(stage.news(&bình, "an").unwrap().tracks[0].muted);

    assert_eq!(stage.serve(mute("an", &mic, false)), Err(Refused::Unmute));
    assert_eq!(stage.serve(mute("bình", &mic, true)), Err(Refused::NoTrack), "the track of another");
    assert_eq!(stage.serve(mute("ai", &mic, true)), Err(Refused::NoParticipant));
    stage.ask(&an, Request::Mute(proto::MuteTrackRequest { sid: mic, muted: false }));
    assert!(!stage.news(&bình, "an").unwrap().tracks[0].muted);
}

#[test]
fn a_profile_changes_in_the_parts_that_are_given() {
    let mut stage = Stage::new();
    let (an, bình) = (stage.join("an"), stage.join("bình"));
    let attributes = [("hand", "up"), ("seat", "3")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let request =
        proto::UpdateParticipantRequest { name: "An".into(), metadata: "m".into(), attributes, ..update("an") };
    let Ok(Reply::Participant(info)) = stage.serve(Ask::UpdateParticipant(Box::new(request))) else {
        panic!("not updated")
    };
    assert_eq!((info.name.as_str(), info.metadata.as_str(), info.attributes.len()), ("An", "m", 2));

    let attributes = [("hand".to_owned(), String::new())].into();
    let request = proto::UpdateParticipantRequest { attributes, ..update("an") };
    stage.serve(Ask::UpdateParticipant(Box::new(request))).unwrap();
    for guest in [&an, &bình] {
        let news = stage.news(guest, "an").unwrap();
        assert_eq!((news.name.as_str(), news.metadata.as_str()), ("An", "m"));
        assert_eq!(news.attributes.into_iter().collect::<Vec<_>>(), [("seat".to_owned(), "3".to_owned())]);
    }
    let renewed = stage.refreshed.last().unwrap();
    assert_eq!((renewed.name.as_str(), renewed.metadata.as_str()), ("An", "m"), "and so says its next token");
}

#[test]
fn what_is_too_long_changes_nothing() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    stage.mail(&an);
    let long = "x".repeat(MAX);
    let wrong = [
        proto::UpdateParticipantRequest { name: long.clone(), ..update("an") },
        proto::UpdateParticipantRequest { metadata: long.clone(), ..update("an") },
        proto::UpdateParticipantRequest { attributes: [("a".to_owned(), long.clone())].into(), ..update("an") },
    ];
    for request in wrong {
        let refused = stage.serve(Ask::UpdateParticipant(Box::new(request)));
        assert!(matches!(refused, Err(Refused::TooLong { .. })), "{refused:?}");
    }
    assert!(matches!(stage.serve(Ask::SetMetadata(long)), Err(Refused::TooLong { .. })));
    let message = message(&"x".repeat(data::MAX_PACKET_BYTES));
    assert!(matches!(stage.serve(Ask::SendData(message)), Err(Refused::TooLong { .. })));
    assert!(stage.mail(&an).is_empty() && stage.room.info().metadata.is_empty());
}

const MAX: usize = crate::signalling::token::MAX_METADATA_BYTES + 1;

#[test]
fn a_permission_taken_away_ends_what_it_allowed() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let mut bình = stage.join("bình");
    let mic = stage.publish(&mut an, "mic", TrackSource::Microphone);
    let screen = stage.publish(&mut an, "screen", TrackSource::ScreenShare);
    let cam = stage.publish(&mut bình, "cam", TrackSource::Camera);
    stage.renegotiate(&mut an);
    stage.renegotiate(&mut bình);
    assert_eq!(stage.receives(&an), [stage.track(&cam)].into());
    assert_eq!(stage.receives(&bình), [stage.track(&mic), stage.track(&screen)].into());

    let permission = proto::ParticipantPermission {
        can_publish: true,
        can_publish_sources: vec![TrackSource::Microphone.into()],
        ..Default::default()
    };
    let request = proto::UpdateParticipantRequest { permission: Some(permission.clone()), ..update("an") };
    let Ok(Reply::Participant(info)) = stage.serve(Ask::UpdateParticipant(Box::new(request))) else {
        panic!("not updated")
    };
    assert_eq!(info.permission, Some(permission));
    assert_eq!(stage.receives(&bình), [stage.track(&mic)].into(), "the screen is gone");
    assert!(stage.receives(&an).is_empty(), "it may not see either");
    assert!(stage.heard(&an).contains(&"trackUnpublished"));
    let sources = &stage.refreshed.last().unwrap().grants.participant.sources;
    assert_eq!(sources, &[TrackSource::Microphone]);

    let all = proto::ParticipantPermission { can_subscribe: true, can_publish: true, ..Default::default() };
    let request = proto::UpdateParticipantRequest { permission: Some(all), ..update("an") };
    stage.serve(Ask::UpdateParticipant(Box::new(request))).unwrap();
    stage.renegotiate(&mut an);
    assert_eq!(stage.receives(&an), [stage.track(&cam)].into());
}

#[test]
fn who_is_made_hidden_is_gone_for_the_others_and_comes_back() {
    let mut stage = Stage::new();
    let (an, bình) = (stage.join("an"), stage.join("bình"));
    let mut hide = |hidden| {
        let permission = proto::ParticipantPermission { can_subscribe: true, hidden, ..Default::default() };
        let request = proto::UpdateParticipantRequest { permission: Some(permission), ..update("an") };
        stage.serve(Ask::UpdateParticipant(Box::new(request))).unwrap();
        (stage.news(&bình, "an").unwrap().state(), stage.news(&an, "an").unwrap().state())
    };
    assert_eq!(hide(true), (State::Disconnected, State::Active));
    assert_eq!(hide(false), (State::Active, State::Active));
}

#[test]
fn subscriptions_are_made_and_ended_for_somebody() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let mic = stage.publish(&mut an, "mic", TrackSource::Microphone);
    let bình = stage.join("bình");
    assert_eq!(stage.receives(&bình).len(), 1);
    let mut subscribe = |identity: &str, subscribe| {
        let (identity, track_sids) = (identity.to_owned(), vec![mic.clone(), "TR_unknown".to_owned()]);
        let request = proto::UpdateSubscriptionsRequest { identity, track_sids, subscribe, ..Default::default() };
        let reply = stage.serve(Ask::UpdateSubscriptions(request));
        (reply, stage.receives(&bình).len())
    };
    assert_eq!(subscribe("bình", false), (Ok(Reply::Done), 0));
    assert_eq!(subscribe("ai", true), (Err(Refused::NoParticipant), 0));
    let mut bình = bình;
    let track_sids = vec![mic];
    let request = proto::UpdateSubscriptionsRequest {
        identity: "bình".into(),
        track_sids,
        subscribe: true,
        ..Default::default()
    };
    stage.serve(Ask::UpdateSubscriptions(request)).unwrap();
    stage.renegotiate(&mut bình);
    assert_eq!(stage.receives(&bình).len(), 1);
}

#[test]
#[expect(deprecated, reason = "older SDKs name recipients by sid")]
fn a_message_reaches_all_or_those_it_names_and_has_no_sender() {
    let mut stage = Stage::new();
    let (an, bình) = (stage.join("an"), stage.join("bình"));
    let silent = stage.enter(Entry::of("cúc"));
    stage.commands.clear();
    let mut reach = |request: proto::SendDataRequest| {
        stage.serve(Ask::SendData(request)).unwrap();
        stage.sent_data()
    };
    let sent = reach(message("xin chào"));
    let [(peers, Channel::Reliable, packet)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(peers, &[an.peer, bình.peer], "and nobody whose connection is not up");
    assert!(!peers.contains(&silent.peer) && packet.participant_identity.is_empty());
    let Some(proto::data_packet::Value::User(user)) = &packet.value else { panic!("{packet:?}") };
    assert_eq!((user.payload.as_slice(), user.topic.as_deref()), ("xin chào".as_bytes(), Some("chat")));

    let lossy = proto::data_packet::Kind::Lossy.into();
    let to_one = proto::SendDataRequest { destination_identities: vec!["an".into()], kind: lossy, ..message("một") };
    assert!(matches!(&reach(to_one)[..], [(peers, Channel::Lossy, _)] if peers == &[an.peer]));
    let by_sid = proto::SendDataRequest { destination_sids: vec![bình.sid.clone()], ..message("hai") };
    assert!(matches!(&reach(by_sid)[..], [(peers, ..)] if peers == &[bình.peer]));
    let to_nobody = proto::SendDataRequest { destination_identities: vec!["ai".into()], ..message("ba") };
    assert!(reach(to_nobody).is_empty());

    for wrong in [
        proto::SendDataRequest { kind: 7, ..message("x") },
        proto::SendDataRequest { nonce: vec![1; 15], ..message("x") },
    ] {
        assert!(matches!(stage.serve(Ask::SendData(wrong)), Err(Refused::Malformed(_))));
    }
}

#[test]
fn the_metadata_of_a_plain_room_are_told_to_everybody() {
    let mut stage = Stage::with(|options| options.metadata = "cũ".to_owned());
    let an = stage.join("an");
    assert!(matches!(&stage.mail(&an)[0], Response::Join(join) if join.room.as_ref().unwrap().metadata == "cũ"));
    let Ok(Reply::Room(room)) = stage.serve(Ask::SetMetadata("mới".into())) else { panic!("not set") };
    assert_eq!(room.metadata, "mới");
    assert!(
        matches!(&stage.mail(&an)[..], [Response::RoomUpdate(update)] if update.room.as_ref().unwrap().metadata == "mới")
    );
    stage.serve(Ask::SetMetadata(String::new())).unwrap();
    assert_eq!(stage.room.info().metadata, "mới", "an empty text leaves what was");
    assert!(stage.mail(&an).is_empty());
}

#[test]
fn a_deleted_room_is_over_at_once_for_those_in_it_and_those_on_the_way() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    stage.serve(Ask::Delete).unwrap();
    assert_eq!(farewell(&mut stage, &an), DisconnectReason::RoomDeleted);
    assert!(stage.room.is_finished(stage.now));
    let late = stage.enter(Entry::of("bình"));
    let Some(Response::Leave(leave)) = stage.mail(&late).pop() else { panic!("no leave") };
    assert_eq!(leave.action(), proto::leave_request::Action::Reconnect, "to the next room of this name");
    stage.room.end(stage.wall);
    stage.perform();
    assert_eq!(told(&mut stage)[2..], ["left an RoomDeleted", "finished RoomEndApiDelete"]);
    stage.assert_quiet();
}

#[test]
fn a_room_made_on_request_waits_as_long_as_was_asked() {
    let mut stage = Stage::with(|options| {
        options.on_request = true;
        options.empty_timeout = Duration::from_secs(60);
        options.departure_timeout = Duration::from_secs(5);
        options.limits.participants = 1;
    });
    let mut lost = Entry::of("an");
    lost.request.reconnect = true;
    stage.enter(lost);
    stage.pass(59.0);
    assert!(!stage.room.is_finished(stage.now), "a join that failed does not end it early");
    stage.serve(Ask::Hold).unwrap();
    stage.pass(59.0);
    assert!(!stage.room.is_finished(stage.now), "somebody asked for it again");

    let an = stage.join("an");
    assert_eq!(stage.room.info().max_participants, 1);
    let bình = stage.enter(Entry::of("bình"));
    assert!(!stage.is_present(&bình), "it is full");
    stage.pass(10.0);
    stage.ask(&an, Request::Leave(proto::LeaveRequest::default()));
    stage.pass(4.0);
    assert!(!stage.room.is_finished(stage.now));
    stage.pass(1.5);
    assert!(stage.room.is_finished(stage.now));
}

#[test]
fn a_meetings_room_tells_and_does_not_let_itself_be_changed() {
    let mut stage = Stage::new();
    let policy = Policy {
        seq: 1,
        stage: crate::meeting::Stage::default(),
        second_device: SecondDevice::Refuse,
        metadata: "{}".to_owned(),
    };
    stage.input(Input::Policy(Box::new(policy)));
    let point = stage.arrive(Entry::seated("071"));
    stage.mail(&point);
    let identity = || "point:071".to_owned();
    assert!(matches!(stage.serve(Ask::Participants), Ok(Reply::Participants(all)) if all.len() == 1));
    assert!(matches!(stage.serve(Ask::Participant { identity: identity() }), Ok(Reply::Participant(_))));
    assert!(matches!(stage.serve(Ask::Describe), Ok(Reply::Room(room)) if room.metadata == "{}"));
    for ask in [
        Ask::Hold,
        Ask::Remove { identity: identity() },
        mute("point:071", "TR_any", true),
        Ask::UpdateParticipant(Box::new(update("point:071"))),
        Ask::UpdateSubscriptions(proto::UpdateSubscriptionsRequest { identity: identity(), ..Default::default() }),
        Ask::SendData(message("spoof")),
        Ask::SetMetadata("{\"phase\":\"open\"}".to_owned()),
        Ask::Delete,
    ] {
        let refused = stage.serve(ask.clone());
        assert!(matches!(refused, Err(Refused::OfMeeting(_))), "{ask:?}: {refused:?}");
    }
    assert!(stage.is_present(&point) && stage.mail(&point).is_empty());
    assert!(stage.sent_data().is_empty());
}

#[test]
fn the_world_outside_hears_a_stay_from_its_beginning_to_its_end() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    stage.publish(&mut an, "mic", TrackSource::Microphone);
    stage.publish(&mut an, "cam", TrackSource::Camera);
    an.browser.stop("cam");
    stage.renegotiate(&mut an);
    let bình = stage.enter(Entry::of("bình"));
    stage.ask(&bình, Request::Leave(proto::LeaveRequest::default()));
    let cúc = stage.join("cúc");
    stage.input(Input::Media(Event::Silent { peer: cúc.peer, last_heard: stage.now }));
    stage.input(Input::SignalClosed { session: cúc.session });
    stage.pass(40.0);
    stage.join("an");
    stage.input(Input::Stop);
    stage.room.end(stage.wall);
    stage.perform();
    let heard = told(&mut stage);
    assert_eq!(
        heard,
        [
            "started",
            "joined an",
            "published MICROPHONE of an",
            "published CAMERA of an",
            "unpublished CAMERA of an",
            "aborted bình ClientInitiated",
            "joined cúc",
            "left cúc ConnectionTimeout",
            "unpublished MICROPHONE of an",
            "left an ConnectionTimeout",
            "joined an",
            "left an ServerShutdown",
            "finished RoomEndServerShutdown",
        ]
    );
    stage.assert_quiet();
}

#[test]
fn a_track_that_is_there_before_its_owner_has_joined_is_told_with_the_joining() {
    let mut stage = Stage::new();
    let mut an = stage.enter(Entry::of("an"));
    an.browser = super::harness::Browser::new();
    stage.add(&mut an, "mic", TrackSource::Microphone);
    let mut bình = stage.enter(Entry::of("bình"));
    bình.browser = super::harness::Browser::new();
    stage.add(&mut bình, "cam", TrackSource::Camera);
    stage.input(Input::Media(Event::Connected { peer: an.peer }));
    stage.ask(&bình, Request::Leave(proto::LeaveRequest::default()));
    let heard = told(&mut stage);
    assert_eq!(heard, ["started", "joined an", "published MICROPHONE of an", "aborted bình ClientInitiated"]);
}

#[test]
fn a_room_left_alone_finishes_for_want_of_people() {
    let mut stage = Stage::new();
    stage.pass(301.0);
    assert!(stage.room.is_finished(stage.now));
    stage.room.end(stage.wall);
    stage.perform();
    assert!(matches!(stage.notices.pop(), Some(Happening::RoomFinished(RoomEndReason::RoomEndIdleTimeout))));
}
