//! `tacit migrate-store`, if `TACIT_TEST_POSTGRES` names a server.

use std::path::Path;

use crate::{
    backup::{Project, succeeded},
    harness::{DATABASE, Ended, Server, run, tacit},
    postgres::{KEY, node, schema},
};

fn migrate(folder: &Path, from: &str, to: &str) -> Ended {
    run(tacit(folder, &["migrate-store", "--from", from, "--to", to]), "")
}

fn sqlite(folder: &Path, data: &str) -> Server {
    let mut command = tacit(folder, &["server", "--listen", "127.0.0.1:0", "--data-dir", data]);
    command.env("TACIT_ROOT_KEY", KEY);
    Server::start(command)
}

#[test]
fn a_store_goes_to_postgresql_and_back_and_is_the_same() {
    let Some(url) = schema() else { return };
    let folder = tempfile::tempdir().unwrap();
    let first = sqlite(folder.path(), "first");
    let project = Project::create(&first);
    project.set(&first, "POST", &[("FOO", "BAR ö 🦀".to_owned()), ("EMPTY", String::new())]);

    let running = migrate(folder.path(), "first/tacit.db", &url);
    first.stop();
    let there = migrate(folder.path(), "first/tacit.db", &url);
    let second = Server::start(node(folder.path(), &url, KEY));
    let on_postgres = project.get(&second, "FOO");
    project.set(&second, "PATCH", &[("FOO", "changed".to_owned())]);
    let busy = migrate(folder.path(), &url, "second/tacit.db");
    second.stop();
    std::fs::create_dir(folder.path().join("second")).unwrap();
    let back = migrate(folder.path(), &url, "second/tacit.db");
    let occupied = migrate(folder.path(), &url, "first/tacit.db");
    let third = sqlite(folder.path(), "second");

    succeeded(&there);
    succeeded(&back);
    assert!(there.stdout.contains("every row was read again on both sides"), "{there:?}");
    for refused in [running, busy, occupied] {
        assert_eq!(refused.code, Some(DATABASE), "{refused:?}");
    }
    assert_eq!(on_postgres, "BAR ö 🦀");
    assert_eq!(project.get(&third, "FOO"), "changed");
    assert_eq!(project.get(&third, "EMPTY"), "");
}

#[test]
fn a_store_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();

    let ended = migrate(folder.path(), "nothing.db", "target.db");

    assert_eq!(ended.code, Some(DATABASE), "{ended:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
