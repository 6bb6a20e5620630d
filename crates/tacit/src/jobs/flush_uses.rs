//! Stores the uses of credentials that were counted in memory (`decisions.md` 11).

use std::{future::Future, time::Duration};

use futures_util::{StreamExt, stream};

use crate::app::{App, authentication::uses};

/// How long a use may stay uncounted at most.
const PERIOD: Duration = Duration::from_secs(5);
/// Transactions at a time; SQLite commits them together.
const AT_A_TIME: usize = 32;

/// Stores uses every five seconds until `stop`, and once more then.
pub async fn run(app: App, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    loop {
        let is_over = tokio::select! {
            () = &mut stop => true,
            () = tokio::time::sleep(PERIOD) => false,
        };
        flush(&app).await;
        if is_over {
            return;
        }
    }
}

/// Stores the uses counted so far. What cannot be stored is kept for the next time.
pub async fn flush(app: &App) {
    stream::iter(app.uses.take())
        .for_each_concurrent(AT_A_TIME, |(used, count)| async move {
            if let Err(error) = uses::store(app, used.clone(), count).await {
                tracing::warn!(%error, "uses of a credential could not be stored, trying again later");
                app.uses.add(used, count);
            }
        })
        .await;
}
