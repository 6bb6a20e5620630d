//! People in projects.

mod change;

use tacit_core::{
    id::{GroupId, MembershipId, UserId},
    permission::{Action, Object, Subject},
};
use tacit_store::{
    Connection,
    project_memberships::{self, GroupUserMemberRow, MembershipRoleRow, UserMemberRow},
    projects::ProjectRow,
};

pub(in crate::app) use change::add_within;
pub use change::{add, remove, remove_by_email, update};

use super::{
    super::{
        App,
        access::{ProjectAccess, ProjectName},
        audit::Event,
        caller::Caller,
        error::{Error, Result},
    },
    roles_of,
};

/// A person in a project.
#[derive(Clone, Debug)]
pub struct UserMember {
    /// Membership and person.
    pub row: UserMemberRow,
    /// Their roles, ended ones included.
    pub roles: Vec<MembershipRoleRow>,
    /// The project.
    pub project: ProjectRow,
    /// By what they are in it.
    pub way: Way,
}

/// By what a person is in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By themselves.
    Own,
    /// By a group, whose membership it then is. It is named to those who may see it.
    Group(Option<(GroupId, String)>),
}

/// Which person in a project is meant.
#[derive(Clone, Debug)]
pub enum UserName {
    /// By the id of the membership.
    Membership(MembershipId),
    /// By the id of the user.
    User(UserId),
    /// By e-mail, in lower case.
    Email(String),
}

/// The people in a project that the caller may see, by e-mail; with those of its groups, once for each, if
/// `with_groups`.
///
/// # Errors
///
/// As [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn list(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    with_groups: bool,
) -> Result<Vec<UserMember>> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_possible(Action::Read, Subject::Member)?;
    app.audit.record(Event::new(app, caller, "get-project-users").project(&access.project.id))?;
    let mut members = visible(&mut db, &access).await?;
    if with_groups {
        members.extend(by_groups(&mut db, &access).await?);
        members.sort_by(|one, other| one.row.email.cmp(&other.row.email));
    }
    Ok(members)
}

/// One person in a project.
///
/// # Errors
///
/// [`Error::NotFound`] if they are no member, or none that the caller may see, else as [`list`].
pub async fn get(app: &App, caller: &Caller, project: &ProjectName, name: &UserName) -> Result<UserMember> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_possible(Action::Read, Subject::Member)?;
    let member = visible(&mut db, &access)
        .await?
        .into_iter()
        .find(|member| name.is(&member.row))
        .ok_or_else(|| not_a_member(name))?;
    let event = Event::new(app, caller, "get-project-user").project(&access.project.id);
    app.audit.record(event.with("email", member.row.email.as_str()))?;
    Ok(member)
}

/// The people in the project that the caller may see, by e-mail.
async fn visible(db: &mut Connection, access: &ProjectAccess) -> Result<Vec<UserMember>> {
    let project = &access.project;
    let mut rows = project_memberships::list_users(db, &project.id).await?;
    rows.retain(|row| may_see(access, &row.email));
    rows.sort_by(|one, other| one.email.cmp(&other.email));
    let roles = project_memberships::roles_in_project(db, &project.id).await?;
    let member = |row: UserMemberRow| UserMember {
        roles: roles_of(&row.id, &roles),
        project: project.clone(),
        row,
        way: Way::Own,
    };
    Ok(rows.into_iter().map(member).collect())
}

fn may_see(access: &ProjectAccess, email: &str) -> bool {
    let object = Object::new().user_email(email);
    access.permissions.allows(Action::Read, Subject::Member, &object)
}

/// The people in the project by groups that the caller may see, in the order of the groups' names.
async fn by_groups(db: &mut Connection, access: &ProjectAccess) -> Result<Vec<UserMember>> {
    let project = &access.project;
    let mut rows = project_memberships::list_group_users(db, &project.id).await?;
    rows.retain(|row| may_see(access, &row.email));
    rows.sort_by(|one, other| (&one.group_name, &one.id).cmp(&(&other.group_name, &other.id)));
    let roles = project_memberships::roles_in_project(db, &project.id).await?;
    let member = |row: GroupUserMemberRow| {
        let object = Object::new().group_name(&row.group_name);
        let shows = access.permissions.allows(Action::Read, Subject::Groups, &object);
        UserMember {
            roles: roles_of(&row.id, &roles),
            project: project.clone(),
            way: Way::Group(shows.then_some((row.group_id, row.group_name))),
            row: UserMemberRow {
                id: row.id,
                project_id: row.project_id,
                user_id: row.user_id,
                email: row.email,
                first_name: row.first_name,
                last_name: row.last_name,
                created_at: row.created_at,
                updated_at: row.updated_at,
            },
        }
    };
    Ok(rows.into_iter().map(member).collect())
}

fn not_a_member(name: &UserName) -> Error {
    match name {
        UserName::Membership(id) => Error::not_found("Membership", id),
        UserName::User(id) => Error::NotFound(format!("User '{id}' is not a member of this project")),
        UserName::Email(email) => Error::NotFound(format!("'{email}' is not a member of this project")),
    }
}

impl UserName {
    fn is(&self, row: &UserMemberRow) -> bool {
        match self {
            Self::Membership(id) => row.id == *id,
            Self::User(id) => row.user_id == *id,
            Self::Email(email) => row.email == *email,
        }
    }
}
