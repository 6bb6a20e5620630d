//! The router, made from the route table.

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};

use super::{arrival::RequestId, dashboard, problem, routes};
use crate::app::App;

/// Builds the router for `app`. [`super::shell`] goes around it.
pub fn router(app: &App) -> Router {
    routes::all()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.guarded()))
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_route)
        .with_state(app.clone())
}

/// A path or method that no route has (wire-contract 2.3): a page or file of the dashboard, or nothing.
/// A browser's preflight is answered without any CORS header, which refuses it.
async fn unknown_route(State(app): State<App>, request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    if let Some(page) = dashboard::answer(&request, &app.settings.base_path) {
        return page;
    }
    let message = format!("Route {}:{} not found", request.method(), request.uri().path());
    problem::plain(StatusCode::NOT_FOUND, "NotFound", message, &RequestId::of(request.extensions()))
}
