//! `/api/ui/v1/projects/{project}/matrix`: a folder in all environments, column by column.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::{EnvironmentId, FolderId, ProjectId};

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        secrets::{self, Can, Cell, CellChange, Column, Matrix},
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        wire::{place::secret_path, runs::Runs, secret::SecretTag, text::Trimmed},
    },
};

/// What `GET …/matrix` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct MatrixQuery {
    /// The path of the folder, `/` if it is left out.
    #[serde(default)]
    path: Trimmed,
}

/// A folder in all environments, without values. A position in `keys` is a row, one in `environments`
/// and `columns` a column.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MatrixResponse<'a> {
    project_id: &'a ProjectId,
    /// Raised by every commit.
    revision: i64,
    path: &'a str,
    /// Whether the API hands values out.
    plaintext_reads: bool,
    environments: Vec<EnvironmentColumn<'a>>,
    tags: Vec<SecretTag<'a>>,
    /// When, type of the actor, id, name.
    changes: Vec<(i64, &'a str, &'a str, &'a str)>,
    /// By their bytes.
    keys: Vec<&'a str>,
    columns: Vec<Cells>,
    folders: Vec<FolderRow<'a>>,
}

/// An environment and what the caller could do in this folder of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct EnvironmentColumn<'a> {
    id: &'a EnvironmentId,
    slug: &'a str,
    name: &'a str,
    position: i64,
    /// The folder there; null if it is not there, or nothing in it is for the caller.
    folder_id: Option<&'a FolderId>,
    can: Rights,
}

/// What the caller could do with some secret of the folder.
#[derive(Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a right of its own")]
struct Rights {
    describe: bool,
    read: bool,
    create: bool,
    edit: bool,
    delete: bool,
}

/// The cells of one environment, row by row. A number below zero stands for that many more of the one
/// before it.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Cells {
    /// 0 where there is no secret, or none that the caller may see.
    version: Runs,
    /// 1 empty, 2 reference, 4 several lines, 8 comment, 16 personal value, 32 not readable, 64 not
    /// editable, 128 not deletable, 256 metadata, 512 reminder, 1024 skips multi-line encoding,
    /// 2048 does not decrypt.
    flags: Runs,
    /// The position in `changes`.
    change: Runs,
    /// 1 + the first column to the left with an equal value in the row; 0 if there is none.
    same_as: Runs,
    /// The positions in the list of tags, by row, where there are any.
    tags: BTreeMap<usize, Vec<usize>>,
}

/// A folder in the folder.
#[derive(Serialize, JsonSchema)]
struct FolderRow<'a> {
    name: &'a str,
    /// Its id in each environment.
    ids: Vec<Option<&'a FolderId>>,
}

/// `GET /api/ui/v1/projects/{project}/matrix` shows a folder in all environments.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<MatrixQuery>,
) -> Result<Response, Problem> {
    let path = secret_path(&query.path)?;
    let matrix = secrets::matrix(&app, &caller, &ProjectName::IdOrSlug(project), path).await?;
    Ok(Json(MatrixResponse::from(&matrix)).into_response())
}

impl<'a> From<&'a Matrix> for MatrixResponse<'a> {
    fn from(matrix: &'a Matrix) -> Self {
        let change = |change: &'a CellChange| {
            let CellChange { at, actor_type, actor_id, actor_name } = change;
            (at.millis(), actor_type.as_str(), actor_id.as_str(), actor_name.as_str())
        };
        Self {
            project_id: &matrix.project.id,
            revision: matrix.project.revision,
            path: matrix.path.as_str(),
            plaintext_reads: matrix.project.plaintext_reads,
            environments: matrix.columns.iter().map(EnvironmentColumn::from).collect(),
            tags: matrix.tags.iter().map(SecretTag::from).collect(),
            changes: matrix.changes.iter().map(change).collect(),
            keys: matrix.rows.keys().map(String::as_str).collect(),
            columns: columns(matrix),
            folders: matrix
                .folders
                .iter()
                .map(|(name, ids)| FolderRow { name, ids: ids.iter().map(Option::as_ref).collect() })
                .collect(),
        }
    }
}

impl<'a> From<&'a Column> for EnvironmentColumn<'a> {
    fn from(column: &'a Column) -> Self {
        let Can { describe, read, create, edit, delete } = column.can;
        Self {
            id: &column.environment.id,
            slug: &column.environment.slug,
            name: &column.environment.name,
            position: column.environment.position,
            folder_id: column.folder_id.as_ref(),
            can: Rights { describe, read, create, edit, delete },
        }
    }
}

fn columns(matrix: &Matrix) -> Vec<Cells> {
    let mut columns: Vec<Cells> = matrix.columns.iter().map(|_| Cells::default()).collect();
    for (row, cells) in matrix.rows.values().enumerate() {
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.push(row, cell.as_ref());
        }
    }
    columns
}

impl Cells {
    fn push(&mut self, row: usize, cell: Option<&Cell>) {
        self.version.push(cell.map_or(0, |cell| cell.version));
        self.flags.push(cell.map_or(0, |cell| cell.flags));
        self.change.push(cell.map_or(0, |cell| cell.change));
        self.same_as.push(cell.and_then(|cell| cell.same_as).map_or(0, |column| column + 1));
        if let Some(cell) = cell.filter(|cell| !cell.tags.is_empty()) {
            self.tags.insert(row, cell.tags.clone());
        }
    }
}
