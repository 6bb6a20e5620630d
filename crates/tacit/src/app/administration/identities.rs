//! The machine identities of the instance.

use tacit_core::id::IdentityId;
use tacit_store::{
    identities::{self, IdentityRow},
    organizations,
};

use super::{
    super::{
        App,
        audit::Event,
        caller::Caller,
        error::{Error, Result},
        identities::event,
    },
    Listed, Part, ROWS_MAX, begin,
};

/// Identities whose name fits, oldest first.
///
/// # Errors
///
/// [`Error::Form`] for a part that is too long.
pub async fn list(app: &App, caller: &Caller, part: &Part) -> Result<Listed<IdentityRow>> {
    part.check()?;
    let mut db = app.database.read().await?;
    let mut rows = identities::list_all(&mut db, ROWS_MAX).await?;
    rows.retain(|row| part.names([row.name.as_str()]));
    app.audit.record(Event::new(app, caller, "get-instance-identities"))?;
    Ok(part.of(rows))
}

/// Takes the right to manage the instance from an identity, at once. One may take its own.
///
/// # Errors
///
/// [`Error::NotFound`].
pub async fn revoke(app: &App, caller: &Caller, id: IdentityId) -> Result<IdentityRow> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            begin(work, &caller).await?;
            let row = identities::find_anywhere(&mut work.db, &id).await?;
            let row = row.ok_or_else(|| Error::not_found("Identity", &id))?;
            organizations::raise_access_revision(&mut work.db, &row.organization_id).await?;
            if row.is_instance_admin {
                identities::revoke_instance_admin(&mut work.db, &id, work.app.now()).await?;
            }
            work.record(event(&work.app, &caller, "revoke-identity-instance-admin", &row));
            Ok(row)
        })
    })
    .await
}
