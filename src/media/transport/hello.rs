//! Reads a DTLS ClientHello before the DTLS server does, to choose the SRTP profile.
//!
//! `rtc-dtls` takes the client's first profile that the configuration knows, and Chrome lists the slower one first. So
//! the hello is put together here (it often comes in two datagrams), the profile chosen, and then the datagrams are fed
//! to a server that knows just this profile. DTLS 1.3 hellos have the same form (RFC 9147 section 5.3).

use super::{srtp::Profile, wire::Wire};

/// Datagrams and bytes kept for one hello; a larger one starts over.
const MAX_DATAGRAMS: usize = 8;
const MAX_LEN: usize = 8192;
const HANDSHAKE_RECORD: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const USE_SRTP: u16 = 14;

/// A whole ClientHello.
#[derive(Debug, PartialEq, Eq)]
pub struct Hello {
    /// The best profile of those that the client offers and we know; None when there is none.
    pub profile: Option<Profile>,
    /// The datagrams that it came in, in the order of their arrival.
    pub datagrams: Vec<Vec<u8>>,
}

/// Puts the fragments of a ClientHello together.
#[derive(Default)]
pub struct HelloAssembly {
    message: Vec<u8>,
    /// Which bytes of `message` have come.
    covered: Vec<bool>,
    /// Those that brought something new.
    datagrams: Vec<Vec<u8>>,
}

impl HelloAssembly {
    /// Takes a datagram; returns the hello when this one makes it whole, and is empty again then. Repetitions and what
    /// is no part of a hello are passed over; a fragment of another hello starts over.
    pub fn push(&mut self, datagram: &[u8]) -> Option<Hello> {
        let mut news = false;
        let mut wire = Wire(datagram);
        while let Some(fragment) = next_fragment(&mut wire) {
            if fragment.total != self.message.len() {
                *self =
                    Self { message: vec![0; fragment.total], covered: vec![false; fragment.total], ..Self::default() };
            }
            let range = fragment.offset..fragment.offset + fragment.bytes.len();
            let (Some(message), Some(covered)) = (self.message.get_mut(range.clone()), self.covered.get_mut(range))
            else {
                continue;
            };
            if covered.contains(&false) {
                covered.fill(true);
                message.copy_from_slice(fragment.bytes);
                news = true;
            }
        }
        if !news {
            return None;
        }
        if self.datagrams.len() >= MAX_DATAGRAMS {
            *self = Self::default();
            return None;
        }
        self.datagrams.push(datagram.to_vec());
        if self.covered.contains(&false) {
            return None;
        }
        let whole = std::mem::take(self);
        Some(Hello { profile: best_profile(&whole.message), datagrams: whole.datagrams })
    }

    /// Whether no piece of a hello has come.
    pub fn is_empty(&self) -> bool {
        self.datagrams.is_empty()
    }
}

/// A part of a ClientHello message.
struct Fragment<'a> {
    /// Length of the whole message, 1 to [`MAX_LEN`].
    total: usize,
    offset: usize,
    bytes: &'a [u8],
}

/// The next record's fragment (RFC 6347 sections 4.1 and 4.2.2); None at the end, and at the first record that is
/// anything but an unencrypted piece of a first ClientHello.
fn next_fragment<'a>(wire: &mut Wire<'a>) -> Option<Fragment<'a>> {
    let kind = wire.u8()?;
    let _version = wire.u16()?;
    let epoch = wire.u16()?;
    wire.take(6)?;
    let mut record = Wire(wire.vector16()?);
    let message_kind = record.u8()?;
    let total = record.u24()?;
    let message_sequence = record.u16()?;
    let offset = record.u24()?;
    let len = record.u24()?;
    let bytes = record.take(len)?;
    let is_first_hello =
        kind == HANDSHAKE_RECORD && epoch == 0 && message_kind == CLIENT_HELLO && message_sequence == 0;
    let fits = !bytes.is_empty() && offset + len <= total && total <= MAX_LEN;
    (is_first_hello && fits && record.is_empty()).then_some(Fragment { total, offset, bytes })
}

/// The best of the offered `use_srtp` profiles (RFC 5764 section 4.1.1): GCM costs half of what SHA-1 does.
fn best_profile(hello: &[u8]) -> Option<Profile> {
    let offered = srtp_profiles(hello)?;
    let offers = |wanted: [u8; 2]| offered.chunks_exact(2).any(|profile| profile == wanted);
    if offers([0, 7]) {
        Some(Profile::AeadAes128Gcm)
    } else if offers([0, 1]) {
        Some(Profile::Aes128CmSha1_80)
    } else {
        None
    }
}

/// The `use_srtp` list of a ClientHello's body, two bytes a profile.
fn srtp_profiles(hello: &[u8]) -> Option<&[u8]> {
    let mut wire = Wire(hello);
    let _version_and_random = wire.take(2 + 32)?;
    let _session_id = wire.vector8()?;
    let _cookie = wire.vector8()?;
    let _cipher_suites = wire.vector16()?;
    let _compressions = wire.vector8()?;
    let mut extensions = Wire(wire.vector16()?);
    loop {
        let kind = extensions.u16()?;
        let body = extensions.vector16()?;
        if kind == USE_SRTP {
            return Wire(body).vector16();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A ClientHello with extensions before and after `use_srtp`, about as long as Chrome's.
    fn hello(profiles: &[u16]) -> Vec<u8> {
        let mut extensions = Vec::new();
        let mut extension = |kind: u16, body: &[u8]| {
            extensions.extend(kind.to_be_bytes());
            extensions.extend((body.len() as u16).to_be_bytes());
            extensions.extend(body);
        };
        extension(51, &[0x33; 1220]);
        let list: Vec<u8> = profiles.iter().flat_map(|profile| profile.to_be_bytes()).collect();
        let mut body = (list.len() as u16).to_be_bytes().to_vec();
        body.extend(list);
        body.push(0);
        extension(14, &body);
        extension(43, &[4, 0xfe, 0xfc, 0xfe, 0xfd]);

        let mut hello = vec![0xfe, 0xfd];
        hello.extend([7; 32]);
        hello.extend([0, 0, 0, 4, 0xc0, 0x2b, 0x13, 0x01, 1, 0]);
        hello.extend((extensions.len() as u16).to_be_bytes());
        hello.extend(extensions);
        hello
    }

    /// One record with the bytes `range` of the message.
    fn record(message: &[u8], range: std::ops::Range<usize>) -> Vec<u8> {
        let u24 = |number: usize| (number as u32).to_be_bytes()[1..].to_vec();
        let mut record = vec![22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
        record.extend((range.len() as u16 + 12).to_be_bytes());
        record.push(1);
        record.extend(u24(message.len()));
        record.extend([0, 0]);
        record.extend(u24(range.start));
        record.extend(u24(range.len()));
        record.extend(&message[range]);
        record
    }

    #[test]
    fn gcm_is_chosen_wherever_the_client_lists_it() {
        let chosen = |profiles: &[u16]| {
            let message = hello(profiles);
            HelloAssembly::default().push(&record(&message, 0..message.len())).expect("a whole hello").profile
        };
        assert_eq!(chosen(&[1, 8, 7]), Some(Profile::AeadAes128Gcm));
        assert_eq!(chosen(&[2, 1]), Some(Profile::Aes128CmSha1_80));
        assert_eq!(chosen(&[2, 8]), None);
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn fragments_come_in_any_order_with_repetitions_and_strangers_between() {
        let message = hello(&[1, 7]);
        let first = record(&message, 0..1000);
        let second = record(&message, 1000..message.len());
        let mut assembly = HelloAssembly::default();
        assert_eq!(assembly.push(&second), None);
        for stray in [&[][..], &[22], &second, &[20; 300], &first[..40]] {
            assert_eq!(assembly.push(stray), None);
        }
        let whole = assembly.push(&first).expect("a whole hello");
        assert_eq!(whole, Hello { profile: Some(Profile::AeadAes128Gcm), datagrams: vec![second, first] });
    }

    #[test]
    fn another_hello_starts_over() {
        let (old, new) = (hello(&[1]), hello(&[1, 7]));
        let mut assembly = HelloAssembly::default();
        assert_eq!(assembly.push(&record(&old, 0..1000)), None);
        assert_eq!(assembly.push(&record(&new, 1000..new.len())), None);
        let whole = assembly.push(&record(&new, 0..1000)).expect("a whole hello");
        assert_eq!(whole.datagrams.len(), 2);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let message = vec![1; MAX_LEN];
        let mut assembly = HelloAssembly::default();
        for at in 0..1000 {
            assembly.push(&record(&message, at..at + 1));
            assert!(assembly.datagrams.len() <= MAX_DATAGRAMS && assembly.message.len() <= MAX_LEN);
        }
        let too_long = vec![1; MAX_LEN + 1];
        let mut assembly = HelloAssembly::default();
        assert_eq!(assembly.push(&record(&too_long, 0..1000)), None);
        assert!(assembly.datagrams.is_empty() && assembly.message.is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            noise in prop::collection::vec(any::<u8>(), 0..300),
            body in prop::collection::vec(any::<u8>(), 1..300),
        ) {
            let mut assembly = HelloAssembly::default();
            assembly.push(&noise);
            assembly.push(&record(&body, 0..body.len()));
            assembly.push(&[record(&body, 0..1), noise].concat());
        }

        /// Any truncation of a genuine hello's body is read without a panic.
        #[test]
        fn no_truncation_panics(cut in any::<prop::sample::Index>()) {
            let message = hello(&[1, 7]);
            best_profile(&message[..cut.index(message.len())]);
        }
    }
}
