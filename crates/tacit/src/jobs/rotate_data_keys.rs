//! Encrypts anew what projects and organizations store whose data key is being replaced.

use std::time::Duration;

use crate::app::{App, encryption};

/// How long after one look the next one begins, when there is nothing to do.
const PERIOD: Duration = Duration::from_secs(1);
/// Between two rounds that had something to do: others write meanwhile.
const BREATH: Duration = Duration::from_millis(5);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(30);

/// Goes on with every rotation, for ever. It may be stopped anywhere: each step is a transaction, and what is
/// left to do is asked of the rows.
pub async fn run(app: App) {
    loop {
        let pause = match encryption::go_on(&app).await {
            Ok(true) => BREATH,
            Ok(false) => PERIOD,
            Err(error) => {
                tracing::warn!(%error, "values could not be encrypted anew, trying again later");
                PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}
