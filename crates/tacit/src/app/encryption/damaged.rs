//! Rows that do not decrypt while a data key is replaced. They keep the old key: once somebody has mended them, it
//! opens them. Somebody may also give them up, and then it is destroyed with what is left under it.

use tacit_core::cipher::DataKey;
use tacit_store::{
    Connection,
    ciphertexts::{SealedRow, SealedTable},
    data_key_rotations::{self, BLOCKED},
    data_keys::{self, DataKeysRow, KeyOwner},
    reencryption::tables_of,
};

use super::{
    KeyName,
    reencrypt::place,
    rotation::{about, not_found, number_of},
};
use crate::app::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    work::UnitOfWork,
};

/// Rows that are named at most.
const NAMED_MAX: usize = 20;
/// Rows of one table that can be given up at once: each is looked at first.
const GIVEN_UP_MAX: i64 = 10_000;

/// A row that does not decrypt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedRow {
    /// The table.
    pub table: &'static str,
    /// The id of the row; of versions, that of their secret.
    pub id: String,
    /// The version; 1 where rows have none.
    pub version: i64,
}

/// The rows that stand in the way of replacing a data key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DamagedRows {
    /// How many there are.
    pub count: i64,
    /// The first of them, in no order.
    pub first: Vec<DamagedRow>,
}

/// What is still under the old key of somebody whose rotation is blocked.
///
/// # Errors
///
/// Fails only if the database does.
pub(super) async fn find(db: &mut Connection, owner: &KeyOwner, keys: &DataKeysRow) -> Result<DamagedRows> {
    let mut damaged = DamagedRows::default();
    let Some(old) = number_beside(keys) else { return Ok(damaged) };
    for table in tables_of(owner) {
        damaged.count += table.count_left(db, owner, old).await?;
        let room = i64::try_from(NAMED_MAX.saturating_sub(damaged.first.len())).unwrap_or_default();
        let rows = table.left(db, owner, old, room).await?;
        let named = |row: tacit_store::reencryption::RowName| DamagedRow {
            table: table.name,
            id: row.id,
            version: row.version,
        };
        damaged.first.extend(rows.into_iter().map(named));
    }
    Ok(damaged)
}

/// The number of the key that goes.
pub(super) fn number_beside(keys: &DataKeysRow) -> Option<u32> {
    keys.other_data_key_ciphertext.as_ref()?.key_number()
}

/// Ends a rotation that is blocked: the old key is destroyed, and nothing opens any more what is left under it.
/// Returns how many rows that are.
///
/// # Errors
///
/// As [`start`](super::rotate_data_key), and [`Error::Invalid`] if it is not blocked, if a row decrypts after all, or
/// if there are more than 10,000.
pub async fn give_up(app: &App, caller: &Caller, name: KeyName) -> Result<i64> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            work.hold_root_key().await?;
            let owner = name.enter(work, &caller).await?;
            let keys = data_keys::lock(&mut work.db, &owner).await?.ok_or_else(|| not_found(&owner))?;
            let rotation = data_key_rotations::find(&mut work.db, &owner).await?;
            if rotation.is_none_or(|rotation| rotation.state != BLOCKED) {
                let message = "Only a replacing that is blocked by damaged rows can give rows up";
                return Err(Error::Invalid(message.to_owned()));
            }
            let lost = count_lost(work, &owner, &keys).await?;
            data_key_rotations::finish(&mut work.db, &owner, lost, work.app.now()).await?;
            let kind = format!("finish-{}-key-rotation", owner.kind());
            let event = about(Event::new(&work.app, &caller, &kind), &owner, &keys);
            work.record(event.with("keyNumber", number_of(&owner, &keys)?).with("rowsLost", lost));
            Ok(lost)
        })
    })
    .await
}

/// How many rows are under the old key, none of which it opens.
async fn count_lost(work: &mut UnitOfWork, owner: &KeyOwner, keys: &DataKeysRow) -> Result<i64> {
    let key = work.app.keys.of(owner, keys)?;
    let Some(old) = number_beside(keys) else { return Ok(0) };
    let mut lost = 0;
    for table in tables_of(owner) {
        let rows = table.left(&mut work.db, owner, old, GIVEN_UP_MAX + 1).await?;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if count > GIVEN_UP_MAX {
            let message = format!("More than {GIVEN_UP_MAX} rows do not decrypt: restore a backup instead");
            return Err(Error::Invalid(message));
        }
        for name in &rows {
            let Some(row) = table.find(&mut work.db, name).await? else { continue };
            if opens_some(&key, old, table, &row) {
                let message = "Some of these rows decrypt: begin the replacing again first";
                return Err(Error::Invalid(message.to_owned()));
            }
        }
        lost += count;
    }
    Ok(lost)
}

fn opens_some(key: &DataKey, old: u32, table: &SealedTable, row: &SealedRow) -> bool {
    table.columns.iter().zip(&row.ciphertexts).any(|((_, field), ciphertext)| {
        let ciphertext = ciphertext.as_ref().filter(|ciphertext| ciphertext.key_number() == Some(old));
        ciphertext.is_some_and(|ciphertext| key.decrypt(&place(table, row, field), ciphertext).is_ok())
    })
}
