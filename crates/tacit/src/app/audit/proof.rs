//! The proof that one event is in the log.

use std::collections::BTreeMap;

use tacit_core::{
    audit_chain::{BLOCK_LENGTH, Chain, Checkpoint, EventFields, Hash, Proof, Pruned, VerifyingKey},
    id::OrganizationId,
};
use tacit_store::{
    Connection, audit_checkpoints,
    audit_events::{self, AuditEventRow},
    audit_prunings, audit_signing_keys,
};

use super::super::error::Result;

/// The proof of the event with this id; none if there is no such event, or it is not signed yet.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, id: &str) -> Result<Option<Proof>> {
    match audit_events::find_anywhere(db, id).await? {
        Some(row) => of(db, row).await,
        None => Ok(None),
    }
}

/// The proof of an event; none if it is not signed yet, or what follows it does not lead to what was signed.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of(db: &mut Connection, row: AuditEventRow) -> Result<Option<Proof>> {
    let organization = row.organization_id.clone();
    let Some(checkpoint) = audit_checkpoints::list(db, &organization, row.sequence, 1).await?.pop() else {
        return Ok(None);
    };
    let checkpoint = Checkpoint::try_from(checkpoint)?;
    let keys = audit_signing_keys::list(db).await?;
    let keys = keys.iter().filter_map(|key| VerifyingKey::from_bytes(&key.public_key));
    let Some(key) = keys.into_iter().find(|key| key.id() == checkpoint.key) else { return Ok(None) };
    let Some(previous) = previous(db, &organization, row.sequence).await? else { return Ok(None) };
    let digests = digests(db, &organization, row.sequence + 1, checkpoint.sequence).await?;
    let proof = Proof::new(fields(row), &previous, &digests, &checkpoint, &key);
    Ok(proof.check().is_ok().then_some(proof))
}

/// The chain as it was before an event. The link of one that is gone follows from the start of its block.
async fn previous(
    db: &mut Connection,
    organization: &OrganizationId,
    sequence: i64,
) -> Result<Option<Chain>> {
    let before = sequence - 1;
    if before == 0 {
        return Ok(Some(Chain::start(organization.as_str())));
    }
    if let Some(hash) = audit_events::hash_at(db, organization, before).await? {
        return Ok(Some(Chain::resume(organization.as_str(), before, hash)));
    }
    let start = before / BLOCK_LENGTH * BLOCK_LENGTH;
    let mut chain = if start == 0 {
        Chain::start(organization.as_str())
    } else {
        let row = audit_checkpoints::list(db, organization, start, 1).await?.pop();
        match row.filter(|row| row.sequence == start).map(Checkpoint::try_from).transpose()? {
            Some(checkpoint) => Chain::resume(organization.as_str(), start, checkpoint.hash),
            None => return Ok(None),
        }
    };
    for digest in digests(db, organization, start + 1, before).await? {
        chain.append(&digest);
    }
    Ok(Some(chain).filter(|chain| chain.sequence() == before))
}

/// The digests of events, of those that are gone too.
async fn digests(
    db: &mut Connection,
    organization: &OrganizationId,
    first: i64,
    last: i64,
) -> Result<Vec<Hash>> {
    let mut all = BTreeMap::new();
    let mut buffer = Vec::new();
    let mut add = |sequence, event: &tacit_core::audit_chain::Event<'_>, _: &[u8]| {
        all.insert(sequence, event.digest(&mut buffer));
    };
    audit_events::scan(db, organization, first, last, &mut add).await?;
    for row in audit_prunings::list(db, organization, first, last).await? {
        let gone = Pruned::from_bytes(row.first_sequence, &row.digests).unwrap_or_default();
        all.extend(gone.0.into_iter().filter(|(sequence, _)| (first..=last).contains(sequence)));
    }
    Ok(all.into_values().collect())
}

fn fields(row: AuditEventRow) -> EventFields {
    EventFields {
        id: row.id,
        project_id: row.project_id.map(|id| id.to_string()),
        event_type: row.event_type,
        result: row.result,
        actor_type: row.actor_type,
        actor_id: row.actor_id,
        actor_name: row.actor_name,
        metadata: row.metadata,
        ip: row.ip,
        user_agent: row.user_agent,
        user_agent_type: row.user_agent_type,
        created_at: row.created_at.millis(),
    }
}
