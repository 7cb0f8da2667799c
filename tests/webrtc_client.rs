//! Clients made from the `webrtc` crate hold a conference over loopback: no browser, the whole server.

mod support;

use std::time::Duration;

use diemcau::{client::ClientEvent, media::MediaKind};
use livekit_protocol::{DataPacket, TrackSource, UserPacket, data_packet::Value};
use support::{Server, until};

/// Twenty milliseconds of Opus at its clock of 48 kHz (RFC 7587).
const FRAME_TICKS: u32 = 960;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_hears_the_tone_of_the_other() {
    let server = Server::start().await;
    let mut alice = server.join("tones", "alice").await;
    let mut bob = server.join("tones", "bob").await;
    let mut players = Vec::new();
    for (client, tone) in [(&mut alice, b'a'), (&mut bob, b'b')] {
        until(client, "the connection", |event| matches!(event, ClientEvent::Connected).then_some(())).await;
        let mut track = client.publish(MediaKind::Audio, TrackSource::Microphone).await.expect("publishes");
        players.push(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            for frame in 0u32.. {
                ticks.tick().await;
                // Packets before the answer to their offer go nowhere.
                let _ = track.write(frame.wrapping_mul(FRAME_TICKS), false, &[tone; 80]).await;
            }
        }));
    }
    for (client, tone) in [(&mut alice, b'b'), (&mut bob, b'a')] {
        let mut last = None;
        for _ in 0..100 {
            let packet = until(client, "the other's tone", |event| match event {
                ClientEvent::Packet { packet, .. } => Some(packet),
                _ => None,
            })
            .await;
            assert_eq!(packet.payload[..], [tone; 80]);
            let next = (packet.header.sequence_number, packet.header.timestamp);
            if let Some((sequence, timestamp)) = last.replace(next) {
                assert_eq!(next.0, sequence + 1, "no packet lost on loopback");
                assert_eq!(next.1, timestamp + FRAME_TICKS);
            }
        }
    }
    for player in players {
        player.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_reliable_messages_arrive_in_order_with_their_sender() {
    let server = Server::start().await;
    let mut alice = server.join("messages", "alice").await;
    let mut bob = server.join("messages", "bob").await;
    for client in [&mut alice, &mut bob] {
        let open = |event| matches!(event, ClientEvent::DataOpen { reliable: true }).then_some(());
        until(client, "the reliable channel", open).await;
    }
    let message = |number: i32| {
        let user = UserPacket { payload: number.to_be_bytes().to_vec(), ..Default::default() };
        DataPacket { value: Some(Value::User(user)), ..Default::default() }
    };
    let number_of = |event| match event {
        ClientEvent::Data {
            packet: DataPacket { participant_identity, value: Some(Value::User(user)), .. },
            reliable,
        } => {
            assert!(reliable);
            assert_eq!(participant_identity, "alice");
            Some(i32::from_be_bytes(user.payload[..].try_into().expect("four bytes")))
        }
        _ => None,
    };
    let sender = async {
        for number in 0..1_000 {
            alice.send(message(number), true).await.expect("sends");
        }
    };
    let receiver = async {
        for expected in 0..1_000 {
            assert_eq!(until(&mut bob, "the next message", number_of).await, expected);
        }
    };
    tokio::join!(sender, receiver);
}
