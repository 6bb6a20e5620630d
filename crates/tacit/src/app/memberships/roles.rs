//! Giving roles to members.

use tacit_core::{
    id::MembershipId,
    permission::{Action, Object, ProjectRole, Subject},
    time::Timestamp,
};
use tacit_store::project_memberships::{self, MembershipRoleRow};

use super::super::{access::ProjectAccess, boundary, error::Result, project_roles, work::UnitOfWork};

/// A role that a member is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// The slug of the role.
    pub role: String,
    /// When it counts; `None` is always.
    pub temporary: Option<Temporary>,
}

/// The time in which a temporary role counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Temporary {
    /// How long, as the client wrote it.
    pub range: String,
    /// How long, in seconds.
    pub seconds: i64,
    /// From when on.
    pub starts_at: Timestamp,
}

impl RoleGrant {
    /// A role that counts always.
    #[must_use]
    pub fn permanent(role: &str) -> Self {
        Self { role: role.to_owned(), temporary: None }
    }
}

/// Refuses roles that do not exist, that the caller may not assign to members of this kind, or
/// that allow more than the caller may do.
///
/// Assigning takes `assign-role` or its older name `grant-privileges`. A role without any rights
/// takes neither.
pub(super) fn require_assignable(
    access: &ProjectAccess,
    subject: Subject,
    member: Object<'_>,
    grants: &[RoleGrant],
) -> Result<()> {
    let mut roles = Vec::new();
    for grant in grants {
        let role = project_roles::known(&grant.role)?;
        if role != ProjectRole::NoAccess {
            let object = member.assignable_role(role.slug());
            if !access.permissions.allows(Action::GrantPrivileges, subject, &object) {
                access.require(Action::AssignRole, subject, &object)?;
            }
        }
        roles.push(role);
    }
    boundary::require_roles_within(access, &roles)
}

/// Gives a membership roles that it does not have.
pub(super) async fn insert(
    work: &mut UnitOfWork,
    membership: &MembershipId,
    grants: &[RoleGrant],
) -> Result<Vec<MembershipRoleRow>> {
    let mut rows = Vec::new();
    for grant in grants {
        let row = row_of(work, membership, grant);
        project_memberships::insert_role(&mut work.db, &row).await?;
        rows.push(row);
    }
    Ok(rows)
}

fn row_of(work: &UnitOfWork, membership: &MembershipId, grant: &RoleGrant) -> MembershipRoleRow {
    let now = work.app.now();
    let temporary = grant.temporary.as_ref();
    MembershipRoleRow {
        id: work.app.new_id(),
        membership_id: membership.clone(),
        role: grant.role.clone(),
        is_temporary: temporary.is_some(),
        temporary_range: temporary.map(|temporary| temporary.range.clone()),
        starts_at: temporary.map(|temporary| temporary.starts_at),
        ends_at: temporary.map(|temporary| temporary.starts_at.plus_seconds(temporary.seconds)),
        created_at: now,
        updated_at: now,
    }
}

/// The slugs of roles, for the audit log.
pub(super) fn slugs(grants: &[RoleGrant]) -> Vec<&str> {
    grants.iter().map(|grant| grant.role.as_str()).collect()
}
