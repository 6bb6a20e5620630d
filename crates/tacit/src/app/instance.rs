//! The instance as a whole: its first start, and what everybody may know of it.

use tacit_core::{id::new_id, keyring::RootKey, random::Random, time::Timestamp};
use tacit_store::{
    Database, StoreError,
    instance::{self, InstanceRow},
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

/// Makes the row of a new instance, or checks that `root` is the root key of an existing one.
/// Nodes that start together agree on one row.
///
/// # Errors
///
/// [`StartError::WrongRootKey`] if the database belongs to another root key.
pub async fn prepare(
    database: &Database,
    root: &RootKey,
    random: &Random,
    now: Timestamp,
) -> Result<Instance, StartError> {
    let mut work = database.begin().await?;
    let row = InstanceRow {
        instance_id: new_id(now, random),
        key_check: root.check_value(),
        initialized_at: None,
        created_at: now,
    };
    instance::insert_if_absent(&mut work, &row).await?;
    let row = instance::find(&mut work).await?.unwrap_or(row);
    if !root.matches(&row.key_check) {
        work.rollback().await?;
        return Err(StartError::WrongRootKey { found: root.id() });
    }
    work.commit().await?;
    Ok(row.into())
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
