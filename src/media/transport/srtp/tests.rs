//! The RFCs' own vectors, another implementation on the other end, and hostile packets.

use data_encoding::HEXLOWER_PERMISSIVE;
use proptest::prelude::*;
use rtc_crypto::RTCCryptoProvider;
use rtc_srtp::{context::Context, protection_profile::ProtectionProfile};

use super::*;

const PROFILES: [Profile; 2] = [Profile::AeadAes128Gcm, Profile::Aes128CmSha1_80];

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).expect("hexadecimal digits")
}

/// The client's keys of a made-up handshake.
fn keys(profile: Profile) -> Keys {
    let material: Vec<u8> = (0..profile.keying_material_len()).map(|i| (i * 7 + 3) as u8).collect();
    Keys::split(profile, &material).expect("enough material").0
}

fn pair(profile: Profile) -> (SrtpSender, SrtpReceiver) {
    (SrtpSender::new(&keys(profile)), SrtpReceiver::new(&keys(profile)))
}

fn rtp(ssrc: u32, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 96];
    packet.extend(sequence.to_be_bytes());
    packet.extend(90_000_u32.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet
}

fn rtcp(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x81, 201, 0, 7];
    packet.extend(ssrc.to_be_bytes());
    packet.extend((0..24).collect::<Vec<u8>>());
    packet
}

fn seal(sender: &SrtpSender, plain: &[u8], roc: u32) -> Vec<u8> {
    let mut buf = plain.to_vec();
    buf.resize(plain.len() + RTP_OVERHEAD, 0);
    let len = sender.seal_rtp(&mut buf, 12, plain.len(), roc).expect("room for the tag");
    buf.truncate(len);
    buf
}

fn seal_rtcp(sender: &mut SrtpSender, plain: &[u8]) -> Vec<u8> {
    let mut packet = plain.to_vec();
    sender.seal_rtcp(&mut packet).expect("a packet with a header");
    packet
}

fn open(receiver: &mut SrtpReceiver, sealed: &[u8]) -> Result<(Vec<u8>, u64), SrtpError> {
    let mut packet = sealed.to_vec();
    let opened = receiver.open_rtp(&mut packet, 12)?;
    packet.truncate(opened.len);
    Ok((packet, opened.index))
}

fn open_rtcp(receiver: &mut SrtpReceiver, sealed: &[u8]) -> Result<Vec<u8>, SrtpError> {
    let mut packet = sealed.to_vec();
    let len = receiver.open_rtcp(&mut packet)?;
    packet.truncate(len);
    Ok(packet)
}

#[test]
fn aes_cm_keystream_is_that_of_rfc_3711_b_2() {
    let cipher = Aes128::new_from_slice(&hex("2B7E151628AED2A6ABF7158809CF4F3C")).unwrap();
    let salt = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD").try_into().unwrap();
    let mut stream = vec![0; 0xff02 * 16];
    keystream(&cipher, cm_iv(&salt, 0, 0)).apply_keystream(&mut stream);
    assert_eq!(&stream[..32], hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"));
    assert_eq!(
        &stream[0xfeff * 16..],
        hex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44")
    );
}

#[test]
fn session_keys_are_those_of_rfc_3711_b_3() {
    let master = Keys::new(
        Profile::Aes128CmSha1_80,
        &hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
        &hex("0EC675AD498AFEEBB6960B3AABE6"),
    )
    .unwrap();
    let derived = |purpose, len| {
        let mut out = vec![0; len];
        derive(&master, Protocol::Rtp, purpose, &mut out);
        out
    };
    assert_eq!(derived(Purpose::Encryption, 16), hex("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(derived(Purpose::Salt, 14), hex("30CBBC08863D8C85D49DB34A9AE1"));
    assert_eq!(
        derived(Purpose::Authentication, 94),
        hex("CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE
             E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25
             6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2")
    );
}

/// RFC 7714's vectors name session keys.
fn gcm_session() -> Cipher {
    let key = UnboundKey::new(&aead::AES_128_GCM, &hex("000102030405060708090a0b0c0d0e0f")).unwrap();
    let salt = hex("517569642070726f2071756f").try_into().unwrap();
    Cipher::Gcm(Box::new(GaloisCounterMode { key: LessSafeKey::new(key), salt }))
}

#[test]
fn gcm_srtp_is_that_of_rfc_7714_16_1() {
    let sender = SrtpSender { rtp: gcm_session(), rtcp: gcm_session(), next_rtcp_index: 0 };
    let plain =
        hex("8040f17b8041f8d35501a0b2 47616c6c696120657374206f6d6e6973 20646976697361 20696e2070617274657320747265 73");
    let expected = hex("8040f17b8041f8d35501a0b2 f24de3a3fb34de6cacba861c9d7e4bca be633bd50d294e6f42a5f47a51c7d19b
                        36de3adf8833 899d7f27beb16a9152cf765ee4390cce");
    let sealed = seal(&sender, &plain, 0);
    assert_eq!(sealed, expected);

    let mut receiver = SrtpReceiver { rtp: gcm_session(), ..SrtpReceiver::new(&keys(Profile::AeadAes128Gcm)) };
    assert_eq!(open(&mut receiver, &sealed), Ok((plain, 0xf17b)));
}

#[test]
fn gcm_srtcp_is_that_of_rfc_7714_17_1() {
    let mut sender = SrtpSender { rtp: gcm_session(), rtcp: gcm_session(), next_rtcp_index: 0x5d4 };
    let plain = hex("81c8000d4d617273 4e5450314e545032525450200000042a 0000e9304c756e61deadbeefdeadbeef
                     deadbeefdeadbeefdeadbeef");
    let expected = hex("81c8000d4d617273 63e94885dcdab67ca727d7662f6b7e99 7ff5c0f76c06f32dc676a5f1730d6fda
                        4ce09b4686303ded0bb9275bc84aa458 96cf4d2fc5abf87245d9eade800005d4");
    let sealed = seal_rtcp(&mut sender, &plain);
    assert_eq!(sealed, expected);

    let mut receiver = SrtpReceiver { rtcp: gcm_session(), ..SrtpReceiver::new(&keys(Profile::AeadAes128Gcm)) };
    assert_eq!(open_rtcp(&mut receiver, &sealed), Ok(plain));
}

/// The same keys in the SRTP implementation that the client library uses.
fn foreign(profile: Profile) -> Context {
    let keys = keys(profile);
    let their_profile = match profile {
        Profile::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        Profile::Aes128CmSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
    };
    let provider = rtc_crypto::providers::RingProvider::new();
    let salt = &keys.salt[..profile.salt_len()];
    Context::new(&keys.key, salt, their_profile, None, None, provider.crypto()).unwrap()
}

#[test]
fn another_implementation_opens_what_we_seal_and_we_what_it_seals() {
    for profile in PROFILES {
        let (mut sender, mut receiver) = pair(profile);
        let mut theirs = foreign(profile);
        let mut ours_to_open = foreign(profile);
        // Across a roll-over of the sequence number.
        for (roc, sequence) in [(0, 65_534), (0, 65_535), (1, 0), (1, 1)] {
            let plain = rtp(7, sequence, b"khai mac");
            let opened = ours_to_open.decrypt_rtp(&seal(&sender, &plain, roc)).unwrap();
            assert_eq!(opened, plain, "{profile:?}");
            let sealed = theirs.encrypt_rtp(&plain).unwrap();
            assert_eq!(
                open(&mut receiver, &sealed),
                Ok((plain, u64::from(roc) << 16 | u64::from(sequence))),
                "{profile:?}"
            );
        }
        for _ in 0..3 {
            let plain = rtcp(7);
            assert_eq!(ours_to_open.decrypt_rtcp(&seal_rtcp(&mut sender, &plain)).unwrap(), plain, "{profile:?}");
            assert_eq!(open_rtcp(&mut receiver, &theirs.encrypt_rtcp(&plain).unwrap()), Ok(plain), "{profile:?}");
        }
    }
}

#[test]
fn a_replayed_packet_is_refused() {
    for profile in PROFILES {
        let (mut sender, mut receiver) = pair(profile);
        let sealed = seal(&sender, &rtp(1, 10, b"once"), 0);
        assert!(open(&mut receiver, &sealed).is_ok());
        assert_eq!(open(&mut receiver, &sealed), Err(SrtpError::Replayed));
        let sealed = seal_rtcp(&mut sender, &rtcp(1));
        assert!(open_rtcp(&mut receiver, &sealed).is_ok());
        assert_eq!(open_rtcp(&mut receiver, &sealed), Err(SrtpError::Replayed));
    }
}

#[test]
fn rtcp_sealing_ends_with_the_index_space() {
    for profile in PROFILES {
        let mut sender = SrtpSender { next_rtcp_index: (1 << 31) - 1, ..SrtpSender::new(&keys(profile)) };
        let mut packet = rtcp(1);
        assert_eq!(sender.seal_rtcp(&mut packet), Ok(()));
        assert_eq!(sender.seal_rtcp(&mut rtcp(1)), Err(SrtpError::Exhausted));
    }
}

#[test]
fn lengths_that_do_not_fit_are_refused() {
    for profile in PROFILES {
        let (mut sender, mut receiver) = pair(profile);
        let mut tight = rtp(1, 1, b"no room for a tag");
        let len = tight.len();
        assert_eq!(sender.seal_rtp(&mut tight, 12, len, 0), Err(SrtpError::Malformed));
        let mut buf = [0; 64];
        assert_eq!(sender.seal_rtp(&mut buf, 11, 20, 0), Err(SrtpError::Malformed));
        assert_eq!(sender.seal_rtp(&mut buf, 21, 20, 0), Err(SrtpError::Malformed));
        assert_eq!(sender.seal_rtp(&mut buf, 12, usize::MAX, 0), Err(SrtpError::Malformed));
        assert_eq!(sender.seal_rtcp(&mut vec![0; 7]), Err(SrtpError::Malformed));

        let sealed = seal(&sender, &rtp(1, 1, b"beyond"), 0);
        assert_eq!(receiver.open_rtp(&mut sealed.clone(), sealed.len()), Err(SrtpError::Malformed));
        assert_eq!(receiver.open_rtp(&mut sealed.clone(), 0), Err(SrtpError::Malformed));
    }
}

#[test]
fn ssrcs_are_limited() {
    let (sender, mut receiver) = pair(Profile::AeadAes128Gcm);
    for ssrc in 0..MAX_STREAMS as u32 {
        assert!(open(&mut receiver, &seal(&sender, &rtp(ssrc, 1, b""), 0)).is_ok());
    }
    assert_eq!(open(&mut receiver, &seal(&sender, &rtp(100_000, 1, b""), 0)), Err(SrtpError::TooManyStreams));
    assert!(open(&mut receiver, &seal(&sender, &rtp(3, 2, b""), 0)).is_ok(), "known ones go on");
}

#[test]
fn keys_do_not_show_themselves() {
    assert_eq!(format!("{:?}", keys(Profile::AeadAes128Gcm)), "Keys { profile: AeadAes128Gcm, .. }");
}

fn any_profile() -> impl Strategy<Value = Profile> {
    prop::sample::select(PROFILES.to_vec())
}

proptest! {
    /// A receiver follows any stream through roll-overs, losses and reordering, and finds each index.
    #[test]
    fn a_stream_opens_over_roll_overs_losses_and_reordering(
        profile in any_profile(),
        first in 0_u64..65_536,
        steps in prop::collection::vec((1_u64..6_000, 0_u64..400), 1..60),
    ) {
        let (sender, mut receiver) = pair(profile);
        let mut opened = std::collections::HashSet::new();
        let mut newest = first;
        for (i, (forward, back)) in steps.into_iter().enumerate() {
            newest += if i == 0 { 0 } else { forward };
            for index in [newest, newest.saturating_sub(back).max(first)] {
                let plain = rtp(9, index as u16, &index.to_be_bytes());
                let result = open(&mut receiver, &seal(&sender, &plain, (index >> 16) as u32));
                if opened.insert(index) {
                    prop_assert_eq!(result, Ok((plain, index)));
                } else {
                    prop_assert_eq!(result, Err(SrtpError::Replayed));
                }
            }
        }
    }

    /// Whatever is forged, on known SSRCs or unknown ones, no state is made and the next genuine packets open.
    #[test]
    fn forged_packets_change_nothing(
        profile in any_profile(),
        forgeries in prop::collection::vec(
            (any::<u16>(), any::<u32>(), prop::collection::vec(any::<u8>(), 0..80)),
            1..40,
        ),
        flip in any::<prop::sample::Index>(),
    ) {
        let (mut sender, mut receiver) = pair(profile);
        open(&mut receiver, &seal(&sender, &rtp(5, 100, b"genuine"), 0)).unwrap();
        open_rtcp(&mut receiver, &seal_rtcp(&mut sender, &rtcp(5))).unwrap();

        let genuine = seal(&sender, &rtp(5, 101, b"genuine"), 0);
        let genuine_rtcp = seal_rtcp(&mut sender, &rtcp(5));
        for (sequence, ssrc, noise) in &forgeries {
            for ssrc in [5, *ssrc] {
                prop_assert!(open(&mut receiver, &rtp(ssrc, *sequence, noise)).is_err());
                let mut forged = rtcp(ssrc);
                forged.extend(noise);
                prop_assert!(open_rtcp(&mut receiver, &forged).is_err());
            }
            prop_assert!(open(&mut receiver, noise).is_err());
            prop_assert!(open_rtcp(&mut receiver, noise).is_err());
        }
        for sealed in [&genuine, &genuine_rtcp] {
            let mut flipped = sealed.clone();
            let bit = flip.index(flipped.len() * 8);
            flipped[bit / 8] ^= 1 << (bit % 8);
            let refused = if std::ptr::eq(sealed, &genuine) {
                open(&mut receiver, &flipped).is_err()
            } else {
                open_rtcp(&mut receiver, &flipped).is_err()
            };
            prop_assert!(refused);
        }
        prop_assert_eq!(receiver.stream_counts(), (1, 1));
        prop_assert!(open(&mut receiver, &genuine).is_ok());
        prop_assert!(open_rtcp(&mut receiver, &genuine_rtcp).is_ok());
    }
}
