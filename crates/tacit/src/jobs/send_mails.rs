//! Sends mails to people.

use std::time::Duration;

use crate::app::{App, Result, mail::deliver, password_reset};

/// Time between two looks at what waits.
const PERIOD: Duration = Duration::from_secs(1);

/// Sends for ever, if there is a mail server. It may be stopped anywhere: what was being sent is sent
/// again once its lease has run out.
pub async fn run(app: App) {
    if app.settings.mailer.is_none() {
        return;
    }
    loop {
        tokio::time::sleep(PERIOD).await;
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "mails could not be sent, trying again");
        }
    }
}

async fn round(app: &App) -> Result<()> {
    password_reset::write_mails(app).await?;
    deliver::send_due(app).await?;
    Ok(())
}
