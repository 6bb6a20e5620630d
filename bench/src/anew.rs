//! Reads that nobody asked for before, so that each is read from the database, decrypted and encoded anew.
//! A default server remembers the answers it gave, and every usual scenario soon measures that alone.

use serde_json::{Value, json};

use crate::{
    error::Result,
    fixture::{self, Fixture, send, text},
    http::{NUMBER, Request},
    scenario::{GET, LIST, Scenario, scenario},
    servers::Servers,
};

/// Secrets of the folder of which each is read once.
pub(crate) const SECRETS: u64 = 70_000;
/// Lists of one round at most: the numbers of all rounds have eight digits.
const LISTS_MAX: u64 = 500_000;
/// Secrets made by one request: the most that a batch takes.
const BATCH: u64 = 1_000;
/// The folder of which each secret is read once.
const FOLDER: &str = "anew";
/// The folder that is listed by tag.
const TAGGED: &str = "tagged";
/// The tag on all of its secrets.
const TAG: &str = "every";

/// Makes both folders; of the larger one, `secrets` secrets.
pub(crate) async fn prepare(server: &Servers, fixture: &Fixture, secrets: u64) -> Result<()> {
    make_folder(server, fixture, FOLDER).await?;
    for first in (0..secrets).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        let secret = |number| json!({ "secretKey": name(number), "secretValue": format!("{number:064}") });
        create(server, fixture, FOLDER, (first..secrets.min(first + BATCH)).map(secret).collect()).await?;
    }
    let path = format!("/api/v1/workspace/{}/tags", fixture.project_id);
    let tag = Request::post(path, &json!({ "slug": TAG })).bearer(&fixture.admin);
    let tag = text(&send(server, &tag).await?, &tag, "/workspaceTag/id")?;
    make_folder(server, fixture, TAGGED).await?;
    let secret = |index: usize| json!({ "secretKey": format!("SETTING_{index:03}"), "secretValue": format!("{index:064}"), "tagIds": [tag] });
    create(server, fixture, TAGGED, (0..fixture::SECRETS).map(secret).collect()).await
}

/// Reading each secret of a large folder once.
pub(crate) fn get_one(fixture: &Fixture) -> Scenario {
    let path = format!("{LIST}/ANEW_{NUMBER}?{}", place(fixture, FOLDER));
    scenario("get-one made anew", GET, Request::get(path).bearer(&fixture.token), 200)
}

/// Listing 100 secrets that have one of two tags. All have the first; nobody has the second, which is another
/// in each request and so makes it a question that was never asked.
pub(crate) fn list_100(fixture: &Fixture) -> Scenario {
    let path = format!("{LIST}?{}&tagSlugs={TAG},{NUMBER}", place(fixture, TAGGED));
    let scenario = scenario("list-100 made anew", LIST, Request::get(path).bearer(&fixture.token), 200);
    Scenario { requests_max: LISTS_MAX, ..scenario }
}

fn name(number: u64) -> String {
    format!("ANEW_{number:08}")
}

fn place(fixture: &Fixture, folder: &str) -> String {
    format!("workspaceId={}&environment=dev&secretPath=/{folder}", fixture.project_id)
}

async fn make_folder(server: &Servers, fixture: &Fixture, folder: &str) -> Result<()> {
    let body =
        json!({ "workspaceId": fixture.project_id, "environment": "dev", "path": "/", "name": folder });
    send(server, &Request::post("/api/v1/folders", &body).bearer(&fixture.token)).await?;
    Ok(())
}

async fn create(server: &Servers, fixture: &Fixture, folder: &str, secrets: Vec<Value>) -> Result<()> {
    let body = json!({
        "workspaceId": fixture.project_id,
        "environment": "dev",
        "secretPath": format!("/{folder}"),
        "secrets": secrets,
    });
    send(server, &Request::post("/api/v3/secrets/batch/raw", &body).bearer(&fixture.token)).await?;
    Ok(())
}
