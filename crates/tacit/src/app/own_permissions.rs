//! What the caller may do in a project.

use std::{collections::BTreeSet, sync::Arc};

use tacit_core::{id::MembershipId, permission::PermissionSet, time::Timestamp};
use tacit_store::{
    project_grants::GrantRow,
    project_memberships::{self, MembershipRow},
};

use super::{
    App,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    error::Result,
    rights,
};

/// The caller's place in a project.
#[derive(Clone, Debug)]
pub struct OwnPermissions {
    /// The caller's memberships, its own first, then those of its groups.
    pub memberships: Vec<OwnMembership>,
    /// What all roles and privileges allow.
    pub permissions: Arc<PermissionSet>,
}

/// One way in which the caller is in a project.
#[derive(Clone, Debug)]
pub struct OwnMembership {
    /// The membership.
    pub row: MembershipRow,
    /// Those of its roles that count now.
    pub roles: Vec<GrantRow>,
}

/// What the caller may do in a project.
///
/// # Errors
///
/// As [`ProjectAccess::enter`].
pub async fn get(app: &App, caller: &Caller, project: &ProjectName) -> Result<OwnPermissions> {
    let now = app.now();
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, now).await?;
    let mut memberships = Vec::new();
    let ids: BTreeSet<&MembershipId> = access.grants.iter().map(|grant| &grant.membership_id).collect();
    for id in ids {
        let found = project_memberships::find_by_id(&mut db, &access.project.organization_id, id).await?;
        memberships.extend(found.map(|row| OwnMembership { roles: roles_of(&row, &access, now), row }));
    }
    memberships.sort_by_key(|one| (one.row.group_id.is_some(), one.row.created_at));
    app.audit.record(Event::new(app, caller, "get-project-permissions").project(&access.project.id))?;
    Ok(OwnPermissions { memberships, permissions: access.permissions })
}

fn roles_of(membership: &MembershipRow, access: &ProjectAccess, now: Timestamp) -> Vec<GrantRow> {
    let is_role = |grant: &&GrantRow| {
        grant.membership_id == membership.id && !grant.is_privilege && rights::counts(grant, now)
    };
    let mut roles: Vec<GrantRow> = access.grants.iter().filter(is_role).cloned().collect();
    roles.sort_by(|one, other| (&one.role, &one.id).cmp(&(&other.role, &other.id)));
    roles
}
