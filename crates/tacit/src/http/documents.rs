//! The pages of this build, embedded, and the API document. Public, and loading nothing from elsewhere.

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::{dashboard, openapi};
use crate::app::{App, base_path::BasePath};

/// Scripts and styles are files of ours: no inline code, nothing from another origin (security 3).
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A browser may keep a copy but asks whether it is still right: the files change with each release.
const CACHE: &str = "no-cache";

/// How the API document says that the API is at the root of its host name.
const SERVERS: &str = r#""servers":[{"url":"/"}]"#;

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// `GET /` is the dashboard or, in a build without one, a page that says what this is.
pub(crate) async fn home(State(app): State<App>, request: Request) -> Response {
    let base = &app.settings.base_path;
    dashboard::answer(&request, base).unwrap_or_else(|| start_page(base))
}

fn start_page(base: &BasePath) -> Response {
    page(include_str!("documents/home.html"), base)
}

/// `GET /api/docs` lists the routes.
pub(crate) async fn reference(State(app): State<App>) -> Response {
    page(include_str!("documents/reference.html"), &app.settings.base_path)
}

/// `GET /api/docs/json` is the API document.
pub(crate) async fn openapi(State(app): State<App>) -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::document().to_string());
    static BYTES: LazyLock<Bytes> = LazyLock::new(|| Bytes::from_static(DOCUMENT.as_bytes()));
    match app.settings.base_path.as_str() {
        "" => file(JSON, BYTES.clone()),
        base => file(JSON, DOCUMENT.replacen(SERVERS, &SERVERS.replace('/', base), 1)),
    }
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

fn page(html: &str, base: &BasePath) -> Response {
    let html = dashboard::below(base, html).replace("{version}", env!("CARGO_PKG_VERSION"));
    ([(CONTENT_SECURITY_POLICY, CONTENT_POLICY)], file(HTML, html)).into_response()
}

fn file(content_type: &'static str, content: impl Into<axum::body::Body>) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, CACHE)], content.into()).into_response()
}
