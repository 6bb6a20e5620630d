//! Events about secrets as Infisical's clients subscribe to them.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_events::EventStream};

/// One registration.
fn on(event: &str, environment: &str, path: &str) -> Value {
    json!({ "event": event, "conditions": { "environmentSlug": environment, "secretPath": path } })
}

/// `secretPath:secretKey` of the changes in the next event, which must have this name.
async fn keys(stream: &mut EventStream, event: &str) -> Vec<String> {
    let frame = stream.expect(event).await;
    assert_eq!(frame.data["projectType"], "secret-manager");
    assert_eq!(frame.data["data"]["eventType"], event);
    let key = |item: &Value| {
        format!("{}:{}", item["secretPath"].as_str().unwrap(), item["secretKey"].as_str().unwrap_or("?"))
    };
    frame.data["data"]["payload"].as_array().unwrap().iter().map(key).collect()
}

#[tokio::test]
async fn a_subscriber_hears_of_an_event_in_the_form_of_the_wire() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.secret("FOO", "one").await;
        let viewer = project.machine("viewer").await;
        let mut stream =
            server.subscribe(&viewer, &project.id, json!([on("secret:update", "dev", "/")])).await;

        project.ok("PATCH", "/api/v3/secrets/raw/FOO", json!({ "secretValue": "two" })).await;
        let frame = stream.expect("secret:update").await;

        let payload = json!([{ "environment": "dev", "secretPath": "/", "secretKey": "FOO" }]);
        let data = json!({ "eventType": "secret:update", "payload": payload });
        assert_eq!(frame.data, json!({ "projectType": "secret-manager", "data": data }));
        assert_eq!(frame.id, None);
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-cache"),
            ("connection", "keep-alive"),
            ("x-accel-buffering", "no"),
        ] {
            assert_eq!(stream.headers[name], value);
        }
    })
    .await;
}

#[tokio::test]
async fn only_what_was_registered_is_heard_of() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.folder("/", "app").await;
        project.folder("/app", "web").await;
        let register = json!([on("secret:create", "dev", "/app/**"), { "event": "secret:delete" }]);
        let mut stream = server.subscribe(&project.admin, &project.id, register).await;

        project.secret("A", "x").await;
        let prod = json!({ "secretValue": "x", "environment": "prod" });
        project.ok("POST", "/api/v3/secrets/raw/B", prod.clone()).await;
        project.secret_in("/app/web", "C").await;
        project.ok("PATCH", "/api/v3/secrets/raw/A", json!({ "secretValue": "y" })).await;
        project.ok("DELETE", "/api/v3/secrets/raw/B", json!({ "environment": "prod" })).await;
        project.secret_in("/app", "D").await;

        assert_eq!(keys(&mut stream, "secret:create").await, ["/app/web:C"]);
        assert_eq!(keys(&mut stream, "secret:delete").await, ["/:B"]);
        assert_eq!(keys(&mut stream, "secret:create").await, ["/app:D"]);
    })
    .await;
}

#[tokio::test]
async fn conditions_without_a_path_mean_the_root() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.folder("/", "app").await;
        let register = json!([{ "event": "secret:create", "conditions": { "environmentSlug": "dev" } }]);
        let mut stream = server.subscribe(&project.admin, &project.id, register).await;

        project.secret_in("/app", "A").await;
        project.secret("B", "x").await;

        assert_eq!(keys(&mut stream, "secret:create").await, ["/:B"]);
    })
    .await;
}

#[tokio::test]
async fn a_path_of_a_condition_is_spelled_as_freely_as_any_other() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.folder("/", "app").await;
        for (number, path) in
            ["/app", "app", "/app/", " app/ ", "app/**", "/a*", "**"].into_iter().enumerate()
        {
            let register = json!([on("secret:create", "dev", path)]);
            let mut stream = server.subscribe(&project.admin, &project.id, register).await;
            project.secret_in("/app", &format!("S{number}")).await;
            assert_eq!(keys(&mut stream, "secret:create").await, [format!("/app:S{number}")], "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_deleted_folder_is_heard_of_secret_by_secret() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.folder("/", "app").await;
        project.secret_in("/app", "A").await;
        project.secret_in("/app", "B").await;
        let mut stream =
            server.subscribe(&project.admin, &project.id, json!([on("secret:delete", "dev", "/app")])).await;

        project.ok("DELETE", "/api/v1/folders/app", json!({ "path": "/" })).await;

        let mut deleted = keys(&mut stream, "secret:delete").await;
        deleted.sort();
        assert_eq!(deleted, ["/app:A", "/app:B"]);
    })
    .await;
}

#[tokio::test]
async fn a_large_commit_is_split_into_lines_that_clients_can_read() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let mut stream =
            server.subscribe(&project.admin, &project.id, json!([{ "event": "secret:create" }])).await;
        let secrets: Vec<Value> = (0..1000)
            .map(|number| json!({ "secretKey": format!("{number:0250}"), "secretValue": "x" }))
            .collect();

        project.ok("POST", "/api/v3/secrets/batch/raw", json!({ "secrets": secrets })).await;

        let mut heard = 0;
        while heard < 1000 {
            let frame = stream.expect("secret:create").await;
            assert!(frame.longest_line < 64 * 1024, "{}", frame.longest_line);
            heard += frame.data["data"]["payload"].as_array().unwrap().len();
        }
        assert_eq!(heard, 1000);
    })
    .await;
}

#[tokio::test]
async fn a_subscription_of_a_wrong_form_is_422() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let many: Vec<Value> = (0..11).map(|_| json!({ "event": "secret:update" })).collect();
        for register in [json!([]), json!(many), json!([{ "event": "secret:read" }]), json!([{}]), json!("x")]
        {
            let body = json!({ "projectId": project.id, "register": register });
            let answer = project.call("POST", "/api/v1/events/subscribe/project-events", body).await;
            assert_eq!(answer.status, 422, "{register}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn who_may_not_hear_is_refused_before_the_stream() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let (nobody, outsider) = (project.machine("no-access").await, project.outsider().await);
        let path = "/api/v1/events/subscribe/project-events";
        for (token, id, status) in [
            (&nobody, project.id.as_str(), 403),
            (&outsider, project.id.as_str(), 403),
            (&project.admin, "00000000-0000-4000-8000-000000000000", 404),
        ] {
            let body = json!({ "projectId": id, "register": [on("secret:update", "dev", "/")] });
            let answer = project.call_as(token, "POST", path, body).await;
            assert_eq!(answer.status, status, "{}", answer.text);
            assert_eq!(answer.headers["content-type"], "application/json");
            let follow = format!("/api/v1/events/projects/{id}");
            assert_eq!(server.call("GET", &follow, Some(token), None).await.status, status);
        }
    })
    .await;
}

#[tokio::test]
async fn a_sixth_stream_of_one_actor_is_429_until_another_is_closed() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let register = json!([{ "event": "secret:update" }]);
        let mut open = Vec::new();
        for _ in 0..5 {
            open.push(server.subscribe(&project.admin, &project.id, register.clone()).await);
        }
        let body = json!({ "projectId": project.id, "register": register });
        let path = "/api/v1/events/subscribe/project-events";
        let answer = project.call("POST", path, body).await;
        assert_eq!(answer.status, 429, "{}", answer.text);
        assert_eq!(answer.body["error"], "RateLimitExceeded");
        assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().is_ok());

        // Others have a count of their own.
        let viewer = project.machine("viewer").await;
        server.subscribe(&viewer, &project.id, register.clone()).await;
        open.pop();
        server.subscribe(&project.admin, &project.id, register).await;
    })
    .await;
}

#[tokio::test]
async fn who_imports_a_folder_hears_of_its_imports_and_of_the_secrets_behind_them() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let register = json!([on("secret:import-mutation", "dev", "/")]);
        let mut stream = server.subscribe(&project.admin, &project.id, register).await;
        let import =
            |environment: &str| json!({ "path": "/", "import": { "environment": environment, "path": "/" } });
        project.ok("POST", "/api/v2/secret-imports", import("staging")).await;
        let mut body = import("prod");
        body["environment"] = json!("staging");
        project.ok("POST", "/api/v2/secret-imports", body).await;

        let created = stream.expect("secret:import-mutation").await;
        let payload = json!([{ "environment": "dev", "secretPath": "/" }]);
        assert_eq!(created.data["data"]["payload"], payload);
        // Through staging: dev imports staging, which imports prod.
        let secret = json!({ "secretValue": "x", "environment": "prod" });
        project.ok("POST", "/api/v3/secrets/raw/A", secret).await;
        assert_eq!(stream.expect("secret:import-mutation").await.data["data"]["payload"], payload);
        // A secret of dev itself is no change of its imports.
        project.secret("B", "x").await;
        let list = project.read("/api/v2/secret-imports?path=/").await;
        let id = list["secretImports"][0]["id"].as_str().unwrap().to_owned();
        project.ok("DELETE", &format!("/api/v2/secret-imports/{id}"), json!({ "path": "/" })).await;
        assert_eq!(stream.expect("secret:import-mutation").await.data["data"]["payload"], payload);
    })
    .await;
}
