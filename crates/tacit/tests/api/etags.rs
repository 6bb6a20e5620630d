//! ETags (`decisions.md` 23): true to the answer after every kind of change, and known without making
//! the answer again.

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};
use tacit::http::{route::Access, routes};

use crate::{
    every_route::{ends_session, known_ids, send},
    harness::{Admin, Answer, TestServer, each_engine},
    harness_secrets::TestProject,
};

async fn ask(server: &TestServer, method: &str, token: &str, url: &str, held: Option<&str>) -> Answer {
    let mut request =
        Request::builder().method(method).uri(url).header("authorization", format!("Bearer {token}"));
    if let Some(tag) = held {
        request = request.header("if-none-match", tag);
    }
    server.send(request.body(Body::empty()).unwrap()).await
}

async fn get(server: &TestServer, token: &str, url: &str, held: Option<&str>) -> Answer {
    ask(server, "GET", token, url, held).await
}

fn tag(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.headers["etag"].to_str().unwrap().to_owned()
}

/// Reads of every shape that are remembered.
fn reads(project: &str) -> Vec<String> {
    let place = format!("workspaceId={project}&environment=dev");
    [
        "v3/secrets/raw/FOO?",
        "v3/secrets/raw/FOO?viewSecretValue=false&",
        "v4/secrets/FOO?",
        "v4/secrets/FOO?type=personal&",
        "v3/secrets/raw?",
        "v3/secrets/raw?recursive=true&include_imports=true&expandSecretReferences=true&",
        "v3/secrets/raw?tagSlugs=a&",
        "v4/secrets?viewSecretValue=false&includePersonalOverrides=true&",
        "v4/secrets?metadataFilter=key%3Dk%2Cvalue%3Dv&",
    ]
    .map(|read| format!("/api/{read}{place}"))
    .to_vec()
}

/// One reader and what it last got.
struct Watched {
    token: String,
    url: String,
    last: Answer,
}

async fn watch(server: &TestServer, tokens: [&str; 2], project: &str) -> Vec<Watched> {
    let mut watched = Vec::new();
    for token in tokens {
        for url in reads(project) {
            let last = get(server, token, &url, None).await;
            watched.push(Watched { token: token.to_owned(), url, last });
        }
    }
    watched
}

impl Watched {
    /// Asks again in both ways, and a server that remembers nothing; returns whether the answer is another
    /// one now.
    async fn check(&mut self, server: &TestServer, reading: &TestServer, after: &str) -> bool {
        let held = self.last.headers.get("etag").map(|tag| tag.to_str().unwrap());
        let asked = get(server, &self.token, &self.url, held).await;
        let fresh = get(server, &self.token, &self.url, None).await;
        let label = format!("{} after {after}: {} {}", self.url, asked.status, fresh.text);
        let read = get(reading, &self.token, &self.url, None).await;
        assert_eq!(fresh.without_request_id(), read.without_request_id(), "{label}");
        let is_same = fresh.without_request_id() == self.last.without_request_id();
        if fresh.status == 200 {
            assert_eq!(asked.status == 304, is_same && held.is_some(), "{label}");
            assert_eq!(Some(tag(&fresh).as_str()) == held, is_same, "{label}");
            if asked.status == 200 {
                assert_eq!(asked.text, fresh.text, "{label}");
            }
        } else {
            assert_eq!(asked.without_request_id(), fresh.without_request_id(), "{label}");
        }
        self.last = fresh;
        !is_same
    }
}

/// A project, who reads it, and which routes were called since they were looked at.
struct Scene {
    ids: Value,
    watched: Vec<Watched>,
    called: Vec<String>,
}

impl Scene {
    async fn new(server: &TestServer, admin: &Admin<'_>) -> Self {
        let ids = known_ids(admin).await;
        let project = ids["project"].as_str().unwrap();
        let (_, machine) = admin.member(project, "admin").await;
        let place = json!({ "workspaceId": project, "environment": "dev", "tagIds": [ids["tag"]] });
        admin.ok("PATCH", "/api/v3/secrets/raw/FOO", Some(place)).await;
        let import = json!({ "environment": "prod", "path": "/" });
        let import = json!({ "workspaceId": project, "environment": "dev", "import": import });
        admin.ok("POST", "/api/v1/secret-imports", Some(import)).await;
        let watched = watch(server, [&admin.token, &machine], project).await;
        Self { ids, watched, called: Vec::new() }
    }

    /// Whether a reader gets something else now.
    async fn check(&mut self, server: &TestServer, reading: &TestServer) -> bool {
        let mut is_noticed = false;
        for read in &mut self.watched {
            is_noticed |= read.check(server, reading, &self.called.join(", ")).await;
        }
        is_noticed
    }
}

#[tokio::test]
async fn after_every_route_that_changes_something_no_read_is_stale() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let reading = server.without_memory().await;
        let (mut written, mut noticed) = (0, 0);
        let mut scene = Scene::new(server, &admin).await;
        for route in routes::all() {
            if route.method == Method::GET || route.access == Access::Public || ends_session(&route) {
                continue;
            }
            if matches!(route.access, Access::Identity) {
                continue;
            }
            let answer = send(server, &route, Some(&admin.token), &scene.ids).await;
            scene.called.push(format!("{} {} ({})", route.method, route.path, answer.status));
            // Requests that were refused are looked at together with the next one that was not.
            if answer.status == 200 {
                written += 1;
                noticed += u32::from(scene.check(server, &reading).await);
                scene = Scene::new(server, &admin).await;
            }
        }
        assert!(!scene.check(server, &reading).await, "a refusal changed something: {:?}", scene.called);
        // A walk that no longer gets past the forms would find nothing.
        assert!(written >= 40 && noticed >= 15, "{written} wrote, {noticed} were noticed by a read");
    })
    .await;
}

#[tokio::test]
async fn changes_elsewhere_leave_the_tag_as_it_was() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/", "a").await;
        project.folder("/", "b").await;
        project.secret_in("/a", "FOO").await;
        let url = format!("/api/v3/secrets/raw?workspaceId={}&environment=dev&secretPath=/a", project.id);
        let first = tag(&get(server, &project.admin, &url, None).await);
        for name in ["X", "Y", "Z"] {
            project.secret_in("/b", name).await;
            let asked = get(server, &project.admin, &url, Some(&first)).await;
            assert_eq!((asked.status, asked.headers["etag"].to_str().unwrap()), (304, first.as_str()));
        }
    })
    .await;
}

/// A read of a secret, and the tag it has once it was read.
async fn known_read(project: &TestProject<'_>, token: &str) -> (String, String) {
    project.secret("FOO", "BAR").await;
    let url = format!("/api/v3/secrets/raw/FOO?workspaceId={}&environment=dev", project.id);
    let tag = tag(&get(project.server, token, &url, None).await);
    (url, tag)
}

#[tokio::test]
async fn an_answer_that_was_given_before_is_not_made_again() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (url, tag) = known_read(&project, &project.admin).await;
        let mut row = project.row("FOO").await;
        row.value_ciphertext.0[20] ^= 1;
        project.overwrite(&row).await;
        let unasked = format!("/api/v4/secrets/FOO?projectId={}&environment=dev", project.id);
        assert_eq!(get(server, &project.admin, &unasked, None).await.status, 500, "the row is damaged");
        let again = get(server, &project.admin, &url, None).await;
        assert_eq!((again.status, &again.body["secret"]["secretValue"]), (200, &json!("BAR")));
        assert_eq!(again.headers["content-type"], "application/json");
        assert_eq!(get(server, &project.admin, &url, Some(&tag)).await.status, 304);
        project.secret("OTHER", "new").await;
        assert_eq!(get(server, &project.admin, &url, None).await.status, 500, "the project changed");
    })
    .await;
}

#[tokio::test]
async fn the_audit_event_of_a_304_is_that_of_a_200() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("OTHER", "x").await;
        project.secret("FOO", "${OTHER}").await;
        let place = format!("workspaceId={}&environment=dev&expandSecretReferences=true", project.id);
        for (kind, url) in [
            ("get-secret", format!("/api/v3/secrets/raw/FOO?{place}")),
            ("get-secrets", format!("/api/v3/secrets/raw?{place}&include_imports=true")),
        ] {
            let tag = tag(&get(server, &project.admin, &url, None).await);
            assert_eq!(get(server, &project.admin, &url, Some(&tag)).await.status, 304);
            let events = server.events(&owner.organization_id).await;
            let events: Vec<_> = events.iter().filter(|event| event.event_type == kind).collect();
            let [.., made, held] = events.as_slice() else { panic!("two events of {kind}") };
            assert_eq!(made.metadata, held.metadata);
            assert!(made.metadata.contains("OTHER"), "{}", made.metadata);
            assert_eq!(
                (&made.project_id, &made.actor_id, &made.result),
                (&held.project_id, &held.actor_id, &held.result)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_head_request_has_the_tag_of_the_get() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "BAR").await;
        let url = format!("/api/v3/secrets/raw/FOO?workspaceId={}&environment=dev", project.id);
        let head = ask(server, "HEAD", &project.admin, &url, None).await;
        let full = get(server, &project.admin, &url, None).await;
        assert_eq!(head.text, "");
        assert_eq!(tag(&head), tag(&full));
        let again = ask(server, "HEAD", &project.admin, &url, Some(&tag(&full))).await;
        assert_eq!(again.status, 304);
    })
    .await;
}

#[tokio::test]
async fn the_tag_of_another_caller_or_question_is_no_answer() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let outsider = project.outsider().await;
        let nobody = project.machine("no-access").await;
        let (url, tag) = known_read(&project, &project.admin).await;
        for token in [&outsider, &nobody] {
            assert_eq!(get(server, token, &url, Some(&tag)).await.status, 403);
        }
        for other in ["&viewSecretValue=false", "&secretPath=/none", "&version=2"] {
            let answer = get(server, &project.admin, &format!("{url}{other}"), Some(&tag)).await;
            assert!(matches!(answer.status, 200 | 404), "{other}: {}", answer.status);
        }
    })
    .await;
}

#[tokio::test]
async fn a_role_that_ended_or_changed_is_no_longer_told_that_nothing_did() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (identity, token) = owner.member(&project.id, "viewer").await;
        let (url, tag) = known_read(&project, &token).await;
        assert_eq!(get(server, &token, &url, Some(&tag)).await.status, 304);
        let membership = format!("/api/v1/projects/{}/identity-memberships/{identity}", project.id);
        let temporary = json!({ "roles": [{
            "role": "viewer", "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
            "temporaryAccessStartTime": "2026-01-31T12:00:00.000Z",
        }, { "role": "no-access" }] });
        owner.ok("PATCH", &membership, Some(temporary)).await;
        assert_eq!(get(server, &token, &url, Some(&tag)).await.status, 304);
        server.clock.advance_seconds(2 * 3600);
        assert_eq!(get(server, &token, &url, Some(&tag)).await.status, 403);
        let changed: Value = json!({ "roles": [{ "role": "viewer" }] });
        owner.ok("PATCH", &membership, Some(changed)).await;
        assert_eq!(get(server, &token, &url, Some(&tag)).await.status, 304);
    })
    .await;
}
