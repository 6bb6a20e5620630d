//! How far the replacing of data keys of projects has come.

use tacit_core::{
    cipher::Ciphertext,
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

/// The new key is known to every node, and not used yet.
pub const ANNOUNCED: &str = "announced";
/// The new key is used, and rows are encrypted anew.
pub const RUNNING: &str = "running";
/// The old key is gone.
pub const FINISHED: &str = "finished";

row! {
    /// The rotation of a project's data key: the one that is running, or else the last one.
    pub struct RotationRow {
        /// The project.
        pub project_id: ProjectId,
        /// [`ANNOUNCED`], [`RUNNING`] or [`FINISHED`].
        pub state: String,
        /// The number of the key that comes.
        pub key_number: i64,
        /// Rows that are encrypted under it by now.
        pub rows_done: i64,
        /// Rows when it began.
        pub rows_total: i64,
        /// When it began.
        pub started_at: Timestamp,
        /// When the state last changed.
        pub changed_at: Timestamp,
        /// When the old key was destroyed.
        pub finished_at: Option<Timestamp>,
    }
}

row! {
    /// The keys of a project, wrapped by the root key.
    pub struct ProjectKeysRow {
        /// The project.
        pub id: ProjectId,
        /// Its name.
        pub name: String,
        /// Its slug.
        pub slug: String,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// The name of its organization.
        pub organization_name: String,
        /// The key that encrypts.
        pub data_key_ciphertext: Ciphertext,
        /// The key that comes or goes.
        pub other_data_key_ciphertext: Option<Ciphertext>,
    }
}

/// The keys of a project, which stays as it is until the transaction ends.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock_project(db: &mut Connection, project: &ProjectId) -> Result<Option<ProjectKeysRow>> {
    db.execute("UPDATE projects SET revision = revision WHERE id = $1", params![project]).await?;
    find_project(db, project).await
}

/// The keys of a project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_project(db: &mut Connection, project: &ProjectId) -> Result<Option<ProjectKeysRow>> {
    db.fetch_optional(
        "SELECT p.id, p.name, p.slug, p.organization_id, o.name AS organization_name,
                p.data_key_ciphertext, p.other_data_key_ciphertext
           FROM projects p JOIN organizations o ON o.id = p.organization_id
          WHERE p.id = $1",
        params![project],
    )
    .await
}

/// The keys of all projects by id, the next `limit` after the id `after`. Start with an empty one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_projects(db: &mut Connection, after: &str, limit: i64) -> Result<Vec<ProjectKeysRow>> {
    db.fetch_all(
        "SELECT p.id, p.name, p.slug, p.organization_id, o.name AS organization_name,
                p.data_key_ciphertext, p.other_data_key_ciphertext
           FROM projects p JOIN organizations o ON o.id = p.organization_id
          WHERE p.id > $1 ORDER BY p.id LIMIT $2",
        params![after, limit],
    )
    .await
}

/// The rotation of a project's key, if there ever was one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, project: &ProjectId) -> Result<Option<RotationRow>> {
    db.fetch_optional("SELECT * FROM data_key_rotations WHERE project_id = $1", params![project]).await
}

/// All rotations: of each project the last one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection) -> Result<Vec<RotationRow>> {
    db.fetch_all("SELECT * FROM data_key_rotations ORDER BY started_at, project_id", &[]).await
}

/// The rotations that are not finished, those that began first before others, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_unfinished(db: &mut Connection, limit: i64) -> Result<Vec<RotationRow>> {
    db.fetch_all(
        "SELECT * FROM data_key_rotations WHERE state IN ('announced', 'running')
          ORDER BY started_at, project_id LIMIT $1",
        params![limit],
    )
    .await
}

/// Begins a rotation: the new key is beside the present one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn announce(db: &mut Connection, row: &RotationRow, new_key: &Ciphertext) -> Result<()> {
    db.execute(
        "UPDATE projects SET other_data_key_ciphertext = $2 WHERE id = $1",
        params![&row.project_id, new_key],
    )
    .await?;
    db.execute("DELETE FROM data_key_rotations WHERE project_id = $1", params![&row.project_id]).await?;
    db.execute(
        "INSERT INTO data_key_rotations
            (project_id, state, key_number, rows_done, rows_total, started_at, changed_at, finished_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            &row.project_id,
            &row.state,
            row.key_number,
            row.rows_done,
            row.rows_total,
            row.started_at,
            row.changed_at,
            row.finished_at,
        ],
    )
    .await?;
    Ok(())
}

/// From now on the new key encrypts, and the old one is beside it. `rows` are to be encrypted anew.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn switch(db: &mut Connection, project: &ProjectId, rows: i64, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE projects SET data_key_ciphertext = other_data_key_ciphertext,
                other_data_key_ciphertext = data_key_ciphertext
          WHERE id = $1 AND other_data_key_ciphertext IS NOT NULL",
        params![project],
    )
    .await?;
    db.execute(
        "UPDATE data_key_rotations SET state = 'running', rows_total = $3, changed_at = $2
          WHERE project_id = $1",
        params![project, now, rows],
    )
    .await?;
    Ok(())
}

/// Counts rows that were encrypted anew.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn add_done(db: &mut Connection, project: &ProjectId, rows: i64) -> Result<()> {
    db.execute(
        "UPDATE data_key_rotations SET rows_done = rows_done + $2 WHERE project_id = $1",
        params![project, rows],
    )
    .await?;
    Ok(())
}

/// Ends a rotation: the old key is destroyed.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn finish(db: &mut Connection, project: &ProjectId, now: Timestamp) -> Result<()> {
    db.execute("UPDATE projects SET other_data_key_ciphertext = NULL WHERE id = $1", params![project])
        .await?;
    db.execute(
        "UPDATE data_key_rotations
            SET state = 'finished', rows_done = rows_total, changed_at = $2, finished_at = $2
          WHERE project_id = $1",
        params![project, now],
    )
    .await?;
    Ok(())
}
