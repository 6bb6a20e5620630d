//! Nobody gives away more than they hold (`decisions.md` 29).

use tacit_core::permission::{PermissionSet, ProjectRole};

use super::{
    access::ProjectAccess,
    error::{Error, Result},
};

/// Refuses roles that allow more than the caller may do in the project.
///
/// # Errors
///
/// [`Error::Boundary`] with the rights the caller lacks.
pub fn require_roles_within(access: &ProjectAccess, roles: &[ProjectRole]) -> Result<()> {
    let wanted = PermissionSet::new(roles.iter().map(|role| role.rules()).collect());
    let missing = access.permissions.missing_from(&wanted);
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Boundary { message: "You cannot give a role with rights that you do not have", missing })
}
