//! The keys that sign the audit log.

use tacit_core::{cipher::Ciphertext, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A key.
    pub struct SigningKeyRow {
        /// 1, 2, 3, …: the last one signs.
        pub number: i64,
        /// The fingerprint of the public key.
        pub id: String,
        /// The public key.
        pub public_key: Vec<u8>,
        /// The private key, wrapped by the root key.
        pub private_key_ciphertext: Ciphertext,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

/// Adds a key, unless there is one with its number: nodes that start together agree on one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert_if_absent(db: &mut Connection, key: &SigningKeyRow) -> Result<()> {
    db.execute(
        "INSERT INTO audit_signing_keys (number, id, public_key, private_key_ciphertext, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (number) DO NOTHING",
        params![key.number, &key.id, &key.public_key, &key.private_key_ciphertext, key.created_at],
    )
    .await?;
    Ok(())
}

/// All keys, the one that signs last.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection) -> Result<Vec<SigningKeyRow>> {
    db.fetch_all("SELECT * FROM audit_signing_keys ORDER BY number", &[]).await
}
