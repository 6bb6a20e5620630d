//! Names that rules have conditions on: changing one would take things out of rules that deny, or put
//! them into rules that allow, without a word.

use tacit_core::permission::{Field, Scope};
use tacit_store::{organizations, project_grants, service_tokens as service_tokens_store};

use super::{
    access::ProjectAccess,
    error::{Error, Result},
    rights, service_tokens,
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
/// apart, or a service token is for one of the two. `field` is what the names are; a name that goes away without another one becomes `""`.
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
        return require_indifferent_tokens(work, access, field, changes).await;
    }
    let (roles, have) =
        if count == 1 { ("role or privilege", "has") } else { ("roles and privileges", "have") };
    Err(Error::Invalid(format!(
        "{count} {roles} of this project {have} conditions that this name is part of. Change them first."
    )))
}

/// The same of service tokens, which name environments.
async fn require_indifferent_tokens(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    field: Field,
    changes: &[(&str, &str)],
) -> Result<()> {
    if field != Field::Environment {
        return Ok(());
    }
    let mut count = 0;
    for row in service_tokens_store::list(&mut work.db, &access.project.id).await? {
        let scopes = service_tokens::stored_scopes(&row.scopes)?;
        let names = |slug: &str| scopes.iter().any(|scope| scope.environment == slug);
        let is_told_apart =
            |(before, after): &(&str, &str)| before != after && (names(before) || names(after));
        count += usize::from(changes.iter().any(is_told_apart));
    }
    if count == 0 {
        return Ok(());
    }
    let tokens = if count == 1 { "service token" } else { "service tokens" };
    Err(Error::Invalid(format!(
        "This project has {count} {tokens} for an environment of this name. Delete them first."
    )))
}
