//! Secrets as JSON, written straight into the answer's bytes: a list is long, and a third of what it
//! costs would be going through `serde`. Every byte is the one that [`SecretResponse`] and
//! [`ListSecretsResponse`] would make, which are the description of it and what it is tested against.
//!
//! [`SecretResponse`]: super::secret::SecretResponse
//! [`ListSecretsResponse`]: super::secret::ListSecretsResponse

use tacit_core::time::Timestamp;

use super::secret::HIDDEN;
use crate::app::secrets::{ImportGroup, MetadataEntry, PlainSecret, SecretList, Tag};

/// What a secret takes besides its own texts, in bytes, about.
const BYTES_EACH: usize = 768;

/// One secret.
pub(crate) fn secret(secret: &PlainSecret) -> Vec<u8> {
    let mut json = Json(Vec::with_capacity(bytes_of(secret)));
    json.raw("{\"secret\":");
    json.secret(secret);
    json.raw("}");
    json.0
}

/// The secrets of a folder.
pub(crate) fn list(list: &SecretList) -> Vec<u8> {
    let imported = list.imports.iter().flat_map(|group| &group.secrets);
    let mut json = Json(Vec::with_capacity(list.secrets.iter().chain(imported).map(bytes_of).sum()));
    json.raw("{\"secrets\":");
    json.array(&list.secrets, Json::secret);
    json.raw(",\"imports\":");
    json.array(&list.imports, Json::import);
    json.raw("}");
    json.0
}

fn bytes_of(secret: &PlainSecret) -> usize {
    let value = secret.value.as_ref().map_or(HIDDEN.len(), |value| value.as_str().len());
    BYTES_EACH + secret.row.name.len() + 2 * secret.place.path.len() + value + secret.comment.as_str().len()
}

/// JSON as far as it is written.
struct Json(Vec<u8>);

impl Json {
    fn import(&mut self, group: &ImportGroup) {
        self.raw("{\"secretPath\":");
        self.text(&group.place.path);
        self.raw(",\"environment\":");
        self.text(&group.place.environment);
        self.raw(",\"folderId\":");
        self.text(group.place.folder_id.as_str());
        self.raw(",\"secrets\":");
        self.array(&group.secrets, Self::secret);
        self.raw("}");
    }

    fn secret(&mut self, secret: &PlainSecret) {
        let (row, place) = (&*secret.row, &*secret.place);
        let is_hidden = secret.value.is_none();
        self.raw("{\"id\":");
        self.text(row.id.as_str());
        self.raw(",\"_id\":");
        self.text(row.id.as_str());
        self.raw(",\"workspace\":");
        self.text(place.project_id.as_str());
        self.raw(",\"environment\":");
        self.text(&place.environment);
        self.raw(",\"secretPath\":");
        self.text(&place.path);
        self.raw(",\"version\":");
        self.number(row.version);
        self.raw(if row.owner_user_id.is_empty() {
            ",\"type\":\"shared\",\"secretKey\":"
        } else {
            ",\"type\":\"personal\",\"secretKey\":"
        });
        self.text(&row.name);
        self.raw(",\"secretValue\":");
        self.text(secret.value.as_ref().map_or(HIDDEN, |value| value.as_str()));
        self.raw(",\"secretValueHidden\":");
        self.flag(is_hidden);
        self.raw(",\"secretComment\":");
        self.text(secret.comment.as_str());
        self.raw(",\"secretMetadata\":");
        self.array(&secret.metadata, |json, entry| json.metadata(entry, is_hidden));
        self.raw(",\"tags\":");
        self.array(&secret.tags, Self::tag);
        self.rest(secret);
    }

    /// What follows the tags of a secret.
    fn rest(&mut self, secret: &PlainSecret) {
        let row = &*secret.row;
        self.raw(",\"secretReminderNote\":");
        self.optional_text(row.reminder_note.as_deref());
        self.raw(",\"secretReminderRepeatDays\":");
        match row.reminder_repeat_days {
            Some(days) => self.number(days),
            None => self.raw("null"),
        }
        self.raw(",\"skipMultilineEncoding\":");
        self.flag(row.skip_multiline_encoding);
        self.raw(",\"actor\":{\"actorId\":");
        self.text(&row.actor_id);
        self.raw(",\"actorType\":");
        self.text(&row.actor_type);
        self.raw(",\"name\":");
        self.text(&row.actor_name);
        self.raw("},\"isRotatedSecret\":false,\"rotationId\":null,\"metadata\":null,\"createdAt\":");
        self.time(row.created_at);
        self.raw(",\"updatedAt\":");
        self.time(row.updated_at);
        self.raw("}");
    }

    /// An encrypted entry is hidden along with the value.
    fn metadata(&mut self, entry: &MetadataEntry, is_hidden: bool) {
        self.raw("{\"key\":");
        self.text(&entry.key);
        self.raw(",\"value\":");
        self.text(if entry.is_encrypted && is_hidden { HIDDEN } else { &entry.value });
        self.raw(",\"isEncrypted\":");
        self.flag(entry.is_encrypted);
        self.raw("}");
    }

    fn tag(&mut self, tag: &Tag) {
        self.raw("{\"id\":");
        self.text(tag.id.as_str());
        self.raw(",\"slug\":");
        self.text(&tag.slug);
        self.raw(",\"name\":");
        self.text(&tag.slug);
        self.raw(",\"color\":");
        self.optional_text(tag.color.as_deref());
        self.raw("}");
    }

    fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    fn flag(&mut self, flag: bool) {
        self.raw(if flag { "true" } else { "false" });
    }

    fn number(&mut self, number: i64) {
        self.raw(&number.to_string());
    }

    fn time(&mut self, time: Timestamp) {
        self.raw("\"");
        self.0.extend_from_slice(&time.to_ascii());
        self.raw("\"");
    }

    fn optional_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    fn array<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.raw("[");
        for (position, one) in items.iter().enumerate() {
            if position > 0 {
                self.raw(",");
            }
            item(self, one);
        }
        self.raw("]");
    }

    /// A text in quotes. Most have nothing to escape, and are looked through without a branch per byte.
    fn text(&mut self, text: &str) {
        self.raw("\"");
        let mut rest = text;
        if text.bytes().fold(false, |found, byte| found | is_escaped(byte)) {
            while let Some(position) = rest.bytes().position(is_escaped) {
                self.raw(&rest[..position]);
                self.escaped(rest.as_bytes()[position]);
                rest = &rest[position + 1..];
            }
        }
        self.raw(rest);
        self.raw("\"");
    }

    /// A byte that cannot stand for itself, as RFC 8259 section 7 wants it.
    fn escaped(&mut self, byte: u8) {
        match byte {
            b'"' => self.raw("\\\""),
            b'\\' => self.raw("\\\\"),
            b'\n' => self.raw("\\n"),
            b'\r' => self.raw("\\r"),
            b'\t' => self.raw("\\t"),
            0x08 => self.raw("\\b"),
            0x0c => self.raw("\\f"),
            _ => self.raw(&format!("\\u{byte:04x}")),
        }
    }
}

/// Whether a byte of a text cannot stand for itself. All bytes of characters beyond ASCII can.
const fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests;
