//! Nodes whose root key is replaced by another one, and that cannot read the new one by themselves.

use std::{fs, path::Path, process::Command};

use serde_json::json;

use crate::{
    harness::{Ended, Server, run, server, tacit},
    postgres::schema,
};

const PASSPHRASE: &str = "twelve or more characters";

fn with_database(mut command: Command, url: &str) -> Command {
    command.env("TACIT_DATABASE_URL", url);
    command
}

fn key(folder: &Path, url: &str, arguments: &[&str], input: &str) -> Ended {
    let arguments = [["key"].as_slice(), arguments, &["--data-dir", "data"]].concat();
    let done = run(with_database(tacit(folder, &arguments), url), input);
    assert_eq!(done.code, Some(0), "{done:?}");
    done
}

fn key_file(folder: &Path) -> String {
    fs::read_to_string(folder.join("data/root-key/root.key")).unwrap().trim().to_owned()
}

/// A first node with a key file, and a token that reads.
fn first_node(folder: &Path, url: &str) -> (Server, String) {
    let first = Server::start(with_database(server(folder), url));
    let token = first.bootstrap()["identity"]["credentials"]["token"].as_str().unwrap().to_owned();
    (first, token)
}

fn makes_a_project(node: &Server, token: &str) -> u16 {
    node.call("POST", "/api/v1/projects", Some(token), Some(&json!({ "projectName": "After" }))).0
}

#[test]
fn a_node_with_the_key_in_a_variable_is_sealed_until_it_is_started_with_the_new_one() {
    let Some(url) = schema() else { return };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_first, token) = first_node(one.path(), &url);
    let with_variable = |key: &str| {
        let mut command = with_database(server(two.path()), &url);
        command.env("TACIT_ROOT_KEY", key);
        command
    };
    let old = key_file(one.path());
    let mut second = Server::start(with_variable(&old));

    key(one.path(), &url, &["rotate"], "");

    second.wait_for("the root key was replaced");
    assert_eq!(makes_a_project(&second, &token), 503);
    // It has no file to read again: it says so by staying as it is, and ends when it is asked to.
    fs::create_dir_all(two.path().join("data/root-key")).unwrap();
    fs::copy(one.path().join("data/root-key/root.key"), two.path().join("data/root-key/root.key")).unwrap();
    assert_eq!(second.stop().code, Some(0));
    assert_ne!(Server::refused(with_variable(&old)).code, Some(0));
    let anew = Server::start(with_variable(&key_file(one.path())));
    assert_eq!(makes_a_project(&anew, &token), 200);
}

#[test]
fn a_node_under_a_passphrase_is_sealed_until_it_is_started_and_unsealed_anew() {
    let Some(url) = schema() else { return };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut first, token) = first_node(one.path(), &url);
    fs::create_dir_all(two.path().join("data/root-key")).unwrap();
    fs::copy(one.path().join("data/root-key/root.key"), two.path().join("data/root-key/root.key")).unwrap();
    key(two.path(), &url, &["migrate", "--to", "passphrase", "--new-passphrase-stdin"], PASSPHRASE);
    let start = || {
        let mut sealed = Server::start_sealed(with_database(server(two.path()), &url));
        let unseal = tacit(two.path(), &["unseal", "--passphrase-stdin", "--data-dir", "data"]);
        let unsealed = run(unseal, PASSPHRASE);
        assert_eq!(unsealed.code, Some(0), "{unsealed:?}");
        sealed.wait_for("\"listening\"");
        sealed
    };
    let mut second = start();
    assert_eq!(makes_a_project(&second, &token), 200);

    // Its own file is replaced, under the same passphrase, which the running server does not keep.
    key(two.path(), &url, &["rotate", "--passphrase-stdin"], PASSPHRASE);

    for node in [&mut first, &mut second] {
        node.wait_for("the root key was replaced");
        assert_eq!(makes_a_project(node, &token), 503);
    }
    assert_eq!(second.stop().code, Some(0));
    let anew = start();
    assert_eq!(makes_a_project(&anew, &token), 200);
}
