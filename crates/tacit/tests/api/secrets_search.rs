//! Searching a project's secrets.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

const CANARY: &str = "canary-value-7f3a";

fn path(project: &TestProject<'_>) -> String {
    format!("/api/ui/v1/projects/{}/search", project.id)
}

/// `environment:path:name` of each match, in the order of the answer.
async fn search(project: &TestProject<'_>, request: Value) -> Vec<String> {
    let body = project.ok("POST", &path(project), request).await;
    let text = |found: &Value, field: &str| found[field].as_str().unwrap().to_owned();
    let found = body["secrets"].as_array().unwrap();
    assert!(found.iter().all(|one| one.get("secretValue").is_none()));
    found
        .iter()
        .map(|one| {
            format!("{}:{}:{}", text(one, "environment"), text(one, "secretPath"), text(one, "secretKey"))
        })
        .collect()
}

async fn prepared(project: &TestProject<'_>) {
    let tag = project.tag("billing").await;
    project.folder("/", "app").await;
    project.folder("/app", "web").await;
    for (environment, path, name, value) in [
        ("prod", "/", "DB_URL", CANARY),
        ("dev", "/app/web", "DB_URL", CANARY),
        ("dev", "/app", "db_pool", "10"),
        ("dev", "/", "DB_URL", "other"),
        ("dev", "/", "API_KEY", "key"),
    ] {
        let body = json!({ "environment": environment, "secretPath": path, "secretValue": value });
        project.ok("POST", &format!("/api/v4/secrets/{name}"), body).await;
    }
    let body = json!({
        "tagIds": [tag], "secretComment": "Paid by Ada",
        "secretMetadata": [{ "key": "team", "value": "web" }, { "key": "owner", "value": "ada", "isEncrypted": true }],
    });
    project.ok("PATCH", "/api/v4/secrets/API_KEY", body).await;
}

#[tokio::test]
async fn a_folder_alone_finds_everything_in_it_and_counts_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        prepared(&project).await;

        assert_eq!(
            search(&project, json!({ "secretPath": "/app" })).await,
            ["dev:/app:db_pool", "dev:/app/web:DB_URL"]
        );
        let request = json!({ "environments": ["prod"], "secretPath": "/app", "limit": 1 });
        assert_eq!(project.ok("POST", &path(&project), request).await["totalCount"], 0);
    })
    .await;
}

#[tokio::test]
async fn secrets_are_found_by_name_in_all_environments_and_folders_in_a_stable_order() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        prepared(&project).await;

        assert_eq!(
            search(&project, json!({ "name": "Db_" })).await,
            ["dev:/:DB_URL", "dev:/app:db_pool", "dev:/app/web:DB_URL", "prod:/:DB_URL"]
        );
        assert_eq!(
            search(&project, json!({ "name": "db_", "offset": 1, "limit": 2 })).await,
            ["dev:/app:db_pool", "dev:/app/web:DB_URL"]
        );
        assert_eq!(search(&project, json!({ "name": "db_", "offset": 4 })).await, [""; 0]);
        assert_eq!(
            search(&project, json!({ "name": "url", "environments": ["prod"] })).await,
            ["prod:/:DB_URL"]
        );
        assert_eq!(
            search(&project, json!({ "name": "db", "secretPath": "/app/" })).await,
            ["dev:/app:db_pool", "dev:/app/web:DB_URL"]
        );
        let body = project.ok("POST", &path(&project), json!({ "name": "db_", "limit": 1 })).await;
        assert_eq!(body["totalCount"], 4);
        // Neither is a wildcard.
        assert_eq!(search(&project, json!({ "name": "%" })).await, [""; 0]);
        assert_eq!(search(&project, json!({ "name": "I_K" })).await, ["dev:/:API_KEY"]);
    })
    .await;
}

#[tokio::test]
async fn secrets_are_found_by_comment_tag_and_metadata() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        prepared(&project).await;

        for request in [
            json!({ "comment": "paid BY" }),
            json!({ "tagSlugs": ["other", "billing"] }),
            json!({ "metadata": [{ "key": "team", "value": "web" }] }),
            json!({ "metadata": [{ "value": "ada" }], "name": "api" }),
        ] {
            assert_eq!(search(&project, request.clone()).await, ["dev:/:API_KEY"], "{request}");
        }
        for request in [
            json!({ "comment": "unpaid" }),
            json!({ "tagSlugs": ["other"] }),
            json!({ "metadata": [{ "key": "team", "value": "app" }] }),
            json!({ "tagSlugs": ["billing"], "name": "db" }),
        ] {
            assert_eq!(search(&project, request.clone()).await, [""; 0], "{request}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_is_found_exactly_also_after_a_change_and_in_rows_from_before_there_were_hashes() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        prepared(&project).await;

        assert_eq!(
            search(&project, json!({ "value": CANARY })).await,
            ["dev:/app/web:DB_URL", "prod:/:DB_URL"]
        );
        for close in [&CANARY[1..], &format!("{CANARY}\n"), &CANARY.to_uppercase()] {
            assert_eq!(search(&project, json!({ "value": close })).await, [""; 0], "{close}");
        }
        project.ok("PATCH", "/api/v4/secrets/API_KEY", json!({ "secretValue": CANARY })).await;
        assert_eq!(search(&project, json!({ "value": CANARY, "name": "api" })).await, ["dev:/:API_KEY"]);

        let mut old = project.row("API_KEY").await;
        assert!(old.value_hash.take().is_some());
        project.overwrite(&old).await;
        assert_eq!(search(&project, json!({ "value": CANARY, "name": "api" })).await, ["dev:/:API_KEY"]);
        assert_eq!(search(&project, json!({ "value": "other", "name": "api" })).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_search_is_recorded_without_what_was_searched() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        prepared(&project).await;

        search(&project, json!({ "value": CANARY, "name": "DB" })).await;

        let log = server.events(&owner.organization_id).await;
        let event = log.iter().rfind(|event| event.event_type == "search-secrets").unwrap();
        let facts: Value = serde_json::from_str(&event.metadata).unwrap();
        assert_eq!((&facts["byValue"], &facts["numberOfSecrets"]), (&json!(true), &json!(2)));
        assert_eq!(facts["secretIds"].as_array().unwrap().len(), 2);
        assert!(log.iter().all(|event| !event.metadata.contains(CANARY)));
    })
    .await;
}

#[tokio::test]
async fn a_search_needs_a_question_within_bounds_and_rights() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for request in [
            json!({}),
            json!({ "name": "" }),
            json!({ "name": "a", "limit": 0 }),
            json!({ "name": "a", "limit": 101 }),
            json!({ "name": "a", "offset": 9_999, "limit": 2 }),
            json!({ "name": "a", "offset": -1 }),
            json!({ "name": "a".repeat(1_025) }),
            json!({ "value": "x".repeat(1024 * 1024 + 1) }),
        ] {
            let answer = project.call("POST", &path(&project), request).await;
            assert_eq!(answer.status, 422, "{}", answer.text);
        }
        let nobody = project.machine("no-access").await;
        let outsider = project.outsider().await;
        for token in [nobody, outsider] {
            let answer = project.call_as(&token, "POST", &path(&project), json!({ "name": "a" })).await;
            assert_eq!(answer.status, 403, "{}", answer.text);
        }
        let stranger = server.second_organization().await;
        let answer = project.call_as(&stranger.token, "POST", &path(&project), json!({ "name": "a" })).await;
        assert_eq!(answer.status, 404, "{}", answer.text);
    })
    .await;
}
