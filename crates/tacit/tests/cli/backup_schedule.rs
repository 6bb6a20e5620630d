//! Backups that the server makes itself.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    backup::{Project, restored_server, succeeded},
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
fn a_server_that_stops_while_it_writes_a_backup_gives_it_up_in_peace() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(server(folder.path()));
    let project = Project::create(&first);
    // So much that it takes longer than a stop.
    for batch in 0..6 {
        let names: Vec<String> = (0..7).map(|number| format!("LARGE_{batch}_{number}")).collect();
        let values: Vec<_> = names.iter().map(|name| (name.as_str(), "x".repeat(1_000_000))).collect();
        project.set(&first, "POST", &values);
    }
    first.stop();
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    let mut command = server(folder.path());
    command.args(["--backup-dir", "backups"]);
    let running = Server::start(command);

    let begun = Instant::now();
    while fs::read_dir(&backups).unwrap().count() == 0 {
        assert!(begun.elapsed() < Duration::from_mins(1), "no backup is begun");
        thread::yield_now();
    }
    let ended = running.stop();

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.stderr.contains("panic") && !ended.stderr.contains("ERROR"), "{}", ended.stderr);
    let left: Vec<_> = fs::read_dir(&backups).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    let second = Server::start(server(folder.path()));
    let (_, seen) = second.call("GET", "/api/ui/v1/admin/backups", Some(&project.token), None);
    assert!(seen["backups"][0]["failure"].as_str().unwrap().contains("stopped"), "{seen}");
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
