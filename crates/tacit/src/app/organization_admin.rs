//! What the admins of an organization may do with projects they are not in.

use tacit_core::{
    id::ProjectId,
    permission::{Action, ProjectRole, Subject},
};
use tacit_store::{
    organizations,
    project_memberships::{self, MembershipRoleRow, MembershipRow},
};

use super::{
    App,
    access::{self, ProjectName},
    audit::Event,
    caller::{Actor, Caller},
    error::Result,
    service_tokens,
    work::UnitOfWork,
};

/// Makes the caller an admin of a project of the organization. Everybody can read in the audit log
/// that it happened (`decisions.md` 7).
///
/// # Errors
///
/// [`super::Error::NotFound`] for a project that is not in the organization,
/// [`super::Error::Forbidden`] without `access-all-projects` on the admin console.
pub async fn grant_admin_access(app: &App, caller: &Caller, project: &str) -> Result<MembershipRow> {
    let (caller, project) = (caller.clone(), ProjectName::Id(project.to_owned()));
    app.write(move |work| Box::pin(async move { grant(work, &caller, &project).await })).await
}

async fn grant(work: &mut UnitOfWork, caller: &Caller, name: &ProjectName) -> Result<MembershipRow> {
    let organization = caller.organization()?;
    let project = access::find_project(&mut work.db, &organization.id, name).await?;
    organization.require(Action::AccessAllProjects, Subject::OrganizationAdminConsole)?;
    // Locks the organization, so that two requests cannot both find no membership.
    organizations::raise_access_revision(&mut work.db, &organization.id).await?;
    let member = access::member(caller)?;
    let membership = match project_memberships::find(&mut work.db, &project.id, member).await? {
        Some(membership) => membership,
        None => join(work, caller, &project.id).await?,
    };
    let roles = project_memberships::roles(&mut work.db, &membership.id).await?;
    let admin = ProjectRole::Admin.slug();
    if !roles.iter().any(|role| role.role == admin && !role.is_temporary) {
        project_memberships::clear_roles(&mut work.db, &membership.id, work.app.now()).await?;
        project_memberships::insert_role(&mut work.db, &admin_role(&work.app, &membership)).await?;
    }
    work.record(Event::new(&work.app, caller, "grant-project-admin-access").project(&project.id));
    Ok(membership)
}

async fn join(work: &mut UnitOfWork, caller: &Caller, project: &ProjectId) -> Result<MembershipRow> {
    let now = work.app.now();
    let (user_id, identity_id) = match &*caller.actor {
        Actor::User { id, .. } => (Some(id.clone()), None),
        Actor::Identity { id, .. } => (None, Some(id.clone())),
        Actor::ServiceToken { .. } => return Err(service_tokens::no_member()),
    };
    let membership = MembershipRow {
        id: work.app.new_id(),
        project_id: project.clone(),
        user_id,
        identity_id,
        group_id: None,
        created_at: now,
        updated_at: now,
    };
    project_memberships::insert(&mut work.db, &membership).await?;
    Ok(membership)
}

fn admin_role(app: &App, membership: &MembershipRow) -> MembershipRoleRow {
    let now = app.now();
    MembershipRoleRow {
        id: app.new_id(),
        membership_id: membership.id.clone(),
        role: ProjectRole::Admin.slug().to_owned(),
        custom_role_id: None,
        custom_role_name: None,
        custom_role_slug: None,
        is_temporary: false,
        temporary_range: None,
        starts_at: None,
        ends_at: None,
        created_at: now,
        updated_at: now,
    }
}
