//! `GET /api/v1/events/projects/{project}`: everything that changes in a project, from any revision on.

use axum::{
    extract::State,
    http::{HeaderMap, Version},
    response::Response,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        authentication::Session,
        changes::{self, Cursor, Interest, LoggedChange, Step, Subscribe, Subscription},
        error::Result as UseCaseResult,
    },
    http::{
        extract::{Path, Query},
        gate::bearer,
        problem::Problem,
        wire::{
            event_stream::{lists, push_event, respond},
            text::Trimmed,
        },
    },
};

/// Where a reader goes on. The header `Last-Event-ID` comes before it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct FollowQuery {
    /// The id of the last event that was read: a revision of the project, such as `17`, or `17.499`
    /// within a large commit. Without it the stream begins with what happens from now on.
    after: Option<Trimmed>,
}

/// One change.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeBody<'a> {
    resource: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_personal: bool,
}

/// Follows the changes of a project.
pub(crate) async fn follow(
    State(app): State<App>,
    caller: Caller,
    version: Version,
    headers: HeaderMap,
    Path(project): Path<String>,
    Query(query): Query<FollowQuery>,
) -> Result<Response, Problem> {
    let session = Session::of(&app, bearer(&headers)?, caller.client.clone())?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = last.map(str::to_owned).or(query.after.and_then(Trimmed::filled));
    let request = Subscribe {
        project: ProjectName::Id(project),
        interest: Interest::Everything,
        after: after.as_deref().map(cursor).transpose()?,
    };
    let subscription = changes::subscribe(&app, &caller, session, request).await?;
    let greeting = sign_of_life("hello", &subscription);
    Ok(respond(version, greeting, subscription, write))
}

fn cursor(text: &str) -> UseCaseResult<Cursor> {
    Cursor::parse(text.trim())
        .ok_or_else(|| Error::Invalid("Not the id of an event: write a revision of the project".to_owned()))
}

fn sign_of_life(name: &str, subscription: &Subscription) -> String {
    let (mut text, cursor) = (String::new(), subscription.cursor());
    let data = json!({ "revision": cursor.revision() }).to_string();
    push_event(&mut text, Some(&cursor.to_string()), name, Some(&data));
    text
}

fn write(step: &Step, subscription: &Subscription) -> String {
    let Step::Changes(changes) = step else { return sign_of_life("ping", subscription) };
    let mut text = String::new();
    for commit in changes.chunk_by(|one, next| one.revision == next.revision) {
        push_commit(&mut text, commit, subscription.cursor());
    }
    text
}

/// A commit is one event, or several if it is large. The ids say how far each of them goes.
fn push_commit(text: &mut String, commit: &[LoggedChange], end: Cursor) {
    let bodies: Vec<_> = commit.iter().map(ChangeBody::from).collect();
    for (list, count) in lists(&bodies) {
        let Some(last) = commit.get(count - 1) else { continue };
        let cursor = match count == commit.len() {
            false => last.cursor(),
            // Only of the last commit there may be more to read.
            true if end.revision() == last.revision => end,
            true => Cursor::end_of(last.revision),
        };
        let data = format!(r#"{{"revision":{},"changes":{list}}}"#, last.revision);
        push_event(text, Some(&cursor.to_string()), "change", Some(&data));
    }
}

impl<'a> From<&'a LoggedChange> for ChangeBody<'a> {
    fn from(change: &'a LoggedChange) -> Self {
        Self {
            resource: &change.resource,
            kind: change.kind.as_str(),
            environment: change.environment.as_deref(),
            path: change.path.as_deref(),
            name: change.name.as_deref(),
            version: change.version,
            is_personal: change.is_personal,
        }
    }
}
