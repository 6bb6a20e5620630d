//! Who is in a project: people and machine identities, each with roles.
//!
//! Every change raises the organization's access revision first, which ends cached decisions and
//! makes changes wait for each other, so that the last admin of a project cannot slip away between
//! two of them.

pub mod identities;
mod roles;
pub mod users;

use tacit_core::{
    id::{MembershipId, ProjectId},
    permission::ProjectRole,
};
use tacit_store::{
    Connection, organizations,
    project_memberships::{self, MembershipRoleRow, MembershipRow},
};

pub use roles::{RoleGrant, Temporary};

use super::{
    access::{ProjectAccess, ProjectName},
    caller::{Actor, Caller},
    error::{Error, Result},
    work::UnitOfWork,
};

/// Makes the caller a member of a project, with one role.
pub(super) async fn join(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectId,
    role: ProjectRole,
) -> Result<()> {
    let membership = match &caller.actor {
        Actor::User { id, .. } => row(work, project, |row| row.user_id = Some(id.clone())),
        Actor::Identity { id, .. } => row(work, project, |row| row.identity_id = Some(id.clone())),
    };
    project_memberships::insert(&mut work.db, &membership).await?;
    roles::insert(work, &membership.id, &[RoleGrant::permanent(role.slug())]).await?;
    Ok(())
}

/// A new membership, whose member `fill` sets.
fn row(work: &UnitOfWork, project: &ProjectId, fill: impl FnOnce(&mut MembershipRow)) -> MembershipRow {
    let now = work.app.now();
    let mut row = MembershipRow {
        id: work.app.new_id(),
        project_id: project.clone(),
        user_id: None,
        identity_id: None,
        created_at: now,
        updated_at: now,
    };
    fill(&mut row);
    row
}

/// Begins a change of memberships.
async fn enter(work: &mut UnitOfWork, caller: &Caller, project: &ProjectName) -> Result<ProjectAccess> {
    organizations::raise_access_revision(&mut work.db, &caller.organization()?.id).await?;
    ProjectAccess::enter(&mut work.db, caller, project, work.app.now()).await
}

/// Gives a member other roles in place of those it has.
async fn replace_roles(
    work: &mut UnitOfWork,
    membership: &MembershipRow,
    grants: &[RoleGrant],
) -> Result<Vec<MembershipRoleRow>> {
    require_admin_remains(&mut work.db, membership, grants).await?;
    project_memberships::clear_roles(&mut work.db, &membership.id, work.app.now()).await?;
    roles::insert(work, &membership.id, grants).await
}

/// Ends a membership.
async fn end(work: &mut UnitOfWork, membership: &MembershipRow) -> Result<()> {
    require_admin_remains(&mut work.db, membership, &[]).await?;
    Ok(project_memberships::delete(&mut work.db, &membership.id).await?)
}

/// Refuses to take the last admin from a project: nobody could manage it any more.
async fn require_admin_remains(
    db: &mut Connection,
    membership: &MembershipRow,
    grants: &[RoleGrant],
) -> Result<()> {
    let admin = ProjectRole::Admin.slug();
    let is_admin = project_memberships::roles(db, &membership.id)
        .await?
        .iter()
        .any(|role| role.role == admin && !role.is_temporary);
    let stays_admin = grants.iter().any(|grant| grant.role == admin && grant.temporary.is_none());
    if !is_admin || stays_admin {
        return Ok(());
    }
    if project_memberships::count_permanent(db, &membership.project_id, admin).await? > 1 {
        return Ok(());
    }
    Err(Error::Invalid("This is the last admin of the project. Make somebody else admin first.".to_owned()))
}

/// The roles of each membership, taken out of those of the whole project.
fn roles_of(id: &MembershipId, roles: &[MembershipRoleRow]) -> Vec<MembershipRoleRow> {
    roles.iter().filter(|role| role.membership_id == *id).cloned().collect()
}
