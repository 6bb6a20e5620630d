//! The instance as a whole: its first start, and what everybody may know of it.

use tacit_core::{
    cipher::{DecryptError, KeyBytes},
    id::new_id,
    keyring::{
        RootKey,
        instance::{InstanceKeys, InstancePurpose},
    },
    random::Random,
    time::Timestamp,
};
use tacit_store::{
    Connection, Database, StoreError,
    instance::{self, InstanceRow},
    instance_keys::{self, InstanceKeyRow},
};

use super::{
    App,
    error::{Error, Result},
};

/// Why a server must not start on this database.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data was encrypted under another root key.
    #[error(
        "the root key (fingerprint {found}) is not the one this database was encrypted under: start with the key file that belongs to it"
    )]
    WrongRootKey {
        /// The fingerprint of the key that was given.
        found: String,
    },
    /// A key of the instance is missing, or was changed by who does not have the root key.
    #[error("the keys of the instance in the database are damaged")]
    Damaged(#[from] DecryptError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is known of the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its public id.
    pub id: String,
    /// Whether it was bootstrapped.
    pub is_initialized: bool,
}

/// Makes the row and the keys of a new instance, or checks that `root` is the root key of an existing one and
/// opens its keys. Nodes that start together agree on one row.
///
/// # Errors
///
/// [`StartError::WrongRootKey`] if the database belongs to another root key.
pub async fn prepare(
    database: &Database,
    root: &RootKey,
    random: &Random,
    now: Timestamp,
) -> Result<(Instance, InstanceKeys), StartError> {
    let mut work = database.begin().await?;
    let row = InstanceRow {
        instance_id: new_id(now, random),
        key_check: root.check_value(),
        initialized_at: None,
        created_at: now,
        root_key_rotated_at: None,
    };
    let is_new = instance::insert_if_absent(&mut work, &row).await?;
    let row = instance::find(&mut work).await?.unwrap_or(row);
    if !root.matches(&row.key_check) {
        work.rollback().await?;
        return Err(StartError::WrongRootKey { found: root.id() });
    }
    // In this transaction no other root key takes the place of ours.
    instance::hold_root_key(&mut work).await?;
    make_keys(&mut work, root, is_new, random, now).await?;
    let keys = open_keys(root, &instance_keys::list(&mut work).await?)?;
    work.commit().await?;
    Ok((row.into(), keys))
}

/// Makes the keys of the instance that are not there: all of a new instance, at random; of one that was made
/// by an earlier release those that were derived from its root key, so that tokens and hashes stay good.
async fn make_keys(
    db: &mut Connection,
    root: &RootKey,
    is_new: bool,
    random: &Random,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known = instance_keys::list(db).await?;
    let is_missing = |purpose: &InstancePurpose| known.iter().all(|row| row.purpose != purpose.as_str());
    for purpose in InstancePurpose::ALL.into_iter().filter(is_missing) {
        let key = if is_new { KeyBytes::generate(random) } else { root.derived_key(purpose) };
        let wrapped = root.wrap_instance_key(purpose, &key, random);
        instance_keys::insert_if_absent(db, purpose.as_str(), &wrapped, now).await?;
    }
    Ok(())
}

/// The keys of the instance, from their rows.
///
/// # Errors
///
/// If one is missing, or does not open with the root key.
pub(super) fn open_keys(root: &RootKey, rows: &[InstanceKeyRow]) -> Result<InstanceKeys, DecryptError> {
    InstanceKeys::from(|purpose| {
        let row = rows.iter().find(|row| row.purpose == purpose.as_str()).ok_or(DecryptError)?;
        root.unwrap_instance_key(purpose, &row.key_ciphertext)
    })
}

impl From<InstanceRow> for Instance {
    fn from(row: InstanceRow) -> Self {
        Self { id: row.instance_id, is_initialized: row.initialized_at.is_some() }
    }
}

/// What everybody may know.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn get(app: &App) -> Result<Instance> {
    let mut db = app.database.read().await?;
    let row = instance::find(&mut db).await?;
    row.map(Instance::from).ok_or_else(|| Error::Internal("the instance was not prepared".to_owned()))
}
