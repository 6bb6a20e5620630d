//! GCP Auth: an identity token that Google signed for a machine of its cloud (`gce`), or a token that a service account
//! signed itself (`iam`). Both are for one identity: its id is the audience (wire-contract 10.4).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_core::external_jwt::{Claims, claimed};

use super::{
    Attempt, Events, Method, Proven, allowed,
    checks::{Checks, Refused},
    jwt_auth::JwtProof,
    jwt_checks,
    key_sets::Source,
};
use crate::app::{
    bounds::Bounds,
    error::{Error, Result},
    token_settings::set,
};

/// What Google calls itself in identity tokens.
const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];
/// Seconds that a token may still have to live which a service account signed itself, and those after its `iat` if it does
/// not say when it ends: Google lets it sign for 12 hours, and of its two ways to sign only the older adds an end.
const OWN_TOKEN_SECONDS_MAX: i64 = 60 * 60;

/// Who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GcpType {
    /// Google, for a machine that has the service account.
    Gce,
    /// The service account itself.
    Iam,
}

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GcpAuth {
    /// Who signs.
    pub kind: GcpType,
    /// E-mails of service accounts with commas between.
    pub allowed_service_accounts: String,
    /// Ids of projects with commas between: of the machine (`gce`), of the service account (`iam`).
    pub allowed_projects: String,
    /// Zones of the machine with commas between.
    pub allowed_zones: String,
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct GcpAuthChange {
    /// Who signs.
    pub kind: Option<GcpType>,
    /// E-mails of service accounts.
    pub allowed_service_accounts: Option<String>,
    /// Ids of projects.
    pub allowed_projects: Option<String>,
    /// Zones.
    pub allowed_zones: Option<String>,
}

impl GcpAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        let most = &(0..=allowed::TEXT_MAX);
        bounds.text("allowedServiceAccounts", Some(&self.allowed_service_accounts), most);
        bounds.text("allowedProjects", Some(&self.allowed_projects), most);
        bounds.text("allowedZones", Some(&self.allowed_zones), most);
        bounds.finish()?;
        match self.kind {
            GcpType::Gce => self.check_machine(),
            GcpType::Iam => self.check_account(),
        }
    }

    fn check_machine(&self) -> Result<()> {
        if allowed::is_empty(&self.allowed_service_accounts) && allowed::is_empty(&self.allowed_projects) {
            return Err(Error::form(
                "allowedServiceAccounts",
                "name service accounts or projects: otherwise machines of every customer of Google would be let in",
            ));
        }
        Ok(())
    }

    fn check_account(&self) -> Result<()> {
        if allowed::is_empty(&self.allowed_service_accounts) {
            return Err(Error::form(
                "allowedServiceAccounts",
                "name service accounts: only their keys are looked up",
            ));
        }
        if !allowed::parts(&self.allowed_service_accounts).all(is_service_account) {
            return Err(Error::form(
                "allowedServiceAccounts",
                "must be e-mails of service accounts such as app@project.iam.gserviceaccount.com",
            ));
        }
        if !allowed::is_empty(&self.allowed_zones) {
            return Err(Error::form("allowedZones", "zones are known with type gce only"));
        }
        Ok(())
    }

    async fn verify_machine(
        &self,
        attempt: Attempt<'_, JwtProof>,
        checks: &mut Checks,
    ) -> Result<Proven, Refused> {
        let app = attempt.app;
        let keys = format!("{}/oauth2/v3/certs", app.settings.clouds.google);
        let source = Source::key_set(attempt.organization_id, keys);
        let claims = checks.take("signature", app.key_sets.verify(app, &source, &attempt.proof.0).await)?;
        checks.take("times", claims.check_times(app.now()))?;
        jwt_checks::one_of("issuer", "iss", &ISSUERS, &claims, checks)?;
        jwt_checks::audience(&[attempt.identity_id.as_str()], &claims, checks)?;
        let email = verified_email(&claims, checks)?;
        self.require_account(&email, checks)?;
        // The project of the machine, not of its service account, which may be of another project.
        let of_machine = |claim| claims.get(claim).and_then(Value::as_str);
        let project = of_machine("google.compute_engine.project_id");
        require_listed("project", &self.allowed_projects, project, checks)?;
        require_listed("zone", &self.allowed_zones, of_machine("google.compute_engine.zone"), checks)?;
        Ok(Proven::new(email))
    }

    /// Whose keys are looked up is what the token claims, so whether it may log in is looked at first: nobody makes this
    /// server ask for accounts that the settings do not name.
    async fn verify_account(
        &self,
        attempt: Attempt<'_, JwtProof>,
        checks: &mut Checks,
    ) -> Result<Proven, Refused> {
        let app = attempt.app;
        let email = checks.take("token", claimed(&attempt.proof.0, "sub"))?.unwrap_or_default();
        self.require_account(&email, checks)?;
        require_listed("project", &self.allowed_projects, project(&email).as_deref(), checks)?;
        let keys = format!("{}/service_accounts/v1/jwk/{email}", app.settings.clouds.google);
        let source = Source::key_set(attempt.organization_id, keys);
        let verified = app.key_sets.verify(app, &source, &attempt.proof.0).await;
        let claims = checks.take("signature", verified)?.ending_after(OWN_TOKEN_SECONDS_MAX);
        checks.take("times", claims.check_times(app.now()))?;
        let is_short = claims.ends_within(OWN_TOKEN_SECONDS_MAX, app.now());
        checks.require("life", is_short, format!("it must end within {OWN_TOKEN_SECONDS_MAX} seconds"))?;
        // The keys are those of the account, so a token without an issuer is by it too. Clients send such tokens.
        if claims.get("iss").is_some() {
            jwt_checks::one_of("issuer", "iss", &[&email], &claims, checks)?;
        }
        jwt_checks::audience(&[attempt.identity_id.as_str()], &claims, checks)?;
        Ok(Proven::new(email))
    }

    fn require_account(&self, email: &str, checks: &mut Checks) -> Result<(), Refused> {
        require_listed("service account", &self.allowed_service_accounts, Some(email), checks)
    }
}

/// An empty list asks nothing.
fn require_listed(
    check: &'static str,
    list: &str,
    says: Option<&str>,
    checks: &mut Checks,
) -> Result<(), Refused> {
    if allowed::is_empty(list) {
        return Ok(());
    }
    let detail = format!("expected one of {list:?}, the token says {:?}", says.unwrap_or("nothing"));
    checks.require(check, says.is_some_and(|says| allowed::has(list, says)), detail)
}

/// The service account. An e-mail that Google has not verified is only what somebody wrote.
fn verified_email(claims: &Claims, checks: &mut Checks) -> Result<String, Refused> {
    let email = claims.text("email").unwrap_or_default();
    let is_verified = claims.get("email_verified").is_some_and(|value| value.as_bool() == Some(true));
    let detail = format!("{email:?}, which Google has {}verified", if is_verified { "" } else { "not " });
    checks.require("e-mail", is_verified && !email.is_empty(), detail)?;
    Ok(email.to_owned())
}

/// Whether it is the e-mail of a service account, which is also safe as a part of a path.
fn is_service_account(email: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && name.chars().all(is_plain)
            && host.chars().all(is_plain)
            && host.ends_with(".gserviceaccount.com")
    })
}

/// The project that an e-mail tells, if it does. One of an organization is `example.com:name`, and its e-mails have
/// `name.example.com`.
fn project(email: &str) -> Option<String> {
    let (name, host) = email.split_once('@')?;
    let project = match host.strip_suffix(".iam.gserviceaccount.com") {
        Some(project) => project,
        None if host == "appspot.gserviceaccount.com" => name,
        None => return None,
    };
    Some(match project.split_once('.') {
        Some((project, organization)) => format!("{organization}:{project}"),
        None => project.to_owned(),
    })
}

impl Method for GcpAuth {
    const NAME: &'static str = "gcp-auth";
    const TITLE: &'static str = "GCP Auth";
    const EVENTS: Events = Events {
        login: "login-identity-gcp-auth",
        add: "add-identity-gcp-auth",
        update: "update-identity-gcp-auth",
        get: "get-identity-gcp-auth",
        revoke: "revoke-identity-gcp-auth",
        test: "test-identity-gcp-auth",
    };

    type Change = GcpAuthChange;
    type Proof = JwtProof;

    fn new(change: GcpAuthChange) -> Result<Self> {
        let kind = change.kind.ok_or_else(|| Error::form("type", "must be gce or iam"))?;
        let mut settings = Self {
            kind,
            allowed_service_accounts: String::new(),
            allowed_projects: String::new(),
            allowed_zones: String::new(),
        };
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: GcpAuthChange) -> Result<()> {
        set(&mut self.kind, change.kind);
        set(&mut self.allowed_service_accounts, change.allowed_service_accounts);
        set(&mut self.allowed_projects, change.allowed_projects);
        set(&mut self.allowed_zones, change.allowed_zones);
        self.check()
    }

    async fn verify(&self, attempt: Attempt<'_, JwtProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        match self.kind {
            GcpType::Gce => self.verify_machine(attempt, checks).await,
            GcpType::Iam => self.verify_account(attempt, checks).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_e_mail_of_a_service_account_becomes_a_part_of_an_address() {
        assert!(is_service_account("app@shop.iam.gserviceaccount.com"));
        assert!(is_service_account("123-compute@developer.gserviceaccount.com"));
        for text in [
            "",
            "@shop.iam.gserviceaccount.com",
            "ada@example.com",
            "a@gserviceaccount.com",
            "a/../b@shop.iam.gserviceaccount.com",
            "a?x=@shop.iam.gserviceaccount.com",
            "a@b@shop.iam.gserviceaccount.com",
            "*@shop.iam.gserviceaccount.com",
        ] {
            assert!(!is_service_account(text), "{text}");
        }
    }

    #[test]
    fn the_project_is_in_most_e_mails() {
        let of = |email| project(email).unwrap_or_default();
        assert_eq!(of("app@shop.iam.gserviceaccount.com"), "shop");
        assert_eq!(of("app@shop.example.com.iam.gserviceaccount.com"), "example.com:shop");
        assert_eq!(of("shop@appspot.gserviceaccount.com"), "shop");
        assert_eq!(of("123-compute@developer.gserviceaccount.com"), "");
    }
}
