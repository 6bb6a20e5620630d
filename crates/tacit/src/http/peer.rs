//! Where a request comes from. Forwarding headers count only from a configured proxy.

use std::net::IpAddr;

use axum::http::HeaderMap;
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
    forwarded_for(headers)
        .into_iter()
        .rev()
        .find(|ip| !is_trusted(ip))
        .or_else(|| single(headers, "x-real-ip"))
        .unwrap_or(peer)
}

/// Whether a trusted proxy says that the client came by TLS.
#[must_use]
pub fn is_https(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[IpNet]) -> bool {
    let peer = peer.to_canonical();
    trusted_proxies.iter().any(|network| network.contains(&peer))
        && headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https")
}

/// Whether any header claims that the request was forwarded.
#[must_use]
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

fn forwarded_for(headers: &HeaderMap) -> Vec<IpAddr> {
    headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .filter_map(|text| text.trim().parse::<IpAddr>().ok())
        .map(|ip| ip.to_canonical())
        .collect()
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
}
