//! Sends audit logs to where their streams go.

use std::time::Duration;

use crate::app::{App, Result, audit_streams::deliver};

/// Time between two looks at the logs.
const PERIOD: Duration = Duration::from_secs(1);

/// Delivers for ever. It may be stopped anywhere: what was being sent is sent again once its lease has run out.
pub async fn run(app: App) {
    loop {
        tokio::time::sleep(PERIOD).await;
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "audit streams could not be served, trying again");
        }
    }
}

/// A stream that lies behind catches up without a pause.
async fn round(app: &App) -> Result<()> {
    while deliver::send_due(app).await? > 0 {}
    Ok(())
}
