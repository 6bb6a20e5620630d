//! Snapshots, the older form of the commit log.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

impl TestProject<'_> {
    async fn snapshots(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/workspace/{}/secret-snapshots?{query}", self.id);
        self.read(&path).await["secretSnapshots"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn each_commit_that_touched_a_folder_is_a_snapshot_of_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        project.secret("KEEP", "k1").await;
        project.change("FOO", "v2").await;
        project.folder("/", "app").await;
        project.secret_in("/app", "A").await;

        let all = project.snapshots("environment=dev").await;
        assert_eq!(all.len(), 4);
        let root = project.root().await;
        assert!(
            all.iter().all(|one| one["folderId"] == root.as_str() && one["parentFolderId"] == Value::Null)
        );
        assert_eq!(project.snapshots("environment=dev&offset=1&limit=2").await, all[1..3]);
        let app = project.snapshots("environment=dev&path=/app").await;
        assert_eq!((app.len(), &app[0]["parentFolderId"]), (1, &json!(root.as_str())));
        for prefix in ["projects", "workspace"] {
            let path = format!("/api/v1/{prefix}/{}/secret-snapshots", project.id);
            assert_eq!(project.read(&format!("{path}/count?environment=dev")).await, json!({ "count": 4 }));
            assert_eq!(project.status(&format!("{path}?environment=qa")).await, 404);
            let answer = owner.call("GET", &path, None).await;
            assert_eq!(answer.status, 422, "without an environment");
        }

        let path = format!("/api/v1/secret-snapshot/{}", all[1]["id"].as_str().unwrap());
        let snapshot = project.read(&path).await["secretSnapshot"].clone();
        let names: Vec<_> =
            snapshot["secretVersions"].as_array().unwrap().iter().map(|v| &v["secretKey"]).collect();
        assert_eq!(names, ["FOO", "KEEP"]);
        assert_eq!(snapshot["secretVersions"][0]["secretValue"], "v2");
        assert_eq!(
            (&snapshot["environment"]["slug"], &snapshot["folderVersion"]),
            (&json!("dev"), &json!([]))
        );
        let path = format!("/api/v1/secret-snapshot/{}", all[0]["id"].as_str().unwrap());
        assert_eq!(project.read(&path).await["secretSnapshot"]["folderVersion"][0]["name"], "app");
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_shows_all_that_was_said_of_a_secret() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let tag = project.tag("one").await;
        let body = json!({
            "secretValue": "v1", "secretComment": "c", "tagIds": [tag], "skipMultilineEncoding": true,
            "secretReminderNote": "n", "secretReminderRepeatDays": 3,
        });
        let made = project.ok("POST", "/api/v4/secrets/FOO", body).await["secret"].clone();
        let snapshot = &project.snapshots("environment=dev").await[0];
        let body = json!({ "secretValue": "v2", "secretComment": "", "tagIds": [] });
        project.ok("PATCH", "/api/v4/secrets/FOO", body).await;

        let path = format!("/api/v1/secret-snapshot/{}", snapshot["id"].as_str().unwrap());
        let shown = project.read(&path).await["secretSnapshot"].clone();

        assert_eq!((&shown["id"], &shown["projectId"]), (&snapshot["id"], &json!(project.id)));
        assert_eq!(shown["environment"]["name"], "Development");
        assert!(shown["environment"]["id"].is_string());
        assert_eq!(shown["createdAt"], snapshot["createdAt"]);
        assert_eq!(shown["updatedAt"], snapshot["updatedAt"]);
        let version = &shown["secretVersions"][0];
        assert_eq!(version["secretId"], made["id"]);
        assert!(version["id"].is_string() && version["id"] != made["id"]);
        for field in [
            "version",
            "secretKey",
            "secretValue",
            "secretComment",
            "secretReminderNote",
            "secretReminderRepeatDays",
            "skipMultilineEncoding",
            "createdAt",
            "updatedAt",
            "actor",
            "secretValueHidden",
            "tags",
        ] {
            assert_eq!(version[field], made[field], "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_folder_goes_back_to_a_snapshot() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        project.secret("KEEP", "k1").await;
        let before = project.everything().await;
        project.change("FOO", "v2").await;
        project.ok("DELETE", "/api/v4/secrets/KEEP", json!({})).await;
        project.folder("/", "later").await;
        let all = project.snapshots("environment=dev").await;
        let path = format!("/api/v1/secret-snapshot/{}/rollback", all[3]["id"].as_str().unwrap());

        let made = project.ok("POST", &path, json!({})).await["secretSnapshot"].clone();

        assert_eq!(project.everything().await, before);
        assert_eq!(project.snapshots("environment=dev").await[0], made);
        let again = project.ok("POST", &path, json!({})).await["secretSnapshot"].clone();
        assert_eq!(again["id"], all[3]["id"], "nothing had to change");
        for role in ["viewer", "no-access"] {
            let token = project.machine(role).await;
            assert_eq!(project.call_as(&token, "POST", &path, json!({})).await.status, 403, "{role}");
        }
    })
    .await;
}

#[tokio::test]
async fn unknown_snapshots_are_not_found() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        let id = project.snapshots("environment=dev").await[0]["id"].as_str().unwrap().to_owned();
        let unknown = "00000000-0000-4000-8000-000000000000";
        let other_folder = format!("{}-{unknown}", &id[..36]);
        let other_commit = format!("{unknown}-{}", &id[37..]);
        for id in ["nope", unknown, &other_folder, &other_commit] {
            assert_eq!(project.status(&format!("/api/v1/secret-snapshot/{id}")).await, 404, "{id}");
            let path = format!("/api/v1/secret-snapshot/{id}/rollback");
            assert_eq!(project.call("POST", &path, json!({})).await.status, 404, "{id}");
        }
        let stranger = server.second_organization().await;
        let answer = stranger.call("GET", &format!("/api/v1/secret-snapshot/{id}"), None).await;
        assert_eq!((answer.status, &answer.body["message"]), (404, &json!("Snapshot not found")));
    })
    .await;
}
