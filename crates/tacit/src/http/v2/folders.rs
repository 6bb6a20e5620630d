//! `/api/v2/folders`: folders. Generation 1 takes the same requests in its own spelling.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::{id::FolderId, name::FolderName, time::Timestamp};

use crate::{
    app::{
        App, Caller, Error, Patch,
        error::Result,
        folders::{self, FolderChange, ListFolders, NewFolder},
        secrets::Location,
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            folder::{FolderResponse, FoldersResponse, FoundFolderResponse},
            named::Named,
            place::{FolderPlace, ProjectFields, secret_path},
            text::{Lenient, Required, Trimmed},
        },
    },
};

/// The longest description, in characters.
const DESCRIPTION_LENGTH_MAX: usize = 1_024;

/// What `POST /api/v2/folders` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CreateRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
    /// Letters, digits, hyphens and underscores, up to 255.
    name: Trimmed,
    /// What it is for, up to 1,024 characters.
    #[serde(default)]
    description: Option<Trimmed>,
}

/// What `GET /api/v2/folders` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListQuery {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
    /// Whether folders further below belong to the list.
    #[serde(default)]
    recursive: Lenient,
    /// Only folders with a secret that was made, changed or deleted at this time or later.
    last_secret_modified: Option<Trimmed>,
}

/// What `PATCH /api/v2/folders/{folder}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UpdateRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
    /// The name from now on.
    name: Trimmed,
    /// What it is for; null clears it.
    #[serde(default)]
    description: Patch<Trimmed>,
}

/// What `PATCH /api/v2/folders/batch` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UpdateManyRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// The changes, 1 to 1,000.
    folders: Vec<UpdateItem>,
}

/// A change of one folder.
#[derive(Debug, Deserialize, JsonSchema)]
struct UpdateItem {
    /// Its id, or its name so far.
    id: Required,
    /// The slug of its environment.
    environment: Required,
    /// The folder it is in, `/` if left out.
    #[serde(default)]
    path: Trimmed,
    /// The name from now on.
    name: Trimmed,
    /// What it is for; null clears it.
    #[serde(default)]
    description: Patch<Trimmed>,
}

/// What `DELETE /api/v2/folders/{folder}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
    /// Everything inside is deleted with or without it.
    #[serde(rename = "forceDelete", default)]
    _force_delete: bool,
}

/// `POST /api/v2/folders` makes a folder.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<FolderResponse>, Problem> {
    let folder = NewFolder {
        at: request.place.location()?,
        name: folder_name(&request.name)?,
        description: request.description.map(description).transpose()?,
    };
    Ok(Json(folders::create(&app, &caller, folder).await?.into()))
}

/// `GET /api/v2/folders` lists folders.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<FoldersResponse>, Problem> {
    let request = ListFolders {
        at: query.place.location()?,
        is_recursive: query.recursive.0,
        secrets_changed_since: query
            .last_secret_modified
            .and_then(Trimmed::filled)
            .map(|text| time(&text))
            .transpose()?,
    };
    Ok(Json(folders::list(&app, &caller, &request).await?.into()))
}

/// `GET /api/v2/folders/{folder}` finds the folder with an id.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FolderId>,
) -> Result<Json<FoundFolderResponse>, Problem> {
    Ok(Json(folders::get(&app, &caller, &id).await?.into()))
}

/// `PATCH /api/v2/folders/{folder}` renames or describes a folder.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Named(id_or_name): Named,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<FolderResponse>, Problem> {
    let change = FolderChange {
        at: request.place.location()?,
        id_or_name,
        name: folder_name(&request.name)?,
        description: request.description.try_map(description)?,
    };
    Ok(Json(folders::update(&app, &caller, change).await?.into()))
}

/// `PATCH /api/v2/folders/batch` renames or describes folders.
pub(crate) async fn update_many(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<UpdateManyRequest>,
) -> Result<Json<FoldersResponse>, Problem> {
    let project = request.project.name().ok_or_else(|| Error::form("projectId", "Required"))?;
    let change = |item: UpdateItem| {
        Ok(FolderChange {
            at: Location {
                project: project.clone(),
                environment: item.environment.0,
                path: secret_path(&item.path)?,
            },
            id_or_name: item.id.0,
            name: folder_name(&item.name)?,
            description: item.description.try_map(description)?,
        })
    };
    let changes = request.folders.into_iter().map(change).collect::<Result<Vec<_>>>()?;
    Ok(Json(folders::update_many(&app, &caller, project, changes).await?.into()))
}

/// `DELETE /api/v2/folders/{folder}` deletes a folder, by id or name, with everything in it.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Named(id_or_name): Named,
    Body(request): Body<DeleteRequest>,
) -> Result<Json<FolderResponse>, Problem> {
    let at = request.place.location()?;
    Ok(Json(folders::delete(&app, &caller, at, id_or_name).await?.into()))
}

fn folder_name(name: &Trimmed) -> Result<FolderName> {
    FolderName::parse(name.as_str()).map_err(|error| Error::Invalid(format!("Not a folder name: {error}")))
}

fn description(text: Trimmed) -> Result<String> {
    if text.as_str().chars().count() > DESCRIPTION_LENGTH_MAX {
        let rule = format!("must not have more than {DESCRIPTION_LENGTH_MAX} characters");
        return Err(Error::form("description", rule));
    }
    Ok(text.0)
}

fn time(text: &str) -> Result<Timestamp> {
    let rule = "must be a time such as 2026-01-31T12:00:00Z";
    Timestamp::parse(text).ok_or_else(|| Error::form("lastSecretModified", rule))
}
