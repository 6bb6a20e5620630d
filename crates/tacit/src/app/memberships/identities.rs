//! Machine identities in projects.

use tacit_core::{
    id::{IdentityId, MembershipId},
    permission::{Action, Object, Subject},
};
use tacit_store::{
    Connection,
    project_grants::{self, GrantRow},
    project_memberships::{self, IdentityMemberRow, Member, MembershipRoleRow, MembershipRow},
    projects::ProjectRow,
};

use super::{
    super::{
        App,
        access::{ProjectAccess, ProjectName},
        audit::Event,
        boundary,
        caller::Caller,
        error::{Error, Result},
        rights,
        work::UnitOfWork,
    },
    Given, RoleGrant, end, enter, replace_roles, roles, roles_of, row,
};

/// An identity in a project.
#[derive(Clone, Debug)]
pub struct IdentityMember {
    /// Membership and identity.
    pub row: IdentityMemberRow,
    /// Its roles, ended ones included.
    pub roles: Vec<MembershipRoleRow>,
    /// How it may authenticate.
    pub auth_methods: Vec<String>,
    /// The project.
    pub project: ProjectRow,
}

/// Which identities a list holds.
#[derive(Clone, Debug)]
pub struct IdentityFilter {
    /// Only those with this in their name, in any case.
    pub name: Option<String>,
    /// Only those with one of these roles; empty is any.
    pub roles: Vec<String>,
    /// Whether names run from z to a.
    pub is_descending: bool,
    /// How many to skip.
    pub offset: usize,
    /// How many to return at most.
    pub limit: usize,
}

/// Adds an identity of the organization to a project.
///
/// # Errors
///
/// [`Error::NotFound`] for an unknown identity, [`Error::Invalid`] for a member or an unknown role,
/// [`Error::Boundary`] for roles above the caller's rights.
pub async fn add(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    identity: IdentityId,
    grants: Vec<RoleGrant>,
) -> Result<MembershipRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { add_in(work, &caller, &project, &identity, &grants).await }))
        .await
}

/// As [`add`], as a part of something larger.
///
/// # Errors
///
/// As [`add`].
pub(in crate::app) async fn add_in(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    identity: &IdentityId,
    grants: &[RoleGrant],
) -> Result<MembershipRow> {
    let access = enter(work, caller, project).await?;
    let object = Object::new().identity_id(identity.as_str());
    access.require(Action::Create, Subject::Identity, &object)?;
    let given = roles::require_assignable(&mut work.db, &access, Subject::Identity, object, grants).await?;
    let organization = &access.project.organization_id;
    if !project_memberships::is_identity_of(&mut work.db, organization, identity).await? {
        return Err(Error::not_found("Identity", identity));
    }
    let membership = row(work, &access.project.id, |row| row.identity_id = Some(identity.clone()));
    let duplicate = format!("Identity '{identity}' is already a member of this project");
    project_memberships::insert(&mut work.db, &membership).await.map_err(Error::duplicate(duplicate))?;
    roles::insert(work, &membership.id, &given).await?;
    record(work, caller, "add-identity-to-project", &membership, grants);
    Ok(membership)
}

/// Gives an identity in a project other roles in place of those it has.
///
/// # Errors
///
/// As [`add`]; [`Error::NotFound`] if it is no member, [`Error::Invalid`] if it is the last admin.
pub async fn update(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    identity: IdentityId,
    grants: Vec<RoleGrant>,
) -> Result<(MembershipRow, Vec<MembershipRoleRow>)> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { change(work, &caller, &project, &identity, &grants).await }))
        .await
}

async fn change(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    identity: &IdentityId,
    grants: &[RoleGrant],
) -> Result<(MembershipRow, Vec<MembershipRoleRow>)> {
    let access = enter(work, caller, project).await?;
    let object = Object::new().identity_id(identity.as_str());
    access.require(Action::Edit, Subject::Identity, &object)?;
    let given = roles::require_assignable(&mut work.db, &access, Subject::Identity, object, grants).await?;
    let mut membership = find(&mut work.db, &access, identity).await?;
    require_result_held(work, &access, &membership, identity, &given).await?;
    let roles = replace_roles(work, &access, &membership, &given).await?;
    membership.updated_at = work.app.now();
    record(work, caller, "update-identity-project-roles", &membership, grants);
    Ok((membership, roles))
}

/// Refuses unless the caller holds all that the identity then has in the project: who may change its
/// roles may often act as it.
async fn require_result_held(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    membership: &MembershipRow,
    identity: &IdentityId,
    given: &[Given],
) -> Result<()> {
    let all = project_grants::of_member(&mut work.db, &access.project.id, Member::Identity(identity)).await?;
    let is_replaced = |grant: &GrantRow| grant.membership_id == membership.id && !grant.is_privilege;
    let stays = all.iter().filter(|grant| !is_replaced(grant));
    let mut result = rights::holding_of(stays, work.app.now())?;
    for one in given {
        result = result.with(one.source());
    }
    boundary::require_held(&access.permissions, &result, roles::MESSAGE)
}

/// Takes an identity out of a project.
///
/// # Errors
///
/// [`Error::NotFound`] if it is no member, [`Error::Invalid`] if it is the last admin.
pub async fn remove(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    identity: IdentityId,
) -> Result<MembershipRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { take_out(work, &caller, &project, &identity).await })).await
}

async fn take_out(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    identity: &IdentityId,
) -> Result<MembershipRow> {
    let access = enter(work, caller, project).await?;
    access.require(Action::Delete, Subject::Identity, &Object::new().identity_id(identity.as_str()))?;
    let membership = find(&mut work.db, &access, identity).await?;
    end(work, &access, &membership).await?;
    record(work, caller, "remove-identity-from-project", &membership, &[]);
    Ok(membership)
}

/// The identities in a project that the caller may see, by name: one page, and how many in all.
///
/// # Errors
///
/// As [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn list(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    filter: &IdentityFilter,
) -> Result<(Vec<IdentityMember>, usize)> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_possible(Action::Read, Subject::Identity)?;
    let mut members = all(&mut db, &access).await?;
    members.retain(|member| filter.lets_through(member));
    if filter.is_descending {
        members.reverse();
    }
    app.audit.record(Event::new(app, caller, "get-project-identities").project(&access.project.id))?;
    let total = members.len();
    Ok((members.into_iter().skip(filter.offset).take(filter.limit).collect(), total))
}

/// One identity in a project.
///
/// # Errors
///
/// [`Error::NotFound`] if it is no member, else as [`list`].
pub async fn get(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    identity: &IdentityId,
) -> Result<IdentityMember> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require(Action::Read, Subject::Identity, &Object::new().identity_id(identity.as_str()))?;
    let event = Event::new(app, caller, "get-project-identity").project(&access.project.id);
    app.audit.record(event.with("identityId", identity.as_str()))?;
    all(&mut db, &access)
        .await?
        .into_iter()
        .find(|member| member.row.identity_id == *identity)
        .ok_or_else(|| not_a_member(identity))
}

/// One identity in a project, by the id of its membership alone.
///
/// # Errors
///
/// As [`get`]; a membership of another organization is as unknown as one that never was.
pub async fn get_by_membership(app: &App, caller: &Caller, id: &MembershipId) -> Result<IdentityMember> {
    let mut db = app.database.read().await?;
    let membership = project_memberships::find_by_id(&mut db, &caller.organization()?.id, id).await?;
    drop(db);
    match membership.and_then(|row| row.identity_id.map(|identity| (row.project_id, identity))) {
        Some((project, identity)) => get(app, caller, &ProjectName::Id(project.to_string()), &identity).await,
        None => Err(Error::not_found("Membership", id)),
    }
}

/// All identities in the project that the caller may see, by name.
async fn all(db: &mut Connection, access: &ProjectAccess) -> Result<Vec<IdentityMember>> {
    let project = &access.project;
    let mut rows = project_memberships::list_identities(db, &project.id).await?;
    rows.retain(|row| {
        let object = Object::new().identity_id(row.identity_id.as_str());
        access.permissions.allows(Action::Read, Subject::Identity, &object)
    });
    rows.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let roles = project_memberships::roles_in_project(db, &project.id).await?;
    let methods = project_memberships::auth_methods_of_members(db, &project.id).await?;
    let member = |row: IdentityMemberRow| IdentityMember {
        roles: roles_of(&row.id, &roles),
        auth_methods: methods
            .iter()
            .filter(|method| method.identity_id == row.identity_id)
            .map(|method| method.method.clone())
            .collect(),
        project: project.clone(),
        row,
    };
    Ok(rows.into_iter().map(member).collect())
}

async fn find(db: &mut Connection, access: &ProjectAccess, identity: &IdentityId) -> Result<MembershipRow> {
    project_memberships::find(db, &access.project.id, Member::Identity(identity))
        .await?
        .ok_or_else(|| not_a_member(identity))
}

fn not_a_member(identity: &IdentityId) -> Error {
    Error::NotFound(format!("Identity '{identity}' is not a member of this project"))
}

fn record(
    work: &mut UnitOfWork,
    caller: &Caller,
    event: &str,
    membership: &MembershipRow,
    grants: &[RoleGrant],
) {
    let identity = membership.identity_id.as_ref().map(IdentityId::as_str);
    let event = Event::new(&work.app, caller, event).project(&membership.project_id);
    work.record(event.with("identityId", identity).with("roles", roles::slugs(grants)));
}

impl IdentityFilter {
    fn lets_through(&self, member: &IdentityMember) -> bool {
        let wanted = self.name.as_deref().unwrap_or("").to_lowercase();
        member.row.name.to_lowercase().contains(&wanted)
            && (self.roles.is_empty() || member.roles.iter().any(|role| self.names(role)))
    }

    fn names(&self, role: &MembershipRoleRow) -> bool {
        self.roles.contains(role.custom_role_slug.as_ref().unwrap_or(&role.role))
    }
}
