//! The time, as an argument.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use tacit_core::time::Timestamp;
use tacit_store::revisions::Uptime;

/// Tells the time: the machine's, or in tests one that is set by hand.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// Since when it runs.
    System(Instant),
    Manual(Arc<Manual>),
}

/// Both in milliseconds.
#[derive(Debug)]
struct Manual {
    now: AtomicI64,
    uptime: AtomicI64,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(Instant::now()))
    }

    /// A clock that stands still until it is moved. Clones show the same time.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        let (now, uptime) = (AtomicI64::new(start.millis()), AtomicI64::new(start.millis()));
        Self(Source::Manual(Arc::new(Manual { now, uptime })))
    }

    /// Moves a manual clock forward; does nothing to the machine's.
    pub fn advance_seconds(&self, seconds: i64) {
        self.advance_millis(seconds * 1000);
    }

    /// As [`Self::advance_seconds`].
    pub fn advance_millis(&self, millis: i64) {
        if let Source::Manual(manual) = &self.0 {
            manual.now.fetch_add(millis, Ordering::SeqCst);
            manual.uptime.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// Sets a manual clock forward or back, as somebody does who sets the machine's: no time passes.
    pub fn jump_seconds(&self, seconds: i64) {
        if let Source::Manual(manual) = &self.0 {
            manual.now.fetch_add(seconds * 1000, Ordering::SeqCst);
        }
    }

    /// The time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the place the rule points to")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::Manual(manual) => Timestamp::from_millis(manual.now.load(Ordering::SeqCst)),
            Source::System(_) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
        }
    }

    /// Milliseconds of a clock that never goes back, whatever is done to the machine's.
    #[must_use]
    pub fn uptime(&self) -> Uptime {
        match &self.0 {
            Source::Manual(manual) => manual.uptime.load(Ordering::SeqCst),
            Source::System(start) => i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX),
        }
    }
}
