//! The certificates this machine trusts, as any other program on it does.

use std::fs;

use ureq::tls::{Certificate, PemItem, parse_pem};

/// Where systems keep the certificates they trust: Debian, Red Hat, Alpine and macOS.
const SYSTEM_CERTIFICATES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// The certificates of the system; none if it has no file of them.
#[must_use]
pub fn system() -> Vec<Certificate<'static>> {
    let pem = SYSTEM_CERTIFICATES.iter().find_map(|path| fs::read(path).ok());
    pem.map(|pem| certificates(&pem)).unwrap_or_default()
}

/// The certificates in a PEM file; other things in it are left out.
#[must_use]
pub fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(Result::ok);
    items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect()
}

/// Whether a request failed because of TLS. rustls speaks through the error of the stream it wraps.
#[must_use]
pub fn is_about_tls(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => true,
        ureq::Error::Io(cause) => {
            cause.get_ref().is_some_and(|cause| cause.downcast_ref::<rustls::Error>().is_some())
        }
        _ => false,
    }
}
