//! Stores the uses of access tokens that were counted in memory (`decisions.md` 11).

use std::{future::Future, time::Duration};

use futures_util::{StreamExt, stream};
use tacit_core::{id::AccessTokenId, time::Timestamp};
use tacit_store::access_tokens;

use crate::app::{App, Error, authentication::last_uses};

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
///
/// Each token has a transaction of its own: on PostgreSQL one with several rows could wait in a
/// circle with the deletion of an identity.
pub async fn flush(app: &App) {
    stream::iter(app.token_uses.take())
        .for_each_concurrent(AT_A_TIME, |(id, (uses, last))| async move {
            if let Err(error) = store(app, id.clone(), uses, last).await {
                tracing::warn!(%error, "uses of an access token could not be stored, trying again later");
                app.token_uses.add(id, uses, last);
            }
        })
        .await;
    stream::iter(app.last_uses.take())
        .for_each_concurrent(AT_A_TIME, |(used, time)| async move {
            if let Err(error) = last_uses::store(app, used.clone(), time).await {
                tracing::warn!(%error, "the last use of a credential could not be stored, trying again later");
                app.last_uses.note(used, time);
            }
        })
        .await;
}

async fn store(app: &App, id: AccessTokenId, uses: i64, last: Timestamp) -> Result<(), Error> {
    app.write(move |work| {
        Box::pin(async move { Ok(access_tokens::add_uses(&mut work.db, &id, uses, last).await?) })
    })
    .await
}
