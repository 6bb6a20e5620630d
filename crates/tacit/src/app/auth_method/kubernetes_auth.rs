//! Kubernetes Auth: a service account, by the word of the API server of its cluster (wire-contract 10.4).
//!
//! Nothing of the token is believed. The API server is asked whose it is, and namespace and name are read from what it
//! says. Without a reviewer of its own the server asks as the service account that logs in.

use serde::{Deserialize, Serialize};
use tacit_core::external_jwt;
use zeroize::Zeroizing;

use super::{
    Attempt, Events, Method, Proven, allowed,
    checks::{Checks, Refused},
    jwt_auth::JwtProof,
    kubernetes_review::{Asked, Verdict, review, service_account},
    target,
};
use crate::app::{
    bounds::Bounds,
    error::{Error, Result},
    token_settings::set,
};

/// The settings. No `Debug`: they hold a credential.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubernetesAuth {
    /// The address of the API server.
    pub kubernetes_host: String,
    /// PEM of the certificates to trust there in place of the system's.
    pub ca_certificate: String,
    /// Token of the service account that asks; empty if each asks for itself.
    pub token_reviewer_jwt: Zeroizing<String>,
    /// Namespaces with commas between; empty for all.
    pub allowed_namespaces: String,
    /// Names of service accounts with commas between; empty for all.
    pub allowed_names: String,
    /// Audiences with commas between, one of which the token must be for; empty for the API server's own.
    pub allowed_audience: String,
}

/// What a request sets.
#[derive(Clone, Default)]
pub struct KubernetesAuthChange {
    /// The address of the API server.
    pub kubernetes_host: Option<String>,
    /// PEM of the certificates to trust there.
    pub ca_certificate: Option<String>,
    /// Token of the service account that asks; empty for none.
    pub token_reviewer_jwt: Option<Zeroizing<String>>,
    /// Namespaces.
    pub allowed_namespaces: Option<String>,
    /// Names of service accounts.
    pub allowed_names: Option<String>,
    /// Audiences.
    pub allowed_audience: Option<String>,
}

impl KubernetesAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        let lists = [
            ("allowedNamespaces", &self.allowed_namespaces),
            ("allowedNames", &self.allowed_names),
            ("allowedAudience", &self.allowed_audience),
        ];
        for (field, list) in lists {
            bounds.text(field, Some(list), &(0..=allowed::TEXT_MAX));
        }
        bounds.finish()?;
        target::check_https("kubernetesHost", &self.kubernetes_host)?;
        if self.kubernetes_host.contains(['?', '#']) {
            return Err(Error::form("kubernetesHost", "must not have a query"));
        }
        target::check_certificates("caCert", &self.ca_certificate)?;
        if !self.token_reviewer_jwt.is_empty() && !is_token(&self.token_reviewer_jwt) {
            return Err(Error::form("tokenReviewerJwt", "must be a token"));
        }
        for (field, list) in lists.into_iter().take(2) {
            if !allowed::parts(list).all(is_name) {
                return Err(Error::form(
                    field,
                    "must be names of Kubernetes with commas between, no patterns",
                ));
            }
        }
        if allowed::is_empty(&self.allowed_namespaces) && allowed::is_empty(&self.allowed_names) {
            return Err(Error::form(
                "allowedNamespaces",
                "name namespaces or service accounts: otherwise everything in the cluster would be let in",
            ));
        }
        Ok(())
    }

    async fn ask(&self, attempt: Attempt<'_, JwtProof>, checks: &mut Checks) -> Result<Verdict, Refused> {
        let token = attempt.proof.0.as_str();
        checks.require("token", is_token(token), "a token has only visible characters, and not too many")?;
        let reviewer = if self.token_reviewer_jwt.is_empty() { token } else { &self.token_reviewer_jwt };
        let asked = Asked {
            organization_id: attempt.organization_id,
            host: &self.kubernetes_host,
            ca_certificate: &self.ca_certificate,
            reviewer,
            token,
            audiences: allowed::parts(&self.allowed_audience).collect(),
        };
        checks.take("review", review(&attempt.app.egress, asked).await)
    }

    fn judge(&self, verdict: &Verdict, checks: &mut Checks) -> Result<(), Refused> {
        checks.require("authenticated", verdict.authenticated, &verdict.error)?;
        let username = verdict.user.username.as_str();
        let Some((namespace, name)) = service_account(username) else {
            return checks.fail("service account", format!("{username:?} is no service account"));
        };
        checks.pass("service account", username);
        if !allowed::is_empty(&self.allowed_audience) {
            let wanted = &self.allowed_audience;
            let is_for = verdict.audiences.iter().any(|audience| allowed::has(wanted, audience));
            let found = &verdict.audiences;
            checks.require("audience", is_for, format!("expected {wanted:?}, the token is for {found:?}"))?;
        }
        require_listed("namespace", &self.allowed_namespaces, namespace, checks)?;
        require_listed("name", &self.allowed_names, name, checks)
    }
}

fn require_listed(check: &'static str, list: &str, found: &str, checks: &mut Checks) -> Result<(), Refused> {
    if allowed::is_empty(list) {
        return Ok(());
    }
    checks.require(check, allowed::has(list, found), format!("expected one of {list:?}, it is {found:?}"))
}

/// Whether a text can be a bearer token (RFC 6750, 2.1): then it can stand in a header.
fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=:".contains(&byte);
    (1..=external_jwt::LENGTH_MAX).contains(&text.len()) && text.bytes().all(is_part)
}

/// Whether Kubernetes could call something so (RFC 1123 subdomains).
fn is_name(text: &str) -> bool {
    text.len() <= 253
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
}

impl Method for KubernetesAuth {
    const NAME: &'static str = "kubernetes-auth";
    const TITLE: &'static str = "Kubernetes Auth";
    const EVENTS: Events = Events {
        login: "login-identity-kubernetes-auth",
        add: "add-identity-kubernetes-auth",
        update: "update-identity-kubernetes-auth",
        get: "get-identity-kubernetes-auth",
        revoke: "revoke-identity-kubernetes-auth",
        test: "test-identity-kubernetes-auth",
    };

    type Change = KubernetesAuthChange;
    type Proof = JwtProof;

    fn new(change: KubernetesAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    /// The reviewer's token goes with the address it is sent to, and with whom is believed there.
    fn apply(&mut self, change: KubernetesAuthChange) -> Result<()> {
        let before = (self.kubernetes_host.clone(), self.ca_certificate.clone());
        let gives_token = change.token_reviewer_jwt.is_some();
        set(&mut self.kubernetes_host, change.kubernetes_host);
        set(&mut self.ca_certificate, change.ca_certificate);
        set(&mut self.token_reviewer_jwt, change.token_reviewer_jwt);
        set(&mut self.allowed_namespaces, change.allowed_namespaces);
        set(&mut self.allowed_names, change.allowed_names);
        set(&mut self.allowed_audience, change.allowed_audience);
        self.check()?;
        let is_moved = before.0 != self.kubernetes_host || before.1 != self.ca_certificate;
        if is_moved && !gives_token && !self.token_reviewer_jwt.is_empty() {
            return Err(Error::form(
                "tokenReviewerJwt",
                "give it again, or null: it would be sent to another address than it was given for",
            ));
        }
        Ok(())
    }

    async fn verify(&self, attempt: Attempt<'_, JwtProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let verdict = self.ask(attempt, checks).await?;
        self.judge(&verdict, checks)?;
        Ok(Proven::new(verdict.user.username))
    }
}
