//! The VP8 payload descriptor (RFC 7741 section 4.2): read, and renumbered in place.

/// What forwarding needs to know of a VP8 payload. Offsets lie inside the payload it was parsed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// The first packet of a key frame.
    pub starts_key_frame: bool,
    pub picture_id: Option<PictureId>,
    /// Offset and value of the temporal-layer-zero index.
    pub tl0_pic_idx: Option<(u8, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureId {
    offset: u8,
    pub value: u16,
    pub width: PictureIdWidth,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureIdWidth {
    Bits7,
    Bits15,
}

/// How far a subscriber's numbering is ahead of the source's, modulo their widths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renumbering {
    pub picture_id: u16,
    pub tl0_pic_idx: u8,
}

impl Descriptor {
    /// A payload that breaks off inside its descriptor reads as far as it goes.
    pub fn parse(payload: &[u8]) -> Descriptor {
        Self::try_parse(payload).unwrap_or_default()
    }

    fn try_parse(payload: &[u8]) -> Option<Descriptor> {
        let first = *payload.first()?;
        let mut descriptor = Descriptor::default();
        let mut offset = 1u8;
        if first & 0x80 != 0 {
            let flags = *payload.get(1)?;
            offset = 2;
            if flags & 0x80 != 0 {
                let high = *payload.get(usize::from(offset))?;
                let (value, width, len) = if high & 0x80 != 0 {
                    let low = *payload.get(usize::from(offset) + 1)?;
                    (u16::from_be_bytes([high & 0x7f, low]), PictureIdWidth::Bits15, 2)
                } else {
                    (u16::from(high), PictureIdWidth::Bits7, 1)
                };
                descriptor.picture_id = Some(PictureId { offset, value, width });
                offset += len;
            }
            if flags & 0x40 != 0 {
                descriptor.tl0_pic_idx = Some((offset, *payload.get(usize::from(offset))?));
                offset += 1;
            }
            if flags & 0x30 != 0 {
                offset += 1;
            }
        }
        let starts_first_partition = first & 0x10 != 0 && first & 0x07 == 0;
        let key_frame = payload.get(usize::from(offset)).is_some_and(|header| header & 1 == 0);
        descriptor.starts_key_frame = starts_first_partition && key_frame;
        Some(descriptor)
    }

    /// Adds the renumbering to a copy of the payload that this descriptor was parsed from.
    pub fn renumber(&self, payload: &mut [u8], by: Renumbering) {
        if let Some(id) = self.picture_id {
            let value = id.value.wrapping_add(by.picture_id);
            let offset = usize::from(id.offset);
            match id.width {
                PictureIdWidth::Bits7 => {
                    if let Some(byte) = payload.get_mut(offset) {
                        *byte = value as u8 & 0x7f;
                    }
                }
                PictureIdWidth::Bits15 => {
                    if let Some(bytes) = payload.get_mut(offset..offset + 2) {
                        bytes.copy_from_slice(&(value | 0x8000).to_be_bytes());
                    }
                }
            }
        }
        if let Some((offset, value)) = self.tl0_pic_idx
            && let Some(byte) = payload.get_mut(usize::from(offset))
        {
            *byte = value.wrapping_add(by.tl0_pic_idx);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// X, S, partition 0; I L T K; 15-bit picture id 0x7ffe; TL0PICIDX 254; TID/KEYIDX; key frame header.
    const KEY: [u8; 7] = [0x90, 0xf0, 0xff, 0xfe, 254, 0x20, 0x10];

    #[test]
    fn reads_the_extended_descriptor_of_a_key_frame() {
        let read = Descriptor::parse(&KEY);
        assert!(read.starts_key_frame);
        assert_eq!(read.picture_id.map(|id| (id.value, id.width)), Some((0x7ffe, PictureIdWidth::Bits15)));
        assert_eq!(read.tl0_pic_idx, Some((4, 254)));
    }

    #[test]
    fn a_continuation_or_a_delta_frame_starts_no_key_frame() {
        let mut delta = KEY;
        delta[6] |= 1;
        assert!(!Descriptor::parse(&delta).starts_key_frame);
        let mut continuation = KEY;
        continuation[0] = 0x80;
        assert!(!Descriptor::parse(&continuation).starts_key_frame);
        let mut second_partition = KEY;
        second_partition[0] = 0x91;
        assert!(!Descriptor::parse(&second_partition).starts_key_frame);
    }

    #[test]
    fn renumbering_wraps_within_each_width() {
        let mut payload = KEY;
        Descriptor::parse(&KEY).renumber(&mut payload, Renumbering { picture_id: 3, tl0_pic_idx: 3 });
        let read = Descriptor::parse(&payload);
        assert_eq!(read.picture_id.map(|id| id.value), Some(1));
        assert_eq!(read.tl0_pic_idx, Some((4, 1)));

        let mut narrow = [0x90, 0x80, 0x7f, 0x10];
        Descriptor::parse(&narrow).renumber(&mut narrow, Renumbering { picture_id: 1, tl0_pic_idx: 0 });
        assert_eq!(narrow, [0x90, 0x80, 0x00, 0x10]);
    }

    proptest! {
        #[test]
        fn any_payload_is_read_and_renumbered_within_its_bounds(
            mut payload in proptest::collection::vec(any::<u8>(), 0..12),
            picture_id: u16,
            tl0_pic_idx: u8,
        ) {
            let read = Descriptor::parse(&payload);
            read.renumber(&mut payload, Renumbering { picture_id, tl0_pic_idx });
            let again = Descriptor::parse(&payload);
            prop_assert_eq!(again.starts_key_frame, read.starts_key_frame);
            let modulus = |id: PictureId| match id.width { PictureIdWidth::Bits7 => 0x7f, PictureIdWidth::Bits15 => 0x7fff };
            prop_assert_eq!(
                again.picture_id.map(|id| id.value),
                read.picture_id.map(|id| id.value.wrapping_add(picture_id) & modulus(id))
            );
        }
    }
}
