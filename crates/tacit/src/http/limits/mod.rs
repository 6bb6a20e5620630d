//! How much of a request is taken, beyond what each route says itself: `docs/limits.md` has the whole list.

mod bodies;
pub(super) mod json;

use std::time::Duration;

use super::rate_limit::RateLimits;

pub(super) use bodies::{Room, Unread};

/// Longest path and query together, in bytes.
pub const TARGET_BYTES_MAX: usize = 16 * 1024;
/// Most parameters of a query or a form.
pub const PARAMETERS_MAX: usize = 1_000;
/// Most values in a JSON body, counting objects and lists and what is in them: the largest batch with all its
/// metadata has fewer. In memory each takes up to 40 times what it takes in a body.
pub const JSON_VALUES_MAX: usize = 500_000;
/// Bytes of the bodies of all known callers that are being read or answered at one time.
pub const CALLERS_BODIES_BYTES_MAX: usize = 128 * 1024 * 1024;
/// The same for those who are not known yet, so that strangers cannot take the room of callers.
pub const STRANGERS_BODIES_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How long a body may take to arrive, unless the operator says otherwise.
pub const BODY_TIME_DEFAULT: Duration = Duration::from_secs(30);

/// The limits of one server, shared by all its requests.
#[derive(Debug)]
pub struct Limits {
    callers: bodies::Bodies,
    strangers: bodies::Bodies,
    pub(super) rates: RateLimits,
}

impl Limits {
    /// Bodies may take `body_time` to arrive; `rates` says how often somebody may come.
    #[must_use]
    pub fn new(body_time: Duration, rates: RateLimits) -> Self {
        Self {
            callers: bodies::Bodies::new(body_time, CALLERS_BODIES_BYTES_MAX),
            strangers: bodies::Bodies::new(body_time, STRANGERS_BODIES_BYTES_MAX),
            rates,
        }
    }

    /// Where the bodies of known callers are read, or those of others.
    pub(super) const fn bodies(&self, is_known: bool) -> &bodies::Bodies {
        if is_known { &self.callers } else { &self.strangers }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(BODY_TIME_DEFAULT, RateLimits::default())
    }
}
