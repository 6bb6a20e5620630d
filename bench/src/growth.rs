//! Reading one secret while a folder and a project's history grow, where the ratio should stay what it is; and
//! listing secrets that refer to others.

use serde_json::{Value, json};

use crate::{
    error::Result,
    fixture::{Fixture, send},
    http::Request,
    measure::{self, Settings},
    report::ScenarioReport,
    scenario::{GET, LIST, scenario},
    server::Server,
};

/// Secrets in one folder, each size with the scenario's name.
const FOLDERS: [(u32, &str); 3] =
    [(10, "get-one of 10"), (1_000, "get-one of 1,000"), (100_000, "get-one of 100,000")];
/// Commits of the project beside those that made its secrets.
const HISTORIES: [(u32, &str); 3] = [
    (10, "get-one after 10 commits"),
    (1_000, "get-one after 1,000 commits"),
    (10_000, "get-one after 10,000 commits"),
];
/// Secrets that are listed with their references replaced and with what their folder imports.
const LINKED: [(u32, &str); 2] = [(100, "list-100 linked"), (1_000, "list-1,000 linked")];
/// Secrets made by one request: the most that a batch takes.
const BATCH: u32 = 1_000;

/// Measures all sizes up to `limit`.
pub(crate) async fn measure(
    server: &Server,
    fixture: &Fixture,
    settings: Settings,
    limit: u32,
) -> Result<Vec<ScenarioReport>> {
    let mut reports = Vec::new();
    for (size, name) in FOLDERS.into_iter().filter(|(size, _)| *size <= limit) {
        let folder = format!("of_{size}");
        fill(server, fixture, &folder, size, plain).await?;
        reports.push(measure_get(server, fixture, settings, name, &folder).await?);
    }
    for (size, name) in LINKED.into_iter().filter(|(size, _)| *size <= limit) {
        reports.push(measure_linked(server, fixture, settings, name, size).await?);
    }
    let mut commits = 0;
    for (size, name) in HISTORIES.into_iter().filter(|(size, _)| *size <= limit) {
        while commits < size {
            commit(server, fixture, commits).await?;
            commits += 1;
        }
        reports.push(measure_get(server, fixture, settings, name, &format!("of_{}", FOLDERS[0].0)).await?);
    }
    Ok(reports)
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
    server: &Server,
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
async fn commit(server: &Server, fixture: &Fixture, number: u32) -> Result<()> {
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
    server: &Server,
    fixture: &Fixture,
    settings: Settings,
    what: &'static str,
    size: u32,
) -> Result<ScenarioReport> {
    let folder = format!("linked_{size}");
    fill(server, fixture, &folder, size, linked).await?;
    let import = json!({
        "workspaceId": fixture.project_id,
        "environment": "dev",
        "path": format!("/{folder}"),
        "import": { "environment": "dev", "path": format!("/of_{}", FOLDERS[0].0) },
    });
    send(server, &Request::post("/api/v1/secret-imports", &import).bearer(&fixture.token)).await?;
    let query = format!("workspaceId={}&environment=dev&secretPath=/{folder}", fixture.project_id);
    let path = format!("{LIST}?{query}&expandSecretReferences=true&include_imports=true");
    let request = Request::get(path).bearer(&fixture.token);
    measure::measure(&scenario(what, LIST, request, 200), server, settings).await
}

async fn measure_get(
    server: &Server,
    fixture: &Fixture,
    settings: Settings,
    what: &'static str,
    folder: &str,
) -> Result<ScenarioReport> {
    let query = format!("workspaceId={}&environment=dev&secretPath=/{folder}", fixture.project_id);
    let request = Request::get(format!("{LIST}/{}?{query}", name(0))).bearer(&fixture.token);
    measure::measure(&scenario(what, GET, request, 200), server, settings).await
}
