//! The commits that touched a folder.

use tacit_core::{
    id::{EnvironmentId, FolderId},
    permission::{Action, Subject},
};
use tacit_store::{
    commit_log::{self, Page},
    commits::CommitRow,
};

use super::{
    authors::Authors,
    changes::{ChangeView, Detail, Viewer},
};
use crate::app::{
    App, Caller,
    access::ProjectAccess,
    audit::Event,
    error::Result,
    secrets::{Location, find_folder},
};

/// Commits in one answer at most.
pub const COMMITS_LISTED_MAX: i64 = 100;
/// Changes that a list shows of each commit; the others are among the changes of the commit.
pub const CHANGES_LISTED_MAX: i64 = 10;

/// Which commits to list.
#[derive(Clone, Debug)]
pub struct ListCommits {
    /// The folder.
    pub at: Location,
    /// Only commits with this in their message or in the name of who made them; empty for all.
    pub search: String,
    /// Whether the oldest comes first.
    pub is_ascending: bool,
    /// Commits to leave out at the front.
    pub offset: i64,
    /// Commits at most, up to [`COMMITS_LISTED_MAX`].
    pub limit: i64,
}

/// Commits that touched a folder.
#[derive(Clone, Debug)]
pub struct FolderCommits {
    /// The folder.
    pub folder_id: FolderId,
    /// Its environment.
    pub environment_id: EnvironmentId,
    /// The commits asked for.
    pub commits: Vec<CommitView>,
    /// How many there are in all.
    pub total: i64,
}

/// A commit with the first of its changes in the folder that the caller may see.
#[derive(Clone, Debug)]
pub struct CommitView {
    /// What is stored of it.
    pub row: CommitRow,
    /// Whether who made it was deleted since.
    pub is_author_gone: bool,
    /// The changes.
    pub changes: Vec<ChangeView>,
}

/// Lists the commits that changed something directly in a folder.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) without `read` on `commits`,
/// [`Error::NotFound`](crate::app::Error::NotFound) if there is no such environment or folder.
pub async fn list(app: &App, caller: &Caller, request: &ListCommits) -> Result<FolderCommits> {
    let at = &request.at;
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    require_commits(&access)?;
    let folder = find_folder(&mut db, &access, &at.environment, &at.path).await?;
    let page = Page {
        search: &request.search,
        is_ascending: request.is_ascending,
        offset: request.offset,
        limit: request.limit.min(COMMITS_LISTED_MAX),
    };
    let rows = commit_log::of_folder(&mut db, &access.project.id, &folder.id, reader(caller), page).await?;
    let (project, me) = (&access.project.id, reader(caller));
    let total = commit_log::count_of_folder(&mut db, project, &folder.id, me, &request.search).await?;
    let viewer = Viewer::new(app, &mut db, (caller, &access), Detail::Names).await?;
    let mut commits = Vec::with_capacity(rows.len());
    let mut authors = Authors::default();
    for row in rows {
        let page = (0, CHANGES_LISTED_MAX);
        let changes = commit_log::changes(&mut db, &row.id, Some(&folder.id), me, page).await?;
        let changes = viewer.view(&mut db, changes).await?;
        let is_author_gone = authors.is_gone(&mut db, &row).await?;
        commits.push(CommitView { row, is_author_gone, changes });
    }
    let event = Event::new(app, caller, "get-commits")
        .project(&access.project.id)
        .with("environment", at.environment.as_str())
        .with("secretPath", at.path.as_str())
        .with("numberOfCommits", commits.len());
    app.audit.record(event)?;
    Ok(FolderCommits { folder_id: folder.id, environment_id: folder.environment_id, commits, total })
}

/// Counts the commits that [`list`] has in all, and names the folder.
///
/// # Errors
///
/// As [`list`].
pub async fn count(app: &App, caller: &Caller, at: &Location, search: &str) -> Result<(FolderId, i64)> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    require_commits(&access)?;
    let folder = find_folder(&mut db, &access, &at.environment, &at.path).await?;
    let total =
        commit_log::count_of_folder(&mut db, &access.project.id, &folder.id, reader(caller), search).await?;
    let event = Event::new(app, caller, "get-commits")
        .project(&access.project.id)
        .with("environment", at.environment.as_str())
        .with("secretPath", at.path.as_str());
    app.audit.record(event)?;
    Ok((folder.id, total))
}

/// The user who reads, who sees the commits of the own personal overrides; empty for a machine.
pub(super) fn reader(caller: &Caller) -> &str {
    caller.user_id().map_or("", |id| id.as_str())
}

/// Asks for the right to read the commit log.
pub(super) fn require_commits(access: &ProjectAccess) -> Result<()> {
    access.require_any(Action::Read, Subject::Commits)
}
