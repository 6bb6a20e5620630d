//! Folders. The path stands in the row, so that a folder is found by one look-up however deep it is.

use tacit_core::{
    id::{EnvironmentId, FolderId, OrganizationId, ProjectId},
    name::SecretPath,
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
        /// Its project.
        pub project_id: ProjectId,
        /// Its environment.
        pub environment_id: EnvironmentId,
        /// The folder it is in; `None` for the root.
        pub parent_id: Option<FolderId>,
        /// The last part of its path; `root` for the root.
        pub name: String,
        /// Where it is, from `/` on.
        pub path: String,
        /// What it is for.
        pub description: Option<String>,
        /// Raised when its name or description changes.
        pub version: i64,
        /// How many secrets are in it, without those of folders below.
        pub secret_count: i64,
        /// When a secret in it was last made, changed or deleted.
        pub secrets_changed_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When its name or description last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// Where a folder is, for requests that name it by id alone.
    pub struct FolderPlaceRow {
        /// Its project.
        pub project_id: ProjectId,
        /// Its environment.
        pub environment_id: EnvironmentId,
        /// The slug of its environment.
        pub environment_slug: String,
        /// The name of its environment.
        pub environment_name: String,
        /// Its path.
        pub path: String,
    }
}

/// Adds a folder.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if the environment has one with this path.
pub async fn insert(db: &mut Connection, folder: &FolderRow) -> Result<()> {
    db.execute(
        "INSERT INTO folders
            (id, project_id, environment_id, parent_id, name, path, description, version,
             secret_count, secrets_changed_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            &folder.id,
            &folder.project_id,
            &folder.environment_id,
            folder.parent_id.as_ref(),
            &folder.name,
            &folder.path,
            folder.description.as_deref(),
            folder.version,
            folder.secret_count,
            folder.secrets_changed_at,
            folder.created_at,
            folder.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// The folder at `path` in the project's environment with this slug.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    project: &ProjectId,
    environment_slug: &str,
    path: &SecretPath,
) -> Result<Option<FolderRow>> {
    db.fetch_optional(
        "SELECT f.* FROM folders f
           JOIN environments e ON e.id = f.environment_id
          WHERE e.project_id = $1 AND e.slug = $2 AND f.path = $3",
        params![project, environment_slug, path.as_str()],
    )
    .await
}

/// The folder with this id, of whatever project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_id(db: &mut Connection, id: &FolderId) -> Result<Option<FolderRow>> {
    db.fetch_optional("SELECT * FROM folders WHERE id = $1", params![id]).await
}

/// The folder with this id in a project of the organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_in_organization(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &FolderId,
) -> Result<Option<FolderRow>> {
    db.fetch_optional(
        "SELECT f.* FROM folders f JOIN projects p ON p.id = f.project_id
          WHERE f.id = $1 AND p.organization_id = $2",
        params![id, organization],
    )
    .await
}

/// Where the folder with this id is, of whatever project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_place(db: &mut Connection, id: &FolderId) -> Result<Option<FolderPlaceRow>> {
    db.fetch_optional(
        "SELECT f.project_id, f.environment_id, f.path,
                e.slug AS environment_slug, e.name AS environment_name
           FROM folders f JOIN environments e ON e.id = f.environment_id
          WHERE f.id = $1",
        params![id],
    )
    .await
}

/// The folders in a folder, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn children(db: &mut Connection, parent: &FolderId) -> Result<Vec<FolderRow>> {
    db.fetch_all("SELECT * FROM folders WHERE parent_id = $1", params![parent]).await
}

/// The folder called `id_or_name` in `parent`. An id comes before a name.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_child(
    db: &mut Connection,
    parent: &FolderId,
    id_or_name: &str,
) -> Result<Option<FolderRow>> {
    db.fetch_optional(
        "SELECT * FROM folders WHERE parent_id = $1 AND (id = $2 OR name = $2)
          ORDER BY CASE WHEN id = $2 THEN 0 ELSE 1 END LIMIT 1",
        params![parent, id_or_name],
    )
    .await
}

/// All folders below `path`, without the one at `path`, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn below(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &SecretPath,
) -> Result<Vec<FolderRow>> {
    // LIKE would take the underscore in a name for a wildcard.
    db.fetch_all(
        "SELECT * FROM folders
          WHERE environment_id = $1
            AND substr(path, 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT) AND path <> '/'",
        params![environment, &inside(path)],
    )
    .await
}

/// What the paths of all folders inside `path` begin with.
pub(crate) fn inside(path: &SecretPath) -> String {
    if path.is_root() { "/".to_owned() } else { format!("{path}/") }
}

/// Stores name, path, description, version and time of a changed folder.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if the environment has another at this path.
pub async fn update(db: &mut Connection, folder: &FolderRow) -> Result<()> {
    db.execute(
        "UPDATE folders SET name = $2, path = $3, description = $4, version = $5, updated_at = $6
          WHERE id = $1",
        params![
            &folder.id,
            &folder.name,
            &folder.path,
            folder.description.as_deref(),
            folder.version,
            folder.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Gives everything below `from` the path it has once `from` is called `to`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn move_below(
    db: &mut Connection,
    environment: &EnvironmentId,
    from: &SecretPath,
    to: &SecretPath,
) -> Result<()> {
    db.execute(
        "UPDATE folders SET path = CAST($3 AS TEXT) || substr(path, length(CAST($2 AS TEXT)) + 1)
          WHERE environment_id = $1
            AND substr(path, 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT)",
        params![environment, &inside(from), &inside(to)],
    )
    .await?;
    Ok(())
}

/// Notes that secrets of a folder changed, `difference` of them added or, below zero, deleted, and
/// returns how many there are now.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn note_secrets(
    db: &mut Connection,
    folder: &FolderId,
    difference: i64,
    now: Timestamp,
) -> Result<i64> {
    db.fetch_one(
        "UPDATE folders SET secret_count = secret_count + $2, secrets_changed_at = $3
          WHERE id = $1 RETURNING secret_count AS number",
        params![folder, difference, now],
    )
    .await
}

/// Deletes a folder with everything below.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &FolderId) -> Result<()> {
    db.execute("DELETE FROM folders WHERE id = $1", params![id]).await?;
    Ok(())
}
