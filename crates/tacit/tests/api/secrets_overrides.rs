//! Personal overrides: a user's own value in place of a shared secret's.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

const ONE: [&str; 2] = ["/api/v3/secrets/raw/FOO", "/api/v4/secrets/FOO"];

fn personal(value: &str) -> Value {
    json!({ "secretValue": value, "type": "personal" })
}

/// Makes a second person with a role in the project and returns their token.
async fn colleague(project: &TestProject<'_>, role: &str) -> String {
    let (server, owner) = (project.server, project.owner);
    let id = server.add_user("bob@example.test", "bob has a password").await;
    server.add_to_organization(&owner.organization_id, &id, "member").await;
    let path = format!("/api/v1/projects/{}/memberships", project.id);
    let body = json!({ "emails": ["bob@example.test"], "roleSlugs": [role] });
    owner.ok("POST", &path, Some(body)).await;
    server.sign_in("bob@example.test", "bob has a password", &owner.organization_id).await
}

async fn ok(project: &TestProject<'_>, token: &str, method: &str, path: &str, body: Value) -> Value {
    let answer = project.call_as(token, method, path, body).await;
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
    answer.body
}

/// `type=value` of each secret in a list, in its order.
async fn list(project: &TestProject<'_>, token: &str, path: &str) -> Vec<String> {
    let body = ok(project, token, "GET", path, Value::Null).await;
    let shown = |secret: &Value| {
        format!("{}={}", secret["type"].as_str().unwrap(), secret["secretValue"].as_str().unwrap())
    };
    body["secrets"].as_array().unwrap().iter().map(shown).collect()
}

#[tokio::test]
async fn a_user_has_a_value_of_their_own_that_nobody_else_sees() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let bob = colleague(&project, "member").await;
        let shared = project.secret("FOO", "shared").await;
        let list_etag = async || {
            let answer = project.call_as(&bob, "GET", "/api/v3/secrets/raw", Value::Null).await;
            answer.headers["etag"].clone()
        };
        let before = list_etag().await;

        let made = ok(&project, &owner.token, "POST", ONE[0], personal("mine")).await["secret"].clone();

        assert_eq!(
            (&made["type"], &made["version"], &made["secretValue"]),
            (&json!("personal"), &json!(1), &json!("mine"))
        );
        assert_ne!(made["id"], shared["id"]);
        for path in ONE {
            let own = format!("{path}?type=personal");
            let read = ok(&project, &owner.token, "GET", &own, Value::Null).await["secret"].clone();
            assert_eq!((&read["secretValue"], &read["type"]), (&json!("mine"), &json!("personal")));
            let read = ok(&project, &owner.token, "GET", path, Value::Null).await["secret"].clone();
            assert_eq!((&read["secretValue"], &read["type"]), (&json!("shared"), &json!("shared")));
            assert_eq!(project.call_as(&bob, "GET", &own, Value::Null).await.status, 404);
        }
        let (v3, v4) = ("/api/v3/secrets/raw", "/api/v4/secrets");
        let instead = "/api/v4/secrets?includePersonalOverrides=true";
        assert_eq!(list(&project, &owner.token, v3).await, ["shared=shared", "personal=mine"]);
        assert_eq!(list(&project, &owner.token, v4).await, ["shared=shared"]);
        assert_eq!(list(&project, &owner.token, instead).await, ["personal=mine"]);
        assert_eq!(list(&project, &owner.token, &format!("{v3}?recursive=true")).await.len(), 2);
        for token in [&bob, &project.admin] {
            for path in [v3, v4, instead] {
                assert_eq!(list(&project, token, path).await, ["shared=shared"], "{path}");
            }
        }
        assert_eq!(list_etag().await, before);
    })
    .await;
}

#[tokio::test]
async fn an_override_has_versions_of_its_own() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "shared").await;
        let me = &owner.token;
        ok(&project, me, "POST", ONE[1], personal("one")).await;

        let changed = ok(&project, me, "PATCH", ONE[1], personal("two\n")).await["secret"].clone();
        let same = ok(&project, me, "PATCH", ONE[0], personal("two\n")).await["secret"].clone();

        assert_eq!((&changed["version"], &changed["secretValue"]), (&json!(2), &json!("two\n")));
        assert_eq!(same["version"], 2);
        let old = ok(&project, me, "GET", "/api/v4/secrets/FOO?type=personal&version=1", Value::Null).await;
        assert_eq!(old["secret"]["secretValue"], "one");
        let path = "/api/v4/secrets/FOO?type=personal&version=3";
        assert_eq!(project.call_as(me, "GET", path, Value::Null).await.status, 404);
        assert_eq!(project.read(ONE[1]).await["secret"]["version"], 1);
        assert_eq!(project.revision().await, 3);

        let gone = ok(&project, me, "DELETE", ONE[1], personal("")).await["secret"].clone();

        assert_eq!((&gone["type"], &gone["version"]), (&json!("personal"), &json!(2)));
        assert_eq!(list(&project, me, "/api/v3/secrets/raw").await, ["shared=shared"]);
        assert_eq!(project.call_as(me, "DELETE", ONE[1], personal("")).await.status, 404);
        assert_eq!(project.call_as(me, "PATCH", ONE[1], personal("x")).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn what_an_override_cannot_be_is_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "shared").await;
        let tag = project.tag("one").await;
        let (me, nobody) = (&owner.token, project.machine("no-access").await);
        for path in ONE {
            for (token, create, others) in [(&project.admin, 400, 404), (&nobody, 403, 403)] {
                assert_eq!(project.call_as(token, "POST", path, personal("x")).await.status, create);
                for method in ["PATCH", "DELETE"] {
                    assert_eq!(project.call_as(token, method, path, personal("x")).await.status, others);
                }
                let own = format!("{path}?type=personal");
                assert_eq!(project.call_as(token, "GET", &own, Value::Null).await.status, others);
            }
        }
        let missing = project.call_as(me, "POST", "/api/v4/secrets/NOPE", personal("x")).await;
        assert_eq!(missing.status, 400);
        assert!(missing.body["message"].as_str().unwrap().contains("shared secret"), "{}", missing.text);
        let tagged = json!({ "secretValue": "x", "type": "personal", "tagIds": [tag] });
        assert_eq!(project.call_as(me, "POST", ONE[1], tagged.clone()).await.status, 400);
        ok(&project, me, "POST", ONE[1], personal("mine")).await;
        assert_eq!(project.call_as(me, "POST", ONE[1], personal("again")).await.status, 400);
        assert_eq!(project.call_as(me, "PATCH", ONE[1], tagged).await.status, 400);
        let renamed = json!({ "newSecretName": "BAR", "type": "personal" });
        assert_eq!(project.call_as(me, "PATCH", ONE[1], renamed).await.status, 400);
        assert_eq!(project.revision().await, 2);
    })
    .await;
}

#[tokio::test]
async fn overrides_go_where_their_shared_secret_goes() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let me = &owner.token;
        let shared = project.secret("FOO", "shared").await;
        ok(&project, me, "POST", ONE[1], personal("mine")).await;

        project.ok("PATCH", ONE[1], json!({ "newSecretName": "BAR" })).await;
        assert_eq!(list(&project, me, "/api/v3/secrets/raw").await, ["shared=shared", "personal=mine"]);
        assert_eq!(project.call_as(me, "GET", "/api/v4/secrets/FOO?type=personal", Value::Null).await.status, 404);

        let body = json!({ "secretIds": [shared["id"]], "sourceEnvironment": "dev", "destinationEnvironment": "prod" });
        project.ok("POST", "/api/v4/secrets/move", body).await;
        assert!(list(&project, me, "/api/v3/secrets/raw").await.is_empty());
        let there = "/api/v3/secrets/raw?environment=prod";
        assert_eq!(list(&project, me, there).await, ["shared=shared", "personal=mine"]);

        let prod = json!({ "environment": "prod" });
        project.ok("DELETE", "/api/v4/secrets/BAR", prod.clone()).await;
        let again = json!({ "environment": "prod", "secretValue": "new" });
        project.ok("POST", "/api/v4/secrets/BAR", again).await;
        assert_eq!(list(&project, me, there).await, ["shared=new"]);
    })
    .await;
}

#[tokio::test]
async fn a_batch_deletes_overrides_and_shared_secrets_apart() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let me = &owner.token;
        for name in ["A", "B"] {
            project.secret(name, "shared").await;
            ok(&project, me, "POST", &format!("/api/v4/secrets/{name}"), personal("mine")).await;
        }
        let items = json!({ "secrets": [
            { "secretKey": "A", "type": "personal" }, { "secretKey": "B" }, { "secretKey": "B", "type": "personal" }
        ] });

        let deleted = ok(&project, me, "DELETE", "/api/v3/secrets/batch/raw", items).await;

        let kinds: Vec<&Value> =
            deleted["secrets"].as_array().unwrap().iter().map(|secret| &secret["type"]).collect();
        assert_eq!(kinds, ["personal", "shared", "personal"]);
        assert_eq!(list(&project, me, "/api/v3/secrets/raw").await, ["shared=shared"]);
        let twice = json!({ "secrets": [{ "secretKey": "A", "type": "personal" }, { "secretKey": "A", "type": "personal" }] });
        assert_eq!(project.call_as(me, "DELETE", "/api/v4/secrets/batch", twice).await.status, 400);
        assert_eq!(project.revision().await, 5);
    })
    .await;
}

#[tokio::test]
async fn the_log_shows_no_override_and_a_rollback_leaves_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let me = &owner.token;
        project.secret("FOO", "one").await;
        let log = format!("/api/v1/pit/commits?projectId={}&path=/", project.id);
        let before = project.read(&log).await;
        ok(&project, me, "POST", ONE[1], personal("canary")).await;
        let own = project.newest_changes().await;
        assert_eq!((own.len(), own[0].owner_user_id.as_str()), (1, owner.user_id.as_str()));

        let commits = project.read(&log).await;
        assert_eq!(commits, before);
        let first = commits["commits"][0]["id"].as_str().unwrap().to_owned();
        let hidden = format!("/api/v1/pit/commits/{}/changes?projectId={}", own[0].commit_id, project.id);
        assert_eq!(project.status(&hidden).await, 404);
        let found = project.read("/api/v4/secrets/FOO?includePersonalOverrides=true").await;
        assert!(!found.to_string().contains("canary"));

        project.ok("PATCH", ONE[1], json!({ "secretValue": "two" })).await;
        let path = format!("/api/v1/pit/commits/{first}/rollback");
        project.ok("POST", &path, json!({ "path": "/" })).await;
        assert_eq!(list(&project, me, "/api/v3/secrets/raw").await, ["shared=one", "personal=canary"]);
    })
    .await;
}

#[tokio::test]
async fn who_may_no_longer_read_the_shared_secret_has_no_override_of_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "shared").await;
        let bob = colleague(&project, "viewer").await;
        // Reading is enough: the value is one's own.
        ok(&project, &bob, "POST", ONE[1], personal("canary")).await;
        let path = format!("/api/v1/projects/{}/memberships", project.id);
        let members = owner.ok("GET", &path, None).await;
        let member = |row: &&Value| row["user"]["email"] == "bob@example.test";
        let id = members["memberships"].as_array().unwrap().iter().find(member).unwrap()["id"].clone();
        let role = json!({ "roles": [{ "role": "no-access" }] });
        owner.ok("PATCH", &format!("{path}/{}", id.as_str().unwrap()), Some(role)).await;
        for (method, path) in
            [("GET", "/api/v4/secrets/FOO?type=personal"), ("PATCH", ONE[1]), ("DELETE", ONE[1])]
        {
            let answer = project.call_as(&bob, method, path, personal("x")).await;
            assert_eq!(answer.status, 403, "{method}");
            assert!(!answer.text.contains("canary"));
        }
    })
    .await;
}
