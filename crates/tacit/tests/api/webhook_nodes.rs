//! Webhooks of several servers on one database, at the same time and one after another.

use serde_json::{Value, json};
use tacit::app::webhooks::deliver;
use tacit_store::Settings;

use crate::{
    harness::{Admin, node, postgres_schema},
    webhook_deliveries::{deliveries, round},
    webhook_receiver::Receiver,
    webhooks::make,
};

/// Makes a folder with a secret in it.
async fn change(admin: &Admin<'_>, project: &str, folder: &str) {
    let body = json!({ "workspaceId": project, "environment": "dev", "name": folder });
    admin.ok("POST", "/api/v1/folders", Some(body)).await;
    let body =
        json!({ "workspaceId": project, "environment": "dev", "secretValue": "1", "secretPath": folder });
    admin.ok("POST", "/api/v3/secrets/raw/K", Some(body)).await;
}

/// The folders that the receiver heard of since the last time, in order.
fn heard(receiver: &Receiver) -> Vec<String> {
    let path = |body: Value| body["project"]["secretPath"].as_str().unwrap().to_owned();
    let mut paths: Vec<_> = receiver.take().iter().map(|one| path(one.json())).collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn of_two_nodes_one_sends_each_notice() {
    let Some(url) = postgres_schema().await else { return };
    let settings = Settings::Postgres(url);
    let (here, there) = (node(&settings, 1).await, node(&settings, 2).await);
    let admin = here.with_admin().await;
    let project = admin.project("Shop").await;
    let receiver = Receiver::start().await;
    let webhook = make(&admin, &project, &receiver.url, json!({ "secretPath": "/**" })).await;
    let names: Vec<_> = (10..30).map(|number| format!("f{number}")).collect();
    for name in &names {
        change(&admin, &project, name).await;
    }

    for _ in 0..4 {
        tokio::join!(round(&here), round(&there));
    }

    assert_eq!(heard(&receiver), names.iter().map(|name| format!("/{name}")).collect::<Vec<_>>());
    let states = deliveries(&admin, &webhook).await;
    assert!(
        states.len() == names.len() && states.iter().all(|one| one["status"] == "delivered"),
        "{states:?}"
    );
}

#[tokio::test]
async fn what_waits_when_a_server_ends_is_sent_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut engines = vec![Settings::Sqlite(folder.path().join("tacit.db"))];
    engines.extend(postgres_schema().await.map(Settings::Postgres));
    for settings in engines {
        let receiver = Receiver::start().await;
        receiver.will_answer(&["503 Busy"]);
        let first = node(&settings, 1).await;
        let admin = first.with_admin().await;
        let project = admin.project("Shop").await;
        let webhook = make(&admin, &project, &receiver.url, json!({ "secretPath": "/**" })).await;
        change(&admin, &project, "failed").await;
        round(&first).await;
        assert_eq!(heard(&receiver), ["/failed"]);
        change(&admin, &project, "collected").await;
        deliver::collect(&first.app).await.unwrap();
        change(&admin, &project, "committed").await;
        let token = admin.token.clone();
        drop(first);

        let second = node(&settings, 2).await;
        second.clock.advance_seconds(10);
        round(&second).await;
        round(&second).await;

        assert_eq!(heard(&receiver), ["/collected", "/committed", "/failed"]);
        let admin = Admin {
            server: &second,
            token,
            identity_token: String::new(),
            organization_id: String::new(),
            user_id: String::new(),
        };
        let states = deliveries(&admin, &webhook).await;
        assert!(states.len() == 3 && states.iter().all(|one| one["status"] == "delivered"), "{states:?}");
    }
}
