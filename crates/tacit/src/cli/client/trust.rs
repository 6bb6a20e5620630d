//! Which servers are believed to be who they say.

use std::{fs, path::Path};

use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::super::{failure::Failure, tls};
use crate::app::egress::trust;

pub(super) use trust::is_about_tls;

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
pub(in crate::cli) fn tls_config(
    base: &str,
    ca_cert: Option<&Path>,
    trust: Trust,
) -> Result<TlsConfig, Failure> {
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
        Some(path) => fs::read(path).map(|pem| trust::certificates(&pem)).map_err(|error| {
            Failure::settings(format!("cannot read {}: {error}", path.display()), "check --ca-cert")
        })?,
        None => trust::system(),
    };
    if certificates.is_empty() {
        return Err(Failure::settings(
            "there is no certificate to check the server's against",
            "name the one that signed it with --ca-cert",
        ));
    }
    Ok(certificates)
}
