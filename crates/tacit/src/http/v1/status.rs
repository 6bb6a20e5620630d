//! `/api/status`: whether the server is up.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::time::Timestamp;

use crate::app::App;

/// What `GET /api/status` answers (wire-contract 1.12).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusResponse {
    /// Now.
    date: Timestamp,
    /// `Ok`.
    message: &'static str,
    /// Whether e-mail can be sent.
    email_configured: bool,
    /// Whether accounts are made by invitation only; always.
    invite_only_signup: bool,
    /// Whether Redis is used; never.
    redis_configured: bool,
    /// Whether secret scanning is set up.
    secret_scanning_configured: bool,
}

/// `GET /api/status` says that the server is up.
pub(crate) async fn get(State(app): State<App>) -> Json<StatusResponse> {
    Json(StatusResponse {
        date: app.now(),
        message: "Ok",
        email_configured: app.settings.mailer.is_some(),
        invite_only_signup: true,
        redis_configured: false,
        secret_scanning_configured: false,
    })
}
