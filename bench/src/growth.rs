//! Reading one secret while a folder, a project's history and members, and the audit log grow, where the ratio
//! should stay what it is; and listing secrets that refer to others.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    error::Result,
    fixture::{Fixture, add_member, send},
    http::Request,
    load::{self, Round},
    measure::{self, Contest},
    report::ScenarioReport,
    scenario::{GET, LIST, scenario},
    servers::Servers,
};

/// Secrets in one folder, each size with the scenario's name.
const FOLDERS: [(u32, &str, &str); 3] = [
    (10, "get-one of 10", "version 1 of 10"),
    (1_000, "get-one of 1,000", "version 1 of 1,000"),
    (100_000, "get-one of 100,000", "version 1 of 100,000"),
];
/// Commits of the project beside those that made its secrets.
const HISTORIES: [(u32, &str); 3] = [
    (10, "get-one after 10 commits"),
    (1_000, "get-one after 1,000 commits"),
    (10_000, "get-one after 10,000 commits"),
];
/// Members of the project beside the one that reads.
const MEMBERS: [(u32, &str); 3] = [
    (10, "get-one of 10 identities"),
    (1_000, "get-one of 1,000 identities"),
    (10_000, "get-one of 10,000 identities"),
];
/// Audit events that came before. The usual scenarios alone make hundreds of thousands.
const EVENTS: [(u32, &str); 1] = [(1_000_000, "get-one after 1,000,000 events")];
/// The longest that making the events may take.
const EVENTS_TIME_MAX: Duration = Duration::from_mins(10);
/// Secrets that are listed with their references replaced and with what their folder imports.
const LINKED: [(u32, &str); 2] = [(100, "list-100 linked"), (1_000, "list-1,000 linked")];
/// Secrets made by one request: the most that a batch takes.
const BATCH: u32 = 1_000;

/// Measures all sizes up to `limit`.
pub(crate) async fn measure(
    contest: &Contest<'_>,
    fixture: &Fixture,
    limit: u32,
) -> Result<Vec<ScenarioReport>> {
    let server = contest.tacit;
    let mut reports = Vec::new();
    for (size, name, version) in FOLDERS.into_iter().filter(|(size, ..)| *size <= limit) {
        let folder = format!("of_{size}");
        fill(server, fixture, &folder, size, plain).await?;
        reports.push(measure_get(contest, fixture, name, &folder, "").await?);
        // A version is read from the database each time: no answer about the past is remembered.
        reports.push(measure_get(contest, fixture, version, &folder, "&version=1").await?);
    }
    for (size, name) in up_to(limit, LINKED) {
        reports.push(measure_linked(contest, fixture, name, size).await?);
    }
    let smallest = format!("of_{}", FOLDERS[0].0);
    let mut commits = 0;
    for (size, name) in up_to(limit, HISTORIES) {
        while commits < size {
            commit(server, fixture, commits).await?;
            commits += 1;
        }
        reports.push(measure_get(contest, fixture, name, &smallest, "").await?);
    }
    let mut members = 0;
    for (size, name) in up_to(limit, MEMBERS) {
        while members < size {
            add_member(server, fixture, &format!("member-{members}")).await?;
            members += 1;
        }
        reports.push(measure_get(contest, fixture, name, &smallest, "").await?);
    }
    for (size, name) in up_to(limit, EVENTS) {
        make_events(server, fixture, size).await?;
        reports.push(measure_get(contest, fixture, name, &smallest, "").await?);
    }
    Ok(reports)
}

fn up_to<const N: usize>(
    limit: u32,
    sizes: [(u32, &'static str); N],
) -> impl Iterator<Item = (u32, &'static str)> {
    sizes.into_iter().filter(move |(size, _)| *size <= limit)
}

/// Reads a secret that often: each read is an event.
async fn make_events(server: &Servers, fixture: &Fixture, count: u32) -> Result<()> {
    let round = Round {
        endpoints: server.endpoints(),
        request: get(fixture, &format!("of_{}", FOLDERS[0].0), ""),
        status: 200,
        connections: 32,
        duration: EVENTS_TIME_MAX,
        first_number: 0,
        requests_max: count.into(),
    };
    load::run(round).await?;
    Ok(())
}

fn plain(index: u32) -> String {
    format!("{index:064}")
}

/// A value with a reference to a secret beside it and one to a secret of another folder.
fn linked(index: u32) -> String {
    if index == 0 { plain(index) } else { format!("{index}:${{{}}}:${{dev.of_10.{}}}", name(0), name(1)) }
}

/// Makes a folder of `size` secrets with these values.
async fn fill(
    server: &Servers,
    fixture: &Fixture,
    folder: &str,
    size: u32,
    value: fn(u32) -> String,
) -> Result<()> {
    let place =
        json!({ "workspaceId": fixture.project_id, "environment": "dev", "path": "/", "name": folder });
    send(server, &Request::post("/api/v1/folders", &place).bearer(&fixture.token)).await?;
    for first in (0..size).step_by(BATCH as usize) {
        let secret = |index| json!({ "secretKey": name(index), "secretValue": value(index) });
        let secrets: Vec<Value> = (first..size.min(first + BATCH)).map(secret).collect();
        let body = json!({
            "workspaceId": fixture.project_id,
            "environment": "dev",
            "secretPath": format!("/{folder}"),
            "secrets": secrets,
        });
        send(server, &Request::post("/api/v3/secrets/batch/raw", &body).bearer(&fixture.token)).await?;
    }
    Ok(())
}

fn name(index: u32) -> String {
    format!("SETTING_{index:06}")
}

/// Changes another secret of the folder that is read.
async fn commit(server: &Servers, fixture: &Fixture, number: u32) -> Result<()> {
    let body = json!({
        "workspaceId": fixture.project_id,
        "environment": "dev",
        "secretPath": format!("/of_{}", FOLDERS[0].0),
        "secretValue": format!("changed for the {number}. time"),
    });
    let path = format!("{LIST}/{}", name(1));
    send(server, &Request::patch(path, &body).bearer(&fixture.token)).await?;
    Ok(())
}

/// Lists a folder in which every value has two references, and which imports another folder.
async fn measure_linked(
    contest: &Contest<'_>,
    fixture: &Fixture,
    what: &'static str,
    size: u32,
) -> Result<ScenarioReport> {
    let folder = format!("linked_{size}");
    fill(contest.tacit, fixture, &folder, size, linked).await?;
    let import = json!({
        "workspaceId": fixture.project_id,
        "environment": "dev",
        "path": format!("/{folder}"),
        "import": { "environment": "dev", "path": format!("/of_{}", FOLDERS[0].0) },
    });
    send(contest.tacit, &Request::post("/api/v1/secret-imports", &import).bearer(&fixture.token)).await?;
    let query = format!("workspaceId={}&environment=dev&secretPath=/{folder}", fixture.project_id);
    let path = format!("{LIST}?{query}&expandSecretReferences=true&include_imports=true");
    let request = Request::get(path).bearer(&fixture.token);
    measure::measure(&scenario(what, LIST, request, 200), contest).await
}

async fn measure_get(
    contest: &Contest<'_>,
    fixture: &Fixture,
    what: &'static str,
    folder: &str,
    more: &str,
) -> Result<ScenarioReport> {
    measure::measure(&scenario(what, GET, get(fixture, folder, more), 200), contest).await
}

fn get(fixture: &Fixture, folder: &str, more: &str) -> Request {
    let query = format!("workspaceId={}&environment=dev&secretPath=/{folder}{more}", fixture.project_id);
    Request::get(format!("{LIST}/{}?{query}", name(0))).bearer(&fixture.token)
}
