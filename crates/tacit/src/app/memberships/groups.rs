//! Groups in projects: their roles count for all who are in them.

use tacit_core::permission::{Action, Object, Subject};
use tacit_store::{
    Connection,
    groups::{self, GroupRow},
    project_memberships::{self, MembershipRoleRow, MembershipRow},
};

use super::{
    super::{
        App,
        access::{ProjectAccess, ProjectName},
        audit::Event,
        caller::Caller,
        error::{Error, Result},
        groups::find_by_any_name,
        work::UnitOfWork,
    },
    RoleGrant, end, enter, replace_roles, roles, roles_of, row,
};

/// A group in a project.
#[derive(Clone, Debug)]
pub struct GroupMember {
    /// The membership.
    pub row: MembershipRow,
    /// The group.
    pub group: GroupRow,
    /// Its roles, ended ones included.
    pub roles: Vec<MembershipRoleRow>,
}

/// Adds a group of the organization to a project.
///
/// # Errors
///
/// [`Error::NotFound`] for an unknown group, [`Error::Invalid`] for a member or an unknown role,
/// [`Error::Boundary`] for roles above the caller's rights.
pub async fn add(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    group: String,
    grants: Vec<RoleGrant>,
) -> Result<MembershipRow> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = enter(work, &caller, &project).await?;
            let group = find(&mut work.db, &access, Action::Create, &group).await?;
            let object = Object::new().group_name(&group.name);
            let given =
                roles::require_assignable(&mut work.db, &access, Subject::Groups, object, &grants).await?;
            let membership = row(work, &access.project.id, |row| row.group_id = Some(group.id.clone()));
            let duplicate = format!("Group '{}' is already in this project", group.name);
            project_memberships::insert(&mut work.db, &membership)
                .await
                .map_err(Error::duplicate(duplicate))?;
            roles::insert(work, &membership.id, &given).await?;
            record(work, &caller, "add-group-to-project", &membership, &group, &grants);
            Ok(membership)
        })
    })
    .await
}

/// Gives a group in a project other roles in place of those it has.
///
/// # Errors
///
/// As [`add`]; [`Error::NotFound`] if it is not in the project.
pub async fn update(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    group: String,
    grants: Vec<RoleGrant>,
) -> Result<Vec<MembershipRoleRow>> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = enter(work, &caller, &project).await?;
            let group = find(&mut work.db, &access, Action::Edit, &group).await?;
            let object = Object::new().group_name(&group.name);
            let given =
                roles::require_assignable(&mut work.db, &access, Subject::Groups, object, &grants).await?;
            let membership = membership_of(&mut work.db, &access, &group).await?;
            let roles = replace_roles(work, &access, &membership, &given).await?;
            record(work, &caller, "update-group-project-roles", &membership, &group, &grants);
            Ok(roles)
        })
    })
    .await
}

/// Takes a group out of a project.
///
/// # Errors
///
/// [`Error::NotFound`] if it is not in the project.
pub async fn remove(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    group: String,
) -> Result<MembershipRow> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = enter(work, &caller, &project).await?;
            let group = find(&mut work.db, &access, Action::Delete, &group).await?;
            let membership = membership_of(&mut work.db, &access, &group).await?;
            end(work, &access, &membership).await?;
            record(work, &caller, "remove-group-from-project", &membership, &group, &[]);
            Ok(membership)
        })
    })
    .await
}

/// The groups in a project that the caller may see, by name.
///
/// # Errors
///
/// As [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn list(app: &App, caller: &Caller, project: &ProjectName) -> Result<Vec<GroupMember>> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_possible(Action::Read, Subject::Groups)?;
    app.audit.record(Event::new(app, caller, "get-project-groups").project(&access.project.id))?;
    visible(&mut db, &access).await
}

/// One group in a project.
///
/// # Errors
///
/// [`Error::NotFound`] if it is not in the project, else as [`list`].
pub async fn get(app: &App, caller: &Caller, project: &ProjectName, group: &str) -> Result<GroupMember> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    let group = find(&mut db, &access, Action::Read, group).await?;
    let event = Event::new(app, caller, "get-project-group").project(&access.project.id);
    app.audit.record(event.with("groupId", group.id.as_str()))?;
    let members = visible(&mut db, &access).await?;
    members.into_iter().find(|member| member.group.id == group.id).ok_or_else(|| not_in_project(&group.name))
}

async fn visible(db: &mut Connection, access: &ProjectAccess) -> Result<Vec<GroupMember>> {
    let memberships = project_memberships::list_groups(db, &access.project.id).await?;
    let roles = project_memberships::roles_in_project(db, &access.project.id).await?;
    let mut members = Vec::new();
    for group in groups::list(db, &access.project.organization_id).await? {
        let is_seen = || {
            let object = Object::new().group_name(&group.name);
            access.permissions.allows(Action::Read, Subject::Groups, &object)
        };
        let row = memberships.iter().find(|row| row.group_id.as_ref() == Some(&group.id));
        if let Some(row) = row.filter(|_| is_seen()) {
            members.push(GroupMember { roles: roles_of(&row.id, &roles), row: row.clone(), group });
        }
    }
    members.sort_by(|one, other| (&one.group.name, &one.group.id).cmp(&(&other.group.name, &other.group.id)));
    Ok(members)
}

/// The group meant, if the caller may do `action` to it. Without any right to it the answer is the same
/// whether there is such a group or not.
async fn find(db: &mut Connection, access: &ProjectAccess, action: Action, name: &str) -> Result<GroupRow> {
    access.require_possible(action, Subject::Groups)?;
    let group = find_by_any_name(db, &access.project.organization_id, name)
        .await?
        .ok_or_else(|| Error::not_found("Group", name))?;
    access.require(action, Subject::Groups, &Object::new().group_name(&group.name))?;
    Ok(group)
}

async fn membership_of(
    db: &mut Connection,
    access: &ProjectAccess,
    group: &GroupRow,
) -> Result<MembershipRow> {
    project_memberships::find_group(db, &access.project.id, &group.id)
        .await?
        .ok_or_else(|| not_in_project(&group.name))
}

fn not_in_project(name: &str) -> Error {
    Error::NotFound(format!("Group '{name}' is not in this project"))
}

fn record(
    work: &mut UnitOfWork,
    caller: &Caller,
    event: &str,
    membership: &MembershipRow,
    group: &GroupRow,
    grants: &[RoleGrant],
) {
    let event = Event::new(&work.app, caller, event).project(&membership.project_id);
    let event = event.with("groupId", group.id.as_str()).with("groupName", group.name.as_str());
    work.record(event.with("roles", roles::slugs(grants)));
}
