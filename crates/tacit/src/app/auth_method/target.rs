//! Checks of addresses and certificates among the settings.

use ureq::http::Uri;

use crate::app::{
    egress::trust,
    error::{Error, Result},
};

/// The longest address, in bytes.
const URL_MAX: usize = 2048;
/// The longest PEM, in bytes.
const PEM_MAX: usize = 64 * 1024;

/// Checks an address that whoever answers there is trusted for: only TLS shows who that is.
///
/// # Errors
///
/// [`Error::Form`] for the field called `field`.
pub fn check_https(field: &str, url: &str) -> Result<()> {
    let wrong = |message: &str| Err(Error::form(field, message));
    if url.len() > URL_MAX {
        return wrong("is too long");
    }
    let Ok(uri) = url.parse::<Uri>() else { return wrong("must be an address such as https://example.com") };
    if uri.scheme_str() != Some("https") || uri.host().is_none_or(str::is_empty) {
        return wrong("must be an address that begins with https://");
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return wrong("must not hold credentials");
    }
    Ok(())
}

/// Checks PEM of certificates to trust; empty is for those of the system.
///
/// # Errors
///
/// [`Error::Form`] for the field called `field`.
pub fn check_certificates(field: &str, pem: &str) -> Result<()> {
    if pem.len() > PEM_MAX {
        return Err(Error::form(field, "is too long"));
    }
    if !pem.trim().is_empty() && trust::certificates(pem.as_bytes()).is_empty() {
        return Err(Error::form(field, "must be certificates in PEM"));
    }
    Ok(())
}
