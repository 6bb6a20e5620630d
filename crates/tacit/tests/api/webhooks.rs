//! Webhooks: making them, who may, trying them, and where they may not go.

use serde_json::{Value, json};
use tacit::app::egress::{Egress, EgressError, Post};
use tacit_core::{egress::EgressRules, webhook};
use zeroize::Zeroizing;

use crate::{
    harness::{Admin, each_engine},
    webhook_receiver::Receiver,
};

const PATH: &str = "/api/v1/webhooks";

/// Makes a webhook on the root of `dev` and returns it.
pub async fn make(admin: &Admin<'_>, project: &str, url: &str, more: Value) -> Value {
    let mut body = json!({ "workspaceId": project, "environment": "dev", "webhookUrl": url });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.ok("POST", PATH, Some(body)).await["webhook"].clone()
}

pub fn path(webhook: &Value) -> String {
    format!("{PATH}/{}", webhook["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_webhook_is_made_listed_turned_off_and_deleted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let made = make(&admin, &project, "https://example.com/T0KEN", json!({ "secretPath": "/app/" })).await;
        assert_eq!(
            made,
            json!({ "id": made["id"], "secretPath": "/app", "environment": made["environment"],
                "envId": made["environment"]["id"], "projectId": project, "isDisabled": false, "lastStatus": null,
                "lastRunErrorMessage": null, "type": "general", "createdAt": "2026-01-31T12:00:00.000Z",
                "updatedAt": "2026-01-31T12:00:00.000Z" })
        );
        assert_eq!(made["environment"]["slug"], "dev");

        let all = format!("{PATH}?projectId={project}");
        let listed = admin.ok("GET", &all, None).await;
        assert_eq!(listed["webhooks"][0]["url"], "https://example.com/T0KEN");
        for (filter, count) in [("environment=dev", 1), ("secretPath=/app", 1), ("environment=prod", 0)] {
            let found = admin.ok("GET", &format!("{all}&{filter}"), None).await;
            assert_eq!(found["webhooks"].as_array().unwrap().len(), count, "{filter}");
        }
        let off = admin.ok("PATCH", &path(&made), Some(json!({ "isDisabled": true }))).await;
        assert_eq!(off["webhook"]["isDisabled"], true);
        assert_eq!(admin.ok("GET", &path(&made), None).await["webhook"]["isDisabled"], true);
        let deleted = admin.ok("DELETE", &path(&made), None).await;
        assert_eq!(deleted["webhook"]["url"], "");
        assert_eq!(admin.call("DELETE", &path(&made), None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_webhook_with_a_wrong_form_is_refused_without_quoting_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        for (field, value, status) in [
            ("webhookUrl", json!("nope-canary"), 422),
            ("webhookUrl", json!("ftp://canary"), 422),
            ("type", json!("slack"), 422),
            ("secretPath", json!("/a/../canary"), 422),
            ("webhookSecretKey", json!("canary".repeat(200)), 422),
            ("environment", json!("nope"), 404),
        ] {
            let mut body = json!({ "workspaceId": project, "environment": "dev", "webhookUrl": "https://a.test/canary" });
            body[field] = value;
            let answer = admin.call("POST", PATH, Some(body)).await;
            assert_eq!(answer.status, status, "{field}: {}", answer.text);
            assert!(!answer.text.contains("canary"), "{}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn readers_see_where_a_webhook_goes_but_no_token_and_change_nothing() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let made = make(&admin, &project, "https://example.com/T0KEN?k=T0KEN", json!({})).await;
        let (_, member) = admin.member(&project, "member").await;
        let (_, viewer) = admin.member(&project, "viewer").await;
        let (_, nobody) = admin.member(&project, "no-access").await;
        let one = path(&made);

        let seen = server.call("GET", &one, Some(&viewer), None).await;
        assert_eq!(seen.body["webhook"]["url"], "https://example.com/…");
        let off = || Some(json!({ "isDisabled": true }));
        let body =
            || Some(json!({ "projectId": project, "environment": "dev", "webhookUrl": "https://a.test" }));
        for (method, target, body) in [
            ("PATCH", &*one, off()),
            ("DELETE", &one, None),
            ("POST", &format!("{one}/test"), None),
            ("POST", PATH, body()),
        ] {
            let answer = server.call(method, target, Some(&viewer), body).await;
            assert_eq!(answer.status, 403, "{method} {target}: {}", answer.text);
        }
        assert_eq!(server.call("GET", &one, Some(&nobody), None).await.status, 403);
        assert_eq!(server.call("POST", PATH, Some(&member), body()).await.status, 200, "identities may too");
        let (_, outsider) = admin.member(&admin.project("Other").await, "admin").await;
        assert_eq!(server.call("GET", &one, Some(&outsider), None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_test_is_signed_and_its_result_is_kept() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let receiver = Receiver::start().await;
        let made = make(&admin, &project, &receiver.url, json!({ "webhookSecretKey": "canary-key" })).await;

        let tested = admin.ok("POST", &format!("{}/test", path(&made)), None).await;

        assert_eq!(tested["webhook"]["lastStatus"], "success", "{tested}");
        let arrived = receiver.take().remove(0);
        assert!(arrived.head.starts_with("post /hook/canary-token http/1.1"), "{}", arrived.head);
        assert_eq!(
            arrived.json(),
            json!({ "event": "test", "timestamp": 1_769_860_800_000_i64, "project": { "workspaceId": project,
                "projectName": "Shop", "environment": "dev", "secretPath": "/" } })
        );
        let expected = format!("t=1769860800000;{}", webhook::sign("canary-key", arrived.body.as_bytes()));
        assert_eq!(arrived.signature(), Some(&*expected));
    })
    .await;
}

#[tokio::test]
async fn a_test_that_fails_says_why_and_neither_errors_nor_audit_hold_address_or_key() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let receiver = Receiver::start().await;
        receiver.will_answer(&["302 Found\r\nlocation: http://127.0.0.1:1/canary", "500 Oops"]);
        let key = json!({ "webhookSecretKey": "canary-key" });
        let made = make(&admin, &project, &receiver.url, key.clone()).await;
        let refused = make(&admin, &project, "http://169.254.169.254/canary", key).await;

        for (webhook, why) in [(&made, "status 302"), (&made, "status 500"), (&refused, "not permitted")] {
            let tested = admin.ok("POST", &format!("{}/test", path(webhook)), None).await;
            assert_eq!(tested["webhook"]["lastStatus"], "failed");
            assert!(tested["webhook"]["lastRunErrorMessage"].as_str().unwrap().contains(why), "{tested}");
            assert!(!tested.to_string().contains("canary"), "{tested}");
        }
        assert_eq!(receiver.take().len(), 2, "redirects are not followed");
        let events = format!("{:?}", server.events(&admin.organization_id).await);
        assert!(events.contains("create-webhook") && events.contains("test-webhook"));
        assert!(!events.contains("canary") && !events.contains("169.254"));
    })
    .await;
}

#[tokio::test]
async fn without_configuration_no_private_address_is_reached_by_any_name() {
    let egress = Egress::new(EgressRules::default());
    let receiver = Receiver::start().await;
    let port = receiver.url.split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "10.0.0.1",
        "192.168.0.1",
        "169.254.169.254",
    ] {
        let url = Zeroizing::new(format!("http://{host}:{port}/"));
        let sent = egress.post(Post { url, headers: Vec::new(), body: Vec::new() }).await;
        // Some systems do not understand every spelling, or have no IPv6.
        assert!(matches!(sent, Err(EgressError::Refused | EgressError::UnknownHost)), "{host}: {sent:?}");
    }
    assert!(receiver.take().is_empty());
}
