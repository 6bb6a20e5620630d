//! Root keys under a passphrase: a server that is sealed until somebody gives it.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use crate::{
    harness::{Ended, FAILED, ROOT_KEY, SETTINGS, Server, run, server, tacit},
    key_rotation::{key, reads, stopped_server},
};

const PASSPHRASE: &str = "twelve or more characters";

fn unseal(folder: &Path, passphrase: &str) -> Ended {
    run(tacit(folder, &["unseal", "--passphrase-stdin", "--data-dir", "data"]), passphrase)
}

fn to_passphrase(folder: &Path) {
    let migrated = key(folder, &["migrate", "--to", "passphrase", "--new-passphrase-stdin"], PASSPHRASE);
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
}

#[test]
fn a_server_under_a_passphrase_is_sealed_until_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let secret = stopped_server(folder.path());
    let file = folder.path().join("data/root-key/root.key");
    let in_clear = fs::read_to_string(&file).unwrap();
    to_passphrase(folder.path());
    let wrapped = fs::read_to_string(&file).unwrap();
    assert!(!wrapped.contains(in_clear.trim()) && wrapped.contains("passphrase"), "{wrapped}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let mut sealed = Server::start_sealed(server(folder.path()));
    for path in ["/api/status", secret.1.as_str(), "/"] {
        let (status, answer) = sealed.call("GET", path, Some(&secret.0), None);
        assert_eq!(status, 503, "{path}");
        assert!(answer["message"].as_str().unwrap().contains("sealed"), "{answer}");
    }
    let socket = folder.path().join("data/unseal.sock");
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let wrong = unseal(folder.path(), "another twelve characters");
    assert_eq!(wrong.code, Some(ROOT_KEY), "{wrong:?}");
    assert!(wrong.stderr.contains("wrong"), "{}", wrong.stderr);
    assert_eq!(sealed.call("GET", "/api/status", None, None).0, 503);

    let right = unseal(folder.path(), PASSPHRASE);

    assert_eq!(right.code, Some(0), "{right:?}");
    sealed.wait_for("\"listening\"");
    assert!(reads(&sealed, &secret));
    assert!(!socket.exists());
    let ended = sealed.stop();
    assert!(!ended.stderr.contains(PASSPHRASE) && !ended.stderr.contains("another twelve"));
    assert_eq!(unseal(folder.path(), PASSPHRASE).code, Some(FAILED));
}

#[test]
fn a_key_under_a_passphrase_is_rotated_checked_and_moved_back() {
    let folder = tempfile::tempdir().unwrap();
    let secret = stopped_server(folder.path());
    to_passphrase(folder.path());
    assert_eq!(key(folder.path(), &["verify"], "").code, Some(ROOT_KEY));
    for command in ["rotate", "verify"] {
        let done = key(folder.path(), &[command, "--passphrase-stdin"], PASSPHRASE);
        assert_eq!(done.code, Some(0), "{done:?}");
    }

    let wrong = ["migrate", "--to", "file", "--passphrase-stdin"];
    assert_eq!(key(folder.path(), &wrong, "not the passphrase").code, Some(ROOT_KEY));
    let back = key(folder.path(), &wrong, PASSPHRASE);

    assert_eq!(back.code, Some(0), "{back:?}");
    assert!(reads(&Server::start(server(folder.path())), &secret));
}

#[test]
fn a_sealed_server_stops_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    stopped_server(folder.path());
    to_passphrase(folder.path());

    let ended = Server::start_sealed(server(folder.path())).stop();

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!folder.path().join("data/unseal.sock").exists());
}

#[test]
fn a_short_passphrase_is_refused_and_the_key_stays() {
    let folder = tempfile::tempdir().unwrap();
    stopped_server(folder.path());

    let short = key(folder.path(), &["migrate", "--to", "passphrase", "--new-passphrase-stdin"], "hunter2");

    assert_eq!(short.code, Some(ROOT_KEY), "{short:?}");
    assert!(!short.stderr.contains("hunter2"));
    Server::start(server(folder.path()));
}

#[test]
fn a_key_moves_from_its_variable_to_a_file() {
    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let folder = tempfile::tempdir().unwrap();
    let mut first = server(folder.path());
    first.env("TACIT_ROOT_KEY", KEY);
    Server::start(first).stop();
    let migrate = |arguments: &[&str]| {
        let arguments = [["key", "migrate", "--to", "file", "--data-dir", "data"].as_slice(), arguments];
        let mut command = tacit(folder.path(), &arguments.concat());
        command.env("TACIT_ROOT_KEY", KEY);
        run(command, "")
    };
    assert_eq!(migrate(&[]).code, Some(SETTINGS));

    let moved = migrate(&["--file", "data/root-key/root.key"]);

    assert_eq!(moved.code, Some(0), "{moved:?}");
    assert_eq!(migrate(&["--file", "data/root-key/root.key"]).code, Some(ROOT_KEY));
    Server::start(server(folder.path()));
}
