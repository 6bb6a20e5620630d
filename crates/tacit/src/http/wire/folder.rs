//! How answers show folders (wire-contract 8).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId},
    time::Timestamp,
};
use tacit_store::folders::FolderRow;

use crate::app::folders::{Folder, LocatedFolder};

/// A folder.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FolderBody {
    /// Its id.
    id: FolderId,
    /// The last part of its path.
    name: String,
    /// 1 for a new folder, raised when its name or description changes.
    version: i64,
    /// The id of its environment.
    env_id: EnvironmentId,
    /// The folder it is in; null for the root.
    parent_id: Option<FolderId>,
    /// Whether the server made it for itself; never.
    is_reserved: bool,
    /// What it is for.
    description: Option<String>,
    /// Where it is, from `/` on.
    path: String,
    /// When a secret in it was last made, changed or deleted.
    last_secret_modified: Option<Timestamp>,
    /// When it was made.
    created_at: Timestamp,
    /// When its name or description last changed.
    updated_at: Timestamp,
}

/// A folder in a list.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ListedFolder {
    #[serde(flatten)]
    folder: FolderBody,
    /// Its path below the folder that was listed; only in a recursive list.
    #[serde(skip_serializing_if = "Option::is_none")]
    relative_path: Option<String>,
}

/// A folder that was asked for by id or path.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FoundFolder {
    #[serde(flatten)]
    folder: FolderBody,
    /// Its environment.
    environment: FolderEnvironment,
    /// Its project.
    project_id: ProjectId,
}

/// The environment of a folder.
#[derive(Debug, Serialize, JsonSchema)]
struct FolderEnvironment {
    #[serde(rename = "envId")]
    id: EnvironmentId,
    #[serde(rename = "envName")]
    name: String,
    #[serde(rename = "envSlug")]
    slug: String,
}

/// One folder.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FolderResponse {
    /// The folder.
    folder: FolderBody,
}

/// One folder with its environment.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FoundFolderResponse {
    /// The folder.
    folder: FoundFolder,
}

/// Several folders.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FoldersResponse {
    /// The folders.
    folders: Vec<ListedFolder>,
}

impl From<FolderRow> for FolderBody {
    fn from(row: FolderRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            version: row.version,
            env_id: row.environment_id,
            parent_id: row.parent_id,
            is_reserved: false,
            description: row.description,
            path: row.path,
            last_secret_modified: row.secrets_changed_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<Folder> for FolderResponse {
    fn from(folder: Folder) -> Self {
        Self { folder: folder.row.into() }
    }
}

impl From<LocatedFolder> for FoundFolderResponse {
    fn from(found: LocatedFolder) -> Self {
        let environment = FolderEnvironment {
            id: found.environment_id,
            name: found.environment_name,
            slug: found.environment_slug,
        };
        Self { folder: FoundFolder { folder: found.row.into(), environment, project_id: found.project_id } }
    }
}

impl From<Vec<Folder>> for FoldersResponse {
    fn from(folders: Vec<Folder>) -> Self {
        let listed =
            |folder: Folder| ListedFolder { folder: folder.row.into(), relative_path: folder.relative_path };
        Self { folders: folders.into_iter().map(listed).collect() }
    }
}
