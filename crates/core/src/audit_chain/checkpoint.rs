//! Signed links.

use super::{Hash, KeyId, SigningKey, VerifyingKey, put_number, put_text};
use crate::{base64url, time::Timestamp};

/// What a line of a file of checkpoints begins with.
const LINE_START: &str = "tacit-audit-checkpoint-1";
/// What stands in a line for the instance, which has no id.
const INSTANCE: &str = "-";

/// The statement that the chain of an organization had this link at this sequence number. The signature is
/// over `tacit audit checkpoint 1`, a zero byte, text organization, 8 bytes sequence, the link,
/// 8 bytes milliseconds, text key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The id of the organization; empty for the instance.
    pub organization: String,
    /// Up to which event.
    pub sequence: i64,
    /// Its link.
    pub hash: Hash,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// By which key.
    pub key: KeyId,
    /// 64 bytes of Ed25519.
    pub signature: Vec<u8>,
}

impl Checkpoint {
    /// Signs.
    #[must_use]
    pub fn sign(
        organization: &str,
        sequence: i64,
        hash: Hash,
        signed_at: Timestamp,
        key: &SigningKey,
    ) -> Self {
        let mut checkpoint = Self {
            organization: organization.to_owned(),
            sequence,
            hash,
            signed_at,
            key: key.public().id().to_owned(),
            signature: Vec::new(),
        };
        checkpoint.signature = key.sign(&checkpoint.message());
        checkpoint
    }

    /// Whether this key has signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        self.key == key.id() && key.has_signed(&self.message(), &self.signature)
    }

    /// The checkpoint as a line of text, for keeping it elsewhere.
    #[must_use]
    pub fn to_line(&self) -> String {
        let organization = if self.organization.is_empty() { INSTANCE } else { &self.organization };
        format!(
            "{LINE_START} {organization} {} {} {} {} {}",
            self.sequence,
            self.hash,
            self.signed_at,
            self.key,
            base64url::encode(&self.signature)
        )
    }

    /// Reads such a line. `None` if it is something else.
    #[must_use]
    pub fn parse_line(line: &str) -> Option<Self> {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let [LINE_START, organization, sequence, hash, signed_at, key, signature] = parts[..] else {
            return None;
        };
        Some(Self {
            organization: if organization == INSTANCE { String::new() } else { organization.to_owned() },
            sequence: sequence.parse().ok()?,
            hash: Hash::parse(hash)?,
            signed_at: Timestamp::parse(signed_at)?,
            key: key.to_owned(),
            signature: base64url::decode(signature)?,
        })
    }

    fn message(&self) -> Vec<u8> {
        let mut bytes = b"tacit audit checkpoint 1\0".to_vec();
        put_text(&mut bytes, &self.organization);
        put_number(&mut bytes, self.sequence);
        bytes.extend_from_slice(self.hash.as_bytes());
        put_number(&mut bytes, self.signed_at.millis());
        put_text(&mut bytes, &self.key);
        bytes
    }
}
