//! Personal overrides: a user's own secret beside a shared one of the same name and folder.
//!
//! They are rows of `secrets` with an owner. None is there without the shared secret, so what deletes,
//! renames or moves that one calls [`delete_all`] or [`carry`] too.

use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId, UserId},
    name::SecretPath,
};

use crate::{Connection, error::Result, folders::inside, secrets::SecretRow, value::params};

/// A user's override of the secret with this name in a folder.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    folder: &FolderId,
    name: &str,
    owner: &UserId,
) -> Result<Option<SecretRow>> {
    db.fetch_optional(
        "SELECT * FROM secrets WHERE folder_id = $1 AND name = $2 AND owner_user_id = $3",
        params![folder, name, owner],
    )
    .await
}

/// A user's overrides in a folder, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, folder: &FolderId, owner: &UserId) -> Result<Vec<SecretRow>> {
    db.fetch_all("SELECT * FROM secrets WHERE folder_id = $1 AND owner_user_id = $2", params![folder, owner])
        .await
}

/// A user's overrides in the folder at `path` and in all folders below, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_below(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &SecretPath,
    owner: &UserId,
) -> Result<Vec<SecretRow>> {
    db.fetch_all(
        "SELECT s.* FROM secrets s JOIN folders f ON f.id = s.folder_id
          WHERE f.environment_id = $1 AND s.owner_user_id = $3
            AND substr(f.path || '/', 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT)",
        params![environment, &inside(path), owner],
    )
    .await
}

/// How many overrides a user has in a project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, project: &ProjectId, owner: &UserId) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM secrets s JOIN folders f ON f.id = s.folder_id
          WHERE f.project_id = $1 AND s.owner_user_id = $2",
        params![project, owner],
    )
    .await
}

/// Deletes everybody's overrides of the secret with this name in a folder, for a commit to `revision`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_all(db: &mut Connection, folder: &FolderId, name: &str, revision: i64) -> Result<()> {
    db.execute(
        "UPDATE secret_versions SET ended_revision = $3
          WHERE ended_revision IS NULL AND secret_id IN
                (SELECT id FROM secrets WHERE folder_id = $1 AND name = $2 AND owner_user_id <> '')",
        params![folder, name, revision],
    )
    .await?;
    db.execute(
        "DELETE FROM secrets WHERE folder_id = $1 AND name = $2 AND owner_user_id <> ''",
        params![folder, name],
    )
    .await?;
    Ok(())
}

/// Takes everybody's overrides of a secret along to where it goes. Who has an override there already
/// keeps that one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn carry(db: &mut Connection, from: (&FolderId, &str), to: (&FolderId, &str)) -> Result<()> {
    db.execute(
        "UPDATE secrets SET folder_id = $3, name = $4
          WHERE folder_id = $1 AND name = $2 AND owner_user_id <> '' AND owner_user_id NOT IN
                (SELECT there.owner_user_id FROM secrets there WHERE there.folder_id = $3 AND there.name = $4)",
        params![from.0, from.1, to.0, to.1],
    )
    .await?;
    Ok(())
}

/// Deletes all overrides of a user in all projects, and what they were before.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_of_owner(db: &mut Connection, owner: &UserId) -> Result<()> {
    db.execute("DELETE FROM secrets WHERE owner_user_id = $1 AND owner_user_id <> ''", params![owner])
        .await?;
    db.execute(
        "DELETE FROM secret_versions WHERE owner_user_id = $1 AND owner_user_id <> ''",
        params![owner],
    )
    .await?;
    Ok(())
}
