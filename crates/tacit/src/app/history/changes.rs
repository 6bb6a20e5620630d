//! What a commit changed, as far as the caller may see it.

use std::sync::Arc;

use tacit_core::{
    cipher::DataKey,
    id::{CommitId, FolderId, SecretId},
    permission::{Action, Object, Subject},
};
use tacit_store::{
    Connection, commit_log,
    commits::{CommitChangeRow, CommitRow},
    secret_versions,
};

use super::{
    authors::Authors,
    commits::{reader, require_commits},
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
    secrets::{
        Place, PlainSecret,
        past::{self, PastSecret, TagBook},
    },
};

/// Changes in one answer at most.
pub const CHANGES_SHOWN_MAX: i64 = 1_000;

/// Which changes to show.
#[derive(Clone, Debug)]
pub struct GetChanges {
    /// The project.
    pub project: ProjectName,
    /// The commit.
    pub commit: CommitId,
    /// Only what is directly in this folder.
    pub folder: Option<FolderId>,
    /// Whether values are wanted.
    pub shows_values: bool,
    /// Changes to leave out at the front.
    pub offset: i64,
    /// Changes at most, up to [`CHANGES_SHOWN_MAX`].
    pub limit: i64,
}

/// A commit and what it changed.
#[derive(Clone, Debug)]
pub struct CommitChanges {
    /// What is stored of the commit.
    pub commit: CommitRow,
    /// Whether who made it was deleted since.
    pub is_author_gone: bool,
    /// Those of its changes that were asked for and the caller may see.
    pub changes: Vec<ChangeView>,
    /// How many changes it has in all.
    pub total: i64,
}

/// One thing a commit changed.
#[derive(Clone, Debug)]
pub struct ChangeView {
    /// What is stored of the change.
    pub row: CommitChangeRow,
    /// Where it was, of things in folders.
    pub place: Option<Arc<Place>>,
    /// The secret before; `None` for a creation, a version no longer kept, or another thing.
    pub before: Option<PlainSecret>,
    /// The secret after; `None` for a deletion, a version no longer kept, or another thing.
    pub after: Option<PlainSecret>,
}

/// Shows what a commit changed.
///
/// # Errors
///
/// [`Error::Forbidden`] without `read` on `commits`, [`Error::NotFound`] if the project has no such
/// commit.
pub async fn changes(app: &App, caller: &Caller, request: &GetChanges) -> Result<CommitChanges> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &request.project, app.now()).await?;
    require_commits(&access)?;
    let commit = find_commit(&mut db, (caller, &access), &request.commit).await?;
    let (folder, limit) = (request.folder.as_ref(), request.limit.min(CHANGES_SHOWN_MAX));
    let rows =
        commit_log::changes(&mut db, &commit.id, folder, reader(caller), (request.offset, limit)).await?;
    let total = commit_log::count_changes(&mut db, &commit.id, folder, reader(caller)).await?;
    let detail = if request.shows_values { Detail::Values } else { Detail::Descriptions };
    let changes = Viewer::new(app, &mut db, (caller, &access), detail).await?.view(&mut db, rows).await?;
    let event = Event::new(app, caller, "get-commit-changes")
        .project(&access.project.id)
        .with("commitId", commit.id.as_str())
        .with("revision", commit.revision)
        .with("numberOfChanges", changes.len());
    app.audit.record(event)?;
    let is_author_gone = Authors::default().is_gone(&mut db, &commit).await?;
    Ok(CommitChanges { commit, is_author_gone, changes, total })
}

/// The commit of the project with this id. One about personal overrides of others is unknown.
pub(super) async fn find_commit(
    db: &mut Connection,
    (caller, access): (&Caller, &ProjectAccess),
    id: &CommitId,
) -> Result<CommitRow> {
    let unknown = || Error::NotFound(format!("Commit with ID '{id}' was not found"));
    let found = commit_log::find(db, &access.project.id, id).await?.ok_or_else(unknown)?;
    match commit_log::count_changes(db, id, None, reader(caller)).await? {
        0 => Err(unknown()),
        _ => Ok(found),
    }
}

/// How much of secrets is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// What the change itself says.
    Names,
    /// All but their values.
    Descriptions,
    /// Their values too, where the caller may read them.
    Values,
}

/// Shows changes to one caller.
pub(super) struct Viewer<'a> {
    reader: &'a str,
    access: &'a ProjectAccess,
    tags: TagBook,
    key: Arc<DataKey>,
    detail: Detail,
}

impl<'a> Viewer<'a> {
    pub(super) async fn new(
        app: &App,
        db: &mut Connection,
        (caller, access): (&'a Caller, &'a ProjectAccess),
        detail: Detail,
    ) -> Result<Self> {
        Ok(Self {
            reader: reader(caller),
            access,
            tags: TagBook::read(db, access).await?,
            key: access.key_for(app, detail == Detail::Values)?,
            detail,
        })
    }

    /// Those of the changes that the caller may see.
    pub(super) async fn view(
        &self,
        db: &mut Connection,
        rows: Vec<CommitChangeRow>,
    ) -> Result<Vec<ChangeView>> {
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.extend(match row.resource_type.as_str() {
                "secret" if !row.owner_user_id.is_empty() => self.own(db, row).await?,
                "secret" => self.secret(db, row).await?,
                "folder" => self.in_folder(db, row, Subject::SecretFolders).await?,
                "environment" => self.of_project(row, Subject::Environments),
                "tag" => self.of_project(row, Subject::Tags),
                _ => self.in_folder(db, row, Subject::SecretImports).await?,
            });
        }
        Ok(views)
    }

    /// A secret is judged by what is known of it before and after, or else by its newest version.
    async fn secret(&self, db: &mut Connection, row: CommitChangeRow) -> Result<Option<ChangeView>> {
        let id = SecretId::new(row.resource_id.as_str());
        let before = self.version(db, &id, row.version_before).await?;
        let after = self.version(db, &id, row.version_after).await?;
        let mut known: Vec<&PastSecret> = before.iter().chain(&after).collect();
        let newest;
        if known.is_empty() {
            newest = self.newest(db, &id).await?;
            known.extend(&newest);
        }
        let is_visible = |past: &&PastSecret| past.allows(self.access, Action::DescribeSecret);
        if known.is_empty() || !known.iter().all(is_visible) {
            return Ok(None);
        }
        let place = known.last().map(|past| Arc::clone(&past.place));
        Ok(Some(ChangeView { place, before: self.plain(before)?, after: self.plain(after)?, row }))
    }

    /// A personal override is told to its owner by its name alone: it has no history.
    async fn own(&self, db: &mut Connection, row: CommitChangeRow) -> Result<Option<ChangeView>> {
        let Some(folder) = row.folder_id.as_ref().filter(|_| row.owner_user_id == self.reader) else {
            return Ok(None);
        };
        let place = past::place_at(db, self.access, folder, row.revision).await?;
        Ok(Some(ChangeView { row, place, before: None, after: None }))
    }

    async fn version(
        &self,
        db: &mut Connection,
        id: &SecretId,
        version: Option<i64>,
    ) -> Result<Option<PastSecret>> {
        let Some(version) = version else { return Ok(None) };
        let found = secret_versions::find(db, id, version).await?;
        match found.filter(|found| found.secret.owner_user_id.is_empty()) {
            Some(found) => past::open(db, self.access, &self.tags, found).await,
            None => Ok(None),
        }
    }

    async fn newest(&self, db: &mut Connection, id: &SecretId) -> Result<Option<PastSecret>> {
        let newest = secret_versions::list(db, id, 0, 1).await?;
        self.version(db, id, newest.first().map(|newest| newest.secret.version)).await
    }

    fn plain(&self, past: Option<PastSecret>) -> Result<Option<PlainSecret>> {
        let Some(past) = past.filter(|_| self.detail != Detail::Names) else { return Ok(None) };
        let shows_value = self.detail == Detail::Values && past.allows(self.access, Action::ReadValue);
        Ok(Some(past.decrypt(&self.key, shows_value)?))
    }

    async fn in_folder(
        &self,
        db: &mut Connection,
        row: CommitChangeRow,
        subject: Subject,
    ) -> Result<Option<ChangeView>> {
        let Some(folder) = &row.folder_id else { return Ok(None) };
        let mut place = past::place_at(db, self.access, folder, row.revision).await?;
        if place.is_none() {
            // The commit deleted the folder it was in too.
            place = past::place_at(db, self.access, folder, row.revision - 1).await?;
        }
        let Some(place) = place else { return Ok(None) };
        let object = Object::new().environment(&place.environment).secret_path(&place.path);
        let is_visible = self.access.permissions.allows(Action::Read, subject, &object);
        Ok(is_visible.then_some(ChangeView { row, place: Some(place), before: None, after: None }))
    }

    fn of_project(&self, row: CommitChangeRow, subject: Subject) -> Option<ChangeView> {
        let is_visible = self.access.permissions.allows(Action::Read, subject, &Object::default());
        is_visible.then_some(ChangeView { row, place: None, before: None, after: None })
    }
}
