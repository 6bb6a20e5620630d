//! Making, changing and deleting custom roles.

use tacit_core::{
    name::Slug,
    permission::{Action, Holding, Rule, Source},
};
use tacit_store::{
    StoreError, organizations,
    roles::{self, RoleRow},
};

use super::{
    super::{
        App, Patch, boundary,
        caller::Caller,
        error::{Error, Result},
        rights,
        work::UnitOfWork,
    },
    Owner, Place, ROLES_MAX, Role, RoleName, is_reserved, parse_rules,
};

/// The field of a request that holds rules.
const PERMISSIONS: &str = "permissions";
const MESSAGE: &str = "You cannot make a role with rights that you do not have";

/// A new role.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// 1 to 64 characters; none of a built-in role.
    pub slug: String,
    /// 1 to 255 characters.
    pub name: String,
    /// Up to 1024 characters.
    pub description: Option<String>,
    /// Rules, as a client wrote them.
    pub permissions: Vec<serde_json::Value>,
}

/// A change of a role; `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct RoleChange {
    /// 1 to 64 characters; none of a built-in role.
    pub slug: Option<String>,
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// Up to 1024 characters.
    pub description: Patch<String>,
    /// Rules, as a client wrote them.
    pub permissions: Option<Vec<serde_json::Value>>,
}

/// Makes a role.
///
/// # Errors
///
/// [`Error::Form`] for a bad field, [`Error::Forbidden`] without `create` on roles,
/// [`Error::Boundary`] for rights the caller does not have, [`Error::Invalid`] if the slug is taken or
/// there are [`ROLES_MAX`].
pub async fn create(app: &App, caller: &Caller, owner: Owner, new: NewRole) -> Result<Role> {
    let slug = checked_slug(&new.slug)?;
    check_text(Some(&new.name), new.description.as_deref())?;
    let rules = parse_rules(&new.permissions, owner.scope(), PERMISSIONS)?;
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let place = Place::change(work, &caller, &owner).await?;
            place.require(Action::Create)?;
            let permissions = rights::to_store(&rules)?;
            let holding = Holding::new(vec![Source::permanent(rules)]);
            boundary::require_held(&place.permissions, &holding, MESSAGE)?;
            if roles::count(&mut work.db, &place.organization, place.project.as_ref()).await? >= ROLES_MAX {
                return Err(Error::Invalid(format!("There are {ROLES_MAX} roles already")));
            }
            let now = work.app.now();
            let row = RoleRow {
                id: work.app.new_id(),
                organization_id: place.organization.clone(),
                project_id: place.project.clone(),
                slug,
                name: new.name,
                description: new.description,
                permissions,
                created_at: now,
                updated_at: now,
            };
            roles::insert(&mut work.db, &row).await.map_err(Error::duplicate(taken(&row.slug)))?;
            record(work, &caller, &place, "create-project-role", "create-organization-role", &row);
            Role::read(row)
        })
    })
    .await
}

/// Changes a role, and with it what everybody may do who has it.
///
/// # Errors
///
/// As [`create`] with `edit`; [`Error::NotFound`] if there is none such.
pub async fn update(
    app: &App,
    caller: &Caller,
    owner: Owner,
    name: RoleName,
    change: RoleChange,
) -> Result<Role> {
    let slug = change.slug.as_deref().map(checked_slug).transpose()?;
    let description = match &change.description {
        Patch::Set(text) => Some(text.as_str()),
        Patch::Keep | Patch::Clear => None,
    };
    check_text(change.name.as_deref(), description)?;
    let rules = change.permissions.as_deref().map(|values| parse_rules(values, owner.scope(), PERMISSIONS));
    let rules = rules.transpose()?;
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let place = Place::change(work, &caller, &owner).await?;
            place.require(Action::Edit)?;
            let before = place.find(&mut work.db, &name).await?;
            let mut row = before.clone();
            if let Some(rules) = rules {
                row.permissions = changed_rules(&place, &before, rules)?;
            }
            row.slug = slug.unwrap_or(row.slug);
            row.name = change.name.unwrap_or(row.name);
            change.description.apply(&mut row.description);
            if row != before {
                row.updated_at = work.app.now();
                roles::update(&mut work.db, &row).await.map_err(Error::duplicate(taken(&row.slug)))?;
                if place.project.is_none() {
                    let organization = &place.organization;
                    organizations::rename_default_role(&mut work.db, organization, &before.slug, &row.slug)
                        .await?;
                }
            }
            record(work, &caller, &place, "update-project-role", "update-organization-role", &row);
            Role::read(row)
        })
    })
    .await
}

/// The new rules of a role, to be stored, if the caller may give them to all who have it.
fn changed_rules(place: &Place, before: &RoleRow, rules: Vec<Rule>) -> Result<String> {
    let stored = rights::to_store(&rules)?;
    let holding = |rules| Holding::new(vec![Source::permanent(rules)]);
    let held = holding(rights::stored_rules(&before.permissions, place.scope())?);
    boundary::require_change(&place.permissions, &held, &holding(rules), MESSAGE)?;
    Ok(stored)
}

/// Deletes a role that nobody has.
///
/// # Errors
///
/// [`Error::NotFound`], [`Error::Forbidden`] without `delete` on roles, [`Error::Invalid`] if somebody
/// has it.
pub async fn delete(app: &App, caller: &Caller, owner: Owner, name: RoleName) -> Result<Role> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let place = Place::change(work, &caller, &owner).await?;
            place.require(Action::Delete)?;
            let row = place.find(&mut work.db, &name).await?;
            let holders = roles::count_holders(&mut work.db, &row.id).await?;
            if holders > 0 {
                return Err(in_use(holders));
            }
            require_not_default(work, &place, &row).await?;
            roles::delete(&mut work.db, &row.id).await.map_err(|error| match error {
                StoreError::Related => in_use(1),
                other => other.into(),
            })?;
            record(work, &caller, &place, "delete-project-role", "delete-organization-role", &row);
            Role::read(row)
        })
    })
    .await
}

/// Refuses to take away what people who are invited without a role get.
async fn require_not_default(work: &mut UnitOfWork, place: &Place, row: &RoleRow) -> Result<()> {
    let organization = organizations::find(&mut work.db, &place.organization).await?;
    let is_default = organization.is_some_and(|it| it.default_membership_role == row.slug);
    if place.project.is_some() || !is_default {
        return Ok(());
    }
    Err(Error::Invalid(
        "This is the role of people who are invited without one. Choose another default first.".to_owned(),
    ))
}

fn in_use(holders: i64) -> Error {
    let (members, have) = if holders == 1 { ("member", "has") } else { ("members", "have") };
    Error::Invalid(format!("{holders} {members} still {have} this role. Give them another one first."))
}

fn checked_slug(slug: &str) -> Result<String> {
    let slug = Slug::parse(slug, 1, Slug::LENGTH_MAX).map_err(Error::name("slug"))?.into_string();
    if is_reserved(&slug) {
        return Err(Error::form("slug", format!("The slug '{slug}' is reserved")));
    }
    Ok(slug)
}

fn check_text(name: Option<&str>, description: Option<&str>) -> Result<()> {
    let mut bounds = super::super::bounds::Bounds::default();
    bounds.text("name", name, &(1..=255));
    bounds.text("description", description, &(0..=1024));
    bounds.finish()
}

fn taken(slug: &str) -> String {
    format!("There is a role with the slug '{slug}' already")
}

fn record(
    work: &mut UnitOfWork,
    caller: &Caller,
    place: &Place,
    in_project: &str,
    in_organization: &str,
    row: &RoleRow,
) {
    let event = place.event(&work.app, caller, in_project, in_organization);
    work.record(event.with("roleId", row.id.as_str()).with("role", row.slug.as_str()));
}
