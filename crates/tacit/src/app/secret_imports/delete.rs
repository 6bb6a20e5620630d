//! Deleting imports.

use tacit_core::{id::SecretImportId, permission::Action};
use tacit_store::{secret_imports, secret_imports::SecretImportRow};

use super::{event, require, take_out};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    commit::Commit,
    error::{Error, Result},
    secrets::{Location, find_folder},
};

/// Deletes an import. Those after it move one place to the front.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to delete it, [`Error::NotFound`] if the folder or the import
/// is not there.
pub async fn delete(app: &App, caller: &Caller, at: Location, id: SecretImportId) -> Result<SecretImportRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &at, &id).await })).await
}

async fn remove(
    work: &mut UnitOfWork,
    caller: &Caller,
    at: &Location,
    id: &SecretImportId,
) -> Result<SecretImportRow> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    require(&access, Action::Delete, &at.environment, at.path.as_str())?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let folder = find_folder(&mut work.db, &access, &at.environment, &at.path).await?;
    let all = secret_imports::list(&mut work.db, &folder.id).await?;
    let found = all.into_iter().find(|row| row.id == *id);
    let row = found.ok_or_else(|| Error::not_found("Secret import", id))?;
    take_out(work, &mut commit, &row).await?;
    commit.write(work, caller, None).await?;
    let event =
        event(work, caller, &access, "delete-secret-import", (&at.environment, at.path.as_str()), &row);
    work.record(event);
    Ok(row)
}
