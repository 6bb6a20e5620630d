//! `/api/v1/groups` (wire-contract 11).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{GroupId, IdentityId},
    name::Email,
    permission::OrganizationRole,
};

use crate::{
    app::{
        App, Caller, Error,
        groups::{self, GroupChange, MemberFilter, NewGroup},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            envelope::InGroups,
            group::{Group, GroupIdentity, GroupUser},
            text::{Required, Trimmed},
        },
    },
};

/// How many members a page has if it is not said.
const PAGE_DEFAULT: usize = 10;
/// The most members that a page has.
const PAGE_MAX: usize = 1000;

/// A new group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateRequest {
    /// 1 to 50 characters.
    name: Required,
    /// 5 to 36 characters; made of the name if absent.
    #[serde(default)]
    slug: Option<Required>,
    /// The slug of a role in the organization; `no-access` if absent.
    #[serde(default)]
    role: Option<Required>,
}

/// A change of a group. What is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UpdateRequest {
    /// 1 to 50 characters.
    #[serde(default)]
    name: Option<Required>,
    /// 5 to 36 characters.
    #[serde(default)]
    slug: Option<Required>,
    /// The slug of a role in the organization.
    #[serde(default)]
    role: Option<Required>,
}

/// `GET /api/v1/groups` lists the groups of the organization.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Vec<Group>>, Problem> {
    let groups = groups::list(&app, &caller).await?;
    Ok(Json(groups.into_iter().map(Into::into).collect()))
}

/// `GET /api/v1/organization/{organization}/groups` lists them in an envelope.
pub(crate) async fn list_of_organization(
    State(app): State<App>,
    caller: Caller,
    Path(organization): Path<String>,
) -> Result<Json<InGroups<Vec<Group>>>, Problem> {
    caller.organization_named(&organization)?;
    let groups = groups::list(&app, &caller).await?;
    Ok(Json(groups.into_iter().map(Group::from).collect::<Vec<_>>().into()))
}

/// `GET /api/v1/groups/{group}` reads a group.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<GroupId>,
) -> Result<Json<Group>, Problem> {
    Ok(Json(groups::get(&app, &caller, &id).await?.into()))
}

/// `POST /api/v1/groups` makes a group.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<Group>, Problem> {
    let new = NewGroup {
        name: request.name.0,
        slug: request.slug.map(|Required(slug)| slug),
        role: request
            .role
            .map_or_else(|| OrganizationRole::NoAccess.slug().to_owned(), |Required(role)| role),
    };
    Ok(Json(groups::create(&app, &caller, new).await?.into()))
}

/// `PATCH /api/v1/groups/{group}` changes a group.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<GroupId>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<Group>, Problem> {
    let change = GroupChange {
        name: request.name.map(|Required(name)| name),
        slug: request.slug.map(|Required(slug)| slug),
        role: request.role.map(|Required(role)| role),
    };
    Ok(Json(groups::update(&app, &caller, id, change).await?.into()))
}

/// `DELETE /api/v1/groups/{group}` deletes a group.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<GroupId>,
) -> Result<Json<Group>, Problem> {
    Ok(Json(groups::delete(&app, &caller, id).await?.into()))
}

/// Which people or identities are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct MembersQuery {
    /// How many to skip.
    #[serde(default)]
    offset: usize,
    /// How many to return at most, 1 to 1000; 10 if absent.
    limit: Option<usize>,
    /// Only the one with this user name.
    username: Option<Trimmed>,
    /// Only those with this in their names.
    search: Option<Trimmed>,
    /// `existingMembers` or `nonMembers`; both if absent.
    filter: Option<Trimmed>,
}

impl MembersQuery {
    fn read(self) -> Result<MemberFilter, Error> {
        let limit = self.limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::form("limit", format!("Must be from 1 to {PAGE_MAX}")));
        }
        let is_member = match self.filter.as_ref().map_or("", Trimmed::as_str) {
            "" => None,
            "existingMembers" | "assignedMachineIdentities" => Some(true),
            "nonMembers" | "nonAssignedMachineIdentities" => Some(false),
            _ => return Err(Error::form("filter", "Expected existingMembers or nonMembers")),
        };
        Ok(MemberFilter {
            is_member,
            username: self.username.and_then(Trimmed::filled),
            search: self.search.and_then(Trimmed::filled),
            offset: self.offset,
            limit,
        })
    }
}

/// One page of people.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsersResponse {
    /// By e-mail.
    users: Vec<GroupUser>,
    /// How many there are in all.
    total_count: usize,
}

/// `GET /api/v1/groups/{group}/users` lists people and whether they are in the group.
pub(crate) async fn list_users(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<GroupId>,
    Query(query): Query<MembersQuery>,
) -> Result<Json<UsersResponse>, Problem> {
    let page = groups::list_users(&app, &caller, &id, &query.read()?).await?;
    let users = page.rows.into_iter().map(Into::into).collect();
    Ok(Json(UsersResponse { users, total_count: page.total_count }))
}

/// `POST /api/v1/groups/{group}/users/{username}` puts a person into the group.
pub(crate) async fn add_user(
    State(app): State<App>,
    caller: Caller,
    Path((id, username)): Path<(GroupId, String)>,
) -> Result<Json<GroupUser>, Problem> {
    Ok(Json(groups::add_user(&app, &caller, id, email(&username)?).await?.into()))
}

/// `DELETE /api/v1/groups/{group}/users/{username}` takes a person out of the group.
pub(crate) async fn remove_user(
    State(app): State<App>,
    caller: Caller,
    Path((id, username)): Path<(GroupId, String)>,
) -> Result<Json<GroupUser>, Problem> {
    Ok(Json(groups::remove_user(&app, &caller, id, email(&username)?).await?.into()))
}

/// A text that is no e-mail names nobody.
fn email(username: &str) -> Result<Email, Error> {
    Email::parse(username).map_err(|_| Error::not_found("User", username))
}

/// One page of identities.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentitiesResponse {
    /// By name.
    machine_identities: Vec<GroupIdentity>,
    /// How many there are in all.
    total_count: usize,
}

/// `GET /api/v1/groups/{group}/machine-identities` lists identities and whether they are in the group.
pub(crate) async fn list_identities(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<GroupId>,
    Query(query): Query<MembersQuery>,
) -> Result<Json<IdentitiesResponse>, Problem> {
    let page = groups::list_identities(&app, &caller, &id, &query.read()?).await?;
    let machine_identities = page.rows.into_iter().map(Into::into).collect();
    Ok(Json(IdentitiesResponse { machine_identities, total_count: page.total_count }))
}

/// `POST /api/v1/groups/{group}/machine-identities/{identity}` puts an identity into the group.
pub(crate) async fn add_identity(
    State(app): State<App>,
    caller: Caller,
    Path((id, identity)): Path<(GroupId, IdentityId)>,
) -> Result<Json<NamedIdentity>, Problem> {
    let row = groups::add_identity(&app, &caller, id, identity).await?;
    Ok(Json(NamedIdentity { id: row.id, name: row.name }))
}

/// `DELETE /api/v1/groups/{group}/machine-identities/{identity}` takes an identity out of the group.
pub(crate) async fn remove_identity(
    State(app): State<App>,
    caller: Caller,
    Path((id, identity)): Path<(GroupId, IdentityId)>,
) -> Result<Json<NamedIdentity>, Problem> {
    let row = groups::remove_identity(&app, &caller, id, identity).await?;
    Ok(Json(NamedIdentity { id: row.id, name: row.name }))
}

/// Id and name of an identity.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NamedIdentity {
    id: IdentityId,
    name: String,
}
