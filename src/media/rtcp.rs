//! RTCP packets (RFC 3550, 4585, 5104): those we read, and those we write.

use std::time::Duration;

use super::transport_cc::Feedback;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;

const REPORT_BLOCK: usize = 24;

/// The synchronisation source we speak as where no media of ours is concerned.
pub const OUR_SSRC: u32 = 1;

/// Seconds since 1900 in 32.32 fixed point (RFC 3550 section 4).
pub type NtpTime = u64;

/// One packet of a compound that matters to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    SenderReport {
        ssrc: u32,
        ntp: NtpTime,
        rtp_timestamp: u32,
        received: Reports<'a>,
    },
    /// What the client received of the streams that we send.
    ReceiverReport(Reports<'a>),
    /// Packets of `media_ssrc` that did not arrive.
    Nack {
        media_ssrc: u32,
        lost: Lost<'a>,
    },
    /// Picture loss, or a full intra request: a key frame of `media_ssrc` is wanted.
    KeyFrameRequest {
        media_ssrc: u32,
    },
    /// What arrived of everything that we sent.
    TransportFeedback(Feedback<'a>),
    Other,
}

/// Report blocks (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reports<'a>(&'a [u8]);

impl Reports<'_> {
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> {
        self.0.chunks_exact(REPORT_BLOCK).filter_map(|block| {
            let lost = u32_at(block, 4)?;
            Some(ReportBlock {
                ssrc: u32_at(block, 0)?,
                fraction_lost: (lost >> 24) as u8,
                total_lost: lost & 0xff_ffff,
                highest_index: u32_at(block, 8)?,
                jitter: u32_at(block, 12)?,
                last_sender_report: u32_at(block, 16)?,
                delay_since: u32_at(block, 20)?,
            })
        })
    }
}

/// The sequence numbers of a generic NACK (RFC 4585 section 6.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost<'a>(&'a [u8]);

impl Lost<'_> {
    pub fn sequences(&self) -> impl Iterator<Item = u16> {
        self.0.chunks_exact(4).flat_map(|item| {
            let first = u16::from_be_bytes([item[0], item[1]]);
            let mask = u16::from_be_bytes([item[2], item[3]]);
            let following = (0..16u16).filter(move |bit| mask >> bit & 1 == 1);
            std::iter::once(first).chain(following.map(move |bit| first.wrapping_add(bit + 1)))
        })
    }
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// The packets of a decrypted compound; ends at the first that is malformed.
pub fn packets(mut compound: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    std::iter::from_fn(move || {
        let &[first, kind, l0, l1] = compound.first_chunk()?;
        if first >> 6 != 2 {
            return None;
        }
        let len = 4 * (usize::from(u16::from_be_bytes([l0, l1])) + 1);
        let (packet, rest) = compound.split_at_checked(len)?;
        compound = rest;
        Some(read(first & 0x1f, kind, packet).unwrap_or(Packet::Other))
    })
}

fn read(format: u8, kind: u8, packet: &[u8]) -> Option<Packet<'_>> {
    match (kind, format) {
        (SENDER_REPORT, _) => Some(Packet::SenderReport {
            ssrc: u32_at(packet, 4)?,
            ntp: u64::from(u32_at(packet, 8)?) << 32 | u64::from(u32_at(packet, 12)?),
            rtp_timestamp: u32_at(packet, 16)?,
            received: reports(packet, 28, format)?,
        }),
        (RECEIVER_REPORT, _) => Some(Packet::ReceiverReport(reports(packet, 8, format)?)),
        (TRANSPORT_FEEDBACK, 1) => Some(Packet::Nack { media_ssrc: u32_at(packet, 8)?, lost: Lost(packet.get(12..)?) }),
        (TRANSPORT_FEEDBACK, 15) => Some(Packet::TransportFeedback(Feedback::parse(packet)?)),
        (PAYLOAD_FEEDBACK, 1) => Some(Packet::KeyFrameRequest { media_ssrc: u32_at(packet, 8)? }),
        // A full intra request names its target in the first entry (RFC 5104 section 4.3.1).
        (PAYLOAD_FEEDBACK, 4) => Some(Packet::KeyFrameRequest { media_ssrc: u32_at(packet, 12)? }),
        _ => None,
    }
}

/// `count` blocks from `offset` on.
fn reports(packet: &[u8], offset: usize, count: u8) -> Option<Reports<'_>> {
    Some(Reports(packet.get(offset..offset + REPORT_BLOCK * usize::from(count))?))
}

/// Starts a packet in `out`; the length is filled in by [`finish`].
fn begin(out: &mut Vec<u8>, format: u8, kind: u8, ssrc: u32) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0x80 | format, kind, 0, 0]);
    out.extend_from_slice(&ssrc.to_be_bytes());
    start
}

fn finish(out: &mut [u8], start: usize) {
    let words = ((out.len() - start) / 4 - 1) as u16;
    out[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
}

pub fn write_picture_loss(out: &mut Vec<u8>, media_ssrc: u32) {
    let start = begin(out, 1, PAYLOAD_FEEDBACK, OUR_SSRC);
    out.extend_from_slice(&media_ssrc.to_be_bytes());
    finish(out, start);
}

/// `lost` ascending; runs within 17 numbers share an entry.
pub fn write_nack(out: &mut Vec<u8>, media_ssrc: u32, lost: impl IntoIterator<Item = u16>) {
    let start = begin(out, 1, TRANSPORT_FEEDBACK, OUR_SSRC);
    out.extend_from_slice(&media_ssrc.to_be_bytes());
    let mut entry: Option<(u16, u16)> = None;
    for sequence in lost {
        match &mut entry {
            Some((first, mask)) if (1..=16).contains(&sequence.wrapping_sub(*first)) => {
                *mask |= 1 << (sequence.wrapping_sub(*first) - 1);
            }
            _ => {
                if let Some((first, mask)) = entry.replace((sequence, 0)) {
                    push_entry(out, first, mask);
                }
            }
        }
    }
    if let Some((first, mask)) = entry {
        push_entry(out, first, mask);
    }
    finish(out, start);
}

fn push_entry(out: &mut Vec<u8>, first: u16, mask: u16) {
    out.extend_from_slice(&first.to_be_bytes());
    out.extend_from_slice(&mask.to_be_bytes());
}

/// What a receiver report says of one stream (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    pub ssrc: u32,
    /// Share lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Since the beginning; 24 bits on the wire.
    pub total_lost: u32,
    pub highest_index: u32,
    /// In units of the stream's clock.
    pub jitter: u32,
    /// Middle 32 bits of the last sender report's NTP time, and the time since it came, in 65536ths of a second.
    pub last_sender_report: u32,
    pub delay_since: u32,
}

/// At most 31 blocks fit into one packet; more make further packets.
pub fn write_receiver_report(out: &mut Vec<u8>, blocks: &[ReportBlock]) {
    for blocks in blocks.chunks(31) {
        let start = begin(out, blocks.len() as u8, RECEIVER_REPORT, OUR_SSRC);
        for block in blocks {
            out.extend_from_slice(&block.ssrc.to_be_bytes());
            let lost = u32::from(block.fraction_lost) << 24 | block.total_lost.min(0x7f_ffff);
            for word in [lost, block.highest_index, block.jitter, block.last_sender_report, block.delay_since] {
                out.extend_from_slice(&word.to_be_bytes());
            }
        }
        finish(out, start);
    }
}

pub fn write_sender_report(out: &mut Vec<u8>, ssrc: u32, ntp: NtpTime, rtp_timestamp: u32, packets: u32, octets: u32) {
    let start = begin(out, 0, SENDER_REPORT, ssrc);
    out.extend_from_slice(&ntp.to_be_bytes());
    for word in [rtp_timestamp, packets, octets] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    finish(out, start);
}

/// A span as a difference of [`NtpTime`]s.
pub fn ntp_span(span: Duration) -> NtpTime {
    (span.as_nanos().saturating_mul(1 << 32) / 1_000_000_000) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_compound_is_read_back_packet_by_packet() {
        let mut out = Vec::new();
        write_sender_report(&mut out, 7, 0x0102_0304_0506_0708, 99, 3, 4);
        write_picture_loss(&mut out, 8);
        write_nack(&mut out, 9, [65_534, 65_535, 0, 40]);
        let blocks =
            [ReportBlock { ssrc: 1, fraction_lost: 9, total_lost: 0x1_0203, jitter: 4, ..Default::default() }; 3];
        write_receiver_report(&mut out, &blocks);
        let read: Vec<_> = packets(&out).collect();
        let received = Reports(&[]);
        assert_eq!(read[0], Packet::SenderReport { ssrc: 7, ntp: 0x0102_0304_0506_0708, rtp_timestamp: 99, received });
        assert_eq!(read[1], Packet::KeyFrameRequest { media_ssrc: 8 });
        let Packet::Nack { media_ssrc: 9, lost } = read[2] else { panic!("{:?}", read[2]) };
        assert_eq!(lost.sequences().collect::<Vec<_>>(), [65_534, 65_535, 0, 40]);
        let [Packet::ReceiverReport(reports)] = read[3..] else { panic!("{:?}", read[3]) };
        assert_eq!(reports.blocks().collect::<Vec<_>>(), blocks);
    }

    #[test]
    fn a_full_intra_request_names_its_target_in_the_entry() {
        let fir = [0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 42, 1, 0, 0, 0];
        assert_eq!(packets(&fir).next(), Some(Packet::KeyFrameRequest { media_ssrc: 42 }));
    }

    proptest! {
        #[test]
        fn anything_is_read_without_panic_and_ends(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for packet in packets(&bytes) {
                match packet {
                    Packet::Nack { lost, .. } => assert!(lost.sequences().count() <= 17 * bytes.len()),
                    Packet::ReceiverReport(reports) => assert!(reports.blocks().count() < 32),
                    Packet::TransportFeedback(feedback) => assert!(feedback.arrivals().count() <= 4_096),
                    _ => {}
                }
            }
        }

        #[test]
        fn a_nack_names_exactly_what_was_lost(lost in proptest::collection::btree_set(0u16..2_000, 1..100)) {
            let mut out = Vec::new();
            write_nack(&mut out, 1, lost.iter().copied());
            let Some(Packet::Nack { lost: read, .. }) = packets(&out).next() else { panic!("no nack") };
            prop_assert_eq!(read.sequences().collect::<Vec<_>>(), lost.into_iter().collect::<Vec<_>>());
        }
    }
}
