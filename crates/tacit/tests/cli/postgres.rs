//! Several nodes on one PostgreSQL, if `TACIT_TEST_POSTGRES` names a server.

use std::{fs, path::Path, process::Command, thread, time::Duration};

use tacit_core::random::Random;

use crate::harness::{ROOT_KEY, Server, run, server, tacit};

pub const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_KEY: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The address of a new, empty schema.
#[expect(clippy::disallowed_methods, reason = "tests are told their server by the environment")]
pub fn schema() -> Option<String> {
    let url = std::env::var("TACIT_TEST_POSTGRES").ok()?;
    let name = format!("{:016x}", u64::from_be_bytes(Random::system().bytes()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        client.batch_execute(&format!("CREATE SCHEMA test_{name}")).await.unwrap();
        drop(client);
        driver.await.unwrap().unwrap();
    });
    let separator = if url.contains('?') { '&' } else { '?' };
    // A name of its own, by which one sees which connections are to this schema.
    Some(format!("{url}{separator}options=-csearch_path%3Dtest_{name}&application_name=test_{name}"))
}

pub fn node(folder: &Path, url: &str, key: &str) -> Command {
    let mut command = server(folder);
    command.env("TACIT_DATABASE_URL", url).env("TACIT_ROOT_KEY", key);
    command
}

/// All rows of all tables of a schema as text.
pub fn dump(url: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        let sql =
            "select table_name::text, query_to_xml(format('table %I', table_name), true, false, '')::text
            from information_schema.tables where table_schema = current_schema()";
        let rows = client.query(sql, &[]).await.unwrap();
        drop(client);
        driver.await.unwrap().unwrap();
        let tables =
            rows.iter().map(|row| format!("{}: {}", row.get::<_, String>(0), row.get::<_, String>(1)));
        tables.collect::<Vec<_>>().join("\n")
    })
}

#[test]
fn nodes_that_start_together_make_one_instance() {
    let Some(url) = schema() else { return };
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();

    let nodes: Vec<Server> = thread::scope(|scope| {
        let start = |folder: &tempfile::TempDir| Server::start(node(folder.path(), &url, KEY));
        let starting: Vec<_> = folders.iter().map(|folder| scope.spawn(move || start(folder))).collect();
        starting.into_iter().map(|node| node.join().unwrap()).collect()
    });
    nodes[0].bootstrap();

    for node in &nodes {
        let (_, body) = node.call("GET", "/api/v1/admin/config", None, None);
        assert_eq!(body["config"]["initialized"], true);
    }
}

#[test]
fn a_node_with_another_key_or_none_is_refused() {
    let Some(url) = schema() else { return };
    let folder = tempfile::tempdir().unwrap();
    Server::start(node(folder.path(), &url, KEY)).stop();
    let stranger = tempfile::tempdir().unwrap();
    let mut without = server(stranger.path());
    without.env("TACIT_DATABASE_URL", &url);

    let other = Server::refused(node(stranger.path(), &url, OTHER_KEY));
    let none = Server::refused(without);

    assert_eq!(other.code, Some(ROOT_KEY), "{other:?}");
    assert_eq!(none.code, Some(ROOT_KEY), "{none:?}");
    assert!(!stranger.path().join("data/root-key/root.key").exists());
}

/// Tries for a minute: nodes look every two seconds.
fn comes_to(server: &Server, wanted: u16) -> bool {
    (0..120).any(|_| {
        thread::sleep(Duration::from_millis(500));
        server.call("GET", "/api/status", None, None).0 == wanted
    })
}

#[test]
fn a_node_whose_root_key_was_replaced_is_sealed_until_it_has_the_new_file() {
    let Some(url) = schema() else { return };
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [one, two] = folders.each_ref().map(|folder| folder.path().join("data/root-key"));
    let with_file = |folder: &Path| {
        let mut command = server(folder);
        command.env("TACIT_DATABASE_URL", &url);
        command
    };
    let first = Server::start(with_file(folders[0].path()));
    fs::create_dir_all(&two).unwrap();
    fs::copy(one.join("root.key"), two.join("root.key")).unwrap();
    let mut second = Server::start(with_file(folders[1].path()));
    let token = first.bootstrap()["identity"]["credentials"]["token"].as_str().unwrap().to_owned();

    let mut rotate = tacit(folders[0].path(), &["key", "rotate", "--data-dir", "data"]);
    rotate.env("TACIT_DATABASE_URL", &url);
    let rotated = run(rotate, "");

    assert_eq!(rotated.code, Some(0), "{rotated:?}");
    second.wait_for("the root key was replaced");
    assert_eq!(second.call("GET", "/api/status", None, None).0, 503);
    // The one whose file was replaced goes on with it.
    assert!(comes_to(&first, 200));
    fs::copy(one.join("root.key"), two.join("root.key")).unwrap();
    assert!(comes_to(&second, 200));
    let project = serde_json::json!({ "projectName": "After" });
    for node in [&first, &second] {
        assert_eq!(node.call("POST", "/api/v1/projects", Some(&token), Some(&project)).0, 200);
    }
    let mut verify = tacit(folders[0].path(), &["key", "verify", "--data-dir", "data"]);
    verify.env("TACIT_DATABASE_URL", &url);
    let verified = run(verify, "");
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
