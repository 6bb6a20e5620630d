//! Webhooks of projects, and how far the commit log was read for them.

use tacit_core::{
    cipher::Ciphertext,
    id::{EnvironmentId, OrganizationId, ProjectId, WebhookId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A webhook with its environment.
    pub struct WebhookRow {
        /// Its id.
        pub id: WebhookId,
        /// The project it belongs to.
        pub project_id: ProjectId,
        /// The environment it is about.
        pub environment_id: EnvironmentId,
        /// The environment's name; not written.
        pub environment_name: String,
        /// The environment's slug; not written.
        pub environment_slug: String,
        /// The path or pattern of paths it is about.
        pub secret_path: String,
        /// `general`, `slack` or `microsoft-teams`.
        pub r#type: String,
        /// Where to send, encrypted.
        pub url_ciphertext: Ciphertext,
        /// What to sign with, encrypted; empty without a key.
        pub secret_key_ciphertext: Option<Vec<u8>>,
        /// Whether nothing is sent.
        pub is_disabled: bool,
        /// Only commits after this one count.
        pub since_revision: i64,
        /// `success` or `failed`, of the last attempt.
        pub last_status: Option<String>,
        /// Why the last attempt failed.
        pub last_error: Option<String>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed or was sent to.
        pub updated_at: Timestamp,
    }
}

const SELECT: &str = "SELECT w.*, e.name AS environment_name, e.slug AS environment_slug
   FROM webhooks w JOIN environments e ON e.id = w.environment_id";

/// Adds a webhook.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, webhook: &WebhookRow) -> Result<()> {
    db.execute(
        "INSERT INTO webhooks
            (id, project_id, environment_id, secret_path, type, url_ciphertext, secret_key_ciphertext,
             is_disabled, since_revision, last_status, last_error, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            &webhook.id,
            &webhook.project_id,
            &webhook.environment_id,
            &webhook.secret_path,
            &webhook.r#type,
            &webhook.url_ciphertext,
            webhook.secret_key_ciphertext.as_deref(),
            webhook.is_disabled,
            webhook.since_revision,
            webhook.last_status.as_deref(),
            webhook.last_error.as_deref(),
            webhook.created_at,
            webhook.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Turns a webhook off or on.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_disabled(
    db: &mut Connection,
    id: &WebhookId,
    is_disabled: bool,
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE webhooks SET is_disabled = $2, updated_at = $3 WHERE id = $1",
        params![id, is_disabled, now],
    )
    .await?;
    Ok(())
}

/// Makes only commits after `revision` count.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_since(db: &mut Connection, id: &WebhookId, revision: i64) -> Result<()> {
    db.execute("UPDATE webhooks SET since_revision = $2 WHERE id = $1", params![id, revision]).await?;
    Ok(())
}

/// Writes how an attempt went; without an error it succeeded.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_result(
    db: &mut Connection,
    id: &WebhookId,
    error: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let status = if error.is_some() { "failed" } else { "success" };
    db.execute(
        "UPDATE webhooks SET last_status = $2, last_error = $3, updated_at = $4 WHERE id = $1",
        params![id, status, error, now],
    )
    .await?;
    Ok(())
}

/// Deletes a webhook with what is still to be sent to it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &WebhookId) -> Result<()> {
    db.execute("DELETE FROM webhooks WHERE id = $1", params![id]).await?;
    Ok(())
}

/// How many webhooks a project has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, project: &ProjectId) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM webhooks WHERE project_id = $1", params![project]).await
}

/// The webhooks of a project, the oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, project: &ProjectId) -> Result<Vec<WebhookRow>> {
    db.fetch_all(&format!("{SELECT} WHERE w.project_id = $1 ORDER BY w.created_at, w.id"), params![project])
        .await
}

/// The webhook called `id`, if its project belongs to `organization`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &WebhookId,
) -> Result<Option<WebhookRow>> {
    db.fetch_optional(
        &format!(
            "{SELECT} JOIN projects p ON p.id = w.project_id WHERE w.id = $1 AND p.organization_id = $2"
        ),
        params![id, organization],
    )
    .await
}

row! {
    /// A project with commits that were not read yet.
    pub struct BehindRow {
        /// The project.
        pub project_id: ProjectId,
    }
}

/// Begins to read the log of a project at `revision`, unless it is read already.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn start_cursor(db: &mut Connection, project: &ProjectId, revision: i64) -> Result<()> {
    db.execute(
        "INSERT INTO webhook_cursors (project_id, revision) VALUES ($1, $2) ON CONFLICT (project_id) DO NOTHING",
        params![project, revision],
    )
    .await?;
    Ok(())
}

/// The projects whose log has grown, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_behind(db: &mut Connection, limit: i64) -> Result<Vec<BehindRow>> {
    db.fetch_all(
        "SELECT c.project_id FROM webhook_cursors c JOIN projects p ON p.id = c.project_id
          WHERE p.revision > c.revision ORDER BY c.project_id LIMIT $1",
        params![limit],
    )
    .await
}

/// The revision up to which a project's log was read. On PostgreSQL another node that asks waits until
/// this transaction ends.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock_cursor(db: &mut Connection, project: &ProjectId) -> Result<Option<i64>> {
    db.fetch_optional(
        "UPDATE webhook_cursors SET revision = revision WHERE project_id = $1 RETURNING revision AS number",
        params![project],
    )
    .await
}

/// Says that the log was read up to `revision`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn move_cursor(db: &mut Connection, project: &ProjectId, revision: i64) -> Result<()> {
    db.execute("UPDATE webhook_cursors SET revision = $2 WHERE project_id = $1", params![project, revision])
        .await?;
    Ok(())
}

/// The revision of a project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn project_revision(db: &mut Connection, project: &ProjectId) -> Result<Option<i64>> {
    db.fetch_optional("SELECT revision AS number FROM projects WHERE id = $1", params![project]).await
}
