//! `/api/v1/pit/commits/{commit}/compare`: what differs between two states of a folder.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::{CommitId, FolderId, SecretImportId};
use tacit_store::secret_imports::SecretImportRow;

use crate::{
    app::{
        App, Caller,
        history::{self, Compare, FolderDifference, ImportDifference},
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        wire::{
            commit::Change,
            moment::Moment,
            place::FolderPlace,
            text::{Lenient, Strict},
        },
    },
};

/// What comparing takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompareQuery {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
    /// The other state: a revision or a time (RFC 3339); now if left out.
    to: Option<Moment>,
    /// Whether the folders below belong to it.
    #[serde(default, alias = "recursive")]
    deep_rollback: Lenient,
    /// Whether values are wanted; true if left out.
    view_secret_value: Option<Strict>,
}

/// What differs between two states of a folder.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompareResponse<'a> {
    /// The revision of the first state.
    from_revision: i64,
    /// The revision of the second.
    to_revision: i64,
    /// Whether the folder was there in the first state. Nothing goes back to a state without it.
    was_there: bool,
    /// Secrets that differ, by path and name; `before` is the first state.
    changes: Vec<Change<'a>>,
    /// Folders that differ.
    folders: Vec<FolderChange<'a>>,
    /// Imports that differ.
    imports: Vec<ImportChange<'a>>,
}

/// An import that differs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ImportChange<'a> {
    /// The folder that includes.
    folder_id: &'a FolderId,
    /// Its path.
    secret_path: &'a str,
    /// The import in the first state; null if it was not there.
    before: Option<ImportSide<'a>>,
    /// The import in the second state; null if it was not there.
    after: Option<ImportSide<'a>>,
}

/// What an import includes in one of the states.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ImportSide<'a> {
    id: &'a SecretImportId,
    /// The slug of the source's environment.
    environment: &'a str,
    /// The path of the source.
    import_path: &'a str,
    /// Its place among the imports of the folder, 1 for the first.
    position: i64,
}

impl<'a> From<&'a SecretImportRow> for ImportSide<'a> {
    fn from(row: &'a SecretImportRow) -> Self {
        Self {
            id: &row.id,
            environment: &row.source_environment_slug,
            import_path: &row.source_path,
            position: row.position,
        }
    }
}

/// A folder that differs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FolderChange<'a> {
    folder_id: &'a FolderId,
    /// Its path in the first state; null if it was not there.
    path_before: Option<&'a str>,
    /// Its path in the second state; null if it was not there.
    path_after: Option<&'a str>,
}

/// `GET /api/v1/pit/commits/{commit}/compare` compares a folder after a commit with another state.
pub(crate) async fn compare(
    State(app): State<App>,
    caller: Caller,
    Path(commit): Path<CommitId>,
    Query(query): Query<CompareQuery>,
) -> Result<Response, Problem> {
    let request = Compare {
        at: query.place.location()?,
        commit,
        to: query.to.map(|to| to.0),
        is_deep: query.deep_rollback.0,
        shows_values: query.view_secret_value.is_none_or(|Strict(wanted)| wanted),
    };
    let found = history::compare(&app, &caller, &request).await?;
    let answer = CompareResponse {
        from_revision: found.from,
        to_revision: found.to,
        was_there: found.was_there,
        changes: found.secrets.iter().filter_map(Change::difference).collect(),
        folders: found.folders.iter().map(folder_change).collect(),
        imports: found.imports.iter().map(import_change).collect(),
    };
    Ok(Json(answer).into_response())
}

fn import_change(difference: &ImportDifference) -> ImportChange<'_> {
    ImportChange {
        folder_id: &difference.place.folder_id,
        secret_path: &difference.place.path,
        before: difference.before.as_ref().map(ImportSide::from),
        after: difference.after.as_ref().map(ImportSide::from),
    }
}

fn folder_change(difference: &FolderDifference) -> FolderChange<'_> {
    FolderChange {
        folder_id: &difference.folder_id,
        path_before: difference.path_before.as_deref(),
        path_after: difference.path_after.as_deref(),
    }
}
