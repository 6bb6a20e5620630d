//! An event as streams send it.

use serde_json::{Map, Value, json};
use tacit_core::{id::OrganizationId, time::Timestamp};
use tacit_store::audit_events::AuditEventRow;

use crate::app::App;

/// One event.
pub(super) struct Message {
    /// Its name, such as `get-secret`.
    pub(super) kind: String,
    /// Whether it was refused.
    pub(super) is_denied: bool,
    /// When it happened.
    pub(super) time: Timestamp,
    /// All of it as JSON, without a line break.
    pub(super) json: String,
}

impl From<&AuditEventRow> for Message {
    fn from(row: &AuditEventRow) -> Self {
        let facts: Map<String, Value> = serde_json::from_str(&row.metadata).unwrap_or_default();
        let json = json!({
            "id": row.id,
            "sequence": row.sequence,
            "createdAt": row.created_at,
            "organizationId": row.organization_id,
            "projectId": row.project_id,
            "eventType": row.event_type,
            "result": row.result,
            "actor": { "type": row.actor_type, "id": row.actor_id, "name": row.actor_name },
            "ipAddress": row.ip,
            "userAgent": row.user_agent,
            "userAgentType": row.user_agent_type,
            "eventMetadata": facts,
        });
        Self {
            kind: row.event_type.clone(),
            is_denied: row.result == "denied",
            time: row.created_at,
            json: json.to_string(),
        }
    }
}

impl Message {
    /// One that is in no log. It has no number.
    pub(super) fn test(app: &App, organization: &OrganizationId) -> Self {
        const KIND: &str = "test-audit-log-stream";
        let now = app.now();
        let json = json!({
            "id": app.new_id::<String>(),
            "sequence": null,
            "createdAt": now,
            "organizationId": organization,
            "projectId": null,
            "eventType": KIND,
            "result": "allowed",
            "actor": { "type": "platform", "id": null, "name": null },
            "ipAddress": null,
            "userAgent": null,
            "userAgentType": null,
            "eventMetadata": {},
        });
        Self { kind: KIND.to_owned(), is_denied: false, time: now, json: json.to_string() }
    }
}
