//! The engines a test runs on: SQLite in a temporary file, and PostgreSQL if `TACIT_TEST_POSTGRES`
//! names a server.

use std::sync::atomic::{AtomicU32, Ordering};

use tacit_store::{Database, Settings};

/// Runs a test on each engine, on a new database.
pub async fn each_engine(test: impl AsyncFn(Database)) {
    let folder = tempfile::tempdir().unwrap();
    test(Database::open(&Settings::Sqlite(folder.path().join("tacit.db"))).await.unwrap()).await;
    if let Some(url) = postgres_schema().await {
        test(Database::open(&Settings::Postgres(url)).await.unwrap()).await;
    }
}

/// An address of a new, empty schema on the test server.
#[expect(clippy::disallowed_methods, reason = "tests are told their server by the environment")]
pub async fn postgres_schema() -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let url = std::env::var("TACIT_TEST_POSTGRES").ok()?;
    let schema = format!("store_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
    let separator = if url.contains('?') { '&' } else { '?' };
    Some(format!("{url}{separator}options=-csearch_path%3D{schema}"))
}
