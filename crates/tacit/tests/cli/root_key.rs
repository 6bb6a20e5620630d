//! The root key: never made twice, never read by others, never another one.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use crate::harness::{ROOT_KEY, SETTINGS, Server, server};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn started_once(folder: &Path) {
    let ended = Server::start(server(folder)).stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    started_once(folder.path());
    let path = folder.path().join("data/root-key/root.key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();

    let ended = Server::refused(server(folder.path()));

    assert_eq!(ended.code, Some(ROOT_KEY));
    assert!(ended.stderr.contains("chmod 600"), "{}", ended.stderr);
}

#[test]
fn a_credential_of_systemd_may_show_the_group_its_access_list_stands_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.key");
    fs::write(&path, KEY).unwrap();
    let with_mode = |mode| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let mut command = server(folder.path());
        command.env("TACIT_ROOT_KEY_FILE", &path).env("CREDENTIALS_DIRECTORY", folder.path());
        command
    };

    Server::start(with_mode(0o440)).stop();

    assert_eq!(Server::refused(with_mode(0o444)).code, Some(ROOT_KEY));
}

#[test]
fn another_key_is_refused_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    started_once(folder.path());
    let path = folder.path().join("data/root-key/root.key");
    fs::write(&path, KEY).unwrap();

    let ended = Server::refused(server(folder.path()));

    assert_eq!(ended.code, Some(ROOT_KEY));
    assert!(ended.stderr.contains("not the one this database"), "{}", ended.stderr);
    assert!(!ended.stderr.contains(KEY));
}

#[test]
fn a_missing_key_is_never_replaced_for_a_database_that_has_data() {
    let folder = tempfile::tempdir().unwrap();
    started_once(folder.path());
    let path = folder.path().join("data/root-key/root.key");
    fs::remove_file(&path).unwrap();

    let ended = Server::refused(server(folder.path()));

    assert_eq!(ended.code, Some(ROOT_KEY));
    assert!(!path.exists());
}

#[test]
fn a_damaged_key_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    started_once(folder.path());
    fs::write(folder.path().join("data/root-key/root.key"), &KEY[1..]).unwrap();

    let ended = Server::refused(server(folder.path()));

    assert_eq!(ended.code, Some(ROOT_KEY));
    assert!(!ended.stderr.contains(&KEY[1..]), "{}", ended.stderr);
}

#[test]
fn the_key_may_come_from_a_variable_and_then_no_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let with_key = || {
        let mut command = server(folder.path());
        command.env("TACIT_ROOT_KEY", KEY);
        command
    };

    let ended = Server::start(with_key()).stop();
    Server::start(with_key());

    assert!(!folder.path().join("data/root-key").exists());
    assert!(!ended.stderr.contains(KEY));
}

#[test]
fn a_variable_and_a_file_together_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = server(folder.path());
    command.env("TACIT_ROOT_KEY", KEY).env("TACIT_ROOT_KEY_FILE", "root.key");

    assert_eq!(Server::refused(command).code, Some(SETTINGS));
}

#[test]
fn a_named_file_is_made_at_the_first_start_and_read_at_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let with_file = || {
        let mut command = server(folder.path());
        command.args(["--root-key-file", "keys/root.key"]);
        command
    };

    Server::start(with_file()).stop();
    let key = fs::read(folder.path().join("keys/root.key")).unwrap();
    Server::start(with_file()).stop();

    assert_eq!(fs::read(folder.path().join("keys/root.key")).unwrap(), key);
}
