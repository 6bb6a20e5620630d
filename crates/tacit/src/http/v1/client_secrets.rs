//! `/api/v1/auth/universal-auth/identities/{identity}/client-secrets` (wire-contract 10.5).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{AuthMethodId, ClientSecretId, IdentityId},
    time::Timestamp,
};
use tacit_store::client_secrets::ClientSecretRow;

use crate::{
    app::{
        App, Caller,
        client_secrets::{self, NewClientSecret},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::text::Trimmed,
    },
};

/// A new client secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateClientSecretRequest {
    /// What it is for, up to 1024 characters.
    #[serde(default)]
    description: Option<Trimmed>,
    /// Logins it is good for; 0 is unlimited.
    #[serde(default)]
    num_uses_limit: Option<i64>,
    /// Seconds it is good for, 0 to 315360000; 0 is for ever.
    #[serde(default)]
    ttl: Option<i64>,
}

/// A client secret, shown this once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateClientSecretResponse {
    /// The client secret.
    client_secret: String,
    /// What is known of it ever after.
    client_secret_data: ClientSecretBody,
}

/// What is known of a client secret.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientSecretResponse {
    client_secret_data: ClientSecretBody,
}

/// What is known of several client secrets.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListClientSecretsResponse {
    client_secret_data: Vec<ClientSecretBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ClientSecretBody {
    id: ClientSecretId,
    description: String,
    client_secret_prefix: String,
    client_secret_num_uses: i64,
    client_secret_num_uses_limit: i64,
    #[serde(rename = "clientSecretTTL")]
    client_secret_ttl: i64,
    #[serde(rename = "identityUAId")]
    identity_ua_id: AuthMethodId,
    is_client_secret_revoked: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<ClientSecretRow> for ClientSecretBody {
    fn from(row: ClientSecretRow) -> Self {
        Self {
            id: row.id,
            description: row.description,
            client_secret_prefix: row.prefix,
            client_secret_num_uses: row.num_uses,
            client_secret_num_uses_limit: row.num_uses_limit,
            client_secret_ttl: row.ttl_seconds,
            identity_ua_id: row.auth_method_id,
            is_client_secret_revoked: row.is_revoked,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

type Answer = Result<Json<ClientSecretResponse>, Problem>;

fn response(row: ClientSecretRow) -> Json<ClientSecretResponse> {
    Json(ClientSecretResponse { client_secret_data: row.into() })
}

/// `POST …/client-secrets` makes a client secret.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<CreateClientSecretRequest>,
) -> Result<Json<CreateClientSecretResponse>, Problem> {
    let new = NewClientSecret {
        description: request.description.unwrap_or_default().0,
        num_uses_limit: request.num_uses_limit.unwrap_or(0),
        ttl_seconds: request.ttl.unwrap_or(0),
    };
    let (secret, row) = client_secrets::create(&app, &caller, &id, new).await?;
    let client_secret = secret.as_str().to_owned();
    Ok(Json(CreateClientSecretResponse { client_secret, client_secret_data: row.into() }))
}

/// `GET …/client-secrets` lists those that are not revoked.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<ListClientSecretsResponse>, Problem> {
    let rows = client_secrets::list(&app, &caller, &id).await?;
    let client_secret_data = rows.into_iter().map(ClientSecretBody::from).collect();
    Ok(Json(ListClientSecretsResponse { client_secret_data }))
}

/// `GET …/client-secrets/{client_secret}` shows one.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((id, secret)): Path<(IdentityId, ClientSecretId)>,
) -> Answer {
    Ok(response(client_secrets::get(&app, &caller, &id, &secret).await?))
}

/// `POST …/client-secrets/{client_secret}/revoke` ends one and the tokens it was exchanged for.
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path((id, secret)): Path<(IdentityId, ClientSecretId)>,
) -> Answer {
    Ok(response(client_secrets::revoke(&app, &caller, &id, &secret).await?))
}
