//! All of a secret that a request can change.

use std::collections::HashMap;

use tacit_core::id::{SecretId, TagId};
use tacit_store::{secret_tags::SecretTagRow, secrets::SecretRow, tags::TagRow};

use super::content::Content;

/// A tag on a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// Its slug. First, because tags are shown in the order of their slugs.
    pub slug: String,
    /// Its id.
    pub id: TagId,
    /// A color for user interfaces.
    pub color: Option<String>,
}

impl From<SecretTagRow> for Tag {
    fn from(row: SecretTagRow) -> Self {
        Self { slug: row.slug, id: row.tag_id, color: row.color }
    }
}

impl From<TagRow> for Tag {
    fn from(row: TagRow) -> Self {
        Self { slug: row.slug, id: row.id, color: row.color }
    }
}

/// The tags of one secret, in their order.
pub(super) fn sorted(rows: Vec<SecretTagRow>) -> Vec<Tag> {
    let mut tags: Vec<Tag> = rows.into_iter().map(Tag::from).collect();
    tags.sort();
    tags
}

/// The tags of many secrets, by secret.
pub(in crate::app) fn by_secret(rows: Vec<SecretTagRow>) -> HashMap<SecretId, Vec<Tag>> {
    let mut all: HashMap<SecretId, Vec<Tag>> = HashMap::new();
    for row in rows {
        all.entry(row.secret_id.clone()).or_default().push(row.into());
    }
    for tags in all.values_mut() {
        tags.sort();
    }
    all
}

/// All of a secret that a request can change. Equal states mean that nothing changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretState {
    pub(super) name: String,
    pub(super) content: Content,
    /// In the order of [`Tag`].
    pub(super) tags: Vec<Tag>,
    pub(super) skip_multiline_encoding: bool,
    pub(super) reminder_note: Option<String>,
    pub(super) reminder_repeat_days: Option<i64>,
}

impl SecretState {
    pub(super) fn new(row: &SecretRow, content: Content, tags: Vec<Tag>) -> Self {
        Self {
            name: row.name.clone(),
            content,
            tags,
            skip_multiline_encoding: row.skip_multiline_encoding,
            reminder_note: row.reminder_note.clone(),
            reminder_repeat_days: row.reminder_repeat_days,
        }
    }

    /// The ids of the tags as a JSON array, for the version.
    pub(super) fn tag_ids(&self) -> String {
        let ids: Vec<&str> = self.tags.iter().map(|tag| tag.id.as_str()).collect();
        serde_json::Value::from(ids).to_string()
    }
}
