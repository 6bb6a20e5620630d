//! Looks at how something goes, which pages ask for again and again: where the chain is, how far a stream or a backup came.
//! None of them shows a value or an event. If each were an event, one open page would fill the log with itself.

use quick_cache::sync::Cache;
use tacit_core::token;

use super::Event;

/// For how long the same look is one event, in milliseconds.
const ONE_LOOK: i64 = 10 * 60 * 1000;
/// Looks that are remembered. One that is forgotten becomes an event again.
const REMEMBERED_MAX: usize = 10_000;

/// Looks that were recorded, by a digest of all that their events say, and when.
pub(super) struct Looks(Cache<[u8; 32], i64>);

/// One look.
pub(super) struct Look {
    digest: [u8; 32],
    at: i64,
}

impl Default for Looks {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED_MAX))
    }
}

impl Looks {
    /// The look that an event is about, unless the same was recorded a moment ago: by the same person, from the same address,
    /// at the same thing, with the same facts.
    ///
    /// # Errors
    ///
    /// If the event is nothing that JSON can say.
    pub(super) fn find_new(&self, event: &Event) -> serde_json::Result<Option<Look>> {
        let what = Event { id: String::new(), created_at_ms: 0, ..event.clone() };
        let look = Look { digest: token::digest(&serde_json::to_string(&what)?), at: event.created_at_ms };
        let is_known = |recorded: i64| (recorded..recorded + ONE_LOOK).contains(&look.at);
        Ok(if self.0.get(&look.digest).is_some_and(is_known) { None } else { Some(look) })
    }

    /// Remembers a look that was recorded.
    pub(super) fn remember(&self, look: &Look) {
        self.0.insert(look.digest, look.at);
    }
}
