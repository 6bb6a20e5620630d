//! Starting: what is made, what is said, what is refused.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::harness::{DATABASE, LISTEN, SETTINGS, Server, run, server, tacit};

#[test]
fn the_first_start_needs_no_settings_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));

    let (status, body) = server.call("GET", "/api/status", None, None);

    assert_eq!((status, body["message"].as_str()), (200, Some("Ok")));
}

#[test]
fn what_it_makes_is_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(server(folder.path()));

    let mode = |path: &str| {
        std::fs::metadata(folder.path().join("data").join(path)).unwrap().permissions().mode() & 0o777
    };

    for path in ["", "root-key", "journal"] {
        assert_eq!(mode(path), 0o700, "{path}");
    }
    for path in ["root-key/root.key", "tacit.db", "tacit.db-wal", "tacit.db.lock", "setup-token"] {
        assert_eq!(mode(path), 0o600, "{path}");
    }
}

#[test]
fn a_later_start_finds_the_data_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(server(folder.path()));
    first.bootstrap();
    first.stop();

    let second = Server::start(server(folder.path()));
    let (_, body) = second.call("GET", "/api/v1/admin/config", None, None);

    assert_eq!(body["config"]["initialized"], true);
    assert!(!folder.path().join("data/setup-token").exists());
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(server(folder.path()));

    let second = Server::refused(server(folder.path()));

    assert_eq!(second.code, Some(DATABASE));
    assert!(second.stderr.contains("another tacit server is using"), "{}", second.stderr);
    assert_eq!(first.call("GET", "/api/status", None, None).0, 200);
}

#[test]
fn a_taken_port_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(server(folder.path()));
    let address = first.url.trim_start_matches("http://");

    let second =
        Server::refused(tacit(folder.path(), &["server", "--listen", address, "--data-dir", "other"]));

    assert_eq!(second.code, Some(LISTEN));
    assert!(second.stderr.contains("--listen"), "{}", second.stderr);
}

#[test]
fn other_machines_without_tls_are_refused_unless_a_proxy_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let open = ["server", "--listen", "0.0.0.0:0", "--data-dir", "data"];

    let refused = Server::refused(tacit(folder.path(), &open));
    let mut allowed = tacit(folder.path(), &open);
    allowed.arg("--behind-proxy");

    assert_eq!(refused.code, Some(SETTINGS));
    assert!(refused.stderr.contains("--behind-proxy"), "{}", refused.stderr);
    assert!(!folder.path().join("data").exists());
    Server::start(allowed);
}

#[test]
fn migrate_says_the_version_and_wants_the_server_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = || run(tacit(folder.path(), &["migrate", "--data-dir", "data"]), "");

    let alone = migrate();
    let server = Server::start(server(folder.path()));
    let beside = migrate();
    drop(server);

    assert_eq!(alone.code, Some(0), "{alone:?}");
    assert!(alone.stdout.contains("schema version "), "{}", alone.stdout);
    assert_eq!(beside.code, Some(DATABASE), "{beside:?}");
}

#[test]
fn metrics_have_a_listener_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = server(folder.path());
    command.args(["--metrics-listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    server.call("GET", "/api/status", None, None);

    let metrics = server.line_with("serving metrics");
    let url = format!("http://{}/metrics", metrics["address"].as_str().unwrap());
    let text =
        ureq::get(&url).config().proxy(None).build().call().unwrap().body_mut().read_to_string().unwrap();

    assert!(text.contains("tacit_http_requests_total{status=\"2xx\"} 1"), "{text}");
    assert_eq!(server.call("GET", "/metrics", None, None).0, 404);
}

#[test]
fn the_log_is_json_when_nobody_watches() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Server::start(server(folder.path())).stop();

    for line in ended.stderr.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
    }
}
