//! `tacit backup` and `tacit restore`, as an operator uses them.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use serde_json::{Value, json};

use crate::{
    harness::{DATABASE, Ended, FAILED, ROOT_KEY, Server, run, server, tacit},
    postgres::{KEY, node, schema},
};

/// A project and how to read and change it.
pub struct Project {
    pub token: String,
    pub id: String,
}

impl Project {
    /// Sets a new server up.
    pub fn create(server: &Server) -> Self {
        let token = server.bootstrap()["identity"]["credentials"]["token"].as_str().unwrap().to_owned();
        let body = json!({ "projectName": "Backup" });
        let (status, answer) = server.call("POST", "/api/v1/projects", Some(&token), Some(&body));
        assert_eq!(status, 200, "{answer}");
        Self { token, id: answer["project"]["id"].as_str().unwrap().to_owned() }
    }

    /// Creates (`POST`) or changes (`PATCH`) secrets in one commit.
    pub fn set(&self, server: &Server, method: &str, values: &[(&str, String)]) {
        let secrets: Vec<Value> =
            values.iter().map(|(name, value)| json!({ "secretKey": name, "secretValue": value })).collect();
        let body = json!({ "workspaceId": self.id, "environment": "dev", "secrets": secrets });
        let (status, answer) =
            server.call(method, "/api/v3/secrets/batch/raw", Some(&self.token), Some(&body));
        assert_eq!(status, 200, "{answer}");
    }

    /// The value of a secret.
    pub fn get(&self, server: &Server, name: &str) -> String {
        let path = format!("/api/v3/secrets/raw/{name}?workspaceId={}&environment=dev", self.id);
        let (status, answer) = server.call("GET", &path, Some(&self.token), None);
        assert_eq!(status, 200, "{answer}");
        answer["secret"]["secretValue"].as_str().unwrap().to_owned()
    }
}

/// `tacit backup --to a.backup`, of the data in `folder/data`.
pub fn backup(folder: &Path) -> Command {
    tacit(folder, &["backup", "--data-dir", "data", "--to", "a.backup"])
}

/// `tacit restore`, into `folder/restored`, with the root key of `folder/data`.
pub fn restore(folder: &Path, more: &[&str]) -> Command {
    let key = ["--root-key-file", "data/root-key/root.key"];
    tacit(folder, &[&["restore", "--data-dir", "restored"], &key[..], more].concat())
}

/// A server on what was restored.
pub fn restored_server(folder: &Path) -> Command {
    let key = ["--root-key-file", "data/root-key/root.key"];
    tacit(folder, &[&["server", "--listen", "127.0.0.1:0", "--data-dir", "restored"], &key[..]].concat())
}

pub fn succeeded(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_backup_beside_a_running_server_is_restored_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let running = Server::start(server(folder.path()));
    let project = Project::create(&running);
    project.set(&running, "POST", &[("FOO", "BAR ö 🦀".to_owned())]);

    let made = run(backup(folder.path()), "");
    project.set(&running, "PATCH", &[("FOO", "later".to_owned())]);
    let checked = run(restore(folder.path(), &["--check", "a.backup"]), "");
    let put_back = run(restore(folder.path(), &["a.backup"]), "");

    succeeded(&made);
    succeeded(&checked);
    succeeded(&put_back);
    assert!(
        made.stderr.contains(" tables, ") && made.stderr.contains("It opens with the root key"),
        "{made:?}"
    );
    assert!(checked.stdout.contains("a.backup can be restored"), "{checked:?}");
    let bits = fs::metadata(folder.path().join("a.backup")).unwrap().permissions().mode();
    assert_eq!(bits & 0o777, 0o600);
    let there = Server::start(restored_server(folder.path()));
    assert_eq!(project.get(&there, "FOO"), "BAR ö 🦀", "tokens and values are as they were");
    assert_eq!(project.get(&running, "FOO"), "later");
}

#[test]
fn a_backup_holds_no_value_and_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let running = Server::start(server(folder.path()));
    let project = Project::create(&running);
    project.set(&running, "POST", &[("CANARY_NAME", "canary value".to_owned())]);
    succeeded(&run(backup(folder.path()), ""));

    let bytes = fs::read(folder.path().join("a.backup")).unwrap();
    let key = fs::read_to_string(folder.path().join("data/root-key/root.key")).unwrap();
    for text in ["canary value", "CANARY_NAME", "ada@example.test", key.trim()] {
        assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let running = Server::start(server(folder.path()));
    let project = Project::create(&running);
    project.set(&running, "POST", &[("FOO", "one".to_owned())]);
    succeeded(&run(backup(folder.path()), ""));
    succeeded(&run(restore(folder.path(), &["a.backup"]), ""));
    let second = Server::start(restored_server(folder.path()));
    project.set(&second, "PATCH", &[("FOO", "two".to_owned())]);

    let again = run(backup(folder.path()), "");
    let running_too = run(restore(folder.path(), &["--replace", "a.backup"]), "");
    second.stop();
    let occupied = run(restore(folder.path(), &["a.backup"]), "");
    let replaced = run(restore(folder.path(), &["--replace", "a.backup"]), "");

    assert_eq!(again.code, Some(FAILED), "{again:?}");
    assert!(again.stderr.contains("is there already"), "{again:?}");
    assert_eq!(running_too.code, Some(DATABASE), "{running_too:?}");
    assert_eq!(occupied.code, Some(DATABASE), "{occupied:?}");
    assert!(occupied.stderr.contains("--replace"), "{occupied:?}");
    succeeded(&replaced);
    let third = Server::start(restored_server(folder.path()));
    assert_eq!(project.get(&third, "FOO"), "one");
}

#[test]
fn a_backup_goes_through_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    Server::start(server(folder.path())).bootstrap();
    let out = fs::File::create(folder.path().join("piped.backup")).unwrap();
    let mut command = tacit(folder.path(), &["backup", "--data-dir", "data", "--to", "-"]);
    let status = command.stdout(out).status().unwrap();

    assert_eq!(status.code(), Some(0));
    succeeded(&run(restore(folder.path(), &["--check", "piped.backup"]), ""));
}

#[test]
fn a_store_that_no_server_has_used_has_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("root.key"), KEY).unwrap();
    fs::set_permissions(folder.path().join("root.key"), fs::Permissions::from_mode(0o600)).unwrap();
    let ended =
        run(tacit(folder.path(), &["backup", "--data-dir", "data", "--root-key-file", "root.key"]), "");

    assert_eq!(ended.code, Some(DATABASE), "{ended:?}");
    assert!(!folder.path().join("data").exists());
}

/// Changes a pair of secrets to the same value in one commit, again and again, and makes backups meanwhile.
fn backups_of_a_moving_pair(running: &Server, project: &Project, mut make: impl FnMut(usize)) {
    let is_over = AtomicBool::new(false);
    project.set(running, "POST", &[("A", "0".to_owned()), ("B", "0".to_owned())]);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut number = 0;
            while !is_over.load(Ordering::SeqCst) {
                number += 1;
                let value = number.to_string();
                project.set(running, "PATCH", &[("A", value.clone()), ("B", value)]);
            }
            number
        });
        (0..3).for_each(&mut make);
        is_over.store(true, Ordering::SeqCst);
        assert!(writer.join().unwrap() > 0);
    });
}

#[test]
fn a_backup_shows_one_moment_while_the_server_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let running = Server::start(server(folder.path()));
    let project = Project::create(&running);

    backups_of_a_moving_pair(&running, &project, |number| {
        let name = format!("{number}.backup");
        succeeded(&run(tacit(folder.path(), &["backup", "--data-dir", "data", "--to", &name]), ""));
    });

    for number in 0..3 {
        let name = format!("{number}.backup");
        succeeded(&run(restore(folder.path(), &["--replace", &name]), ""));
        let second = Server::start(restored_server(folder.path()));
        assert_eq!(project.get(&second, "A"), project.get(&second, "B"));
        second.stop();
    }
}

/// As above on PostgreSQL, and from there into SQLite and into another PostgreSQL.
#[test]
fn a_backup_of_postgresql_shows_one_moment_and_is_restored_into_either_engine() {
    let (Some(from), Some(to)) = (schema(), schema()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let with = |url: Option<&str>, arguments: &[&str]| {
        let mut command = tacit(folder.path(), arguments);
        command.env("TACIT_ROOT_KEY", KEY);
        if let Some(url) = url {
            command.env("TACIT_DATABASE_URL", url);
        }
        command
    };
    let running = Server::start(node(folder.path(), &from, KEY));
    let project = Project::create(&running);

    backups_of_a_moving_pair(&running, &project, |number| {
        let name = format!("{number}.backup");
        succeeded(&run(with(Some(&from), &["backup", "--data-dir", "data", "--to", &name]), ""));
    });
    let busy = run(with(Some(&from), &["restore", "--data-dir", "data", "--replace", "1.backup"]), "");
    assert_eq!(busy.code, Some(DATABASE), "{busy:?}");
    running.stop();

    succeeded(&run(with(Some(&to), &["restore", "--data-dir", "other", "1.backup"]), ""));
    let occupied = run(with(Some(&to), &["restore", "--data-dir", "other", "1.backup"]), "");
    assert_eq!(occupied.code, Some(DATABASE), "{occupied:?}");
    succeeded(&run(with(Some(&to), &["restore", "--data-dir", "other", "--replace", "2.backup"]), ""));
    succeeded(&run(with(None, &["restore", "--data-dir", "sqlite", "2.backup"]), ""));
    let postgres =
        Server::start(with(Some(&to), &["server", "--listen", "127.0.0.1:0", "--data-dir", "other"]));
    let sqlite = Server::start(with(None, &["server", "--listen", "127.0.0.1:0", "--data-dir", "sqlite"]));
    for server in [&postgres, &sqlite] {
        assert_eq!(project.get(server, "A"), project.get(server, "B"));
    }
    assert_eq!(project.get(&postgres, "A"), project.get(&sqlite, "A"));
}

#[test]
fn another_root_key_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    Server::start(server(folder.path())).bootstrap();
    succeeded(&run(backup(folder.path()), ""));
    let with = |arguments: &[&str]| {
        let mut command = tacit(folder.path(), arguments);
        command.env("TACIT_ROOT_KEY", KEY);
        run(command, "")
    };

    let made = with(&["backup", "--data-dir", "data", "--to", "b.backup", "--database-url", "data/tacit.db"]);
    let checked = with(&["restore", "--check", "a.backup"]);
    let restored = with(&["restore", "--database-url", "restored/tacit.db", "a.backup"]);

    for ended in [made, checked, restored] {
        assert_eq!(ended.code, Some(ROOT_KEY), "{ended:?}");
    }
    assert!(!folder.path().join("restored/tacit.db").exists());
    assert!(!folder.path().join("b.backup").exists());
}
