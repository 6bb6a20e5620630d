//! Roles of a project, and what the caller's own allow (wire-contract 12.2).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tacit_core::{
    id::{GroupId, MembershipId, ProjectId, RoleId, UserId},
    time::Timestamp,
};
use tacit_store::project_grants::GrantRow;

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        own_permissions::{self, OwnPermissions},
        roles::{self, Owner, RoleName},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            envelope::{InData, InRole, InRoles},
            role::{NewRoleRequest, Role, RoleChangeRequest},
        },
    },
};

/// `GET …/roles` lists the roles of a project.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<InRoles<Vec<Role>>>, Problem> {
    let roles = roles::list(&app, &caller, &Owner::project(&project)).await?;
    Ok(Json(roles.into_iter().map(Role::without_permissions).collect::<Vec<_>>().into()))
}

/// `GET …/roles/slug/{slug}` reads one role with what it allows.
pub(crate) async fn get_by_slug(
    State(app): State<App>,
    caller: Caller,
    Path((project, slug)): Path<(String, String)>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::get(&app, &caller, &Owner::project(&project), &RoleName::Slug(slug)).await?;
    Ok(Json(Role::from(role).into()))
}

/// `GET /api/v1/projects/roles/{role}` reads one custom role by its id alone.
pub(crate) async fn get_by_id(
    State(app): State<App>,
    caller: Caller,
    Path(role): Path<RoleId>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::get_of_any_project(&app, &caller, &role).await?;
    Ok(Json(Role::from(role).into()))
}

/// `POST …/roles` makes a role.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<NewRoleRequest>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::create(&app, &caller, Owner::project(&project), request.into()).await?;
    Ok(Json(Role::from(role).into()))
}

/// `PATCH …/roles/{role}` changes a role.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((project, role)): Path<(String, String)>,
    Body(request): Body<RoleChangeRequest>,
) -> Result<Json<InRole<Role>>, Problem> {
    let (owner, name) = (Owner::project(&project), RoleName::Id(role));
    let role = roles::update(&app, &caller, owner, name, request.into()).await?;
    Ok(Json(Role::from(role).into()))
}

/// `DELETE …/roles/{role}` deletes a role.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((project, role)): Path<(String, String)>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::delete(&app, &caller, Owner::project(&project), RoleName::Id(role)).await?;
    Ok(Json(Role::from(role).into()))
}

/// What the caller may do in a project.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnAccess {
    /// The rules in packed form: actions joined by commas, subject, conditions or 0, 1 if inverted.
    permissions: Vec<Value>,
    /// The caller's own membership, or that of one of its groups.
    membership: Option<OwnMembership>,
    /// The caller's memberships: its own first, then those of its groups.
    memberships: Vec<OwnMembership>,
}

/// The caller's membership in a project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnMembership {
    /// Its id.
    id: MembershipId,
    /// When the caller joined.
    created_at: Timestamp,
    /// When its roles last changed.
    updated_at: Timestamp,
    /// The caller, if it is its own membership.
    user_id: Option<UserId>,
    /// The group, if it is that of a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<GroupId>,
    /// The project.
    project_id: ProjectId,
    /// The roles that count now.
    roles: Vec<OwnRole>,
}

/// A role of the caller.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnRole {
    /// The slug; `custom` for a custom one.
    role: String,
    /// The slug of a custom role.
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role_slug: Option<String>,
}

/// `GET …/permissions` says what the caller may do in a project.
pub(crate) async fn get_permissions(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<InData<OwnAccess>>, Problem> {
    let own = own_permissions::get(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Ok(Json(OwnAccess::from(own).into()))
}

impl From<OwnPermissions> for OwnAccess {
    fn from(own: OwnPermissions) -> Self {
        let memberships: Vec<OwnMembership> = own.memberships.into_iter().map(Into::into).collect();
        Self { permissions: own.permissions.pack(), membership: memberships.first().cloned(), memberships }
    }
}

impl From<own_permissions::OwnMembership> for OwnMembership {
    fn from(membership: own_permissions::OwnMembership) -> Self {
        let row = membership.row;
        let role = |grant: GrantRow| OwnRole { role: grant.role, custom_role_slug: grant.custom_role_slug };
        Self {
            id: row.id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            user_id: row.user_id,
            group_id: row.group_id,
            project_id: row.project_id,
            roles: membership.roles.into_iter().map(role).collect(),
        }
    }
}
