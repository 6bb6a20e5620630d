//! Notices to webhooks: waiting, sent, given up.

use tacit_core::{
    cipher::Ciphertext,
    id::{ProjectId, WebhookDeliveryId, WebhookId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

/// To be sent.
pub const PENDING: &str = "pending";
/// Sent.
pub const DELIVERED: &str = "delivered";
/// Given up after too many attempts.
pub const DEAD: &str = "dead";

row! {
    /// A notice.
    pub struct WebhookDeliveryRow {
        /// Its id.
        pub id: WebhookDeliveryId,
        /// Whom it is for.
        pub webhook_id: WebhookId,
        /// The folder that changed.
        pub secret_path: String,
        /// The newest commit it tells of.
        pub revision: i64,
        /// [`PENDING`], [`DELIVERED`] or [`DEAD`].
        pub state: String,
        /// How often it was sent since the last change it tells of.
        pub attempts: i64,
        /// When it is sent next, if it waits.
        pub next_attempt_at: Timestamp,
        /// Until when a node is sending it; the beginning of time if none is.
        pub lease_expires_at: Timestamp,
        /// Why the last attempt failed.
        pub last_error: Option<String>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// A notice to be sent now, with all that is needed for it.
    pub struct DueDeliveryRow {
        /// Its id.
        pub id: WebhookDeliveryId,
        /// Whom it is for.
        pub webhook_id: WebhookId,
        /// The folder that changed.
        pub secret_path: String,
        /// How often it was sent already.
        pub attempts: i64,
        /// The kind of webhook.
        pub r#type: String,
        /// Where to send, encrypted.
        pub url_ciphertext: Ciphertext,
        /// What to sign with, encrypted.
        pub secret_key_ciphertext: Option<Vec<u8>>,
        /// The project.
        pub project_id: ProjectId,
        /// The project's name.
        pub project_name: String,
        /// The project's data key, wrapped.
        pub data_key_ciphertext: Ciphertext,
        /// The key that comes or goes while the data key is being replaced, wrapped.
        pub other_data_key_ciphertext: Option<Ciphertext>,
        /// The slug of the environment.
        pub environment_slug: String,
    }
}

/// Adds a notice.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, delivery: &WebhookDeliveryRow) -> Result<()> {
    db.execute(
        "INSERT INTO webhook_deliveries
            (id, webhook_id, secret_path, revision, state, attempts, next_attempt_at, lease_expires_at,
             last_error, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            &delivery.id,
            &delivery.webhook_id,
            &delivery.secret_path,
            delivery.revision,
            &delivery.state,
            delivery.attempts,
            delivery.next_attempt_at,
            delivery.lease_expires_at,
            delivery.last_error.as_deref(),
            delivery.created_at,
            delivery.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Lets a notice that still waits tell of a newer commit too, with all attempts before it again.
/// Returns whether there was one. One that is being sent is left alone: its receiver may have looked
/// before the commit. For the same reason who has let its lease run out has no say any more.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn merge(
    db: &mut Connection,
    webhook: &WebhookId,
    path: &str,
    revision: i64,
    now: Timestamp,
) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE webhook_deliveries SET revision = $3, attempts = 0, lease_expires_at = 0, updated_at = $4
              WHERE webhook_id = $1 AND secret_path = $2 AND state = 'pending' AND lease_expires_at <= $4",
            params![webhook, path, revision, now],
        )
        .await?;
    Ok(changed > 0)
}

/// How many notices wait for a webhook.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_pending(db: &mut Connection, webhook: &WebhookId) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'pending'",
        params![webhook],
    )
    .await
}

/// The notices to be sent now, those that waited longest first, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_due(db: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<DueDeliveryRow>> {
    db.fetch_all(
        "SELECT d.id, d.webhook_id, d.secret_path, d.attempts, w.type, w.url_ciphertext, w.secret_key_ciphertext,
                w.project_id, p.name AS project_name, p.data_key_ciphertext,
                p.other_data_key_ciphertext, e.slug AS environment_slug
           FROM webhook_deliveries d
           JOIN webhooks w ON w.id = d.webhook_id
           JOIN environments e ON e.id = w.environment_id
           JOIN projects p ON p.id = w.project_id
          WHERE d.state = 'pending' AND d.next_attempt_at <= $1 AND d.lease_expires_at <= $1
            AND NOT w.is_disabled
          ORDER BY d.next_attempt_at, d.id LIMIT $2",
        params![now, limit],
    )
    .await
}

/// Takes a notice for sending until `lease`, and counts the attempt. `false` if another node was
/// first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn claim(
    db: &mut Connection,
    id: &WebhookDeliveryId,
    now: Timestamp,
    lease: Timestamp,
) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE webhook_deliveries SET attempts = attempts + 1, lease_expires_at = $3, updated_at = $2
              WHERE id = $1 AND state = 'pending' AND next_attempt_at <= $2 AND lease_expires_at <= $2",
            params![id, now, lease],
        )
        .await?;
    Ok(changed > 0)
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// [`PENDING`] again, [`DELIVERED`] or [`DEAD`].
    pub state: &'static str,
    /// When to try again, if it waits.
    pub next_attempt_at: Timestamp,
    /// Why it failed.
    pub error: Option<&'a str>,
}

/// Writes how the attempt under `lease` ended. Nothing happens if the lease ran out and another node
/// took it, or the webhook is gone.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn finish(
    db: &mut Connection,
    id: &WebhookDeliveryId,
    lease: Timestamp,
    outcome: Outcome<'_>,
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE webhook_deliveries
            SET state = $3, next_attempt_at = $4, last_error = $5, lease_expires_at = 0, updated_at = $6
          WHERE id = $1 AND lease_expires_at = $2 AND state = 'pending'",
        params![id, lease, outcome.state, outcome.next_attempt_at, outcome.error, now],
    )
    .await?;
    Ok(())
}

/// The newest notices of a webhook, newest first, at most `limit`; only those in `state`, if one is
/// named.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    webhook: &WebhookId,
    state: Option<&str>,
    limit: i64,
) -> Result<Vec<WebhookDeliveryRow>> {
    db.fetch_all(
        "SELECT * FROM webhook_deliveries
          WHERE webhook_id = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2)
          ORDER BY created_at DESC, id DESC LIMIT $3",
        params![webhook, state, limit],
    )
    .await
}

/// A notice of a webhook.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    webhook: &WebhookId,
    id: &WebhookDeliveryId,
) -> Result<Option<WebhookDeliveryRow>> {
    db.fetch_optional(
        "SELECT * FROM webhook_deliveries WHERE id = $1 AND webhook_id = $2",
        params![id, webhook],
    )
    .await
}

/// Sends a notice that was given up once more, with all attempts before it again. `false` if it was
/// not given up.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn revive(db: &mut Connection, id: &WebhookDeliveryId, now: Timestamp) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = $2, updated_at = $2
              WHERE id = $1 AND state = 'dead'",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Forgets what waits for a webhook.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_pending(db: &mut Connection, webhook: &WebhookId) -> Result<()> {
    db.execute(
        "DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'pending'",
        params![webhook],
    )
    .await?;
    Ok(())
}

/// Removes notices that were sent or given up before `before`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(db: &mut Connection, before: Timestamp) -> Result<()> {
    db.execute(
        "DELETE FROM webhook_deliveries WHERE state <> 'pending' AND updated_at < $1",
        params![before],
    )
    .await?;
    Ok(())
}
