//! Sound with redundancy: passed on to who reads it, taken apart for who does not, and used where a packet was lost.
//! And of many microphones the loudest.

use std::collections::BTreeMap;

use super::{
    microphones::HEARD,
    tests::{NUMBERED, Received, World},
    *,
};
use crate::media::{
    Encoding, ForwardedTrack, Layer, MediaKind, PayloadTypes, PublishedTrack, red::tests::packet as redundant,
};

const OPUS: u8 = 111;
const RED: u8 = 63;
const VOICE: u32 = 0x40;

/// A publisher (peer 1) of redundant sound; peer 2 reads redundancy, under numbers of its own, and peer 3 does not.
fn talk() -> World {
    let mut world = World::new();
    world.join(1);
    let encodings = vec![Encoding { layer: Layer::Full, rid: None, ssrc: Some(VOICE), rtx_ssrc: None }];
    let payload_types = PayloadTypes { media: OPUS, rtx: None, red: Some(RED) };
    let track = PublishedTrack { track: TrackId(2), kind: MediaKind::Audio, mid: "6".into(), payload_types, encodings };
    world.command(Command::Publish { peer: PeerId(1), track });
    for (peer, payload_types) in [
        (2, PayloadTypes { media: 96, rtx: None, red: Some(97) }),
        (3, PayloadTypes { media: 109, rtx: None, red: None }),
    ] {
        world.join(peer);
        let forward = ForwardedTrack {
            subscription: SubscriptionId(peer),
            track: TrackId(2),
            ssrc: 5_000,
            rtx_ssrc: 5_001,
            payload_types,
        };
        world.command(Command::Subscribe { peer: PeerId(peer), forward });
    }
    world.events();
    world
}

fn payloads(received: &[Received]) -> Vec<(u8, Vec<u8>)> {
    received.iter().map(|packet| (packet.payload_type, packet.payload.clone())).collect()
}

#[test]
fn redundant_sound_is_passed_on_or_taken_apart() {
    let mut world = talk();
    world.send(1, VOICE, OPUS, 0, &[], b"one");
    world.received(2);
    world.received(3);
    world.send(1, VOICE, RED, 960, &[], &redundant(OPUS, &[(960, b"one")], b"two"));
    assert_eq!(payloads(&world.received(2)), [(97, redundant(96, &[(960, b"one")], b"two"))]);
    assert_eq!(payloads(&world.received(3)), [(109, b"two".to_vec())]);
    world.send(1, VOICE, OPUS, 1_920, &[], b"plain");
    assert_eq!(payloads(&world.received(2)), [(96, b"plain".to_vec())]);
    assert_eq!(payloads(&world.received(3)), [(109, b"plain".to_vec())]);
}

#[test]
fn what_was_lost_on_the_way_to_us_comes_from_the_next_packet_in_its_place() {
    let mut world = talk();
    world.send(1, VOICE, RED, 960, &[], &redundant(OPUS, &[], b"one"));
    let late = world.seal(1, VOICE, RED, 1_920, &[], &redundant(OPUS, &[(960, b"one")], b"two"));
    world.send(1, VOICE, RED, 2_880, &[], &redundant(OPUS, &[(960, b"two")], b"three"));
    let heard = world.received(3);
    let numbers: Vec<_> = heard.iter().map(|packet| packet.sequence.wrapping_sub(heard[0].sequence)).collect();
    let times: Vec<_> = heard.iter().map(|packet| packet.timestamp.wrapping_sub(heard[0].timestamp)).collect();
    assert_eq!(
        payloads(&heard).into_iter().map(|(_, payload)| payload).collect::<Vec<_>>(),
        [b"one", b"two", &b"three"[..]]
    );
    assert_eq!((numbers, times), (vec![0, 1, 2], vec![0, 960, 1_920]));
    world.arrive(1, late);
    assert_eq!(world.received(3), [], "it was there already");
}

#[test]
fn malformed_redundancy_goes_nowhere() {
    let mut world = talk();
    world.send(1, VOICE, RED, 960, &[], &[0x80 | OPUS, 0xff, 0xff, 0xff, OPUS, 1]);
    world.send(1, VOICE, RED, 960, &[], &redundant(5, &[], b"another codec"));
    assert_eq!((world.received(2), world.received(3)), (vec![], vec![]));
}

/// A listener of many microphones; each speaker's packets bear its number and how far it is.
struct Crowd {
    world: World,
    size: u64,
    frame: u32,
}

impl Crowd {
    fn gather(size: u64) -> Self {
        let mut world = World::new();
        let payload_types = PayloadTypes { media: OPUS, rtx: None, red: None };
        world.join(NUMBERED - 1);
        for id in 1..=size {
            world.join(id);
            let ssrc = Some(0x100 + id as u32);
            let encodings = vec![Encoding { layer: Layer::Full, rid: None, ssrc, rtx_ssrc: None }];
            let track = PublishedTrack {
                track: TrackId(id),
                kind: MediaKind::Audio,
                mid: "6".into(),
                payload_types,
                encodings,
            };
            world.command(Command::Publish { peer: PeerId(id), track });
            let (ssrc, rtx_ssrc) = (7_000 + id as u32, 8_000 + id as u32);
            let (subscription, track) = (SubscriptionId(id), TrackId(id));
            let forward = ForwardedTrack { subscription, track, ssrc, rtx_ssrc, payload_types };
            world.command(Command::Subscribe { peer: PeerId(NUMBERED - 1), forward });
        }
        Self { world, size, frame: 0 }
    }

    /// All microphones are open for so many frames, at these levels or else full of noise; what the listener got of each.
    fn talk(&mut self, frames: u32, levels: &[(u64, u8)]) -> BTreeMap<u64, Vec<Received>> {
        self.world.received(NUMBERED - 1);
        for _ in 0..frames {
            for id in 1..=self.size {
                let level = levels.iter().find(|(speaker, _)| *speaker == id).map_or(70, |(_, level)| *level);
                let payload = self.frame.to_be_bytes();
                self.world.send(id, 0x100 + id as u32, OPUS, self.frame * 960, &[(5, &[0x80 | level])], &payload);
            }
            self.frame += 1;
            self.world.pass(Duration::from_millis(20));
        }
        let mut got: BTreeMap<u64, Vec<Received>> = BTreeMap::new();
        for packet in self.world.received(NUMBERED - 1) {
            got.entry(u64::from(packet.ssrc - 7_000)).or_default().push(packet);
        }
        got
    }
}

#[test]
fn a_few_open_microphones_are_all_forwarded() {
    let mut crowd = Crowd::gather(HEARD as u64);
    crowd.talk(50, &[]);
    assert_eq!(crowd.talk(50, &[]).len(), HEARD);
}

#[test]
fn of_many_open_microphones_those_are_forwarded_that_are_spoken_into_from_the_first_packet_on() {
    let mut crowd = Crowd::gather(HEARD as u64 + 5);
    crowd.talk(150, &[]);
    assert_eq!(crowd.talk(50, &[]).len(), 0, "noise alone");
    let begun = crowd.frame;
    let heard = crowd.talk(50, &[(3, 15), (9, 20)]);
    assert_eq!(heard.keys().copied().collect::<Vec<_>>(), [3, 9]);
    let again = crowd.talk(250, &[(9, 20)]);
    assert_eq!(again.get(&3).map(|packets| (80..130).contains(&packets.len())), Some(true), "heard on for a while");
    assert_eq!(again.get(&9).map(Vec::len), Some(250));
    let back = crowd.talk(10, &[(3, 15)]);
    for (first, packets) in [(begun, &heard[&3]), (begun + 300, &back[&3])] {
        assert_eq!(packets[0].payload, first.to_be_bytes());
        assert!(packets.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    }
    assert_eq!(back[&3][0].sequence, again[&3].last().expect("some").sequence.wrapping_add(1), "without a gap");
}

#[test]
fn of_too_many_voices_the_loudest_are_forwarded() {
    let mut crowd = Crowd::gather(HEARD as u64 + 5);
    let levels: Vec<(u64, u8)> = (1..=HEARD as u64 + 3).map(|id| (id, 34 - 3 * id as u8)).collect();
    crowd.talk(200, &levels);
    let heard = crowd.talk(50, &levels);
    assert_eq!(heard.keys().copied().collect::<Vec<_>>(), (4..=HEARD as u64 + 3).collect::<Vec<_>>());
}
