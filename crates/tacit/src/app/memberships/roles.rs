//! Giving roles to members.

use tacit_core::{
    id::MembershipId,
    permission::{Action, Holding, Object, ProjectRole, Source, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    project_memberships::{self, MembershipRoleRow},
};

use super::super::{access::ProjectAccess, boundary, error::Result, roles::GivenRole, work::UnitOfWork};

/// What is said of roles, and of changes of roles, that give more than the caller has.
pub(super) const MESSAGE: &str = "You cannot give rights that you do not have";

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

impl Temporary {
    /// Until when it counts.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.starts_at.plus_seconds(self.seconds)
    }
}

impl RoleGrant {
    /// A role that counts always.
    #[must_use]
    pub fn permanent(role: &str) -> Self {
        Self { role: role.to_owned(), temporary: None }
    }
}

/// A role that a member is to have, found.
pub(super) struct Given {
    role: GivenRole,
    temporary: Option<Temporary>,
}

impl Given {
    /// Whether it is this built-in role, without an end.
    pub(super) fn is_always(&self, role: ProjectRole) -> bool {
        self.role.role == role.slug() && self.temporary.is_none()
    }

    /// What it gives, and when.
    pub(super) fn source(&self) -> Source {
        let time = |temporary: &Temporary| (temporary.starts_at.millis(), temporary.ends_at().millis());
        Source { rules: self.role.rules.clone(), time: self.temporary.as_ref().map(time) }
    }
}

/// What somebody has who has these roles.
pub(super) fn holding(given: &[Given]) -> Holding {
    Holding::new(given.iter().map(Given::source).collect())
}

/// Finds the roles. Refuses those that do not exist, that the caller may not assign to members of
/// this kind, or that allow more than the caller may do.
///
/// Assigning takes `assign-role` or its older name `grant-privileges`. A role without any rights
/// takes neither.
pub(super) async fn require_assignable(
    db: &mut Connection,
    access: &ProjectAccess,
    subject: Subject,
    member: Object<'_>,
    grants: &[RoleGrant],
) -> Result<Vec<Given>> {
    let mut given = Vec::new();
    for grant in grants {
        let role = GivenRole::in_project(db, &access.project, &grant.role).await?;
        if role.role != ProjectRole::NoAccess.slug() {
            let object = member.assignable_role(role.slug());
            if !access.permissions.allows(Action::GrantPrivileges, subject, &object) {
                access.require(Action::AssignRole, subject, &object)?;
            }
        }
        given.push(Given { role, temporary: grant.temporary.clone() });
    }
    boundary::require_held(&access.permissions, &holding(&given), MESSAGE)?;
    Ok(given)
}

/// Gives a membership roles that it does not have.
pub(super) async fn insert(
    work: &mut UnitOfWork,
    membership: &MembershipId,
    given: &[Given],
) -> Result<Vec<MembershipRoleRow>> {
    let mut rows = Vec::new();
    for one in given {
        let row = row_of(work, membership, one);
        project_memberships::insert_role(&mut work.db, &row).await?;
        rows.push(row);
    }
    Ok(rows)
}

/// Gives a membership a built-in role without asking anybody.
pub(super) async fn insert_built_in(
    work: &mut UnitOfWork,
    membership: &MembershipId,
    role: ProjectRole,
) -> Result<()> {
    let role = GivenRole { role: role.slug().to_owned(), custom: None, rules: Vec::new() };
    insert(work, membership, &[Given { role, temporary: None }]).await?;
    Ok(())
}

fn row_of(work: &UnitOfWork, membership: &MembershipId, given: &Given) -> MembershipRoleRow {
    let now = work.app.now();
    let (custom, temporary) = (given.role.custom.as_ref(), given.temporary.as_ref());
    MembershipRoleRow {
        id: work.app.new_id(),
        membership_id: membership.clone(),
        role: given.role.role.clone(),
        custom_role_id: custom.map(|role| role.id.clone()),
        custom_role_name: custom.map(|role| role.name.clone()),
        custom_role_slug: custom.map(|role| role.slug.clone()),
        is_temporary: temporary.is_some(),
        temporary_range: temporary.map(|temporary| temporary.range.clone()),
        starts_at: temporary.map(|temporary| temporary.starts_at),
        ends_at: temporary.map(Temporary::ends_at),
        created_at: now,
        updated_at: now,
    }
}

/// The slugs of roles, for the audit log.
pub(super) fn slugs(grants: &[RoleGrant]) -> Vec<&str> {
    grants.iter().map(|grant| grant.role.as_str()).collect()
}
