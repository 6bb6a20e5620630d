//! Keys of the instance, and the recovery key's public half.

use tacit_core::{cipher::Ciphertext, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A key of the instance.
    pub struct InstanceKeyRow {
        /// What it is for.
        pub purpose: String,
        /// The key, wrapped by the root key.
        pub key_ciphertext: Ciphertext,
    }
}

row! {
    /// The recovery key as the server knows it.
    pub struct RecoveryKeyRow {
        /// Its public half.
        pub public_key: Vec<u8>,
        /// Shows that the public half was stored by who has the root key.
        pub public_key_check: Vec<u8>,
        /// The root key, sealed to it.
        pub sealed_root_key: Vec<u8>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When somebody last showed that they have it.
        pub verified_at: Option<Timestamp>,
    }
}

/// All keys of the instance.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection) -> Result<Vec<InstanceKeyRow>> {
    db.fetch_all("SELECT purpose, key_ciphertext FROM instance_keys", &[]).await
}

/// Adds a key, unless another node has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert_if_absent(
    db: &mut Connection,
    purpose: &str,
    key: &Ciphertext,
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "INSERT INTO instance_keys (purpose, key_ciphertext, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (purpose) DO NOTHING",
        params![purpose, key, now],
    )
    .await?;
    Ok(())
}

/// The recovery key, if there is one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_recovery(db: &mut Connection) -> Result<Option<RecoveryKeyRow>> {
    db.fetch_optional("SELECT * FROM recovery_keys WHERE id = 'recovery'", &[]).await
}

/// Stores a recovery key in the place of the one before it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn replace_recovery(db: &mut Connection, row: &RecoveryKeyRow) -> Result<()> {
    db.execute("DELETE FROM recovery_keys WHERE id = 'recovery'", &[]).await?;
    db.execute(
        "INSERT INTO recovery_keys
            (id, public_key, public_key_check, sealed_root_key, created_at, verified_at)
         VALUES ('recovery', $1, $2, $3, $4, $5)",
        params![
            &row.public_key,
            &row.public_key_check,
            &row.sealed_root_key,
            row.created_at,
            row.verified_at,
        ],
    )
    .await?;
    Ok(())
}

/// Notes that somebody showed that they have the recovery key.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_recovery_verified(db: &mut Connection, now: Timestamp) -> Result<()> {
    db.execute("UPDATE recovery_keys SET verified_at = $1 WHERE id = 'recovery'", params![now]).await?;
    Ok(())
}
