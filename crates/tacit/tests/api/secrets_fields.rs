//! The fields of a secret beside its value: their limits, and how each request may spell them.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

const FOO: [&str; 2] = ["/api/v3/secrets/raw/FOO", "/api/v4/secrets/FOO"];

/// Sends a form instead of JSON.
async fn form(project: &TestProject<'_>, method: &str, path: &str, form: &str) -> (u16, Value) {
    let body = format!("workspaceId={}&environment=dev&{form}", project.id);
    let request = axum::http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", project.admin))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(body))
        .unwrap();
    let answer = project.server.send(request).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn each_field_has_a_largest_value_and_one_more_is_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let entries =
            |count: usize| -> Value { (0..count).map(|n| json!({ "key": format!("k{n}") })).collect() };
        let entry =
            |key: usize, value: usize| json!([{ "key": "ä".repeat(key), "value": "x".repeat(value) }]);
        for (field, largest, more) in [
            ("secretReminderNote", json!("ä".repeat(1_024)), json!("ä".repeat(1_025))),
            ("secretReminderRepeatDays", json!(36_500), json!(36_501)),
            ("secretReminderRepeatDays", json!(0), json!(-1)),
            ("secretComment", json!("x".repeat(1024 * 1024)), json!("x".repeat(1024 * 1024 + 1))),
            ("secretMetadata", entries(100), entries(101)),
            ("secretMetadata", entry(255, 10_240), entry(256, 1)),
            ("secretMetadata", entry(1, 10_240), entry(1, 10_241)),
            ("skipMultilineEncoding", json!(true), json!("yes")),
        ] {
            for path in FOO {
                let made = json!({ "secretValue": "x", field: largest });
                let made = project.ok("POST", path, made).await["secret"].clone();
                if field != "secretMetadata" {
                    assert_eq!(made[field], largest, "{field}");
                }
                let changed = project.ok("PATCH", path, json!({ field: largest })).await["secret"].clone();
                assert_eq!(changed, made, "{field}");
                let refused = project.call("PATCH", path, json!({ field: more })).await;
                assert_eq!((refused.status, &refused.body["message"][0]["path"][0]), (422, &json!(field)));
                project.ok("DELETE", path, json!({})).await;
                let body = json!({ "secretValue": "x", field: more });
                let refused = project.call("POST", path, body).await;
                assert_eq!((refused.status, &refused.body["message"][0]["path"][0]), (422, &json!(field)));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_of_255_characters_can_be_made_and_given() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (one, other) = ("x".repeat(255), "y".repeat(255));

        project.secret(&one, "v").await;
        let path = format!("/api/v4/secrets/{one}");
        project.ok("PATCH", &path, json!({ "newSecretName": other })).await;
        let more = json!({ "newSecretName": format!("{other}y") });
        let path = format!("/api/v4/secrets/{other}");
        let refused = project.call("PATCH", &path, more).await;

        assert_eq!((refused.status, &refused.body["message"][0]["path"]), (422, &json!(["newSecretName"])));
        assert_eq!(project.read(&path).await["secret"]["secretValue"], "v");
    })
    .await;
}

#[tokio::test]
async fn a_value_can_become_empty_and_null_keeps_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "x").await;
        for path in FOO {
            let kept = project.ok("PATCH", path, json!({ "secretValue": null })).await["secret"].clone();
            assert_eq!(kept["secretValue"], "x");
            let emptied = project.ok("PATCH", path, json!({ "secretValue": " \t" })).await["secret"].clone();
            assert_eq!((&emptied["secretValue"], &emptied["secretValueHidden"]), (&json!(""), &json!(false)));
            assert_eq!(project.read(path).await["secret"], emptied);
            assert_eq!(project.read("/api/v3/secrets/raw").await["secrets"][0]["secretValue"], "");
            let item = json!({ "secretKey": "FOO", "secretValue": "x" });
            project.ok("PATCH", "/api/v4/secrets/batch", json!({ "secrets": [item] })).await;
            let item = json!({ "secretKey": "FOO", "secretValue": null });
            let kept = project.ok("PATCH", "/api/v3/secrets/batch/raw", json!({ "secrets": [item] })).await;
            assert_eq!(kept["secrets"][0]["secretValue"], "x");
        }
        assert_eq!(project.read(FOO[0]).await["secret"]["version"], 5);
    })
    .await;
}

#[tokio::test]
async fn null_when_making_is_as_if_it_were_not_there() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let nulls = json!({
            "secretValue": "x", "secretComment": null, "skipMultilineEncoding": null, "tagIds": null,
            "secretMetadata": null, "secretReminderNote": null, "secretReminderRepeatDays": null,
            "secretPath": null, "metadata": null,
        });
        for path in FOO {
            let plain = project.ok("POST", path, json!({ "secretValue": "x" })).await["secret"].clone();
            project.ok("DELETE", path, json!({})).await;
            let mut made = project.ok("POST", path, nulls.clone()).await["secret"].clone();
            project.ok("DELETE", path, json!({})).await;

            assert_eq!(made["skipMultilineEncoding"], false);
            for id in ["id", "_id"] {
                made[id] = plain[id].clone();
            }
            assert_eq!(made, plain);
        }
    })
    .await;
}

#[tokio::test]
async fn the_hint_about_line_feeds_is_kept_changed_and_cleared_and_changes_no_value() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let path = FOO[0];
        let value = "-----\nline\n";
        let made = json!({ "secretValue": value, "skipMultilineEncoding": true });
        project.ok("POST", path, made).await;
        for (body, shown, version) in [
            (json!({ "secretComment": "c" }), true, 2),
            (json!({ "skipMultilineEncoding": false }), false, 3),
            (json!({ "skipMultilineEncoding": null }), false, 3),
            (json!({ "skipMultilineEncoding": true }), true, 4),
            (json!({ "skipMultilineEncoding": null }), false, 5),
        ] {
            let secret = project.ok("PATCH", path, body.clone()).await["secret"].clone();
            assert_eq!(
                (&secret["skipMultilineEncoding"], &secret["version"], &secret["secretValue"]),
                (&json!(shown), &json!(version), &json!(value)),
                "{body}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_reminder_may_name_people_and_is_kept_by_changes_of_other_fields() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let body = json!({
            "secretValue": "1", "secretReminderNote": "  rotate \n me ", "secretReminderRepeatDays": 7,
            "secretReminderRecipients": [owner.user_id],
        });
        let made = project.ok("POST", FOO[1], body).await["secret"].clone();
        assert_eq!(
            (&made["secretReminderNote"], &made["secretReminderRepeatDays"]),
            (&json!("rotate \n me"), &json!(7))
        );

        let body = json!({ "secretValue": "2", "secretReminderRecipients": [] });
        let changed = project.ok("PATCH", FOO[1], body).await["secret"].clone();
        assert_eq!(
            (&changed["secretReminderNote"], &changed["secretReminderRepeatDays"]),
            (&made["secretReminderNote"], &json!(7))
        );

        let body = json!({ "secretReminderRepeatDays": null });
        let changed = project.ok("PATCH", FOO[0], body).await["secret"].clone();
        assert_eq!(
            (&changed["secretReminderNote"], &changed["secretReminderRepeatDays"]),
            (&made["secretReminderNote"], &Value::Null)
        );
        assert_eq!(project.read(FOO[0]).await["secret"], changed);
        assert_eq!(project.read("/api/v4/secrets").await["secrets"][0], changed);
    })
    .await;
}

#[tokio::test]
async fn a_form_is_as_good_as_json() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let fields = "secretValue=a%20%26+b%0A&secretComment=c&secretReminderNote=n\
            &type=shared&secretPath=%2F&x=1";
        for path in FOO {
            let (status, body) = form(&project, "POST", path, fields).await;
            assert_eq!(status, 200, "{body}");
            let secret = &body["secret"];
            assert_eq!(
                (&secret["secretValue"], &secret["secretComment"], &secret["secretReminderNote"]),
                (&json!("a & b\n"), &json!("c"), &json!("n"))
            );
            let (status, body) = form(&project, "PATCH", path, "secretValue=2&newSecretName=FOO").await;
            assert_eq!((status, &body["secret"]["secretValue"]), (200, &json!("2")), "{body}");
            let (status, body) = form(&project, "DELETE", path, "").await;
            assert_eq!((status, &body["secret"]["version"]), (200, &json!(2)), "{body}");
        }
        for base in ["/api/v1/folders", "/api/v2/folders"] {
            let (status, body) = form(&project, "POST", base, "name=app&path=%2F").await;
            assert_eq!(status, 200, "{body}");
            let (status, body) = form(&project, "PATCH", &format!("{base}/app"), "name=web").await;
            assert_eq!(status, 200, "{body}");
            let (status, body) = form(&project, "DELETE", &format!("{base}/web"), "forceDelete=true").await;
            assert_eq!(status, 200, "{body}");
        }
    })
    .await;
}

#[tokio::test]
async fn metadata_keeps_its_order_and_its_marks_through_every_write() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let sent = json!([
            { "key": " z ", "value": " plain " },
            { "key": "a", "value": "hidden", "isEncrypted": true },
            { "key": "a", "value": "again" },
            { "key": "empty" },
        ]);
        let kept = json!([
            { "key": "z", "value": "plain", "isEncrypted": false },
            { "key": "a", "value": "hidden", "isEncrypted": true },
            { "key": "a", "value": "again", "isEncrypted": false },
            { "key": "empty", "value": "", "isEncrypted": false },
        ]);

        let body = json!({ "secretValue": "x", "secretMetadata": sent });
        let made = project.ok("POST", FOO[0], body).await["secret"].clone();
        assert_eq!(made["secretMetadata"], kept);
        let body = json!({ "secrets": [{ "secretKey": "BAR", "secretValue": "x", "secretMetadata": sent }] });
        let batch = project.ok("POST", "/api/v4/secrets/batch", body).await;
        assert_eq!(batch["secrets"][0]["secretMetadata"], kept);
        let body = json!({ "secretValue": "y" });
        assert_eq!(project.ok("PATCH", FOO[1], body).await["secret"]["secretMetadata"], kept);
        let body = json!({ "secrets": [{ "secretKey": "BAR", "secretMetadata": [] }] });
        let batch = project.ok("PATCH", "/api/v3/secrets/batch/raw", body).await;
        assert_eq!(batch["secrets"][0]["secretMetadata"], json!([]));
        assert_eq!(project.read("/api/v3/secrets/raw").await["secrets"][1]["secretMetadata"], kept);
        // Filters see plain entries alone.
        assert_eq!(project.keys("metadataFilter=key=a,value=again").await, ["/:FOO"]);
        assert!(project.keys("metadataFilter=key=a,value=hidden").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_secret_may_be_made_with_metadata_as_older_clients_write_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let entry = json!([{ "key": "team", "value": "web", "isEncrypted": false }]);
        let item = json!({ "secretKey": "A", "secretValue": "x", "metadata": { "team": "web" } });

        let body = json!({ "secrets": [item] });
        let made = project.ok("POST", "/api/v3/secrets/batch/raw", body).await;
        let one = json!({ "secretValue": "x", "metadata": { "team": "web" } });
        let made_alone = project.ok("POST", FOO[0], one).await;
        let upsert = json!({ "mode": "upsert", "secrets": [{ "secretKey": "N", "secretValue": "x", "metadata": { "team": "web" } }] });
        let upserted = project.ok("PATCH", "/api/v4/secrets/batch", upsert).await;

        assert_eq!(made["secrets"][0]["secretMetadata"], entry);
        assert_eq!(made_alone["secret"]["secretMetadata"], entry);
        assert_eq!(upserted["secrets"][0]["secretMetadata"], entry);
        let both = json!({ "secretValue": "x", "metadata": { "a": "1" }, "secretMetadata": [{ "key": "b" }] });
        let both = project.ok("POST", "/api/v4/secrets/BOTH", both).await;
        assert_eq!(both["secret"]["secretMetadata"][0]["key"], "b");
        let wrong = json!({ "secretValue": "x", "metadata": { "": "1" } });
        assert_eq!(project.call("POST", "/api/v4/secrets/WRONG", wrong).await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn an_issue_names_the_field_wherever_it_stands() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let metadata = json!([{ "key": "k", "value": 5 }]);
        let item = json!({ "secretKey": "B", "secretValue": "x", "secretMetadata": metadata });
        let items = json!([{ "secretKey": "A", "secretValue": "x" }, item]);
        let folder = json!({ "id": "a", "environment": "dev", "name": "b", "description": 5 });
        for (method, path, body, expected) in [
            ("POST", FOO[0], json!({ "secretValue": "x", "environment": 5 }), json!(["environment"])),
            ("POST", FOO[1], json!({ "secretValue": "x", "secretPath": [] }), json!(["secretPath"])),
            ("POST", FOO[1], json!({ "secretValue": "x", "projectId": 5 }), json!(["projectId"])),
            ("PATCH", FOO[0], json!({ "secretMetadata": metadata }), json!(["secretMetadata", 0, "value"])),
            ("PATCH", FOO[0], json!({ "metadata": { "a\n\"b": 5 } }), json!(["metadata", "a\n\"b"])),
            ("PATCH", FOO[1], json!({ "tagIds": ["x", null] }), json!(["tagIds", 1])),
            ("DELETE", FOO[1], json!({ "secretPath": 5 }), json!(["secretPath"])),
            (
                "POST",
                "/api/v4/secrets/batch",
                json!({ "secrets": items }),
                json!(["secrets", 1, "secretMetadata", 0, "value"]),
            ),
            ("POST", "/api/v2/folders", json!({ "name": "a", "path": 5 }), json!(["path"])),
            (
                "PATCH",
                "/api/v1/folders/batch",
                json!({ "folders": [folder] }),
                json!(["folders", 0, "description"]),
            ),
            (
                "POST",
                "/api/v2/secret-imports",
                json!({ "path": 5, "import": {} }),
                json!(["import", "environment"]),
            ),
            (
                "GET",
                "/api/v4/secrets?expandSecretReferences=x",
                Value::Null,
                json!(["expandSecretReferences"]),
            ),
            ("GET", "/api/v3/secrets/raw?include_imports=x", Value::Null, json!(["include_imports"])),
            ("GET", "/api/v3/secrets/raw/FOO?version=x", Value::Null, json!(["version"])),
        ] {
            let answer = project.call(method, path, body.clone()).await;
            assert_eq!(
                (answer.status, &answer.body["message"][0]["path"]),
                (422, &expected),
                "{path} {body}: {}",
                answer.text
            );
            assert!(!answer.text.contains("at ["), "{}", answer.text);
        }
    })
    .await;
}
