//! The imports of a folder in all environments, with the names of what they bring.

use tacit_core::{name::SecretPath, permission::Action};
use tacit_store::{Connection, environments, folders, secret_imports, secret_imports::SecretImportRow};

use super::require;
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::Result,
    projects,
    secrets::{self, ImportGroup},
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

/// Shows the imports of a folder in every environment that the caller has to do with.
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
        if !projects::concerns(&access.permissions, &environment) {
            continue;
        }
        let imports =
            FolderImports { environment: environment.slug, imports: Vec::new(), groups: Vec::new() };
        all.push(read(app, &mut db, &access, imports, path).await?);
    }
    let count: usize = all.iter().map(|folder| folder.imports.len()).sum();
    let event = Event::new(app, caller, "get-secret-imports").project(&access.project.id);
    app.audit.record(event.with("secretPath", path.as_str()).with("numberOfImports", count))?;
    Ok(all)
}

/// Reads the imports of the folder, if it is there and the caller may.
async fn read(
    app: &App,
    db: &mut Connection,
    access: &ProjectAccess,
    mut found: FolderImports,
    path: &SecretPath,
) -> Result<FolderImports> {
    let environment = &found.environment;
    if require(access, Action::Read, environment, path.as_str()).is_err() {
        return Ok(found);
    }
    if let Some(folder) = folders::find(db, &access.project.id, environment, path).await? {
        found.imports = secret_imports::list(db, &folder.id).await?;
        found.groups = secrets::brought(app, db, access, &folder.id).await?;
    }
    Ok(found)
}
