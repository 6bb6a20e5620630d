//! What is encrypted of a secret: value, comment, metadata.

use serde::{Deserialize, Serialize};
use tacit_core::{
    cipher::{Ciphertext, DataKey, DecryptError, Place},
    name::secret_value,
    random::Random,
};
use tacit_store::secrets::SecretRow;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::damaged::Damaged;

/// The longest value, and the longest comment, in bytes of UTF-8 after trimming (`decisions.md` 3).
pub const VALUE_BYTES_MAX: usize = 1024 * 1024;
/// Metadata entries of one secret at most.
pub const METADATA_ENTRIES_MAX: usize = 100;

/// Longer than [`VALUE_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must not have more than {VALUE_BYTES_MAX} bytes")]
pub struct TooLong;

/// Text that is secret: overwritten when dropped, never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Plaintext(Zeroizing<String>);

impl Plaintext {
    /// A value, trimmed by the rule of wire-contract 7.2.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if more than [`VALUE_BYTES_MAX`] bytes remain.
    pub fn value(text: &str) -> Result<Self, TooLong> {
        Self::limited(secret_value(text))
    }

    /// A comment, trimmed at both ends.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if more than [`VALUE_BYTES_MAX`] bytes remain.
    pub fn comment(text: &str) -> Result<Self, TooLong> {
        Self::limited(text.trim().to_owned())
    }

    /// A value as it is, without trimming: one made from a stored value.
    pub(super) fn as_written(text: String) -> Result<Self, TooLong> {
        Self::limited(text)
    }

    fn limited(text: String) -> Result<Self, TooLong> {
        let text = Zeroizing::new(text);
        if text.len() > VALUE_BYTES_MAX { Err(TooLong) } else { Ok(Self(text)) }
    }

    /// A value whose references were expanded, which may be longer than a stored one.
    pub(super) const fn expanded(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, taken out.
    pub(super) fn into_text(self) -> Zeroizing<String> {
        self.0
    }
}

/// Prints nothing of the text.
impl std::fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plaintext(..)")
    }
}

/// A key and a value that describe a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "camelCase")]
pub struct MetadataEntry {
    /// 1 to 255 characters.
    pub key: String,
    /// Any text.
    pub value: String,
    /// Whether the value is for those only who may read the secret's value. Stored encrypted anyway.
    pub is_encrypted: bool,
}

/// Prints nothing of the value.
impl std::fmt::Debug for MetadataEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MetadataEntry({:?}, ..)", self.key)
    }
}

/// The three encrypted parts of a secret, in the clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) value: Plaintext,
    pub(super) comment: Plaintext,
    pub(super) metadata: Vec<MetadataEntry>,
}

/// The three parts, encrypted for one version of one secret.
pub(super) struct Encrypted {
    pub(super) value: Ciphertext,
    pub(super) comment: Ciphertext,
    pub(super) metadata: Ciphertext,
}

impl Content {
    /// Encrypts for version `version` of the secret `id`. Every version has its own ciphertexts, so
    /// that an old one cannot be put back.
    pub(super) fn encrypt(
        &self,
        key: &DataKey,
        id: &str,
        version: i64,
        random: &Random,
    ) -> Result<Encrypted, serde_json::Error> {
        let encrypt = |field, text: &[u8]| key.encrypt(&place(id, field, version), text, random);
        let metadata = Zeroizing::new(serde_json::to_vec(&self.metadata)?);
        Ok(Encrypted {
            value: encrypt("value", self.value.as_str().as_bytes()),
            comment: encrypt("comment", self.comment.as_str().as_bytes()),
            metadata: encrypt("metadata", &metadata),
        })
    }

    /// Decrypts all of a secret.
    pub(super) fn decrypt(key: &DataKey, row: &SecretRow) -> Result<Self, Damaged> {
        let value = decrypt_value(key, row)?;
        let (comment, metadata) = decrypt_description(key, row)?;
        Ok(Self { value, comment, metadata })
    }

    /// Decrypts what can be decrypted of a damaged secret; the rest is empty.
    pub(super) fn salvage(key: &DataKey, row: &SecretRow) -> Self {
        let (comment, metadata) = decrypt_description(key, row).unwrap_or_default();
        Self { value: decrypt_value(key, row).unwrap_or_default(), comment, metadata }
    }
}

/// Decrypts the value of a secret.
pub(super) fn decrypt_value(key: &DataKey, row: &SecretRow) -> Result<Plaintext, Damaged> {
    key.decrypt_text(&place(row.id.as_str(), "value", row.version), &row.value_ciphertext)
        .map(Plaintext)
        .map_err(Damaged::part(row, "value"))
}

/// Decrypts what describes a secret: comment and metadata.
pub(super) fn decrypt_description(
    key: &DataKey,
    row: &SecretRow,
) -> Result<(Plaintext, Vec<MetadataEntry>), Damaged> {
    let comment = decrypt_comment(key, row.id.as_str(), row.version, &row.comment_ciphertext)
        .map_err(Damaged::part(row, "comment"))?;
    let metadata = decrypt_metadata(key, row.id.as_str(), row.version, &row.metadata_ciphertext)
        .map_err(Damaged::part(row, "metadata"))?;
    Ok((comment, metadata))
}

/// Decrypts the comment of version `version` of the secret `id`.
pub(super) fn decrypt_comment(
    key: &DataKey,
    id: &str,
    version: i64,
    ciphertext: &Ciphertext,
) -> Result<Plaintext, DecryptError> {
    key.decrypt_text(&place(id, "comment", version), ciphertext).map(Plaintext)
}

/// Decrypts the metadata of version `version` of the secret `id`.
pub(super) fn decrypt_metadata(
    key: &DataKey,
    id: &str,
    version: i64,
    ciphertext: &Ciphertext,
) -> Result<Vec<MetadataEntry>, DecryptError> {
    let json = key.decrypt(&place(id, "metadata", version), ciphertext)?;
    serde_json::from_slice(&json).map_err(|_| DecryptError)
}

const fn place<'a>(id: &'a str, field: &'a str, version: i64) -> Place<'a> {
    Place { table: "secrets", row_id: id, field, version }
}
