//! `/api/ui/v1/explain`, `/api/ui/v1/projects/{project}/explain` and `…/who-can`: why somebody may do
//! something, and who may.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{GroupId, IdentityId, ServiceTokenId, UserId},
    name::SecretName,
    permission::{Action, Attributes, Field, Subject},
    time::Timestamp,
};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        explain::{self, Able, AbleToken, Answer, Question, Who, WhoCan},
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
    /// What else is known of the thing.
    #[serde(flatten)]
    others: OtherFields,
    /// Whether it is enough if some such thing would be allowed, as for a list.
    is_about_any: Option<bool>,
}

/// What rules may ask about things that are in no folder.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OtherFields {
    /// The id of the identity it is about.
    identity_id: Option<Trimmed>,
    /// The e-mail of the person it is about.
    user_email: Option<Trimmed>,
    /// The name of the group it is about.
    group_name: Option<Trimmed>,
    /// The slug of the role that is to be assigned.
    assignable_role: Option<Trimmed>,
}

/// What `POST /api/ui/v1/explain` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ExplainAnywhereRequest {
    /// The id or slug of the project. Without it, the question is about the organization.
    project: Option<Trimmed>,
    #[serde(flatten)]
    question: ExplainRequest,
}

/// Somebody of the project or organization.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct NamedActor {
    /// What they are.
    r#type: ActorType,
    /// Their id.
    id: String,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ActorType {
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
pub(crate) struct ActorRef<'a> {
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
#[serde(rename_all = "camelCase")]
pub(crate) struct WhoCanResponse<'a> {
    users: Vec<AbleMember<'a>>,
    identities: Vec<AbleMember<'a>>,
    /// Who is in the project by a group alone is named by it.
    groups: Vec<AbleMember<'a>>,
    /// Service tokens; none for those who may not see any.
    service_tokens: Vec<AbleServiceToken<'a>>,
}

/// A service token that may.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AbleServiceToken<'a> {
    id: &'a ServiceTokenId,
    name: &'a str,
    /// When it ends; null is never.
    expires_at: Option<Timestamp>,
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
    answered(&app, &caller, Some(project), request).await
}

/// `POST /api/ui/v1/explain` does the same for a project named in the body, or for the organization.
pub(crate) async fn explain_anywhere(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ExplainAnywhereRequest>,
) -> Result<Response, Problem> {
    answered(&app, &caller, request.project.and_then(Trimmed::filled), request.question).await
}

async fn answered(
    app: &App,
    caller: &Caller,
    project: Option<String>,
    request: ExplainRequest,
) -> Result<Response, Problem> {
    let project = project.map(ProjectName::IdOrSlug);
    let (who, question) = request.question()?;
    let answer = explain::explain(app, caller, project.as_ref(), who, &question).await?;
    Ok(Json(ExplainResponse::from(&answer)).into_response())
}

/// `POST /api/ui/v1/projects/{project}/who-can` lists those who may do something to secrets.
pub(crate) async fn who_can(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<WhoCanRequest>,
) -> Result<Response, Problem> {
    let place = request.place.with_default_path();
    let question = Question {
        action: request.action,
        subject: Subject::Secrets,
        attributes: place.attributes()?,
        is_about_any: false,
    };
    if question.environment().is_none() {
        return Err(Error::form("environment", "It is required").into());
    }
    let able = explain::who_can(&app, &caller, &ProjectName::IdOrSlug(project), &question).await?;
    Ok(Json(WhoCanResponse::from(&able)).into_response())
}

impl ExplainRequest {
    fn question(self) -> Result<(Option<Who>, Question), Error> {
        let question = Question {
            action: self.action,
            subject: self.subject.unwrap_or(Subject::Secrets),
            attributes: self.others.added_to(self.place.attributes()?),
            is_about_any: self.is_about_any.unwrap_or(false),
        };
        Ok((self.who.map(Who::from), question))
    }
}

impl PlaceFields {
    fn with_default_path(self) -> Self {
        Self { secret_path: Some(self.secret_path.unwrap_or_default()), ..self }
    }

    fn attributes(self) -> Result<Attributes, Error> {
        let mut all = Attributes::default();
        if let Some(environment) = self.environment.and_then(Trimmed::filled) {
            all = all.with(Field::Environment, environment);
        }
        if let Some(path) = self.secret_path {
            all = all.with(Field::SecretPath, secret_path(&path)?.as_str());
        }
        if let Some(name) = self.secret_name.and_then(Trimmed::filled) {
            SecretName::parse(&name).map_err(Error::name("secretName"))?;
            all = all.with(Field::SecretName, name);
        }
        Ok(all)
    }
}

impl OtherFields {
    fn added_to(self, attributes: Attributes) -> Attributes {
        let fields = [
            (Field::IdentityId, self.identity_id),
            (Field::UserEmail, self.user_email),
            (Field::GroupName, self.group_name),
            (Field::AssignableRole, self.assignable_role),
        ];
        fields.into_iter().fold(attributes, |all, (field, text)| match text.and_then(Trimmed::filled) {
            Some(text) => all.with(field, text),
            None => all,
        })
    }
}

impl From<NamedActor> for Who {
    fn from(named: NamedActor) -> Self {
        named.r#type.who(named.id)
    }
}

impl ActorType {
    /// The one of this type with this id.
    pub(crate) fn who(self, id: String) -> Who {
        match self {
            Self::User => Who::User(UserId::new(id)),
            Self::Identity => Who::Identity(IdentityId::new(id)),
            Self::Group => Who::Group(GroupId::new(id)),
        }
    }
}

impl<'a> From<&'a Who> for ActorRef<'a> {
    fn from(who: &'a Who) -> Self {
        Self { r#type: who.kind(), id: who.id() }
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
            who: ActorRef::from(&answer.who),
            is_allowed: reasons.is_allowed,
            takes_tags: answer.takes_tags,
            parts: reasons.parts.iter().map(part).collect(),
            sources: reasons.sources.iter().map(ExplainedSource::from).collect(),
            changes: Changes {
                denied_by: reasons.denying(),
                roles_that_allow: answer.roles_that_allow.clone(),
                at: answer.changes_at,
            },
        }
    }
}

impl<'a> From<&'a WhoCan> for WhoCanResponse<'a> {
    fn from(able: &'a WhoCan) -> Self {
        let of = |kind| {
            let of_kind = able.members.iter().filter(move |one| one.who.kind() == kind);
            of_kind.map(AbleMember::from).collect()
        };
        let service_tokens = able.tokens.iter().map(AbleServiceToken::from).collect();
        Self { users: of("user"), identities: of("identity"), groups: of("group"), service_tokens }
    }
}

impl<'a> From<&'a AbleToken> for AbleServiceToken<'a> {
    fn from(token: &'a AbleToken) -> Self {
        Self { id: &token.id, name: &token.name, expires_at: token.expires_at }
    }
}

impl<'a> From<&'a Able> for AbleMember<'a> {
    fn from(able: &'a Able) -> Self {
        let sources = able.sources.iter().map(ExplainedSource::from).collect();
        Self { id: able.who.id(), name: &able.name, sources }
    }
}
