//! Going back: a folder, a folder with all below, or a whole project, to what it was after a commit.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tacit_core::{
    id::{CommitId, FolderId, SecretId, SecretImportId},
    name::SecretPath,
    permission::{Action, Subject},
};
use tacit_store::{
    Connection, environments, folders, history,
    secret_imports::{self, SecretImportRow},
    secrets,
};

use super::{changes::find_commit, require_structure_kept};
use crate::app::{
    App, Caller, UnitOfWork,
    access::{ProjectAccess, ProjectName},
    error::{Error, Result},
    secrets::{
        Place, Restored,
        editor::{Editor, Restoration},
        find_folder, list_past, past,
    },
};

/// What to take back, and how far.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// The project.
    pub project: ProjectName,
    /// The commit after which the state was.
    pub commit: CommitId,
    /// How much of the project.
    pub scope: Scope,
    /// Why, for the commit log.
    pub message: Option<String>,
}

/// A part of a project.
#[derive(Clone, Debug)]
pub enum Scope {
    /// A folder: its secrets alone or, if `is_deep`, everything below it too.
    Folder {
        /// Which one.
        folder: FolderName,
        /// Whether everything below belongs to it.
        is_deep: bool,
    },
    /// Every environment.
    Project,
}

/// How a request names a folder.
#[derive(Clone, Debug)]
pub enum FolderName {
    /// By id.
    Id(FolderId),
    /// By the slug of its environment and its path now.
    Path(String, SecretPath),
}

/// What going back did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How much changed.
    pub restored: Restored,
    /// The commit; `None` if nothing changed.
    pub commit: Option<CommitId>,
}

/// Brings secrets and folders back to what they were after a commit, as a new commit: all or nothing.
/// Environments, tags and personal overrides stay as they are.
///
/// # Errors
///
/// [`Error::Forbidden`] without `perform-rollback` on `commits` and the rights that each change needs,
/// [`Error::NotFound`] for an unknown commit or folder, [`Error::Invalid`] if the state is not complete
/// any more, the folder was not there, or a name is taken.
pub async fn rollback(app: &App, caller: &Caller, request: Rollback) -> Result<Outcome> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { run(work, &caller, request).await })).await
}

async fn run(work: &mut UnitOfWork, caller: &Caller, request: Rollback) -> Result<Outcome> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &request.project, now).await?;
    access.require_any(Action::PerformRollback, Subject::Commits)?;
    let mut editor = Editor::open_sealed(work, caller, access).await?;
    let (db, access) = editor.parts();
    let commit = find_commit(db, (caller, access), &request.commit).await?;
    let restoration = plan(db, access, &request.scope, commit.revision).await?;
    let event = editor
        .event("rollback-commits")
        .with("commitId", commit.id.as_str())
        .with("toRevision", commit.revision);
    finish(editor, restoration, request.message, event).await
}

/// Carries a restoration out and ends the request.
pub(super) async fn finish(
    mut editor: Editor<'_>,
    restoration: Restoration,
    message: Option<String>,
    event: crate::app::audit::Event,
) -> Result<Outcome> {
    let restored = editor.restore(restoration).await?;
    editor.say(message);
    let event = event
        .with("numberOfSecrets", restored.secrets)
        .with("numberOfFolders", restored.folders)
        .with("numberOfImports", restored.imports);
    let commit = editor.finish(event).await?;
    Ok(Outcome { restored, commit })
}

/// What has to change for `scope` to be as it was at a revision.
pub(super) async fn plan(
    db: &mut Connection,
    access: &ProjectAccess,
    scope: &Scope,
    revision: i64,
) -> Result<Restoration> {
    let mut restoration = Restoration::default();
    match scope {
        Scope::Folder { folder, is_deep } => {
            let base = base(db, access, folder).await?;
            if !add(db, access, &mut restoration, &base, revision, *is_deep).await? {
                require_structure_kept(db, access, revision).await?;
                return Err(Error::Invalid(format!(
                    "The folder '{}' was not there at revision {revision}",
                    base.path
                )));
            }
        }
        Scope::Project => {
            require_structure_kept(db, access, revision).await?;
            for environment in environments::list(db, &access.project.id).await? {
                let root = find_folder(db, access, &environment.slug, &SecretPath::root()).await?;
                let base = Arc::new(Place::new(root, &environment.slug));
                // An environment made later stays as it is.
                add(db, access, &mut restoration, &base, revision, true).await?;
            }
        }
    }
    Ok(restoration)
}

async fn base(db: &mut Connection, access: &ProjectAccess, folder: &FolderName) -> Result<Arc<Place>> {
    match folder {
        FolderName::Path(environment, path) => {
            let row = find_folder(db, access, environment, path).await?;
            Ok(Arc::new(Place::new(row, environment)))
        }
        FolderName::Id(id) => past::present_place(db, id)
            .await?
            .filter(|place| place.project_id == access.project.id)
            .ok_or_else(|| Error::NotFound(format!("Folder with ID '{id}' was not found"))),
    }
}

/// Adds what has to change in one folder. `false` if it was not there.
async fn add(
    db: &mut Connection,
    access: &ProjectAccess,
    restoration: &mut Restoration,
    base: &Arc<Place>,
    revision: i64,
    is_deep: bool,
) -> Result<bool> {
    let Some(then) = past::place_at(db, access, &base.folder_id, revision).await? else { return Ok(false) };
    let past = list_past::state(db, access, &then, revision, is_deep).await?;
    let known: HashSet<SecretId> = past.iter().map(|past| past.version.secret.id.clone()).collect();
    let path =
        SecretPath::parse(&base.path).map_err(|error| Error::Internal(format!("a stored path: {error}")))?;
    let present = if is_deep {
        secrets::heads_below(db, &base.environment_id, &path).await?
    } else {
        history::present_secrets(db, &base.folder_id, revision, false).await?
    };
    let now: HashMap<SecretId, i64> = present.into_iter().map(|head| (head.id, head.version)).collect();
    let later = now.keys().filter(|id| !known.contains(id));
    restoration.secrets.extend(later.map(|id| (id.clone(), None)));
    for past in past {
        let (id, version) = (past.version.secret.id.clone(), past.version.secret.version);
        if now.get(&id) != Some(&version) {
            restoration.secrets.push((id, Some(past)));
        }
    }
    if is_deep {
        add_folders(db, restoration, base, &path, revision).await?;
    } else {
        add_imports(db, restoration, &base.folder_id, revision).await?;
    }
    Ok(true)
}

async fn add_folders(
    db: &mut Connection,
    restoration: &mut Restoration,
    base: &Place,
    path: &SecretPath,
    revision: i64,
) -> Result<()> {
    let mut past = history::folders_below(db, &base.folder_id, revision).await?;
    for row in &past {
        add_imports(db, restoration, &row.folder_id, revision).await?;
    }
    past.retain(|row| row.folder_id != base.folder_id);
    let known: HashSet<FolderId> = past.iter().map(|row| row.folder_id.clone()).collect();
    let present = folders::below(db, &base.environment_id, path).await?;
    let now: HashMap<FolderId, i64> = present.into_iter().map(|row| (row.id, row.version)).collect();
    let later = now.keys().filter(|id| !known.contains(id));
    restoration.folders.extend(later.map(|id| (id.clone(), None)));
    past.retain(|row| now.get(&row.folder_id) != Some(&row.version));
    restoration.folders.extend(past.into_iter().map(|row| (row.folder_id.clone(), Some(row))));
    Ok(())
}

/// Adds the imports of a folder, unless they are the same now.
async fn add_imports(
    db: &mut Connection,
    restoration: &mut Restoration,
    folder: &FolderId,
    revision: i64,
) -> Result<()> {
    let past = secret_imports::list_at(db, folder, revision).await?;
    if import_versions(&past) != import_versions(&secret_imports::list(db, folder).await?) {
        restoration.imports.push((folder.clone(), past));
    }
    Ok(())
}

/// Which imports these are, in their order.
pub(super) fn import_versions(rows: &[SecretImportRow]) -> Vec<(SecretImportId, i64)> {
    rows.iter().map(|row| (row.id.clone(), row.version)).collect()
}
