//! Adding people to a project, changing their roles, removing them.

use tacit_core::{
    id::MembershipId,
    name::Email,
    permission::{Action, Object, Subject},
};
use tacit_store::project_memberships::{self, Member, MembershipRoleRow, MembershipRow, UserMemberRow};

use super::{
    super::{
        super::{
            App,
            access::{ProjectAccess, ProjectName},
            audit::Event,
            caller::Caller,
            error::{Error, Result},
            work::UnitOfWork,
        },
        Given, RoleGrant, end, enter, replace_roles, roles, row,
    },
    UserName, not_a_member,
};

/// Adds people of the organization to a project, all with the same roles. Who is a member already
/// stays as they are and is not among the memberships returned.
///
/// # Errors
///
/// [`Error::NotFound`] if one of them is not in the organization, [`Error::Invalid`] for an unknown
/// role, [`Error::Boundary`] for roles above the caller's rights. Then nobody is added.
pub async fn add(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    emails: Vec<Email>,
    grants: Vec<RoleGrant>,
) -> Result<Vec<MembershipRow>> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move { add_within(work, &caller, &project, &emails, &grants).await })
    })
    .await
}

/// As [`add`], as a part of a greater change.
///
/// # Errors
///
/// As [`add`].
pub(in crate::app) async fn add_within(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    emails: &[Email],
    grants: &[RoleGrant],
) -> Result<Vec<MembershipRow>> {
    let access = enter(work, caller, project).await?;
    let mut given = Vec::new();
    for email in emails {
        given = require_addable(work, &access, email, grants).await?;
    }
    let mut added = Vec::new();
    for email in emails {
        if let Some(membership) = insert(work, &access, email, &given).await? {
            record(work, caller, "add-user-to-project", &membership, email.as_str(), grants);
            added.push(membership);
        }
    }
    Ok(added)
}

async fn require_addable(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    email: &Email,
    grants: &[RoleGrant],
) -> Result<Vec<Given>> {
    let object = Object::new().user_email(email.as_str());
    access.require(Action::Create, Subject::Member, &object)?;
    roles::require_assignable(&mut work.db, access, Subject::Member, object, grants).await
}

async fn insert(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    email: &Email,
    given: &[Given],
) -> Result<Option<MembershipRow>> {
    let project = &access.project;
    let user = project_memberships::find_user_to_add(&mut work.db, &project.organization_id, email.as_str())
        .await?
        .ok_or_else(|| {
            Error::NotFound(format!("'{email}' is not a member of this organization. Invite them first."))
        })?;
    if project_memberships::find(&mut work.db, &project.id, Member::User(&user)).await?.is_some() {
        return Ok(None);
    }
    let membership = row(work, &project.id, |row| row.user_id = Some(user));
    project_memberships::insert(&mut work.db, &membership).await?;
    roles::insert(work, &membership.id, given).await?;
    Ok(Some(membership))
}

/// Gives a person other roles in place of those they have.
///
/// # Errors
///
/// [`Error::NotFound`] for an unknown membership, [`Error::Invalid`] for an unknown role or the last
/// admin, [`Error::Boundary`] for roles above the caller's rights.
pub async fn update(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    id: MembershipId,
    grants: Vec<RoleGrant>,
) -> Result<Vec<MembershipRoleRow>> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = enter(work, &caller, &project).await?;
            let member = find(work, &access, Action::Edit, &UserName::Membership(id)).await?;
            let object = Object::new().user_email(&member.email);
            let given =
                roles::require_assignable(&mut work.db, &access, Subject::Member, object, &grants).await?;
            let membership = membership_of(&member);
            let roles = replace_roles(work, &access, &membership, &given).await?;
            record(work, &caller, "update-user-project-roles", &membership, &member.email, &grants);
            Ok(roles)
        })
    })
    .await
}

/// Takes a person out of a project.
///
/// # Errors
///
/// [`Error::NotFound`] for an unknown membership, [`Error::Invalid`] for the last admin.
pub async fn remove(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    id: MembershipId,
) -> Result<MembershipRow> {
    let removed = remove_all(app, caller, project, vec![UserName::Membership(id)]).await?;
    removed.into_iter().next().ok_or_else(|| Error::Internal("nobody was removed".to_owned()))
}

/// Takes people out of a project, all of them or none.
///
/// # Errors
///
/// [`Error::NotFound`] if one of them is no member, [`Error::Invalid`] for the last admin.
pub async fn remove_by_email(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    emails: Vec<Email>,
) -> Result<Vec<MembershipRow>> {
    let names = emails.into_iter().map(|email| UserName::Email(email.into_string())).collect();
    remove_all(app, caller, project, names).await
}

async fn remove_all(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    names: Vec<UserName>,
) -> Result<Vec<MembershipRow>> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = enter(work, &caller, &project).await?;
            let mut removed = Vec::new();
            for name in &names {
                let member = find(work, &access, Action::Delete, name).await?;
                let membership = membership_of(&member);
                end(work, &access, &membership).await?;
                record(work, &caller, "remove-user-from-project", &membership, &member.email, &[]);
                removed.push(membership);
            }
            Ok(removed)
        })
    })
    .await
}

/// The member meant, if the caller may do `action` to them. Without any right to it the answer is
/// the same whether there is such a member or not.
async fn find(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    action: Action,
    name: &UserName,
) -> Result<UserMemberRow> {
    access.require_possible(action, Subject::Member)?;
    let member = project_memberships::list_users(&mut work.db, &access.project.id)
        .await?
        .into_iter()
        .find(|row| name.is(row))
        .ok_or_else(|| not_a_member(name))?;
    access.require(action, Subject::Member, &Object::new().user_email(&member.email))?;
    Ok(member)
}

fn membership_of(member: &UserMemberRow) -> MembershipRow {
    MembershipRow {
        id: member.id.clone(),
        project_id: member.project_id.clone(),
        user_id: Some(member.user_id.clone()),
        identity_id: None,
        group_id: None,
        created_at: member.created_at,
        updated_at: member.updated_at,
    }
}

fn record(
    work: &mut UnitOfWork,
    caller: &Caller,
    event: &str,
    membership: &MembershipRow,
    email: &str,
    grants: &[RoleGrant],
) {
    let event = Event::new(&work.app, caller, event).project(&membership.project_id);
    work.record(event.with("email", email).with("roles", roles::slugs(grants)));
}
