//! The scenarios: what is asked of the server, over and over.

use serde_json::{Value, json};

use crate::{
    anew,
    error::{Error, Result},
    fixture::{Fixture, SECRET, SECRETS, login_request},
    http::{NUMBER, Request},
    servers::Servers,
};

/// Requests a round makes at most when nothing else limits them.
const REQUESTS_MAX: u64 = 10_000_000;
/// Secrets a run creates at most, in all its rounds: a folder holds 100,000.
const CREATES_MAX: u64 = 90_000;

/// One scenario.
pub(crate) struct Scenario {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// The route of its requests as axum writes it.
    pub(crate) route: &'static str,
    /// The request.
    pub(crate) request: Request,
    /// The status of every answer.
    pub(crate) status: u16,
    /// Requests of one round at most.
    pub(crate) requests_max: u64,
}

/// Reading one secret.
pub(crate) const GET: &str = "/api/v3/secrets/raw/{name}";
/// Listing a folder.
pub(crate) const LIST: &str = "/api/v3/secrets/raw";
const LOGIN: &str = "/api/v1/auth/universal-auth/login";

/// All scenarios in the order of the table: those that leave the data as it is come first.
/// `vouched` are the logins that somebody else vouches for; `rounds` is how often each is run in all, warm-ups and what the floors copy included.
pub(crate) async fn all(
    server: &Servers,
    fixture: &Fixture,
    vouched: Vec<Scenario>,
    rounds: u64,
) -> Result<Vec<Scenario>> {
    let list = list_request(fixture);
    let etag = list_etag(server, &list).await?;
    let unchanged = list.clone().header("If-None-Match", etag);
    let login = login_request(&fixture.client_id, &fixture.client_secret);
    let create = create_request(fixture, "staging", "BENCH");
    let mut all = vec![
        scenario("get-one", GET, get_request(fixture), 200),
        scenario("list-100", LIST, list, 200),
        scenario("list-100 unchanged", LIST, unchanged, 304),
        anew::get_one(fixture).at_most(anew::SECRETS, rounds),
        anew::list_100(fixture),
        scenario("login", LOGIN, login, 200),
    ];
    all.extend(vouched);
    all.push(scenario("create", GET, create, 200).at_most(CREATES_MAX, rounds));
    Ok(all)
}

impl Scenario {
    /// With `requests` at most in all of `rounds` together.
    fn at_most(self, requests: u64, rounds: u64) -> Self {
        Self { requests_max: (requests / rounds.max(1)).max(1), ..self }
    }
}

/// A scenario without a limit of its own.
pub(crate) fn scenario(name: &'static str, route: &'static str, request: Request, status: u16) -> Scenario {
    Scenario { name, route, request, status, requests_max: REQUESTS_MAX }
}

/// Reads one secret by name (wire-contract 7.5).
fn get_request(fixture: &Fixture) -> Request {
    let path = format!("{LIST}/{SECRET}?workspaceId={}&environment=dev", fixture.project_id);
    Request::get(path).bearer(&fixture.token)
}

/// Lists the folder of 100 secrets (wire-contract 7.4).
fn list_request(fixture: &Fixture) -> Request {
    let path = format!("{LIST}?workspaceId={}&environment=dev", fixture.project_id);
    Request::get(path).bearer(&fixture.token)
}

/// Creates a secret (wire-contract 7.6), in another environment than the one that is listed.
pub(crate) fn create_request(fixture: &Fixture, environment: &str, prefix: &str) -> Request {
    let body = json!({
        "workspaceId": fixture.project_id,
        "environment": environment,
        "secretValue": "a value of a usual length, 48 characters of text",
    });
    Request::post(format!("{LIST}/{prefix}_{NUMBER}"), &body).bearer(&fixture.token)
}

/// The ETag of the list, which must be of all secrets: else the scenario is not what its name says.
async fn list_etag(server: &Servers, list: &Request) -> Result<String> {
    let response = server.fetch(list).await?;
    if response.status != 200 {
        return Err(response.unexpected(list, 200));
    }
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    let count = body["secrets"].as_array().map_or(0, Vec::len);
    if count != SECRETS {
        return Err(Error::Unfit(format!("the list has {count} secrets, not {SECRETS}")));
    }
    let etag = response.header("etag").map(str::to_owned);
    etag.ok_or_else(|| Error::Unfit("the list has no ETag".to_owned()))
}
