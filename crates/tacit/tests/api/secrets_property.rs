//! Rules that hold for all values, batches and folders: against plain models.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    harness::{Admin, each_engine},
    harness_secrets::TestProject,
};

/// Runs a check on random inputs, a few on each engine: each makes a project of its own.
fn run<S: Strategy>(inputs: &S, check: impl AsyncFn(S::Value)) {
    let mut runner = TestRunner::new(Config { cases: 8, max_shrink_iters: 60, ..Config::default() });
    let run = |input| {
        block_in_place(|| Handle::current().block_on(check(input)));
        Ok(())
    };
    runner.run(inputs, run).unwrap();
}

/// What is kept of a value, by the words of the rule: trimmed, and one line feed if it ended with one.
fn kept(value: &str) -> String {
    let is_space = |c: char| c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}');
    let mut kept: String = value.trim_matches(is_space).to_owned();
    if value.ends_with('\n') {
        kept.push('\n');
    }
    kept
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \r\n\t\"\\\\=#$'a\u{a0}\u{feff}\u{85}\0]{0,12}",
        "-----BEGIN KEY-----\r?\n[A-Za-z0-9+/=\n]{0,80}\r?\n-----END KEY-----\n?",
    ]
}

async fn check_values(owner: &Admin<'_>, values: Vec<String>) {
    let project = owner.test_project().await;
    let item = |(index, value): (usize, &String)| json!({ "secretKey": format!("K{index:02}"), "secretValue": value });
    let items: Vec<Value> = values.iter().enumerate().map(item).collect();
    project.ok("POST", "/api/v4/secrets/batch", json!({ "secrets": items })).await;
    for path in ["/api/v3/secrets/raw", "/api/v4/secrets?expandSecretReferences=false"] {
        let list = project.read(path).await;
        let read: Vec<&str> =
            list["secrets"].as_array().unwrap().iter().map(|s| s["secretValue"].as_str().unwrap()).collect();
        assert_eq!(read, values.iter().map(|value| kept(value)).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_value_comes_back_as_the_rule_says() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        run(&prop::collection::vec(value(), 1..40), async |values| check_values(&owner, values).await);
    })
    .await;
}

/// A kind of batch with an item that cannot be, and the status it is refused with.
fn bad(kind: usize) -> (&'static str, Value, u16) {
    match kind {
        0 => ("POST", json!({ "secretKey": "A00", "secretValue": "taken" }), 400),
        1 => ("POST", json!({ "secretKey": "N", "secretValue": "x", "tagIds": ["nope"] }), 404),
        2 => ("POST", json!({ "secretKey": "a b", "secretValue": "x" }), 422),
        3 => ("PATCH", json!({ "secretKey": "NOPE", "secretValue": "x" }), 404),
        4 => ("PATCH", json!({ "secretKey": "Z", "newSecretName": "Y" }), 400),
        5 => ("PATCH", json!({ "secretKey": "Z", "secretPath": "/nope" }), 404),
        _ => ("DELETE", json!({ "secretKey": "NOPE" }), 404),
    }
}

async fn state(project: &TestProject<'_>) -> (Value, i64, usize) {
    let events = project.server.events(&project.owner.organization_id).await;
    let written = |kind: &str| kind.ends_with("e-secrets") || kind.ends_with("e-secret");
    let done = events.iter().filter(|event| written(&event.event_type) && event.result != "denied").count();
    (project.read("/api/v3/secrets/raw").await["secrets"].clone(), project.revision().await, done)
}

async fn check_batch(owner: &Admin<'_>, kind: usize, length: usize, position: usize) {
    let project = owner.test_project().await;
    for name in ["Y", "Z"] {
        project.secret(name, "1").await;
    }
    let items = |prefix: char| -> Vec<Value> {
        (0..length).map(|n| json!({ "secretKey": format!("{prefix}{n:02}"), "secretValue": "2" })).collect()
    };
    let mut there = items('A');
    for item in &mut there {
        item["secretValue"] = json!("1");
    }
    project.ok("POST", "/api/v4/secrets/batch", json!({ "secrets": there })).await;
    let (method, item, status) = bad(kind);
    let mut batch = items(if method == "POST" { 'B' } else { 'A' });
    batch.insert(position % (length + 1), item);
    let before = state(&project).await;
    for path in ["/api/v3/secrets/batch/raw", "/api/v4/secrets/batch"] {
        let answer = project.call(method, path, json!({ "secrets": batch })).await;
        assert_eq!(answer.status, status, "{method} {}", answer.text);
        assert_eq!(state(&project).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_item_anywhere_leaves_no_trace_of_the_batch() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        run(&(0..7_usize, 1..9_usize, 0..9_usize), async |(kind, length, position)| {
            check_batch(&owner, kind, length, position).await;
        });
    })
    .await;
}

async fn check_lists(owner: &Admin<'_>, secrets: BTreeMap<(String, String), String>) {
    let project = owner.test_project().await;
    let folders: BTreeSet<&String> =
        secrets.keys().map(|(_, path)| path).filter(|path| *path != "/").collect();
    for path in folders {
        let (parent, name) = path.rsplit_once('/').unwrap();
        project.folder(if parent.is_empty() { "/" } else { parent }, name).await;
    }
    for ((name, path), value) in &secrets {
        let body = json!({ "secretValue": value, "secretPath": path });
        project.ok("POST", &format!("/api/v4/secrets/{name}"), body).await;
    }
    for base in ["/", "/a", "/a/b", "/a-b"] {
        let is_below = |path: &str| base == "/" || path == base || path.starts_with(&format!("{base}/"));
        let expected: Vec<String> = secrets
            .keys()
            .filter(|(_, path)| is_below(path))
            .map(|(name, path)| format!("{path}:{name}"))
            .collect();
        if base == "/" || secrets.keys().any(|(_, path)| is_below(path)) {
            assert_eq!(project.keys(&format!("secretPath={base}&recursive=true")).await, expected, "{base}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recursive_list_is_what_is_in_and_below_the_folder() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let path = prop::sample::select(vec!["/", "/a", "/a/b", "/a-b", "/A", "/a/bc", "/b/a"]);
        let secrets =
            prop::collection::btree_map(("[ABab_]{1,2}", path.prop_map(str::to_owned)), "[a-z]{0,3}", 0..14);
        run(&secrets, async |secrets| check_lists(&owner, secrets).await);
    })
    .await;
}
