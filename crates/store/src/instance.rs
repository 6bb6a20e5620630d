//! The one row about the instance as a whole.

use tacit_core::time::Timestamp;

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// The instance.
    pub struct InstanceRow {
        /// Its public id.
        pub instance_id: String,
        /// Proves that the root key is the one this database was encrypted under.
        pub key_check: Vec<u8>,
        /// When it was bootstrapped; `None` until then.
        pub initialized_at: Option<Timestamp>,
        /// When it was first started.
        pub created_at: Timestamp,
        /// When its root key was last replaced.
        pub root_key_rotated_at: Option<Timestamp>,
    }
}

/// The row; `None` before the first start has made it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection) -> Result<Option<InstanceRow>> {
    db.fetch_optional("SELECT * FROM instance WHERE id = 'instance'", &[]).await
}

/// Adds the row, unless another node has, and says whether it did. Nodes that start together wait here for
/// each other.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert_if_absent(db: &mut Connection, row: &InstanceRow) -> Result<bool> {
    let added = db
        .execute(
            "INSERT INTO instance (id, instance_id, key_check, initialized_at, created_at)
         VALUES ('instance', $1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
            params![&row.instance_id, &row.key_check, row.initialized_at, row.created_at],
        )
        .await?;
    Ok(added > 0)
}

row! {
    /// What tells whether a root key is the present one.
    pub struct KeyCheckRow {
        /// Proves that the root key is the one this database is encrypted under.
        pub key_check: Vec<u8>,
    }
}

/// What tells whether a root key is the present one; `None` before the first start.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn key_check(db: &mut Connection) -> Result<Option<Vec<u8>>> {
    let row: Option<KeyCheckRow> =
        db.fetch_optional("SELECT key_check FROM instance WHERE id = 'instance'", &[]).await?;
    Ok(row.map(|row| row.key_check))
}

/// As [`key_check`]; the root key stays the present one until the transaction ends. Any number of transactions
/// may hold it at once, and none of them waits for who changes something else of the instance.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn hold_root_key(db: &mut Connection) -> Result<Option<Vec<u8>>> {
    locked_key_check(db, "SELECT key_check FROM instance WHERE id = 'instance' FOR KEY SHARE").await
}

/// How long who replaces the root key waits for a row, on PostgreSQL. It needs the rows of all keys, and others hold
/// some of these and then need the root key, or rows in another order. Who waits for each other is found by the
/// database after a second by default, and one of them is refused: this one lets go long before that.
const ROW_WAIT: &str = "SET LOCAL lock_timeout = '200ms'";

/// As [`key_check`]; waits until nobody holds the root key, and nobody holds or replaces it until the transaction
/// ends. No statement of that waits for others longer than 200 milliseconds.
///
/// # Errors
///
/// [`StoreError::Held`](crate::StoreError::Held) if somebody holds it for longer; else only if the database fails.
pub async fn lock_root_key(db: &mut Connection) -> Result<Option<Vec<u8>>> {
    if !db.sees_one_moment() {
        db.batch(ROW_WAIT).await?;
    }
    locked_key_check(db, "SELECT key_check FROM instance WHERE id = 'instance' FOR UPDATE").await
}

/// On SQLite, which has no such clauses, transactions that write run one after the other anyway.
async fn locked_key_check(db: &mut Connection, sql: &str) -> Result<Option<Vec<u8>>> {
    if db.sees_one_moment() {
        return key_check(db).await;
    }
    let row: Option<KeyCheckRow> = db.fetch_optional(sql, &[]).await?;
    Ok(row.map(|row| row.key_check))
}

/// Notes that another root key has taken the place of the one before it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_root_key(db: &mut Connection, key_check: &[u8], now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE instance SET key_check = $1, root_key_rotated_at = $2 WHERE id = 'instance'",
        params![key_check, now],
    )
    .await?;
    Ok(())
}

/// Notes that the instance is bootstrapped. Says whether it was not before: of requests that come
/// together one hears `true`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn initialize(db: &mut Connection, now: Timestamp) -> Result<bool> {
    let changed = db
        .execute("UPDATE instance SET initialized_at = $1 WHERE initialized_at IS NULL", params![now])
        .await?;
    Ok(changed > 0)
}

/// Locks the row until the transaction ends: changes of who manages the instance are made one after the
/// other.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(db: &mut Connection) -> Result<()> {
    db.execute("UPDATE instance SET initialized_at = initialized_at WHERE id = 'instance'", &[]).await?;
    Ok(())
}
