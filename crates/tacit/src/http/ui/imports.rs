//! `/api/ui/v1/projects/{project}/imports`: the imports of a folder in all environments.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::SecretImportId;
use tacit_store::secret_imports::SecretImportRow;

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        secret_imports::{self, FolderImports},
        secrets::PlainSecret,
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        wire::{place::secret_path, text::Trimmed},
    },
};

/// What `GET …/imports` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ImportsQuery {
    /// The path of the folder, `/` if it is left out.
    #[serde(default)]
    path: Trimmed,
}

/// The imports of a folder, without values.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ImportsResponse<'a> {
    environments: Vec<EnvironmentImports<'a>>,
}

/// The imports of the folder in one environment.
#[derive(Serialize, JsonSchema)]
struct EnvironmentImports<'a> {
    /// The slug of the environment.
    slug: &'a str,
    /// The first first. A later one hides what an earlier one brings.
    imports: Vec<Import<'a>>,
}

/// One import.
#[derive(Serialize, JsonSchema)]
struct Import<'a> {
    id: &'a SecretImportId,
    /// The slug of the environment of what it includes.
    environment: &'a str,
    /// The path of what it includes.
    path: &'a str,
    /// Its place among the imports of the folder, 1 for the first.
    position: i64,
    /// What it brings that the caller may see, by name.
    secrets: Vec<Imported<'a>>,
}

/// A secret that an import brings, and where it is.
#[derive(Serialize, JsonSchema)]
struct Imported<'a> {
    key: &'a str,
    environment: &'a str,
    path: &'a str,
    version: i64,
}

/// `GET /api/ui/v1/projects/{project}/imports` shows the imports of a folder in all environments.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<ImportsQuery>,
) -> Result<Response, Problem> {
    let path = secret_path(&query.path)?;
    let all = secret_imports::overview(&app, &caller, &ProjectName::IdOrSlug(project), &path).await?;
    let environments = all.iter().map(EnvironmentImports::from).collect();
    Ok(Json(ImportsResponse { environments }).into_response())
}

impl<'a> From<&'a FolderImports> for EnvironmentImports<'a> {
    fn from(folder: &'a FolderImports) -> Self {
        let import = |row: &'a SecretImportRow| Import {
            id: &row.id,
            environment: &row.source_environment_slug,
            path: &row.source_path,
            position: row.position,
            secrets: brought(folder, row).iter().map(Imported::from).collect(),
        };
        Self { slug: &folder.environment, imports: folder.imports.iter().map(import).collect() }
    }
}

/// A folder imports no other twice, so the source tells which group is of which import.
fn brought<'a>(folder: &'a FolderImports, row: &SecretImportRow) -> &'a [PlainSecret] {
    folder
        .groups
        .iter()
        .find(|group| {
            group.place.environment == row.source_environment_slug && group.place.path == row.source_path
        })
        .map_or(&[], |group| group.secrets.as_slice())
}

impl<'a> From<&'a PlainSecret> for Imported<'a> {
    fn from(secret: &'a PlainSecret) -> Self {
        Self {
            key: &secret.row.name,
            environment: &secret.place.environment,
            path: &secret.place.path,
            version: secret.row.version,
        }
    }
}
