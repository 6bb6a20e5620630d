//! A stream ends when the rights of its reader do.

use std::time::Duration;

use serde_json::json;
use tacit::app::{Settings, changes::Timing};

use crate::{
    harness::{Node, TestServer, each_engine},
    harness_events::EventStream,
    harness_secrets::TestProject,
};

async fn subscribe(project: &TestProject<'_>, token: &str) -> EventStream {
    project.server.subscribe(token, &project.id, json!([{ "event": "secret:update" }])).await
}

#[tokio::test]
async fn a_stream_ends_when_its_token_is_revoked() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let token = project.machine("viewer").await;
        let mut stream = subscribe(&project, &token).await;
        let mut followed = server.follow(&token, &project.id, None).await;

        let body = json!({ "accessToken": token });
        assert_eq!(server.call("POST", "/api/v1/auth/token/revoke", None, Some(body)).await.status, 200);

        stream.expect_end().await;
        followed.expect_end().await;
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_when_its_reader_leaves_the_project_or_loses_the_right() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let (removed, removed_token) = admin.member(&project.id, "viewer").await;
        let (narrowed, narrowed_token) = admin.member(&project.id, "viewer").await;
        let stays = project.machine("viewer").await;
        let mut first = subscribe(&project, &removed_token).await;
        let mut second = subscribe(&project, &narrowed_token).await;
        let mut third = subscribe(&project, &stays).await;

        let member = |id: &str| format!("/api/v2/workspace/{}/identity-memberships/{id}", project.id);
        admin.ok("DELETE", &member(&removed), None).await;
        let roles = json!({ "roles": [{ "role": "no-access" }] });
        admin.ok("PATCH", &member(&narrowed), Some(roles)).await;

        first.expect_end().await;
        second.expect_end().await;
        project.secret("A", "one").await;
        project.ok("PATCH", "/api/v3/secrets/raw/A", json!({ "secretValue": "two" })).await;
        third.expect("secret:update").await;
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_with_its_project_and_when_the_server_stops() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let mut stream = subscribe(&project, &project.admin).await;
        admin.ok("DELETE", &format!("/api/v1/workspace/{}", project.id), None).await;
        stream.expect_end().await;

        let project = admin.test_project().await;
        let mut stream = subscribe(&project, &project.admin).await;
        server.app.changes.stop();
        stream.expect_end().await;
        // Also one that comes too late.
        subscribe(&project, &project.admin).await.expect_end().await;
        assert_eq!(server.app.changes.stream_count(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_person_who_signs_out_hears_no_more() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let mut stream = subscribe(&project, &admin.token).await;
        admin.ok("POST", "/api/v1/auth/logout", None).await;
        stream.expect_end().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_expires_hears_no_more_of_anything() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.secret("A", "one").await;
        let (id, client_id, client_secret) = admin.machine("brief", "no-access").await;
        let path = format!("/api/v1/auth/universal-auth/identities/{id}");
        admin.ok("PATCH", &path, Some(json!({ "accessTokenTTL": 60 }))).await;
        let path = format!("/api/v2/workspace/{}/identity-memberships/{id}", project.id);
        admin.ok("POST", &path, Some(json!({ "role": "viewer" }))).await;
        let token = server.machine_token(&client_id, &client_secret).await;
        let mut stream = subscribe(&project, &token).await;

        server.clock.advance_seconds(61);
        project.ok("PATCH", "/api/v3/secrets/raw/A", json!({ "secretValue": "two" })).await;

        stream.expect_end().await;
    })
    .await;
}

#[tokio::test]
async fn a_silent_stream_says_that_it_is_there_as_long_as_its_reader_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let settings = tacit_store::Settings::Sqlite(folder.path().join("tacit.db"));
    let timing = Timing { poll: Duration::from_millis(50), heartbeat: Duration::from_millis(50) };
    let server =
        TestServer::start_node(&settings, folder, Node { seed: 1, timing, settings: Settings::default() })
            .await;
    let admin = server.with_admin().await;
    let project = admin.test_project().await;
    let token = project.machine("viewer").await;
    let mut stream = subscribe(&project, &token).await;
    let mut followed = server.follow(&token, &project.id, None).await;

    for _ in 0..3 {
        assert_eq!(stream.expect("ping").await.data, json!(null));
        let ping = followed.expect("ping").await;
        assert_eq!(ping.id.unwrap(), ping.data["revision"].to_string());
    }
    // Nothing is written that could wake it: the next sign of life finds that the token has ended.
    server.clock.advance_seconds(2_592_001);
    stream.expect_end().await;
}

#[tokio::test]
async fn a_stream_hears_of_what_another_node_writes_and_of_rights_it_takes() {
    let Some(url) = crate::harness::postgres_schema().await else { return };
    let settings = tacit_store::Settings::Postgres(url);
    let timing = Timing { poll: Duration::from_millis(50), heartbeat: Duration::from_secs(15) };
    let mut nodes = Vec::new();
    for seed in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        nodes.push(
            TestServer::start_node(&settings, folder, Node { seed, timing, settings: Settings::default() })
                .await,
        );
    }
    let [here, there] = &nodes[..] else { unreachable!("two nodes") };
    let admin = there.with_admin().await;
    let project = admin.test_project().await;
    project.secret("A", "one").await;
    let (id, token) = admin.member(&project.id, "viewer").await;
    let mut stream = here.subscribe(&token, &project.id, json!([{ "event": "secret:update" }])).await;

    project.ok("PATCH", "/api/v3/secrets/raw/A", json!({ "secretValue": "two" })).await;
    stream.expect("secret:update").await;
    let path = format!("/api/v2/workspace/{}/identity-memberships/{id}", project.id);
    admin.ok("DELETE", &path, None).await;
    stream.expect_end().await;
}
