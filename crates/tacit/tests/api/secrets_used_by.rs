//! Who uses a secret: asking, and renaming it together with the references to it.

use serde_json::{Value, json};
use tacit_core::id::ProjectId;
use tacit_store::secret_references;

use crate::{harness::each_engine, harness_secrets::TestProject};

/// Makes a secret at `environment:path`, where the folder is there, and returns its id.
async fn put(project: &TestProject<'_>, place: &str, name: &str, value: &str) -> String {
    let (environment, path) = place.split_once(':').unwrap();
    let body = json!({ "environment": environment, "secretPath": path, "secretValue": value });
    let made = project.ok("POST", &format!("/api/v4/secrets/{name}"), body).await;
    made["secret"]["id"].as_str().unwrap().to_owned()
}

async fn import(project: &TestProject<'_>, place: &str, source: &str) {
    let (environment, path) = place.split_once(':').unwrap();
    let (source_environment, source_path) = source.split_once(':').unwrap();
    let import = json!({ "environment": source_environment, "path": source_path });
    let body = json!({ "environment": environment, "path": path, "import": import });
    project.ok("POST", "/api/v2/secret-imports", body).await;
}

fn route(project: &TestProject<'_>, id: &str) -> String {
    format!("/api/ui/v1/projects/{}/secrets/{id}/used-by", project.id)
}

/// `environment:path:name` of each secret that uses the one with this id.
async fn used_by(project: &TestProject<'_>, id: &str) -> Vec<String> {
    let body = project.read(&route(project, id)).await;
    assert_eq!(body["isComplete"], true);
    let text = |one: &Value| {
        ["environment", "secretPath", "secretKey"].map(|field| one[field].as_str().unwrap()).join(":")
    };
    body["secrets"].as_array().unwrap().iter().map(text).collect()
}

/// The value of a secret in the root of an environment, as it is written.
async fn written(project: &TestProject<'_>, environment: &str, name: &str) -> Value {
    let path = format!("/api/v3/secrets/raw/{name}?environment={environment}");
    project.read(&path).await["secret"]["secretValue"].clone()
}

#[tokio::test]
async fn local_and_absolute_references_are_found_backwards_and_follow_every_change() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/", "app").await;
        let host = put(&project, "dev:/", "HOST", "h").await;
        put(&project, "dev:/", "URL", "http://${HOST}:${PORT}/${HOST}").await;
        put(&project, "dev:/app", "OWN", "${HOST}").await;
        put(&project, "dev:/app", "ABSOLUTE", "${dev.HOST}").await;
        put(&project, "prod:/", "ALSO", "${dev.HOST} ${HOST}").await;
        put(&project, "dev:/", "TEXT", "${HOST:-x} $HOST ${ HOST }").await;
        assert_eq!(used_by(&project, &host).await, ["dev:/:URL", "dev:/app:ABSOLUTE", "prod:/:ALSO"]);

        // A new value, a deletion, a move and a rename of what uses it.
        project.ok("PATCH", "/api/v4/secrets/URL", json!({ "secretValue": "none" })).await;
        let body = json!({ "environment": "prod" });
        project.ok("DELETE", "/api/v4/secrets/ALSO", body).await;
        assert_eq!(used_by(&project, &host).await, ["dev:/app:ABSOLUTE"]);
        let body = json!({ "secretValue": "${HOST}", "newSecretName": "LINK" });
        project.ok("PATCH", "/api/v4/secrets/URL", body).await;
        assert_eq!(used_by(&project, &host).await, ["dev:/:LINK", "dev:/app:ABSOLUTE"]);
        let own = project.read("/api/v4/secrets/OWN?secretPath=/app").await["secret"]["id"].clone();
        let body = json!({
            "sourceEnvironment": "dev", "sourceSecretPath": "/app", "destinationEnvironment": "dev",
            "destinationSecretPath": "/", "secretIds": [own],
        });
        project.ok("POST", "/api/v4/secrets/move", body).await;
        assert_eq!(used_by(&project, &host).await, ["dev:/:LINK", "dev:/:OWN", "dev:/app:ABSOLUTE"]);

        // A version that comes back refers again.
        let link = project.read("/api/v4/secrets/LINK").await["secret"]["id"].as_str().unwrap().to_owned();
        project.ok("PATCH", "/api/v4/secrets/LINK", json!({ "secretValue": "x" })).await;
        assert_eq!(used_by(&project, &host).await, ["dev:/:OWN", "dev:/app:ABSOLUTE"]);
        let restore = format!("/api/ui/v1/secret-versions/{link}-v3/restore");
        project.ok("POST", &restore, json!({})).await;
        assert_eq!(used_by(&project, &host).await, ["dev:/:LINK", "dev:/:OWN", "dev:/app:ABSOLUTE"]);
    })
    .await;
}

#[tokio::test]
async fn a_use_through_imports_counts_where_the_name_means_the_secret() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let key = put(&project, "prod:/", "KEY", "k").await;
        import(&project, "staging:/", "prod:/").await;
        import(&project, "dev:/", "staging:/").await;
        put(&project, "staging:/", "S", "${KEY}").await;
        put(&project, "dev:/", "D", "${KEY}").await;
        put(&project, "prod:/", "P", "${dev.KEY}").await;
        assert_eq!(used_by(&project, &key).await, ["dev:/:D", "prod:/:P", "staging:/:S"]);

        let own = put(&project, "staging:/", "KEY", "own").await;
        assert_eq!(used_by(&project, &key).await, [""; 0]);
        assert_eq!(used_by(&project, &own).await, ["dev:/:D", "prod:/:P", "staging:/:S"]);
        let nearer = put(&project, "dev:/", "KEY", "nearer").await;
        assert_eq!(used_by(&project, &own).await, ["staging:/:S"]);
        assert_eq!(used_by(&project, &nearer).await, ["dev:/:D", "prod:/:P"]);
    })
    .await;
}

#[tokio::test]
async fn a_project_from_before_the_index_gets_it_when_it_is_first_asked() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let host = put(&project, "dev:/", "HOST", "h").await;
        for n in 0..40 {
            put(&project, "dev:/", &format!("U{n}"), "${HOST}").await;
        }
        let mut db = server.app.database.begin().await.unwrap();
        secret_references::forget_index(&mut db, &ProjectId::new(project.id.as_str())).await.unwrap();
        db.commit().await.unwrap();
        // Written since, but not yet all.
        put(&project, "dev:/", "NEW", "${HOST}").await;
        project.ok("PATCH", "/api/v4/secrets/U0", json!({ "secretValue": "none" })).await;

        let found = used_by(&project, &host).await;
        assert_eq!(found.len(), 40);
        assert!(found.contains(&"dev:/:NEW".to_owned()) && !found.contains(&"dev:/:U0".to_owned()));
        assert_eq!(used_by(&project, &host).await, found);
    })
    .await;
}

#[tokio::test]
async fn the_index_can_be_made_before_it_is_asked_by_those_who_may_change_the_project() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "dev:/", "A", "${HOST}").await;
        let id = ProjectId::new(project.id.as_str());
        let mut db = server.app.database.begin().await.unwrap();
        secret_references::forget_index(&mut db, &id).await.unwrap();
        db.commit().await.unwrap();
        let path = "/api/v3/secrets/backfill-secret-references";
        let body = json!({ "projectId": project.id });
        let is_indexed = async || {
            let mut db = server.app.database.read().await.unwrap();
            secret_references::is_indexed(&mut db, &id).await.unwrap()
        };
        let stranger = server.second_organization().await;
        let viewer = project.machine("viewer").await;
        for (token, body, status) in [
            (&viewer, &body, 403),
            (&stranger.token, &body, 404),
            (&owner.token, &json!({}), 400),
            (&owner.token, &json!({ "projectId": 5 }), 422),
        ] {
            let answer = server.call("POST", path, Some(token), Some(body.clone())).await;
            assert_eq!(answer.status, status, "{}", answer.text);
        }
        assert!(!is_indexed().await);

        for _ in 0..2 {
            let done = owner.ok("POST", path, Some(body.clone())).await;
            assert!(done["message"].is_string() && is_indexed().await);
        }
        assert!(server.has_event(&owner.organization_id, "index-secret-references").await);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_see_the_secret_learns_nothing_and_every_answer_is_recorded() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let (project, other) = (owner.test_project().await, owner.project("Other").await);
        let host = project.secret("HOST", "canary").await["id"].as_str().unwrap().to_owned();
        project.secret("URL", "${HOST}").await;
        let (nobody, viewer) = (project.machine("no-access").await, project.machine("viewer").await);
        let path = route(&project, &host);
        assert_eq!(project.call_as(&nobody, "GET", &path, Value::Null).await.status, 403);
        let seen = project.call_as(&viewer, "GET", &path, Value::Null).await;
        assert_eq!((seen.status, &seen.body["secrets"][0]["secretKey"]), (200, &json!("URL")));
        assert!(!seen.text.contains("canary"));
        let elsewhere = format!("/api/ui/v1/projects/{other}/secrets/{host}/used-by");
        assert_eq!(owner.call("GET", &elsewhere, None).await.status, 404);
        assert_eq!(owner.call("GET", &route(&project, "none"), None).await.status, 404);
        let log = server.events(&owner.organization_id).await;
        let event = log.iter().rfind(|event| event.event_type == "list-secret-uses").unwrap();
        assert!(event.metadata.contains(&host) && event.metadata.contains("numberOfSecrets"));
    })
    .await;
}

#[tokio::test]
async fn a_rename_rewrites_the_references_in_the_same_commit_if_asked() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        for base in ["/api/v4/secrets", "/api/v3/secrets/raw"] {
            let project = owner.test_project().await;
            let host = put(&project, "dev:/", "HOST", "x${HOST}").await;
            import(&project, "staging:/", "dev:/").await;
            put(&project, "dev:/", "URL", "a ${HOST}${HOST}\r\n${PORT} $${HOST} ${prod.HOST}").await;
            put(&project, "prod:/", "P", "${dev.HOST} ${staging.HOST} ${HOST}").await;
            put(&project, "staging:/", "S", "${HOST}").await;
            let before = project.revision().await;

            let body = json!({ "newSecretName": "SERVER", "rewriteReferences": true });
            project.ok("PATCH", &format!("{base}/HOST"), body).await;
            assert_eq!(project.revision().await, before + 1);
            assert_eq!(project.newest_changes().await.len(), 4);
            assert_eq!(written(&project, "dev", "SERVER").await, "x${SERVER}");
            let url = "a ${SERVER}${SERVER}\r\n${PORT} $${SERVER} ${prod.HOST}";
            assert_eq!(written(&project, "dev", "URL").await, url);
            assert_eq!(written(&project, "prod", "P").await, "${dev.SERVER} ${staging.SERVER} ${HOST}");
            assert_eq!(written(&project, "staging", "S").await, "${SERVER}");
            assert_eq!(used_by(&project, &host).await, ["dev:/:URL", "prod:/:P", "staging:/:S"]);

            project.ok("PATCH", &format!("{base}/SERVER"), json!({ "newSecretName": "HOST" })).await;
            assert_eq!(written(&project, "staging", "S").await, "${SERVER}");
            assert_eq!(used_by(&project, &host).await, [""; 0]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_rename_that_would_change_what_references_mean_changes_nothing() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "prod:/", "KEY", "k").await;
        import(&project, "dev:/", "prod:/").await;
        put(&project, "dev:/", "USES", "${KEY}").await;
        put(&project, "dev:/", "TAKEN", "own").await;
        let before = project.revision().await;
        for (name, status) in [("TAKEN", 400), ("with.dot", 400)] {
            let body = json!({ "environment": "prod", "newSecretName": name, "rewriteReferences": true });
            let answer = project.call("PATCH", "/api/v4/secrets/KEY", body).await;
            assert_eq!(answer.status, status, "{name}: {}", answer.text);
        }
        let viewer = project.machine("viewer").await;
        let body = json!({ "environment": "prod", "newSecretName": "FREE", "rewriteReferences": true });
        let answer = project.call_as(&viewer, "PATCH", "/api/v4/secrets/KEY", body.clone()).await;
        assert_eq!(answer.status, 403);
        assert_eq!(project.revision().await, before);
        assert_eq!(written(&project, "dev", "USES").await, "${KEY}");

        project.ok("PATCH", "/api/v4/secrets/KEY", body).await;
        assert_eq!(written(&project, "dev", "USES").await, "${FREE}");
    })
    .await;
}

#[tokio::test]
async fn several_secrets_are_asked_about_at_once_by_name() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "dev:/", "HOST", "h").await;
        put(&project, "dev:/", "URL", "${HOST}").await;
        let path = format!("/api/ui/v1/projects/{}/used-by", project.id);
        let named = |key: &str| json!({ "environment": "dev", "path": "/", "key": key });
        let body = json!({ "secrets": [named("URL"), named("HOST"), named("NONE")] });

        let answer = project.ok("POST", &path, body).await;

        let users = |at: usize| answer["uses"][at]["secrets"].as_array().unwrap().len();
        assert_eq!([users(0), users(1), users(2)], [0, 1, 0]);
        assert_eq!(answer["uses"][1]["secrets"][0]["secretKey"], "URL");
        let many = json!({ "secrets": vec![named("HOST"); 101] });
        assert_eq!(project.call("POST", &path, many).await.status, 422);
        assert_eq!(project.call("POST", &path, json!({ "secrets": [] })).await.status, 422);
    })
    .await;
}
