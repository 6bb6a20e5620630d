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

/// Refuses to change names as long as a custom role or privilege of the project tells old and new
/// apart. `field` is what the names are; a name that goes away without another one becomes `""`. Other
/// changes of access wait until this one ends.
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
    organizations::raise_access_revision(&mut work.db, &access.project.organization_id).await?;
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
