//! Groups of people and machine identities. Who is in one has its rights beside their own, as long as
//! they are in it and it is there.

mod change;
mod members;

use tacit_core::{
    id::{GroupId, OrganizationId},
    permission::{Action, Subject},
};
use tacit_store::{
    Connection,
    groups::{self, GroupRow},
    roles::{self, RoleRow},
};

pub use change::{GroupChange, NewGroup, create, delete, update};
pub use members::{
    Listed, MemberFilter, add_identity, add_user, list_identities, list_users, remove_identity, remove_user,
};

use super::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
};

/// Groups that an organization can have.
pub const GROUPS_MAX: i64 = 10_000;

/// A group with its role in the organization.
#[derive(Clone, Debug)]
pub struct Group {
    /// The group.
    pub row: GroupRow,
    /// Its role in the organization, if that is a custom one.
    pub custom_role: Option<RoleRow>,
}

/// The groups of the caller's organization, by name.
///
/// # Errors
///
/// [`Error::Forbidden`] without `read` on groups.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Group>> {
    let access = caller.organization()?;
    access.require(Action::Read, Subject::Groups)?;
    let mut db = app.database.read().await?;
    let mut rows = groups::list(&mut db, &access.id).await?;
    rows.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let roles = roles::list(&mut db, &access.id, None).await?;
    app.audit.record(Event::new(app, caller, "get-groups"))?;
    let custom_role =
        |row: &GroupRow| roles.iter().find(|role| row.custom_role_id.as_ref() == Some(&role.id)).cloned();
    Ok(rows.into_iter().map(|row| Group { custom_role: custom_role(&row), row }).collect())
}

/// One group.
///
/// # Errors
///
/// [`Error::NotFound`] if the organization has none such, else as [`list`].
pub async fn get(app: &App, caller: &Caller, id: &GroupId) -> Result<Group> {
    let access = caller.organization()?;
    access.require(Action::Read, Subject::Groups)?;
    let mut db = app.database.read().await?;
    let row = find(&mut db, &access.id, id).await?;
    app.audit.record(event(app, caller, "get-group", &row))?;
    Group::of(&mut db, row).await
}

impl Group {
    async fn of(db: &mut Connection, row: GroupRow) -> Result<Self> {
        let custom_role = match &row.custom_role_id {
            Some(role) => roles::find(db, &row.organization_id, None, role).await?,
            None => None,
        };
        Ok(Self { row, custom_role })
    }
}

/// The group called `id`.
pub(super) async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &GroupId,
) -> Result<GroupRow> {
    groups::find(db, organization, id).await?.ok_or_else(|| Error::not_found("Group", id))
}

/// The group with this id, this slug or, if only one has it, this name.
pub(super) async fn find_by_any_name(
    db: &mut Connection,
    organization: &OrganizationId,
    name: &str,
) -> Result<Option<GroupRow>> {
    if let Some(group) = groups::find(db, organization, &GroupId::new(name)).await? {
        return Ok(Some(group));
    }
    if let Some(group) = groups::find_by_slug(db, organization, name).await? {
        return Ok(Some(group));
    }
    let mut named = groups::list(db, organization).await?;
    named.retain(|group| group.name == name);
    Ok(if named.len() == 1 { named.pop() } else { None })
}

fn event(app: &App, caller: &Caller, kind: &str, group: &GroupRow) -> Event {
    Event::new(app, caller, kind).with("groupId", group.id.as_str()).with("groupName", group.name.as_str())
}
