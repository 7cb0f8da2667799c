//! ICE-lite.

/// The local user fragment that a STUN request names, without verifying anything: the part of USERNAME before the colon.
pub fn local_ufrag(_datagram: &[u8]) -> Option<&str> {
    unimplemented!()
}
