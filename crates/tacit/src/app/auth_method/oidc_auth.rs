//! OIDC Auth: an ID token of an OpenID provider, whose keys are found by its metadata (wire-contract 10.4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tacit_core::{external_jwt::Claims, id::OrganizationId};

use super::{
    ATTRIBUTES_BYTES_MAX, Attempt, Attributes, Events, Method, Proven,
    checks::{Checks, Refused},
    jwt_auth::JwtProof,
    jwt_checks::{Bound, CLAIMS_MAX},
    key_sets::{Place, Source},
    target,
};
use crate::app::{
    bounds::Bounds,
    error::{Error, Result},
    token_settings::set,
};

/// What the addresses of metadata end with; it may be written or left out.
const METADATA: &str = "/.well-known/openid-configuration";
/// The longest name of a claim or an attribute, in characters.
const NAME_MAX: usize = 255;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcAuth {
    /// Where the provider's metadata is.
    pub discovery_url: String,
    /// PEM of the certificates to trust there in place of the system's.
    pub ca_certificate: String,
    /// The issuer, which the metadata must name too.
    pub bound_issuer: String,
    /// Audiences with commas between.
    pub bound_audiences: String,
    /// Patterns by claim.
    pub bound_claims: BTreeMap<String, String>,
    /// Patterns of the subject.
    pub bound_subject: String,
    /// By the name of an attribute that is kept with the token: the claim that it is taken from.
    pub kept_claims: BTreeMap<String, String>,
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct OidcAuthChange {
    /// Where the provider's metadata is.
    pub discovery_url: Option<String>,
    /// PEM of the certificates to trust there in place of the system's.
    pub ca_certificate: Option<String>,
    /// The issuer.
    pub bound_issuer: Option<String>,
    /// Audiences with commas between.
    pub bound_audiences: Option<String>,
    /// Patterns by claim.
    pub bound_claims: Option<BTreeMap<String, String>>,
    /// Patterns of the subject.
    pub bound_subject: Option<String>,
    /// Claims by attribute.
    pub kept_claims: Option<BTreeMap<String, String>>,
}

impl OidcAuth {
    fn bound(&self) -> Bound<'_> {
        Bound {
            issuer: &self.bound_issuer,
            audiences: &self.bound_audiences,
            subject: &self.bound_subject,
            claims: &self.bound_claims,
        }
    }

    fn source(&self, organization_id: &OrganizationId) -> Source {
        let url = self.discovery_url.trim_end_matches('/');
        Source {
            organization_id: organization_id.clone(),
            place: Place::Discovery {
                url: url.strip_suffix(METADATA).unwrap_or(url).to_owned(),
                issuer: self.bound_issuer.clone(),
            },
            ca_certificate: self.ca_certificate.clone(),
        }
    }

    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        self.bound().check(&mut bounds);
        for (attribute, claim) in &self.kept_claims {
            bounds.text("claimMetadataMapping", Some(attribute), &(1..=NAME_MAX));
            bounds.text("claimMetadataMapping", Some(claim), &(1..=NAME_MAX));
        }
        let names: Vec<_> = self.kept_claims.keys().collect();
        bounds.list("claimMetadataMapping", Some(&names), CLAIMS_MAX);
        bounds.finish()?;
        target::check_https("oidcDiscoveryUrl", &self.discovery_url)?;
        target::check_certificates("caCert", &self.ca_certificate)?;
        if self.bound_issuer.is_empty() {
            return Err(Error::form("boundIssuer", "name the issuer, as its metadata does"));
        }
        self.bound().require_any()
    }

    /// What is kept. A claim that the token does not have is left out; too much refuses the login, because rules may
    /// rest on what is kept.
    fn keep(&self, claims: &Claims, checks: &mut Checks) -> Result<Attributes, Refused> {
        let named =
            self.kept_claims.iter().map(|(attribute, claim)| (attribute.clone(), claims.texts(claim)));
        let kept: Attributes = named.filter(|(_, texts)| !texts.is_empty()).collect();
        if self.kept_claims.is_empty() {
            return Ok(kept);
        }
        let size = serde_json::json!(kept).to_string().len();
        let detail = if size > ATTRIBUTES_BYTES_MAX {
            format!("{size} bytes would be kept, which is more than {ATTRIBUTES_BYTES_MAX}")
        } else {
            format!("{kept:?}")
        };
        checks.require("kept claims", size <= ATTRIBUTES_BYTES_MAX, detail)?;
        Ok(kept)
    }
}

impl Method for OidcAuth {
    const NAME: &'static str = "oidc-auth";
    const TITLE: &'static str = "OIDC Auth";
    const EVENTS: Events = Events {
        login: "login-identity-oidc-auth",
        add: "add-identity-oidc-auth",
        update: "update-identity-oidc-auth",
        get: "get-identity-oidc-auth",
        revoke: "revoke-identity-oidc-auth",
        test: "test-identity-oidc-auth",
    };

    type Change = OidcAuthChange;
    type Proof = JwtProof;

    fn new(change: OidcAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: OidcAuthChange) -> Result<()> {
        set(&mut self.discovery_url, change.discovery_url);
        set(&mut self.ca_certificate, change.ca_certificate);
        set(&mut self.bound_issuer, change.bound_issuer);
        set(&mut self.bound_audiences, change.bound_audiences);
        set(&mut self.bound_claims, change.bound_claims);
        set(&mut self.bound_subject, change.bound_subject);
        set(&mut self.kept_claims, change.kept_claims);
        self.check()
    }

    async fn verify(&self, attempt: Attempt<'_, JwtProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let app = attempt.app;
        let verified =
            app.key_sets.verify(app, &self.source(attempt.organization_id), &attempt.proof.0).await;
        let claims = checks.take("signature", verified)?;
        self.bound().verify(&claims, app.now(), checks)?;
        let subject = claims.text("sub").unwrap_or_default().to_owned();
        Ok(Proven { subject, attributes: self.keep(&claims, checks)? })
    }
}
