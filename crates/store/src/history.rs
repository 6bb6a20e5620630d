//! The state of a project at one of its revisions, read from the version rows.
//!
//! A version row belongs to the state at revision R if it was made at R or before and not ended at R
//! or before. A row that the commit which made it also ended belongs to no state.
//!
//! `CROSS JOIN` keeps SQLite from joining in another order, and `owner_user_id || ''` from taking an
//! index that would read every version.

use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection, error::Result, folder_versions::FolderVersionRow, secret_tags::SecretTagRow,
    secret_versions::SecretVersionRow, secrets::SecretHeadRow, value::params,
};

/// The newest revision of a project whose commit was made at `time` or before; `None` if there was none.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn revision_at(db: &mut Connection, project: &ProjectId, time: Timestamp) -> Result<Option<i64>> {
    db.fetch_optional(
        "SELECT revision AS number FROM commits WHERE project_id = $1 AND created_at <= $2
          ORDER BY created_at DESC, revision DESC LIMIT 1",
        params![project, time],
    )
    .await
}

/// The root folder of an environment at a revision.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn root(
    db: &mut Connection,
    environment: &EnvironmentId,
    revision: i64,
) -> Result<Option<FolderVersionRow>> {
    db.fetch_optional(
        "SELECT v.* FROM folders f JOIN folder_versions v ON v.folder_id = f.id
          WHERE f.environment_id = $1 AND f.path = '/' AND v.revision <= $2
            AND (v.ended_revision IS NULL OR v.ended_revision > $2)",
        params![environment, revision],
    )
    .await
}

/// The folder called `name` in `parent` at a revision.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn child(
    db: &mut Connection,
    parent: &FolderId,
    name: &str,
    revision: i64,
) -> Result<Option<FolderVersionRow>> {
    // Of the rows of one name only the newest can belong to the state: names are unique.
    db.fetch_optional(
        "SELECT * FROM
            (SELECT * FROM folder_versions
              WHERE parent_id = $1 AND name = $2 AND revision <= $3
                AND (ended_revision IS NULL OR ended_revision > revision)
              ORDER BY revision DESC LIMIT 1) AS newest
          WHERE ended_revision IS NULL OR ended_revision > $3",
        params![parent, name, revision],
    )
    .await
}

/// The folder with this id at a revision.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn folder(
    db: &mut Connection,
    folder: &FolderId,
    revision: i64,
) -> Result<Option<FolderVersionRow>> {
    db.fetch_optional(
        "SELECT * FROM folder_versions
          WHERE folder_id = $1 AND revision <= $2 AND (ended_revision IS NULL OR ended_revision > $2)",
        params![folder, revision],
    )
    .await
}

/// The folders in a folder at a revision, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn children(
    db: &mut Connection,
    parent: &FolderId,
    revision: i64,
) -> Result<Vec<FolderVersionRow>> {
    db.fetch_all(
        "SELECT * FROM folder_versions
          WHERE parent_id = $1 AND revision <= $2 AND (ended_revision IS NULL OR ended_revision > $2)",
        params![parent, revision],
    )
    .await
}

/// A folder and all above it up to the root at a revision, in no particular order; empty if it did
/// not exist then.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn ancestors(
    db: &mut Connection,
    folder: &FolderId,
    revision: i64,
) -> Result<Vec<FolderVersionRow>> {
    db.fetch_all(
        "WITH RECURSIVE above (folder_id, parent_id) AS (
            SELECT folder_id, parent_id FROM folder_versions
             WHERE folder_id = $1 AND revision <= $2 AND (ended_revision IS NULL OR ended_revision > $2)
            UNION
            SELECT v.folder_id, v.parent_id FROM folder_versions v JOIN above a ON v.folder_id = a.parent_id
             WHERE v.revision <= $2 AND (v.ended_revision IS NULL OR v.ended_revision > $2))
         SELECT v.* FROM folder_versions v JOIN above a ON v.folder_id = a.folder_id
          WHERE v.revision <= $2 AND (v.ended_revision IS NULL OR v.ended_revision > $2)",
        params![folder, revision],
    )
    .await
}

/// A folder with all below it at a revision, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn folders_below(
    db: &mut Connection,
    folder: &FolderId,
    revision: i64,
) -> Result<Vec<FolderVersionRow>> {
    db.fetch_all(
        "WITH RECURSIVE below (folder_id) AS (
            SELECT CAST($1 AS TEXT)
            UNION
            SELECT v.folder_id FROM folder_versions v JOIN below b ON v.parent_id = b.folder_id
             WHERE v.revision <= $2 AND (v.ended_revision IS NULL OR v.ended_revision > $2))
         SELECT v.* FROM folder_versions v JOIN below b ON v.folder_id = b.folder_id
          WHERE v.revision <= $2 AND (v.ended_revision IS NULL OR v.ended_revision > $2)",
        params![folder, revision],
    )
    .await
}

/// The shared secret called `name` in a folder at a revision.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn secret(
    db: &mut Connection,
    folder: &FolderId,
    name: &str,
    revision: i64,
) -> Result<Option<SecretVersionRow>> {
    // As in `child`: only the newest row of the name can belong to the state.
    db.fetch_optional(
        "SELECT * FROM
            (SELECT * FROM secret_versions
              WHERE folder_id = $1 AND owner_user_id = '' AND name = $2 AND revision <= $3
                AND (ended_revision IS NULL OR ended_revision > revision)
              ORDER BY revision DESC LIMIT 1) AS newest
          WHERE ended_revision IS NULL OR ended_revision > $3",
        params![folder, name, revision],
    )
    .await
}

/// The shared secrets of a folder at a revision, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn secrets(db: &mut Connection, folder: &FolderId, revision: i64) -> Result<Vec<SecretVersionRow>> {
    // Two ranges of one index: what is still there, and what was ended since. So the cost follows what
    // changed since then, and not how long the history is.
    db.fetch_all(
        "SELECT * FROM secret_versions
          WHERE folder_id = $1 AND ended_revision IS NULL AND revision <= $2 AND owner_user_id || '' = ''
         UNION ALL
         SELECT * FROM secret_versions
          WHERE folder_id = $1 AND ended_revision > $2 AND revision <= $2 AND owner_user_id || '' = ''",
        params![folder, revision],
    )
    .await
}

/// The shared secrets of a folder and of all below it at a revision, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn secrets_below(
    db: &mut Connection,
    folder: &FolderId,
    revision: i64,
) -> Result<Vec<SecretVersionRow>> {
    db.fetch_all(
        "WITH RECURSIVE below (folder_id) AS (
            SELECT CAST($1 AS TEXT)
            UNION
            SELECT v.folder_id FROM folder_versions v JOIN below b ON v.parent_id = b.folder_id
             WHERE v.revision <= $2 AND (v.ended_revision IS NULL OR v.ended_revision > $2))
         SELECT s.* FROM below b CROSS JOIN secret_versions s
          WHERE s.folder_id = b.folder_id AND s.ended_revision IS NULL AND s.revision <= $2
            AND s.owner_user_id || '' = ''
         UNION ALL
         SELECT s.* FROM below b CROSS JOIN secret_versions s
          WHERE s.folder_id = b.folder_id AND s.ended_revision > $2 AND s.revision <= $2
            AND s.owner_user_id || '' = ''",
        params![folder, revision],
    )
    .await
}

/// What is now stored of the shared secrets of a folder and, if `is_deep`, of the folders that were
/// below it at a revision, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn present_secrets(
    db: &mut Connection,
    folder: &FolderId,
    revision: i64,
    is_deep: bool,
) -> Result<Vec<SecretHeadRow>> {
    db.fetch_all(
        "WITH RECURSIVE below (folder_id) AS (
            SELECT CAST($1 AS TEXT)
            UNION
            SELECT v.folder_id FROM folder_versions v JOIN below b ON v.parent_id = b.folder_id
             WHERE $3 AND v.revision <= $2 AND (v.ended_revision IS NULL OR v.ended_revision > $2))
         SELECT s.id, s.folder_id, s.name, s.version FROM secrets s JOIN below b ON s.folder_id = b.folder_id
          WHERE s.owner_user_id = ''",
        params![folder, revision, is_deep],
    )
    .await
}

/// The tags now on what [`present_secrets`] returns, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn present_tags(
    db: &mut Connection,
    folder: &FolderId,
    revision: i64,
    is_deep: bool,
) -> Result<Vec<SecretTagRow>> {
    db.fetch_all(
        "WITH RECURSIVE below (folder_id) AS (
            SELECT CAST($1 AS TEXT)
            UNION
            SELECT v.folder_id FROM folder_versions v JOIN below b ON v.parent_id = b.folder_id
             WHERE $3 AND v.revision <= $2 AND (v.ended_revision IS NULL OR v.ended_revision > $2))
         SELECT x.secret_id, x.tag_id, t.slug, t.color
           FROM below b CROSS JOIN secrets s CROSS JOIN secret_tags x CROSS JOIN tags t
          WHERE s.folder_id = b.folder_id AND x.secret_id = s.id AND t.id = x.tag_id",
        params![folder, revision, is_deep],
    )
    .await
}
