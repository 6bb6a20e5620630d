//! The audit log: what was decided, for whom, before the answer leaves (architecture 6).
//!
//! A write records its events in its own transaction ([`UnitOfWork::record`]). A read hands its
//! event to the [`Recorder`], which puts it into a journal file before the answer leaves and moves
//! it to the database within milliseconds. In strict mode (`--strict-audit`) the answer waits for that.
//!
//! An event gets its place in the chain of its organization afterwards: it is *sealed* (`sealer.rs`). So
//! writers do not wait for each other. Whoever looks at the log has it sealed first.
//!
//! [`UnitOfWork::record`]: super::work::UnitOfWork::record

pub mod anchor;
pub mod blocks;
mod inbox;
mod journal;
mod looks;
mod mover;
pub mod proof;
mod recorder;
pub mod retention;
mod sealer;
pub mod signing;
pub(in crate::app) mod terms;
mod user_agent;
pub mod verifications;
pub mod verify;
pub mod walk;

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tacit_core::{
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};
use tacit_store::{Connection, audit_events::NewAuditEvent, audit_pending};

pub use recorder::Recorder;

use super::{
    App,
    caller::{Caller, Client},
    error::Result,
};

/// Frequent events that take no right from anybody, beside logins of machines.
const SIGN_INS: [&str; 3] = ["user-login", "renew-identity-access-token", "request-password-reset"];
/// How the names of logins of machines begin, by whatever method.
const MACHINE_LOGIN: &str = "login-identity-";
/// Whose log has the events of no organization.
static INSTANCE: LazyLock<OrganizationId> = LazyLock::new(|| OrganizationId::new(""));

/// One event. It never holds a value, a password or a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    id: String,
    organization_id: Option<OrganizationId>,
    project_id: Option<ProjectId>,
    kind: String,
    is_denied: bool,
    actor_type: String,
    actor_id: Option<String>,
    actor_name: Option<String>,
    metadata: Arc<Map<String, Value>>,
    ip: String,
    user_agent: Arc<str>,
    created_at_ms: i64,
}

impl Event {
    /// Something `caller` did. `kind` is a name of wire-contract 13.1, such as `create-secret`.
    #[must_use]
    pub fn new(app: &App, caller: &Caller, kind: &str) -> Self {
        let mut event = Self::by_nobody(app, &caller.client, kind);
        event.organization_id = caller.organization.as_ref().map(|organization| organization.id.clone());
        caller.actor.kind().clone_into(&mut event.actor_type);
        event.actor_id = Some(caller.actor.id().to_owned());
        event.actor_name = Some(caller.actor.name().to_owned());
        event
    }

    /// Something that happened before anybody was known, such as a failed sign-in.
    #[must_use]
    pub fn by_nobody(app: &App, client: &Client, kind: &str) -> Self {
        let now = app.now();
        Self {
            id: app.audit.new_id(now, &app.random),
            organization_id: None,
            project_id: None,
            kind: kind.to_owned(),
            is_denied: false,
            actor_type: "platform".to_owned(),
            actor_id: None,
            actor_name: None,
            metadata: Arc::default(),
            ip: client.ip.to_string(),
            user_agent: Arc::clone(&client.user_agent),
            created_at_ms: now.millis(),
        }
    }

    /// The same once more, for the log of another organization: an event of its own.
    #[must_use]
    pub fn again(mut self, app: &App) -> Self {
        self.id = app.audit.new_id(app.now(), &app.random);
        self
    }

    /// It happened in this organization.
    #[must_use]
    pub fn organization(mut self, id: &OrganizationId) -> Self {
        self.organization_id = Some(id.clone());
        self
    }

    /// It was about this project.
    #[must_use]
    pub fn project(mut self, id: &ProjectId) -> Self {
        self.project_id = Some(id.clone());
        self
    }

    /// This actor did it, who was not known yet when the request came.
    #[must_use]
    pub fn actor(mut self, kind: &str, id: &str, name: &str) -> Self {
        kind.clone_into(&mut self.actor_type);
        self.actor_id = Some(id.to_owned());
        self.actor_name = Some(name.to_owned());
        self
    }

    /// It was refused.
    #[must_use]
    pub const fn denied(mut self) -> Self {
        self.is_denied = true;
        self
    }

    /// Adds a fact. Never a value, a password or a token.
    #[must_use]
    pub fn with(mut self, name: &str, fact: impl Into<Value>) -> Self {
        Arc::make_mut(&mut self.metadata).insert(name.to_owned(), fact.into());
        self
    }

    /// Its facts, in place of those it had. Never a value, a password or a token.
    #[must_use]
    pub fn with_facts(mut self, facts: Arc<Map<String, Value>>) -> Self {
        self.metadata = facts;
        self
    }

    /// Its id.
    pub(in crate::app) fn id(&self) -> &str {
        &self.id
    }

    /// The organization it happened in, if it is known.
    pub(in crate::app) const fn organization_id(&self) -> Option<&OrganizationId> {
        self.organization_id.as_ref()
    }

    /// Whether what it records may have taken a right from somebody. When in doubt, yes.
    pub(in crate::app) fn may_change_rights(&self) -> bool {
        let is_sign_in = SIGN_INS.contains(&self.kind.as_str()) || self.kind.starts_with(MACHINE_LOGIN);
        !self.is_denied && !is_sign_in
    }

    /// In whose log it is.
    fn log(&self) -> &OrganizationId {
        self.organization_id.as_ref().unwrap_or(&INSTANCE)
    }

    fn row(&self) -> NewAuditEvent<'_> {
        NewAuditEvent {
            id: &self.id,
            organization_id: self.log(),
            project_id: self.project_id.as_ref(),
            event_type: &self.kind,
            result: if self.is_denied { "denied" } else { "allowed" },
            actor_type: &self.actor_type,
            actor_id: self.actor_id.as_deref().map(storable),
            actor_name: self.actor_name.as_deref().map(storable),
            metadata: serde_json::to_string(&*self.metadata).unwrap_or_default().into(),
            ip: Some(&self.ip),
            user_agent: Some(storable(&self.user_agent)),
            user_agent_type: Some(user_agent::class(&self.user_agent)),
            created_at: Timestamp::from_millis(self.created_at_ms),
        }
    }
}

/// PostgreSQL takes no NUL in text, and one event it refuses would hold up all that follow.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// Adds events to the log in the caller's transaction. They are sealed later: nobody waits here.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, events: &[Event]) -> Result<()> {
    let rows: Vec<NewAuditEvent<'_>> = events.iter().map(Event::row).collect();
    Ok(audit_pending::insert(db, &rows).await?)
}
