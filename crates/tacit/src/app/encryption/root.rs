//! Another root key takes the place of the present one.

use std::{io, sync::Arc, time::Duration};

use tacit_core::keyring::{
    RootKey,
    recovery::{RecoveryPublicKey, SealedRootKey},
};
use tacit_store::{
    Connection, StoreError,
    instance::{lock_root_key, set_root_key},
    instance_keys::{self, RecoveryKeyRow},
    wrapped_keys::{WRAPPED, WrappedColumn},
};

use crate::app::{
    App,
    audit::Event,
    caller::Client,
    error::{Error, Result},
    work::UnitOfWork,
};

/// Wrapped keys that are read at once.
const PAGE_LENGTH: i64 = 500;

/// How often it is tried, where others hold rows that it needs: half a minute in all.
const TRIES_MAX: usize = 120;
/// Between two tries, so that those go on who waited for this one.
const PAUSE: Duration = Duration::from_millis(50);

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotatedRootKey {
    /// Fingerprint of the key before.
    pub old_id: String,
    /// Fingerprint of the key now.
    pub id: String,
    /// Keys that were wrapped anew.
    pub keys: u64,
    /// Whether the recovery key opens the new root key too; `None` without a recovery key.
    pub recovery: Option<bool>,
}

/// Wraps every key anew by `next`, in one transaction: after it nothing is left that the present root key opens.
/// `keep` puts `next` where the next start finds it, once all keys are wrapped and before the transaction ends; while it
/// runs nobody else replaces the root key.
///
/// It needs the rows of all keys, in the order of its own. On PostgreSQL somebody may hold one of these and wait for
/// another: then it lets go of all and begins again, so that nobody is refused because of it.
///
/// Only for who has the present root key and the database.
///
/// # Errors
///
/// [`Error::Decrypt`] if a stored key does not open, [`StoreError::Held`] if others hold one for half a minute, and what
/// `keep` fails with. Nothing is changed then, except that `keep` may have left something.
pub async fn rotate(
    app: &App,
    client: &Client,
    next: RootKey,
    keep: impl Fn() -> io::Result<()> + Send + Sync + 'static,
) -> Result<RotatedRootKey> {
    let (next, keep) = (Arc::new(next), Arc::new(keep));
    let mut tries = 1;
    let rotated = loop {
        match try_once(app, client, &next, &keep).await {
            Err(Error::Store(StoreError::Held)) if tries < TRIES_MAX => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            ended => break ended?,
        }
    };
    app.keys.replace_root(next);
    Ok(rotated)
}

async fn try_once(
    app: &App,
    client: &Client,
    next: &Arc<RootKey>,
    keep: &Arc<impl Fn() -> io::Result<()> + Send + Sync + 'static>,
) -> Result<RotatedRootKey> {
    let (client, next, keep) = (client.clone(), Arc::clone(next), Arc::clone(keep));
    app.write(move |work| {
        Box::pin(async move {
            let check = lock_root_key(&mut work.db).await?;
            if !check.is_some_and(|check| work.app.keys.root().matches(&check)) {
                return Err(Error::Sealed);
            }
            let rotated = rewrap_all(work, &next).await?;
            let event = Event::by_nobody(&work.app, &client, "rotate-root-key");
            work.record(event.with("rootKeyId", rotated.id.as_str()).with("keys", rotated.keys));
            keep().map_err(|error| Error::Internal(format!("the new root key was not kept: {error}")))?;
            Ok(rotated)
        })
    })
    .await
}

async fn rewrap_all(work: &mut UnitOfWork, next: &RootKey) -> Result<RotatedRootKey> {
    let (app, now) = (work.app.clone(), work.app.now());
    let root = app.keys.root();
    let mut keys = 0;
    for column in WRAPPED {
        keys += rewrap(&app, &mut work.db, &column, &root, next).await?;
    }
    let recovery = match instance_keys::find_recovery(&mut work.db).await? {
        Some(row) => Some(reseal(&app, &mut work.db, row, &root, next).await?),
        None => None,
    };
    set_root_key(&mut work.db, &next.check_value(), now).await?;
    Ok(RotatedRootKey { old_id: root.id(), id: next.id(), keys, recovery })
}

async fn rewrap(
    app: &App,
    db: &mut Connection,
    column: &WrappedColumn,
    root: &RootKey,
    next: &RootKey,
) -> Result<u64> {
    let (mut after, mut count) = (String::new(), 0);
    loop {
        let rows = column.list(db, &after, PAGE_LENGTH).await?;
        let Some(last) = rows.last() else { return Ok(count) };
        after.clone_from(&last.id);
        for row in &rows {
            let rewrapped = root.rewrap(next, &column.owner_of(row), &row.wrapped, &app.random)?;
            count += u64::from(column.replace(db, row, &rewrapped).await?);
        }
    }
}

/// Seals the new root key to the recovery key. One that somebody else put into the database is left as it is,
/// and opens nothing any more.
async fn reseal(
    app: &App,
    db: &mut Connection,
    row: RecoveryKeyRow,
    root: &RootKey,
    next: &RootKey,
) -> Result<bool> {
    let public = RecoveryPublicKey::from_slice(&row.public_key)
        .filter(|public| root.knows_recovery(public, &row.public_key_check));
    let Some(public) = public else { return Ok(false) };
    let SealedRootKey(sealed_root_key) = public.seal(next, &app.random)?;
    let public_key_check = next.recovery_check(&public).to_vec();
    instance_keys::replace_recovery(db, &RecoveryKeyRow { public_key_check, sealed_root_key, ..row }).await?;
    Ok(true)
}
