//! `/api/v1/auth/token-auth/…/tokens`: tokens made by people (wire-contract 10.6).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{AccessTokenId, ClientSecretId, IdentityId},
    time::Timestamp,
};
use tacit_store::access_tokens::AccessTokenRow;

use crate::{
    app::{
        App, Caller, access_tokens,
        identity_tokens::{self, NewToken},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            access_token::{MessageResponse, TokenResponse},
            text::{Trimmed, present},
        },
    },
};

/// A token to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateTokenRequest {
    /// What people call it, up to 255 characters.
    #[serde(default)]
    name: Option<Trimmed>,
    /// The organization of the identity; any other is refused.
    #[serde(default, alias = "subOrganizationName")]
    organization_slug: Option<Trimmed>,
}

/// Another name for a token.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UpdateTokenRequest {
    /// Up to 255 characters; null or empty takes it away, absent keeps it.
    #[serde(default, deserialize_with = "present")]
    #[expect(clippy::option_option, reason = "absent, null and a text ask for different things")]
    name: Option<Option<Trimmed>>,
}

/// Which part of the list.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListTokensQuery {
    /// How many to leave out at the beginning.
    #[serde(default)]
    offset: i64,
    /// 1 to 100; 20 if absent.
    #[serde(default)]
    limit: Option<i64>,
}

/// A token, shown this once, and what is known of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateTokenResponse {
    #[serde(flatten)]
    token: TokenResponse,
    token_data: AccessTokenBody,
}

/// What is known of a token.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AccessTokenResponse {
    token: AccessTokenBody,
}

/// What is known of several tokens.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListTokensResponse {
    tokens: Vec<AccessTokenBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AccessTokenBody {
    id: AccessTokenId,
    identity_id: IdentityId,
    name: Option<String>,
    auth_method: String,
    #[serde(rename = "accessTokenTTL")]
    access_token_ttl: i64,
    #[serde(rename = "accessTokenMaxTTL")]
    access_token_max_ttl: i64,
    access_token_period: i64,
    access_token_num_uses: i64,
    access_token_num_uses_limit: i64,
    access_token_last_used_at: Option<Timestamp>,
    access_token_last_renewed_at: Option<Timestamp>,
    is_access_token_revoked: bool,
    #[serde(rename = "identityUAClientSecretId")]
    identity_ua_client_secret_id: Option<ClientSecretId>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<AccessTokenRow> for AccessTokenBody {
    fn from(row: AccessTokenRow) -> Self {
        Self {
            id: row.id,
            identity_id: row.identity_id,
            name: row.name,
            auth_method: row.method,
            access_token_ttl: row.ttl_seconds,
            access_token_max_ttl: access_tokens::told_max_ttl(row.max_ttl_seconds, row.period_seconds),
            access_token_period: row.period_seconds,
            access_token_num_uses: row.num_uses,
            access_token_num_uses_limit: row.num_uses_limit,
            access_token_last_used_at: row.last_used_at,
            access_token_last_renewed_at: row.last_renewed_at,
            is_access_token_revoked: row.is_revoked,
            identity_ua_client_secret_id: row.client_secret_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

type Answer = Result<Json<AccessTokenResponse>, Problem>;

fn response(row: AccessTokenRow) -> Json<AccessTokenResponse> {
    Json(AccessTokenResponse { token: row.into() })
}

/// `POST …/identities/{identity}/tokens` makes a token.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<CreateTokenRequest>,
) -> Result<Json<CreateTokenResponse>, Problem> {
    let new = NewToken {
        name: request.name.and_then(Trimmed::filled),
        organization_slug: request.organization_slug.and_then(Trimmed::filled),
    };
    let (token, row) = identity_tokens::create(&app, &caller, &id, new).await?;
    Ok(Json(CreateTokenResponse { token: token.into(), token_data: row.into() }))
}

/// `GET …/identities/{identity}/tokens` lists tokens, newest first.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Query(query): Query<ListTokensQuery>,
) -> Result<Json<ListTokensResponse>, Problem> {
    let limit = query.limit.unwrap_or(20);
    let rows = identity_tokens::list(&app, &caller, &id, query.offset, limit).await?;
    Ok(Json(ListTokensResponse { tokens: rows.into_iter().map(AccessTokenBody::from).collect() }))
}

/// `GET …/identities/{identity}/tokens/{token}` shows a token of an identity.
pub(crate) async fn get_of_identity(
    State(app): State<App>,
    caller: Caller,
    Path((id, token)): Path<(IdentityId, AccessTokenId)>,
) -> Answer {
    Ok(response(identity_tokens::get(&app, &caller, Some(&id), &token).await?))
}

/// `GET …/tokens/{token}` shows a token.
pub(crate) async fn get(State(app): State<App>, caller: Caller, Path(token): Path<AccessTokenId>) -> Answer {
    Ok(response(identity_tokens::get(&app, &caller, None, &token).await?))
}

/// `PATCH …/tokens/{token}` changes the name of a token.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(token): Path<AccessTokenId>,
    Body(request): Body<UpdateTokenRequest>,
) -> Answer {
    let name = request.name.map(|name| name.and_then(Trimmed::filled));
    Ok(response(identity_tokens::rename(&app, &caller, &token, name).await?))
}

/// `POST …/tokens/{token}/revoke` ends a token.
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(token): Path<AccessTokenId>,
) -> Result<Json<MessageResponse>, Problem> {
    identity_tokens::revoke(&app, &caller, &token).await?;
    Ok(Json(MessageResponse { message: "The access token was revoked" }))
}
