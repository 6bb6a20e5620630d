//! `/api/status`: whether the server is up.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::time::Timestamp;

use crate::{app::App, http::shell::Expected};

/// What `GET /api/status` answers (wire-contract 1.12).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusResponse {
    /// Now.
    date: Timestamp,
    /// `Ok`, or with status 503 that the server is about to stop.
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

/// `GET /api/status` says that the server is up; with 503, that it is about to stop, so that load
/// balancers look elsewhere.
pub(crate) async fn get(State(app): State<App>) -> Response {
    let is_stopping = app.draining.has_begun();
    let body = Json(StatusResponse {
        date: app.now(),
        message: if is_stopping { "Stopping" } else { "Ok" },
        email_configured: app.settings.mailer.is_some(),
        invite_only_signup: true,
        redis_configured: false,
        secret_scanning_configured: false,
    });
    if !is_stopping {
        return body.into_response();
    }
    let mut answer = (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], body).into_response();
    answer.extensions_mut().insert(Expected);
    answer
}
