//! `POST /api/v1/events/subscribe/project-events`: events about secrets as Infisical's clients take them.

use axum::{
    extract::State,
    http::{HeaderMap, Version},
    response::Response,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        authentication::Session,
        changes::{
            self, EventKind, Interest, LoggedChange, PathPattern, Registration, Step, Subscribe, Subscription,
        },
    },
    http::{
        extract::Body,
        gate::bearer,
        problem::Problem,
        wire::{
            event_stream::{lists, push_event, respond},
            text::{Required, Trimmed},
        },
    },
};

/// What a subscription takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscribeRequest {
    /// The id of the project.
    project_id: Required,
    /// 1 to 10 events to hear of.
    register: Vec<RegisteredEvent>,
}

/// One event to hear of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegisteredEvent {
    /// `secret:create`, `secret:update`, `secret:delete` or `secret:import-mutation`.
    event: EventName,
    /// Where; everywhere if it is left out.
    conditions: Option<Conditions>,
}

/// Where something has to happen to be heard of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Conditions {
    /// The slug of the environment; every one if it is left out.
    environment_slug: Option<Trimmed>,
    /// The path of the folder, or a pattern with `*` and `**`; `/` if it is left out.
    secret_path: Option<Trimmed>,
}

#[derive(Debug, JsonSchema)]
#[schemars(transparent)]
struct EventName(#[schemars(with = "String")] EventKind);

impl<'de> Deserialize<'de> for EventName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Trimmed::deserialize(deserializer)?;
        EventKind::from_name(name.as_str())
            .map(Self)
            .ok_or_else(|| D::Error::custom("rule: must be the name of an event"))
    }
}

/// What an event tells of one change.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PayloadItem<'a> {
    environment: &'a str,
    secret_path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_key: Option<&'a str>,
}

/// Subscribes to events of a project.
pub(crate) async fn subscribe(
    State(app): State<App>,
    caller: Caller,
    version: Version,
    headers: HeaderMap,
    Body(request): Body<SubscribeRequest>,
) -> Result<Response, Problem> {
    let session = Session::of(&app, bearer(&headers)?, caller.client.clone())?;
    let request = Subscribe {
        project: ProjectName::Id(request.project_id.0),
        interest: Interest::Registered(request.register.into_iter().map(registration).collect()),
        after: None,
    };
    let subscription = changes::subscribe(&app, &caller, session, request).await?;
    Ok(respond(version, ping(), subscription, write))
}

fn registration(registered: RegisteredEvent) -> Registration {
    let (environment, path) = match registered.conditions {
        None => (None, None),
        Some(conditions) => {
            let path = conditions.secret_path.and_then(Trimmed::filled);
            let path = PathPattern::new(path.as_deref().unwrap_or("/"));
            (conditions.environment_slug.and_then(Trimmed::filled), Some(path))
        }
    };
    Registration { event: registered.event.0, environment, path }
}

/// The form that the operator and the CLI's proxy both take: no data.
fn ping() -> String {
    let mut text = String::new();
    push_event(&mut text, None, "ping", None);
    text
}

fn write(step: &Step, _: &Subscription) -> String {
    let Step::Changes(changes) = step else { return ping() };
    let mut text = String::new();
    for changes in changes.chunk_by(|one, next| one.revision == next.revision && one.event() == next.event())
    {
        if let Some(kind) = changes.first().and_then(LoggedChange::event) {
            push_events(&mut text, kind, changes);
        }
    }
    text
}

/// Changes of one kind in one commit are one event, or several if they are many.
fn push_events(text: &mut String, kind: EventKind, changes: &[LoggedChange]) {
    let name = kind.as_str();
    let items: Vec<_> = changes.iter().map(|change| item(kind, change)).collect();
    for (payload, _) in lists(&items) {
        let data = format!(
            r#"{{"projectType":"secret-manager","data":{{"eventType":"{name}","payload":{payload}}}}}"#
        );
        push_event(text, None, name, Some(&data));
    }
}

fn item(kind: EventKind, change: &LoggedChange) -> PayloadItem<'_> {
    PayloadItem {
        environment: change.environment.as_deref().unwrap_or_default(),
        secret_path: change.path.as_deref().unwrap_or_default(),
        // An import has no key.
        secret_key: change.name.as_deref().filter(|_| kind != EventKind::ImportMutation),
    }
}
