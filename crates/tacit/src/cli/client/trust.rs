//! Which servers are believed to be who they say.

use std::{fs, path::Path};

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::super::{failure::Failure, tls};

/// Where systems keep the certificates they trust: Debian, Red Hat, Alpine and macOS.
const SYSTEM_CERTIFICATES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// Whose certificates are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Trust {
    /// Those of `--ca-cert`, else of the system.
    Configured,
    /// All: only where nothing secret is sent.
    Anybody,
}

/// TLS for the server at `base`.
///
/// # Errors
///
/// If there is no certificate to check the server's against.
pub(super) fn tls_config(base: &str, ca_cert: Option<&Path>, trust: Trust) -> Result<TlsConfig, Failure> {
    let config = TlsConfig::builder();
    if !base.starts_with("https://") {
        return Ok(config.build());
    }
    tls::use_aws_lc();
    if trust == Trust::Anybody {
        return Ok(config.disable_verification(true).root_certs(RootCerts::from(Vec::new())).build());
    }
    Ok(config.root_certs(RootCerts::from(trusted(ca_cert)?)).build())
}

fn trusted(ca_cert: Option<&Path>) -> Result<Vec<Certificate<'static>>, Failure> {
    let certificates = match ca_cert {
        Some(path) => fs::read(path).map(|pem| certificates(&pem)).map_err(|error| {
            Failure::settings(format!("cannot read {}: {error}", path.display()), "check --ca-cert")
        })?,
        None => SYSTEM_CERTIFICATES
            .iter()
            .find_map(|path| fs::read(path).ok())
            .map(|pem| certificates(&pem))
            .unwrap_or_default(),
    };
    if certificates.is_empty() {
        return Err(Failure::settings(
            "there is no certificate to check the server's against",
            "name the one that signed it with --ca-cert",
        ));
    }
    Ok(certificates)
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(Result::ok);
    items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect()
}

/// rustls speaks through the error of the stream it wraps.
pub(super) fn is_about_tls(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => true,
        ureq::Error::Io(cause) => {
            cause.get_ref().is_some_and(|cause| cause.downcast_ref::<rustls::Error>().is_some())
        }
        _ => false,
    }
}
