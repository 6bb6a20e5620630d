//! Making sure that a store can be used: that the root key is its own, and opens everything in it.

use std::collections::HashMap;

use tacit_core::{
    cipher::{Ciphertext, DataKey, Place},
    keyring::RootKey,
};
use tacit_store::{
    Connection, Database,
    ciphertexts::{self, CiphertextRow, VALUE_SOURCES, ValueSource},
    instance,
    wrapped_keys::{WRAPPED, WrappedColumn},
};

use super::{BackupFailure, Result};

/// What was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Keys that the root key unwrapped.
    pub keys: u64,
    /// Values that these decrypted.
    pub values: u64,
}

/// Keys that are read at once.
const PAGE_ROWS: i64 = 256;

/// Keys by owner, such as `project:<id>`, and number: while a data key is replaced, a project has two.
type DataKeys = HashMap<(String, u32), DataKey>;

/// Unwraps every key of a store and decrypts every value.
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
    for column in &WRAPPED {
        unwrap(&mut db, column, root, &mut keys).await?;
    }
    checked.keys = keys.len() as u64;
    for source in &VALUE_SOURCES {
        checked.values += decrypt(&mut db, source, &keys).await?;
    }
    Ok(checked)
}

async fn unwrap(
    db: &mut Connection,
    column: &WrappedColumn,
    root: &RootKey,
    keys: &mut DataKeys,
) -> Result<()> {
    let mut after = String::new();
    loop {
        let page = column.list(db, &after, PAGE_ROWS).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in page {
            let owner = column.owner_of(&row);
            let key = root.unwrap(&owner, &row.wrapped).map_err(|_| {
                damaged(&format!("the key in table '{}', row {}, does not open", column.table, row.id))
            })?;
            keys.insert((owner, key.number()), key);
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
    let ciphertext = Ciphertext(ciphertext.to_vec());
    let Some(number) = ciphertext.key_number() else { return false };
    let key = keys.get(&(format!("{}:{}", source.owner, row.owner_id), number));
    key.is_some_and(|key| key.decrypt(&place, &ciphertext).is_ok())
}

fn damaged(what: &str) -> BackupFailure {
    BackupFailure::Damaged(what.to_owned())
}
