//! Keys and values that somebody gave a member of an organization: a person or a machine identity.

use serde::{Deserialize, Serialize};

use super::{
    App,
    bounds::Bounds,
    error::{Error, Result},
};

/// Pairs that one can have.
const PAIRS_MAX: usize = 100;

/// A key and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The id of the pair.
    pub id: String,
    /// 1 to 255 characters.
    pub key: String,
    /// Up to 1024 characters.
    pub value: String,
}

/// Checks the form of new pairs.
pub(super) fn check(bounds: &mut Bounds, pairs: Option<&[(String, String)]>) {
    bounds.list("metadata", pairs, PAIRS_MAX);
    for (key, value) in pairs.unwrap_or_default().iter().take(PAIRS_MAX) {
        bounds.text("metadata", Some(key), &(1..=255));
        bounds.text("metadata", Some(value), &(0..=1024));
    }
}

/// The pairs of a row.
pub(super) fn read(text: &str) -> Result<Vec<Metadata>> {
    serde_json::from_str(text).map_err(|error| Error::Internal(format!("stored metadata: {error}")))
}

/// The text for a row. A pair whose key was there keeps its id, as long as its value stays.
pub(super) fn store(app: &App, pairs: &[(String, String)], before: &[Metadata]) -> Result<String> {
    let with_id = |(key, value): &(String, String)| {
        let known = before.iter().find(|pair| pair.key == *key && pair.value == *value);
        known.cloned().unwrap_or_else(|| Metadata {
            id: app.new_id(),
            key: key.clone(),
            value: value.clone(),
        })
    };
    let all: Vec<Metadata> = pairs.iter().map(with_id).collect();
    serde_json::to_string(&all).map_err(|error| Error::Internal(format!("metadata: {error}")))
}
