//! Deleting folders with everything in them.

use tacit_core::permission::Action;
use tacit_store::{folder_versions, folders, folders::FolderRow, secret_imports as imports, secret_versions};

use super::{Folder, change, inside::Inside, require, stored_path};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    audit::Event,
    commit::{Change, Commit, Resource},
    error::{Error, Result},
    secret_imports,
    secrets::{Location, find_folder},
};

/// Deletes the folder called `id_or_name` in a folder, with all folders and secrets in it.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to delete it and each folder and secret in it,
/// [`Error::NotFound`] if the environment, the folder it is in or itself is not there.
pub async fn delete(app: &App, caller: &Caller, at: Location, id_or_name: String) -> Result<Folder> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &at, &id_or_name).await })).await
}

async fn remove(work: &mut UnitOfWork, caller: &Caller, at: &Location, id_or_name: &str) -> Result<Folder> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    require(&access, Action::Delete, &at.environment, at.path.as_str())?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let parent = find_folder(&mut work.db, &access, &at.environment, &at.path).await?;
    let row = folders::find_child(&mut work.db, &parent.id, id_or_name)
        .await?
        .ok_or_else(|| Error::not_found("Folder", id_or_name))?;
    let inside = Inside::of(&mut work.db, &at.environment, &row).await?;
    inside.require_folders(&access, Action::Delete)?;
    inside.require_secrets(&access, &[Action::Delete])?;
    inside.require_imports(&access, Action::Delete)?;
    add_changes(&mut commit, &inside);
    delete_row(work, &mut commit, &row).await?;
    commit.write(work, caller, None).await?;
    let event = Event::new(&work.app, caller, "delete-folder")
        .project(&access.project.id)
        .with("environment", at.environment.as_str())
        .with("folderId", row.id.as_str())
        .with("folderName", row.name.as_str())
        .with("folderPath", row.path.as_str())
        .with("numberOfFolders", inside.folders.len())
        .with("numberOfSecrets", inside.secrets.len());
    work.record(event);
    Ok(Folder::new(row))
}

/// Deletes a folder with everything in it in an open commit, which hears of the folder and of imports.
pub(in crate::app) async fn delete_row(
    work: &mut UnitOfWork,
    commit: &mut Commit,
    row: &FolderRow,
) -> Result<()> {
    let (path, revision) = (stored_path(&row.path)?, commit.revision());
    secret_versions::end_below(&mut work.db, &row.environment_id, &path, revision).await?;
    folder_versions::end_below(&mut work.db, &row.environment_id, &path, revision).await?;
    for import in imports::list_below(&mut work.db, &row.environment_id, &path).await? {
        secret_imports::end(work, commit, &import).await?;
    }
    folders::delete(&mut work.db, &row.id).await?;
    commit.add(change(row, Some(row.version), None));
    Ok(())
}

/// Everything inside is deleted too, and the log says so thing by thing.
fn add_changes(commit: &mut Commit, inside: &Inside) {
    for (secret, _, _) in &inside.secrets {
        commit.add(Change {
            resource: Resource::Secret,
            resource_id: secret.id.as_str().to_owned(),
            folder_id: Some(secret.folder_id.clone()),
            name: secret.name.clone(),
            version_before: Some(secret.version),
            version_after: None,
            owner_user_id: String::new(),
        });
    }
    for folder in &inside.folders {
        commit.add(change(folder, Some(folder.version), None));
    }
}
