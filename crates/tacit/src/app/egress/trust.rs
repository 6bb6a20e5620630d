//! The certificates this machine trusts, as any other program on it does.

use ureq::tls::{Certificate, PemItem, parse_pem};

/// The certificates that the system trusts, or those of the file or folder that `SSL_CERT_FILE` or `SSL_CERT_DIR` names; none
/// if there are none.
#[must_use]
pub fn system() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs().certs;
    found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
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
