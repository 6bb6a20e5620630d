//! How answers show secrets (wire-contract 7.1, 20).

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{FolderId, ProjectId, SecretId, TagId},
    time::Timestamp,
};

use crate::app::secrets::{ImportGroup, MetadataEntry, PlainSecret, SecretList, Tag, VersionId};

/// What stands in place of a value the caller may not or did not want to see.
pub(super) const HIDDEN: &str = "<hidden-by-infisical>";

/// A secret. It borrows from the decrypted one, so that the value is copied nowhere but into the
/// answer.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretRaw<'a> {
    /// Its id.
    id: Cow<'a, str>,
    /// Its id, the older name.
    #[serde(rename = "_id")]
    legacy_id: Cow<'a, str>,
    /// The id of its project.
    workspace: &'a ProjectId,
    /// The slug of its environment.
    environment: &'a str,
    /// The path of its folder.
    secret_path: &'a str,
    /// 1 for a new secret, raised by every change.
    version: i64,
    /// `shared`, or `personal` for the caller's own in place of a shared one.
    r#type: &'static str,
    /// Its name.
    secret_key: &'a str,
    /// Its value.
    secret_value: &'a str,
    /// Whether something else stands in place of the value.
    secret_value_hidden: bool,
    /// Its comment, empty if it has none.
    secret_comment: &'a str,
    /// Its metadata.
    secret_metadata: Vec<Metadata<'a>>,
    /// Its tags, in the order of their slugs.
    tags: Vec<SecretTag<'a>>,
    /// What a reminder says.
    secret_reminder_note: Option<&'a str>,
    /// Days between reminders.
    secret_reminder_repeat_days: Option<i64>,
    /// A hint for clients about line feeds in the value.
    skip_multiline_encoding: bool,
    /// Who made this version.
    actor: SecretActor<'a>,
    /// Whether its value is renewed on a schedule.
    is_rotated_secret: bool,
    /// By which rotation.
    rotation_id: Option<&'a str>,
    /// Always null; see `secretMetadata`.
    metadata: Option<&'a str>,
    /// When it was made.
    created_at: Timestamp,
    /// When this version was made.
    updated_at: Timestamp,
}

/// A tag on a secret.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SecretTag<'a> {
    id: &'a TagId,
    slug: &'a str,
    /// The slug again.
    name: &'a str,
    color: Option<&'a str>,
}

/// A key and a value that describe a secret.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    key: &'a str,
    value: &'a str,
    is_encrypted: bool,
}

/// Who made a version.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SecretActor<'a> {
    actor_id: &'a str,
    /// `user` or `identity`.
    actor_type: &'a str,
    /// E-mail or name, as it was then.
    name: &'a str,
}

impl<'a> From<&'a PlainSecret> for SecretRaw<'a> {
    fn from(secret: &'a PlainSecret) -> Self {
        let row = &secret.row;
        let is_hidden = secret.value.is_none();
        Self {
            id: row.id.as_str().into(),
            legacy_id: row.id.as_str().into(),
            workspace: &secret.place.project_id,
            environment: &secret.place.environment,
            secret_path: &secret.place.path,
            version: row.version,
            r#type: if row.owner_user_id.is_empty() { "shared" } else { "personal" },
            secret_key: &row.name,
            secret_value: secret.value.as_ref().map_or(HIDDEN, |value| value.as_str()),
            secret_value_hidden: is_hidden,
            secret_comment: secret.comment.as_str(),
            secret_metadata: secret.metadata.iter().map(|entry| Metadata::new(entry, is_hidden)).collect(),
            tags: secret.tags.iter().map(SecretTag::from).collect(),
            secret_reminder_note: row.reminder_note.as_deref(),
            secret_reminder_repeat_days: row.reminder_repeat_days,
            skip_multiline_encoding: row.skip_multiline_encoding,
            actor: SecretActor {
                actor_id: &row.actor_id,
                actor_type: &row.actor_type,
                name: &row.actor_name,
            },
            is_rotated_secret: false,
            rotation_id: None,
            metadata: None,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One version of a secret.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretVersionBody<'a> {
    /// The id of the secret; `id` is that of the version.
    secret_id: &'a SecretId,
    #[serde(flatten)]
    version: SecretRaw<'a>,
}

impl<'a> From<&'a PlainSecret> for SecretVersionBody<'a> {
    fn from(secret: &'a PlainSecret) -> Self {
        let id = VersionId { secret: secret.row.id.clone(), version: secret.row.version }.to_string();
        let version = SecretRaw { id: id.clone().into(), legacy_id: id.into(), ..SecretRaw::from(secret) };
        Self { secret_id: &secret.row.id, version }
    }
}

impl<'a> Metadata<'a> {
    /// An encrypted entry is hidden along with the value.
    fn new(entry: &'a MetadataEntry, is_hidden: bool) -> Self {
        let value = if entry.is_encrypted && is_hidden { HIDDEN } else { &entry.value };
        Self { key: &entry.key, value, is_encrypted: entry.is_encrypted }
    }
}

impl<'a> From<&'a Tag> for SecretTag<'a> {
    fn from(tag: &'a Tag) -> Self {
        Self { id: &tag.id, slug: &tag.slug, name: &tag.slug, color: tag.color.as_deref() }
    }
}

/// One secret.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SecretResponse<'a> {
    /// The secret.
    secret: SecretRaw<'a>,
}

impl<'a> From<&'a PlainSecret> for SecretResponse<'a> {
    fn from(secret: &'a PlainSecret) -> Self {
        Self { secret: secret.into() }
    }
}

/// The secrets that a batch made, changed or deleted.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SecretsResponse<'a> {
    /// The secrets, in the order of the request.
    secrets: Vec<SecretRaw<'a>>,
}

impl<'a> From<&'a [PlainSecret]> for SecretsResponse<'a> {
    fn from(secrets: &'a [PlainSecret]) -> Self {
        Self { secrets: secrets.iter().map(SecretRaw::from).collect() }
    }
}

/// The secrets of a folder.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ListSecretsResponse<'a> {
    /// Its own secrets, and with `recursive` those of the folders below, by name.
    secrets: Vec<SecretRaw<'a>>,
    /// What the folder imports, in the order of the imports; empty if that is not wanted.
    imports: Vec<ImportGroupBody<'a>>,
}

/// The secrets that one import brings.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ImportGroupBody<'a> {
    /// The path of the imported folder.
    secret_path: &'a str,
    /// The slug of its environment.
    environment: &'a str,
    /// The imported folder.
    folder_id: &'a FolderId,
    /// Its secrets and those it imports itself, by name.
    secrets: Vec<SecretRaw<'a>>,
}

impl<'a> From<&'a SecretList> for ListSecretsResponse<'a> {
    fn from(list: &'a SecretList) -> Self {
        Self {
            secrets: list.secrets.iter().map(SecretRaw::from).collect(),
            imports: list.imports.iter().map(ImportGroupBody::from).collect(),
        }
    }
}

impl<'a> From<&'a ImportGroup> for ImportGroupBody<'a> {
    fn from(group: &'a ImportGroup) -> Self {
        Self {
            secret_path: &group.place.path,
            environment: &group.place.environment,
            folder_id: &group.place.folder_id,
            secrets: group.secrets.iter().map(SecretRaw::from).collect(),
        }
    }
}
