//! What the metrics say about backups.

use std::sync::{Arc, Mutex, PoisonError};

use super::Overview;

/// The state of backups when it was last looked at. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Latest(Arc<Mutex<Option<Overview>>>);

impl Latest {
    /// Notes what was seen.
    pub fn set(&self, overview: Overview) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(overview);
    }

    /// What was seen; none where no backups are made.
    #[must_use]
    pub fn get(&self) -> Option<Overview> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
