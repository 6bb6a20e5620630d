//! Bringing secrets and folders back to what they were, all or none.
//!
//! It needs the rights that doing each change by hand would need, and the right to read the value of
//! each version that comes back.

use std::sync::Arc;

use tacit_core::{
    id::{FolderId, SecretId},
    permission::Action,
};
use tacit_store::{
    Connection, folder_versions::FolderVersionRow, secret_imports::SecretImportRow, secret_versions, secrets,
};

use super::{Editor, Found};
use crate::app::{
    access::ProjectAccess,
    error::{Error, Result},
    secret_imports,
    secrets::{
        already_exist,
        location::Place,
        past::{self, PastSecret},
        plain::PlainSecret,
        reference_index,
        state::SecretState,
    },
};

/// Things one restoration may change.
pub(in crate::app) const CHANGES_MAX: usize = 10_000;

/// What is to be again as it was. Things that are not named stay.
#[derive(Debug, Default)]
pub(in crate::app) struct Restoration {
    /// Secrets, and what they were; `None` for those that were not there.
    pub(in crate::app) secrets: Vec<(SecretId, Option<PastSecret>)>,
    /// Folders, and what they were; `None` for those that were not there.
    pub(in crate::app) folders: Vec<(FolderId, Option<FolderVersionRow>)>,
    /// Folders with all the imports they had.
    pub(in crate::app) imports: Vec<(FolderId, Vec<SecretImportRow>)>,
}

/// How much a restoration changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Secrets made, changed and deleted.
    pub secrets: usize,
    /// Folders made, changed and deleted.
    pub folders: usize,
    /// Imports made, changed and deleted.
    pub imports: usize,
}

/// A secret that gets another state.
struct Return {
    place: Arc<Place>,
    found: Found,
    state: SecretState,
}

impl Editor<'_> {
    /// The transaction and the caller's place in the project.
    pub(in crate::app) fn parts(&mut self) -> (&mut Connection, &ProjectAccess) {
        (&mut self.work.db, &self.access)
    }

    /// Says in the commit why.
    pub(in crate::app) fn say(&mut self, message: Option<String>) {
        self.message = message;
    }

    /// Brings everything back. Folders come before what is in them, and go after it.
    pub(in crate::app) async fn restore(&mut self, restoration: Restoration) -> Result<Restored> {
        if restoration.secrets.len() + restoration.folders.len() + restoration.imports.len() > CHANGES_MAX {
            return Err(Error::Invalid(format!("More than {CHANGES_MAX} things would change in one commit")));
        }
        let (gone, back): (Vec<_>, Vec<_>) =
            restoration.secrets.into_iter().partition(|(_, past)| past.is_none());
        let (folders_gone, folders_back): (Vec<_>, Vec<_>) =
            restoration.folders.into_iter().partition(|(_, past)| past.is_none());
        let folders_back = folders_back.into_iter().filter_map(|(_, past)| past).collect();
        let mut restored = Restored { secrets: self.remove_secrets(gone).await?, folders: 0, imports: 0 };
        restored.folders += self.remove_folders(folders_gone).await?;
        restored.folders += self.return_folders(folders_back).await?;
        restored.secrets +=
            self.return_secrets(back.into_iter().filter_map(|(_, past)| past).collect()).await?;
        for (folder, past) in restoration.imports {
            if let Some(place) = past::present_place(&mut self.work.db, &folder).await? {
                let (commit, access) = (&mut self.commit, &self.access);
                restored.imports += secret_imports::restore(self.work, commit, access, &place, past).await?;
            }
        }
        Ok(restored)
    }

    async fn remove_secrets(&mut self, secrets: Vec<(SecretId, Option<PastSecret>)>) -> Result<usize> {
        let mut count = 0;
        for (id, _) in secrets {
            if let Some((place, found)) = self.find_anywhere(&id).await? {
                self.require(Action::Delete, &place, &found.state)?;
                self.remove(&place, found).await?;
                count += 1;
            }
        }
        Ok(count)
    }

    async fn return_secrets(&mut self, secrets: Vec<PastSecret>) -> Result<usize> {
        let (mut changed, mut missing) = (Vec::new(), Vec::new());
        for past in secrets {
            match self.find_anywhere(&past.version.secret.id).await? {
                Some((place, found)) => changed.extend(self.plan_change(place, found, &past)?),
                None => missing.push(past),
            }
        }
        let count = changed.len() + missing.len();
        self.free_names(&mut changed).await?;
        for Return { place, found, state } in changed {
            if found.row.name != state.name && self.is_taken(&place, &state.name).await? {
                return Err(already_exist(&[&state.name]));
            }
            self.replace(&place, found, state).await?;
        }
        for past in missing {
            self.revive(&past).await?;
        }
        Ok(count)
    }

    /// What becomes of a secret that still exists; `None` if it is as it was.
    fn plan_change(&self, place: Arc<Place>, found: Found, past: &PastSecret) -> Result<Option<Return>> {
        if found.row.version == past.version.secret.version {
            return Ok(None);
        }
        let state = past.state(&self.key)?;
        past.require(&self.access, Action::ReadValue)?;
        self.require_change(&place, &found.state, &state)?;
        Ok((state != found.state).then_some(Return { place, found, state }))
    }

    /// Takes the names off secrets that get others, so that two can swap theirs. Nobody sees these
    /// rows: they are written again in this transaction.
    async fn free_names(&mut self, changed: &mut [Return]) -> Result<()> {
        for Return { place, found, state } in changed {
            if found.row.name != state.name {
                let name = format!(":{}", found.row.id);
                self.carry_overrides((place, &found.row.name), (place, &name)).await?;
                found.row.name = name;
                secrets::update(&mut self.work.db, &found.row).await?;
            }
        }
        Ok(())
    }

    /// Makes a deleted secret again, under its id, as its next version.
    async fn revive(&mut self, past: &PastSecret) -> Result<()> {
        let id = &past.version.secret.id;
        let state = past.state(&self.key)?;
        let place = past::present_place(&mut self.work.db, &past.version.secret.folder_id).await?;
        let place = place.ok_or_else(|| {
            Error::Invalid(format!("The folder that the secret '{}' was in does not exist", state.name))
        })?;
        past.require(&self.access, Action::ReadValue)?;
        self.require(Action::Create, &place, &state)?;
        if self.is_taken(&place, &state.name).await? {
            return Err(already_exist(&[&state.name]));
        }
        let newest = secret_versions::list(&mut self.work.db, id, 0, 1).await?;
        let version = newest.first().map_or(0, |newest| newest.secret.version) + 1;
        let row = self.row(id.clone(), &place, &state, version, past.version.secret.created_at)?;
        secrets::insert(&mut self.work.db, &row).await?;
        self.put_tags(&row.id, &state.tags).await?;
        reference_index::put(&mut self.work.db, &self.key, &row, &state.content.value).await?;
        self.keep(&row, &state, None).await?;
        *self.touched.entry(place.folder_id.clone()).or_default() += 1;
        Ok(())
    }

    /// A secret for the answer, as it is by now.
    pub(in crate::app::secrets) async fn shown_by_id(&mut self, id: &SecretId) -> Result<PlainSecret> {
        let unknown = || Error::NotFound(format!("Secret with ID '{id}' was not found"));
        let (place, found) = self.find_anywhere(id).await?.ok_or_else(unknown)?;
        Ok(self.shown(&place, found.row, found.state))
    }

    /// The shared secret with this id and the folder it is in.
    pub(in crate::app::secrets) async fn find_anywhere(
        &mut self,
        id: &SecretId,
    ) -> Result<Option<(Arc<Place>, Found)>> {
        let Some(row) = secrets::find_by_id(&mut self.work.db, id).await? else { return Ok(None) };
        let place = past::present_place(&mut self.work.db, &row.folder_id).await?;
        let place = place.ok_or_else(|| Error::Internal("a secret without its folder".to_owned()))?;
        Ok(Some((place, self.opened(row).await?)))
    }
}
