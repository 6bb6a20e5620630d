//! Where a request comes from. Forwarding headers count only from a configured proxy.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderValue};
use ipnet::IpNet;

/// The address of the client: the peer's, or what trusted proxies say of it.
///
/// `X-Forwarded-For` is read from the right, past the trusted proxies, because a client can write
/// whatever it likes on the left (security 3; wire-contract 1.7 reads the left).
#[must_use]
pub fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted_proxies.iter().any(|network| network.contains(ip));
    let peer = peer.to_canonical();
    if !is_trusted(&peer) {
        return peer;
    }
    if headers.contains_key(FORWARDED_FOR) {
        return nearest_untrusted(headers, peer, is_trusted);
    }
    single(headers, "x-real-ip").unwrap_or(peer)
}

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Walks the list from the right. Each trusted hop vouches for the one before it; an entry that
/// cannot be read vouches for nothing, so the walk ends at the last trusted hop.
fn nearest_untrusted(headers: &HeaderMap, peer: IpAddr, is_trusted: impl Fn(&IpAddr) -> bool) -> IpAddr {
    let mut nearest = peer;
    let lines: Vec<&[u8]> = headers.get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes).collect();
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
        let Some(ip) = read_address(entry) else { return nearest };
        nearest = ip;
        if !is_trusted(&ip) {
            return nearest;
        }
    }
    nearest
}

/// `1.2.3.4`, `1.2.3.4:5678`, `::1` or `[::1]:5678`.
fn read_address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let plain = || text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    plain().or_else(with_port).or_else(in_brackets).map(|ip| ip.to_canonical())
}

/// Whether the peer is a configured proxy.
#[must_use]
pub fn is_trusted(peer: IpAddr, trusted_proxies: &[IpNet]) -> bool {
    let peer = peer.to_canonical();
    trusted_proxies.iter().any(|network| network.contains(&peer))
}

/// Whether a trusted proxy says that the client came by TLS.
#[must_use]
pub fn is_https(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[IpNet]) -> bool {
    is_trusted(peer, trusted_proxies)
        && headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https")
}

/// Whether any header claims that the request was forwarded.
#[must_use]
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

fn single(headers: &HeaderMap, name: &str) -> Option<IpAddr> {
    headers.get(name)?.to_str().ok()?.trim().parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(value: &str) -> HeaderMap {
        HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn a_forwarding_header_from_anybody_is_ignored() {
        let peer = "203.0.113.9".parse().unwrap();
        assert_eq!(client_ip(peer, &forwarded("10.0.0.1"), &[]), peer);
    }

    #[test]
    fn behind_a_trusted_proxy_the_nearest_untrusted_address_counts() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let headers = forwarded("1.1.1.1, 198.51.100.7, 10.0.0.2");
        let ip = client_ip("10.0.0.1".parse().unwrap(), &headers, &trusted);
        assert_eq!(ip, "198.51.100.7".parse::<IpAddr>().unwrap());
    }

    fn behind_proxy(value: &[u8]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let value = HeaderValue::from_bytes(value).unwrap();
        let headers = HeaderMap::from_iter([
            ("x-forwarded-for".parse().unwrap(), value),
            ("x-real-ip".parse().unwrap(), "192.0.2.66".parse().unwrap()),
        ]);
        client_ip("10.0.0.1".parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn an_entry_with_a_port_is_the_address_without_it() {
        assert_eq!(behind_proxy(b"192.0.2.1, 198.51.100.7:4711"), "198.51.100.7");
        assert_eq!(behind_proxy(b"192.0.2.1, [2001:db8::7]:4711"), "2001:db8::7");
        assert_eq!(behind_proxy(b"192.0.2.1, 198.51.100.7:4711, 10.0.0.2"), "198.51.100.7");
    }

    #[test]
    fn an_entry_that_cannot_be_read_ends_the_walk_at_the_last_trusted_hop() {
        assert_eq!(behind_proxy(b"192.0.2.1, unknown"), "10.0.0.1");
        assert_eq!(behind_proxy(b"192.0.2.1, unknown, 10.0.0.2"), "10.0.0.2");
        assert_eq!(behind_proxy(b"192.0.2.1, \xff, 198.51.100.7"), "198.51.100.7");
        assert_eq!(behind_proxy(b"192.0.2.1, \xff"), "10.0.0.1");
    }
}
