//! Sends notices to webhooks.

use std::time::Duration;

use crate::app::{App, Result, webhooks::deliver};

/// Time between two looks at the commit logs.
const PERIOD: Duration = Duration::from_secs(1);

/// Delivers for ever. It may be stopped anywhere: what was being sent is sent again once its lease
/// has run out.
pub async fn run(app: App) {
    loop {
        tokio::time::sleep(PERIOD).await;
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "webhooks could not be served, trying again");
        }
    }
}

async fn round(app: &App) -> Result<()> {
    deliver::collect(app).await?;
    deliver::send_due(app).await?;
    Ok(())
}
