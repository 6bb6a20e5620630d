//! Making sure that a store can be used: that the root key is its own, and opens everything in it.

use std::collections::HashMap;

use tacit_core::{
    cipher::{Ciphertext, DataKey, Place},
    keyring::RootKey,
};
use tacit_store::{
    Connection, Database,
    ciphertexts::{self, CiphertextRow, KEY_SOURCES, KeySource, VALUE_SOURCES, ValueSource},
    instance,
};

use super::{BackupFailure, Result};

/// What was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Data keys that the root key unwrapped.
    pub keys: u64,
    /// Values that these decrypted.
    pub values: u64,
}

/// Data keys by owner, such as `project:<id>`.
type DataKeys = HashMap<String, DataKey>;

/// Unwraps every data key of a store and decrypts every value.
///
/// # Errors
///
/// [`BackupFailure::Damaged`] names the first thing that does not open, without what it holds.
pub async fn check(database: &Database, root: &RootKey) -> Result<Checked> {
    let mut db = database.read().await?;
    let row = instance::find(&mut db).await?;
    let row = row.ok_or_else(|| damaged("no instance is in it: no server has used this store yet"))?;
    if !root.matches(&row.key_check) {
        return Err(damaged("the store was encrypted under another root key"));
    }
    let (mut keys, mut checked) = (DataKeys::new(), Checked::default());
    for source in &KEY_SOURCES {
        unwrap(&mut db, source, root, &mut keys).await?;
    }
    checked.keys = keys.len() as u64;
    for source in &VALUE_SOURCES {
        checked.values += decrypt(&mut db, source, &keys).await?;
    }
    Ok(checked)
}

async fn unwrap(db: &mut Connection, source: &KeySource, root: &RootKey, keys: &mut DataKeys) -> Result<()> {
    let mut after = String::new();
    loop {
        let page = ciphertexts::keys(db, source, &after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.row_id);
        for row in page {
            let owner = owner(source.owner, &row.owner_id);
            let wrapped = Ciphertext(row.ciphertext.unwrap_or_default());
            let key = root.unwrap(&owner, &wrapped).map_err(|_| {
                damaged(&format!(
                    "the data key in table '{}', row {}, does not open",
                    source.table, row.row_id
                ))
            })?;
            keys.insert(owner, key);
        }
        tokio::task::yield_now().await;
    }
}

async fn decrypt(db: &mut Connection, source: &ValueSource, keys: &DataKeys) -> Result<u64> {
    let mut after = (String::new(), i64::MIN);
    let mut count = 0;
    loop {
        let page = ciphertexts::values(db, source, (&after.0, after.1)).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = (last.row_id.clone(), last.version);
        for row in &page {
            let Some(ciphertext) = &row.ciphertext else { continue };
            if !opens(source, row, ciphertext, keys) {
                let (table, column) = (source.table, source.column);
                return Err(damaged(&format!(
                    "'{column}' in table '{table}', row {}, does not open",
                    row.row_id
                )));
            }
            count += 1;
        }
        tokio::task::yield_now().await;
    }
}

fn opens(source: &ValueSource, row: &CiphertextRow, ciphertext: &[u8], keys: &DataKeys) -> bool {
    let place =
        Place { table: source.bound_table, row_id: &row.row_id, field: source.field, version: row.version };
    let key = keys.get(&owner(source.owner, &row.owner_id));
    key.is_some_and(|key| key.decrypt(&place, &Ciphertext(ciphertext.to_vec())).is_ok())
}

fn owner(kind: &str, id: &str) -> String {
    format!("{kind}:{id}")
}

fn damaged(what: &str) -> BackupFailure {
    BackupFailure::Damaged(what.to_owned())
}
