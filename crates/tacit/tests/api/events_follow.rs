//! Following everything that changes in a project, and going on after a break.

use proptest::{
    collection::vec,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use tacit_core::id::ProjectId;
use tacit_store::commits;

use crate::{
    harness::each_engine,
    harness_events::{EventStream, Frame},
    harness_secrets::TestProject,
};

/// Revision, resource, kind and name of the changes of an event.
fn changes(frame: &Frame) -> Vec<String> {
    assert_eq!(frame.event, "change", "{frame:?}");
    let text = |change: &Value, field: &str| change[field].as_str().unwrap_or("?").to_owned();
    let line = |change: &Value| {
        let (resource, kind, name) = (text(change, "resource"), text(change, "kind"), text(change, "name"));
        format!("{} {resource} {kind} {name}", frame.data["revision"])
    };
    frame.data["changes"].as_array().unwrap().iter().map(line).collect()
}

/// The same of the whole log.
async fn log(project: &TestProject<'_>) -> Vec<String> {
    let mut db = project.server.app.database.read().await.unwrap();
    let id = ProjectId::new(project.id.as_str());
    let rows = commits::changes_after(&mut db, &id, 0, i64::MAX, 100_000).await.unwrap();
    let line = |row: commits::CommitChangeRow| {
        let kind = match (row.version_before, row.version_after) {
            (None, _) => "create",
            (_, None) => "delete",
            _ => "update",
        };
        format!("{} {} {kind} {}", row.revision, row.resource_type, row.name)
    };
    rows.into_iter().map(line).collect()
}

async fn create(project: &TestProject<'_>, names: impl Iterator<Item = String>) {
    let secrets: Vec<Value> = names.map(|name| json!({ "secretKey": name, "secretValue": "x" })).collect();
    project.ok("POST", "/api/v3/secrets/batch/raw", json!({ "secrets": secrets })).await;
}

#[tokio::test]
async fn a_follower_hears_of_all_kinds_of_things_and_where_they_are() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let mut stream = server.follow(&project.admin, &project.id, None).await;

        project.folder("/", "app").await;
        project.secret_in("/app", "FOO").await;
        project.tag("red").await;
        project.ok("DELETE", "/api/v4/secrets/FOO", json!({ "projectId": project.id, "secretPath": "/app" })).await;

        let mut seen = Vec::new();
        let first = stream.next().await.unwrap().data["revision"].as_i64().unwrap();
        let mut bodies = Vec::new();
        for _ in 0..3 {
            let frame = stream.expect("change").await;
            seen.push(frame.data["revision"].as_i64().unwrap() - first);
            assert_eq!(frame.id.unwrap(), frame.data["revision"].to_string());
            bodies.push(frame.data["changes"][0].clone());
        }
        assert_eq!(seen, [1, 2, 3]);
        let made = json!({
            "resource": "secret", "kind": "create", "environment": "dev", "path": "/app", "name": "FOO", "version": 1
        });
        assert_eq!(bodies[0], made);
        assert_eq!(bodies[1], json!({ "resource": "tag", "kind": "create", "name": "red", "version": 1 }));
        let gone = json!({
            "resource": "secret", "kind": "delete", "environment": "dev", "path": "/app", "name": "FOO"
        });
        assert_eq!(bodies[2], gone);
    })
    .await;
}

#[tokio::test]
async fn the_whole_log_can_be_read_from_the_beginning() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.secret("A", "x").await;
        project.folder("/", "app").await;
        let wanted = log(&project).await;

        let mut stream = server.follow(&project.admin, &project.id, Some("0")).await;
        let mut heard = Vec::new();
        while heard.len() < wanted.len() {
            heard.extend(changes(&stream.next().await.unwrap()));
        }

        assert_eq!(heard, wanted);
    })
    .await;
}

#[tokio::test]
async fn a_reader_goes_on_in_the_middle_of_a_large_commit() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let mut stream = server.follow(&project.admin, &project.id, None).await;
        create(&project, (0..1000).map(|number| format!("{number:0200}"))).await;

        let mut heard = Vec::new();
        let mut ids = Vec::new();
        while heard.len() < 1000 {
            let frame = stream.expect("change").await;
            assert!(frame.longest_line < 64 * 1024);
            heard.extend(changes(&frame));
            let id = frame.id.unwrap();
            // Each part is read on another connection.
            stream = server.follow(&project.admin, &project.id, Some(&id)).await;
            ids.push(id);
        }

        let log = log(&project).await;
        assert_eq!(heard, log[log.len() - 1000..]);
        assert!(ids.len() > 3 && ids[0].contains('.'), "{ids:?}");
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_no_place_in_the_log_is_400() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        for after in ["x", "-1", "1.x", "99999", "99999.1", "99999999999999999999", "1%00"] {
            let path = format!("/api/v1/events/projects/{}?after={after}", project.id);
            let status = server.call("GET", &path, Some(&project.admin), None).await.status;
            assert!(status == 400 || after == "1%00" && status == 422, "{after}: {status}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_header_of_a_reconnecting_browser_comes_before_the_query() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let newest = log(&project).await.last().unwrap().split(' ').next().unwrap().to_owned();
        let request = axum::http::Request::builder()
            .uri(format!("/api/v1/events/projects/{}?after=0", project.id))
            .header("authorization", format!("Bearer {}", project.admin))
            .header("last-event-id", &newest);
        let mut stream = server.open_stream(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(stream.expect("hello").await.id, Some(newest));
        project.secret("A", "x").await;
        assert!(changes(&stream.next().await.unwrap())[0].ends_with("secret create A"));
    })
    .await;
}

/// What a random writer and reader do: write a commit of some size, then read some events, then perhaps
/// lose the connection.
#[derive(Clone, Debug)]
struct Act {
    kind: usize,
    size: usize,
    reads: usize,
    is_cut: bool,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = (0..4_usize, 1..60_usize, 0..4_usize, proptest::bool::ANY);
    vec(act.prop_map(|(kind, size, reads, is_cut)| Act { kind, size, reads, is_cut }), 6..14)
}

#[tokio::test]
async fn over_any_breaks_each_change_is_heard_once_and_in_order() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let mut runner = TestRunner::deterministic();
        for _ in 0..8 {
            let project = admin.test_project().await;
            let acts = acts().new_tree(&mut runner).unwrap().current();
            let mut last = "0".to_owned();
            let mut stream = server.follow(&project.admin, &project.id, Some(&last)).await;
            let mut heard = Vec::new();
            for (number, act) in acts.iter().enumerate() {
                write(&project, number, act).await;
                for _ in 0..act.reads {
                    let all = log(&project).await.len();
                    if heard.len() < all {
                        last = read(&mut stream, &mut heard).await;
                    }
                }
                if act.is_cut {
                    drop(stream);
                    stream = server.follow(&project.admin, &project.id, Some(&last)).await;
                }
            }
            let all = log(&project).await;
            while heard.len() < all.len() {
                read(&mut stream, &mut heard).await;
            }
            assert_eq!(heard, all, "{acts:?}");
        }
    })
    .await;
}

async fn read(stream: &mut EventStream, heard: &mut Vec<String>) -> String {
    let frame = stream.next().await.unwrap();
    heard.extend(changes(&frame));
    frame.id.unwrap()
}

async fn write(project: &TestProject<'_>, number: usize, act: &Act) {
    match act.kind {
        0 => drop(project.folder("/", &format!("folder{number}")).await),
        1 => {
            // Large enough for several events.
            create(project, (0..act.size * 12).map(|item| format!("{number:0100}_{item:0100}"))).await;
        }
        2 => create(project, (0..act.size).map(|item| format!("S{number}_{item}"))).await,
        _ => {
            project.secret(&format!("X{number}"), "one").await;
            let path = format!("/api/v3/secrets/raw/X{number}");
            project.ok("PATCH", &path, json!({ "secretValue": "two" })).await;
            project.ok("DELETE", &path, json!({})).await;
        }
    }
}
