//! Removes what has ended and counts no more: sessions, failed sign-ins, access tokens, mails.

use std::time::Duration;

use crate::app::{App, Result, access_tokens, email_verification, mail, password_reset, sign_in, webhooks};

/// Time between two rounds. Nothing waits for it: what has ended does not count before, either.
const PERIOD: Duration = Duration::from_mins(10);

/// Prunes every ten minutes, for ever. It may be stopped anywhere: each round is made of transactions.
pub async fn run(app: App) {
    loop {
        tokio::time::sleep(PERIOD).await;
        if let Err(error) = prune(&app).await {
            tracing::warn!(%error, "what has ended could not be removed, trying again later");
        }
    }
}

async fn prune(app: &App) -> Result<()> {
    sign_in::prune(app).await?;
    access_tokens::prune(app).await?;
    password_reset::prune(app).await?;
    email_verification::prune(app).await?;
    mail::deliver::prune(app).await?;
    webhooks::deliver::prune(app).await
}
