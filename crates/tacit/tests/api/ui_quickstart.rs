//! Connecting an application in one step, and trying whether it works.

use serde_json::{Value, json};

use crate::harness::each_engine;

#[tokio::test]
async fn a_connected_application_reads_what_its_role_allows_and_the_test_shows_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.secret("FOO", "bar").await;

        let made = project.ui_post("quickstart", json!({ "name": "demo-app" })).await;

        assert_eq!(made.status, 200, "{}", made.text);
        assert_eq!((&made.body["role"], &made.body["accessTokenTTL"]), (&json!("viewer"), &json!(7200)));
        assert_eq!(made.body["projectId"], json!(project.id));
        let text = |field: &str| made.body[field].as_str().unwrap().to_owned();
        let token = server.machine_token(&text("clientId"), &text("clientSecret")).await;
        let read = project.call_as(&token, "GET", "/api/v3/secrets/raw/FOO", Value::Null).await;
        assert_eq!(read.body["secret"]["secretValue"], "bar");
        let write = project.call_as(&token, "POST", "/api/v4/secrets/NEW", json!({ "secretValue": "x" })).await;
        assert_eq!(write.status, 403);
        let trial = json!({
            "clientId": text("clientId"), "clientSecret": text("clientSecret"), "environment": "dev", "key": "FOO",
        });
        let tested = project.ui_post("quickstart/test", trial).await;
        assert_eq!(tested.status, 200, "{}", tested.text);
        let (login, read) = (&tested.body["login"], &tested.body["read"]);
        assert_eq!((&login["status"], &login["body"]["expiresIn"]), (&json!(200), &json!(7200)));
        assert_eq!(login["body"]["accessToken"].as_str().unwrap().chars().count(), 9);
        assert_eq!((&read["status"], &read["body"]["secret"]["secretValue"]), (&json!(200), &json!("bar")));
        assert!(read["path"].as_str().unwrap().starts_with("/api/v3/secrets/raw/FOO?workspaceId="));
        for kind in ["create-identity", "add-identity-universal-auth", "add-identity-to-project"] {
            assert!(server.has_event(&admin.organization_id, kind).await, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_test_shows_refusals_as_the_application_gets_them() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let made = project.ui_post("quickstart", json!({ "name": "demo-app" })).await.body;
        let mut test = json!({
            "clientId": made["clientId"], "clientSecret": made["clientSecret"], "environment": "dev", "key": "A b/ü",
        });

        let missing = project.ui_post("quickstart/test", test.clone()).await.body;
        test["clientSecret"] = json!("wrong");
        let wrong = project.ui_post("quickstart/test", test.clone()).await.body;
        let outsider = project.outsider().await;
        let nobody = server.call("POST", &project.ui("quickstart/test"), Some(&outsider), Some(test)).await;

        assert_eq!((&missing["login"]["status"], &missing["read"]["status"]), (&json!(200), &json!(404)));
        assert_eq!((&wrong["login"]["status"], &wrong["read"]), (&json!(401), &Value::Null));
        assert!(wrong["login"]["body"]["message"].is_string());
        assert_eq!(nobody.status, 403);
    })
    .await;
}

#[tokio::test]
async fn nobody_connects_an_application_with_more_rights_than_their_own_and_nothing_is_left_then() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let viewer = project.person("vera@example.test", "viewer").await;
        let identities = async || {
            let path = format!("/api/v2/organizations/{}/identity-memberships", admin.organization_id);
            admin.ok("GET", &path, None).await["totalCount"].clone()
        };
        let before = identities().await;
        let send = async |token: &str, body: Value| {
            server.call("POST", &project.ui("quickstart"), Some(token), Some(body)).await.status
        };

        for role in ["viewer", "admin"] {
            assert_eq!(send(&viewer, json!({ "name": "mine", "role": role })).await, 403, "{role}");
        }
        assert_eq!(send(&admin.token, json!({ "name": "x", "role": "nope" })).await, 400);
        assert_eq!(send(&admin.token, json!({ "name": "" })).await, 422);
        assert_eq!(send(&admin.token, json!({ "name": "x", "accessTokenTTL": 0 })).await, 422);

        assert_eq!(identities().await, before);
    })
    .await;
}
