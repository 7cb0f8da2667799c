//! RTCP both ways: reports, feedback, repairs.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    PeerKey, Shard, StreamKey, SubscriptionKey, Timer,
    fanout::{self, Send},
    peer::Inbound,
};
use crate::media::{
    rtcp::{self, Packet},
    stream::SenderClock,
    transport_cc::FEEDBACK_INTERVAL,
};

const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Packets that one compound may ask for again.
const MAX_REPAIRS: usize = 256;

impl Shard {
    pub(super) fn rtcp(&mut self, key: PeerKey, from: SocketAddr, datagram: &mut [u8], now: Instant) -> Option<()> {
        let peer = self.peers.get_mut(key)?;
        let len = peer.transport.open_rtcp(now, from, datagram).ok()?;
        self.heard(key);
        let mut repairs = MAX_REPAIRS;
        for packet in rtcp::packets(datagram.get(..len)?) {
            match packet {
                Packet::SenderReport { ssrc, ntp, rtp_timestamp, received } => {
                    let clock = SenderClock { ntp, rtp_timestamp, received_at: now };
                    self.sender_report(key, ssrc, clock, now);
                    self.receiver_report(key, &received, now);
                }
                Packet::ReceiverReport(received) => self.receiver_report(key, &received, now),
                Packet::Nack { media_ssrc, lost } => {
                    let subscription = self.peers.get(key)?.outbound.get(&media_ssrc).copied();
                    for sequence in lost.sequences().take(repairs) {
                        repairs -= 1;
                        if let Some(subscription) = subscription {
                            self.send_repair(subscription, sequence, now);
                        }
                    }
                }
                Packet::KeyFrameRequest { media_ssrc } => {
                    let subscription = self.peers.get(key)?.outbound.get(&media_ssrc);
                    let source = subscription.and_then(|&key| self.subscriptions.get(key)?.rewriter.source());
                    if let Some(source) = source {
                        self.request_key_frame(source, now);
                    }
                }
                Packet::TransportFeedback(feedback) => self.transport_feedback(key, &feedback, now),
                Packet::Other => {}
            }
        }
        Some(())
    }

    /// A publisher's report is passed on to everybody who gets the stream, on the timeline that each has of it.
    fn sender_report(&mut self, publisher: PeerKey, ssrc: u32, clock: SenderClock, now: Instant) {
        let Some(&Inbound::Media(key)) = self.peers.get(publisher).and_then(|peer| peer.inbound.get(&ssrc)) else {
            return;
        };
        let Some(stream) = self.streams.get_mut(key) else { return };
        stream.sender_clock = Some(clock);
        let Some(track) = self.tracks.get(stream.track) else { return };
        for &subscription in &track.subscriptions {
            let Some(subscription) = self.subscriptions.get(subscription) else { continue };
            if subscription.rewriter.source() != Some(key) {
                continue;
            }
            self.scratch.clear();
            if fanout::write_sender_report(&mut self.scratch, subscription, stream, track.kind(), now)
                && let Some(peer) = self.peers.get_mut(subscription.peer)
            {
                let sent = fanout::send_rtcp(peer, &mut self.scratch, &mut self.egress);
                self.counters.dropped += u64::from(!sent);
            }
        }
    }

    /// Sends a packet again, on the subscription's repair stream (RFC 4588), while its source still has it.
    fn send_repair(&mut self, key: SubscriptionKey, sequence: u16, now: Instant) -> Option<()> {
        let subscription = self.subscriptions.get_mut(key)?;
        let payload_type = subscription.forward.payload_types.rtx?;
        let (source, index, origin) = subscription.rewriter.origin(sequence)?;
        let packet = self.streams.get(source)?.packets.get(index)?;
        if !subscription.may_repair(now) {
            return None;
        }
        let peer = self.peers.get_mut(subscription.peer)?;
        let number = peer.number(now, size_of::<u16>() + packet.payload.len());
        let (sealer, to) = peer.transport.sealer()?;
        let send = Send {
            payload_type,
            frames: None,
            ssrc: subscription.forward.rtx_ssrc,
            index: subscription.next_repair,
            timestamp: packet.timestamp.wrapping_add(origin.timestamp_offset),
            renumbering: origin.renumbering,
            original: Some(sequence),
            number,
        };
        subscription.next_repair += 1;
        let sent = self.egress.push_with(to, |buf| send.write(buf, &packet, sealer));
        self.counters.packets_repaired += u64::from(sent);
        self.counters.dropped += u64::from(!sent);
        Some(())
    }

    pub(super) fn send_transport_feedback(&mut self, key: PeerKey, now: Instant) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        self.scratch.clear();
        if peer.arrivals.write_feedback(&mut self.scratch) {
            self.timers.set(Timer::Feedback(key), now + FEEDBACK_INTERVAL);
            self.send_scratch(key);
        }
    }

    pub(super) fn send_receiver_report(&mut self, key: PeerKey, now: Instant) {
        let Some(peer) = self.peers.get(key) else { return };
        let mut blocks = Vec::new();
        for inbound in peer.inbound.values() {
            if let Inbound::Media(stream) = inbound {
                blocks.extend(self.streams.get_mut(*stream).and_then(|stream| stream.report(now)));
            }
        }
        if blocks.is_empty() {
            return; // set again by the next stream's first packet
        }
        self.scratch.clear();
        rtcp::write_receiver_report(&mut self.scratch, &blocks);
        self.send_scratch(key);
        self.timers.set(Timer::Report(key), now + REPORT_INTERVAL);
    }

    pub(super) fn ask_for_missing(&mut self, key: StreamKey, now: Instant) {
        let Some(stream) = self.streams.get_mut(key) else { return };
        let due = stream.missing.due(now);
        if let Some(at) = stream.missing.next_deadline() {
            self.timers.set(Timer::Missing(key), at);
        }
        let Some(publisher) = self.tracks.get(stream.track).map(|track| track.publisher) else { return };
        if !due.is_empty() {
            self.scratch.clear();
            rtcp::write_nack(&mut self.scratch, stream.ssrc, due.into_iter().map(|index| index as u16));
            self.send_scratch(publisher);
        }
    }
}
