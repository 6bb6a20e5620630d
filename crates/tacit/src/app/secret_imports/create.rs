//! Making imports.

use tacit_core::permission::Action;
use tacit_store::{secret_imports, secret_imports::SecretImportRow};

use super::{
    IMPORTS_MAX, ImportSource, cycle, duplicate, event, keep, require, require_source, source_environment,
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    commit::Commit,
    error::{Error, Result},
    secrets::{Location, find_folder},
};

/// An import to be made.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// The folder that includes.
    pub at: Location,
    /// What it includes.
    pub source: ImportSource,
    /// Whether the client asked for a replication.
    pub is_replication: bool,
}

/// Makes an import, after the others of its folder.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to make it, or if nothing at the source could be read;
/// [`Error::NotFound`] if the folder or the source's environment is not there; [`Error::Invalid`] if
/// the folder imports it already, for a circle, and beyond [`IMPORTS_MAX`].
pub async fn create(app: &App, caller: &Caller, new: NewImport) -> Result<SecretImportRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { make(work, &caller, new).await })).await
}

async fn make(work: &mut UnitOfWork, caller: &Caller, new: NewImport) -> Result<SecretImportRow> {
    let NewImport { at, source, is_replication } = new;
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    require(&access, Action::Create, &at.environment, at.path.as_str())?;
    require_source(&access, &source)?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let folder = find_folder(&mut work.db, &access, &at.environment, &at.path).await?;
    let environment = source_environment(work, &access, &source).await?;
    cycle::refuse(&mut work.db, &access, &folder.id, &source).await?;
    let count = secret_imports::list(&mut work.db, &folder.id).await?.len();
    if count >= IMPORTS_MAX {
        return Err(Error::Invalid(format!("A folder cannot have more than {IMPORTS_MAX} imports")));
    }
    let row = SecretImportRow {
        id: work.app.new_id(),
        project_id: access.project.id.clone(),
        folder_id: folder.id,
        source_environment_id: environment.id,
        source_environment_slug: environment.slug,
        source_environment_name: environment.name,
        source_path: source.path.into_string(),
        position: i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1),
        is_replication,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let taken = duplicate(&format!("{}:{}", row.source_environment_slug, row.source_path));
    secret_imports::insert(&mut work.db, &row).await.map_err(Error::duplicate(taken))?;
    keep(work, &mut commit, &row, None).await?;
    commit.write(work, caller, None).await?;
    let event =
        event(work, caller, &access, "create-secret-import", (&at.environment, at.path.as_str()), &row);
    work.record(event);
    Ok(row)
}
