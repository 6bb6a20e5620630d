//! Letting old events go, so that the rest stays proven.
//!
//! Events go block by block, once all of a block are older than the project they are about keeps them. A signed statement
//! stays, with the digests of those that went; once all events of a block went, the link at its end is enough.

use std::collections::{BTreeMap, BTreeSet};

use tacit_core::{
    audit_chain::{BLOCK_LENGTH, Chain, Checkpoint, Hash, Pruned, Pruning, SigningKey},
    id::OrganizationId,
    term_filter::{Term, may_hold},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    audit_blocks::{self, BlockRow},
    audit_chains, audit_checkpoints,
    audit_events::{self, AuditEventRow, Stretch},
    audit_prunings::{self, CursorRow},
};

use super::{
    super::{App, error::Result},
    signing,
};

/// Blocks of an organization that are looked at in one step: on SQLite those who write wait for each of them.
pub const STEP_BLOCKS_MAX: i64 = 32;
/// Chains, and projects of one, that are looked at at most.
const ROWS_MAX: i64 = 100_000;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How long events are kept, in days.
#[derive(Debug)]
struct Settings {
    /// By project. Others are kept for good.
    projects: BTreeMap<String, i64>,
    /// Those of no project that says so.
    others: Option<i64>,
}

/// Lets go what is too old, a step for each organization. Says whether there is more to do.
///
/// # Errors
///
/// If the database fails. What went by then is gone, with its statement.
pub async fn step(app: &App) -> Result<bool> {
    let chains = audit_chains::list(&mut app.database.read().await?, ROWS_MAX).await?;
    let mut is_more = false;
    for chain in chains {
        let settings = Settings::of(app, &chain.organization_id).await?;
        for days in settings.all_days() {
            is_more |= step_of(app, &chain.organization_id, &settings, days).await?;
        }
    }
    Ok(is_more)
}

async fn step_of(app: &App, organization: &OrganizationId, settings: &Settings, days: i64) -> Result<bool> {
    let cutoff = app.now().plus_seconds(-days.saturating_mul(DAY_SECONDS));
    let text = settings.fingerprint();
    let mut db = app.database.read().await?;
    let cursor = audit_prunings::cursor(&mut db, organization, days).await?;
    let after = cursor.filter(|cursor| cursor.settings == text).map_or(0, |cursor| cursor.sequence);
    let blocks = audit_blocks::list_older(&mut db, organization, after, cutoff, STEP_BLOCKS_MAX).await?;
    drop(db);
    let Some(end) = blocks.last().map(|block| block.last_sequence) else { return Ok(false) };
    let count = i64::try_from(blocks.len()).unwrap_or(i64::MAX);
    let mut key = None;
    for block in blocks.iter().filter(|block| settings.may_be_in(block, days)) {
        let key = match &mut key {
            Some(key) => key,
            none => none.insert(signing::key(app).await?),
        };
        prune(app, block, settings, days, key).await?;
    }
    let mut db = app.database.begin().await?;
    let cursor = CursorRow { settings: text, sequence: end };
    audit_prunings::set_cursor(&mut db, organization, days, &cursor).await?;
    db.commit().await?;
    Ok(count == STEP_BLOCKS_MAX)
}

/// Lets those events of a block go that are kept no longer than this number of days.
async fn prune(app: &App, block: &BlockRow, settings: &Settings, days: i64, key: &SigningKey) -> Result<()> {
    let organization = &block.organization_id;
    let mut db = app.database.read().await?;
    let (rows, before) = contents(&mut db, block).await?;
    let Some(hash) = proven_end(&mut db, block, &rows, &before.digests).await? else {
        // What was changed stays for those who will look into it.
        let (organization, first) = (organization.as_str(), block.first_sequence);
        tracing::error!(organization, first, "events of an audit log were changed and are kept");
        return Ok(());
    };
    drop(db);
    let is_gone = |row: &&AuditEventRow| settings.days_of(row).is_some_and(|own| own <= days);
    let gone: Vec<&AuditEventRow> = rows.iter().filter(is_gone).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let mut digests = before.digests.clone();
    digests.0.extend(gone.iter().map(|row| (row.sequence, row.event().digest(&mut Vec::new()))));
    let is_whole = gone.len() == rows.len();
    let pruning = Pruning {
        organization: organization.to_string(),
        first: block.first_sequence,
        last: block.last_sequence,
        hash,
        count: if is_whole { BLOCK_LENGTH } else { i64::try_from(digests.0.len()).unwrap_or(i64::MAX) },
        digests: if is_whole { Vec::new() } else { digests.to_bytes(block.first_sequence) },
        pruned_at: app.now(),
        key: String::new(),
        signature: Vec::new(),
    };
    let sequences: Vec<i64> = gone.iter().map(|row| row.sequence).collect();
    let mut db = app.database.begin().await?;
    audit_chains::lock(&mut db, organization).await?;
    let now = audit_prunings::list(&mut db, organization, block.first_sequence, block.last_sequence).await?;
    if now.first().map_or(0, |now| now.pruned_count) != before.count {
        // Another node was faster.
        return Ok(db.rollback().await?);
    }
    audit_prunings::put(&mut db, &pruning.signed(key)).await?;
    audit_events::delete(&mut db, organization, &sequences).await?;
    if is_whole {
        audit_blocks::delete(&mut db, organization, block.last_sequence).await?;
    }
    Ok(db.commit().await?)
}

/// What went from a block before.
struct Before {
    count: i64,
    digests: Pruned,
}

/// The events that a block still has, oldest first, and what went before.
async fn contents(db: &mut Connection, block: &BlockRow) -> Result<(Vec<AuditEventRow>, Before)> {
    let (first, last) = (block.first_sequence, block.last_sequence);
    let organization = &block.organization_id;
    let (from, to) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
    let stretch = Stretch { organization, project: None, first, last, from, to };
    let mut rows = audit_events::list_newest(db, stretch, BLOCK_LENGTH).await?;
    rows.reverse();
    let pruning = audit_prunings::list(db, organization, first, last).await?.pop();
    let before = pruning.map_or(Before { count: 0, digests: Pruned::default() }, |row| Before {
        count: row.pruned_count,
        digests: Pruned::from_bytes(first, &row.digests).unwrap_or_default(),
    });
    Ok((rows, before))
}

/// The link at the end of a block, if its events still lead there from the link before it.
async fn proven_end(
    db: &mut Connection,
    block: &BlockRow,
    rows: &[AuditEventRow],
    pruned: &Pruned,
) -> Result<Option<Hash>> {
    let organization = &block.organization_id;
    let signed = checkpoint_at(db, organization, block.last_sequence).await?;
    let mut chain = match block.first_sequence {
        1 => Chain::start(organization.as_str()),
        first => match checkpoint_at(db, organization, first - 1).await? {
            Some(before) => Chain::resume(organization.as_str(), before.sequence, before.hash),
            None => return Ok(None),
        },
    };
    let kept = rows.iter().map(|row| (row.sequence, row.event().digest(&mut Vec::new())));
    let digests: BTreeMap<i64, Hash> = kept.chain(pruned.0.iter().map(|(at, hash)| (*at, *hash))).collect();
    for digest in digests.values() {
        chain.append(digest);
    }
    let is_whole = chain.sequence() == block.last_sequence;
    Ok(signed.filter(|signed| is_whole && signed.hash == chain.hash()).map(|signed| signed.hash))
}

async fn checkpoint_at(
    db: &mut Connection,
    organization: &OrganizationId,
    sequence: i64,
) -> Result<Option<Checkpoint>> {
    let row = audit_checkpoints::list(db, organization, sequence, 1).await?.pop();
    let row = row.filter(|row| row.sequence == sequence);
    Ok(row.map(Checkpoint::try_from).transpose()?)
}

impl Settings {
    async fn of(app: &App, organization: &OrganizationId) -> Result<Self> {
        let mut db = app.database.read().await?;
        let rows = audit_prunings::projects_with_retention(&mut db, organization, ROWS_MAX).await?;
        let projects = rows.into_iter().map(|row| (row.project_id, row.days)).collect();
        Ok(Self { projects, others: app.settings.audit_retention_days.filter(|days| *days > 0) })
    }

    /// How long an event is kept; for good if `None`.
    fn days_of(&self, row: &AuditEventRow) -> Option<i64> {
        let own = row.project_id.as_ref().and_then(|project| self.projects.get(project.as_str()).copied());
        own.or(self.others)
    }

    fn all_days(&self) -> BTreeSet<i64> {
        self.projects.values().copied().chain(self.others).collect()
    }

    /// Whether a block may hold events that are kept for this number of days.
    fn may_be_in(&self, block: &BlockRow, days: i64) -> bool {
        let of = |(project, own): (&String, &i64)| {
            *own == days && may_hold(&block.terms, Term::new("project", project))
        };
        self.others == Some(days) || self.projects.iter().any(of)
    }

    fn fingerprint(&self) -> String {
        let projects: Vec<String> =
            self.projects.iter().map(|(project, days)| format!("{project}:{days}")).collect();
        Hash::of(format!("{:?};{}", self.others, projects.join(",")).as_bytes()).to_string()
    }
}
