//! Names that rules have conditions on: changing one would take things out of rules that deny, or put
//! them into rules that allow, without a word.

use tacit_core::permission::{Field, Scope};
use tacit_store::{organizations, project_grants};

use super::{
    access::ProjectAccess,
    error::{Error, Result},
    rights,
    work::UnitOfWork,
};

/// Makes changes of roles and of names wait until this one ends. What is renamed is to be read afterwards.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn hold(work: &mut UnitOfWork, access: &ProjectAccess) -> Result<()> {
    Ok(organizations::raise_access_revision(&mut work.db, &access.project.organization_id).await?)
}

/// Refuses to change names as long as a custom role or privilege of the project tells old and new
/// apart. `field` is what the names are; a name that goes away without another one becomes `""`.
///
/// # Errors
///
/// [`Error::Invalid`] with how many roles and privileges there are.
pub async fn require_indifferent(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    field: Field,
    changes: &[(&str, &str)],
) -> Result<()> {
    let mut count = 0;
    for row in project_grants::rules_in_project(&mut work.db, &access.project.id).await? {
        let rules = rights::stored_rules(&row.permissions, Scope::Project)?;
        let is_told_apart = |(before, after): &(&str, &str)| {
            before != after && rules.iter().any(|rule| rule.tells_apart(field, before, after))
        };
        count += usize::from(changes.iter().any(is_told_apart));
    }
    if count == 0 {
        return Ok(());
    }
    let (roles, have) =
        if count == 1 { ("role or privilege", "has") } else { ("roles and privileges", "have") };
    Err(Error::Invalid(format!(
        "{count} {roles} of this project {have} conditions that this name is part of. Change them first."
    )))
}
