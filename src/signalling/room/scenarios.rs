//! The room's behaviour as scripts: who does what, what the others see of it.

use std::collections::BTreeSet;

use super::{
    Input,
    harness::{Entry, Guest, START, Stage, add_track, claims, endpoint},
    proto::{
        self, DisconnectReason, TrackSource, leave_request::Action, participant_info::State, request_response::Reason,
        signal_request::Message as Request, signal_response::Message as Response, simulate_scenario::Scenario,
    },
};
use crate::{
    ids::SessionId,
    media::{Channel, Command, Event, Layer, Leg, LineQuality, MediaKind, PeerFailure},
    meeting::{DownReason, Fact, LineGrade, LineTrouble, Place},
};

fn leave_of(stage: &mut Stage, guest: &Guest) -> (Action, DisconnectReason) {
    let mail = stage.mail(guest);
    let Some(Response::Leave(leave)) = mail.last() else { panic!("no leave at the end of {mail:?}") };
    (leave.action(), leave.reason())
}

fn refusal(stage: &mut Stage, guest: &Guest) -> Reason {
    let mail = stage.mail(guest);
    let Some(Response::RequestResponse(response)) = mail.last() else { panic!("no response in {mail:?}") };
    response.reason()
}

fn user_packet(text: &str, sequence: u32) -> proto::DataPacket {
    let user = proto::UserPacket { payload: text.into(), ..Default::default() };
    proto::DataPacket { sequence, value: Some(proto::data_packet::Value::User(user)), ..Default::default() }
}

fn text_of(packet: &proto::DataPacket) -> String {
    match &packet.value {
        Some(proto::data_packet::Value::User(user)) => String::from_utf8(user.payload.clone()).unwrap(),
        other => panic!("not a user packet: {other:?}"),
    }
}

#[test]
fn the_first_message_is_the_join_response_then_the_answer() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    let bình = stage.join("bình");

    let mail = stage.mail(&bình);
    let Some(Response::Join(join)) = mail.first() else { panic!("{mail:?}") };
    assert!(!join.server_version.is_empty());
    assert!(join.fast_publish);
    assert_eq!((join.ping_interval, join.ping_timeout), (5, 15));
    assert_eq!(join.room.as_ref().unwrap().name, "phòng");
    assert_eq!(join.participant.as_ref().unwrap().identity, "bình");
    assert_eq!(join.other_participants.len(), 1);
    assert_eq!(join.other_participants[0].sid, an.sid);
    assert!(an.sid.starts_with("PA_"));
    let Some(Response::Answer(answer)) = mail.get(1) else { panic!("{mail:?}") };
    assert_eq!((answer.id, answer.r#type.as_str()), (1, "answer"));

    assert_eq!(stage.news(&an, "bình").unwrap().state(), State::Active);
}

#[test]
fn a_firefox_offers_after_it_has_joined() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    stage.publish(&mut an, "mic", TrackSource::Microphone);
    let bình = stage.enter(Entry::of("bình"));
    assert_eq!(stage.heard(&bình), ["join"], "nothing is asked for before the first offer");
    let mut bình = Guest { browser: super::harness::Browser::new(), ..bình };
    stage.renegotiate(&mut bình);
    assert_eq!(stage.heard(&bình), ["answer"]);
    assert_eq!(stage.receives(&bình).len(), 1);
}

#[test]
fn a_track_is_shown_when_negotiated_and_sent_when_it_flows() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let bình = stage.join("bình");
    stage.ask(&an, Request::AddTrack(add_track("cam", TrackSource::Camera)));
    assert_eq!(stage.news(&bình, "an"), None, "nobody knows of a track without a section");

    an.browser.send(MediaKind::Video, "cam");
    stage.renegotiate(&mut an);
    let info = stage.news(&bình, "an").unwrap();
    assert_eq!(info.tracks.len(), 1);
    let track = &info.tracks[0];
    assert!(track.sid.starts_with("TR_"));
    assert_eq!((track.mime_type.as_str(), track.source()), ("video/VP8", TrackSource::Camera));
    assert!(!track.mid.is_empty() && !track.codecs[0].mid.is_empty());
    assert!(stage.receives(&bình).is_empty());

    let id = stage.track(&track.sid);
    stage.input(Input::Media(Event::Flowing { peer: an.peer, track: id }));
    let mut bình = bình;
    assert_eq!(stage.heard(&an), ["answer", "trackSubscribed"]);
    stage.renegotiate(&mut bình);
    assert_eq!(stage.receives(&bình), BTreeSet::from([id]));
    let mail = stage.mail(&bình);
    let Some(Response::Answer(answer)) = mail.last() else { panic!("{mail:?}") };
    assert_eq!(answer.mid_to_track_id.values().collect::<Vec<_>>(), [&track.sid]);
    assert!(answer.sdp.contains(&format!("{}|{}", an.sid, track.sid)), "{}", answer.sdp);
}

#[test]
fn a_browser_gets_picture_and_sound_in_one_stream_to_play_them_in_sync() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    stage.publish(&mut an, "mic", TrackSource::Microphone);
    let cam = stage.publish(&mut an, "cam", TrackSource::Camera);
    for (browser, stream) in [("Chrome", "camera"), ("Firefox", cam.as_str())] {
        let mut entry = Entry::of("bình");
        let sdk = proto::client_info::Sdk::Js.into();
        entry.request.client_info = Some(proto::ClientInfo { sdk, browser: browser.into(), ..Default::default() });
        let bình = stage.arrive(entry);
        let mail = stage.mail(&bình);
        let Some(Response::Answer(answer)) = mail.get(1) else { panic!("{mail:?}") };
        assert!(answer.sdp.contains(&format!("{}|{stream}", an.sid)), "{browser}: {}", answer.sdp);
    }
}

#[test]
fn whoever_comes_late_has_everything_in_the_first_answer() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let mic = stage.publish(&mut an, "mic", TrackSource::Microphone);
    let cam = stage.publish(&mut an, "cam", TrackSource::Camera);
    let bình = stage.join("bình");
    assert_eq!(stage.receives(&bình), BTreeSet::from([stage.track(&mic), stage.track(&cam)]));
    assert_eq!(stage.heard(&bình), ["join", "answer"]);
}

#[test]
fn sections_are_asked_for_once_and_then_for_what_is_still_missing() {
    let mut stage = Stage::new();
    let mut bình = stage.join("bình");
    let mut an = stage.join("an");
    stage.mail(&bình);
    for index in 0..5 {
        stage.publish(&mut an, &format!("cam{index}"), TrackSource::Camera);
    }
    let asked = |mail: Vec<Response>| -> Vec<(u32, u32)> {
        let requirements = mail.into_iter().filter_map(|message| match message {
            Response::MediaSectionsRequirement(wanted) => Some((wanted.num_audios, wanted.num_videos)),
            _ => None,
        });
        requirements.collect()
    };
    assert_eq!(asked(stage.mail(&bình)), [(0, 0)], "three sections are free, the client needs only offer again");
    stage.renegotiate(&mut bình);
    assert_eq!(stage.receives(&bình).len(), 3);
    assert_eq!(asked(stage.mail(&bình)), [(0, 2)]);

    // An offer of the client's own crosses the request: it is not asked twice.
    stage.renegotiate(&mut bình);
    assert_eq!(asked(stage.mail(&bình)), []);
    bình.browser.receive(0, 2);
    stage.renegotiate(&mut bình);
    assert_eq!(stage.receives(&bình).len(), 5);
    stage.pass(10.0);
    assert_eq!(asked(stage.mail(&bình)), []);
}

#[test]
fn a_request_for_sections_that_got_lost_is_repeated() {
    let mut stage = Stage::new();
    let bình = stage.join("bình");
    let mut an = stage.join("an");
    stage.publish(&mut an, "mic", TrackSource::Microphone);
    let count = |stage: &mut Stage| stage.heard(&bình).iter().filter(|m| **m == "mediaSectionsRequirement").count();
    assert_eq!(count(&mut stage), 1);
    stage.pass(4.9);
    assert_eq!(count(&mut stage), 0);
    stage.pass(0.2);
    assert_eq!(count(&mut stage), 1);
}

#[test]
fn a_track_that_stops_is_gone_for_everybody_and_its_section_serves_the_next() {
    let mut stage = Stage::new();
    let mut bình = stage.join("bình");
    let mut an = stage.join("an");
    let cam = stage.publish(&mut an, "cam", TrackSource::Camera);
    stage.renegotiate(&mut bình);
    assert_eq!(stage.receives(&bình).len(), 1);
    stage.mail(&an);

    an.browser.stop("cam");
    stage.renegotiate(&mut an);
    let mail = stage.mail(&an);
    assert!(
        mail.iter().any(|message| matches!(message, Response::TrackUnpublished(gone) if gone.track_sid == cam)),
        "{mail:?}"
    );
    assert!(stage.news(&bình, "an").unwrap().tracks.is_empty());
    assert!(stage.receives(&bình).is_empty());

    stage.publish(&mut an, "screen", TrackSource::ScreenShare);
    stage.renegotiate(&mut bình);
    assert_eq!(stage.receives(&bình).len(), 1);
}

#[test]
fn a_mute_is_seen_by_the_others() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let bình = stage.join("bình");
    let mic = stage.publish(&mut an, "mic", TrackSource::Microphone);
    let before = stage.news(&bình, "an").unwrap();
    stage.commands.clear();
    stage.ask(&an, Request::Mute(proto::MuteTrackRequest { sid: mic.clone(), muted: true }));
    let after = stage.news(&bình, "an").unwrap();
    assert!(!before.tracks[0].muted && after.tracks[0].muted);
    assert!(after.version > before.version);
    assert!(matches!(stage.commands[..], [Command::SetMuted { muted: true, .. }]));

    stage.ask(&bình, Request::Mute(proto::MuteTrackRequest { sid: mic, muted: false }));
    assert_eq!(stage.news(&bình, "an"), None, "nobody unmutes another");
}

#[test]
fn wishes_become_layers() {
    let mut stage = Stage::new();
    let mut bình = stage.join("bình");
    let mut an = stage.join("an");
    let cam = stage.publish(&mut an, "cam", TrackSource::Camera);
    stage.renegotiate(&mut bình);
    let wish = |stage: &mut Stage, settings: proto::UpdateTrackSettings| {
        stage.commands.clear();
        let settings = proto::UpdateTrackSettings { track_sids: vec![cam.clone()], ..settings };
        stage.ask(&bình, Request::TrackSetting(settings));
        match stage.commands[..] {
            [Command::Prefer { preference, .. }] => Some(preference.layer),
            [] => None,
            ref other => panic!("{other:?}"),
        }
    };
    let size = |width, height| proto::UpdateTrackSettings { width, height, ..Default::default() };
    assert_eq!(wish(&mut stage, size(320, 180)), Some(Some(Layer::Quarter)));
    assert_eq!(wish(&mut stage, size(320, 180)), None, "nothing new");
    assert_eq!(wish(&mut stage, size(640, 360)), Some(Some(Layer::Half)));
    let hidden = proto::UpdateTrackSettings { disabled: true, ..Default::default() };
    assert_eq!(wish(&mut stage, hidden), Some(None));
    let high = proto::UpdateTrackSettings { quality: proto::VideoQuality::High.into(), ..Default::default() };
    assert_eq!(wish(&mut stage, high), Some(Some(Layer::Full)));
}

#[test]
fn whose_line_does_not_carry_a_picture_is_told_and_nobody_else() {
    let mut stage = Stage::new();
    let mut bình = stage.join("bình");
    let mut an = stage.join("an");
    let cam = stage.publish(&mut an, "cam", TrackSource::Camera);
    stage.renegotiate(&mut bình);
    for (starved, state) in [(true, proto::StreamState::Paused), (false, proto::StreamState::Active)] {
        stage.mail(&an);
        stage.mail(&bình);
        let track = stage.track(&cam);
        stage.input(Input::Media(Event::Starved { peer: bình.peer, track, starved }));
        let told: Vec<_> = stage.mail(&bình);
        let [Response::StreamStateUpdate(update)] = &told[..] else { panic!("{told:?}") };
        let info = &update.stream_states[0];
        assert_eq!((&info.participant_sid, &info.track_sid, info.state()), (&an.sid, &cam, state));
        assert!(stage.mail(&an).is_empty());
    }
}

#[test]
fn who_speaks_is_told_to_all_and_to_those_who_come_later() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let bình = stage.join("bình");
    let mic = stage.publish(&mut an, "mic", TrackSource::Microphone);
    let speakers = |stage: &mut Stage, guest: &Guest| -> Vec<(String, f32, bool)> {
        let changed = |message: Response| match message {
            Response::SpeakersChanged(changed) => changed.speakers,
            _ => Vec::new(),
        };
        stage.mail(guest).into_iter().flat_map(changed).map(|one| (one.sid, one.level, one.active)).collect()
    };
    let track = stage.track(&mic);
    let voice = |stage: &mut Stage, loudness| {
        stage.input(Input::Media(Event::Voice { peer: an.peer, track, loudness }));
    };
    voice(&mut stage, Some(0.5));
    assert_eq!(speakers(&mut stage, &bình), [(an.sid.clone(), 0.5, true)]);
    assert_eq!(speakers(&mut stage, &an), [(an.sid.clone(), 0.5, true)]);
    let chi = stage.join("chi");
    assert_eq!(speakers(&mut stage, &chi), [(an.sid.clone(), 0.5, true)]);
    voice(&mut stage, None);
    assert_eq!(speakers(&mut stage, &chi), [(an.sid.clone(), 0.0, false)]);
    voice(&mut stage, Some(0.5));
    stage.mail(&bình);
    stage.ask(&an, Request::Leave(proto::LeaveRequest::default()));
    assert_eq!(speakers(&mut stage, &bình), [(an.sid.clone(), 0.0, false)], "whoever leaves does not speak");
}

#[test]
fn a_line_becomes_worse_at_once_and_better_after_a_while_and_nobody_hears_that_its_own_is_lost() {
    let mut stage = Stage::new();
    let an = stage.arrive(Entry::seated("071"));
    let bình = stage.join("bình");
    stage.room.poll_lines();
    let grades = |stage: &mut Stage, guest: &Guest| -> Vec<proto::ConnectionQuality> {
        let told = |message: Response| match message {
            Response::ConnectionQuality(update) => update.updates,
            _ => Vec::new(),
        };
        stage.mail(guest).into_iter().flat_map(told).map(|info| info.quality()).collect()
    };
    let measured = |stage: &mut Stage, lost_percent| {
        let up = Some(Leg { lost_percent, starved: 0 });
        let quality = LineQuality { up, ..Default::default() };
        stage.input(Input::Media(Event::Quality { peer: an.peer, quality }));
    };
    use proto::ConnectionQuality::{Excellent, Good, Lost, Poor};
    measured(&mut stage, 12);
    assert_eq!(grades(&mut stage, &bình), [Poor]);
    let lines = stage.room.poll_lines().expect("news");
    let line = &lines[&"point:071".parse::<Place>().unwrap()];
    assert_eq!((line.grade, line.trouble), (LineGrade::Poor, Some(LineTrouble::UplinkLoss)));
    assert_eq!((line.uplink_lost_percent, line.since), (Some(12), stage.wall));
    assert_eq!(stage.room.poll_lines(), None);

    measured(&mut stage, 4);
    stage.pass(5.0);
    assert_eq!(grades(&mut stage, &bình), []);
    stage.pass(2.0);
    assert_eq!(grades(&mut stage, &bình), [Good]);
    measured(&mut stage, 0);
    stage.pass(3.0);
    measured(&mut stage, 4);
    stage.pass(4.0);
    assert_eq!(grades(&mut stage, &bình), [], "it was better for a moment only");

    grades(&mut stage, &an);
    stage.input(Input::Media(Event::Silent { peer: an.peer, last_heard: stage.now }));
    assert_eq!((grades(&mut stage, &bình), grades(&mut stage, &an)), (vec![Lost], vec![]));
    measured(&mut stage, 0);
    stage.input(Input::Media(Event::Heard { peer: an.peer }));
    assert_eq!((grades(&mut stage, &bình), grades(&mut stage, &an)), (vec![Excellent], vec![Excellent]));
}

#[test]
fn layers_that_nobody_watches_are_called_off_after_a_while_and_asked_for_at_once() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let cam = stage.publish(&mut an, "cam", TrackSource::Camera);
    let told = |stage: &mut Stage| -> Vec<usize> {
        let enabled = |message: Response| match message {
            Response::SubscribedQualityUpdate(update) => {
                let [codec] = &update.subscribed_codecs[..] else { panic!("{update:?}") };
                assert_eq!((codec.codec.as_str(), codec.qualities.len()), ("vp8", 3));
                Some(codec.qualities.iter().filter(|quality| quality.enabled).count())
            }
            _ => None,
        };
        stage.mail(&an).into_iter().filter_map(enabled).collect()
    };
    let wait = |stage: &mut Stage, seconds: f64| {
        let sessions: Vec<SessionId> = stage.room.sessions.keys().copied().collect();
        for session in sessions {
            let message = Box::new(Request::PingReq(proto::Ping::default()));
            stage.input(Input::Request { session, message });
        }
        stage.pass(seconds);
    };
    wait(&mut stage, 4.0);
    assert_eq!(told(&mut stage), Vec::<usize>::new());
    wait(&mut stage, 2.0);
    assert_eq!(told(&mut stage), [0], "nobody is there to watch");

    let bình = stage.join("bình");
    assert_eq!(told(&mut stage), [3]);
    let wish = |stage: &mut Stage, guest: &Guest, settings: proto::UpdateTrackSettings| {
        let settings = proto::UpdateTrackSettings { track_sids: vec![cam.clone()], ..settings };
        stage.ask(guest, Request::TrackSetting(settings));
    };
    let size = |width, height| proto::UpdateTrackSettings { width, height, ..Default::default() };
    let hidden = || proto::UpdateTrackSettings { disabled: true, ..Default::default() };
    wish(&mut stage, &bình, size(160, 90));
    wait(&mut stage, 3.0);
    wish(&mut stage, &bình, size(1280, 720));
    wait(&mut stage, 6.0);
    assert_eq!(told(&mut stage), Vec::<usize>::new(), "a page that is turned to and fro calls nothing off");
    wish(&mut stage, &bình, size(160, 90));
    wait(&mut stage, 6.0);
    assert_eq!(told(&mut stage), [1]);
    let chi = stage.join("chi");
    wish(&mut stage, &chi, size(640, 360));
    assert_eq!(told(&mut stage), [3], "until a wish is told, all is wanted");
    wait(&mut stage, 6.0);
    assert_eq!(told(&mut stage), [2]);
    wish(&mut stage, &chi, hidden());
    wish(&mut stage, &bình, hidden());
    wait(&mut stage, 6.0);
    assert_eq!(told(&mut stage), [0]);
    wish(&mut stage, &bình, size(320, 180));
    assert_eq!(told(&mut stage), [1], "at once");
}

#[test]
fn without_auto_subscribe_a_guest_gets_what_it_asks_for() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let cam = stage.publish(&mut an, "cam", TrackSource::Camera);
    let mut bình = stage.arrive(Entry::of("bình").manual());
    assert!(stage.receives(&bình).is_empty());

    let update = |subscribe| {
        Request::Subscription(proto::UpdateSubscription {
            track_sids: vec![cam.clone()],
            subscribe,
            participant_tracks: Vec::new(),
        })
    };
    stage.ask(&bình, update(true));
    stage.renegotiate(&mut bình);
    assert_eq!(stage.receives(&bình).len(), 1);
    stage.ask(&bình, update(false));
    assert!(stage.receives(&bình).is_empty());
}

#[test]
fn a_publisher_chooses_its_audience() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    stage.publish(&mut an, "mic", TrackSource::Microphone);
    let bình = stage.join("bình");
    let chi = stage.join("chi");
    assert_eq!((stage.receives(&bình).len(), stage.receives(&chi).len()), (1, 1));
    stage.mail(&bình);
    stage.mail(&chi);

    let only_chi =
        proto::TrackPermission { participant_identity: "chi".into(), all_tracks: true, ..Default::default() };
    stage.ask(
        &an,
        Request::SubscriptionPermission(proto::SubscriptionPermission {
            all_participants: false,
            track_permissions: vec![only_chi],
        }),
    );
    assert_eq!((stage.receives(&bình).len(), stage.receives(&chi).len()), (0, 1));
    assert!(stage.heard(&bình).contains(&"subscriptionPermissionUpdate"));
    assert!(stage.heard(&chi).is_empty());
}

#[test]
fn what_the_token_does_not_grant_is_refused() {
    let mut stage = Stage::new();
    let mut entry = Entry::of("an");
    entry.claims.grants.participant.sources = vec![TrackSource::Microphone];
    entry.claims.grants.participant.can_publish_data = false;
    entry.claims.grants.participant.can_update_metadata = false;
    let an = stage.arrive(entry);
    stage.join("bình");
    stage.commands.clear();

    stage.ask(&an, Request::AddTrack(add_track("cam", TrackSource::Camera)));
    assert_eq!(refusal(&mut stage, &an), Reason::NotAllowed);
    stage.ask(&an, Request::AddTrack(add_track("mic", TrackSource::Microphone)));
    assert_eq!(stage.heard(&an), ["trackPublished"]);
    let data = proto::AddTrackRequest { r#type: 2, ..add_track("d", TrackSource::Microphone) };
    stage.ask(&an, Request::AddTrack(data));
    assert_eq!(refusal(&mut stage, &an), Reason::UnsupportedType);

    stage.data(&an, &user_packet("x", 1));
    assert!(stage.sent_data().is_empty());

    let update = proto::UpdateParticipantMetadata { request_id: 9, name: "Z".into(), ..Default::default() };
    stage.ask(&an, Request::UpdateMetadata(update));
    assert_eq!(refusal(&mut stage, &an), Reason::NotAllowed);
}

#[test]
fn a_participant_publishes_so_many_tracks_and_no_more() {
    let mut stage = Stage::with(|options| options.limits.tracks_per_participant = 2);
    let mut an = stage.join("an");
    stage.add(&mut an, "a", TrackSource::Camera);
    stage.add(&mut an, "b", TrackSource::ScreenShare);
    stage.ask(&an, Request::AddTrack(add_track("c", TrackSource::Microphone)));
    assert_eq!(refusal(&mut stage, &an), Reason::LimitExceeded);
}

#[test]
fn metadata_and_attributes_change_for_all_and_come_back_to_their_owner() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    let bình = stage.join("bình");
    let update = |stage: &mut Stage, attributes: &[(&str, &str)], metadata: &str| {
        stage.mail(&an);
        let request = proto::UpdateParticipantMetadata {
            request_id: 4,
            metadata: metadata.into(),
            attributes: attributes.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
            ..Default::default()
        };
        stage.ask(&an, Request::UpdateMetadata(request));
        stage.heard(&an)
    };
    assert_eq!(update(&mut stage, &[("hand", "up"), ("seat", "3")], "m"), ["requestResponse", "update"]);
    let info = stage.news(&bình, "an").unwrap();
    assert_eq!((info.name.as_str(), info.metadata.as_str(), info.attributes.len()), ("AN", "m", 2));
    update(&mut stage, &[("hand", "")], "");
    let info = stage.news(&bình, "an").unwrap();
    assert_eq!((info.metadata.as_str(), info.attributes.len()), ("m", 1));
    update(&mut stage, &[("big", &"x".repeat(20_000))], "");
    assert_eq!(stage.news(&bình, "an"), None);
}

#[test]
fn a_newer_connection_of_the_same_identity_replaces_the_older() {
    let mut stage = Stage::new();
    let mut older = stage.join("an");
    let bình = stage.join("bình");
    stage.publish(&mut older, "mic", TrackSource::Microphone);
    let newer = stage.join("an");
    assert_eq!(leave_of(&mut stage, &older), (Action::Disconnect, DisconnectReason::DuplicateIdentity));
    assert!(stage.is_closed(&older) && !stage.is_present(&older) && stage.is_present(&newer));
    assert_eq!(stage.room.participant_count(), 2);
    let info = stage.news(&bình, "an").unwrap();
    assert_eq!((info.sid.as_str(), info.state()), (newer.sid.as_str(), State::Active));
}

#[test]
fn a_guest_who_says_leave_is_gone_at_once() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    let bình = stage.join("bình");
    stage.ask(&an, Request::Leave(proto::LeaveRequest::default()));
    assert!(stage.is_closed(&an) && !stage.is_present(&an));
    let info = stage.news(&bình, "an").unwrap();
    assert_eq!((info.state(), info.disconnect_reason()), (State::Disconnected, DisconnectReason::ClientInitiated));
}

#[test]
fn a_guest_whose_process_dies_is_gone_within_twenty_seconds() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    stage.pass(3.0);
    stage.input(Input::SignalClosed { session: an.session });
    stage.pass(8.0);
    let last_heard = stage.now - std::time::Duration::from_secs(8);
    stage.input(Input::Media(Event::Silent { peer: an.peer, last_heard }));
    assert!(stage.is_present(&an));
    stage.pass(7.1);
    assert!(!stage.is_present(&an));
}

#[test]
fn a_guest_whose_network_dies_is_gone_within_twenty_seconds() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    // The last ping came just before; the WebSocket never says that it is closed.
    stage.ask(&an, Request::Ping(1));
    let died = stage.now;
    stage.pass(8.0);
    stage.input(Input::Media(Event::Silent { peer: an.peer, last_heard: died }));
    stage.pass(7.1);
    assert!(stage.is_closed(&an) && !stage.is_present(&an));
}

#[test]
fn a_guest_without_signalling_is_gone_even_if_its_media_lives() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    stage.input(Input::SignalClosed { session: an.session });
    stage.pass(29.9);
    assert!(stage.is_present(&an));
    stage.pass(0.2);
    assert!(!stage.is_present(&an));
}

#[test]
fn pings_keep_a_guest_whose_media_never_came() {
    let mut stage = Stage::new();
    let an = stage.enter(Entry::of("an"));
    for _ in 0..20 {
        stage.pass(5.0);
        stage.ask(&an, Request::PingReq(proto::Ping { timestamp: 77, rtt: 3 }));
        let mail = stage.mail(&an);
        assert!(matches!(mail.last(), Some(Response::PongResp(pong)) if pong.last_ping_timestamp == 77));
    }
    assert!(stage.is_present(&an));
}

#[test]
fn a_resume_tells_first_that_it_is_one_and_then_who_is_there() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let bình = stage.join("bình");
    stage.input(Input::SignalClosed { session: an.session });
    stage.pass(5.0);
    stage.resume(&mut an);
    let mail = stage.mail(&an);
    assert!(matches!(mail[0], Response::Reconnect(_)));
    let Response::Update(update) = &mail[1] else { panic!("{mail:?}") };
    let sids: BTreeSet<_> = update.participants.iter().map(|info| info.sid.as_str()).collect();
    assert_eq!(sids, BTreeSet::from([an.sid.as_str(), bình.sid.as_str()]));
    assert!(matches!(mail[2], Response::RoomUpdate(_)));

    // The restart of ICE is an ordinary offer with other credentials.
    an.browser.ufrag = "efgh".into();
    stage.commands.clear();
    stage.renegotiate(&mut an);
    assert!(matches!(stage.commands[..], [Command::SetTransport { .. }]));
    stage.pass(14.0);
    assert!(stage.is_present(&an));
}

#[test]
fn an_unknown_stay_is_sent_to_join_anew() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let bình = stage.join("bình");
    an.sid = bình.sid.clone();
    stage.resume(&mut an);
    assert_eq!(leave_of(&mut stage, &an), (Action::Reconnect, DisconnectReason::StateMismatch));
    assert!(stage.is_closed(&an));
    assert!(stage.is_present(&bình), "another's sid opens nothing");
}

#[test]
fn a_resume_over_a_living_websocket_takes_its_place() {
    let mut stage = Stage::new();
    let mut an = stage.join("an");
    let older = an.clone();
    stage.resume(&mut an);
    assert!(stage.is_closed(&older) && stage.is_present(&an));
    stage.input(Input::SignalClosed { session: older.session });
    stage.pass(14.0);
    stage.ask(&an, Request::Ping(0));
    stage.pass(14.0);
    assert!(stage.is_present(&an), "the end of the older one means nothing");
}

#[test]
fn data_is_stamped_with_its_sender_and_goes_where_it_should() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    let bình = stage.join("bình");
    let chi = stage.join("chi");
    let late = stage.enter(Entry::of("late"));
    stage.commands.clear();

    let forged = proto::DataPacket {
        participant_identity: "chair".into(),
        participant_sid: "PA_chair".into(),
        ..user_packet("to all", 1)
    };
    stage.data(&an, &forged);
    let sent = stage.sent_data();
    assert_eq!(sent.len(), 1);
    let (peers, channel, packet) = &sent[0];
    assert_eq!((peers.as_slice(), *channel), ([bình.peer, chi.peer].as_slice(), Channel::Reliable));
    assert_eq!((packet.participant_identity.as_str(), &packet.participant_sid), ("an", &an.sid));
    assert!(!peers.contains(&late.peer), "its media is not up");

    stage.data(&an, &proto::DataPacket { destination_identities: vec!["chi".into()], ..user_packet("to one", 2) });
    let sent = stage.sent_data();
    assert_eq!(sent[0].0, [chi.peer]);

    stage.data(&an, &user_packet("again", 2));
    assert!(stage.sent_data().is_empty(), "a sequence number that was seen is a repetition");

    let large = user_packet(&"x".repeat(70_000), 3);
    stage.data(&an, &large);
    assert!(stage.sent_data().is_empty());
    let garbage = Event::Data { peer: an.peer, channel: Channel::Lossy, payload: "junk".into() };
    stage.input(Input::Media(garbage));
    assert!(stage.sent_data().is_empty());
}

#[test]
fn who_resumes_is_sent_the_data_it_missed() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    let mut bình = stage.join("bình");
    for sequence in 1..=5 {
        stage.data(&an, &user_packet(&format!("m{sequence}"), sequence));
    }
    stage.sent_data();
    stage.resume(&mut bình);
    let received = vec![proto::DataChannelReceiveState { publisher_sid: an.sid.clone(), last_seq: 3 }];
    let state = proto::SyncState { datachannel_receive_states: received, ..Default::default() };
    stage.ask(&bình, Request::SyncState(state));
    let sent = stage.sent_data();
    assert_eq!(sent.iter().map(|(_, _, packet)| text_of(packet)).collect::<Vec<_>>(), ["m4", "m5"]);
    assert!(sent.iter().all(|(peers, _, _)| *peers == [bình.peer]));

    // What the sender's own resume asks for: the last that arrived here.
    let mut an = an;
    stage.resume(&mut an);
    let mail = stage.mail(&an);
    assert!(matches!(&mail[0], Response::Reconnect(welcome) if welcome.last_message_seq == 5));
}

#[test]
fn a_seat_has_its_line_recorded_before_anybody_is_told() {
    let mut stage = Stage::new();
    let hub = stage.join("hub");
    stage.order.clear();
    let mut entry = Entry::seated("070");
    entry.request.client_info = Some(proto::ClientInfo {
        browser: "Chrome".into(),
        browser_version: "156.0".into(),
        os: "Linux".into(),
        ..Default::default()
    });
    let point = stage.arrive(entry);
    assert_eq!(
        stage.order,
        ["send join", "send answer", "send update", "record LineUp", "send update"],
        "joined without a line, then the line, then the news of it"
    );
    let (at, Fact::LineUp { place, connection, device }) = &stage.records[0] else { panic!() };
    assert_eq!((*at, place.to_string().as_str(), connection.as_str()), (START, "point:070", point.sid.as_str()));
    assert_eq!(device, "Chrome 156, Linux");

    stage.order.clear();
    stage.pass(2.0);
    stage.ask(&point, Request::Leave(proto::LeaveRequest::default()));
    assert_eq!(stage.order, ["record LineDown Left", "close", "send update"]);
    let (at, Fact::LineDown { reason, last_heard, .. }) = &stage.records[1] else { panic!() };
    assert_eq!((*reason, *at, *last_heard), (DownReason::Left, START.plus_millis(2_000), START.plus_millis(2_000)));
    assert_eq!(stage.room.participant_count(), 1);
    assert!(stage.is_present(&hub));
}

#[test]
fn a_lost_line_ends_when_it_was_last_heard() {
    let mut stage = Stage::new();
    let point = stage.arrive(Entry::seated("070"));
    stage.pass(10.0);
    stage.ask(&point, Request::Ping(0));
    let last_heard = stage.now;
    stage.pass(8.0);
    stage.input(Input::Media(Event::Silent { peer: point.peer, last_heard }));
    stage.pass(20.0);
    let (_, Fact::LineDown { reason, last_heard, .. }) = &stage.records[1] else { panic!() };
    assert_eq!((*reason, *last_heard), (DownReason::Lost, START.plus_millis(10_000)));
}

#[test]
fn a_resume_is_the_same_line() {
    let mut stage = Stage::new();
    let mut point = stage.arrive(Entry::seated("070"));
    stage.input(Input::SignalClosed { session: point.session });
    stage.pass(3.0);
    stage.resume(&mut point);
    stage.input(Input::Media(Event::Connected { peer: point.peer }));
    assert_eq!(stage.records.len(), 1);
}

#[test]
fn a_line_that_never_came_up_is_not_recorded() {
    let mut stage = Stage::new();
    let point = stage.enter(Entry::seated("070"));
    stage.ask(&point, Request::Leave(proto::LeaveRequest::default()));
    assert!(stage.records.is_empty());
}

#[test]
fn when_the_worker_dies_everybody_is_sent_to_come_back_and_can() {
    let mut stage = Stage::new();
    let an = stage.arrive(Entry::seated("070"));
    let bình = stage.join("bình");
    stage.order.clear();
    stage.input(Input::WorkerLost);
    assert_eq!(stage.order[0], "record LineDown MediaFailed");
    assert_eq!(leave_of(&mut stage, &an).0, Action::Reconnect);
    assert_eq!(leave_of(&mut stage, &bình).0, Action::Reconnect);

    let early = stage.enter(Entry::of("early"));
    assert_eq!(leave_of(&mut stage, &early).0, Action::Reconnect);
    stage.input(Input::WorkerReady(endpoint()));
    let again = stage.arrive(Entry::seated("070"));
    assert!(stage.is_present(&again));
}

#[test]
fn a_failed_connection_is_joined_anew() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    stage.input(Input::Media(Event::Failed { peer: an.peer, failure: PeerFailure::DataOverflow }));
    assert_eq!(leave_of(&mut stage, &an).0, Action::Reconnect);
    assert!(!stage.is_present(&an));
    // Late news of a peer that is gone means nothing.
    stage.input(Input::Media(Event::Connected { peer: an.peer }));
    assert_eq!(stage.room.participant_count(), 0);
}

#[test]
fn an_offer_that_cannot_be_read_ends_the_attempt() {
    let mut stage = Stage::new();
    let mut entry = Entry::of("an");
    let junk = proto::SessionDescription { sdp: "junk".into(), id: 1, ..Default::default() };
    entry.request.publisher_offer = Some(junk.clone());
    let an = stage.enter(entry);
    assert_eq!(leave_of(&mut stage, &an), (Action::Disconnect, DisconnectReason::JoinFailure));

    let bình = stage.join("bình");
    stage.ask(&bình, Request::Offer(junk));
    assert_eq!(leave_of(&mut stage, &bình).0, Action::Reconnect);
}

#[test]
fn a_full_room_turns_away_but_not_who_returns() {
    let mut stage = Stage::with(|options| options.limits.participants = 2);
    let _an = stage.join("an");
    let _bình = stage.join("bình");
    let chi = stage.enter(Entry::of("chi"));
    assert_eq!(leave_of(&mut stage, &chi), (Action::Disconnect, DisconnectReason::JoinFailure));
    let again = stage.join("bình");
    assert!(stage.is_present(&again));
}

#[test]
fn a_hidden_guest_sees_and_is_not_seen() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    let mut entry = Entry::of("recorder");
    entry.claims.grants.participant.hidden = true;
    let recorder = stage.arrive(entry);
    assert_eq!(stage.news(&an, "recorder"), None);
    let bình = stage.join("bình");
    let mail = stage.mail(&bình);
    let Some(Response::Join(join)) = mail.first() else { panic!() };
    assert_eq!(join.other_participants.len(), 1);
    assert!(stage.news(&recorder, "bình").is_some());
}

#[test]
fn a_token_is_renewed_before_it_ends() {
    let mut stage = Stage::new();
    let mut entry = Entry::of("an");
    entry.claims.expires_at = START.plus_millis(100_000);
    let an = stage.arrive(entry);
    let ping = |stage: &mut Stage| {
        stage.pass(9.0);
        stage.ask(&an, Request::Ping(0));
    };
    for _ in 0..5 {
        ping(&mut stage);
    }
    assert!(stage.refreshed.is_empty());
    ping(&mut stage);
    assert_eq!(stage.refreshed.len(), 1);
    assert_eq!(stage.refreshed[0].grants, claims("an").grants);
    for _ in 0..10 {
        ping(&mut stage);
    }
    assert_eq!(stage.refreshed.len(), 1, "the new one lasts");
}

#[test]
fn drills_are_for_development_only() {
    for dev in [false, true] {
        let mut stage = Stage::with(|options| options.dev = dev);
        let an = stage.join("an");
        stage.commands.clear();
        let drill = |scenario| Request::Simulate(proto::SimulateScenario { scenario: Some(scenario) });
        stage.ask(&an, drill(Scenario::NodeFailure(true)));
        assert_eq!(stage.commands.len(), usize::from(dev));
        stage.ask(&an, drill(Scenario::Migration(true)));
        assert_eq!(stage.is_closed(&an), dev);
        assert!(stage.is_present(&an), "a migration is a resume");
    }
}

#[test]
fn an_empty_room_ends_after_a_while() {
    let mut stage = Stage::new();
    let an = stage.join("an");
    stage.ask(&an, Request::Leave(proto::LeaveRequest::default()));
    stage.pass(19.9);
    assert!(!stage.room.is_finished(stage.now));
    stage.pass(0.2);
    assert!(stage.room.is_finished(stage.now));
}

#[test]
fn a_stop_closes_every_line_before_it_says_goodbye() {
    let mut stage = Stage::new();
    let an = stage.arrive(Entry::seated("070"));
    let bình = stage.arrive(Entry::seated("071"));
    stage.order.clear();
    stage.input(Input::Stop);
    assert_eq!(stage.order[..2], ["record LineDown ServerStopped", "record LineDown ServerStopped"]);
    assert_eq!(leave_of(&mut stage, &an), (Action::Reconnect, DisconnectReason::ServerShutdown));
    assert!(stage.is_closed(&bình));
    assert!(stage.room.is_finished(stage.now));
}
