//! Snapshots, the older form of the commit log: the states of one folder after each commit that
//! touched it.

use std::sync::Arc;

use tacit_core::{
    id::{CommitId, FolderId},
    permission::{Action, Object, Subject},
};
use tacit_store::{
    Connection,
    commit_log::{self, Page},
    commits::CommitRow,
    environments::{self, EnvironmentRow},
    folder_versions::FolderVersionRow,
    folders, history,
};

use super::{
    require_read,
    rollback::{FolderName, Scope, finish, plan},
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
    secrets::{Location, Place, PlainSecret, editor::Editor, find_folder, list_past, past},
};

/// Snapshots in one answer at most.
const SNAPSHOTS_LISTED_MAX: i64 = 100;
/// The length of an id.
const ID_LENGTH: usize = 36;

/// Names a snapshot: the id of the commit, a hyphen, and the id of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotId {
    /// The commit.
    pub commit: CommitId,
    /// The folder.
    pub folder: FolderId,
}

impl SnapshotId {
    /// Reads the text of a snapshot's id; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (commit, rest) = text.split_at_checked(ID_LENGTH)?;
        let folder = rest.strip_prefix('-').filter(|folder| folder.len() == ID_LENGTH)?;
        Some(Self { commit: CommitId::new(commit), folder: FolderId::new(folder) })
    }
}

impl std::fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.commit, self.folder)
    }
}

/// Which snapshots to list.
#[derive(Clone, Debug)]
pub struct ListSnapshots {
    /// The folder.
    pub at: Location,
    /// Snapshots to leave out, from the newest on.
    pub offset: i64,
    /// Snapshots at most, up to 100.
    pub limit: i64,
}

/// A snapshot in a list.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Its folder.
    pub folder: Arc<Place>,
    /// The folder above that.
    pub parent_id: Option<FolderId>,
    /// Its commit.
    pub commit: CommitRow,
}

/// A snapshot with what it holds.
#[derive(Clone, Debug)]
pub struct SnapshotView {
    /// Which one.
    pub snapshot: Snapshot,
    /// Its environment.
    pub environment: EnvironmentRow,
    /// The secrets of the folder, by name.
    pub secrets: Vec<PlainSecret>,
    /// The folders in the folder, by name.
    pub folders: Vec<FolderVersionRow>,
}

/// Lists the snapshots of a folder, newest first.
///
/// # Errors
///
/// [`Error::Forbidden`] without `read` on `secret-rollback`, [`Error::NotFound`] if there is no such
/// environment or folder.
pub async fn list_snapshots(app: &App, caller: &Caller, request: &ListSnapshots) -> Result<Vec<Snapshot>> {
    let at = &request.at;
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    require_read(&access)?;
    let row = find_folder(&mut db, &access, &at.environment, &at.path).await?;
    let (parent_id, folder) = (row.parent_id.clone(), Arc::new(Place::new(row, &at.environment)));
    let page = Page {
        search: "",
        is_ascending: false,
        offset: request.offset,
        limit: request.limit.min(SNAPSHOTS_LISTED_MAX),
    };
    let commits = commit_log::of_folder(&mut db, &access.project.id, &folder.folder_id, "", page).await?;
    let snapshot = |commit| Snapshot { folder: Arc::clone(&folder), parent_id: parent_id.clone(), commit };
    let snapshots: Vec<Snapshot> = commits.into_iter().map(snapshot).collect();
    app.audit.record(event(app, caller, "get-secret-snapshots", &folder))?;
    Ok(snapshots)
}

/// Counts the snapshots of a folder.
///
/// # Errors
///
/// As [`list_snapshots`].
pub async fn count_snapshots(app: &App, caller: &Caller, at: &Location) -> Result<i64> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    require_read(&access)?;
    let row = find_folder(&mut db, &access, &at.environment, &at.path).await?;
    let folder = Place::new(row, &at.environment);
    let count = commit_log::count_of_folder(&mut db, &access.project.id, &folder.folder_id, "", "").await?;
    app.audit.record(event(app, caller, "get-secret-snapshots", &folder))?;
    Ok(count)
}

/// Reads a snapshot: the secrets that the caller may see, hidden where it may not read, and the folders.
///
/// # Errors
///
/// [`Error::NotFound`] for an unknown snapshot and one of another organization alike,
/// [`Error::Forbidden`] without `read` on `secret-rollback`, [`Error::Invalid`] if it is not complete
/// any more.
pub async fn get_snapshot(app: &App, caller: &Caller, id: &SnapshotId) -> Result<SnapshotView> {
    let mut db = app.database.read().await?;
    let (access, commit) = find(&mut db, app, caller, id).await?;
    require_read(&access)?;
    let (snapshot, environment) = open(&mut db, &access, commit, id).await?;
    let (base, revision) = (&snapshot.folder, snapshot.commit.revision);
    let past = list_past::state(&mut db, &access, base, revision, false).await?;
    let object = Object::new().environment(&base.environment).secret_path(&base.path);
    let mut folders = Vec::new();
    if access.permissions.allows(Action::Read, Subject::SecretFolders, &object) {
        folders = history::children(&mut db, &base.folder_id, revision).await?;
        folders.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    }
    drop(db);
    let key = access.data_key(app)?;
    let mut secrets = Vec::new();
    for past in past.iter().filter(|past| past.allows(&access, Action::DescribeSecret)) {
        secrets.push(past.decrypt(&key, past.allows(&access, Action::ReadValue))?);
    }
    secrets.sort_unstable_by(|a, b| a.row.name.cmp(&b.row.name));
    app.audit.record(event(app, caller, "get-secret-snapshot", base).with("snapshotId", id.to_string()))?;
    Ok(SnapshotView { snapshot, environment, secrets, folders })
}

/// Brings the folder of a snapshot, and all below, back to what it was, as a new commit. Returns the
/// snapshot after that.
///
/// # Errors
///
/// As [`get_snapshot`] and [`rollback`](super::rollback()), with `create` on `secret-rollback`.
pub async fn rollback_snapshot(app: &App, caller: &Caller, id: SnapshotId) -> Result<Snapshot> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { run(work, &caller, &id).await })).await
}

async fn run(work: &mut UnitOfWork, caller: &Caller, id: &SnapshotId) -> Result<Snapshot> {
    let app = work.app.clone();
    let (access, commit) = find(&mut work.db, &app, caller, id).await?;
    access.require_any(Action::Create, Subject::SecretRollback)?;
    let mut editor = Editor::open_sealed(work, caller, access.clone()).await?;
    let (db, _) = editor.parts();
    let (snapshot, _) = open(db, &access, commit, id).await?;
    let scope = Scope::Folder { folder: FolderName::Id(id.folder.clone()), is_deep: true };
    let restoration = plan(db, &access, &scope, snapshot.commit.revision).await?;
    let event = event(&app, caller, "rollback-secret-snapshot", &snapshot.folder);
    let event = event.with("snapshotId", id.to_string());
    let outcome = finish(editor, restoration, None, event).await?;
    match outcome.commit {
        Some(made) => {
            let made = commit_log::find(&mut work.db, &access.project.id, &made).await?;
            let made = made.ok_or_else(|| Error::Internal("a commit that was just made".to_owned()))?;
            Ok(Snapshot { commit: made, ..snapshot })
        }
        None => Ok(snapshot),
    }
}

fn unknown() -> Error {
    Error::NotFound("Snapshot not found".to_owned())
}

/// The commit of a snapshot and the caller's place in its project.
async fn find(
    db: &mut Connection,
    app: &App,
    caller: &Caller,
    id: &SnapshotId,
) -> Result<(ProjectAccess, CommitRow)> {
    let commit = commit_log::find_in_organization(db, &caller.organization()?.id, &id.commit)
        .await?
        .ok_or_else(unknown)?;
    let project = ProjectName::Id(commit.project_id.as_str().to_owned());
    match ProjectAccess::enter(db, caller, &project, app.now()).await {
        Err(Error::NotFound(_)) => Err(unknown()),
        access => Ok((access?, commit)),
    }
}

/// The folder of a snapshot as it was. The commit must have touched it.
async fn open(
    db: &mut Connection,
    access: &ProjectAccess,
    commit: CommitRow,
    id: &SnapshotId,
) -> Result<(Snapshot, EnvironmentRow)> {
    if commit_log::count_changes(db, &commit.id, Some(&id.folder), "").await? == 0 {
        return Err(unknown());
    }
    let folder = past::place_at(db, access, &id.folder, commit.revision).await?.ok_or_else(unknown)?;
    let environment = environments::find(db, &access.project.id, &folder.environment_id).await?;
    let parent_id = folders::find_by_id(db, &id.folder).await?.and_then(|row| row.parent_id);
    Ok((Snapshot { folder, parent_id, commit }, environment.ok_or_else(unknown)?))
}

fn event(app: &App, caller: &Caller, kind: &str, folder: &Place) -> Event {
    Event::new(app, caller, kind)
        .project(&folder.project_id)
        .with("environment", folder.environment.as_str())
        .with("secretPath", folder.path.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_snapshot_reads_back() {
        let id = SnapshotId {
            commit: CommitId::new("0190a2f3-0000-7000-8000-000000000001"),
            folder: FolderId::new("0190a2f3-0000-7000-8000-000000000002"),
        };
        assert_eq!(SnapshotId::parse(&id.to_string()), Some(id));
        for text in
            ["", "x", "0190a2f3-0000-7000-8000-000000000001", "0190a2f3-0000-7000-8000-000000000001-x"]
        {
            assert_eq!(SnapshotId::parse(text), None, "{text}");
        }
    }
}
