//! Getting one folder.

use tacit_core::{id::FolderId, permission::Action};
use tacit_store::{folders, folders::FolderRow};

use super::{LocatedFolder, allows, require, stored_path};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
    secrets::{Location, find_folder},
};

/// The folder with this id.
///
/// # Errors
///
/// [`Error::NotFound`] for an unknown id and one of another organization alike,
/// [`Error::Forbidden`] without the right to see it.
pub async fn get(app: &App, caller: &Caller, id: &FolderId) -> Result<LocatedFolder> {
    let unknown = || Error::NotFound(format!("Folder with ID '{id}' was not found"));
    let mut db = app.database.read().await?;
    let row =
        folders::find_in_organization(&mut db, &caller.organization()?.id, id).await?.ok_or_else(unknown)?;
    let place = folders::find_place(&mut db, id).await?.ok_or_else(unknown)?;
    let project = ProjectName::Id(row.project_id.as_str().to_owned());
    let access = match ProjectAccess::enter(&mut db, caller, &project, app.now()).await {
        Err(Error::NotFound(_)) => return Err(unknown()),
        access => access?,
    };
    require_visible(&access, &place.environment_slug, &row.path)?;
    let folder = located(row, place);
    record(app, caller, &folder)?;
    Ok(folder)
}

/// The folder at a path.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to see it, [`Error::NotFound`] if it is not there.
pub async fn find_by_path(app: &App, caller: &Caller, at: &Location) -> Result<LocatedFolder> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    require_visible(&access, &at.environment, at.path.as_str())?;
    let row = find_folder(&mut db, &access, &at.environment, &at.path).await?;
    let place = folders::find_place(&mut db, &row.id)
        .await?
        .ok_or_else(|| Error::NotFound(format!("Folder with path '{}' was not found", at.path)))?;
    let folder = located(row, place);
    record(app, caller, &folder)?;
    Ok(folder)
}

fn located(row: FolderRow, place: folders::FolderPlaceRow) -> LocatedFolder {
    LocatedFolder {
        row,
        project_id: place.project_id,
        environment_id: place.environment_id,
        environment_slug: place.environment_slug,
        environment_name: place.environment_name,
    }
}

/// A folder is seen by who may read the folders beside it or those in it.
fn require_visible(access: &ProjectAccess, environment: &str, path: &str) -> Result<()> {
    if allows(access, Action::Read, environment, path) {
        return Ok(());
    }
    let parent = stored_path(path)?.parent();
    let beside = parent.as_ref().map_or(path, |parent| parent.as_str());
    require(access, Action::Read, environment, beside)
}

fn record(app: &App, caller: &Caller, folder: &LocatedFolder) -> Result<()> {
    let event = Event::new(app, caller, "get-folder")
        .project(&folder.project_id)
        .with("environment", folder.environment_slug.as_str())
        .with("folderId", folder.row.id.as_str())
        .with("folderPath", folder.row.path.as_str());
    app.audit.record(event)
}
