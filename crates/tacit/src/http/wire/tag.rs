//! Tags on the wire (wire-contract 6.4).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{ProjectId, TagId},
    time::Timestamp,
};
use tacit_store::tags::TagRow;

/// A tag.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// Its id.
    id: TagId,
    /// Unique in the project.
    slug: String,
    /// As user interfaces show it; may be empty.
    color: Option<String>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
    /// The user or identity that made it.
    created_by: Option<String>,
    /// `user` or `identity`.
    created_by_actor_type: String,
    /// The project it belongs to.
    project_id: ProjectId,
}

impl From<TagRow> for Tag {
    fn from(row: TagRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            color: row.color,
            created_at: row.created_at,
            updated_at: row.updated_at,
            created_by: row.created_by,
            created_by_actor_type: row.created_by_type,
            project_id: row.project_id,
        }
    }
}

/// A tag that was asked for alone.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NamedTag {
    /// The tag.
    #[serde(flatten)]
    tag: Tag,
    /// The slug once more.
    name: String,
}

impl From<TagRow> for NamedTag {
    fn from(row: TagRow) -> Self {
        Self { name: row.slug.clone(), tag: row.into() }
    }
}
