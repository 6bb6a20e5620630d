//! TLS to PostgreSQL, with `sslmode` and `sslrootcert` in the address as users of libpq expect them.

use std::{path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use tokio_postgres::{Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Result, StoreError};

/// The value of `sslrootcert` that means the certificates this machine trusts.
const SYSTEM: &str = "system";

/// An address in its two parts.
pub(super) struct Address {
    /// For the driver, without what is about TLS.
    pub(super) config: Config,
    /// Makes the TLS connections.
    pub(super) connector: MakeRustlsConnect,
}

/// What of the server's certificate is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    Nothing,
    Issuer,
    IssuerAndName,
}

/// Reads an address.
///
/// # Errors
///
/// [`StoreError::Setting`] if it is none, or says something about TLS that cannot be done. The message
/// never holds the address, because of its password.
pub(super) fn read(url: &str) -> Result<Address> {
    let parts = split(url);
    let mut config: Config =
        parts.rest.parse().map_err(|_| setting("this is not a valid postgres:// address"))?;
    let (mode, check) = meaning(parts.mode.as_deref().unwrap_or("prefer"), parts.root.as_deref())?;
    config.ssl_mode(mode);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let named = parts.root.as_deref().filter(|root| *root != SYSTEM && check != Check::Nothing);
    let named = named.map(|path| certificates(Path::new(path))).transpose()?.unwrap_or_default();
    let verifier = Verifier {
        issuer: match check {
            Check::Nothing => None,
            Check::Issuer | Check::IssuerAndName => Some(issuer(&named, &provider)?),
        },
        named,
        is_name_checked: check == Check::IssuerAndName,
        provider: Arc::clone(&provider),
    };
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setting(&format!("TLS cannot be used: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Address { config, connector: MakeRustlsConnect::new(tls) })
}

struct Parts {
    rest: String,
    mode: Option<String>,
    root: Option<String>,
}

/// Takes out what the driver does not know. A question mark in the password begins no query.
fn split(url: &str) -> Parts {
    let mut parts = Parts { rest: url.to_owned(), mode: None, root: None };
    let after_password = url.find('@').unwrap_or(0);
    let Some(query) = url[after_password..].find('?').map(|at| after_password + at) else { return parts };
    let mut others = Vec::new();
    for pair in url[query + 1..].split('&') {
        match pair.split_once('=') {
            Some(("sslmode", value)) => parts.mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => parts.root = Some(decoded(value)),
            _ => others.push(pair),
        }
    }
    parts.rest = format!("{}?{}", &url[..query], others.join("&"));
    parts
}

/// Percent-decodes a value; what is no code stays as it is.
fn decoded(value: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(value.len()), value.as_bytes());
    while let Some((first, others)) = rest.split_first() {
        let code = others.get(..2).filter(|_| *first == b'%').and_then(|code| str::from_utf8(code).ok());
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &others[2..] } else { others };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// As libpq has it: with a file of roots `require` checks the issuer too, and whoever trusts all that this
/// machine trusts has to check the name.
fn meaning(mode: &str, root: Option<&str>) -> Result<(SslMode, Check)> {
    let is_system = root.is_none_or(|root| root == SYSTEM);
    match mode {
        "disable" => Ok((SslMode::Disable, Check::Nothing)),
        "prefer" => Ok((SslMode::Prefer, Check::Nothing)),
        "require" if root.is_none() => Ok((SslMode::Require, Check::Nothing)),
        "require" | "verify-ca" if !is_system => Ok((SslMode::Require, Check::Issuer)),
        "require" | "verify-ca" => Err(setting(
            "sslmode=verify-ca needs the file of an authority in sslrootcert; use verify-full for the authorities that this machine trusts",
        )),
        "verify-full" => Ok((SslMode::Require, Check::IssuerAndName)),
        _ => Err(setting("sslmode is disable, prefer, require, verify-ca or verify-full")),
    }
}

/// Trusts the named certificates; without any, those that this machine trusts.
fn issuer(
    named: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    if named.is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    for certificate in named {
        roots
            .add(certificate.clone())
            .map_err(|error| setting(&format!("a certificate in sslrootcert cannot be used: {error}")))?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|_| setting("this machine trusts no certificates: name a file in sslrootcert"))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let failed = |cause: &dyn std::fmt::Display| {
        setting(&format!("the certificates in {} (sslrootcert) cannot be read: {cause}", path.display()))
    };
    let found = CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|error| failed(&error))?;
    if found.is_empty() { Err(failed(&"there are none")) } else { Ok(found) }
}

fn setting(cause: &str) -> StoreError {
    StoreError::Setting(cause.to_owned())
}

/// Checks a certificate as far as was asked for. That the server holds its key is always checked.
#[derive(Debug)]
struct Verifier {
    issuer: Option<Arc<WebPkiServerVerifier>>,
    /// The certificates in `sslrootcert`.
    named: Vec<CertificateDer<'static>>,
    is_name_checked: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(issuer) = &self.issuer else { return Ok(ServerCertVerified::assertion()) };
        match issuer.verify_server_cert(end_entity, intermediates, name, ocsp_response, now) {
            // The name is looked at last.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.is_name_checked => Ok(ServerCertVerified::assertion()),
            // A server's own certificate often says that it is an authority, which webpki does not like.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if self.named.contains(end_entity) =>
            {
                if self.is_name_checked {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_tls_is_taken_out_of_the_address() {
        let parts = split(
            "postgres://u:p?w@db/tacit?sslmode=verify-full&connect_timeout=3&sslrootcert=%2Fetc%2Fa%20b%",
        );
        assert_eq!(parts.rest, "postgres://u:p?w@db/tacit?connect_timeout=3");
        assert_eq!(parts.mode.as_deref(), Some("verify-full"));
        assert_eq!(parts.root.as_deref(), Some("/etc/a b%"));
        assert_eq!(split("postgres://db/tacit").rest, "postgres://db/tacit");
        assert!(read("postgres://u:p@db/tacit?sslmode=prefer").is_ok());
    }

    #[test]
    fn modes_mean_what_they_mean_to_libpq() {
        let meant = |mode, root| meaning(mode, root).ok();
        let file = Some("/etc/root.pem");
        assert_eq!(meant("disable", file), Some((SslMode::Disable, Check::Nothing)));
        assert_eq!(meant("prefer", file), Some((SslMode::Prefer, Check::Nothing)));
        assert_eq!(meant("require", None), Some((SslMode::Require, Check::Nothing)));
        for mode in ["require", "verify-ca"] {
            assert_eq!(meant(mode, file), Some((SslMode::Require, Check::Issuer)));
            assert_eq!(meant(mode, Some(SYSTEM)), None, "any server has a certificate of some authority");
        }
        assert_eq!(meant("verify-ca", None), None);
        for root in [None, Some(SYSTEM), file] {
            assert_eq!(meant("verify-full", root), Some((SslMode::Require, Check::IssuerAndName)));
        }
        assert_eq!(meant("VERIFY-FULL", None), None);
    }

    #[test]
    fn a_refused_setting_does_not_show_the_password() {
        for url in [
            "postgres://u:hunter2@db/tacit?sslmode=allow",
            "postgres://u:hunter2@db/tacit?sslmode=verify-ca&sslrootcert=/nowhere/root.pem",
            "postgres://u:hunter2@db/tacit?nonsense=1",
        ] {
            let Err(StoreError::Setting(cause)) = read(url) else { panic!("{url} was taken") };
            assert!(!cause.contains("hunter2"), "{cause}");
        }
    }
}
