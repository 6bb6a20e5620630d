//! Writing the commit log (architecture 3): one commit per request that changes what readers see.

mod places;

use std::collections::HashMap;

use tacit_core::{
    cipher::Ciphertext,
    id::{CommitId, FolderId, ProjectId},
};
use tacit_store::commits::{self, CommitChangeRow, CommitRow};

use places::{ChangePlace, Places};

use super::{
    access::ProjectAccess,
    caller::Caller,
    error::{Error, Result},
    secrets::Place,
    work::UnitOfWork,
};

/// A commit being made. Open it before reading what it changes.
#[derive(Debug)]
pub struct Commit {
    project: ProjectId,
    revision: i64,
    changes: Vec<Change>,
    /// Folders whose places are known, so that they need not be looked up.
    places: HashMap<FolderId, ChangePlace>,
}

/// One thing a commit changes.
#[derive(Clone, Debug)]
pub struct Change {
    /// What kind of thing.
    pub resource: Resource,
    /// Its id.
    pub resource_id: String,
    /// The folder it is in; `None` for environments and tags.
    pub folder_id: Option<FolderId>,
    /// Its name after the change, or before a deletion.
    pub name: String,
    /// Its version before; `None` for a creation.
    pub version_before: Option<i64>,
    /// Its version after; `None` for a deletion.
    pub version_after: Option<i64>,
    /// The user whose personal override it is, who alone hears of it; empty for what is shared.
    pub owner_user_id: String,
}

/// The kinds of things commits change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A secret.
    Secret,
    /// A folder.
    Folder,
    /// An import of a folder.
    Import,
    /// An environment.
    Environment,
    /// A tag.
    Tag,
}

impl Resource {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Folder => "folder",
            Self::Import => "import",
            Self::Environment => "environment",
            Self::Tag => "tag",
        }
    }
}

impl Commit {
    /// Raises the project's revision, which makes other commits of the project wait until this
    /// transaction ends.
    ///
    /// The caller entered before it waited here. If its roles were changed while it waited, what was
    /// decided by them counts no more.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if the project was deleted meanwhile, [`Error::Conflict`] if the caller's
    /// roles changed or the project's data key was replaced.
    pub async fn open(work: &mut UnitOfWork, caller: &Caller, access: &ProjectAccess) -> Result<Self> {
        let (commit, key) = Self::begin(work, &access.project.id).await?;
        access.require_key(&key)?;
        if access.is_current(&mut work.db, caller, work.app.now()).await? {
            Ok(commit)
        } else {
            Err(Error::Conflict("Your access to the project changed meanwhile. Try again."))
        }
    }

    /// As [`Self::open`], in a project that this transaction made.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such project.
    pub async fn open_new(work: &mut UnitOfWork, project: &ProjectId) -> Result<Self> {
        Ok(Self::begin(work, project).await?.0)
    }

    /// The commit, and the project's data key as it stays until the transaction ends.
    async fn begin(work: &mut UnitOfWork, project: &ProjectId) -> Result<(Self, Ciphertext)> {
        let raised = commits::next_revision(&mut work.db, project)
            .await?
            .ok_or_else(|| Error::NotFound(format!("Project with ID '{project}' not found")))?;
        let (project, revision) = (project.clone(), raised.revision);
        let commit = Self { project, revision, changes: Vec::new(), places: HashMap::new() };
        Ok((commit, raised.data_key_ciphertext))
    }

    /// The project's revision once this commit is made.
    #[must_use]
    pub const fn revision(&self) -> i64 {
        self.revision
    }

    /// The project it changes.
    #[must_use]
    pub const fn project(&self) -> &ProjectId {
        &self.project
    }

    /// Adds a change.
    pub fn add(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Says where a folder is. It counts only in a commit that changes no folder or environment: such a
    /// change may have moved it.
    pub fn know_place(&mut self, place: &Place) {
        let (environment, path) = (Some(place.environment.clone()), Some(place.path.clone()));
        self.places.insert(place.folder_id.clone(), ChangePlace { environment, path });
    }

    fn moves_folders(&self) -> bool {
        self.changes.iter().any(|change| matches!(change.resource, Resource::Folder | Resource::Environment))
    }

    /// Writes the commit. Call it last. Without any change there is no commit, and the project's
    /// revision stays (`decisions.md` 19).
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn write(
        self,
        work: &mut UnitOfWork,
        caller: &Caller,
        message: Option<&str>,
    ) -> Result<Option<CommitId>> {
        if self.changes.is_empty() {
            commits::give_back_revision(&mut work.db, &self.project).await?;
            return Ok(None);
        }
        let id: CommitId = work.app.new_id();
        let known = if self.moves_folders() { HashMap::new() } else { self.places };
        let row = CommitRow {
            id: id.clone(),
            project_id: self.project,
            revision: self.revision,
            actor_type: caller.actor.kind().to_owned(),
            actor_id: caller.actor.id().to_owned(),
            actor_name: caller.actor.name().to_owned(),
            message: message.map(str::to_owned),
            created_at: work.app.now(),
        };
        commits::insert(&mut work.db, &row).await?;
        work.tell_followers(row.project_id.clone(), self.revision);
        let mut places = Places::new(row.project_id, self.revision, known);
        for (position, change) in (0..).zip(self.changes) {
            let place = places.of(&mut work.db, &change).await?;
            let row = change.row(&id, position, self.revision, place);
            commits::insert_change(&mut work.db, &row).await?;
        }
        Ok(Some(id))
    }
}

impl Change {
    fn row(self, commit: &CommitId, position: i64, revision: i64, place: ChangePlace) -> CommitChangeRow {
        CommitChangeRow {
            commit_id: commit.clone(),
            position,
            revision,
            resource_type: self.resource.as_str().to_owned(),
            resource_id: self.resource_id,
            folder_id: self.folder_id,
            name: self.name,
            version_before: self.version_before,
            version_after: self.version_after,
            environment_slug: place.environment,
            folder_path: place.path,
            owner_user_id: self.owner_user_id,
        }
    }
}
