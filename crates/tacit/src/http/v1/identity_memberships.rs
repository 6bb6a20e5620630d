//! Machine identities in projects, under the current and the older names (wire-contract 10.8).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{IdentityId, MembershipId},
    permission::ProjectRole,
};

use super::projects::is_descending;
use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        memberships::{
            RoleGrant,
            identities::{self, IdentityFilter},
        },
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            envelope::{InIdentityMembership, InRoles},
            membership::{IdentityMembership, IdentityMembershipRow},
            role::{MemberRoleRow, RoleInput, grants},
            text::{Required, Trimmed},
        },
    },
};

/// The most memberships that one list returns.
const LIST_MAX: usize = 1000;
/// How many a list returns if it is not said.
const LIST_DEFAULT: usize = 20;
/// How many the older list returns if it is not said.
const LEGACY_LIST_DEFAULT: usize = 100;

/// The roles an identity is to have.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AddRequest {
    /// One role; `no-access` if neither this nor `roles` is given.
    role: Option<Required>,
    /// Several roles.
    roles: Option<Vec<RoleInput>>,
}

impl AddRequest {
    /// The roles.
    ///
    /// # Errors
    ///
    /// [`Error::Form`] naming the first that breaks a rule.
    pub(super) fn grants(self) -> Result<Vec<RoleGrant>, Error> {
        match (self.roles, self.role) {
            (Some(roles), _) => grants(roles),
            (None, Some(Required(role))) => Ok(vec![RoleGrant::permanent(&role)]),
            (None, None) => Ok(vec![RoleGrant::permanent(ProjectRole::NoAccess.slug())]),
        }
    }
}

/// `POST …/memberships/identities/{identity}` adds an identity to a project.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path((project, identity)): Path<(String, IdentityId)>,
    Body(request): Body<AddRequest>,
) -> Result<Json<InIdentityMembership<IdentityMembershipRow>>, Problem> {
    let grants = request.grants()?;
    let row = identities::add(&app, &caller, ProjectName::IdOrSlug(project), identity, grants).await?;
    Ok(Json(IdentityMembershipRow::from(row).into()))
}

/// The roles a member is to have in place of those it has.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RolesRequest {
    /// At least one that does not end.
    pub(super) roles: Vec<RoleInput>,
}

/// `PATCH …/memberships/identities/{identity}` gives an identity other roles.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((project, identity)): Path<(String, IdentityId)>,
    Body(request): Body<RolesRequest>,
) -> Result<Json<InIdentityMembership<ChangedMembership>>, Problem> {
    let grants = grants(request.roles)?;
    let (row, roles) =
        identities::update(&app, &caller, ProjectName::IdOrSlug(project), identity, grants).await?;
    let roles = roles.into_iter().map(Into::into).collect();
    Ok(Json(ChangedMembership { membership: row.into(), roles }.into()))
}

/// A membership with its new roles.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangedMembership {
    /// The membership.
    #[serde(flatten)]
    membership: IdentityMembershipRow,
    /// Its roles.
    roles: Vec<MemberRoleRow>,
}

/// `PATCH …/identity-memberships/{identity}` gives an identity other roles and returns only them.
pub(crate) async fn update_legacy(
    State(app): State<App>,
    caller: Caller,
    Path((project, identity)): Path<(String, IdentityId)>,
    Body(request): Body<RolesRequest>,
) -> Result<Json<InRoles<Vec<MemberRoleRow>>>, Problem> {
    let grants = grants(request.roles)?;
    let (_, roles) =
        identities::update(&app, &caller, ProjectName::IdOrSlug(project), identity, grants).await?;
    Ok(Json(roles.into_iter().map(MemberRoleRow::from).collect::<Vec<_>>().into()))
}

/// `DELETE …/memberships/identities/{identity}` takes an identity out of a project.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((project, identity)): Path<(String, IdentityId)>,
) -> Result<Json<InIdentityMembership<IdentityMembershipRow>>, Problem> {
    let row = identities::remove(&app, &caller, ProjectName::IdOrSlug(project), identity).await?;
    Ok(Json(IdentityMembershipRow::from(row).into()))
}

/// `GET …/memberships/identities/{identity}` reads one identity in a project.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((project, identity)): Path<(String, IdentityId)>,
) -> Result<Json<InIdentityMembership<IdentityMembership>>, Problem> {
    let member = identities::get(&app, &caller, &ProjectName::IdOrSlug(project), &identity).await?;
    Ok(Json(IdentityMembership::from(member).into()))
}

/// `GET /api/v2/workspace/identity-memberships/{membership}` reads one by the membership's id.
pub(crate) async fn get_by_membership(
    State(app): State<App>,
    caller: Caller,
    Path(membership): Path<MembershipId>,
) -> Result<Json<InIdentityMembership<IdentityMembership>>, Problem> {
    let member = identities::get_by_membership(&app, &caller, &membership).await?;
    Ok(Json(IdentityMembership::from(member).into()))
}

/// One page of identities.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResponse {
    /// By name.
    identity_memberships: Vec<IdentityMembership>,
    /// How many there are in all.
    total_count: usize,
}

/// Which identities are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// How many to skip.
    #[serde(default)]
    offset: usize,
    /// How many to return at most, 1 to 1000; 20 if absent.
    limit: Option<usize>,
    /// Only those with this in their name.
    identity_name: Option<Trimmed>,
    /// Only those with one of these roles, separated by commas.
    roles: Option<Trimmed>,
}

/// `GET …/memberships/identities` lists the identities in a project.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<ListResponse>, Problem> {
    let roles = query.roles.unwrap_or_default();
    let roles = roles.as_str().split(',').map(str::trim).filter(|role| !role.is_empty());
    let filter = IdentityFilter {
        name: query.identity_name.and_then(Trimmed::filled),
        roles: roles.map(str::to_owned).collect(),
        is_descending: false,
        offset: query.offset,
        limit: limit(query.limit, LIST_DEFAULT)?,
    };
    page(&app, &caller, project, &filter).await
}

/// Which identities are wanted, as the older list says it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LegacyListQuery {
    /// How many to skip.
    #[serde(default)]
    offset: usize,
    /// How many to return at most, 1 to 1000; 100 if absent.
    limit: Option<usize>,
    /// The only order is by `name`.
    order_by: Option<Required>,
    /// `asc` or `desc`.
    order_direction: Option<Required>,
    /// Only those with this in their name.
    search: Option<Trimmed>,
}

/// `GET …/identity-memberships` lists the identities in a project.
pub(crate) async fn list_legacy(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<LegacyListQuery>,
) -> Result<Json<ListResponse>, Problem> {
    let filter = IdentityFilter {
        name: query.search.and_then(Trimmed::filled),
        roles: Vec::new(),
        is_descending: is_descending(query.order_by.as_ref(), query.order_direction.as_ref())?,
        offset: query.offset,
        limit: limit(query.limit, LEGACY_LIST_DEFAULT)?,
    };
    page(&app, &caller, project, &filter).await
}

async fn page(
    app: &App,
    caller: &Caller,
    project: String,
    filter: &IdentityFilter,
) -> Result<Json<ListResponse>, Problem> {
    let (members, total_count) =
        identities::list(app, caller, &ProjectName::IdOrSlug(project), filter).await?;
    Ok(Json(ListResponse {
        identity_memberships: members.into_iter().map(Into::into).collect(),
        total_count,
    }))
}

fn limit(limit: Option<usize>, default: usize) -> Result<usize, Error> {
    let limit = limit.unwrap_or(default);
    if (1..=LIST_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::form("limit", format!("Must be from 1 to {LIST_MAX}")))
}
