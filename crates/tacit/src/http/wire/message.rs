//! The message of a commit.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::text::Trimmed;

/// The longest message of a commit, in characters.
const MESSAGE_LENGTH_MAX: usize = 256;

/// Why a commit is made: up to 256 characters.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Message(#[schemars(with = "String")] Trimmed);

impl Message {
    /// The message, or `None` if it is empty.
    pub(crate) fn filled(self) -> Option<String> {
        self.0.filled()
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Trimmed::deserialize(deserializer)?;
        if text.as_str().chars().count() > MESSAGE_LENGTH_MAX {
            return Err(D::Error::custom("rule: must not have more than 256 characters"));
        }
        Ok(Self(text))
    }
}
