//! A stand-in for `tacit server`: the routes that the bench uses, with fixed answers.
//!
//! The bench's own tests measure it, so they need no server. Measured by hand
//! (`tacit-bench --tacit target/release/tacit-bench`) it shows how far ratios stray on a machine
//! when both sides do nearly the same: they should all be near 1.

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    error::{Error, Result},
    fixture::SECRETS,
    floor::serve_router,
    options::ServerOptions,
    visibility,
};

/// The ETag of the list.
const ETAG: HeaderValue = HeaderValue::from_static("\"stand-in\"");

/// The answers that are asked for under load, made once.
struct Answers {
    secret: Bytes,
    list: Bytes,
    login: Bytes,
    /// Names of the secrets that were created.
    created: Mutex<HashSet<String>>,
}

/// Serves until the process is ended.
pub(crate) async fn serve(options: ServerOptions) -> Result<()> {
    let listener = TcpListener::bind(options.listen).await.map_err(Error::io("cannot listen"))?;
    let shared = options.root_key_file.unwrap_or_else(|| options.data_dir.join("root.key"));
    serve_router(listener, router(shared.with_extension("value")), &options.tls).await
}

/// `visible` is the file of the one value that changes, which all nodes share.
fn router(visible: PathBuf) -> Router {
    let visible = Arc::new(visible);
    let changed = Arc::clone(&visible);
    let read = move || seen(Arc::clone(&visible));
    let write = move |body: Json<Value>| change(Arc::clone(&changed), body);
    let universal_auth = "/api/v1/auth/universal-auth/identities/{identity}";
    Router::new()
        .route("/api/status", get(|| async { "{}" }))
        .route("/api/v1/admin/bootstrap", prepared(&bootstrap()))
        .route("/api/v2/workspace", prepared(&json!({ "project": { "id": "project" } })))
        .route("/api/v1/identities", prepared(&json!({ "identity": { "id": "identity" } })))
        .route(universal_auth, prepared(&json!({ "identityUniversalAuth": { "clientId": "client" } })))
        .route(&format!("{universal_auth}/client-secrets"), prepared(&json!({ "clientSecret": "secret" })))
        .route("/api/v2/workspace/{project}/identity-memberships/{identity}", prepared(&json!({})))
        .route("/api/v1/workspace/{project}/tags", prepared(&json!({ "workspaceTag": { "id": "tag" } })))
        .route("/api/v1/folders", prepared(&json!({})))
        .route("/api/v1/secret-imports", prepared(&json!({})))
        .route("/api/v3/secrets/batch/raw", prepared(&json!({})))
        .route("/api/v1/auth/universal-auth/login", post(login))
        .route("/api/v1/auth/{method}/identities/{identity}", prepared(&json!({})))
        .route("/api/v1/auth/{method}/login", post(login))
        .route("/api/v3/secrets/raw", get(list))
        .route(
            &format!("/api/v3/secrets/raw/{}", visibility::SECRET),
            get(read).post(write.clone()).patch(write),
        )
        .route("/api/v3/secrets/raw/{name}", get(secret).post(create).patch(secret))
        .with_state(Arc::new(answers()))
}

fn bootstrap() -> Value {
    json!({ "organization": { "id": "organization" }, "identity": { "credentials": { "token": "admin" } } })
}

fn answers() -> Answers {
    let secret = |index: usize| json!({ "secretKey": format!("S{index}"), "secretValue": "x".repeat(400) });
    let secrets: Vec<Value> = (0..SECRETS).map(secret).collect();
    let bytes = |value: Value| Bytes::from(value.to_string());
    Answers {
        secret: bytes(json!({ "secret": secret(0) })),
        list: bytes(json!({ "secrets": secrets, "imports": [] })),
        login: bytes(json!({ "accessToken": "token", "tokenType": "Bearer" })),
        created: Mutex::default(),
    }
}

/// A POST that is always answered the same. It reads the body: a connection with half a request is closed.
fn prepared<S: Clone + Send + Sync + 'static>(answer: &Value) -> axum::routing::MethodRouter<S> {
    let answer = answer.clone();
    post(move |_request_body: Bytes| async move { Json(answer) })
}

async fn login(State(answers): State<Arc<Answers>>, _request_body: Bytes) -> Response {
    json_answer(answers.login.clone())
}

async fn secret(State(answers): State<Arc<Answers>>, _request_body: Bytes) -> Response {
    json_answer(answers.secret.clone())
}

/// As the server, refuses a name that it has already.
async fn create(
    State(answers): State<Arc<Answers>>,
    Path(name): Path<String>,
    _request_body: Bytes,
) -> Response {
    let is_new = answers.created.lock().is_ok_and(|mut created| created.insert(name));
    if is_new { json_answer(answers.secret.clone()) } else { StatusCode::BAD_REQUEST.into_response() }
}

/// The one secret whose value changes.
async fn seen(file: Arc<PathBuf>) -> Json<Value> {
    let value = tokio::fs::read_to_string(&*file).await.unwrap_or_default();
    Json(json!({ "secret": { "secretValue": value } }))
}

async fn change(file: Arc<PathBuf>, Json(body): Json<Value>) -> StatusCode {
    let written = tokio::fs::write(&*file, body["secretValue"].as_str().unwrap_or_default()).await;
    if written.is_ok() { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn list(State(answers): State<Arc<Answers>>, headers: HeaderMap) -> Response {
    let etag = [(header::ETAG, ETAG)];
    if headers.get(header::IF_NONE_MATCH) == Some(&ETAG) {
        return (StatusCode::NOT_MODIFIED, etag).into_response();
    }
    (etag, json_answer(answers.list.clone())).into_response()
}

fn json_answer(body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}
