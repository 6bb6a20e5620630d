//! What stands in the clear before the frames.

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::{
    base64url,
    cipher::{Ciphertext, DataKey, KeyBytes},
    hex,
    keyring::RootKey,
    random::Random,
    time::Timestamp,
};

const MAGIC: &[u8; 8] = b"TACITBAK";
/// The only format there is so far.
const FORMAT: u8 = 1;
/// Magic, format and the header's length.
const FIXED_BYTES: usize = 8 + 1 + 4;
/// Longest header, in bytes.
const HEADER_BYTES_MAX: usize = 4096;

/// What a backup is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// Names the backup, and is who its key was wrapped for.
    pub id: String,
    /// When the moment was that it shows, in Unix milliseconds.
    pub created_at_ms: i64,
    /// The version of the schema that its tables have.
    pub schema_version: i64,
    /// The engine that it was made from, for people.
    pub engine: String,
    /// The release that wrote it.
    pub release: String,
    /// The public id of the root key that opens it.
    pub root_key_id: String,
    /// The file's own key, wrapped, in base64url.
    wrapped_key: String,
}

/// What [`Header::read`] found.
pub(super) struct Preamble {
    pub(super) header: Header,
    /// How many bytes it took.
    pub(super) length: usize,
    /// What binds the frames to it.
    pub(super) hash: String,
}

impl Header {
    /// A header with a new key, which is returned beside it.
    pub(super) fn generate(about: Self, root: &RootKey, random: &Random) -> (Self, DataKey) {
        let (key, bytes): (DataKey, KeyBytes) = DataKey::generate(1, random);
        let wrapped = root.wrap(&owner(&about.id), &bytes, key.number(), random);
        let header = Self { root_key_id: root.id(), wrapped_key: base64url::encode(&wrapped.0), ..about };
        (header, key)
    }

    /// A header about a backup that is to be made; the writer adds the key.
    #[must_use]
    pub fn new(id: String, created_at: Timestamp, schema_version: i64, engine: &str, release: &str) -> Self {
        Self {
            id,
            created_at_ms: created_at.millis(),
            schema_version,
            engine: engine.to_owned(),
            release: release.to_owned(),
            root_key_id: String::new(),
            wrapped_key: String::new(),
        }
    }

    /// When the moment was that the backup shows.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        Timestamp::from_millis(self.created_at_ms)
    }

    /// Everything before the first frame, and what binds the frames to it.
    pub(super) fn encode(&self) -> (Vec<u8>, String) {
        // Text and numbers always become JSON.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut bytes = Vec::with_capacity(FIXED_BYTES + json.len());
        bytes.extend_from_slice(MAGIC);
        bytes.push(FORMAT);
        bytes.extend_from_slice(&u32::try_from(json.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(&json);
        let hash = hash(&bytes);
        (bytes, hash)
    }

    /// Reads what stands before the first frame. `None` if `bytes` do not hold all of it yet.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Preamble>, BackupError> {
        let known = bytes.len().min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] {
            return Err(BackupError::NotABackup);
        }
        let Some(fixed) = bytes.first_chunk::<FIXED_BYTES>() else { return Ok(None) };
        if fixed[8] != FORMAT {
            return Err(BackupError::Format(fixed[8]));
        }
        let length = u32::from_be_bytes([fixed[9], fixed[10], fixed[11], fixed[12]]);
        let length = usize::try_from(length).ok().filter(|length| *length <= HEADER_BYTES_MAX);
        let end = FIXED_BYTES + length.ok_or(BackupError::Header)?;
        let Some(whole) = bytes.get(..end) else { return Ok(None) };
        let header = serde_json::from_slice(&whole[FIXED_BYTES..]).map_err(|_| BackupError::Header)?;
        Ok(Some(Preamble { header, length: end, hash: hash(whole) }))
    }

    /// The file's key.
    pub(super) fn key(&self, root: &RootKey) -> Result<DataKey, BackupError> {
        if self.root_key_id != root.id() {
            return Err(BackupError::OtherKey { needed: self.root_key_id.clone(), given: root.id() });
        }
        let wrapped = base64url::decode(&self.wrapped_key).map(Ciphertext).ok_or(BackupError::Header)?;
        root.unwrap(&owner(&self.id), &wrapped).map_err(|_| BackupError::Header)
    }
}

fn owner(id: &str) -> String {
    format!("backup:{id}")
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes).as_ref()).to_string()
}
