//! The pages of this build, embedded, and the API document. Public, and loading nothing from elsewhere.

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    extract::Request,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::{dashboard, openapi};

/// Scripts and styles are files of ours: no inline code, nothing from another origin (security 3).
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A browser may keep a copy but asks whether it is still right: the files change with each release.
const CACHE: &str = "no-cache";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// `GET /` is the dashboard or, in a build without one, a page that says what this is.
pub(crate) async fn home(request: Request) -> Response {
    dashboard::answer(&request).unwrap_or_else(start_page)
}

fn start_page() -> Response {
    page(include_str!("documents/home.html"))
}

/// `GET /api/docs` lists the routes.
pub(crate) async fn reference() -> Response {
    page(include_str!("documents/reference.html"))
}

/// `GET /api/docs/json` is the API document.
pub(crate) async fn openapi() -> Response {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi::document().to_string()));
    file("application/json", DOCUMENT.clone())
}

/// `GET /api/docs/page.css` is what all pages share.
pub(crate) async fn page_style() -> Response {
    file(CSS, include_str!("documents/page.css"))
}

/// `GET /api/docs/home.css`.
pub(crate) async fn home_style() -> Response {
    file(CSS, include_str!("documents/home.css"))
}

/// `GET /api/docs/home.js`.
pub(crate) async fn home_script() -> Response {
    file(JAVASCRIPT, include_str!("documents/home.js"))
}

/// `GET /api/docs/reference.css`.
pub(crate) async fn reference_style() -> Response {
    file(CSS, include_str!("documents/reference.css"))
}

/// `GET /api/docs/reference.js`.
pub(crate) async fn reference_script() -> Response {
    file(JAVASCRIPT, include_str!("documents/reference.js"))
}

fn page(html: &str) -> Response {
    let html = html.replace("{version}", env!("CARGO_PKG_VERSION"));
    ([(CONTENT_SECURITY_POLICY, CONTENT_POLICY)], file(HTML, html)).into_response()
}

fn file(content_type: &'static str, content: impl Into<axum::body::Body>) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, CACHE)], content.into()).into_response()
}
