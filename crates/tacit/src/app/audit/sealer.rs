//! Gives events their number and their link, per organization, behind the writers.
//!
//! Who seals holds the row of the organization's chain, so that several nodes may do it: none leaves a gap, and no
//! chain forks.

use std::collections::BTreeMap;

use tacit_core::id::OrganizationId;
use tacit_store::{
    Connection, Database, audit_chains,
    audit_events::{self, NewAuditEvent, SealedEvent},
    audit_pending::{self, PendingEventRow},
};

use super::{super::error::Result, Event};

/// Waiting events that are sealed in one transaction at most.
const BATCH_MAX: i64 = 1_024;
/// Organizations that are looked for at once.
const ORGANIZATIONS_MAX: i64 = 1_000;

/// Seals these events in the caller's transaction, after what waits in their organizations. Chains are locked in the
/// order of their ids, so that two nodes cannot wait for each other.
///
/// # Errors
///
/// Fails only if the database does.
pub(super) async fn seal_with(db: &mut Connection, events: &[&Event]) -> Result<()> {
    let mut organizations: BTreeMap<&OrganizationId, Vec<&Event>> = BTreeMap::new();
    for event in events {
        organizations.entry(event.log()).or_default().push(event);
    }
    for (organization, events) in organizations {
        seal(db, organization, &events).await?;
    }
    Ok(())
}

/// Seals everything that waits.
///
/// # Errors
///
/// Fails only if the database does. What was sealed by then stays so.
pub(super) async fn seal_all(database: &Database) -> Result<()> {
    loop {
        let mut db = database.read().await?;
        let waiting = audit_pending::organizations(&mut db, ORGANIZATIONS_MAX).await?;
        drop(db);
        if waiting.is_empty() {
            return Ok(());
        }
        for row in waiting {
            seal_waiting(database, &row.organization_id).await?;
        }
    }
}

/// Seals what waits in an organization, in as many transactions as it needs.
async fn seal_waiting(database: &Database, organization: &OrganizationId) -> Result<()> {
    loop {
        let mut db = database.begin().await?;
        let count = seal(&mut db, organization, &[]).await?;
        db.commit().await?;
        if count < BATCH_MAX {
            return Ok(());
        }
    }
}

/// Seals what waits in an organization, up to [`BATCH_MAX`] events, and then `more`. Returns how many waited.
async fn seal(db: &mut Connection, organization: &OrganizationId, more: &[&Event]) -> Result<i64> {
    let mut chain = audit_chains::lock(db, organization).await?.chain()?;
    let waiting = audit_pending::take(db, organization, BATCH_MAX).await?;
    let mut events: Vec<NewAuditEvent<'_>> = waiting.iter().map(PendingEventRow::event).collect();
    events.extend(more.iter().map(|event| event.row()));
    let mut buffer = Vec::new();
    let mut sealed = Vec::with_capacity(events.len());
    for event in &events {
        let hash = chain.append(&event.event().digest(&mut buffer));
        sealed.push(SealedEvent { event, sequence: chain.sequence(), hash });
    }
    audit_events::insert(db, &sealed).await?;
    audit_chains::advance(db, organization, &chain).await?;
    Ok(i64::try_from(waiting.len()).unwrap_or(i64::MAX))
}
