//! Trying a webhook while somebody waits.

use tacit_core::{id::WebhookId, permission::Action};
use tacit_store::webhooks::{self, WebhookRow};

use super::{
    Kind, Secrets, enter, event,
    message::{Notice, TEST},
};
use crate::app::{App, Caller, Result};

/// Sends a test to a webhook and keeps how it went. It makes the server send a request, so it needs
/// the right to change webhooks.
///
/// # Errors
///
/// [`Error::Busy`](crate::app::Error::Busy) if too many tests run, else as [`super::get`]. A test that
/// fails is no error: the webhook says why.
pub async fn test(app: &App, caller: &Caller, id: &WebhookId) -> Result<WebhookRow> {
    let mut db = app.database.read().await?;
    let (access, mut row) = enter(app, &mut db, caller, id, Action::Edit).await?;
    drop(db);
    let _turn = app.egress.trial_turn(&access.project.organization_id)?;
    app.audit.record(event(app, caller, "test-webhook", &row))?;
    let key = access.sealed_key(app)?;
    let secrets = Secrets::open(&key, &row.id, &row.url_ciphertext, row.secret_key_ciphertext.as_deref())?;
    let notice = Notice {
        event: TEST,
        project_id: row.project_id.as_str(),
        project_name: &access.project.name,
        environment: &row.environment_slug,
        secret_path: &row.secret_path,
        sent_at: app.now(),
    };
    let sent = secrets.send(app, Kind::stored(&row.r#type), &notice).await;
    row.last_error = sent.err().map(|error| error.to_string());
    row.last_status = Some(if row.last_error.is_some() { "failed" } else { "success" }.to_owned());
    row.updated_at = app.now();
    keep(app, &row).await?;
    Ok(row)
}

async fn keep(app: &App, row: &WebhookRow) -> Result<()> {
    let (id, error, now) = (row.id.clone(), row.last_error.clone(), row.updated_at);
    app.write(move |work| {
        Box::pin(async move { Ok(webhooks::set_result(&mut work.db, &id, error.as_deref(), now).await?) })
    })
    .await
}
