//! Who has a role of the organization.

use tacit_core::{
    id::RoleId,
    permission::{Action, Object, Subject},
};
use tacit_store::{Connection, roles as stored_roles};

use super::preview::Holder;
use crate::app::{Caller, error::Result, roles::Role};

/// Those of them whom the caller may see: people, identities and groups, each by name.
///
/// # Errors
///
/// Fails only if the database does.
pub(super) async fn organization_holders(
    db: &mut Connection,
    caller: &Caller,
    role: &Role,
) -> Result<Vec<Holder>> {
    let organization = caller.organization()?;
    let sees = |subject| organization.permissions.allows(Action::Read, subject, &Object::default());
    let kinds = [("user", Subject::Member), ("identity", Subject::Identity), ("group", Subject::Groups)];
    let mut rows = stored_roles::holders_in_organization(db, &RoleId::new(&role.id)).await?;
    rows.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let of_kind = |(kind, subject): (&'static str, Subject)| {
        let shown = rows.iter().filter(move |row| row.kind == kind && sees(subject));
        shown.map(move |row| Holder { kind, id: row.id.clone(), name: row.name.clone(), effect: None })
    };
    Ok(kinds.into_iter().flat_map(of_kind).collect())
}
