//! Notices that another process replaced the root key, which happens on PostgreSQL only.

use std::time::Duration;

use tacit_core::{keyring::RootKey, random::Random};
use tacit_store::instance;

use super::{LoadedKey, load, unlock::Unlock};
use crate::{app::App, cli::config::RootKeySource};

/// How often it looks.
const PERIOD: Duration = Duration::from_secs(2);

/// Looks again and again. With another root key in the database it takes that from the key file, if it is there
/// by now; until then the server is sealed: it could neither read what is there nor write what others can read.
pub(in crate::cli) async fn run(app: App, source: RootKeySource) {
    if app.database.is_of_one_process() {
        return;
    }
    loop {
        tokio::time::sleep(PERIOD).await;
        // While the database does not answer nothing is known, and nothing is read or written.
        let Some(check) = present_check(&app).await else { continue };
        if app.keys.root().matches(&check) {
            if app.keys.is_sealed() {
                app.keys.unseal();
                tracing::info!("unsealed: the root key is the one of the database again");
            }
        } else {
            follow(&app, &source, &check).await;
        }
    }
}

async fn present_check(app: &App) -> Option<Vec<u8>> {
    let mut db = app.database.read().await.ok()?;
    instance::key_check(&mut db).await.ok()?
}

async fn follow(app: &App, source: &RootKeySource, check: &[u8]) {
    app.keys.seal();
    let source = source.clone();
    let loaded =
        tokio::task::spawn_blocking(move || load(&source, false, &mut Unlock::Nobody, &Random::system()))
            .await;
    let Ok(Ok(loaded)) = loaded else { return };
    if let Some(key) = fitting(loaded, check) {
        let id = key.id();
        app.keys.replace_root(key);
        tracing::info!(root_key_id = id, "unsealed: the new root key is in use");
    }
}

fn fitting(loaded: LoadedKey, check: &[u8]) -> Option<RootKey> {
    let pending = loaded.place.and_then(|place| place.pending);
    [Some(loaded.key), pending].into_iter().flatten().find(|key| key.matches(check))
}
