//! `tacit audit`: proving the log beside a running server, and from nothing but a file.

use std::{fs, path::Path};

use serde_json::json;

use crate::harness::{DATABASE, Ended, FAILED, PASSWORD, SETTINGS, Server, run, server, tacit};

fn audit(folder: &Path, arguments: &[&str]) -> Ended {
    let data = ["--data-dir", "data"];
    let with_data = !arguments.contains(&"verify-proof");
    let data = if with_data { &data[..] } else { &[] };
    let all = [&["audit"][..], arguments, data].concat();
    run(tacit(folder, &all), "")
}

/// A token of the administrator for their organization.
fn token(server: &Server) -> String {
    let body = json!({ "email": "ada@example.test", "password": PASSWORD });
    let (_, login) = server.call("POST", "/api/v3/auth/login", None, Some(&body));
    let token = login["accessToken"].as_str().unwrap();
    let (_, organizations) = server.call("GET", "/api/v2/users/me/organizations", Some(token), None);
    let body = json!({ "organizationId": organizations["organizations"][0]["id"] });
    let (_, chosen) = server.call("POST", "/api/v3/auth/select-organization", Some(token), Some(&body));
    chosen["token"].as_str().unwrap().to_owned()
}

/// The id of the newest event that the log has of a kind, as an administrator reads it.
fn newest(server: &Server, kind: &str) -> String {
    let token = token(server);
    let token = token.as_str();
    let path = format!("/api/v1/organization/audit-logs?eventType={kind}&limit=1");
    let (_, logs) = server.call("GET", &path, Some(token), None);
    let (status, _) = server.call("POST", "/api/ui/v1/audit-logs/checkpoint", Some(token), Some(&json!({})));
    assert_eq!(status, 200);
    logs["auditLogs"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_log_is_proven_beside_a_running_server_and_one_event_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let early = audit(folder.path(), &["verify"]);
    assert_eq!(early.code, Some(DATABASE), "{}", early.stderr);
    let running = Server::start(server(folder.path()));
    running.bootstrap();
    let event = newest(&running, "select-organization");

    let whole = audit(folder.path(), &["verify"]);
    let lines = audit(folder.path(), &["checkpoint"]);
    let proof = audit(folder.path(), &["proof", &event]);

    assert_eq!(whole.code, Some(0), "{} {}", whole.stdout, whole.stderr);
    assert!(whole.stdout.contains("of the root key"), "{}", whole.stdout);
    assert!(whole.stdout.contains("Acme (acme"), "{}", whole.stdout);
    assert!(whole.stdout.contains(": proven") && whole.stdout.contains("events/s"), "{}", whole.stdout);
    assert!(lines.stdout.lines().all(|line| line.starts_with("tacit-audit-checkpoint-1 ")));
    assert!(!lines.stdout.is_empty());
    assert_eq!(proof.code, Some(0), "{}", proof.stderr);

    fs::write(folder.path().join("proof.json"), &proof.stdout).unwrap();
    fs::write(folder.path().join("kept"), &lines.stdout).unwrap();
    let checked = audit(folder.path(), &["verify-proof", "proof.json"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert!(checked.stdout.contains(&event), "{}", checked.stdout);
    let forged = proof.stdout.replace("select-organization", "select-organizations");
    fs::write(folder.path().join("forged.json"), forged).unwrap();
    let refused = audit(folder.path(), &["verify-proof", "forged.json"]);
    assert_eq!(refused.code, Some(FAILED), "{}", refused.stdout);
    let other = audit(folder.path(), &["verify-proof", "proof.json", "--key", "0123"]);
    assert_eq!(other.code, Some(FAILED), "{}", other.stdout);

    running.stop();
    let kept = audit(folder.path(), &["verify", "--checkpoint", "kept"]);
    assert_eq!(kept.code, Some(0), "{} {}", kept.stdout, kept.stderr);
    let empty = audit(folder.path(), &["verify", "--checkpoint", "proof.json"]);
    assert_eq!(empty.code, Some(SETTINGS), "{}", empty.stderr);
    let unknown_key = audit(folder.path(), &["verify", "--key", "0123"]);
    assert_eq!(unknown_key.code, Some(FAILED), "{}", unknown_key.stdout);
    assert!(unknown_key.stdout.contains("NOT PROVEN"), "{}", unknown_key.stdout);
    let nobody = audit(folder.path(), &["verify", "--organization", "nobody"]);
    assert_eq!(nobody.code, Some(FAILED), "{}", nobody.stderr);
}

#[test]
fn the_log_is_exported_by_whoever_has_a_token_that_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let running = Server::start(server(folder.path()));
    running.bootstrap();
    let token = token(&running);
    let export = |token: Option<&str>, more: &[&str]| {
        let arguments = [&["audit", "export", "--url", &running.url][..], more].concat();
        let mut command = tacit(folder.path(), &arguments);
        command.envs(token.map(|token| ("TACIT_TOKEN", token)));
        run(command, "")
    };

    let all = export(Some(&token), &[]);
    let csv = export(Some(&token), &["--format", "csv", "--filter", "eventType=export-audit-logs"]);

    assert_eq!(all.code, Some(0), "{}", all.stderr);
    assert!(all.stdout.lines().count() == 2 && all.stdout.starts_with("{\"id\""), "{}", all.stdout);
    assert_eq!(csv.stdout.lines().count(), 2, "{}", csv.stdout);
    assert_eq!(export(None, &[]).code, Some(SETTINGS));
    assert_eq!(export(Some("no token"), &[]).code, Some(FAILED));
    assert_eq!(export(Some(&token), &["--filter", "limit=x"]).code, Some(FAILED));
    assert_eq!(export(Some(&token), &["--filter", "no filter"]).code, Some(SETTINGS));
}
