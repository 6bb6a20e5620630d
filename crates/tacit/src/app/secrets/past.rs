//! Secrets as they were. Today's rules judge them as they were and as they are now, and both must
//! allow: a rule that hides a secret under its present name or tags hides its old versions, and one
//! that hid it before still hides what it was then.

use std::{collections::HashMap, sync::Arc};

use tacit_core::{
    cipher::DataKey,
    id::{FolderId, SecretId, TagId},
    permission::Action,
};
use tacit_store::{
    Connection, environments, folder_versions::FolderVersionRow, folders, history, secret_tags,
    secret_versions::SecretVersionRow, secrets, tags,
};

use super::{
    content::Content,
    damaged::Damaged,
    decide::Judged,
    location::Place,
    plain::PlainSecret,
    state::{SecretState, Tag, sorted},
    stored::StoredSecret,
};
use crate::app::{
    access::ProjectAccess,
    error::{Error, Result},
};

/// A secret as it was.
#[derive(Clone, Debug)]
pub(in crate::app) struct PastSecret {
    /// Where it was.
    pub(in crate::app) place: Arc<Place>,
    /// What is stored of it.
    pub(in crate::app) version: SecretVersionRow,
    /// Those of its tags then that still exist.
    pub(in crate::app) tags: Vec<Tag>,
    /// The secret now; `None` if it is deleted.
    pub(in crate::app) present: Option<Present>,
}

/// What today's rules judge a secret by as it is now.
#[derive(Clone, Debug)]
pub(in crate::app) struct Present {
    pub(in crate::app) place: Arc<Place>,
    pub(in crate::app) name: String,
    pub(in crate::app) tags: Vec<Tag>,
}

impl Present {
    /// Asks for a right on the secret as it is now.
    pub(super) fn require(&self, access: &ProjectAccess, action: Action) -> Result<()> {
        Judged::new(access, &self.place, &self.name, &self.tags).require(action)
    }
}

impl PastSecret {
    /// Whether the caller has a right on the secret, both as it was and as it is.
    pub(in crate::app) fn allows(&self, access: &ProjectAccess, action: Action) -> bool {
        self.require(access, action).is_ok()
    }

    /// Asks for a right on the secret, both as it was and as it is.
    pub(in crate::app) fn require(&self, access: &ProjectAccess, action: Action) -> Result<()> {
        Judged::new(access, &self.place, &self.version.secret.name, &self.tags).require(action)?;
        self.present.as_ref().map_or(Ok(()), |now| now.require(access, action))
    }

    /// Decrypts it; the value only if it is to be seen.
    pub(in crate::app) fn decrypt(&self, key: &DataKey, shows_value: bool) -> Result<PlainSecret, Damaged> {
        let stored = StoredSecret::new(self.version.secret.clone(), self.tags.clone());
        PlainSecret::decrypt(key, &self.place, stored, shows_value)
    }

    /// All of it that a request can change.
    pub(super) fn state(&self, key: &DataKey) -> Result<SecretState, Damaged> {
        let content = Content::decrypt(key, &self.version.secret)?;
        Ok(SecretState::new(&self.version.secret, content, self.tags.clone()))
    }
}

/// The tags of a project, to find those that a version had.
pub(in crate::app) struct TagBook(HashMap<TagId, Tag>);

impl TagBook {
    /// Reads the tags of a project.
    pub(in crate::app) async fn read(db: &mut Connection, access: &ProjectAccess) -> Result<Self> {
        let rows = tags::list(db, &access.project.id).await?;
        Ok(Self(rows.into_iter().map(|row| (row.id.clone(), Tag::from(row))).collect()))
    }

    /// Those of a version's tags that still exist.
    pub(in crate::app) fn of(&self, version: &SecretVersionRow) -> Result<Vec<Tag>> {
        let ids: Vec<TagId> = serde_json::from_str(&version.tag_ids)
            .map_err(|error| Error::Internal(format!("tags of a version: {error}")))?;
        let mut tags: Vec<Tag> = ids.iter().filter_map(|id| self.0.get(id).cloned()).collect();
        tags.sort();
        Ok(tags)
    }
}

/// A version of a secret together with what it is judged by. The place is where it was when the
/// version was made. `None` if nothing is known of its folder.
pub(in crate::app) async fn open(
    db: &mut Connection,
    access: &ProjectAccess,
    tags: &TagBook,
    version: SecretVersionRow,
) -> Result<Option<PastSecret>> {
    let present = present(db, &version.secret.id).await?;
    let then = place_at(db, access, &version.secret.folder_id, version.revision).await?;
    // Folders made before their history was kept are known from their newest version on.
    let place = then.or_else(|| present.as_ref().map(|now| Arc::clone(&now.place)));
    let tags = tags.of(&version)?;
    Ok(place.map(|place| PastSecret { place, version, tags, present }))
}

/// The shared secret with this id as it is now.
pub(in crate::app) async fn present(db: &mut Connection, id: &SecretId) -> Result<Option<Present>> {
    let Some(row) = secrets::find_by_id(db, id).await? else { return Ok(None) };
    let Some(place) = present_place(db, &row.folder_id).await? else { return Ok(None) };
    let tags = sorted(secret_tags::of_secret(db, id).await?);
    Ok(Some(Present { place, name: row.name, tags }))
}

/// The folder with this id as it is now.
pub(in crate::app) async fn present_place(db: &mut Connection, id: &FolderId) -> Result<Option<Arc<Place>>> {
    let found = folders::find_place(db, id).await?;
    Ok(found.map(|found| {
        Arc::new(Place {
            project_id: found.project_id,
            environment_id: found.environment_id,
            environment: found.environment_slug,
            folder_id: id.clone(),
            path: found.path,
        })
    }))
}

/// The folder with this id as it was at a revision, in an environment that still exists.
pub(in crate::app) async fn place_at(
    db: &mut Connection,
    access: &ProjectAccess,
    folder: &FolderId,
    revision: i64,
) -> Result<Option<Arc<Place>>> {
    let above = history::ancestors(db, folder, revision).await?;
    let Some(path) = path_of(folder, &above) else { return Ok(None) };
    let Some(row) = above.into_iter().find(|row| row.folder_id == *folder) else { return Ok(None) };
    let environment = environments::find(db, &access.project.id, &row.environment_id).await?;
    Ok(environment.map(|environment| {
        Arc::new(Place {
            project_id: row.project_id,
            environment_id: row.environment_id,
            environment: environment.slug,
            folder_id: folder.clone(),
            path,
        })
    }))
}

/// The path of a folder among rows of one state. `None` if a folder above it is missing.
pub(in crate::app) fn path_of(folder: &FolderId, rows: &[FolderVersionRow]) -> Option<String> {
    let mut names = Vec::new();
    let mut next = Some(folder);
    while let Some(id) = next {
        let row = rows.iter().find(|row| row.folder_id == *id)?;
        if row.parent_id.is_some() {
            names.push(row.name.as_str());
        }
        next = row.parent_id.as_ref();
        if names.len() > rows.len() {
            return None;
        }
    }
    names.reverse();
    Some(format!("/{}", names.join("/")))
}

#[cfg(test)]
mod tests;
