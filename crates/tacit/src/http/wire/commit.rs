//! How answers show commits (wire-contract 7.13) and what they changed.

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{CommitId, FolderId},
    time::Timestamp,
};
use tacit_store::commits::CommitRow;

use super::secret::SecretVersionBody;
use crate::app::history::{ChangeView, SecretDifference};

/// A commit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commit<'a> {
    /// Its id.
    id: &'a CommitId,
    /// Its number: the project's revision after it, as text.
    #[serde(rename = "commitId")]
    number: String,
    /// The project's revision after it.
    revision: i64,
    /// The folder that was asked for; null if none was.
    folder_id: Option<&'a FolderId>,
    /// `user` or `identity`.
    actor_type: &'a str,
    /// Who made it.
    actor_metadata: CommitActor<'a>,
    /// Why, in the words of who made it.
    message: Option<&'a str>,
    /// When.
    created_at: Timestamp,
    /// When, again: a commit does not change.
    updated_at: Timestamp,
    /// What it changed, as far as the caller may see it.
    changes: Vec<Change<'a>>,
}

/// Who made a commit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CommitActor<'a> {
    id: &'a str,
    /// E-mail or name, as it was then.
    name: &'a str,
    /// Whether they were deleted since.
    is_deleted: bool,
}

/// One thing that a commit changed, or that differs between two states.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change<'a> {
    /// `create`, `update` or `delete`.
    #[serde(rename = "changeType")]
    kind: &'static str,
    /// `secret`, `folder`, `import`, `environment` or `tag`.
    resource_type: &'a str,
    /// Which one.
    resource_id: &'a str,
    /// The folder it is in; null for environments and tags.
    folder_id: Option<&'a FolderId>,
    /// The slug of the environment it is in.
    environment: Option<&'a str>,
    /// The path of the folder it is in.
    secret_path: Option<&'a str>,
    /// Its name after the change, or before a deletion.
    name: &'a str,
    /// Its version before; null for a creation.
    version_before: Option<i64>,
    /// Its version after; null for a deletion.
    version_after: Option<i64>,
    /// A secret before, if that is asked for and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<SecretVersionBody<'a>>,
    /// A secret after, if that is asked for and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<SecretVersionBody<'a>>,
}

impl<'a> Commit<'a> {
    /// A commit in an answer about `folder`.
    pub(crate) fn new(
        (row, is_author_gone): (&'a CommitRow, bool),
        folder: Option<&'a FolderId>,
        changes: &'a [ChangeView],
    ) -> Self {
        Self {
            id: &row.id,
            number: row.revision.to_string(),
            revision: row.revision,
            folder_id: folder,
            actor_type: &row.actor_type,
            actor_metadata: CommitActor {
                id: &row.actor_id,
                name: &row.actor_name,
                is_deleted: is_author_gone,
            },
            message: row.message.as_deref(),
            created_at: row.created_at,
            updated_at: row.created_at,
            changes: changes.iter().map(Change::from).collect(),
        }
    }
}

const fn kind(before: bool, after: bool) -> &'static str {
    match (before, after) {
        (false, _) => "create",
        (true, true) => "update",
        (true, false) => "delete",
    }
}

impl<'a> From<&'a ChangeView> for Change<'a> {
    fn from(view: &'a ChangeView) -> Self {
        let row = &view.row;
        Self {
            kind: kind(row.version_before.is_some(), row.version_after.is_some()),
            resource_type: &row.resource_type,
            resource_id: &row.resource_id,
            folder_id: row.folder_id.as_ref(),
            environment: view.place.as_ref().map(|place| place.environment.as_str()),
            secret_path: view.place.as_ref().map(|place| place.path.as_str()),
            name: &row.name,
            version_before: row.version_before,
            version_after: row.version_after,
            before: view.before.as_ref().map(SecretVersionBody::from),
            after: view.after.as_ref().map(SecretVersionBody::from),
        }
    }
}

impl<'a> Change<'a> {
    /// A secret that differs; `None` if it is on neither side.
    pub(crate) fn difference(difference: &'a SecretDifference) -> Option<Self> {
        let (before, after) = (difference.before.as_ref(), difference.after.as_ref());
        let shown = after.or(before)?;
        Some(Self {
            kind: kind(before.is_some(), after.is_some()),
            resource_type: "secret",
            resource_id: shown.row.id.as_str(),
            folder_id: Some(&shown.place.folder_id),
            environment: Some(&shown.place.environment),
            secret_path: Some(&shown.place.path),
            name: &shown.row.name,
            version_before: before.map(|secret| secret.row.version),
            version_after: after.map(|secret| secret.row.version),
            before: before.map(SecretVersionBody::from),
            after: after.map(SecretVersionBody::from),
        })
    }
}
