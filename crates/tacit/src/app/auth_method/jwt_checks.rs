//! What is asked of a token whose signature is good: its times, who made it, for whom, and about whom.

use std::collections::BTreeMap;

use tacit_core::{
    external_jwt::{Claims, covers_audience},
    time::Timestamp,
};

use super::{
    allowed,
    checks::{Checks, Refused},
};
use crate::app::{
    bounds::Bounds,
    error::{Error, Result},
};

/// Claims that can be bound.
pub const CLAIMS_MAX: usize = 50;

/// Issuers that everybody can get a token of, for an audience of their own choice: there only subject and claims say who
/// it is.
const SHARED_ISSUERS: [&str; 4] = [
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com",
    "https://agent.buildkite.com",
    "https://app.terraform.io",
];

/// What the claims of a token must be. Empty texts and maps ask nothing.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a> {
    /// The issuer, exactly.
    pub issuer: &'a str,
    /// Audiences, one of which the token must have.
    pub audiences: &'a str,
    /// Patterns, one of which the subject must fit.
    pub subject: &'a str,
    /// By claim: patterns, one of which one of its values must fit.
    pub claims: &'a BTreeMap<String, String>,
}

impl Bound<'_> {
    /// Refuses settings by which everybody would be let in whom the issuer gives a token.
    ///
    /// # Errors
    ///
    /// [`Error::Form`].
    pub fn require_any(&self) -> Result<()> {
        let names_somebody = !allowed::is_empty(self.subject)
            || self.claims.values().any(|patterns| !allowed::is_empty(patterns));
        if !names_somebody && SHARED_ISSUERS.contains(&self.issuer.trim_end_matches('/')) {
            return Err(Error::form(
                "boundSubject",
                "bind the subject or a claim: everybody can get a token of this issuer for any audience",
            ));
        }
        if !names_somebody && allowed::is_empty(self.audiences) {
            return Err(Error::form(
                "boundSubject",
                "bind the subject, an audience or a claim: otherwise every token of this issuer would be let in",
            ));
        }
        Ok(())
    }

    /// Checks the texts by themselves.
    pub fn check(&self, bounds: &mut Bounds) {
        let text =
            |bounds: &mut Bounds, field, text| bounds.text(field, Some(text), &(0..=allowed::TEXT_MAX));
        text(bounds, "boundIssuer", self.issuer);
        text(bounds, "boundAudiences", self.audiences);
        text(bounds, "boundSubject", self.subject);
        for (name, patterns) in self.claims {
            text(bounds, "boundClaims", name);
            bounds.text("boundClaims", Some(patterns), &(1..=allowed::TEXT_MAX));
        }
        let names: Vec<_> = self.claims.keys().collect();
        bounds.list("boundClaims", Some(&names), CLAIMS_MAX);
    }

    /// Looks at the claims of a token whose signature is good.
    ///
    /// # Errors
    ///
    /// [`Refused`] at the first that is not as it must be.
    pub fn verify(&self, claims: &Claims, now: Timestamp, checks: &mut Checks) -> Result<(), Refused> {
        checks.take("times", claims.check_times(now))?;
        self.verify_issuer(claims, checks)?;
        self.verify_audience(claims, checks)?;
        if !allowed::is_empty(self.subject) {
            verify_claim("subject", "sub", self.subject, claims, checks)?;
        }
        for (name, patterns) in self.claims {
            verify_claim("claim", name, patterns, claims, checks)?;
        }
        Ok(())
    }

    fn verify_issuer(&self, claims: &Claims, checks: &mut Checks) -> Result<(), Refused> {
        if self.issuer.is_empty() {
            return Ok(());
        }
        one_of("issuer", "iss", &[self.issuer], claims, checks)
    }

    fn verify_audience(&self, claims: &Claims, checks: &mut Checks) -> Result<(), Refused> {
        let accepted: Vec<&str> = allowed::parts(self.audiences).collect();
        if accepted.is_empty() {
            return Ok(());
        }
        audience(&accepted, claims, checks)
    }
}

/// Looks whether a claim is one of some texts, exactly.
///
/// # Errors
///
/// [`Refused`] if it is not.
pub fn one_of(
    check: &'static str,
    name: &str,
    accepted: &[&str],
    claims: &Claims,
    checks: &mut Checks,
) -> Result<(), Refused> {
    let says = claims.text(name);
    let detail =
        format!("expected {}, the token says {:?}", accepted.join(" or "), says.unwrap_or("nothing"));
    checks.require(check, says.is_some_and(|says| accepted.contains(&says)), detail)
}

/// Looks whether a token is for one of some audiences.
///
/// # Errors
///
/// [`Refused`] if it is not.
pub fn audience(accepted: &[&str], claims: &Claims, checks: &mut Checks) -> Result<(), Refused> {
    let says = claims.texts("aud");
    let detail = format!("expected {}, the token says {says:?}", accepted.join(" or "));
    checks.require("audience", covers_audience(claims, accepted), detail)
}

/// A claim with several values fits if one of them does.
fn verify_claim(
    check: &'static str,
    name: &str,
    patterns: &str,
    claims: &Claims,
    checks: &mut Checks,
) -> Result<(), Refused> {
    let says = claims.texts(name);
    let fits = says.iter().any(|value| allowed::fits(patterns, value));
    checks.require(check, fits, format!("{name:?} must fit {patterns:?}, the token says {says:?}"))
}
