//! One secret: make, read, list, change, delete, in both generations.

use serde_json::{Value, json};

use crate::harness::each_engine;

type Check = fn(&Value) -> bool;

/// The fields that a client fails without (wire-contract 7.1, 20).
const FIELDS: [(&str, Check); 23] = [
    ("id", Value::is_string),
    ("_id", Value::is_string),
    ("workspace", Value::is_string),
    ("environment", Value::is_string),
    ("version", Value::is_i64),
    ("type", Value::is_string),
    ("secretKey", Value::is_string),
    ("secretValue", Value::is_string),
    ("secretComment", Value::is_string),
    ("createdAt", Value::is_string),
    ("updatedAt", Value::is_string),
    ("secretPath", Value::is_string),
    ("secretValueHidden", Value::is_boolean),
    ("skipMultilineEncoding", Value::is_boolean),
    ("isRotatedSecret", Value::is_boolean),
    ("secretMetadata", Value::is_array),
    ("tags", Value::is_array),
    ("actor", Value::is_object),
    ("rotationId", Value::is_null),
    ("metadata", Value::is_null),
    ("secretReminderNote", Value::is_null),
    ("secretReminderRepeatDays", Value::is_null),
    ("secretValueHidden", |hidden| *hidden == false),
];

fn check_shape(secret: &Value) {
    for (name, is_right) in FIELDS {
        assert!(secret.get(name).is_some_and(is_right), "{name} in {secret}");
    }
    assert_eq!(secret["id"], secret["_id"]);
}

#[tokio::test]
async fn a_secret_is_made_read_listed_changed_and_deleted_in_both_generations() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for base in ["/api/v3/secrets/raw", "/api/v4/secrets"] {
            let path = format!("{base}/FOO");

            let made = project.ok("POST", &path, json!({ "secretValue": "BAR" })).await["secret"].clone();
            check_shape(&made);
            assert_eq!(
                (&made["version"], &made["secretKey"], &made["secretValue"], &made["workspace"]),
                (&json!(1), &json!("FOO"), &json!("BAR"), &json!(project.id))
            );
            assert_eq!(project.read(&path).await["secret"], made);
            let id = made["id"].as_str().unwrap();
            assert_eq!(project.read(&format!("{base}/id/{id}")).await["secret"], made);
            let list = project.read(base).await;
            assert_eq!(list, json!({ "secrets": [made], "imports": [] }));

            let changed = project.ok("PATCH", &path, json!({ "secretValue": "BAZ" })).await["secret"].clone();
            check_shape(&changed);
            assert_eq!((&changed["version"], &changed["secretValue"]), (&json!(2), &json!("BAZ")));
            assert_eq!(project.read(&path).await["secret"], changed);

            let deleted = project.ok("DELETE", &path, json!({})).await["secret"].clone();
            assert_eq!(deleted, changed);
            assert_eq!(project.status(&path).await, 404);
            assert_eq!(project.status(&format!("{base}/id/{id}")).await, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn everything_that_can_be_said_of_a_secret_comes_back() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let tag = project.tag("prod-tag").await;
        let body = json!({
            "secretValue": "v",
            "secretComment": " why ",
            "tagIds": [tag, tag],
            "skipMultilineEncoding": true,
            "secretReminderNote": "rotate",
            "secretReminderRepeatDays": 30,
            "secretMetadata": [{ "key": "team", "value": "web" }, { "key": "pin", "value": "1", "isEncrypted": true }],
        });

        let made = project.ok("POST", "/api/v4/secrets/FULL", body).await["secret"].clone();

        assert_eq!(made["secretComment"], "why");
        assert_eq!(
            made["tags"],
            json!([{ "id": tag, "slug": "prod-tag", "name": "prod-tag", "color": "#ff0000" }])
        );
        assert_eq!(made["skipMultilineEncoding"], true);
        assert_eq!((&made["secretReminderNote"], &made["secretReminderRepeatDays"]), (&json!("rotate"), &json!(30)));
        assert_eq!(
            made["secretMetadata"],
            json!([
                { "key": "team", "value": "web", "isEncrypted": false },
                { "key": "pin", "value": "1", "isEncrypted": true },
            ])
        );
        assert_eq!(made["actor"]["actorType"], "identity");
        assert_eq!(project.read("/api/v3/secrets/raw/FULL").await["secret"], made);
    })
    .await;
}

#[tokio::test]
async fn a_value_comes_back_byte_by_byte_after_trimming() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for (number, (sent, kept)) in [
            ("", ""),
            ("  padded\t ", "padded"),
            ("one\ntwo\n\n", "one\ntwo\n"),
            ("a\r\nb\r\n", "a\r\nb\n"),
            ("\n", "\n"),
            (
                "p\u{e4}ss\nw\u{f6}rd \u{2713} \"q\" \\n \u{1f511} \0 \u{202e}",
                "p\u{e4}ss\nw\u{f6}rd \u{2713} \"q\" \\n \u{1f511} \0 \u{202e}",
            ),
            ("{{x}} %41 <b> $A", "{{x}} %41 <b> $A"),
        ]
        .into_iter()
        .enumerate()
        {
            let name = format!("S{number}");
            let made = project.secret(&name, sent).await;
            assert_eq!(made["secretValue"], kept);
            let read = project.read(&format!("/api/v4/secrets/{name}?expandSecretReferences=true")).await;
            assert_eq!(read["secret"]["secretValue"], kept);
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_may_have_one_mebibyte_and_not_a_byte_more() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let largest = "ä".repeat(512 * 1024);

        let made = project.secret("BIG", &format!("  {largest}  ")).await;
        let more = json!({ "secretValue": format!("{largest}b") });
        let refused = project.call("POST", "/api/v3/secrets/raw/BIGGER", more.clone()).await;
        let unchanged = project.call("PATCH", "/api/v3/secrets/raw/BIG", more).await;
        let body = json!({ "secretValue": "x".repeat(9 * 1024 * 1024) });
        let oversized = project.call("POST", "/api/v4/secrets/HUGE", body).await;

        assert_eq!(made["secretValue"].as_str().unwrap(), largest);
        assert_eq!((refused.status, &refused.body["message"][0]["path"]), (422, &json!(["secretValue"])));
        assert!(refused.text.len() < 1000);
        assert_eq!(unchanged.status, 422);
        assert_eq!(oversized.status, 413);
        assert_eq!(project.read("/api/v3/secrets/raw/BIG").await["secret"]["version"], 1);
    })
    .await;
}

#[tokio::test]
async fn names_are_checked_when_made_and_exact_when_asked_for() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for bad in ["a%2Fb", "with%20space", "a:b", "%01", "%20", &"x".repeat(256)] {
            let answer = project
                .call("POST", &format!("/api/v3/secrets/raw/{bad}"), json!({ "secretValue": "x" }))
                .await;
            assert_eq!(answer.status, 422, "{bad}: {}", answer.text);
            assert_eq!(project.status(&format!("/api/v3/secrets/raw/{bad}")).await, 404, "{bad}");
        }
        for (sent, name) in
            [("a.b-c", "a.b-c"), ("%C3%A4", "ä"), ("A%3DB", "A=B"), ("%252F", "%2F"), ("..%2e", "...")]
        {
            let made = project.secret(sent, "x").await;
            assert_eq!(made["secretKey"], name);
            assert_eq!(project.read(&format!("/api/v4/secrets/{sent}")).await["secret"], made);
        }
        project.secret("lower", "x").await;
        assert_eq!(project.status("/api/v3/secrets/raw/LOWER").await, 404);
        assert_eq!(project.status("/api/v3/secrets/raw/lower%20").await, 404);
        project.secret("LOWER", "y").await;
        assert_eq!(project.read("/api/v3/secrets/raw/lower").await["secret"]["secretValue"], "x");
    })
    .await;
}

#[tokio::test]
async fn a_secret_may_be_called_like_a_route() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for name in ["batch", "move", "id", "raw", "tags"] {
            project.secret(name, name).await;
            for base in ["/api/v3/secrets/raw", "/api/v4/secrets"] {
                let read = project.read(&format!("{base}/{name}")).await;
                assert_eq!(read["secret"]["secretValue"], name, "{base}/{name}");
            }
        }
        let changed = project.ok("PATCH", "/api/v4/secrets/move", json!({ "secretValue": "2" })).await;
        assert_eq!(changed["secret"]["version"], 2);
        project.ok("DELETE", "/api/v4/secrets/move", json!({})).await;
    })
    .await;
}

#[tokio::test]
async fn the_project_is_named_by_id_or_slug_in_every_spelling() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "BAR").await;
        let (id, slug) = (&project.id, &project.slug);
        for base in ["/api/v3/secrets/raw", "/api/v4/secrets"] {
            for path in [base.to_owned(), format!("{base}/FOO")] {
                for (query, status) in [
                    (format!("workspaceId={id}&workspaceSlug="), 200),
                    (format!("workspaceSlug={slug}"), 200),
                    (format!("projectId={id}"), 200),
                    (format!("projectSlug={slug}&projectId="), 200),
                    ("workspaceId=".to_owned(), 400),
                    (String::new(), 400),
                    ("workspaceId=nope".to_owned(), 404),
                    ("workspaceId=00000000-0000-4000-8000-000000000000".to_owned(), 404),
                    ("workspaceSlug=nope".to_owned(), 404),
                ] {
                    let path = format!("{path}?environment=dev&{query}");
                    let answer = server.call("GET", &path, Some(&project.admin), None).await;
                    assert_eq!(answer.status, status, "{path}: {}", answer.text);
                }
            }
        }
        let path = format!("/api/v3/secrets/raw/FOO?workspaceId={id}");
        assert_eq!(server.call("GET", &path, Some(&project.admin), None).await.status, 400);
        let body = json!({ "projectSlug": slug, "environment": "dev", "secretValue": "1" });
        let answer =
            server.call("POST", "/api/v3/secrets/raw/BY_SLUG", Some(&project.admin), Some(body)).await;
        assert_eq!(answer.status, 200);
    })
    .await;
}

#[tokio::test]
async fn parameters_of_a_wrong_form_are_refused_and_unknown_ones_ignored() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "BAR").await;
        for parameter in [
            "expandSecretReferences=yes",
            "viewSecretValue=True",
            "viewSecretValue=1",
            "include_imports=no",
            "includeImports=",
            "type=weird",
            "version=abc",
            "version=1.5",
        ] {
            assert_eq!(
                project.status(&format!("/api/v3/secrets/raw/FOO?{parameter}")).await,
                422,
                "{parameter}"
            );
        }
        assert_eq!(project.status("/api/v3/secrets/raw?recursive=1").await, 422);
        assert_eq!(project.status("/api/v3/secrets/raw?metadataFilter=team").await, 422);
        for parameter in [
            "secretName=FOO&x=1",
            "include_imports=true",
            "includeImports=false",
            "includePersonalOverrides=true",
        ] {
            assert_eq!(
                project.status(&format!("/api/v3/secrets/raw/FOO?{parameter}")).await,
                200,
                "{parameter}"
            );
            assert_eq!(project.status(&format!("/api/v4/secrets?{parameter}")).await, 200, "{parameter}");
        }
        for body in [
            json!({}),
            json!({ "secretValue": null }),
            json!({ "secretValue": 5 }),
            json!({ "secretValue": "x", "tagIds": "x" }),
            json!({ "secretValue": "x", "type": "weird" }),
            json!({ "secretValue": "x", "secretReminderRepeatDays": -1 }),
            json!({ "secretValue": "x", "secretReminderNote": "n".repeat(1025) }),
            json!({ "secretValue": "x", "secretMetadata": [{ "key": "" }] }),
            json!({ "secretValue": "x", "environment": 5 }),
        ] {
            let answer = project.call("POST", "/api/v3/secrets/raw/NEW", body.clone()).await;
            assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        }
        let answer = project.call("POST", "/api/v3/secrets/raw/NEW", json!({})).await;
        assert_eq!(answer.body["message"][0]["path"], json!(["secretValue"]));
        assert_eq!(answer.body["message"][0]["message"], "Required");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_environment_folder_or_tag_is_404() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for place in
            ["environment=nope", "secretPath=/missing", "environment=DEV", "environment=prod&secretPath=/x"]
        {
            assert_eq!(project.status(&format!("/api/v3/secrets/raw?{place}")).await, 404, "{place}");
            assert_eq!(project.status(&format!("/api/v4/secrets/FOO?{place}")).await, 404, "{place}");
        }
        let unknown = "00000000-0000-4000-8000-000000000000";
        for body in [
            json!({ "secretValue": "x", "environment": "nope" }),
            json!({ "secretValue": "x", "secretPath": "/missing" }),
            json!({ "secretValue": "x", "tagIds": [unknown] }),
            json!({ "secretValue": "x", "tagIds": ["nope"] }),
        ] {
            assert_eq!(project.call("POST", "/api/v3/secrets/raw/X", body).await.status, 404);
        }
        assert_eq!(project.status("/api/v3/secrets/raw/X").await, 404);
        assert_eq!(project.revision().await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_existing_name_is_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "BAR").await;

        let answer = project.call("POST", "/api/v3/secrets/raw/FOO", json!({ "secretValue": "x" })).await;

        assert_eq!((answer.status, &answer.body["error"]), (400, &json!("BadRequest")));
        assert!(answer.body["message"].as_str().unwrap().contains("FOO"));
        assert_eq!(project.read("/api/v3/secrets/raw/FOO").await["secret"]["secretValue"], "BAR");
    })
    .await;
}

#[tokio::test]
async fn a_value_that_is_not_wanted_is_hidden_and_encrypted_metadata_with_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let metadata = json!([{ "key": "a", "value": "open" }, { "key": "b", "value": "canary-2", "isEncrypted": true }]);
        let body = json!({ "secretValue": "canary-1", "secretMetadata": metadata });
        let id = project.ok("POST", "/api/v3/secrets/raw/FOO", body).await["secret"]["id"].clone();

        for path in [
            "/api/v3/secrets/raw/FOO".to_owned(),
            "/api/v4/secrets".to_owned(),
            format!("/api/v4/secrets/id/{}", id.as_str().unwrap()),
        ] {
            let answer = project.call("GET", &format!("{path}?viewSecretValue=false"), Value::Null).await;
            let secret = answer.body.get("secret").unwrap_or(&answer.body["secrets"][0]);
            assert!(!answer.text.contains("canary"), "{}", answer.text);
            assert_eq!(secret["secretValue"], "<hidden-by-infisical>");
            assert_eq!(secret["secretValueHidden"], true);
            assert_eq!(secret["secretMetadata"][0]["value"], "open");
            assert_eq!(secret["secretMetadata"][1]["value"], "<hidden-by-infisical>");
        }
    })
    .await;
}

#[tokio::test]
async fn secrets_encrypted_by_the_client_are_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for path in ["/api/v3/secrets", "/api/v3/secrets/FOO", "/api/v3/secrets/batch"] {
            for method in ["GET", "POST", "PATCH", "DELETE"] {
                let answer = project.call(method, path, json!({})).await;
                assert_eq!(answer.status, 400, "{method} {path}");
                assert!(answer.body["message"].as_str().unwrap().contains("/api/v4/secrets"));
            }
        }
    })
    .await;
}
