//! Replacing the data key of a project while it is in use: every value still reads, nothing is left under the
//! old key, and nobody who writes meanwhile loses anything.

use serde_json::{Value, json};
use tacit::app::encryption;
use tacit_store::data_key_rotations::{ANNOUNCED, RUNNING};

use crate::{
    harness::{TestServer, each_engine, postgres_schema},
    harness_data_keys::{finish, keys, of_project, rows_under, state, wait_for_other_nodes},
    harness_secrets::TestProject,
    harness_waiting::while_it_is_held,
};

/// More than one batch has.
pub const SECRETS: usize = 70;

fn name(number: usize) -> String {
    format!("SECRET_{number:03}")
}

pub fn key_path(project: &TestProject<'_>) -> String {
    format!("/api/ui/v1/projects/{}/data-key", project.id)
}

/// Secrets with versions, comments, metadata, references and a webhook.
pub async fn fill(project: &TestProject<'_>) {
    for number in 0..SECRETS {
        let body = json!({
            "secretValue": format!("first of {number}"), "secretComment": format!("about {number}"),
            "secretMetadata": [{ "key": "n", "value": number.to_string() }],
        });
        project.ok("POST", &format!("/api/v3/secrets/raw/{}", name(number)), body).await;
    }
    for number in 0..10 {
        let body = json!({ "secretValue": format!("second of {number}") });
        project.ok("PATCH", &format!("/api/v3/secrets/raw/{}", name(number)), body).await;
    }
    project.secret("USER", "a ${SECRET_001} b").await;
    let body = json!({
        "secretPath": "/", "webhookUrl": "http://127.0.0.1:9/hook", "webhookSecretKey": "signing key",
    });
    project.ok("POST", "/api/v1/webhooks", body).await;
}

pub async fn rotate(project: &TestProject<'_>) {
    let path = format!("{}/rotate", key_path(project));
    assert_eq!(project.owner.ok("POST", &path, Some(json!({}))).await["projects"], 1);
}

/// All values of the project, as somebody reads them who has nothing in memory.
pub async fn values(server: &TestServer, project: &TestProject<'_>) -> Vec<(String, String)> {
    let fresh = server.without_memory().await;
    let path = format!("/api/v3/secrets/raw?workspaceId={}&environment=dev", project.id);
    let answer = fresh.call("GET", &path, Some(&project.admin), None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let text = |secret: &Value, field: &str| secret[field].as_str().unwrap().to_owned();
    let secrets = answer.body["secrets"].as_array().unwrap();
    secrets.iter().map(|one| (text(one, "secretKey"), text(one, "secretValue"))).collect()
}

#[tokio::test]
async fn after_a_rotation_everything_reads_and_nothing_is_under_the_old_key() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        fill(&project).await;
        let (before, revision) = (values(server, &project).await, project.revision().await);
        let owner_of_key = of_project(&project.id);
        let old_key = keys(server, &owner_of_key).await.data_key_ciphertext;
        let first = project.read("/api/v4/secrets/SECRET_003").await["secret"]["id"].clone();
        let history = format!("/api/v1/secret/{}/secret-versions?offset=0&limit=5", first.as_str().unwrap());
        let versions = owner.ok("GET", &history, None).await;
        assert!(!versions["secretVersions"].as_array().unwrap().is_empty());

        rotate(&project).await;
        assert_eq!(values(server, &project).await, before);
        wait_for_other_nodes(server);
        finish(server, &owner_of_key).await;

        assert_eq!(rows_under(server, &owner_of_key, 1).await, 0);
        assert_eq!(values(server, &project).await, before);
        assert_eq!(project.revision().await, revision);
        assert_eq!(owner.ok("GET", &history, None).await, versions);
        let keys = keys(server, &owner_of_key).await;
        assert!(keys.other_data_key_ciphertext.is_none());
        assert_eq!((old_key.key_number(), keys.data_key_ciphertext.key_number()), (Some(1), Some(2)));
        let shown = owner.ok("GET", &key_path(&project), None).await;
        assert_eq!((&shown["keyNumber"], &shown["rotation"]["state"]), (&json!(2), &json!("finished")));
        assert_eq!(shown["rotation"]["rowsDone"], shown["rotation"]["rowsTotal"]);
    })
    .await;
}

#[tokio::test]
async fn who_writes_during_a_rotation_wins_and_memory_is_never_wrong() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        fill(&project).await;
        let list = "/api/v3/secrets/raw";
        rotate(&project).await;
        for state_at in [ANNOUNCED, RUNNING] {
            assert_eq!(state(server, &of_project(&project.id)).await, state_at);
            project.read(list).await;
            let body = json!({ "secretValue": format!("written while {state_at}") });
            project.ok("PATCH", "/api/v3/secrets/raw/SECRET_002", body).await;
            project.secret(&format!("NEW_{state_at}"), "n").await;
            let read = project.read("/api/v3/secrets/raw/SECRET_002").await;
            assert_eq!(read["secret"]["secretValue"], format!("written while {state_at}"));
            wait_for_other_nodes(server);
            encryption::go_on(&server.app).await.unwrap();
            // Without another revision, so what memory has is from before.
            assert_eq!(
                project.read("/api/v3/secrets/raw/SECRET_005").await["secret"]["secretValue"],
                "second of 5"
            );
        }
        finish(server, &of_project(&project.id)).await;

        assert_eq!(rows_under(server, &of_project(&project.id), 1).await, 0);
        for (path, value) in
            [("SECRET_002", "written while running"), ("NEW_announced", "n"), ("NEW_running", "n")]
        {
            let read = project.read(&format!("{list}/{path}")).await;
            assert_eq!(read["secret"]["secretValue"], value);
        }
        let listed = project.read(&format!("{list}?viewSecretValue=true")).await;
        assert_eq!(listed["secrets"].as_array().unwrap().len(), SECRETS + 3);
    })
    .await;
}

#[tokio::test]
async fn values_and_references_are_found_in_every_state() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        fill(&project).await;
        let found = async || {
            let body = json!({ "value": "first of 42" });
            let path = format!("/api/ui/v1/projects/{}/search", project.id);
            let answer = owner.ok("POST", &path, Some(body)).await;
            let matches = answer["totalCount"].as_i64().unwrap();
            let id = project.read("/api/v4/secrets/SECRET_001").await["secret"]["id"].clone();
            let path = format!("/api/ui/v1/projects/{}/secrets/{}/used-by", project.id, id.as_str().unwrap());
            (matches, project.read(&path).await["secrets"].as_array().unwrap().len())
        };
        assert_eq!(found().await, (1, 1));
        rotate(&project).await;
        assert_eq!(found().await, (1, 1));
        wait_for_other_nodes(server);
        encryption::go_on(&server.app).await.unwrap();
        assert_eq!(
            (state(server, &of_project(&project.id)).await.as_str(), found().await),
            (RUNNING, (1, 1))
        );
        finish(server, &of_project(&project.id)).await;
        assert_eq!(found().await, (1, 1));
    })
    .await;
}

#[tokio::test]
async fn another_process_goes_on_where_one_was_cut_off_and_a_project_may_go_meanwhile() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let (project, other) = (owner.test_project().await, owner.project("Other").await);
        fill(&project).await;
        let all = "/api/ui/v1/admin/encryption/rotate-data-keys";
        let begun = owner.ok("POST", all, Some(json!({}))).await;
        assert_eq!(begun, json!({ "projects": 2, "organizations": 1, "rowsLost": 0 }));
        // Those that are being replaced are left as they are.
        let again = owner.ok("POST", all, Some(json!({}))).await;
        assert_eq!(again, json!({ "projects": 0, "organizations": 0, "rowsLost": 0 }));
        wait_for_other_nodes(server);
        encryption::go_on(&server.app).await.unwrap();
        let deleted = owner.call("DELETE", &format!("/api/v1/projects/{other}"), None).await;
        assert_eq!(deleted.status, 200, "{}", deleted.text);

        let second = server.without_memory().await;
        finish(&second, &of_project(&project.id)).await;

        assert_eq!(rows_under(server, &of_project(&project.id), 1).await, 0);
        assert_eq!(values(server, &project).await.len(), SECRETS + 1);
        let overview = owner.ok("GET", "/api/ui/v1/admin/encryption", None).await;
        assert_eq!(overview["projects"].as_array().unwrap().len(), 1);
        assert_eq!(overview["projects"][0]["keyNumber"], 2);
        assert_eq!(overview["organizations"][0]["keyNumber"], 2);
        assert_eq!(overview["organizations"][0]["organizationId"], json!(owner.organization_id));
        assert_eq!(overview["recoveryKey"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn only_who_may_change_the_project_or_manages_the_server_replaces_a_key() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let viewer = project.machine("viewer").await;
        let path = format!("{}/rotate", key_path(&project));
        let all = "/api/ui/v1/admin/encryption/rotate-data-keys";
        for (token, path) in [(&viewer, path.as_str()), (&viewer, all), (&project.admin, all)] {
            assert_eq!(server.call("POST", path, Some(token), Some(json!({}))).await.status, 403, "{path}");
        }
        assert_eq!(server.call("POST", &path, None, Some(json!({}))).await.status, 401);
        let unknown = owner.call("POST", all, Some(json!({ "projectId": "nothing" }))).await;
        assert_eq!(unknown.status, 404);

        let answer = server.call("POST", &path, Some(&project.admin), Some(json!({}))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let again = server.call("POST", &path, Some(&project.admin), Some(json!({}))).await;
        assert_eq!(again.status, 400, "{}", again.text);
        assert!(server.has_event(&owner.organization_id, "rotate-project-key").await);
    })
    .await;
}

/// Somebody enters the project, and the key is replaced before they have the project to themselves.
#[tokio::test]
async fn who_entered_before_the_key_was_replaced_writes_nothing_under_the_old_one() {
    let Some(url) = postgres_schema().await else { return };
    let server = crate::harness::node(&tacit_store::Settings::Postgres(url), 1).await;
    let owner = server.with_admin().await;
    let project = owner.test_project().await;
    project.secret("FOO", "before").await;
    let of_key = of_project(&project.id);
    let webhook = json!({ "secretPath": "/", "webhookUrl": "http://127.0.0.1:9/hook" });
    let writes = [
        ("PATCH", "/api/v3/secrets/raw/FOO", json!({ "secretValue": "meanwhile" })),
        ("POST", "/api/v1/webhooks", webhook),
    ];
    for ((method, path, body), number) in writes.into_iter().zip(1..) {
        rotate(&project).await;

        let answer = while_it_is_held(&server, &of_key, project.call(method, path, body.clone())).await;

        assert_eq!(answer.status, 409, "{path}: {}", answer.text);
        finish(&server, &of_key).await;
        assert_eq!(rows_under(&server, &of_key, number).await, 0, "{path}");
        assert_eq!(project.call(method, path, body).await.status, 200, "it works the next time");
    }
    assert_eq!(project.read("/api/v3/secrets/raw/FOO").await["secret"]["secretValue"], "meanwhile");
}
