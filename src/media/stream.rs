//! One stream as it comes from a client: one layer of a track under one SSRC, with its statistics, its missing
//! packets and the latest packets themselves.

use std::time::{Duration, Instant};

use super::{
    Layer, MediaKind,
    congestion::PACKET_OVERHEAD,
    missing::Missing,
    packet_ring::PacketRing,
    rtcp::{self, NtpTime, ReportBlock},
    rtp::{PLAIN_HEADER, TRANSPORT_NUMBER},
    transport::srtp::RTP_OVERHEAD,
};

/// A stream that has sent nothing for this long does not count when a layer is chosen.
const LIVE: Duration = Duration::from_millis(1_200);
/// Between key-frame requests for one stream.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);
/// What a payload has around it on the way out: headers of IP, UDP and RTP, a transport-wide number, the seal.
const OVERHEAD: usize = PACKET_OVERHEAD + PLAIN_HEADER + TRANSPORT_NUMBER + RTP_OVERHEAD;
/// A stream's rate is measured over this long at the least.
const FLOW_WINDOW: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub struct Stream<T> {
    /// The track this is a layer of.
    pub track: T,
    pub layer: Layer,
    pub ssrc: u32,
    pub packets: PacketRing,
    pub missing: Missing,
    /// What the publisher's last sender report says of this stream's clock.
    pub sender_clock: Option<SenderClock>,
    clock_rate: u32,
    reception: Option<Reception>,
    flow: Flow,
    last_key_frame_request: Option<Instant>,
}

/// A point at which a stream's timestamps and its sender's wall clock are known to agree.
#[derive(Clone, Copy, Debug)]
pub struct SenderClock {
    pub ntp: NtpTime,
    pub rtp_timestamp: u32,
    pub received_at: Instant,
}

/// Counters of RFC 3550 appendix A.3 and A.8.
#[derive(Debug)]
struct Reception {
    first: u64,
    highest: u64,
    received: u64,
    last_at: Instant,
    /// Arrival minus timestamp of the last packet, in clock ticks, and the jitter in 16ths of a tick.
    last_transit: i64,
    jitter_16: u64,
    reported_expected: u64,
    reported_received: u64,
    /// The same for [`Stream::losses`].
    judged_expected: u64,
    judged_received: u64,
}

/// How much comes, as it would go out: with all headers.
#[derive(Debug, Default)]
struct Flow {
    octets: u64,
    since: Option<Instant>,
    bps: Option<u64>,
}

/// What a packet is to its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    First,
    Newest,
    Late,
}

impl<T> Stream<T> {
    pub fn new(track: T, kind: MediaKind, layer: Layer, ssrc: u32) -> Self {
        // Audio is forwarded and forgotten; video is kept for about a second of each layer's usual rate.
        let packets = match (kind, layer) {
            (MediaKind::Audio, _) => PacketRing::new(64, 32 * 1024),
            (MediaKind::Video, Layer::Quarter) => PacketRing::new(256, 128 * 1024),
            (MediaKind::Video, Layer::Half) => PacketRing::new(512, 256 * 1024),
            (MediaKind::Video, Layer::Full) => PacketRing::new(1_024, 1024 * 1024),
        };
        Self {
            track,
            layer,
            ssrc,
            packets,
            missing: Missing::default(),
            sender_clock: None,
            clock_rate: clock_rate(kind),
            reception: None,
            flow: Flow::default(),
            last_key_frame_request: None,
        }
    }

    /// Counts an authenticated packet. With `may_ask`, packets passed over are noted as missing.
    pub fn received(&mut self, index: u64, timestamp: u32, now: Instant, epoch: Instant, may_ask: bool) -> Arrival {
        let elapsed = now.saturating_duration_since(epoch).as_micros() as i64;
        let transit = elapsed * i64::from(self.clock_rate) / 1_000_000 - i64::from(timestamp);
        let Some(reception) = &mut self.reception else {
            self.reception = Some(Reception {
                first: index,
                highest: index,
                received: 1,
                last_at: now,
                last_transit: transit,
                jitter_16: 0,
                reported_expected: 0,
                reported_received: 0,
                judged_expected: 0,
                judged_received: 0,
            });
            return Arrival::First;
        };
        reception.received += 1;
        reception.last_at = now;
        // The difference is taken as the clocks wrap: modulo 2^32.
        let change = i64::from((transit - reception.last_transit) as i32).unsigned_abs();
        reception.last_transit = transit;
        reception.jitter_16 = (reception.jitter_16 + change).saturating_sub((reception.jitter_16 + 8) / 16);
        if index > reception.highest {
            if may_ask && index > reception.highest + 1 {
                self.missing.passed_over(reception.highest + 1, index, now);
            }
            reception.highest = index;
            Arrival::Newest
        } else {
            self.missing.arrived(index);
            Arrival::Late
        }
    }

    /// Counts a payload towards [`Stream::rate_bps`].
    pub fn count(&mut self, octets: usize) {
        self.flow.octets += (octets + OVERHEAD) as u64;
    }

    /// What a subscriber's line has to carry for this stream, in bits a second: the mean since it was last asked for, but
    /// falling slowly only, so that a still picture is not taken for a small one. Until it is known, what such a layer usually has.
    pub fn rate_bps(&mut self, kind: MediaKind, now: Instant) -> u64 {
        let flow = &mut self.flow;
        let since = *flow.since.get_or_insert_with(|| {
            flow.octets = 0;
            now
        });
        let elapsed = now.saturating_duration_since(since);
        if elapsed >= FLOW_WINDOW {
            let measured = u128::from(std::mem::take(&mut flow.octets)) * 8_000 / elapsed.as_millis().max(1);
            let before = flow.bps.unwrap_or(0);
            flow.bps = Some((measured as u64).max(before - before / 8));
            flow.since = Some(now);
        }
        flow.bps.unwrap_or(match (kind, self.layer) {
            (MediaKind::Audio, _) => 50_000,
            (MediaKind::Video, Layer::Quarter) => 180_000,
            (MediaKind::Video, Layer::Half) => 500_000,
            (MediaKind::Video, Layer::Full) => 1_800_000,
        })
    }

    pub fn is_live(&self, now: Instant) -> bool {
        self.reception.as_ref().is_some_and(|r| now.saturating_duration_since(r.last_at) < LIVE)
    }

    /// Roll-over count and sequence number next to `sequence` as the stream stands now.
    pub fn index_near(&self, sequence: u16) -> Option<u64> {
        let highest = self.reception.as_ref()?.highest;
        highest.checked_add_signed(i64::from(sequence.wrapping_sub(highest as u16) as i16))
    }

    /// Whether a key frame may be asked for now; if not, from when on.
    pub fn request_key_frame(&mut self, now: Instant) -> Result<(), Instant> {
        match self.last_key_frame_request.map(|last| last + KEY_FRAME_INTERVAL) {
            Some(next) if next > now => Err(next),
            _ => {
                self.last_key_frame_request = Some(now);
                Ok(())
            }
        }
    }

    /// Packets that were due, and those of them that did not come, since the last call.
    pub fn losses(&mut self) -> (u64, u64) {
        let Some(reception) = &mut self.reception else { return (0, 0) };
        let expected = reception.highest - reception.first + 1;
        let due = expected - reception.judged_expected;
        let lost = due.saturating_sub(reception.received - reception.judged_received);
        reception.judged_expected = expected;
        reception.judged_received = reception.received;
        (due, lost)
    }

    /// The receiver report of the time since the last one; `None` before the first packet.
    pub fn report(&mut self, now: Instant) -> Option<ReportBlock> {
        let reception = self.reception.as_mut()?;
        let expected = reception.highest - reception.first + 1;
        let expected_since = expected - reception.reported_expected;
        let lost_since = expected_since.saturating_sub(reception.received - reception.reported_received);
        reception.reported_expected = expected;
        reception.reported_received = reception.received;
        let (last_sender_report, delay_since) = self.sender_clock.map_or((0, 0), |clock| {
            let delay = rtcp::ntp_span(now.saturating_duration_since(clock.received_at));
            ((clock.ntp >> 16) as u32, (delay >> 16) as u32)
        });
        Some(ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: (lost_since * 256).checked_div(expected_since).map_or(0, |share| share.min(255) as u8),
            total_lost: expected.saturating_sub(reception.received).min(0x7f_ffff) as u32,
            highest_index: reception.highest as u32,
            jitter: (reception.jitter_16 / 16) as u32,
            last_sender_report,
            delay_since,
        })
    }
}

impl SenderClock {
    /// This stream's timestamp at the sender's time `ntp`.
    fn timestamp_at(&self, ntp: NtpTime, clock_rate: u32) -> u32 {
        let span = i128::from(ntp.wrapping_sub(self.ntp) as i64);
        let ticks = (span * i128::from(clock_rate)) >> 32;
        self.rtp_timestamp.wrapping_add(ticks as u32)
    }

    /// What to add to this stream's timestamps to continue a subscriber's timeline, on which `other`'s are ahead by `other_offset`.
    pub fn aligned_offset(&self, other: &SenderClock, other_offset: u32, clock_rate: u32) -> u32 {
        other.timestamp_at(self.ntp, clock_rate).wrapping_add(other_offset).wrapping_sub(self.rtp_timestamp)
    }

    /// The sender's time now, and this stream's timestamp at it.
    pub fn extrapolate(&self, now: Instant, clock_rate: u32) -> (NtpTime, u32) {
        let ntp = self.ntp.wrapping_add(rtcp::ntp_span(now.saturating_duration_since(self.received_at)));
        (ntp, self.timestamp_at(ntp, clock_rate))
    }
}

/// Ticks a second: Opus (RFC 7587) and all video payloads.
pub fn clock_rate(kind: MediaKind) -> u32 {
    match kind {
        MediaKind::Audio => 48_000,
        MediaKind::Video => 90_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Stream<()> {
        Stream::new((), MediaKind::Video, Layer::Full, 7)
    }

    #[test]
    fn loss_is_reported_over_the_interval_and_in_total() {
        let start = Instant::now();
        let mut stream = stream();
        for index in (0..100).filter(|index| index % 4 != 3) {
            stream.received(index, 0, start, start, false);
        }
        stream.received(100, 0, start, start, false);
        let report = stream.report(start).expect("received something");
        assert_eq!((report.total_lost, report.highest_index), (25, 100));
        assert_eq!(report.fraction_lost, (25 * 256 / 101) as u8);
        stream.received(101, 0, start, start, false);
        let report = stream.report(start).expect("received something");
        assert_eq!((report.fraction_lost, report.total_lost), (0, 25));
    }

    #[test]
    fn jitter_is_nothing_for_an_even_stream_and_over_the_wrap_of_its_clock() {
        let start = Instant::now();
        let mut stream = stream();
        for index in 0..200u64 {
            let timestamp = (u32::MAX - 90_000).wrapping_add(index as u32 * 900);
            stream.received(index, timestamp, start + Duration::from_millis(10 * index), start, false);
        }
        assert!(stream.report(start).expect("received something").jitter < 2);
    }

    #[test]
    fn a_gap_is_missing_until_its_packets_come() {
        let start = Instant::now();
        let mut stream = stream();
        assert_eq!(stream.received(10, 0, start, start, true), Arrival::First);
        assert_eq!(stream.received(13, 0, start, start, true), Arrival::Newest);
        assert_eq!(stream.received(11, 0, start, start, true), Arrival::Late);
        assert_eq!(stream.missing.due(start + Duration::from_secs(1)), [12]);
    }

    #[test]
    fn key_frames_are_asked_for_at_intervals() {
        let start = Instant::now();
        let mut stream = stream();
        assert_eq!(stream.request_key_frame(start), Ok(()));
        assert_eq!(stream.request_key_frame(start), Err(start + KEY_FRAME_INTERVAL));
        assert_eq!(stream.request_key_frame(start + KEY_FRAME_INTERVAL), Ok(()));
    }

    #[test]
    fn two_streams_of_one_sender_align_by_its_wall_clock() {
        let start = Instant::now();
        let second = 1u64 << 32;
        let low = SenderClock { ntp: 100 * second, rtp_timestamp: 1_000, received_at: start };
        let high = SenderClock { ntp: 98 * second, rtp_timestamp: u32::MAX, received_at: start };
        // At second 100 the high stream stands at MAX + 180000; the low stream's 1000 must become the subscriber's
        // 1000 + 5 (low offset 5) and so the high one's MAX + 180000 too.
        let offset = high.aligned_offset(&low, 5, 90_000);
        assert_eq!(u32::MAX.wrapping_add(180_000).wrapping_add(offset), 1_005);
        let (ntp, timestamp) = low.extrapolate(start + Duration::from_millis(500), 90_000);
        assert_eq!((ntp, timestamp), (100 * second + second / 2, 46_000));
    }
}
