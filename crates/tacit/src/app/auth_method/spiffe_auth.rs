//! SPIFFE Auth: a JWT-SVID, by which a SPIFFE provider such as SPIRE says which workload it is. The rules are those of
//! the standards SPIFFE-ID, JWT-SVID and SPIFFE Trust Domain and Bundle.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tacit_core::external_jwt::{Claims, PublicKeys, verify};

use super::{
    Attempt, Events, Method, Proven, allowed,
    checks::{Checks, Refused},
    jwt_auth::JwtProof,
    jwt_checks::Bound,
    key_sets::{Place, Source},
    target,
};
use crate::app::{
    bounds::Bounds,
    error::{Error, Result},
    token_settings::set,
};

/// The longest name of a trust domain (SPIFFE-ID, 2.3).
const TRUST_DOMAIN_MAX: usize = 255;
/// The largest bundle, in bytes.
const BUNDLE_BYTES_MAX: usize = 128 * 1024;
/// Seconds after which a provider wants its bundle to be looked at again, if the settings do not say.
const REFRESH_SECONDS: i64 = 3600;
/// The most seconds that can be said: a year.
const REFRESH_SECONDS_MAX: i64 = 365 * 24 * 60 * 60;

/// Where the keys of a trust domain come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustBundle {
    /// They are given here, as a JSON Web Key Set.
    Static(String),
    /// The provider publishes them.
    HttpsWeb {
        /// Where.
        endpoint_url: String,
        /// PEM of the certificates to trust there in place of the system's.
        ca_certificate: String,
        /// After how many seconds the provider wants them to be looked at again. They are looked at more often.
        refresh_hint_seconds: i64,
    },
}

impl TrustBundle {
    /// A bundle that the provider publishes.
    #[must_use]
    pub fn https_web(
        endpoint_url: String,
        ca_certificate: Option<String>,
        refresh_hint: Option<i64>,
    ) -> Self {
        Self::HttpsWeb {
            endpoint_url,
            ca_certificate: ca_certificate.unwrap_or_default(),
            refresh_hint_seconds: refresh_hint.unwrap_or(REFRESH_SECONDS),
        }
    }

    fn check(&self) -> Result<()> {
        match self {
            Self::Static(bundle) => {
                keys(bundle)?;
            }
            Self::HttpsWeb { endpoint_url, ca_certificate, refresh_hint_seconds } => {
                target::check_https("endpointUrl", endpoint_url)?;
                target::check_certificates("caCert", ca_certificate)?;
                let mut bounds = Bounds::default();
                let range = &(0..=REFRESH_SECONDS_MAX);
                bounds.number("refreshHintSeconds", Some(*refresh_hint_seconds), range);
                bounds.finish()?;
            }
        }
        Ok(())
    }
}

fn keys(bundle: &str) -> Result<PublicKeys> {
    let wrong = |message: &str| Error::form("bundle", message);
    if bundle.len() > BUNDLE_BYTES_MAX {
        return Err(wrong("is too long"));
    }
    let keys =
        PublicKeys::from_json(bundle.as_bytes()).map_err(|_| wrong("must be a JSON Web Key Set, as text"))?;
    if keys.is_empty() {
        return Err(wrong("has no key that signs JWT-SVIDs"));
    }
    Ok(keys)
}

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpiffeAuth {
    /// The trust domain, such as `example.org`.
    pub trust_domain: String,
    /// Patterns of SPIFFE IDs with commas between.
    pub allowed_spiffe_ids: String,
    /// Audiences with commas between.
    pub allowed_audiences: String,
    /// Where the keys come from.
    pub trust_bundle: TrustBundle,
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct SpiffeAuthChange {
    /// The trust domain.
    pub trust_domain: Option<String>,
    /// Patterns of SPIFFE IDs.
    pub allowed_spiffe_ids: Option<String>,
    /// Audiences.
    pub allowed_audiences: Option<String>,
    /// Where the keys come from.
    pub trust_bundle: Option<TrustBundle>,
}

impl SpiffeAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.text("trustDomain", Some(&self.trust_domain), &(1..=TRUST_DOMAIN_MAX));
        bounds.text("allowedSpiffeIds", Some(&self.allowed_spiffe_ids), &(1..=allowed::TEXT_MAX));
        bounds.text("allowedAudiences", Some(&self.allowed_audiences), &(1..=allowed::TEXT_MAX));
        bounds.finish()?;
        if !self.trust_domain.chars().all(is_of_trust_domain) {
            return Err(Error::form("trustDomain", "must be a name such as example.org, in small letters"));
        }
        if allowed::is_empty(&self.allowed_audiences) {
            return Err(Error::form("allowedAudiences", "name at least one audience"));
        }
        let is_pattern = |text: &str| {
            self.path(text).is_some_and(|path| path.chars().all(|c| is_of_path(c) || "*?".contains(c)))
        };
        if allowed::is_empty(&self.allowed_spiffe_ids)
            || !allowed::parts(&self.allowed_spiffe_ids).all(is_pattern)
        {
            let message = format!(
                "must be patterns that begin with spiffe://{}/ and have *, ** and ? only",
                self.trust_domain
            );
            return Err(Error::form("allowedSpiffeIds", message));
        }
        self.trust_bundle.check()
    }

    /// The path of a SPIFFE ID of the trust domain, without the slash before it.
    fn path<'a>(&self, id: &'a str) -> Option<&'a str> {
        id.strip_prefix("spiffe://")?.strip_prefix(self.trust_domain.as_str())?.strip_prefix('/')
    }

    /// Whether it is a SPIFFE ID of the trust domain (SPIFFE-ID, 2.1 to 2.3): another spelling of one is none.
    fn is_id(&self, text: &str) -> bool {
        let is_segment =
            |segment: &str| !matches!(segment, "" | "." | "..") && segment.chars().all(is_of_path);
        self.path(text).is_some_and(|path| path.split('/').all(is_segment))
    }

    async fn verify_signature(
        &self,
        attempt: Attempt<'_, JwtProof>,
        checks: &mut Checks,
    ) -> Result<Claims, Refused> {
        const SIGNATURE: &str = "signature";
        let (app, token) = (attempt.app, &attempt.proof.0);
        match &self.trust_bundle {
            TrustBundle::Static(bundle) => {
                let keys = checks.take("keys", keys(bundle))?;
                checks.take(SIGNATURE, verify(token, &keys))
            }
            TrustBundle::HttpsWeb { endpoint_url, ca_certificate, .. } => {
                let source = Source {
                    organization_id: attempt.organization_id.clone(),
                    place: Place::KeySet(endpoint_url.clone()),
                    ca_certificate: ca_certificate.clone(),
                };
                checks.take(SIGNATURE, app.key_sets.verify(app, &source, token).await)
            }
        }
    }
}

const fn is_of_trust_domain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_')
}

const fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/')
}

impl Method for SpiffeAuth {
    const NAME: &'static str = "spiffe-auth";
    const TITLE: &'static str = "SPIFFE Auth";
    const EVENTS: Events = Events {
        login: "login-identity-spiffe-auth",
        add: "add-identity-spiffe-auth",
        update: "update-identity-spiffe-auth",
        get: "get-identity-spiffe-auth",
        revoke: "revoke-identity-spiffe-auth",
        test: "test-identity-spiffe-auth",
    };

    type Change = SpiffeAuthChange;
    type Proof = JwtProof;

    fn new(mut change: SpiffeAuthChange) -> Result<Self> {
        let missing = || Error::form("trustBundleDistribution", "say where the keys come from");
        let mut settings = Self {
            trust_domain: String::new(),
            allowed_spiffe_ids: String::new(),
            allowed_audiences: String::new(),
            trust_bundle: change.trust_bundle.take().ok_or_else(missing)?,
        };
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: SpiffeAuthChange) -> Result<()> {
        set(&mut self.trust_domain, change.trust_domain);
        set(&mut self.allowed_spiffe_ids, change.allowed_spiffe_ids);
        set(&mut self.allowed_audiences, change.allowed_audiences);
        set(&mut self.trust_bundle, change.trust_bundle);
        self.check()
    }

    async fn verify(&self, attempt: Attempt<'_, JwtProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let claims = self.verify_signature(attempt, checks).await?;
        let id = claims.text("sub").unwrap_or("nothing");
        let detail = format!("expected a SPIFFE ID of {:?}, the token says {id:?}", self.trust_domain);
        checks.require("trust domain", self.is_id(id), detail)?;
        let bound = Bound {
            issuer: "",
            audiences: &self.allowed_audiences,
            subject: &self.allowed_spiffe_ids,
            claims: &BTreeMap::new(),
        };
        bound.verify(&claims, attempt.app.now(), checks)?;
        Ok(Proven::new(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_example() -> SpiffeAuth {
        SpiffeAuth {
            trust_domain: "example.org".to_owned(),
            allowed_spiffe_ids: "spiffe://example.org/**".to_owned(),
            allowed_audiences: "tacit".to_owned(),
            trust_bundle: TrustBundle::https_web("https://example.org".to_owned(), None, None),
        }
    }

    #[test]
    fn a_spiffe_id_has_one_spelling() {
        let settings = of_example();
        assert!(settings.is_id("spiffe://example.org/ns/prod/sa/Web_1.x"));
        for text in [
            "",
            "example.org/a",
            "spiffe://example.org",
            "spiffe://example.org/",
            "spiffe://example.org/a/",
            "spiffe://example.org//a",
            "spiffe://example.org/a/../b",
            "spiffe://example.org/./a",
            "spiffe://example.org/a%2fb",
            "spiffe://example.org/a?x",
            "spiffe://example.org/*",
            "spiffe://example.org.evil/a",
            "spiffe://evil/example.org/a",
            "spiffe://example.org:443/a",
            "SPIFFE://example.org/a",
            "spiffe://EXAMPLE.org/a",
        ] {
            assert!(!settings.is_id(text), "{text}");
        }
    }

    #[test]
    fn patterns_are_of_the_trust_domain() {
        let check =
            |patterns: &str| SpiffeAuth { allowed_spiffe_ids: patterns.to_owned(), ..of_example() }.check();
        assert!(check("spiffe://example.org/ns/*/sa/web, spiffe://example.org/a/**").is_ok());
        for patterns in [" , ", "**", "spiffe://*/a", "spiffe://example.org/{a,b}", "spiffe://other.org/a"] {
            assert!(check(patterns).is_err(), "{patterns}");
        }
    }
}
