//! TLS by the server itself, and certificates that change while it runs.

use std::{fs, path::Path, process::Command};

use rustix::process::Signal;

use crate::harness::{FAILED, LISTEN, PASSWORD, SETTINGS, Server, run, server, tacit};

fn write_certificate(folder: &Path) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

fn with_tls(folder: &Path) -> Command {
    let mut command = server(folder);
    command.args(["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    command
}

fn setup(folder: &Path, url: &str, trust: &[&str]) -> crate::harness::Ended {
    let mut command =
        tacit(folder, &["setup", "--url", url, "--email", "ada@example.test", "--password-stdin"]);
    command.args(trust);
    run(command, PASSWORD)
}

#[test]
fn the_server_answers_over_tls_to_those_who_trust_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let server = Server::start(with_tls(folder.path()));
    assert!(server.url.starts_with("https://"));

    let stranger = setup(folder.path(), &server.url, &[]);
    let health = run(tacit(folder.path(), &["healthcheck", "--url", &server.url]), "");
    let friend = setup(folder.path(), &server.url, &["--ca-cert", "cert.pem"]);

    // Without a system store there is nothing to trust, which is a setting.
    assert!([Some(FAILED), Some(SETTINGS)].contains(&stranger.code), "{stranger:?}");
    assert!(stranger.stderr.contains("--ca-cert"), "{stranger:?}");
    assert_eq!(health.code, Some(0), "{health:?}");
    assert_eq!(friend.code, Some(0), "{friend:?}");
}

#[test]
fn a_new_certificate_is_taken_into_use_without_a_restart_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let mut server = Server::start(with_tls(folder.path()));

    fs::write(folder.path().join("cert.pem"), "broken").unwrap();
    server.signal(Signal::HUP);
    server.wait_for("stays in use");
    write_certificate(folder.path());
    server.signal(Signal::HUP);
    server.wait_for("was read again");

    let friend = setup(folder.path(), &server.url, &["--ca-cert", "cert.pem"]);
    assert_eq!(friend.code, Some(0), "{friend:?}");
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let mut half = server(folder.path());
    half.args(["--tls-cert", "cert.pem"]);
    assert_eq!(Server::refused(half).code, Some(SETTINGS));

    fs::write(folder.path().join("key.pem"), "broken").unwrap();
    assert_eq!(Server::refused(with_tls(folder.path())).code, Some(LISTEN));

    fs::remove_file(folder.path().join("key.pem")).unwrap();
    assert_eq!(Server::refused(with_tls(folder.path())).code, Some(LISTEN));
}
