//! Removes sessions that have ended, and failed sign-ins that count no more.

use std::{future::Future, time::Duration};

use crate::app::{App, sign_in};

/// Time between two rounds. Nothing waits for it: what has ended does not count before, either.
const PERIOD: Duration = Duration::from_mins(10);

/// Prunes every ten minutes until `stop`.
pub async fn run(app: App, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
        if let Err(error) = sign_in::prune(&app).await {
            tracing::warn!(%error, "ended sessions could not be removed, trying again later");
        }
    }
}
