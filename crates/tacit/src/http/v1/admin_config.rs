//! `/api/v1/admin/config` and `…/encryption-strategies`: settings of the instance (wire-contract 4.3, 4.4).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_store::instance_settings::InstanceSettingsRow;

use crate::{
    app::{
        App, Caller, Error, Patch,
        administration::{self, SettingsChange},
        instance::{self, Instance},
    },
    http::{
        extract::Body,
        problem::Problem,
        wire::text::{Required, Trimmed},
    },
};

/// The id of the configuration, of which there is one.
const CONFIG_ID: &str = "00000000-0000-0000-0000-000000000000";
/// The wire's name of e-mail and password as a way to sign in.
const EMAIL: &str = "email";
/// How the root key is kept: in software, not in a hardware module.
const SOFTWARE: &str = "SOFTWARE";

/// What `…/admin/config` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConfigResponse {
    config: Config,
}

/// What everybody may know of the instance. What this release does not have is off or null.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Config {
    id: &'static str,
    /// Whether it was set up.
    initialized: bool,
    /// Whether people may make accounts without an invitation; never.
    allow_sign_up: bool,
    /// Domains from which new accounts may be, separated by commas; null is any.
    allowed_sign_up_domain: Option<String>,
    instance_id: String,
    trust_saml_emails: bool,
    trust_ldap_emails: bool,
    trust_oidc_emails: bool,
    default_auth_org_id: Option<String>,
    default_auth_org_slug: Option<String>,
    default_auth_org_auth_enforced: Option<bool>,
    default_auth_org_auth_method: Option<String>,
    enabled_login_methods: Option<Vec<String>>,
    /// What people read before they sign in.
    auth_consent_content: Option<String>,
    /// What stands above every page.
    page_frame_content: Option<String>,
    /// The identities that manage the instance; null for those who do not.
    admin_identity_ids: Option<Vec<String>>,
    fips_enabled: bool,
    is_migration_mode_on: bool,
    is_secret_scanning_disabled: bool,
    kubernetes_auto_fetch_service_account_token: bool,
    params_folder_secret_detection_enabled: bool,
    is_offline_usage_reports_enabled: bool,
}

impl Config {
    fn new(instance: Instance, settings: InstanceSettingsRow, admins: Option<Vec<String>>) -> Self {
        Self {
            id: CONFIG_ID,
            initialized: instance.is_initialized,
            allow_sign_up: false,
            allowed_sign_up_domain: settings.allowed_sign_up_domain,
            instance_id: instance.id,
            trust_saml_emails: false,
            trust_ldap_emails: false,
            trust_oidc_emails: false,
            default_auth_org_id: None,
            default_auth_org_slug: None,
            default_auth_org_auth_enforced: None,
            default_auth_org_auth_method: None,
            enabled_login_methods: None,
            auth_consent_content: settings.auth_consent_content,
            page_frame_content: settings.page_frame_content,
            admin_identity_ids: admins,
            fips_enabled: false,
            is_migration_mode_on: false,
            is_secret_scanning_disabled: true,
            kubernetes_auto_fetch_service_account_token: false,
            params_folder_secret_detection_enabled: false,
            is_offline_usage_reports_enabled: false,
        }
    }
}

/// `GET /api/v1/admin/config` says whether the instance is set up and what it has.
pub(crate) async fn get(State(app): State<App>) -> Result<Json<ConfigResponse>, Problem> {
    let instance = instance::get(&app).await?;
    let settings = administration::get_settings(&app).await?;
    Ok(Json(ConfigResponse { config: Config::new(instance, settings, None) }))
}

/// What `PATCH /api/v1/admin/config` takes. What is absent stays. A setting of what this release does not
/// have is refused, unless it says what is so anyway.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateRequest {
    /// Domains from which new accounts may be, separated by commas; null is any.
    allowed_sign_up_domain: Patch<Trimmed>,
    /// What people read before they sign in, up to 10000 characters.
    auth_consent_content: Patch<Trimmed>,
    /// What stands above every page, up to 10000 characters.
    page_frame_content: Patch<Trimmed>,
    /// Only false: accounts are made by invitation.
    allow_sign_up: Option<bool>,
    /// Only false.
    trust_saml_emails: Option<bool>,
    /// Only false.
    trust_ldap_emails: Option<bool>,
    /// Only false.
    trust_oidc_emails: Option<bool>,
    /// Only null.
    default_auth_org_id: Option<Trimmed>,
    /// Only `email`, which is always on, or null.
    enabled_login_methods: Option<Vec<Trimmed>>,
    /// Only null or empty.
    slack_client_id: Option<Trimmed>,
    /// Only null or empty.
    slack_client_secret: Option<Value>,
}

impl UpdateRequest {
    /// Somebody who believes that a setting is in force must hear that it is not.
    fn require_possible(&self) -> Result<(), Error> {
        let refused = |what: &str| Err(Error::Invalid(format!("This release has no {what}")));
        if self.allow_sign_up == Some(true) {
            return refused("sign-up without an invitation");
        }
        if [self.trust_saml_emails, self.trust_ldap_emails, self.trust_oidc_emails].contains(&Some(true)) {
            return refused("sign-in by SAML, LDAP or OIDC whose e-mails could be trusted");
        }
        if self.default_auth_org_id.as_ref().is_some_and(|id| !id.0.is_empty()) {
            return refused("single sign-on for which an organization could be the default");
        }
        if self.enabled_login_methods.as_ref().is_some_and(|methods| {
            methods.is_empty() || methods.iter().any(|method| method.as_str() != EMAIL)
        }) {
            return refused("other way for people to sign in than 'email'");
        }
        let has_secret = match &self.slack_client_secret {
            None | Some(Value::Null) => false,
            Some(secret) => secret.as_str() != Some(""),
        };
        if has_secret || self.slack_client_id.as_ref().is_some_and(|id| !id.0.is_empty()) {
            return refused("connection to Slack");
        }
        Ok(())
    }
}

/// `PATCH /api/v1/admin/config` changes the settings of the instance.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<ConfigResponse>, Problem> {
    request.require_possible()?;
    let text = |patch: Patch<Trimmed>| match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(Trimmed(text)) => Patch::Set(text),
    };
    let change = SettingsChange {
        allowed_sign_up_domain: text(request.allowed_sign_up_domain),
        auth_consent_content: text(request.auth_consent_content),
        page_frame_content: text(request.page_frame_content),
    };
    administration::update_settings(&app, &caller, change).await?;
    let instance = instance::get(&app).await?;
    let (settings, admins) = administration::with_administrators(&app).await?;
    Ok(Json(ConfigResponse { config: Config::new(instance, settings, Some(admins)) }))
}

/// What `GET /api/v1/admin/encryption-strategies` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StrategiesResponse {
    strategies: [Strategy; 1],
}

/// A way to keep the root key.
#[derive(Debug, Serialize, JsonSchema)]
struct Strategy {
    /// `SOFTWARE`.
    strategy: &'static str,
    enabled: bool,
}

const STRATEGIES: StrategiesResponse =
    StrategiesResponse { strategies: [Strategy { strategy: SOFTWARE, enabled: true }] };

/// `GET /api/v1/admin/encryption-strategies` says how the root key is kept.
pub(crate) async fn strategies() -> Json<StrategiesResponse> {
    Json(STRATEGIES)
}

/// What `PATCH /api/v1/admin/encryption-strategies` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct StrategyRequest {
    /// Only `SOFTWARE`.
    strategy: Required,
}

/// `PATCH /api/v1/admin/encryption-strategies` takes the one way that there is.
pub(crate) async fn set_strategy(
    Body(request): Body<StrategyRequest>,
) -> Result<Json<StrategiesResponse>, Problem> {
    if request.strategy.0 == SOFTWARE {
        return Ok(Json(STRATEGIES));
    }
    Err(Error::Invalid("This release keeps the root key in software only".to_owned()).into())
}
