//! Showing values to a person, and the switch that keeps them from the API.

use serde_json::{Value, json};
use tacit::http::routes;

use crate::{harness::each_engine, harness_secrets::TestProject};

fn wanted(environment: &str, key: &str) -> Value {
    json!({ "environment": environment, "key": key })
}

impl TestProject<'_> {
    async fn switch_plaintext_reads(&self, is_on: bool) {
        let path = format!("/api/v1/projects/{}", self.id);
        let body = self.owner.ok("PATCH", &path, Some(json!({ "plaintextReads": is_on }))).await;
        assert!(body.to_string().contains(&format!("\"plaintextReads\":{is_on}")), "{body}");
    }
}

#[tokio::test]
async fn values_come_in_the_order_asked_for_each_with_its_own_event() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "A", "first").await;
        project.put("prod", "B", "other").await;
        let patch = json!({ "workspaceId": project.id, "environment": "dev", "secretValue": "second" });
        admin.ok("PATCH", "/api/v4/secrets/A", Some(patch)).await;
        let old = json!({ "environment": "dev", "key": "A", "version": 1 });
        let secrets =
            json!([wanted("prod", "B"), wanted("dev", "A"), old, wanted("dev", "NOPE"), wanted("no", "A")]);

        let answer = project.ui_post("reveal", json!({ "secrets": secrets })).await;

        let values: Vec<_> =
            answer.body["secrets"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
        assert_eq!(values, [&json!("other"), &json!("second"), &json!("first"), &Value::Null, &Value::Null]);
        assert_eq!(answer.body["secrets"][3]["reason"], "not-found");
        assert_eq!(answer.body["secrets"][4]["reason"], "not-found");
        let events = server.events(&admin.organization_id).await;
        let reads = events.iter().filter(|event| event.event_type == "get-secret");
        let told: Vec<String> = reads.map(|event| event.metadata.clone()).collect();
        assert_eq!(told.len(), 3);
        assert!(told.iter().all(|metadata| metadata.contains("secretKey") && !metadata.contains("first")));
    })
    .await;
}

#[tokio::test]
async fn who_may_not_read_is_told_so_and_it_is_recorded() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "A", "x").await;
        let nobody = project.person("noah@example.test", "no-access").await;
        let body = json!({ "secrets": [wanted("dev", "A"), wanted("dev", "NOPE"), wanted("none", "A")] });

        let answer = server.call("POST", &project.ui("reveal"), Some(&nobody), Some(body.clone())).await;
        let machine = server.call("POST", &project.ui("reveal"), Some(&project.admin), Some(body)).await;
        let none = project.ui_post("reveal", json!({ "secrets": [] })).await;
        let many = project.ui_post("reveal", json!({ "secrets": vec![wanted("dev", "A"); 501] })).await;

        for secret in answer.body["secrets"].as_array().unwrap() {
            assert_eq!((&secret["reason"], &secret["value"]), (&json!("denied"), &Value::Null));
        }
        assert_eq!((machine.status, none.status, many.status), (403, 422, 422));
        let events = server.events(&admin.organization_id).await;
        assert!(events.iter().any(|event| event.event_type == "get-secret" && event.result == "denied"));
    })
    .await;
}

/// A request to a route of the area, with everything in it that one of them may ask for.
async fn ask(
    project: &TestProject<'_>,
    token: &str,
    method: &str,
    path: &str,
    secret: &Value,
) -> (u16, String) {
    let id = secret["id"].as_str().unwrap();
    let path =
        path.replace("{name}", "FOO").replace("{secret}", id).replace("{version}", &format!("{id}-v1"));
    let body = json!({
        "secretValue": "changed", "secrets": [{ "secretKey": "FOO", "secretValue": "changed" }],
        "sourceEnvironment": "dev", "destinationEnvironment": "prod", "secretIds": [id], "tagSlugs": ["a"],
    });
    let answer = project.call_as(token, method, &path, body).await;
    (answer.status, answer.text)
}

#[tokio::test]
async fn without_plaintext_reads_no_secret_route_of_any_generation_gives_or_takes_a_value() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let secret = project.secret("FOO", "the value itself").await;
        let areas = routes::areas();
        let all: Vec<_> = areas
            .iter()
            .filter(|area| ["Secrets", "History"].contains(&area.name))
            .flat_map(|area| &area.routes)
            .filter(|route| route.path.contains("secret"))
            .collect();
        assert!(all.len() > 30, "{}", all.len());
        project.switch_plaintext_reads(false).await;
        let before = project.revision().await;

        let mut refused = 0;
        for route in all {
            for token in [&admin.token, &project.admin] {
                let (status, text) = ask(&project, token, route.method.as_str(), route.path, &secret).await;
                let label = format!("{} {}: {status} {text}", route.method, route.path);
                assert!(!text.contains("the value itself"), "{label}");
                refused += usize::from(status == 403 && text.contains("Plaintext API reads"));
                let is_value_route = route.path.starts_with("/api/v4/secrets") || route.path.contains("/raw");
                let is_taken = status == 403 || status == 404 || status == 400;
                assert!(!is_value_route || is_taken, "{label}");
            }
        }

        assert!(refused >= 30, "{refused}");
        assert_eq!(project.revision().await, before);
        let seen = project.call("GET", "/api/v4/secrets/FOO?viewSecretValue=false", Value::Null).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        let shown = project.ui_post("reveal", json!({ "secrets": [wanted("dev", "FOO")] })).await;
        assert_eq!(shown.body["secrets"][0]["value"], "the value itself");
        let change =
            json!({ "op": "update", "environment": "dev", "key": "FOO", "expectedVersion": 1, "value": "b" });
        assert_eq!(project.ui_post("commit", json!({ "changes": [change] })).await.status, 200);
        project.switch_plaintext_reads(true).await;
        assert_eq!(project.read("/api/v4/secrets/FOO").await["secret"]["secretValue"], "b");
    })
    .await;
}

#[tokio::test]
async fn only_who_may_edit_the_project_switches_plaintext_reads() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let developer = project.person("dan@example.test", "member").await;

        let path = format!("/api/v1/projects/{}", project.id);
        let answer =
            server.call("PATCH", &path, Some(&developer), Some(json!({ "plaintextReads": false }))).await;

        assert_eq!(answer.status, 403);
        let project_now = admin.ok("GET", &path, None).await;
        assert!(project_now.to_string().contains("\"plaintextReads\":true"), "{project_now}");
        project.secret("FOO", "x").await;
    })
    .await;
}

#[tokio::test]
async fn ones_own_value_is_set_changed_and_taken_away_also_where_the_api_takes_no_values() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "A", "shared").await;
        project.switch_plaintext_reads(false).await;
        let path = project.ui("own-value");
        let set = |key: &str, value: &str| json!({ "environment": "dev", "key": key, "value": value });
        let mine = async || {
            let own = json!({ "environment": "dev", "key": "A", "type": "personal" });
            let answer = project.ui_post("reveal", json!({ "secrets": [own, wanted("dev", "A")] })).await;
            assert_eq!(answer.body["secrets"][1]["value"], "shared");
            answer.body["secrets"][0]["value"].clone()
        };

        let made = admin.ok("PUT", &path, Some(set("A", "mine"))).await;
        assert_eq!((&made, mine().await), (&json!({ "isSet": true }), json!("mine")));
        let revision = project.revision().await;
        admin.ok("PUT", &path, Some(set("A", "mine"))).await;
        assert_eq!(project.revision().await, revision);
        admin.ok("PUT", &path, Some(set("A", "another"))).await;
        assert_eq!(mine().await, "another");
        admin.ok("DELETE", &path, Some(wanted("dev", "A"))).await;
        assert_eq!(mine().await, Value::Null);

        let nobody = project.person("noah@example.test", "no-access").await;
        let put =
            async |token: &str, body: Value| server.call("PUT", &path, Some(token), Some(body)).await.status;
        assert_eq!(put(&nobody, set("A", "x")).await, 403);
        assert_eq!(put(&project.admin, set("A", "x")).await, 403);
        assert_eq!(put(&admin.token, set("NOPE", "x")).await, 404);
        assert_eq!(put(&admin.token, json!({ "environment": "dev", "key": "A" })).await, 422);
        let gone = server.call("DELETE", &path, Some(&admin.token), Some(wanted("dev", "A"))).await;
        assert_eq!(gone.status, 404);
    })
    .await;
}

#[tokio::test]
async fn ones_own_value_is_shown_apart_from_the_shared_one() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "A", "shared").await;
        project.put("dev", "B", "shared").await;
        let body = json!({
            "workspaceId": project.id, "environment": "dev", "secretValue": "mine", "type": "personal",
        });
        admin.ok("POST", "/api/v4/secrets/A", Some(body)).await;
        let bob = project.person("bob@example.test", "member").await;
        let own = |key: &str| json!({ "environment": "dev", "key": key, "type": "personal" });
        let body = json!({ "secrets": [own("A"), wanted("dev", "A"), own("B")] });

        let mine = project.ui_post("reveal", body.clone()).await.body["secrets"].clone();
        let his = server.call("POST", &project.ui("reveal"), Some(&bob), Some(body)).await.body;

        assert_eq!((&mine[0]["value"], &mine[1]["value"]), (&json!("mine"), &json!("shared")));
        assert_eq!(mine[2]["reason"], "not-found");
        assert_eq!(his["secrets"][0]["reason"], "not-found");
    })
    .await;
}
