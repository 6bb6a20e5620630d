//! `/api/v1/admin/…-management`: people, organizations and identities of the instance (wire-contract 4.5).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::{IdentityId, UserId};

use crate::{
    app::{
        App, Caller,
        administration::{self, Part},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            administration::{InstanceIdentity, InstanceOrganization, InstanceUser},
            text::{Strict, Trimmed},
        },
    },
};

/// How many rows a page has if it is not said.
const PAGE_DEFAULT: i64 = 20;

/// Which part of a list to show.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// What the names must have in them, in any case.
    #[serde(default)]
    search_term: Trimmed,
    /// How many to leave out at the beginning.
    #[serde(default)]
    offset: i64,
    /// How many to show at most, 1 to 100.
    #[serde(default = "page_default")]
    limit: i64,
    /// People only: whether to show administrators only.
    #[serde(default)]
    admins_only: Strict,
}

const fn page_default() -> i64 {
    PAGE_DEFAULT
}

impl ListQuery {
    fn part(self) -> Part {
        Part { search: self.search_term.0, offset: self.offset, limit: self.limit }
    }
}

/// What `GET …/user-management/users` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UsersResponse {
    users: Vec<InstanceUser>,
    /// How many there are in all.
    total: usize,
}

/// `GET …/user-management/users` lists the people of the instance.
pub(crate) async fn users(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<UsersResponse>, Problem> {
    let admins_only = query.admins_only.0;
    let listed = administration::list_users(&app, &caller, &query.part(), admins_only).await?;
    let users = listed.rows.into_iter().map(InstanceUser::from).collect();
    Ok(Json(UsersResponse { users, total: listed.total }))
}

/// One person.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UserResponse {
    user: InstanceUser,
}

/// `PATCH …/users/{user}/admin-access` makes somebody an administrator of the instance.
pub(crate) async fn grant_admin(
    State(app): State<App>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<UserResponse>, Problem> {
    let row = administration::set_admin(&app, &caller, user, true).await?;
    Ok(Json(UserResponse { user: row.into() }))
}

/// `DELETE …/users/{user}/admin-access` makes somebody an administrator no more.
pub(crate) async fn revoke_admin(
    State(app): State<App>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<UserResponse>, Problem> {
    let row = administration::set_admin(&app, &caller, user, false).await?;
    Ok(Json(UserResponse { user: row.into() }))
}

/// What `DELETE …/users/{user}` answers: one person, under a name of many.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeletedUserResponse {
    users: InstanceUser,
}

/// `DELETE …/users/{user}` deletes an account.
pub(crate) async fn delete_user(
    State(app): State<App>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<DeletedUserResponse>, Problem> {
    let rows = administration::delete_users(&app, &caller, vec![user.clone()]).await?;
    let row = rows.into_iter().next().ok_or_else(|| crate::app::Error::not_found("User", user))?;
    Ok(Json(DeletedUserResponse { users: row.into() }))
}

/// What `DELETE …/users` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteUsersRequest {
    /// Whom, 1 to 100.
    user_ids: Vec<Trimmed>,
}

/// What `DELETE …/users` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeletedUsersResponse {
    users: Vec<InstanceUser>,
}

/// `DELETE …/users` deletes accounts, all or none.
pub(crate) async fn delete_users(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<DeleteUsersRequest>,
) -> Result<Json<DeletedUsersResponse>, Problem> {
    let ids = request.user_ids.into_iter().map(|Trimmed(id)| UserId::new(id)).collect();
    let rows = administration::delete_users(&app, &caller, ids).await?;
    Ok(Json(DeletedUsersResponse { users: rows.into_iter().map(InstanceUser::from).collect() }))
}

/// What `GET …/organization-management/organizations` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrganizationsResponse {
    organizations: Vec<InstanceOrganization>,
    /// How many there are in all.
    total: usize,
}

/// `GET …/organization-management/organizations` lists the organizations of the instance.
pub(crate) async fn organizations(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<OrganizationsResponse>, Problem> {
    let listed = administration::list_organizations(&app, &caller, &query.part()).await?;
    let organizations = listed.rows.into_iter().map(InstanceOrganization::from).collect();
    Ok(Json(OrganizationsResponse { organizations, total: listed.total }))
}

/// What `GET …/identity-management/identities` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IdentitiesResponse {
    identities: Vec<InstanceIdentity>,
    /// How many there are in all.
    total: usize,
}

/// `GET …/identity-management/identities` lists the machine identities of the instance.
pub(crate) async fn identities(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<IdentitiesResponse>, Problem> {
    let listed = administration::list_identities(&app, &caller, &query.part()).await?;
    let identities = listed.rows.into_iter().map(InstanceIdentity::from).collect();
    Ok(Json(IdentitiesResponse { identities, total: listed.total }))
}

/// What `DELETE …/identities/{identity}/super-admin-access` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IdentityResponse {
    identity: InstanceIdentity,
}

/// `DELETE …/identities/{identity}/super-admin-access` takes the instance from an identity.
pub(crate) async fn revoke_identity(
    State(app): State<App>,
    caller: Caller,
    Path(identity): Path<IdentityId>,
) -> Result<Json<IdentityResponse>, Problem> {
    let mut row = administration::revoke_identity(&app, &caller, identity).await?;
    row.is_instance_admin = false;
    Ok(Json(IdentityResponse { identity: row.into() }))
}
