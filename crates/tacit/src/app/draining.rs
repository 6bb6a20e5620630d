//! Whether this server is about to stop, so that load balancers and clients go elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};

/// Said once, never taken back.
#[derive(Debug, Default)]
pub struct Draining(AtomicBool);

impl Draining {
    /// From now on the server says that it is about to stop. It answers as before.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is about to stop.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
