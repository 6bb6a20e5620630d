//! What retention removed from the audit log, and how far it has come.

use tacit_core::{
    audit_chain::{Hash, Pruning},
    id::OrganizationId,
    time::Timestamp,
};

use crate::{
    Connection,
    error::{Result, StoreError},
    value::{Value, params, row},
};

row! {
    /// A statement that events of a block are gone.
    pub struct PruningRow {
        /// The organization; empty for the instance.
        pub organization_id: OrganizationId,
        /// The first event of the block.
        pub first_sequence: i64,
        /// The last event of the block.
        pub last_sequence: i64,
        /// Its link.
        pub hash: Vec<u8>,
        /// How many are gone.
        pub pruned_count: i64,
        /// Their digests; empty if all are gone.
        pub digests: Vec<u8>,
        /// When the last of them went.
        pub pruned_at: Timestamp,
        /// The fingerprint of the key.
        pub key_id: String,
        /// The signature.
        pub signature: Vec<u8>,
    }
}

impl TryFrom<PruningRow> for Pruning {
    type Error = StoreError;

    fn try_from(row: PruningRow) -> Result<Self> {
        let damaged =
            || StoreError::Failure(format!("the pruning at event {} is damaged", row.last_sequence));
        Ok(Self {
            organization: row.organization_id.to_string(),
            first: row.first_sequence,
            last: row.last_sequence,
            hash: Hash::from_bytes(&row.hash).ok_or_else(damaged)?,
            count: row.pruned_count,
            digests: row.digests,
            pruned_at: row.pruned_at,
            key: row.key_id,
            signature: row.signature,
        })
    }
}

/// Stores a statement in place of the one that there was for the block.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn put(db: &mut Connection, pruning: &Pruning) -> Result<()> {
    db.execute(
        "INSERT INTO audit_prunings (organization_id, first_sequence, last_sequence, hash, pruned_count, digests,
                                     pruned_at, key_id, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (organization_id, last_sequence) DO UPDATE
            SET pruned_count = $5, digests = $6, pruned_at = $7, key_id = $8, signature = $9",
        params![
            &pruning.organization,
            pruning.first,
            pruning.last,
            Value::Bytes(pruning.hash.as_bytes()),
            pruning.count,
            &pruning.digests,
            pruning.pruned_at,
            &pruning.key,
            &pruning.signature
        ],
    )
    .await?;
    Ok(())
}

/// The statements about blocks of an organization that hold events from `first` to `last`, in their order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    organization: &OrganizationId,
    first: i64,
    last: i64,
) -> Result<Vec<PruningRow>> {
    db.fetch_all(
        "SELECT * FROM audit_prunings
          WHERE organization_id = $1 AND last_sequence >= $2 AND first_sequence <= $3 ORDER BY last_sequence",
        params![organization, first, last],
    )
    .await
}

row! {
    /// How far retention has come.
    pub struct CursorRow {
        /// Which projects kept events how long.
        pub settings: String,
        /// Blocks up to this event were looked at.
        pub sequence: i64,
    }
}

/// How far retention by this number of days has come in an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn cursor(
    db: &mut Connection,
    organization: &OrganizationId,
    days: i64,
) -> Result<Option<CursorRow>> {
    db.fetch_optional(
        "SELECT settings, sequence FROM audit_retention_cursors WHERE organization_id = $1 AND days = $2",
        params![organization, days],
    )
    .await
}

/// Notes how far retention by this number of days has come.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_cursor(
    db: &mut Connection,
    organization: &OrganizationId,
    days: i64,
    cursor: &CursorRow,
) -> Result<()> {
    db.execute(
        "INSERT INTO audit_retention_cursors (organization_id, days, settings, sequence)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization_id, days) DO UPDATE SET settings = $3, sequence = $4",
        params![organization, days, &cursor.settings, cursor.sequence],
    )
    .await?;
    Ok(())
}

row! {
    /// A project that keeps its events for a time of its own.
    pub struct RetentionRow {
        /// Its id.
        pub project_id: String,
        /// For how many days.
        pub days: i64,
    }
}

/// The projects of an organization that keep their events for a time of their own, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn projects_with_retention(
    db: &mut Connection,
    organization: &OrganizationId,
    limit: i64,
) -> Result<Vec<RetentionRow>> {
    db.fetch_all(
        "SELECT id AS project_id, audit_logs_retention_days AS days FROM projects
          WHERE organization_id = $1 AND audit_logs_retention_days > 0 ORDER BY id LIMIT $2",
        params![organization, limit],
    )
    .await
}
