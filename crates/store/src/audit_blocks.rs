//! Whole blocks of the audit log: where they are, and what says that an event is not in them.

use tacit_core::{id::OrganizationId, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A block.
    pub struct BlockRow {
        /// The organization; empty for the instance.
        pub organization_id: OrganizationId,
        /// Its first event.
        pub first_sequence: i64,
        /// Its last event.
        pub last_sequence: i64,
        /// The time of its earliest event.
        pub first_at: Timestamp,
        /// The time of its latest event.
        pub last_at: Timestamp,
        /// The filter over the terms of its events.
        pub terms: Vec<u8>,
    }
}

/// Adds a block.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if it is there.
pub async fn insert(db: &mut Connection, block: &BlockRow) -> Result<()> {
    db.execute(
        "INSERT INTO audit_blocks (organization_id, first_sequence, last_sequence, first_at, last_at, terms)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            &block.organization_id,
            block.first_sequence,
            block.last_sequence,
            block.first_at,
            block.last_at,
            &block.terms
        ],
    )
    .await?;
    Ok(())
}

/// The blocks of an organization that begin at this event or before and may hold events of a time, from the newest
/// on, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_newest(
    db: &mut Connection,
    organization: &OrganizationId,
    last: i64,
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<BlockRow>> {
    db.fetch_all(
        "SELECT * FROM audit_blocks
          WHERE organization_id = $1 AND last_sequence <= $2 AND last_at >= $3 AND first_at < $4
          ORDER BY last_sequence DESC LIMIT $5",
        params![organization, last, from, to, limit],
    )
    .await
}

/// The blocks of an organization after an event whose events are all older than a time, from the oldest on, at
/// most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_older(
    db: &mut Connection,
    organization: &OrganizationId,
    after: i64,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<BlockRow>> {
    db.fetch_all(
        "SELECT * FROM audit_blocks
          WHERE organization_id = $1 AND last_sequence > $2 AND last_at < $3
          ORDER BY last_sequence LIMIT $4",
        params![organization, after, before, limit],
    )
    .await
}

/// Deletes a block whose events are gone.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, organization: &OrganizationId, last: i64) -> Result<()> {
    let sql = "DELETE FROM audit_blocks WHERE organization_id = $1 AND last_sequence = $2";
    db.execute(sql, params![organization, last]).await?;
    Ok(())
}
