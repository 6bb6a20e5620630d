//! What was sent to a webhook, what waits, what was given up.

use tacit_core::{
    id::{WebhookDeliveryId, WebhookId},
    permission::Action,
};
use tacit_store::webhook_deliveries::{self, WebhookDeliveryRow};

use super::{enter, event};
use crate::app::{App, Caller, Error, Result, UnitOfWork};

/// Notices listed at most.
pub const LISTED_MAX: i64 = 100;

/// The newest notices of a webhook, newest first; only those in `state`, if one is named.
///
/// # Errors
///
/// As [`super::get`].
pub async fn list(
    app: &App,
    caller: &Caller,
    id: &WebhookId,
    state: Option<&str>,
) -> Result<Vec<WebhookDeliveryRow>> {
    let mut db = app.database.read().await?;
    let (_, row) = enter(app, &mut db, caller, id, Action::Read).await?;
    app.audit.record_look(event(app, caller, "get-webhook-deliveries", &row))?;
    Ok(webhook_deliveries::list(&mut db, id, state, LISTED_MAX).await?)
}

/// Sends a notice that was given up once more, with all attempts before it again.
///
/// # Errors
///
/// [`Error::Invalid`] if it was not given up, else as [`super::get`].
pub async fn retry(
    app: &App,
    caller: &Caller,
    id: WebhookId,
    delivery: WebhookDeliveryId,
) -> Result<WebhookDeliveryRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { revive(work, &caller, &id, &delivery).await })).await
}

async fn revive(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &WebhookId,
    delivery: &WebhookDeliveryId,
) -> Result<WebhookDeliveryRow> {
    let app = work.app.clone();
    let (_, row) = enter(&app, &mut work.db, caller, id, Action::Edit).await?;
    let not_found = || Error::not_found("Delivery", delivery);
    webhook_deliveries::find(&mut work.db, id, delivery).await?.ok_or_else(not_found)?;
    if !webhook_deliveries::revive(&mut work.db, delivery, app.now()).await? {
        return Err(Error::Invalid("Only a delivery that was given up can be sent again".to_owned()));
    }
    work.record(event(&app, caller, "retry-webhook-delivery", &row).with("deliveryId", delivery.as_str()));
    webhook_deliveries::find(&mut work.db, id, delivery).await?.ok_or_else(not_found)
}
