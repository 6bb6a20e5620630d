//! From the commit log to receivers, in two steps that each survive `kill -9`: commits become notices
//! in the transaction that moves the cursor, and a notice is sent under a lease until it is sent or
//! given up. A receiver may get a notice twice, and never misses one silently.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use tacit_core::{
    id::{ProjectId, WebhookId},
    time::Timestamp,
    webhook::{FolderPattern, retry_after_seconds},
};
use tacit_store::{
    webhook_changes::{self, ChangedFolderRow},
    webhook_deliveries::{self, DEAD, DELIVERED, DueDeliveryRow, Outcome, PENDING, WebhookDeliveryRow},
    webhooks::{self, WebhookRow},
};

use super::{
    Kind, Secrets,
    message::{MODIFIED, Notice},
};
use crate::app::{App, Error, Result, UnitOfWork};

/// Projects looked at in one round.
const PROJECTS_A_ROUND: i64 = 100;
/// Commits of one project that become notices in one transaction.
const COMMITS_A_ROUND: i64 = 100;
/// Notices that a node sends at a time.
const AT_A_TIME: i64 = 16;
/// Notices to one webhook that wait at a time. What changes beyond is one notice more, for everything
/// the webhook is about.
pub const WAITING_MAX: i64 = 1_000;
/// How long a node may keep a notice: well above what a request may take.
const LEASE_SECONDS: i64 = 60;
/// How long notices that were sent or given up are kept.
const KEPT_SECONDS: i64 = 14 * 24 * 3600;

/// Turns new commits into notices.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn collect(app: &App) -> Result<()> {
    let behind = webhooks::list_behind(&mut app.database.read().await?, PROJECTS_A_ROUND).await?;
    for project in behind {
        app.write(move |work| Box::pin(async move { collect_project(work, &project.project_id).await }))
            .await?;
    }
    Ok(())
}

async fn collect_project(work: &mut UnitOfWork, project: &ProjectId) -> Result<()> {
    let Some(after) = webhooks::lock_cursor(&mut work.db, project).await? else { return Ok(()) };
    let Some(revision) = webhooks::project_revision(&mut work.db, project).await? else { return Ok(()) };
    let until = revision.min(after + COMMITS_A_ROUND);
    let mut receivers = webhooks::list(&mut work.db, project).await?;
    receivers.retain(|webhook| !webhook.is_disabled);
    if !receivers.is_empty() {
        let mut waiting = HashMap::new();
        for folder in webhook_changes::list(&mut work.db, project, after, until).await? {
            tell(work, &receivers, &folder, &mut waiting).await?;
        }
    }
    Ok(webhooks::move_cursor(&mut work.db, project, until).await?)
}

/// How many notices wait, for each webhook that was looked at.
type Waiting = HashMap<WebhookId, i64>;

async fn tell(
    work: &mut UnitOfWork,
    receivers: &[WebhookRow],
    folder: &ChangedFolderRow,
    waiting: &mut Waiting,
) -> Result<()> {
    for webhook in receivers {
        if webhook.environment_slug == folder.environment_slug
            && webhook.since_revision < folder.revision
            && FolderPattern::is_about(&webhook.secret_path, &folder.path)
        {
            enqueue(work, webhook, folder, waiting).await?;
        }
    }
    Ok(())
}

/// A burst of changes to one folder is one notice.
async fn enqueue(
    work: &mut UnitOfWork,
    webhook: &WebhookRow,
    folder: &ChangedFolderRow,
    waiting: &mut Waiting,
) -> Result<()> {
    let (now, revision) = (work.app.now(), folder.revision);
    if webhook_deliveries::merge(&mut work.db, &webhook.id, &folder.path, revision, now).await? {
        return Ok(());
    }
    let count = match waiting.get(&webhook.id) {
        Some(count) => *count,
        None => webhook_deliveries::count_pending(&mut work.db, &webhook.id).await?,
    };
    let is_full = count >= WAITING_MAX;
    let path = if is_full { &webhook.secret_path } else { &folder.path };
    if is_full && webhook_deliveries::merge(&mut work.db, &webhook.id, path, revision, now).await? {
        return Ok(());
    }
    waiting.insert(webhook.id.clone(), count + 1);
    let row = WebhookDeliveryRow {
        id: work.app.new_id(),
        webhook_id: webhook.id.clone(),
        secret_path: path.clone(),
        revision,
        state: PENDING.to_owned(),
        attempts: 0,
        next_attempt_at: now,
        lease_expires_at: Timestamp::from_millis(0),
        last_error: None,
        created_at: now,
        updated_at: now,
    };
    Ok(webhook_deliveries::insert(&mut work.db, &row).await?)
}

/// Sends what is due, a bounded number at a time. Returns how many were sent or failed.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn send_due(app: &App) -> Result<usize> {
    let now = app.now();
    if webhook_deliveries::list_due(&mut app.database.read().await?, now, 1).await?.is_empty() {
        return Ok(0);
    }
    let lease = now.plus_seconds(LEASE_SECONDS);
    let due = app.write(move |work| Box::pin(claim(work, now, lease))).await?;
    let count = due.len();
    stream::iter(due)
        .for_each_concurrent(None, |notice| async move {
            if let Err(error) = attempt(app, &notice, lease).await {
                tracing::warn!(%error, webhook = %notice.webhook_id, "how a notice went could not be stored");
            }
        })
        .await;
    Ok(count)
}

async fn claim(work: &mut UnitOfWork, now: Timestamp, lease: Timestamp) -> Result<Vec<DueDeliveryRow>> {
    let mut claimed = Vec::new();
    for notice in webhook_deliveries::list_due(&mut work.db, now, AT_A_TIME).await? {
        if webhook_deliveries::claim(&mut work.db, &notice.id, now, lease).await? {
            claimed.push(notice);
        }
    }
    Ok(claimed)
}

async fn attempt(app: &App, notice: &DueDeliveryRow, lease: Timestamp) -> Result<()> {
    let error = send(app, notice).await.err();
    let (id, webhook, attempts) = (notice.id.clone(), notice.webhook_id.clone(), notice.attempts + 1);
    app.write(move |work| {
        Box::pin(async move {
            let now = work.app.now();
            let outcome = outcome(attempts, error.as_deref(), now);
            webhook_deliveries::finish(&mut work.db, &id, lease, outcome, now).await?;
            Ok(webhooks::set_result(&mut work.db, &webhook, error.as_deref(), now).await?)
        })
    })
    .await
}

fn outcome(attempts: i64, error: Option<&str>, now: Timestamp) -> Outcome<'_> {
    let (state, next_attempt_at) = match (error, retry_after_seconds(attempts)) {
        (None, _) => (DELIVERED, now),
        (Some(_), Some(seconds)) => (PENDING, now.plus_seconds(seconds)),
        (Some(_), None) => (DEAD, now),
    };
    Outcome { state, next_attempt_at, error }
}

/// The error is what people read at the webhook.
async fn send(app: &App, notice: &DueDeliveryRow) -> Result<(), String> {
    let secrets = open(app, notice).map_err(|error| {
        tracing::error!(%error, webhook = %notice.webhook_id, "the address of a webhook cannot be decrypted");
        "the server cannot read the address of this webhook".to_owned()
    })?;
    let message = Notice {
        event: MODIFIED,
        project_id: notice.project_id.as_str(),
        project_name: &notice.project_name,
        environment: &notice.environment_slug,
        secret_path: &notice.secret_path,
        sent_at: app.now(),
    };
    secrets.send(app, Kind::stored(&notice.r#type), &message).await.map_err(|error| error.to_string())
}

fn open(app: &App, notice: &DueDeliveryRow) -> Result<Secrets, Error> {
    let key = app.keys.project(
        &notice.project_id,
        &notice.data_key_ciphertext,
        notice.other_data_key_ciphertext.as_ref(),
    )?;
    let secret_key = notice.secret_key_ciphertext.as_deref();
    Ok(Secrets::open(&key, &notice.webhook_id, &notice.url_ciphertext, secret_key)?)
}

/// Removes notices that were sent or given up two weeks ago.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(app: &App) -> Result<()> {
    let before = app.now().plus_seconds(-KEPT_SECONDS);
    app.write(move |work| Box::pin(async move { Ok(webhook_deliveries::prune(&mut work.db, before).await?) }))
        .await
}
