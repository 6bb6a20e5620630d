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

/// Adds the row, unless another node has. Nodes that start together wait here for each other.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert_if_absent(db: &mut Connection, row: &InstanceRow) -> Result<()> {
    db.execute(
        "INSERT INTO instance (id, instance_id, key_check, initialized_at, created_at)
         VALUES ('instance', $1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
        params![&row.instance_id, &row.key_check, row.initialized_at, row.created_at],
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
