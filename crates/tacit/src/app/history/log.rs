//! The commits of a project or of one folder of it, with how much each changed.

use tacit_core::{id::FolderId, name::SecretPath};
use tacit_store::{
    Connection,
    commit_log::{self, Page},
};

use super::{
    authors::Authors,
    changes::{Detail, Viewer},
    commits::{CHANGES_LISTED_MAX, COMMITS_LISTED_MAX, CommitView, reader, require_commits},
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::Result,
    secrets::find_folder,
};

/// Which part of the log to show, the newest commit first.
#[derive(Clone, Debug)]
pub struct ReadLog {
    /// The project.
    pub project: ProjectName,
    /// Only commits that changed something directly in this folder: an environment and a path.
    pub folder: Option<(String, SecretPath)>,
    /// Only commits with this in their message or in the name of who made them; empty for all.
    pub search: String,
    /// Commits to leave out at the front.
    pub offset: i64,
    /// Commits at most, up to [`COMMITS_LISTED_MAX`].
    pub limit: i64,
}

/// A part of the log.
#[derive(Clone, Debug)]
pub struct Log {
    /// The folder, if one was asked for.
    pub folder_id: Option<FolderId>,
    /// The commits, each with how many changes it has in all.
    pub commits: Vec<(CommitView, i64)>,
    /// How many commits there are in all.
    pub total: i64,
}

/// Shows the log of a project.
///
/// # Errors
///
/// As [`list`](super::list).
pub async fn log(app: &App, caller: &Caller, request: &ReadLog) -> Result<Log> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &request.project, app.now()).await?;
    require_commits(&access)?;
    let mut event = Event::new(app, caller, "get-commits").project(&access.project.id);
    let folder = match &request.folder {
        Some((environment, path)) => {
            event = event.with("environment", environment.as_str()).with("secretPath", path.as_str());
            Some(find_folder(&mut db, &access, environment, path).await?.id)
        }
        None => None,
    };
    let reading = Reading { access: &access, folder: folder.as_ref(), reader: reader(caller) };
    let (rows, total) = reading.page(&mut db, request).await?;
    let viewer = Viewer::new(app, &mut db, (caller, &access), Detail::Names).await?;
    let mut commits = Vec::with_capacity(rows.len());
    let mut authors = Authors::default();
    for row in rows {
        let (folder, me) = (folder.as_ref(), reading.reader);
        let changes = commit_log::changes(&mut db, &row.id, folder, me, (0, CHANGES_LISTED_MAX)).await?;
        let count = commit_log::count_changes(&mut db, &row.id, folder, me).await?;
        let changes = viewer.view(&mut db, changes).await?;
        let is_author_gone = authors.is_gone(&mut db, &row).await?;
        commits.push((CommitView { row, is_author_gone, changes }, count));
    }
    app.audit.record(event.with("numberOfCommits", commits.len()))?;
    Ok(Log { folder_id: folder, commits, total })
}

/// Whose log, and for whom.
struct Reading<'a> {
    access: &'a ProjectAccess,
    folder: Option<&'a FolderId>,
    reader: &'a str,
}

impl Reading<'_> {
    async fn page(
        &self,
        db: &mut Connection,
        request: &ReadLog,
    ) -> Result<(Vec<tacit_store::commits::CommitRow>, i64)> {
        let page = Page {
            search: &request.search,
            is_ascending: false,
            offset: request.offset,
            limit: request.limit.min(COMMITS_LISTED_MAX),
        };
        let (project, reader) = (&self.access.project.id, self.reader);
        Ok(match self.folder {
            Some(folder) => (
                commit_log::of_folder(db, project, folder, reader, page).await?,
                commit_log::count_of_folder(db, project, folder, reader, page.search).await?,
            ),
            None => (
                commit_log::of_project(db, project, reader, page).await?,
                commit_log::count_of_project(db, project, reader, page.search).await?,
            ),
        })
    }
}
