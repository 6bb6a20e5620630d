//! Azure Auth: an access token that a tenant of Microsoft Entra ID issued to a managed identity or another service
//! principal (wire-contract 10.4).

use serde::{Deserialize, Serialize};

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

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AzureAuth {
    /// The tenant.
    pub tenant_id: String,
    /// The audience.
    pub resource: String,
    /// Object ids of service principals with commas between.
    pub allowed_service_principal_ids: String,
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct AzureAuthChange {
    /// The tenant.
    pub tenant_id: Option<String>,
    /// The audience.
    pub resource: Option<String>,
    /// Object ids of service principals.
    pub allowed_service_principal_ids: Option<String>,
}

impl AzureAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        let some = &(1..=allowed::TEXT_MAX);
        bounds.text("tenantId", Some(&self.tenant_id), some);
        bounds.text("resource", Some(&self.resource), some);
        let most = &(0..=allowed::TEXT_MAX);
        bounds.text("allowedServicePrincipalIds", Some(&self.allowed_service_principal_ids), most);
        bounds.finish()?;
        // Any tenant is meant by names such as `common`.
        if !is_guid(&self.tenant_id) {
            return Err(Error::form("tenantId", "must be the id of one tenant, not a name"));
        }
        if allowed::is_empty(&self.allowed_service_principal_ids) {
            return Err(Error::form(
                "allowedServicePrincipalIds",
                "name service principals: otherwise everybody in the tenant would be let in, people too",
            ));
        }
        if !allowed::parts(&self.allowed_service_principal_ids).all(is_guid) {
            return Err(Error::form("allowedServicePrincipalIds", "must be object ids, not names"));
        }
        Ok(())
    }
}

/// Whether it is written like an id of Microsoft Entra ID.
fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

impl Method for AzureAuth {
    const NAME: &'static str = "azure-auth";
    const TITLE: &'static str = "Azure Auth";
    const EVENTS: Events = Events {
        login: "login-identity-azure-auth",
        add: "add-identity-azure-auth",
        update: "update-identity-azure-auth",
        get: "get-identity-azure-auth",
        revoke: "revoke-identity-azure-auth",
        test: "test-identity-azure-auth",
    };

    type Change = AzureAuthChange;
    type Proof = JwtProof;

    fn new(change: AzureAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: AzureAuthChange) -> Result<()> {
        set(&mut self.tenant_id, change.tenant_id);
        set(&mut self.resource, change.resource);
        set(&mut self.allowed_service_principal_ids, change.allowed_service_principal_ids);
        self.check()
    }

    /// Tenants share keys, so that the signature says nothing of the tenant: `tid` and the issuer do.
    async fn verify(&self, attempt: Attempt<'_, JwtProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let app = attempt.app;
        let (tenant, clouds) = (self.tenant_id.to_ascii_lowercase(), &app.settings.clouds);
        let keys = format!("{}/{tenant}/discovery/v2.0/keys", clouds.azure_login);
        let source = Source::key_set(attempt.organization_id, keys);
        let verified = app.key_sets.verify(app, &source, &attempt.proof.0).await;
        let claims = checks.take("signature", verified)?;
        checks.take("times", claims.check_times(app.now()))?;
        jwt_checks::one_of("tenant", "tid", &[&tenant], &claims, checks)?;
        let first = format!("{}/{tenant}/", clouds.azure_issuer);
        let second = format!("{}/{tenant}/v2.0", clouds.azure_login);
        jwt_checks::one_of("issuer", "iss", &[&first, &second], &claims, checks)?;
        jwt_checks::audience(&[&self.resource], &claims, checks)?;
        let principal = claims.text("oid").unwrap_or("nothing");
        let list = &self.allowed_service_principal_ids;
        let is_allowed = allowed::parts(list).any(|id| id.eq_ignore_ascii_case(principal));
        let detail = format!("expected one of {list:?}, the token says {principal:?}");
        checks.require("service principal", is_allowed, detail)?;
        Ok(Proven::new(principal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_id() {
        assert!(is_guid("6c8f2d1e-0A3b-4c5d-8e9f-001122334455"));
        for text in ["", "common", "organizations", "contoso.onmicrosoft.com"] {
            assert!(!is_guid(text), "{text}");
        }
        assert!(!is_guid("6c8f2d1e00a3b04c5d08e9f0001122334455") && !is_guid(&"-".repeat(36)));
    }
}
