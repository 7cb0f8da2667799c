//! Datagrams in: told apart, opened, and put where forwarding finds them.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    PeerKey, Shard, StreamKey, Timer, TrackKey,
    peer::{Inbound, MAX_INBOUND},
    routes::{self, Protocol},
    track::Track,
};
use crate::media::{
    Event, Layer, MediaKind,
    egress::MAX_DATAGRAM,
    packet_ring::Packet,
    red::Redundant,
    rtp::{Header, PLAIN_HEADER, TRANSPORT_NUMBER},
    stream::{Arrival, Stream},
    transport::{ice::local_ufrag, srtp::RTP_OVERHEAD},
    transport_cc::FEEDBACK_INTERVAL,
    vp8::Descriptor,
};

/// What fits a datagram together with a plain header, the original sequence number of a retransmission, and the seal.
const MAX_PAYLOAD: usize = MAX_DATAGRAM - PLAIN_HEADER - TRANSPORT_NUMBER - size_of::<u16>() - RTP_OVERHEAD;
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

impl Shard {
    /// Takes one datagram; it is opened in place. What it makes due for forwarding goes out with [`Shard::forward`].
    pub fn datagram(&mut self, from: SocketAddr, datagram: &mut [u8], now: Instant) {
        let taken = match routes::protocol(datagram) {
            Some(Protocol::Stun) => self.stun(from, datagram, now),
            Some(protocol) => self.routes.by_address(from).and_then(|key| match protocol {
                Protocol::Rtp => self.rtp(key, from, datagram, now),
                Protocol::Rtcp => self.rtcp(key, from, datagram, now),
                _ => self.dtls(key, from, datagram, now),
            }),
            None => None,
        };
        self.counters.refused += u64::from(taken.is_none());
    }

    fn stun(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) -> Option<()> {
        let key = self.routes.by_ufrag(local_ufrag(datagram)?)?;
        let peer = self.peers.get_mut(key)?;
        let answer = peer.transport.handle_stun(now, from, datagram)?;
        self.counters.dropped += u64::from(!self.egress.push(from, &answer.reply));
        if let Some(address) = answer.evicted {
            self.routes.remove_address(address, key);
        }
        if let Some(ufrag) = answer.retired {
            self.routes.remove_ufrag(&ufrag);
        }
        self.routes.add_address(from, key);
        self.heard(key);
        Some(())
    }

    fn dtls(&mut self, key: PeerKey, from: SocketAddr, datagram: &[u8], now: Instant) -> Option<()> {
        self.peers.get_mut(key)?.transport.handle_dtls(now, from, datagram);
        self.drive(key, now);
        Some(())
    }

    /// Something authentic has come: a peer that had fallen silent is back.
    pub(super) fn heard(&mut self, key: PeerKey) {
        if let Some(peer) = self.peers.get_mut(key)
            && std::mem::take(&mut peer.silent)
        {
            self.events.push_back(Event::Heard { peer: peer.id });
        }
    }

    fn rtp(&mut self, key: PeerKey, from: SocketAddr, datagram: &mut [u8], now: Instant) -> Option<()> {
        let header = Header::parse(datagram)?;
        let peer = self.peers.get_mut(key)?;
        let opened = peer.transport.open_rtp(now, from, datagram, header.len).ok()?;
        // From here on the packet is the client's own.
        let packet = datagram.get(..opened.len)?;
        if std::mem::take(&mut peer.silent) {
            self.events.push_back(Event::Heard { peer: peer.id });
        }
        self.counters.packets_received += 1;
        let mut level = None;
        for (id, value) in header.extensions(packet) {
            match *value {
                [high, low, ..] if Some(id) == peer.extensions.transport_cc => {
                    if peer.arrivals.is_empty() {
                        self.timers.set_earliest(Timer::Feedback(key), now + FEEDBACK_INTERVAL);
                    }
                    peer.arrivals.record(u16::from_be_bytes([high, low]), header.ssrc, now);
                }
                [value] if Some(id) == peer.extensions.audio_level => level = Some(value),
                _ => {}
            }
        }
        let payload = header.payload(packet)?;
        let inbound = match peer.inbound.get(&header.ssrc) {
            Some(&inbound) => inbound,
            None => self.bind(key, &header, packet)?,
        };
        match inbound {
            Inbound::Media(stream) => {
                if let Some(level) = level {
                    self.hear_voice(stream, level, now);
                }
                self.media(key, stream, opened.index, &header, payload, now)
            }
            Inbound::Repair(stream) => self.repair(stream, &header, payload, now),
        }
    }

    fn media(
        &mut self,
        publisher: PeerKey,
        key: StreamKey,
        index: u64,
        header: &Header,
        payload: &[u8],
        now: Instant,
    ) -> Option<()> {
        let stream = self.streams.get_mut(key)?;
        let track_key = stream.track;
        let track = self.tracks.get_mut(track_key)?;
        let video = track.kind() == MediaKind::Video;
        let revived = !stream.is_live(now);
        let arrival = stream.received(index, header.timestamp, now, self.epoch, video);
        stream.count(payload.len());
        let types = track.description.payload_types;
        let redundant = types.red == Some(header.payload_type);
        let packet = Packet { redundant, ..described(header, payload, video)? };
        if redundant
            && let Some((offset, frame)) = Redundant::parse(payload, types.media)?.previous
            && let Some(before) = index.checked_sub(1)
        {
            // If that packet was lost on the way, here it is.
            let timestamp = header.timestamp.wrapping_sub(offset);
            let lost = Packet { timestamp, marker: false, redundant: false, payload: payload.get(frame)?, ..packet };
            keep(stream, track, &mut self.fresh, (key, before), lost, now);
        }
        keep(stream, track, &mut self.fresh, (key, index), packet, now);
        if let Some(at) = stream.missing.next_deadline().filter(|_| arrival == Arrival::Newest) {
            self.timers.set_earliest(Timer::Missing(key), at);
        }
        if arrival == Arrival::First {
            self.timers.set_earliest(Timer::Report(publisher), now + REPORT_INTERVAL);
        }
        if !track.flowing {
            track.flowing = true;
            let (track, peer) = (track.id, self.peers.get(publisher)?.id);
            self.events.push_back(Event::Flowing { peer, track });
        }
        if revived {
            self.allocate_all(track_key, now);
            self.retarget_all(track_key, now);
        }
        Some(())
    }

    /// A retransmitted packet: its payload begins with the sequence number that it had at first (RFC 4588 section 4).
    fn repair(&mut self, key: StreamKey, header: &Header, payload: &[u8], now: Instant) -> Option<()> {
        // Probes for bandwidth ride on this stream too: empty, or with packets that were never missed.
        let Some((&original, payload)) = payload.split_first_chunk::<2>() else { return Some(()) };
        let stream = self.streams.get_mut(key)?;
        let index = stream.index_near(u16::from_be_bytes(original))?;
        if stream.missing.arrived(index) {
            let track = self.tracks.get_mut(stream.track)?;
            let packet = described(header, payload, track.kind() == MediaKind::Video)?;
            keep(stream, track, &mut self.fresh, (key, index), packet, now);
        }
        Some(())
    }

    /// Learns what a new SSRC carries from the extensions that its first packets have.
    fn bind(&mut self, key: PeerKey, header: &Header, packet: &[u8]) -> Option<Inbound> {
        let peer = self.peers.get(key)?;
        let (mut mid, mut rid, mut repaired) = (None, None, None);
        for (id, value) in header.extensions(packet) {
            let slot = match Some(id) {
                id if id == peer.extensions.mid => &mut mid,
                id if id == peer.extensions.rid => &mut rid,
                id if id == peer.extensions.repaired_rid => &mut repaired,
                _ => continue,
            };
            *slot = std::str::from_utf8(value).ok();
        }
        let mid = mid?;
        let track_key = *peer
            .tracks
            .iter()
            .find(|&&track| self.tracks.get(track).is_some_and(|track| track.description.mid == mid))?;
        let track = self.tracks.get(track_key)?;
        let layer_of = |rid: &str| {
            let encoding = track.description.encodings.iter().find(|e| e.rid.as_deref() == Some(rid));
            encoding.map(|encoding| encoding.layer)
        };
        let types = track.description.payload_types;
        if repaired.is_some() || Some(header.payload_type) == types.rtx {
            let layer = match repaired.or(rid) {
                Some(rid) => layer_of(rid)?,
                None => Layer::Full,
            };
            // Before its primary is known a repair stream says nothing; it will be bound by a later packet.
            let stream = track.stream(layer)?;
            return self.bind_repair(key, stream, header.ssrc);
        }
        if ![Some(types.media), types.red].contains(&Some(header.payload_type)) {
            return None;
        }
        let layer = match rid {
            Some(rid) => layer_of(rid)?,
            None => Layer::Full,
        };
        self.bind_media(key, track_key, layer, header.ssrc).map(Inbound::Media)
    }

    /// Makes the stream of a layer; a new SSRC takes the place of the one that had the layer.
    pub(super) fn bind_media(
        &mut self,
        publisher: PeerKey,
        track_key: TrackKey,
        layer: Layer,
        ssrc: u32,
    ) -> Option<StreamKey> {
        let peer = self.peers.get_mut(publisher)?;
        if let Some(&known) = peer.inbound.get(&ssrc) {
            return Some(known.stream());
        }
        if peer.inbound.len() >= MAX_INBOUND {
            return None;
        }
        let track = self.tracks.get_mut(track_key)?;
        let stream = self.streams.insert(Stream::new(track_key, track.kind(), layer, ssrc));
        peer.inbound.insert(ssrc, Inbound::Media(stream));
        if let Some(before) = track.set_stream(layer, stream) {
            self.remove_stream(publisher, before);
        }
        Some(stream)
    }

    pub(super) fn bind_repair(&mut self, publisher: PeerKey, stream: StreamKey, ssrc: u32) -> Option<Inbound> {
        let peer = self.peers.get_mut(publisher)?;
        if peer.inbound.len() >= MAX_INBOUND {
            return None;
        }
        Some(*peer.inbound.entry(ssrc).or_insert(Inbound::Repair(stream)))
    }
}

/// Puts a packet into its stream's ring, and up for forwarding unless it was there already.
fn keep(
    stream: &mut Stream<TrackKey>,
    track: &mut Track,
    fresh_tracks: &mut Vec<TrackKey>,
    (key, index): (StreamKey, u64),
    packet: Packet<'_>,
    now: Instant,
) {
    if stream.packets.insert(index, packet, now) && !track.kept_back {
        if track.fresh.is_empty() {
            fresh_tracks.push(stream.track);
        }
        track.fresh.push((key, index));
    }
}

fn described<'a>(header: &Header, payload: &'a [u8], video: bool) -> Option<Packet<'a>> {
    let descriptor = if video { Descriptor::parse(payload) } else { Descriptor::default() };
    (payload.len() <= MAX_PAYLOAD).then_some(Packet {
        timestamp: header.timestamp,
        marker: header.marker,
        descriptor,
        redundant: false,
        payload,
    })
}
