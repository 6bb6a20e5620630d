//! The proof that an event is in the log, for somebody who has nothing but the public key.

use serde::{Deserialize, Serialize};

use super::{BLOCK_LENGTH, Chain, Checkpoint, Event, Hash, VerifyingKey};
use crate::{base64url, time::Timestamp};

/// An event, as a proof holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "said at Event")]
pub struct EventFields {
    pub id: String,
    pub project_id: Option<String>,
    pub event_type: String,
    pub result: String,
    pub actor_type: String,
    pub actor_id: Option<String>,
    pub actor_name: Option<String>,
    /// JSON, as text: to the byte as it was sealed.
    pub metadata: String,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub user_agent_type: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// The proof: from the link before the event, over its digest and those of the events that follow, to a link
/// that is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proof {
    /// `tacit-audit-proof-1`.
    pub format: String,
    /// The id of the organization; empty for the instance.
    pub organization_id: String,
    /// The number of the event.
    pub sequence: i64,
    /// The event.
    pub event: EventFields,
    /// The link of the event before it, in hexadecimal.
    pub previous_hash: String,
    /// The digests of the events after it up to the checkpoint, in hexadecimal.
    pub digests: Vec<String>,
    /// The link that is signed, in hexadecimal.
    pub checkpoint_hash: String,
    /// When it was signed, in Unix milliseconds.
    pub signed_at: i64,
    /// The signature of the checkpoint (Ed25519), in base64url.
    pub signature: String,
    /// The key that signed, in hexadecimal.
    pub public_key: String,
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is of another format, or a part of it cannot be read.
    #[error("this is no proof of an audit event")]
    Malformed,
    /// The event or a digest is not what the signed link stands for.
    #[error("the event does not lead to the link that was signed: it was changed")]
    Changed,
    /// The signature is not of this link by this key.
    #[error("the signature is not valid")]
    BadSignature,
}

/// What a proof calls its format.
const FORMAT: &str = "tacit-audit-proof-1";

impl Proof {
    /// Puts a proof together. `digests` are those of the events after it up to the checkpoint.
    #[must_use]
    pub fn new(
        event: EventFields,
        previous: &Chain,
        digests: &[Hash],
        checkpoint: &Checkpoint,
        key: &VerifyingKey,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            organization_id: checkpoint.organization.clone(),
            sequence: previous.sequence() + 1,
            event,
            previous_hash: previous.hash().to_string(),
            digests: digests.iter().map(ToString::to_string).collect(),
            checkpoint_hash: checkpoint.hash.to_string(),
            signed_at: checkpoint.signed_at.millis(),
            signature: base64url::encode(&checkpoint.signature),
            public_key: key.to_text(),
        }
    }

    /// Checks the proof and returns the key that signed it: whose it is must be known from elsewhere.
    ///
    /// # Errors
    ///
    /// The first [`ProofError`].
    pub fn check(&self) -> Result<VerifyingKey, ProofError> {
        use ProofError::{BadSignature, Changed, Malformed};
        if self.format != FORMAT || self.digests.len() as u64 > BLOCK_LENGTH.unsigned_abs() {
            return Err(Malformed);
        }
        let key = VerifyingKey::parse(&self.public_key).ok_or(Malformed)?;
        let previous = Hash::parse(&self.previous_hash).ok_or(Malformed)?;
        let before = self.sequence.checked_sub(1).filter(|before| *before >= 0).ok_or(Malformed)?;
        let mut chain = Chain::resume(&self.organization_id, before, previous);
        chain.append(&self.event.event().digest(&mut Vec::new()));
        for digest in &self.digests {
            chain.append(&Hash::parse(digest).ok_or(Malformed)?);
        }
        if chain.hash() != Hash::parse(&self.checkpoint_hash).ok_or(Malformed)? {
            return Err(Changed);
        }
        let checkpoint = Checkpoint {
            organization: self.organization_id.clone(),
            sequence: chain.sequence(),
            hash: chain.hash(),
            signed_at: Timestamp::from_millis(self.signed_at),
            key: key.id().to_owned(),
            signature: base64url::decode(&self.signature).ok_or(Malformed)?,
        };
        if checkpoint.is_signed_by(&key) { Ok(key) } else { Err(BadSignature) }
    }
}

impl EventFields {
    /// The event as the chain sees it.
    #[must_use]
    pub fn event(&self) -> Event<'_> {
        Event {
            id: &self.id,
            project_id: self.project_id.as_deref(),
            event_type: &self.event_type,
            result: &self.result,
            actor_type: &self.actor_type,
            actor_id: self.actor_id.as_deref(),
            actor_name: self.actor_name.as_deref(),
            metadata: &self.metadata,
            ip: self.ip.as_deref(),
            user_agent: self.user_agent.as_deref(),
            user_agent_type: self.user_agent_type.as_deref(),
            created_at: Timestamp::from_millis(self.created_at),
        }
    }
}
