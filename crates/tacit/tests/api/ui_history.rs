//! The history area of the dashboard: the log of a project, and versions whose values come one by one.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

/// `message: number of changes` of each commit in the log, newest first.
async fn log(project: &TestProject<'_>, query: &str) -> Vec<String> {
    let body = project.owner.ok("GET", &project.ui(&format!("commits?{query}")), None).await;
    let line = |commit: &Value| {
        let message = commit["message"].as_str().unwrap_or("-");
        format!("{message}: {}", commit["changeCount"])
    };
    body["commits"].as_array().unwrap().iter().map(line).collect()
}

async fn commit(project: &TestProject<'_>, message: &str, changes: Value) -> String {
    let answer = project.ui_post("commit", json!({ "message": message, "changes": changes })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["commitId"].as_str().unwrap().to_owned()
}

fn create(environment: &str, path: &str, key: &str) -> Value {
    json!({ "op": "create", "environment": environment, "path": path, "key": key, "value": "value-of-it" })
}

#[tokio::test]
async fn the_log_of_a_project_has_every_commit_with_its_number_of_changes_and_no_value() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.folder("/", "app").await;
        commit(&project, "Both", json!([create("dev", "/", "A"), create("prod", "/", "A")])).await;
        commit(&project, "100% below", json!([create("dev", "/app", "B")])).await;

        assert_eq!(log(&project, "limit=2").await, ["100% below: 1", "Both: 2"]);
        assert_eq!(log(&project, "limit=1&offset=1").await, ["Both: 2"]);
        assert_eq!(log(&project, "search=BOTH").await, ["Both: 2"]);
        assert_eq!(log(&project, "search=100%25%20b").await, ["100% below: 1"]);
        assert_eq!(log(&project, "search=0_0").await, [""; 0]);
        assert_eq!(log(&project, "environment=prod").await, ["Both: 1"]);
        assert_eq!(log(&project, "environment=dev&path=/app").await, ["100% below: 1"]);
        let body = admin.ok("GET", &project.ui("commits"), None).await;
        assert_eq!(body["total"].as_u64().unwrap(), body["commits"].as_array().unwrap().len() as u64);
        assert!(!body.to_string().contains("value-of-it"), "{body}");
        for (query, status) in [("environment=qa", 404), ("limit=x", 422), ("environment=dev&path=/no", 404)]
        {
            let answer = admin.call("GET", &project.ui(&format!("commits?{query}")), None).await;
            assert_eq!(answer.status, status, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_log_shows_nobody_the_personal_values_of_others() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "A", "shared").await;
        let before = log(&project, "").await.len();
        let bob = project.person("bob@example.test", "member").await;
        let body = json!({ "secretValue": "mine", "type": "personal" });
        assert_eq!(project.call_as(&bob, "POST", "/api/v4/secrets/A", body).await.status, 200);

        assert_eq!(log(&project, "").await.len(), before);
        let own = server.call("GET", &project.ui("commits"), Some(&bob), None).await;
        assert_eq!(own.body["total"], before as u64 + 1);
        let nobody = project.person("noah@example.test", "no-access").await;
        assert_eq!(server.call("GET", &project.ui("commits"), Some(&nobody), None).await.status, 403);
        assert_eq!(server.call("GET", &project.ui("commits"), Some(&project.admin), None).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn versions_are_listed_without_values_and_shown_one_by_one_to_a_person() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let secret = project.put("dev", "A", "first-value").await;
        project.ok("PATCH", "/api/v4/secrets/A", json!({ "secretValue": "second-value" })).await;
        let id = secret["id"].as_str().unwrap();
        let list = format!("/api/v1/secret/{id}/secret-versions?offset=0&limit=20&viewSecretValue=false");
        let reveal = format!("/api/ui/v1/secret-versions/{id}-v1/reveal");
        let path = format!("/api/v1/projects/{}", project.id);
        // The switch that keeps values from the API is no matter for people who look at them.
        admin.ok("PATCH", &path, Some(json!({ "plaintextReads": false }))).await;

        let versions = admin.ok("GET", &list, None).await;
        let shown = admin.ok("POST", &reveal, Some(json!({}))).await;

        assert_eq!(versions["secretVersions"].as_array().unwrap().len(), 2);
        assert_eq!(versions["secretVersions"][0]["version"], 2);
        assert!(!versions.to_string().contains("-value"), "{versions}");
        assert_eq!((&shown["version"], &shown["value"]), (&json!(1), &json!("first-value")));
        let events = server.events(&admin.organization_id).await;
        assert!(events.iter().any(|event| event.event_type == "get-secret-version"));
        let machine = server.call("POST", &reveal, Some(&project.admin), Some(json!({}))).await;
        let nobody = project.person("noah@example.test", "no-access").await;
        let denied = server.call("POST", &reveal, Some(&nobody), Some(json!({}))).await;
        assert_eq!((machine.status, denied.status), (403, 403));
    })
    .await;
}

#[tokio::test]
async fn comparing_says_whether_the_folder_was_there() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let first = commit(&project, "First", json!([create("dev", "/", "A")])).await;
        project.folder("/", "app").await;
        let compare = async |path: &str| {
            project.read(&format!("/api/v1/pit/commits/{first}/compare?path={path}&deepRollback=true")).await
        };

        assert_eq!(compare("/").await["wasThere"], true);
        assert_eq!(compare("/app").await["wasThere"], false);
    })
    .await;
}
