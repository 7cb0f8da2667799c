//! Packets out: from a track's streams to each of its subscribers.

use std::time::{Duration, Instant};

use slotmap::SlotMap;

use super::{PeerKey, Shard, StreamKey, SubscriptionKey, Timer, TrackKey, peer::Peer, subscription::Subscription};
use crate::media::{
    MediaKind,
    egress::Egress,
    packet_ring::Packet,
    red::{self, Redundant},
    rtcp,
    rtp::{PLAIN_HEADER, TRANSPORT_NUMBER, write_header, write_transport_number},
    stream::{Stream, clock_rate},
    transport::srtp::SrtpSender,
    vp8::Renumbering,
};

/// How often a watched track's layers are looked at: has one fallen silent, is a switch still waiting?
pub const LAYER_REVIEW: Duration = Duration::from_millis(400);

/// How far a walk over fresh tracks has come.
#[derive(Debug, Default)]
pub struct Progress {
    track: usize,
    subscription: usize,
}

impl Shard {
    /// Forwards what has come since the last call, subscriber by subscriber, so that packets to one address leave in
    /// one run. True when the egress slab is full and there is more: empty it and call again, before anything else.
    pub fn forward(&mut self, now: Instant) -> bool {
        while let Some(&key) = self.fresh.get(self.progress.track) {
            if let Some(track) = self.tracks.get(key) {
                while let Some(&subscription) = track.subscriptions.get(self.progress.subscription) {
                    // Each packet, and a sender report after a switch.
                    if self.egress.room() < track.fresh.len() + 1 {
                        return true;
                    }
                    self.progress.subscription += 1;
                    let Some(subscription) = self.subscriptions.get_mut(subscription) else { continue };
                    let Some(peer) = self.peers.get_mut(subscription.peer) else { continue };
                    self.counters.packets_forwarded += forward_to(
                        subscription,
                        peer,
                        track.kind(),
                        &track.fresh,
                        &self.streams,
                        &mut self.egress,
                        &mut self.scratch,
                        now,
                    );
                }
            }
            if let Some(track) = self.tracks.get_mut(key) {
                track.fresh.clear();
            }
            self.progress = Progress { track: self.progress.track + 1, subscription: 0 };
        }
        self.fresh.clear();
        self.progress = Progress::default();
        false
    }

    /// Chooses anew what a subscription should get, and asks for the key frame that a switch needs.
    pub(super) fn retarget(&mut self, key: SubscriptionKey, now: Instant) {
        let Some(subscription) = self.subscriptions.get_mut(key) else { return };
        let Some(wanted) = subscription.limit() else { return };
        let Some(track) = self.tracks.get(subscription.track).filter(|track| !track.gated) else { return };
        subscription.target = track.choose(wanted, subscription.rewriter.source(), &self.streams, now);
        if track.kind() == MediaKind::Video
            && let Some(target) = subscription.target
            && subscription.rewriter.source() != Some(target)
        {
            self.request_key_frame(target, now);
        }
    }

    pub(super) fn retarget_all(&mut self, track: TrackKey, now: Instant) {
        let subscriptions = self.tracks.get(track).map(|track| track.subscriptions.clone()).unwrap_or_default();
        for subscription in subscriptions {
            self.retarget(subscription, now);
        }
    }

    /// Layers come and go by themselves, and key frames get lost: while somebody watches, look again.
    pub(super) fn review_layers(&mut self, key: TrackKey, now: Instant) {
        self.retarget_all(key, now);
        if self.tracks.get(key).is_some_and(|track| !track.subscriptions.is_empty()) {
            self.timers.set(Timer::Layers(key), now + LAYER_REVIEW);
        }
    }

    /// Asks a publisher for a key frame of one stream, now or as soon as it may be asked again.
    pub(super) fn request_key_frame(&mut self, key: StreamKey, now: Instant) {
        let Some(stream) = self.streams.get_mut(key) else { return };
        let Some(track) = self.tracks.get(stream.track).filter(|track| !track.muted) else { return };
        if let Err(later) = stream.request_key_frame(now) {
            self.timers.set_earliest(Timer::KeyFrame(key), later);
            return;
        }
        self.counters.key_frame_requests += 1;
        let (publisher, ssrc) = (track.publisher, stream.ssrc);
        self.scratch.clear();
        rtcp::write_picture_loss(&mut self.scratch, ssrc);
        self.send_scratch(publisher);
    }

    /// Seals the RTCP packets composed in `scratch` and sends them to a peer.
    pub(super) fn send_scratch(&mut self, key: PeerKey) {
        if let Some(peer) = self.peers.get_mut(key) {
            let sent = send_rtcp(peer, &mut self.scratch, &mut self.egress);
            self.counters.dropped += u64::from(!sent);
        }
    }
}

/// False when there was no room.
pub(super) fn send_rtcp(peer: &mut Peer, compound: &mut Vec<u8>, egress: &mut Egress) -> bool {
    let Some((sealer, to)) = peer.transport.sealer() else { return true };
    sealer.seal_rtcp(compound).is_err() || egress.push(to, compound)
}

/// Forwards one subscriber's part of the fresh packets; returns how many went out.
#[expect(clippy::too_many_arguments, reason = "the disjoint parts of the shard that the hot loop touches")]
fn forward_to(
    subscription: &mut Subscription,
    peer: &mut Peer,
    kind: MediaKind,
    fresh: &[(StreamKey, u64)],
    streams: &SlotMap<StreamKey, Stream<TrackKey>>,
    egress: &mut Egress,
    scratch: &mut Vec<u8>,
    now: Instant,
) -> u64 {
    let Some(target) = subscription.target else { return 0 };
    let mut forwarded = 0;
    let mut switched = false;
    for &(key, index) in fresh {
        let current = subscription.rewriter.source();
        if current != Some(key) && target != key {
            continue;
        }
        let Some(stream) = streams.get(key) else { continue };
        let Some(packet) = stream.packets.get(index) else { continue };
        let Some((packet, form)) = formed(packet, subscription, peer) else { continue };
        if current != Some(key) {
            if kind == MediaKind::Video && !packet.descriptor.starts_key_frame {
                continue;
            }
            switch(subscription, key, index, &packet, streams, kind, now);
            switched = true;
        }
        if packet.payload.is_empty() {
            subscription.rewriter.skip(index);
            continue;
        }
        let Some(out) = subscription.rewriter.rewrite(index, packet.timestamp, &packet.descriptor, now) else {
            continue;
        };
        let number = peer.number(now, packet.payload.len());
        let Some((sealer, to)) = peer.transport.sealer() else { return forwarded };
        let send = Send {
            payload_type: form.payload_type,
            frames: form.frames,
            ssrc: subscription.forward.ssrc,
            index: out.index,
            timestamp: out.timestamp,
            renumbering: out.renumbering,
            original: None,
            number,
        };
        if egress.push_with(to, |buf| send.write(buf, &packet, sealer)) {
            subscription.packets_sent = subscription.packets_sent.wrapping_add(1);
            subscription.octets_sent = subscription.octets_sent.wrapping_add(packet.payload.len() as u32);
            forwarded += 1;
        }
    }
    if switched && let Some(stream) = subscription.rewriter.source().and_then(|key| streams.get(key)) {
        // Tell at once how the new timestamps relate to the sender's clock, or lips run off until the next report.
        scratch.clear();
        if write_sender_report(scratch, subscription, stream, kind, now) {
            send_rtcp(peer, scratch, egress);
        }
    }
    forwarded
}

/// How sound goes out: under which payload type, and with that of the frames inside.
struct Form {
    payload_type: u8,
    frames: Option<u8>,
}

/// Redundant sound stays so for who can read it and has room for it on the line; the others get the packet's own frame.
fn formed<'a>(packet: Packet<'a>, subscription: &Subscription, peer: &Peer) -> Option<(Packet<'a>, Form)> {
    let types = subscription.forward.payload_types;
    if !packet.redundant {
        return Some((packet, Form { payload_type: types.media, frames: None }));
    }
    if let Some(red) = types.red.filter(|_| peer.has_room) {
        return Some((packet, Form { payload_type: red, frames: Some(types.media) }));
    }
    let own = Redundant::primary(packet.payload)?;
    Some((Packet { redundant: false, payload: own, ..packet }, Form { payload_type: types.media, frames: None }))
}

fn switch(
    subscription: &mut Subscription,
    to: StreamKey,
    index: u64,
    packet: &Packet<'_>,
    streams: &SlotMap<StreamKey, Stream<TrackKey>>,
    kind: MediaKind,
    now: Instant,
) {
    let clock = |key: StreamKey| streams.get(key).and_then(|stream| stream.sender_clock);
    let rewriter = &mut subscription.rewriter;
    let aligned = rewriter
        .source()
        .zip(rewriter.timestamp_offset())
        .and_then(|(from, offset)| Some(clock(to)?.aligned_offset(&clock(from)?, offset, clock_rate(kind))));
    rewriter.switch(to, index, packet.timestamp, &packet.descriptor, aligned, now);
}

/// Composes a sender report of what the subscriber gets; false while the publisher's clock is unknown.
pub(super) fn write_sender_report(
    out: &mut Vec<u8>,
    subscription: &Subscription,
    stream: &Stream<TrackKey>,
    kind: MediaKind,
    now: Instant,
) -> bool {
    let (Some(clock), Some(offset)) = (stream.sender_clock, subscription.rewriter.timestamp_offset()) else {
        return false;
    };
    let (ntp, timestamp) = clock.extrapolate(now, clock_rate(kind));
    rtcp::write_sender_report(
        out,
        subscription.forward.ssrc,
        ntp,
        timestamp.wrapping_add(offset),
        subscription.packets_sent,
        subscription.octets_sent,
    );
    true
}

/// The numbers under which a packet goes to a subscriber.
pub(super) struct Send {
    pub payload_type: u8,
    /// For redundant sound: the payload type of its frames.
    pub frames: Option<u8>,
    pub ssrc: u32,
    pub index: u64,
    pub timestamp: u32,
    pub renumbering: Renumbering,
    /// For a retransmission: the sequence number that it had at first.
    pub original: Option<u16>,
    /// The transport-wide number, with its extension's identifier.
    pub number: Option<(u8, u16)>,
}

impl Send {
    /// Writes and seals the packet; the datagram's length, or none when it does not fit.
    pub fn write(&self, buf: &mut [u8], packet: &Packet<'_>, sealer: &mut SrtpSender) -> Option<usize> {
        let header_len = self.write_header(buf, packet.marker)?;
        let rest = buf.get_mut(header_len..)?;
        let prefix = match self.original {
            Some(sequence) => {
                rest.first_chunk_mut::<2>()?.copy_from_slice(&sequence.to_be_bytes());
                2
            }
            None => 0,
        };
        let payload = rest.get_mut(prefix..prefix + packet.payload.len())?;
        payload.copy_from_slice(packet.payload);
        if self.renumbering != Renumbering::default() {
            packet.descriptor.renumber(payload, self.renumbering);
        }
        if let Some(payload_type) = self.frames {
            red::rename(payload, payload_type);
        }
        let len = header_len + prefix + packet.payload.len();
        sealer.seal_rtp(buf, header_len, len, (self.index >> 16) as u32).ok()
    }

    /// Writes and seals a packet of `padding` bytes and nothing else (RFC 3550 section 5.1); 1 to 255 of them.
    pub fn write_padding(&self, buf: &mut [u8], padding: usize, sealer: &mut SrtpSender) -> Option<usize> {
        let header_len = self.write_header(buf, false)?;
        *buf.first_mut()? |= 0x20;
        let len = header_len + padding;
        buf.get_mut(header_len..len)?.fill(0);
        *buf.get_mut(len.checked_sub(1)?)? = u8::try_from(padding).ok()?;
        sealer.seal_rtp(buf, header_len, len, (self.index >> 16) as u32).ok()
    }

    fn write_header(&self, buf: &mut [u8], marker: bool) -> Option<usize> {
        let (header, rest) = buf.split_first_chunk_mut::<PLAIN_HEADER>()?;
        write_header(header, self.payload_type, marker, self.index as u16, self.timestamp, self.ssrc);
        let Some((id, number)) = self.number else { return Some(PLAIN_HEADER) };
        write_transport_number(header, rest.first_chunk_mut::<TRANSPORT_NUMBER>()?, id, number);
        Some(PLAIN_HEADER + TRANSPORT_NUMBER)
    }
}
