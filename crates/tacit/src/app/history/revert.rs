//! Taking one commit back, whatever came after it elsewhere.

use std::collections::BTreeSet;

use tacit_core::{
    id::{CommitId, FolderId, SecretId},
    permission::{Action, Subject},
};
use tacit_store::{
    Connection,
    commits::{self, CommitChangeRow},
    folder_versions, folders, secret_imports, secret_versions, secrets,
};

use super::{
    changes::find_commit,
    rollback::{Outcome, finish, import_versions},
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::{ProjectAccess, ProjectName},
    error::{Error, Result},
    secrets::{
        editor::{Editor, Restoration},
        past::{self, TagBook},
    },
};

const CHANGED_SINCE: Error =
    Error::Conflict("Something that the commit changed was changed again since. Take that back first.");

/// Which commit to take back.
#[derive(Clone, Debug)]
pub struct Revert {
    /// The project.
    pub project: ProjectName,
    /// The commit.
    pub commit: CommitId,
    /// Why, for the commit log.
    pub message: Option<String>,
}

/// Takes back what one commit did, as a new commit: all or nothing.
///
/// # Errors
///
/// [`Error::Conflict`] if something it changed was changed again since; else as
/// [`rollback`](super::rollback()), and [`Error::Invalid`] for a commit that changed environments or
/// tags.
pub async fn revert(app: &App, caller: &Caller, request: Revert) -> Result<Outcome> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { run(work, &caller, request).await })).await
}

async fn run(work: &mut UnitOfWork, caller: &Caller, request: Revert) -> Result<Outcome> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &request.project, now).await?;
    access.require_any(Action::PerformRollback, Subject::Commits)?;
    let mut editor = Editor::open_sealed(work, caller, access).await?;
    let (db, access) = editor.parts();
    let commit = find_commit(db, (caller, access), &request.commit).await?;
    let tags = TagBook::read(db, access).await?;
    let mut restoration = Restoration::default();
    let mut importers = BTreeSet::new();
    for change in commits::changes(db, &commit.id).await? {
        match change.resource_type.as_str() {
            "secret" if !change.owner_user_id.is_empty() => {
                return Err(Error::Invalid("Personal overrides have no history to go back in".to_owned()));
            }
            "secret" => add_secret(db, access, &tags, &mut restoration, &change).await?,
            "folder" => add_folder(db, &mut restoration, &change).await?,
            "import" => importers.extend(change.folder_id),
            kind => {
                return Err(Error::Invalid(format!(
                    "The commit changed a thing that is not taken back this way: {kind} '{}'",
                    change.name
                )));
            }
        }
    }
    for folder in importers {
        add_imports(db, &mut restoration, folder, commit.revision).await?;
    }
    let event = editor
        .event("revert-commit")
        .with("commitId", commit.id.as_str())
        .with("revertedRevision", commit.revision);
    finish(editor, restoration, request.message, event).await
}

async fn add_secret(
    db: &mut Connection,
    access: &ProjectAccess,
    tags: &TagBook,
    restoration: &mut Restoration,
    change: &CommitChangeRow,
) -> Result<()> {
    let id = SecretId::new(change.resource_id.as_str());
    let present = secrets::find_by_id(db, &id).await?.map(|row| row.version);
    let newest = secret_versions::list(db, &id, 0, 1).await?;
    let newest = newest.first().map(|newest| newest.secret.version);
    refuse_changed(change, present, newest)?;
    let past = match change.version_before {
        Some(version) => {
            let row = secret_versions::find(db, &id, version).await?.ok_or_else(|| no_longer_kept(change))?;
            let past = past::open(db, access, tags, row).await?;
            Some(past.ok_or_else(|| no_longer_kept(change))?)
        }
        None => None,
    };
    restoration.secrets.push((id, past));
    Ok(())
}

async fn add_folder(
    db: &mut Connection,
    restoration: &mut Restoration,
    change: &CommitChangeRow,
) -> Result<()> {
    let id = FolderId::new(change.resource_id.as_str());
    let present = folders::find_by_id(db, &id).await?.map(|row| row.version);
    let newest = folder_versions::newest(db, &id).await?.map(|row| row.version);
    refuse_changed(change, present, newest)?;
    let past = match change.version_before {
        Some(version) => {
            let row = folder_versions::find(db, &id, version).await?;
            Some(row.ok_or_else(|| no_longer_kept(change))?)
        }
        None => None,
    };
    restoration.folders.push((id, past));
    Ok(())
}

/// The imports of a folder must still be as the commit left them: their places depend on each other.
async fn add_imports(
    db: &mut Connection,
    restoration: &mut Restoration,
    folder: FolderId,
    revision: i64,
) -> Result<()> {
    let left = secret_imports::list_at(db, &folder, revision).await?;
    if import_versions(&left) != import_versions(&secret_imports::list(db, &folder).await?) {
        return Err(CHANGED_SINCE);
    }
    let past = secret_imports::list_at(db, &folder, revision - 1).await?;
    restoration.imports.push((folder, past));
    Ok(())
}

/// The thing must still be as the commit left it: no newer version, and there or not there.
fn refuse_changed(change: &CommitChangeRow, present: Option<i64>, newest: Option<i64>) -> Result<()> {
    let left = change.version_after.or(change.version_before);
    if present == change.version_after && newest == left {
        return Ok(());
    }
    Err(CHANGED_SINCE)
}

fn no_longer_kept(change: &CommitChangeRow) -> Error {
    Error::Invalid(format!("What '{}' was before the commit is no longer kept", change.name))
}
