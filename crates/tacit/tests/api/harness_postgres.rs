//! Databases on the PostgreSQL server that `TACIT_TEST_POSTGRES` names.
//!
//! To make the schema takes PostgreSQL longer than most tests take, so it is made in one database, and tests get copies.

use tacit_core::random::Random;
use tacit_store::{Database, Settings};
use tokio::sync::OnceCell;

/// The name of the database that others are copies of.
static ORIGINAL: OnceCell<String> = OnceCell::const_new();

/// Runs a test on a database of its own that has the schema and nothing else, if there is a server. The database is
/// left behind if the test fails.
pub async fn on_postgres(test: impl AsyncFnOnce(&Settings)) {
    let Some(server) = server() else { return };
    let original = ORIGINAL.get_or_init(|| original(&server)).await;
    let name = new_name();
    run(&server, &format!("CREATE DATABASE {name} TEMPLATE {original}")).await;
    test(&Settings::Postgres(database(&server, &name))).await;
    run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

/// An address of a new, empty schema on the test server.
pub async fn postgres_schema() -> Option<String> {
    let server = server()?;
    let name = new_name();
    run(&server, &format!("CREATE SCHEMA {name}")).await;
    let separator = if server.contains('?') { '&' } else { '?' };
    Some(format!("{server}{separator}options=-csearch_path%3D{name}"))
}

#[expect(clippy::disallowed_methods, reason = "tests are told their server by the environment")]
fn server() -> Option<String> {
    std::env::var("TACIT_TEST_POSTGRES").ok()
}

fn new_name() -> String {
    format!("test_{:016x}", u64::from_be_bytes(Random::system().bytes()))
}

/// Makes the database that others are copies of. PostgreSQL copies it once nobody is connected any more.
async fn original(server: &str) -> String {
    let name = new_name();
    run(server, &format!("CREATE DATABASE {name}")).await;
    drop(Database::open(&Settings::Postgres(database(server, &name))).await.unwrap());
    name
}

/// The address of another database on the server.
fn database(server: &str, name: &str) -> String {
    let options = server.find('?').map_or("", |at| &server[at..]);
    let (host, _) = server[..server.len() - options.len()].rsplit_once('/').unwrap();
    format!("{host}/{name}{options}")
}

async fn run(server: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
}
