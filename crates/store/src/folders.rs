//! Folders of environments.

use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A folder.
    pub struct FolderRow {
        /// Its id.
        pub id: FolderId,
        /// The project it belongs to.
        pub project_id: ProjectId,
        /// The environment it is in.
        pub environment_id: EnvironmentId,
        /// The folder it is in; `None` for the root of an environment.
        pub parent_id: Option<FolderId>,
        /// Its name; `root` for the root.
        pub name: String,
        /// Where it is: `/`, or `/a/b` without a slash at the end.
        pub path: String,
        /// For people.
        pub description: Option<String>,
        /// Raised with each change.
        pub version: i64,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// Adds a folder.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if the environment has one at
/// that path.
pub async fn insert(db: &mut Connection, folder: &FolderRow) -> Result<()> {
    db.execute(
        "INSERT INTO folders
            (id, project_id, environment_id, parent_id, name, path, description, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            &folder.id,
            &folder.project_id,
            &folder.environment_id,
            folder.parent_id.as_ref(),
            &folder.name,
            &folder.path,
            folder.description.as_deref(),
            folder.version,
            folder.created_at,
            folder.updated_at,
        ],
    )
    .await?;
    Ok(())
}
