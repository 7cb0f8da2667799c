//! Sound with redundancy: passed on to who reads it, taken apart for who does not, and used where a packet was lost.

use super::{
    tests::{Received, World},
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
