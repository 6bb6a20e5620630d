//! The chain of an organization's audit log: what makes a change of it show.
//!
//! All numbers are big-endian, `text` is its length in 8 bytes and then its UTF-8, `optional` is one
//! byte 0 for nothing, or 1 and then a text. Every hash is SHA-256 and begins with a label of its own
//! that ends with a zero byte, so that no two kinds of input can be taken for each other:
//!
//! | what | over |
//! |---|---|
//! | start of a chain, h₀ | `tacit audit start 1`, text organization |
//! | digest of an event, d | `tacit audit event 1`, text id, optional project, text type, text result, text actor type, optional actor id, optional actor name, text metadata, optional IP, optional user agent, optional user agent type, 8 bytes milliseconds |
//! | link, hᵢ | `tacit audit link 1`, text organization, 8 bytes sequence, hᵢ₋₁, dᵢ |
//!
//! So hᵢ stands for all events up to the i-th. It is signed now and then ([`Checkpoint`]), and a
//! digest alone still proves its place in the chain when the event itself is not kept any more
//! ([`Pruning`]).

mod checkpoint;
mod key;
mod proof;
mod pruning;
mod verifier;

#[cfg(test)]
mod tests;

use aws_lc_rs::digest::{SHA256, digest};

pub use self::{
    checkpoint::Checkpoint,
    key::{KeyId, SigningKey, VerifyingKey},
    proof::{EventFields, Proof, ProofError},
    pruning::{Pruned, Pruning},
    verifier::{Counts, Fault, Verifier},
};
use crate::{hex, time::Timestamp};

/// Events of a block: so many are signed together, and go together when their time is over.
pub const BLOCK_LENGTH: i64 = 1_024;

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl Hash {
    /// From stored bytes. `None` unless there are 32.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads 64 hexadecimal digits. `None` if `text` is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        hex::decode_32(text).map(|bytes| Self(*bytes))
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(hash)
    }
}

/// 64 hexadecimal digits.
impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// An event as the chain sees it: everything that is stored of it, beside organization and sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Its id.
    pub id: &'a str,
    /// The project it is about.
    pub project_id: Option<&'a str>,
    /// Its name, such as `get-secret`.
    pub event_type: &'a str,
    /// `allowed` or `denied`.
    pub result: &'a str,
    /// `user`, `identity` or `platform`.
    pub actor_type: &'a str,
    /// Who.
    pub actor_id: Option<&'a str>,
    /// Their e-mail or name then.
    pub actor_name: Option<&'a str>,
    /// JSON object of its own facts, to the byte as it is stored.
    pub metadata: &'a str,
    /// From where.
    pub ip: Option<&'a str>,
    /// With what.
    pub user_agent: Option<&'a str>,
    /// The class of `user_agent`.
    pub user_agent_type: Option<&'a str>,
    /// When.
    pub created_at: Timestamp,
}

impl Event<'_> {
    /// The digest of all its fields. `buffer` is overwritten; it is an argument so that millions of
    /// events need one.
    #[must_use]
    pub fn digest(&self, buffer: &mut Vec<u8>) -> Hash {
        buffer.clear();
        buffer.extend_from_slice(b"tacit audit event 1\0");
        put_text(buffer, self.id);
        put_optional(buffer, self.project_id);
        put_text(buffer, self.event_type);
        put_text(buffer, self.result);
        put_text(buffer, self.actor_type);
        put_optional(buffer, self.actor_id);
        put_optional(buffer, self.actor_name);
        put_text(buffer, self.metadata);
        put_optional(buffer, self.ip);
        put_optional(buffer, self.user_agent);
        put_optional(buffer, self.user_agent_type);
        put_number(buffer, self.created_at.millis());
        Hash::of(buffer)
    }
}

/// The end of a chain, to which events are added.
#[derive(Clone, Debug)]
pub struct Chain {
    organization: String,
    sequence: i64,
    hash: Hash,
    buffer: Vec<u8>,
}

impl Chain {
    /// A chain without events.
    #[must_use]
    pub fn start(organization: &str) -> Self {
        let mut bytes = b"tacit audit start 1\0".to_vec();
        put_text(&mut bytes, organization);
        Self::resume(organization, 0, Hash::of(&bytes))
    }

    /// A chain whose last event has this sequence number and link.
    #[must_use]
    pub fn resume(organization: &str, sequence: i64, hash: Hash) -> Self {
        Self { organization: organization.to_owned(), sequence, hash, buffer: Vec::new() }
    }

    /// The sequence number of the last event; 0 without any.
    #[must_use]
    pub const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// The link of the last event.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// Adds the event with this digest, and returns its link.
    pub fn append(&mut self, digest: &Hash) -> Hash {
        self.sequence = self.sequence.saturating_add(1);
        self.buffer.clear();
        self.buffer.extend_from_slice(b"tacit audit link 1\0");
        put_text(&mut self.buffer, &self.organization);
        put_number(&mut self.buffer, self.sequence);
        self.buffer.extend_from_slice(self.hash.as_bytes());
        self.buffer.extend_from_slice(digest.as_bytes());
        self.hash = Hash::of(&self.buffer);
        self.hash
    }
}

fn put_number(bytes: &mut Vec<u8>, number: i64) {
    bytes.extend_from_slice(&number.to_be_bytes());
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn put_optional(bytes: &mut Vec<u8>, text: Option<&str>) {
    bytes.push(u8::from(text.is_some()));
    if let Some(text) = text {
        put_text(bytes, text);
    }
}
