//! The certificate that a client showed: to this server, or to a proxy in front of it.
//!
//! A connection shows that its client has the key of the certificate. A header shows nothing, so it counts only if it
//! comes from a proxy that the operator declared; and of such a proxy nothing but the header counts, or everybody behind
//! it would be who the proxy is.

use std::{convert::Infallible, net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderName, HeaderValue, request::Parts},
};
use axum_server::tls::TlsInfo;

use super::{peer::is_trusted, shell::Settings};
use crate::app::{App, auth_method::tls_cert_auth::CHAIN_MAX, egress::trust};

/// The header in which proxies hand the certificate on, unless the operator names another.
pub const HEADER: HeaderName = HeaderName::from_static("x-identity-tls-cert-auth-client-cert");
/// The longest header that is read, in bytes.
const HEADER_MAX: usize = 64 * 1024;

/// Certificates that count as shown by the client.
#[derive(Clone, Debug)]
enum Shown {
    /// In the handshake with this server.
    Connection(Arc<TlsInfo>),
    /// To a proxy, which hands it on as PEM, percent-encoded.
    Header(HeaderValue),
}

/// Notes what the client of a request from this peer showed.
pub(super) fn note(request: &mut Request, peer: IpAddr, settings: &Settings) {
    let shown = if is_trusted(peer, &settings.trusted_proxies) {
        let mut values = request.headers().get_all(&settings.client_certificate_header).iter();
        // Of two headers the proxy may have written only one.
        values.next().filter(|_| values.next().is_none()).cloned().map(Shown::Header)
    } else {
        let info = request.extensions().get::<Arc<TlsInfo>>();
        info.filter(|info| !info.peer_certificates.is_empty()).cloned().map(Shown::Connection)
    };
    if let Some(shown) = shown {
        request.extensions_mut().insert(shown);
    }
}

/// The certificates that the client showed, in DER, its own first; none if it showed none.
pub(crate) struct ClientCertificates(pub(crate) Vec<Vec<u8>>);

impl FromRequestParts<App> for ClientCertificates {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self(match parts.extensions.get::<Shown>() {
            None => Vec::new(),
            Some(Shown::Connection(info)) => info.peer_certificates.clone(),
            Some(Shown::Header(value)) => {
                percent_decoded(value.as_bytes()).as_deref().map_or_else(Vec::new, read)
            }
        }))
    }
}

/// The certificates in PEM, in DER.
pub(crate) fn read(pem: &[u8]) -> Vec<Vec<u8>> {
    if pem.len() > HEADER_MAX {
        return Vec::new();
    }
    trust::certificates(pem).iter().take(CHAIN_MAX).map(|certificate| certificate.der().to_vec()).collect()
}

/// Takes `%2B` for the byte that it stands for. A `+` is one: base64 has it, and some proxies leave it as it is.
fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > HEADER_MAX {
        return None;
    }
    let mut parts = text.split(|byte| *byte == b'%');
    let mut bytes = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_percent_encoded_is_read_and_what_is_not_quite_is_not() {
        assert_eq!(percent_decoded(b"a%2Bb+c%0a").as_deref(), Some(&b"a+b+c\n"[..]));
        for wrong in ["%", "a%2", "%zz", "%+1", "%\u{e9}"] {
            assert_eq!(percent_decoded(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
