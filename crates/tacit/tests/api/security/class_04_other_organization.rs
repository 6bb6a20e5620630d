//! Class 4: things of another organization, named by their ids.
//!
//! Each id that a request takes is replaced by one of another organization, alone and all at once. The answer
//! must be the one for an id that nothing has, after as many statements.
//!
//! Both organizations ask for the things of the other. The admin of the first manages the instance too,
//! which must help on none of the routes but those that are for it; the admin of the second does not.

use serde_json::Value;
use tacit::http::route::{Access, Route};

use super::{
    database,
    requests::{Call, call, guarded, label},
    world::{CANARY, World, other_world, world},
};
use crate::harness::{Answer, TestServer, each_engine};

/// Where people of other organizations are named on purpose, and nothing is told of them.
const MAY_SUCCEED: &[(&str, &str)] = &[
    ("/api/v1/invite-org/signup", "anybody may be invited, whether they have an account or not"),
    ("/api/ui/v1/explain", COMPARED),
    ("/api/ui/v1/projects/{project}/explain", COMPARED),
];

const COMPARED: &str =
    "the identity that a question is about is a text that rules compare, and is not looked up";

/// What a machine logs in with.
const LOGS_IN: [&str; 2] = ["client_id", "client_secret_text"];

#[tokio::test]
async fn ids_of_another_organization_answer_on_every_route_as_ids_that_nothing_has() {
    each_engine(async |server| {
        let (theirs, ours) = (world(server).await, other_world(server).await);
        compare_all(server, guarded(), &ours, &theirs).await;
    })
    .await;
}

#[tokio::test]
async fn who_manages_the_instance_reaches_into_no_other_organization_but_by_the_routes_for_it() {
    each_engine(async |server| {
        let (ours, theirs) = (world(server).await, other_world(server).await);
        let routes = guarded().filter(|route| route.access != Access::InstanceAdmin);
        compare_all(server, routes, &ours, &theirs).await;
    })
    .await;
}

async fn compare_all(
    server: &TestServer,
    routes: impl Iterator<Item = Route>,
    ours: &World<'_>,
    theirs: &World<'_>,
) {
    database::keep(server).await;
    let before = database::contents(server).await;
    let mut faults = Vec::new();
    let mut compared = 0;
    for route in routes {
        for keys in combinations(&route, ours, theirs) {
            compared += 1;
            let token = if route.access == Access::Identity { &ours.machine } else { &ours.admin.token };
            if let Some(fault) = compare(server, &route, token, (ours, theirs), &keys).await {
                faults.push(format!("{} {keys:?}: {fault}", label(&route)));
            }
        }
    }
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
    assert!(compared > 300, "only {compared} requests named an id");
    let changed = database::differences(&before, &database::contents(server).await);
    assert!(changed.is_empty(), "{changed:?}");
}

/// Which ids to replace: each that the request takes, and all of them. Client ids and secrets are no ids of
/// things but what one logs in with, whoever one is (class 8).
fn combinations(route: &Route, ours: &World<'_>, theirs: &World<'_>) -> Vec<Vec<String>> {
    let own = call(route, &ours.ids);
    let is_used = |key: &&String| {
        let mut ids = ours.ids.clone();
        ids[key.as_str()] = theirs.ids[key.as_str()].clone();
        let changed = call(route, &ids);
        !LOGS_IN.contains(&key.as_str()) && (changed.target != own.target || changed.body != own.body)
    };
    let used: Vec<String> = ours.ids.as_object().unwrap().keys().filter(is_used).cloned().collect();
    let mut all: Vec<Vec<String>> = used.iter().map(|key| vec![key.clone()]).collect();
    if used.len() > 1 {
        all.push(used);
    }
    all
}

/// What tells an id of theirs from one that nothing has.
async fn compare(
    server: &TestServer,
    route: &Route,
    token: &str,
    (ours, theirs): (&World<'_>, &World<'_>),
    keys: &[String],
) -> Option<String> {
    let (mut foreign, mut unknown) = (ours.ids.clone(), ours.ids.clone());
    for key in keys {
        foreign[key.as_str()] = theirs.ids[key.as_str()].clone();
        unknown[key.as_str()] = unknown_like(key, theirs.id(key));
    }
    // The first request after a change reads the caller's rights again, whatever it asks for.
    call(route, &unknown).send(server, Some(token)).await;
    let (foreign_answer, foreign_count) = counted(server, &call(route, &foreign), token).await;
    let (unknown_answer, unknown_count) = counted(server, &call(route, &unknown), token).await;
    let texts = format!("{} / {}", foreign_answer.text, unknown_answer.text);
    if foreign_answer.text.contains(CANARY) {
        return Some(format!("gives away a value: {texts}"));
    }
    if foreign_answer.status < 400 {
        database::restore(server).await;
    }
    let may_succeed = MAY_SUCCEED.iter().any(|(path, _)| route.path == *path);
    if foreign_answer.status < 400 && !may_succeed {
        return Some(format!("succeeds: {texts}"));
    }
    if anonymous(&foreign_answer, &foreign, keys) != anonymous(&unknown_answer, &unknown, keys) {
        return Some(format!("answers otherwise: {texts}"));
    }
    (foreign_count != unknown_count)
        .then(|| format!("{foreign_count} statements instead of {unknown_count}: {texts}"))
}

/// Something of the same form that nothing has.
fn unknown_like(key: &str, id: &str) -> Value {
    if id.contains('@') {
        return format!("nobody-{key}@example.test").into();
    }
    // Ids of versions and snapshots go on after the id of the secret or commit.
    let (length, rest) = (key.len(), id.get(36..).unwrap_or_default());
    format!("00000000-0000-4000-8000-{length:012}{rest}").into()
}

async fn counted(server: &TestServer, call: &Call, token: &str) -> (Answer, u64) {
    server.app.audit.flush().await.unwrap();
    let before = server.app.database.statements();
    let answer = call.send(server, Some(token)).await;
    // The audit events of the request count too, whenever they are moved.
    server.app.audit.flush().await.unwrap();
    (answer, server.app.database.statements() - before)
}

/// Status and body without the id of the request and those that were asked for.
fn anonymous(answer: &Answer, ids: &Value, keys: &[String]) -> (u16, String) {
    let mut text = answer.without_request_id().to_string();
    for key in keys {
        text = text.replace(ids[key.as_str()].as_str().unwrap(), &format!("<{key}>"));
    }
    (answer.status, text)
}
