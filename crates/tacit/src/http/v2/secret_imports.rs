//! `/api/v2/secret-imports`: imports. Generation 1 takes the same requests in its own spelling.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::SecretImportId;

use crate::{
    app::{
        App, Caller, Error,
        secret_imports::{self, ImportChange, ImportSource, NewImport},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            place::{FolderPlace, secret_path},
            secret_import::{
                ImportedSecretsResponse, LocatedSecretImportResponse, SecretImportResponse,
                SecretImportsResponse,
            },
            text::{Required, Trimmed},
        },
    },
};

/// What an import includes.
#[derive(Debug, Deserialize, JsonSchema)]
struct SourceFields {
    /// The slug of the environment.
    environment: Required,
    /// The path of the folder.
    path: Trimmed,
}

/// What `POST /api/v2/secret-imports` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
    /// What to include.
    import: SourceFields,
    /// Accepted; an import is always up to date.
    #[serde(default)]
    is_replication: bool,
}

/// What to change of an import; what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ChangeFields {
    /// The slug of the environment.
    environment: Option<Required>,
    /// The path of the folder.
    path: Option<Trimmed>,
    /// Its place among the imports of the folder, 1 for the first.
    position: Option<i64>,
}

/// What `PATCH /api/v2/secret-imports/{import}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UpdateRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
    /// The changes.
    import: ChangeFields,
}

/// What names the folder that includes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PlaceRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
}

/// What happened.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MessageResponse {
    message: &'static str,
}

/// `POST /api/v2/secret-imports` makes an import.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<SecretImportResponse>, Problem> {
    let source =
        ImportSource { environment: request.import.environment.0, path: secret_path(&request.import.path)? };
    let new = NewImport { at: request.place.location()?, source, is_replication: request.is_replication };
    let row = secret_imports::create(&app, &caller, new).await?;
    Ok(Json(SecretImportResponse::new("The import was created", row)))
}

/// `GET /api/v2/secret-imports` lists the imports of a folder.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PlaceRequest>,
) -> Result<Json<SecretImportsResponse>, Problem> {
    Ok(Json(secret_imports::list(&app, &caller, &query.place.location()?).await?.into()))
}

/// `GET /api/v2/secret-imports/{import}` reads one import.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SecretImportId>,
) -> Result<Json<LocatedSecretImportResponse>, Problem> {
    Ok(Json(secret_imports::get(&app, &caller, &id).await?.into()))
}

/// `PATCH /api/v2/secret-imports/{import}` changes an import.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SecretImportId>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<SecretImportResponse>, Problem> {
    let fields = request.import;
    let change = ImportChange {
        at: request.place.location()?,
        id,
        environment: fields.environment.map(|environment| environment.0),
        path: fields.path.as_ref().map(secret_path).transpose()?,
        position: fields.position.map(position).transpose()?,
    };
    let row = secret_imports::update(&app, &caller, change).await?;
    Ok(Json(SecretImportResponse::new("The import was changed", row)))
}

fn position(position: i64) -> Result<i64, Error> {
    if position < 1 {
        return Err(Error::form("position", "must be at least 1"));
    }
    Ok(position)
}

/// `DELETE /api/v2/secret-imports/{import}` deletes an import.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SecretImportId>,
    Body(request): Body<PlaceRequest>,
) -> Result<Json<SecretImportResponse>, Problem> {
    let row = secret_imports::delete(&app, &caller, request.place.location()?, id).await?;
    Ok(Json(SecretImportResponse::new("The import was deleted", row)))
}

/// `POST /api/v2/secret-imports/{import}/replication-resync` brings a replication up to date.
pub(crate) async fn resync(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SecretImportId>,
    Body(request): Body<PlaceRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    secret_imports::resync(&app, &caller, &request.place.location()?, &id).await?;
    Ok(Json(MessageResponse { message: "The replication is up to date" }))
}

/// `GET /api/v2/secret-imports/secrets` lists what the imports of a folder bring.
pub(crate) async fn imported_secrets(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PlaceRequest>,
) -> Result<Response, Problem> {
    let groups = secret_imports::imported_secrets(&app, &caller, query.place.location()?).await?;
    Ok(Json(ImportedSecretsResponse::from(groups.as_slice())).into_response())
}
