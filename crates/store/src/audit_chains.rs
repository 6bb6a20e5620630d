//! Where the chain of each organization's audit log ends.

use tacit_core::{
    audit_chain::{BLOCK_LENGTH, Chain, Hash},
    id::OrganizationId,
    time::Timestamp,
};

use crate::{
    Connection,
    error::{Result, StoreError},
    value::{Value, params, row},
};

row! {
    /// The end of a chain.
    pub struct ChainRow {
        /// The organization; empty for the instance.
        pub organization_id: OrganizationId,
        /// The number of the last event; 0 without any.
        pub last_sequence: i64,
        /// Its link.
        pub last_hash: Vec<u8>,
        /// The last event of the last whole block.
        pub closed_sequence: i64,
        /// The last event that a checkpoint stands for.
        pub signed_sequence: i64,
        /// When that was signed.
        pub signed_at: Timestamp,
    }
}

impl ChainRow {
    /// The chain, for adding to it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failure`] if the stored link is none.
    pub fn chain(&self) -> Result<Chain> {
        let hash = Hash::from_bytes(&self.last_hash)
            .ok_or_else(|| StoreError::Failure("the end of an audit chain is damaged".to_owned()))?;
        Ok(Chain::resume(self.organization_id.as_str(), self.last_sequence, hash))
    }
}

/// Makes the chain of an organization if there is none, and holds it until the transaction ends: nobody else
/// adds to it meanwhile.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(db: &mut Connection, organization: &OrganizationId) -> Result<ChainRow> {
    let start = Chain::start(organization.as_str()).hash();
    db.fetch_one(
        "INSERT INTO audit_chains (organization_id, last_sequence, last_hash) VALUES ($1, 0, $2)
         ON CONFLICT (organization_id) DO UPDATE SET last_sequence = audit_chains.last_sequence
         RETURNING *",
        params![organization, Value::Bytes(start.as_bytes())],
    )
    .await
}

/// Moves the end of a chain.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn advance(db: &mut Connection, organization: &OrganizationId, chain: &Chain) -> Result<()> {
    let hash = chain.hash();
    db.execute(
        "UPDATE audit_chains SET last_sequence = $2, last_hash = $3 WHERE organization_id = $1",
        params![organization, chain.sequence(), Value::Bytes(hash.as_bytes())],
    )
    .await?;
    Ok(())
}

/// Notes up to where a chain is closed and signed.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_signed(db: &mut Connection, row: &ChainRow) -> Result<()> {
    db.execute(
        "UPDATE audit_chains SET closed_sequence = $2, signed_sequence = $3, signed_at = $4
          WHERE organization_id = $1",
        params![&row.organization_id, row.closed_sequence, row.signed_sequence, row.signed_at],
    )
    .await?;
    Ok(())
}

/// The chain of an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, organization: &OrganizationId) -> Result<Option<ChainRow>> {
    db.fetch_optional("SELECT * FROM audit_chains WHERE organization_id = $1", params![organization]).await
}

/// All chains, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, limit: i64) -> Result<Vec<ChainRow>> {
    db.fetch_all("SELECT * FROM audit_chains ORDER BY organization_id LIMIT $1", params![limit]).await
}

/// The chains that have a whole block to close, or an end that is not signed although the last checkpoint is of
/// this time or earlier.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_due(db: &mut Connection, signed_until: Timestamp, limit: i64) -> Result<Vec<ChainRow>> {
    db.fetch_all(
        "SELECT * FROM audit_chains
          WHERE last_sequence - closed_sequence >= $1 OR (last_sequence > signed_sequence AND signed_at <= $2)
          ORDER BY organization_id LIMIT $3",
        params![BLOCK_LENGTH, signed_until, limit],
    )
    .await
}
