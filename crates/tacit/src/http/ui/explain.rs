//! `/api/ui/v1/projects/{project}/explain` and `…/who-can`: why somebody may do something, and who may.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{GroupId, IdentityId, UserId},
    name::SecretName,
    permission::{Action, Subject},
    time::Timestamp,
};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        explain::{self, Able, AbleMembers, Answer, Question, Who},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        ui::explain_source::ExplainedSource,
        wire::{place::secret_path, text::Trimmed},
    },
};

/// What `POST …/explain` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplainRequest {
    /// Whom it is about; the caller if it is left out.
    who: Option<NamedActor>,
    /// What is to be done.
    action: Action,
    /// To what kind of thing, `secrets` if it is left out.
    subject: Option<Subject>,
    /// Where. What is left out counts as unknown.
    #[serde(flatten)]
    place: PlaceFields,
}

/// Somebody of the project.
#[derive(Debug, Deserialize, JsonSchema)]
struct NamedActor {
    /// What they are.
    r#type: ActorType,
    /// Their id.
    id: String,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ActorType {
    User,
    Identity,
    Group,
}

/// Where something is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PlaceFields {
    /// The slug of the environment.
    environment: Option<Trimmed>,
    /// The path of the folder.
    secret_path: Option<Trimmed>,
    /// The name of the secret. Without it, the question is about all secrets there.
    secret_name: Option<Trimmed>,
}

/// What `POST …/who-can` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct WhoCanRequest {
    /// What is to be done to secrets.
    action: Action,
    /// Where. The environment is required; the path is `/` if it is left out.
    #[serde(flatten)]
    place: PlaceFields,
}

/// Whether somebody may, why, and what would change it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplainResponse<'a> {
    who: ActorRef<'a>,
    /// Whether all parts are allowed.
    is_allowed: bool,
    /// Whether the tags of the secret were taken into account. Unknown tags meet no rule that allows and
    /// every rule that denies.
    takes_tags: bool,
    /// The action; two parts for `read` on secrets.
    parts: Vec<ExplainedPart>,
    /// The roles and privileges that count now, with what each says.
    sources: Vec<ExplainedSource<'a>>,
    changes: Changes,
}

/// Somebody of the project.
#[derive(Serialize, JsonSchema)]
struct ActorRef<'a> {
    /// `user`, `identity` or `group`.
    r#type: &'static str,
    id: &'a str,
}

/// The decision on a part of the action.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ExplainedPart {
    action: Action,
    is_allowed: bool,
    /// The index of the source that decided; null if none says anything, and it is denied for that.
    decided_by: Option<usize>,
}

/// What would change the decision.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Changes {
    /// The indexes of the sources that deny. Nothing is allowed while one of them is there.
    denied_by: Vec<usize>,
    /// Built-in roles that would allow what no source allows.
    roles_that_allow: Vec<&'static str>,
    /// When a source begins or ends so that the decision becomes another.
    at: Option<Timestamp>,
}

/// All who may.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WhoCanResponse<'a> {
    users: Vec<AbleMember<'a>>,
    identities: Vec<AbleMember<'a>>,
    /// Who is in the project by a group alone is named by it.
    groups: Vec<AbleMember<'a>>,
}

/// Somebody who may.
#[derive(Serialize, JsonSchema)]
struct AbleMember<'a> {
    id: &'a str,
    /// The name of an identity or group, the e-mail of a person.
    name: &'a str,
    /// The roles and privileges that decided.
    sources: Vec<ExplainedSource<'a>>,
}

/// `POST /api/ui/v1/projects/{project}/explain` says why somebody may do something, or not.
pub(crate) async fn explain(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<ExplainRequest>,
) -> Result<Response, Problem> {
    let question = request.place.question(request.action, request.subject.unwrap_or(Subject::Secrets))?;
    let who = request.who.map(Who::from);
    let answer = explain::explain(&app, &caller, &ProjectName::IdOrSlug(project), who, &question).await?;
    Ok(Json(ExplainResponse::from(&answer)).into_response())
}

/// `POST /api/ui/v1/projects/{project}/who-can` lists those who may do something to secrets.
pub(crate) async fn who_can(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<WhoCanRequest>,
) -> Result<Response, Problem> {
    let mut question = request.place.question(request.action, Subject::Secrets)?;
    if question.environment.is_none() {
        return Err(Error::form("environment", "It is required").into());
    }
    question.path = Some(question.path.map_or_else(|| secret_path(&Trimmed::default()), Ok)?);
    let members = explain::who_can(&app, &caller, &ProjectName::IdOrSlug(project), &question).await?;
    Ok(Json(WhoCanResponse::from(&members)).into_response())
}

impl PlaceFields {
    fn question(self, action: Action, subject: Subject) -> Result<Question, Error> {
        let filled = |field: Option<Trimmed>| field.and_then(Trimmed::filled);
        let path = self.secret_path.map(|path| secret_path(&path)).transpose()?;
        let secret_name = filled(self.secret_name);
        if let Some(name) = &secret_name {
            SecretName::parse(name).map_err(Error::name("secretName"))?;
        }
        Ok(Question { action, subject, environment: filled(self.environment), path, secret_name })
    }
}

impl From<NamedActor> for Who {
    fn from(named: NamedActor) -> Self {
        match named.r#type {
            ActorType::User => Self::User(UserId::new(named.id)),
            ActorType::Identity => Self::Identity(IdentityId::new(named.id)),
            ActorType::Group => Self::Group(GroupId::new(named.id)),
        }
    }
}

impl<'a> From<&'a Answer> for ExplainResponse<'a> {
    fn from(answer: &'a Answer) -> Self {
        let reasons = &answer.reasons;
        let part = |part: &explain::Part| ExplainedPart {
            action: part.action,
            is_allowed: part.is_allowed,
            decided_by: part.decided_by,
        };
        Self {
            who: ActorRef { r#type: answer.who.kind(), id: answer.who.id() },
            is_allowed: reasons.is_allowed,
            takes_tags: answer.takes_tags,
            parts: reasons.parts.iter().map(part).collect(),
            sources: reasons.sources.iter().map(ExplainedSource::from).collect(),
            changes: Changes {
                denied_by: reasons.denying(),
                roles_that_allow: reasons.roles_that_allow.iter().map(|role| role.slug()).collect(),
                at: answer.changes_at,
            },
        }
    }
}

impl<'a> From<&'a AbleMembers> for WhoCanResponse<'a> {
    fn from(members: &'a AbleMembers) -> Self {
        let all = |members: &'a [Able]| members.iter().map(AbleMember::from).collect();
        Self {
            users: all(&members.users),
            identities: all(&members.identities),
            groups: all(&members.groups),
        }
    }
}

impl<'a> From<&'a Able> for AbleMember<'a> {
    fn from(able: &'a Able) -> Self {
        let sources = able.sources.iter().map(ExplainedSource::from).collect();
        Self { id: able.who.id(), name: &able.name, sources }
    }
}
