//! How the wire reads text and booleans (wire-contract 1.3, 1.4), and absent, null and value apart.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};

/// Text without surrounding white space, and without NUL characters: PostgreSQL takes none.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Trimmed(pub String);

impl Trimmed {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, or `None` if there is none: an empty parameter is an absent one.
    #[must_use]
    pub fn filled(self) -> Option<String> {
        if self.0.is_empty() { None } else { Some(self.0) }
    }
}

impl<'de> Deserialize<'de> for Trimmed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Cow<'_, str> = Deserialize::deserialize(deserializer)?;
        if text.contains('\0') {
            return Err(D::Error::custom("rule: must not contain NUL characters"));
        }
        Ok(Self(text.trim().to_owned()))
    }
}

/// Text without surrounding white space that is not empty.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Required(pub String);

impl<'de> Deserialize<'de> for Required {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Trimmed(text) = Trimmed::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(D::Error::custom("rule: must not be empty"));
        }
        Ok(Self(text))
    }
}

/// A boolean of the folder routes: empty, `0` and `false` in any case are false, other text is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lenient(pub bool);

impl JsonSchema for Lenient {
    fn schema_name() -> Cow<'static, str> {
        "LenientBoolean".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["boolean", "string"],
            "description": "Empty, `0` and `false` in any case are false; any other text is true.",
        })
    }
}

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Trimmed(text) = Trimmed::deserialize(deserializer)?;
        Ok(Self(!matches!(text.to_ascii_lowercase().as_str(), "" | "0" | "false")))
    }
}

/// A boolean of the secret routes: exactly `true` or `false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Strict(pub bool);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Cow<'_, str> = Deserialize::deserialize(deserializer)?;
        match text.as_ref() {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(D::Error::custom("rule: must be true or false")),
        }
    }
}

/// Reads a field that is there, null included, as `Some`; with `#[serde(default)]` an absent one is
/// `None`. So a PATCH tells "keep" from "clear" (`decisions.md` 19).
///
/// # Errors
///
/// If the value is neither null nor a `T`.
pub fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
