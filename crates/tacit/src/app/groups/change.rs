//! Making, changing and deleting groups.

use tacit_core::{
    id::GroupId,
    name::{Slug, slugify_with_suffix},
    permission::{Action, Holding, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    groups::{self, GroupRow},
    organization_grants, project_grants,
};

use super::{
    super::{
        App, access,
        boundary::{self, ByProject},
        bounds::Bounds,
        caller::{Caller, OrganizationAccess},
        error::{Error, Result},
        rights,
        roles::GivenRole,
    },
    GROUPS_MAX, Group, event, find,
};

const MESSAGE: &str = "You cannot change a group so that it gives rights that you do not have";

/// A new group.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// 1 to 50 characters.
    pub name: String,
    /// 5 to 36 characters; made of the name if absent.
    pub slug: Option<String>,
    /// The slug of its role in the organization.
    pub role: String,
}

/// A change of a group; `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    /// 1 to 50 characters.
    pub name: Option<String>,
    /// 5 to 36 characters.
    pub slug: Option<String>,
    /// The slug of its role in the organization.
    pub role: Option<String>,
}

/// Makes a group without members.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`] without `create` on groups, [`Error::NotFound`] for an unknown
/// role, [`Error::Boundary`] for one above the caller's rights, [`Error::Invalid`] if the slug is taken
/// or there are [`GROUPS_MAX`].
pub async fn create(app: &App, caller: &Caller, new: NewGroup) -> Result<Group> {
    check(Some(&new.name))?;
    let slug = match &new.slug {
        Some(slug) => checked_slug(slug)?,
        None => slugify_with_suffix(&new.name, &app.random),
    };
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = access::change_organization(work, &caller).await?;
            access.require(Action::Create, Subject::Groups)?;
            let role = GivenRole::in_organization(&mut work.db, &access.id, &new.role).await?;
            boundary::require_held(&access.permissions, &role.holding(), MESSAGE)?;
            if groups::count(&mut work.db, &access.id).await? >= GROUPS_MAX {
                return Err(Error::Invalid(format!("There are {GROUPS_MAX} groups already")));
            }
            let now = work.app.now();
            let row = GroupRow {
                id: work.app.new_id(),
                organization_id: access.id,
                name: new.name,
                slug,
                role: role.role,
                custom_role_id: role.custom.map(|custom| custom.id),
                created_at: now,
                updated_at: now,
            };
            groups::insert(&mut work.db, &row).await.map_err(Error::duplicate(taken(&row.slug)))?;
            work.record(event(&work.app, &caller, "create-group", &row).with("role", new.role));
            Group::of(&mut work.db, row).await
        })
    })
    .await
}

/// Changes a group, and with its role what its members may do.
///
/// # Errors
///
/// As [`create`] with `edit`; [`Error::NotFound`] for an unknown group.
pub async fn update(app: &App, caller: &Caller, id: GroupId, change: GroupChange) -> Result<Group> {
    check(change.name.as_deref())?;
    let slug = change.slug.as_deref().map(checked_slug).transpose()?;
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = access::change_organization(work, &caller).await?;
            access.require(Action::Edit, Subject::Groups)?;
            let before = find(&mut work.db, &access.id, &id).await?;
            let mut row = before.clone();
            if let Some(role) = &change.role {
                let role = given_role(&mut work.db, &access, &before, role).await?;
                row.custom_role_id = role.custom.map(|custom| custom.id);
                row.role = role.role;
            }
            row.name = change.name.unwrap_or(row.name);
            row.slug = slug.unwrap_or(row.slug);
            if row != before {
                row.updated_at = work.app.now();
                groups::update(&mut work.db, &row).await.map_err(Error::duplicate(taken(&row.slug)))?;
            }
            let group = Group::of(&mut work.db, row).await?;
            let role = group.custom_role.as_ref().map_or(&group.row.role, |role| &role.slug);
            work.record(event(&work.app, &caller, "update-group", &group.row).with("role", role.as_str()));
            Ok(group)
        })
    })
    .await
}

/// The role a group is to have, if the caller may give it to the members.
async fn given_role(
    db: &mut Connection,
    access: &OrganizationAccess,
    group: &GroupRow,
    slug: &str,
) -> Result<GivenRole> {
    let role = GivenRole::in_organization(db, &access.id, slug).await?;
    let before = GivenRole::held(db, &access.id, &group.role, group.custom_role_id.as_ref()).await?;
    boundary::require_held(&access.permissions, &role.holding(), MESSAGE)?;
    boundary::require_change(&access.permissions, &before.holding(), &role.holding(), MESSAGE)?;
    Ok(role)
}

/// Deletes a group. What its members had by it ends at once.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`] if it denies its members something that
/// the caller may not do itself.
pub async fn delete(app: &App, caller: &Caller, id: GroupId) -> Result<Group> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = access::change_organization(work, &caller).await?;
            access.require(Action::Delete, Subject::Groups)?;
            let row = find(&mut work.db, &access.id, &id).await?;
            let now = work.app.now();
            require_losable(&mut work.db, &caller, &access, &row, now).await?;
            let group = Group::of(&mut work.db, row).await?;
            groups::delete(&mut work.db, &id).await?;
            work.record(event(&work.app, &caller, "delete-group", &group.row));
            Ok(group)
        })
    })
    .await
}

/// Refuses to give somebody what a group has, unless the caller has it too.
pub(super) async fn require_givable(
    db: &mut Connection,
    caller: &Caller,
    access: &OrganizationAccess,
    group: &GroupRow,
    now: Timestamp,
) -> Result<()> {
    let (here, projects) = holdings(db, group).await?;
    boundary::require_held(&access.permissions, &here, MESSAGE)?;
    boundary::require_in_projects(db, caller, access, &projects, now, |holder, grants| {
        boundary::require_held(holder, &rights::holding_of(grants, now)?, MESSAGE)
    })
    .await
}

/// Refuses to take from somebody what a group has, if it denies what the caller may not do itself.
pub(super) async fn require_losable(
    db: &mut Connection,
    caller: &Caller,
    access: &OrganizationAccess,
    group: &GroupRow,
    now: Timestamp,
) -> Result<()> {
    let none = Holding::default();
    let (here, projects) = holdings(db, group).await?;
    boundary::require_change(&access.permissions, &here, &none, MESSAGE)?;
    boundary::require_in_projects(db, caller, access, &projects, now, |holder, grants| {
        boundary::require_change(holder, &rights::holding_of(grants, now)?, &none, MESSAGE)
    })
    .await
}

/// What a group has in the organization and in projects.
async fn holdings(db: &mut Connection, group: &GroupRow) -> Result<(Holding, ByProject)> {
    let here = organization_grants::of_group(db, &group.id)
        .await?
        .ok_or_else(|| Error::not_found("Group", &group.id))?;
    let projects = project_grants::of_group(db, &group.id).await?;
    Ok((boundary::organization_holding(&here)?, ByProject::new(projects)))
}

fn checked_slug(slug: &str) -> Result<String> {
    const LENGTHS: (usize, usize) = (5, 36);
    Ok(Slug::parse(slug, LENGTHS.0, LENGTHS.1).map_err(Error::name("slug"))?.into_string())
}

fn check(name: Option<&str>) -> Result<()> {
    let mut bounds = Bounds::default();
    bounds.text("name", name, &(1..=50));
    bounds.finish()
}

fn taken(slug: &str) -> String {
    format!("There is a group with the slug '{slug}' already")
}
