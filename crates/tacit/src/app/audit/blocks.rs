//! Closing whole blocks, and signing where a chain is.

use tacit_core::{
    audit_chain::{BLOCK_LENGTH, Checkpoint, Hash, SigningKey},
    id::OrganizationId,
    time::Timestamp,
};
use tacit_store::{
    Database,
    audit_blocks::{self, BlockRow},
    audit_chains::{self, ChainRow},
    audit_checkpoints,
    audit_events::{self, AuditEventRow, Stretch},
};

use super::{
    super::{
        App,
        error::{Error, Result},
    },
    signing, terms,
};

/// How old the last checkpoint of a chain that has grown since may become, in seconds.
const UNSIGNED_SECONDS_MAX: i64 = 600;
/// Chains looked for at once.
const CHAINS_MAX: i64 = 100;

/// Closes the whole blocks of all chains, and signs those ends that are due. Says whether it signed anything.
///
/// # Errors
///
/// If the database fails, or there is no key. A chain that cannot be signed holds up no other.
pub async fn sign_due(app: &App) -> Result<bool> {
    let signed_until = app.now().plus_seconds(-UNSIGNED_SECONDS_MAX);
    let due = audit_chains::list_due(&mut app.database.read().await?, signed_until, CHAINS_MAX).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let key = signing::key(app).await?;
    for chain in due {
        let is_end_due = chain.signed_at <= signed_until;
        if let Err(error) = sign_chain(app, &chain.organization_id, &key, is_end_due).await {
            let organization = chain.organization_id.as_str();
            tracing::error!(%error, organization, "an audit log could not be signed");
        }
    }
    Ok(true)
}

/// Signs the end of a chain, if it is not signed, and returns its newest checkpoint; none without events.
///
/// # Errors
///
/// If the database fails.
pub async fn sign_now(app: &App, organization: &OrganizationId) -> Result<Option<Checkpoint>> {
    app.audit.flush().await?;
    let key = signing::key(app).await?;
    sign_chain(app, organization, &key, true).await?;
    let mut db = app.database.read().await?;
    let Some(chain) = audit_chains::find(&mut db, organization).await? else { return Ok(None) };
    let row = audit_checkpoints::list(&mut db, organization, chain.signed_sequence, 1).await?.pop();
    Ok(row.map(Checkpoint::try_from).transpose()?)
}

/// Closes the whole blocks of a chain, and signs its end if that is due.
async fn sign_chain(
    app: &App,
    organization: &OrganizationId,
    key: &SigningKey,
    is_end_due: bool,
) -> Result<()> {
    close_all(&app.database, organization, key, app.now()).await?;
    if is_end_due { sign_end(app, organization, key).await } else { Ok(()) }
}

/// Closes the whole blocks of a chain one by one.
///
/// # Errors
///
/// If the database fails, or events of a block are not there.
pub async fn close_all(
    database: &Database,
    organization: &OrganizationId,
    key: &SigningKey,
    now: Timestamp,
) -> Result<()> {
    loop {
        let chain = audit_chains::find(&mut database.read().await?, organization).await?;
        match chain.filter(|chain| chain.last_sequence - chain.closed_sequence >= BLOCK_LENGTH) {
            Some(chain) => close(database, &chain, key, now).await?,
            None => return Ok(()),
        }
    }
}

/// Closes the block after the last one. What it needs is read before the transaction, which everybody waits for who
/// writes on SQLite; what is sealed does not change.
async fn close(database: &Database, chain: &ChainRow, key: &SigningKey, now: Timestamp) -> Result<()> {
    let (first, last) = (chain.closed_sequence + 1, chain.closed_sequence + BLOCK_LENGTH);
    let organization = &chain.organization_id;
    let mut db = database.read().await?;
    let (rows, hash) = contents(&mut db, organization, first, last).await?;
    drop(db);
    let times = || rows.iter().map(|row| row.created_at);
    let block = BlockRow {
        organization_id: organization.clone(),
        first_sequence: first,
        last_sequence: last,
        first_at: times().min().unwrap_or_default(),
        last_at: times().max().unwrap_or_default(),
        terms: terms::filter(&rows),
    };
    let checkpoint = Checkpoint::sign(organization.as_str(), last, hash, now, key);
    let mut db = database.begin().await?;
    let mut chain = audit_chains::lock(&mut db, organization).await?;
    if chain.closed_sequence + 1 != first {
        // Another node was faster.
        return Ok(db.rollback().await?);
    }
    audit_blocks::insert(&mut db, &block).await?;
    audit_checkpoints::insert(&mut db, &checkpoint).await?;
    audit_checkpoints::delete_between(&mut db, organization, first - 1, last).await?;
    chain.closed_sequence = last;
    if chain.signed_sequence < last {
        (chain.signed_sequence, chain.signed_at) = (last, now);
    }
    audit_chains::set_signed(&mut db, &chain).await?;
    Ok(db.commit().await?)
}

/// The events of a block, and the link of the last.
async fn contents(
    db: &mut tacit_store::Connection,
    organization: &OrganizationId,
    first: i64,
    last: i64,
) -> Result<(Vec<AuditEventRow>, Hash)> {
    let (from, to) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
    let stretch = Stretch { organization, project: None, first, last, from, to };
    let rows = audit_events::list_newest(db, stretch, BLOCK_LENGTH).await?;
    let hash = match audit_events::hash_at(db, organization, last).await? {
        Some(hash) if i64::try_from(rows.len()).is_ok_and(|count| count == BLOCK_LENGTH) => hash,
        _ => {
            let reason = format!("events {first} to {last} of an audit log are not all there to be signed");
            return Err(Error::Internal(reason));
        }
    };
    Ok((rows, hash))
}

/// Signs the end of a chain, in place of the last checkpoint behind its whole blocks.
async fn sign_end(app: &App, organization: &OrganizationId, key: &SigningKey) -> Result<()> {
    let mut db = app.database.begin().await?;
    let mut row = audit_chains::lock(&mut db, organization).await?;
    if row.signed_sequence == row.last_sequence {
        return Ok(db.rollback().await?);
    }
    let (chain, now) = (row.chain()?, app.now());
    let checkpoint = Checkpoint::sign(organization.as_str(), chain.sequence(), chain.hash(), now, key);
    audit_checkpoints::insert(&mut db, &checkpoint).await?;
    audit_checkpoints::delete_between(&mut db, organization, row.closed_sequence, chain.sequence()).await?;
    (row.signed_sequence, row.signed_at) = (chain.sequence(), now);
    audit_chains::set_signed(&mut db, &row).await?;
    Ok(db.commit().await?)
}
