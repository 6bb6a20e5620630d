//! Who may do what with secrets and folders, in each role, and what a refusal tells.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

/// Every reading request about a place.
const READS: [&str; 6] = [
    "/api/v3/secrets/raw",
    "/api/v4/secrets",
    "/api/v3/secrets/raw/FOO",
    "/api/v4/secrets/FOO",
    "/api/v1/folders",
    "/api/v2/folders",
];

/// Every writing request, with something to write.
fn writes(secret: &Value, folder: &Value) -> Vec<(&'static str, String, Value)> {
    let (id, folder) = (&secret["id"], folder["id"].as_str().unwrap());
    let mut all = Vec::new();
    for base in ["/api/v3/secrets/raw", "/api/v4/secrets"] {
        all.push(("POST", format!("{base}/NEW"), json!({ "secretValue": "x" })));
        all.push(("PATCH", format!("{base}/FOO"), json!({ "secretValue": "x" })));
        all.push(("DELETE", format!("{base}/FOO"), json!({})));
    }
    for path in ["/api/v3/secrets/batch/raw", "/api/v4/secrets/batch"] {
        all.push((
            "POST",
            path.to_owned(),
            json!({ "secrets": [{ "secretKey": "NEW", "secretValue": "x" }] }),
        ));
        all.push((
            "PATCH",
            path.to_owned(),
            json!({ "secrets": [{ "secretKey": "FOO", "secretValue": "x" }] }),
        ));
        all.push(("DELETE", path.to_owned(), json!({ "secrets": [{ "secretKey": "FOO" }] })));
    }
    let places = json!({ "sourceEnvironment": "dev", "destinationEnvironment": "prod", "secretIds": [id] });
    all.push(("POST", "/api/v3/secrets/move".to_owned(), places.clone()));
    all.push(("POST", "/api/v4/secrets/move".to_owned(), places));
    all.push(("POST", "/api/v3/secrets/tags/FOO".to_owned(), json!({ "tagSlugs": ["one"] })));
    all.push(("DELETE", "/api/v3/secrets/tags/FOO".to_owned(), json!({ "tagSlugs": ["one"] })));
    for base in ["/api/v1/folders", "/api/v2/folders"] {
        all.push(("POST", base.to_owned(), json!({ "name": "new" })));
        all.push(("PATCH", format!("{base}/{folder}"), json!({ "name": "other" })));
        all.push(("DELETE", format!("{base}/{folder}"), json!({})));
        let change = json!({ "id": folder, "environment": "dev", "name": "other" });
        all.push(("PATCH", format!("{base}/batch"), json!({ "folders": [change] })));
    }
    all
}

async fn prepared(project: &TestProject<'_>) -> (Value, Value) {
    project.tag("one").await;
    (project.secret("FOO", "canary").await, project.folder("/", "app").await)
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (secret, folder) = prepared(&project).await;
        let viewer = project.machine("viewer").await;
        for path in READS {
            assert_eq!(project.call_as(&viewer, "GET", path, Value::Null).await.status, 200, "{path}");
        }
        for (method, path, body) in writes(&secret, &folder) {
            let answer = project.call_as(&viewer, method, &path, body).await;
            assert_eq!(
                (answer.status, &answer.body["error"]),
                (403, &json!("PermissionDenied")),
                "{method} {path}"
            );
            assert!(!answer.text.contains("canary"));
        }
        assert_eq!(project.revision().await, 2);
    })
    .await;
}

#[tokio::test]
async fn no_role_no_membership_and_no_organization_see_nothing() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (secret, folder) = prepared(&project).await;
        let stranger = server.second_organization().await;
        let mut requests = writes(&secret, &folder);
        requests.extend(READS.map(|path| ("GET", path.to_owned(), Value::Null)));
        for base in ["/api/v3/secrets/raw/id", "/api/v4/secrets/id"] {
            requests.push(("GET", format!("{base}/{}", secret["id"].as_str().unwrap()), Value::Null));
        }
        for base in ["/api/v1/folders", "/api/v2/folders"] {
            requests.push(("GET", format!("{base}/{}", folder["id"].as_str().unwrap()), Value::Null));
        }
        requests.push(("GET", format!("/api/v1/folders/{}/dev/app", project.id), Value::Null));
        let nobody = project.machine("no-access").await;
        let outsider = project.outsider().await;
        for (token, status) in [(&nobody, 403), (&outsider, 403), (&stranger.token, 404)] {
            for (method, path, body) in &requests {
                let answer = project.call_as(token, method, path, body.clone()).await;
                // Those are for machines, and a stranger is a person.
                let status = if path.contains("/tags/") { 403 } else { status };
                assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
                assert!(!answer.text.contains("canary"));
            }
        }
        for (method, path, body) in &requests {
            let answer = server.call(method, path, None, Some(body.clone())).await;
            assert_eq!(answer.status, 401, "{method} {path}");
        }
        assert_eq!(project.revision().await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_member_and_a_person_do_all_of_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        for is_person in [false, true] {
            let project = owner.test_project().await;
            let (secret, folder) = prepared(&project).await;
            let token = if is_person { owner.token.clone() } else { project.machine("member").await };
            for path in READS {
                assert_eq!(project.call_as(&token, "GET", path, Value::Null).await.status, 200, "{path}");
            }
            for (method, path, body) in writes(&secret, &folder) {
                let answer = project.call_as(&token, method, &path, body).await;
                let is_for_machines = path.contains("/tags/");
                assert_eq!(
                    answer.status == 403,
                    is_for_machines && is_person,
                    "{method} {path}: {}",
                    answer.text
                );
                assert!(answer.status < 500);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_does_not_tell_what_exists() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        prepared(&project).await;
        let nobody = project.machine("no-access").await;
        let message = async |path: &str| {
            let answer = project.call_as(&nobody, "GET", path, Value::Null).await;
            (answer.status, answer.body["message"].clone())
        };
        let known = message("/api/v4/secrets/FOO").await;
        for path in [
            "/api/v4/secrets/NOPE",
            "/api/v4/secrets/FOO?environment=nope",
            "/api/v4/secrets/FOO?secretPath=/nope",
            "/api/v4/secrets/FOO?version=99",
        ] {
            assert_eq!(message(path).await, known, "{path}");
        }
        let listed = message("/api/v4/secrets").await;
        for path in ["/api/v4/secrets?environment=nope", "/api/v4/secrets?secretPath=/nope&recursive=true"] {
            assert_eq!(message(path).await, listed, "{path}");
        }
        let folders = message("/api/v2/folders").await;
        assert_eq!(message("/api/v2/folders?path=/nope&recursive=true").await, folders);
    })
    .await;
}

#[tokio::test]
async fn every_spelling_of_a_path_gets_the_same_decision() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/a", "b").await;
        let nobody = project.machine("no-access").await;
        for path in ["/a/b", "a/b", "/a/b/", "a/b/", "%2Fa%2Fb%2F"] {
            for route in ["/api/v4/secrets", "/api/v4/secrets/K"] {
                let path = format!("{route}?secretPath={path}");
                assert_eq!(project.call_as(&nobody, "GET", &path, Value::Null).await.status, 403, "{path}");
            }
            let folders = format!("/api/v1/folders?directory={path}");
            assert_eq!(project.call_as(&nobody, "GET", &folders, Value::Null).await.status, 403, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_id_of_another_organization_is_as_unknown_as_one_that_does_not_exist() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (secret, folder) = prepared(&project).await;
        let stranger = server.second_organization().await;
        let unknown = "01920000-0000-7000-8000-000000000000";
        for (base, id) in [
            ("/api/v3/secrets/raw/id", &secret["id"]),
            ("/api/v4/secrets/id", &secret["id"]),
            ("/api/v1/folders", &folder["id"]),
            ("/api/v2/folders", &folder["id"]),
        ] {
            let id = id.as_str().unwrap();
            let theirs = project.call_as(&stranger.token, "GET", &format!("{base}/{id}"), Value::Null).await;
            let none =
                project.call_as(&stranger.token, "GET", &format!("{base}/{unknown}"), Value::Null).await;
            assert_eq!((theirs.status, none.status), (404, 404));
            let same = |text: &str, id: &str| text.replace(id, "ID");
            assert_eq!(
                same(theirs.body["message"].as_str().unwrap(), id),
                same(none.body["message"].as_str().unwrap(), unknown)
            );
        }
    })
    .await;
}
