//! Organizations.

use tacit_core::id::OrganizationId;

use crate::{Connection, error::Result, value::params};

/// Raises the organization's access revision by one: cached decisions about its roles,
/// memberships, identities and tokens end. On PostgreSQL it also makes such changes wait for each
/// other until the transaction ends.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn raise_access_revision(db: &mut Connection, organization: &OrganizationId) -> Result<()> {
    db.execute(
        "UPDATE organizations SET access_revision = access_revision + 1 WHERE id = $1",
        params![organization],
    )
    .await?;
    Ok(())
}
