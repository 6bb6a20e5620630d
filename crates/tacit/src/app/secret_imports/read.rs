//! Reading imports, and the secrets they bring.

use tacit_core::{id::SecretImportId, permission::Action};
use tacit_store::{folders, folders::FolderPlaceRow, secret_imports, secret_imports::SecretImportRow};

use super::require;
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
    secrets::{self, ImportGroup, Location, find_folder},
};

/// An import and where it is.
#[derive(Clone, Debug)]
pub struct LocatedImport {
    /// The import.
    pub row: SecretImportRow,
    /// The folder that includes.
    pub place: FolderPlaceRow,
}

/// The imports of a folder, the first first.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to read them, [`Error::NotFound`] if the folder is not there.
pub async fn list(app: &App, caller: &Caller, at: &Location) -> Result<Vec<SecretImportRow>> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    require(&access, Action::Read, &at.environment, at.path.as_str())?;
    let folder = find_folder(&mut db, &access, &at.environment, &at.path).await?;
    let rows = secret_imports::list(&mut db, &folder.id).await?;
    let event = event(app, caller, "get-secret-imports", &access, at).with("numberOfImports", rows.len());
    app.audit.record(event)?;
    Ok(rows)
}

/// One import by id.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to read the imports of its folder, [`Error::NotFound`] if
/// there is none such; one of another organization is as unknown as one that never was.
pub async fn get(app: &App, caller: &Caller, id: &SecretImportId) -> Result<LocatedImport> {
    let unknown = || Error::not_found("Secret import", id);
    let mut db = app.database.read().await?;
    let row = secret_imports::find_in_organization(&mut db, &caller.organization()?.id, id)
        .await?
        .ok_or_else(unknown)?;
    let place = folders::find_place(&mut db, &row.folder_id).await?.ok_or_else(unknown)?;
    let project = ProjectName::Id(row.project_id.as_str().to_owned());
    let access = match ProjectAccess::enter(&mut db, caller, &project, app.now()).await {
        Err(Error::NotFound(_)) => return Err(unknown()),
        access => access?,
    };
    require(&access, Action::Read, &place.environment_slug, &place.path)?;
    let event = Event::new(app, caller, "get-secret-import")
        .project(&row.project_id)
        .with("environment", place.environment_slug.as_str())
        .with("secretPath", place.path.as_str())
        .with("secretImportId", row.id.as_str());
    app.audit.record(event)?;
    Ok(LocatedImport { row, place })
}

/// Brings a replication up to date, which an import always is: asks for the right and finds it.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to edit it, [`Error::NotFound`] if the folder or the import is
/// not there, [`Error::Invalid`] if it is no replication.
pub async fn resync(app: &App, caller: &Caller, at: &Location, id: &SecretImportId) -> Result<()> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    require(&access, Action::Edit, &at.environment, at.path.as_str())?;
    let folder = find_folder(&mut db, &access, &at.environment, &at.path).await?;
    let rows = secret_imports::list(&mut db, &folder.id).await?;
    let found = rows.into_iter().find(|row| row.id == *id);
    let row = found.ok_or_else(|| Error::not_found("Secret import", id))?;
    if !row.is_replication {
        return Err(Error::Invalid("This import is not a replication".to_owned()));
    }
    let event = event(app, caller, "resync-secret-import", &access, at);
    app.audit.record(event.with("secretImportId", row.id.as_str()))
}

/// The secrets that the imports of a folder bring, in the order of the imports, as lists of secrets show
/// them. The right to read imports is not needed: each secret is decided by the caller's rights on it.
///
/// # Errors
///
/// As [`secrets::list`].
pub async fn imported_secrets(app: &App, caller: &Caller, at: Location) -> Result<Vec<ImportGroup>> {
    let request = secrets::ListSecrets {
        at,
        shows_values: true,
        is_recursive: false,
        tag_slugs: Vec::new(),
        metadata: Vec::new(),
        moment: None,
        overrides: secrets::Overrides::Without,
        expands: true,
        includes_imports: true,
    };
    let list = secrets::list(app, caller, &request, &[]).await?.content();
    Ok(list.unwrap_or_default().imports)
}

fn event(app: &App, caller: &Caller, kind: &str, access: &ProjectAccess, at: &Location) -> Event {
    Event::new(app, caller, kind)
        .project(&access.project.id)
        .with("environment", at.environment.as_str())
        .with("secretPath", at.path.as_str())
}
