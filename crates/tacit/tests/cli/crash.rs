//! `kill -9` while many write: what was acknowledged is there after a restart.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::{Server, server};

const WRITERS: usize = 8;
/// Acknowledged writes after which the server is killed, in the middle of others.
const WRITES: usize = 200;

#[test]
fn every_acknowledged_write_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(server(folder.path()));
    let token = first.bootstrap()["identity"]["credentials"]["token"].as_str().unwrap().to_owned();
    let project = json!({ "projectName": "Crash" });
    let (status, answer) = first.call("POST", "/api/v1/projects", Some(&token), Some(&project));
    assert_eq!(status, 200, "{answer}");
    let project_id = answer["project"]["id"].as_str().unwrap().to_owned();

    let acknowledged = write_until_killed(&first, &token, &project_id);
    drop(first);
    let second = Server::start(server(folder.path()));
    let found = secrets(&second, &token, &project_id);

    assert!(acknowledged.len() >= WRITES, "{}", acknowledged.len());
    for (name, value) in &acknowledged {
        assert_eq!(found.get(name), Some(value), "{name}");
    }
}

/// Creates secrets from many threads, kills the server on the way, and returns what was acknowledged.
fn write_until_killed(server: &Server, token: &str, project_id: &str) -> BTreeMap<String, String> {
    let count = AtomicUsize::new(0);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let count = &count;
                scope.spawn(move || write(server, token, project_id, writer, count))
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    })
}

/// One writer: a new secret each time, until the server is gone.
fn write(
    server: &Server,
    token: &str,
    project_id: &str,
    writer: usize,
    count: &AtomicUsize,
) -> Vec<(String, String)> {
    let mut acknowledged = Vec::new();
    loop {
        let name = format!("SECRET_{writer}_{}", acknowledged.len());
        let value = format!("value of {name}");
        let body = json!({ "workspaceId": project_id, "environment": "dev", "secretValue": value });
        let path = format!("/api/v3/secrets/raw/{name}");
        let Ok((status, answer)) = server.try_call("POST", &path, Some(token), Some(&body)) else {
            return acknowledged;
        };
        assert_eq!(status, 200, "{answer}");
        acknowledged.push((name, value));
        if count.fetch_add(1, Ordering::SeqCst) + 1 == WRITES {
            server.signal(Signal::KILL);
        }
    }
}

fn secrets(server: &Server, token: &str, project_id: &str) -> BTreeMap<String, String> {
    let path = format!("/api/v3/secrets/raw?workspaceId={project_id}&environment=dev");
    let (status, answer) = server.call("GET", &path, Some(token), None);
    assert_eq!(status, 200, "{answer}");
    let text = |secret: &Value, field: &str| secret[field].as_str().unwrap().to_owned();
    let all = answer["secrets"].as_array().unwrap().iter();
    all.map(|secret| (text(secret, "secretKey"), text(secret, "secretValue"))).collect()
}
