//! Roles of a project, and what the caller's own allow (wire-contract 12.2).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tacit_core::{
    id::{MembershipId, ProjectId, UserId},
    time::Timestamp,
};

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        project_roles::{self, OwnPermissions},
    },
    http::{
        extract::Path,
        problem::Problem,
        wire::{
            envelope::{InData, InRole, InRoles},
            role::Role,
        },
    },
};

/// `GET …/roles` lists the roles of a project.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<InRoles<Vec<Role>>>, Problem> {
    let project = project_roles::list(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Ok(Json(Role::all(&project).into()))
}

/// `GET …/roles/slug/{slug}` reads one role with what it allows.
pub(crate) async fn get_by_slug(
    State(app): State<App>,
    caller: Caller,
    Path((project, slug)): Path<(String, String)>,
) -> Result<Json<InRole<Role>>, Problem> {
    let (project, role) = project_roles::get(&app, &caller, &ProjectName::IdOrSlug(project), &slug).await?;
    Ok(Json(Role::new(&project, role).with_permissions(role).into()))
}

/// What the caller may do in a project.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnAccess {
    /// The rules in packed form: actions joined by commas, subject, conditions or 0, 1 if inverted.
    permissions: Vec<Value>,
    /// The caller's membership.
    membership: OwnMembership,
    /// The same in a list.
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
    /// The caller.
    user_id: Option<UserId>,
    /// The project.
    project_id: ProjectId,
    /// The roles that count now.
    roles: Vec<OwnRole>,
}

/// A role of the caller.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OwnRole {
    /// The slug.
    role: String,
}

/// `GET …/permissions` says what the caller may do in a project.
pub(crate) async fn get_permissions(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<InData<OwnAccess>>, Problem> {
    let own = project_roles::own_permissions(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Ok(Json(OwnAccess::from(own).into()))
}

impl From<OwnPermissions> for OwnAccess {
    fn from(own: OwnPermissions) -> Self {
        let membership = OwnMembership {
            id: own.membership.id,
            created_at: own.membership.created_at,
            updated_at: own.membership.updated_at,
            user_id: own.membership.user_id,
            project_id: own.membership.project_id,
            roles: own.roles.into_iter().map(|role| OwnRole { role: role.role }).collect(),
        };
        Self { permissions: own.permissions.pack(), memberships: vec![membership.clone()], membership }
    }
}
