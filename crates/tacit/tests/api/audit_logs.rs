//! Looking at the audit log: filters, pages, and who may.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

impl TestProject<'_> {
    async fn logs(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/organization/audit-logs?projectId={}&{query}", self.id);
        self.owner.ok("GET", &path, None).await["auditLogs"].as_array().unwrap().clone()
    }
}

fn kinds(logs: &[Value]) -> Vec<&str> {
    logs.iter().map(|log| log["event"]["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn events_come_from_the_newest_on_with_actor_project_and_facts() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.secret("FOO", "hush").await;
        project.read("/api/v4/secrets/FOO").await;

        let logs = project.logs("limit=2").await;

        assert_eq!(kinds(&logs), ["get-secret", "create-secret"]);
        let log = &logs[0];
        assert_eq!(log["actor"]["type"], "identity");
        assert_eq!(log["projectName"], "Shop");
        assert_eq!(log["projectId"], json!(project.id));
        assert_eq!(log["orgId"], json!(admin.organization_id));
        assert_eq!((&log["eventType"], &log["result"]), (&json!("get-secret"), &json!("allowed")));
        assert_eq!(log["event"]["metadata"]["secretKey"], "FOO");
        assert_eq!((&log["ipAddress"], &log["userAgentType"]), (&json!("127.0.0.1"), &json!("other")));
        assert!(!json!(project.logs("limit=1000").await).to_string().contains("hush"));
        let legacy =
            admin.ok("GET", &format!("/api/v1/workspace/{}/audit-logs?limit=1", project.id), None).await;
        assert_eq!(legacy["auditLogs"][0]["event"]["type"], "get-audit-logs");
    })
    .await;
}

#[tokio::test]
async fn every_filter_narrows() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.folder("/", "api").await;
        project.secret("FOO", "x").await;
        project.secret_in("/api", "BAR").await;
        project.put("prod", "BAR", "x").await;
        let start = "2026-01-31T11:00:00Z";

        for (query, expected) in [
            ("eventType=create-secret", 3),
            ("eventType=create-secret,create-folder", 4),
            ("eventType=nope", 0),
            ("secretKey=BAR", 2),
            ("secretKey=BAR&environment=prod", 1),
            ("eventType=create-secret&secretPath=/api", 1),
            ("eventMetadata=secretKey=FOO,environment=dev", 1),
            (&format!("eventType=create-secret&actor={}", admin.user_id), 1),
            ("eventType=create-secret&actorType=identity", 2),
            ("eventType=create-secret&userAgentType=cli", 0),
            ("eventType=create-secret&result=allowed", 3),
            ("eventType=create-secret&result=denied", 0),
            ("eventType=create-secret&ipAddress=127.0.0.1", 3),
            ("eventType=create-secret&ipAddress=10.0.0.1", 0),
            (&format!("eventType=create-secret&startDate={start}"), 3),
            (&format!("eventType=create-secret&endDate={start}"), 0),
        ] {
            assert_eq!(project.logs(query).await.len(), expected, "{query}");
        }
        for query in ["limit=0", "limit=1001", "offset=-1", "startDate=monday", "eventMetadata=x"] {
            let path = format!("/api/v1/organization/audit-logs?{query}");
            assert_eq!(admin.call("GET", &path, None).await.status, 422, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_after_an_event_stay_where_they_are_while_new_events_come() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        for name in ["A", "B", "C", "D"] {
            project.secret(name, "x").await;
        }
        let first = project.logs("eventType=create-secret&limit=2").await;
        project.secret("E", "x").await;

        let last = first[1]["id"].as_str().unwrap();
        let next = project.logs(&format!("eventType=create-secret&limit=2&before={last}")).await;
        let moved = project.logs("eventType=create-secret&limit=2&offset=2").await;

        let names = |logs: &[Value]| {
            logs.iter().map(|log| log["event"]["metadata"]["secretKey"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&first), ["D", "C"]);
        assert_eq!(names(&next), ["B", "A"]);
        assert_eq!(names(&moved), ["C", "B"]);
    })
    .await;
}

#[tokio::test]
async fn who_is_not_in_a_project_sees_nothing_of_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let elsewhere = server.second_organization().await;
        project.secret("HIDDEN_NAME", "x").await;
        let of_project = format!("/api/v1/organization/audit-logs?projectId={}", project.id);
        let viewer = project.person("vera@example.test", "viewer").await;
        let id = server.add_user("olaf@example.test", "a long password").await;
        server.add_to_organization(&admin.organization_id, &id, "member").await;
        let outsider = server.sign_in("olaf@example.test", "a long password", &admin.organization_id).await;
        let get = async |path: &str, token: &str| server.call("GET", path, Some(token), None).await;

        let all = get("/api/v1/organization/audit-logs?limit=1000", &outsider).await;

        assert_eq!(all.status, 200);
        assert!(all.text.contains("create-identity") && !all.text.contains("HIDDEN_NAME"));
        assert!(
            get("/api/v1/organization/audit-logs?limit=1000", &viewer).await.text.contains("HIDDEN_NAME")
        );
        assert_eq!(get(&of_project, &viewer).await.status, 200);
        assert_eq!(get(&of_project, &outsider).await.status, 403);
        assert_eq!(get(&of_project, &elsewhere.token).await.status, 404);
        let other = elsewhere.ok("GET", "/api/v1/organization/audit-logs?limit=1000", None).await;
        assert!(!other.to_string().contains("HIDDEN_NAME"));
    })
    .await;
}

#[tokio::test]
async fn those_who_did_something_in_a_project_are_listed_for_filters() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let (reader, token) = admin.member(&project.id, "viewer").await;
        project.call_as(&token, "GET", "/api/v4/secrets", Value::Null).await;
        let path = format!("/api/v1/workspace/{}/audit-logs/filters/actors", project.id);
        let elsewhere = server.second_organization().await;

        let actors = admin.ok("GET", &path, None).await["actors"].clone();

        let mut expected = vec![admin.user_id.clone(), reader.clone()];
        expected.sort();
        assert_eq!(actors, json!(expected));
        let filter = format!("actor={reader}&eventType=get-secrets");
        assert_eq!(project.logs(&filter).await.len(), 1);
        assert_eq!(server.call("GET", &path, Some(&project.outsider().await), None).await.status, 403);
        assert_eq!(server.call("GET", &path, Some(&elsewhere.token), None).await.status, 404);
    })
    .await;
}
