//! How requests name a point in the past.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::text::Trimmed;
use crate::app::history::Point;

/// A revision of the project, such as `17`, or a time, such as `2026-01-31T12:00:00Z` (RFC 3339).
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Moment(#[schemars(with = "String")] pub(crate) Point);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Trimmed::deserialize(deserializer)?;
        let point = Point::parse(text.as_str());
        point.map(Self).ok_or_else(|| D::Error::custom("rule: must be a revision or an RFC 3339 time"))
    }
}
