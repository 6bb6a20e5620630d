//! The audit log: events that are sealed. Rows are only ever added, and removed by retention.

mod new_event;

use std::sync::LazyLock;

use tacit_core::{
    audit_chain::{Event, Hash},
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

pub use new_event::NewAuditEvent;
pub(crate) use new_event::{EVENT_COLUMNS, EVENT_COLUMNS_COUNT};

use crate::{
    Connection, Row,
    error::Result,
    inserts::{Inserts, ROWS_MAX},
    value::{Value, params, row},
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

impl AuditEventRow {
    /// The event as the chain sees it.
    #[must_use]
    pub fn event(&self) -> Event<'_> {
        Event {
            id: &self.id,
            project_id: self.project_id.as_ref().map(ProjectId::as_str),
            event_type: &self.event_type,
            result: &self.result,
            actor_type: &self.actor_type,
            actor_id: self.actor_id.as_deref(),
            actor_name: self.actor_name.as_deref(),
            metadata: &self.metadata,
            ip: self.ip.as_deref(),
            user_agent: self.user_agent.as_deref(),
            user_agent_type: self.user_agent_type.as_deref(),
            created_at: self.created_at,
        }
    }
}

/// An event with its place in the chain.
#[derive(Clone, Debug)]
pub struct SealedEvent<'a> {
    /// The event.
    pub event: &'a NewAuditEvent<'a>,
    /// Its number.
    pub sequence: i64,
    /// Its link.
    pub hash: Hash,
}

/// Whether a sealed event is stored already: a replayed journal may hold it again.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn exists(db: &mut Connection, id: &str) -> Result<bool> {
    let number: i64 =
        db.fetch_one("SELECT COUNT(*) AS number FROM audit_events WHERE id = $1", params![id]).await?;
    Ok(number > 0)
}

static INSERTS: LazyLock<Inserts> = LazyLock::new(|| {
    Inserts::new("audit_events", &format!("{EVENT_COLUMNS}, sequence, hash"), EVENT_COLUMNS_COUNT + 2)
});

/// Adds sealed events.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if an id or sequence number is taken.
pub async fn insert(db: &mut Connection, events: &[SealedEvent<'_>]) -> Result<()> {
    for chunk in events.chunks(ROWS_MAX) {
        let rows: Vec<Value<'_>> = chunk
            .iter()
            .flat_map(|sealed| {
                let plain = sealed.event.values();
                let sealing = [Value::from(sealed.sequence), Value::Bytes(sealed.hash.as_bytes())];
                plain.into_iter().chain(sealing)
            })
            .collect();
        INSERTS.run(db, &rows).await?;
    }
    Ok(())
}

/// Shows the events of an organization with these sequence numbers, both included, in their order, with the links
/// that are stored.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn scan(
    db: &mut Connection,
    organization: &OrganizationId,
    first: i64,
    last: i64,
    visit: &mut (dyn FnMut(i64, &Event<'_>, &[u8]) + Send),
) -> Result<()> {
    let sql =
        "SELECT sequence, id, project_id, event_type, result, actor_type, actor_id, actor_name, metadata, ip,
                      user_agent, user_agent_type, created_at, hash
                 FROM audit_events
                WHERE organization_id = $1 AND sequence >= $2 AND sequence <= $3 ORDER BY sequence";
    let mut show = |row: &Row<'_>| {
        let sequence = row.get("sequence")?;
        let event = Event {
            id: row.text("id")?.unwrap_or_default(),
            project_id: row.text("project_id")?,
            event_type: row.text("event_type")?.unwrap_or_default(),
            result: row.text("result")?.unwrap_or_default(),
            actor_type: row.text("actor_type")?.unwrap_or_default(),
            actor_id: row.text("actor_id")?,
            actor_name: row.text("actor_name")?,
            metadata: row.text("metadata")?.unwrap_or_default(),
            ip: row.text("ip")?,
            user_agent: row.text("user_agent")?,
            user_agent_type: row.text("user_agent_type")?,
            created_at: row.get("created_at")?,
        };
        visit(sequence, &event, row.bytes("hash")?);
        Ok(())
    };
    db.for_each(sql, params![organization, first, last], &mut show).await
}

/// Deletes events of an organization: for retention alone.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, organization: &OrganizationId, sequences: &[i64]) -> Result<()> {
    let (Some(first), Some(last)) = (sequences.iter().min(), sequences.iter().max()) else { return Ok(()) };
    if i64::try_from(sequences.len()).is_ok_and(|count| count == last - first + 1) {
        let sql = "DELETE FROM audit_events WHERE organization_id = $1 AND sequence >= $2 AND sequence <= $3";
        db.execute(sql, params![organization, *first, *last]).await?;
        return Ok(());
    }
    for sequence in sequences {
        let sql = "DELETE FROM audit_events WHERE organization_id = $1 AND sequence = $2";
        db.execute(sql, params![organization, *sequence]).await?;
    }
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

/// A stretch of the log: which of its events to look at.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// The organization.
    pub organization: &'a OrganizationId,
    /// Only those of this project.
    pub project: Option<&'a ProjectId>,
    /// Only those with this sequence number or a greater one.
    pub first: i64,
    /// Only those with this sequence number or a smaller one.
    pub last: i64,
    /// Only those of this time or later.
    pub from: Timestamp,
    /// Only those before this time.
    pub to: Timestamp,
}

/// The events of a stretch from the newest on, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_newest(
    db: &mut Connection,
    stretch: Stretch<'_>,
    limit: i64,
) -> Result<Vec<AuditEventRow>> {
    let Stretch { organization, project, first, last, from, to } = stretch;
    match project {
        None => {
            db.fetch_all(
                "SELECT * FROM audit_events
                  WHERE organization_id = $1 AND sequence >= $2 AND sequence <= $3
                    AND created_at >= $4 AND created_at < $5
                  ORDER BY sequence DESC LIMIT $6",
                params![organization, first, last, from, to, limit],
            )
            .await
        }
        Some(project) => {
            db.fetch_all(
                "SELECT * FROM audit_events
                  WHERE organization_id = $1 AND sequence >= $2 AND sequence <= $3
                    AND created_at >= $4 AND created_at < $5 AND project_id = $6
                  ORDER BY sequence DESC LIMIT $7",
                params![organization, first, last, from, to, project, limit],
            )
            .await
        }
    }
}

row! {
    /// Who did something.
    pub struct ActorIdRow {
        /// The id of a person or an identity.
        pub actor_id: String,
    }
}

/// Who did something in a project within a stretch of the log, by id, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn actors(db: &mut Connection, stretch: Stretch<'_>, limit: i64) -> Result<Vec<ActorIdRow>> {
    let Stretch { organization, project, first, last, from, to } = stretch;
    db.fetch_all(
        "SELECT DISTINCT actor_id FROM audit_events
          WHERE organization_id = $1 AND sequence >= $2 AND sequence <= $3
            AND created_at >= $4 AND created_at < $5 AND project_id = $6 AND actor_id IS NOT NULL
          ORDER BY actor_id LIMIT $7",
        params![organization, first, last, from, to, project, limit],
    )
    .await
}

/// The event of an organization with this id.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &str,
) -> Result<Option<AuditEventRow>> {
    db.fetch_optional(
        "SELECT * FROM audit_events WHERE organization_id = $1 AND id = $2",
        params![organization, id],
    )
    .await
}

/// The event with this id, in whosever log it is: for those who read the database themselves.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_anywhere(db: &mut Connection, id: &str) -> Result<Option<AuditEventRow>> {
    db.fetch_optional("SELECT * FROM audit_events WHERE id = $1", params![id]).await
}

/// The sequence number of an event of an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn sequence_of(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &str,
) -> Result<Option<i64>> {
    db.fetch_optional(
        "SELECT sequence AS number FROM audit_events WHERE organization_id = $1 AND id = $2",
        params![organization, id],
    )
    .await
}

row! {
    /// The link of an event.
    pub struct LinkRow {
        /// The stored link.
        pub hash: Vec<u8>,
    }
}

/// The link of an event by its number.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn hash_at(
    db: &mut Connection,
    organization: &OrganizationId,
    sequence: i64,
) -> Result<Option<Hash>> {
    let row: Option<LinkRow> = db
        .fetch_optional(
            "SELECT hash FROM audit_events WHERE organization_id = $1 AND sequence = $2",
            params![organization, sequence],
        )
        .await?;
    Ok(row.and_then(|row| Hash::from_bytes(&row.hash)))
}
