//! Many secrets at once: all or none, one commit.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

const PATHS: [&str; 2] = ["/api/v3/secrets/batch/raw", "/api/v4/secrets/batch"];

async fn values(project: &TestProject<'_>) -> Value {
    let list = project.read("/api/v4/secrets?recursive=true").await;
    let pair = |secret: &Value| {
        let path = secret["secretPath"].as_str().unwrap().trim_end_matches('/');
        (format!("{path}/{}", secret["secretKey"].as_str().unwrap()), secret["secretValue"].clone())
    };
    Value::Object(list["secrets"].as_array().unwrap().iter().map(pair).collect())
}

#[tokio::test]
async fn a_batch_makes_changes_and_deletes_with_one_commit_each() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        for path in PATHS {
            let project = owner.test_project().await;
            let tag = project.tag("one").await;
            let secrets = json!([
                { "secretKey": "A", "secretValue": "1", "secretComment": "c", "tagIds": [tag] },
                { "secretKey": "B", "secretValue": " 2 ", "secretMetadata": [{ "key": "k" }] },
                { "secretKey": "C", "secretValue": "" },
            ]);
            let made = project.ok("POST", path, json!({ "secrets": secrets })).await;
            assert_eq!(made["secrets"][0]["tags"][0]["slug"], "one");
            assert_eq!(made["secrets"][1]["secretValue"], "2");
            assert_eq!(made["secrets"][2]["version"], 1);
            assert_eq!(project.revision().await, 1);

            let secrets = json!([
                { "secretKey": "A", "secretValue": "11" },
                { "secretKey": "B", "secretValue": "22", "newSecretName": "B2" },
                { "secretKey": "C", "secretComment": "" },
            ]);
            let changed = project.ok("PATCH", path, json!({ "secrets": secrets })).await;
            let versions: Vec<_> =
                changed["secrets"].as_array().unwrap().iter().map(|s| &s["version"]).collect();
            assert_eq!(versions, [2, 2, 1]);
            assert_eq!(changed["secrets"][0]["secretComment"], "c");
            assert_eq!(values(&project).await, json!({ "/A": "11", "/B2": "22", "/C": "" }));
            assert_eq!(project.revision().await, 2);

            let secrets = json!([{ "secretKey": "B2" }, { "secretKey": "C", "type": "shared" }]);
            let deleted = project.ok("DELETE", path, json!({ "secrets": secrets })).await;
            assert_eq!(deleted["secrets"][0]["secretKey"], "B2");
            assert_eq!(values(&project).await, json!({ "/A": "11" }));
            assert_eq!(project.revision().await, 3);
        }
    })
    .await;
}

#[tokio::test]
async fn one_bad_item_leaves_everything_as_it_was() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("A", "1").await;
        project.secret("B", "2").await;
        let before = values(&project).await;
        let large = "x".repeat(1024 * 1024 + 1);
        for (method, secrets, status, named) in [
            ("POST", json!([{ "secretKey": "E", "secretValue": "5" }, { "secretKey": "A", "secretValue": "9" }]), 400, "A"),
            ("POST", json!([{ "secretKey": "Z", "secretValue": "1" }, { "secretKey": "Z", "secretValue": "2" }]), 400, "Z"),
            ("POST", json!([{ "secretKey": "E", "secretValue": "5" }, { "secretKey": "a b", "secretValue": "9" }]), 422, ""),
            ("POST", json!([{ "secretKey": "E", "secretValue": "5" }, { "secretKey": "F", "secretValue": large }]), 422, ""),
            ("POST", json!([{ "secretKey": "E", "secretValue": "5" }, { "secretKey": "F", "secretValue": "", "tagIds": ["x"] }]), 404, ""),
            ("POST", json!([]), 422, ""),
            ("PATCH", json!([{ "secretKey": "A", "secretValue": "9" }, { "secretKey": "NOPE", "secretValue": "9" }]), 404, "NOPE"),
            ("PATCH", json!([{ "secretKey": "A", "secretValue": "9" }, { "secretKey": "A", "secretValue": "8" }]), 400, "A"),
            ("PATCH", json!([{ "secretKey": "A", "secretValue": "9", "newSecretName": "B" }]), 400, "B"),
            ("PATCH", json!([{ "secretKey": "A", "secretValue": "9" }, { "secretKey": "B", "secretPath": "/nope" }]), 404, ""),
            ("PATCH", json!([]), 422, ""),
            ("DELETE", json!([{ "secretKey": "A" }, { "secretKey": "NOPE" }]), 404, "NOPE"),
            ("DELETE", json!([{ "secretKey": "A" }, { "secretKey": "A" }]), 400, "A"),
            ("DELETE", json!([{ "secretKey": "A", "type": "personal" }]), 404, "A"),
            ("DELETE", json!([]), 422, ""),
        ] {
            for path in PATHS {
                let answer = project.call(method, path, json!({ "secrets": secrets })).await;
                assert_eq!(answer.status, status, "{method} {}", answer.text);
                assert!(answer.text.contains(named), "{}", answer.text);
                assert_eq!(values(&project).await, before);
            }
        }
        assert_eq!(project.revision().await, 2);
    })
    .await;
}

#[tokio::test]
async fn an_issue_names_the_item() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let large = "x".repeat(1024 * 1024 + 1);
        let secrets =
            json!([{ "secretKey": "A", "secretValue": "1" }, { "secretKey": "B", "secretValue": large }]);

        let answer = project.call("POST", "/api/v4/secrets/batch", json!({ "secrets": secrets })).await;

        assert_eq!(answer.status, 422);
        assert_eq!(answer.body["message"][0]["path"], json!(["secrets", 1, "secretValue"]));
    })
    .await;
}

#[tokio::test]
async fn missing_secrets_are_refused_left_out_or_made_as_the_mode_says() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("A", "1").await;
        let secrets = json!([{ "secretKey": "A", "secretValue": "11" }, { "secretKey": "N", "secretValue": "new", "secretComment": "c" }]);
        let patch = async |mode: &str| {
            project.call("PATCH", "/api/v4/secrets/batch", json!({ "mode": mode, "secrets": secrets })).await
        };

        assert_eq!(patch("failOnNotFound").await.status, 404);
        assert_eq!(patch("other").await.status, 422);
        assert_eq!(values(&project).await, json!({ "/A": "1" }));

        let ignored = patch("ignore").await;
        assert_eq!(ignored.body["secrets"].as_array().unwrap().len(), 1);
        assert_eq!(values(&project).await, json!({ "/A": "11" }));
        assert_eq!(project.revision().await, 2);

        let upserted = patch("upsert").await;
        assert_eq!(upserted.body["secrets"][0]["version"], 2);
        assert_eq!(upserted.body["secrets"][1]["version"], 1);
        assert_eq!(upserted.body["secrets"][1]["secretComment"], "c");
        assert_eq!(values(&project).await, json!({ "/A": "11", "/N": "new" }));
        assert_eq!(project.revision().await, 3);

        let body = json!({ "mode": "upsert", "secrets": [{ "secretKey": "a b", "secretValue": "" }] });
        assert_eq!(project.call("PATCH", "/api/v4/secrets/batch", body).await.status, 422);
        let body = json!({ "mode": "ignore", "secrets": [{ "secretKey": "NOPE" }] });
        assert_eq!(project.ok("PATCH", "/api/v4/secrets/batch", body).await["secrets"], json!([]));
        assert_eq!(project.revision().await, 3);
    })
    .await;
}

#[tokio::test]
async fn an_item_may_be_in_another_folder_than_the_request() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/", "app").await;
        project.secret("A", "1").await;
        project.ok("POST", "/api/v4/secrets/A", json!({ "secretValue": "1", "secretPath": "/app" })).await;
        let secrets = json!([
            { "secretKey": "A", "secretValue": "root" },
            { "secretKey": "A", "secretPath": "app/", "secretValue": "app" },
        ]);

        project.ok("PATCH", "/api/v3/secrets/batch/raw", json!({ "secrets": secrets })).await;

        assert_eq!(values(&project).await, json!({ "/A": "root", "/app/A": "app" }));
        assert_eq!(project.revision().await, 4);
        let secrets = json!([
            { "secretKey": "A", "secretPath": "/app", "secretValue": "1" },
            { "secretKey": "A", "secretPath": "app", "secretValue": "2" },
        ]);
        let twice = project.call("PATCH", "/api/v3/secrets/batch/raw", json!({ "secrets": secrets })).await;
        assert_eq!(twice.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_batch_has_a_thousand_items_at_most() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let items = |count: usize| -> Value {
            (0..count).map(|n| json!({ "secretKey": format!("K{n}"), "secretValue": "x" })).collect()
        };

        let more = project.call("POST", "/api/v4/secrets/batch", json!({ "secrets": items(1001) })).await;
        project.ok("POST", "/api/v4/secrets/batch", json!({ "secrets": items(1000) })).await;

        assert_eq!((more.status, &more.body["message"][0]["path"]), (422, &json!(["secrets"])));
        assert_eq!(project.read("/api/v4/secrets").await["secrets"].as_array().unwrap().len(), 1000);
        assert_eq!(project.revision().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_folder_has_a_hundred_thousand_secrets_at_most() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("A", "1").await;
        project.pretend_secrets(99_998).await;
        project.secret("B", "1").await;

        let answer = project.call("POST", "/api/v4/secrets/C", json!({ "secretValue": "x" })).await;

        assert_eq!(answer.status, 400);
        project.ok("PATCH", "/api/v4/secrets/A", json!({ "secretValue": "2" })).await;
        project.ok("DELETE", "/api/v4/secrets/A", json!({})).await;
        project.secret("C", "x").await;
        assert_eq!(project.revision().await, 5);
    })
    .await;
}

#[tokio::test]
async fn names_that_change_hands_in_one_batch_are_free_in_the_order_of_the_items() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (a, b) = (project.secret("A", "a").await, project.secret("B", "b").await);
        let rename = async |path: &str, items: Value| {
            let body = json!({ "secrets": items });
            let answer = project.call("PATCH", path, body).await;
            (answer.status, answer.body)
        };
        for path in PATHS {
            let swap = json!([
                { "secretKey": "A", "newSecretName": "B" }, { "secretKey": "B", "newSecretName": "A" }
            ]);
            assert_eq!(rename(path, swap).await.0, 400);
            let same = json!([
                { "secretKey": "A", "newSecretName": "X" }, { "secretKey": "B", "newSecretName": "X" }
            ]);
            assert_eq!(rename(path, same).await.0, 400);
            assert_eq!(values(&project).await, json!({ "/A": "a", "/B": "b" }));
        }

        let chain = json!([
            { "secretKey": "B", "newSecretName": "C" }, { "secretKey": "A", "newSecretName": "B" }
        ]);
        let (status, body) = rename(PATHS[0], chain).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!((&body["secrets"][0]["id"], &body["secrets"][1]["id"]), (&b["id"], &a["id"]));
        assert_eq!(values(&project).await, json!({ "/B": "a", "/C": "b" }));
        assert_eq!(project.revision().await, 3);
    })
    .await;
}

#[tokio::test]
async fn an_upsert_makes_a_secret_with_all_that_an_item_says_and_under_its_new_name() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/", "app").await;
        let tag = project.tag("one").await;
        let item = json!({
            "secretKey": "N", "newSecretName": "M", "secretPath": "/app", "secretValue": " v\n", "secretComment": " c ",
            "tagIds": [tag], "skipMultilineEncoding": true, "secretReminderNote": "n",
            "secretReminderRepeatDays": 5, "secretMetadata": [{ "key": "k", "value": "v" }],
        });
        let bare = json!({ "secretKey": "BARE" });

        let body = json!({ "mode": "upsert", "secrets": [item, bare] });
        let made = project.ok("PATCH", PATHS[1], body).await["secrets"].clone();

        let full = project.read("/api/v4/secrets/M?secretPath=/app").await["secret"].clone();
        assert_eq!(made[0], full);
        assert_eq!((&full["secretValue"], &full["secretComment"]), (&json!("v\n"), &json!("c")));
        assert_eq!((&full["tags"][0]["slug"], &full["skipMultilineEncoding"]), (&json!("one"), &json!(true)));
        assert_eq!((&full["secretReminderNote"], &full["secretReminderRepeatDays"]), (&json!("n"), &json!(5)));
        assert_eq!(full["secretMetadata"][0]["key"], "k");
        assert_eq!((&made[1]["secretValue"], &made[1]["secretComment"]), (&json!(""), &json!("")));
        assert_eq!(project.revision().await, 2);
        // The new name is taken now, whatever the mode.
        let again = json!({ "mode": "upsert", "secrets": [{ "secretKey": "OTHER", "newSecretName": "BARE" }] });
        assert_eq!(project.call("PATCH", PATHS[0], again).await.status, 400);
        let missing = json!({ "mode": "upsert", "secrets": [{ "secretKey": "A", "secretPath": "/nope" }] });
        assert_eq!(project.call("PATCH", PATHS[0], missing).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_batch_names_its_project_and_folder_in_every_spelling() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/", "app").await;
        let (id, slug) = (json!(project.id), json!(project.slug));
        let secrets = json!([{ "secretKey": "A", "secretValue": "1" }]);
        for path in PATHS {
            for (field, name) in
                [("projectId", &id), ("workspaceId", &id), ("projectSlug", &slug), ("workspaceSlug", &slug)]
            {
                for method in ["POST", "PATCH", "DELETE"] {
                    let mut body = json!({ "environment": "dev", "secretPath": "app/", "secrets": secrets });
                    body[field] = name.clone();
                    let answer = server.call(method, path, Some(&project.admin), Some(body)).await;
                    assert_eq!(answer.status, 200, "{method} {path} {field}: {}", answer.text);
                    assert_eq!(answer.body["secrets"][0]["secretPath"], "/app");
                }
            }
            for body in [
                json!({ "environment": "dev", "secrets": secrets }),
                json!({ "projectId": id, "secrets": secrets }),
                json!({ "projectId": "", "projectSlug": "", "environment": "dev", "secrets": secrets }),
            ] {
                let answer = server.call("POST", path, Some(&project.admin), Some(body)).await;
                assert_eq!(answer.status, 400, "{}", answer.text);
            }
        }
    })
    .await;
}
