//! `/api/v1/admin`: the instance (wire-contract 4).

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::{IdentityId, UserId};
use tacit_store::users::UserRow;

use crate::{
    app::{
        App, Client,
        bootstrap::{self, Entry, FirstUser, Machine},
        instance,
        passwords::Password,
    },
    http::{
        cookie::Jar,
        extract::Body,
        problem::Problem,
        wire::{
            organization::{Organization, OrganizationName},
            text::Required,
            user::User,
        },
    },
};

/// The id of the configuration, of which there is one.
const CONFIG_ID: &str = "00000000-0000-0000-0000-000000000000";
/// The organization of a sign-up that names none.
const ORGANIZATION: &str = "My organization";

/// The name of a first user who was not asked for one: old clients want some text there
/// (wire-contract 19.1).
const FIRST_NAME: &str = "Admin";
const LAST_NAME: &str = "User";

/// What `POST /api/v1/admin/bootstrap` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BootstrapRequest {
    /// The e-mail of the instance's administrator.
    email: Required,
    /// At least 8 characters.
    password: Password,
    /// The name of the first organization.
    organization: Required,
}

/// What `POST /api/v1/admin/bootstrap` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BootstrapResponse {
    message: &'static str,
    user: BootstrapUser,
    organization: OrganizationName,
    identity: BootstrapIdentity,
}

/// The instance's administrator.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BootstrapUser {
    id: UserId,
    username: String,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    super_admin: bool,
}

/// The machine identity that may do what the administrator may.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BootstrapIdentity {
    id: IdentityId,
    name: String,
    credentials: BootstrapCredentials,
}

/// The identity's token.
#[derive(Serialize, JsonSchema)]
struct BootstrapCredentials {
    /// Never ends by itself, and is shown once.
    token: String,
}

/// Prints no token.
impl std::fmt::Debug for BootstrapCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BootstrapCredentials(..)")
    }
}

impl From<UserRow> for BootstrapUser {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            username: row.email.clone(),
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            super_admin: row.is_instance_admin,
        }
    }
}

impl From<Machine> for BootstrapIdentity {
    fn from(machine: Machine) -> Self {
        Self {
            id: machine.identity.id,
            name: machine.identity.name,
            credentials: BootstrapCredentials { token: machine.token },
        }
    }
}

/// `POST /api/v1/admin/bootstrap` sets the instance up for scripts.
pub(crate) async fn bootstrap(
    State(app): State<App>,
    client: Client,
    entry: Entry,
    body: Result<Body<BootstrapRequest>, Problem>,
) -> Result<Json<BootstrapResponse>, Problem> {
    let admission = bootstrap::admit(&app, client, &entry).await?;
    let Body(request) = body?;
    let first = FirstUser {
        email: request.email.0,
        password: request.password,
        first_name: FIRST_NAME.to_owned(),
        last_name: LAST_NAME.to_owned(),
        organization: request.organization.0,
    };
    let (founded, machine) = bootstrap::bootstrap(&app, admission, first).await?;
    Ok(Json(BootstrapResponse {
        message: "The instance is set up",
        user: founded.user.into(),
        organization: founded.organization.into(),
        identity: machine.into(),
    }))
}

/// What `POST /api/v1/admin/signup` takes. The keys that old web pages send are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignUpRequest {
    /// The e-mail of the instance's administrator.
    email: Required,
    /// At least 8 characters.
    password: Password,
    /// Their first name.
    first_name: Required,
    /// Their last name.
    #[serde(default)]
    last_name: Option<String>,
    /// The name of the first organization.
    #[serde(default)]
    organization: Option<String>,
}

/// What `POST /api/v1/admin/signup` answers, beside the cookie.
#[derive(Serialize, JsonSchema)]
pub struct SignUpResponse {
    message: &'static str,
    user: User,
    organization: Organization,
    /// The access token, for the new organization.
    token: String,
    /// Always empty.
    new: &'static str,
}

/// `POST /api/v1/admin/signup` sets the instance up from a web page and signs it in.
pub(crate) async fn sign_up(
    State(app): State<App>,
    client: Client,
    entry: Entry,
    jar: Jar,
    body: Result<Body<SignUpRequest>, Problem>,
) -> Result<Response, Problem> {
    let admission = bootstrap::admit(&app, client, &entry).await?;
    let Body(request) = body?;
    let first = FirstUser {
        email: request.email.0,
        password: request.password,
        first_name: request.first_name.0,
        last_name: request.last_name.unwrap_or_default(),
        organization: request.organization.unwrap_or_else(|| ORGANIZATION.to_owned()),
    };
    let (founded, signed_in) = bootstrap::sign_up(&app, admission, first).await?;
    let body = SignUpResponse {
        message: "The instance is set up",
        user: founded.user.into(),
        organization: founded.organization.into(),
        token: signed_in.access_token,
        new: "",
    };
    Ok(jar.answer(signed_in.refresh_token.as_ref(), body))
}

/// What `GET /api/v1/admin/config` answers.
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
    auth_consent_content: Option<String>,
    page_frame_content: Option<String>,
    admin_identity_ids: Option<Vec<String>>,
    fips_enabled: bool,
    is_migration_mode_on: bool,
    is_secret_scanning_disabled: bool,
    kubernetes_auto_fetch_service_account_token: bool,
    params_folder_secret_detection_enabled: bool,
    is_offline_usage_reports_enabled: bool,
}

/// `GET /api/v1/admin/config` says whether the instance is set up and what it has.
pub(crate) async fn config(State(app): State<App>) -> Result<Json<ConfigResponse>, Problem> {
    let instance = instance::get(&app).await?;
    Ok(Json(ConfigResponse {
        config: Config {
            id: CONFIG_ID,
            initialized: instance.is_initialized,
            allow_sign_up: false,
            allowed_sign_up_domain: None,
            instance_id: instance.id,
            trust_saml_emails: false,
            trust_ldap_emails: false,
            trust_oidc_emails: false,
            default_auth_org_id: None,
            default_auth_org_slug: None,
            default_auth_org_auth_enforced: None,
            default_auth_org_auth_method: None,
            enabled_login_methods: None,
            auth_consent_content: None,
            page_frame_content: None,
            admin_identity_ids: None,
            fips_enabled: false,
            is_migration_mode_on: false,
            is_secret_scanning_disabled: true,
            kubernetes_auto_fetch_service_account_token: false,
            params_folder_secret_detection_enabled: false,
            is_offline_usage_reports_enabled: false,
        },
    }))
}
