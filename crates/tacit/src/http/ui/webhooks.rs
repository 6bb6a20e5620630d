//! Deliveries of webhooks (routes of our own).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::id::{WebhookDeliveryId, WebhookId};

use crate::{
    app::{App, Caller, webhooks::deliveries},
    http::{
        extract::{Path, Query},
        problem::Problem,
        wire::webhook::{DeliveriesAnswer, DeliveryAnswer},
    },
};

/// Which deliveries to list.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DeliveriesQuery {
    /// Only those in this state.
    status: Option<DeliveryStatus>,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// To be sent.
    Pending,
    /// Sent.
    Delivered,
    /// Given up after too many attempts.
    Dead,
}

impl DeliveryStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// `GET …/webhooks/{webhook}/deliveries` lists the newest 100.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<DeliveriesAnswer>, Problem> {
    let state = query.status.map(DeliveryStatus::as_str);
    let rows = deliveries::list(&app, &caller, &id, state).await?;
    Ok(Json(DeliveriesAnswer { deliveries: rows.into_iter().map(Into::into).collect() }))
}

/// `POST …/webhooks/{webhook}/deliveries/{delivery}/retry` sends one that was given up once more.
pub(crate) async fn retry(
    State(app): State<App>,
    caller: Caller,
    Path((id, delivery)): Path<(WebhookId, WebhookDeliveryId)>,
) -> Result<Json<DeliveryAnswer>, Problem> {
    let row = deliveries::retry(&app, &caller, id, delivery).await?;
    Ok(Json(DeliveryAnswer { delivery: row.into() }))
}
