//! Every version of every folder, the present one included. They outlive the folder.

use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId},
    name::SecretPath,
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    folders::inside,
    value::{params, row},
};

row! {
    /// One version of a folder. Its path follows from the folders above it.
    pub struct FolderVersionRow {
        /// The folder.
        pub folder_id: FolderId,
        /// The version.
        pub version: i64,
        /// Its project.
        pub project_id: ProjectId,
        /// Its environment.
        pub environment_id: EnvironmentId,
        /// The folder it was in; `None` for the root.
        pub parent_id: Option<FolderId>,
        /// Its name then.
        pub name: String,
        /// What it was for.
        pub description: Option<String>,
        /// The revision of the project whose commit made the version.
        pub revision: i64,
        /// The revision whose commit replaced or deleted it; `None` for the present one.
        pub ended_revision: Option<i64>,
        /// When the folder was made.
        pub folder_created_at: Timestamp,
        /// When this version was made.
        pub created_at: Timestamp,
    }
}

/// Keeps the folder as it is now as the version that a commit to `revision` makes, and ends the one
/// before.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if this version is kept already.
pub async fn keep(db: &mut Connection, folder: &FolderId, revision: i64) -> Result<()> {
    db.execute(
        "UPDATE folder_versions SET ended_revision = $2 WHERE folder_id = $1 AND ended_revision IS NULL",
        params![folder, revision],
    )
    .await?;
    db.execute(
        "INSERT INTO folder_versions
            (folder_id, version, project_id, environment_id, parent_id, name, description, revision,
             folder_created_at, created_at)
         SELECT id, version, project_id, environment_id, parent_id, name, description,
                CAST($2 AS BIGINT), created_at, updated_at
           FROM folders WHERE id = $1",
        params![folder, revision],
    )
    .await?;
    Ok(())
}

/// Notes that a commit to `revision` deletes the folder at `path` with all below. Call it before
/// they are deleted.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn end_below(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &SecretPath,
    revision: i64,
) -> Result<()> {
    db.execute(
        "UPDATE folder_versions SET ended_revision = $3
          WHERE environment_id = $1 AND ended_revision IS NULL AND folder_id IN
                (SELECT f.id FROM folders f
                  WHERE f.environment_id = $1
                    AND substr(f.path || '/', 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT))",
        params![environment, &inside(path), revision],
    )
    .await?;
    Ok(())
}

/// A version of a folder, whether the folder still exists or not.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, folder: &FolderId, version: i64) -> Result<Option<FolderVersionRow>> {
    db.fetch_optional(
        "SELECT * FROM folder_versions WHERE folder_id = $1 AND version = $2",
        params![folder, version],
    )
    .await
}

/// The newest version of a folder, whether the folder still exists or not.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn newest(db: &mut Connection, folder: &FolderId) -> Result<Option<FolderVersionRow>> {
    db.fetch_optional(
        "SELECT * FROM folder_versions WHERE folder_id = $1 ORDER BY version DESC LIMIT 1",
        params![folder],
    )
    .await
}
