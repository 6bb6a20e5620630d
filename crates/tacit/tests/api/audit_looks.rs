//! Looks at how something goes, which pages ask for again and again: the same look is one event in ten minutes.

use serde_json::{Value, json};

use crate::{
    harness::{Admin, TestServer, each_engine},
    webhooks::make,
};

const CHAIN: &str = "/api/ui/v1/audit-logs/chain";
const STREAMS: &str = "/api/v1/audit-log-streams";

/// How many events of a kind the log of the organization has, allowed or refused.
async fn count(admin: &Admin<'_>, kind: &str, result: &str) -> usize {
    let events = admin.server.events(&admin.organization_id).await;
    events.iter().filter(|event| event.event_type == kind && event.result == result).count()
}

async fn look(server: &TestServer, path: &str, token: &str, times: usize) {
    for _ in 0..times {
        let answer = server.call("GET", path, Some(token), None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_look_that_a_page_repeats_is_one_event_for_each_person_in_ten_minutes() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let webhook = make(&admin, &project, "https://receiver.test", json!({})).await;
        let deliveries = format!("/api/ui/v1/webhooks/{}/deliveries", webhook["id"].as_str().unwrap());
        let paths = [
            (CHAIN, "get-audit-chain"),
            (STREAMS, "get-audit-log-streams"),
            (deliveries.as_str(), "get-webhook-deliveries"),
            ("/api/ui/v1/admin/backups", "get-backups"),
            ("/api/ui/v1/admin/encryption", "get-instance-encryption"),
        ];
        for (path, kind) in paths {
            look(server, path, &admin.token, 3).await;
            assert_eq!(count(&admin, kind, "allowed").await, 1, "{path}");
        }
        look(server, CHAIN, &admin.identity_token, 2).await;
        assert_eq!(count(&admin, "get-audit-chain", "allowed").await, 2, "a machine looked too");

        server.clock.advance_seconds(599);
        look(server, CHAIN, &admin.token, 1).await;
        assert_eq!(count(&admin, "get-audit-chain", "allowed").await, 2);
        server.clock.advance_seconds(1);
        look(server, CHAIN, &admin.token, 2).await;
        assert_eq!(count(&admin, "get-audit-chain", "allowed").await, 3);
    })
    .await;
}

#[tokio::test]
async fn who_sees_something_else_than_before_or_is_refused_is_an_event_each_time() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        look(server, STREAMS, &admin.token, 2).await;
        let made = admin.ok("POST", STREAMS, Some(json!({ "url": "https://logs.test" }))).await;
        look(server, STREAMS, &admin.token, 2).await;
        assert_eq!(count(&admin, "get-audit-log-streams", "allowed").await, 2);
        server.clock.advance_seconds(1);
        let stream = format!("{STREAMS}/{}", made["auditLogStream"]["id"].as_str().unwrap());
        admin.ok("PATCH", &stream, Some(json!({ "url": "https://other.test" }))).await;
        look(server, STREAMS, &admin.token, 2).await;
        assert_eq!(count(&admin, "get-audit-log-streams", "allowed").await, 3);

        let member = server.add_user("bob@example.test", "bob has a password").await;
        server.add_to_organization(&admin.organization_id, &member, "no-access").await;
        let member = server.sign_in("bob@example.test", "bob has a password", &admin.organization_id).await;
        for _ in 0..2 {
            assert_eq!(server.call("GET", CHAIN, Some(&member), None).await.status, 403);
        }
        assert_eq!(count(&admin, "get-audit-chain", "denied").await, 2);
    })
    .await;
}

#[tokio::test]
async fn reading_the_log_is_an_event_each_time() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        look(server, "/api/v1/organization/audit-logs?limit=1", &admin.token, 3).await;
        assert_eq!(count(&admin, "get-audit-logs", "allowed").await, 3);
        let stream = admin.ok("POST", STREAMS, Some(json!({ "url": "https://logs.test" }))).await;
        let stream: &Value = &stream["auditLogStream"]["id"];
        look(server, &format!("{STREAMS}/{}", stream.as_str().unwrap()), &admin.token, 2).await;
        assert_eq!(count(&admin, "get-audit-log-stream", "allowed").await, 2, "it shows the headers");
    })
    .await;
}
