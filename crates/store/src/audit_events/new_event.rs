//! An event on its way into a table.

use std::borrow::Cow;

use tacit_core::{
    audit_chain::Event,
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::value::Value;

/// One event to be stored; the fields are those of [`super::AuditEventRow`].
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "said at the row")]
pub struct NewAuditEvent<'a> {
    pub id: &'a str,
    pub organization_id: &'a OrganizationId,
    pub project_id: Option<&'a ProjectId>,
    pub event_type: &'a str,
    pub result: &'a str,
    pub actor_type: &'a str,
    pub actor_id: Option<Cow<'a, str>>,
    pub actor_name: Option<Cow<'a, str>>,
    pub metadata: Cow<'a, str>,
    pub ip: Option<&'a str>,
    pub user_agent: Option<Cow<'a, str>>,
    pub user_agent_type: Option<&'a str>,
    pub created_at: Timestamp,
}

impl NewAuditEvent<'_> {
    /// The event as the chain sees it.
    #[must_use]
    pub fn event(&self) -> Event<'_> {
        Event {
            id: self.id,
            project_id: self.project_id.map(ProjectId::as_str),
            event_type: self.event_type,
            result: self.result,
            actor_type: self.actor_type,
            actor_id: self.actor_id.as_deref(),
            actor_name: self.actor_name.as_deref(),
            metadata: &self.metadata,
            ip: self.ip,
            user_agent: self.user_agent.as_deref(),
            user_agent_type: self.user_agent_type,
            created_at: self.created_at,
        }
    }

    /// The values of [`EVENT_COLUMNS`].
    pub(crate) fn values(&self) -> [Value<'_>; EVENT_COLUMNS_COUNT] {
        [
            Value::from(self.organization_id),
            Value::from(self.id),
            Value::from(self.project_id),
            Value::from(self.event_type),
            Value::from(self.result),
            Value::from(self.actor_type),
            Value::from(self.actor_id.as_deref()),
            Value::from(self.actor_name.as_deref()),
            Value::from(self.metadata.as_ref()),
            Value::from(self.ip),
            Value::from(self.user_agent.as_deref()),
            Value::from(self.user_agent_type),
            Value::from(self.created_at),
        ]
    }
}

/// The columns that an event has before it is sealed.
pub(crate) const EVENT_COLUMNS: &str = "organization_id, id, project_id, event_type, result, actor_type, actor_id, \
     actor_name, metadata, ip, user_agent, user_agent_type, created_at";
pub(crate) const EVENT_COLUMNS_COUNT: usize = 13;
