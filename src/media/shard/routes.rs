//! From a datagram to its peer: by the ICE user name for the first checks, by the sender's address afterwards.

use std::{collections::HashMap, net::SocketAddr};

use super::PeerKey;

/// What kind of datagram it is, told by its first byte (RFC 7983, RFC 5761).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Stun,
    Dtls,
    Rtp,
    Rtcp,
}

pub fn protocol(datagram: &[u8]) -> Option<Protocol> {
    match datagram.first()? {
        0..=3 => Some(Protocol::Stun),
        20..=63 => Some(Protocol::Dtls),
        128..=191 if crate::media::rtp::is_rtcp(datagram) => Some(Protocol::Rtcp),
        128..=191 => Some(Protocol::Rtp),
        _ => None,
    }
}

#[derive(Debug, Default)]
pub struct Routes {
    by_ufrag: HashMap<String, PeerKey>,
    by_address: HashMap<SocketAddr, PeerKey>,
}

impl Routes {
    pub fn by_ufrag(&self, ufrag: &str) -> Option<PeerKey> {
        self.by_ufrag.get(ufrag).copied()
    }

    pub fn by_address(&self, address: SocketAddr) -> Option<PeerKey> {
        self.by_address.get(&address).copied()
    }

    pub fn len(&self) -> usize {
        self.by_ufrag.len() + self.by_address.len()
    }

    pub fn add_ufrag(&mut self, ufrag: &str, peer: PeerKey) {
        self.by_ufrag.insert(ufrag.to_owned(), peer);
    }

    /// A check from `address` was authentic: what comes from there is the peer's.
    pub fn add_address(&mut self, address: SocketAddr, peer: PeerKey) {
        self.by_address.insert(address, peer);
    }

    pub fn remove_ufrag(&mut self, ufrag: &str) {
        self.by_ufrag.remove(ufrag);
    }

    /// Unless the address is another peer's by now: an address behind a translator may be handed on.
    pub fn remove_address(&mut self, address: SocketAddr, peer: PeerKey) {
        if self.by_address.get(&address) == Some(&peer) {
            self.by_address.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_tells_the_protocol_and_the_second_reports_from_media() {
        for first in 0..=255u8 {
            let expected = match first {
                0..=3 => Some(Protocol::Stun),
                20..=63 => Some(Protocol::Dtls),
                128..=191 => Some(Protocol::Rtp),
                _ => None,
            };
            assert_eq!(protocol(&[first, 96]), expected, "{first}");
        }
        assert_eq!(protocol(&[0x80, 200]), Some(Protocol::Rtcp));
        assert_eq!(protocol(&[0x80, 0x80 | 96]), Some(Protocol::Rtp), "a marker bit");
        assert_eq!(protocol(&[]), None);
    }
}
