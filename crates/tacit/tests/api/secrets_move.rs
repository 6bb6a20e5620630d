//! Moving secrets between folders and environments.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

async fn move_as(project: &TestProject<'_>, token: &str, ids: &[&Value], more: Value) -> (u16, Value) {
    let mut body = json!({
        "projectSlug": project.slug,
        "sourceEnvironment": "dev",
        "destinationEnvironment": "prod",
        "destinationSecretPath": "/",
        "secretIds": ids,
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = project.server.call("POST", "/api/v4/secrets/move", Some(token), Some(body)).await;
    (answer.status, answer.body)
}

async fn move_to_prod(project: &TestProject<'_>, ids: &[&Value], more: Value) -> (u16, Value) {
    move_as(project, &project.admin, ids, more).await
}

#[tokio::test]
async fn a_moved_secret_is_a_new_one_at_the_destination_with_all_it_had() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let tag = project.tag("one").await;
        let body = json!({ "secretValue": "1", "secretComment": "c", "tagIds": [tag], "secretReminderNote": "n", "secretMetadata": [{ "key": "k", "value": "v" }] });
        let made = project.ok("POST", "/api/v4/secrets/A", body).await["secret"].clone();
        project.ok("PATCH", "/api/v4/secrets/A", json!({ "secretValue": "2" })).await;
        project.ok("POST", "/api/v1/folders", json!({ "environment": "prod", "name": "dest" })).await;

        let moved = move_to_prod(&project, &[&made["id"]], json!({ "destinationSecretPath": "/dest/" })).await;

        assert_eq!(moved, (200, json!({ "isSourceUpdated": true, "isDestinationUpdated": true })));
        assert_eq!(project.status("/api/v4/secrets/A").await, 404);
        let found = project.read("/api/v4/secrets/A?environment=prod&secretPath=/dest").await["secret"].clone();
        assert_ne!(found["id"], made["id"]);
        assert_eq!(found["version"], 1);
        assert_eq!(found["secretValue"], "2");
        for field in ["secretComment", "tags", "secretReminderNote", "secretMetadata"] {
            assert_eq!(found[field], made[field], "{field}");
        }
        assert_eq!(project.revision().await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_taken_name_is_refused_unless_it_may_be_overwritten() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (one, two) = (project.secret("A", "1").await, project.secret("B", "2").await);
        let body = json!({ "environment": "prod", "secretValue": "old" });
        let there = project.ok("POST", "/api/v4/secrets/A", body).await["secret"].clone();

        let (status, body) = move_to_prod(&project, &[&two["id"], &one["id"]], json!({})).await;
        assert_eq!(status, 400);
        assert!(body["message"].as_str().unwrap().contains('A'));
        assert_eq!(project.status("/api/v4/secrets/B").await, 200);

        let (status, _) =
            move_to_prod(&project, &[&two["id"], &one["id"]], json!({ "shouldOverwrite": true })).await;
        assert_eq!(status, 200);
        let found = project.read("/api/v4/secrets/A?environment=prod").await["secret"].clone();
        assert_eq!(
            (&found["id"], &found["version"], &found["secretValue"]),
            (&there["id"], &json!(2), &json!("1"))
        );
        let old = project.read("/api/v4/secrets/A?environment=prod&version=1").await;
        assert_eq!(old["secret"]["secretValue"], "old");
        assert_eq!(project.read("/api/v4/secrets").await["secrets"], json!([]));
        assert_eq!(project.revision().await, 4);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_moved_is_refused_as_a_whole() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let one = project.secret("A", "1").await["id"].clone();
        let unknown = json!("00000000-0000-4000-8000-000000000000");
        for (ids, more, expected) in [
            (vec![&one, &unknown], json!({}), 400),
            (vec![&one, &one], json!({}), 400),
            (vec![], json!({}), 422),
            (vec![&one], json!({ "destinationEnvironment": "dev" }), 400),
            (vec![&one], json!({ "sourceEnvironment": "prod", "destinationEnvironment": "dev" }), 400),
            (vec![&one], json!({ "destinationEnvironment": "nope" }), 404),
            (vec![&one], json!({ "destinationSecretPath": "/nope" }), 404),
            (vec![&one], json!({ "sourceSecretPath": "/nope" }), 404),
            (vec![&one], json!({ "sourceSecretPath": "/.." }), 400),
            (vec![&one], json!({ "destinationEnvironment": "" }), 400),
            (vec![&one], json!({ "projectSlug": "" }), 400),
            (vec![&one], json!({ "projectSlug": "nope" }), 404),
            (vec![&one], json!({ "shouldOverwrite": "yes" }), 422),
        ] {
            let (status, body) = move_to_prod(&project, &ids, more.clone()).await;
            assert_eq!(status, expected, "{more} {body}");
        }
        assert_eq!(project.read("/api/v4/secrets/A").await["secret"]["version"], 1);
        assert_eq!(project.revision().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_secret_of_another_project_cannot_be_moved_into_reach() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let other = owner.test_project().await;
        let theirs = other.secret("A", "canary").await["id"].clone();

        let (status, body) = move_to_prod(&project, &[&theirs], json!({})).await;

        assert_eq!(status, 400);
        assert!(!body.to_string().contains("canary"));
        assert_eq!(other.status("/api/v4/secrets/A").await, 200);
        let viewer = project.machine("viewer").await;
        let (status, _) = move_as(&project, &viewer, &[&theirs], json!({})).await;
        assert_eq!(status, 403);
    })
    .await;
}

#[tokio::test]
async fn secrets_are_moved_in_every_spelling_of_both_generations_by_people_and_machines() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/a", "b").await;
        let (id, slug) = (json!(project.id), json!(project.slug));
        for (token, path) in
            [(&project.admin, "/api/v3/secrets/move"), (&owner.token, "/api/v4/secrets/move")]
        {
            for (field, name) in
                [("projectId", &id), ("workspaceId", &id), ("projectSlug", &slug), ("workspaceSlug", &slug)]
            {
                let made = project.secret("A", "1").await;
                let mut body = json!({
                    "sourceEnvironment": "dev", "destinationEnvironment": "dev",
                    "destinationSecretPath": "a/b/", "secretIds": [made["id"]], "shouldOverwrite": true,
                });
                body[field] = name.clone();
                let answer = server.call("POST", path, Some(token), Some(body)).await;
                assert_eq!(answer.status, 200, "{path} {field}: {}", answer.text);
                assert_eq!(answer.body, json!({ "isSourceUpdated": true, "isDestinationUpdated": true }));
                assert_eq!(project.keys("recursive=true").await, ["/a/b:A"]);
            }
        }
        let ids: Vec<String> = (0..1001).map(|number| format!("id {number}")).collect();
        let (status, body) = move_to_prod(&project, &[], json!({ "secretIds": ids })).await;
        assert_eq!((status, &body["message"][0]["path"]), (422, &json!(["secretIds"])));
    })
    .await;
}
