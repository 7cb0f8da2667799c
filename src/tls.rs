//! The local certificate authority of `--lan`: made once and kept, it vouches for this machine's own addresses.
//!
//! Browsers give a camera and a microphone only to pages behind TLS, and no public authority vouches for the addresses
//! of a local network. Only the authority's key and certificate are kept; the server's certificate is made anew at
//! each start, and again when it nears its end or the machine's addresses change.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
    sync::Arc,
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SanType,
};
use ring::digest;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use thiserror::Error;

use crate::{
    clock::Timestamp,
    private::{self, PrivateFileError},
};

/// The file in the data directory: the authority's private key and its certificate, PEM.
pub const FILE: &str = "local-ca.pem";

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const CA_DAYS: i64 = 3653;
/// Apple's systems refuse a server certificate of more than 398 days.
const LEAF_DAYS: i64 = 365;
/// A server certificate is renewed this long before its end.
const RENEW_BEFORE_DAYS: i64 = 30;

#[derive(Debug, Error)]
pub enum TlsError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("{FILE} in the data directory holds no key and certificate; move it away to have a new authority made")]
    Damaged,
    #[error("making a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("setting up TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// What the server's certificate vouches for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub addresses: BTreeSet<IpAddr>,
    pub host: Option<String>,
}

impl Names {
    /// The addresses and the name of this machine as they are now.
    pub fn of_this_machine() -> Names {
        let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
        Names { addresses: interface_addresses(), host: host.filter(|name| is_dns_name(name)) }
    }
}

fn is_dns_name(name: &str) -> bool {
    let label =
        |label: &str| (1..=63).contains(&label.len()) && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    name.len() <= 253 && name.split('.').all(label)
}

/// The addresses of this machine's interfaces that are up. Link-local IPv6 ones are left out: no link can hold them.
fn interface_addresses() -> BTreeSet<IpAddr> {
    let interfaces = match nix::ifaddrs::getifaddrs() {
        Ok(interfaces) => interfaces,
        Err(error) => {
            tracing::warn!(%error, "the interfaces' addresses cannot be read");
            return BTreeSet::new();
        }
    };
    interfaces
        .filter(|interface| interface.flags.contains(nix::net::if_::InterfaceFlags::IFF_UP))
        .filter_map(|interface| {
            let address = interface.address?;
            let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
            v4.or_else(|| address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
        })
        .filter(|ip| !matches!(ip, IpAddr::V6(v6) if v6.is_unicast_link_local()))
        .collect()
}

/// The authority.
pub struct LocalCa {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl LocalCa {
    /// Reads the authority kept in `dir`, or makes one that holds for ten years from `now`.
    pub fn open(dir: &Path, now: Timestamp) -> Result<LocalCa, TlsError> {
        let path = dir.join(FILE);
        let pem = match private::read(&path)? {
            Some(pem) => pem,
            None => {
                let key = KeyPair::generate()?;
                let pem = format!("{}{}", key.serialize_pem(), ca_params(&key, now).self_signed(&key)?.pem());
                private::write(&path, &pem)?;
                pem
            }
        };
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| TlsError::Damaged)?;
        let key = KeyPair::try_from(&key).map_err(|_| TlsError::Damaged)?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| TlsError::Damaged)?;
        Ok(LocalCa { issuer: Issuer::new(ca_params(&key, now), key), certificate })
    }

    /// The certificate that clients must trust.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// SHA-256 of the certificate as browsers show it: `AB:CD:…`.
    pub fn fingerprint(&self) -> String {
        let digest = digest::digest(&digest::SHA256, &self.certificate);
        digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    /// A fresh certificate for `names`.
    pub fn issue(&self, names: &Names, now: Timestamp) -> Result<Leaf, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.not_before = midnight_before(now.plus_millis(-DAY_MS));
        params.not_after = midnight_before(now.plus_millis(LEAF_DAYS * DAY_MS));
        params.distinguished_name = name("diemcau");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let addresses: BTreeSet<IpAddr> = names.addresses.iter().copied().chain(loopback).collect();
        params.subject_alt_names = addresses.into_iter().map(SanType::IpAddress).collect();
        for host in ["localhost"].into_iter().chain(names.host.as_deref()) {
            params.subject_alt_names.push(SanType::DnsName(host.try_into()?));
        }
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Leaf {
            chain: vec![certificate.der().clone(), self.certificate.clone()],
            key: PrivatePkcs8KeyDer::from(key.serialize_der()),
            names: names.clone(),
            renew_at: now.plus_millis((LEAF_DAYS - RENEW_BEFORE_DAYS) * DAY_MS),
        })
    }
}

/// Makes `ring` the provider of TLS for those who do not choose one, our client of webhooks among them.
pub fn install_provider() {
    // An error says that there is one already, and this is the only one there can be.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The server's certificate; never kept on disk.
pub struct Leaf {
    chain: Vec<CertificateDer<'static>>,
    key: PrivatePkcs8KeyDer<'static>,
    names: Names,
    renew_at: Timestamp,
}

impl Leaf {
    /// Whether another one should take its place.
    pub fn is_stale(&self, names: &Names, now: Timestamp) -> bool {
        self.names != *names || now >= self.renew_at
    }

    /// TLS 1.2 and 1.3 with this certificate, for HTTP/1.1.
    pub fn server_config(&self) -> Result<Arc<rustls::ServerConfig>, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key().into())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// The authority's parameters follow from its key alone, so that they need not be kept beside the certificate.
fn ca_params(key: &KeyPair, now: Timestamp) -> CertificateParams {
    let digest = digest::digest(&digest::SHA256, key.der_bytes());
    let tag: String = digest.as_ref().iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    let mut params = CertificateParams::default();
    params.not_before = midnight_before(now.plus_millis(-DAY_MS));
    params.not_after = midnight_before(now.plus_millis(CA_DAYS * DAY_MS));
    params.distinguished_name = name(&format!("diemcau local CA {tag}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

fn midnight_before(at: Timestamp) -> time::OffsetDateTime {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let number = |value: i8| value.unsigned_abs();
    rcgen::date_time_ymd(date.year().into(), number(date.month()), number(date.day()))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        time::Duration,
    };

    use rustls::{
        client::WebPkiServerVerifier,
        pki_types::{ServerName, UnixTime},
    };

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn names() -> Names {
        Names { addresses: ["192.168.1.10".parse().unwrap()].into(), host: Some("may-chu".to_owned()) }
    }

    fn at(now: Timestamp) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_millis(now.as_millis().unsigned_abs()))
    }

    /// What a browser that trusts the authority says of the certificate.
    fn judge(ca: &LocalCa, leaf: &Leaf, name: &str, now: Timestamp) -> Result<(), rustls::Error> {
        use rustls::client::danger::ServerCertVerifier;
        let mut roots = rustls::RootCertStore::empty();
        roots.add(ca.certificate().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        verifier.verify_server_cert(&leaf.chain[0], &leaf.chain[1..], &name, &[], at(now)).map(drop)
    }

    #[test]
    fn the_authority_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let first = LocalCa::open(dir.path(), NOW).unwrap();
        let second = LocalCa::open(dir.path(), NOW.plus_millis(DAY_MS)).unwrap();
        assert_eq!(first.fingerprint(), second.fingerprint());
        assert_eq!(first.fingerprint().len(), 32 * 3 - 1);

        // What the second run signs, those who trust the first one's certificate accept.
        let leaf = second.issue(&names(), NOW).unwrap();
        judge(&first, &leaf, "192.168.1.10", NOW).unwrap();
    }

    #[test]
    fn a_certificate_holds_for_this_machine_for_a_year() {
        let dir = tempfile::tempdir().unwrap();
        let ca = LocalCa::open(dir.path(), NOW).unwrap();
        let leaf = ca.issue(&names(), NOW).unwrap();
        for name in ["192.168.1.10", "127.0.0.1", "::1", "localhost", "may-chu"] {
            judge(&ca, &leaf, name, NOW).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        judge(&ca, &leaf, "192.168.1.11", NOW).expect_err("a foreign address");
        judge(&ca, &leaf, "localhost", NOW.plus_millis(364 * DAY_MS)).unwrap();
        judge(&ca, &leaf, "localhost", NOW.plus_millis(366 * DAY_MS)).expect_err("too old");
    }

    #[test]
    fn a_certificate_is_stale_near_its_end_and_when_the_addresses_change() {
        let dir = tempfile::tempdir().unwrap();
        let leaf = LocalCa::open(dir.path(), NOW).unwrap().issue(&names(), NOW).unwrap();
        assert!(!leaf.is_stale(&names(), NOW));
        assert!(leaf.is_stale(&Names::default(), NOW));
        assert!(leaf.is_stale(&names(), NOW.plus_millis(335 * DAY_MS)));
    }

    #[test]
    fn a_client_that_trusts_the_authority_talks_to_the_server() {
        let dir = tempfile::tempdir().unwrap();
        let now = crate::clock::now();
        let ca = LocalCa::open(dir.path(), now).unwrap();
        let config = ca.issue(&names(), now).unwrap().server_config().unwrap();

        let mut roots = rustls::RootCertStore::empty();
        roots.add(ca.certificate().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut client = rustls::ClientConnection::new(client.into(), name).unwrap();
        let mut server = rustls::ServerConnection::new(config).unwrap();
        client.writer().write_all(b"xin ch\xc3\xa0o").unwrap();

        let mut heard = Vec::new();
        while heard.is_empty() {
            let mut wire = Vec::new();
            client.write_tls(&mut wire).unwrap();
            let _ = server.read_tls(&mut wire.as_slice()).unwrap();
            server.process_new_packets().unwrap();
            wire.clear();
            server.write_tls(&mut wire).unwrap();
            let _ = client.read_tls(&mut wire.as_slice()).unwrap();
            client.process_new_packets().unwrap();
            // Not an error: there is nothing to read until the handshake is over.
            let _ = server.reader().read_to_end(&mut heard);
        }
        assert_eq!(heard, "xin chào".as_bytes());
    }

    #[test]
    fn a_damaged_file_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "junk").unwrap();
        assert!(matches!(LocalCa::open(dir.path(), NOW), Err(TlsError::Damaged)));
    }
}
