//! What the browser says of a request (5.8.1).

use serde::Deserialize;

use super::{CLIENT_DATA_BYTES_MAX, Expected, Nonce, PasskeyError, Result};
use crate::base64url;

/// The fields that matter. A browser may add others.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(default)]
    top_origin: Option<String>,
}

impl ClientData {
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        if json.len() > CLIENT_DATA_BYTES_MAX {
            return Err(PasskeyError::Malformed);
        }
        serde_json::from_slice(json).map_err(|_| PasskeyError::Malformed)
    }

    /// Type, challenge, origin, and that our page was not inside another (7.1 steps 7 to 11, 7.2 steps 10
    /// to 14).
    pub(super) fn check(&self, kind: &str, expected: &Expected<'_>) -> Result<Nonce> {
        if self.kind != kind {
            return Err(PasskeyError::OtherType);
        }
        let challenge = base64url::decode(&self.challenge).ok_or(PasskeyError::Challenge)?;
        let nonce = expected.challenges.check(&challenge, expected.purpose, expected.now)?;
        let is_framed = self.cross_origin == Some(true) || self.top_origin.is_some();
        if is_framed || self.origin != expected.relying_party.origin() {
            return Err(PasskeyError::Origin);
        }
        Ok(nonce)
    }
}
