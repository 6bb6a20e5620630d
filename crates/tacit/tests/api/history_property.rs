//! Random histories: every state of the past is what a plain model of the project was then, or is
//! refused because it is no longer kept.

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

const NAMES: [&str; 4] = ["A", "B", "C", "D"];
const FOLDERS: [&str; 3] = ["x", "y", "z"];

/// A change. Numbers pick among what is there.
#[derive(Clone, Debug)]
enum Op {
    Create { folder: usize, name: usize },
    Update { secret: usize },
    Rename { secret: usize, name: usize },
    Delete { secret: usize },
    Move { secret: usize, folder: usize, overwrites: bool },
    CreateFolder { parent: usize, name: usize },
    RenameFolder { folder: usize, name: usize },
    DeleteFolder { folder: usize },
    Rollback { revision: usize },
    Revert { revision: usize },
}

fn op() -> impl Strategy<Value = Op> {
    let (pick, name, folder_name) = (0_usize..64, 0..NAMES.len(), 0..FOLDERS.len());
    prop_oneof![
        5 => (pick.clone(), name.clone()).prop_map(|(folder, name)| Op::Create { folder, name }),
        4 => pick.clone().prop_map(|secret| Op::Update { secret }),
        2 => (pick.clone(), name).prop_map(|(secret, name)| Op::Rename { secret, name }),
        2 => pick.clone().prop_map(|secret| Op::Delete { secret }),
        2 => (pick.clone(), pick.clone(), any::<bool>())
            .prop_map(|(secret, folder, overwrites)| Op::Move { secret, folder, overwrites }),
        4 => (pick.clone(), folder_name.clone()).prop_map(|(parent, name)| Op::CreateFolder { parent, name }),
        2 => (pick.clone(), folder_name).prop_map(|(folder, name)| Op::RenameFolder { folder, name }),
        1 => pick.clone().prop_map(|folder| Op::DeleteFolder { folder }),
        1 => pick.clone().prop_map(|revision| Op::Rollback { revision }),
        1 => pick.prop_map(|revision| Op::Revert { revision }),
    ]
}

/// What `dev` holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Model {
    folders: BTreeSet<String>,
    /// By name and path, the order of lists.
    secrets: BTreeMap<(String, String), String>,
}

fn join(parent: &str, name: &str) -> String {
    format!("{}/{name}", parent.trim_end_matches('/'))
}

/// The path once the folder `from` is called `to`.
fn moved(path: &str, from: &str, to: &str) -> String {
    match path.strip_prefix(from) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{to}{rest}"),
        _ => path.to_owned(),
    }
}

fn is_inside(path: &str, folder: &str) -> bool {
    moved(path, folder, "") != path
}

impl Model {
    fn folder(&self, pick: usize) -> String {
        let all: Vec<&str> = std::iter::once("/").chain(self.folders.iter().map(String::as_str)).collect();
        all[pick % all.len()].to_owned()
    }

    fn secret(&self, pick: usize) -> Option<(String, String)> {
        let count = self.secrets.len();
        (count > 0).then(|| self.secrets.keys().nth(pick % count).unwrap().clone())
    }

    fn lines(&self, is_in: impl Fn(&str) -> bool) -> Vec<String> {
        let line =
            |((name, path), value): (&'_ (String, String), &'_ String)| format!("{path}:{name}={value}");
        self.secrets.iter().filter(|((_, path), _)| is_in(path)).map(line).collect()
    }

    fn rename_folder(&mut self, from: &str, to: &str) {
        self.folders = self.folders.iter().map(|path| moved(path, from, to)).collect();
        let secrets = std::mem::take(&mut self.secrets);
        self.secrets = secrets
            .into_iter()
            .map(|((name, path), value)| ((name, moved(&path, from, to)), value))
            .collect();
    }

    fn delete_folder(&mut self, folder: &str) {
        self.folders.retain(|path| !is_inside(path, folder));
        self.secrets.retain(|(_, path), _| !is_inside(path, folder));
    }
}

/// A project and what it was after each revision.
struct Shadow<'a> {
    project: TestProject<'a>,
    /// The revision of the first state.
    start: i64,
    states: Vec<Model>,
    written: usize,
}

impl Shadow<'_> {
    fn now(&self) -> &Model {
        self.states.last().unwrap()
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> bool {
        let answer = self.project.call(method, path, body).await;
        assert!(matches!(answer.status, 200 | 400 | 404 | 409), "{method} {path}: {}", answer.text);
        answer.status == 200
    }

    /// Does it to the project and, if that accepts it, to the model.
    async fn run(&mut self, op: Op) {
        let mut next = self.now().clone();
        self.written += 1;
        let done = match op {
            Op::CreateFolder { .. } | Op::RenameFolder { .. } | Op::DeleteFolder { .. } => {
                self.change_folders(op, &mut next).await
            }
            Op::Rollback { .. } | Op::Revert { .. } => self.go_back(op, &mut next).await,
            _ => self.change_secrets(op, &mut next).await,
        };
        if let Some(done) = done {
            self.note(done, next).await;
        }
    }

    /// Whether the project accepted it; `None` if there is nothing it could be done to.
    async fn change_secrets(&self, op: Op, next: &mut Model) -> Option<bool> {
        let value = format!("v{}", self.written);
        Some(match op {
            Op::Create { folder, name } => {
                let (path, name) = (next.folder(folder), NAMES[name].to_owned());
                let body = json!({ "secretPath": path, "secretValue": value });
                let done = self.call("POST", &format!("/api/v4/secrets/{name}"), body).await;
                assert_eq!(done, !next.secrets.contains_key(&(name.clone(), path.clone())));
                next.secrets.entry((name, path)).or_insert(value);
                done
            }
            Op::Update { secret } => {
                let (name, path) = next.secret(secret)?;
                let body = json!({ "secretPath": path, "secretValue": value });
                next.secrets.insert((name.clone(), path), value);
                self.call("PATCH", &format!("/api/v4/secrets/{name}"), body).await
            }
            Op::Rename { secret, name } => {
                let (from, path) = next.secret(secret)?;
                let body = json!({ "secretPath": path, "newSecretName": NAMES[name] });
                let value = next.secrets.remove(&(from.clone(), path.clone())).unwrap();
                next.secrets.insert((NAMES[name].to_owned(), path), value);
                self.call("PATCH", &format!("/api/v4/secrets/{from}"), body).await
            }
            Op::Delete { secret } => {
                let (name, path) = next.secret(secret)?;
                next.secrets.remove(&(name.clone(), path.clone()));
                self.call("DELETE", &format!("/api/v4/secrets/{name}"), json!({ "secretPath": path })).await
            }
            Op::Move { secret, folder, overwrites } => {
                let (name, from) = next.secret(secret)?;
                let to = next.folder(folder);
                let found = self.project.read(&format!("/api/v4/secrets/{name}?secretPath={from}")).await;
                let body = json!({
                    "sourceEnvironment": "dev", "sourceSecretPath": from, "destinationEnvironment": "dev",
                    "destinationSecretPath": to, "shouldOverwrite": overwrites,
                    "secretIds": [found["secret"]["id"]],
                });
                let value = next.secrets.remove(&(name.clone(), from)).unwrap();
                next.secrets.insert((name, to), value);
                self.call("POST", "/api/v4/secrets/move", body).await
            }
            _ => return None,
        })
    }

    async fn change_folders(&self, op: Op, next: &mut Model) -> Option<bool> {
        Some(match op {
            Op::CreateFolder { parent, name } => {
                let parent = next.folder(parent);
                next.folders.insert(join(&parent, FOLDERS[name]));
                self.call("POST", "/api/v2/folders", json!({ "path": parent, "name": FOLDERS[name] })).await
            }
            Op::RenameFolder { folder, name } => {
                let from = next.folder(folder);
                let (parent, old) = from.rsplit_once('/').filter(|_| from != "/")?;
                let body = json!({ "path": parent, "name": FOLDERS[name] });
                next.rename_folder(&from, &join(parent, FOLDERS[name]));
                self.call("PATCH", &format!("/api/v2/folders/{old}"), body).await
            }
            Op::DeleteFolder { folder } => {
                let path = next.folder(folder);
                let (parent, name) = path.rsplit_once('/').filter(|_| path != "/")?;
                next.delete_folder(&path);
                self.call("DELETE", &format!("/api/v2/folders/{name}"), json!({ "path": parent })).await
            }
            _ => return None,
        })
    }

    async fn go_back(&self, op: Op, next: &mut Model) -> Option<bool> {
        Some(match op {
            Op::Rollback { revision } => {
                let index = revision % self.states.len();
                *next = self.states[index].clone();
                let commit = self.project.commit(self.revision(index)).await;
                let body = json!({ "path": "/", "deepRollback": true });
                self.call("POST", &format!("/api/v1/pit/commits/{commit}/rollback"), body).await
            }
            Op::Revert { revision } => {
                let commit = self.project.commit(self.revision(revision % self.states.len())).await;
                let done =
                    self.call("POST", &format!("/api/v1/pit/commits/{commit}/revert"), json!({})).await;
                // What it does is a matter of other tests; here, its result must be in the history.
                *next = self.observed().await;
                done
            }
            _ => return None,
        })
    }

    /// Checks what is there now, and keeps it if a commit made it.
    async fn note(&mut self, done: bool, next: Model) {
        let next = if done { next } else { self.now().clone() };
        assert_eq!(self.observed().await, next);
        let revision = self.project.now().await;
        if revision == self.revision(self.states.len()) {
            assert!(done, "a refused request made a commit");
            self.states.push(next);
        } else {
            assert_eq!(revision, self.revision(self.states.len() - 1));
            assert_eq!(*self.now(), next, "a change without a commit");
        }
    }

    fn revision(&self, index: usize) -> i64 {
        self.start + i64::try_from(index).unwrap()
    }

    async fn observed(&self) -> Model {
        let mut model = Model::default();
        for line in self.project.everything().await {
            match line.split_once(':') {
                Some((path, rest)) => {
                    let (name, value) = rest.split_once('=').unwrap();
                    model.secrets.insert((name.to_owned(), path.to_owned()), value.to_owned());
                }
                None => {
                    model.folders.insert(line);
                }
            }
        }
        model
    }

    /// Reads every state of the past in several ways. Returns how many answers there were.
    async fn check(&self) -> usize {
        let mut answered = 0;
        for (index, then) in self.states.iter().enumerate() {
            let at = self.revision(index);
            answered += self.check_list(at, "/", true, Some(then.lines(|_| true))).await;
            for path in ["/", "/x", "/y", "/x/x", "/x/y", "/z/x"] {
                let is_there = path == "/" || then.folders.contains(path);
                let expected = is_there.then(|| then.lines(|folder| folder == path));
                answered += self.check_list(at, path, false, expected).await;
            }
            for name in NAMES {
                for path in ["/", "/x", "/y/z"] {
                    let expected = then.secrets.get(&(name.to_owned(), path.to_owned()));
                    let path = format!("/api/v4/secrets/{name}?at={at}&secretPath={path}");
                    let answer = self.project.call("GET", &path, Value::Null).await;
                    if is_refused(answer.status, &answer.text) {
                        continue;
                    }
                    let found = answer.body["secret"]["secretValue"].as_str();
                    assert_eq!(found, expected.map(String::as_str), "{path}: {}", answer.text);
                    answered += 1;
                }
            }
        }
        answered
    }

    async fn check_list(&self, at: i64, path: &str, deep: bool, expected: Option<Vec<String>>) -> usize {
        let target = format!("/api/v4/secrets?at={at}&secretPath={path}&recursive={deep}");
        let answer = self.project.call("GET", &target, Value::Null).await;
        if is_refused(answer.status, &answer.text) {
            return 0;
        }
        assert_eq!(answer.status, if expected.is_some() { 200 } else { 404 }, "{target}: {}", answer.text);
        if let Some(expected) = expected {
            let found =
                self.project.past(&at.to_string(), &format!("secretPath={path}&recursive={deep}")).await;
            assert_eq!(found, expected, "{target}");
        }
        1
    }
}

fn is_refused(status: u16, text: &str) -> bool {
    status == 400 && text.contains("no longer kept")
}

async fn history(owner: &Admin<'_>, kept: i64, ops: Vec<Op>) {
    let project = owner.test_project().await;
    project.keep_versions(kept).await;
    let start = project.now().await;
    let mut shadow = Shadow { project, start, states: vec![Model::default()], written: 0 };
    for op in ops {
        shadow.run(op).await;
    }
    let answered = shadow.check().await;
    // With room for all versions nothing is refused: 1 + 6 lists and 12 single reads of each state.
    let asked = shadow.states.len() * 19;
    assert!(answered == asked || kept < 100, "{answered} of {asked}");
}

fn run(owner: &Admin<'_>, kept: impl Strategy<Value = i64>, length: usize) {
    let mut runner = TestRunner::new(Config { cases: 6, max_shrink_iters: 60, ..Config::default() });
    let histories = (kept, prop::collection::vec(op(), length));
    let check = |(kept, ops)| {
        block_in_place(|| Handle::current().block_on(history(owner, kept, ops)));
        Ok(())
    };
    runner.run(&histories, check).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_the_past_is_what_was_there_then() {
    each_engine(async |server| run(&server.with_admin().await, Just(100), 24)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_no_longer_kept_is_refused_and_never_wrong() {
    each_engine(async |server| run(&server.with_admin().await, 1..4_i64, 24)).await;
}
