//! `/api/v1/auth/token-auth/identities/{identity}`: the settings per identity (wire-contract 10.4).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{AuthMethodId, IdentityId},
    time::Timestamp,
    trusted_ip::TrustedIps,
};
use tacit_store::auth_methods::AuthMethodRow;

use crate::{
    app::{App, Caller, token_auth, token_settings},
    http::{
        extract::{Body, Path},
        problem::Problem,
        v1::auth_method::TokenSettingsRequest,
    },
};

/// The Token Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenAuthResponse {
    identity_token_auth: TokenAuthBody,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TokenAuthBody {
    id: AuthMethodId,
    identity_id: IdentityId,
    #[serde(rename = "accessTokenTTL")]
    access_token_ttl: i64,
    #[serde(rename = "accessTokenMaxTTL")]
    access_token_max_ttl: i64,
    access_token_num_uses_limit: i64,
    access_token_trusted_ips: TrustedIps,
    created_at: Timestamp,
    updated_at: Timestamp,
}

type Answer = Result<Json<TokenAuthResponse>, Problem>;

fn response(method: AuthMethodRow) -> Answer {
    let body = TokenAuthBody {
        id: method.id,
        identity_id: method.identity_id,
        access_token_ttl: method.access_token_ttl,
        access_token_max_ttl: method.access_token_max_ttl,
        access_token_num_uses_limit: method.access_token_num_uses_limit,
        access_token_trusted_ips: token_settings::read_stored(&method.access_token_trusted_ips)?,
        created_at: method.created_at,
        updated_at: method.updated_at,
    };
    Ok(Json(TokenAuthResponse { identity_token_auth: body }))
}

/// `POST …/{identity}` attaches Token Auth.
pub(crate) async fn attach(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<TokenSettingsRequest>,
) -> Answer {
    response(token_auth::attach(&app, &caller, &id, request.settings()?).await?)
}

/// `GET …/{identity}` shows the settings.
pub(crate) async fn get(State(app): State<App>, caller: Caller, Path(id): Path<IdentityId>) -> Answer {
    response(token_auth::get(&app, &caller, &id).await?)
}

/// `PATCH …/{identity}` changes the settings.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<TokenSettingsRequest>,
) -> Answer {
    response(token_auth::update(&app, &caller, &id, request.settings()?).await?)
}

/// `DELETE …/{identity}` detaches Token Auth and ends its tokens.
pub(crate) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<IdentityId>) -> Answer {
    response(token_auth::delete(&app, &caller, &id).await?)
}
