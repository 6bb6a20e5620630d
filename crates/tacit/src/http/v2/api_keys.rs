//! `/api/v2/users/me/api-keys` (wire-contract 15.4).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{ApiKeyId, UserId},
    time::Timestamp,
};
use tacit_store::api_keys::ApiKeyRow;

use crate::{
    app::{App, Caller, api_keys},
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::text::Required,
    },
};

/// An API key to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRequest {
    /// What the person calls it, 1 to 255 characters.
    name: Required,
    /// Seconds it is good for, 0 to 315360000; 0 and null are for ever.
    expires_in: Option<i64>,
}

/// What is known of an API key; never the key itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyData {
    id: ApiKeyId,
    name: String,
    last_used: Option<Timestamp>,
    /// Null is never.
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    user_id: UserId,
}

impl From<ApiKeyRow> for ApiKeyData {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            last_used: row.last_used_at,
            expires_at: row.expires_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            user_id: row.user_id,
        }
    }
}

/// An API key, shown this once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateResponse {
    /// The key.
    api_key: String,
    /// What is known of it ever after.
    api_key_data: ApiKeyData,
}

/// What is known of an API key, or of several.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InApiKeyData<T> {
    api_key_data: T,
}

/// `POST /api/v2/users/me/api-keys` makes an API key.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<CreateResponse>, Problem> {
    let ttl_seconds = request.expires_in.unwrap_or(0);
    let (key, row) = api_keys::create(&app, &caller, request.name.0, ttl_seconds).await?;
    Ok(Json(CreateResponse { api_key: key.as_str().to_owned(), api_key_data: row.into() }))
}

/// `GET /api/v2/users/me/api-keys` lists the caller's API keys.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Vec<ApiKeyData>>, Problem> {
    let rows = api_keys::list(&app, &caller).await?;
    Ok(Json(rows.into_iter().map(ApiKeyData::from).collect()))
}

/// `GET /api/v3/users/me/api-keys` lists them in an envelope.
pub(crate) async fn list_enveloped(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<InApiKeyData<Vec<ApiKeyData>>>, Problem> {
    let rows = api_keys::list(&app, &caller).await?;
    Ok(Json(InApiKeyData { api_key_data: rows.into_iter().map(ApiKeyData::from).collect() }))
}

/// `DELETE /api/v2/users/me/api-keys/{api_key}` ends an API key.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ApiKeyId>,
) -> Result<Json<InApiKeyData<ApiKeyData>>, Problem> {
    let row = api_keys::delete(&app, &caller, id).await?;
    Ok(Json(InApiKeyData { api_key_data: row.into() }))
}
