//! Who is in a group.

use tacit_core::{
    id::{GroupId, IdentityId, UserId},
    name::Email,
    permission::{Action, Subject},
};
use tacit_store::{
    groups::{self, GroupIdentityRow, GroupRow, GroupUserRow},
    identities::IdentityRow,
    project_memberships,
};

use super::{
    super::{
        App, access, boundary,
        caller::{Caller, OrganizationAccess},
        error::{Error, Result},
        work::UnitOfWork,
    },
    change::{require_givable, require_losable},
    event, find,
};

/// Members that a group can have.
const MEMBERS_MAX: i64 = 10_000;

/// Which people or identities a list holds.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter {
    /// Only those in the group, or only those who are not.
    pub is_member: Option<bool>,
    /// Only the one with this user name.
    pub username: Option<String>,
    /// Only those with this in their names, in any case.
    pub search: Option<String>,
    /// How many to skip.
    pub offset: usize,
    /// How many to return at most.
    pub limit: usize,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// The page.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total_count: usize,
}

/// The people of the organization by e-mail, and whether they are in a group.
///
/// # Errors
///
/// [`Error::Forbidden`] without `read` on groups, [`Error::NotFound`].
pub async fn list_users(
    app: &App,
    caller: &Caller,
    id: &GroupId,
    filter: &MemberFilter,
) -> Result<Listed<GroupUserRow>> {
    let access = caller.organization()?;
    access.require(Action::Read, Subject::Groups)?;
    let mut db = app.database.read().await?;
    let group = find(&mut db, &access.id, id).await?;
    let mut rows = groups::list_users(&mut db, &access.id, &group.id).await?;
    rows.retain(|row| {
        let names = [Some(&row.email), row.first_name.as_ref(), row.last_name.as_ref()];
        filter.fits(row.joined_at.is_some(), &names.into_iter().flatten().cloned().collect::<Vec<_>>())
            && filter.username.as_ref().is_none_or(|name| row.email == name.to_lowercase())
    });
    rows.sort_by(|one, other| one.email.cmp(&other.email));
    app.audit.record(event(app, caller, "get-group-users", &group))?;
    Ok(filter.page(rows))
}

/// The machine identities of the organization by name, and whether they are in a group.
///
/// # Errors
///
/// As [`list_users`].
pub async fn list_identities(
    app: &App,
    caller: &Caller,
    id: &GroupId,
    filter: &MemberFilter,
) -> Result<Listed<GroupIdentityRow>> {
    let access = caller.organization()?;
    access.require(Action::Read, Subject::Groups)?;
    let mut db = app.database.read().await?;
    let group = find(&mut db, &access.id, id).await?;
    let mut rows = groups::list_identities(&mut db, &access.id, &group.id).await?;
    rows.retain(|row| filter.fits(row.joined_at.is_some(), std::slice::from_ref(&row.name)));
    rows.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    app.audit.record(event(app, caller, "get-group-identities", &group))?;
    Ok(filter.page(rows))
}

impl MemberFilter {
    fn fits(&self, is_member: bool, names: &[String]) -> bool {
        let wanted = self.search.as_deref().unwrap_or("").to_lowercase();
        self.is_member.is_none_or(|wanted| wanted == is_member)
            && names.iter().any(|name| name.to_lowercase().contains(&wanted))
    }

    fn page<T>(&self, rows: Vec<T>) -> Listed<T> {
        let total_count = rows.len();
        Listed { rows: rows.into_iter().skip(self.offset).take(self.limit).collect(), total_count }
    }
}

/// Puts a person of the organization into a group.
///
/// # Errors
///
/// [`Error::Forbidden`] without `edit` on groups, [`Error::NotFound`], [`Error::Boundary`] if the group
/// has rights that the caller does not have, [`Error::Invalid`] for a member.
pub async fn add_user(app: &App, caller: &Caller, id: GroupId, email: Email) -> Result<GroupUserRow> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (access, group) = enter(work, &caller, &id).await?;
            let user = find_user(work, &access, &email).await?;
            let now = work.app.now();
            require_givable(&mut work.db, &caller, &access, &group, now).await?;
            require_room(work, &group).await?;
            let duplicate = format!("'{email}' is in this group already");
            groups::add_user(&mut work.db, &group.id, &user, now)
                .await
                .map_err(Error::duplicate(duplicate))?;
            let event = event(&work.app, &caller, "add-user-to-group", &group);
            work.record(event.with("email", email.as_str()));
            person(work, &access, &group, &user).await
        })
    })
    .await
}

/// Takes a person out of a group.
///
/// # Errors
///
/// As [`add_user`]; [`Error::Boundary`] if the group denies what the caller may not do itself.
pub async fn remove_user(app: &App, caller: &Caller, id: GroupId, email: Email) -> Result<GroupUserRow> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (access, group) = enter(work, &caller, &id).await?;
            let user = find_user(work, &access, &email).await?;
            let now = work.app.now();
            require_losable(&mut work.db, &caller, &access, &group, now).await?;
            if !groups::remove_user(&mut work.db, &group.id, &user).await? {
                return Err(Error::NotFound(format!("'{email}' is not in this group")));
            }
            let event = event(&work.app, &caller, "remove-user-from-group", &group);
            work.record(event.with("email", email.as_str()));
            person(work, &access, &group, &user).await
        })
    })
    .await
}

/// Puts a machine identity of the organization into a group.
///
/// # Errors
///
/// As [`add_user`]; [`Error::Boundary`] also if the identity has rights that the caller does not have.
pub async fn add_identity(
    app: &App,
    caller: &Caller,
    id: GroupId,
    identity: IdentityId,
) -> Result<IdentityRow> {
    const MESSAGE: &str = "You cannot put an identity into a group that has more rights than you have";
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (access, group) = enter(work, &caller, &id).await?;
            let identity = boundary::open_identity(work, &caller, &identity, MESSAGE).await?;
            let now = work.app.now();
            require_givable(&mut work.db, &caller, &access, &group, now).await?;
            require_room(work, &group).await?;
            let duplicate = format!("Identity '{}' is in this group already", identity.id);
            groups::add_identity(&mut work.db, &group.id, &identity.id, now)
                .await
                .map_err(Error::duplicate(duplicate))?;
            let event = event(&work.app, &caller, "add-identity-to-group", &group);
            work.record(event.with("identityId", identity.id.as_str()));
            Ok(identity)
        })
    })
    .await
}

/// Takes a machine identity out of a group.
///
/// # Errors
///
/// As [`remove_user`].
pub async fn remove_identity(
    app: &App,
    caller: &Caller,
    id: GroupId,
    identity: IdentityId,
) -> Result<IdentityRow> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (access, group) = enter(work, &caller, &id).await?;
            let found = tacit_store::identities::find(&mut work.db, &access.id, &identity).await?;
            let row = found.ok_or_else(|| boundary::unknown_identity(&identity))?;
            let now = work.app.now();
            require_losable(&mut work.db, &caller, &access, &group, now).await?;
            if !groups::remove_identity(&mut work.db, &group.id, &row.id).await? {
                return Err(Error::NotFound(format!("Identity '{}' is not in this group", row.id)));
            }
            let event = event(&work.app, &caller, "remove-identity-from-group", &group);
            work.record(event.with("identityId", row.id.as_str()));
            Ok(row)
        })
    })
    .await
}

async fn enter(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &GroupId,
) -> Result<(OrganizationAccess, GroupRow)> {
    let access = access::change_organization(work, caller).await?;
    access.require(Action::Edit, Subject::Groups)?;
    let group = find(&mut work.db, &access.id, id).await?;
    Ok((access, group))
}

async fn find_user(work: &mut UnitOfWork, access: &OrganizationAccess, email: &Email) -> Result<UserId> {
    project_memberships::find_user_to_add(&mut work.db, &access.id, email.as_str())
        .await?
        .ok_or_else(|| Error::NotFound(format!("'{email}' is not a member of this organization")))
}

async fn require_room(work: &mut UnitOfWork, group: &GroupRow) -> Result<()> {
    if groups::count_members(&mut work.db, &group.id).await? < MEMBERS_MAX {
        return Ok(());
    }
    Err(Error::Invalid(format!("A group cannot have more than {MEMBERS_MAX} members")))
}

async fn person(
    work: &mut UnitOfWork,
    access: &OrganizationAccess,
    group: &GroupRow,
    user: &UserId,
) -> Result<GroupUserRow> {
    groups::list_users(&mut work.db, &access.id, &group.id)
        .await?
        .into_iter()
        .find(|row| row.id == *user)
        .ok_or_else(|| Error::Internal("a member of the organization is not among them".to_owned()))
}
