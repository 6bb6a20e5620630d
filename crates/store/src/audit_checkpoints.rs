//! Signed links of the audit log.

use tacit_core::{
    audit_chain::{Checkpoint, Hash},
    id::OrganizationId,
    time::Timestamp,
};

use crate::{
    Connection,
    error::{Result, StoreError},
    value::{Value, params, row},
};

row! {
    /// A checkpoint as it is stored.
    pub struct CheckpointRow {
        /// The organization; empty for the instance.
        pub organization_id: OrganizationId,
        /// Up to which event.
        pub sequence: i64,
        /// Its link.
        pub hash: Vec<u8>,
        /// When it was signed.
        pub signed_at: Timestamp,
        /// The fingerprint of the key.
        pub key_id: String,
        /// The signature.
        pub signature: Vec<u8>,
    }
}

impl TryFrom<CheckpointRow> for Checkpoint {
    type Error = StoreError;

    fn try_from(row: CheckpointRow) -> Result<Self> {
        let damaged = || StoreError::Failure(format!("the checkpoint at event {} is damaged", row.sequence));
        Ok(Self {
            organization: row.organization_id.to_string(),
            sequence: row.sequence,
            hash: Hash::from_bytes(&row.hash).ok_or_else(damaged)?,
            signed_at: row.signed_at,
            key: row.key_id,
            signature: row.signature,
        })
    }
}

/// Adds a checkpoint. One at the same event stays as it is.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, checkpoint: &Checkpoint) -> Result<()> {
    db.execute(
        "INSERT INTO audit_checkpoints (organization_id, sequence, hash, signed_at, key_id, signature)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, sequence) DO NOTHING",
        params![
            &checkpoint.organization,
            checkpoint.sequence,
            Value::Bytes(checkpoint.hash.as_bytes()),
            checkpoint.signed_at,
            &checkpoint.key,
            &checkpoint.signature
        ],
    )
    .await?;
    Ok(())
}

/// Deletes the checkpoints between two others, which neither is needed any more: the later one stands for more.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_between(
    db: &mut Connection,
    organization: &OrganizationId,
    before: i64,
    after: i64,
) -> Result<()> {
    db.execute(
        "DELETE FROM audit_checkpoints WHERE organization_id = $1 AND sequence > $2 AND sequence < $3",
        params![organization, before, after],
    )
    .await?;
    Ok(())
}

/// The checkpoints of an organization from this event on, in their order, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    organization: &OrganizationId,
    first: i64,
    limit: i64,
) -> Result<Vec<CheckpointRow>> {
    db.fetch_all(
        "SELECT * FROM audit_checkpoints WHERE organization_id = $1 AND sequence >= $2
          ORDER BY sequence LIMIT $3",
        params![organization, first, limit],
    )
    .await
}

/// The newest checkpoint of each organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_newest(db: &mut Connection, limit: i64) -> Result<Vec<CheckpointRow>> {
    db.fetch_all(
        "SELECT p.* FROM audit_checkpoints p
           JOIN audit_chains c ON c.organization_id = p.organization_id AND c.signed_sequence = p.sequence
          ORDER BY p.organization_id LIMIT $1",
        params![limit],
    )
    .await
}
