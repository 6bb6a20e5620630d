//! The audit log. Rows are only ever added.

use tacit_core::{
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// One event, as it is stored.
    pub struct AuditEventRow {
        /// Its id, made before it is stored, so that storing it twice keeps one.
        pub id: String,
        /// The organization it belongs to; empty for the instance.
        pub organization_id: OrganizationId,
        /// 1, 2, 3, … within the organization.
        pub sequence: i64,
        /// The project it is about, if one.
        pub project_id: Option<ProjectId>,
        /// Its name (wire-contract 13.1).
        pub event_type: String,
        /// `allowed` or `denied`.
        pub result: String,
        /// `user`, `identity` or `platform`.
        pub actor_type: String,
        /// Who.
        pub actor_id: Option<String>,
        /// Their e-mail or name then.
        pub actor_name: Option<String>,
        /// JSON object of the event's own facts.
        pub metadata: String,
        /// From where.
        pub ip: Option<String>,
        /// With what.
        pub user_agent: Option<String>,
        /// The class of `user_agent` (wire-contract 1.8).
        pub user_agent_type: Option<String>,
        /// When.
        pub created_at: Timestamp,
    }
}

/// Reserves `count` sequence numbers of an organization and returns the first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn reserve(db: &mut Connection, organization: &OrganizationId, count: i64) -> Result<i64> {
    let last: i64 = db
        .fetch_one(
            "INSERT INTO audit_sequences (organization_id, last_sequence) VALUES ($1, $2)
             ON CONFLICT (organization_id) DO UPDATE
                SET last_sequence = audit_sequences.last_sequence + $2
             RETURNING last_sequence AS number",
            params![organization, count],
        )
        .await?;
    Ok(last - count + 1)
}

/// Whether an event is stored already: a replayed journal may hold it again.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn exists(db: &mut Connection, id: &str) -> Result<bool> {
    let number: i64 =
        db.fetch_one("SELECT COUNT(*) AS number FROM audit_events WHERE id = $1", params![id]).await?;
    Ok(number > 0)
}

/// Adds an event.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if its id or sequence number is taken.
pub async fn insert(db: &mut Connection, event: &AuditEventRow) -> Result<()> {
    db.execute(
        "INSERT INTO audit_events
            (id, organization_id, sequence, project_id, event_type, result, actor_type, actor_id,
             actor_name, metadata, ip, user_agent, user_agent_type, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            &event.id,
            &event.organization_id,
            event.sequence,
            event.project_id.as_ref(),
            &event.event_type,
            &event.result,
            &event.actor_type,
            event.actor_id.as_deref(),
            event.actor_name.as_deref(),
            &event.metadata,
            event.ip.as_deref(),
            event.user_agent.as_deref(),
            event.user_agent_type.as_deref(),
            event.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// The events of an organization in the order they happened, from sequence `from`, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    organization: &OrganizationId,
    from: i64,
    limit: i64,
) -> Result<Vec<AuditEventRow>> {
    db.fetch_all(
        "SELECT * FROM audit_events
          WHERE organization_id = $1 AND sequence >= $2 ORDER BY sequence LIMIT $3",
        params![organization, from, limit],
    )
    .await
}
