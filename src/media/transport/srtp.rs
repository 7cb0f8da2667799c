//! SRTP.

/// Bytes that [`SrtpSender::seal_rtp`] may add to a packet.
pub const RTP_OVERHEAD: usize = 16;

/// Bytes that [`SrtpSender::seal_rtcp`] may add to a packet.
pub const RTCP_OVERHEAD: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    #[error("the packet is too short, or its header length is wrong")]
    Malformed,
    #[error("authentication failed")]
    Forged,
    #[error("the packet was received before, or is older than the window")]
    Replayed,
    #[error("the peer uses too many SSRCs")]
    TooManyStreams,
    #[error("the key has sealed as many packets as it may")]
    Exhausted,
    #[error("there are no keys yet")]
    NotConnected,
}

/// An authentic packet, decrypted in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Header and payload, in bytes.
    pub len: usize,
    /// 48-bit packet index: roll-over counter and sequence number.
    pub index: u64,
}

pub struct SrtpSender {}

impl SrtpSender {
    /// Seals header and payload in `buf[..len]` in place; `buf` has at least [`RTP_OVERHEAD`] bytes more. SSRC and sequence number are those of the
    /// header; the caller sees to it that no (SSRC, `roc`, sequence number) comes twice with different content. Returns the length on the wire.
    pub fn seal_rtp(
        &mut self,
        _buf: &mut [u8],
        _header_len: usize,
        _len: usize,
        _roc: u32,
    ) -> Result<usize, SrtpError> {
        unimplemented!()
    }

    /// Seals a compound RTCP packet in place, growing it by up to [`RTCP_OVERHEAD`].
    pub fn seal_rtcp(&mut self, _packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        unimplemented!()
    }
}
