//! `at=`: secrets as they were at a revision or a time.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

impl TestProject<'_> {
    /// The project's revision as the wire counts it.
    pub async fn now(&self) -> i64 {
        let project = self.server.app.database.read().await;
        let (mut db, id) = (project.unwrap(), tacit_core::id::ProjectId::new(self.id.as_str()));
        tacit_store::commits::list(&mut db, &id, 1).await.unwrap()[0].revision
    }

    /// `path:name=value` of each secret in a list at a point in the past, in its order.
    pub async fn past(&self, at: &str, query: &str) -> Vec<String> {
        let list = self.read(&format!("/api/v4/secrets?at={at}&{query}")).await;
        let line = |secret: &Value| {
            let text = |field: &str| secret[field].as_str().unwrap().to_owned();
            format!("{}:{}={}", text("secretPath"), text("secretKey"), text("secretValue"))
        };
        list["secrets"].as_array().unwrap().iter().map(line).collect()
    }
}

#[tokio::test]
async fn a_secret_is_read_as_it_was_at_a_revision() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let start = project.now().await;
        project.secret("FOO", "v1").await;
        project.change("FOO", "v2").await;
        project.ok("PATCH", "/api/v4/secrets/FOO", json!({ "newSecretName": "BAR" })).await;
        project.ok("DELETE", "/api/v4/secrets/BAR", json!({})).await;

        for (ago, foo, bar) in [
            (0, None, None),
            (1, Some("v1"), None),
            (2, Some("v2"), None),
            (3, None, Some("v2")),
            (4, None, None),
        ] {
            for base in ["/api/v4/secrets", "/api/v3/secrets/raw"] {
                for (name, value) in [("FOO", foo), ("BAR", bar)] {
                    let path = format!("{base}/{name}?at={}", start + ago);
                    let answer = project.call("GET", &path, Value::Null).await;
                    let found = answer.body["secret"]["secretValue"].as_str();
                    assert_eq!(
                        (answer.status, found),
                        (if value.is_some() { 200 } else { 404 }, value),
                        "{path}"
                    );
                }
            }
            let listed = project.past(&(start + ago).to_string(), "").await;
            let expected = foo.map(|value| ("FOO", value)).or(bar.map(|value| ("BAR", value)));
            let expected: Vec<String> =
                expected.iter().map(|(name, value)| format!("/:{name}={value}")).collect();
            assert_eq!(listed, expected, "{ago}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_shows_the_folders_there_were() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let app = project.folder("/", "app").await;
        project.secret_in("/app", "A").await;
        project.folder("/app", "web").await;
        project.secret_in("/app/web", "W").await;
        let before = project.now().await.to_string();
        let path = format!("/api/v1/folders/{}", app["id"].as_str().unwrap());
        project.ok("PATCH", &path, json!({ "name": "api", "path": "/" })).await;
        let renamed = project.now().await.to_string();
        project.ok("DELETE", &path, json!({ "path": "/" })).await;

        assert_eq!(
            project.past(&before, "secretPath=/app&recursive=true").await,
            ["/app:A=x", "/app/web:W=x"]
        );
        assert_eq!(project.past(&renamed, "recursive=true").await, ["/api:A=x", "/api/web:W=x"]);
        assert_eq!(project.past(&renamed, "secretPath=/api/web").await, ["/api/web:W=x"]);
        for (at, folder) in
            [(&before, "/api"), (&renamed, "/app"), (&project.now().await.to_string(), "/api")]
        {
            let path = format!("/api/v4/secrets?at={at}&secretPath={folder}");
            assert_eq!(project.status(&path).await, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_time_is_the_state_after_the_last_commit_by_then() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        let then = server.app.now();
        project.change("FOO", "v2").await;
        project.change("FOO", "v3").await;
        let second = project.read("/api/v4/secrets/FOO?version=2").await["secret"]["updatedAt"]
            .as_str()
            .unwrap()
            .to_owned();
        let third = project.row("FOO").await.updated_at;

        // Commits within one millisecond share a time; the last of them counts.
        let at_second = project.past(&second, "").await;
        let expected = if second == third.to_string() { "/:FOO=v3" } else { "/:FOO=v2" };
        assert_eq!(at_second, [expected]);
        assert_eq!(project.past(&third.to_string(), "").await, ["/:FOO=v3"]);
        if then.to_string() < second {
            assert_eq!(project.past(&then.to_string(), "").await, ["/:FOO=v1"]);
        }
        assert_eq!(project.status("/api/v4/secrets/FOO?at=2001-01-01T00:00:00Z").await, 404);
    })
    .await;
}

#[tokio::test]
async fn points_that_are_none_or_still_to_come_are_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        for (at, status) in
            [("x", 422), ("-1", 422), ("1e3", 422), ("99999", 400), ("2999-01-01T00:00:00Z", 400)]
        {
            for path in ["/api/v4/secrets", "/api/v4/secrets/FOO", "/api/v3/secrets/raw"] {
                assert_eq!(project.status(&format!("{path}?at={at}")).await, status, "{path} {at}");
            }
        }
        assert_eq!(project.status("/api/v4/secrets/FOO?at=1&version=1").await, 400);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_longer_kept_is_refused_and_not_shown_in_part() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.keep_versions(2).await;
        project.folder("/", "calm").await;
        project.secret_in("/calm", "C").await;
        project.secret("STAYS", "s").await;
        let early = project.now().await;
        project.secret("FOO", "v1").await;
        for value in ["v2", "v3", "v4"] {
            project.change("FOO", value).await;
        }

        for at in [early + 1, early + 2] {
            for path in ["/api/v4/secrets?", "/api/v4/secrets?recursive=true&", "/api/v4/secrets/FOO?"] {
                let answer = project.call("GET", &format!("{path}at={at}"), Value::Null).await;
                assert_eq!(answer.status, 400, "{path} {at}");
                assert!(answer.text.contains("no longer kept"), "{}", answer.text);
            }
            // What is there is the truth all the same, and other folders are complete.
            assert_eq!(
                project.read(&format!("/api/v4/secrets/STAYS?at={at}")).await["secret"]["secretValue"],
                "s"
            );
            assert_eq!(project.past(&at.to_string(), "secretPath=/calm").await, ["/calm:C=x"]);
        }
        assert_eq!(project.past(&(early + 3).to_string(), "").await, ["/:FOO=v3", "/:STAYS=s"]);
    })
    .await;
}

#[tokio::test]
async fn the_past_is_for_those_who_may_read_history() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "canary").await;
        let now = project.now().await;
        for (role, status) in [("viewer", 200), ("member", 200), ("no-access", 403)] {
            let token = project.machine(role).await;
            for path in
                ["/api/v4/secrets", "/api/v4/secrets/FOO", "/api/v4/secrets/NOPE", "/api/v4/secrets/FOO"]
            {
                let answer = project.call_as(&token, "GET", &format!("{path}?at={now}"), Value::Null).await;
                let status = if status == 200 && path.ends_with("NOPE") { 404 } else { status };
                assert_eq!(answer.status, status, "{role} {path}");
            }
        }
    })
    .await;
}
