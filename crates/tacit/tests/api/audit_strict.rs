//! Strict mode: an answer waits until the database has its event (architecture 6).

use tacit::app::Settings;
use tacit_store::Value as Parameter;

use crate::{
    harness::{TestServer, each_engine, each_engine_with},
    harness_secrets::TestProject,
};

fn strict() -> Settings {
    Settings { strict_audit: true, ..Settings::default() }
}

/// Reads FOO and says how it was answered.
async fn read(project: &TestProject<'_>, token: &str) -> u16 {
    let path = format!("/api/v3/secrets/raw/FOO?workspaceId={}&environment=dev", project.id);
    project.server.call("GET", &path, Some(token), None).await.status
}

/// Events of a kind that the database has, without asking for the log, which would move them there.
async fn stored(server: &TestServer, kind: &str) -> i64 {
    let both = "SELECT event_type FROM audit_events UNION ALL SELECT event_type FROM audit_pending";
    let sql = format!("SELECT COUNT(*) AS number FROM ({both}) AS events WHERE event_type = $1");
    let mut db = server.app.database.read().await.unwrap();
    db.fetch_one(&sql, &[Parameter::Text(kind)]).await.unwrap()
}

#[tokio::test]
async fn what_was_answered_is_in_the_database() {
    each_engine_with(strict(), "", async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "FOO", "BAR").await;
        let nobody = project.person("noah@example.test", "no-access").await;

        for reads in 1..=3 {
            assert_eq!(read(&project, &admin.token).await, 200);
            assert_eq!(stored(server, "get-secret").await, reads);
        }
        assert_eq!(read(&project, &nobody).await, 403);
        assert_eq!(stored(server, "get-secret").await, 4);
    })
    .await;
}

/// The same break, which an ordinary server does not notice before its next batch.
async fn after_the_log_broke(server: &TestServer) -> u16 {
    let admin = server.with_admin().await;
    let project = admin.test_project().await;
    project.put("dev", "FOO", "BAR").await;
    assert_eq!(read(&project, &admin.token).await, 200);
    let mut db = server.app.database.begin().await.unwrap();
    db.execute("ALTER TABLE audit_events RENAME TO elsewhere", &[]).await.unwrap();
    db.execute("ALTER TABLE audit_pending RENAME TO elsewhere_too", &[]).await.unwrap();
    db.commit().await.unwrap();
    read(&project, &admin.token).await
}

#[tokio::test]
async fn a_read_that_cannot_be_stored_is_refused_in_strict_mode_alone() {
    each_engine_with(strict(), "", async |server| assert_eq!(after_the_log_broke(server).await, 503)).await;
    each_engine(async |server| assert_eq!(after_the_log_broke(server).await, 200)).await;
}
