//! Making folders.

use tacit_core::{
    name::{FolderName, SecretPath},
    permission::Action,
};
use tacit_store::{folder_versions, folders, folders::FolderRow};

use super::{Folder, change, new_row, require};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    audit::Event,
    commit::Commit,
    error::{Error, Result},
    secrets::{Location, find_folder},
};

/// A folder to be made.
#[derive(Clone, Debug)]
pub struct NewFolder {
    /// The folder it is to be in. Missing ones on the way are made too.
    pub at: Location,
    /// Its name.
    pub name: FolderName,
    /// What it is for.
    pub description: Option<String>,
}

/// Makes a folder, and those above it that are missing. One that is there already is returned as it
/// is (`decisions.md` 22).
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to make each of them, [`Error::NotFound`] for an unknown
/// environment, [`Error::Invalid`] if it would be more than 20 folders deep.
pub async fn create(app: &App, caller: &Caller, folder: NewFolder) -> Result<Folder> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { make(work, &caller, &folder).await })).await
}

async fn make(work: &mut UnitOfWork, caller: &Caller, folder: &NewFolder) -> Result<Folder> {
    let at = &folder.at;
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    require(&access, Action::Create, &at.environment, at.path.as_str())?;
    let path = at.path.join(&folder.name).map_err(|error| Error::Invalid(error.to_string()))?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let mut row = find_folder(&mut work.db, &access, &at.environment, &SecretPath::root()).await?;
    let mut here = SecretPath::root();
    for segment in path.segments() {
        let below = here.join(&name(segment)?).map_err(|error| Error::Invalid(error.to_string()))?;
        let known = folders::find(&mut work.db, &access.project.id, &at.environment, &below).await?;
        row = if let Some(known) = known {
            known
        } else {
            require(&access, Action::Create, &at.environment, here.as_str())?;
            let mut new = new_row(work.app.new_id(), &row, segment, &below, now);
            if below == path {
                new.description.clone_from(&folder.description);
            }
            insert_row(work, &mut commit, &new).await?;
            new
        };
        here = below;
    }
    commit.write(work, caller, None).await?;
    let event = Event::new(&work.app, caller, "create-folder")
        .project(&access.project.id)
        .with("environment", at.environment.as_str())
        .with("folderId", row.id.as_str())
        .with("folderName", row.name.as_str())
        .with("folderPath", row.path.as_str());
    work.record(event);
    Ok(Folder::new(row))
}

/// Adds a folder to an open commit.
pub(in crate::app) async fn insert_row(
    work: &mut UnitOfWork,
    commit: &mut Commit,
    row: &FolderRow,
) -> Result<()> {
    folders::insert(&mut work.db, row).await?;
    folder_versions::keep(&mut work.db, &row.id, commit.revision()).await?;
    commit.add(change(row, None, Some(row.version)));
    Ok(())
}

fn name(segment: &str) -> Result<FolderName> {
    FolderName::parse(segment).map_err(|error| Error::Internal(format!("a parsed path: {error}")))
}
