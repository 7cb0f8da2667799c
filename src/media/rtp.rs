//! The RTP header (RFC 3550 section 5.1) and its extensions (RFC 8285), read in place.

/// Bytes of the header that we write: no contributing sources, no extensions.
pub const PLAIN_HEADER: usize = 12;
/// Bytes that a transport-wide number adds to it.
pub const TRANSPORT_NUMBER: usize = 8;

/// A checked view of a packet's header: every offset lies inside the packet it was parsed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub payload_type: u8,
    pub marker: bool,
    /// The payload ends with padding whose last byte counts it.
    pub padding: bool,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    /// Length of the header with contributing sources and extensions, in bytes.
    pub len: usize,
    extensions: Extensions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extensions {
    None,
    OneByte { start: usize },
    TwoByte { start: usize },
}

/// Whether a packet that looks like RTP by its first byte is RTCP (RFC 5761 section 4).
pub fn is_rtcp(packet: &[u8]) -> bool {
    packet.get(1).is_some_and(|kind| (192..=223).contains(kind))
}

impl Header {
    /// `None` for anything that is no whole RTP version 2 header.
    pub fn parse(packet: &[u8]) -> Option<Header> {
        let fixed: &[u8; 12] = packet.first_chunk()?;
        if fixed[0] >> 6 != 2 {
            return None;
        }
        let mut len = 12 + 4 * usize::from(fixed[0] & 0x0f);
        let mut extensions = Extensions::None;
        if fixed[0] & 0x10 != 0 {
            let &[p0, p1, l0, l1] = packet.get(len..)?.first_chunk()?;
            let start = len + 4;
            len = start + 4 * usize::from(u16::from_be_bytes([l0, l1]));
            extensions = match u16::from_be_bytes([p0, p1]) {
                0xbede => Extensions::OneByte { start },
                profile if profile & 0xfff0 == 0x1000 => Extensions::TwoByte { start },
                _ => Extensions::None,
            };
        }
        (packet.len() >= len).then_some(Header {
            payload_type: fixed[1] & 0x7f,
            marker: fixed[1] & 0x80 != 0,
            padding: fixed[0] & 0x20 != 0,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            len,
            extensions,
        })
    }

    /// The extension elements in order: local identifier and value.
    pub fn extensions<'a>(&self, packet: &'a [u8]) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
        let (start, two_byte) = match self.extensions {
            Extensions::None => (self.len, false),
            Extensions::OneByte { start } => (start, false),
            Extensions::TwoByte { start } => (start, true),
        };
        let mut rest = packet.get(start..self.len).unwrap_or_default();
        std::iter::from_fn(move || {
            loop {
                let (&first, after) = rest.split_first()?;
                if first == 0 {
                    rest = after; // padding between elements
                    continue;
                }
                let (id, len, after) = if two_byte {
                    let (&len, after) = after.split_first()?;
                    (first, usize::from(len), after)
                } else if first >> 4 == 15 {
                    return None; // reserved: stop reading
                } else {
                    (first >> 4, usize::from(first & 0x0f) + 1, after)
                };
                let (value, after) = after.split_at_checked(len)?;
                rest = after;
                return Some((id, value));
            }
        })
    }

    /// The payload without its padding; `None` when the padding claims more than there is.
    pub fn payload<'a>(&self, packet: &'a [u8]) -> Option<&'a [u8]> {
        let payload = packet.get(self.len..)?;
        if !self.padding {
            return Some(payload);
        }
        let pad = usize::from(*payload.last()?);
        payload.get(..payload.len().checked_sub(pad.max(1))?)
    }
}

/// Writes a plain header into the first [`PLAIN_HEADER`] bytes of `buf`.
pub fn write_header(
    buf: &mut [u8; PLAIN_HEADER],
    payload_type: u8,
    marker: bool,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
) {
    buf[0] = 0x80;
    buf[1] = payload_type & 0x7f | u8::from(marker) << 7;
    buf[2..4].copy_from_slice(&sequence.to_be_bytes());
    buf[4..8].copy_from_slice(&timestamp.to_be_bytes());
    buf[8..12].copy_from_slice(&ssrc.to_be_bytes());
}

/// Adds a transport-wide sequence number under the local identifier `id` (1 to 14) to a plain header.
pub fn write_transport_number(
    header: &mut [u8; PLAIN_HEADER],
    extension: &mut [u8; TRANSPORT_NUMBER],
    id: u8,
    number: u16,
) {
    header[0] |= 0x10;
    let [high, low] = number.to_be_bytes();
    *extension = [0xbe, 0xde, 0, 1, id << 4 | 1, high, low, 0];
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        let mut packet = [0u8; PLAIN_HEADER];
        write_header(&mut packet, 96, true, 65_535, 7, 0xdead_beef);
        let header = Header::parse(&packet).expect("a header");
        assert_eq!((header.payload_type, header.marker, header.sequence), (96, true, 65_535));
        assert_eq!((header.timestamp, header.ssrc, header.len), (7, 0xdead_beef, 12));
        assert_eq!(header.extensions(&packet).count(), 0);
        assert_eq!(header.payload(&packet), Some(&[][..]));
    }

    #[test]
    fn a_transport_number_is_read_back() {
        let (mut header, mut extension) = ([0; PLAIN_HEADER], [0; TRANSPORT_NUMBER]);
        write_header(&mut header, 96, false, 1, 2, 3);
        write_transport_number(&mut header, &mut extension, 14, 0xabcd);
        let packet = [&header[..], &extension, b"payload"].concat();
        let read = Header::parse(&packet).expect("a header");
        assert_eq!(read.extensions(&packet).collect::<Vec<_>>(), [(14, &[0xab, 0xcd][..])]);
        assert_eq!(read.payload(&packet), Some(&b"payload"[..]));
    }

    #[test]
    fn reads_one_byte_and_two_byte_extensions() {
        let one = [0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 2, 0x10, b'0', 0, 0, 0x31, 9, 8, 0, 0xaa];
        let header = Header::parse(&one).expect("a header");
        assert_eq!(header.extensions(&one).collect::<Vec<_>>(), [(1, &b"0"[..]), (3, &[9, 8][..])]);
        assert_eq!(header.payload(&one), Some(&[0xaa][..]));

        let two = [0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x10, 0, 0, 2, 20, 2, 7, 7, 0, 5, 0, 0, 0xbb];
        let header = Header::parse(&two).expect("a header");
        assert_eq!(header.extensions(&two).collect::<Vec<_>>(), [(20, &[7, 7][..]), (5, &[][..])]);
    }

    #[test]
    fn refuses_padding_longer_than_the_payload() {
        let mut packet = [0u8; 14];
        packet[0] = 0xa0;
        packet[13] = 3;
        assert_eq!(Header::parse(&packet).expect("a header").payload(&packet), None);
        packet[13] = 2;
        assert_eq!(Header::parse(&packet).expect("a header").payload(&packet), Some(&[][..]));
    }

    proptest! {
        #[test]
        fn never_reads_outside_the_packet(packet in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(header) = Header::parse(&packet) {
                prop_assert!(header.len <= packet.len());
                let _ = header.extensions(&packet).count();
                let _ = header.payload(&packet);
            }
        }
    }
}
