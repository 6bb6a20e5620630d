//! Privileges: rights of one member of one project beside its roles.

mod change;
mod everywhere;
mod target;

use tacit_core::{
    id::PrivilegeId,
    permission::{Action, Rule, Scope},
};
use tacit_store::additional_privileges::{self, PrivilegeRow};

pub use change::{NewPrivilege, PrivilegeChange, create, delete, update};
pub use everywhere::{HeldPrivilege, LIST_MAX, list_in_project};
use target::Target;
pub use target::{Holder, Kind};

use super::{
    App,
    caller::Caller,
    error::{Error, Result},
    rights,
};

/// Privileges that one member can have, ended ones included.
pub const PRIVILEGES_MAX: i64 = 100;

/// A privilege and whose it is.
#[derive(Clone, Debug)]
pub struct Privilege {
    /// The privilege.
    pub row: PrivilegeRow,
    /// What it allows and denies.
    pub rules: Vec<Rule>,
    /// Whose it is.
    pub holder: tacit_store::project_memberships::MembershipRow,
}

/// Which privilege is meant.
#[derive(Clone, Debug)]
pub enum PrivilegeName {
    /// By its id alone; it belongs to a member of this kind.
    Id(PrivilegeId, Kind),
    /// By its slug among those of a member.
    Slug(String, Holder),
}

/// The privileges of a member, ended ones included, by slug.
///
/// # Errors
///
/// [`Error::NotFound`] if it is no member, [`Error::Forbidden`] without `read` on it.
pub async fn list(app: &App, caller: &Caller, holder: &Holder) -> Result<Vec<Privilege>> {
    let mut db = app.database.read().await?;
    let target = Target::enter(&mut db, caller, holder, Action::Read, app.now()).await?;
    let mut rows = additional_privileges::list(&mut db, &target.membership.id).await?;
    rows.sort_by(|one, other| one.slug.cmp(&other.slug));
    app.audit.record(target.event(app, caller, "get-additional-privileges"))?;
    rows.into_iter().map(|row| Privilege::read(row, &target)).collect()
}

/// One privilege.
///
/// # Errors
///
/// [`Error::NotFound`] if there is none such, else as [`list`].
pub async fn get(app: &App, caller: &Caller, name: &PrivilegeName) -> Result<Privilege> {
    let mut db = app.database.read().await?;
    let (target, row) = Target::find(&mut db, caller, name, Action::Read, app.now()).await?;
    let event = target.event(app, caller, "get-additional-privilege");
    app.audit.record(event.with("privilege", row.slug.as_str()))?;
    Privilege::read(row, &target)
}

impl Privilege {
    fn read(row: PrivilegeRow, target: &Target) -> Result<Self> {
        let rules = rights::stored_rules(&row.permissions, Scope::Project)?;
        Ok(Self { rules, holder: target.membership.clone(), row })
    }
}

fn unknown(name: &str) -> Error {
    Error::not_found("Privilege", name)
}
