//! Folders included in other folders, and every version of these imports.

use tacit_core::{
    id::{EnvironmentId, FolderId, OrganizationId, ProjectId, SecretImportId},
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
    /// An import.
    pub struct SecretImportRow {
        /// Its id.
        pub id: SecretImportId,
        /// Its project.
        pub project_id: ProjectId,
        /// The folder that includes.
        pub folder_id: FolderId,
        /// The environment of what is included.
        pub source_environment_id: EnvironmentId,
        /// The slug of that environment.
        pub source_environment_slug: String,
        /// The name of that environment.
        pub source_environment_name: String,
        /// The path of what is included.
        pub source_path: String,
        /// 1 is the first.
        pub position: i64,
        /// Whether the client asked for a replication.
        pub is_replication: bool,
        /// 1 for a new one, raised by every change.
        pub version: i64,
        /// When it was made.
        pub created_at: Timestamp,
        /// When this version was made.
        pub updated_at: Timestamp,
    }
}

/// The imports of a folder, the first first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, folder: &FolderId) -> Result<Vec<SecretImportRow>> {
    db.fetch_all(
        "SELECT i.*, e.slug AS source_environment_slug, e.name AS source_environment_name
           FROM secret_imports i JOIN environments e ON e.id = i.source_environment_id
          WHERE i.folder_id = $1 ORDER BY i.position, i.id",
        params![folder],
    )
    .await
}

/// The import with this id in a project of the organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_in_organization(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &SecretImportId,
) -> Result<Option<SecretImportRow>> {
    db.fetch_optional(
        "SELECT i.*, e.slug AS source_environment_slug, e.name AS source_environment_name
           FROM secret_imports i
           JOIN environments e ON e.id = i.source_environment_id
           JOIN projects p ON p.id = i.project_id
          WHERE i.id = $1 AND p.organization_id = $2",
        params![id, organization],
    )
    .await
}

/// The imports that the folder at `path` and the folders below have, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_below(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &SecretPath,
) -> Result<Vec<SecretImportRow>> {
    db.fetch_all(
        "SELECT i.*, e.slug AS source_environment_slug, e.name AS source_environment_name
           FROM secret_imports i
           JOIN environments e ON e.id = i.source_environment_id
           JOIN folders f ON f.id = i.folder_id
          WHERE f.environment_id = $1
            AND substr(f.path || '/', 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT)",
        params![environment, &inside(path)],
    )
    .await
}

/// The imports of other environments that include something of this one, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_of_source(
    db: &mut Connection,
    environment: &EnvironmentId,
) -> Result<Vec<SecretImportRow>> {
    db.fetch_all(
        "SELECT i.*, e.slug AS source_environment_slug, e.name AS source_environment_name
           FROM secret_imports i
           JOIN environments e ON e.id = i.source_environment_id
           JOIN folders f ON f.id = i.folder_id
          WHERE i.source_environment_id = $1 AND f.environment_id <> $1",
        params![environment],
    )
    .await
}

/// The folders that include the folder at `path`, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn importers(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &str,
) -> Result<Vec<FolderId>> {
    let rows: Vec<SecretImportRow> = db
        .fetch_all(
            "SELECT i.*, e.slug AS source_environment_slug, e.name AS source_environment_name
               FROM secret_imports i JOIN environments e ON e.id = i.source_environment_id
              WHERE i.source_environment_id = $1 AND i.source_path = $2",
            params![environment, path],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.folder_id).collect())
}

/// Adds an import.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if the folder has one of the same source.
pub async fn insert(db: &mut Connection, import: &SecretImportRow) -> Result<()> {
    db.execute(
        "INSERT INTO secret_imports
            (id, project_id, folder_id, source_environment_id, source_path, position, is_replication,
             version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            &import.id,
            &import.project_id,
            &import.folder_id,
            &import.source_environment_id,
            &import.source_path,
            import.position,
            import.is_replication,
            import.version,
            import.created_at,
            import.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Stores source, position, version and time of a changed import.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if the folder has another of the same source.
pub async fn update(db: &mut Connection, import: &SecretImportRow) -> Result<()> {
    db.execute(
        "UPDATE secret_imports
            SET source_environment_id = $2, source_path = $3, position = $4, version = $5, updated_at = $6
          WHERE id = $1",
        params![
            &import.id,
            &import.source_environment_id,
            &import.source_path,
            import.position,
            import.version,
            import.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes an import. Its versions stay.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &SecretImportId) -> Result<()> {
    db.execute("DELETE FROM secret_imports WHERE id = $1", params![id]).await?;
    Ok(())
}

/// Keeps the import as it is now as the version that a commit to `revision` makes, and ends the one
/// before.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if this version is kept already.
pub async fn keep(db: &mut Connection, import: &SecretImportId, revision: i64) -> Result<()> {
    end(db, import, revision).await?;
    db.execute(
        "INSERT INTO secret_import_versions
            (import_id, version, project_id, folder_id, source_environment_id, source_path, position,
             is_replication, import_created_at, created_at, revision)
         SELECT id, version, project_id, folder_id, source_environment_id, source_path, position,
                is_replication, created_at, updated_at, CAST($2 AS BIGINT)
           FROM secret_imports WHERE id = $1",
        params![import, revision],
    )
    .await?;
    Ok(())
}

/// The newest version of an import that was kept, whether the import still exists or not; 0 for none.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn newest_version(db: &mut Connection, import: &SecretImportId) -> Result<i64> {
    db.fetch_one(
        "SELECT COALESCE(MAX(version), 0) AS number FROM secret_import_versions WHERE import_id = $1",
        params![import],
    )
    .await
}

/// Ends the present version of an import by a commit to `revision`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn end(db: &mut Connection, import: &SecretImportId, revision: i64) -> Result<()> {
    db.execute(
        "UPDATE secret_import_versions SET ended_revision = $2
          WHERE import_id = $1 AND ended_revision IS NULL",
        params![import, revision],
    )
    .await?;
    Ok(())
}

/// The imports that a folder had at a revision, the first first. Those whose source is in an
/// environment that is gone are left out.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_at(db: &mut Connection, folder: &FolderId, revision: i64) -> Result<Vec<SecretImportRow>> {
    db.fetch_all(
        "SELECT v.import_id AS id, v.project_id, v.folder_id, v.source_environment_id, v.source_path,
                v.position, v.is_replication, v.version, v.import_created_at AS created_at,
                v.created_at AS updated_at, e.slug AS source_environment_slug,
                e.name AS source_environment_name
           FROM secret_import_versions v JOIN environments e ON e.id = v.source_environment_id
          WHERE v.folder_id = $1 AND v.revision <= $2
            AND (v.ended_revision IS NULL OR v.ended_revision > $2)
          ORDER BY v.position, v.import_id",
        params![folder, revision],
    )
    .await
}
