//! Which secrets have which tags.

use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId, SecretId, TagId},
    name::SecretPath,
};

use crate::{
    Connection,
    error::Result,
    folders::inside,
    value::{params, row},
};

row! {
    /// A tag on a secret.
    pub struct SecretTagRow {
        /// The secret.
        pub secret_id: SecretId,
        /// The tag.
        pub tag_id: TagId,
        /// The slug of the tag.
        pub slug: String,
        /// The color of the tag.
        pub color: Option<String>,
    }
}

/// The tags of a secret, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_secret(db: &mut Connection, secret: &SecretId) -> Result<Vec<SecretTagRow>> {
    db.fetch_all(
        "SELECT x.secret_id, x.tag_id, t.slug, t.color
           FROM secret_tags x JOIN tags t ON t.id = x.tag_id
          WHERE x.secret_id = $1",
        params![secret],
    )
    .await
}

/// The tags of all secrets in a folder, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_folder(db: &mut Connection, folder: &FolderId) -> Result<Vec<SecretTagRow>> {
    db.fetch_all(
        "SELECT x.secret_id, x.tag_id, t.slug, t.color
           FROM secret_tags x JOIN tags t ON t.id = x.tag_id JOIN secrets s ON s.id = x.secret_id
          WHERE s.folder_id = $1",
        params![folder],
    )
    .await
}

/// The tags of all secrets in the folder at `path` and in all folders below, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn below(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &SecretPath,
) -> Result<Vec<SecretTagRow>> {
    db.fetch_all(
        "SELECT x.secret_id, x.tag_id, t.slug, t.color
           FROM secret_tags x
           JOIN tags t ON t.id = x.tag_id
           JOIN secrets s ON s.id = x.secret_id
           JOIN folders f ON f.id = s.folder_id
          WHERE f.environment_id = $1
            AND substr(f.path || '/', 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT)",
        params![environment, &inside(path)],
    )
    .await
}

/// The tags of all secrets of a project, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_project(db: &mut Connection, project: &ProjectId) -> Result<Vec<SecretTagRow>> {
    db.fetch_all(
        "SELECT x.secret_id, x.tag_id, t.slug, t.color
           FROM tags t JOIN secret_tags x ON x.tag_id = t.id
          WHERE t.project_id = $1",
        params![project],
    )
    .await
}

/// Puts a tag on a secret.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if it is there already.
pub async fn insert(db: &mut Connection, secret: &SecretId, tag: &TagId) -> Result<()> {
    db.execute("INSERT INTO secret_tags (secret_id, tag_id) VALUES ($1, $2)", params![secret, tag]).await?;
    Ok(())
}

/// Takes all tags off a secret.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_all(db: &mut Connection, secret: &SecretId) -> Result<()> {
    db.execute("DELETE FROM secret_tags WHERE secret_id = $1", params![secret]).await?;
    Ok(())
}
