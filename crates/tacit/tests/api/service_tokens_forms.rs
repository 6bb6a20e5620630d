//! What requests about service tokens must look like, and that no text in their place breaks the server.

use axum::{body::Body, http::Request};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    harness::each_engine,
    service_tokens::{PATH, body, made, make},
};

#[tokio::test]
async fn a_wrong_form_is_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let scope = |path: &str| json!([{ "environment": "dev", "secretPath": path }]);
        let many: Vec<Value> = (0..51).map(|_| json!({ "environment": "dev", "secretPath": "/" })).collect();
        for (field, value, status) in [
            ("name", json!(""), 422),
            ("name", json!("x".repeat(256)), 422),
            ("name", json!("a\u{1}b"), 422),
            ("name", json!(null), 422),
            ("scopes", json!([]), 422),
            ("scopes", json!(null), 422),
            ("scopes", json!(many), 422),
            ("scopes", json!([{ "environment": "", "secretPath": "/" }]), 422),
            ("scopes", json!([{ "secretPath": "/" }]), 422),
            ("scopes", scope("/a/../b"), 422),
            ("scopes", scope("//a"), 422),
            ("scopes", scope("/{a,b}"), 422),
            ("scopes", scope("/a/[bc]"), 422),
            ("scopes", scope(&format!("/{}", "a".repeat(2_000))), 422),
            ("scopes", json!([{ "environment": "nope", "secretPath": "/" }]), 404),
            ("permissions", json!([]), 422),
            ("permissions", json!(["admin"]), 422),
            ("permissions", json!("read"), 422),
            ("expiresIn", json!(-1), 422),
            ("expiresIn", json!(315_360_001), 422),
            ("expiresIn", json!(1.5), 422),
            ("expiresIn", json!("1h"), 422),
            ("encryptedKey", json!("x".repeat(1_025)), 422),
            ("iv", json!("x".repeat(1_025)), 422),
            ("tag", json!("a\u{0}b"), 422),
            ("workspaceId", json!(""), 400),
            ("workspaceId", json!("00000000-0000-4000-8000-000000000000"), 404),
        ] {
            let mut body = body(&project, &[("dev", "/")], &["read"]);
            body[field] = value;
            let answer = admin.call("POST", PATH, Some(body.clone())).await;
            assert_eq!(answer.status, status, "{field} {body}: {}", answer.text);
        }
        let list = admin.ok("GET", &format!("/api/v1/projects/{project}/service-token-data"), None).await;
        assert_eq!(list["serviceTokenData"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_may_be_left_out_may_be_left_out() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let body = json!({ "name": " spaced ", "projectId": project, "scopes": [{ "environment": "dev" }],
            "permissions": ["write", "read", "read"], "expiresIn": 0 });
        let token = made(&admin.ok("POST", PATH, Some(body)).await);
        assert_eq!(token.data["name"], "spaced");
        assert_eq!(token.data["scopes"], json!([{ "environment": "dev", "secretPath": "/" }]));
        assert_eq!(token.data["permissions"], json!(["read", "write"]));
        assert_eq!(token.data["expiresAt"], Value::Null);
        let own = server.call("GET", PATH, Some(&token.text), None).await.body;
        assert_eq!(
            (&own["encryptedKey"], &own["iv"], &own["tag"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
    })
    .await;
}

#[tokio::test]
async fn a_project_has_a_bounded_number_of_tokens() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let token = make(&admin, &project, &[("dev", "/")], &["read"]).await;
        let mut db = server.app.database.begin().await.unwrap();
        let id = tacit_core::id::ProjectId::new(&project);
        let row = tacit_store::service_tokens::list(&mut db, &id).await.unwrap().remove(0);
        for _ in 1..tacit::app::service_tokens::SERVICE_TOKENS_MAX {
            let row = tacit_store::service_tokens::ServiceTokenRow { id: server.app.new_id(), ..row.clone() };
            tacit_store::service_tokens::insert(&mut db, &row, b"hash").await.unwrap();
        }
        db.commit().await.unwrap();

        let full = admin.call("POST", PATH, Some(body(&project, &[("dev", "/")], &["read"]))).await;
        assert_eq!(full.status, 400, "{}", full.text);
        admin.ok("DELETE", &format!("{PATH}/{}", token.id), None).await;
        make(&admin, &project, &[("dev", "/")], &["read"]).await;
    })
    .await;
}

#[tokio::test]
async fn an_environment_that_a_token_is_for_keeps_its_name() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let token = make(&admin, &project, &[("dev", "/**")], &["read"]).await;
        let shown = admin.ok("GET", &format!("/api/v1/projects/{project}"), None).await;
        let environments = shown["project"]["environments"].as_array().unwrap().clone();
        let path = |slug: &str| {
            let environment = environments.iter().find(|one| one["slug"] == slug).unwrap();
            format!("/api/v1/projects/{project}/environments/{}", environment["id"].as_str().unwrap())
        };
        let rename = |slug: &str| Some(json!({ "slug": slug }));

        let refused = admin.call("PATCH", &path("dev"), rename("other")).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert!(refused.text.contains("1 service token"), "{}", refused.text);
        admin.ok("PATCH", &path("prod"), rename("live")).await;
        admin.ok("DELETE", &format!("{PATH}/{}", token.id), None).await;
        admin.ok("PATCH", &path("dev"), rename("other")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_that_begins_like_a_token_is_one_or_breaks_the_server() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let token = make(&admin, &project, &[("dev", "/")], &["read"]).await;
        let (id, real) = (token.id.clone(), token.text.clone());
        let text =
            prop_oneof![
                proptest::collection::vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..200)
                    .prop_map(|bytes| [b"st.".as_slice(), &bytes].concat()),
                "[a-f0-9.]{0,80}".prop_map(move |rest| format!("st.{id}.{rest}").into_bytes()),
                (3..100_usize).prop_map(move |length| real.as_bytes()[..length].to_vec()),
                "(st|ak|ST)[.]{0,3}[a-z]{0,3}[.]{0,3}[^\\x00-\\x1f\\x7f]{0,9}".prop_map(String::into_bytes),
            ];
        let mut runner = TestRunner::new(Config { cases: 128, ..Config::default() });
        let one = |bytes: Vec<u8>| {
            for (header, before) in [("authorization", "Bearer "), ("x-api-key", "")] {
                let value = [before.as_bytes(), &bytes].concat();
                let request =
                    Request::builder().uri(format!("/api/v1/projects/{project}")).header(header, value);
                let answer = block_in_place(|| {
                    Handle::current().block_on(server.send(request.body(Body::empty()).unwrap()))
                });
                prop_assert!(matches!(answer.status, 401 | 403 | 404), "{}", answer.text);
                prop_assert!(answer.body["error"] != "InternalServerError");
            }
            Ok(())
        };
        runner.run(&text, one).unwrap();
    })
    .await;
}
