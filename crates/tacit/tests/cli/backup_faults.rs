//! What happens to backups: cut off, changed, no space, killed. Nothing is half there afterwards.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    process::Command,
};

use crate::{
    backup::{Project, backup, restore, restored_server, succeeded},
    harness::{DATABASE, FAILED, Server, run, server, tacit},
};

/// A backup `a.backup` of a server in `folder` with some secrets.
fn prepare(folder: &Path) -> Project {
    let running = Server::start(server(folder));
    let project = Project::create(&running);
    // Random enough that the file is larger than what a pipe takes.
    for batch in 0..4 {
        let names: Vec<String> = (0..50).map(|number| format!("SECRET_{batch}_{number}")).collect();
        let values: Vec<_> = names.iter().map(|name| (name.as_str(), name.repeat(20))).collect();
        project.set(&running, "POST", &values);
    }
    succeeded(&run(backup(folder), ""));
    project
}

#[test]
fn a_truncated_backup_is_refused_at_every_hundredth_of_its_length() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let bytes = fs::read(folder.path().join("a.backup")).unwrap();
    assert!(bytes.len() > 2 * 64 * 1024, "it has several frames: {}", bytes.len());

    for hundredth in 0..100 {
        fs::write(folder.path().join("cut.backup"), &bytes[..bytes.len() * hundredth / 100]).unwrap();
        let arguments = if hundredth % 10 == 0 { &["cut.backup"][..] } else { &["--check", "cut.backup"] };
        let ended = run(restore(folder.path(), arguments), "");

        assert_eq!(ended.code, Some(FAILED), "{hundredth}: {ended:?}");
        let sentence = if hundredth == 0 { "is not a backup" } else { "it ends too early" };
        assert!(ended.stderr.contains(sentence), "{hundredth}: {ended:?}");
        assert!(!folder.path().join("restored/tacit.db").exists(), "{hundredth}");
    }
}

#[test]
fn a_changed_byte_is_found_and_no_trial_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let mut bytes = fs::read(folder.path().join("a.backup")).unwrap();
    let at = bytes.len() - 1000;
    bytes[at] ^= 1;
    fs::write(folder.path().join("changed.backup"), &bytes).unwrap();

    for (name, code) in [("changed.backup", FAILED), ("a.backup", 0)] {
        let mut command = restore(folder.path(), &["--check", name]);
        let ended = run(
            {
                command.env("TMPDIR", &temporary);
                command
            },
            "",
        );

        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
    }
}

/// A command that may not write files of more than this many KiB.
fn limited(command: &Command, kib: u32) -> Command {
    let mut shell = Command::new("sh");
    // Without the trap the system ends the process instead of refusing the write.
    shell.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", kib * 2)).arg("sh");
    shell.arg(command.get_program()).args(command.get_args());
    shell.current_dir(command.get_current_dir().unwrap());
    shell
}

#[test]
fn a_full_disk_leaves_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let running = Server::start(server(folder.path()));
    let project = Project::create(&running);
    project.set(&running, "POST", &[("LARGE", "x".repeat(500_000))]);
    let command = tacit(folder.path(), &["backup", "--data-dir", "data", "--to", "full.backup"]);
    let mut command = limited(&command, 64);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());

    let ended = run(command, "");

    assert_eq!(ended.code, Some(FAILED), "{ended:?}");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["data"], "{ended:?}");
    assert_eq!(project.get(&running, "LARGE").len(), 500_000);
}

/// Starts to restore from a pipe that gives only half of the backup, and kills that.
fn restore_half_and_kill(folder: &Path, more: &[&str]) {
    let pipe = folder.join("pipe");
    if !pipe.exists() {
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    }
    let bytes = fs::read(folder.join("a.backup")).unwrap();
    let mut child = restore(folder, &[more, &["pipe"]].concat()).spawn().unwrap();
    // Opening waits until it reads, by when it has begun to fill the database.
    let mut writer = OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(&bytes[..bytes.len() / 2]).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_restore_that_was_killed_leaves_nothing_that_a_server_starts_on() {
    let folder = tempfile::tempdir().unwrap();
    let project = prepare(folder.path());

    restore_half_and_kill(folder.path(), &[]);
    let refused = Server::refused(restored_server(folder.path()));
    let restored = run(restore(folder.path(), &["a.backup"]), "");
    let second = Server::start(restored_server(folder.path()));

    assert_eq!(refused.code, Some(DATABASE), "{refused:?}");
    assert!(refused.stderr.contains("was not finished"), "{refused:?}");
    succeeded(&restored);
    assert_eq!(project.get(&second, "SECRET_3_49"), "SECRET_3_49".repeat(20));
}

#[test]
fn a_restore_that_was_killed_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let project = prepare(folder.path());
    succeeded(&run(restore(folder.path(), &["a.backup"]), ""));
    let second = Server::start(restored_server(folder.path()));
    project.set(&second, "PATCH", &[("SECRET_0_0", "newer".to_owned())]);
    second.stop();

    restore_half_and_kill(folder.path(), &["--replace"]);
    let refused = Server::refused(restored_server(folder.path()));
    fs::remove_file(folder.path().join("restored/tacit.db.restoring")).unwrap();
    let third = Server::start(restored_server(folder.path()));

    assert_eq!(refused.code, Some(DATABASE), "{refused:?}");
    assert_eq!(project.get(&third, "SECRET_0_0"), "newer");
}
