//! Webhooks (wire-contract 13.2), and routes of our own for their deliveries.

use crate::http::{
    route::{Access::Caller, Route, delete, get, patch, post},
    ui::webhooks as ui,
    v1::webhooks,
    wire::webhook::{DeliveriesAnswer, DeliveryAnswer, WebhookAnswer, WebhooksAnswer},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/v1/webhooks", Caller, webhooks::create)
            .summary("Creates a webhook")
            .event("create-webhook")
            .body::<webhooks::CreateRequest>()
            .answer::<WebhookAnswer>(),
        get("/api/v1/webhooks", Caller, webhooks::list)
            .summary("Lists the webhooks of a project")
            .event("get-webhooks")
            .query::<webhooks::ListQuery>()
            .answer::<WebhooksAnswer>(),
        get("/api/v1/webhooks/{webhook}", Caller, webhooks::get)
            .summary("Reads a webhook")
            .event("get-webhook")
            .answer::<WebhookAnswer>(),
        post("/api/v1/webhooks/{webhook}/test", Caller, webhooks::test)
            .summary("Sends a test to a webhook")
            .event("test-webhook")
            .answer::<WebhookAnswer>(),
        patch("/api/v1/webhooks/{webhook}", Caller, webhooks::update)
            .summary("Turns a webhook off or on")
            .event("update-webhook-status")
            .body::<webhooks::UpdateRequest>()
            .answer::<WebhookAnswer>(),
        delete("/api/v1/webhooks/{webhook}", Caller, webhooks::delete)
            .summary("Deletes a webhook")
            .event("delete-webhook")
            .answer::<WebhookAnswer>(),
        get("/api/ui/v1/webhooks/{webhook}/deliveries", Caller, ui::list)
            .summary("Lists what was sent to a webhook, what waits and what was given up")
            .event("get-webhook-deliveries")
            .query::<ui::DeliveriesQuery>()
            .answer::<DeliveriesAnswer>(),
        post("/api/ui/v1/webhooks/{webhook}/deliveries/{delivery}/retry", Caller, ui::retry)
            .summary("Sends a delivery that was given up once more")
            .event("retry-webhook-delivery")
            .answer::<DeliveryAnswer>(),
    ]
}
