//! The recovery key: making one, and showing that one is at hand.

use tacit_core::keyring::{
    RootKey,
    recovery::{RecoveryKey, RecoveryPublicKey, SealedRootKey},
};
use tacit_store::{
    Database, instance,
    instance_keys::{self, RecoveryKeyRow},
};

use crate::app::{
    App,
    audit::Event,
    caller::Client,
    error::{Error, Result},
};

/// Makes a recovery key, in the place of the one before it, which opens nothing any more. It is stored nowhere:
/// whoever gets it writes it down.
///
/// Only for who has the root key and the database.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn create(app: &App, client: &Client) -> Result<RecoveryKey> {
    let client = client.clone();
    app.write(move |work| {
        Box::pin(async move {
            work.hold_root_key().await?;
            let (root, key) = (work.app.keys.root(), RecoveryKey::generate(&work.app.random));
            let public = key.public()?;
            let row = RecoveryKeyRow {
                public_key: public.as_bytes().to_vec(),
                public_key_check: root.recovery_check(&public).to_vec(),
                sealed_root_key: public.seal(&root, &work.app.random)?.0,
                created_at: work.app.now(),
                verified_at: None,
            };
            instance_keys::replace_recovery(&mut work.db, &row).await?;
            work.record(Event::by_nobody(&work.app, &client, "create-recovery-key"));
            Ok(key)
        })
    })
    .await
}

/// Notes that somebody has the recovery key, once it opened the root key of this database.
///
/// # Errors
///
/// [`Error::Invalid`] if it is not the recovery key of this database, [`Error::NotFound`] if there is none.
pub async fn verify(app: &App, client: &Client, key: &RecoveryKey) -> Result<()> {
    let root = open(&app.database, key).await?;
    if root.id() != app.keys.root().id() {
        return Err(wrong());
    }
    let client = client.clone();
    app.write(move |work| {
        Box::pin(async move {
            instance_keys::set_recovery_verified(&mut work.db, work.app.now()).await?;
            work.record(Event::by_nobody(&work.app, &client, "verify-recovery-key"));
            Ok(())
        })
    })
    .await
}

/// The root key of a database, by its recovery key.
///
/// # Errors
///
/// [`Error::Invalid`] if it is not the recovery key of this database, [`Error::NotFound`] if there is none.
pub async fn open(database: &Database, key: &RecoveryKey) -> Result<RootKey> {
    let mut db = database.read().await?;
    let none = || Error::NotFound("This database has no recovery key".to_owned());
    let row = instance_keys::find_recovery(&mut db).await?.ok_or_else(none)?;
    let check = instance::key_check(&mut db).await?.ok_or_else(none)?;
    let public = RecoveryPublicKey::from_slice(&row.public_key);
    if public != Some(key.public()?) {
        return Err(wrong());
    }
    let root = key.open(&SealedRootKey(row.sealed_root_key)).map_err(|_| wrong())?;
    if root.matches(&check) { Ok(root) } else { Err(wrong()) }
}

fn wrong() -> Error {
    Error::Invalid("this is not the recovery key of this database".to_owned())
}
