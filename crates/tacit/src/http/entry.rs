//! Whether a request to set the instance up comes from this machine (`decisions.md` 13).

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, Version, header::HOST, request::Parts},
};

use super::{peer::is_forwarded, problem::Problem};
use crate::app::{App, bootstrap::Entry};

const SETUP_TOKEN: HeaderName = HeaderName::from_static("x-tacit-setup-token");

impl FromRequestParts<App> for Entry {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let host = parts.uri.authority().map(axum::http::uri::Authority::as_str);
        let host = host.or_else(|| single(&parts.headers, &HOST));
        // A proxy with default settings passes on neither the address nor the name, and speaks HTTP/1.0.
        let may_be_proxied = app.settings.is_behind_proxy || parts.version < Version::HTTP_11;
        if !may_be_proxied && is_local(peer, host, &parts.headers) {
            return Ok(Self::Local);
        }
        Ok(Self::Remote { setup_token: single(&parts.headers, &SETUP_TOKEN).map(str::to_owned) })
    }
}

/// Peer and Host are loopback, nobody forwarded it, and no page of another site sent it: a web page
/// can reach this machine from the browser on it, by another name or across origins.
fn is_local(peer: Option<IpAddr>, host: Option<&str>, headers: &HeaderMap) -> bool {
    peer.is_some_and(|peer| peer.to_canonical().is_loopback())
        && host.is_some_and(is_loopback_host)
        && !is_forwarded(headers)
        && is_own_origin(host, headers)
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Another port of this machine is another origin.
fn is_own_origin(host: Option<&str>, headers: &HeaderMap) -> bool {
    let is_own = |origin: &str| origin.split_once("://").map(|(_, rest)| rest) == host;
    let is_origin_own = !headers.contains_key("origin")
        || single(headers, &HeaderName::from_static("origin")).is_some_and(is_own);
    let site = HeaderName::from_static("sec-fetch-site");
    let is_site_own = !headers.contains_key(&site)
        || single(headers, &site).is_some_and(|site| site == "same-origin" || site == "none");
    is_origin_own && is_site_own
}

/// The header's text, if it is there once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    if values.next().is_some() { None } else { Some(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_local_with(peer: &str, host: &str, header: Option<(&'static str, &str)>) -> bool {
        let headers = header
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .into_iter()
            .collect();
        is_local(Some(peer.parse().unwrap()), Some(host), &headers)
    }

    #[test]
    fn this_machine_by_its_own_name_is_local() {
        for host in ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "127.1.2.3"] {
            assert!(is_local_with("127.0.0.1", host, None), "{host}");
        }
        assert!(is_local_with("::ffff:127.0.0.1", "localhost", None));
        assert!(is_local_with("::1", "localhost:80", Some(("origin", "http://localhost:80"))));
        assert!(is_local_with("::1", "localhost", Some(("sec-fetch-site", "same-origin"))));
    }

    #[test]
    fn other_names_addresses_proxies_and_pages_are_not() {
        assert!(!is_local_with("192.0.2.1", "localhost", None));
        for host in ["tacit.example", "localhost.example", "127.0.0.1.example", "", "[::2]", "0.0.0.0"] {
            assert!(!is_local_with("127.0.0.1", host, None), "{host}");
        }
        for header in [
            ("x-forwarded-for", "127.0.0.1"),
            ("forwarded", "for=127.0.0.1"),
            ("origin", "http://evil.example"),
            ("origin", "http://localhost:3000"),
            ("origin", "null"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
        ] {
            assert!(!is_local_with("127.0.0.1", "localhost:8080", Some(header)), "{header:?}");
        }
        assert!(!is_local(None, Some("localhost"), &HeaderMap::new()));
        assert!(!is_local(Some("127.0.0.1".parse().unwrap()), None, &HeaderMap::new()));
    }
}
