//! Backups that the server makes itself.

use std::fs;

use serde_json::Value;

use crate::{
    backup::{restored_server, succeeded},
    harness::{SETTINGS, Server, run, server, tacit},
};

#[test]
fn a_server_with_a_folder_makes_a_backup_tries_it_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(server(folder.path()));
    first.bootstrap();
    first.stop();
    let mut command = server(folder.path());
    command.args(["--backup-dir", "backups", "--metrics-listen", "127.0.0.1:0"]);
    let mut running = Server::start(command);

    let line: Value = serde_json::from_str(&running.wait_for("a backup can be restored")).unwrap();
    let file = format!("backups/{}", line["file"].as_str().unwrap());
    let names: Vec<_> = fs::read_dir(folder.path().join("backups")).unwrap().collect();

    assert_eq!(names.len(), 1, "{names:?}");
    let key = ["--root-key-file", "data/root-key/root.key"];
    let arguments = [&["restore", "--data-dir", "restored", file.as_str()], &key[..]].concat();
    succeeded(&run(tacit(folder.path(), &arguments), ""));
    Server::start(restored_server(folder.path()));
}

#[test]
fn a_schedule_without_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in [&["--backup-every", "1h"][..], &["--backup-dir", "b", "--backup-every", "soon"]] {
        let mut command = server(folder.path());
        command.args(wrong);
        assert_eq!(Server::refused(command).code, Some(SETTINGS), "{wrong:?}");
    }
}
