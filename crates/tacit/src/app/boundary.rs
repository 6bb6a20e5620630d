//! The privilege boundary: nobody gives, or gets hold of, what they do not have (`decisions.md` 29).
//!
//! Who can make a credential of an identity can act as that identity, so all changes to an
//! identity and to its credentials ask here. So do all changes of roles, privileges and groups: what
//! they newly allow, and what they no longer deny, is given to everybody they concern.

use std::collections::BTreeMap;

use tacit_core::{
    id::{IdentityId, OrganizationId, ProjectId},
    permission::{Holding, Missing, PermissionSet, Source},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    identities::{self, IdentityRow},
    organization_grants::{self, OrganizationGrantsRow},
    project_grants::{self, GrantRow},
    project_memberships::Member,
};

use super::{
    access,
    caller::{Caller, OrganizationAccess},
    error::{Error, Result},
    rights,
    work::UnitOfWork,
};

/// Refuses unless `holder` holds every right of `wanted`.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights it lacks.
pub fn require_held(holder: &PermissionSet, wanted: &Holding, message: &'static str) -> Result<()> {
    refuse(wanted.missing_from(holder), message)
}

/// Refuses a change of what somebody has unless `holder` holds all that it gives them.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights it lacks.
pub fn require_change(
    holder: &PermissionSet,
    before: &Holding,
    after: &Holding,
    message: &'static str,
) -> Result<()> {
    refuse(before.gain_missing_from(after, holder), message)
}

fn refuse(missing: Vec<Missing>, message: &'static str) -> Result<()> {
    if missing.is_empty() { Ok(()) } else { Err(Error::Boundary { message, missing }) }
}

/// What roles in an organization give.
///
/// # Errors
///
/// [`Error::Internal`] if stored rules cannot be read.
pub fn organization_holding(grants: &OrganizationGrantsRow) -> Result<Holding> {
    Ok(Holding::new(rights::in_organization(grants)?.into_iter().map(Source::permanent).collect()))
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
    enter_identity(work, caller, id, message).await.map(|(identity, _)| identity)
}

/// As [`open_identity`], with the caller's rights in the organization.
///
/// # Errors
///
/// As [`open_identity`].
pub async fn enter_identity(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &IdentityId,
    message: &'static str,
) -> Result<(IdentityRow, OrganizationAccess)> {
    let access = access::change_organization(work, caller).await?;
    let identity =
        identities::lock(&mut work.db, &access.id, id).await?.ok_or_else(|| unknown_identity(id))?;
    let now = work.app.now();
    require_over_identity(&mut work.db, caller, &access, &identity, now, message).await?;
    Ok((identity, access))
}

/// What is said of an identity that the organization does not have.
#[must_use]
pub fn unknown_identity(id: &IdentityId) -> Error {
    Error::not_found("Identity", id)
}

/// Refuses unless the caller holds every right that the identity has: in the instance, in the
/// organization and in each of its projects, by itself or by a group.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights it lacks, [`Error::Refused`] if only the identity manages
/// the instance.
pub async fn require_over_identity(
    db: &mut Connection,
    caller: &Caller,
    access: &OrganizationAccess,
    identity: &IdentityRow,
    now: Timestamp,
    message: &'static str,
) -> Result<()> {
    if identity.is_instance_admin && !caller.actor.is_instance_admin() {
        return Err(Error::Refused(message.to_owned()));
    }
    require_over_member(db, caller, access, Member::Identity(&identity.id), now, message).await
}

/// Refuses unless the caller holds every right that a person or an identity has: in the organization
/// and in each of its projects, by itself or by a group.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights it lacks.
pub async fn require_over_member(
    db: &mut Connection,
    caller: &Caller,
    access: &OrganizationAccess,
    member: Member<'_>,
    now: Timestamp,
    message: &'static str,
) -> Result<()> {
    let in_organization = organization_grants::of_member(db, &access.id, member)
        .await?
        .ok_or_else(|| Error::NotFound("This is no member of the organization".to_owned()))?;
    require_held(&access.permissions, &organization_holding(&in_organization)?, message)?;
    let theirs = ByProject::of_member(db, &access.id, member).await?;
    require_in_projects(db, caller, access, &theirs, now, |holder, grants| {
        require_held(holder, &rights::holding_of(grants, now)?, message)
    })
    .await
}

/// Asks `check` about the caller's rights in each project in which somebody has something.
///
/// # Errors
///
/// What `check` returns.
pub async fn require_in_projects(
    db: &mut Connection,
    caller: &Caller,
    access: &OrganizationAccess,
    theirs: &ByProject,
    now: Timestamp,
    check: impl Fn(&PermissionSet, &[GrantRow]) -> Result<()>,
) -> Result<()> {
    if theirs.0.is_empty() {
        return Ok(());
    }
    let own = ByProject::of_member(db, &access.id, access::member(caller)?).await?;
    for (project, grants) in &theirs.0 {
        let holder = rights::permissions_of(own.in_project(project), now)?;
        check(&holder, grants)?;
    }
    Ok(())
}

/// Roles and privileges by project.
#[derive(Debug)]
pub struct ByProject(BTreeMap<ProjectId, Vec<GrantRow>>);

impl ByProject {
    /// Those of an actor.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn of_member(
        db: &mut Connection,
        organization: &OrganizationId,
        member: Member<'_>,
    ) -> Result<Self> {
        Ok(Self::new(project_grants::in_organization(db, organization, member).await?))
    }

    /// Sorts grants by project.
    #[must_use]
    pub fn new(grants: Vec<GrantRow>) -> Self {
        let mut projects = BTreeMap::<ProjectId, Vec<GrantRow>>::new();
        for grant in grants {
            projects.entry(grant.project_id.clone()).or_default().push(grant);
        }
        Self(projects)
    }

    /// Those in one project; none if there are none.
    #[must_use]
    pub fn in_project(&self, project: &ProjectId) -> &[GrantRow] {
        self.0.get(project).map_or(&[], Vec::as_slice)
    }

    /// The projects with what is had there.
    pub fn iter(&self) -> impl Iterator<Item = (&ProjectId, &[GrantRow])> {
        self.0.iter().map(|(project, grants)| (project, grants.as_slice()))
    }
}
