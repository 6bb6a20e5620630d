//! The roles of a project, and what the caller's own allow.

use std::sync::Arc;

use tacit_core::permission::{Action, PermissionSet, ProjectRole, Subject};
use tacit_store::{
    project_memberships::{self, MembershipRoleRow, MembershipRow},
    projects::ProjectRow,
};

use super::{
    App,
    access::{self, ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    error::{Error, Result},
};

/// The built-in role with this slug.
///
/// # Errors
///
/// [`Error::Invalid`] if there is none such.
pub fn known(slug: &str) -> Result<ProjectRole> {
    ProjectRole::from_slug(slug).ok_or_else(|| Error::Invalid(format!("This project has no role '{slug}'")))
}

/// The project whose roles are asked for; they are [`ProjectRole::ALL`].
///
/// # Errors
///
/// As [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn list(app: &App, caller: &Caller, project: &ProjectName) -> Result<ProjectRow> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_any(Action::Read, Subject::Role)?;
    app.audit.record(Event::new(app, caller, "get-project-roles").project(&access.project.id))?;
    Ok(access.project)
}

/// One role by slug.
///
/// # Errors
///
/// [`Error::NotFound`] if the project has none such, else as [`list`].
pub async fn get(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    slug: &str,
) -> Result<(ProjectRow, ProjectRole)> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_any(Action::Read, Subject::Role)?;
    let role = ProjectRole::from_slug(slug).ok_or_else(|| Error::not_found("Role", slug))?;
    let event = Event::new(app, caller, "get-project-role").project(&access.project.id);
    app.audit.record(event.with("role", slug))?;
    Ok((access.project, role))
}

/// The caller's place in a project.
#[derive(Clone, Debug)]
pub struct OwnPermissions {
    /// The membership.
    pub membership: MembershipRow,
    /// Those of its roles that count now.
    pub roles: Vec<MembershipRoleRow>,
    /// What they allow.
    pub permissions: Arc<PermissionSet>,
}

/// What the caller may do in a project.
///
/// # Errors
///
/// As [`ProjectAccess::enter`].
pub async fn own_permissions(app: &App, caller: &Caller, project: &ProjectName) -> Result<OwnPermissions> {
    let now = app.now();
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, now).await?;
    let membership = project_memberships::find(&mut db, &access.project.id, access::member(caller))
        .await?
        .ok_or_else(|| Error::Refused("You are not a member of this project".to_owned()))?;
    app.audit.record(Event::new(app, caller, "get-project-permissions").project(&access.project.id))?;
    let mut roles = access.roles;
    roles.retain(|role| access::counts(role, now));
    Ok(OwnPermissions { membership, roles, permissions: access.permissions })
}
