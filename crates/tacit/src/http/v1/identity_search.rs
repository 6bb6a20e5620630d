//! Lists of identities, and the projects of one (wire-contract 10.1).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{IdentityId, MembershipId, ProjectId},
    time::Timestamp,
};
use tacit_store::project_memberships::MembershipRoleRow;

use crate::{
    app::{
        App, Caller,
        identity_search::{self, Filter, IdentityProject, Order, Search, TextFilter},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            identity::{IdentitySummary, OrganizationMembership},
            text::Trimmed,
        },
    },
};

/// The longest part of a search that can be asked for.
const SEARCH_LIMIT_MAX: i64 = 100;

/// Which organization.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListIdentitiesQuery {
    /// The organization of the token.
    org_id: Trimmed,
}

/// Identities and how many there are in all.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListIdentitiesResponse {
    identities: Vec<OrganizationMembership>,
    total_count: usize,
}

/// What to look for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchIdentitiesRequest {
    /// `name` (the default) or `role`.
    #[serde(default)]
    order_by: OrderBy,
    /// `asc` (the default) or `desc`.
    #[serde(default)]
    order_direction: OrderDirection,
    /// 1 to 100; 50 if absent.
    #[serde(default)]
    limit: Option<i64>,
    /// How many to leave out at the beginning.
    #[serde(default)]
    offset: i64,
    /// What an identity must meet; absent is anything.
    #[serde(default)]
    search: SearchFilter,
}

/// What identities are sorted by.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderBy {
    /// The name.
    #[default]
    Name,
    /// The slug of the role.
    Role,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderDirection {
    /// The least.
    #[default]
    Asc,
    /// The greatest.
    Desc,
}

impl From<OrderBy> for Order {
    fn from(order: OrderBy) -> Self {
        match order {
            OrderBy::Name => Self::Name,
            OrderBy::Role => Self::Role,
        }
    }
}

/// What an identity must meet: each part that is there.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct SearchFilter {
    /// About its name.
    #[serde(default)]
    name: Option<TextRequest>,
    /// About the slug of its role.
    #[serde(default)]
    role: Option<TextRequest>,
    /// It must meet one of these.
    #[serde(default, rename = "$or")]
    any: Vec<SearchAlternative>,
}

/// One of several things an identity may meet.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SearchAlternative {
    /// About its name.
    #[serde(default)]
    name: Option<TextRequest>,
    /// About the slug of its role.
    #[serde(default)]
    role: Option<TextRequest>,
}

/// A text, or what a text must meet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TextRequest {
    /// It is this.
    Is(String),
    /// Each part that is there.
    Meets {
        /// It is this.
        #[serde(default, rename = "$eq")]
        equals: Option<String>,
        /// It has this in it, in any case.
        #[serde(default, rename = "$contains")]
        contains: Option<String>,
        /// It is one of these.
        #[serde(default, rename = "$in")]
        one_of: Option<Vec<String>>,
    },
}

impl From<Option<TextRequest>> for TextFilter {
    fn from(request: Option<TextRequest>) -> Self {
        match request {
            None => Self::default(),
            Some(TextRequest::Is(text)) => Self { equals: Some(text), ..Self::default() },
            Some(TextRequest::Meets { equals, contains, one_of }) => Self { equals, contains, one_of },
        }
    }
}

impl From<SearchFilter> for Filter {
    fn from(filter: SearchFilter) -> Self {
        let alternative =
            |one: SearchAlternative| Self { name: one.name.into(), role: one.role.into(), any: Vec::new() };
        Self {
            name: filter.name.into(),
            role: filter.role.into(),
            any: filter.any.into_iter().map(alternative).collect(),
        }
    }
}

/// The projects of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityProjectsResponse {
    identity_memberships: Vec<IdentityProjectMembership>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct IdentityProjectMembership {
    id: MembershipId,
    identity_id: IdentityId,
    created_at: Timestamp,
    updated_at: Timestamp,
    roles: Vec<IdentityRole>,
    identity: IdentitySummary,
    project: IdentityProjectBody,
}

#[derive(Debug, Serialize, JsonSchema)]
struct IdentityProjectBody {
    id: ProjectId,
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

/// A role in a project (wire-contract 10.8).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct IdentityRole {
    id: String,
    role: String,
    custom_role_id: Option<String>,
    custom_role_name: Option<String>,
    custom_role_slug: Option<String>,
    is_temporary: bool,
    temporary_mode: Option<&'static str>,
    temporary_range: Option<String>,
    temporary_access_start_time: Option<Timestamp>,
    temporary_access_end_time: Option<Timestamp>,
}

impl From<MembershipRoleRow> for IdentityRole {
    fn from(row: MembershipRoleRow) -> Self {
        Self {
            id: row.id,
            role: row.role,
            custom_role_id: row.custom_role_id.map(|id| id.to_string()),
            custom_role_name: row.custom_role_name,
            custom_role_slug: row.custom_role_slug,
            is_temporary: row.is_temporary,
            temporary_mode: row.is_temporary.then_some("relative"),
            temporary_range: row.temporary_range,
            temporary_access_start_time: row.starts_at,
            temporary_access_end_time: row.ends_at,
        }
    }
}

/// `GET /api/v1/identities?orgId=` lists all identities of the organization.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListIdentitiesQuery>,
) -> Result<Json<ListIdentitiesResponse>, Problem> {
    caller.organization_named(query.org_id.as_str())?;
    let search = Search::default();
    let page = identity_search::search(&app, &caller, &search, SEARCH_LIMIT_MAX, "list-identities").await?;
    let (identities, total_count) = OrganizationMembership::page(page)?;
    Ok(Json(ListIdentitiesResponse { identities, total_count }))
}

/// `POST /api/v1/identities/search` lists the identities that meet a search.
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SearchIdentitiesRequest>,
) -> Result<Json<ListIdentitiesResponse>, Problem> {
    let search = Search {
        filter: request.search.into(),
        order: request.order_by.into(),
        is_descending: request.order_direction == OrderDirection::Desc,
        offset: request.offset,
        limit: Some(request.limit.unwrap_or(50)),
    };
    let page = identity_search::search(&app, &caller, &search, SEARCH_LIMIT_MAX, "search-identities").await?;
    let (identities, total_count) = OrganizationMembership::page(page)?;
    Ok(Json(ListIdentitiesResponse { identities, total_count }))
}

/// `GET /api/v1/identities/{identity}/identity-memberships` lists the projects of an identity.
pub(crate) async fn projects(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<IdentityProjectsResponse>, Problem> {
    let (identity, projects) = identity_search::projects(&app, &caller, &id).await?;
    let membership = |IdentityProject { row, roles }: IdentityProject| IdentityProjectMembership {
        id: row.id,
        identity_id: identity.row.id.clone(),
        created_at: row.created_at,
        updated_at: row.updated_at,
        roles: roles.into_iter().map(IdentityRole::from).collect(),
        identity: IdentitySummary::from(&identity),
        project: IdentityProjectBody { id: row.project_id, name: row.project_name, kind: row.project_type },
    };
    let identity_memberships = projects.into_iter().map(membership).collect();
    Ok(Json(IdentityProjectsResponse { identity_memberships }))
}
