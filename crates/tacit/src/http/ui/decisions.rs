//! `/api/ui/v1/decisions/{decision}`: a refusal as it was, and what the answer is now.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tacit_core::{
    permission::{Action, Field, Rule, Subject},
    time::Timestamp,
};

use crate::{
    app::{App, Caller, decisions, decisions::Decision, refusal::Refusal},
    http::{extract::Path, problem::Problem, ui::explain::ExplainResponse},
};

/// A refusal.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DecisionResponse<'a> {
    decision: DecisionShape<'a>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DecisionShape<'a> {
    id: &'a str,
    at: Timestamp,
    /// The event of the audit log.
    event_type: &'a str,
    /// `permission`, `boundary` (it would have given away rights that the caller lacks) or `other`.
    kind: &'static str,
    /// What the caller read.
    message: &'a str,
    /// The project it was about.
    project: Option<ProjectRef<'a>>,
    actor: DecisionActor<'a>,
    /// What permissions were asked.
    question: Option<AskedShape<'a>>,
    /// The parts that were not allowed then.
    reasons: Vec<DeniedShape<'a>>,
    /// The rights that would have been given away.
    missing_permissions: &'a [Value],
    /// What roles and privileges say to the same question now; null if nobody asked them, the actor is
    /// not there any more, or the caller may not see it.
    now: Option<ExplainResponse<'a>>,
}

/// A project.
#[derive(Serialize, JsonSchema)]
struct ProjectRef<'a> {
    id: &'a str,
    /// Null if it is gone.
    name: Option<&'a str>,
}

/// Who was refused.
#[derive(Serialize, JsonSchema)]
struct DecisionActor<'a> {
    /// `user` or `identity`.
    r#type: &'a str,
    id: Option<&'a str>,
    /// Their e-mail or name then.
    name: Option<&'a str>,
}

/// What was asked.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AskedShape<'a> {
    /// `project` or `organization`: whose roles were asked.
    scope: &'static str,
    action: Action,
    subject: Subject,
    environment: Option<&'a str>,
    secret_path: Option<&'a str>,
    secret_name: Option<&'a str>,
    /// Whatever else was known.
    others: Vec<AttributeShape<'a>>,
    /// Whether it would have been enough if any such thing were allowed, as for a list.
    is_about_any: bool,
}

#[derive(Serialize, JsonSchema)]
struct AttributeShape<'a> {
    /// As conditions name it.
    name: &'static str,
    value: &'a str,
}

/// A part of the action that was not allowed.
#[derive(Serialize, JsonSchema)]
struct DeniedShape<'a> {
    action: Action,
    /// The rule that denied it; null if nothing allowed it.
    rule: Option<&'a Rule>,
}

/// `GET /api/ui/v1/decisions/{decision}` shows a refusal.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let decision = decisions::get(&app, &caller, &id).await?;
    Ok(Json(DecisionResponse { decision: DecisionShape::from(&decision) }).into_response())
}

impl<'a> From<&'a Decision> for DecisionShape<'a> {
    fn from(decision: &'a Decision) -> Self {
        let event = &decision.event;
        let mut shape = Self {
            id: &event.id,
            at: event.created_at,
            event_type: &event.event_type,
            kind: "other",
            message: decision.refusal.message(),
            project: event
                .project_id
                .as_ref()
                .map(|id| ProjectRef { id: id.as_str(), name: decision.project_name.as_deref() }),
            actor: DecisionActor {
                r#type: &event.actor_type,
                id: event.actor_id.as_deref(),
                name: event.actor_name.as_deref(),
            },
            question: AskedShape::of(&decision.refusal),
            reasons: Vec::new(),
            missing_permissions: &[],
            now: decision.now.as_ref().map(ExplainResponse::from),
        };
        match &decision.refusal {
            Refusal::Permission { parts, .. } => {
                shape.kind = "permission";
                shape.reasons = parts
                    .iter()
                    .map(|part| DeniedShape { action: part.action, rule: part.rule.as_ref() })
                    .collect();
            }
            Refusal::Boundary { missing, .. } => {
                shape.kind = "boundary";
                shape.missing_permissions = missing;
            }
            Refusal::Other { .. } => {}
        }
        shape
    }
}

impl<'a> AskedShape<'a> {
    fn of(refusal: &'a Refusal) -> Option<Self> {
        let Refusal::Permission { is_of_organization, action, subject, attributes, is_about_any, .. } =
            refusal
        else {
            return None;
        };
        let is_place =
            |field: Field| matches!(field, Field::Environment | Field::SecretPath | Field::SecretName);
        let get = |wanted: Field| {
            attributes.iter().find(|(field, _)| *field == wanted).map(|(_, text)| text.as_str())
        };
        let others = attributes.iter().filter(|(field, _)| !is_place(*field));
        Some(Self {
            scope: if *is_of_organization { "organization" } else { "project" },
            action: *action,
            subject: *subject,
            environment: get(Field::Environment),
            secret_path: get(Field::SecretPath),
            secret_name: get(Field::SecretName),
            others: others
                .map(|(field, text)| AttributeShape { name: field.as_str(), value: text })
                .collect(),
            is_about_any: *is_about_any,
        })
    }
}
