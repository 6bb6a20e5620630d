//! Webhooks: what a change sends, trying again, giving up.

use serde_json::{Value, json};
use tacit::app::webhooks::deliver::{self, WAITING_MAX};
use tacit_core::{id::WebhookId, time::Timestamp};
use tacit_store::webhook_deliveries::{self, PENDING, WebhookDeliveryRow};

use crate::{
    harness::{Admin, TestServer, each_engine},
    webhook_receiver::Receiver,
    webhooks::{make, path},
};

/// What the job does in each round.
pub async fn round(server: &TestServer) {
    deliver::collect(&server.app).await.unwrap();
    deliver::send_due(&server.app).await.unwrap();
}

pub async fn deliveries(admin: &Admin<'_>, webhook: &Value) -> Vec<Value> {
    let target = format!("/api/ui/v1/webhooks/{}/deliveries", webhook["id"].as_str().unwrap());
    admin.ok("GET", &target, None).await["deliveries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_burst_of_changes_is_one_notice_per_folder_and_what_came_before_is_not_told() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        admin.secret(&project, "BEFORE", "1").await;
        let receiver = Receiver::start().await;
        make(&admin, &project, &receiver.url, json!({ "secretPath": "/**", "webhookSecretKey": "k" })).await;
        make(&admin, &project, &receiver.url, json!({ "secretPath": "/other" })).await;
        round(server).await;
        assert!(receiver.take().is_empty());

        for name in ["A", "B", "C"] {
            admin.secret(&project, name, "canary").await;
        }
        round(server).await;
        round(server).await;

        let arrived = receiver.take();
        assert_eq!(arrived.len(), 1);
        assert_eq!(arrived[0].json()["event"], "secrets.modified");
        assert_eq!(arrived[0].json()["project"]["secretPath"], "/");
        assert!(arrived[0].signature().is_some() && !arrived[0].body.contains("canary"));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_folder_is_told_of_at_the_path_it_had() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let place = json!({ "workspaceId": project, "environment": "dev", "name": "app" });
        let folder = admin.ok("POST", "/api/v1/folders", Some(place.clone())).await["folder"]["id"].clone();
        let secret =
            json!({ "workspaceId": project, "environment": "dev", "secretValue": "1", "secretPath": "/app" });
        admin.ok("POST", "/api/v3/secrets/raw/A", Some(secret)).await;
        let receiver = Receiver::start().await;
        make(&admin, &project, &receiver.url, json!({ "secretPath": "/app" })).await;

        let target = format!("/api/v1/folders/{}", folder.as_str().unwrap());
        admin.ok("DELETE", &target, Some(place)).await;
        round(server).await;

        let paths: Vec<Value> =
            receiver.take().iter().map(|it| it.json()["project"]["secretPath"].clone()).collect();
        assert_eq!(paths, ["/app"]);
    })
    .await;
}

#[tokio::test]
async fn what_fails_is_sent_again_later_and_later_until_it_is_given_up_and_can_be_revived() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let receiver = Receiver::start().await;
        receiver.will_answer(&["503 Busy"; 8]);
        let webhook = make(&admin, &project, &receiver.url, json!({})).await;
        admin.secret(&project, "A", "1").await;

        for delay in [10, 40, 160, 640, 2560, 3600, 3600] {
            round(server).await;
            assert_eq!(receiver.take().len(), 1, "before {delay}");
            server.clock.advance_seconds(delay - 1);
            round(server).await;
            assert_eq!(receiver.take().len(), 0, "too early, {delay}");
            server.clock.advance_seconds(1);
        }
        round(server).await;
        let token = server.sign_in("ada@example.test", "correct horse battery", &admin.organization_id).await;
        let admin = Admin { token, server, identity_token: String::new(), ..admin };

        let dead = deliveries(&admin, &webhook).await.remove(0);
        assert_eq!((&dead["status"], &dead["attempts"]), (&json!("dead"), &json!(8)));
        assert_eq!(dead["errorMessage"], "the receiver answered with status 503");
        let shown = admin.ok("GET", &path(&webhook), None).await;
        assert_eq!(shown["webhook"]["lastStatus"], "failed");
        receiver.take();
        server.clock.advance_seconds(3600);
        round(server).await;
        assert!(receiver.take().is_empty(), "it was given up");

        let id = (webhook["id"].as_str().unwrap(), dead["id"].as_str().unwrap());
        let retry = format!("/api/ui/v1/webhooks/{}/deliveries/{}/retry", id.0, id.1);
        admin.ok("POST", &retry, None).await;
        assert_eq!(admin.call("POST", &retry, None).await.status, 400, "it waits already");
        round(server).await;
        assert_eq!(receiver.take().len(), 1);
        assert_eq!(deliveries(&admin, &webhook).await[0]["status"], "delivered");
    })
    .await;
}

#[tokio::test]
async fn what_happens_while_a_webhook_is_off_is_not_told() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let receiver = Receiver::start().await;
        let webhook = make(&admin, &project, &receiver.url, json!({})).await;
        admin.secret(&project, "A", "1").await;
        deliver::collect(&server.app).await.unwrap();
        admin.ok("PATCH", &path(&webhook), Some(json!({ "isDisabled": true }))).await;
        admin.secret(&project, "B", "1").await;
        admin.ok("PATCH", &path(&webhook), Some(json!({ "isDisabled": false }))).await;
        round(server).await;
        assert!(receiver.take().is_empty());
        admin.secret(&project, "C", "1").await;
        round(server).await;
        assert_eq!(receiver.take().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn beyond_a_thousand_that_wait_changes_are_one_notice_for_all_the_webhook_is_about() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let receiver = Receiver::start().await;
        let webhook = make(&admin, &project, &receiver.url, json!({ "secretPath": "/**" })).await;
        wait_many(server, &webhook, WAITING_MAX - 1).await;
        for name in ["A", "B", "C"] {
            let folder = json!({ "workspaceId": project, "environment": "dev", "name": name });
            admin.ok("POST", "/api/v1/folders", Some(folder)).await;
            let path = format!("/{name}");
            let secret =
                json!({ "workspaceId": project, "environment": "dev", "secretValue": "1", "secretPath": path });
            admin.ok("POST", "/api/v3/secrets/raw/K", Some(secret)).await;
            deliver::collect(&server.app).await.unwrap();
        }

        let waiting = deliveries(&admin, &webhook).await;
        let path = |delivery: &Value| delivery["secretPath"].as_str().unwrap().to_owned();
        let mut newest: Vec<_> = waiting.iter().map(path).filter(|path| !path.starts_with("/old")).collect();
        newest.sort();
        assert_eq!(newest, ["/**", "/A"]);
        round(server).await;
        let mut told: Vec<_> =
            receiver.take().iter().map(|one| one.json()["project"]["secretPath"].clone().to_string()).collect();
        told.sort();
        assert_eq!(told, ["\"/**\"", "\"/A\""]);
    })
    .await;
}

/// Lets a webhook believe that this many notices wait for it until tomorrow.
async fn wait_many(server: &TestServer, webhook: &Value, count: i64) {
    let (now, webhook_id) = (server.app.now(), WebhookId::new(webhook["id"].as_str().unwrap()));
    let mut db = server.app.database.begin().await.unwrap();
    for number in 0..count {
        let row = WebhookDeliveryRow {
            id: server.app.new_id(),
            webhook_id: webhook_id.clone(),
            secret_path: format!("/old{number}"),
            revision: 0,
            state: PENDING.to_owned(),
            attempts: 1,
            next_attempt_at: now.plus_seconds(86_400),
            lease_expires_at: Timestamp::from_millis(0),
            last_error: None,
            created_at: now.plus_seconds(-1),
            updated_at: now,
        };
        webhook_deliveries::insert(&mut db, &row).await.unwrap();
    }
    db.commit().await.unwrap();
}
