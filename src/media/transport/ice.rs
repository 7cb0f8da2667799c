//! An ICE-lite agent (RFC 8445 section 2.5): it answers connectivity checks (RFC 8489) and follows the client's choice.
//!
//! Strangers cost a look at USERNAME; only a check whose MESSAGE-INTEGRITY and FINGERPRINT are right changes anything.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use rtc_crypto::providers::RingCrypto;
use rtc_stun::{
    attributes::{ATTR_FINGERPRINT, ATTR_MESSAGE_INTEGRITY, ATTR_USE_CANDIDATE, AttrType},
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, BINDING_SUCCESS, Message},
    xoraddr::XorMappedAddress,
};
use thiserror::Error;

use super::wire::Wire;
use crate::media::{IceCredentials, tcp};

/// Addresses that a peer may use at a time: a handful of interfaces, each behind its NAT.
pub const MAX_ADDRESSES: usize = 8;

/// After this long without a sign from the selected address, a nomination is believed by itself.
const SELECTED_SILENCE: Duration = Duration::from_secs(3);
/// Checks are far smaller; what is larger is not looked at.
const MAX_DATAGRAM_LEN: usize = 1280;
const HEADER_LEN: usize = 20;
const MAGIC_COOKIE: u32 = 0x2112_a442;
const BINDING_REQUEST_TYPE: u16 = 0x0001;
const USERNAME: u16 = 0x0006;
const INTEGRITY_LEN: usize = 20;

/// The local user fragment that a connectivity check names, unverified: USERNAME up to the colon. None for anything
/// that is not a STUN binding request.
pub fn local_ufrag(datagram: &[u8]) -> Option<&str> {
    if datagram.len() > MAX_DATAGRAM_LEN {
        return None;
    }
    let mut wire = Wire(datagram);
    if wire.u16()? != BINDING_REQUEST_TYPE || usize::from(wire.u16()?) + HEADER_LEN != datagram.len() {
        return None;
    }
    if wire.u32()? != MAGIC_COOKIE {
        return None;
    }
    wire.take(12)?;
    while !wire.is_empty() {
        let kind = wire.u16()?;
        let value = wire.vector16()?;
        if kind == USERNAME {
            return std::str::from_utf8(value).ok()?.split(':').next();
        }
        wire.take(value.len().next_multiple_of(4) - value.len())?;
    }
    None
}

/// A valid connectivity check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The binding response.
    pub reply: Vec<u8>,
    /// The check carries USE-CANDIDATE.
    pub nominate: bool,
}

/// Why a check is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckError {
    #[error("not a well-formed binding request with its attributes in order")]
    Malformed,
    #[error("MESSAGE-INTEGRITY or FINGERPRINT is wrong")]
    Forged,
}

/// Verifies a connectivity check from `from` against our credentials and makes the response.
///
/// # Errors
///
/// [`CheckError`]; such a check is to be ignored (an error response would tell strangers who is here).
pub fn answer(datagram: &[u8], from: SocketAddr, credentials: &IceCredentials) -> Result<Check, CheckError> {
    let mut request = Message::new();
    if local_ufrag(datagram) != Some(&credentials.ufrag) || request.unmarshal_binary(datagram).is_err() {
        return Err(CheckError::Malformed);
    }
    let position = |kind: AttrType| request.attributes.0.iter().position(|attribute| attribute.typ == kind);
    let (Some(integrity), Some(fingerprint)) = (position(ATTR_MESSAGE_INTEGRITY), position(ATTR_FINGERPRINT)) else {
        return Err(CheckError::Malformed);
    };
    // FINGERPRINT is last, and only it may follow MESSAGE-INTEGRITY: what comes after is not authenticated.
    let in_order = integrity + 1 == fingerprint && fingerprint + 1 == request.attributes.0.len();
    let integrity_len = request.attributes.0.get(integrity).map(|attribute| attribute.value.len());
    if request.typ != BINDING_REQUEST || !in_order || integrity_len != Some(INTEGRITY_LEN) {
        return Err(CheckError::Malformed);
    }
    let nominate = position(ATTR_USE_CANDIDATE).is_some();
    FINGERPRINT.check(&request).map_err(|_| CheckError::Forged)?;
    MessageIntegrity::check(&mut request, credentials.pwd.as_bytes(), &RingCrypto).map_err(|_| CheckError::Forged)?;

    let mut response = Message::new();
    response
        .build(&[
            Box::new(request.transaction_id),
            Box::new(BINDING_SUCCESS),
            Box::new(XorMappedAddress { ip: tcp::behind(from).ip().to_canonical(), port: from.port() }),
            Box::new(MessageIntegrity::new_short_term_integrity_with_provider(credentials.pwd.clone(), &RingCrypto)),
            Box::new(FINGERPRINT),
        ])
        .map_err(|_| CheckError::Malformed)?;
    Ok(Check { reply: response.raw, nominate })
}

/// The answer to a valid check, and what the check changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StunAnswer {
    /// Goes back to where the check came from.
    pub reply: Vec<u8>,
    /// The check came from an address that was not validated before.
    pub added: bool,
    /// An address that is no longer accepted, because a newer one took its place.
    pub evicted: Option<SocketAddr>,
    /// A user fragment that is no longer accepted, because the client nominated a pair under the newer one.
    pub retired: Option<String>,
}

/// The ICE state of one peer.
pub struct IceLite {
    current: IceCredentials,
    /// Those before the restart, until the client nominates under the current ones.
    previous: Option<IceCredentials>,
    /// Validated, the most recently checked one last.
    addresses: Vec<SocketAddr>,
    selected: Option<Selected>,
    /// Nominated, but not shown to be more than a repetition: whoever overhears a check can send it again from anywhere.
    proposed: Option<SocketAddr>,
    last_check: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Selected {
    address: SocketAddr,
    last_heard: Instant,
}

impl IceLite {
    pub fn new(credentials: IceCredentials) -> Self {
        Self {
            current: credentials,
            previous: None,
            addresses: Vec::new(),
            selected: None,
            proposed: None,
            last_check: None,
        }
    }

    /// Takes new credentials. Of two restarts without a nomination between them, the credentials in the middle go,
    /// since the traffic still flows under the oldest.
    pub fn restart(&mut self, credentials: &IceCredentials) {
        if *credentials != self.current {
            let replaced = std::mem::replace(&mut self.current, credentials.clone());
            self.previous.get_or_insert(replaced);
        }
    }

    /// Answers a check; None, and no change, when it is wrong. While the peer is `connected`, a nomination moves the
    /// traffic only once a packet that cannot be a repetition comes the same way, or nothing comes the old way any more.
    pub fn handle(&mut self, now: Instant, from: SocketAddr, datagram: &[u8], connected: bool) -> Option<StunAnswer> {
        let ufrag = local_ufrag(datagram)?;
        let credentials = std::iter::once(&self.current).chain(&self.previous).find(|known| known.ufrag == ufrag)?;
        let is_current = *credentials == self.current;
        let Check { reply, nominate } = answer(datagram, from, credentials).ok()?;

        self.last_check = Some(now);
        match &mut self.selected {
            Some(selected) if selected.address == from => selected.last_heard = now,
            Some(_) if !nominate => {}
            Some(selected) if connected && now.saturating_duration_since(selected.last_heard) < SELECTED_SILENCE => {
                self.proposed = Some(from);
            }
            _ => self.select(now, from),
        }
        let (added, evicted) = self.validate(from);
        let retired = if nominate && is_current { self.previous.take().map(|previous| previous.ufrag) } else { None };
        Some(StunAnswer { reply, added, evicted, retired })
    }

    /// A packet from `from` was authentic and no repetition.
    pub fn authenticated(&mut self, now: Instant, from: SocketAddr) {
        match &mut self.selected {
            Some(selected) if selected.address == from => selected.last_heard = now,
            _ if self.proposed == Some(from) => self.select(now, from),
            _ => {}
        }
    }

    fn select(&mut self, now: Instant, address: SocketAddr) {
        self.selected = Some(Selected { address, last_heard: now });
        self.proposed = None;
    }

    /// Makes `from` the most recently checked address; the one unheard of for longest gives way when there are too
    /// many.
    fn validate(&mut self, from: SocketAddr) -> (bool, Option<SocketAddr>) {
        let known = self.addresses.iter().position(|address| *address == from);
        if let Some(at) = known {
            self.addresses.remove(at);
        }
        self.addresses.push(from);
        let evicted = if self.addresses.len() > MAX_ADDRESSES {
            let oldest =
                self.addresses.iter().position(|address| ![self.selected(), self.proposed].contains(&Some(*address)));
            oldest.map(|at| self.addresses.remove(at))
        } else {
            None
        };
        (known.is_none(), evicted)
    }

    /// The user fragments that checks may name now.
    pub fn ufrags(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.current).chain(&self.previous).map(|credentials| credentials.ufrag.as_str())
    }

    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.addresses.iter().copied()
    }

    pub fn is_validated(&self, address: SocketAddr) -> bool {
        self.addresses.contains(&address)
    }

    /// Where to send: the address of the first valid check, then the one that the client nominated and was heard from.
    pub fn selected(&self) -> Option<SocketAddr> {
        self.selected.map(|selected| selected.address)
    }

    /// When the last valid check came: the peer's consent to be sent to (RFC 7675).
    pub fn last_check(&self) -> Option<Instant> {
        self.last_check
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use rtc_stun::message::Getter;

    use super::{
        super::testing::{address, binding_request, credentials},
        *,
    };

    fn mapped(reply: &[u8]) -> SocketAddr {
        let mut response = Message::new();
        response.unmarshal_binary(reply).unwrap();
        let mut mapped = XorMappedAddress::default();
        mapped.get_from(&response).unwrap();
        SocketAddr::new(mapped.ip, mapped.port)
    }

    #[test]
    fn a_check_is_answered_with_the_senders_address_and_our_integrity() {
        let ours = credentials("near");
        for from in ["192.0.2.1:5000", "[2001:db8::7]:6000"] {
            let from: SocketAddr = from.parse().unwrap();
            let check = answer(&binding_request(&ours, false), from, &ours).unwrap();
            assert_eq!(mapped(&check.reply), from);
            assert!(!check.nominate);
            let mut response = Message::new();
            response.unmarshal_binary(&check.reply).unwrap();
            assert_eq!(response.typ, BINDING_SUCCESS);
            FINGERPRINT.check(&response).unwrap();
            MessageIntegrity::check(&mut response, ours.pwd.as_bytes(), &RingCrypto).unwrap();
        }
        let mapped_v4: SocketAddr = "[::ffff:192.0.2.1]:5000".parse().unwrap();
        let check = answer(&binding_request(&ours, true), mapped_v4, &ours).unwrap();
        assert_eq!(mapped(&check.reply), address(5000));
        assert!(check.nominate);
    }

    #[test]
    fn a_wrong_check_is_not_answered_and_changes_nothing() {
        let ours = credentials("near");
        let mut ice = IceLite::new(ours.clone());
        let now = Instant::now();
        let wrong_password = IceCredentials { pwd: "guessed-password-guessed".into(), ..ours.clone() };
        let good = binding_request(&ours, true);
        let mut hostile = vec![
            binding_request(&wrong_password, true),
            binding_request(&credentials("stranger"), true),
            good[..good.len() - 8].to_vec(),
            [&good[..], &[0]].concat(),
        ];
        for bit in 0..good.len() * 8 {
            let mut flipped = good.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            hostile.push(flipped);
        }
        for datagram in hostile {
            assert_eq!(ice.handle(now, address(1), &datagram, false), None);
        }
        assert_eq!((ice.selected(), ice.last_check(), ice.addresses().count()), (None, None, 0));
        assert!(ice.handle(now, address(1), &good, false).is_some());
    }

    #[test]
    fn the_first_check_selects_and_a_nomination_moves() {
        let ours = credentials("near");
        let mut ice = IceLite::new(ours.clone());
        let start = Instant::now();
        assert!(ice.handle(start, address(1), &binding_request(&ours, false), false).unwrap().added);
        assert!(ice.handle(start, address(2), &binding_request(&ours, false), false).unwrap().added);
        assert_eq!(ice.selected(), Some(address(1)));
        let later = start + Duration::from_secs(1);
        assert!(!ice.handle(later, address(2), &binding_request(&ours, true), false).unwrap().added);
        assert_eq!(ice.selected(), Some(address(2)));
        assert_eq!(ice.last_check(), Some(later));
        assert!(ice.is_validated(address(1)));
    }

    #[test]
    fn a_repeated_check_from_elsewhere_does_not_carry_a_live_call_away() {
        let ours = credentials("near");
        let mut ice = IceLite::new(ours.clone());
        let start = Instant::now();
        let overheard = binding_request(&ours, true);
        ice.handle(start, address(1), &overheard, false).unwrap();
        for second in 1..60 {
            let now = start + Duration::from_secs(second);
            ice.authenticated(now, address(1));
            assert!(ice.handle(now, address(66), &overheard, true).is_some());
            assert_eq!(ice.selected(), Some(address(1)));
        }
    }

    #[test]
    fn a_client_that_moves_is_followed_with_its_first_packet_or_once_the_old_way_is_silent() {
        let ours = credentials("near");
        let start = Instant::now();
        let moved = |packet: bool, after: Duration| {
            let mut ice = IceLite::new(ours.clone());
            ice.handle(start, address(1), &binding_request(&ours, true), false).unwrap();
            ice.handle(start, address(2), &binding_request(&ours, true), true).unwrap();
            if packet {
                ice.authenticated(start, address(2));
            }
            ice.handle(start + after, address(2), &binding_request(&ours, true), true).unwrap();
            ice.selected() == Some(address(2))
        };
        assert!(moved(true, Duration::ZERO));
        assert!(!moved(false, SELECTED_SILENCE / 2));
        assert!(moved(false, SELECTED_SILENCE));
    }

    #[test]
    fn old_credentials_live_until_the_new_ones_nominate() {
        let (old, middle, new) = (credentials("old"), credentials("middle"), credentials("new"));
        let mut ice = IceLite::new(old.clone());
        let now = Instant::now();
        ice.handle(now, address(1), &binding_request(&old, true), false).unwrap();
        ice.restart(&old);
        assert_eq!(ice.ufrags().collect::<Vec<_>>(), ["old"], "the same again is no restart");
        ice.restart(&middle);
        ice.restart(&new);
        assert_eq!(ice.ufrags().collect::<Vec<_>>(), ["new", "old"]);

        assert_eq!(ice.handle(now, address(2), &binding_request(&new, false), false).unwrap().retired, None);
        assert_eq!(ice.handle(now, address(1), &binding_request(&old, true), false).unwrap().retired, None);
        assert_eq!(ice.selected(), Some(address(1)));
        assert_eq!(
            ice.handle(now, address(2), &binding_request(&new, true), false).unwrap().retired,
            Some("old".into())
        );
        assert_eq!(ice.selected(), Some(address(2)));
        assert_eq!(ice.handle(now, address(1), &binding_request(&old, true), false), None);
    }

    #[test]
    fn addresses_are_limited_and_the_selected_one_stays() {
        let ours = credentials("near");
        let mut ice = IceLite::new(ours.clone());
        let now = Instant::now();
        let mut evicted = Vec::new();
        for port in 1..=20 {
            evicted.extend(ice.handle(now, address(port), &binding_request(&ours, port == 1), false).unwrap().evicted);
        }
        assert_eq!(ice.addresses().count(), MAX_ADDRESSES);
        assert!(ice.is_validated(address(1)) && ice.is_validated(address(20)));
        assert_eq!(evicted, (2..=13).map(address).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(noise in prop::collection::vec(any::<u8>(), 0..200), cut in any::<prop::sample::Index>()) {
            let ours = credentials("near");
            let mut ice = IceLite::new(ours.clone());
            let mut headed = binding_request(&ours, true);
            headed.truncate(cut.index(headed.len()));
            headed.extend(&noise);
            if let Some(body) = headed.len().checked_sub(20) {
                headed[2..4].copy_from_slice(&(body as u16).to_be_bytes());
            }
            for datagram in [noise, headed] {
                prop_assert_eq!(ice.handle(Instant::now(), address(1), &datagram, false), None);
            }
        }
    }
}
