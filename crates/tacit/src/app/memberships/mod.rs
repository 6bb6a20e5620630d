//! Who is in a project: people, machine identities and groups, each with roles.
//!
//! Every change raises the organization's access revision first, which ends cached decisions and
//! makes changes wait for each other, so that the last admin of a project cannot slip away between
//! two of them.

pub mod groups;
pub mod identities;
mod roles;
pub mod users;

use roles::Given;
use tacit_core::{
    id::{MembershipId, ProjectId},
    permission::{Holding, ProjectRole},
};
use tacit_store::{
    Connection, organizations, project_grants,
    project_memberships::{self, Member, MembershipRoleRow, MembershipRow},
};

pub use roles::{RoleGrant, Temporary};

use super::{
    access::{ProjectAccess, ProjectName},
    boundary,
    caller::{Actor, Caller},
    error::{Error, Result},
    rights, service_tokens,
    work::UnitOfWork,
};

/// Makes the caller a member of a project, with one role.
pub(super) async fn join(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectId,
    role: ProjectRole,
) -> Result<()> {
    let membership = match &*caller.actor {
        Actor::User { id, .. } => row(work, project, |row| row.user_id = Some(id.clone())),
        Actor::Identity { id, .. } => row(work, project, |row| row.identity_id = Some(id.clone())),
        Actor::ServiceToken { .. } => return Err(service_tokens::no_member()),
    };
    project_memberships::insert(&mut work.db, &membership).await?;
    roles::insert_built_in(work, &membership.id, role).await
}

/// A new membership, whose member `fill` sets.
fn row(work: &UnitOfWork, project: &ProjectId, fill: impl FnOnce(&mut MembershipRow)) -> MembershipRow {
    let now = work.app.now();
    let mut row = MembershipRow {
        id: work.app.new_id(),
        project_id: project.clone(),
        user_id: None,
        identity_id: None,
        group_id: None,
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
    access: &ProjectAccess,
    membership: &MembershipRow,
    given: &[Given],
) -> Result<Vec<MembershipRoleRow>> {
    require_admin_remains(&mut work.db, membership, given).await?;
    let now = work.app.now();
    let before = project_grants::of_membership(&mut work.db, &membership.id).await?;
    let before = rights::holding_of(before.iter().filter(|grant| !grant.is_privilege), now)?;
    boundary::require_change(&access.permissions, &before, &roles::holding(given), roles::MESSAGE)?;
    project_memberships::clear_roles(&mut work.db, &membership.id, now).await?;
    roles::insert(work, &membership.id, given).await
}

/// Ends a membership.
async fn end(work: &mut UnitOfWork, access: &ProjectAccess, membership: &MembershipRow) -> Result<()> {
    require_admin_remains(&mut work.db, membership, &[]).await?;
    if stays_in_project(&mut work.db, membership).await? {
        let before = project_grants::of_membership(&mut work.db, &membership.id).await?;
        let before = rights::holding_of(&before, work.app.now())?;
        boundary::require_change(&access.permissions, &before, &Holding::default(), roles::MESSAGE)?;
    }
    Ok(project_memberships::delete(&mut work.db, &membership.id).await?)
}

/// Whether somebody who loses a membership still has something in the project, so that what it denied
/// is given to them. Of a group somebody might.
async fn stays_in_project(db: &mut Connection, membership: &MembershipRow) -> Result<bool> {
    let member = match (&membership.user_id, &membership.identity_id) {
        (Some(id), _) => Member::User(id),
        (None, Some(id)) => Member::Identity(id),
        (None, None) => return Ok(true),
    };
    let grants = project_grants::of_member(db, &membership.project_id, member).await?;
    Ok(grants.iter().any(|grant| grant.membership_id != membership.id))
}

/// Refuses to take the last admin from a project: nobody could manage it any more.
async fn require_admin_remains(
    db: &mut Connection,
    membership: &MembershipRow,
    given: &[Given],
) -> Result<()> {
    let admin = ProjectRole::Admin.slug();
    let is_admin = project_memberships::roles(db, &membership.id)
        .await?
        .iter()
        .any(|role| role.role == admin && !role.is_temporary);
    let stays_admin = given.iter().any(|given| given.is_always(ProjectRole::Admin));
    if !is_admin || stays_admin {
        return Ok(());
    }
    if project_memberships::count_permanent(db, &membership.project_id, admin).await? > 1 {
        return Ok(());
    }
    Err(Error::Invalid("This is the last admin of the project. Make somebody else admin first.".to_owned()))
}

/// The roles of one membership out of those of the whole project: first those that do not end.
fn roles_of(id: &MembershipId, roles: &[MembershipRoleRow]) -> Vec<MembershipRoleRow> {
    let mut own: Vec<_> = roles.iter().filter(|role| role.membership_id == *id).cloned().collect();
    own.sort_by(|one, other| {
        let key =
            |row: &'_ MembershipRoleRow| (row.is_temporary, row.role.clone(), row.custom_role_slug.clone());
        key(one).cmp(&key(other))
    });
    own
}
