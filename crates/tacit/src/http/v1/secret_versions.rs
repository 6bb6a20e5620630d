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
        secrets::{self, ListVersions, PlainSecret, VersionId},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            message::Message,
            secret::{SecretResponse, SecretVersionBody},
            text::Strict,
        },
    },
};

/// What the list of a secret's versions takes. `offset` and `limit` have to be there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListQuery {
    /// Versions to leave out, from the newest on.
    offset: i64,
    /// Versions at most, up to 100.
    limit: i64,
    /// Whether values are wanted; true if left out.
    view_secret_value: Option<Strict>,
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
    let request = ListVersions {
        secret: id,
        offset: query.offset,
        limit: query.limit,
        shows_values: query.view_secret_value.is_none_or(|Strict(wanted)| wanted),
    };
    let versions = secrets::list_versions(&app, &caller, &request).await?;
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
    Ok(Json(ValueResponse::from(&secret)).into_response())
}

/// `POST /api/ui/v1/secret-versions/{version}/reveal` shows a person the value of a version.
pub(crate) async fn reveal(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let secret = secrets::reveal_version(&app, &caller, &version_id(&id)?).await?;
    Ok(Json(ValueResponse::from(&secret)).into_response())
}

impl<'a> From<&'a PlainSecret> for ValueResponse<'a> {
    fn from(secret: &'a PlainSecret) -> Self {
        let value = secret.value.as_ref().map_or("", |value| value.as_str());
        Self { version: secret.row.version, value, secret_value: value }
    }
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
