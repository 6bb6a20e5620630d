//! Proving the audit log.

use tacit_core::{
    audit_chain::{Chain, Checkpoint, Counts, Fault, Pruning, Verifier, VerifyingKey},
    id::OrganizationId,
    keyring::RootKey,
};
use tacit_store::{
    Connection, Database, audit_chains, audit_checkpoints, audit_events, audit_pending, audit_prunings,
    audit_signing_keys,
};

use tokio::runtime::Handle;

use super::{
    super::{
        App,
        error::{Error, Result},
        keys::audit_signing_owner,
    },
    anchor,
    verifications::Verification,
};

/// Events that are read at once: sixteen blocks. A longer look would keep SQLite from tidying its log.
const PAGE_LENGTH: i64 = 16_384;
/// Chains and checkpoints that are read at once.
const ROWS_MAX: i64 = 1_000_000;

/// What was found out about the log of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whose log it is; empty for the instance.
    pub organization: OrganizationId,
    /// How much was proven.
    pub counts: Counts,
    /// Events that are recorded and not sealed yet.
    pub waiting: i64,
    /// What is wrong, if anything is. Nothing behind it was looked at.
    pub fault: Option<Fault>,
}

/// A key of the database.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// The key.
    pub key: VerifyingKey,
    /// Whether its private half is wrapped by our root key. `None` if that was not asked.
    pub is_ours: Option<bool>,
}

/// The keys in the database that sign the log. Who can write there can add a key of their own: it counts for
/// nothing unless the root key or somebody who knows the fingerprint vouches for it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn keys(database: &Database, root: Option<&RootKey>) -> Result<Vec<KnownKey>> {
    let rows = audit_signing_keys::list(&mut database.read().await?).await?;
    let known = rows.into_iter().filter_map(|row| {
        let key = VerifyingKey::from_bytes(&row.public_key)?;
        let is_ours = root.map(|root| {
            let private = root.unwrap_signing_key(&audit_signing_owner(&row.id), &row.private_key_ciphertext);
            private.is_ok_and(|private| *private.public() == key)
        });
        Some(KnownKey { key, is_ours })
    });
    Ok(known.collect())
}

/// Begins to prove the log of an organization in the background, unless this node proves one already. On a thread of
/// its own: those who answer requests have no time for it.
pub fn start(app: &App, organization: &OrganizationId) {
    let verifications = app.audit.verifications();
    if !verifications.begin(organization) {
        return;
    }
    let (app, organization) = (app.clone(), organization.clone());
    tokio::task::spawn_blocking(move || {
        let report = Handle::current().block_on(own(&app, &organization));
        if let Err(error) = &report {
            tracing::warn!(%error, "an audit log could not be proven to its end");
        }
        app.audit.verifications().end(&organization, app.now(), report.ok());
    });
}

/// What is known of proving the log of an organization.
#[must_use]
pub fn known(app: &App, organization: &OrganizationId) -> Verification {
    app.audit.verifications().get(organization)
}

/// Proves the log of an organization by the keys of our own root key, and by what this node has kept.
async fn own(app: &App, organization: &OrganizationId) -> Result<Report> {
    app.audit.flush().await?;
    let kept = match &app.settings.audit_checkpoints {
        Some(path) => anchor::read(path).map_err(|error| Error::Internal(error.to_string()))?,
        None => Vec::new(),
    };
    let rows = audit_signing_keys::list(&mut app.database.read().await?).await?;
    let keys: Vec<VerifyingKey> = rows
        .iter()
        .filter_map(|row| app.keys.audit_key(&row.id, &row.private_key_ciphertext).ok())
        .map(|key| key.public().clone())
        .collect();
    let progress = |sequence| app.audit.verifications().reached(organization, sequence);
    verify(&app.database, organization, &keys, &kept, &progress).await
}

/// The organizations that have a log, or had one as these checkpoints say; the instance first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn organizations(database: &Database, kept: &[Checkpoint]) -> Result<Vec<OrganizationId>> {
    let chains = audit_chains::list(&mut database.read().await?, ROWS_MAX).await?;
    let mut all: Vec<OrganizationId> = chains.into_iter().map(|chain| chain.organization_id).collect();
    all.extend(kept.iter().map(|checkpoint| OrganizationId::new(checkpoint.organization.as_str())));
    all.sort();
    all.dedup();
    Ok(all)
}

/// Proves the log of an organization, as far as it had come when this began. `kept` are checkpoints that were kept
/// elsewhere; `progress` is told how many events were looked at.
///
/// # Errors
///
/// Fails only if the database does: what is wrong with the log is in the report.
pub async fn verify(
    database: &Database,
    organization: &OrganizationId,
    keys: &[VerifyingKey],
    kept: &[Checkpoint],
    progress: &(dyn Fn(i64) + Sync),
) -> Result<Report> {
    let report = attempt(database, organization, keys, kept, progress).await?;
    if matches!(report.fault, Some(Fault::Missing(_))) {
        // Retention may have removed it just now. Then the second look finds the statement.
        return attempt(database, organization, keys, kept, progress).await;
    }
    Ok(report)
}

async fn attempt(
    database: &Database,
    organization: &OrganizationId,
    keys: &[VerifyingKey],
    kept: &[Checkpoint],
    progress: &(dyn Fn(i64) + Sync),
) -> Result<Report> {
    let mut db = database.read().await?;
    // Checkpoints before the end of the chain, which only grows: so none lies beyond it.
    let checkpoints = checkpoints(&mut db, organization, kept).await?;
    let waiting = audit_pending::count(&mut db, organization).await?;
    let start = Chain::start(organization.as_str());
    let (last, hash) = match audit_chains::find(&mut db, organization).await? {
        Some(chain) => (chain.last_sequence, chain.last_hash),
        None => (0, start.hash().as_bytes().to_vec()),
    };
    drop(db);
    let mut verifier = Verifier::new(organization.as_str(), keys);
    let mut outcome = checkpoints.into_iter().try_for_each(|one| verifier.tell_checkpoint(one));
    let mut first = 1;
    while outcome.is_ok() && first <= last {
        let page_end = last.min(first.saturating_add(PAGE_LENGTH - 1));
        let mut db = database.read().await?;
        outcome = page(&mut db, organization, first, page_end, &mut verifier).await?;
        first = page_end + 1;
        progress(page_end);
    }
    let fault = outcome.and_then(|()| verifier.end(last, &hash)).err();
    Ok(Report { organization: organization.clone(), counts: verifier.counts(), waiting, fault })
}

/// Those of the database and those that were kept elsewhere, in their order.
async fn checkpoints(
    db: &mut Connection,
    organization: &OrganizationId,
    kept: &[Checkpoint],
) -> Result<Vec<Checkpoint>> {
    let rows = audit_checkpoints::list(db, organization, 0, ROWS_MAX).await?;
    let mut all: Vec<Checkpoint> =
        rows.into_iter().map(Checkpoint::try_from).collect::<std::result::Result<_, _>>()?;
    all.extend(kept.iter().filter(|one| one.organization == organization.as_str()).cloned());
    all.sort_by_key(|one| one.sequence);
    all.dedup();
    Ok(all)
}

async fn page(
    db: &mut Connection,
    organization: &OrganizationId,
    first: i64,
    last: i64,
    verifier: &mut Verifier<'_>,
) -> Result<std::result::Result<(), Fault>> {
    // One block may reach over two pages: it is told of once.
    let prunings = audit_prunings::list(db, organization, first, last).await?;
    for row in prunings.into_iter().filter(|row| row.first_sequence >= first) {
        if let Err(fault) = verifier.tell_pruning(Pruning::try_from(row)?) {
            return Ok(Err(fault));
        }
    }
    let mut outcome = Ok(());
    let mut prove = |sequence, event: &tacit_core::audit_chain::Event<'_>, hash: &[u8]| {
        if outcome.is_ok() {
            outcome = verifier.event(sequence, event, hash);
        }
    };
    audit_events::scan(db, organization, first, last, &mut prove).await?;
    Ok(outcome)
}
