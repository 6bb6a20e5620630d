//! `/api/ui/v1/audit-logs`: what proves the audit log, and the log as a file.

use std::fmt::Write;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{audit_chain::Proof, time::Timestamp};

use crate::{
    app::{
        App, Caller, Error,
        audit_export::{self, Export},
        audit_logs::LoggedEvent,
        audit_proofs::{self, ChainState},
        error::Result,
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        v1::audit_logs::{AuditLog, LogsQuery},
        wire::text::Trimmed,
    },
};

/// Where the chain of the organization's log is, and what is known of its proof.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChainResponse {
    /// The number of the last event.
    last_sequence: i64,
    /// The last event that a signed checkpoint stands for.
    signed_sequence: i64,
    /// The fingerprint of the key that signs.
    key_fingerprint: Option<String>,
    /// How many events the proof that runs now has looked at; null if none runs.
    running_at: Option<i64>,
    /// The last proof that ended on this node; null if there was none since it started.
    verification: Option<VerificationShape>,
}

/// A proof that ended.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct VerificationShape {
    at: Timestamp,
    /// Events that are there and unchanged.
    events: i64,
    /// Events that retention removed.
    pruned: i64,
    /// Checkpoints that hold.
    checkpoints: i64,
    /// The last event that was looked at.
    sequence: i64,
    /// What is wrong; null if everything is proven.
    fault: Option<String>,
    /// The first event that is not proven.
    fault_sequence: Option<i64>,
}

/// A checkpoint, to be kept elsewhere.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CheckpointResponse {
    /// The line that `tacit audit verify --checkpoint` reads.
    checkpoint: String,
}

/// `GET /api/ui/v1/audit-logs/chain` shows where the chain is.
pub(crate) async fn chain(State(app): State<App>, caller: Caller) -> Result<Json<ChainResponse>, Problem> {
    Ok(Json(audit_proofs::state(&app, &caller).await?.into()))
}

/// `POST /api/ui/v1/audit-logs/verify` begins to prove the log.
pub(crate) async fn verify(State(app): State<App>, caller: Caller) -> Result<Json<ChainResponse>, Problem> {
    Ok(Json(audit_proofs::start(&app, &caller).await?.into()))
}

/// `POST /api/ui/v1/audit-logs/checkpoint` signs where the chain is.
pub(crate) async fn checkpoint(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<CheckpointResponse>, Problem> {
    let checkpoint = audit_proofs::checkpoint(&app, &caller).await?.to_line();
    Ok(Json(CheckpointResponse { checkpoint }))
}

/// `GET /api/ui/v1/audit-logs/events/{event}/proof` proves that an event is in the log.
pub(crate) async fn proof(
    State(app): State<App>,
    caller: Caller,
    Path(event): Path<String>,
) -> Result<Json<Proof>, Problem> {
    Ok(Json(audit_proofs::proof(&app, &caller, &event).await?))
}

impl From<ChainState> for ChainResponse {
    fn from(state: ChainState) -> Self {
        let verification = state.verification.last.map(|(at, report)| VerificationShape {
            at,
            events: report.counts.events,
            pruned: report.counts.pruned,
            checkpoints: report.counts.checkpoints,
            sequence: report.counts.events + report.counts.pruned,
            fault_sequence: report.fault.as_ref().map(tacit_core::audit_chain::Fault::sequence),
            fault: report.fault.map(|fault| fault.to_string()),
        });
        Self {
            last_sequence: state.last,
            signed_sequence: state.signed,
            key_fingerprint: state.key,
            running_at: state.verification.running,
            verification,
        }
    }
}

/// What the file is to be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct FormatQuery {
    /// `ndjson`, which is one JSON object a line, or `csv`; `ndjson` if left out.
    format: Trimmed,
}

/// What an export takes, for the API document: it is read in two parts.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes a query and is never made")]
pub(crate) struct ExportQuery {
    #[serde(flatten)]
    format: FormatQuery,
    #[serde(flatten)]
    filter: LogsQuery,
}

#[derive(Clone, Copy)]
enum Format {
    Ndjson,
    Csv,
}

/// `GET /api/ui/v1/audit-logs/export` sends the events that a filter lets through, as a file.
pub(crate) async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(form): Query<FormatQuery>,
    Query(query): Query<LogsQuery>,
) -> Result<Response, Problem> {
    let (format, name, kind) = match form.format.as_str() {
        "" | "ndjson" => (Format::Ndjson, "ndjson", "application/x-ndjson"),
        "csv" => (Format::Csv, "csv", "text/csv; charset=utf-8"),
        _ => return Err(Error::form("format", "must be ndjson or csv").into()),
    };
    let project = query.project();
    let export = audit_export::begin(&app, &caller, query.wanted(project)?, name).await?;
    let mut response = Body::from_stream(texts(export, format)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

/// The file, a stretch of the log at a time. If the database fails, the connection breaks: half a file must not look
/// whole.
fn texts(export: Export, format: Format) -> impl futures_util::Stream<Item = Result<Bytes>> {
    let heading = match format {
        Format::Ndjson => String::new(),
        Format::Csv => format!("{}\r\n", COLUMNS.join(",")),
    };
    stream::try_unfold((export, Some(heading)), move |(mut export, heading)| async move {
        if let Some(heading) = heading.filter(|heading| !heading.is_empty()) {
            return Ok(Some((Bytes::from(heading), (export, None))));
        }
        let Some(events) = export.next().await? else { return Ok(None) };
        let text = match format {
            Format::Ndjson => ndjson(events),
            Format::Csv => events.iter().map(csv).collect(),
        };
        Ok(Some((Bytes::from(text), (export, None))))
    })
}

fn ndjson(events: Vec<LoggedEvent>) -> String {
    let line = |event| serde_json::to_string(&AuditLog::from(event)).unwrap_or_default() + "\n";
    events.into_iter().map(line).collect()
}

/// The columns of a CSV file.
const COLUMNS: [&str; 13] = [
    "time",
    "event",
    "result",
    "actor type",
    "actor",
    "project",
    "address",
    "source",
    "facts",
    "sequence",
    "id",
    "actor id",
    "project id",
];

fn csv(event: &LoggedEvent) -> String {
    let row = &event.row;
    let facts = serde_json::to_string(&event.facts).unwrap_or_default();
    let cells = [
        row.created_at.to_string(),
        row.event_type.clone(),
        row.result.clone(),
        row.actor_type.clone(),
        row.actor_name.clone().unwrap_or_else(|| row.actor_type.clone()),
        event.project_name.clone().unwrap_or_default(),
        row.ip.clone().unwrap_or_default(),
        row.user_agent_type.clone().unwrap_or_default(),
        facts,
        row.sequence.to_string(),
        row.id.clone(),
        row.actor_id.clone().unwrap_or_default(),
        row.project_id.as_ref().map(ToString::to_string).unwrap_or_default(),
    ];
    let mut line = String::new();
    for (number, text) in cells.iter().enumerate() {
        let _ = write!(line, "{}{}", if number > 0 { "," } else { "" }, cell(text));
    }
    line + "\r\n"
}

/// A cell (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let safe = if is_formula { format!("'{text}") } else { text.to_owned() };
    if safe.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_never_a_formula_and_never_ends_its_line() {
        for (text, expected) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-1", "'-1"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("\r\n=x", "\"'\r\n=x\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
