//! Backups that servers made, and the lease of the server that is making one.

use tacit_core::{id::BackupId, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A backup that a server made or tried to make.
    pub struct BackupRunRow {
        /// Its id.
        pub id: BackupId,
        /// The server that made it.
        pub node: String,
        /// The name of its file, in that server's folder.
        pub file_name: String,
        /// When it was begun.
        pub started_at: Timestamp,
        /// When it was finished or given up; none while it is being written.
        pub finished_at: Option<Timestamp>,
        /// How long the file is, in bytes.
        pub size_bytes: Option<i64>,
        /// How many rows are in it.
        pub row_count: Option<i64>,
        /// Why it was not made.
        pub failure: Option<String>,
        /// When it was last restored on trial.
        pub drill_started_at: Option<Timestamp>,
        /// When that trial ended.
        pub drill_finished_at: Option<Timestamp>,
        /// Why it could not be restored.
        pub drill_failure: Option<String>,
        /// Whether the file was removed since.
        pub is_removed: bool,
    }
}

/// Takes the lease until a time, if nobody has it. Says whether it was taken.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn take_lease(db: &mut Connection, node: &str, now: Timestamp, until: Timestamp) -> Result<bool> {
    let sql = "UPDATE backup_leases SET node = $1, expires_at = $3 WHERE id = 1 AND expires_at <= $2";
    Ok(db.execute(sql, params![node, now, until]).await? > 0)
}

/// Prolongs the lease of who has it, or gives it back by a time that has come.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_lease(db: &mut Connection, node: &str, until: Timestamp) -> Result<()> {
    db.execute("UPDATE backup_leases SET expires_at = $2 WHERE id = 1 AND node = $1", params![node, until])
        .await?;
    Ok(())
}

/// Adds a backup that is being begun.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, row: &BackupRunRow) -> Result<()> {
    db.execute(
        "INSERT INTO backup_runs (id, node, file_name, started_at) VALUES ($1, $2, $3, $4)",
        params![&row.id, &row.node, &row.file_name, row.started_at],
    )
    .await?;
    Ok(())
}

/// Notes how the making of a backup ended.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn finish(db: &mut Connection, row: &BackupRunRow) -> Result<()> {
    db.execute(
        "UPDATE backup_runs SET finished_at = $2, size_bytes = $3, row_count = $4, failure = $5 WHERE id = $1",
        params![&row.id, row.finished_at, row.size_bytes, row.row_count, row.failure.as_deref()],
    )
    .await?;
    Ok(())
}

/// Notes how a trial ended.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn finish_drill(db: &mut Connection, row: &BackupRunRow) -> Result<()> {
    db.execute(
        "UPDATE backup_runs SET drill_started_at = $2, drill_finished_at = $3, drill_failure = $4 WHERE id = $1",
        params![&row.id, row.drill_started_at, row.drill_finished_at, row.drill_failure.as_deref()],
    )
    .await?;
    Ok(())
}

/// Gives up what was being written by a server that is no more. Only who has the lease may.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn give_up(db: &mut Connection, now: Timestamp, failure: &str) -> Result<()> {
    let sql = "UPDATE backup_runs SET finished_at = $1, failure = $2 WHERE finished_at IS NULL";
    db.execute(sql, params![now, failure]).await?;
    Ok(())
}

/// Notes that the file of a server was removed.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_removed(db: &mut Connection, node: &str, file_name: &str) -> Result<()> {
    let sql = "UPDATE backup_runs SET is_removed = TRUE WHERE node = $1 AND file_name = $2";
    db.execute(sql, params![node, file_name]).await?;
    Ok(())
}

/// The latest backups, the last one first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, limit: i64) -> Result<Vec<BackupRunRow>> {
    db.fetch_all("SELECT * FROM backup_runs ORDER BY started_at DESC, id DESC LIMIT $1", params![limit]).await
}

/// A backup by its id.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, id: &BackupId) -> Result<Option<BackupRunRow>> {
    db.fetch_optional("SELECT * FROM backup_runs WHERE id = $1", params![id]).await
}

/// The latest backup that was made.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_last_made(db: &mut Connection) -> Result<Option<BackupRunRow>> {
    db.fetch_optional(
        "SELECT * FROM backup_runs WHERE finished_at IS NOT NULL AND failure IS NULL
          ORDER BY started_at DESC, id DESC LIMIT 1",
        &[],
    )
    .await
}

/// The backup that was restored on trial last.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_last_drill(db: &mut Connection) -> Result<Option<BackupRunRow>> {
    db.fetch_optional(
        "SELECT * FROM backup_runs WHERE drill_finished_at IS NOT NULL
          ORDER BY drill_finished_at DESC, id DESC LIMIT 1",
        &[],
    )
    .await
}

/// Forgets backups that were begun before a time and whose files are gone or never were.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(db: &mut Connection, before: Timestamp) -> Result<()> {
    let sql = "DELETE FROM backup_runs WHERE started_at < $1 AND (is_removed OR failure IS NOT NULL)";
    db.execute(sql, params![before]).await?;
    Ok(())
}
