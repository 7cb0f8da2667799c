//! Whatever comes in whatever order, the room neither panics nor breaks what the witness watches over.

use proptest::{collection::vec, prelude::*};

use super::{
    Ask, Input,
    harness::{Browser, Entry, Guest, Stage, add_track, endpoint},
    proto::{self, TrackSource, signal_request::Message as Request, simulate_scenario::Scenario},
};
use crate::{
    ids::{PeerId, SessionId, TrackId},
    media::{Channel, Event, MediaKind, PeerFailure},
};

/// One step of a random evening. Numbers pick a guest, a track or a moment, whichever exist.
#[derive(Clone, Debug)]
enum Step {
    Join { who: usize, seated: bool, automatic: bool, offer: bool },
    Resume { guest: usize, own_sid: bool },
    Offer { guest: usize, more: u32 },
    JunkOffer { guest: usize },
    Announce { guest: usize, audio: bool, section: bool },
    StopSending { guest: usize },
    Flow { track: usize },
    Media { guest: usize, event: usize },
    Data { guest: usize, sequence: u32, to: Option<usize> },
    Mute { guest: usize, track: usize, muted: bool },
    Subscribe { guest: usize, track: usize, subscribe: bool },
    Wish { guest: usize, track: usize, disabled: bool, height: u32 },
    Audience { guest: usize, everyone: bool, allowed: usize },
    Attributes { guest: usize },
    Simulate { guest: usize, scenario: usize },
    Sync { guest: usize, of: usize },
    Leave { guest: usize },
    Close { guest: usize },
    Pass { seconds: f64 },
    WorkerDies,
    Api { guest: usize, track: usize, ask: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let guest = 0..6_usize;
    let guest_again = guest.clone();
    let track = 0..8_usize;
    prop_oneof![
        3 => (0..5_usize, any::<bool>(), proptest::bool::weighted(0.8), proptest::bool::weighted(0.8))
            .prop_map(|(who, seated, automatic, offer)| Step::Join { who, seated, automatic, offer }),
        2 => (guest.clone(), any::<bool>()).prop_map(|(guest, own_sid)| Step::Resume { guest, own_sid }),
        5 => (guest.clone(), 0..3_u32).prop_map(|(guest, more)| Step::Offer { guest, more }),
        1 => guest.clone().prop_map(|guest| Step::JunkOffer { guest }),
        5 => (guest.clone(), any::<bool>(), proptest::bool::weighted(0.8))
            .prop_map(|(guest, audio, section)| Step::Announce { guest, audio, section }),
        2 => guest.clone().prop_map(|guest| Step::StopSending { guest }),
        6 => track.clone().prop_map(|track| Step::Flow { track }),
        4 => (guest.clone(), 0..8_usize).prop_map(|(guest, event)| Step::Media { guest, event }),
        1 => (guest.clone(), 0..9_u32, proptest::option::of(0..5_usize))
            .prop_map(|(guest, sequence, to)| Step::Data { guest, sequence, to }),
        1 => (guest.clone(), track.clone(), any::<bool>())
            .prop_map(|(guest, track, muted)| Step::Mute { guest, track, muted }),
        2 => (guest.clone(), track.clone(), any::<bool>())
            .prop_map(|(guest, track, subscribe)| Step::Subscribe { guest, track, subscribe }),
        1 => (guest.clone(), track, any::<bool>(), 0..2000_u32)
            .prop_map(|(guest, track, disabled, height)| Step::Wish { guest, track, disabled, height }),
        1 => (guest.clone(), any::<bool>(), 0..5_usize)
            .prop_map(|(guest, everyone, allowed)| Step::Audience { guest, everyone, allowed }),
        1 => guest.clone().prop_map(|guest| Step::Attributes { guest }),
        1 => (guest.clone(), 0..6_usize).prop_map(|(guest, scenario)| Step::Simulate { guest, scenario }),
        1 => (guest.clone(), guest.clone()).prop_map(|(guest, of)| Step::Sync { guest, of }),
        1 => guest.clone().prop_map(|guest| Step::Leave { guest }),
        1 => guest.prop_map(|guest| Step::Close { guest }),
        3 => (0.0..12.0).prop_map(|seconds| Step::Pass { seconds }),
        1 => Just(Step::WorkerDies),
        2 => (guest_again, 0..8_usize, 0..9_usize).prop_map(|(guest, track, ask)| Step::Api { guest, track, ask }),
    ]
}

struct Evening {
    stage: Stage,
    guests: Vec<Guest>,
    names: usize,
}

impl Evening {
    fn play(&mut self, step: Step) {
        let Self { stage, guests, names } = self;
        match step {
            Step::Join { who, seated, automatic, offer } => {
                let mut entry = if seated { Entry::seated(&who.to_string()) } else { Entry::of(&format!("g{who}")) };
                if !automatic {
                    entry = entry.manual();
                }
                let mut browser = Browser::new();
                if offer {
                    entry.request.publisher_offer = Some(browser.offer());
                }
                let mut guest = stage.enter(entry);
                guest.browser = browser;
                guests.push(guest);
            }
            Step::Pass { seconds } => stage.pass(seconds),
            Step::Api { guest, track, ask } => {
                let track_sid = sid(stage, track);
                let identity = pick(guests, guest).map(|guest| guest.identity.clone()).unwrap_or_default();
                // A refusal is an answer too.
                let _ = stage.serve(api(ask, identity, track_sid));
            }
            Step::WorkerDies => {
                stage.input(Input::WorkerLost);
                stage.input(Input::WorkerReady(endpoint()));
            }
            Step::Resume { guest, own_sid } => {
                let other = guests.first().map(|guest| guest.sid.clone());
                let Some(guest) = pick(guests, guest) else { return };
                if !own_sid {
                    guest.sid = other.unwrap_or_default();
                }
                stage.resume(guest);
            }
            Step::Offer { guest, more } => {
                let Some(guest) = pick(guests, guest) else { return };
                guest.browser.receive(more % 2, more / 2);
                let offer = guest.browser.offer();
                stage.ask(guest, Request::Offer(offer));
            }
            Step::JunkOffer { guest } => {
                let Some(guest) = pick(guests, guest) else { return };
                stage.ask(guest, Request::Offer(proto::SessionDescription { sdp: "v=0".into(), ..Default::default() }));
            }
            Step::Announce { guest, audio, section } => {
                let Some(guest) = pick(guests, guest) else { return };
                *names += 1;
                let cid = format!("c{names}");
                let (kind, source) = match audio {
                    true => (MediaKind::Audio, TrackSource::Microphone),
                    false => (MediaKind::Video, TrackSource::Camera),
                };
                stage.ask(guest, Request::AddTrack(add_track(&cid, source)));
                if section {
                    guest.browser.send(kind, &cid);
                    let offer = guest.browser.offer();
                    stage.ask(guest, Request::Offer(offer));
                }
            }
            Step::StopSending { guest } => {
                let Some(guest) = pick(guests, guest) else { return };
                guest.browser.stop_last();
                let offer = guest.browser.offer();
                stage.ask(guest, Request::Offer(offer));
            }
            Step::Flow { track } => {
                // Now and then news of a track that does not exist.
                let known = stage.room.tracks.values().nth(track).map(|track| (track.owner, track.id));
                let (peer, track) = known.unwrap_or((PeerId(1), TrackId(3)));
                stage.input(Input::Media(Event::Flowing { peer, track }));
            }
            Step::Media { guest, event } => {
                let peer = pick(guests, guest).map_or(PeerId(1), |guest| guest.peer);
                let failure = PeerFailure::Closed;
                stage.input(Input::Media(match event {
                    0..4 => Event::Connected { peer },
                    4 => Event::Silent { peer, last_heard: stage.now },
                    5 => Event::Heard { peer },
                    6 => Event::Failed { peer, failure },
                    _ => Event::Data { peer, channel: Channel::Lossy, payload: "junk".into() },
                }));
            }
            Step::Data { guest, sequence, to } => {
                let Some(guest) = pick(guests, guest) else { return };
                let user = proto::UserPacket::default();
                let packet = proto::DataPacket {
                    sequence,
                    destination_identities: to.into_iter().map(|who| format!("g{who}")).collect(),
                    value: Some(proto::data_packet::Value::User(user)),
                    ..Default::default()
                };
                stage.data(guest, &packet);
            }
            Step::Mute { guest, track, muted } => {
                let sid = sid(stage, track);
                let Some(guest) = pick(guests, guest) else { return };
                stage.ask(guest, Request::Mute(proto::MuteTrackRequest { sid, muted }));
            }
            Step::Subscribe { guest, track, subscribe } => {
                let track_sids = vec![sid(stage, track)];
                let Some(guest) = pick(guests, guest) else { return };
                let update = proto::UpdateSubscription { track_sids, subscribe, ..Default::default() };
                stage.ask(guest, Request::Subscription(update));
            }
            Step::Wish { guest, track, disabled, height } => {
                let track_sids = vec![sid(stage, track)];
                let Some(guest) = pick(guests, guest) else { return };
                let settings =
                    proto::UpdateTrackSettings { track_sids, disabled, height, width: height, ..Default::default() };
                stage.ask(guest, Request::TrackSetting(settings));
            }
            Step::Audience { guest, everyone, allowed } => {
                let Some(guest) = pick(guests, guest) else { return };
                let participant_identity = format!("g{allowed}");
                let permission =
                    proto::TrackPermission { participant_identity, all_tracks: true, ..Default::default() };
                let update =
                    proto::SubscriptionPermission { all_participants: everyone, track_permissions: vec![permission] };
                stage.ask(guest, Request::SubscriptionPermission(update));
            }
            Step::Attributes { guest } => {
                let Some(guest) = pick(guests, guest) else { return };
                let attributes = [("hand".to_owned(), "up".to_owned())].into();
                let update = proto::UpdateParticipantMetadata { attributes, ..Default::default() };
                stage.ask(guest, Request::UpdateMetadata(update));
            }
            Step::Simulate { guest, scenario } => {
                let Some(guest) = pick(guests, guest) else { return };
                let scenario = match scenario {
                    0 => Scenario::NodeFailure(true),
                    1 => Scenario::Migration(true),
                    2 => Scenario::ServerLeave(true),
                    3 => Scenario::LeaveRequestFullReconnect(true),
                    4 => Scenario::DisconnectSignalOnResume(true),
                    _ => Scenario::SpeakerUpdate(3),
                };
                stage.ask(guest, Request::Simulate(proto::SimulateScenario { scenario: Some(scenario) }));
            }
            Step::Sync { guest, of } => {
                let publisher_sid = pick(guests, of).map(|guest| guest.sid.clone()).unwrap_or_default();
                let Some(guest) = pick(guests, guest) else { return };
                let received = vec![proto::DataChannelReceiveState { publisher_sid, last_seq: 2 }];
                let state = proto::SyncState { datachannel_receive_states: received, ..Default::default() };
                stage.ask(guest, Request::SyncState(state));
            }
            Step::Leave { guest } => {
                let Some(guest) = pick(guests, guest) else { return };
                stage.ask(guest, Request::Leave(proto::LeaveRequest::default()));
            }
            Step::Close { guest } => {
                let session = pick(guests, guest).map_or(SessionId(99), |guest| guest.session);
                stage.input(Input::SignalClosed { session });
            }
        }
    }
}

/// One of the requests of the server API.
fn api(which: usize, identity: String, track_sid: String) -> Ask {
    match which {
        0 => Ask::Remove { identity },
        1 => Ask::Mute { identity, track_sid, muted: true },
        2 => Ask::UpdateSubscriptions(proto::UpdateSubscriptionsRequest {
            identity,
            track_sids: vec![track_sid],
            subscribe: true,
            ..Default::default()
        }),
        3 => Ask::SendData(proto::SendDataRequest { destination_identities: vec![identity], ..Default::default() }),
        4 => Ask::SetMetadata(track_sid),
        5 => Ask::Hold,
        6 => Ask::Delete,
        more => {
            let permission = proto::ParticipantPermission {
                can_subscribe: more == 7,
                can_publish: more == 8,
                can_publish_sources: vec![TrackSource::Microphone.into()],
                hidden: more == 7,
                ..Default::default()
            };
            Ask::UpdateParticipant(Box::new(proto::UpdateParticipantRequest {
                identity,
                permission: Some(permission),
                ..Default::default()
            }))
        }
    }
}

fn pick(guests: &mut [Guest], index: usize) -> Option<&mut Guest> {
    // The latest guests are the ones most likely still there.
    let index = guests.len().checked_sub(1 + index)?;
    guests.get_mut(index)
}

fn sid(stage: &Stage, track: usize) -> String {
    stage.room.tracks.values().nth(track).map(|track| track.sid.to_string()).unwrap_or_else(|| "TR_unknown".into())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_comes_breaks_the_room(steps in vec(step(), 1..80)) {
        let stage = Stage::with(|options| {
            options.dev = true;
            options.limits.participants = 6;
            options.limits.tracks_per_participant = 4;
        });
        let mut evening = Evening { stage, guests: Vec::new(), names: 0 };
        for step in steps {
            evening.play(step);
        }
        // In the end everybody goes, and nothing is left of them.
        evening.stage.input(Input::Stop);
        evening.stage.room.end(evening.stage.wall);
        evening.stage.perform();
        prop_assert_eq!(evening.stage.room.participant_count(), 0);
        prop_assert!(evening.stage.room.sessions.is_empty() && evening.stage.room.tracks.is_empty());
        evening.stage.assert_quiet();
    }
}
