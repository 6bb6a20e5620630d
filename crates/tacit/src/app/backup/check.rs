//! Making sure that a store can be used: that the root key is its own, and opens everything in it.

use std::collections::HashMap;

use tacit_core::{
    cipher::{Ciphertext, DataKey, Place},
    keyring::RootKey,
};
use tacit_store::{
    Connection, Database,
    ciphertexts::{SEALED, SealedRow, SealedTable},
    instance,
    wrapped_keys::{WRAPPED, WrappedColumn},
};

use super::{BackupFailure, Result};
use crate::app::encryption::for_each_key;

/// What was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Keys that the root key unwrapped.
    pub keys: u64,
    /// Values that these decrypted.
    pub values: u64,
}

/// Keys by owner, such as `project:<id>`, and number: while a data key is replaced, its owner has two.
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
    for table in &SEALED {
        checked.values += decrypt(&mut db, table, &keys).await?;
    }
    Ok(checked)
}

async fn unwrap(
    db: &mut Connection,
    column: &WrappedColumn,
    root: &RootKey,
    keys: &mut DataKeys,
) -> Result<()> {
    let mut closed = None;
    for_each_key(db, column, root, &mut |row, key| match key {
        Some(key) => _ = keys.insert((column.owner_of(row), key.number()), key),
        None => closed = closed.take().or_else(|| Some(row.id.clone())),
    })
    .await?;
    match closed {
        Some(row) => Err(damaged(&format!("the key in table '{}', row {row}, does not open", column.table))),
        None => Ok(()),
    }
}

async fn decrypt(db: &mut Connection, table: &SealedTable, keys: &DataKeys) -> Result<u64> {
    let mut after = (String::new(), i64::MIN);
    let mut count = 0;
    loop {
        let page = table.page(db, (&after.0, after.1)).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = (last.id.clone(), last.version);
        for row in &page {
            count += open_row(table, row, keys)?;
        }
        tokio::task::yield_now().await;
    }
}

/// Decrypts what is encrypted in a row, and says how much that is.
fn open_row(table: &SealedTable, row: &SealedRow, keys: &DataKeys) -> Result<u64> {
    let mut count = 0;
    for ((column, field), ciphertext) in table.columns.iter().zip(&row.ciphertexts) {
        let Some(ciphertext) = ciphertext else { continue };
        let place = Place { table: table.bound_table, row_id: &row.id, field, version: row.version };
        if !opens(table.owner, &row.owner_id, &place, ciphertext, keys) {
            return Err(damaged(&format!(
                "'{column}' in table '{}', row {}, does not open",
                table.name, row.id
            )));
        }
        count += 1;
    }
    Ok(count)
}

fn opens(owner: &str, owner_id: &str, place: &Place<'_>, ciphertext: &Ciphertext, keys: &DataKeys) -> bool {
    let Some(number) = ciphertext.key_number() else { return false };
    let key = keys.get(&(format!("{owner}:{owner_id}"), number));
    key.is_some_and(|key| key.decrypt(place, ciphertext).is_ok())
}

fn damaged(what: &str) -> BackupFailure {
    BackupFailure::Damaged(what.to_owned())
}
