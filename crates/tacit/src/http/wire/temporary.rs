//! Whether something ends by itself, and when (wire-contract 10.8, 12.6).

use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::time::Timestamp;

use crate::app::{Issue, memberships::Temporary, temporary};

/// The only way in which something is temporary: from a start, for a while.
pub const RELATIVE: &str = "relative";

/// Whether something ends by itself, and when.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemporaryInput {
    /// Whether it ends by itself.
    #[serde(default)]
    pub is_temporary: bool,
    /// `relative`, if it does.
    #[serde(default)]
    pub temporary_mode: Option<String>,
    /// How long it lasts, such as `1h` or `30d`.
    #[serde(default)]
    pub temporary_range: Option<String>,
    /// From when it counts.
    #[serde(default)]
    pub temporary_access_start_time: Option<String>,
}

impl TemporaryInput {
    /// When it counts; `None` is always.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn read(self) -> Result<Option<Temporary>, Issue> {
        if !self.is_temporary {
            return Ok(None);
        }
        if self.temporary_mode.as_deref() != Some(RELATIVE) {
            return Err(Issue::at("temporaryMode", "The only mode is 'relative'"));
        }
        let range = self.temporary_range.unwrap_or_default();
        let seconds = temporary::parse_range(&range).ok_or_else(|| {
            let message = "Expected a number and a unit, such as 1h or 30d, up to 100 years";
            Issue::at("temporaryRange", message)
        })?;
        let start = self.temporary_access_start_time.as_deref().and_then(Timestamp::parse);
        let starts_at = start.ok_or_else(|| {
            Issue::at("temporaryAccessStartTime", "Expected a time such as 2026-01-31T12:00:00Z")
        })?;
        Ok(Some(Temporary { range: range.trim().to_owned(), seconds, starts_at }))
    }
}
