//! Organizations.

use tacit_core::id::OrganizationId;

use crate::{Connection, error::Result, value::params};

/// Raises the number that cached roles, memberships, identities and tokens are valid for.
///
/// It is the first statement of every change of access: on PostgreSQL the row lock makes such
/// changes of one organization wait for each other, so that what is read after it cannot change.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn raise_access_revision(db: &mut Connection, id: &OrganizationId) -> Result<()> {
    db.execute("UPDATE organizations SET access_revision = access_revision + 1 WHERE id = $1", params![id])
        .await?;
    Ok(())
}
