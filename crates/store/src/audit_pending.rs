//! Events of the audit log that are not sealed yet: they have no place in the chain.

use std::sync::LazyLock;

use tacit_core::{
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    audit_events::{EVENT_COLUMNS, EVENT_COLUMNS_COUNT, NewAuditEvent},
    error::Result,
    inserts::{Inserts, ROWS_MAX},
    value::{params, row},
};

row! {
    /// One event that waits; the fields are those of [`crate::audit_events::AuditEventRow`].
    pub struct PendingEventRow {
        /// Its id.
        pub id: String,
        /// The organization it belongs to; empty for the instance.
        pub organization_id: OrganizationId,
        /// The project it is about, if one.
        pub project_id: Option<ProjectId>,
        /// Its name.
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
        /// The class of `user_agent`.
        pub user_agent_type: Option<String>,
        /// When.
        pub created_at: Timestamp,
    }
}

impl PendingEventRow {
    /// The event, to be stored again.
    #[must_use]
    pub fn event(&self) -> NewAuditEvent<'_> {
        NewAuditEvent {
            id: &self.id,
            organization_id: &self.organization_id,
            project_id: self.project_id.as_ref(),
            event_type: &self.event_type,
            result: &self.result,
            actor_type: &self.actor_type,
            actor_id: self.actor_id.as_deref().map(Into::into),
            actor_name: self.actor_name.as_deref().map(Into::into),
            metadata: self.metadata.as_str().into(),
            ip: self.ip.as_deref(),
            user_agent: self.user_agent.as_deref().map(Into::into),
            user_agent_type: self.user_agent_type.as_deref(),
            created_at: self.created_at,
        }
    }
}

static INSERTS: LazyLock<Inserts> =
    LazyLock::new(|| Inserts::new("audit_pending", EVENT_COLUMNS, EVENT_COLUMNS_COUNT));

/// Adds events.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if an id is taken.
pub async fn insert(db: &mut Connection, events: &[NewAuditEvent<'_>]) -> Result<()> {
    for chunk in events.chunks(ROWS_MAX) {
        let values: Vec<_> = chunk.iter().flat_map(NewAuditEvent::values).collect();
        INSERTS.run(db, &values).await?;
    }
    Ok(())
}

/// Takes events of an organization out, those with the smallest ids, at most `limit`, in the order of their
/// ids. Whoever seals them holds the row of the chain.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn take(
    db: &mut Connection,
    organization: &OrganizationId,
    limit: i64,
) -> Result<Vec<PendingEventRow>> {
    let mut rows: Vec<PendingEventRow> = db
        .fetch_all(
            "DELETE FROM audit_pending
              WHERE organization_id = $1 AND id IN
                    (SELECT id FROM audit_pending WHERE organization_id = $1 ORDER BY id LIMIT $2)
             RETURNING *",
            params![organization, limit],
        )
        .await?;
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(rows)
}

/// How many events of an organization wait.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, organization: &OrganizationId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS number FROM audit_pending WHERE organization_id = $1";
    db.fetch_one(sql, params![organization]).await
}

row! {
    /// An organization in whose log events wait.
    pub struct WaitingRow {
        /// Its id; empty for the instance.
        pub organization_id: OrganizationId,
    }
}

/// The organizations in whose logs events wait, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn organizations(db: &mut Connection, limit: i64) -> Result<Vec<WaitingRow>> {
    let sql = "SELECT DISTINCT organization_id FROM audit_pending ORDER BY organization_id LIMIT $1";
    db.fetch_all(sql, params![limit]).await
}
