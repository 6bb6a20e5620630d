//! What the database holds of secrets, and what happens if somebody meddles with it.

use serde_json::{Value, json};
use tacit_store::secrets::SecretRow;

use crate::{harness::each_engine, harness_secrets::TestProject};

const CANARY: &str = "canary-4e1f0c27";

async fn secret_with_canaries(project: &TestProject<'_>, name: &str) -> SecretRow {
    let body = json!({
        "secretValue": format!("value {CANARY}"),
        "secretComment": format!("comment {CANARY}"),
        "secretMetadata": [{ "key": "k", "value": format!("metadata {CANARY}") }],
    });
    project.ok("POST", &format!("/api/v4/secrets/{name}"), body).await;
    project.row(name).await
}

fn assert_encrypted(row: &SecretRow) {
    for ciphertext in [&row.value_ciphertext, &row.comment_ciphertext, &row.metadata_ciphertext] {
        assert!(ciphertext.0.len() > 32);
        assert!(!ciphertext.0.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()));
    }
}

#[tokio::test]
async fn no_plaintext_is_stored_of_value_comment_and_metadata() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let first = secret_with_canaries(&project, "FOO").await;
        project.ok("PATCH", "/api/v4/secrets/FOO", json!({ "skipMultilineEncoding": true })).await;
        let second = project.row("FOO").await;

        for row in [&first, &second] {
            assert_encrypted(row);
            let kept = project.version_row(&row.id, row.version).await.unwrap().secret;
            assert_eq!(kept.value_ciphertext, row.value_ciphertext);
            assert_encrypted(&kept);
        }
        assert_ne!(first.value_ciphertext, second.value_ciphertext);
    })
    .await;
}

#[tokio::test]
async fn a_ciphertext_of_another_secret_is_an_error_and_not_its_value() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let other = secret_with_canaries(&project, "FOO").await;
        project.secret("BAR", "mine").await;
        let own = project.row("BAR").await;
        let (value, comment, metadata) =
            (&other.value_ciphertext, &other.comment_ciphertext, &other.metadata_ciphertext);
        for forged in [
            SecretRow { value_ciphertext: value.clone(), ..own.clone() },
            SecretRow { comment_ciphertext: comment.clone(), ..own.clone() },
            SecretRow { metadata_ciphertext: metadata.clone(), ..own.clone() },
            SecretRow { value_ciphertext: own.comment_ciphertext.clone(), ..own.clone() },
            SecretRow { version: own.version + 1, ..own.clone() },
        ] {
            project.overwrite(&forged).await;
            for path in ["/api/v4/secrets/BAR", "/api/v4/secrets"] {
                let answer = project.call("GET", path, Value::Null).await;
                assert_eq!(answer.status, 500, "{path}");
                assert!(!answer.text.contains(CANARY) && !answer.text.contains("mine"), "{}", answer.text);
            }
        }
        project.overwrite(&own).await;
        assert_eq!(project.read("/api/v4/secrets/BAR").await["secret"]["secretValue"], "mine");
    })
    .await;
}

#[tokio::test]
async fn an_old_version_put_back_does_not_decrypt() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let old = secret_with_canaries(&project, "FOO").await;
        project.ok("PATCH", "/api/v4/secrets/FOO", json!({ "secretValue": "2" })).await;
        let new = project.row("FOO").await;
        project.overwrite(&SecretRow { value_ciphertext: old.value_ciphertext, ..new }).await;

        let answer = project.call("GET", "/api/v4/secrets/FOO", Value::Null).await;

        assert_eq!(answer.status, 500);
        assert!(!answer.text.contains(CANARY));
        let kept = project.read("/api/v4/secrets/FOO?version=1").await;
        assert_eq!(kept["secret"]["secretValue"], format!("value {CANARY}"));
    })
    .await;
}

#[tokio::test]
async fn a_deletion_is_in_the_log_and_the_name_is_free_again() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let made = project.secret("FOO", "1").await;
        project.ok("PATCH", "/api/v4/secrets/FOO", json!({ "secretValue": "2" })).await;
        project.ok("DELETE", "/api/v4/secrets/FOO", json!({})).await;

        let changes = project.newest_changes().await;
        assert_eq!(changes.len(), 1);
        assert_eq!(json!(changes[0].resource_id), made["id"]);
        assert_eq!((changes[0].version_before, changes[0].version_after), (Some(2), None));
        assert_eq!(changes[0].folder_id, Some(project.root().await));
        let again = project.secret("FOO", "3").await;
        assert_ne!(again["id"], made["id"]);
        assert_eq!(again["version"], 1);
    })
    .await;
}

#[tokio::test]
async fn every_request_leaves_one_event_without_the_value() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let viewer = project.machine("viewer").await;
        let folder = project.folder("/", "app").await;
        let before = server.events(&owner.organization_id).await.len();
        let folder = format!("/api/v2/folders/{}", folder["id"].as_str().unwrap());
        let items = |value: &str| json!({ "secrets": [{ "secretKey": "A", "secretValue": value }] });
        let requests = [
            ("POST", "/api/v4/secrets/FOO", json!({ "secretValue": CANARY }), "create-secret"),
            ("PATCH", "/api/v4/secrets/FOO", json!({ "secretComment": CANARY }), "update-secret"),
            ("PATCH", "/api/v4/secrets/FOO", json!({ "secretComment": CANARY }), "update-secret"),
            ("GET", "/api/v4/secrets/FOO", Value::Null, "get-secret"),
            ("GET", "/api/v3/secrets/raw", Value::Null, "get-secrets"),
            ("DELETE", "/api/v4/secrets/FOO", json!({}), "delete-secret"),
            ("POST", "/api/v4/secrets/batch", items(CANARY), "create-secrets"),
            ("PATCH", "/api/v4/secrets/batch", items(CANARY), "update-secrets"),
            ("DELETE", "/api/v4/secrets/batch", items(CANARY), "delete-secrets"),
            ("GET", "/api/v2/folders", Value::Null, "get-folders"),
            ("GET", folder.as_str(), Value::Null, "get-folder"),
            ("PATCH", folder.as_str(), json!({ "name": "web" }), "update-folder"),
            ("DELETE", folder.as_str(), json!({}), "delete-folder"),
        ];
        for (method, path, body, _) in &requests {
            project.ok(method, path, body.clone()).await;
        }
        let refused =
            project.call_as(&viewer, "POST", "/api/v4/secrets/X", json!({ "secretValue": CANARY })).await;
        assert_eq!(refused.status, 403);

        let events = server.events(&owner.organization_id).await;
        let mut kinds: Vec<_> =
            events[before..].iter().map(|e| (e.event_type.as_str(), e.result.as_str())).collect();
        let mut expected: Vec<_> = requests.iter().map(|request| (request.3, "allowed")).collect();
        expected.push(("create-secret", "denied"));
        kinds.sort_unstable();
        expected.sort_unstable();
        assert_eq!(kinds, expected);
        assert!(events.iter().all(|event| !event.metadata.contains(CANARY)));
        let allowed = events[before..].iter().filter(|event| event.result == "allowed");
        assert!(
            allowed
                .clone()
                .all(|event| event.project_id.as_ref().is_some_and(|id| id.as_str() == project.id))
        );
    })
    .await;
}
