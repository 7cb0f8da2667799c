//! SRTP and SRTCP (RFC 3711, RFC 7714) in place: what is not authentic changes nothing.
//!
//! Roll-over counters, replay windows and the table of SSRCs are touched only after a packet's tag has been verified,
//! so that forged packets can neither stop a stream nor make state grow.

use std::{collections::HashMap, fmt};

use aes::{Aes128, cipher::KeyInit};
use ctr::{
    Ctr128BE, CtrCore,
    cipher::{InnerIvInit, StreamCipher},
};
use hmac::{Hmac, Mac};
use ring::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use sha1::Sha1;
use thiserror::Error;

use super::replay::ReplayWindow;

/// Bytes that [`SrtpSender::seal_rtp`] may add to a packet.
pub const RTP_OVERHEAD: usize = GCM_TAG_LEN;

/// SSRCs that a peer may use over one connection: every stream of every track it ever publishes.
pub const MAX_STREAMS: usize = 512;

const KEY_LEN: usize = 16;
/// The master salt of AES-CM is the longer one; that of GCM has 12 bytes.
const SALT_LEN: usize = 14;
const GCM_SALT_LEN: usize = 12;
const GCM_TAG_LEN: usize = 16;
const SHA1_80_TAG_LEN: usize = 10;
const MIN_RTP_HEADER_LEN: usize = 12;
/// The part of a compound RTCP packet that stays in the clear.
const RTCP_HEADER_LEN: usize = 8;
const RTCP_INDEX_LEN: usize = 4;
/// The E flag of SRTCP: the packet is encrypted.
const RTCP_ENCRYPTED: u32 = 1 << 31;
/// Packets of reordering that RTP and RTCP receivers put up with.
type RtpWindow = ReplayWindow<16>;
type RtcpWindow = ReplayWindow<2>;

/// A protection profile of DTLS-SRTP (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    AeadAes128Gcm,
    Aes128CmSha1_80,
}

impl Profile {
    const fn salt_len(self) -> usize {
        match self {
            Profile::AeadAes128Gcm => GCM_SALT_LEN,
            Profile::Aes128CmSha1_80 => SALT_LEN,
        }
    }

    /// Length of the keying material that DTLS exports for both directions (RFC 5764 section 4.2).
    pub const fn keying_material_len(self) -> usize {
        2 * (KEY_LEN + self.salt_len())
    }
}

/// Master key and salt of one direction.
#[derive(Clone)]
pub struct Keys {
    profile: Profile,
    key: [u8; KEY_LEN],
    /// Padded with zeros to the length that key derivation works on.
    salt: [u8; SALT_LEN],
}

impl Keys {
    /// None when the lengths are not those of `profile`.
    fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Option<Self> {
        let mut padded = [0; SALT_LEN];
        if salt.len() != profile.salt_len() {
            return None;
        }
        padded.get_mut(..salt.len())?.copy_from_slice(salt);
        Some(Self { profile, key: key.try_into().ok()?, salt: padded })
    }

    /// Splits what DTLS exported under `EXTRACTOR-dtls_srtp` into the keys of the client's and of the server's packets
    /// (RFC 5764 section 4.2). None when there is not [`Profile::keying_material_len`] of it.
    pub fn split(profile: Profile, material: &[u8]) -> Option<(Keys, Keys)> {
        let (client_key, rest) = material.split_at_checked(KEY_LEN)?;
        let (server_key, rest) = rest.split_at_checked(KEY_LEN)?;
        let (client_salt, server_salt) = rest.split_at_checked(profile.salt_len())?;
        Some((Keys::new(profile, client_key, client_salt)?, Keys::new(profile, server_key, server_salt)?))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// Why a packet was not sealed or not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SrtpError {
    #[error("the packet is too short for its header and tag")]
    Malformed,
    #[error("the packet is not authentic")]
    Forged,
    #[error("the packet was received before, or is too old to tell")]
    Replayed,
    #[error("the peer uses more than {MAX_STREAMS} SSRCs")]
    TooManyStreams,
    #[error("the key has sealed as many packets as it may")]
    Exhausted,
    #[error("there are no keys yet")]
    NotConnected,
}

/// An authentic RTP packet, decrypted in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Length of header and payload.
    pub len: usize,
    /// The packet index, 48 bits: roll-over counter, then sequence number.
    pub index: u64,
}

/// What key derivation makes of a master key (RFC 3711 section 4.3.2); the RTCP purposes follow three later.
#[derive(Clone, Copy)]
enum Purpose {
    Encryption = 0,
    Authentication = 1,
    Salt = 2,
}

/// Which of the two protocols a session key is for.
#[derive(Clone, Copy)]
enum Protocol {
    Rtp = 0,
    Rtcp = 3,
}

/// Fills `out` with the session key of a purpose: AES-CM with the label in the salt, key derivation rate 0.
fn derive(keys: &Keys, protocol: Protocol, purpose: Purpose, out: &mut [u8]) {
    let mut iv = [0; 16];
    iv[..SALT_LEN].copy_from_slice(&keys.salt);
    iv[7] ^= protocol as u8 + purpose as u8;
    out.fill(0);
    keystream(&Aes128::new(&keys.key.into()), iv).apply_keystream(out);
}

fn keystream(cipher: &Aes128, iv: [u8; 16]) -> Ctr128BE<Aes128> {
    Ctr128BE::from_core(CtrCore::inner_iv_init(cipher.clone(), &iv.into()))
}

/// Session keys of one direction of one protocol.
enum Cipher {
    Gcm(Box<GaloisCounterMode>),
    Cm(Box<CounterMode>),
}

struct GaloisCounterMode {
    key: LessSafeKey,
    salt: [u8; GCM_SALT_LEN],
}

impl GaloisCounterMode {
    /// RFC 7714 sections 8.1 and 9.1: an SRTCP index is a packet index whose upper bits are zero.
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let block = (u128::from(ssrc) << 48) | u128::from(index);
        let mut nonce = self.salt;
        for (byte, mask) in nonce.iter_mut().zip(&block.to_be_bytes()[4..]) {
            *byte ^= mask;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// Encrypts in place and returns the tag; only a payload of gigabytes fails.
    fn seal(&self, ssrc: u32, index: u64, aad: &[u8], payload: &mut [u8]) -> Result<aead::Tag, SrtpError> {
        let sealed = self.key.seal_in_place_separate_tag(self.nonce(ssrc, index), Aad::from(aad), payload);
        sealed.map_err(|_| SrtpError::Malformed)
    }

    /// Verifies and decrypts a payload with its tag in place.
    fn open(&self, ssrc: u32, index: u64, aad: &[u8], sealed: &mut [u8]) -> Result<(), SrtpError> {
        let opened = self.key.open_in_place(self.nonce(ssrc, index), Aad::from(aad), sealed);
        opened.map(|_| ()).map_err(|_| SrtpError::Forged)
    }
}

/// AES counter mode and HMAC-SHA1; ring's SHA-1 takes thrice the time of this one.
struct CounterMode {
    cipher: Aes128,
    salt: [u8; SALT_LEN],
    mac: Hmac<Sha1>,
}

impl CounterMode {
    /// Encrypts or decrypts in place (RFC 3711 section 4.1.1).
    fn apply(&self, ssrc: u32, index: u64, payload: &mut [u8]) {
        keystream(&self.cipher, cm_iv(&self.salt, ssrc, index)).apply_keystream(payload);
    }

    fn digest(&self, parts: [&[u8]; 2]) -> Hmac<Sha1> {
        parts.into_iter().fold(self.mac.clone(), Mac::chain_update)
    }

    /// The first 80 bits of HMAC-SHA1.
    fn tag(&self, parts: [&[u8]; 2]) -> [u8; SHA1_80_TAG_LEN] {
        let mut tag = [0; SHA1_80_TAG_LEN];
        tag.copy_from_slice(&self.digest(parts).finalize().into_bytes()[..SHA1_80_TAG_LEN]);
        tag
    }

    /// In constant time.
    fn verify(&self, parts: [&[u8]; 2], tag: &[u8]) -> Result<(), SrtpError> {
        self.digest(parts).verify_truncated_left(tag).map_err(|_| SrtpError::Forged)
    }
}

impl Cipher {
    fn new(keys: &Keys, protocol: Protocol) -> Self {
        let mut encryption = [0; KEY_LEN];
        derive(keys, protocol, Purpose::Encryption, &mut encryption);
        match keys.profile {
            Profile::AeadAes128Gcm => {
                let mut salt = [0; GCM_SALT_LEN];
                derive(keys, protocol, Purpose::Salt, &mut salt);
                let key = UnboundKey::new(&aead::AES_128_GCM, &encryption).expect("a key of 16 bytes");
                Cipher::Gcm(Box::new(GaloisCounterMode { key: LessSafeKey::new(key), salt }))
            }
            Profile::Aes128CmSha1_80 => {
                let mut salt = [0; SALT_LEN];
                derive(keys, protocol, Purpose::Salt, &mut salt);
                let mut authentication = [0; 20];
                derive(keys, protocol, Purpose::Authentication, &mut authentication);
                let mac = <Hmac<Sha1> as Mac>::new_from_slice(&authentication).expect("any key length will do");
                Cipher::Cm(Box::new(CounterMode { cipher: Aes128::new(&encryption.into()), salt, mac }))
            }
        }
    }

    const fn tag_len(&self) -> usize {
        match self {
            Cipher::Gcm(_) => GCM_TAG_LEN,
            Cipher::Cm(_) => SHA1_80_TAG_LEN,
        }
    }
}

/// RFC 3711 section 4.1.1.
fn cm_iv(salt: &[u8; SALT_LEN], ssrc: u32, index: u64) -> [u8; 16] {
    let mut padded = [0; 16];
    padded[..SALT_LEN].copy_from_slice(salt);
    (u128::from_be_bytes(padded) ^ (u128::from(ssrc) << 64) ^ (u128::from(index) << 16)).to_be_bytes()
}

fn read_u32(packet: &[u8], at: usize) -> Option<u32> {
    packet.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// SSRC and sequence number of an RTP packet.
fn rtp_ids(packet: &[u8]) -> Option<(u32, u16)> {
    let sequence = packet.get(2..4)?.try_into().ok().map(u16::from_be_bytes)?;
    Some((read_u32(packet, 8)?, sequence))
}

/// RFC 7714 section 17: SRTCP's associated data are the clear header and the index word.
fn rtcp_aad(header: &[u8], index_word: u32) -> [u8; RTCP_HEADER_LEN + RTCP_INDEX_LEN] {
    let mut aad = [0; RTCP_HEADER_LEN + RTCP_INDEX_LEN];
    aad[..RTCP_HEADER_LEN].copy_from_slice(header);
    aad[RTCP_HEADER_LEN..].copy_from_slice(&index_word.to_be_bytes());
    aad
}

/// Seals what goes to one peer. One sender lives as long as its keys: the SRTCP index is never used twice.
pub struct SrtpSender {
    rtp: Cipher,
    rtcp: Cipher,
    next_rtcp_index: u32,
}

impl SrtpSender {
    pub fn new(keys: &Keys) -> Self {
        Self { rtp: Cipher::new(keys, Protocol::Rtp), rtcp: Cipher::new(keys, Protocol::Rtcp), next_rtcp_index: 0 }
    }

    /// Seals the packet in `buf[..len]` in place, its first `header_len` bytes (CSRCs and extensions included) only
    /// authenticated; `buf` has at least [`RTP_OVERHEAD`] bytes more. SSRC and sequence number are those of the header.
    /// Returns the length on the wire.
    ///
    /// The caller counts: a triple of SSRC, `roc` and sequence number must never come again with other content, or the
    /// key is given away.
    ///
    /// # Errors
    ///
    /// [`SrtpError::Malformed`] when the lengths do not fit each other; `buf` is unchanged then.
    pub fn seal_rtp(&self, buf: &mut [u8], header_len: usize, len: usize, roc: u32) -> Result<usize, SrtpError> {
        let sealed_len = len.checked_add(self.rtp.tag_len()).ok_or(SrtpError::Malformed)?;
        let packet = buf.get_mut(..sealed_len).ok_or(SrtpError::Malformed)?;
        if header_len < MIN_RTP_HEADER_LEN || header_len > len {
            return Err(SrtpError::Malformed);
        }
        let (ssrc, sequence) = rtp_ids(packet).ok_or(SrtpError::Malformed)?;
        let index = u64::from(roc) << 16 | u64::from(sequence);
        let (plain, tag) = packet.split_at_mut(len);
        match &self.rtp {
            Cipher::Gcm(gcm) => {
                let (header, payload) = plain.split_at_mut(header_len);
                tag.copy_from_slice(gcm.seal(ssrc, index, header, payload)?.as_ref());
            }
            Cipher::Cm(cm) => {
                cm.apply(ssrc, index, &mut plain[header_len..]);
                tag.copy_from_slice(&cm.tag([plain, &roc.to_be_bytes()]));
            }
        }
        Ok(sealed_len)
    }

    /// Seals a compound RTCP packet, which grows by its index and tag: up to 20 bytes.
    ///
    /// # Errors
    ///
    /// [`SrtpError::Exhausted`] after 2³¹ packets (RFC 3711 section 9.2), [`SrtpError::Malformed`] below 8 bytes.
    pub fn seal_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let ssrc = read_u32(packet, 4).ok_or(SrtpError::Malformed)?;
        let index = self.next_rtcp_index;
        if index & RTCP_ENCRYPTED != 0 {
            return Err(SrtpError::Exhausted);
        }
        self.next_rtcp_index += 1;
        let word = index | RTCP_ENCRYPTED;
        let (header, payload) = packet.split_at_mut(RTCP_HEADER_LEN);
        match &self.rtcp {
            Cipher::Gcm(gcm) => {
                let tag = gcm.seal(ssrc, index.into(), &rtcp_aad(header, word), payload)?;
                packet.extend_from_slice(tag.as_ref());
                packet.extend_from_slice(&word.to_be_bytes());
            }
            Cipher::Cm(cm) => {
                cm.apply(ssrc, index.into(), payload);
                packet.extend_from_slice(&word.to_be_bytes());
                let tag = cm.tag([packet, &[]]);
                packet.extend_from_slice(&tag);
            }
        }
        Ok(())
    }
}

/// Opens what comes from one peer.
pub struct SrtpReceiver {
    rtp: Cipher,
    rtcp: Cipher,
    /// By SSRC; only authentic packets make entries.
    rtp_windows: HashMap<u32, RtpWindow>,
    rtcp_windows: HashMap<u32, RtcpWindow>,
}

impl SrtpReceiver {
    pub fn new(keys: &Keys) -> Self {
        Self {
            rtp: Cipher::new(keys, Protocol::Rtp),
            rtcp: Cipher::new(keys, Protocol::Rtcp),
            rtp_windows: HashMap::new(),
            rtcp_windows: HashMap::new(),
        }
    }

    /// Verifies and decrypts an SRTP packet in place; `header_len` counts CSRCs and extensions.
    ///
    /// # Errors
    ///
    /// A refused packet changes nothing but its own bytes, which are worthless then.
    pub fn open_rtp(&mut self, packet: &mut [u8], header_len: usize) -> Result<Opened, SrtpError> {
        let len = packet.len().checked_sub(self.rtp.tag_len()).ok_or(SrtpError::Malformed)?;
        if header_len < MIN_RTP_HEADER_LEN || header_len > len {
            return Err(SrtpError::Malformed);
        }
        let (ssrc, sequence) = rtp_ids(packet).ok_or(SrtpError::Malformed)?;
        let index = match self.rtp_windows.get(&ssrc) {
            None if self.rtp_windows.len() >= MAX_STREAMS => return Err(SrtpError::TooManyStreams),
            None => u64::from(sequence),
            Some(window) => {
                let index = estimate_index(window.newest(), sequence).ok_or(SrtpError::Replayed)?;
                if !window.is_fresh(index) {
                    return Err(SrtpError::Replayed);
                }
                index
            }
        };
        match &self.rtp {
            Cipher::Gcm(gcm) => {
                let (header, sealed) = packet.split_at_mut(header_len);
                gcm.open(ssrc, index, header, sealed)?;
            }
            Cipher::Cm(cm) => {
                let (sealed, tag) = packet.split_at_mut(len);
                let roc = ((index >> 16) as u32).to_be_bytes();
                cm.verify([sealed, &roc], tag)?;
                cm.apply(ssrc, index, &mut sealed[header_len..]);
            }
        }
        self.rtp_windows.entry(ssrc).and_modify(|window| window.record(index)).or_insert_with(|| RtpWindow::new(index));
        Ok(Opened { len, index })
    }

    /// Verifies and decrypts an SRTCP packet in place; returns the length of the compound packet.
    ///
    /// # Errors
    ///
    /// As [`Self::open_rtp`]. A packet that is not encrypted is [`SrtpError::Malformed`]: no browser sends one.
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let trailer = self.rtcp.tag_len() + RTCP_INDEX_LEN;
        let len = packet.len().checked_sub(trailer).ok_or(SrtpError::Malformed)?;
        if len < RTCP_HEADER_LEN {
            return Err(SrtpError::Malformed);
        }
        let word_at = match &self.rtcp {
            Cipher::Gcm(_) => len + GCM_TAG_LEN,
            Cipher::Cm(_) => len,
        };
        let ssrc = read_u32(packet, 4).ok_or(SrtpError::Malformed)?;
        let word = read_u32(packet, word_at).ok_or(SrtpError::Malformed)?;
        if word & RTCP_ENCRYPTED == 0 {
            return Err(SrtpError::Malformed);
        }
        let index = u64::from(word & !RTCP_ENCRYPTED);
        match self.rtcp_windows.get(&ssrc) {
            None if self.rtcp_windows.len() >= MAX_STREAMS => return Err(SrtpError::TooManyStreams),
            Some(window) if !window.is_fresh(index) => return Err(SrtpError::Replayed),
            _ => {}
        }
        match &self.rtcp {
            Cipher::Gcm(gcm) => {
                let (header, rest) = packet.split_at_mut(RTCP_HEADER_LEN);
                let sealed = &mut rest[..word_at - RTCP_HEADER_LEN];
                gcm.open(ssrc, index, &rtcp_aad(header, word), sealed)?;
            }
            Cipher::Cm(cm) => {
                let (sealed, tag) = packet.split_at_mut(len + RTCP_INDEX_LEN);
                cm.verify([sealed, &[]], tag)?;
                cm.apply(ssrc, index, &mut sealed[RTCP_HEADER_LEN..len]);
            }
        }
        self.rtcp_windows
            .entry(ssrc)
            .and_modify(|window| window.record(index))
            .or_insert_with(|| RtcpWindow::new(index));
        Ok(len)
    }

    /// How many SSRCs have state, of RTP and of RTCP.
    #[cfg(test)]
    pub fn stream_counts(&self) -> (usize, usize) {
        (self.rtp_windows.len(), self.rtcp_windows.len())
    }
}

/// The index nearest to `newest` whose lower 16 bits are `sequence` (RFC 3711 section 3.3.1 and appendix A). None when
/// it would lie before the stream's first roll-over counter or after the last.
fn estimate_index(newest: u64, sequence: u16) -> Option<u64> {
    const HALF: u16 = 1 << 15;
    let (roc, last) = ((newest >> 16) as u32, newest as u16);
    let roc = if last < HALF && sequence.saturating_sub(last) > HALF {
        roc.checked_sub(1)?
    } else if last >= HALF && last - HALF > sequence {
        roc.checked_add(1)?
    } else {
        roc
    };
    Some(u64::from(roc) << 16 | u64::from(sequence))
}

#[cfg(test)]
mod tests;
