//! Lets events of the audit log go that are older than they are to be kept.

use std::time::Duration;

use crate::app::{App, audit::retention};

/// Time between two rounds, and between two steps while there is more to do: so that who writes hardly notices.
const PERIOD: Duration = Duration::from_mins(10);
const STEP_PERIOD: Duration = Duration::from_secs(5);

/// Prunes for ever. It may be stopped anywhere: each block is a transaction.
pub async fn run(app: App) {
    let mut wait = STEP_PERIOD;
    loop {
        tokio::time::sleep(wait).await;
        wait = match retention::step(&app).await {
            Ok(true) => STEP_PERIOD,
            Ok(false) => PERIOD,
            Err(error) => {
                tracing::warn!(%error, "old audit events could not be removed, trying again");
                PERIOD
            }
        };
    }
}
