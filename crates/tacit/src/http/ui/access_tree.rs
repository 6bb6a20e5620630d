//! `/api/ui/v1/projects/{project}/access-tree` and `…/access-list`: what somebody may do everywhere, and
//! what everybody may do somewhere.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::permission::{Action, Subject};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        explain::{self, Extent, MemberAccess, MembersQuery, Right, Tree, TreePlace, TreeQuery, Who},
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        ui::{
            explain::{ActorRef, ActorType},
            explain_source::GivenShape,
        },
        wire::{place::secret_path, text::Trimmed},
    },
};

/// Places or members in an answer if the request does not say.
const PAGE_DEFAULT: i64 = 200;

/// What `GET …/access-tree` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct TreeParameters {
    /// What the one is whose rights are shown; the caller if it is left out.
    r#type: Option<ActorType>,
    /// Their id.
    id: Option<Trimmed>,
    /// Only in the environment with this slug.
    environment: Option<Trimmed>,
    /// Places to leave out at the beginning.
    offset: Option<i64>,
    /// Places in the answer: 1 to 500, 200 if it is left out.
    limit: Option<i64>,
}

/// What `GET …/access-list` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MembersParameters {
    /// The slug of the environment.
    environment: Option<Trimmed>,
    /// The path of the folder, `/` if it is left out.
    #[serde(default)]
    secret_path: Trimmed,
    /// Members to leave out at the beginning.
    offset: Option<i64>,
    /// Members in the answer: 1 to 500, 200 if it is left out.
    limit: Option<i64>,
}

/// What somebody may do in a project.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TreeResponse<'a> {
    who: ActorRef<'a>,
    /// How many folders there are that the caller may see.
    total: usize,
    /// Whether those are all folders; very large projects are cut.
    is_complete: bool,
    places: Vec<PlaceShape<'a>>,
    /// What is about no place in particular.
    general: Vec<RightShape>,
}

/// A folder.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PlaceShape<'a> {
    /// The slug of the environment.
    environment: &'a str,
    /// The path of the folder.
    secret_path: &'a str,
    /// How many secrets are in it that the caller may see; null if that is not known.
    secret_count: Option<i64>,
    /// What may be done there. What is left out is not allowed.
    rights: Vec<RightShape>,
}

/// How far an action reaches.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RightShape {
    subject: Subject,
    action: Action,
    /// `all`, `some` (by names or tags), `some-denied` (a rule denies some, nothing allows the rest) or
    /// `denied` (a rule denies all).
    extent: &'static str,
    /// For how many of the secrets, if it is about secrets and known.
    secret_count: Option<i64>,
}

/// What the members of a project may do in a folder.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MembersResponse<'a> {
    /// How many members there are that the caller may see.
    total: usize,
    /// People, identities and groups, each by name. Who is in the project by a group alone is named by it.
    members: Vec<MemberShape<'a>>,
}

/// A member.
#[derive(Serialize, JsonSchema)]
struct MemberShape<'a> {
    /// `user`, `identity` or `group`.
    r#type: &'static str,
    id: &'a str,
    /// The name of an identity or group, the e-mail of a person.
    name: &'a str,
    /// What they may do there. What is left out is not allowed.
    rights: Vec<RightShape>,
    /// The roles and privileges that count now.
    sources: Vec<GivenShape<'a>>,
}

/// `GET …/access-tree` shows what somebody may do in each folder.
pub(crate) async fn tree(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(parameters): Query<TreeParameters>,
) -> Result<Response, Problem> {
    let query = TreeQuery {
        who: who(parameters.r#type, parameters.id)?,
        environment: parameters.environment.and_then(Trimmed::filled),
        offset: parameters.offset.unwrap_or(0),
        limit: parameters.limit.unwrap_or(PAGE_DEFAULT),
    };
    let tree = explain::tree(&app, &caller, &ProjectName::IdOrSlug(project), &query).await?;
    Ok(Json(TreeResponse::from(&tree)).into_response())
}

/// `GET …/access-list` shows what each member may do in a folder.
pub(crate) async fn members(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(parameters): Query<MembersParameters>,
) -> Result<Response, Problem> {
    let environment = parameters.environment.and_then(Trimmed::filled);
    let query = MembersQuery {
        environment: environment.ok_or_else(|| Error::form("environment", "It is required"))?,
        path: secret_path(&parameters.secret_path)?.to_string(),
        offset: parameters.offset.unwrap_or(0),
        limit: parameters.limit.unwrap_or(PAGE_DEFAULT),
    };
    let found = explain::members_at(&app, &caller, &ProjectName::IdOrSlug(project), &query).await?;
    let members = found.members.iter().map(MemberShape::from).collect();
    Ok(Json(MembersResponse { total: found.total, members }).into_response())
}

fn who(kind: Option<ActorType>, id: Option<Trimmed>) -> Result<Option<Who>, Error> {
    match (kind, id.and_then(Trimmed::filled)) {
        (Some(kind), Some(id)) => Ok(Some(kind.who(id))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Error::form("id", "It is required beside 'type'")),
        (None, Some(_)) => Err(Error::form("type", "It is required beside 'id'")),
    }
}

impl RightShape {
    pub(super) fn new(right: Right, extent: Extent, secret_count: Option<i64>) -> Self {
        let Right { subject, action } = right;
        Self { subject, action, extent: extent.as_str(), secret_count }
    }
}

impl<'a> From<&'a Tree> for TreeResponse<'a> {
    fn from(tree: &'a Tree) -> Self {
        Self {
            who: ActorRef::from(&tree.who),
            total: tree.total,
            is_complete: tree.is_complete,
            places: tree.places.iter().map(PlaceShape::from).collect(),
            general: tree
                .general
                .iter()
                .map(|(right, extent)| RightShape::new(*right, *extent, None))
                .collect(),
        }
    }
}

impl<'a> From<&'a TreePlace> for PlaceShape<'a> {
    fn from(place: &'a TreePlace) -> Self {
        let right =
            |(right, extent, count): &(Right, Extent, Option<i64>)| RightShape::new(*right, *extent, *count);
        Self {
            environment: &place.environment,
            secret_path: &place.path,
            secret_count: place.secrets,
            rights: place.rights.iter().map(right).collect(),
        }
    }
}

impl<'a> From<&'a MemberAccess> for MemberShape<'a> {
    fn from(member: &'a MemberAccess) -> Self {
        Self {
            r#type: member.who.kind(),
            id: member.who.id(),
            name: &member.name,
            rights: member
                .rights
                .iter()
                .map(|(right, extent)| RightShape::new(*right, *extent, None))
                .collect(),
            sources: member.given.iter().map(GivenShape::from).collect(),
        }
    }
}
