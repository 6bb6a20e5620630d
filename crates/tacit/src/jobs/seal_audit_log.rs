//! Seals, signs and keeps the audit log, behind those who write.

use std::time::Duration;

use crate::app::{
    App, Result,
    audit::{anchor, blocks},
};

/// How long events gather before they are sealed together.
const GATHER_TIME: Duration = Duration::from_millis(50);
/// Time after which to look for what other nodes left.
const PERIOD: Duration = Duration::from_secs(1);
/// Rounds after which the file of checkpoints is looked at, should other nodes sign.
const ROUNDS_UNTIL_KEEPING: u32 = 60;

/// Seals for ever. It may be stopped anywhere: each round is made of transactions.
pub async fn run(app: App) {
    let mut rounds = 0;
    loop {
        // Whether somebody wrote or not: other nodes may have.
        let _ = tokio::time::timeout(PERIOD, app.audit.written()).await;
        tokio::time::sleep(GATHER_TIME).await;
        if let Err(error) = round(&app, rounds % ROUNDS_UNTIL_KEEPING == 0).await {
            tracing::warn!(%error, "the audit log could not be sealed, trying again");
        }
        rounds = rounds.wrapping_add(1);
    }
}

async fn round(app: &App, is_keeping_due: bool) -> Result<()> {
    app.audit.seal().await?;
    if blocks::sign_due(app).await? || is_keeping_due {
        anchor::keep(app).await?;
    }
    Ok(())
}
