//! `/api/ui/v1/projects/{project}/quickstart`: connecting an application, and trying whether it works.

use std::{net::SocketAddr, time::Instant};

use axum::{
    Json,
    body::{Body as Content, to_bytes},
    extract::{ConnectInfo, Extension, Request, State},
    http::header::{AUTHORIZATION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tacit_core::{
    id::{ClientSecretId, IdentityId, ProjectId},
    permission::ProjectRole,
};
use tower::ServiceExt;
use zeroize::Zeroizing;

use crate::{
    app::{
        App, Caller, Error,
        access::{ProjectAccess, ProjectName},
        quickstart::{self, Application, NewApplication},
    },
    http::{
        arrival::Arrival,
        extract::{Body, Path},
        problem::{self, Problem},
        router,
        wire::text::{Required, Trimmed},
    },
};

/// Seconds a token of the application lives unless the request says otherwise.
const TOKEN_TTL_SECONDS: i64 = 7200;
/// The largest answer that is shown, in bytes.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Letters of an access token that are shown.
const TOKEN_LETTERS_SHOWN: usize = 8;

/// What `POST …/quickstart` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ConnectRequest {
    /// The name of the application's identity, 1 to 255 characters.
    name: Required,
    /// The slug of its role in the project; `viewer` if left out.
    role: Option<Required>,
    /// Seconds its tokens live; 7200 if left out.
    #[serde(rename = "accessTokenTTL")]
    access_token_ttl: Option<i64>,
}

/// What the application needs to know.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectResponse<'a> {
    identity: NamedIdentity<'a>,
    client_id: &'a str,
    /// Shown this once.
    client_secret: &'a str,
    client_secret_id: &'a ClientSecretId,
    project_id: &'a ProjectId,
    role: &'a str,
    #[serde(rename = "accessTokenTTL")]
    access_token_ttl: i64,
}

/// An identity.
#[derive(Serialize, JsonSchema)]
struct NamedIdentity<'a> {
    id: &'a IdentityId,
    name: &'a str,
}

/// `POST /api/ui/v1/projects/{project}/quickstart` connects an application.
pub(crate) async fn connect(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<ConnectRequest>,
) -> Result<Response, Problem> {
    let role = request.role.map_or_else(|| ProjectRole::Viewer.slug().to_owned(), |role| role.0);
    let new = NewApplication {
        project: ProjectName::IdOrSlug(project),
        name: request.name.0,
        role: role.clone(),
        token_ttl_seconds: request.access_token_ttl.unwrap_or(TOKEN_TTL_SECONDS),
    };
    let made = quickstart::connect(&app, &caller, new).await?;
    Ok(Json(connected(&made, &role)).into_response())
}

fn connected<'a>(made: &'a Application, role: &'a str) -> ConnectResponse<'a> {
    ConnectResponse {
        identity: NamedIdentity { id: &made.identity.row.id, name: &made.identity.row.name },
        client_id: made.auth.universal.client_id.as_str(),
        client_secret: &made.client_secret,
        client_secret_id: &made.client_secret_row.id,
        project_id: &made.membership.project_id,
        role,
        access_token_ttl: made.auth.method.access_token_ttl,
    }
}

/// What `POST …/quickstart/test` takes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestRequest {
    /// The application's client id.
    client_id: Required,
    /// Its client secret.
    client_secret: Required,
    /// The slug of the environment to read from.
    environment: Required,
    /// The path of the folder, `/` if it is left out.
    #[serde(default)]
    path: Trimmed,
    /// The name of the secret to read.
    key: Required,
}

/// Prints no client secret.
impl std::fmt::Debug for TestRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TestRequest({:?}, ..)", self.client_id)
    }
}

/// What the application is answered.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TestResponse {
    login: Exchange,
    /// Null if the login failed.
    read: Option<Exchange>,
}

/// One request of the application and its answer.
#[derive(Serialize, JsonSchema)]
struct Exchange {
    method: &'static str,
    /// With the query.
    path: String,
    status: u16,
    milliseconds: u64,
    /// The answer; of a token only the first letters.
    body: Value,
}

/// `POST /api/ui/v1/projects/{project}/quickstart/test` does what the application will do, by the same
/// routes, and shows what they answer.
pub(crate) async fn test(
    State(app): State<App>,
    caller: Caller,
    Extension(arrival): Extension<Arrival>,
    Path(project): Path<String>,
    Body(request): Body<TestRequest>,
) -> Result<Json<TestResponse>, Problem> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, &caller, &ProjectName::IdOrSlug(project), app.now()).await?;
    drop(db);
    let tester = Tester { app: &app, arrival };
    let credentials = json!({ "clientId": request.client_id.0, "clientSecret": request.client_secret.0 });
    let path = "/api/v1/auth/universal-auth/login".to_owned();
    let mut login = tester.send("POST", path, None, Some(credentials.to_string())).await?;
    let Some(token) = token_of(&mut login) else { return Ok(Json(TestResponse { login, read: None })) };
    let path = read_path(access.project.id.as_str(), &request);
    let read = tester.send("GET", path, Some(&token), None).await?;
    Ok(Json(TestResponse { login, read: Some(read) }))
}

fn read_path(project: &str, request: &TestRequest) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let path = if request.path.as_str().is_empty() { "/" } else { request.path.as_str() };
    format!(
        "/api/v3/secrets/raw/{}?workspaceId={}&environment={}&secretPath={}",
        encoded(&request.key.0).replace('+', "%20"),
        encoded(project),
        encoded(&request.environment.0),
        encoded(path)
    )
}

/// Takes the token out of a login's answer and leaves its first letters there.
fn token_of(login: &mut Exchange) -> Option<Zeroizing<String>> {
    let token = Zeroizing::new(login.body.get("accessToken")?.as_str()?.to_owned());
    let shown: String = token.chars().take(TOKEN_LETTERS_SHOWN).collect();
    login.body["accessToken"] = format!("{shown}…").into();
    Some(token)
}

/// Sends requests of an application from where the person is.
struct Tester<'a> {
    app: &'a App,
    arrival: Arrival,
}

impl Tester<'_> {
    async fn send(
        &self,
        method: &'static str,
        path: String,
        token: Option<&str>,
        body: Option<String>,
    ) -> Result<Exchange, Problem> {
        let mut request =
            Request::builder().method(method).uri(&path).header(CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let mut request = request
            .body(body.map_or_else(Content::empty, Content::from))
            .map_err(|_| Error::Invalid("This cannot be asked for".to_owned()))?;
        let address = SocketAddr::new(self.arrival.client.ip, 0);
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(self.arrival.clone());
        let start = Instant::now();
        let answer = match router::router(self.app).oneshot(request).await {
            Ok(answer) => problem::write_body(answer, &self.arrival.id),
            Err(never) => match never {},
        };
        let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), ANSWER_BYTES_MAX)
            .await
            .map_err(|_| Error::Invalid("The answer is too large to be shown".to_owned()))?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Exchange { method, path, status, milliseconds, body })
    }
}
