//! Where a directory is: `ldaps://host` with TLS from the first byte, or `ldap://host` with StartTLS. Passwords are never
//! sent without TLS.

use ureq::http::Uri;

use crate::app::error::{Error, Result};

/// The longest address, in bytes.
const URL_MAX: usize = 2048;

/// Where a directory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A name, or an address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether TLS is asked for on a connection without it.
    pub starts_tls: bool,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`Error::Form`] for the field `url`.
    pub fn parse(url: &str) -> Result<Self> {
        Self::read(url)
            .ok_or_else(|| Error::form("url", "must be ldaps://host or ldap://host, with a port if need be"))
    }

    fn read(url: &str) -> Option<Self> {
        let uri: Uri = (url.len() <= URL_MAX).then(|| url.parse().ok())??;
        let starts_tls = match uri.scheme_str()? {
            "ldaps" => false,
            "ldap" => true,
            _ => return None,
        };
        let authority = uri.authority()?.as_str();
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !url.contains('#');
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() || authority.contains('@') || !is_bare {
            return None;
        }
        let has_port = authority.len() > uri.host()?.len();
        let port = match uri.port_u16() {
            Some(0) => return None,
            None if has_port => return None,
            port => port.unwrap_or(if starts_tls { 389 } else { 636 }),
        };
        Some(Self { host: host.to_owned(), port, starts_tls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_says_how_tls_begins() {
        let address =
            |host: &str, port, starts_tls| Some(Address { host: host.to_owned(), port, starts_tls });
        assert_eq!(Address::read("ldaps://ldap.example.com"), address("ldap.example.com", 636, false));
        assert_eq!(Address::read("ldap://10.0.0.7:1389/"), address("10.0.0.7", 1389, true));
        assert_eq!(Address::read("ldaps://[::1]:7"), address("::1", 7, false));
        for wrong in [
            "",
            "ldap.example.com",
            "https://x",
            "ldap://",
            "ldap://a@b",
            "ldap://a:b@c",
            "ldap://a/dc=x",
            "ldap://a?x",
            "ldaps://a:0",
            "ldaps://a:99999",
            "ldaps://a:",
            "ldapi:///x",
            "ldap://a#b",
        ] {
            assert_eq!(Address::read(wrong), None, "{wrong}");
        }
    }
}
