//! Flags, then the environment, then `tacit.toml`, then defaults.

use std::{fs, path::Path};

use crate::harness::{SETTINGS, Server, run, server, tacit};

fn write_settings(folder: &Path, text: &str) {
    fs::write(folder.join("tacit.toml"), text).unwrap();
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let folder = tempfile::tempdir().unwrap();
    write_settings(folder.path(), "listen = '127.0.0.1:0'\ndata-dir = 'from-file'\n");
    let has_data = |name: &str| folder.path().join(name).join("tacit.db").exists();

    Server::start(tacit(folder.path(), &["server"])).stop();
    assert!(has_data("from-file"));

    let mut with_variable = tacit(folder.path(), &["server"]);
    with_variable.env("TACIT_DATA_DIR", "from-variable");
    Server::start(with_variable).stop();
    assert!(has_data("from-variable"));

    let mut with_both = tacit(folder.path(), &["server", "--data-dir", "from-flag"]);
    with_both.env("TACIT_DATA_DIR", "unused");
    Server::start(with_both).stop();
    assert!(has_data("from-flag") && !has_data("unused"));
}

#[test]
fn an_unknown_key_in_the_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write_settings(folder.path(), "lisen = '127.0.0.1:0'\n");

    let ended = Server::refused(server(folder.path()));

    assert_eq!(ended.code, Some(SETTINGS));
    assert!(ended.stderr.contains("line 1") && ended.stderr.contains("lisen"), "{}", ended.stderr);
}

#[test]
fn a_named_file_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = server(folder.path());
    command.env("TACIT_CONFIG", "nowhere.toml");

    assert_eq!(Server::refused(command).code, Some(SETTINGS));
}

#[test]
fn the_file_of_the_configuration_directory_is_read_when_the_working_directory_has_none() {
    if rustix::process::geteuid().is_root() {
        return; // As root that is /etc/tacit, which a test leaves alone.
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join(".config/tacit")).unwrap();
    write_settings(&folder.path().join(".config/tacit"), "listen = '127.0.0.1:0'\n");

    Server::start(tacit(folder.path(), &["server"])).stop();

    assert!(folder.path().join(".local/share/tacit/tacit.db").exists());
    assert!(folder.path().join(".config/tacit/root.key").exists());
}

#[test]
fn help_shows_no_secret_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tacit(folder.path(), &["server", "--help"]);
    command.env("TACIT_DATABASE_URL", "postgres://u:canary@h/d").env("TACIT_ROOT_KEY", "canary");

    let ended = run(command, "");

    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.contains("Exit codes") && !ended.stdout.contains("canary"), "{}", ended.stdout);
}

#[test]
fn the_password_of_a_database_is_not_shown_when_it_cannot_be_reached() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["postgres://u:canary@127.0.0.1:1/d", "postgres://u:canary@@/d?x", "mysql://u:canary@h/d"] {
        let mut command = server(folder.path());
        command.env("TACIT_DATABASE_URL", url).args(["--log-level", "trace"]);

        let ended = Server::refused(command);

        assert!(!ended.stderr.contains("canary"), "{url}: {}", ended.stderr);
        assert!(ended.stderr.contains("next_step") || ended.stderr.contains("next:"), "{}", ended.stderr);
    }
}
