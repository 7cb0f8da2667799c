//! The client's side, for tests: checks, and a whole peer made of the same protocol crates.

use std::net::{Ipv4Addr, SocketAddr};

use rtc_crypto::providers::RingCrypto;
use rtc_stun::{
    attributes::{ATTR_USE_CANDIDATE, ATTR_USERNAME},
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, Message, Setter, TransactionId},
};

use crate::media::IceCredentials;

pub fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), port))
}

pub fn credentials(ufrag: &str) -> IceCredentials {
    IceCredentials { ufrag: ufrag.to_owned(), pwd: format!("password-of-{ufrag}-012345") }
}

/// A connectivity check to the peer with these credentials.
pub fn binding_request(credentials: &IceCredentials, nominate: bool) -> Vec<u8> {
    let mut request = Message::new();
    request.build(&[Box::new(TransactionId([7; 12])), Box::new(BINDING_REQUEST)]).unwrap();
    request.add(ATTR_USERNAME, format!("{}:far", credentials.ufrag).as_bytes());
    if nominate {
        request.add(ATTR_USE_CANDIDATE, &[]);
    }
    MessageIntegrity::new_short_term_integrity_with_provider(credentials.pwd.clone(), &RingCrypto)
        .add_to(&mut request)
        .unwrap();
    FINGERPRINT.add_to(&mut request).unwrap();
    request.raw
}
