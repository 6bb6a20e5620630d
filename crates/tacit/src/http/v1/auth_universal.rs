//! `/api/v1/auth/universal-auth`: login, and the settings per identity (wire-contract 10.2 to 10.4).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{AuthMethodId, IdentityId},
    time::Timestamp,
    trusted_ip::TrustedIps,
};
use zeroize::Zeroizing;

use crate::{
    app::{
        App, Caller, Client, Result,
        token_settings::{self, TokenSettings},
        universal_auth::{self, UniversalAuth, UniversalAuthSettings},
        universal_auth_login::{self, Login},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            access_token::{TokenResponse, TrustedIpRequest, trusted_ips},
            text::Trimmed,
        },
    },
};

/// What a machine logs in with, as JSON or as a form.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UniversalAuthLoginRequest {
    /// The client id.
    client_id: Trimmed,
    /// The client secret.
    client_secret: Trimmed,
    /// The organization of the identity; any other is refused.
    #[serde(default, alias = "subOrganizationName")]
    organization_slug: Option<Trimmed>,
}

/// Settings of Universal Auth. What is absent stays, or takes its default.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UniversalAuthRequest {
    /// Where a login may come from; everywhere by default.
    #[serde(default)]
    client_secret_trusted_ips: Option<Vec<TrustedIpRequest>>,
    /// Where tokens may be used from; everywhere by default.
    #[serde(default)]
    access_token_trusted_ips: Option<Vec<TrustedIpRequest>>,
    /// Seconds a token lives from issue or last renewal, 0 to 315360000; 0 is for ever.
    #[serde(default, rename = "accessTokenTTL")]
    access_token_ttl: Option<i64>,
    /// Seconds from issue that renewals cannot pass, 0 to 315360000; 0 is none.
    #[serde(default, rename = "accessTokenMaxTTL")]
    access_token_max_ttl: Option<i64>,
    /// Uses a token is good for; 0 is unlimited.
    #[serde(default)]
    access_token_num_uses_limit: Option<i64>,
    /// Seconds within which a token must be renewed, without an end; 0 is off.
    #[serde(default)]
    access_token_period: Option<i64>,
    /// Whether wrong client secrets lock the method for a while; true by default.
    #[serde(default)]
    lockout_enabled: Option<bool>,
    /// Wrong client secrets that lock it, 1 to 30; 3 by default.
    #[serde(default)]
    lockout_threshold: Option<i64>,
    /// Seconds it stays locked, 30 to 86400; 300 by default.
    #[serde(default)]
    lockout_duration_seconds: Option<i64>,
    /// Seconds after the last wrong one that they are forgotten, 5 to 3600; 30 by default.
    #[serde(default)]
    lockout_counter_reset_seconds: Option<i64>,
}

impl UniversalAuthRequest {
    fn settings(self) -> Result<UniversalAuthSettings> {
        let login_ips = trusted_ips("clientSecretTrustedIps", self.client_secret_trusted_ips.as_deref())?;
        let token_ips = trusted_ips("accessTokenTrustedIps", self.access_token_trusted_ips.as_deref())?;
        Ok(UniversalAuthSettings {
            tokens: TokenSettings {
                ttl_seconds: self.access_token_ttl,
                max_ttl_seconds: self.access_token_max_ttl,
                num_uses_limit: self.access_token_num_uses_limit,
                period_seconds: self.access_token_period,
                trusted_ips: token_ips,
            },
            client_secret_trusted_ips: login_ips,
            lockout_enabled: self.lockout_enabled,
            lockout_threshold: self.lockout_threshold,
            lockout_duration_seconds: self.lockout_duration_seconds,
            lockout_counter_reset_seconds: self.lockout_counter_reset_seconds,
        })
    }
}

/// The Universal Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UniversalAuthResponse {
    identity_universal_auth: UniversalAuthBody,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UniversalAuthBody {
    id: AuthMethodId,
    identity_id: IdentityId,
    client_id: String,
    #[serde(rename = "accessTokenTTL")]
    access_token_ttl: i64,
    #[serde(rename = "accessTokenMaxTTL")]
    access_token_max_ttl: i64,
    access_token_num_uses_limit: i64,
    access_token_period: i64,
    lockout_enabled: bool,
    lockout_threshold: i64,
    lockout_duration_seconds: i64,
    lockout_counter_reset_seconds: i64,
    client_secret_trusted_ips: TrustedIps,
    access_token_trusted_ips: TrustedIps,
    created_at: Timestamp,
    updated_at: Timestamp,
}

fn response(auth: UniversalAuth) -> Result<Json<UniversalAuthResponse>, Problem> {
    let UniversalAuth { method, universal } = auth;
    let body = UniversalAuthBody {
        id: method.id,
        identity_id: method.identity_id,
        client_id: universal.client_id,
        access_token_ttl: method.access_token_ttl,
        access_token_max_ttl: method.access_token_max_ttl,
        access_token_num_uses_limit: method.access_token_num_uses_limit,
        access_token_period: method.access_token_period,
        lockout_enabled: universal.lockout_enabled,
        lockout_threshold: universal.lockout_threshold,
        lockout_duration_seconds: universal.lockout_duration_seconds,
        lockout_counter_reset_seconds: universal.lockout_counter_reset_seconds,
        client_secret_trusted_ips: token_settings::read_stored(&universal.client_secret_trusted_ips)?,
        access_token_trusted_ips: token_settings::read_stored(&method.access_token_trusted_ips)?,
        created_at: method.created_at,
        updated_at: method.updated_at,
    };
    Ok(Json(UniversalAuthResponse { identity_universal_auth: body }))
}

/// How many lockouts were ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClearLockoutsResponse {
    pub(super) deleted: i64,
}

/// `POST /api/v1/auth/universal-auth/login` exchanges a client secret for an access token.
pub(crate) async fn login(
    State(app): State<App>,
    client: Client,
    Body(request): Body<UniversalAuthLoginRequest>,
) -> Result<Json<TokenResponse>, Problem> {
    let login = Login {
        client_id: request.client_id.0,
        client_secret: Zeroizing::new(request.client_secret.0),
        organization_slug: request.organization_slug.and_then(Trimmed::filled),
    };
    Ok(Json(universal_auth_login::login(&app, client, login).await?.into()))
}

/// `POST /api/v1/auth/universal-auth/identities/{identity}` attaches Universal Auth.
pub(crate) async fn attach(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<UniversalAuthRequest>,
) -> Result<Json<UniversalAuthResponse>, Problem> {
    response(universal_auth::attach(&app, &caller, &id, request.settings()?).await?)
}

/// `GET /api/v1/auth/universal-auth/identities/{identity}` shows the settings.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<UniversalAuthResponse>, Problem> {
    response(universal_auth::get(&app, &caller, &id).await?)
}

/// `PATCH /api/v1/auth/universal-auth/identities/{identity}` changes the settings.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<UniversalAuthRequest>,
) -> Result<Json<UniversalAuthResponse>, Problem> {
    response(universal_auth::update(&app, &caller, &id, request.settings()?).await?)
}

/// `DELETE /api/v1/auth/universal-auth/identities/{identity}` detaches Universal Auth.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<UniversalAuthResponse>, Problem> {
    response(universal_auth::delete(&app, &caller, &id).await?)
}

/// `POST /api/v1/auth/universal-auth/identities/{identity}/clear-lockouts` ends a lockout.
pub(crate) async fn clear_lockouts(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<ClearLockoutsResponse>, Problem> {
    Ok(Json(ClearLockoutsResponse { deleted: universal_auth::clear_lockouts(&app, &caller, &id).await? }))
}
