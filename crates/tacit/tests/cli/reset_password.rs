//! `tacit reset-password`: a link for servers that send no mail.

use serde_json::{Value, json};

use crate::{
    harness::{DATABASE, FAILED, PASSWORD, SETTINGS, Server, run, server, tacit},
    key_rotation::journals,
    postgres::{KEY, node, schema},
};

const NEW: &str = "staple of another kind";

/// The link that the command prints for a server whose data is in `folder`.
fn code(stdout: &str) -> String {
    let link = stdout.lines().find(|line| line.starts_with("http")).unwrap();
    assert!(link.starts_with("https://tacit.example.test/password-reset#token="), "{link}");
    link.split_once("#token=").unwrap().1.split('&').next().unwrap().to_owned()
}

#[test]
fn the_one_who_runs_the_machine_makes_a_link_while_the_server_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(server(folder.path()));
    first.bootstrap();
    let link_for = |email: &str| {
        let data = ["--data-dir", "data", "--site-url", "https://tacit.example.test"];
        let arguments = [["reset-password", "--email", email].as_slice(), &data].concat();
        run(tacit(folder.path(), &arguments), "")
    };
    let early = link_for("ada@example.test");
    assert_eq!(early.code, Some(DATABASE), "{}", early.stderr);
    first.stop();

    let unknown = link_for("nobody@example.test");
    assert_eq!(unknown.code, Some(FAILED), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("has no account"), "{}", unknown.stderr);
    // For people, although standard error is no terminal here.
    assert!(
        unknown.stderr.contains("error: ") && unknown.stderr.contains("\n  next: "),
        "{}",
        unknown.stderr
    );
    let answer = link_for("ada@example.test");

    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    assert_eq!(journals(folder.path()), ["journal"], "a command leaves nothing of its own");
    let code = code(&answer.stdout);
    assert!(!answer.stderr.contains(&code));
    let second = Server::start(server(folder.path()));
    let post = |path: &str, token: Option<&str>, body: Value| second.call("POST", path, token, Some(&body));
    let body = json!({ "email": "ada@example.test", "code": code });
    let (status, verified) = post("/api/v1/password/email/password-reset-verify", None, body);
    assert_eq!(status, 200, "{verified}");
    let body = json!({ "newPassword": NEW });
    assert_eq!(post("/api/v2/password/password-reset", verified["token"].as_str(), body).0, 200);
    for (password, expected) in [(PASSWORD, 401), (NEW, 200)] {
        let body = json!({ "email": "ada@example.test", "password": password });
        assert_eq!(post("/api/v3/auth/login", None, body).0, expected);
    }
}

#[test]
fn with_postgresql_the_server_goes_on_meanwhile() {
    let Some(url) = schema() else { return };
    let folder = tempfile::tempdir().unwrap();
    let running = Server::start(node(folder.path(), &url, KEY));
    running.bootstrap();

    let arguments = ["reset-password", "--email", "ada@example.test", "--data-dir", "data"];
    let mut command =
        tacit(folder.path(), &[&arguments[..], &["--site-url", "https://tacit.example.test"]].concat());
    command.env("TACIT_DATABASE_URL", &url).env("TACIT_ROOT_KEY", KEY);
    let answer = run(command, "");

    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    let body = json!({ "email": "ada@example.test", "code": code(&answer.stdout) });
    let (status, verified) =
        running.call("POST", "/api/v1/password/email/password-reset-verify", None, Some(&body));
    assert_eq!(status, 200, "{verified}");
    assert_eq!(journals(folder.path()), ["journal"]);
}

#[test]
fn a_mail_server_without_an_address_of_the_site_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = server(folder.path());
    command.args(["--smtp-host", "mail.example.test", "--smtp-from", "tacit@example.test"]);

    let refused = Server::refused(command);

    assert_eq!(refused.code, Some(SETTINGS), "{}", refused.stderr);
    assert!(refused.stderr.contains("--site-url"), "{}", refused.stderr);
}
