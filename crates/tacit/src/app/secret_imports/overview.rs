//! The imports of a folder in all environments, with the names of what they bring.

use tacit_core::{name::SecretPath, permission::Action};
use tacit_store::{Connection, environments, folders, secret_imports, secret_imports::SecretImportRow};

use super::{read::imported, require};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
    secrets::{ImportGroup, Location},
};

/// The imports of a folder in one environment.
#[derive(Clone, Debug)]
pub struct FolderImports {
    /// The slug of the environment.
    pub environment: String,
    /// The imports, the first first; none if the caller may not read them.
    pub imports: Vec<SecretImportRow>,
    /// What they bring that the caller may see, without values. A later import hides an earlier one, as
    /// the folder's own secrets hide all of them.
    pub groups: Vec<ImportGroup>,
}

/// Shows the imports of a folder in every environment that has it.
///
/// # Errors
///
/// As [`ProjectAccess::enter`].
pub async fn overview(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    path: &SecretPath,
) -> Result<Vec<FolderImports>> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    let mut all = Vec::new();
    for environment in environments::list(&mut db, &access.project.id).await? {
        let imports = readable(&mut db, &access, &environment.slug, path).await?;
        all.push(FolderImports { environment: environment.slug, imports, groups: Vec::new() });
    }
    drop(db);
    for folder in all.iter_mut().filter(|folder| !folder.imports.is_empty()) {
        let at = Location {
            project: project.clone(),
            environment: folder.environment.clone(),
            path: path.clone(),
        };
        folder.groups = match imported(app, caller, at, false).await {
            Err(Error::Forbidden { .. }) => Vec::new(),
            groups => groups?,
        };
    }
    let count: usize = all.iter().map(|folder| folder.imports.len()).sum();
    let event = Event::new(app, caller, "get-secret-imports").project(&access.project.id);
    app.audit.record(event.with("secretPath", path.as_str()).with("numberOfImports", count))?;
    Ok(all)
}

async fn readable(
    db: &mut Connection,
    access: &ProjectAccess,
    environment: &str,
    path: &SecretPath,
) -> Result<Vec<SecretImportRow>> {
    if require(access, Action::Read, environment, path.as_str()).is_err() {
        return Ok(Vec::new());
    }
    match folders::find(db, &access.project.id, environment, path).await? {
        Some(folder) => Ok(secret_imports::list(db, &folder.id).await?),
        None => Ok(Vec::new()),
    }
}
