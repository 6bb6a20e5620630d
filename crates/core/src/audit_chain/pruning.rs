//! Signed statements that events of a block are not kept any more.

use std::collections::BTreeMap;

use super::{Hash, KeyId, SigningKey, VerifyingKey, put_number, put_text};
use crate::time::Timestamp;

/// The digests of events of a block that are gone, by their sequence numbers.
///
/// Stored as 2 bytes (how far from the block's first event) and 32 bytes for each, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned(pub BTreeMap<i64, Hash>);

/// Bytes of one event that is gone.
const ENTRY_LENGTH: usize = 34;

impl Pruned {
    /// Reads what [`Self::to_bytes`] wrote for a block that begins with event `first`. `None` if it
    /// is something else.
    #[must_use]
    pub fn from_bytes(first: i64, bytes: &[u8]) -> Option<Self> {
        if !bytes.len().is_multiple_of(ENTRY_LENGTH) {
            return None;
        }
        let entry = |bytes: &[u8]| {
            let (offset, hash) = bytes.split_at_checked(2)?;
            let offset = u16::from_be_bytes(offset.try_into().ok()?);
            Some((first.checked_add(i64::from(offset))?, Hash::from_bytes(hash)?))
        };
        bytes.chunks_exact(ENTRY_LENGTH).map(entry).collect::<Option<_>>().map(Self)
    }

    /// The bytes to store for a block that begins with event `first`. What is not in the block is left
    /// out.
    #[must_use]
    pub fn to_bytes(&self, first: i64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * ENTRY_LENGTH);
        for (sequence, hash) in &self.0 {
            if let Some(offset) = sequence.checked_sub(first).and_then(|offset| u16::try_from(offset).ok()) {
                bytes.extend_from_slice(&offset.to_be_bytes());
                bytes.extend_from_slice(hash.as_bytes());
            }
        }
        bytes
    }
}

/// The statement that retention removed these events of a block and no others. The signature is over
/// `tacit audit pruning 1`, a zero byte, text organization, 8 bytes first and 8 bytes last sequence, the
/// link of the last, 8 bytes count, the SHA-256 of the stored digests, 8 bytes milliseconds, text key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruning {
    /// The id of the organization; empty for the instance.
    pub organization: String,
    /// The first event of the block.
    pub first: i64,
    /// The last event of the block.
    pub last: i64,
    /// The link of the last event.
    pub hash: Hash,
    /// How many of its events are gone. If it is all of them, no digests are kept.
    pub count: i64,
    /// The digests of those that are gone, as [`Pruned`] writes them.
    pub digests: Vec<u8>,
    /// When the last of them went.
    pub pruned_at: Timestamp,
    /// Which key signed this.
    pub key: KeyId,
    /// 64 bytes of Ed25519.
    pub signature: Vec<u8>,
}

impl Pruning {
    /// Signs: the key and the signature that `self` has are replaced.
    #[must_use]
    pub fn signed(mut self, key: &SigningKey) -> Self {
        key.public().id().clone_into(&mut self.key);
        self.signature = key.sign(&self.message());
        self
    }

    /// Whether this key has signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        self.key == key.id() && key.has_signed(&self.message(), &self.signature)
    }

    /// Whether no event of the block is left.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.count == self.last - self.first + 1
    }

    fn message(&self) -> Vec<u8> {
        let mut bytes = b"tacit audit pruning 1\0".to_vec();
        put_text(&mut bytes, &self.organization);
        put_number(&mut bytes, self.first);
        put_number(&mut bytes, self.last);
        bytes.extend_from_slice(self.hash.as_bytes());
        put_number(&mut bytes, self.count);
        bytes.extend_from_slice(Hash::of(&self.digests).as_bytes());
        put_number(&mut bytes, self.pruned_at.millis());
        put_text(&mut bytes, &self.key);
        bytes
    }
}
