//! Backups that are being made or tried in this process, so that it can stop: they run on threads of their own, which
//! nothing else would end.

use tokio::sync::watch;

/// What is being done.
#[derive(Debug)]
pub struct Ongoing(watch::Sender<bool>);

/// Held by what is being done, until its end.
pub(super) struct Held(watch::Receiver<bool>);

impl Default for Ongoing {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Ongoing {
    /// Something begins.
    pub(super) fn begin(&self) -> Held {
        Held(self.0.subscribe())
    }

    /// Ends what is being done, and what would begin later, and returns when nothing is.
    pub async fn stop(&self) {
        self.0.send_replace(true);
        self.0.closed().await;
    }
}

impl Held {
    /// Returns when it shall end.
    pub(super) async fn stopped(&mut self) {
        // An error means that the application is gone, which is a stop too.
        let _ = self.0.wait_for(|is_over| *is_over).await;
    }
}
