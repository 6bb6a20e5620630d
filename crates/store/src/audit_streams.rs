//! Where audit logs are sent, and how far.

use tacit_core::{
    cipher::Ciphertext,
    id::{AuditStreamId, OrganizationId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A stream, with the end of the log that it sends.
    pub struct AuditStreamRow {
        /// Its id.
        pub id: AuditStreamId,
        /// The organization whose log it sends.
        pub organization_id: OrganizationId,
        /// For people.
        pub name: String,
        /// Where to and how, encrypted.
        pub target_ciphertext: Ciphertext,
        /// Whether nothing is sent.
        pub is_paused: bool,
        /// Every event up to this one was delivered, or is older than the stream.
        pub delivered_sequence: i64,
        /// When events were last delivered.
        pub delivered_at: Option<Timestamp>,
        /// Failed attempts since then.
        pub failed_attempts: i64,
        /// Why the last attempt failed, if it did.
        pub last_error: Option<String>,
        /// When it is tried next.
        pub next_attempt_at: Timestamp,
        /// When it was made.
        pub created_at: Timestamp,
        /// When its settings last changed.
        pub updated_at: Timestamp,
        /// The newest event of the log; not written.
        pub last_sequence: i64,
    }
}

row! {
    /// A stream that has something to send now.
    pub struct DueStreamRow {
        /// Its id.
        pub id: AuditStreamId,
        /// The organization whose log it sends.
        pub organization_id: OrganizationId,
        /// The organization's data key, wrapped.
        pub data_key_ciphertext: Ciphertext,
        /// While that is replaced, the one that comes or goes.
        pub other_data_key_ciphertext: Option<Ciphertext>,
        /// Where to and how, encrypted.
        pub target_ciphertext: Ciphertext,
        /// The last event that was delivered.
        pub delivered_sequence: i64,
        /// Failed attempts since then.
        pub failed_attempts: i64,
        /// The newest event of the log.
        pub last_sequence: i64,
    }
}

const SELECT: &str = "SELECT s.*, COALESCE(q.last_sequence, 0) AS last_sequence
   FROM audit_streams s LEFT JOIN audit_chains q ON q.organization_id = s.organization_id";

/// Adds a stream.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, stream: &AuditStreamRow) -> Result<()> {
    db.execute(
        "INSERT INTO audit_streams
            (id, organization_id, name, target_ciphertext, is_paused, delivered_sequence, delivered_at,
             failed_attempts, last_error, next_attempt_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            &stream.id,
            &stream.organization_id,
            &stream.name,
            &stream.target_ciphertext,
            stream.is_paused,
            stream.delivered_sequence,
            stream.delivered_at,
            stream.failed_attempts,
            stream.last_error.as_deref(),
            stream.next_attempt_at,
            stream.created_at,
            stream.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Writes the settings of a stream, and when it is tried next; how far it came stays.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, stream: &AuditStreamRow) -> Result<()> {
    db.execute(
        "UPDATE audit_streams
            SET name = $2, target_ciphertext = $3, is_paused = $4, next_attempt_at = $5, updated_at = $6
          WHERE id = $1",
        params![
            &stream.id,
            &stream.name,
            &stream.target_ciphertext,
            stream.is_paused,
            stream.next_attempt_at,
            stream.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a stream.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &AuditStreamId) -> Result<()> {
    db.execute("DELETE FROM audit_streams WHERE id = $1", params![id]).await?;
    Ok(())
}

/// How many streams an organization has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, organization: &OrganizationId) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM audit_streams WHERE organization_id = $1",
        params![organization],
    )
    .await
}

/// The streams of an organization, the oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, organization: &OrganizationId) -> Result<Vec<AuditStreamRow>> {
    db.fetch_all(
        &format!("{SELECT} WHERE s.organization_id = $1 ORDER BY s.created_at, s.id"),
        params![organization],
    )
    .await
}

/// The stream called `id` of an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &AuditStreamId,
) -> Result<Option<AuditStreamRow>> {
    db.fetch_optional(
        &format!("{SELECT} WHERE s.organization_id = $1 AND s.id = $2"),
        params![organization, id],
    )
    .await
}

/// The newest event of an organization's log; 0 if it has none. On PostgreSQL others that add events wait until this
/// transaction ends.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock_log(db: &mut Connection, organization: &OrganizationId) -> Result<i64> {
    let last: Option<i64> = db
        .fetch_optional(
            "UPDATE audit_chains SET last_sequence = last_sequence WHERE organization_id = $1
             RETURNING last_sequence AS number",
            params![organization],
        )
        .await?;
    Ok(last.unwrap_or(0))
}

/// The streams that have something to send, that are not paused and that nobody is sending, at most `limit`. Those that
/// waited longest come first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_due(db: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<DueStreamRow>> {
    db.fetch_all(
        "SELECT s.id, s.organization_id, o.data_key_ciphertext, o.other_data_key_ciphertext, s.target_ciphertext,
                s.delivered_sequence, s.failed_attempts, q.last_sequence
           FROM audit_streams s
           JOIN organizations o ON o.id = s.organization_id
           JOIN audit_chains q ON q.organization_id = s.organization_id
          WHERE s.is_paused = FALSE AND s.next_attempt_at <= $1 AND s.lease_expires_at <= $1
            AND q.last_sequence > s.delivered_sequence
          ORDER BY s.next_attempt_at, s.id LIMIT $2",
        params![now, limit],
    )
    .await
}

/// Takes a stream for this node until `lease`. `false` if another node was first, or has sent of it since it was looked
/// at: then `stream` is out of date, and what was delivered would be sent again.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn claim(
    db: &mut Connection,
    stream: &DueStreamRow,
    now: Timestamp,
    lease: Timestamp,
) -> Result<bool> {
    let claimed = db
        .execute(
            "UPDATE audit_streams SET lease_expires_at = $4
              WHERE id = $1 AND is_paused = FALSE AND lease_expires_at <= $3 AND next_attempt_at <= $3
                AND delivered_sequence = $2",
            params![&stream.id, stream.delivered_sequence, now, lease],
        )
        .await?;
    Ok(claimed > 0)
}

/// Says that a stream has delivered up to an event and is free again, unless its lease has passed to another node.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_delivered(
    db: &mut Connection,
    id: &AuditStreamId,
    lease: Timestamp,
    sequence: i64,
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE audit_streams
            SET delivered_sequence = $3, delivered_at = $4, failed_attempts = 0, last_error = NULL,
                next_attempt_at = $4, lease_expires_at = 0
          WHERE id = $1 AND lease_expires_at = $2",
        params![id, lease, sequence, now],
    )
    .await?;
    Ok(())
}

/// Says that an attempt failed, when the next one is, and that the stream is free again, unless its lease has passed to
/// another node.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_failed(
    db: &mut Connection,
    id: &AuditStreamId,
    lease: Timestamp,
    error: &str,
    next: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE audit_streams
            SET failed_attempts = failed_attempts + 1, last_error = $3, next_attempt_at = $4, lease_expires_at = 0
          WHERE id = $1 AND lease_expires_at = $2",
        params![id, lease, error, next],
    )
    .await?;
    Ok(())
}
