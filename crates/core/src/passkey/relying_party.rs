//! This site, as browsers and authenticators know it.

use std::net::IpAddr;

/// The site that passkeys are for. Its id is the host name: passkeys of one name never work under another,
/// which is what makes them safe from imitated pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    origin: String,
}

impl RelyingParty {
    /// The site at an origin such as `https://tacit.example.com:8443`. `None` where browsers offer no
    /// passkeys: under a bare address, and without TLS anywhere but on `localhost`.
    #[must_use]
    pub fn of_origin(origin: &str) -> Option<Self> {
        let origin = origin.to_ascii_lowercase();
        let (scheme, authority) = origin.split_once("://")?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let default_port = match scheme {
            "https" => "443",
            "http" if is_local(host) => "80",
            _ => return None,
        };
        if !is_name(host) || port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return None;
        }
        let port =
            port.filter(|port| *port != default_port).map_or_else(String::new, |port| format!(":{port}"));
        Some(Self { id: host.to_owned(), origin: format!("{scheme}://{host}{port}") })
    }

    /// The site as it was reached on this machine, without a configured address: only `localhost`, which
    /// nobody else can be.
    #[must_use]
    pub fn of_localhost(host_header: &str, is_https: bool) -> Option<Self> {
        let scheme = if is_https { "https" } else { "http" };
        Self::of_origin(&format!("{scheme}://{host_header}")).filter(|site| site.id == "localhost")
    }

    /// The id (5.1.2): the host name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The origin that browsers report.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn is_name(host: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    !host.is_empty() && host.bytes().all(is_letter) && host.parse::<IpAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_host_name_and_the_origin_is_as_browsers_write_it() {
        for (text, id, origin) in [
            ("https://Tacit.Example.com", "tacit.example.com", "https://tacit.example.com"),
            ("https://tacit.example.com:443", "tacit.example.com", "https://tacit.example.com"),
            ("https://tacit.example.com:8443", "tacit.example.com", "https://tacit.example.com:8443"),
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
            ("http://a.localhost", "a.localhost", "http://a.localhost"),
        ] {
            let site = RelyingParty::of_origin(text).unwrap();
            assert_eq!((site.id(), site.origin()), (id, origin));
        }
    }

    #[test]
    fn browsers_offer_no_passkeys_elsewhere() {
        for text in [
            "http://tacit.example.com",
            "https://192.0.2.1",
            "http://127.0.0.1:8080",
            "https://[::1]",
            "https://a:b",
            "https://",
            "https://a/b",
            "ftp://localhost",
            "localhost",
        ] {
            assert_eq!(RelyingParty::of_origin(text), None, "{text}");
        }
        for host in
            ["127.0.0.1:8080", "evil.example", "localhost.evil.example", "a.localhost", "", "localhost/"]
        {
            assert_eq!(RelyingParty::of_localhost(host, false), None, "{host}");
        }
        assert_eq!(RelyingParty::of_localhost("localhost:1", true).unwrap().origin(), "https://localhost:1");
    }
}
