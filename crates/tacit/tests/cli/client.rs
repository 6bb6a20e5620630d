//! `setup`, `quickstart` and `healthcheck` against a running server.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Ended, FAILED, PASSWORD, SETTINGS, Server, run, server, tacit};

const EMAIL: &str = "ada@example.test";

fn with_person(folder: &Path, server: &Server, command: &str, more: &[&str]) -> Ended {
    let mut command = tacit(folder, &[command, "--url", &server.url, "--email", EMAIL, "--password-stdin"]);
    command.args(more);
    run(command, &format!("{PASSWORD}\n"))
}

#[test]
fn setup_works_once_and_says_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));

    let first = with_person(folder.path(), &server, "setup", &["--organization", "Acme"]);
    let second = with_person(folder.path(), &server, "setup", &[]);

    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.stdout.contains("Acme") && first.stdout.contains("tacit quickstart"), "{}", first.stdout);
    assert!(!first.stdout.contains(PASSWORD));
    assert_eq!(second.code, Some(FAILED));
    assert!(second.stderr.contains("already set up"), "{}", second.stderr);
}

#[test]
fn setup_can_answer_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));

    let ended = with_person(folder.path(), &server, "setup", &["--json"]);

    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    let token = answer["identity"]["credentials"]["token"].as_str().unwrap();
    assert_eq!(server.call("GET", "/api/v1/organization/roles", Some(token), None).0, 200);
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));

    let ended = run(tacit(folder.path(), &["setup", "--url", &server.url]), "");

    assert_eq!(ended.code, Some(SETTINGS));
    assert!(ended.stderr.contains("--password-stdin"), "{}", ended.stderr);
}

#[test]
fn quickstart_walks_from_nothing_and_undo_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));

    let walk = with_person(folder.path(), &server, "quickstart", &[]);
    let again = with_person(folder.path(), &server, "quickstart", &[]);
    let undo = with_person(folder.path(), &server, "quickstart", &["--undo"]);
    let once_more = with_person(folder.path(), &server, "quickstart", &["--json"]);

    assert_eq!(walk.code, Some(0), "{walk:?}");
    assert!(walk.stdout.contains("read back      FOO") && walk.stdout.contains("curl"), "{}", walk.stdout);
    assert_eq!(again.code, Some(FAILED), "{again:?}");
    assert!(again.stderr.contains("--undo"), "{}", again.stderr);
    assert_eq!(undo.code, Some(0), "{undo:?}");
    assert!(undo.stdout.contains("deleted project") && undo.stdout.contains("deleted identity"), "{undo:?}");
    let made: Value = serde_json::from_str(&once_more.stdout).unwrap();
    assert!(made["clientSecret"].as_str().is_some_and(|secret| secret.len() >= 32));
}

#[test]
fn healthcheck_tells_a_running_server_from_none() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));
    let check = |url: &str| run(tacit(folder.path(), &["healthcheck", "--url", url]), "").code;
    let url = server.url.clone();

    assert_eq!(check(&url), Some(0));
    server.stop();
    assert_eq!(check(&url), Some(FAILED));
    assert_eq!(check("not a url"), Some(SETTINGS));
}

#[test]
fn healthcheck_finds_the_server_by_the_settings_of_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));
    let mut check = tacit(folder.path(), &["healthcheck"]);
    check.env("TACIT_LISTEN", server.url.trim_start_matches("http://"));

    assert_eq!(run(check, "").code, Some(0));
}
