//! How requests write secrets (wire-contract 7.2, 7.6 to 7.11). All generations take the same.

use std::{borrow::Cow, collections::BTreeMap};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};
use tacit_core::{
    id::TagId,
    name::{SecretName, SecretPath},
};

use super::{
    place::secret_path,
    text::{Required, Trimmed},
};
use crate::app::{
    Error, Patch,
    error::Result,
    secrets::{
        Kind, METADATA_ENTRIES_MAX, MetadataEntry, NewSecret, Plaintext, SecretChange, TagChange, TooLong,
    },
};

/// The longest key of a metadata entry, in characters.
const METADATA_KEY_LENGTH_MAX: usize = 255;
/// The longest value of a metadata entry, in bytes.
const METADATA_VALUE_BYTES_MAX: usize = 10_240;
/// The longest note of a reminder, in characters (wire-contract 7.2).
const REMINDER_NOTE_LENGTH_MAX: usize = 1_024;
/// The longest time between reminders: a hundred years, in days.
const REMINDER_DAYS_MAX: i64 = 36_500;

/// Whose secret is meant.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SecretType {
    /// Everybody's.
    #[default]
    Shared,
    /// A user's own value in place of the shared one.
    Personal,
}

impl From<SecretType> for Kind {
    fn from(kind: SecretType) -> Self {
        match kind {
            SecretType::Shared => Self::Shared,
            SecretType::Personal => Self::Personal,
        }
    }
}

/// A value: at most 1 MiB of UTF-8 once white space at both ends is cut off; a line feed at the end
/// stays.
#[derive(Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct SecretValue(#[schemars(with = "String")] pub(crate) Plaintext);

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        plaintext(deserializer, Plaintext::value).map(Self)
    }
}

/// A comment: at most 1 MiB of UTF-8, trimmed.
#[derive(Debug, Default, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct SecretComment(#[schemars(with = "String")] pub(crate) Plaintext);

impl<'de> Deserialize<'de> for SecretComment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        plaintext(deserializer, Plaintext::comment).map(Self)
    }
}

fn plaintext<'de, D: Deserializer<'de>>(
    deserializer: D,
    parse: fn(&str) -> Result<Plaintext, TooLong>,
) -> Result<Plaintext, D::Error> {
    let text: Cow<'_, str> = Deserialize::deserialize(deserializer)?;
    parse(&text).map_err(|error| D::Error::custom(format!("rule: {error}")))
}

/// A key and a value that describe a secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetadataFields {
    /// 1 to 255 characters.
    key: Required,
    /// At most 10 KiB.
    #[serde(default)]
    value: Trimmed,
    /// Whether the value is for those only who may read the secret's value.
    #[serde(default)]
    is_encrypted: bool,
}

/// The fields of a secret to be made, beside name, value and kind.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct NewSecretFields {
    /// Its comment.
    pub(crate) secret_comment: Option<SecretComment>,
    /// Its metadata.
    pub(crate) secret_metadata: Option<Vec<MetadataFields>>,
    /// The older form of `secretMetadata`: plain entries by key. Not looked at beside the newer one.
    pub(crate) metadata: Option<BTreeMap<String, Trimmed>>,
    /// The ids of its tags.
    pub(crate) tag_ids: Option<Vec<Trimmed>>,
    /// A hint for clients about line feeds in the value.
    pub(crate) skip_multiline_encoding: Option<bool>,
    /// What a reminder says, up to 1,024 characters.
    pub(crate) secret_reminder_note: Option<Trimmed>,
    /// Days between reminders.
    pub(crate) secret_reminder_repeat_days: Option<i64>,
}

impl NewSecretFields {
    /// The secret to be made. `name_field` is the field its name came in.
    pub(crate) fn secret(
        self,
        name_field: &'static str,
        name: &str,
        value: Plaintext,
        kind: SecretType,
    ) -> Result<NewSecret> {
        Ok(NewSecret {
            name: SecretName::parse(name).map_err(Error::name(name_field))?,
            kind: kind.into(),
            value,
            comment: self.secret_comment.unwrap_or_default().0,
            metadata: written_metadata(self.secret_metadata, self.metadata)?.unwrap_or_default(),
            tag_ids: tag_ids(self.tag_ids.unwrap_or_default()),
            skip_multiline_encoding: self.skip_multiline_encoding.unwrap_or(false),
            reminder_note: self.secret_reminder_note.map(reminder_note).transpose()?,
            reminder_repeat_days: self.secret_reminder_repeat_days.map(reminder_days).transpose()?,
        })
    }
}

/// The fields of a change. What is left out stays; null clears.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SecretChangeFields {
    /// A new value.
    pub(crate) secret_value: Option<SecretValue>,
    /// A new name.
    pub(crate) new_secret_name: Option<Trimmed>,
    /// A new comment.
    pub(crate) secret_comment: Patch<SecretComment>,
    /// Metadata in place of all there is.
    pub(crate) secret_metadata: Patch<Vec<MetadataFields>>,
    /// The older form of `secretMetadata`: plain entries by key. Not looked at beside the newer one.
    pub(crate) metadata: Option<BTreeMap<String, Trimmed>>,
    /// The ids of tags in place of all there are.
    pub(crate) tag_ids: Patch<Vec<Trimmed>>,
    /// A hint for clients about line feeds in the value.
    pub(crate) skip_multiline_encoding: Patch<bool>,
    /// What a reminder says, up to 1,024 characters.
    pub(crate) secret_reminder_note: Patch<Trimmed>,
    /// Days between reminders.
    pub(crate) secret_reminder_repeat_days: Patch<i64>,
}

impl SecretChangeFields {
    /// The change of the secret called `name`, in another folder than the request's if `path` says so.
    pub(crate) fn change(
        self,
        name: String,
        path: Option<SecretPath>,
        kind: SecretType,
    ) -> Result<SecretChange> {
        let new_name = |name: Trimmed| SecretName::parse(name.as_str()).map_err(Error::name("newSecretName"));
        Ok(SecretChange {
            name,
            path,
            kind: kind.into(),
            new_name: self.new_secret_name.map(new_name).transpose()?,
            rewrites_references: false,
            value: self.secret_value.map(|value| value.0),
            comment: self.secret_comment.or_default().map(|comment| comment.0),
            metadata: written_metadata(self.secret_metadata.or_default(), self.metadata)?,
            tags: self.tag_ids.or_default().map(|ids| TagChange::Replace(tag_ids(ids))),
            skip_multiline_encoding: self.skip_multiline_encoding.or_default(),
            reminder_note: self.secret_reminder_note.try_map(reminder_note)?,
            reminder_repeat_days: self.secret_reminder_repeat_days.try_map(reminder_days)?,
        })
    }
}

/// The folder of one item of a batch.
pub(crate) fn item_path(path: Option<&Trimmed>) -> Result<Option<SecretPath>> {
    path.map(secret_path).transpose()
}

fn tag_ids(ids: Vec<Trimmed>) -> Vec<TagId> {
    ids.into_iter().map(|id| TagId::new(id.0)).collect()
}

fn metadata(entries: Vec<MetadataFields>) -> Result<Vec<MetadataEntry>> {
    let invalid = |rule: String| Err(Error::form("secretMetadata", rule));
    if entries.len() > METADATA_ENTRIES_MAX {
        return invalid(format!("must not have more than {METADATA_ENTRIES_MAX} entries"));
    }
    if entries.iter().any(|entry| entry.key.0.chars().count() > METADATA_KEY_LENGTH_MAX) {
        return invalid(format!("a key must not have more than {METADATA_KEY_LENGTH_MAX} characters"));
    }
    if entries.iter().any(|entry| entry.value.0.len() > METADATA_VALUE_BYTES_MAX) {
        return invalid(format!("a value must not have more than {METADATA_VALUE_BYTES_MAX} bytes"));
    }
    let entry = |fields: MetadataFields| MetadataEntry {
        key: fields.key.0,
        value: fields.value.0,
        is_encrypted: fields.is_encrypted,
    };
    Ok(entries.into_iter().map(entry).collect())
}

/// The metadata that a request brings, in the newer form or else in the older one.
fn written_metadata(
    entries: Option<Vec<MetadataFields>>,
    older: Option<BTreeMap<String, Trimmed>>,
) -> Result<Option<Vec<MetadataEntry>>> {
    match entries {
        Some(entries) => metadata(entries).map(Some),
        None => older.map(plain_metadata).transpose(),
    }
}

/// Metadata as older clients write it.
fn plain_metadata(entries: BTreeMap<String, Trimmed>) -> Result<Vec<MetadataEntry>> {
    let field = |(key, value): (String, Trimmed)| {
        let key = key.trim().to_owned();
        if key.is_empty() {
            return Err(Error::form("metadata", "a key must not be empty"));
        }
        Ok(MetadataFields { key: Required(key), value, is_encrypted: false })
    };
    metadata(entries.into_iter().map(field).collect::<Result<_>>()?)
}

fn reminder_note(note: Trimmed) -> Result<String> {
    if note.as_str().chars().count() > REMINDER_NOTE_LENGTH_MAX {
        let rule = format!("must not have more than {REMINDER_NOTE_LENGTH_MAX} characters");
        return Err(Error::form("secretReminderNote", rule));
    }
    Ok(note.0)
}

fn reminder_days(days: i64) -> Result<i64> {
    if (0..=REMINDER_DAYS_MAX).contains(&days) {
        return Ok(days);
    }
    let rule = format!("must be 0 to {REMINDER_DAYS_MAX} days");
    Err(Error::form("secretReminderRepeatDays", rule))
}
