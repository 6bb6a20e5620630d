//! `/api/v1/audit-log-streams` (wire-contract, appendix A).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{id::AuditStreamId, time::Timestamp};
use zeroize::Zeroizing;

use crate::{
    app::{
        App, Caller,
        audit_streams::{self, Format, Header, NewStream, ShownStream, StreamChange, TargetChange},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::text::{Required, Trimmed},
    },
};

/// A header of each request.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct HeaderFields {
    /// Its name.
    key: String,
    /// Its value. In answers it is empty for those who may not change streams.
    value: String,
}

/// A stream to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRequest {
    /// `https://…`, `syslog+tls://host:port`, `syslog+tcp://host:port` or `file:`.
    url: Required,
    /// Headers of each request, such as one with a token; for `https` only.
    headers: Option<Vec<HeaderFields>>,
    /// For people, up to 64 characters.
    #[serde(default)]
    name: Trimmed,
    /// PEM of the certificates to trust there in place of the system's.
    ca_certificate: Option<Trimmed>,
    /// `ndjson` for one JSON object a line, `json` for an array; for `https` only.
    format: Option<Format>,
    /// Whether to begin with the oldest event that is kept, and not with the next one.
    #[serde(default)]
    from_beginning: bool,
}

/// What is to be changed of a stream.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRequest {
    /// Where to. Headers are given anew with another address.
    url: Option<Required>,
    /// All headers of each request.
    headers: Option<Vec<HeaderFields>>,
    /// For people.
    name: Option<Required>,
    /// PEM of the certificates to trust there.
    ca_certificate: Option<Trimmed>,
    /// `ndjson` or `json`.
    format: Option<Format>,
    /// Whether nothing is sent. What happens meanwhile is sent when it goes on.
    is_paused: Option<bool>,
}

/// A stream.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Stream {
    /// Its id.
    id: AuditStreamId,
    /// For people.
    name: String,
    /// Where to; for those who may not change streams without what is behind the host.
    url: String,
    /// `http`, `syslog` or `file`.
    r#type: &'static str,
    /// `ndjson` or `json`.
    format: Format,
    /// PEM of the certificates that are trusted there.
    ca_certificate: String,
    /// Whether nothing is sent.
    is_paused: bool,
    /// The number of the last event that was delivered.
    delivered_sequence: i64,
    /// Events that are not delivered yet.
    events_waiting: i64,
    /// When events were last delivered.
    last_delivered_at: Option<Timestamp>,
    /// Failed attempts since then.
    failed_attempts: i64,
    /// Why the last attempt failed, if it did.
    last_error: Option<String>,
    /// When it is tried next, if an attempt failed.
    next_attempt_at: Option<Timestamp>,
    /// When it was made.
    created_at: Timestamp,
    /// When its settings last changed.
    updated_at: Timestamp,
    /// Headers of each request; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Vec<HeaderFields>>,
}

/// One stream.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamAnswer {
    audit_log_stream: Stream,
}

/// The streams of an organization, the oldest first.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamsAnswer {
    audit_log_streams: Vec<Stream>,
}

/// How a test went.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestAnswer {
    /// Whether somebody took the test event.
    delivered: bool,
    /// Why not.
    error: Option<String>,
    audit_log_stream: Stream,
}

impl From<ShownStream> for Stream {
    fn from(shown: ShownStream) -> Self {
        let events_waiting = shown.waiting();
        let ShownStream { row, target } = shown;
        Self {
            r#type: target.kind().map_or("", |kind| kind.as_str()),
            url: target.url.as_str().to_owned(),
            format: target.format,
            ca_certificate: target.ca_certificate,
            name: row.name,
            is_paused: row.is_paused,
            delivered_sequence: row.delivered_sequence,
            events_waiting,
            last_delivered_at: row.delivered_at,
            failed_attempts: row.failed_attempts,
            next_attempt_at: (row.failed_attempts > 0).then_some(row.next_attempt_at),
            last_error: row.last_error,
            created_at: row.created_at,
            updated_at: row.updated_at,
            id: row.id,
            headers: None,
        }
    }
}

impl From<ShownStream> for StreamAnswer {
    fn from(shown: ShownStream) -> Self {
        let fields = |header: &Header| HeaderFields {
            key: header.key.clone(),
            value: header.value.as_str().to_owned(),
        };
        let headers = Some(shown.target.headers.iter().map(fields).collect());
        Self { audit_log_stream: Stream { headers, ..shown.into() } }
    }
}

fn headers(fields: Option<Vec<HeaderFields>>) -> Option<Vec<Header>> {
    let header = |field: HeaderFields| Header { key: field.key, value: Zeroizing::new(field.value) };
    fields.map(|fields| fields.into_iter().map(header).collect())
}

/// `GET /api/v1/audit-log-streams` lists the streams of the organization.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<StreamsAnswer>, Problem> {
    let streams = audit_streams::list(&app, &caller).await?;
    Ok(Json(StreamsAnswer { audit_log_streams: streams.into_iter().map(Into::into).collect() }))
}

/// `POST /api/v1/audit-log-streams` makes a stream.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<StreamAnswer>, Problem> {
    let target = TargetChange {
        url: Some(Zeroizing::new(request.url.0)),
        headers: headers(request.headers),
        ca_certificate: request.ca_certificate.map(|pem| pem.0),
        format: request.format,
    };
    let new = NewStream { name: request.name.0, target, is_from_beginning: request.from_beginning };
    Ok(Json(audit_streams::create(&app, &caller, new).await?.into()))
}

/// `GET /api/v1/audit-log-streams/{stream}` reads a stream.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AuditStreamId>,
) -> Result<Json<StreamAnswer>, Problem> {
    Ok(Json(audit_streams::get(&app, &caller, &id).await?.into()))
}

/// `PATCH /api/v1/audit-log-streams/{stream}` changes a stream.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AuditStreamId>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<StreamAnswer>, Problem> {
    let target = TargetChange {
        url: request.url.map(|url| Zeroizing::new(url.0)),
        headers: headers(request.headers),
        ca_certificate: request.ca_certificate.map(|pem| pem.0),
        format: request.format,
    };
    let change = StreamChange { name: request.name.map(|name| name.0), target, is_paused: request.is_paused };
    Ok(Json(audit_streams::update(&app, &caller, id, change).await?.into()))
}

/// `DELETE /api/v1/audit-log-streams/{stream}` deletes a stream.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AuditStreamId>,
) -> Result<Json<StreamAnswer>, Problem> {
    Ok(Json(audit_streams::delete(&app, &caller, id).await?.into()))
}

/// `POST /api/v1/audit-log-streams/{stream}/test` sends a test event.
pub(crate) async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AuditStreamId>,
) -> Result<Json<TestAnswer>, Problem> {
    let tested = audit_streams::test(&app, &caller, &id).await?;
    let error = tested.error.map(|error| error.to_string());
    Ok(Json(TestAnswer { delivered: error.is_none(), error, audit_log_stream: tested.stream.into() }))
}
