//! From stored secrets to those that one list shows.

use std::{collections::HashMap, sync::Arc};

use tacit_core::{cipher::DataKey, id::FolderId, permission::Action};

use super::{
    ListSecrets,
    damaged::Damaged,
    decide::Judged,
    location::Place,
    plain::PlainSecret,
    stored::{StoredFolder, StoredSecret},
};
use crate::app::access::ProjectAccess;

/// What becomes of stored secrets in one answer.
pub(super) struct Listing<'a> {
    pub(super) access: &'a ProjectAccess,
    pub(super) key: &'a DataKey,
    pub(super) request: &'a ListSecrets,
    pub(super) base: &'a Place,
}

impl Listing<'_> {
    /// Those of one folder.
    pub(super) fn secrets_of(&self, folder: &StoredFolder) -> Result<Vec<PlainSecret>, Damaged> {
        let mut secrets = Vec::with_capacity(folder.secrets.len());
        for stored in &folder.secrets {
            secrets.extend(self.secret(&folder.place, stored)?);
        }
        Ok(secrets)
    }

    /// Those of several folders.
    pub(super) fn secrets_below(
        &self,
        all: Vec<StoredSecret>,
        places: &HashMap<FolderId, Arc<Place>>,
    ) -> Result<Vec<PlainSecret>, Damaged> {
        let mut secrets = Vec::with_capacity(all.len());
        for stored in all {
            let Some(place) = places.get(&stored.row.folder_id) else { continue };
            secrets.extend(self.secret(place, &stored)?);
        }
        Ok(secrets)
    }

    /// The secret, if it belongs to the answer.
    fn secret(&self, place: &Arc<Place>, stored: &StoredSecret) -> Result<Option<PlainSecret>, Damaged> {
        if !self.request.wants_tags(&stored.tags) {
            return Ok(None);
        }
        let judged = Judged::new(self.access, place, &stored.row.name, &stored.tags);
        if !judged.allows(Action::DescribeSecret) {
            return Ok(None);
        }
        let is_readable = judged.allows(Action::ReadValue);
        let wants_value = self.request.shows_values;
        if wants_value && !is_readable && place.folder_id != self.base.folder_id {
            return Ok(None);
        }
        let secret = PlainSecret::decrypt(self.key, place, stored.clone(), wants_value && is_readable)?;
        Ok(self.request.wants_metadata(&secret.metadata).then_some(secret))
    }
}

#[cfg(test)]
mod tests;
