//! Where changed things are, for the log: environments and folders may be gone when it is read.

use std::collections::HashMap;

use tacit_core::id::{FolderId, ProjectId};
use tacit_store::{Connection, environments, folders, history};

use super::{Change, Resource};
use crate::app::{error::Result, secrets::past::path_of};

/// Where a thing is as the log keeps it.
#[derive(Clone, Debug, Default)]
pub(super) struct ChangePlace {
    /// The slug of the environment.
    pub(super) environment: Option<String>,
    /// The path of the folder.
    pub(super) path: Option<String>,
}

/// The places of one commit, each looked up once.
pub(super) struct Places {
    project: ProjectId,
    revision: i64,
    known: HashMap<FolderId, ChangePlace>,
}

impl Places {
    /// Of the commit to `revision`, whose changes are made already; some are known already.
    pub(super) fn new(project: ProjectId, revision: i64, known: HashMap<FolderId, ChangePlace>) -> Self {
        Self { project, revision, known }
    }

    /// Where the thing is, or was if its folder went with this commit.
    pub(super) async fn of(&mut self, db: &mut Connection, change: &Change) -> Result<ChangePlace> {
        let Some(folder) = &change.folder_id else {
            let is_environment = change.resource == Resource::Environment;
            return Ok(ChangePlace { environment: is_environment.then(|| change.name.clone()), path: None });
        };
        if let Some(place) = self.known.get(folder) {
            return Ok(place.clone());
        }
        let place = match folders::find_place(db, folder).await? {
            Some(found) => ChangePlace { environment: Some(found.environment_slug), path: Some(found.path) },
            None => self.before(db, folder).await?,
        };
        self.known.insert(folder.clone(), place.clone());
        Ok(place)
    }

    async fn before(&self, db: &mut Connection, folder: &FolderId) -> Result<ChangePlace> {
        let above = history::ancestors(db, folder, self.revision - 1).await?;
        let Some(row) = above.iter().find(|row| row.folder_id == *folder) else {
            return Ok(ChangePlace::default());
        };
        let environment = environments::find(db, &self.project, &row.environment_id).await?;
        Ok(ChangePlace {
            environment: environment.map(|environment| environment.slug),
            path: path_of(folder, &above),
        })
    }
}
