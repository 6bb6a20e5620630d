//! Replacing data keys: encrypting rows anew, in the background.
//!
//! Each row keeps its place, so only the key under it changes. A row is written only if it still is what was read
//! ([`reencryption`]): who writes at the same time wins, and has used the new key anyway. Nothing is remembered
//! beside the rows: which are still under the old key is asked of the rows themselves, so that a process may end
//! at any point, and several nodes may work at once. Rows that do not decrypt are passed over; when nothing else is
//! left, the rotation is blocked ([`super::damaged`]).

use std::net::Ipv4Addr;

use tacit_core::{
    cipher::{Ciphertext, DataKey, Place},
    id::SecretId,
};
use tacit_store::{
    ciphertexts::{COLUMNS_MAX, SealedRow, SealedTable},
    data_key_rotations::{self, ANNOUNCED, RUNNING, RotationRow},
    data_keys::{self, DataKeysRow, KeyOwner},
    reencryption::{self, RowName, tables_of},
    secrets,
};
use zeroize::Zeroizing;

use super::{
    DamagedRows, damaged,
    damaged::number_beside,
    rotation::{about, number_of},
};
use crate::app::{
    App, audit::Event, caller::Client, error::Result, secrets::index_references_of, work::UnitOfWork,
};

/// Rotations that are looked at in one round.
const ROTATIONS_MAX: i64 = 20;
/// Rows that are looked for at once.
const LOOK_LENGTH: i64 = 20_000;
/// Rows of one transaction: others who write wait for it.
const BATCH_LENGTH: usize = 50;
/// How long a key is announced before it is used, where nodes may remember a project for a second and requests
/// may have read its row before.
const ANNOUNCED_SECONDS: i64 = 10;

/// Takes every rotation that is under way a step further. Says whether there is more to do at once.
///
/// # Errors
///
/// Fails if the database does, or a data key does not open. The other rotations go on nevertheless, and as long as one
/// of them has more to do this is no failure.
pub async fn go_on(app: &App) -> Result<bool> {
    let unfinished =
        data_key_rotations::list_unfinished(&mut app.database.read().await?, ROTATIONS_MAX).await?;
    let (mut has_more, mut failed) = (false, None);
    for rotation in unfinished {
        let step = if rotation.state == ANNOUNCED {
            switch(app, &rotation).await
        } else {
            encrypt_some(app, &rotation.owner).await
        };
        match step {
            Ok(more) => has_more |= more,
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if !has_more => Err(error),
        _ => Ok(has_more),
    }
}

/// The new key is used from now on, if every reader has it.
async fn switch(app: &App, rotation: &RotationRow) -> Result<bool> {
    let now = app.now();
    if !app.database.is_of_one_process() && now < rotation.started_at.plus_seconds(ANNOUNCED_SECONDS) {
        return Ok(false);
    }
    let owner = rotation.owner.clone();
    let rows = count_rows(app, &owner).await?;
    app.write(move |work| {
        Box::pin(async move {
            work.hold_root_key().await?;
            let Some(keys) = data_keys::lock(&mut work.db, &owner).await? else { return Ok(()) };
            // Another node may have been faster.
            let is_announced = data_key_rotations::find(&mut work.db, &owner)
                .await?
                .is_some_and(|rotation| rotation.state == ANNOUNCED);
            if is_announced && keys.other_data_key_ciphertext.is_some() {
                data_key_rotations::switch(&mut work.db, &owner, rows, now).await?;
            }
            Ok(())
        })
    })
    .await?;
    Ok(true)
}

/// Every row that is under the key which is still used.
async fn count_rows(app: &App, owner: &KeyOwner) -> Result<i64> {
    let mut db = app.database.read().await?;
    let Some(keys) = data_keys::find(&mut db, owner).await? else { return Ok(0) };
    let number = number_of(owner, &keys)?;
    let mut rows = 0;
    for table in tables_of(owner) {
        rows += table.count_left(&mut db, owner, number).await?;
    }
    Ok(rows)
}

/// Encrypts some rows anew. When none is left that decrypts, destroys the old key, or keeps it for those that do not.
async fn encrypt_some(app: &App, owner: &KeyOwner) -> Result<bool> {
    let keys = data_keys::find(&mut app.database.read().await?, owner).await?;
    let Some(old) = keys.as_ref().and_then(number_beside) else { return Ok(false) };
    let mut has_damaged = false;
    for table in tables_of(owner) {
        let left = table.left(&mut app.database.read().await?, owner, old, LOOK_LENGTH).await?;
        let mut done = 0;
        for names in left.chunks(BATCH_LENGTH) {
            let batch = encrypt_batch(app, owner, old, table, names.to_vec()).await?;
            done += batch.done;
            has_damaged |= batch.damaged > 0;
        }
        if done > 0 {
            return Ok(true);
        }
    }
    if has_damaged {
        block(app, owner).await?;
    } else {
        finish(app, owner).await?;
    }
    Ok(false)
}

/// What became of some rows. Those that somebody else wrote or deleted meanwhile are not among them.
#[derive(Default)]
struct Batch {
    done: i64,
    damaged: i64,
}

async fn encrypt_batch(
    app: &App,
    owner: &KeyOwner,
    old: u32,
    table: &'static SealedTable,
    names: Vec<RowName>,
) -> Result<Batch> {
    let owner = owner.clone();
    app.write(move |work| {
        Box::pin(async move {
            let mut batch = Batch::default();
            // Who writes waits, and whoever wrote before used the new key.
            let Some(keys) = data_keys::lock(&mut work.db, &owner).await? else { return Ok(batch) };
            if number_beside(&keys) != Some(old) {
                return Ok(batch);
            }
            let key = work.app.keys.of(&owner, &keys)?;
            for name in &names {
                encrypt_row(work, &key, table, name, &mut batch).await?;
            }
            data_key_rotations::add_done(&mut work.db, &owner, batch.done).await?;
            Ok(batch)
        })
    })
    .await
}

/// Encrypts one row anew, as far as it decrypts.
async fn encrypt_row(
    work: &mut UnitOfWork,
    key: &DataKey,
    table: &SealedTable,
    name: &RowName,
    batch: &mut Batch,
) -> Result<()> {
    let Some(old) = table.find(&mut work.db, name).await? else { return Ok(()) };
    let anew = Anew::of(&work.app, key, table, &old);
    let is_replaced = table.replace(&mut work.db, &old, &anew.ciphertexts).await?;
    if is_replaced && let Some(value) = &anew.secret_value {
        hash_anew(work, key, name, value).await?;
    }
    if anew.is_damaged {
        batch.damaged += 1;
    } else {
        batch.done += i64::from(is_replaced);
    }
    Ok(())
}

/// A row under the present key.
#[derive(Default)]
struct Anew {
    /// None where a column is empty, is not under the key that goes, or does not decrypt.
    ciphertexts: [Option<Ciphertext>; COLUMNS_MAX],
    is_damaged: bool,
    /// The value, if it is one of a present secret.
    secret_value: Option<Zeroizing<Vec<u8>>>,
}

impl Anew {
    fn of(app: &App, key: &DataKey, table: &SealedTable, old: &SealedRow) -> Self {
        let mut anew = Self::default();
        let columns = table.columns.iter().zip(&old.ciphertexts).zip(&mut anew.ciphertexts);
        for (((_, field), before), after) in columns {
            let Some(before) = before else { continue };
            if before.key_number() != key.number_beside() {
                continue;
            }
            let place = place(table, old, field);
            match key.decrypt(&place, before) {
                Ok(content) => {
                    *after = Some(key.encrypt(&place, &content, &app.random));
                    if (table.name, *field) == ("secrets", "value") {
                        anew.secret_value = Some(content);
                    }
                }
                Err(_) => anew.is_damaged = true,
            }
        }
        anew
    }
}

/// Where what is encrypted in a field of a row belongs.
pub(super) fn place<'a>(table: &SealedTable, row: &'a SealedRow, field: &'a str) -> Place<'a> {
    Place { table: table.bound_table, row_id: &row.id, field, version: row.version }
}

/// A present secret has, beside its ciphertexts, hashes under the data key: of its value, and of what it refers to.
async fn hash_anew(work: &mut UnitOfWork, key: &DataKey, name: &RowName, value: &[u8]) -> Result<()> {
    // Values are text; what is none was not written by us, and is found by nobody.
    let Ok(value) = std::str::from_utf8(value) else { return Ok(()) };
    reencryption::set_value_hash(&mut work.db, name, key.hash_value(value).as_bytes()).await?;
    // Only what is shared is in the index of references, and found by its id.
    match secrets::find_by_id(&mut work.db, &SecretId::new(&name.id)).await? {
        Some(secret) => index_references_of(&mut work.db, key, &secret.id, &secret.folder_id, value).await,
        None => Ok(()),
    }
}

/// Keeps the old key for what is left under it: nothing of that decrypts.
async fn block(app: &App, owner: &KeyOwner) -> Result<()> {
    let owner = owner.clone();
    app.write(move |work| {
        Box::pin(async move {
            let Some(keys) = lock_running(work, &owner).await? else { return Ok(()) };
            let rows = damaged::find(&mut work.db, &owner, &keys).await?;
            if rows.count == 0 {
                return Ok(());
            }
            say(&owner, &rows);
            data_key_rotations::block(&mut work.db, &owner, work.app.now()).await?;
            let kind = format!("block-{}-key-rotation", owner.kind());
            let event = about(own_event(&work.app, &kind), &owner, &keys);
            work.record(event.with("keyNumber", number_of(&owner, &keys)?).with("rows", rows.count));
            Ok(())
        })
    })
    .await
}

fn say(owner: &KeyOwner, rows: &DamagedRows) {
    let (kind, id, count) = (owner.kind(), owner.id(), rows.count);
    tracing::error!(kind, id, count, "the old data key is kept, because rows do not decrypt");
    for row in &rows.first {
        tracing::error!(table = row.table, row = row.id, version = row.version, "a row does not decrypt");
    }
}

/// Destroys the old key, if really nothing is under it: while the row of its owner is locked, nobody writes.
async fn finish(app: &App, owner: &KeyOwner) -> Result<()> {
    let owner = owner.clone();
    app.write(move |work| {
        Box::pin(async move {
            work.hold_root_key().await?;
            let Some(keys) = lock_running(work, &owner).await? else { return Ok(()) };
            // On SQLite whoever writes has had the new key since the switch. Elsewhere somebody who read the old
            // one before it may have written since.
            if let Some(old) = number_beside(&keys).filter(|_| !work.db.sees_one_moment()) {
                for table in tables_of(&owner) {
                    if !table.left(&mut work.db, &owner, old, 1).await?.is_empty() {
                        return Ok(());
                    }
                }
            }
            data_key_rotations::finish(&mut work.db, &owner, 0, work.app.now()).await?;
            let kind = format!("finish-{}-key-rotation", owner.kind());
            let event = about(own_event(&work.app, &kind), &owner, &keys);
            work.record(event.with("keyNumber", number_of(&owner, &keys)?));
            Ok(())
        })
    })
    .await
}

/// The keys, locked, if their rotation is running still: another node may have ended it.
async fn lock_running(work: &mut UnitOfWork, owner: &KeyOwner) -> Result<Option<DataKeysRow>> {
    let Some(keys) = data_keys::lock(&mut work.db, owner).await? else { return Ok(None) };
    let rotation = data_key_rotations::find(&mut work.db, owner).await?;
    Ok(rotation.filter(|rotation| rotation.state == RUNNING).map(|_| keys))
}

/// An event of the server's own doing.
fn own_event(app: &App, kind: &str) -> Event {
    let client = Client { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "tacit".into() };
    Event::by_nobody(app, &client, kind)
}
