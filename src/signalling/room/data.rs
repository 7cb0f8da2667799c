//! Data packets between participants: sender filled in, destinations honoured, the last ones kept for those who resume.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use bytes::Bytes;
use prost::Message as _;

use super::{
    Room,
    participant::Participant,
    proto::{self, data_packet},
};
use crate::{
    ids::{Identity, ParticipantSid, PeerId},
    media::{Channel, Command},
};

/// The largest data packet taken, in bytes.
pub const MAX_PACKET_BYTES: usize = 64 * 1024;
/// What is kept for those who resume: the newest packets up to these limits.
const HISTORY_BYTES: usize = 1024 * 1024;
const HISTORY_PACKETS: usize = 1024;
const HISTORY_AGE: Duration = super::AWAY_WITH_MEDIA_TIMEOUT;

/// The room's latest reliable packets.
#[derive(Default)]
pub(super) struct History {
    packets: VecDeque<Kept>,
    bytes: usize,
}

struct Kept {
    at: Instant,
    sender: ParticipantSid,
    sequence: u32,
    recipients: Vec<PeerId>,
    payload: Bytes,
}

impl History {
    fn keep(&mut self, packet: Kept) {
        let now = packet.at;
        self.bytes += packet.payload.len();
        self.packets.push_back(packet);
        while self.bytes > HISTORY_BYTES
            || self.packets.len() > HISTORY_PACKETS
            || self.packets.front().is_some_and(|oldest| oldest.at + HISTORY_AGE < now)
        {
            let Some(oldest) = self.packets.pop_front() else { break };
            self.bytes -= oldest.payload.len();
        }
    }

    /// What `peer` was sent and has not received, by the last sequence number it has of each sender.
    fn missed(&self, peer: PeerId, received: &[proto::DataChannelReceiveState]) -> Vec<Bytes> {
        let last = |sender: &ParticipantSid| {
            received.iter().find(|state| state.publisher_sid == sender.as_str()).map_or(0, |state| state.last_seq)
        };
        let missed = self
            .packets
            .iter()
            .filter(|packet| packet.recipients.contains(&peer) && packet.sequence > last(&packet.sender));
        missed.map(|packet| packet.payload.clone()).collect()
    }
}

impl Room {
    pub(super) fn data(&mut self, peer: PeerId, channel: Channel, payload: &Bytes) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        if !participant.permission.can_publish_data || payload.len() > MAX_PACKET_BYTES {
            tracing::debug!(participant = %participant.sid, bytes = payload.len(), "data packet refused");
            return;
        }
        let Some(mut packet) = proto::DataPacket::decode(payload.clone()).ok().filter(is_forwarded) else { return };
        if channel == Channel::Reliable && packet.sequence > 0 {
            if packet.sequence <= participant.last_data_sequence {
                // Sent again after a resume, though the first one had arrived.
                return;
            }
            participant.last_data_sequence = packet.sequence;
        }
        let sender = participant.sid.clone();
        let destinations = stamp(&mut packet, channel, &sender, &participant.identity);
        let reached = |other: &&Participant| {
            other.peer != peer
                && other.is_connected()
                && (destinations.is_empty() || destinations.iter().any(|name| name == other.identity.as_str()))
        };
        let recipients: Vec<PeerId> = self.participants.values().filter(reached).map(|other| other.peer).collect();
        if recipients.is_empty() {
            return;
        }
        let sequence = packet.sequence;
        let payload = Bytes::from(packet.encode_to_vec());
        if channel == Channel::Reliable && sequence > 0 {
            let (at, recipients, payload) = (self.now, recipients.clone(), payload.clone());
            self.history.keep(Kept { at, sender, sequence, recipients, payload });
        }
        self.command(Command::SendData { peers: recipients, channel, payload });
    }

    /// Sends a message of the server's own.
    pub(super) fn say(&mut self, peers: Vec<PeerId>, topic: &str, payload: Vec<u8>) {
        let user = proto::UserPacket { payload, topic: Some(topic.to_owned()), ..Default::default() };
        let packet = proto::DataPacket { value: Some(data_packet::Value::User(user)), ..Default::default() };
        if !peers.is_empty() {
            let payload = Bytes::from(packet.encode_to_vec());
            self.command(Command::SendData { peers, channel: Channel::Reliable, payload });
        }
    }

    pub(super) fn resend_data(&mut self, peer: PeerId, received: &[proto::DataChannelReceiveState]) {
        let received = &received[..received.len().min(HISTORY_PACKETS)];
        for payload in self.history.missed(peer, received) {
            self.command(Command::SendData { peers: vec![peer], channel: Channel::Reliable, payload });
        }
    }
}

/// Who speaks is the server's to say, and metrics are not for the room.
#[expect(deprecated, reason = "older SDKs may send what is refused here")]
fn is_forwarded(packet: &proto::DataPacket) -> bool {
    !matches!(packet.value, None | Some(data_packet::Value::Speaker(_) | data_packet::Value::Metrics(_)))
}

/// Fills in who sent the packet and how; returns the identities it is for, everybody when empty.
#[expect(deprecated, reason = "older SDKs read and write these fields")]
fn stamp(packet: &mut proto::DataPacket, channel: Channel, sid: &ParticipantSid, identity: &Identity) -> Vec<String> {
    packet.kind = match channel {
        Channel::Reliable => data_packet::Kind::Reliable.into(),
        Channel::Lossy => data_packet::Kind::Lossy.into(),
    };
    packet.participant_sid = sid.to_string();
    packet.participant_identity = identity.to_string();
    if let Some(data_packet::Value::User(user)) = &mut packet.value {
        user.participant_sid = sid.to_string();
        user.participant_identity = identity.to_string();
        if packet.destination_identities.is_empty() {
            packet.destination_identities = user.destination_identities.clone();
        }
    }
    packet.destination_identities.clone()
}
