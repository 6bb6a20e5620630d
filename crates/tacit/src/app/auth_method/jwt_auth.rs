//! JWT Auth: a token that was signed by a known key, given here or published by its signer (wire-contract 10.4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tacit_core::external_jwt::{Claims, PublicKey, PublicKeys, verify};
use zeroize::Zeroizing;

use super::{
    Attempt, Events, Method, Proven,
    checks::{Checks, Refused},
    jwt_checks::Bound,
    key_sets::{Place, Source},
    target,
};
use crate::app::{
    bounds::Bounds,
    error::{Error, Result},
    token_settings::set,
};

/// Keys that can be given.
const KEYS_MAX: usize = 20;
/// The longest key in PEM, in characters.
const KEY_MAX: usize = 8192;

/// Where the keys come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeysFrom {
    /// The signer publishes them.
    #[default]
    Jwks,
    /// They are given here.
    Static,
}

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtAuth {
    /// Where the keys come from.
    pub keys_from: KeysFrom,
    /// Where the signer publishes them.
    pub jwks_url: String,
    /// PEM of the certificates to trust there in place of the system's.
    pub jwks_ca_certificate: String,
    /// Keys in PEM.
    pub public_keys: Vec<String>,
    /// The issuer.
    pub bound_issuer: String,
    /// Audiences with commas between.
    pub bound_audiences: String,
    /// Patterns by claim.
    pub bound_claims: BTreeMap<String, String>,
    /// Patterns of the subject.
    pub bound_subject: String,
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct JwtAuthChange {
    /// Where the keys come from.
    pub keys_from: Option<KeysFrom>,
    /// Where the signer publishes them.
    pub jwks_url: Option<String>,
    /// PEM of the certificates to trust there in place of the system's.
    pub jwks_ca_certificate: Option<String>,
    /// Keys in PEM.
    pub public_keys: Option<Vec<String>>,
    /// The issuer.
    pub bound_issuer: Option<String>,
    /// Audiences with commas between.
    pub bound_audiences: Option<String>,
    /// Patterns by claim.
    pub bound_claims: Option<BTreeMap<String, String>>,
    /// Patterns of the subject.
    pub bound_subject: Option<String>,
}

impl JwtAuth {
    fn bound(&self) -> Bound<'_> {
        Bound {
            issuer: &self.bound_issuer,
            audiences: &self.bound_audiences,
            subject: &self.bound_subject,
            claims: &self.bound_claims,
        }
    }

    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        self.bound().check(&mut bounds);
        bounds.list("publicKeys", Some(&self.public_keys), KEYS_MAX);
        bounds.finish()?;
        match self.keys_from {
            KeysFrom::Jwks => {
                target::check_https("jwksUrl", &self.jwks_url)?;
                target::check_certificates("jwksCaCert", &self.jwks_ca_certificate)?;
            }
            KeysFrom::Static => {
                self.given_keys()?;
            }
        }
        self.bound().require_any()
    }

    fn given_keys(&self) -> Result<PublicKeys> {
        if self.public_keys.is_empty() {
            return Err(Error::form("publicKeys", "give at least one key"));
        }
        let read = |pem: &String| {
            if pem.len() > KEY_MAX {
                return Err(Error::form("publicKeys", format!("a key has at most {KEY_MAX} characters")));
            }
            PublicKey::from_pem(pem).map_err(|error| Error::form("publicKeys", error.to_string()))
        };
        Ok(PublicKeys::new(self.public_keys.iter().map(read).collect::<Result<_>>()?))
    }

    async fn verify_signature(
        &self,
        attempt: Attempt<'_, JwtProof>,
        checks: &mut Checks,
    ) -> Result<Claims, Refused> {
        const SIGNATURE: &str = "signature";
        let token = attempt.proof.0.as_str();
        match self.keys_from {
            KeysFrom::Static => {
                let keys = checks.take("keys", self.given_keys())?;
                checks.take(SIGNATURE, verify(token, &keys))
            }
            KeysFrom::Jwks => {
                let source = Source {
                    organization_id: attempt.organization_id.clone(),
                    place: Place::KeySet(self.jwks_url.clone()),
                    ca_certificate: self.jwks_ca_certificate.clone(),
                };
                let app = attempt.app;
                checks.take(SIGNATURE, app.key_sets.verify(app, &source, token).await)
            }
        }
    }
}

/// A token that somebody else signed.
pub struct JwtProof(pub Zeroizing<String>);

impl Method for JwtAuth {
    const NAME: &'static str = "jwt-auth";
    const TITLE: &'static str = "JWT Auth";
    const EVENTS: Events = Events {
        login: "login-identity-jwt-auth",
        add: "add-identity-jwt-auth",
        update: "update-identity-jwt-auth",
        get: "get-identity-jwt-auth",
        revoke: "revoke-identity-jwt-auth",
        test: "test-identity-jwt-auth",
    };

    type Change = JwtAuthChange;
    type Proof = JwtProof;

    fn new(change: JwtAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: JwtAuthChange) -> Result<()> {
        set(&mut self.keys_from, change.keys_from);
        set(&mut self.jwks_url, change.jwks_url);
        set(&mut self.jwks_ca_certificate, change.jwks_ca_certificate);
        set(&mut self.public_keys, change.public_keys);
        set(&mut self.bound_issuer, change.bound_issuer);
        set(&mut self.bound_audiences, change.bound_audiences);
        set(&mut self.bound_claims, change.bound_claims);
        set(&mut self.bound_subject, change.bound_subject);
        self.check()
    }

    async fn verify(&self, attempt: Attempt<'_, JwtProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let claims = self.verify_signature(attempt, checks).await?;
        self.bound().verify(&claims, attempt.app.now(), checks)?;
        Ok(Proven::new(claims.text("sub").unwrap_or_default()))
    }
}
