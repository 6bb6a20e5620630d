//! Roles of an organization (wire-contract 12.2). Routes without the id of the organization mean the
//! caller's.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use tacit_core::{id::OrganizationId, permission::PermissionSet, time::Timestamp};

use crate::{
    app::{
        App, Caller,
        roles::{self, Owner, RoleName},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            envelope::{InData, InRole, InRoles},
            role::{NewRoleRequest, RoleChangeRequest},
        },
    },
};

/// A role of an organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    id: String,
    name: String,
    slug: String,
    description: Option<String>,
    org_id: OrganizationId,
    /// Rules; those of built-in roles are packed in the list under the id of an organization.
    permissions: Vec<Value>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<roles::Role> for Role {
    fn from(role: roles::Role) -> Self {
        Self {
            id: role.id,
            name: role.name,
            slug: role.slug,
            description: role.description,
            org_id: role.organization_id,
            permissions: role.rules.iter().map(|rule| json!(rule)).collect(),
            created_at: role.created_at,
            updated_at: role.updated_at,
        }
    }
}

impl Role {
    /// As the older list shows it: the rules of built-in roles are packed, those of custom ones not.
    fn packed(role: roles::Role) -> Self {
        if !role.is_built_in() {
            return role.into();
        }
        let permissions = PermissionSet::new(vec![role.rules.clone()]).pack();
        Self { permissions, ..role.into() }
    }
}

/// `GET /api/v1/organization/{organization}/roles` lists its roles, the built-in ones with packed rules.
pub(crate) async fn list_packed(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<InData<InRoles<Vec<Role>>>>, Problem> {
    let roles = roles::list(&app, &caller, &Owner::Organization(id)).await?;
    Ok(Json(InRoles::from(roles.into_iter().map(Role::packed).collect::<Vec<_>>()).into()))
}

/// `GET /api/v1/organization/roles` lists the roles of the caller's organization.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<InRoles<Vec<Role>>>, Problem> {
    let roles = roles::list(&app, &caller, &own(&caller)?).await?;
    Ok(Json(roles.into_iter().map(Role::from).collect::<Vec<_>>().into()))
}

/// `GET /api/v1/organization/roles/{role}` reads one role.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(role): Path<String>,
) -> Result<Json<InRole<Role>>, Problem> {
    read(&app, &caller, own(&caller)?, RoleName::Id(role)).await
}

/// `GET /api/v1/organization/roles/slug/{slug}` reads one role.
pub(crate) async fn get_by_slug(
    State(app): State<App>,
    caller: Caller,
    Path(slug): Path<String>,
) -> Result<Json<InRole<Role>>, Problem> {
    read(&app, &caller, own(&caller)?, RoleName::Slug(slug)).await
}

/// `GET /api/v1/organization/{organization}/roles/{role}` reads one role.
pub(crate) async fn get_named(
    State(app): State<App>,
    caller: Caller,
    Path((id, role)): Path<(String, String)>,
) -> Result<Json<InRole<Role>>, Problem> {
    read(&app, &caller, Owner::Organization(id), RoleName::Id(role)).await
}

async fn read(
    app: &App,
    caller: &Caller,
    owner: Owner,
    name: RoleName,
) -> Result<Json<InRole<Role>>, Problem> {
    Ok(Json(Role::from(roles::get(app, caller, &owner, &name).await?).into()))
}

/// `POST /api/v1/organization/roles` makes a role.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<NewRoleRequest>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::create(&app, &caller, own(&caller)?, request.into()).await?;
    Ok(Json(Role::from(role).into()))
}

/// `POST /api/v1/organization/{organization}/roles` makes a role.
pub(crate) async fn create_named(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<NewRoleRequest>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::create(&app, &caller, Owner::Organization(id), request.into()).await?;
    Ok(Json(Role::from(role).into()))
}

/// `PATCH /api/v1/organization/roles/{role}` changes a role.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(role): Path<String>,
    Body(request): Body<RoleChangeRequest>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::update(&app, &caller, own(&caller)?, RoleName::Id(role), request.into()).await?;
    Ok(Json(Role::from(role).into()))
}

/// `PATCH /api/v1/organization/{organization}/roles/{role}` changes a role.
pub(crate) async fn update_named(
    State(app): State<App>,
    caller: Caller,
    Path((id, role)): Path<(String, String)>,
    Body(request): Body<RoleChangeRequest>,
) -> Result<Json<InRole<Role>>, Problem> {
    let owner = Owner::Organization(id);
    let role = roles::update(&app, &caller, owner, RoleName::Id(role), request.into()).await?;
    Ok(Json(Role::from(role).into()))
}

/// `DELETE /api/v1/organization/roles/{role}` deletes a role.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(role): Path<String>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::delete(&app, &caller, own(&caller)?, RoleName::Id(role)).await?;
    Ok(Json(Role::from(role).into()))
}

/// `DELETE /api/v1/organization/{organization}/roles/{role}` deletes a role.
pub(crate) async fn delete_named(
    State(app): State<App>,
    caller: Caller,
    Path((id, role)): Path<(String, String)>,
) -> Result<Json<InRole<Role>>, Problem> {
    let role = roles::delete(&app, &caller, Owner::Organization(id), RoleName::Id(role)).await?;
    Ok(Json(Role::from(role).into()))
}

/// The caller's organization.
fn own(caller: &Caller) -> Result<Owner, crate::app::Error> {
    Ok(Owner::Organization(caller.organization()?.id.to_string()))
}
