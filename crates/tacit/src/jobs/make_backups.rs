//! Makes backups when they are due, and tells the metrics how old the last one is.

use std::time::Duration;

use crate::app::{
    App, Result,
    backup::{Latest, make_due, overview},
};

/// Time between two looks at whether one is due.
const PERIOD: Duration = Duration::from_mins(1);

/// Makes them for ever, if the operator chose a folder. It may be stopped anywhere: what was being written is given up
/// ([`Ongoing::stop`](crate::app::backup::Ongoing::stop)) or, if the server was killed, made anew when the lease has run out.
pub async fn run(app: App, latest: Latest) {
    if app.settings.backups.is_none() {
        return;
    }
    loop {
        if let Err(error) = round(&app, &latest).await {
            tracing::warn!(%error, "it could not be noted how a backup went, trying again");
        }
        tokio::time::sleep(PERIOD).await;
    }
}

async fn round(app: &App, latest: &Latest) -> Result<()> {
    latest.set(overview(app).await?);
    if make_due(app).await?.is_some() {
        latest.set(overview(app).await?);
    }
    Ok(())
}
