//! Wipes remembered answers that nobody asks for any more, because they hold values, and lets go of
//! folders that nobody reads.

use std::time::Duration;

use crate::app::App;

/// Time between two rounds.
const PERIOD: Duration = Duration::from_secs(10);

/// Sweeps every ten seconds.
pub async fn run(app: App) {
    loop {
        tokio::time::sleep(PERIOD).await;
        app.answers.sweep();
        app.residents.sweep();
    }
}
