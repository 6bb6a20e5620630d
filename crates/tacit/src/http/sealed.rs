//! What is answered while the server does not have its root key.

use axum::{
    Json, Router,
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// What people read.
pub const MESSAGE: &str = "This server is sealed: it does not have its root key. Its operator unseals it.";
/// When to ask again, in seconds.
const RETRY_AFTER: &str = "10";

/// Answers everything with 503.
pub fn router() -> Router {
    Router::new().fallback(|| async { response() })
}

/// 503 with a sentence.
pub(super) fn response() -> Response {
    let body = json!({ "statusCode": 503, "message": MESSAGE, "error": "Sealed" });
    let headers = [
        (HeaderName::from_static("retry-after"), RETRY_AFTER),
        (HeaderName::from_static("cache-control"), "no-store"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Json(body)).into_response()
}
