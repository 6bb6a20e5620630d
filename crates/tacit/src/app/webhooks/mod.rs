//! Webhooks: telling other services that secrets of a folder changed (wire-contract 13.2).

mod create;
pub mod deliver;
pub mod deliveries;
mod message;
mod send;
pub(super) mod target;
mod test;

use tacit_core::{
    id::WebhookId,
    permission::{Action, Subject},
};
use tacit_store::{
    Connection, webhook_deliveries,
    webhooks::{self, WebhookRow},
};
use zeroize::Zeroizing;

pub use create::{NewWebhook, WEBHOOKS_MAX, create};
pub use target::{Kind, SECRET_KEY_BYTES_MAX, Target};
pub use test::test;

use super::{
    App,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    work::UnitOfWork,
};
use send::Secrets;

/// A webhook with its address, as far as the caller may see it.
pub struct ShownWebhook {
    /// The webhook.
    pub row: WebhookRow,
    /// The address; for those who may not change webhooks without what is behind the host.
    pub url: Zeroizing<String>,
}

/// Which webhooks of a project to list; what is absent does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The slug of the environment.
    pub environment: Option<String>,
    /// The path or pattern, as it was given.
    pub secret_path: Option<String>,
}

impl Filter {
    fn takes(&self, row: &WebhookRow) -> bool {
        let is = |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|wanted| wanted == text);
        is(&self.environment, &row.environment_slug) && is(&self.secret_path, &row.secret_path)
    }
}

/// The webhooks of a project, the oldest first.
///
/// # Errors
///
/// As [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn list(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    filter: &Filter,
) -> Result<Vec<ShownWebhook>> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_any(Action::Read, Subject::Webhooks)?;
    app.audit.record(Event::new(app, caller, "get-webhooks").project(&access.project.id))?;
    let rows = webhooks::list(&mut db, &access.project.id).await?;
    rows.into_iter().filter(|row| filter.takes(row)).map(|row| show(app, &access, row)).collect()
}

/// One webhook.
///
/// # Errors
///
/// [`Error::NotFound`] if there is none such in a project of the caller, [`Error::Forbidden`].
pub async fn get(app: &App, caller: &Caller, id: &WebhookId) -> Result<ShownWebhook> {
    let mut db = app.database.read().await?;
    let (access, row) = enter(app, &mut db, caller, id, Action::Read).await?;
    app.audit.record(event(app, caller, "get-webhook", &row))?;
    show(app, &access, row)
}

fn show(app: &App, access: &ProjectAccess, row: WebhookRow) -> Result<ShownWebhook> {
    let key = access.sealed_key(app)?;
    let url = Secrets::open(&key, &row.id, &row.url_ciphertext, None)?.url;
    let may_change = access.require_any(Action::Edit, Subject::Webhooks).is_ok();
    let url = if may_change { url } else { Zeroizing::new(target::shortened(&url)) };
    Ok(ShownWebhook { row, url })
}

/// Turns a webhook off or on. What waits for it is forgotten when it is turned off, and what happened
/// while it was off is not told.
///
/// # Errors
///
/// As [`get`].
pub async fn set_disabled(
    app: &App,
    caller: &Caller,
    id: WebhookId,
    is_disabled: bool,
) -> Result<WebhookRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { turn(work, &caller, &id, is_disabled).await })).await
}

async fn turn(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &WebhookId,
    is_disabled: bool,
) -> Result<WebhookRow> {
    let app = work.app.clone();
    let (_, mut row) = enter(&app, &mut work.db, caller, id, Action::Edit).await?;
    work.record(event(&app, caller, "update-webhook-status", &row).with("isDisabled", is_disabled));
    if row.is_disabled == is_disabled {
        return Ok(row);
    }
    (row.is_disabled, row.updated_at) = (is_disabled, app.now());
    webhooks::set_disabled(&mut work.db, id, is_disabled, row.updated_at).await?;
    if is_disabled {
        webhook_deliveries::delete_pending(&mut work.db, id).await?;
    } else if let Some(revision) = webhooks::project_revision(&mut work.db, &row.project_id).await? {
        webhooks::set_since(&mut work.db, id, revision).await?;
    }
    Ok(row)
}

/// Deletes a webhook.
///
/// # Errors
///
/// As [`get`].
pub async fn delete(app: &App, caller: &Caller, id: WebhookId) -> Result<WebhookRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &id).await })).await
}

async fn remove(work: &mut UnitOfWork, caller: &Caller, id: &WebhookId) -> Result<WebhookRow> {
    let app = work.app.clone();
    let (_, row) = enter(&app, &mut work.db, caller, id, Action::Delete).await?;
    webhooks::delete(&mut work.db, id).await?;
    work.record(event(&app, caller, "delete-webhook", &row));
    Ok(row)
}

/// Enters the project of a webhook. For those who are not in it, it does not exist.
async fn enter(
    app: &App,
    db: &mut Connection,
    caller: &Caller,
    id: &WebhookId,
    action: Action,
) -> Result<(ProjectAccess, WebhookRow)> {
    let not_found = || Error::not_found("Webhook", id);
    let organization = &caller.organization()?.id;
    let row = webhooks::find(db, organization, id).await?.ok_or_else(not_found)?;
    let project = ProjectName::Id(row.project_id.to_string());
    let access =
        ProjectAccess::enter(db, caller, &project, app.now()).await.map_err(|error| match error {
            Error::NotFound(_) | Error::Refused(_) => not_found(),
            other => other,
        })?;
    access.require_any(action, Subject::Webhooks)?;
    Ok((access, row))
}

/// An event about a webhook. It says nothing of the address.
fn event(app: &App, caller: &Caller, kind: &str, row: &WebhookRow) -> Event {
    Event::new(app, caller, kind)
        .project(&row.project_id)
        .with("webhookId", row.id.as_str())
        .with("environment", row.environment_slug.as_str())
        .with("secretPath", row.secret_path.as_str())
}
