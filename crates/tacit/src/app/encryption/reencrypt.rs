//! Replacing the data keys of projects: encrypting their rows anew, in the background.
//!
//! Each row keeps its place, so only the key under it changes. A row is written only if it still is what was read
//! ([`reencryption`]): who writes at the same time wins, and has used the new key anyway. Nothing is remembered
//! beside the rows: which are still under the old key is asked of the rows themselves, so that a process may end
//! at any point, and several nodes may work at once.

use std::{net::Ipv4Addr, sync::Arc};

use tacit_core::{
    cipher::{Ciphertext, DataKey, DecryptError, Place},
    id::ProjectId,
};
use tacit_store::{
    data_key_rotations::{self, ANNOUNCED, ProjectKeysRow, RotationRow},
    reencryption::{self, Encrypted, RowName, SealedSecretRow, SealedWebhookRow},
};

use crate::app::{
    App,
    audit::Event,
    caller::Client,
    error::{Error, Result},
    secrets::index_references_of,
    work::UnitOfWork,
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

/// Takes every rotation that is not finished a step further. Says whether there is more to do at once.
///
/// # Errors
///
/// Fails if the database does, or if a row does not decrypt: then its key stays, and the log says which row.
pub async fn go_on(app: &App) -> Result<bool> {
    let unfinished =
        data_key_rotations::list_unfinished(&mut app.database.read().await?, ROTATIONS_MAX).await?;
    let mut has_more = false;
    for rotation in unfinished {
        has_more |= if rotation.state == ANNOUNCED {
            switch(app, &rotation).await?
        } else {
            encrypt_some(app, &rotation).await?
        };
    }
    Ok(has_more)
}

/// The new key is used from now on, if every reader has it.
async fn switch(app: &App, rotation: &RotationRow) -> Result<bool> {
    let now = app.now();
    if !app.database.is_of_one_process() && now < rotation.started_at.plus_seconds(ANNOUNCED_SECONDS) {
        return Ok(false);
    }
    let id = rotation.project_id.clone();
    let rows = count_rows(app, rotation).await?;
    app.write(move |work| {
        Box::pin(async move {
            work.hold_root_key().await?;
            let Some(project) = data_key_rotations::lock_project(&mut work.db, &id).await? else {
                return Ok(());
            };
            // Another node may have been faster.
            let is_announced = data_key_rotations::find(&mut work.db, &id)
                .await?
                .is_some_and(|rotation| rotation.state == ANNOUNCED);
            if is_announced && project.other_data_key_ciphertext.is_some() {
                data_key_rotations::switch(&mut work.db, &id, rows, now).await?;
            }
            Ok(())
        })
    })
    .await?;
    Ok(true)
}

/// Every row that is not under the new key, so every row.
async fn count_rows(app: &App, rotation: &RotationRow) -> Result<i64> {
    let number = u32::try_from(rotation.key_number).unwrap_or_default();
    let mut db = app.database.read().await?;
    let mut rows = 0;
    for kind in Encrypted::ALL {
        rows += kind.count_left(&mut db, &rotation.project_id, number).await?;
    }
    Ok(rows)
}

/// Encrypts some rows anew; when none is left, destroys the old key.
async fn encrypt_some(app: &App, rotation: &RotationRow) -> Result<bool> {
    let id = &rotation.project_id;
    let mut db = app.database.read().await?;
    let Some(project) = data_key_rotations::find_project(&mut db, id).await? else { return Ok(false) };
    let number = number_of(&project)?;
    for kind in Encrypted::ALL {
        let left = kind.left(&mut db, id, number, LOOK_LENGTH).await?;
        if left.is_empty() {
            continue;
        }
        drop(db);
        for names in left.chunks(BATCH_LENGTH) {
            encrypt_batch(app, id, kind, names.to_vec()).await?;
        }
        return Ok(true);
    }
    drop(db);
    finish(app, id).await?;
    Ok(false)
}

fn number_of(project: &ProjectKeysRow) -> Result<u32> {
    let number = project.data_key_ciphertext.key_number();
    number.ok_or_else(|| Error::Internal(format!("the data key of project {} has no number", project.id)))
}

fn key_of(app: &App, project: &ProjectKeysRow) -> Result<Arc<DataKey>> {
    app.keys.project(&project.id, &project.data_key_ciphertext, project.other_data_key_ciphertext.as_ref())
}

async fn encrypt_batch(app: &App, id: &ProjectId, kind: Encrypted, names: Vec<RowName>) -> Result<()> {
    let id = id.clone();
    app.write(move |work| {
        Box::pin(async move {
            // Writers of the project wait, and whoever wrote before used the new key.
            let Some(project) = data_key_rotations::lock_project(&mut work.db, &id).await? else {
                return Ok(());
            };
            let key = key_of(&work.app, &project)?;
            let mut done = 0;
            for name in &names {
                done += i64::from(encrypt_row(work, &key, kind, name).await?);
            }
            data_key_rotations::add_done(&mut work.db, &id, done).await?;
            Ok(())
        })
    })
    .await
}

/// Encrypts one row anew. `false` if it is gone or under the new key already.
async fn encrypt_row(work: &mut UnitOfWork, key: &DataKey, kind: Encrypted, name: &RowName) -> Result<bool> {
    match kind {
        Encrypted::Secrets => {
            let Some(old) = reencryption::find_secret(&mut work.db, name).await? else { return Ok(false) };
            secret(work, key, &old).await
        }
        Encrypted::Versions => {
            let Some(old) = reencryption::find_version(&mut work.db, name).await? else { return Ok(false) };
            let new = sealed_anew(&work.app, key, &old)?;
            Ok(reencryption::replace_version(&mut work.db, &old, &new).await?)
        }
        Encrypted::Webhooks => {
            let Some(old) = reencryption::find_webhook(&mut work.db, name).await? else { return Ok(false) };
            let new = webhook_anew(&work.app, key, &old)?;
            Ok(reencryption::replace_webhook(&mut work.db, &old, &new).await?)
        }
    }
}

/// A present secret has, beside its ciphertexts, hashes under the data key: of its value, and of what it refers to.
async fn secret(work: &mut UnitOfWork, key: &DataKey, old: &SealedSecretRow) -> Result<bool> {
    let new = sealed_anew(&work.app, key, old)?;
    let value =
        key.decrypt_text(&place("secrets", old.id.as_str(), "value", old.version), &old.value_ciphertext);
    let value = value.map_err(|error| damaged(old.id.as_str(), error))?;
    let hash = key.hash_value(&value);
    if !reencryption::replace_secret(&mut work.db, old, &new, hash.as_bytes()).await? {
        return Ok(false);
    }
    if old.owner_user_id.is_empty() {
        index_references_of(&mut work.db, key, &old.id, &old.folder_id, &value).await?;
    }
    Ok(true)
}

fn sealed_anew(app: &App, key: &DataKey, old: &SealedSecretRow) -> Result<SealedSecretRow> {
    let anew = |field, ciphertext| {
        let place = place("secrets", old.id.as_str(), field, old.version);
        again(app, key, &place, ciphertext).map_err(|error| damaged(old.id.as_str(), error))
    };
    Ok(SealedSecretRow {
        value_ciphertext: anew("value", &old.value_ciphertext)?,
        comment_ciphertext: anew("comment", &old.comment_ciphertext)?,
        metadata_ciphertext: anew("metadata", &old.metadata_ciphertext)?,
        ..old.clone()
    })
}

fn webhook_anew(app: &App, key: &DataKey, old: &SealedWebhookRow) -> Result<SealedWebhookRow> {
    let anew = |field, ciphertext| {
        let place = place("webhooks", old.id.as_str(), field, 1);
        again(app, key, &place, ciphertext).map_err(|error| damaged(old.id.as_str(), error))
    };
    let secret_key = old.secret_key_ciphertext.as_ref().map(|ciphertext| anew("secret_key", ciphertext));
    Ok(SealedWebhookRow {
        id: old.id.clone(),
        url_ciphertext: anew("url", &old.url_ciphertext)?,
        secret_key_ciphertext: secret_key.transpose()?,
    })
}

/// The same content under the present key, at the same place.
fn again(
    app: &App,
    key: &DataKey,
    place: &Place<'_>,
    ciphertext: &Ciphertext,
) -> Result<Ciphertext, DecryptError> {
    Ok(key.encrypt(place, &key.decrypt(place, ciphertext)?, &app.random))
}

const fn place<'a>(table: &'a str, row_id: &'a str, field: &'a str, version: i64) -> Place<'a> {
    Place { table, row_id, field, version }
}

fn damaged(id: &str, error: DecryptError) -> Error {
    tracing::error!(row = id, "a row does not decrypt, so the old data key of its project is kept");
    error.into()
}

/// Destroys the old key, if really nothing is under it: while the project's row is locked, nobody writes.
async fn finish(app: &App, id: &ProjectId) -> Result<()> {
    let id = id.clone();
    app.write(move |work| {
        Box::pin(async move {
            work.hold_root_key().await?;
            let Some(project) = data_key_rotations::lock_project(&mut work.db, &id).await? else {
                return Ok(());
            };
            let number = number_of(&project)?;
            // On SQLite all was looked at in one moment, and nobody who writes has had another key since the
            // switch. Elsewhere somebody who read the project before it may have written since.
            if !work.db.sees_one_moment() {
                for kind in Encrypted::ALL {
                    if !kind.left(&mut work.db, &id, number, 1).await?.is_empty() {
                        return Ok(());
                    }
                }
            }
            data_key_rotations::finish(&mut work.db, &id, work.app.now()).await?;
            let client = Client { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "tacit".into() };
            let event = Event::by_nobody(&work.app, &client, "finish-project-key-rotation")
                .organization(&project.organization_id)
                .project(&id)
                .with("keyNumber", number);
            work.record(event);
            Ok(())
        })
    })
    .await
}
