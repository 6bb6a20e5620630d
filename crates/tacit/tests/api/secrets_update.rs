//! Changes of one secret, and the versions they make.

use serde_json::{Value, json};

use crate::harness::each_engine;

#[tokio::test]
async fn a_patch_keeps_what_it_does_not_name_and_null_clears() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (one, two) = (project.tag("one").await, project.tag("two").await);
        let body = json!({
            "secretValue": "v", "secretComment": "c", "tagIds": [one], "skipMultilineEncoding": true,
            "secretReminderNote": "n", "secretReminderRepeatDays": 3, "secretMetadata": [{ "key": "k", "value": "v" }],
        });
        project.ok("POST", "/api/v3/secrets/raw/FOO", body).await;
        let patch = async |body| project.ok("PATCH", "/api/v3/secrets/raw/FOO", body).await["secret"].clone();

        let commented = patch(json!({ "secretComment": "c2" })).await;
        assert_eq!((&commented["secretValue"], &commented["secretComment"]), (&json!("v"), &json!("c2")));
        assert_eq!((&commented["secretReminderNote"], &commented["tags"][0]["slug"]), (&json!("n"), &json!("one")));

        let tagged = patch(json!({ "tagIds": [two] })).await;
        assert_eq!(tagged["tags"].as_array().unwrap().len(), 1);
        assert_eq!(tagged["tags"][0]["slug"], "two");

        let cleared = patch(json!({
            "secretComment": null, "tagIds": [], "skipMultilineEncoding": null, "secretReminderNote": null,
            "secretReminderRepeatDays": null, "secretMetadata": null,
        }))
        .await;
        assert_eq!(cleared["secretValue"], "v");
        assert_eq!(cleared["version"], 4);
        for (field, empty) in [
            ("secretComment", json!("")),
            ("tags", json!([])),
            ("skipMultilineEncoding", json!(false)),
            ("secretReminderNote", Value::Null),
            ("secretReminderRepeatDays", Value::Null),
            ("secretMetadata", json!([])),
        ] {
            assert_eq!(cleared[field], empty, "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_patch_without_effect_makes_no_version_and_no_commit() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let tag = project.tag("one").await;
        let body = json!({ "secretValue": "v\n", "secretComment": "c", "tagIds": [tag] });
        let made = project.ok("POST", "/api/v3/secrets/raw/FOO", body).await;
        server.clock.advance_seconds(10);
        for body in [
            json!({}),
            json!({ "secretValue": " v \n\n" }),
            json!({ "secretComment": "c", "tagIds": [tag], "newSecretName": "FOO" }),
        ] {
            assert_eq!(project.ok("PATCH", "/api/v3/secrets/raw/FOO", body).await, made);
        }
        assert_eq!(project.read("/api/v3/secrets/raw/FOO").await, made);
        assert_eq!(project.revision().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_rename_keeps_the_id_and_refuses_a_taken_name() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let made = project.secret("FOO", "BAR").await;
        project.secret("FULL", "x").await;
        let rename = async |from: &str, to: &str| {
            project.call("PATCH", &format!("/api/v4/secrets/{from}"), json!({ "newSecretName": to })).await
        };

        let renamed = rename("FOO", " FOO2 ").await;
        assert_eq!(renamed.body["secret"]["secretKey"], "FOO2");
        assert_eq!(renamed.body["secret"]["id"], made["id"]);
        assert_eq!(
            (&renamed.body["secret"]["version"], &renamed.body["secret"]["secretValue"]),
            (&json!(2), &json!("BAR"))
        );
        assert_eq!(project.status("/api/v4/secrets/FOO").await, 404);
        assert_eq!(rename("FOO2", "FULL").await.status, 400);
        assert_eq!(rename("FOO2", "").await.status, 422);
        assert_eq!(rename("FOO2", "a b").await.status, 422);
        assert_eq!(rename("NOPE", "X").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn each_version_can_be_read_as_it_was() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (one, two) = (project.tag("one").await, project.tag("two").await);
        let body = json!({ "secretValue": "1", "secretComment": "c1", "tagIds": [one] });
        let first = project.ok("POST", "/api/v3/secrets/raw/FOO", body).await;
        server.clock.advance_seconds(60);
        let body = json!({ "secretValue": "2", "newSecretName": "BAR", "tagIds": [two] });
        let second = project.ok("PATCH", "/api/v3/secrets/raw/FOO", body).await;

        assert_eq!(project.read("/api/v3/secrets/raw/BAR?version=1").await, first);
        assert_eq!(project.read("/api/v4/secrets/BAR?version=2").await, second);
        for version in ["0", "3", "999", "-1", "9223372036854775807"] {
            assert_eq!(project.status(&format!("/api/v3/secrets/raw/BAR?version={version}")).await, 404);
        }
        let hidden = project.read("/api/v3/secrets/raw/BAR?version=1&viewSecretValue=false").await;
        assert_eq!(hidden["secret"]["secretValue"], "<hidden-by-infisical>");
    })
    .await;
}

#[tokio::test]
async fn tags_are_put_on_and_taken_off_by_slug() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for slug in ["one", "two", "three"] {
            project.tag(slug).await;
        }
        project.secret("FOO", "BAR").await;
        let path = "/api/v3/secrets/tags/FOO";
        let slugs = |body: Value| {
            let slug = |tag: &Value| tag["slug"].as_str().unwrap().to_owned();
            body["secret"]["tags"].as_array().unwrap().iter().map(slug).collect::<Vec<_>>()
        };

        let added = project.ok("POST", path, json!({ "tagSlugs": ["two", "one", "one"] })).await;
        assert_eq!(slugs(added), ["one", "two"]);
        let more = project.ok("POST", path, json!({ "tagSlugs": ["three"] })).await;
        assert_eq!(slugs(more), ["one", "three", "two"]);
        let fewer = project.ok("DELETE", path, json!({ "tagSlugs": ["one", "two"] })).await;
        assert_eq!(slugs(fewer), ["three"]);
        assert_eq!(project.call("POST", path, json!({ "tagSlugs": ["nope"] })).await.status, 404);
        assert_eq!(project.call("POST", path, json!({ "tagSlugs": [] })).await.status, 422);
        assert_eq!(project.read("/api/v4/secrets/FOO").await["secret"]["version"], 4);
    })
    .await;
}

#[tokio::test]
async fn metadata_can_be_written_as_older_clients_do() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "BAR").await;
        let path = "/api/v3/secrets/raw/FOO";
        let entries = json!([
            { "key": "a", "value": "1", "isEncrypted": false },
            { "key": "b", "value": "", "isEncrypted": false }
        ]);

        let body = json!({ "metadata": { "b": "", " a ": "1" }, "secretReminderRecipients": ["x"] });
        let changed = project.ok("PATCH", path, body).await["secret"].clone();
        assert_eq!((&changed["secretMetadata"], &changed["version"]), (&entries, &json!(2)));
        assert_eq!(project.keys("metadataFilter=key=a,value=1").await, ["/:FOO"]);
        let both = json!({ "metadata": { "c": "3" }, "secretMetadata": [{ "key": "d" }] });
        let changed = project.ok("PATCH", path, both).await["secret"].clone();
        assert_eq!(changed["secretMetadata"][0]["key"], "d");
        for (metadata, status) in [(json!({ " ": "x" }), 422), (json!({ "a": 1 }), 422), (json!(null), 200)] {
            let answer = project.call("PATCH", path, json!({ "metadata": metadata })).await;
            assert_eq!(answer.status, status, "{}", answer.text);
        }
        assert_eq!(project.read(path).await["secret"]["version"], 3);
    })
    .await;
}
