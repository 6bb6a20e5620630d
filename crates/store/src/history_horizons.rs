//! From which revision on states are complete: versions beyond a project's limit are forgotten.

use tacit_core::id::{FolderId, ProjectId};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// From where on states are complete.
    pub struct HorizonRow {
        /// A folder's id or, for all folders of a project, the project's.
        pub place_id: String,
        /// The first complete revision.
        pub revision: i64,
    }
}

/// The first revision whose state of `folder` is complete. 0 unless something was pruned there.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_folder(db: &mut Connection, project: &ProjectId, folder: &FolderId) -> Result<i64> {
    db.fetch_one(
        "SELECT COALESCE(MAX(revision), 0) AS number FROM history_horizons WHERE place_id IN ($1, $2)",
        params![project, folder],
    )
    .await
}

/// The first revision whose state of the project's folders, without their secrets, is complete.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_project(db: &mut Connection, project: &ProjectId) -> Result<i64> {
    db.fetch_one(
        "SELECT COALESCE(MAX(revision), 0) AS number FROM history_horizons WHERE place_id = $1",
        params![project],
    )
    .await
}

/// From where on the states of the folders of a project are complete; those without a row always were.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, project: &ProjectId) -> Result<Vec<HorizonRow>> {
    db.fetch_all("SELECT place_id, revision FROM history_horizons WHERE project_id = $1", params![project])
        .await
}

/// Notes that states of `folder` before `revision` are not complete any more.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn raise(db: &mut Connection, project: &ProjectId, folder: &FolderId, revision: i64) -> Result<()> {
    db.execute(
        "INSERT INTO history_horizons (place_id, project_id, revision) VALUES ($1, $2, $3)
         ON CONFLICT (place_id) DO UPDATE SET revision = excluded.revision
          WHERE excluded.revision > history_horizons.revision",
        params![folder, project, revision],
    )
    .await?;
    Ok(())
}
