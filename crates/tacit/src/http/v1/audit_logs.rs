//! `/api/v1/organization/audit-logs` and `/api/v1/workspace/{project}/audit-logs` (wire-contract 13.1).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tacit_core::{
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    app::{
        App, Caller, Error,
        audit_logs::{self, LogQuery, LoggedEvent},
        error::Result,
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        wire::text::Trimmed,
    },
};

/// Events in an answer unless the request says otherwise.
const LIMIT: i64 = 20;

/// Which events. What is left out or empty does not narrow it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LogsQuery {
    /// The project they are about.
    project_id: Trimmed,
    /// The slug of the environment.
    environment: Trimmed,
    /// The path of the folder.
    secret_path: Trimmed,
    /// The name of the secret.
    secret_key: Trimmed,
    /// Kinds of events, with commas between.
    event_type: Trimmed,
    /// The class of the client, such as `cli` or `web`.
    user_agent_type: Trimmed,
    /// Facts that the event has: `key=value`, with commas between.
    event_metadata: Trimmed,
    /// The id of the actor.
    actor: Trimmed,
    /// `user`, `identity` or `platform`.
    actor_type: Trimmed,
    /// `allowed` or `denied`.
    result: Trimmed,
    /// The address they came from.
    ip_address: Trimmed,
    /// From this time on (RFC 3339); 30 days before the end if left out.
    start_date: Trimmed,
    /// Before this time (RFC 3339); now if left out.
    end_date: Trimmed,
    /// Only events older than the one with this id. Pages that follow it stay where they are while
    /// new events come.
    before: Trimmed,
    /// Events to leave out at the beginning.
    offset: Option<i64>,
    /// Events in the answer, 1 to 1,000; 20 if left out.
    limit: Option<i64>,
}

/// Events, from the newest on.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogsResponse {
    audit_logs: Vec<AuditLog>,
}

/// One event.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditLog {
    id: String,
    /// Its name, such as `get-secret`.
    event_type: String,
    /// Its own facts.
    event_metadata: Map<String, Value>,
    ip_address: Option<String>,
    user_agent: Option<String>,
    /// The class of `userAgent`.
    user_agent_type: Option<String>,
    /// Always null: events are kept.
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    org_id: OrganizationId,
    project_id: Option<ProjectId>,
    /// The name it has now.
    project_name: Option<String>,
    /// `allowed` or `denied`.
    result: String,
    event: TypeAndMetadata,
    actor: TypeAndMetadata,
}

/// What it was, or who.
#[derive(Serialize, JsonSchema)]
struct TypeAndMetadata {
    r#type: String,
    metadata: Map<String, Value>,
}

/// `GET /api/v1/organization/audit-logs` lists events of the organization.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<LogsQuery>,
) -> Result<Response, Problem> {
    let project = query.project();
    answer(&app, &caller, query, project).await
}

/// `GET /api/v1/workspace/{project}/audit-logs` lists events of one project.
pub(crate) async fn list_of_project(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<LogsQuery>,
) -> Result<Response, Problem> {
    answer(&app, &caller, query, Some(project)).await
}

/// Who did something in a project.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ActorsResponse {
    /// The ids of people and identities that have events of the last 30 days, up to 1,000.
    actors: Vec<String>,
}

/// `GET /api/v1/workspace/{project}/audit-logs/filters/actors` lists whom a filter may name.
pub(crate) async fn actors(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<ActorsResponse>, Problem> {
    Ok(Json(ActorsResponse { actors: audit_logs::actors(&app, &caller, project).await? }))
}

async fn answer(
    app: &App,
    caller: &Caller,
    query: LogsQuery,
    project: Option<String>,
) -> Result<Response, Problem> {
    let events = audit_logs::list(app, caller, &query.wanted(project)?).await?;
    Ok(Json(LogsResponse { audit_logs: events.into_iter().map(AuditLog::from).collect() }).into_response())
}

impl LogsQuery {
    /// The project that the query names.
    pub(crate) fn project(&self) -> Option<String> {
        self.project_id.clone().filled()
    }

    /// What is asked for, of this project.
    pub(crate) fn wanted(self, project: Option<String>) -> Result<LogQuery> {
        let mut facts = facts(self.event_metadata.as_str())?;
        for (name, value) in [
            ("environment", self.environment),
            ("secretPath", self.secret_path),
            ("secretKey", self.secret_key),
        ] {
            facts.extend(value.filled().map(|value| (name.to_owned(), value)));
        }
        Ok(LogQuery {
            project,
            kinds: list_of(self.event_type.as_str()).map(str::to_owned).collect(),
            facts,
            user_agent_type: self.user_agent_type.filled(),
            actor: self.actor.filled(),
            actor_type: self.actor_type.filled(),
            result: self.result.filled(),
            ip: self.ip_address.filled(),
            from: time("startDate", self.start_date)?,
            to: time("endDate", self.end_date)?,
            before: self.before.filled(),
            offset: self.offset.unwrap_or(0),
            limit: self.limit.unwrap_or(LIMIT),
        })
    }
}

fn list_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn facts(text: &str) -> Result<Vec<(String, String)>> {
    let pair = |text: &str| match text.split_once('=') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
        None => Err(Error::form("eventMetadata", "must be written key=value, with commas between")),
    };
    list_of(text).map(pair).collect()
}

fn time(field: &'static str, text: Trimmed) -> Result<Option<Timestamp>> {
    let Some(text) = text.filled() else { return Ok(None) };
    let time = Timestamp::parse(&text);
    time.map(Some).ok_or_else(|| Error::form(field, "must be an RFC 3339 time"))
}

impl From<LoggedEvent> for AuditLog {
    fn from(logged: LoggedEvent) -> Self {
        let LoggedEvent { row, facts, project_name } = logged;
        let actor = actor(&row.actor_type, row.actor_id.as_deref(), row.actor_name.as_deref());
        Self {
            id: row.id,
            event: TypeAndMetadata { r#type: row.event_type.clone(), metadata: facts.clone() },
            event_type: row.event_type,
            event_metadata: facts,
            ip_address: row.ip,
            user_agent: row.user_agent,
            user_agent_type: row.user_agent_type,
            expires_at: None,
            created_at: row.created_at,
            updated_at: row.created_at,
            org_id: row.organization_id,
            project_id: row.project_id,
            project_name,
            result: row.result,
            actor: TypeAndMetadata { r#type: row.actor_type, metadata: actor },
        }
    }
}

fn actor(kind: &str, id: Option<&str>, name: Option<&str>) -> Map<String, Value> {
    let facts = match kind {
        "user" => json!({ "userId": id, "email": name, "username": name }),
        "identity" => json!({ "identityId": id, "name": name }),
        "service" => json!({ "serviceId": id, "name": name }),
        _ => json!({}),
    };
    match facts {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}
