//! A secret as a caller may see it.

use std::sync::Arc;

use serde_json::{Value, json};
use tacit_core::{cipher::DataKey, reference::may_have_references};
use tacit_store::secrets::SecretRow;

use super::{
    content::{MetadataEntry, Plaintext, decrypt_description, decrypt_value},
    damaged::Damaged,
    location::Place,
    state::{SecretState, Tag},
    stored::StoredSecret,
};

/// A secret as a caller may see it: in the clear, with the value or without.
#[derive(Clone, Debug)]
pub struct PlainSecret {
    /// Where it is.
    pub place: Arc<Place>,
    /// What is stored of it.
    pub row: Arc<SecretRow>,
    /// Its tags, in the order of their slugs.
    pub tags: Arc<[Tag]>,
    /// The value; `None` if it is hidden.
    pub value: Option<Plaintext>,
    /// The comment.
    pub comment: Plaintext,
    /// The metadata.
    pub metadata: Vec<MetadataEntry>,
}

impl PlainSecret {
    /// Decrypts a secret; the value only if it is to be seen.
    pub(super) fn decrypt(
        key: &DataKey,
        place: &Arc<Place>,
        stored: StoredSecret,
        shows_value: bool,
    ) -> Result<Self, Damaged> {
        let StoredSecret { row, tags } = stored;
        let (comment, metadata) = decrypt_description(key, &row)?;
        let value = if shows_value { Some(decrypt_value(key, &row)?) } else { None };
        Ok(Self { place: Arc::clone(place), row, tags, value, comment, metadata })
    }

    /// A secret as a write left it.
    pub(super) fn written(place: &Arc<Place>, row: SecretRow, state: SecretState, shows_value: bool) -> Self {
        Self {
            place: Arc::clone(place),
            row: Arc::new(row),
            tags: state.tags.into(),
            value: shows_value.then_some(state.content.value),
            comment: state.content.comment,
            metadata: state.content.metadata,
        }
    }

    /// Whether its value, if that is shown, may refer to other secrets.
    pub(super) fn may_have_references(&self) -> bool {
        self.value.as_ref().is_some_and(|value| may_have_references(value.as_str()))
    }

    /// What the audit log says of it.
    pub(super) fn facts(&self) -> Value {
        json!({
            "secretId": self.row.id,
            "secretKey": self.row.name,
            "secretVersion": self.row.version,
            "secretPath": self.place.path,
        })
    }
}
