//! Looks at what other nodes changed, so that what this one remembers is never older than the staleness
//! bound (architecture 5).

use std::time::Duration;

use tacit_store::feed;

use crate::app::App;

/// How long after one look the next one begins.
const PERIOD: Duration = Duration::from_millis(50);

/// Looks again and again. While the database does not answer nothing is confirmed, so reads go there and
/// fail there.
pub async fn run(app: App) {
    if app.database.is_of_one_process() {
        return;
    }
    let mut is_failing = false;
    loop {
        let result = feed::follow(&app.database, app.uptime()).await;
        if let Err(error) = &result
            && !is_failing
        {
            tracing::warn!(%error, "changes of other nodes cannot be followed, reads go to the database");
        }
        is_failing = result.is_err();
        tokio::time::sleep(PERIOD).await;
    }
}
