//! The audit log. Rows are only ever added.

use std::{borrow::Cow, sync::LazyLock};

use tacit_core::{
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{Value, params, row},
};

/// Columns that are bound for one event.
const COLUMNS: usize = 14;
/// Events added by one statement at most: a power of two.
const ROWS_MAX: usize = 64;

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

/// One event to be stored; the fields are those of [`AuditEventRow`].
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "said at the row")]
pub struct NewAuditEvent<'a> {
    pub id: &'a str,
    pub organization_id: &'a OrganizationId,
    pub sequence: i64,
    pub project_id: Option<&'a ProjectId>,
    pub event_type: &'a str,
    pub result: &'a str,
    pub actor_type: &'a str,
    pub actor_id: Option<Cow<'a, str>>,
    pub actor_name: Option<Cow<'a, str>>,
    pub metadata: String,
    pub ip: Option<&'a str>,
    pub user_agent: Option<Cow<'a, str>>,
    pub user_agent_type: Option<&'a str>,
    pub created_at: Timestamp,
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

/// Adds events, many in one statement: on PostgreSQL each statement is a journey to the server, on which
/// everybody waits who writes in the organization.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if an id or sequence number is taken.
pub async fn insert(db: &mut Connection, events: &[NewAuditEvent<'_>]) -> Result<()> {
    let mut rest = events;
    while let Some((rows, sql)) = INSERTS.iter().find(|(rows, _)| *rows <= rest.len()) {
        let (these, others) = rest.split_at(*rows);
        let values: Vec<Value<'_>> = these.iter().flat_map(values).collect();
        db.execute(sql, &values).await?;
        rest = others;
    }
    Ok(())
}

/// The statements that add 64, 32, 16, 8, 4, 2 events and one: so few that each stays prepared.
static INSERTS: LazyLock<Vec<(usize, String)>> = LazyLock::new(|| {
    (0..=ROWS_MAX.ilog2()).rev().map(|power| 1 << power).map(|rows| (rows, insert_sql(rows))).collect()
});

/// The statement that adds `rows` events.
fn insert_sql(rows: usize) -> String {
    let placeholders: Vec<String> = (0..rows).map(|row| placeholders(row * COLUMNS)).collect();
    format!(
        "INSERT INTO audit_events
            (id, organization_id, sequence, project_id, event_type, result, actor_type, actor_id,
             actor_name, metadata, ip, user_agent, user_agent_type, created_at)
         VALUES {}",
        placeholders.join(", ")
    )
}

/// `($1, $2, …)`, counting on from `bound`.
fn placeholders(bound: usize) -> String {
    let names: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", bound + column)).collect();
    format!("({})", names.join(", "))
}

fn values<'a>(event: &'a NewAuditEvent<'_>) -> [Value<'a>; COLUMNS] {
    [
        Value::from(event.id),
        Value::from(event.organization_id),
        Value::from(event.sequence),
        Value::from(event.project_id),
        Value::from(event.event_type),
        Value::from(event.result),
        Value::from(event.actor_type),
        Value::from(event.actor_id.as_deref()),
        Value::from(event.actor_name.as_deref()),
        Value::from(&event.metadata),
        Value::from(event.ip),
        Value::from(event.user_agent.as_deref()),
        Value::from(event.user_agent_type),
        Value::from(event.created_at),
    ]
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

/// Which events to look at, from the newest on.
#[derive(Clone, Copy, Debug)]
pub struct AuditEventFilter<'a> {
    /// The organization.
    pub organization: &'a OrganizationId,
    /// Only those of this project.
    pub project: Option<&'a ProjectId>,
    /// Only those with a smaller sequence number.
    pub before: i64,
    /// Only those of this time or later.
    pub from: Timestamp,
    /// Only those before this time.
    pub to: Timestamp,
}

/// The events that pass a filter, from the newest on, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_newest(
    db: &mut Connection,
    filter: AuditEventFilter<'_>,
    limit: i64,
) -> Result<Vec<AuditEventRow>> {
    let AuditEventFilter { organization, project, before, from, to } = filter;
    match project {
        None => {
            db.fetch_all(
                "SELECT * FROM audit_events
                  WHERE organization_id = $1 AND sequence < $2 AND created_at >= $3 AND created_at < $4
                  ORDER BY sequence DESC LIMIT $5",
                params![organization, before, from, to, limit],
            )
            .await
        }
        Some(project) => {
            db.fetch_all(
                "SELECT * FROM audit_events
                  WHERE organization_id = $1 AND sequence < $2 AND created_at >= $3 AND created_at < $4
                    AND project_id = $5
                  ORDER BY sequence DESC LIMIT $6",
                params![organization, before, from, to, project, limit],
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

/// Who did something in a project at this time or later, by id, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn actors(
    db: &mut Connection,
    organization: &OrganizationId,
    project: &ProjectId,
    from: Timestamp,
    limit: i64,
) -> Result<Vec<ActorIdRow>> {
    db.fetch_all(
        "SELECT DISTINCT actor_id FROM audit_events
          WHERE organization_id = $1 AND project_id = $2 AND created_at >= $3 AND actor_id IS NOT NULL
          ORDER BY actor_id LIMIT $4",
        params![organization, project, from, limit],
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
