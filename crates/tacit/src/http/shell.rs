//! What goes around every request, in one layer because layers cost more than the work (performance 2):
//! request id, client address, trailing slash, panic guard, time limit, security headers, count.

use std::{
    convert::Infallible,
    future::Future,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{
        HeaderName, HeaderValue, StatusCode, Uri, Version,
        header::{
            CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            USER_AGENT, X_CONTENT_TYPE_OPTIONS,
        },
        uri::PathAndQuery,
    },
    response::Response,
};
use futures_util::FutureExt;
use ipnet::IpNet;
use tower::{Service, ServiceExt};

use super::{
    arrival::{Arrival, RequestId},
    client_certificate,
    limits::{Limits, TARGET_BYTES_MAX},
    peer, problem, sealed,
};
use crate::app::{App, Client, base_path::BasePath};

/// How long a request may take before it is answered 503.
const TIME_MAX: Duration = Duration::from_mins(1);
/// Longest User-Agent that is kept, in bytes.
const USER_AGENT_BYTES_MAX: usize = 512;

/// Marks an answer that looks like a failure of the server and is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected;

/// What the operator chose about connections.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they say which certificate a client showed.
    pub client_certificate_header: HeaderName,
    /// Whether answers tell browsers to insist on TLS.
    pub is_tls: bool,
    /// How much is taken, and how often.
    pub limits: Arc<Limits>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            client_certificate_header: client_certificate::HEADER,
            is_tls: false,
            limits: Arc::default(),
        }
    }
}

/// The router with everything around it. Cheap to clone, which happens for each request.
#[derive(Clone)]
pub struct Shell(Arc<Parts>);

struct Parts {
    router: Router,
    app: App,
    settings: Settings,
    answered: Box<dyn Fn(StatusCode, Duration) + Send + Sync>,
}

impl Shell {
    /// Puts the shell around the router. `answered` hears of each answer.
    pub fn new(
        app: App,
        settings: Settings,
        answered: impl Fn(StatusCode, Duration) + Send + Sync + 'static,
    ) -> Self {
        let router = super::router::router(&app);
        Self(Arc::new(Parts { router, app, settings, answered: Box::new(answered) }))
    }
}

impl Parts {
    async fn answer(&self, mut request: Request) -> Response {
        let start = Instant::now();
        let id = RequestId::new(&self.app.random);
        let client = self.client(&request);
        let peer = peer_of(&request);
        let is_https =
            self.settings.is_tls || peer::is_https(peer, request.headers(), &self.settings.trusted_proxies);
        client_certificate::note(&mut request, peer, &self.settings);
        without_trailing_slash(request.uri_mut());
        without_base(request.uri_mut(), &self.app.settings.base_path);
        let is_long = target_length(request.uri()) > TARGET_BYTES_MAX;
        let limits = Arc::clone(&self.settings.limits);
        request.extensions_mut().insert(Arrival { id, client, is_https, limits });
        let (method, version) = (request.method().clone(), request.version());
        let response = if is_long {
            too_long(&id)
        } else if self.app.keys.is_sealed() && request.uri().path().starts_with("/api") {
            sealed::response()
        } else {
            guarded(self.router.clone(), request, &id).await
        };
        let mut response = problem::write_body(response, &id);
        if response.status().is_server_error() && response.extensions().get::<Expected>().is_none() {
            tracing::error!(request.id = id.as_str(), %method, status = response.status().as_u16(), "answered with an error");
        }
        add_headers(&mut response, &self.settings);
        if version < Version::HTTP_2 && self.app.draining.has_begun() {
            // The next request of this client goes to another server, rather than into a closed connection.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        (self.answered)(response.status(), start.elapsed());
        response
    }

    fn client(&self, request: &Request) -> Client {
        let peer = peer_of(request);
        let user_agent = request.headers().get(USER_AGENT).map_or(&[][..], HeaderValue::as_bytes);
        let user_agent = String::from_utf8_lossy(user_agent);
        let user_agent = &user_agent[..user_agent.floor_char_boundary(USER_AGENT_BYTES_MAX)];
        let ip = peer::client_ip(peer, request.headers(), &self.settings.trusted_proxies);
        Client { ip, user_agent: user_agent.into() }
    }
}

fn peer_of(request: &Request) -> IpAddr {
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(address)| address.ip())
}

/// Runs the request; a panic or an overrun is answered instead of breaking the connection.
async fn guarded(router: Router, request: Request, id: &RequestId) -> Response {
    let work = AssertUnwindSafe(router.oneshot(request)).catch_unwind();
    match tokio::time::timeout(TIME_MAX, work).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(never))) => match never {},
        Ok(Err(_panic)) => problem::plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "The server failed. Its log names the cause under this request id.",
            id,
        ),
        Err(_elapsed) => {
            problem::plain(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", "This took too long", id)
        }
    }
}

fn target_length(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |target| target.as_str().len())
}

fn too_long(id: &RequestId) -> Response {
    let message = format!("Path and query may have {TARGET_BYTES_MAX} bytes");
    problem::plain(StatusCode::URI_TOO_LONG, "UriTooLong", message, id)
}

/// Trailing slashes are ignored (wire-contract 1.1).
fn without_trailing_slash(uri: &mut Uri) {
    let path = uri.path();
    if path.len() < 2 || !path.ends_with('/') {
        return;
    }
    let path = path.trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    let path = path.to_owned();
    set_path(uri, &path);
}

/// Everything is served under the base path. A request without it is taken too, for proxies that leave it
/// out and for commands on this machine.
fn without_base(uri: &mut Uri, base: &BasePath) {
    if let Some(path) = base.inside(uri.path()).map(str::to_owned) {
        set_path(uri, &path);
    }
}

fn set_path(uri: &mut Uri, path: &str) {
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    if let Ok(target) = target.parse::<PathAndQuery>() {
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(target);
        if let Ok(changed) = Uri::from_parts(parts) {
            *uri = changed;
        }
    }
}

/// Headers of every answer (security 3). Pages set a content policy of their own.
fn add_headers(response: &mut Response<Body>, settings: &Settings) {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    if settings.is_tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

impl Service<Request> for Shell {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let shell = self.clone();
        Box::pin(async move { Ok(shell.0.answer(request).await) })
    }
}
