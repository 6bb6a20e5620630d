//! Renaming and describing folders.

use std::collections::HashSet;

use serde_json::json;
use tacit_core::{name::FolderName, permission::Action};
use tacit_store::{folder_versions, folders, folders::FolderRow};

use super::{BATCH_LENGTH_MAX, Folder, change, inside::Inside, require, stored_path};
use crate::app::{
    App, Caller, Patch, UnitOfWork,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    commit::Commit,
    error::{Error, Result},
    secrets::{Location, find_folder},
};

/// What to change of a folder.
#[derive(Clone, Debug)]
pub struct FolderChange {
    /// The folder it is in.
    pub at: Location,
    /// Its id, or its name so far.
    pub id_or_name: String,
    /// Its name from now on.
    pub name: FolderName,
    /// What it is for.
    pub description: Patch<String>,
}

/// Changes one folder. Renaming it moves all secrets in it, and needs the same rights on each.
///
/// # Errors
///
/// [`Error::Forbidden`] without these rights, [`Error::NotFound`] if the environment, the folder it
/// is in or itself is not there, [`Error::Invalid`] if the name is taken.
pub async fn update(app: &App, caller: &Caller, change: FolderChange) -> Result<Folder> {
    let project = change.at.project.clone();
    let results = run(app, caller, project, vec![change], "update-folder").await?;
    results.into_iter().next().ok_or_else(|| Error::Internal("one folder was changed".to_owned()))
}

/// Changes 1 to [`BATCH_LENGTH_MAX`] folders of a project, all or none.
///
/// # Errors
///
/// As [`update`], and [`Error::Invalid`] if a folder occurs twice.
pub async fn update_many(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    changes: Vec<FolderChange>,
) -> Result<Vec<Folder>> {
    if changes.is_empty() || changes.len() > BATCH_LENGTH_MAX {
        return Err(Error::form("folders", format!("must have 1 to {BATCH_LENGTH_MAX} items")));
    }
    run(app, caller, project, changes, "update-folders").await
}

async fn run(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    changes: Vec<FolderChange>,
    event: &'static str,
) -> Result<Vec<Folder>> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { update_all(work, &caller, &project, changes, event).await }))
        .await
}

async fn update_all(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    changes: Vec<FolderChange>,
    kind: &'static str,
) -> Result<Vec<Folder>> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, project, now).await?;
    for change in &changes {
        require(&access, Action::Edit, &change.at.environment, change.at.path.as_str())?;
    }
    let mut commit = Commit::open(work, caller, &access).await?;
    let mut found = Vec::with_capacity(changes.len());
    for change in &changes {
        found.push(find(work, &access, change).await?);
    }
    refuse_duplicates(&found)?;
    let mut results = Vec::with_capacity(changes.len());
    for (change, row) in changes.into_iter().zip(found) {
        results.push(Folder::new(change_one(work, &access, &mut commit, change, row).await?));
    }
    commit.write(work, caller, None).await?;
    work.record(event(work, caller, &access, kind, &results));
    Ok(results)
}

async fn find(work: &mut UnitOfWork, access: &ProjectAccess, change: &FolderChange) -> Result<FolderRow> {
    let parent = find_folder(&mut work.db, access, &change.at.environment, &change.at.path).await?;
    folders::find_child(&mut work.db, &parent.id, &change.id_or_name)
        .await?
        .ok_or_else(|| Error::not_found("Folder", &change.id_or_name))
}

fn refuse_duplicates(rows: &[FolderRow]) -> Result<()> {
    let mut seen = HashSet::new();
    match rows.iter().find(|row| !seen.insert(&row.id)) {
        Some(row) => Err(Error::Invalid(format!("The request names the folder '{}' twice", row.path))),
        None => Ok(()),
    }
}

/// Gives a folder another name or description, once the right to change those beside it is asked.
pub(in crate::app) async fn change_one(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    commit: &mut Commit,
    request: FolderChange,
    found: FolderRow,
) -> Result<FolderRow> {
    // An earlier item of the batch may have renamed a folder above.
    let before = folders::find_by_id(&mut work.db, &found.id).await?.unwrap_or(found);
    let mut after = before.clone();
    request.description.clone().apply(&mut after.description);
    if request.name.as_str() != before.name {
        rename(work, access, &request, &before, &mut after).await?;
    }
    if after == before {
        return Ok(before);
    }
    after.version += 1;
    after.updated_at = work.app.now();
    folders::update(&mut work.db, &after).await?;
    folder_versions::keep(&mut work.db, &after.id, commit.revision()).await?;
    commit.add(change(&after, Some(before.version), Some(after.version)));
    Ok(after)
}

async fn rename(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    request: &FolderChange,
    before: &FolderRow,
    after: &mut FolderRow,
) -> Result<()> {
    let environment = &request.at.environment;
    let from = stored_path(&before.path)?;
    let parent = from.parent().ok_or_else(|| Error::Invalid("The root cannot be renamed".to_owned()))?;
    let to = parent.join(&request.name).map_err(|error| Error::Invalid(error.to_string()))?;
    let inside = Inside::of(&mut work.db, environment, before).await?;
    inside.require_folders(access, Action::Edit)?;
    inside.require_secrets(access, &[Action::ReadValue, Action::Delete])?;
    inside.require_secrets_at(access, &[Action::Create], &to)?;
    if folders::find(&mut work.db, &access.project.id, environment, &to).await?.is_some() {
        return Err(Error::Invalid(format!("A folder with path '{to}' already exists")));
    }
    folders::move_below(&mut work.db, &before.environment_id, &from, &to).await?;
    request.name.as_str().clone_into(&mut after.name);
    after.path = to.into_string();
    Ok(())
}

fn event(
    work: &UnitOfWork,
    caller: &Caller,
    access: &ProjectAccess,
    kind: &str,
    results: &[Folder],
) -> Event {
    let facts = |folder: &Folder| json!({ "folderId": folder.row.id, "folderName": folder.row.name, "folderPath": folder.row.path });
    Event::new(&work.app, caller, kind)
        .project(&access.project.id)
        .with("folders", results.iter().map(facts).collect::<Vec<_>>())
}
