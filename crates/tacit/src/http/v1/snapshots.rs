//! `/api/v1/secret-snapshot/{snapshot}` and the lists of snapshots under both project prefixes: the
//! older form of the commit log (wire-contract 7.13, appendix A).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId},
    time::Timestamp,
};

use super::pit::number;
use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        error::Result as UseCaseResult,
        history::{self, ListSnapshots, SnapshotId, SnapshotView},
        secrets::Location,
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        wire::{
            place::secret_path,
            secret::SecretVersionBody,
            text::{Required, Trimmed},
        },
    },
};

/// Snapshots in an answer that does not say how many it wants.
const LIMIT_DEFAULT: i64 = 20;

/// What the lists of snapshots take.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ListQuery {
    /// The slug of the environment.
    environment: Required,
    /// The path of the folder, `/` if it is left out.
    path: Option<Trimmed>,
    /// Snapshots to leave out, from the newest on; 0 if left out.
    offset: Option<Trimmed>,
    /// Snapshots at most, up to 100, 20 if left out.
    limit: Option<Trimmed>,
}

/// A snapshot.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Snapshot {
    /// Its id.
    id: String,
    /// The id of its environment.
    env_id: EnvironmentId,
    /// The id of its folder.
    folder_id: FolderId,
    /// The folder above that; null for the root.
    parent_folder_id: Option<FolderId>,
    /// When its commit was made.
    created_at: Timestamp,
    /// The same.
    updated_at: Timestamp,
}

impl From<history::Snapshot> for Snapshot {
    fn from(snapshot: history::Snapshot) -> Self {
        let folder_id = snapshot.folder.folder_id.clone();
        Self {
            id: SnapshotId { commit: snapshot.commit.id, folder: folder_id.clone() }.to_string(),
            env_id: snapshot.folder.environment_id.clone(),
            folder_id,
            parent_folder_id: snapshot.parent_id,
            created_at: snapshot.commit.created_at,
            updated_at: snapshot.commit.created_at,
        }
    }
}

/// The snapshots of a folder.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListResponse {
    /// Newest first.
    secret_snapshots: Vec<Snapshot>,
}

/// How many snapshots a folder has.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CountResponse {
    count: i64,
}

/// A snapshot that a folder went back to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RollbackResponse {
    /// The snapshot after going back.
    secret_snapshot: Snapshot,
}

/// A snapshot with what it holds.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SnapshotResponse<'a> {
    secret_snapshot: FullSnapshot<'a>,
}

/// A snapshot with what it holds.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FullSnapshot<'a> {
    /// Its id.
    id: String,
    /// The id of its project.
    project_id: &'a ProjectId,
    /// Its environment.
    environment: SnapshotEnvironment<'a>,
    /// The secrets of the folder, by name.
    secret_versions: Vec<SecretVersionBody<'a>>,
    /// The folders in the folder, by name.
    folder_version: Vec<SnapshotFolder<'a>>,
    /// When its commit was made.
    created_at: Timestamp,
    /// The same.
    updated_at: Timestamp,
}

/// The environment of a snapshot.
#[derive(Serialize, JsonSchema)]
struct SnapshotEnvironment<'a> {
    id: &'a EnvironmentId,
    slug: &'a str,
    name: &'a str,
}

/// A folder in a snapshot.
#[derive(Serialize, JsonSchema)]
struct SnapshotFolder<'a> {
    id: &'a FolderId,
    name: &'a str,
}

impl<'a> From<&'a SnapshotView> for SnapshotResponse<'a> {
    fn from(view: &'a SnapshotView) -> Self {
        let (snapshot, environment) = (&view.snapshot, &view.environment);
        let id = SnapshotId { commit: snapshot.commit.id.clone(), folder: snapshot.folder.folder_id.clone() };
        let folder = |row: &'a tacit_store::folder_versions::FolderVersionRow| SnapshotFolder {
            id: &row.folder_id,
            name: &row.name,
        };
        Self {
            secret_snapshot: FullSnapshot {
                id: id.to_string(),
                project_id: &snapshot.commit.project_id,
                environment: SnapshotEnvironment {
                    id: &environment.id,
                    slug: &environment.slug,
                    name: &environment.name,
                },
                secret_versions: view.secrets.iter().map(SecretVersionBody::from).collect(),
                folder_version: view.folders.iter().map(folder).collect(),
                created_at: snapshot.commit.created_at,
                updated_at: snapshot.commit.created_at,
            },
        }
    }
}

/// `GET …/{project}/secret-snapshots` lists the snapshots of a folder.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<ListResponse>, Problem> {
    let offset = number("offset", query.offset, 0)?;
    let limit = number("limit", query.limit, LIMIT_DEFAULT)?;
    let request = ListSnapshots { at: location(project, query.environment, query.path)?, offset, limit };
    let snapshots = history::list_snapshots(&app, &caller, &request).await?;
    Ok(Json(ListResponse { secret_snapshots: snapshots.into_iter().map(Snapshot::from).collect() }))
}

/// `GET …/{project}/secret-snapshots/count` counts the snapshots of a folder.
pub(crate) async fn count(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<CountResponse>, Problem> {
    let at = location(project, query.environment, query.path)?;
    Ok(Json(CountResponse { count: history::count_snapshots(&app, &caller, &at).await? }))
}

/// `GET /api/v1/secret-snapshot/{snapshot}` shows what a snapshot holds.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let view = history::get_snapshot(&app, &caller, &snapshot_id(&id)?).await?;
    Ok(Json(SnapshotResponse::from(&view)).into_response())
}

/// `POST /api/v1/secret-snapshot/{snapshot}/rollback` goes back to a snapshot.
pub(crate) async fn rollback(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<RollbackResponse>, Problem> {
    let snapshot = history::rollback_snapshot(&app, &caller, snapshot_id(&id)?).await?;
    Ok(Json(RollbackResponse { secret_snapshot: snapshot.into() }))
}

fn location(project: String, environment: Required, path: Option<Trimmed>) -> UseCaseResult<Location> {
    Ok(Location {
        project: ProjectName::IdOrSlug(project),
        environment: environment.0,
        path: secret_path(&path.unwrap_or_default())?,
    })
}

fn snapshot_id(text: &str) -> UseCaseResult<SnapshotId> {
    SnapshotId::parse(text).ok_or_else(|| Error::NotFound("Snapshot not found".to_owned()))
}
