//! The module as a whole: real clients' connections, one whole life, and what holds for any life.

use std::collections::{HashMap, HashSet};

use expect_test::{expect, expect_file};
use proptest::{prelude::*, sample::Index};
use rand::{SeedableRng, rngs::StdRng};

use super::{
    Negotiated, Negotiation, SdpError, SectionsWanted,
    fixture::{Client, GOLDEN, SIMULCAST, endpoint, golden},
    lines::Direction,
};
use crate::{
    ids::{SubscriptionId, TrackId},
    media::{Layer, MediaKind},
};

use MediaKind::{Audio, Video};

fn negotiation() -> Negotiation {
    Negotiation::with_rng(endpoint(), StdRng::seed_from_u64(7))
}

fn announce(negotiation: &mut Negotiation, cid: &str, kind: MediaKind, track: u64) {
    assert_eq!(negotiation.announce(cid.into(), kind, TrackId(track)), None, "no section has it yet");
}

/// A subscription to the track of the same number, of the participant `PA_x`.
fn send(negotiation: &mut Negotiation, number: u64, kind: MediaKind) {
    let sid = format!("TR_{number}");
    negotiation.send(SubscriptionId(number), TrackId(number), kind, format!("PA_x|{sid}"), sid);
}

/// Mid, direction and msid of each answered section; `-` where it is refused.
fn sections(answer: &str) -> Vec<(String, String, String)> {
    let blocks = answer.split("m=").skip(1);
    let value =
        |block: &str, name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    let direction = |block: &str| {
        let names = ["sendrecv", "sendonly", "recvonly", "inactive"];
        let found = names.iter().find(|name| block.contains(&format!("\r\na={name}\r\n")));
        let refused = block.split(' ').nth(1) == Some("0");
        if refused { "-".to_owned() } else { found.copied().unwrap_or_default().to_owned() }
    };
    blocks.map(|block| (value(block, "a=mid:"), direction(block), value(block, "a=msid:"))).collect()
}

fn answer_golden(negotiation: &mut Negotiation, name: &str) -> Negotiated {
    let settled = negotiation.offer(&golden(name)).expect("a real client's offer");
    let Negotiated { answer, transport, published, ended, forwarded, .. } = &settled;
    let mut text = answer.replace("\r\n", "\n");
    text += &format!("\n{:?}, messages of {} bytes\n", transport.extensions, transport.max_message_size);
    published.iter().for_each(|track| text += &format!("published {track:?}\n"));
    ended.iter().for_each(|track| text += &format!("ended {track:?}\n"));
    forwarded.iter().for_each(|track| text += &format!("forwarded {track:?}\n"));
    expect_file![format!("golden/{name}.answer")].assert_eq(&text);
    settled
}

/// Join, publish, see two others and then more of them, share the screen, switch the camera off, restart ICE.
fn play(client: &str, microphone: &str, camera: &str, screen: &str) {
    let mut negotiation = negotiation();
    answer_golden(&mut negotiation, &format!("{client}/join"));
    announce(&mut negotiation, microphone, Audio, 1);
    announce(&mut negotiation, camera, Video, 2);
    let settled = answer_golden(&mut negotiation, &format!("{client}/publish"));
    assert_eq!(settled.published.len(), 2);

    (11..=14).for_each(|number| send(&mut negotiation, number, Audio));
    (21..=24).for_each(|number| send(&mut negotiation, number, Video));
    assert_eq!(negotiation.sections_wanted(), SectionsWanted { audios: 1, videos: 1 });
    let settled = answer_golden(&mut negotiation, &format!("{client}/more"));
    assert_eq!(settled.forwarded.len(), 8);
    assert!(!negotiation.offer_wanted());

    announce(&mut negotiation, screen, Video, 3);
    answer_golden(&mut negotiation, &format!("{client}/screen"));
    let before = answer_golden(&mut negotiation, &format!("{client}/unpublish"));
    assert_eq!(before.ended, [TrackId(2)]);
    let after = answer_golden(&mut negotiation, &format!("{client}/restart"));
    assert_ne!(before.transport.local, after.transport.local);
    assert_eq!(before.mid_to_track_id, after.mid_to_track_id);
}

#[test]
fn chromium_plays_a_connection() {
    let (microphone, camera) = ("059e9ada-3cd3-4e06-bae8-9525f6825438", "db5066a1-0c00-4a18-9d42-62a4a407c1c7");
    play("chromium", microphone, camera, "83d676ed-a75f-44af-83da-850e7404fdec");
}

#[test]
fn firefox_plays_a_connection_with_track_names_of_its_own() {
    play("firefox", "{microphone}", "{camera}", "{screen}");
}

#[test]
fn the_python_wheel_plays_a_connection() {
    let mut negotiation = negotiation();
    answer_golden(&mut negotiation, "python/join");
    announce(&mut negotiation, "18808b80-2760-425a-ab17-066f093b8b19", Audio, 1);
    answer_golden(&mut negotiation, "python/publish");
    announce(&mut negotiation, "bd4f707e-eb11-4cdd-a86a-dde1293d046b", Video, 2);
    answer_golden(&mut negotiation, "python/camera");
    answer_golden(&mut negotiation, "python/unpublish");
    (11..=14).for_each(|number| send(&mut negotiation, number, Audio));
    assert_eq!(negotiation.sections_wanted(), SectionsWanted { audios: 1, videos: 0 });
    answer_golden(&mut negotiation, "python/more");
    assert!(!negotiation.offer_wanted());
}

#[test]
fn webrtc_rs_plays_a_connection_in_sections_of_both_directions() {
    let mut negotiation = negotiation();
    answer_golden(&mut negotiation, "webrtc-rs/join");
    announce(&mut negotiation, "mic", Audio, 1);
    announce(&mut negotiation, "cam", Video, 2);
    answer_golden(&mut negotiation, "webrtc-rs/publish");
    send(&mut negotiation, 11, Audio);
    (21..=22).for_each(|number| send(&mut negotiation, number, Video));
    answer_golden(&mut negotiation, "webrtc-rs/more");
    answer_golden(&mut negotiation, "webrtc-rs/unpublish");
}

#[test]
fn a_whole_life() {
    let mut negotiation = negotiation();
    let mut client = Client::livekit();
    let first = negotiation.offer(&client.offer()).expect("the first offer");
    assert!(sections(&first.answer).iter().skip(1).all(|(_, direction, _)| direction == "inactive"));

    // Microphone and camera; twenty re-offers change nothing.
    announce(&mut negotiation, "mic", Audio, 1);
    announce(&mut negotiation, "cam", Video, 2);
    client.publish(Audio, "mic", "a=ssrc:1234 cname:x\r\n");
    let camera = client.publish(Video, "cam", SIMULCAST);
    let joined = negotiation.offer(&client.offer()).expect("the publishing offer");
    assert_eq!(joined.published.iter().map(|track| track.track).collect::<Vec<_>>(), [TrackId(1), TrackId(2)]);
    assert_eq!(joined.transport, first.transport);
    for _ in 0..20 {
        let again = negotiation.offer(&client.offer()).expect("a re-offer");
        assert_eq!(again.answer, joined.answer);
        assert!(again.published.is_empty() && again.ended.is_empty() && again.forwarded.is_empty());
    }

    // Five others: two more sections of a kind are needed.
    (11..=15).for_each(|number| send(&mut negotiation, number, Audio));
    (21..=25).for_each(|number| send(&mut negotiation, number, Video));
    assert!(negotiation.offer_wanted());
    let wanted = negotiation.sections_wanted();
    assert_eq!(wanted, SectionsWanted { audios: 2, videos: 2 });
    client.request(wanted.audios, wanted.videos);
    let watching = negotiation.offer(&client.offer()).expect("an offer with more sections");
    assert_eq!(watching.forwarded.len(), 10);
    assert!(!negotiation.offer_wanted());

    // One of them goes and another comes: the section stays, its msid and SSRC are the new one's.
    negotiation.stop_sending(SubscriptionId(21));
    send(&mut negotiation, 26, Video);
    assert_eq!(negotiation.sections_wanted(), SectionsWanted::default());
    assert!(negotiation.offer_wanted());
    let replaced = negotiation.offer(&client.offer()).expect("a plain re-offer");
    let changed: Vec<_> = sections(&watching.answer)
        .into_iter()
        .zip(sections(&replaced.answer))
        .filter(|(before, after)| before != after)
        .collect();
    let section = |msid: &str| ("4".to_owned(), "sendonly".to_owned(), msid.to_owned());
    assert_eq!(changed, [(section("PA_x|TR_21 TR_21"), section("PA_x|TR_26 TR_26"))]);
    let [forwarded] = replaced.forwarded.as_slice() else { panic!("only the new one is news") };
    assert!(watching.forwarded.iter().all(|other| other.ssrc != forwarded.ssrc && other.rtx_ssrc != forwarded.ssrc));

    // The network changes: new credentials on both sides, everything else as it was.
    client.ufrag = "Efgh".into();
    let restarted = negotiation.offer(&client.offer()).expect("an ICE restart");
    assert_ne!(restarted.transport.local, replaced.transport.local);
    assert_eq!(restarted.mid_to_track_id, replaced.mid_to_track_id);
    assert_eq!(sections(&restarted.answer), sections(&replaced.answer));
    assert!(restarted.forwarded.is_empty() && restarted.published.is_empty());

    // The camera goes off, everybody leaves.
    client.unpublish(&camera);
    (11..=15).chain(22..=26).for_each(|number| negotiation.stop_sending(SubscriptionId(number)));
    assert!(negotiation.offer_wanted());
    let last = negotiation.offer(&client.offer()).expect("the last offer");
    assert_eq!(last.ended, [TrackId(2)]);
    assert!(last.mid_to_track_id.is_empty());
    assert!(!negotiation.offer_wanted());
}

#[test]
fn a_section_without_a_codec_of_ours_is_refused_but_never_the_one_with_the_transport() {
    let mut client = Client::default();
    client.publish(Audio, "a", "");
    client.publish(Video, "v", "");
    let sdp = client.offer().replace("VP8/", "H264/").replace("opus/", "telephone-event/");
    let settled = negotiation().offer(&sdp).expect("an offer");
    let directions: Vec<_> =
        sections(&settled.answer).into_iter().map(|(mid, direction, _)| (mid, direction)).collect();
    let refused = |mid: &str| (mid.to_owned(), "-".to_owned());
    assert_eq!(directions, [("0".to_owned(), String::new()), refused("1"), refused("2")]);
    assert!(settled.answer.contains("a=group:BUNDLE 0\r\n"));

    let sdp = sdp.replace("BUNDLE 0 1 2", "BUNDLE 2 1 0");
    let settled = negotiation().offer(&sdp).expect("an offer");
    let section = settled.answer.split("m=").nth(3).expect("the third section");
    expect![[r#"
        video 9 UDP/TLS/RTP/SAVPF 96
        c=IN IP4 0.0.0.0
        a=mid:2
        a=ice-ufrag:JTDJpinRv8mL
        a=ice-pwd:vQeIYugoZBFFUXSoy4Y47k4g
        a=fingerprint:sha-256 A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5:A5
        a=setup:passive
        a=candidate:1 1 udp 2130706431 192.0.2.1 7881 typ host
        a=candidate:2 1 udp 2130706175 2001:db8::1 7881 typ host
        a=candidate:1001 1 tcp 1526726655 192.0.2.1 7881 typ host tcptype passive
        a=candidate:1002 1 tcp 1526726399 2001:db8::1 7881 typ host tcptype passive
        a=end-of-candidates
        a=rtcp-mux
        a=inactive
        a=rtpmap:96 H264/90000
    "#]]
    .assert_eq(&section.replace("\r\n", "\n"));
}

#[test]
fn a_section_outside_the_bundle_is_refused() {
    let sdp = Client::livekit().offer().replace("BUNDLE 0 1 2 3 4 5 6", "BUNDLE 0 1 2 3 5 6");
    let settled = negotiation().offer(&sdp).expect("an offer");
    let refused: Vec<_> = sections(&settled.answer).into_iter().filter(|(_, direction, _)| direction == "-").collect();
    assert_eq!(refused, [("4".to_owned(), "-".to_owned(), String::new())]);
}

#[test]
fn a_changed_certificate_is_refused_and_changes_nothing() {
    let mut negotiation = negotiation();
    let mut client = Client::livekit();
    let first = negotiation.offer(&client.offer()).expect("an offer");
    let good = client.offer();
    client.fingerprint = "0B:".repeat(31) + "0B";
    client.ufrag = "Efgh".into();
    assert_eq!(negotiation.offer(&client.offer()).unwrap_err(), SdpError::FingerprintChanged);
    assert_eq!(negotiation.offer(&good).expect("the first offer again").answer, first.answer);
}

#[test]
fn an_ssrc_that_the_client_turns_out_to_use_is_given_up() {
    let mut negotiation = negotiation();
    let mut client = Client::livekit();
    send(&mut negotiation, 1, Audio);
    let before = negotiation.offer(&client.offer()).expect("an offer").forwarded;
    let ssrc = before.first().expect("a forwarded track").ssrc;
    client.publish(Audio, "mic", &format!("a=ssrc:{ssrc} cname:x\r\n"));
    let after = negotiation.offer(&client.offer()).expect("an offer").forwarded;
    let [after] = after.as_slice() else { panic!("the change is told") };
    assert_ne!(after.ssrc, ssrc);
}

#[test]
fn a_subscription_whose_section_the_client_takes_away_gets_another() {
    let mut negotiation = negotiation();
    let mut client = Client::livekit();
    send(&mut negotiation, 1, Video);
    assert_eq!(negotiation.offer(&client.offer()).expect("an offer").mid_to_track_id["4"], "TR_1");
    client.unpublish("4");
    let settled = negotiation.offer(&client.offer()).expect("an offer");
    assert_eq!(settled.mid_to_track_id, HashMap::from([("5".to_owned(), "TR_1".to_owned())]));
    ["5", "6"].iter().for_each(|mid| client.unpublish(mid));
    assert!(negotiation.offer(&client.offer()).expect("an offer").mid_to_track_id.is_empty());
    assert!(negotiation.offer_wanted());
    assert_eq!(negotiation.sections_wanted(), SectionsWanted { audios: 0, videos: 1 });
}

/// What can happen between two offers, or to a client.
#[derive(Clone, Debug)]
enum Step {
    Publish { kind: MediaKind, simulcast: bool, announced_late: bool },
    Unpublish(Index),
    Withdraw(Index),
    Subscribe(MediaKind),
    Stop(Index),
    Restart,
    Offer { obliging: bool },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let kind = || prop_oneof![Just(Audio), Just(Video)];
    let step = prop_oneof![
        (kind(), any::<bool>(), any::<bool>()).prop_map(|(kind, simulcast, announced_late)| Step::Publish {
            kind,
            simulcast,
            announced_late
        }),
        any::<Index>().prop_map(Step::Unpublish),
        any::<Index>().prop_map(Step::Withdraw),
        kind().prop_map(Step::Subscribe),
        kind().prop_map(Step::Subscribe),
        any::<Index>().prop_map(Step::Stop),
        Just(Step::Restart),
        any::<bool>().prop_map(|obliging| Step::Offer { obliging }),
        any::<bool>().prop_map(|obliging| Step::Offer { obliging }),
    ];
    prop::collection::vec(step, 1..40)
}

/// A client and the server's side of it, with a memory of what must not change.
struct Life {
    negotiation: Negotiation,
    client: Client,
    subscriptions: Vec<(u64, MediaKind)>,
    late: Vec<(String, MediaKind, u64)>,
    tracks: Vec<u64>,
    published: HashMap<TrackId, String>,
    seats: HashMap<String, String>,
    ssrcs: HashMap<u32, SubscriptionId>,
    next: u64,
}

impl Life {
    fn new() -> Self {
        Self {
            negotiation: negotiation(),
            client: Client::livekit(),
            subscriptions: Vec::new(),
            late: Vec::new(),
            tracks: Vec::new(),
            published: HashMap::new(),
            seats: HashMap::new(),
            ssrcs: HashMap::new(),
            next: 0,
        }
    }

    fn step(&mut self, step: &Step) {
        self.next += 1;
        let number = self.next;
        match step {
            Step::Publish { kind, simulcast, announced_late } => {
                let cid = format!("cid{number}");
                if *announced_late {
                    self.late.push((cid.clone(), *kind, number));
                } else {
                    self.announce(cid.clone(), *kind, number);
                }
                self.client.publish(*kind, &cid, if *simulcast { SIMULCAST } else { "" });
            }
            Step::Unpublish(index) if !self.client.sections.is_empty() => {
                let section = index.get(&self.client.sections);
                if section.source.is_some() {
                    let mid = section.mid.clone();
                    self.client.unpublish(&mid);
                }
            }
            Step::Withdraw(index) if !self.tracks.is_empty() => {
                let track = self.tracks.remove(index.index(self.tracks.len()));
                self.negotiation.withdraw(TrackId(track));
                self.published.remove(&TrackId(track));
            }
            Step::Subscribe(kind) => {
                send(&mut self.negotiation, number, *kind);
                self.subscriptions.push((number, *kind));
            }
            Step::Stop(index) if !self.subscriptions.is_empty() => {
                let (ended, _) = self.subscriptions.remove(index.index(self.subscriptions.len()));
                self.negotiation.stop_sending(SubscriptionId(ended));
                self.seats.retain(|_, sid| *sid != format!("TR_{ended}"));
            }
            Step::Restart => self.client.ufrag = format!("ice{number}"),
            Step::Offer { obliging } => self.offer(*obliging),
            Step::Unpublish(_) | Step::Withdraw(_) | Step::Stop(_) => {}
        }
    }

    fn offer(&mut self, obliging: bool) {
        if obliging {
            let wanted = self.negotiation.sections_wanted();
            self.client.request(wanted.audios, wanted.videos);
        }
        let sdp = self.client.offer();
        let settled = self.negotiation.offer(&sdp).expect("a browser's offer");
        let again = self.negotiation.offer(&sdp).expect("the same offer");
        assert_eq!(settled.answer, again.answer);
        assert!(again.published.is_empty() && again.ended.is_empty() && again.forwarded.is_empty());

        let answered = sections(&settled.answer);
        assert_eq!(answered.len(), self.client.sections.len() + 1);
        for (offered, (mid, direction, msid)) in self.client.sections.iter().zip(answered.iter().skip(1)) {
            assert_eq!(offered.mid, *mid);
            match offered.direction {
                Direction::SendOnly => assert_eq!(direction, "recvonly"),
                Direction::RecvOnly if settled.mid_to_track_id.contains_key(mid) => assert_eq!(direction, "sendonly"),
                _ => assert_eq!(direction, "inactive"),
            }
            assert_eq!(direction == "sendonly", !msid.is_empty());
        }

        // No stream changes its section, no SSRC its stream.
        for (mid, sid) in &self.seats {
            assert_eq!(settled.mid_to_track_id.get(mid), Some(sid));
        }
        self.seats = settled.mid_to_track_id;
        let live: HashSet<_> = self.seats.values().collect();
        assert_eq!(live.len(), self.seats.len());
        for forwarded in &settled.forwarded {
            for ssrc in [forwarded.ssrc, forwarded.rtx_ssrc] {
                assert_ne!(ssrc, 0);
                assert_eq!(self.ssrcs.insert(ssrc, forwarded.subscription), None);
            }
        }

        for track in &settled.ended {
            assert!(self.published.remove(track).is_some(), "only what was published can end");
        }
        for track in settled.published {
            assert_eq!(self.published.insert(track.track, track.mid), None);
        }
        if obliging {
            assert_eq!(self.seats.len(), self.subscriptions.len());
            assert!(!self.negotiation.offer_wanted());
        }
        for (cid, kind, track) in std::mem::take(&mut self.late) {
            self.announce(cid, kind, track);
        }
    }

    fn announce(&mut self, cid: String, kind: MediaKind, track: u64) {
        self.tracks.push(track);
        if let Some(found) = self.negotiation.announce(cid, kind, TrackId(track)) {
            assert_eq!(self.published.insert(found.track, found.mid), None);
        }
    }
}

/// A golden offer with a few lines dropped, doubled, swapped or overwritten.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (any::<Index>(), any::<Index>(), 0..5u8, "[ -~\r\n]{0,12}");
    (0..GOLDEN.len(), prop::collection::vec(edit, 0..6)).prop_map(|(which, edits)| {
        let text = golden(GOLDEN[which]);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (at, from, edit, noise) in edits {
            let (at, from) = (at.index(lines.len()), from.index(lines.len()));
            match edit {
                0 if lines.len() > 1 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[from].clone()),
                2 => lines.swap(at, from),
                3 => {
                    let cut = lines[at].chars().count() / 2;
                    lines[at] = lines[at].chars().take(cut).chain(noise.chars()).collect();
                }
                _ => {
                    let name = lines[at].split_once(':').map_or("a=", |(name, _)| name).to_owned();
                    lines[at] = format!("{name}:{noise}");
                }
            }
        }
        lines.join("\r\n") + "\r\n"
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_holds_for_any_life(steps in steps()) {
        let mut life = Life::new();
        steps.iter().for_each(|step| life.step(step));
        life.offer(true);
    }

    #[test]
    fn a_random_text_is_refused(text in any::<String>()) {
        prop_assert!(negotiation().offer(&text).is_err());
    }

    #[test]
    fn a_refused_offer_changes_nothing(text in mutated()) {
        let (mut tried, mut spared) = (negotiation(), negotiation());
        let golden = golden("chromium/join");
        for negotiation in [&mut tried, &mut spared] {
            negotiation.offer(&golden).expect("a golden offer");
            send(negotiation, 1, Video);
        }
        if tried.offer(&text).is_err() {
            let answers = [&mut tried, &mut spared].map(|negotiation| negotiation.offer(&golden).expect("again").answer);
            prop_assert_eq!(&answers[0], &answers[1]);
        }
    }

    #[test]
    fn a_mutated_offer_is_answered_section_for_section(text in mutated()) {
        let mut negotiation = negotiation();
        announce(&mut negotiation, "a", Audio, 1);
        send(&mut negotiation, 1, Video);
        if let Ok(settled) = negotiation.offer(&text) {
            let offered = text.lines().filter(|line| line.starts_with("m=")).count();
            prop_assert_eq!(settled.answer.lines().filter(|line| line.starts_with("m=")).count(), offered);
            let again = negotiation.offer(&text).expect("what was answered once");
            prop_assert_eq!(again.answer, settled.answer);
            prop_assert!(settled.published.iter().all(|track| track.encodings.len() <= Layer::ALL.len()));
        }
    }
}
