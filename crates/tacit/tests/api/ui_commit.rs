//! The dashboard's commit: many changes, all or none, if nothing else changed meanwhile.

use serde_json::{Value, json};

use crate::harness::each_engine;

fn create(environment: &str, key: &str, value: &str) -> Value {
    json!({ "op": "create", "environment": environment, "key": key, "value": value })
}

fn update(environment: &str, key: &str, version: i64, value: &str) -> Value {
    json!({ "op": "update", "environment": environment, "key": key, "expectedVersion": version, "value": value })
}

fn delete(environment: &str, key: &str, version: i64) -> Value {
    json!({ "op": "delete", "environment": environment, "key": key, "expectedVersion": version })
}

fn rename(environment: &str, key: &str, version: i64, new: &str) -> Value {
    json!({ "op": "rename", "environment": environment, "key": key, "expectedVersion": version, "newKey": new })
}

#[tokio::test]
async fn changes_in_several_environments_are_one_commit() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        for name in ["A", "B", "C"] {
            project.put("dev", name, "old").await;
        }
        let before = project.revision().await;
        let changes = json!([
            create("prod", "NEW", "x"),
            create("dev", "C", "again"),
            update("dev", "A", 1, "new"),
            rename("dev", "B", 1, "D"),
            delete("dev", "C", 1),
        ]);

        let answer = project.ui_post("commit", json!({ "message": "Many", "changes": changes })).await;

        // C is named twice: which of the two should count?
        assert_eq!(answer.status, 400, "{}", answer.text);
        let changes = json!([
            create("prod", "NEW", "x"),
            update("dev", "A", 1, "new"),
            rename("dev", "B", 1, "C"),
            delete("dev", "C", 1),
        ]);
        let answer = project.ui_post("commit", json!({ "message": "Many", "changes": changes })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let secret = |index: usize| {
            let secret = &answer.body["secrets"][index];
            json!([secret["environment"], secret["key"], secret["version"]])
        };
        assert_eq!(secret(0), json!(["prod", "NEW", 1]));
        assert_eq!(secret(1), json!(["dev", "A", 2]));
        assert_eq!(secret(2), json!(["dev", "C", 2]));
        assert_eq!(secret(3), json!(["dev", "C", null]));
        assert_eq!(project.revision().await, before + 1);
        assert!(answer.body["commitId"].is_string());
        assert_eq!(project.read("/api/v4/secrets/C").await["secret"]["secretValue"], "old");
        assert_eq!(project.newest_changes().await.len(), 4);
        for kind in ["create-secrets", "update-secrets", "delete-secrets"] {
            assert!(server.has_event(&admin.organization_id, kind).await, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn if_one_change_does_not_fit_nothing_is_written_and_all_that_do_not_are_named() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        for name in ["A", "B", "TAKEN"] {
            project.put("dev", name, "old").await;
        }
        let patch = json!({ "workspaceId": project.id, "environment": "dev", "secretValue": "theirs" });
        admin.ok("PATCH", "/api/v4/secrets/A", Some(patch)).await;
        let before = project.revision().await;
        let changes = json!([
            create("dev", "FINE", "x"),
            update("dev", "A", 1, "mine"),
            update("dev", "GONE", 4, "x"),
            create("dev", "TAKEN", "x"),
            rename("dev", "B", 1, "TAKEN"),
        ]);

        let answer = project.ui_post("commit", json!({ "changes": changes })).await;

        assert_eq!((answer.status, &answer.body["error"]), (409, &json!("Conflict")));
        let conflicts = answer.body["details"]["conflicts"].as_array().unwrap();
        let short: Vec<Value> = conflicts
            .iter()
            .map(|one| {
                json!([one["index"], one["key"], one["reason"], one["version"], one["updatedBy"]["name"]])
            })
            .collect();
        let ada = "ada@example.test";
        assert_eq!(
            short,
            [
                json!([1, "A", "changed", 2, ada]),
                json!([2, "GONE", "deleted", null, null]),
                json!([3, "TAKEN", "exists", 1, ada]),
                json!([4, "TAKEN", "exists", 1, ada]),
            ]
        );
        assert_eq!(project.revision().await, before);
        assert_eq!(project.status("/api/v4/secrets/FINE").await, 404);
    })
    .await;
}

#[tokio::test]
async fn each_change_needs_the_right_that_the_single_route_asks_for() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "A", "old").await;
        let viewer = project.person("vera@example.test", "viewer").await;
        let send = async |changes: Value| {
            let body = json!({ "changes": changes });
            server.call("POST", &project.ui("commit"), Some(&viewer), Some(body)).await
        };

        for change in [
            create("dev", "NEW", "x"),
            create("dev", "A", "x"),
            update("dev", "A", 9, "x"),
            update("dev", "GONE", 9, "x"),
            delete("dev", "A", 1),
            rename("dev", "A", 1, "B"),
        ] {
            let answer = send(json!([change])).await;
            assert_eq!((answer.status, &answer.body["error"]), (403, &json!("PermissionDenied")), "{change}");
        }
        assert_eq!(project.read("/api/v4/secrets/A").await["secret"]["version"], 1);
    })
    .await;
}

#[tokio::test]
async fn a_commit_without_effect_is_none_and_bad_ones_are_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "A", "same").await;
        let before = project.revision().await;

        let same = project.ui_post("commit", json!({ "changes": [update("dev", "A", 1, "same")] })).await;
        let missing_folder = json!({ "op": "create", "environment": "dev", "path": "/no", "key": "A" });
        let without_version = json!({ "op": "delete", "environment": "dev", "key": "A" });
        for (body, status) in [
            (json!({ "changes": [] }), 422),
            (json!({ "changes": vec![create("dev", "X", "x"); 1001] }), 422),
            (json!({ "changes": [missing_folder] }), 404),
            (json!({ "changes": [without_version] }), 422),
            (json!({ "changes": [create("dev", "a b/c", "x")] }), 422),
            (json!({ "changes": [{ "op": "burn", "environment": "dev", "key": "A" }] }), 422),
            (json!({ "message": "m".repeat(256), "changes": [create("dev", "X", "x")] }), 422),
        ] {
            let answer = project.ui_post("commit", body).await;
            assert_eq!(answer.status, status, "{}", answer.text);
        }

        assert_eq!((same.status, &same.body["commitId"]), (200, &Value::Null));
        assert_eq!(same.body["secrets"][0]["version"], 1);
        assert_eq!(project.revision().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_rename_takes_the_references_to_the_secret_along() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "HOST", "h").await;
        project.put("dev", "URL", "http://${HOST}").await;
        project.put("prod", "ALSO", "${dev.HOST}").await;
        let before = project.revision().await;
        let mut renamed = rename("dev", "HOST", 1, "SERVER");
        renamed["rewriteReferences"] = json!(true);
        // The one that refers to it is changed in the same commit, whichever comes first.
        let changes = json!([renamed, update("dev", "URL", 1, "https://${HOST}")]);

        let answer = project.ui_post("commit", json!({ "changes": changes })).await;

        assert_eq!(answer.status, 200, "{}", answer.text);
        let written = async |environment: &str, key: &str| {
            let secrets = json!([{ "environment": environment, "key": key }]);
            let answer = project.ui_post("reveal", json!({ "secrets": secrets })).await;
            answer.body["secrets"][0]["value"].clone()
        };
        assert_eq!(written("dev", "URL").await, "https://${SERVER}");
        assert_eq!(written("prod", "ALSO").await, "${dev.SERVER}");
        assert_eq!(project.revision().await, before + 1);
        let events = server.events(&admin.organization_id).await;
        assert!(events.iter().any(|event| event.metadata.contains("rewrittenSecrets")));

        // Without it they stay as they are.
        let changes = json!([rename("dev", "SERVER", 2, "HOST")]);
        assert_eq!(project.ui_post("commit", json!({ "changes": changes })).await.status, 200);
        assert_eq!(written("prod", "ALSO").await, "${dev.SERVER}");
    })
    .await;
}
