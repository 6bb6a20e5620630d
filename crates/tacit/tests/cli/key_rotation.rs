//! `tacit key rotate`, cut off wherever it may be, and `tacit key verify`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Child,
    thread,
    time::Duration,
};

use serde_json::json;

use crate::harness::{DATABASE, Ended, FAILED, ROOT_KEY, SETTINGS, Server, run, server, tacit};

/// A command on the data of `folder`.
pub fn key(folder: &Path, arguments: &[&str], input: &str) -> Ended {
    run(tacit(folder, &[["key"].as_slice(), arguments, &["--data-dir", "data"]].concat()), input)
}

/// A server with a project and a secret that has been stopped. Returns a token that reads it, and where.
pub fn stopped_server(folder: &Path) -> (String, String) {
    let first = Server::start(server(folder));
    let token = first.bootstrap()["identity"]["credentials"]["token"].as_str().unwrap().to_owned();
    let project = json!({ "projectName": "Keys" });
    let (_, made) = first.call("POST", "/api/v1/projects", Some(&token), Some(&project));
    let id = made["project"]["id"].as_str().unwrap();
    let body = json!({ "workspaceId": id, "environment": "dev", "secretValue": "kept" });
    assert_eq!(first.call("POST", "/api/v3/secrets/raw/FOO", Some(&token), Some(&body)).0, 200);
    assert_eq!(first.stop().code, Some(0));
    (token, format!("/api/v3/secrets/raw/FOO?workspaceId={id}&environment=dev"))
}

/// Whether the secret reads with the token from before.
pub fn reads(server: &Server, (token, path): &(String, String)) -> bool {
    let (status, answer) = server.call("GET", path, Some(token), None);
    status == 200 && answer["secret"]["secretValue"] == "kept"
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("data/root-key/root.key")
}

fn key_files(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder.join("data/root-key")).unwrap();
    let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The folders of audit journals in the data of `folder`.
pub fn journals(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("data")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("journal")).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).unwrap();
        }
    }
}

#[test]
fn a_rotation_keeps_tokens_and_values_and_the_key_from_before() {
    let folder = tempfile::tempdir().unwrap();
    let secret = stopped_server(folder.path());
    let before = fs::read_to_string(key_file(folder.path())).unwrap();

    let rotated = key(folder.path(), &["rotate"], "");

    assert_eq!(rotated.code, Some(0), "{rotated:?}");
    assert!(rotated.stdout.contains("root key replaced in "), "{}", rotated.stdout);
    assert_eq!(journals(folder.path()), ["journal"], "a command leaves nothing of its own");
    let after = fs::read_to_string(key_file(folder.path())).unwrap();
    assert_ne!(after, before);
    assert!(!rotated.stdout.contains(before.trim()) && !rotated.stdout.contains(after.trim()));
    let files = key_files(folder.path());
    assert_eq!((files.len(), files[0].as_str()), (2, "root.key"), "{files:?}");
    assert_eq!(fs::read_to_string(folder.path().join("data/root-key").join(&files[1])).unwrap(), before);
    let verified = key(folder.path(), &["verify"], "");
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.contains("1 keys open in projects.data_key_ciphertext"), "{}", verified.stdout);
    assert!(reads(&Server::start(server(folder.path())), &secret));

    fs::write(key_file(folder.path()), before).unwrap();
    assert_eq!(Server::refused(server(folder.path())).code, Some(ROOT_KEY));
    assert_eq!(key(folder.path(), &["verify"], "").code, Some(ROOT_KEY));
}

/// The states in which a rotation may be cut off, put together from the files before and after a whole one.
#[test]
fn wherever_a_rotation_is_cut_off_the_next_start_works() {
    let folder = tempfile::tempdir().unwrap();
    let secret = stopped_server(folder.path());
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    copy(&folder.path().join("data"), &before.join("data"));
    assert_eq!(key(folder.path(), &["rotate"], "").code, Some(0));
    copy(&folder.path().join("data"), &after.join("data"));
    let new = fs::read(key_file(&after)).unwrap();
    let old = fs::read(key_file(&before)).unwrap();
    let archive = key_files(&after).pop().unwrap();

    for (name, database, has_archive) in
        [("file", &before, false), ("database", &after, false), ("link", &after, true)]
    {
        let state = folder.path().join(name);
        copy(&database.join("data"), &state.join("data"));
        fs::write(key_file(&state), &old).unwrap();
        fs::copy(key_file(&before), state.join("data/root-key/root.key.new")).unwrap();
        fs::write(state.join("data/root-key/root.key.new"), &new).unwrap();
        if !has_archive {
            let _ = fs::remove_file(state.join("data/root-key").join(&archive));
        }

        let started = Server::start(server(&state));

        assert!(reads(&started, &secret), "{name}");
        let expected = if name == "file" { &old } else { &new };
        assert_eq!(&fs::read(key_file(&state)).unwrap(), expected, "{name}");
        let files = key_files(&state);
        assert!(!files.contains(&"root.key.new".to_owned()), "{name}: {files:?}");
        assert_eq!(files.contains(&archive), name != "file", "{name}: {files:?}");
    }
}

#[test]
fn a_rotation_that_is_killed_at_any_time_leaves_a_server_that_starts() {
    let folder = tempfile::tempdir().unwrap();
    let secret = stopped_server(folder.path());
    for milliseconds in [5, 40, 80, 120, 160, 220] {
        let mut rotating: Child =
            tacit(folder.path(), &["key", "rotate", "--data-dir", "data"]).spawn().unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        let _ = rotating.kill();
        let _ = rotating.wait();

        let started = Server::start(server(folder.path()));

        assert!(reads(&started, &secret), "after {milliseconds} ms");
        assert_eq!(started.stop().code, Some(0));
    }
}

#[test]
fn while_the_server_runs_or_with_the_key_in_a_variable_nothing_is_rotated() {
    let folder = tempfile::tempdir().unwrap();
    stopped_server(folder.path());
    let running = Server::start(server(folder.path()));
    assert_eq!(key(folder.path(), &["rotate"], "").code, Some(DATABASE));
    drop(running);
    let text = fs::read_to_string(key_file(folder.path())).unwrap();
    let mut command = tacit(folder.path(), &["key", "rotate", "--data-dir", "data"]);
    command.env("TACIT_ROOT_KEY", text.trim());

    let refused = run(command, "");

    assert_eq!(refused.code, Some(SETTINGS), "{refused:?}");
    assert!(refused.stderr.contains("migrate --to file"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(key_file(folder.path())).unwrap(), text);
}

#[test]
fn the_recovery_key_brings_a_lost_root_key_back() {
    let folder = tempfile::tempdir().unwrap();
    let secret = stopped_server(folder.path());
    let made = key(folder.path(), &["recovery", "create"], "");
    assert_eq!(made.code, Some(0), "{made:?}");
    let recovery = made.stdout.trim().to_owned();
    assert!(!made.stderr.contains(&recovery));
    let typed = recovery.to_lowercase().replace('-', " ");
    let verified = key(folder.path(), &["recovery", "verify", "--recovery-key-stdin"], &typed);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert_eq!(key(folder.path(), &["rotate"], "").code, Some(0));
    fs::remove_dir_all(folder.path().join("data/root-key")).unwrap();
    assert_eq!(Server::refused(server(folder.path())).code, Some(ROOT_KEY));

    let slip = recovery.replacen(&recovery[..1], if recovery.starts_with('7') { "8" } else { "7" }, 1);
    let wrong = key(folder.path(), &["recover", "--recovery-key-stdin"], &slip);
    let recovered = key(folder.path(), &["recover", "--recovery-key-stdin"], &recovery);

    assert_eq!(wrong.code, Some(FAILED), "{wrong:?}");
    assert_eq!(recovered.code, Some(0), "{recovered:?}");
    assert!(reads(&Server::start(server(folder.path())), &secret));
    // A file that is there is never overwritten.
    let again = key(folder.path(), &["recover", "--recovery-key-stdin"], &recovery);
    assert_eq!(again.code, Some(ROOT_KEY), "{again:?}");
}

#[test]
fn a_running_server_replaces_data_keys_and_goes_on_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let secret = stopped_server(folder.path());
    let first = Server::start(server(folder.path()));
    let project = secret.1.split(['=', '&']).nth(1).unwrap().to_owned();
    let path = "/api/v4/secrets/batch";
    let secrets: Vec<_> =
        (0..300).map(|n| json!({ "secretKey": format!("S{n}"), "secretValue": format!("v{n}") })).collect();
    for some in secrets.chunks(100) {
        let body = json!({ "projectId": project, "environment": "dev", "secretPath": "/", "secrets": some });
        let (status, answer) = first.call("POST", path, Some(&secret.0), Some(&body));
        assert_eq!(status, 200, "{answer}");
    }
    let mut command =
        tacit(folder.path(), &["key", "rotate-data", "--project", &project, "--url", &first.url]);
    command.env("TACIT_TOKEN", &secret.0);
    let begun = run(command, "");
    assert_eq!(begun.code, Some(0), "{begun:?}");
    drop(first);

    let second = Server::start(server(folder.path()));
    let key_path = format!("/api/ui/v1/projects/{project}/data-key");
    let is_finished = |server: &Server| {
        let (status, body) = server.call("GET", &key_path, Some(&secret.0), None);
        assert_eq!(status, 200, "{body}");
        body["keyNumber"] == 2 && body["rotation"]["state"] == "finished"
    };
    let tries = (0..300).find(|_| {
        thread::sleep(Duration::from_millis(100));
        is_finished(&second)
    });

    assert!(tries.is_some(), "the rotation does not end");
    assert!(reads(&second, &secret));
    let list = format!("/api/v3/secrets/raw?workspaceId={project}&environment=dev");
    let (status, body) = second.call("GET", &list, Some(&secret.0), None);
    assert_eq!((status, body["secrets"].as_array().unwrap().len()), (200, 301));
    second.stop();
    assert_eq!(key(folder.path(), &["verify"], "").code, Some(0));
}

#[test]
fn the_key_of_an_organization_is_replaced_by_its_name_and_all_keys_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (token, _) = stopped_server(folder.path());
    let node = Server::start(server(folder.path()));
    let rotate = |arguments: &[&str]| {
        let address = ["--url", &node.url];
        let mut command = tacit(folder.path(), &[&["key", "rotate-data"], arguments, &address].concat());
        command.env("TACIT_TOKEN", &token);
        run(command, "")
    };
    let number = || {
        let (status, body) = node.call("GET", "/api/ui/v1/organization/data-key", Some(&token), None);
        assert_eq!(status, 200, "{body}");
        (body["keyNumber"].as_i64().unwrap(), body["rotation"]["state"] == "finished")
    };
    let comes_to = |wanted: i64| {
        let is_there = (0..300).any(|_| {
            thread::sleep(Duration::from_millis(100));
            number() == (wanted, true)
        });
        assert!(is_there, "{:?}", number());
    };

    let other = rotate(&["--organization", "Other"]);
    assert_eq!(other.code, Some(FAILED), "{other:?}");
    assert!(other.stderr.contains("another organization: Acme"), "{}", other.stderr);
    assert_eq!(number().0, 1);
    let nothing_to_give_up = rotate(&["--organization", "Acme", "--give-up-damaged"]);
    assert_eq!(nothing_to_give_up.code, Some(FAILED), "{nothing_to_give_up:?}");

    let begun = rotate(&["--organization", "Acme"]);
    assert_eq!(begun.code, Some(0), "{begun:?}");
    assert!(begun.stdout.contains("0 projects and 1 organizations"), "{}", begun.stdout);
    comes_to(2);
    let all = rotate(&["--all"]);
    assert!(all.stdout.contains("1 projects and 1 organizations"), "{all:?}");
    comes_to(3);
    assert_eq!(rotate(&[]).code, Some(2), "something has to be named");
}
