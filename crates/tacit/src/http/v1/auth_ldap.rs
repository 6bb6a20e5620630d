//! How LDAP Auth looks on the wire (wire-contract 10.2, 10.4).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::IdentityId;
use zeroize::Zeroizing;

use super::{
    auth_method::{OnWire, Settings},
    auth_universal::ClearLockoutsResponse,
};
use crate::{
    app::{
        App, Caller, Error, Result,
        auth_method::{
            AuthMethod,
            ldap_auth::{AllowedField, LdapAuth, LdapAuthChange, LdapProof},
            lockout,
        },
    },
    http::{extract::Path, problem::Problem, wire::text::Trimmed},
};

/// How the audit log calls the end of a lockout.
pub(crate) const CLEAR_LOCKOUTS: &str = "clear-identity-ldap-auth-lockouts";

/// A name and a password of the directory.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct LdapRequest {
    /// The name.
    username: Trimmed,
    /// The password, exactly.
    password: String,
}

/// An attribute that an entry has to have.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AllowedFieldBody {
    /// The attribute.
    key: String,
    /// Its value; or several with commas between, one of which it has to be.
    value: String,
}

/// Settings of LDAP Auth.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LdapAuthRequest {
    /// `ldaps://host`, or `ldap://host` with StartTLS.
    #[serde(default)]
    url: Option<Trimmed>,
    /// As whom this server searches.
    #[serde(default, rename = "bindDN")]
    bind_dn: Option<Trimmed>,
    /// The password for that. Give it anew with another `url`.
    #[serde(default)]
    bind_pass: Option<String>,
    /// Below which entry to search.
    #[serde(default)]
    search_base: Option<Trimmed>,
    /// How to find who logs in; `(uid={{username}})` by default.
    #[serde(default)]
    search_filter: Option<Trimmed>,
    /// What the entry has to have, all of it.
    #[serde(default)]
    allowed_fields: Option<Vec<AllowedFieldBody>>,
    /// PEM of the certificates to trust in place of the system's.
    #[serde(default)]
    ldap_ca_certificate: Option<Trimmed>,
    /// Not supported.
    #[serde(default)]
    template_id: Option<String>,
    /// Whether wrong passwords lock the method for a while; true by default.
    #[serde(default)]
    lockout_enabled: Option<bool>,
    /// Wrong passwords that lock it, 1 to 30; 3 by default.
    #[serde(default)]
    lockout_threshold: Option<i64>,
    /// Seconds it stays locked, 30 to 86400; 300 by default.
    #[serde(default)]
    lockout_duration_seconds: Option<i64>,
    /// Seconds after the last wrong one that they are forgotten, 5 to 3600; 30 by default.
    #[serde(default)]
    lockout_counter_reset_seconds: Option<i64>,
}

/// The LDAP Auth of an identity.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LdapAuthResponse {
    identity_ldap_auth: Settings<LdapAuthBody>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LdapAuthBody {
    url: String,
    #[serde(rename = "bindDN")]
    bind_dn: String,
    /// Empty for those who may not change it.
    bind_pass: String,
    search_base: String,
    search_filter: String,
    allowed_fields: Vec<AllowedFieldBody>,
    ldap_ca_certificate: String,
    lockout_enabled: bool,
    lockout_threshold: i64,
    lockout_duration_seconds: i64,
    lockout_counter_reset_seconds: i64,
}

impl LdapAuthBody {
    fn new(settings: LdapAuth, shows_credentials: bool) -> Self {
        let field = |field: AllowedField| AllowedFieldBody { key: field.key, value: field.value };
        Self {
            url: settings.url,
            bind_dn: settings.bind_dn,
            bind_pass: if shows_credentials { settings.bind_pass.to_string() } else { String::new() },
            search_base: settings.search_base,
            search_filter: settings.search_filter,
            allowed_fields: settings.allowed_fields.into_iter().map(field).collect(),
            ldap_ca_certificate: settings.ca_certificate,
            lockout_enabled: settings.lockout_enabled,
            lockout_threshold: settings.lockout.threshold,
            lockout_duration_seconds: settings.lockout.duration_seconds,
            lockout_counter_reset_seconds: settings.lockout.counter_reset_seconds,
        }
    }
}

impl OnWire for LdapAuth {
    type ProofRequest = LdapRequest;
    type SettingsRequest = LdapAuthRequest;
    type Response = LdapAuthResponse;

    fn proof(request: LdapRequest) -> Result<LdapProof> {
        Ok(LdapProof { user_name: request.username.0, password: Zeroizing::new(request.password) })
    }

    fn change(request: LdapAuthRequest) -> Result<LdapAuthChange> {
        if request.template_id.is_some() {
            let message = "templates are not supported: give url, bindDN, bindPass and searchBase here";
            return Err(Error::form("templateId", message));
        }
        let text = |field: Option<Trimmed>| field.map(|text| text.0);
        let field = |field: AllowedFieldBody| AllowedField {
            key: field.key.trim().to_owned(),
            value: field.value.trim().to_owned(),
        };
        Ok(LdapAuthChange {
            url: text(request.url),
            ca_certificate: text(request.ldap_ca_certificate),
            bind_dn: text(request.bind_dn),
            bind_pass: request.bind_pass.map(Zeroizing::new),
            search_base: text(request.search_base),
            search_filter: text(request.search_filter),
            allowed_fields: request.allowed_fields.map(|fields| fields.into_iter().map(field).collect()),
            lockout_enabled: request.lockout_enabled,
            lockout_threshold: request.lockout_threshold,
            lockout_duration_seconds: request.lockout_duration_seconds,
            lockout_counter_reset_seconds: request.lockout_counter_reset_seconds,
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<LdapAuthResponse> {
        let shows_credentials = method.shows_credentials;
        let own = |settings| LdapAuthBody::new(settings, shows_credentials);
        Ok(LdapAuthResponse { identity_ldap_auth: Settings::new(method, own)? })
    }
}

/// `POST /api/v1/auth/ldap-auth/identities/{identity}/clear-lockouts` ends a lockout.
pub(crate) async fn clear_lockouts(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<ClearLockoutsResponse>, Problem> {
    let deleted = lockout::clear::<LdapAuth>(&app, &caller, &id, CLEAR_LOCKOUTS).await?;
    Ok(Json(ClearLockoutsResponse { deleted }))
}
