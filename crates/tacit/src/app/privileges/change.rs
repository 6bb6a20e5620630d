//! Giving, changing and taking privileges.

use tacit_core::{
    name::{Slug, slugify_with_suffix},
    permission::{Action, Holding, Rule, Scope, Source},
};
use tacit_store::{
    additional_privileges::{self, PrivilegeRow},
    organizations, project_grants,
    project_memberships::Member,
};

use super::{
    super::{
        App, boundary,
        caller::Caller,
        error::{Error, Result},
        memberships::Temporary,
        rights,
        roles::parse_rules,
        work::UnitOfWork,
    },
    Holder, PRIVILEGES_MAX, Privilege, PrivilegeName, Target,
};

const MESSAGE: &str = "You cannot give rights that you do not have";
/// The field of a request that holds rules.
const PERMISSIONS: &str = "permissions";

/// A new privilege.
#[derive(Clone, Debug)]
pub struct NewPrivilege {
    /// 1 to 64 characters; made up if absent.
    pub slug: Option<String>,
    /// Rules, as a client wrote them.
    pub permissions: Vec<serde_json::Value>,
    /// When it counts; `None` is always.
    pub temporary: Option<Temporary>,
}

/// A change of a privilege; `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct PrivilegeChange {
    /// 1 to 64 characters.
    pub slug: Option<String>,
    /// Rules, as a client wrote them.
    pub permissions: Option<Vec<serde_json::Value>>,
    /// When it counts; the inner `None` is always.
    pub temporary: Option<Option<Temporary>>,
}

/// Gives a member a privilege.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`] if it is no member, [`Error::Boundary`] for
/// rights the caller does not have, [`Error::Invalid`] if the slug is taken or it has
/// [`PRIVILEGES_MAX`].
pub async fn create(app: &App, caller: &Caller, holder: Holder, new: NewPrivilege) -> Result<Privilege> {
    let rules = parse_rules(&new.permissions, Scope::Project, PERMISSIONS)?;
    let slug = match &new.slug {
        Some(slug) => checked_slug(slug)?,
        None => slugify_with_suffix("privilege", &app.random),
    };
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            organizations::raise_access_revision(&mut work.db, &caller.organization()?.id).await?;
            let now = work.app.now();
            let target = Target::enter(&mut work.db, &caller, &holder, Action::Edit, now).await?;
            target.require_assignable(&rules)?;
            let membership = target.membership.id.clone();
            if additional_privileges::count(&mut work.db, &membership).await? >= PRIVILEGES_MAX {
                return Err(Error::Invalid(format!("Nobody can have more than {PRIVILEGES_MAX} privileges")));
            }
            let permissions = rights::to_store(&rules)?;
            let (id, created_at) = (work.app.new_id(), now);
            let mut row = PrivilegeRow {
                id,
                membership_id: membership,
                slug,
                permissions,
                is_temporary: false,
                temporary_range: None,
                starts_at: None,
                ends_at: None,
                created_at,
                updated_at: now,
            };
            set_time(&mut row, new.temporary);
            require_change(work, &target, None, Some(&row)).await?;
            additional_privileges::insert(&mut work.db, &row).await.map_err(taken(&row))?;
            record(work, &caller, &target, "create-additional-privilege", &row);
            Privilege::read(row, &target)
        })
    })
    .await
}

/// Changes a privilege.
///
/// # Errors
///
/// As [`create`]; [`Error::NotFound`] if there is none such.
pub async fn update(
    app: &App,
    caller: &Caller,
    name: PrivilegeName,
    change: PrivilegeChange,
) -> Result<Privilege> {
    let read = |values: &Vec<_>| parse_rules(values, Scope::Project, PERMISSIONS);
    let rules = change.permissions.as_ref().map(read).transpose()?;
    let slug = change.slug.as_deref().map(checked_slug).transpose()?;
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            organizations::raise_access_revision(&mut work.db, &caller.organization()?.id).await?;
            let now = work.app.now();
            let (target, before) = Target::find(&mut work.db, &caller, &name, Action::Edit, now).await?;
            let mut row = before.clone();
            if let Some(rules) = &rules {
                target.require_assignable(rules)?;
                row.permissions = rights::to_store(rules)?;
            }
            if let Some(temporary) = change.temporary {
                set_time(&mut row, temporary);
            }
            row.slug = slug.unwrap_or(row.slug);
            require_change(work, &target, Some(&before), Some(&row)).await?;
            if row != before {
                row.updated_at = now;
                additional_privileges::update(&mut work.db, &row).await.map_err(taken(&row))?;
            }
            record(work, &caller, &target, "update-additional-privilege", &row);
            Privilege::read(row, &target)
        })
    })
    .await
}

/// Takes a privilege away.
///
/// # Errors
///
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Boundary`] if it denies what the caller may not do
/// itself.
pub async fn delete(app: &App, caller: &Caller, name: PrivilegeName) -> Result<Privilege> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            organizations::raise_access_revision(&mut work.db, &caller.organization()?.id).await?;
            let now = work.app.now();
            let (target, row) = Target::find(&mut work.db, &caller, &name, Action::Edit, now).await?;
            require_change(work, &target, Some(&row), None).await?;
            additional_privileges::delete(&mut work.db, &row.id).await?;
            record(work, &caller, &target, "delete-additional-privilege", &row);
            Privilege::read(row, &target)
        })
    })
    .await
}

/// Refuses a change unless the caller holds what it gives and, of a machine identity, all that it then
/// has in the project: who may change its rights may often act as it.
async fn require_change(
    work: &mut UnitOfWork,
    target: &Target,
    before: Option<&PrivilegeRow>,
    after: Option<&PrivilegeRow>,
) -> Result<()> {
    let own = &target.access.permissions;
    let (held, then) = (holding(before)?, holding(after)?);
    boundary::require_change(own, &held, &then, MESSAGE)?;
    let Some(identity) = &target.membership.identity_id else { return Ok(()) };
    let project = &target.membership.project_id;
    let all = project_grants::of_member(&mut work.db, project, Member::Identity(identity)).await?;
    let stays = all.iter().filter(|grant| before.is_none_or(|row| grant.id != row.id.as_str()));
    let mut result = rights::holding_of(stays, work.app.now())?;
    if let Some(row) = after {
        result = result.with(source(row)?);
    }
    boundary::require_held(own, &result, MESSAGE)
}

fn holding(row: Option<&PrivilegeRow>) -> Result<Holding> {
    Ok(Holding::new(row.map(source).transpose()?.into_iter().collect()))
}

fn source(row: &PrivilegeRow) -> Result<Source> {
    let rules: Vec<Rule> = rights::stored_rules(&row.permissions, Scope::Project)?;
    let time = row.starts_at.zip(row.ends_at).map(|(start, end)| (start.millis(), end.millis()));
    Ok(Source { rules, time })
}

fn set_time(row: &mut PrivilegeRow, temporary: Option<Temporary>) {
    row.is_temporary = temporary.is_some();
    row.starts_at = temporary.as_ref().map(|temporary| temporary.starts_at);
    row.ends_at = temporary.as_ref().map(Temporary::ends_at);
    row.temporary_range = temporary.map(|temporary| temporary.range);
}

fn checked_slug(slug: &str) -> Result<String> {
    Ok(Slug::parse(slug, 1, Slug::LENGTH_MAX).map_err(Error::name("slug"))?.into_string())
}

fn taken(row: &PrivilegeRow) -> impl FnOnce(tacit_store::StoreError) -> Error + use<> {
    Error::duplicate(format!("There is a privilege with the slug '{}' already", row.slug))
}

fn record(work: &mut UnitOfWork, caller: &Caller, target: &Target, kind: &str, row: &PrivilegeRow) {
    let event = target.event(&work.app, caller, kind);
    work.record(event.with("privilegeId", row.id.as_str()).with("privilege", row.slug.as_str()));
}
