//! The versions of a secret: `/api/v1/secret/{secret}/secret-versions` and what is beside it.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::SecretId;

use crate::{
    app::{
        App, Caller, Error,
        error::Result as UseCaseResult,
        secrets::{self, VersionId},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            message::Message,
            secret::{SecretResponse, SecretVersionBody},
        },
    },
};

/// What the list of a secret's versions takes. Both have to be there.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ListQuery {
    /// Versions to leave out, from the newest on.
    offset: i64,
    /// Versions at most, up to 100.
    limit: i64,
}

/// The versions of a secret.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListResponse<'a> {
    /// Newest first.
    secret_versions: Vec<SecretVersionBody<'a>>,
}

/// The value of a version.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ValueResponse<'a> {
    /// The version.
    version: i64,
    /// The value.
    value: &'a str,
    /// The value, by its other name.
    secret_value: &'a str,
}

/// What making an old version the present one takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct RestoreRequest {
    /// Why, for the commit log; up to 256 characters.
    message: Option<Message>,
}

/// `GET /api/v1/secret/{secret}/secret-versions` lists the versions of a secret.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SecretId>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    for (field, number) in [("offset", query.offset), ("limit", query.limit)] {
        if number < 0 {
            return Err(Error::form(field, "must not be negative").into());
        }
    }
    let versions = secrets::list_versions(&app, &caller, &id, query.offset, query.limit).await?;
    let secret_versions = versions.iter().map(SecretVersionBody::from).collect();
    Ok(Json(ListResponse { secret_versions }).into_response())
}

/// `GET /api/v1/dashboard/secret-versions/{version}/value` reads the value of a version.
pub(crate) async fn value(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let secret = secrets::get_version(&app, &caller, &version_id(&id)?).await?;
    let value = secret.value.as_ref().map_or("", |value| value.as_str());
    Ok(Json(ValueResponse { version: secret.row.version, value, secret_value: value }).into_response())
}

/// `POST /api/ui/v1/secret-versions/{version}/restore` makes an old version the present one.
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<RestoreRequest>,
) -> Result<Response, Problem> {
    let message = request.message.and_then(Message::filled);
    let secret = secrets::restore_version(&app, &caller, version_id(&id)?, message).await?;
    Ok(Json(SecretResponse::from(&secret)).into_response())
}

fn version_id(text: &str) -> UseCaseResult<VersionId> {
    VersionId::parse(text).ok_or_else(|| Error::NotFound(format!("Version '{text}' was not found")))
}
