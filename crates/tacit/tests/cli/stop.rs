//! Stopping: requests in progress end, nothing is left behind, and the log held no secret.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

use rustix::process::Signal;
use serde_json::json;

use crate::harness::{PASSWORD, Server, server};

#[test]
fn a_stopped_server_exits_with_zero() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(server(folder.path()));
        server.signal(signal);
        let ended = server.wait();

        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.contains("\"stopped\""), "{}", ended.stderr);
        assert!(!folder.path().join("data/setup-token").exists());
    }
}

#[test]
fn a_request_in_progress_is_answered_before_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(server(folder.path()));
    let body =
        json!({ "email": "ada@example.test", "password": PASSWORD, "organization": "Acme" }).to_string();
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(&address).unwrap();
    let mut answers = BufReader::new(connection.try_clone().unwrap());
    write!(
        connection,
        "POST /api/v1/admin/bootstrap HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    )
    .unwrap();
    // The server says this once it waits for the body: the request is in progress.
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    assert!(line.contains("100"), "{line}");

    server.signal(Signal::TERM);
    server.wait_for("\"stopping\"");
    connection.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    answers.read_to_string(&mut answer).unwrap();
    let ended = server.wait();

    assert!(answer.contains("HTTP/1.1 200"), "{answer}");
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_server_with_a_drain_delay_serves_on_and_says_that_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = server(folder.path());
    command.args(["--drain-delay", "600"]);
    let mut server = Server::start(command);
    assert_eq!(server.call("GET", "/api/status", None, None).0, 200);

    server.signal(Signal::TERM);
    server.wait_for("\"draining\"");
    let (status, body) = server.call("GET", "/api/status", None, None);
    assert_eq!((status, &body["message"]), (503, &"Stopping".into()));
    assert_eq!(server.call("GET", "/api/v1/admin/config", None, None).0, 200);
    // A second signal does not wait for the delay.
    let ended = server.stop();

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.stderr.contains("ERROR"), "{}", ended.stderr);
}

#[test]
fn uses_of_a_token_that_are_only_counted_in_memory_are_stored_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(server(folder.path()));
    let answer = first.bootstrap();
    let token = answer["identity"]["credentials"]["token"].as_str().unwrap();
    let path =
        format!("/api/v1/auth/token-auth/identities/{}/tokens", answer["identity"]["id"].as_str().unwrap());
    for _ in 0..3 {
        assert_eq!(first.call("GET", &path, Some(token), None).0, 200);
    }
    first.stop();

    let second = Server::start(server(folder.path()));
    let (_, tokens) = second.call("GET", &path, Some(token), None);

    assert_eq!(tokens["tokens"][0]["accessTokenNumUses"], 3, "{tokens}");
}

#[test]
fn the_log_holds_no_secret_even_at_its_most_talkative() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = server(folder.path());
    command.args(["--log-level", "trace"]);
    let server = Server::start(command);
    let setup_token = fs::read_to_string(folder.path().join("data/setup-token")).unwrap();
    let answer = server.bootstrap();
    let token = answer["identity"]["credentials"]["token"].as_str().unwrap().to_owned();
    let login = json!({ "email": "ada@example.test", "password": PASSWORD });
    let (_, session) = server.call("POST", "/api/v3/auth/login", None, Some(&login));
    let session_token = session["accessToken"].as_str().unwrap().to_owned();
    server.call("GET", "/api/v1/organization", Some(&session_token), None);
    server.call("GET", "/api/v2/users/me", Some("not-a-token"), None);
    let ended = server.stop();

    let key = fs::read_to_string(folder.path().join("data/root-key/root.key")).unwrap();
    for secret in [PASSWORD, setup_token.trim(), &token, &session_token, key.trim(), "not-a-token"] {
        assert!(!secret.is_empty() && !ended.stderr.contains(secret), "{}", ended.stderr);
    }
}
