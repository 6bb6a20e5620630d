//! TLS Certificate Auth: a client certificate that a known authority signed (wire-contract 10.4).
//!
//! That the client has the key of its certificate is shown by the TLS connection it came with, to this server or to a
//! proxy that the operator declared (`http/client_certificate.rs`). Whether the certificate is one to let in is decided
//! here, at each login, by the clock of the application.

use std::{sync::Arc, time::Duration};

use rustls::{
    CertificateError, Error as TlsError, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, UnixTime},
    server::WebPkiClientVerifier,
};
use serde::{Deserialize, Serialize};
use tacit_core::{certificate, time::Timestamp};

use super::{
    Attempt, Events, Method, Proven, allowed,
    checks::{Checks, Refused},
    target,
};
use crate::app::{
    bounds::Bounds,
    egress::trust,
    error::{Error, Result},
    token_settings::set,
};

/// Authorities that can be named.
const AUTHORITIES_MAX: usize = 20;
/// Certificates that are looked at when a client shows a chain.
pub const CHAIN_MAX: usize = 10;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsCertAuth {
    /// PEM of the authorities whose certificates are let in.
    pub ca_certificate: String,
    /// Patterns of the common name with commas between.
    pub allowed_common_names: String,
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct TlsCertAuthChange {
    /// PEM of the authorities whose certificates are let in.
    pub ca_certificate: Option<String>,
    /// Patterns of the common name with commas between.
    pub allowed_common_names: Option<String>,
}

/// The certificates that a client showed, in DER, its own first; none if it showed none that could be read.
#[derive(Clone, Debug, Default)]
pub struct TlsCertProof(pub Vec<Vec<u8>>);

impl TlsCertAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.text("allowedCommonNames", Some(&self.allowed_common_names), &(0..=allowed::TEXT_MAX));
        bounds.finish()?;
        self.check_authorities()?;
        if allowed::is_empty(&self.allowed_common_names) {
            let message = "name whom to let in; * lets in every client certificate of the authority";
            return Err(Error::form("allowedCommonNames", message));
        }
        Ok(())
    }

    fn check_authorities(&self) -> Result<()> {
        const FIELD: &str = "caCertificate";
        target::check_certificates(FIELD, &self.ca_certificate)?;
        let authorities = self.authorities();
        if authorities.is_empty() || authorities.len() > AUTHORITIES_MAX {
            return Err(Error::form(FIELD, format!("give 1 to {AUTHORITIES_MAX} certificates in PEM")));
        }
        // A certificate that is no authority's would vouch for itself.
        if !authorities.iter().all(|der| certificate::is_authority(der) == Ok(true)) {
            return Err(Error::form(FIELD, "must be certificates of authorities, with CA:TRUE"));
        }
        roots(authorities).map(|_| ()).map_err(|error| Error::form(FIELD, error.to_string()))
    }

    fn authorities(&self) -> Vec<CertificateDer<'static>> {
        let certificates = trust::certificates(self.ca_certificate.as_bytes());
        certificates.iter().map(|certificate| certificate.der().to_vec().into()).collect()
    }

    /// Whether an authority that is named has signed it, by way of others if need be, for clients and for this time.
    fn verify_chain(&self, chain: &[CertificateDer<'_>], now: Timestamp) -> Result<(), TlsError> {
        let (leaf, others) = chain.split_first().ok_or(TlsError::NoCertificatesPresented)?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(roots(self.authorities())?.into(), provider)
                .build()
                .map_err(|error| TlsError::General(error.to_string()))?;
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        verifier.verify_client_cert(leaf, others, now).map(|_| ())
    }
}

fn roots(authorities: Vec<CertificateDer<'static>>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    authorities.into_iter().try_for_each(|der| roots.add(der))?;
    Ok(roots)
}

/// The check that an error belongs to.
fn name_of(error: &TlsError) -> &'static str {
    match error {
        TlsError::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => "times",
        TlsError::InvalidCertificate(
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
        ) => "purpose",
        _ => "chain",
    }
}

impl Method for TlsCertAuth {
    const NAME: &'static str = "tls-cert-auth";
    const TITLE: &'static str = "TLS Certificate Auth";
    const EVENTS: Events = Events {
        login: "login-identity-tls-cert-auth",
        add: "add-identity-tls-cert-auth",
        update: "update-identity-tls-cert-auth",
        get: "get-identity-tls-cert-auth",
        revoke: "revoke-identity-tls-cert-auth",
        test: "test-identity-tls-cert-auth",
    };

    type Change = TlsCertAuthChange;
    type Proof = TlsCertProof;

    fn new(change: TlsCertAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: TlsCertAuthChange) -> Result<()> {
        set(&mut self.ca_certificate, change.ca_certificate);
        set(&mut self.allowed_common_names, change.allowed_common_names);
        self.check()
    }

    async fn verify(
        &self,
        attempt: Attempt<'_, TlsCertProof>,
        checks: &mut Checks,
    ) -> Result<Proven, Refused> {
        let chain = &attempt.proof.0;
        let Some(leaf) = chain.first() else {
            return checks.fail("certificate", "no client certificate came that could be read");
        };
        checks.pass("certificate", format!("{} came", chain.len()));
        let shown: Vec<CertificateDer<'_>> =
            chain.iter().take(CHAIN_MAX).map(|der| CertificateDer::from(der.as_slice())).collect();
        if let Err(error) = self.verify_chain(&shown, attempt.app.now()) {
            return checks.fail(name_of(&error), error);
        }
        checks.pass("chain", "signed by an authority that is named, for clients, and for this time");

        let name = match certificate::common_name(leaf) {
            Ok(name) => name,
            Err(error) => return checks.fail("name", error),
        };
        let detail =
            format!("expected one of {:?}, the certificate says {name:?}", self.allowed_common_names);
        checks.require("name", allowed::fits(&self.allowed_common_names, &name), detail)?;
        Ok(Proven::new(name))
    }
}
