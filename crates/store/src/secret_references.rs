//! Which secrets refer to which places, by keyed hashes of the places.

use tacit_core::id::{ProjectId, SecretId};

use crate::{
    Connection,
    error::Result,
    secrets::{SecretHeadRow, SecretRow},
    value::{params, row},
};

row! {
    /// Whether a project has its index.
    pub struct IndexedRow {
        /// Whether the references of all its secrets are stored.
        pub references_indexed: bool,
    }
}

/// Stores that a secret refers to a place.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if that is stored already.
pub async fn insert(db: &mut Connection, secret: &SecretId, target_hash: &[u8]) -> Result<()> {
    db.execute(
        "INSERT INTO secret_references (secret_id, target_hash) VALUES ($1, $2)",
        params![secret, target_hash],
    )
    .await?;
    Ok(())
}

/// Forgets what a secret refers to.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_all(db: &mut Connection, secret: &SecretId) -> Result<()> {
    db.execute("DELETE FROM secret_references WHERE secret_id = $1", params![secret]).await?;
    Ok(())
}

/// The shared secrets that refer to a place, by id, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn users(db: &mut Connection, target_hash: &[u8], limit: i64) -> Result<Vec<SecretHeadRow>> {
    db.fetch_all(
        "SELECT s.id, s.folder_id, s.name, s.version
           FROM secret_references r JOIN secrets s ON s.id = r.secret_id
          WHERE r.target_hash = $1 AND s.owner_user_id = ''
          ORDER BY s.id LIMIT $2",
        params![target_hash, limit],
    )
    .await
}

/// Whether the references of all secrets of a project are stored; `false` for one that is not there.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn is_indexed(db: &mut Connection, project: &ProjectId) -> Result<bool> {
    let row: Option<IndexedRow> =
        db.fetch_optional("SELECT references_indexed FROM projects WHERE id = $1", params![project]).await?;
    Ok(row.is_some_and(|row| row.references_indexed))
}

/// Notes that the references of all secrets of a project are stored, and locks it until the end of the
/// transaction. Says whether that was news.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn mark_indexed(db: &mut Connection, project: &ProjectId) -> Result<bool> {
    let marked = db
        .execute(
            "UPDATE projects SET references_indexed = TRUE WHERE id = $1 AND NOT references_indexed",
            params![project],
        )
        .await?;
    Ok(marked > 0)
}

/// The next `limit` shared secrets of a project after the one with the id `after`, by id. Start with an
/// empty one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn secrets_after(
    db: &mut Connection,
    project: &ProjectId,
    after: &str,
    limit: i64,
) -> Result<Vec<SecretRow>> {
    db.fetch_all(
        "SELECT s.* FROM secrets s JOIN folders f ON f.id = s.folder_id
          WHERE f.project_id = $1 AND s.owner_user_id = '' AND s.id > $2
          ORDER BY s.id LIMIT $3",
        params![project, after, limit],
    )
    .await
}

/// Forgets everything that the secrets of a project refer to, and notes that it is to be stored anew, as
/// for a project that is older than the table.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn forget_index(db: &mut Connection, project: &ProjectId) -> Result<()> {
    db.execute(
        "DELETE FROM secret_references WHERE secret_id IN
            (SELECT s.id FROM secrets s JOIN folders f ON f.id = s.folder_id WHERE f.project_id = $1)",
        params![project],
    )
    .await?;
    db.execute("UPDATE projects SET references_indexed = FALSE WHERE id = $1", params![project]).await?;
    Ok(())
}
