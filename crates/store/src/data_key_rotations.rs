//! How far the replacing of data keys has come.

use tacit_core::{cipher::Ciphertext, time::Timestamp};

use crate::{Connection, FromRow, Row, StoreError, data_keys::KeyOwner, error::Result, value::params};

/// The new key is known to every node, and not used yet.
pub const ANNOUNCED: &str = "announced";
/// The new key is used, and rows are encrypted anew.
pub const RUNNING: &str = "running";
/// Everything is encrypted anew but rows that do not decrypt. The old key is kept for these.
pub const BLOCKED: &str = "blocked";
/// The old key is gone.
pub const FINISHED: &str = "finished";

/// The replacing of a data key: the one that is under way, or else the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationRow {
    /// Whose key it is.
    pub owner: KeyOwner,
    /// [`ANNOUNCED`], [`RUNNING`], [`BLOCKED`] or [`FINISHED`].
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

impl FromRow for RotationRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let project = row.get::<Option<_>>("project_id")?.map(KeyOwner::Project);
        let organization = row.get::<Option<_>>("organization_id")?.map(KeyOwner::Organization);
        let nobody = || StoreError::Failure("a rotation of a data key that nobody has".to_owned());
        Ok(Self {
            owner: project.or(organization).ok_or_else(nobody)?,
            state: row.get("state")?,
            key_number: row.get("key_number")?,
            rows_done: row.get("rows_done")?,
            rows_total: row.get("rows_total")?,
            started_at: row.get("started_at")?,
            changed_at: row.get("changed_at")?,
            finished_at: row.get("finished_at")?,
        })
    }
}

/// The rotation of a data key, if there ever was one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, owner: &KeyOwner) -> Result<Option<RotationRow>> {
    db.fetch_optional("SELECT * FROM data_key_rotations WHERE owner_id = $1", params![owner.id()]).await
}

/// All rotations: of each project and each organization the last one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection) -> Result<Vec<RotationRow>> {
    db.fetch_all("SELECT * FROM data_key_rotations ORDER BY started_at, owner_id", &[]).await
}

/// The rotations that go on by themselves, those that began first before others, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_unfinished(db: &mut Connection, limit: i64) -> Result<Vec<RotationRow>> {
    db.fetch_all(
        "SELECT * FROM data_key_rotations WHERE state IN ('announced', 'running')
          ORDER BY started_at, owner_id LIMIT $1",
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
    let owner = &row.owner;
    let sql = format!("UPDATE {} SET other_data_key_ciphertext = $2 WHERE id = $1", owner.table());
    db.execute(&sql, params![owner.id(), new_key]).await?;
    db.execute("DELETE FROM data_key_rotations WHERE owner_id = $1", params![owner.id()]).await?;
    let (project, organization) = match owner {
        KeyOwner::Project(id) => (Some(id.as_str()), None),
        KeyOwner::Organization(id) => (None, Some(id.as_str())),
    };
    db.execute(
        "INSERT INTO data_key_rotations
            (owner_id, project_id, organization_id, state, key_number, rows_done, rows_total, started_at,
             changed_at, finished_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            owner.id(),
            project,
            organization,
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
pub async fn switch(db: &mut Connection, owner: &KeyOwner, rows: i64, now: Timestamp) -> Result<()> {
    let sql = format!(
        "UPDATE {} SET data_key_ciphertext = other_data_key_ciphertext,
                other_data_key_ciphertext = data_key_ciphertext
          WHERE id = $1 AND other_data_key_ciphertext IS NOT NULL",
        owner.table()
    );
    db.execute(&sql, params![owner.id()]).await?;
    db.execute(
        "UPDATE data_key_rotations SET state = 'running', rows_total = $3, changed_at = $2
          WHERE owner_id = $1",
        params![owner.id(), now, rows],
    )
    .await?;
    Ok(())
}

/// Counts rows that were encrypted anew.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn add_done(db: &mut Connection, owner: &KeyOwner, rows: i64) -> Result<()> {
    db.execute(
        "UPDATE data_key_rotations SET rows_done = rows_done + $2 WHERE owner_id = $1",
        params![owner.id(), rows],
    )
    .await?;
    Ok(())
}

/// Nothing is left but rows that do not decrypt.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn block(db: &mut Connection, owner: &KeyOwner, now: Timestamp) -> Result<()> {
    set_state(db, owner, BLOCKED, now).await
}

/// What was blocked goes on: rows may have been mended or deleted.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn resume(db: &mut Connection, owner: &KeyOwner, now: Timestamp) -> Result<()> {
    set_state(db, owner, RUNNING, now).await
}

async fn set_state(db: &mut Connection, owner: &KeyOwner, state: &str, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE data_key_rotations SET state = $2, changed_at = $3 WHERE owner_id = $1",
        params![owner.id(), state, now],
    )
    .await?;
    Ok(())
}

/// Ends a rotation: the old key is destroyed, and with it `lost` rows that were still under it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn finish(db: &mut Connection, owner: &KeyOwner, lost: i64, now: Timestamp) -> Result<()> {
    let sql = format!("UPDATE {} SET other_data_key_ciphertext = NULL WHERE id = $1", owner.table());
    db.execute(&sql, params![owner.id()]).await?;
    db.execute(
        "UPDATE data_key_rotations
            SET state = 'finished', rows_done = rows_total - $3, changed_at = $2, finished_at = $2
          WHERE owner_id = $1",
        params![owner.id(), now, lost],
    )
    .await?;
    Ok(())
}
