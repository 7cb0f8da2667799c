//! Redundant sound (RFC 2198): a packet that carries, beside its own frame of Opus, the ones before it.

use std::ops::Range;

/// Frames in one packet, its own included.
const MAX_BLOCKS: usize = 4;
const FOLLOWED: u8 = 0x80;
/// The header of a block that another one follows, and of the last.
const LONG: usize = 4;

/// Where the frames of a packet lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redundant {
    /// The packet's own frame.
    pub primary: Range<usize>,
    /// That of the packet before, and how much earlier it was: none when it has none.
    pub previous: Option<(u32, Range<usize>)>,
}

impl Redundant {
    /// None for what is malformed, or has frames of something else than `payload_type`.
    pub fn parse(payload: &[u8], payload_type: u8) -> Option<Self> {
        let mut blocks: [(u32, usize); MAX_BLOCKS] = Default::default();
        let mut count = 0;
        let mut head = 0;
        loop {
            let header = payload.get(head..)?;
            let first = *header.first()?;
            if first & !FOLLOWED != payload_type {
                return None;
            }
            if first & FOLLOWED == 0 {
                head += 1;
                break;
            }
            let &[_, high, middle, low] = header.first_chunk::<LONG>()?;
            let rest = u32::from_be_bytes([0, high, middle, low]);
            *blocks.get_mut(count).filter(|_| count + 1 < MAX_BLOCKS)? = (rest >> 10, (rest & 0x3ff) as usize);
            count += 1;
            head += LONG;
        }
        let mut previous = None;
        for &(offset, len) in blocks.get(..count)? {
            let end = head.checked_add(len).filter(|&end| end < payload.len())?;
            // A frame of no bytes, or of no earlier time, stands for one that was not sent.
            previous = Some((offset, head..end)).filter(|_| len > 0 && offset > 0);
            head = end;
        }
        (head < payload.len()).then_some(Self { primary: head..payload.len(), previous })
    }

    /// The own frame of a packet that was parsed before.
    pub fn primary(payload: &[u8]) -> Option<&[u8]> {
        let own = Self::parse(payload, payload.first()? & !FOLLOWED)?;
        payload.get(own.primary)
    }
}

/// Gives all frames of a packet that was parsed another payload type.
pub fn rename(payload: &mut [u8], payload_type: u8) {
    let mut head = 0;
    while let Some(first) = payload.get_mut(head) {
        let followed = *first & FOLLOWED;
        *first = followed | payload_type;
        if followed == 0 {
            return;
        }
        head += LONG;
    }
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A packet of frames, the earliest first, each of them so many ticks before the last.
    pub fn packet(payload_type: u8, earlier: &[(u32, &[u8])], primary: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (offset, frame) in earlier {
            let header = u32::from(FOLLOWED | payload_type) << 24 | offset << 10 | frame.len() as u32;
            bytes.extend(header.to_be_bytes());
        }
        bytes.push(payload_type);
        bytes.extend(earlier.iter().flat_map(|(_, frame)| *frame));
        bytes.extend(primary);
        bytes
    }

    #[test]
    fn the_own_frame_and_the_one_before_are_found() {
        let bytes = packet(111, &[(1_920, b"aaa"), (960, b"bb")], b"own");
        let found = Redundant::parse(&bytes, 111).expect("a packet");
        assert_eq!(&bytes[found.primary], b"own");
        let (offset, previous) = found.previous.expect("an earlier one");
        assert_eq!((offset, &bytes[previous]), (960, &b"bb"[..]));
        let alone = packet(111, &[], b"own");
        assert_eq!(Redundant::parse(&alone, 111), Some(Redundant { primary: 1..4, previous: None }));
        let not_sent = packet(111, &[(0, b"")], b"own");
        assert_eq!(Redundant::parse(&not_sent, 111).expect("a packet").previous, None);
    }

    #[test]
    fn what_is_malformed_or_of_another_codec_is_none() {
        let bytes = packet(111, &[(960, b"bb")], b"own");
        assert_eq!(Redundant::parse(&bytes, 112), None);
        assert_eq!(Redundant::parse(&bytes[..6], 111), None, "the frame before is cut off");
        assert_eq!(Redundant::parse(&bytes[..7], 111), None, "no frame of its own");
        assert_eq!(Redundant::parse(&[], 111), None);
        assert_eq!(Redundant::parse(&packet(111, &[(960, &b"b"[..]); 4], b"own"), 111), None, "too many");
    }

    #[test]
    fn a_renamed_packet_has_the_same_frames() {
        let mut bytes = packet(111, &[(960, b"bb")], b"own");
        rename(&mut bytes, 96);
        assert_eq!(bytes, packet(96, &[(960, b"bb")], b"own"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(mut bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(found) = Redundant::parse(&bytes, 111) {
                prop_assert!(!found.primary.is_empty() && found.primary.end == bytes.len());
                let len = bytes.len();
                rename(&mut bytes, 5);
                prop_assert_eq!(Redundant::parse(&bytes, 5), Some(found));
                prop_assert_eq!(bytes.len(), len);
            } else {
                rename(&mut bytes, 5);
            }
        }
    }
}
