//! The privilege boundary: nobody gives, or gets hold of, what they do not have (`decisions.md` 29).
//!
//! Who can make a credential of an identity can act as that identity, so all changes to an
//! identity and to its credentials ask here.

use tacit_core::{
    id::{IdentityId, OrganizationId},
    permission::{OrganizationRole, PermissionSet, ProjectRole},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    identities::{self, IdentityRow},
    organizations,
    project_memberships::{self, Member, MembershipRoleRow},
};

use super::{
    access::{self, ProjectAccess},
    caller::Caller,
    error::{Error, Result},
    work::UnitOfWork,
};

/// Refuses unless the caller holds every right of `wanted` in its organization.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights it lacks.
pub fn require_at_least(caller: &Caller, wanted: &PermissionSet, message: &'static str) -> Result<()> {
    require_held(&caller.organization()?.permissions, wanted, message)
}

/// Refuses unless `holder` holds every right of `wanted`.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights it lacks.
pub fn require_held(holder: &PermissionSet, wanted: &PermissionSet, message: &'static str) -> Result<()> {
    let missing = holder.missing_from(wanted);
    if missing.is_empty() { Ok(()) } else { Err(Error::Boundary { message, missing }) }
}

/// Refuses roles that allow more than the caller may do in the project.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights the caller lacks.
pub fn require_roles_within(access: &ProjectAccess, roles: &[ProjectRole]) -> Result<()> {
    let wanted = PermissionSet::new(roles.iter().map(|role| role.rules()).collect());
    require_held(&access.permissions, &wanted, "You cannot give a role with rights that you do not have")
}

/// The organization role with this slug.
///
/// # Errors
///
/// [`Error::NotFound`] if there is none.
pub fn organization_role(slug: &str) -> Result<OrganizationRole> {
    OrganizationRole::from_slug(slug).ok_or_else(|| Error::not_found("Role", slug))
}

/// What an organization role allows; nothing if there is no such role.
#[must_use]
pub fn organization_rights(slug: &str) -> PermissionSet {
    PermissionSet::new(vec![
        OrganizationRole::from_slug(slug).map(OrganizationRole::rules).unwrap_or_default(),
    ])
}

/// Begins a change to an identity: other changes of access in the organization wait until it ends,
/// and the caller holds every right the identity has.
///
/// # Errors
///
/// [`Error::NotFound`] if the caller's organization has no such identity, [`Error::Boundary`] or
/// [`Error::Refused`] if it holds more than the caller.
pub async fn open_identity(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &IdentityId,
    message: &'static str,
) -> Result<IdentityRow> {
    let organization = &caller.organization()?.id;
    organizations::raise_access_revision(&mut work.db, organization).await?;
    let identity =
        identities::lock(&mut work.db, organization, id).await?.ok_or_else(|| unknown_identity(id))?;
    let now = work.app.now();
    require_over_identity(&mut work.db, caller, &identity, now, message).await?;
    Ok(identity)
}

/// What is said of an identity that the organization does not have.
#[must_use]
pub fn unknown_identity(id: &IdentityId) -> Error {
    Error::not_found("Identity", id)
}

/// Refuses unless the caller holds every right that the identity has: in the instance, in the
/// organization and in each of its projects.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights it lacks, [`Error::Refused`] if only the identity manages
/// the instance.
pub async fn require_over_identity(
    db: &mut Connection,
    caller: &Caller,
    identity: &IdentityRow,
    now: Timestamp,
    message: &'static str,
) -> Result<()> {
    if identity.is_instance_admin && !caller.actor.is_instance_admin() {
        return Err(Error::Refused(message.to_owned()));
    }
    require_at_least(caller, &organization_rights(&identity.role), message)?;
    let organization = &caller.organization()?.id;
    let theirs = ProjectRoles::of(db, organization, Member::Identity(&identity.id)).await?;
    if theirs.is_empty() {
        return Ok(());
    }
    let own = ProjectRoles::of(db, organization, access::member(caller)).await?;
    for (project, roles) in &theirs.0 {
        let wanted: Vec<MembershipRoleRow> =
            roles.iter().filter(|role| !is_over(role, now)).map(without_time).collect();
        let holder = access::permissions_of(own.in_project(project), now);
        require_held(&holder, &access::permissions_of(&wanted, now), message)?;
    }
    Ok(())
}

/// The roles of an actor by project.
struct ProjectRoles(Vec<(String, Vec<MembershipRoleRow>)>);

impl ProjectRoles {
    async fn of(db: &mut Connection, organization: &OrganizationId, member: Member<'_>) -> Result<Self> {
        let roles = project_memberships::all_roles_of(db, organization, member).await?;
        if roles.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let projects = project_memberships::projects_of(db, member).await?;
        let roles_in = |membership| {
            roles.iter().filter(|role| role.membership_id == membership).cloned().collect::<Vec<_>>()
        };
        Ok(Self(projects.into_iter().map(|row| (row.project_id.to_string(), roles_in(row.id))).collect()))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn in_project(&self, project: &str) -> &[MembershipRoleRow] {
        self.0.iter().find(|(id, _)| id == project).map_or(&[], |(_, roles)| roles)
    }
}

fn is_over(role: &MembershipRoleRow, now: Timestamp) -> bool {
    role.is_temporary && role.ends_at.is_some_and(|end| end <= now)
}

/// A role that begins later counts already: its holder will have it without asking again.
fn without_time(role: &MembershipRoleRow) -> MembershipRoleRow {
    MembershipRoleRow { is_temporary: false, ..role.clone() }
}
