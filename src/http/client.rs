//! The address a request comes from, past the reverse proxies that are trusted.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, StatusCode, request::Parts},
};

use super::Services;

pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Services> for ClientAddress {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, StatusCode> {
        let ConnectInfo(peer) = ConnectInfo::<SocketAddr>::from_request_parts(parts, services)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        Ok(ClientAddress(behind(peer.ip(), &parts.headers, &services.trusted_proxies)))
    }
}

/// Each proxy appends the address it was called from, so the last one that is no trusted proxy's is the client's;
/// what stands before it anybody may have written.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer.to_canonical();
    let lists = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let mut hops: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
    while trusted.contains(&client) {
        match hops.pop().map(str::parse::<IpAddr>) {
            Some(Ok(before)) => client = before.to_canonical(),
            Some(Err(_)) | None => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let headers = |list: &str| [("x-forwarded-for".parse().unwrap(), list.parse().unwrap())].into_iter().collect();
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        let seen = |peer, list| behind(ip(peer), &headers(list), &trusted);

        assert_eq!(seen("192.0.2.7", "203.0.113.9"), ip("192.0.2.7"));
        assert_eq!(seen("10.0.0.1", "203.0.113.9"), ip("203.0.113.9"));
        assert_eq!(seen("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2"), ip("203.0.113.9"));
        assert_eq!(seen("::ffff:10.0.0.1", "203.0.113.9"), ip("203.0.113.9"));
        assert_eq!(seen("10.0.0.1", "junk"), ip("10.0.0.1"));
        assert_eq!(behind(ip("10.0.0.1"), &HeaderMap::new(), &trusted), ip("10.0.0.1"));
    }
}
