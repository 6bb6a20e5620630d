//! Whether a root key opens everything that is stored under it.

use tacit_core::{
    cipher::DataKey,
    keyring::{RootKey, recovery::RecoveryPublicKey},
};
use tacit_store::{
    Connection, Database, StoreError, instance, instance_keys,
    wrapped_keys::{WRAPPED, WrappedColumn, WrappedKeyRow},
};

/// Wrapped keys that are read at once.
const PAGE_LENGTH: i64 = 500;

/// What a root key opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Whether it is the one of this database.
    pub is_right: bool,
    /// For each column with wrapped keys: `table.column`, and how many keys there open.
    pub opened: Vec<(String, u64)>,
    /// Keys that do not open: `table.column` and the id of the row.
    pub damaged: Vec<(String, String)>,
    /// Whether the stored public half of the recovery key is ours; `None` without a recovery key.
    pub recovery: Option<bool>,
}

impl Verified {
    /// Whether all is as it should be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.is_right && self.damaged.is_empty() && self.recovery != Some(false)
    }
}

/// Opens every wrapped key with `root`. Changes nothing.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn verify(database: &Database, root: &RootKey) -> Result<Verified, StoreError> {
    let mut db = database.read().await?;
    let check = instance::key_check(&mut db).await?;
    let is_right = check.is_some_and(|check| root.matches(&check));
    let mut verified = Verified { is_right, ..Verified::default() };
    if !is_right {
        return Ok(verified);
    }
    for column in WRAPPED {
        let (name, mut opened) = (format!("{}.{}", column.table, column.column), 0);
        for_each_key(&mut db, &column, root, &mut |row, key| match key {
            Some(_) => opened += 1,
            None => verified.damaged.push((name.clone(), row.id.clone())),
        })
        .await?;
        verified.opened.push((name, opened));
    }
    if let Some(row) = instance_keys::find_recovery(&mut db).await? {
        let public = RecoveryPublicKey::from_slice(&row.public_key);
        let is_ours = public.is_some_and(|public| root.knows_recovery(&public, &row.public_key_check));
        verified.recovery = Some(is_ours);
    }
    Ok(verified)
}

/// Shows every key of a column to `visit`; none where it does not open with `root`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn for_each_key(
    db: &mut Connection,
    column: &WrappedColumn,
    root: &RootKey,
    visit: &mut (dyn FnMut(&WrappedKeyRow, Option<DataKey>) + Send),
) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let rows = column.list(db, &after, PAGE_LENGTH).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in &rows {
            visit(row, root.unwrap(&column.owner_of(row), &row.wrapped).ok());
        }
        // On SQLite a page is read without waiting for anything.
        tokio::task::yield_now().await;
    }
}
